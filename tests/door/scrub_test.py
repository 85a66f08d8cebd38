"""`sigap scrub` finds what was changed behind the program's back: every record, version and key is
compared with the hash or seal beside it. Bits are flipped where SQLite keeps the rows; each flip that
changes what is read must be found, and the record named."""
import os
import random
import shutil
import sqlite3
import subprocess

import sigap
import steps
from failing import Failing

DATA = "light"  # read whole again and again

FLIPS = int(os.environ.get("SIGAP_FLIPS", "400"))  # tests/bitflips runs 10,000
SEED = int(os.environ.get("SIGAP_FLIP_SEED", "7"))
EXIT_CORRUPT = 10


def scrub(s):
    """(exit status, what it said)"""
    done = subprocess.run(s.cli.line("scrub"), env=s.cli.environment(), cwd=sigap.ROOT, capture_output=True, timeout=300)
    assert "ERROR: " not in sigap.read_reports(s.reports)
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")  # damaged text is printed as it is


def tamper(s, sql, *values, name="sigap.db"):
    db = sqlite3.connect(s.data / name)
    db.execute(sql, values)
    db.commit()
    db.close()


def one(s, sql):
    return s.rows(sql)[0][0]


def test_untouched_data_fits(own):
    own.stop()
    status, said = scrub(own)
    assert status == 0, said
    records = sum(one(own, f"SELECT COUNT(*) FROM {t}") for t in registers(own.data / "sigap.db"))
    assert f"{records} catatan" in said and f"{one(own, 'SELECT COUNT(*) FROM riwayat')} versi" in said, said


def test_each_kind_of_tampering_is_named(own):
    own.stop()
    victim = one(own, "SELECT uid FROM korban WHERE versi>1 LIMIT 1")
    case = one(own, "SELECT uid FROM kasus LIMIT 1")
    person = one(own, "SELECT uid FROM orang LIMIT 1")
    gone = one(own, "SELECT id FROM peristiwa ORDER BY id DESC LIMIT 1")
    tamper(own, "UPDATE korban SET ubah_at=ubah_at+1 WHERE uid=?", victim)
    tamper(own, "UPDATE kasus SET tajuk='Kasus lain' WHERE uid=?", case)
    tamper(own, "UPDATE riwayat SET delta=replace(delta,'\"jk\":\"P\"','\"jk\":\"L\"') WHERE reg='orang' AND rec="
           "(SELECT id FROM orang WHERE jk='P' LIMIT 1)")
    woman = one(own, "SELECT uid FROM orang WHERE jk='P' LIMIT 1")
    tamper(own, "DELETE FROM peristiwa WHERE id=?", gone)
    tamper(own, "UPDATE kunci SET wrapped=zeroblob(length(wrapped)) WHERE subject=?", person, name="kunci.db")
    status, said = scrub(own)
    lines = said.splitlines()
    assert status == EXIT_CORRUPT, said
    for uid, word in ((victim, "tidak sama"), (case, "hitung"), (woman, "Riwayat"), (person, "Kunci")):
        assert any(uid in line and word in line for line in lines), (uid, word, said)
    assert any("tanpa catatan" in line for line in lines), said


def test_who_wrote_a_version_when_and_why_is_compared(own):
    """Who recorded a thing is asked by the two-person rule: an edit of it must not pass. One column each of the commands of eight records."""
    rows = own.rows("SELECT min(t.id) AS tx, k.uid FROM riwayat h JOIN tx t ON t.id=h.tx JOIN korban k ON k.id=h.rec WHERE h.reg='korban'"
                    " GROUP BY k.uid HAVING count(*)>1 LIMIT 7")
    caused = own.rows("SELECT s.tx, k.uid FROM sebab s JOIN riwayat h ON h.tx=s.tx JOIN tugas k ON k.id=h.rec WHERE h.reg='tugas' LIMIT 1")[0]
    own.stop()
    for (tx, _), (column, value) in zip(rows, (("actor", "'orang lain'"), ("at", "at-1"), ("reason", "'alasan lain'"), ("agency", "agency+1"),
                                               ("via", "'web?'"), ("session", "'x'"), ("import", "import+1")), strict=True):
        tamper(own, f"UPDATE tx SET {column}={value} WHERE id=?", tx)
    tamper(own, "UPDATE sebab SET root=root-1 WHERE tx=?", caused["tx"])
    status, said = scrub(own)
    assert status == EXIT_CORRUPT, said
    for uid in [r["uid"] for r in rows] + [caused["uid"]]:
        assert any(uid in line and "Riwayat" in line for line in said.splitlines()), (uid, said)


def test_a_record_set_back_or_gone_with_its_newest_versions_is_told(own):
    """As an older copy has it: row and history fit each other, the record of access tells of what came after."""
    c = own.as_("ppt")
    kept, lost = (steps.make(c, "kasus", judul=f"Perkara uji {n}", klasifikasi="belum_jelas") for n in ("kembali", "hilang"))
    own.stop()
    with own.db("sigap.db") as db:
        columns = [r[1] for r in db.execute("PRAGMA table_info(kasus)")]
        before = db.execute("SELECT * FROM kasus WHERE uid=?", (steps.uid_of(kept),)).fetchone()
    own.start()
    c = own.login("ppt")
    steps.change(c, kept, klasifikasi="tppo")
    assert own.rows("SELECT versi FROM kasus WHERE uid=?", steps.uid_of(kept))[0][0] == 2
    own.stop()
    assert scrub(own)[0] == 0
    tamper(own, "UPDATE kasus SET " + ",".join(f"{name}=?" for name in columns) + " WHERE id=?", *before, before["id"])
    tamper(own, "DELETE FROM riwayat WHERE reg='kasus' AND ver=2 AND rec=?", before["id"])
    status, said = scrub(own)
    assert status == EXIT_CORRUPT and any(steps.uid_of(kept) in line and "setelah versi 1" in line for line in said.splitlines()), said
    assert "1 perubahan lebih banyak" in said, said
    gone = one(own, f"SELECT id FROM kasus WHERE uid='{steps.uid_of(lost)}'")
    for sql in ("DELETE FROM riwayat WHERE reg='kasus' AND rec=?", "DELETE FROM kasus WHERE id=?"):
        tamper(own, sql, gone)
    assert "2 perubahan lebih banyak" in scrub(own)[1]


def test_a_value_that_only_history_knows_is_compared_with_it(own):
    """A case keeps its first classification: nothing on the record says what it was."""
    c = own.as_("ppt")
    path = steps.make(c, "kasus", judul="Perkara uji klasifikasi awal", klasifikasi="belum_jelas")
    steps.change(c, path, klasifikasi="tppo")
    uid = steps.uid_of(path)
    row = own.rows("SELECT klasifikasi, klasifikasi_awal FROM kasus WHERE uid=?", uid)[0]
    assert tuple(row) == ("tppo", "belum_jelas")
    back = c.submit(c.get(path).form("/urungkan"))
    assert back.status == 200 and "klasifikasi_awal" not in c.get(path + "/riwayat").words
    own.stop()
    assert scrub(own)[0] == 0
    for value in ("tppo", None):
        tamper(own, "UPDATE kasus SET klasifikasi_awal=? WHERE uid=?", value, uid)
        status, said = scrub(own)
        assert status == EXIT_CORRUPT and uid in said, (value, said)


# ---- bits ----

def registers(path):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    tables = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")]
    found = [t for t in tables if "__" not in t and "tajuk" in [c[1] for c in db.execute(f"PRAGMA table_info({t})")]]
    db.close()
    return found


def varint(page, at):
    value = 0
    for i in range(9):
        byte = page[at + i]
        value = value << 8 | byte if i == 8 else value << 7 | byte & 127
        if byte < 128 or i == 8:
            return value, at + i + 1


def cells(page, offset):
    """(rowid, start, bytes of the payload that lie on this page) of a leaf page of a table."""
    for i in range(int.from_bytes(page[offset + 3:offset + 5], "big")):
        at = offset + 8 + 2 * i
        start = int.from_bytes(page[at:at + 2], "big")
        size, here = varint(page, start)
        rowid, here = varint(page, here)
        local = size
        if size > len(page) - 35:
            least = (len(page) - 12) * 32 // 255 - 23
            local = least + (size - least) % (len(page) - 4)
            local = local if local <= len(page) - 35 else least
        yield rowid, here, local


def places(path, tables):
    """Where rows lie in the file: [(table, rowid, byte offset, bytes)]."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    size = db.execute("PRAGMA page_size").fetchone()[0]
    leaves = db.execute("SELECT name,pageno FROM dbstat WHERE pagetype='leaf' AND name IN (%s)" %
                        ",".join("?" * len(tables)), tables).fetchall()
    db.close()
    data, found = path.read_bytes(), []
    for name, number in leaves:
        start = (number - 1) * size
        page, offset = data[start:start + size], 100 if number == 1 else 0
        if page[offset] == 13:
            found += [(name, rowid, start + at, n) for rowid, at, n in cells(page, offset)]
    return found


def flip(path, at, bit):
    with open(path, "r+b") as f:
        f.seek(at)
        byte = f.read(1)[0]
        f.seek(at)
        f.write(bytes([byte ^ 1 << bit]))


def read_row(path, table, rowid):
    db = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    db.text_factory = bytes
    try:
        return db.execute(f"SELECT * FROM {table} WHERE rowid=?", (rowid,)).fetchall()
    except sqlite3.DatabaseError:
        return None  # the row cannot be read at all
    finally:
        db.close()


def shown(row):
    return [value or None for value in row]


def read_uid(path, table, rowid):
    row = read_row(path, table, rowid)
    return row[0][1].decode(errors="replace") if row and isinstance(row[0][1], bytes) else "?"


def owner(s, table, rowid):
    """(register, record id) a row belongs to."""
    if table == "riwayat":
        return tuple(s.rows("SELECT reg,rec FROM riwayat WHERE rowid=?", rowid)[0])
    if "__" in table:
        return table.split("__")[0], s.rows(f"SELECT rec FROM {table} WHERE rowid=?", rowid)[0][0]
    return table, rowid


def loses_its_place(table, before, after):
    """Whether the row no longer says whose it is: found as damage of the file, not of a record."""
    keys = 3 if table == "riwayat" else 2 if "__" in table else 0
    return before[:keys] != after[:keys]


def flip_round(s, rows, rng, want):
    """Flips bits in rows of `want` different records, one each. ({record: its uid before and after},
    flips after which a row cannot be read or belongs to no one)"""
    path, named, broken = s.data / "sigap.db", {}, []
    while len(named) + len(broken) < want:
        table, rowid, start, size = rng.choice(rows)
        at, bit = start + rng.randrange(size), rng.randrange(8)
        before = read_row(path, table, rowid)
        whose = owner(s, table, rowid)
        if whose in named:
            continue
        uid = s.rows(f"SELECT uid FROM {whose[0]} WHERE id=?", whose[1])[0][0]
        flip(path, at, bit)
        after = read_row(path, table, rowid)
        if after and shown(after[0]) == shown(before[0]):
            flip(path, at, bit)
            continue  # e.g. nothing became an empty text, or a reference to row 0: the same to the program
        if not after or loses_its_place(table, before[0], after[0]):
            flip(path, at, bit)
            broken.append((at, bit))
        else:
            named[whose] = {uid, read_uid(path, *whose)}
    return named, broken


def test_flipped_bits_are_found(own):
    own.stop()
    own.cli("rebuild")  # also leaves an empty write-ahead log behind
    whole = own.home / "whole.db"
    checkpoint(own.data / "sigap.db")
    shutil.copy(own.data / "sigap.db", whole)
    tables = registers(whole)
    db = sqlite3.connect(whole)
    links = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type='table' AND name LIKE '%\\_\\_%' ESCAPE '\\'")]
    db.close()
    rows, rng = places(whole, [*tables, *links, "riwayat"]), random.Random(SEED)
    assert len(rows) > 5000, len(rows)
    done, missed, unread = 0, [], []
    while done < FLIPS:
        shutil.copy(whole, own.data / "sigap.db")
        named, broken = flip_round(own, rows, rng, min(200, FLIPS - done))
        status, said = scrub(own)
        missed += [(whose, uids) for whose, uids in named.items() if not any(u in said for u in uids)]
        unread += broken
        done += len(named) + len(broken)
        assert status == EXIT_CORRUPT, said
    for at, bit in unread if FLIPS >= 10000 else unread[:4]:
        shutil.copy(whole, own.data / "sigap.db")
        flip(own.data / "sigap.db", at, bit)
        missed += [] if scrub(own)[0] else [(at, bit)]
    print(f"bits flipped {done}, of these {len(unread)} that damage the file, missed {len(missed)}")
    assert len(missed) * 1000 <= done, missed[:10]


def checkpoint(path):
    db = sqlite3.connect(path)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def test_a_sector_that_the_disk_refuses_is_told_as_that_and_not_as_damage(own, tmp):
    """SQLite calls an EIO of its file damage; whoever believes that restores a copy where a disk has to be exchanged."""
    own.stop()
    disk = Failing("disk", tmp)

    def scrubbed():
        return subprocess.run(own.cli.line("scrub", "--lang", "en"), env=disk.environment(own.cli.environment()), cwd=sigap.ROOT,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
    calls, told = disk.calls(scrubbed), 0
    for at in range(calls // 2, calls, max(1, calls // 10)):
        disk.set(at)
        done = scrubbed()
        said = done.stdout + done.stderr
        if disk.failed() and disk.last() == "pread64":
            told += 1
            assert done.returncode == 9 and "the disk cannot be read" in said, (at, calls, done.returncode, said)
            assert "does not fit" not in said and "damaged" not in said, (at, said)
        disk.set(0)
    assert told >= 3, (calls, told)
    own.cli("scrub")
