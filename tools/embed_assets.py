#!/usr/bin/env python3
"""Makes assets_gen.h (names) and assets_rows.inc (bytes, plain and gzip -9) from files in assets/.

Usage: embed_assets.py OUT_DIR FILE.. The content hash in the name lets browsers keep a file for ever.
"""
import gzip
import hashlib
import os
import sys

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


def c_bytes(name, data):
    rows = [",".join(str(b) for b in data[i:i + 32]) for i in range(0, len(data), 32)]
    return f"static const unsigned char {name}[] = {{\n" + ",\n".join(rows) + "};\n"


def main(out_dir, files):
    names, blobs, table = [], [], []
    for path in files:
        stem, ext = os.path.splitext(os.path.basename(path))
        data = open(path, "rb").read()
        packed = gzip.compress(data, 9, mtime=0)
        served = f"{stem}-{hashlib.sha256(data).hexdigest()[:10]}{ext}"
        c_name = f"{stem}_{ext[1:]}"
        names.append(f'#define ASSET_{c_name.upper()} "/aset/{served}"\n')
        blobs.append(c_bytes(c_name, data) + c_bytes(c_name + "_gz", packed))
        table.append(f'    {{"{served}", "{TYPES[ext]}", {c_name}, {c_name}_gz, sizeof {c_name}, sizeof {c_name}_gz}},\n')
    with open(f"{out_dir}/assets_gen.h", "w", encoding="utf-8") as f:
        f.write("/* Generated from assets/. */\n#pragma once\n\n" + "".join(names))
    with open(f"{out_dir}/assets_rows.inc", "w", encoding="utf-8") as f:
        f.write("".join(blobs) + "static const Asset assets[] = {\n" + "".join(table) + "};\n")


main(sys.argv[1], sys.argv[2:])
