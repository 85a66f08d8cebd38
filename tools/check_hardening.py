#!/usr/bin/python3
"""Checks that a built program is hardened as the build meant it: by its headers and symbols, not by its flags.

usage: tools/check_hardening.py PROGRAM"""
import pathlib
import re
import subprocess
import sys

ENDBR64, MIN_MARKED = bytes.fromhex("f30f1efa"), 1000
MIN_FORTIFIED = 5  # calls that the compiler could check against the size of their target


def readelf(*words):
    return subprocess.run(["readelf", "-W", *words], check=True, capture_output=True, text=True).stdout


def main(program):
    header, segments = readelf("-h", program), readelf("-l", program)
    dynamic, symbols, code = readelf("-d", program), readelf("--dyn-syms", program), pathlib.Path(program).read_bytes()
    stack = re.search(r"GNU_STACK.*", segments)
    checks = {
        "position-independent": re.search(r"Type:\s+DYN", header) and "INTERP" in segments,
        "relocations read-only": "GNU_RELRO" in segments and re.search(r"BIND_NOW|Flags: NOW", dynamic),
        "stack not executable": stack and "RWE" not in stack[0],
        "no segment both writable and executable": not re.search(r"LOAD.*RWE", segments),
        "stack protector": "__stack_chk_fail" in symbols,
        "fortified calls": len(set(re.findall(r"__\w+_chk\b", symbols)) - {"__stack_chk_fail"}) >= MIN_FORTIFIED,
        # The property of the whole program is lost to start files that Debian builds without it; ours have the marks.
        "control-flow protection": "X86-64" not in header or code.count(ENDBR64) >= MIN_MARKED,
        "no path of libraries of its own": not re.search(r"RPATH|RUNPATH", dynamic),
    }
    for name, good in checks.items():
        print(f"{'ok' if good else 'not ok'} {name}")
    return 0 if all(checks.values()) else 1


if len(sys.argv) != 2:
    sys.exit(__doc__)
sys.exit(main(sys.argv[1]))
