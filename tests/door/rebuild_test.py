"""Everything derived can be thrown away: `sigap rebuild` makes it again, byte for byte, and again
from nothing."""
import re
import sqlite3

import sigap
import yaml

TABLES = ("jangkau", "sidik", "fakta_pengguna", "fakta_anggota")
SYSTEM = ("tajuk", "cari")  # derived columns that every register has


def derived_columns():
    """{register: columns the program computes}."""
    found = {}
    for path in sorted((sigap.ROOT / "domain/registers").glob("*.yaml")):
        reg = yaml.load(path.read_text(), yaml.CBaseLoader)
        calc = [f["name"] for s in reg["sections"] for f in s["fields"] if "calc" in f]
        found[reg["register"]] = [*SYSTEM, *calc]
    return found


def in_row(db, reg, columns):
    """Those kept in the register's own row; several values stand in a table of their own."""
    return [c for c in columns if c in {r[1] for r in db.execute(f"PRAGMA table_info({reg})")}]


def dump(s, columns):
    """{(table, row): values} of all that is derived."""
    out = {}
    with s.db() as db:
        for table in TABLES:
            names = [c["name"] for c in db.execute(f"PRAGMA table_info({table})")]
            out.update({(table, tuple(r)): () for r in db.execute(f"SELECT {','.join(names)} FROM {table}")})
        for reg, cols in columns.items():
            here = in_row(db, reg, cols)
            for several in set(cols) - set(here):
                out.update({(several, tuple(r)): () for r in db.execute(f"SELECT rec,val FROM {reg}__{several}")})
            out.update({(reg, r["id"]): tuple(r)[1:] for r in db.execute(f"SELECT id,{','.join(here)} FROM {reg}")})
    return out


def differences(a, b):
    return [(k, a.get(k, "missing"), b.get(k, "missing")) for k in a.keys() | b.keys() if a.get(k) != b.get(k)][:10]


def export(s, folder):
    s.cli("export", folder)
    return {p.name: p.read_bytes() for p in sorted(folder.glob("*.csv"))}


def test_rebuild_changes_no_byte(own, tmp):
    own.stop()  # its clocks would go on making tasks
    columns = derived_columns()
    assert sum(len(c) for c in columns.values()) > 2 * len(columns) + 20, "no calc fields found"
    before, files = dump(own, columns), export(own, tmp / "before")
    assert len(before) > 5000
    own.cli("rebuild")
    after = dump(own, columns)
    assert before == after, differences(before, after)
    assert export(own, tmp / "after") == files


def test_rebuild_mends_what_was_lost(own):
    own.stop()
    columns = derived_columns()
    # What a calc field reads of itself is memory, not a cache: it cannot be made again from nothing.
    text = (sigap.ROOT / "domain/registers").glob("*.yaml")
    keeps = {(p.stem, m.group(1)) for p in text for m in re.finditer(r'name: (\w+),[^}]*\}?[^\n]*calc: "[^"]*\b\1\b', p.read_text())}
    before = dump(own, columns)
    db = sqlite3.connect(own.data / "sigap.db")
    for table in TABLES:
        db.execute(f"DELETE FROM {table}")
    for reg, cols in columns.items():
        lost = [c for c in in_row(db, reg, cols) if (reg, c) not in keeps]
        for several in set(cols) - set(in_row(db, reg, cols)):
            db.execute(f"DELETE FROM {reg}__{several}")
        db.execute(f"UPDATE {reg} SET " + ",".join(f"{c}=NULL" for c in lost))
    db.commit()
    db.close()
    assert dump(own, columns) != before
    own.cli("rebuild")
    after = dump(own, columns)
    assert before == after, differences(before, after)
    own.start()
    assert "KAS-" in own.as_("sekretaris").get("/kasus").words


def test_a_row_whose_parent_could_be_anywhere_is_told(s, tmp):
    (tmp / "penugasan.csv").write_text("kunci,induk,induk_reg,peran_tim\na,KAS-2026-00001,,x\nb,KAS-2026-00002,kasuss,x\n")
    told = s.cli("import", tmp, "--as", "sekretaris", status=3).stderr
    assert "penugasan.csv:2:" in told and "penugasan.csv:3:" in told, told
