#!/usr/bin/env python3
"""Makes messages_gen.h (enum) and messages_rows.inc (table) from messages.tsv.

Usage: gen_messages.py messages.tsv OUT_DIR. Fails on a missing half, a duplicate or a differing {n}.
"""
import re
import sys


def rows(path):
    seen = {}
    with open(path, encoding="utf-8") as f:
        next(f)
        for number, line in enumerate(f, 2):
            cells = line.rstrip("\n").split("\t")
            if len(cells) != 3 or not all(cells):
                sys.exit(f"{path}:{number}: needs key, id, en, none empty")
            key, indonesian, english = cells
            if key in seen:
                sys.exit(f"{path}:{number}: {key} stands twice")
            if set(re.findall(r"\{\d\}", indonesian)) != set(re.findall(r"\{\d\}", english)):
                sys.exit(f"{path}:{number}: {key}: placeholders differ between languages")
            seen[key] = (indonesian, english)
    # Enum order must keep MONTH_01..12 consecutive: sorting by key does.
    return sorted(seen.items())


def c_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main(source, out_dir):
    table = rows(source)
    with open(f"{out_dir}/messages_gen.h", "w", encoding="utf-8") as f:
        f.write("/* Generated from messages.tsv. */\n#pragma once\n\ntypedef enum Msg {\n")
        f.writelines(f"    M_{key},\n" for key, _ in table)
        f.write("    M_COUNT\n} Msg;\n")
    with open(f"{out_dir}/messages_rows.inc", "w", encoding="utf-8") as f:
        f.writelines(f"[M_{key}] = {{{{{c_string(i)}, {c_string(e)}}}, {c_string(key)}}},\n" for key, (i, e) in table)


main(*sys.argv[1:])
