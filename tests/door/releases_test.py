"""Figures frozen (STA-02, KAM-07): a half-year told twice tells nobody, neither by late entries nor by a correction."""
import csv
import datetime
import io
import itertools
import sqlite3

import attacker
import openpyxl
import steps

TODAY = datetime.date.today()
YEAR = TODAY.year - 1  # its half-years were released when the practice data was made
PERIOD, FROM, TO = f"{YEAR}-S1", f"01/01/{YEAR}", f"30/06/{YEAR}"
RUNNING = f"{TODAY.year}-S{1 if TODAY.month < 7 else 2}"
LONG_AGO = "2019-S1"  # nobody released it
DIMS = ("jk", "kelompok_umur", "asal_kab", "anak", "pendidikan", "klasifikasi_kasus")
K = {"task-force": 5, "public": 10}


def figures(client, rows="jk", columns="kelompok_umur", audience="task-force", period=PERIOD):
    page = client.get("/tabel/korban_terpilah.csv", {"masa": period, "baris": rows, "kolom": columns, "untuk": audience})
    assert page.status == 200, (page.status, page.words[-400:])
    return attacker.by_code(list(csv.reader(page.body.decode("utf-8-sig").splitlines())))


def crossings(client, readable=tuple(K)):
    """Every crossing and each dimension alone: {(rows, columns, audience): cells}."""
    pairs = [*itertools.combinations(DIMS, 2), *((d, "-") for d in DIMS)]
    return {(r, c, a): figures(client, r, c, a) for r, c in pairs for a in readable}


def late(s, n, year=YEAR, **more):
    """So many victims more, entered after the half-year was released; all of one sort. Gives their addresses."""
    office = s.as_("ppt")
    case = steps.make(office, "kasus", judul="Perkara yang terlambat dicatat", klasifikasi="tppo", dibuka=f"{year}-02-01")
    return [steps.make(office, "korban", case, status_tppo="terbukti_layanan", tanggal_identifikasi=f"{year}-02-02",
                       orang__nama="Qwixana Terlambat", orang__jk="P", **more) for _ in range(n)]


def newest(s, period_from=f"{YEAR}-01-01"):
    return s.rows("SELECT * FROM rilis WHERE mulai=? AND versi_rilis>0 ORDER BY versi_rilis DESC", period_from)[0]


def draft(c, **more):
    values = {"judul": "Data korban terpilah", "mulai": FROM, "selesai": TO, "khalayak": "publik", "catatan_metode": "Orang dihitung sekali."}
    return steps.make(c, "rilis", **{**values, **more})


def move(c, path, name):
    return c.submit(c.get(path).form(f"/{name}"))


def correct(s, c, why="Catatan yang terlambat masuk.", **more):
    """A second version of the half-year, all the way; gives the page of the published release."""
    return steps.release(s, c, mulai=FROM, selesai=TO, menggantikan=newest(s)["uid"], perbaikan=why, **more)


def test_asked_today_and_tomorrow_the_same_is_said(own):
    c = own.as_("sekretaris")
    before, exact = crossings(c), figures(c, audience="internal")[("", "")]
    leader = own.as_("pimpinan").get(f"/tabel?masa={PERIOD}").words
    late(own, 1)
    assert int(figures(c, audience="internal")[("", "")]) == int(exact) + 1, "who sees exact figures goes on asking live"
    assert crossings(c) == before
    strip = lambda words: words.split("Keluar")[-1]  # noqa: E731
    assert strip(own.as_("pimpinan").get(f"/tabel?masa={PERIOD}").words) == strip(leader)
    for audience in K:
        for login in ("sekretaris", "pimpinan") if audience == "task-force" else ("sekretaris",):
            assert figures(own.as_(login), audience=audience) == before["jk", "kelompok_umur", audience]
    said = own.cli("table", "korban_terpilah", "--period", PERIOD, "--rows", "jk", "--columns", "kelompok_umur", "--audience", "public").stdout
    assert attacker.by_code(list(csv.reader(said.splitlines()))) == before["jk", "kelompok_umur", "public"]


def test_what_was_not_released_says_so_and_who_does_it(s):
    secretary, leader = s.as_("sekretaris"), s.as_("pimpinan")
    for c in (secretary, leader):
        for period in (RUNNING, LONG_AGO):
            ask = {"masa": period, "untuk": "task-force"}
            page = c.get("/tabel/korban_jk_umur", ask)
            assert page.status == 200 and "belum dirilis" in page.words and "<td" not in page.html and "Sekretariat" in page.words
            assert c.get("/tabel/korban_jk_umur.csv", ask).status == 422
            assert ("Lihat pratinjau" in page.words) == (c is secretary)
            assert ("Bekukan angka" in page.words) == (c is secretary and period == LONG_AGO), "a half-year that runs cannot be released"
    assert "belum dirilis" in leader.get(f"/tabel?masa={RUNNING}").words
    assert s.cli("table", "korban_jk_umur", "--period", RUNNING, "--audience", "public", status=None).returncode != 0
    preview = {"masa": RUNNING, "untuk": "task-force", "pratinjau": "ya"}
    page = secretary.get("/tabel/korban_jk_umur", preview)
    assert "<td" in page.html and "jangan diberikan kepada siapa pun" in page.words and ".xlsx" not in page.html
    assert secretary.get("/tabel/korban_jk_umur.csv", preview).status == 400
    assert leader.get("/tabel/korban_jk_umur", preview).status == 403, "a preview is a live count"
    home = leader.get("/")
    assert "RLS-" in home.words and "masa ini belum selesai" not in home.words, "the leader's first page counts live"


def test_a_release_is_of_one_half_year_that_is_over(s):
    c = s.as_("sekretaris")
    start, end = (f"01/01/{TODAY.year}", f"30/06/{TODAY.year}") if RUNNING.endswith("S1") else (f"01/07/{TODAY.year}", f"31/12/{TODAY.year}")
    form = c.get("/rilis/baru").form("/rilis/baru", has="idem")
    page = c.submit(steps.fill(form, {"judul": "Uji", "mulai": FROM, "selesai": f"30/09/{YEAR}", "khalayak": "publik", "catatan_metode": "Uji."}))
    assert page.status == 422 and "satu semester penuh" in page.words
    author = s.as_("statistik")
    path = draft(author, mulai=start, selesai=end)
    move(author, path, "tinjau")
    page = move(c, path, "terbitkan")
    assert "belum berakhir" in page.words, page.words[-600:]
    again = draft(author)  # without saying what it replaces
    move(author, again, "tinjau")
    page = move(c, again, "terbitkan")
    assert "sudah dirilis" in page.words and newest(s)["nomor"] in page.words and newest(s)["versi_rilis"] == 1
    assert s.rows("SELECT status FROM rilis WHERE uid=?", again.split("/")[2])[0]["status"] == "ditinjau"
    prefilled = c.get("/tabel/korban_jk_umur", {"masa": LONG_AGO, "untuk": "public"})
    href = next(h for h, t in prefilled.links if t == "Bekukan angka")
    form = c.get(href).form("/rilis/baru", has="idem")
    assert (form["mulai"], form["selesai"]) == ("2019-01-01", "2019-06-30")


def test_who_drafted_or_reviewed_a_release_does_not_publish_it(s):
    secretary, author = s.as_("sekretaris"), s.as_("statistik")
    mine = draft(secretary, mulai=f"01/07/{YEAR - 6}", selesai=f"31/12/{YEAR - 6}")
    theirs = draft(author, mulai=f"01/01/{YEAR - 6}", selesai=f"30/06/{YEAR - 6}")
    for path, reviewer in ((mine, author), (theirs, secretary)):
        assert move(reviewer, path, "tinjau").status == 200
        page = move(secretary, path, "terbitkan")
        assert page.status == 422 and "orang lain" in page.words, page.words[-600:]
    assert s.rows("SELECT DISTINCT status FROM rilis WHERE uid IN (?,?)", steps.uid_of(mine), steps.uid_of(theirs))[0]["status"] == "ditinjau"
    for path in (mine, theirs):
        page = move(s.as_("pimpinan"), path, "terbitkan")
        assert page.status == 200 and "Terbit" in page.words, page.words[-600:]
    assert s.rows("SELECT DISTINCT status FROM rilis WHERE uid IN (?,?)", steps.uid_of(mine), steps.uid_of(theirs))[0]["status"] == "terbit"


def test_a_locked_release_never_changes_and_a_correction_is_version_2(own):
    c, first = own.as_("sekretaris"), newest(own)
    path = f"/rilis/{first['uid']}"
    page = c.get(path)
    assert first["sidik"] in page.words and f"{path}/ubah" not in page.html and "/batal" not in page.html, "a locked release offers a change"
    assert c.get(f"{path}/ubah").status == 409
    token = c.get("/").form("/keluar")["csrf"]
    common = [("csrf", token), ("versi", str(first["versi"]))]
    tries = [("/ubah", [("judul", "Diganti"), ("-ada", "judul")]), ("/batal", [("alasan", "Tidak jadi terbit.")]),
             ("/kembalikan", [("alasan", "Kembali ke meja.")]), ("/urungkan", [])]
    for n, (verb, fields) in enumerate(tries):
        assert c.post(path + verb, common + [("idem", f"kunci-{n}"), *fields]).status >= 400, verb
    assert tuple(newest(own)) == tuple(first)
    late(own, 12)
    second = correct(own, c, why="Dua belas korban dari satu instansi terlambat masuk.")
    row = newest(own)
    assert row["versi_rilis"] == 2 and row["nomor"] != first["nomor"] and row["sidik"] != first["sidik"] and row["sidik"] in second.words
    assert tuple(own.rows("SELECT * FROM rilis WHERE uid=?", first["uid"])[0]) == tuple(first), "version 1 changed"
    assert first["nomor"] in second.words or "Data korban terpilah" in second.words
    shown = c.get("/tabel/korban_terpilah", {"masa": PERIOD, "untuk": "task-force"}).words
    assert row["nomor"] in shown and "versi 2" in shown and "Dua belas korban dari satu instansi" in shown
    own.stop()
    own.cli("scrub")


def test_every_medium_names_release_version_and_hash(s):
    c, row = s.as_("sekretaris"), newest(s)
    ask = {"masa": PERIOD, "untuk": "public"}
    said = (row["nomor"], f"versi {row['versi_rilis']}", row["sidik"])
    page = c.get("/tabel/korban_jk_umur", ask)  # which is what is printed
    book = openpyxl.load_workbook(io.BytesIO(c.get("/tabel/korban_jk_umur.xlsx", ask).body))
    all_tables = openpyxl.load_workbook(io.BytesIO(c.get("/tabel.xlsx", ask).body))
    cells = [" ".join(str(v) for sheet in b for r in sheet.iter_rows(values_only=True) for v in r if v is not None) for b in (book, all_tables)]
    for text in (page.words, c.get("/tabel/korban_jk_umur.csv", ask).body.decode(), *cells):
        assert all(w in text for w in said), (said, text[:400])


def numbers(told):
    """What one who reads these tables knows of what they show: {name: (least, most)}."""
    who = attacker.Attacker()
    for (rows, columns, audience), cells in told.items():
        who.table(rows, columns, cells, K[audience])
    who.think()
    return who, {n: (who.least[n], who.most[n]) for n in who.shown}


def test_a_correction_beside_what_it_corrects_tells_nobody(own):
    """Late victims of several sorts, and some that were none after all; one who keeps every table of every version knows no
    small figure, and no small change."""
    c, office = own.as_("sekretaris"), own.as_("ppt")
    told = [crossings(c)]
    late(own, 8)
    doubtful = late(own, 11, umur_dinyatakan="30")
    late(own, 3, umur_dinyatakan="16")
    late(own, 1, umur_dinyatakan="40", orang__pendidikan="sltp")
    correct(own, c)
    told.append(crossings(c))
    late(own, 13, umur_dinyatakan="16")  # of all cells none changes by fewer than ten where more than ten changed
    for path in doubtful[:3]:
        form = office.get(path).form("/batalkan")
        form["-alasan"] = "Ternyata bukan korban."
        assert office.submit(form).status == 200
    correct(own, c, why="Tiga belas lagi, tiga bukan korban.")
    told.append(crossings(c))
    assert told[0] != told[1] != told[2]
    for readable in (tuple(K), ("public",)):
        k, known = min(K[a] for a in readable), []
        for version in told:
            who, certain = numbers({key: cells for key, cells in version.items() if key[2] in readable})
            assert len(who.hidden) > 50 and not who.known(k), (readable, who.known(k))
            known.append(certain)
        changes = 0
        for one, other in itertools.combinations(known, 2):
            moved = {n: (other[n][0] - one[n][1], other[n][1] - one[n][0]) for n in one.keys() & other.keys()}
            small = {n: d for n, d in moved.items() if 0 < d[0] <= d[1] < k or -k < d[0] <= d[1] < 0}
            assert not small, (readable, small)
            changes += sum(d[0] > 0 or d[1] < 0 for d in moved.values())
        assert changes, "a correction that tells nothing at all"


def test_a_few_late_entries_wait_for_the_next_correction(own):
    c = own.as_("sekretaris")
    before = crossings(c)
    late(own, 9)
    correct(own, c)
    assert newest(own)["versi_rilis"] == 2 and crossings(c) == before, "fewer than ten changes are told"
    late(own, 1)
    correct(own, c)
    after = figures(c)
    assert int(after[("", "")]) == int(before["jk", "kelompok_umur", "task-force"][("", "")]) + 10, "changes that waited are lost"


def test_a_release_for_the_task_force_is_not_for_the_public(own):
    c = own.as_("sekretaris")
    before = {a: figures(c, audience=a) for a in K}
    late(own, 12)
    correct(own, c, khalayak="gugus_tugas")
    assert figures(c, audience="public") == before["public"] and figures(c, audience="task-force") != before["task-force"]


def test_a_flip_in_what_was_frozen_is_found_and_not_counted(own):
    row = newest(own)
    own.stop()
    with sqlite3.connect(own.data / "sigap.db") as db:
        body = bytearray(row["isi"])
        body[len(body) // 2] ^= 1
        db.execute("UPDATE rilis SET isi=? WHERE uid=?", (bytes(body), row["uid"]))
    said = own.cli("scrub", status=None)
    assert said.returncode != 0 and row["uid"] in said.stdout + said.stderr
    own.start()
    page = own.as_("sekretaris").get("/tabel/korban_jk_umur", {"masa": PERIOD, "untuk": "public"})
    assert page.status == 500 and "<td" not in page.html


def test_nobody_opens_what_was_frozen_and_it_names_nobody(own):
    late(own, 12)
    c = own.as_("sekretaris")
    correct(own, c)
    row = newest(own)
    page = steps.open_file(c, f"/rilis/{row['uid']}")
    assert "#korban" not in page.words and not own.bytes_on_disk("#korban\tstatus_tppo")
    assert not own.bytes_on_disk("Qwixana")
