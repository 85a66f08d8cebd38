#!/usr/bin/python3
"""Checks docs/asvs.md: every row has a state, a row that is met names what shows it, and all that is named exists.

usage: tools/check_asvs.py"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
STATES = {"met", "in part", "not met", "does not apply", "for the installation"}


def exists(name):
    """A door test "file.name", or a file or folder of the repository."""
    if (ROOT / name).exists():
        return True
    file, _, test = name.partition(".")
    path = ROOT / "tests/door" / f"{file}_test.py"
    return path.is_file() and re.search(rf"^def test_{re.escape(test)}\(", path.read_text(), re.M) is not None


def main():
    faults, rows, met = [], 0, 0
    for number, line in enumerate((ROOT / "docs/asvs.md").read_text().splitlines(), 1):
        cells = [c.strip() for c in line.strip("|").split("|")]
        if not re.match(r"\| \d+\.\d+\.\d+\*? \|", line):
            continue
        rows += 1
        met += cells[2] == "met"
        named = [n for n in re.findall(r"`([^`]+)`", cells[3]) if "/" in n[1:] or "." in n]
        if len(cells) != 4 or cells[2] not in STATES:
            faults.append(f"docs/asvs.md:{number}: no such state: {cells[2]}")
        if cells[2] == "met" and not named:
            faults.append(f"docs/asvs.md:{number}: {cells[0]} names nothing that shows it")
        faults += [f"docs/asvs.md:{number}: {n} does not exist" for n in named if not exists(n)]
    print("\n".join([*faults, f"{rows} items, {met} met, {len(faults)} faults"]))
    return 1 if faults or not rows else 0


sys.exit(main())
