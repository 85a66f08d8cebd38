#!/usr/bin/python3
"""Prints the data rows of a table workbook as JSON texts: read_book.py FILE."""
import json
import sys

import openpyxl

sheet = openpyxl.load_workbook(sys.argv[1]).worksheets[-1]
rows = [["" if c is None else str(c) for c in row] for row in sheet.iter_rows(values_only=True)]
last = max(i for i, row in enumerate(rows) if any(row))
first = next(i for i in range(last, -1, -1) if not rows[i][1].isdigit() and not rows[i][1].startswith("<"))
print(json.dumps(rows[first + 1:last + 1]))
