"""The key of the keys is exchanged: everything stays readable, whenever the exchange is cut off."""
import base64
import contextlib
import json
import random
import shutil
import sqlite3
import subprocess
import time

import cut_import
import residents
import sigap
import steps
from care import change
from failing import Failing
from program import Program
from sealing import SENTENCE, opened, protect, wait_for_login
from second_code import code_of, give, password_only, set_up

DATA = "light"  # read whole again and again

NIK = "5371014101900007"
CUTS = 200 if sigap.FULL else 6


def versions(server):
    with server.db("kunci.db") as db:
        return {r[0] for r in db.execute("SELECT DISTINCT kek_ver FROM kunci")}


def test_after_a_rotation_the_old_key_opens_nothing_and_all_is_readable(own, tmp):
    office = own.login("ppt")
    case = steps.make(office, "kasus", judul="Sebelum kunci diganti", dibuka="2026-10-01")
    steps.make(office, "korban", case, status_tppo="mungkin", orang__nama="Benedikta Uji Putaran", orang__jk="P")
    person = own.rows("SELECT uid FROM orang ORDER BY id DESC LIMIT 1")[0]["uid"]
    refused = own.cli("key rotate", "--lang", "en", status=9)  # the server holds the old key
    assert "Stop the server" in refused.stdout and versions(own) == {1}
    own.cli("backup", tmp / "lama")
    own.stop()
    old = (own.data / "kek.key").read_bytes()
    said = own.cli("key rotate", "--lang", "en").stdout
    assert "wrapped anew" in said and versions(own) == {2}
    assert (own.data / "kek.key").read_bytes() != old and (own.data / "kek.key.lama-1").read_bytes() == old
    assert not (own.data / "kek.key.berikut").exists()
    own.cli("scrub")
    own.cli("audit verify")
    own.cli("key rotate")  # and once more: the root goes along
    assert versions(own) == {3}
    own.cli("scrub")
    own.start()
    office = own.login("ppt")
    assert "Benedikta Uji Putaran" in steps.open_file(office, f"/orang/{person}").words
    steps.make(office, "korban", case, status_tppo="mungkin", orang__nama="Kornelia Sesudah Putaran", orang__jk="P")
    own.stop()
    own.cli("scrub")
    # the first key opens what it was made for, and nothing since
    (tmp / "pertama.key").write_bytes(old)
    fresh = sigap.Cli(tmp / "baru", own.reports)
    fresh("restore", tmp / "lama", "--key", own.data / "kek.key", status=10)
    fresh("restore", tmp / "lama", "--key", tmp / "pertama.key")
    fresh("scrub")
    (own.data / "kek.key").write_bytes(old)
    own.cli("scrub", status=10)


def epochs_of(server):
    """(number, act, mac of the row before) of the first row of each epoch."""
    return [(r["seq"], r["actor"], bytes(r["prev"]).hex()) for r in server.rows(
        "SELECT seq, actor, prev FROM audit WHERE action='key:epoch' ORDER BY seq")]


def put_rows(server, thief, first, last):
    """Rows of a thief's chain in the place of those of the same numbers."""
    with contextlib.closing(sqlite3.connect(server.data / "sigap.db")) as db, db:
        db.execute("ATTACH ? AS other", (f"{thief}/sigap.db",))
        db.execute("DELETE FROM audit WHERE seq BETWEEN ? AND ?", (first, last))
        db.execute("INSERT INTO audit SELECT * FROM other.audit WHERE seq BETWEEN ? AND ?", (first, last))


def test_who_took_the_first_key_forges_no_row_and_no_seal_after_an_exchange(own, tmp):
    """The thief has the whole folder of before, and the program; he may write to the files, but not read the new key."""
    own.stop()
    before = own.cli("audit anchor").stdout.strip()
    keys = [own.cli("audit public-key").stdout.strip()]
    assert own.cli("audit handover").stdout == ""
    thief = sigap.Cli(tmp / "pencuri", own.reports)
    shutil.copytree(own.data, thief.data)
    said = own.cli("key rotate", "--lang", "en").stdout
    keys.append(own.cli("audit public-key").stdout.strip())
    over = own.cli("audit handover").stdout.strip()
    assert keys[0] != keys[1] and over.split()[0] == "SIGAP-ALIH-1" and over.split()[5:7] == keys
    assert f"now: {keys[1]}. Give it to every agency on paper" in said and over in said
    first, actor, prev = epochs_of(own)[0]
    assert actor == "sistem:kunci" and over.split()[2] == str(first - 1) and over.split()[4] == prev
    after = own.cli("audit anchor").stdout.strip()
    assert "2 segel cocok" in own.cli("audit verify").stdout
    # an agency: with the key it had, with the key it got
    seals = tmp / "instansi.txt"

    def checked(*lines, key, status=0):
        seals.write_text("\n".join(lines))
        return own.cli("audit check", seals, key, "--lang", "en", status=status).stdout
    assert f"handed over to the public key {keys[1]}. Believe it only if" in checked(before, over, after, key=keys[0])
    assert "handed over" not in checked(before, over, after, key=keys[1])
    assert "put its line of handover into this file" in checked(before, after, key=keys[0], status=10)
    # what he writes in his copy, with the key he has
    for _ in range(6):
        thief("key sheet")
    stolen = thief("audit anchor").stdout.strip()
    assert int(stolen.split()[2]) > first
    assert "exchanged by then" in checked(before, over, stolen, key=keys[0], status=10)
    assert "exchanged by then" in checked(before, over, stolen, key=keys[1], status=10)
    thief("key rotate")
    to_himself = thief("audit handover").stdout.strip()
    assert to_himself.split()[5] == keys[0] and to_himself.split()[6] not in keys
    assert "handed over again, to another one" in checked(over, to_himself, key=keys[0], status=10)
    seals.write_text(to_himself)
    assert "kunci yang sama diserahkan lagi" in own.cli("audit verify", seals, status=10).stdout
    for _ in range(2):
        own.cli("key sheet")
    last = first + 2
    real = (own.data / "sigap.db").read_bytes()
    assert not (own.data / "sigap.db-wal").exists() or not (own.data / "sigap.db-wal").stat().st_size
    for at, to, told in ((first, last, first), (last, last, last), (first - 1, first - 1, first), (last + 1, last + 1, last + 1)):
        put_rows(own, thief.data, at, to)
        assert f"pada baris {told}." in own.cli("audit verify", status=10).stdout, (at, to)
        for part in ("-wal", "-shm"):
            (own.data / f"sigap.db{part}").unlink(missing_ok=True)
        (own.data / "sigap.db").write_bytes(real)
    # the list of epochs is in the key store: his own, or none, opens nothing
    box = (own.data / "kunci.db").read_bytes()
    for change in ("DELETE FROM kek", "UPDATE kek SET root=(SELECT root FROM other.kek)"):
        with contextlib.closing(sqlite3.connect(own.data / "kunci.db")) as db, db:
            db.execute("ATTACH ? AS other", (f"{thief.data}/kunci.db",))
            db.execute(change)
        own.cli("audit verify", status=10)
        for part in ("-wal", "-shm"):
            (own.data / f"kunci.db{part}").unlink(missing_ok=True)
        (own.data / "kunci.db").write_bytes(box)
    # a copy of before with its key, and one more exchange
    own.cli("key rotate")
    keys.append(own.cli("audit public-key").stdout.strip())
    overs = own.cli("audit handover").stdout.strip().splitlines()
    newest = own.cli("audit anchor").stdout.strip()
    assert overs[0] == over and [line.split()[6] for line in overs] == keys[1:] and len(epochs_of(own)) == 2
    assert "3 segel cocok" in own.cli("audit verify").stdout
    for key in keys:
        checked(before, after, newest, *overs, key=key)
    own.start()
    page = own.login("pdp").get("/audit/segel")
    assert all(line in page.words for line in [*overs, keys[2]]) and "di atas kertas" in page.words, page.words
    assert "melihat segel jejak audit" in own.login("pdp").get("/audit").words
    own.stop()
    assert "utuh" in own.cli("audit verify").stdout


def test_who_took_the_first_key_forges_no_version_after_an_exchange(own, tmp):
    """The newest version of a case by the key of before, put into the data after the exchange: the scrub tells it, and what
    did not fit before the exchange is told after it."""
    office = own.login("ppt")
    case = steps.make(office, "kasus", judul="Judul yang benar", dibuka="2026-10-01").rsplit("/", 1)[1]
    other = steps.make(office, "kasus", judul="Tidak cocok sejak dahulu", dibuka="2026-10-01").rsplit("/", 1)[1]
    own.stop()
    real, thief = tmp / "asli", tmp / "pencuri"
    shutil.copytree(own.data, real)
    own.start()  # what the program writes in the thief's copy, with the key it has
    office = own.login("ppt")
    form = office.get(f"/kasus/{case}/ubah").form(f"/kasus/{case}/ubah", has="judul").fill(judul="Judul palsu")
    assert "Judul palsu" in office.submit(form).words
    own.stop()
    own.data.rename(thief)
    real.rename(own.data)
    own.cli("scrub")

    def scrubbed():
        done = own.cli("scrub", "--lang", "en", status=10)
        return done.stdout + done.stderr

    def forge():
        with contextlib.closing(sqlite3.connect(own.data / "sigap.db")) as db, db:
            db.execute("ATTACH ? AS other", (f"{thief}/sigap.db",))
            rec = db.execute("SELECT id FROM kasus WHERE uid=?", (case,)).fetchone()[0]
            db.execute("INSERT OR IGNORE INTO tx SELECT * FROM other.tx")
            db.execute("DELETE FROM kasus WHERE id=?", (rec,))
            db.execute("INSERT INTO kasus SELECT * FROM other.kasus WHERE id=?", (rec,))
            db.execute("INSERT INTO riwayat SELECT * FROM other.riwayat WHERE reg='kasus' AND rec=? AND ver=2", (rec,))
    change(own, "UPDATE riwayat SET rowhash='00'||substr(rowhash,3) WHERE reg='kasus' AND ver=1"
                " AND rec=(SELECT id FROM kasus WHERE uid=?)", other)
    told = scrubbed()
    assert "Not fitting: 1." in told and other in told, told
    own.cli("key rotate")
    told = scrubbed()
    assert "Not fitting: 1." in told and other in told, told
    forge()
    told = scrubbed()
    assert case in told and other in told and "Not fitting: 2." in told, told
    own.cli("key rotate")  # and is not washed clean by another
    assert scrubbed() == told


def sealed_risk(cli):
    return [line for line in cli("security", "--lang", "en").stdout.splitlines() if "kek.key.lama" in line]


def test_every_old_key_stays_until_no_copy_wants_it_and_restore_finds_it(own, tmp):
    own.stop()
    home = own.data / "cadangan"
    home.mkdir(exist_ok=True)
    keys = []
    for number in (1, 2, 3):  # a copy under each of three keys, all exchanged on one day
        own.cli("backup", home / f"2026-11-22-010{number}-00")
        keys.append((own.data / "kek.key").read_bytes())
        said = own.cli("key rotate", "--lang", "en").stdout
        assert f"kek.key.lama-{number}" in said
    for number, key in enumerate(keys, 1):
        assert (own.data / f"kek.key.lama-{number}").read_bytes() == key
    newest = (own.data / "kek.key").read_bytes()
    assert len({*keys, newest}) == 4
    # a name that is taken is not taken again
    (own.data / "kek.key.lama-4").write_bytes(keys[0])
    own.cli("key rotate")
    assert (own.data / "kek.key.lama-4").read_bytes() == keys[0] and (own.data / "kek.key.lama-4.2").read_bytes() == newest
    newest = (own.data / "kek.key").read_bytes()
    (own.data / "kek.key.lama-4").unlink()
    # each copy names the one key it wants; the others may go
    for number in (2, 3):
        shutil.rmtree(home / f"2026-11-22-010{number}-00")
    said = " ".join(sealed_risk(own.cli))
    assert "Destroy now" in said and "want" not in said
    idle = said.split("needs it:")[1].split(". Keep")[0]
    assert idle.strip() == "kek.key.lama-2, kek.key.lama-3, kek.key.lama-4.2", said
    # the first copy comes back into the folder of its data: its key is found there, the newest is kept
    copy = home / "2026-11-22-0101-00"
    shutil.move(copy, tmp / "salinan")
    for db in ("sigap.db", "kunci.db", "berkas.db"):
        for part in own.data.glob(db + "*"):
            part.unlink()
    said = own.cli("restore", tmp / "salinan", "--lang", "en").stdout
    assert "kek.key.lama-1" in said
    assert (own.data / "kek.key").read_bytes() == keys[0] and (own.data / "kek.key.lama-5").read_bytes() == newest
    own.cli("scrub")
    own.cli("audit verify")
    assert versions(own) == {1}


def found_by_nik(client):
    page = client.get("/orang")
    return client.submit(page.form("/orang", has="nik").fill(nik=NIK)).words


def in_clear_of_no_data_key(server):
    """Stored values that no data key protects: fingerprints, a draft, a saved filter, a second code's secret, a letter."""
    return [{bytes(row[0]) if isinstance(row[0], bytes) else row[0] for row in server.rows(sql)} for sql in (
        "SELECT hash FROM sidik", "SELECT blob FROM draf", "SELECT name FROM saringan", "SELECT query FROM saringan",
        "SELECT seed FROM kode_kedua", "SELECT box FROM kotak_masuk", "SELECT nilai FROM meta WHERE kunci='kotak_kunci'")]


def test_what_no_data_key_protects_goes_over_to_a_fresh_secret_and_opens_after_two_rotations(own):
    office = own.login("ppt")
    steps.make(office, "orang", nama="Agripina Uji Rahasia", jk="P", nik=NIK)
    form = office.get("/kasus/baru").form("/kasus/baru", has="draf").fill(judul="Draf sebelum diganti")
    office.submit(form, button=("draf", "simpan"))
    form = office.get("/kasus?status=baru").form("/saringan", has="nama").fill(nama="Saringan sebelum diganti")
    office.submit(form)
    seed, _ = set_up(own.login("peksos"))
    desk = Program(own, "ppt")
    kinds = {name: desk("GET", f"/api/v1/kode/{name}").json()["items"][0]["code"] for name in ("jenis_laporan", "kanal")}
    own.stop()
    protect(own)
    own.start()
    desk.client = own.client()
    sent = desk("POST", "/api/v1/laporan", {"isian": {"jenis": kinds["jenis_laporan"], "kanal": kinds["kanal"], "kab": "53.03",
                                                      "isi": "Surat sebelum kunci diganti"}})
    assert sent.status == 202, sent.html
    own.stop()
    before = in_clear_of_no_data_key(own)
    assert all(before), before
    own.cli("key rotate", stdin=SENTENCE + "\n")
    between = in_clear_of_no_data_key(own)
    own.cli("key rotate", stdin=SENTENCE + "\n")  # the first secret opens nothing any more
    after = in_clear_of_no_data_key(own)
    for first, second, third in zip(before, between, after):
        assert len(first) == len(second) == len(third) and not first & second and not second & third and not first & third
    own.start()
    assert opened(own, SENTENCE).status == 200
    wait_for_login(own)
    office = own.login("ppt")
    assert "1 catatan" in found_by_nik(office) and "AUR" in found_by_nik(office), found_by_nik(office)[-400:]
    again = office.get(office.get("/draf").link(href_contains="/kasus/baru")).form("/kasus/baru", has="judul")
    assert again["judul"] == "Draf sebelum diganti"
    assert "Saringan sebelum diganti" in office.get("/kasus").words
    client, _ = password_only(own, "peksos")
    assert give(client, code_of(seed, time.time() + 30)).path == "/"
    desk.client = own.client()
    shown = desk("GET", sent.headers["Location"], Sigap_Tujuan="penanganan_kasus; Memeriksa kiriman tersegel")
    assert shown.status == 200 and shown.json()["isian"]["isi"] == "Surat sebelum kunci diganti", shown.html


def test_files_that_wait_and_the_population_book_go_along(own):
    """An import cut while it was applied (file and plan wait), and a real book with its index, past three exchanges."""
    book = residents.with_book(own)
    run = cut_import.cut_while_applying(own, "KU")
    own.stop()
    folder = own.data / "impor"
    index = (own.data / "penduduk.indeks").read_bytes()
    waiting = {p.name: p.read_bytes() for p in folder.iterdir()}
    assert len(waiting) == 2 and all(name.endswith(".segel") for name in waiting)
    content = open(book, "rb").read()
    for _ in range(3):
        own.cli("key rotate")
        now = {p.name: p.read_bytes() for p in folder.iterdir()}
        assert now.keys() == waiting.keys() and all(now[n] != waiting[n] for n in now)
        waiting = now
        assert "utuh: 3 penduduk" in own.cli("match book").stdout
    assert open(book, "rb").read() == content and (own.data / "penduduk.indeks").read_bytes() == index, "not a byte of it is written anew"
    own.start()
    c = own.login("ppt")
    page = residents.look(own, c, residents.NIK)
    assert "WUT" in residents.section(page) or "Welmince" in residents.section(page), residents.section(page)
    done = steps.settled(c, c.submit(c.get(run).form("/terap")))
    assert "Impor sudah diterapkan" in done.words, done.words[-600:]
    rows = cut_import.ROWS
    assert cut_import.written(own, "KU") == (rows, rows, rows)
    # the next book's key takes the place of this one's
    own.stop()
    with own.db("kunci.db") as db:
        before = db.execute("SELECT subject FROM kunci WHERE subject LIKE 'penduduk/%'").fetchall()
    residents.make(own)
    with own.db("kunci.db") as db:
        after = db.execute("SELECT subject FROM kunci WHERE subject LIKE 'penduduk/%'").fetchall()
    assert len(before) == len(after) == 1 and before != after


def test_a_sealed_key_is_rotated_sealed_and_on_new_paper(own):
    own.stop()
    own.cli("key protect", stdin=f"{SENTENCE}\n{SENTENCE}\n")
    own.cli("key rotate", stdin=SENTENCE + "\n")
    assert (own.data / "kek.key").read_text().startswith("SIGAP-KEK 2 ")
    own.cli("scrub", stdin=SENTENCE + "\n")
    said = own.cli("key sheet", stdin=SENTENCE + "\n").stdout
    papers = [line.strip() for line in said.splitlines() if line.startswith("    ")]
    (own.data / "kek.key").unlink()
    own.cli("key recover", stdin="\n".join([papers[0], papers[2], SENTENCE, SENTENCE]) + "\n")
    own.cli("scrub", stdin=SENTENCE + "\n")


def test_a_rotation_cut_off_anywhere_leaves_everything_readable(own, tmp):
    """Killed at calls to the disk from the first to the last: what opens next finds one key in force, and finishes."""
    steps.make(own.login("ppt"), "orang", nama="Agripina Uji Potong", jk="P", nik=NIK)
    own.stop()
    killing = Failing("disk", tmp, kills=True)

    def rotate():
        return subprocess.run(own.cli.line("key rotate"), env=killing.environment(own.cli.environment()), cwd=sigap.ROOT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
    calls = killing.calls(rotate)
    old, comes, ends = own.data / "kek.key.lama-1", own.data / "kek.key.berikut", set()
    for at in range(1 if sigap.FULL else 1 + calls // CUTS // 2, calls, 1 if sigap.FULL else calls // CUTS):
        killing.set(at)
        if rotate() != -9:
            break  # behind the last of them
        ends.add((killing.last(), comes.exists()))
        killing.set(0)
        assert "Not fitting: 0." in own.cli("scrub", "--lang", "en").stdout, f"cut at {at}"
        own.cli("audit verify")
    left = versions(own)
    assert len(left) == 1 and old.exists() and len(ends) > 2, (left, ends)
    begun = [line.split() for line in own.cli("audit handover").stdout.splitlines()]
    assert len(begun) == max(left) - 1, "each exchange that came into force began an epoch"
    assert {int(w[2]) + 1 for w in begun} <= {seq for seq, _, _ in epochs_of(own)}, "and its first row is the exchange's"
    print(f"killed at calls to the disk of {calls}, last key {left.pop()}, {sorted(ends)}: nothing unreadable")
    own.start()
    assert own.rows("SELECT nilai FROM meta WHERE kunci='rahasia_untuk'")[0][0] == str(max(versions(own)))
    assert "1 catatan" in found_by_nik(own.login("ppt"))
    own.stop()
    own.cli("key rotate")
    own.cli("scrub")


def closed_by(server, uid):
    """Wrapped key of one subject, and every sealed value that lies there of it and of the files named."""
    with server.db("kunci.db") as db:
        wrapped = bytes(db.execute("SELECT wrapped FROM kunci WHERE subject=?", (uid,)).fetchone()[0])
        assert not db.execute("SELECT 1 FROM kunci WHERE subject LIKE 'baru/%'").fetchall()
    with server.db("berkas.db") as db:
        files = [bytes(r[0]) for r in db.execute("SELECT blob FROM berkas")]
        assert not db.execute("SELECT 1 FROM berkas WHERE uid LIKE 'baru/%'").fetchall()
    return wrapped, files


def sealed_in(server, reg, uid):
    """(values in the row, values in its versions): as they lie there."""
    row = server.rows(f"SELECT * FROM {reg} WHERE uid=?", uid)[0]
    live = [bytes(v) for v in row if isinstance(v, bytes)]
    deltas = server.rows("SELECT delta FROM riwayat WHERE reg=? AND rec=? ORDER BY ver", reg, row["id"])
    return live, [base64.b64decode(v) for d in deltas for k, v in json.loads(d["delta"]).items() if k.endswith("!") and v]


def put_key(server, uid, wrapped):
    db = sqlite3.connect(server.data / "kunci.db")
    with db:
        db.execute("UPDATE kunci SET wrapped=? WHERE subject=?", (wrapped, uid))
    db.close()


def lies_somewhere(server, blobs):
    """What of it is still in a database or its log, raw or as history writes it."""
    needles = [*blobs, *(base64.b64encode(b) for b in blobs)]
    found = []
    for path in server.data.iterdir():
        if path.is_file() and ".db" in path.name:
            data = path.read_bytes()
            found += [(path.name, n[:8]) for n in needles if n in data]
    return found


def test_the_key_of_one_person_is_exchanged_with_all_that_it_closes(own, tmp):
    office = own.login("ppt")
    case = steps.make(office, "kasus", judul="Satu kunci diganti", dibuka="2026-10-01")
    steps.make(office, "korban", case, status_tppo="mungkin", orang__nama="Benedikta Nama Pertama", orang__jk="P")
    person = own.rows("SELECT uid FROM orang ORDER BY id DESC LIMIT 1")[0]["uid"]
    steps.open_file(office, f"/orang/{person}")
    form = office.get(f"/orang/{person}/ubah").form(f"/orang/{person}/ubah", has="nama").fill(nama="Kornelia Nama Kedua")
    assert office.submit(form).status == 200
    bytes_in = b"%PDF-1.4\n" + random.Random(3).randbytes(600_000)
    case_uid = case.rsplit("/", 1)[1]
    steps.attach(office, case_uid, "bukti.pdf", bytes_in)
    file = f"/lampiran/{own.rows('SELECT uid FROM lampiran ORDER BY id DESC LIMIT 1')[0]['uid']}"
    own.cli("backup", tmp / "lama")
    assert "Stop the server" in own.cli("key rotate orang", person, "--lang", "en", status=9).stdout
    own.stop()
    own.cli("key rotate orang", "0190aaaa-0000-7000-8000-00000000dead", status=None)
    for reg, uid in (("orang", person), ("kasus", case_uid)):
        wrapped, files = closed_by(own, uid)
        live, past = sealed_in(own, reg, uid)
        assert (live and len(past) > len(live)) or reg == "kasus", (reg, len(live), len(past))
        own.cli(f"key rotate {reg}", uid)
        fresh, files_now = closed_by(own, uid)
        live_now, past_now = sealed_in(own, reg, uid)
        assert fresh != wrapped and len(live_now) == len(live) and len(past_now) == len(past)
        assert not {*live, *past} & {*live_now, *past_now} and set(live_now) <= set(past_now)
        if reg == "kasus":
            assert len(files) == len(files_now) and len({*files} - {*files_now}) == 3, "three pieces of one file"
        gone = [wrapped, *live, *past, *({*files} - {*files_now})]
        assert lies_somewhere(own, gone) == [], "its old key or what it closed is still there"
        acts = own.rows("SELECT 1 FROM audit WHERE action='key:rotate' AND uid=?", uid)
        assert len(acts) == 1
        # the old key opens nothing of it: nothing is changed and it is told
        put_key(own, uid, wrapped)
        assert own.cli(f"key rotate {reg}", uid, status=None).returncode
        assert sealed_in(own, reg, uid) == (live_now, past_now)
        put_key(own, uid, fresh)
    own.cli("scrub")
    own.cli("audit verify")
    own.start()
    office = own.login("ppt")
    assert "Kornelia Nama Kedua" in steps.open_file(office, f"/orang/{person}").words
    assert "Benedikta Nama Pertama" in steps.open_file(office, f"/orang/{person}/riwayat").words
    steps.open_file(office, file)
    assert office.get(f"{file}/berkas/isi?asli=ya").body == bytes_in


def test_an_exchange_of_one_key_cut_off_anywhere_leaves_everything_readable(own):
    steps.make(own.login("ppt"), "orang", nama="Agripina Uji Potong Satu", jk="P", nik=NIK)
    person = own.rows("SELECT uid FROM orang ORDER BY id DESC LIMIT 1")[0]["uid"]
    own.stop()
    began = time.monotonic()
    own.cli("key rotate orang", person)
    whole = time.monotonic() - began
    chance = random.Random(11)
    done, keys = 0, set()
    for cut in range(CUTS):
        process = subprocess.Popen(own.cli.line("key rotate orang", person), env=own.cli.environment(), cwd=sigap.ROOT,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if cut % 2:  # between the key that comes and the end
            while process.poll() is None and not comes(own):
                time.sleep(0.0005)
            time.sleep(chance.random() * 0.05 * chance.random())
        else:
            time.sleep(whole * chance.random())
        process.kill()
        done += process.wait() == 0
        said = own.cli("key rotate orang", person, "--lang", "en").stdout  # opens all of it, or refuses
        assert "not opened" not in said, f"cut {cut}: {said}"
        assert "Not fitting: 0." in own.cli("scrub", "--lang", "en").stdout
        keys.add(closed_by(own, person)[0])
    assert len(keys) == CUTS and done < CUTS
    print(f"{CUTS} exchanges of one key, {CUTS - done} of them killed")
    own.start()
    assert "1 catatan" in found_by_nik(own.login("ppt"))


def comes(server):
    with server.db("kunci.db") as db:
        return db.execute("SELECT 1 FROM kunci WHERE subject LIKE 'baru/%'").fetchone() is not None
