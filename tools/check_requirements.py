#!/usr/bin/python3
"""Checks requirements.tsv of the tests (id, test, acceptance, note): each id has the
form ABC-01 and names at least one test, and every test named is there.

A test is named FILE.NAME as ./test prints it: door/FILE_test.py, unit/FILE_test.c or
browser/FILE.test.mjs. Several are separated by spaces. Prints the count of ids; exits 1 on a
fault.
"""
import csv
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TESTS = next(p for p in (ROOT / "tests", ROOT / "test") if p.is_dir())
HEAD = ["id", "test", "acceptance", "note"]


def known():
    """All tests there are, as FILE.NAME."""
    names = set()
    for path in (TESTS / "door").glob("*_test.py"):
        names |= {f"{path.stem[:-5]}.{n}" for n in re.findall(r"^def (test_\w+)", path.read_text(), re.M)}
    for path in (TESTS / "unit").glob("*_test.c"):
        names |= {f"{path.stem[:-5]}.{n}" for n in re.findall(r"^static void (\w+)\(void \*\*", path.read_text(), re.M)}
    for path in (TESTS / "browser").glob("*.test.mjs"):
        short = path.name.removesuffix(".test.mjs")
        names |= {f"{short}.{n}" for n in re.findall(r"^test\(\s*['\"`](.+?)['\"`]", path.read_text(), re.M)}
    return names


def main():
    path, faults, ids, have = TESTS / "requirements.tsv", [], set(), known()
    with open(path, newline="", encoding="utf-8") as f:
        rows = list(csv.reader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    if not rows or rows[0] != HEAD:
        faults.append(f"1: the head is {' '.join(HEAD)}")
    for n, row in enumerate(rows[1:], 2):
        if len(row) != len(HEAD):
            faults.append(f"{n}: {len(row)} columns, not {len(HEAD)}")
            continue
        if not re.fullmatch(r"[A-Z]{3}-\d\d", row[0]):
            faults.append(f"{n}: {row[0]!r} is no requirement id")
        if not row[1].split():
            faults.append(f"{n}: {row[0]} names no test")
        faults += [f"{n}: {row[0]} names {t}, which is not there" for t in row[1].split() if t not in have]
        ids.add(row[0])
    for fault in faults:
        print(f"{path.relative_to(ROOT)}:{fault}")
    print(f"{len(ids)} requirement ids with a test, {len(have)} tests, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
