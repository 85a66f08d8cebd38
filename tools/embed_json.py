#!/usr/bin/env python3
"""Makes a header of C strings out of a JSON object: one string a member, NAME_MEMBER, with what stands in it.

Usage: embed_json.py FILE.json OUT.h. The braces are left out: the program writes these members among others.
"""
import json
import os
import sys


def main(source, out):
    name = os.path.splitext(os.path.basename(source))[0]
    with open(source, encoding="utf-8") as f:
        members = json.load(f)
    with open(out, "w", encoding="utf-8") as f:
        f.write(f"/* Generated from {os.path.basename(source)}. */\n#pragma once\n\n")
        for key, value in members.items():
            text = json.dumps(value, separators=(",", ":"))[1:-1]
            f.write(f"static const char {name}_{key}[] =\n")
            f.write("".join(f"    {json.dumps(text[i:i + 80])}\n" for i in range(0, len(text), 80)) + "    ;\n")


main(sys.argv[1], sys.argv[2])
