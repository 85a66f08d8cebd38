"""Rights of the person whose data it is: a copy of what is held, by two people; a restriction; a breach and whom it
affects; what is due to be destroyed, and how two people do so."""
import contextlib
import datetime
import html
import re
import sqlite3

import sigap
import steps
from grants import move
from rights import WITA

DATA = "light"  # read whole again and again


def ask(client, kind, **values):
    """Files a data matter; gives its path."""
    return steps.make(client, "urusan_pdp", jenis=kind, diterima="2026-10-01T08:00", uraian="Datang sendiri ke kantor.", **values)


def person_of(s, victim):
    return s.rows("SELECT o.uid, o.nomor FROM orang o JOIN korban k ON k.orang=o.id WHERE k.uid=?", victim.rsplit("/", 1)[1])[0]


def new_victim(office, name):
    case = steps.make(office, "kasus", judul="Perekrutan satu orang", dibuka="2026-10-01")
    return case, steps.make(office, "korban", case, status_tppo="mungkin", orang__nama=name, orang__jk="P",
                            orang__alamat="Lorong Cempaka 9", kisah="Ia dijanjikan upah besar.")


def local(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, WITA).strftime("%Y-%m-%dT%H:%M")


def test_a_copy_of_all_that_is_held_is_made_by_two_people(own):
    office, dpo, secretary = own.as_("ppt"), own.as_("pdp"), own.as_("sekretaris")
    _, victim = new_victim(office, "Kornelia Uji Salinan")
    steps.make(office, "persetujuan", victim, tujuan="rujukan", dasar="persetujuan", bentuk="tertulis", oleh="sendiri",
               pencatat=own.rows("SELECT uid FROM fakta_pengguna WHERE login='ppt'")[0]["uid"])
    person = person_of(own, victim)
    matter = ask(dpo, "salinan", orang=person["uid"], tahan=["kisah"], tahan_karena="penegakan_hukum", bukti_identitas=["ktp"])
    assert dpo.get(matter + "/salinan").status == 409, "nobody has looked at it yet"
    assert move(dpo, matter, "periksa").status == 200
    refused = move(dpo, matter, "setujui_salinan")
    assert refused.status == 422, "whoever recorded the request approves the copy too"
    assert "/salinan" not in dpo.get(matter).html and dpo.get(matter + "/salinan").status == 409
    assert move(secretary, matter, "setujui_salinan").status == 200
    assert secretary.get(matter + "/salinan").status == 403 and office.get(matter + "/salinan").status in (403, 404)
    assert matter + "/salinan" in dpo.get(matter).html
    copy = dpo.get(matter + "/salinan")
    for said in ("Kornelia Uji Salinan", "Lorong Cempaka 9", person["nomor"], "KRB-", "STJ-", "Tidak disertakan: Kisah", "penegakan hukum"):
        assert said.lower() in copy.words.lower(), said
    assert "dijanjikan upah besar" not in copy.html
    assert "Urusan data pribadi" in copy.words[copy.words.index("Disebut pada catatan lain"):], "what only names her, by kind and date"
    office_name = own.rows("SELECT i.tajuk FROM institusi i JOIN fakta_pengguna f ON f.agency=i.id WHERE f.login='ppt'")[0]["tajuk"]
    assert office_name in copy.words[copy.words.index("Kantor yang dapat menjangkau"):]
    opened = own.rows("SELECT a.reg FROM audit a JOIN fakta_pengguna f ON f.uid=a.actor WHERE f.login='pdp' AND a.action='read'"
                      " AND a.purpose LIKE 'Salinan bagi pemilik data%'")
    assert {r["reg"] for r in opened} == {"orang"}, "of the victim only the account was protected, and that was held back"
    assert own.rows("SELECT 1 FROM audit WHERE action='copy' AND uid=?", person["uid"])
    # the request opened the person to nobody who did not reach her before
    assert secretary.get(f"/orang/{person['uid']}").status == 404
    assert move(dpo, matter, "jawab").status == 200 and dpo.get(matter + "/salinan").status == 409


def test_who_examines_a_request_copies_no_other_file(own):
    """Whose file it is, and what is held back, is not one officer's alone, by whatever order of steps."""
    office, dpo, secretary = own.as_("ppt"), own.as_("pdp"), own.as_("sekretaris")
    one, two = (person_of(own, new_victim(office, f"{name} Uji Tukar")[1]) for name in ("Selestina", "Wilibrodus"))
    matter = ask(office, "salinan", orang=one["uid"], bukti_identitas=["ktp"])
    assert steps.change(dpo, matter, orang=two["uid"]).status == 200, "while it is only received"
    assert move(dpo, matter, "periksa").status == 200
    alone = move(dpo, matter, "setujui_salinan")
    assert alone.status == 422 and "dua orang" in alone.words, "who changed it and examined it approves it too"
    token = steps.token_of(steps.make_token(dpo))

    def patch(values):
        version = own.rows("SELECT versi FROM urusan_pdp WHERE uid=?", steps.uid_of(matter))[0]["versi"]
        return steps.api(dpo, token, "PATCH", "/api/v1" + matter, {"isian": values}, version)
    assert patch({"orang": one["uid"]}).status == 422, "another person than the one whose proof was examined"
    assert patch({"tahan": ["kisah"], "tahan_karena": "penegakan_hukum"}).status == 200
    assert move(secretary, matter, "setujui_salinan").status == 200
    for values in ({"orang": one["uid"]}, {"tahan": []}, {"jenis": "koreksi"}):
        assert patch(values).status == 422, values
    # and it counts as reading
    form = own.as_("admin").get("/setelan").form("/setelan", has="bacaan_sehari")
    form["bacaan_sehari"] = "1"
    assert own.as_("admin").submit(form).status == 200
    steps.open_file(dpo, matter)
    assert dpo.get(matter + "/salinan").status == 429


def test_a_restricted_file_is_read_and_nothing_else(own):
    office, dpo = own.as_("ppt"), own.as_("pdp")
    case, victim = new_victim(office, "Paskalis Uji Batas")
    person = person_of(own, victim)
    consent = steps.make(office, "persetujuan", victim, tujuan="rujukan", dasar="persetujuan", bentuk="tertulis", oleh="sendiri",
                         pencatat=own.rows("SELECT uid FROM fakta_pengguna WHERE login='ppt'")[0]["uid"])
    steps.open_file(office, victim)
    edit = office.get(victim + "/ubah").form("/ubah", has="idem")  # open when the restriction comes
    exported = office.get("/korban.csv").body.decode()
    number = own.rows("SELECT nomor FROM korban WHERE uid=?", victim.rsplit("/", 1)[1])[0]["nomor"]
    assert number in exported
    matter = ask(dpo, "batasi", orang=person["uid"])
    assert move(dpo, matter, "batasi", **{"-alasan": "Diminta pemilik data"}).status == 200
    page = office.get(victim)
    assert page.status == 200 and "sedang dibatasi" in page.words and "/ubah" not in page.html
    assert "sedang dibatasi" in steps.open_file(office, f"/orang/{person['uid']}").words
    edit.fill(tanggungan="3")
    assert office.submit(edit).status == 409 and office.get(victim + "/ubah").status == 409
    assert office.get(f"/layanan/baru?induk={victim.strip('/')}").status == 403
    assert office.get(case + "/ubah").status == 200, "the case is not hers alone"
    assert number not in office.get("/korban.csv").body.decode()
    twin = office.get("/cari?q=Paskalis+Uji+Batas")
    assert person["nomor"] not in twin.words
    assert move(office, consent, "cabut", dicabut=datetime.datetime.now(WITA).date().isoformat()).status == 200, "to withdraw consent stays possible"
    assert move(dpo, matter, "akhiri_batas", **{"-alasan": "Perkara sudah jelas"}).status == 200
    assert office.get(victim + "/ubah").status == 200 and number in office.get("/korban.csv").body.decode()


def test_a_breach_tells_whom_it_affects(own):
    office, dpo = own.as_("ppt"), own.as_("pdp")
    _, one = new_victim(office, "Yasinta Uji Bocor")
    _, two = new_victim(office, "Melkior Uji Bocor")
    since = own.rows("SELECT max(at) at FROM audit")[0]["at"]
    steps.open_file(office, f"/orang/{person_of(own, one)['uid']}")
    steps.open_file(office, one)
    steps.open_file(office, two)
    until = own.rows("SELECT max(at) at FROM audit")[0]["at"]
    steps.open_file(own.as_("peksos"), own.rows("SELECT '/korban/'||uid u FROM korban ORDER BY id LIMIT 1")[0]["u"])
    account = own.rows("SELECT uid FROM fakta_pengguna WHERE login='ppt'")[0]["uid"]
    matter = ask(dpo, "kegagalan", dibuka_dari=local(since), dibuka_sampai=local(until + 60000), akun=account,
                 isi_surat="Kata sandi seorang petugas dipakai orang lain. Akunnya sudah ditutup.")
    task = own.rows("SELECT tenggat, mulai FROM tugas WHERE induk_reg='urusan_pdp' ORDER BY id DESC LIMIT 1")[0]
    assert task["tenggat"] - task["mulai"] == 72 * 3600 * 1000
    assert matter in dpo.get("/").html, "the officer's first screen names it"
    page = dpo.get(matter + "/terdampak")
    assert page.status == 200 and person_of(own, one)["nomor"] in page.words and person_of(own, two)["nomor"] in page.words
    page = dpo.submit(page.form("/terdampak"))
    assert page.path == matter
    assert own.rows("SELECT jumlah_terdampak n FROM urusan_pdp WHERE uid=?", steps.uid_of(matter))[0]["n"] == 2
    steps.open_file(dpo, matter)
    letters = dpo.get(matter + "/terdampak?lembar=1")
    assert letters.html.count("Bagi pemilik data") == 2 and "Akunnya sudah ditutup" in letters.words
    assert "Yasinta" not in letters.html and "terbuka: identitas" in letters.words
    assert office.get(matter + "/terdampak").status in (403, 404)
    move(dpo, matter, "tangani")
    refused = move(dpo, matter, "beri_tahu")
    assert refused.status == 422, "the authority was not told yet"
    assert move(dpo, matter, "beri_tahu", pemberitahuan_lembaga=local(until)).status == 200


def copies(db, table, many, changed):
    """The first row of a table again and again: what a breach of this size leaves, without its hours."""
    names = [r[1] for r in db.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(changed.get(n, n) for n in names)
    db.execute(f"WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM i WHERE n<{many})"
               f" INSERT INTO {table}({', '.join(names)}) SELECT {values} FROM i, (SELECT * FROM {table} ORDER BY rowid LIMIT 1)")


def test_a_breach_of_any_size_is_told_page_by_page(own):
    dpo = own.as_("pdp")
    user = own.rows("SELECT uid FROM fakta_pengguna WHERE login='ppt'")[0]["uid"]
    at = own.rows("SELECT max(at) at FROM audit")[0]["at"] + 7200000
    with contextlib.closing(sqlite3.connect(own.data / "sigap.db", timeout=60)) as db:
        db.execute("BEGIN IMMEDIATE")  # the server writes rows of its own meanwhile
        top, = db.execute("SELECT max(id) FROM orang").fetchone()
        copies(db, "orang", 3000, {"id": f"{top}+n", "uid": "printf('0000-orang-%05d',n)", "nomor": "printf('ORG-UJI-%05d',n)"})
        first, = db.execute("SELECT max(id) FROM korban").fetchone()
        copies(db, "korban", 21000, {"id": f"{first}+n", "uid": "printf('0000-korban-%05d',n)", "nomor": "printf('KRB-UJI-%05d',n)", "orang": f"{top}+1+n%3000"})
        case, = db.execute("SELECT max(id) FROM kasus").fetchone()
        copies(db, "kasus", 150, {"id": f"{case}+n", "uid": "printf('0000-kasus-%05d',n)", "nomor": "printf('KAS-UJI-%05d',n)"})
        for reg, many, classes in (("orang", 3000, 1), ("korban", 21000, 8), ("kasus", 150, 8)):
            last, = db.execute("SELECT max(seq) FROM audit").fetchone()
            copies(db, "audit", many, {"seq": f"{last}+n", "at": f"{at}+n", "actor": f"'{user}'", "agency": "0", "action": "'read'", "reg": f"'{reg}'",
                                       "uid": f"printf('0000-{reg}-%05d',n)", "classes": str(classes), "result": "'ok'", "grant_uid": "NULL"})
        db.commit()
    matter = ask(dpo, "kegagalan", dibuka_dari=local(at - 60000), dibuka_sampai=local(at + 120000), akun=user, isi_surat="Kata sandinya bocor.")
    page = dpo.get(matter + "/terdampak")
    assert page.status == 200 and "Orang (3.000)" in page.words and "Berkas tanpa satu pemilik (150)" in page.words, page.words[:600]
    files = page
    people = set()
    while True:
        got = re.findall(r"(ORG-UJI-\d{5})</a></td><td>([^<]*)</td><td>(\d+)", page.html)
        assert 0 < len(got) <= 100 and {times for _, _, times in got} == {"8"} and not people & {n for n, _, _ in got}
        people |= {n for n, _, _ in got}
        more = re.findall(r'href="([^"]*/terdampak\?-orang=[^"]+)"', page.html)
        if not more:
            break
        page = dpo.get(html.unescape(more[0]))
    assert len(people) == 3000, len(people)
    seen = set(re.findall(r"KAS-UJI-\d{5}", files.html))
    files = dpo.get(re.findall(r'href="([^"]*/terdampak\?-berkas=[^"]+)"', files.html)[0])
    seen |= set(re.findall(r"KAS-UJI-\d{5}", files.html))
    assert len(seen) == 150 and "terdampak?-berkas=" not in files.html
    dpo.submit(dpo.get(matter + "/terdampak").form("/terdampak"))
    assert own.rows("SELECT jumlah_terdampak n FROM urusan_pdp WHERE uid=?", steps.uid_of(matter))[0]["n"] == 3000
    steps.open_file(dpo, matter)
    letters = dpo.get(matter + "/terdampak?lembar=1")
    assert letters.html.count("Bagi pemilik data") == 100 and "terdampak?lembar=1&amp;-orang=" in letters.html


def later(own, days):
    own.stop()
    own.cli("clock", "advance", days)
    own.start()


def test_a_file_whose_time_is_over_is_destroyed_by_two_people(own):
    office, dpo = own.login("ppt"), own.login("pdp")
    case, victim = new_victim(office, "Rikardus Uji Musnah")
    _, open_one = new_victim(office, "Sabina Masih Dilayani")
    person, other = person_of(own, victim), person_of(own, open_one)
    assert move(office, victim, "nyatakan_bukan", **{"-alasan": "Bukan korban setelah asesmen"}).status == 200
    uid, erase = person["uid"], f"/orang/{person['uid']}/musnahkan"
    later(own, 1810)  # of some 1826 days
    dpo = own.login("pdp")
    row = dpo.get("/retensi").words
    assert person["nomor"] + " Masa simpan: berkas orang, kasus, dan layanan Dalam 30 hari" in row and other["nomor"] not in row
    assert "/retensi" in dpo.get("/").html and office_sees(own, "/retensi") == 403
    later(own, 40)
    office, dpo = own.login("ppt"), own.login("pdp")
    assert person["nomor"] + ": masa simpan habis (" in own.cli("retention list", "--as", "pdp").stdout
    own.cli("retention list", "--as", "ppt", status=4)
    assert "Masa simpan berkas ini sudah habis" in dpo.get(erase).words
    matter = ask(office, "tahan_hukum", berkas=steps.uid_of(case))
    move(dpo, matter, "tangani")
    asked = dpo.get(erase).form("/musnahkan")  # open when the hold comes
    assert move(dpo, matter, "tahan", **{"-alasan": "Perkara dibuka kembali"}).status == 200
    assert person["nomor"] not in dpo.get("/retensi").words and "ditahan oleh" in dpo.get(erase).words
    asked["-alasan"] = "Masa simpan habis"
    assert dpo.submit(asked).status == 409
    assert move(dpo, matter, "lepas", **{"-alasan": "Perkara selesai"}).status == 200
    for hold, held in (("ya", True), ("tidak", False)):
        steps.open_file(office, case)
        form = office.get(case + "/ubah").form("/ubah", has="tahan_retensi")
        form["tahan_retensi"] = hold
        assert office.submit(form).status == 200
        assert (person["nomor"] not in dpo.get("/retensi").words) == held == ("ditahan oleh" in dpo.get(erase).words)
    page = dpo.submit(dpo.get(erase).form("/musnahkan"))
    assert page.status == 422, "a reason is asked for"
    form = dpo.get(erase).form("/musnahkan")
    form["-alasan"] = "Masa simpan habis"
    assert dpo.submit(form).status == 200 and wrapped_key(own, uid)
    assert "Sebutkan alasannya" in dpo.get(erase).words, "the same one twice is not two"
    key = wrapped_key(own, uid)
    page = office.submit(office.get(erase).form("/musnahkan"))
    assert page.status in (200, 403) and wrapped_key(own, uid) is None
    for name in ("kunci.db", "kunci.db-wal"):
        file = own.data / name
        assert not file.exists() or key not in file.read_bytes(), name
    done = dpo.get("/retensi").words
    assert person["nomor"] in done[done.index("Catatan pemusnahan"):] and "Masa simpan habis" in done
    left = own.rows("SELECT inisial, tajuk FROM orang WHERE uid=?", uid)[0]
    assert not left["inisial"] and not own.rows("SELECT 1 FROM korban WHERE uid=? AND tajuk='RUM'", steps.uid_of(victim))
    assert "Rikardus" not in steps.open_file(office, f"/orang/{uid}").html
    assert person["nomor"] not in office.get("/cari?q=Rikardus+Uji+Musnah").words
    assert own.rows("SELECT jk FROM korban WHERE uid=? AND batal=0", steps.uid_of(victim))[0]["jk"] == "P", "it goes on being counted"
    own.stop()
    own.cli("scrub")
    own.cli("audit verify")


def office_sees(own, path):
    return own.login("ppt").get(path).status


def wrapped_key(server, uid):
    with server.db("kunci.db") as db:
        row = db.execute("SELECT wrapped FROM kunci WHERE subject=?", (uid,)).fetchone()
    return row and bytes(row[0])


def test_the_register_of_processing_is_what_domain_says(s):
    dpo = s.as_("pdp")
    page = dpo.get("/pemrosesan")
    assert page.status == 200 and s.as_("ppt").get("/pemrosesan").status == 403
    for said in ("Melindungi, melayani, dan memulihkan korban", "Kewajiban hukum: UU 21/2007 Pasal 43", "60 bulan sejak ditutup", "Belum dinyatakan"):
        assert (said in page.words) != (said == "Belum dinyatakan"), said
    rows = next(rows for rows in sigap.read_xlsx(dpo.get("/pemrosesan.xlsx").body).values() if len(rows) > 20)
    assert rows[0][:3] == ["Jenis catatan", "Tujuan", "Dasar"] and any(row[0] == "Korban" and "kisah" in row[3] for row in rows[1:])
