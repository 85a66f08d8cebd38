#!/usr/bin/python3
"""Runs the unit tests of a build through meson and prints one line a test, as the other runners do.

usage: tools/unit_tests.py BUILD [PREFIX]
"""
import json
import os
import pathlib
import re
import subprocess
import sys


def lines(test):
    """(good, name, reason) of each cmocka test of one program; the program itself if it broke."""
    name, out = test["name"], test.get("stdout", "") + "\n" + test.get("stderr", "")
    found = re.findall(r"^(ok|not ok) \d+ - (\w+)", out, re.M)
    said = " ".join(" ".join(re.findall(r"^.*(?:error:|!=|Error).*$", out, re.M)[:4]).split())
    for word, case in found:
        yield word == "ok", f"{name}.{case}", said
    if test["result"] not in ("OK", "EXPECTEDFAIL") and all(word == "ok" for word, _ in found):
        yield False, name, f"{test['result']} (status {test.get('returncode')}): " + " ".join(out[-3000:].split())
    elif not found:
        yield True, name, ""


def main(build, prefix=""):
    log = pathlib.Path(build) / "meson-logs/testlog.json"
    log.unlink(missing_ok=True)
    environment = {**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP",
                   "ASAN_OPTIONS": "detect_leaks=1:print_stacktrace=1:quarantine_size_mb=" + ("32" if "SIGAP_FULL" in os.environ else "8"), "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
                   "TSAN_OPTIONS": "second_deadlock_stack=1"}
    if not prefix:  # each parser under mutations of its seeds, beyond the fixed ones
        environment.setdefault("SIGAP_FUZZ_SECONDS", "2")
    subprocess.run(["meson", "test", "-C", build, "--no-rebuild", "--print-errorlogs"], env=environment,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not log.exists():
        print(f"not ok {prefix}unit: no unit tests in {build}")
        return 1
    bad = 0
    for row in log.read_text().splitlines():
        for good, name, reason in lines(json.loads(row)):
            print(f"ok {prefix}{name}" if good else f"not ok {prefix}{name}: {reason}")
            bad += not good
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
