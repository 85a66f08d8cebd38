"""The key of the keys is exchanged: everything stays readable, whenever the exchange is cut off."""
import base64
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
from program import Program
from sealing import SENTENCE, opened, protect, wait_for_login
from second_code import code_of, give, password_only, set_up

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


def test_a_rotation_cut_off_anywhere_leaves_everything_readable(own):
    """Killed at random moments, half of them between writing the new key and giving it its name, half behind that."""
    steps.make(own.login("ppt"), "orang", nama="Agripina Uji Potong", jk="P", nik=NIK)
    own.stop()
    chance = random.Random(7)
    next_key = own.data / "kek.key.berikut"
    done = 0
    for cut in range(CUTS):
        next_key.unlink(missing_ok=True)
        process = subprocess.Popen(own.cli.line("key rotate"), env=own.cli.environment(), cwd=sigap.ROOT,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and not next_key.exists():
            time.sleep(0.0005)
        while cut % 2 and process.poll() is None and next_key.exists():
            time.sleep(0.0005)  # every other one in the second half, under the new key
        time.sleep(chance.random() * 0.4 * chance.random() if cut else 0)  # the first is never whole, however quick the machine
        process.kill()
        done += process.wait() == 0
        checked = own.cli("scrub", "--lang", "en").stdout
        assert "Not fitting: 0." in checked, f"cut {cut}: {checked}"
    left = versions(own)
    assert len(left) == 1 and left != {1} and done < CUTS
    print(f"{CUTS} rotations, {CUTS - done} of them killed, last key {left.pop()}: nothing unreadable")
    own.start()  # what was cut off last is finished here
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
