"""Who is let in beside the team, for how long and how far: grants, exclusions, emergency access."""
import datetime
import re

import steps
from grants import ask, move, uid_of
from rights import WITA


def open_file(client, path):
    """States a purpose, so that protected values show; the record's page."""
    page = client.get(path)
    form = page.form("/buka", has="guna")
    form["guna"], form["-alasan"] = "layanan_korban", "Pemeriksaan uji jalur hibah"
    return client.submit(form)


def out_of_reach(s, login):
    """A victim of the intake office whom this user does not see: (uid, number)."""
    for r in s.rows("SELECT k.uid, k.nomor FROM korban k JOIN fakta_pengguna f ON f.agency=k.pemilik"
                    " WHERE k.batal=0 AND f.login='ppt' ORDER BY k.id"):
        if s.as_(login).get(f"/korban/{r['uid']}").status == 404:
            return r["uid"], r["nomor"]
    raise AssertionError(f"{login} sees every victim")


def grant(own, who, uid, **values):
    """The intake office asks for it; gives its path."""
    page = ask(own.as_("ppt"), f"korban/{uid}", jenis="rujukan", pengguna=uid_of(own, who), tujuan="layanan_korban",
               **{"alasan": "Rujukan layanan psikolog", "kelas": ["kontak"], "sampai": "2030-01-01T08:00", **values})
    assert page.path.startswith("/hibah/"), page.words[:600]
    return page.path


def test_a_grant_opens_one_file_after_a_second_person(own):
    uid, _ = out_of_reach(own, "kesehatan")
    path = grant(own, "kesehatan", uid)
    nurse = own.as_("kesehatan")
    assert nurse.get(f"/korban/{uid}").status == 404
    refused = move(own.as_("ppt"), path, "setujui")
    assert refused.status == 422 and "dua orang" in refused.words
    assert nurse.get(f"/korban/{uid}").status == 404
    done = move(own.as_("pdp"), path, "setujui")
    assert done.status == 200 and "Aktif" in done.words
    assert nurse.get(f"/korban/{uid}").status == 200
    # only what was named: nothing sealed that belongs to another class
    person = own.rows("SELECT o.uid FROM orang o JOIN korban k ON k.orang=o.id WHERE k.uid=?", uid)[0]["uid"]
    name = open_file(own.as_("ppt"), f"/orang/{person}").words
    assert "Nama" in name and "/buka" not in nurse.get(f"/orang/{person}").html
    wider = grant(own, "kesehatan", uid, kelas=["identitas"])
    assert move(own.as_("pdp"), wider, "setujui").status == 200
    open_file(nurse, f"/orang/{person}")
    opened = own.rows("SELECT classes FROM audit WHERE action='read' AND uid=? ORDER BY seq DESC LIMIT 1", person)[0]["classes"]
    assert opened == 1 << 1, "identity, the first class of the list, and no other"
    assert move(own.as_("ppt"), wider, "cabut", **{"-alasan": "Cukup sampai di sini"}).status == 200
    # never passed on
    assert nurse.get(f"/hibah/baru?induk=korban/{uid}").status in (403, 404)
    # ends when it is revoked, at once
    assert move(own.as_("ppt"), path, "cabut", **{"-alasan": "Rujukan dibatalkan"}).status == 200
    assert nurse.get(f"/korban/{uid}").status == 404
    own.cli("audit verify")


def test_a_grant_ends_with_its_last_moment_and_survives_a_rebuild(own):
    uid, _ = out_of_reach(own, "kesehatan")
    path = grant(own, "kesehatan", uid)
    assert move(own.as_("pdp"), path, "setujui").status == 200
    own.stop()
    before = sorted(map(tuple, own.rows("SELECT principal,reg,rec,classes,since,until,source FROM jangkau")))
    own.cli("rebuild")
    assert sorted(map(tuple, own.rows("SELECT principal,reg,rec,classes,since,until,source FROM jangkau"))) == before
    own.start()
    assert own.login("kesehatan").get(f"/korban/{uid}").status == 200
    own.stop()
    own.cli("clock set 2030-01-02")
    own.start()
    assert own.login("kesehatan").get(f"/korban/{uid}").status == 404


def test_a_withdrawn_consent_takes_its_grants_with_it(own):
    uid, _ = out_of_reach(own, "kesehatan")
    clerk, nurse = own.as_("ppt"), own.as_("kesehatan")
    consent = steps.make(clerk, "persetujuan", f"korban/{uid}", tujuan="rujukan", dasar="persetujuan", bentuk="tertulis", oleh="sendiri",
                         pencatat=uid_of(own, "ppt"))
    path, waiting = (grant(own, "kesehatan", uid, dasar=steps.uid_of(consent)) for _ in range(2))
    assert move(own.as_("pdp"), path, "setujui").status == 200
    assert nurse.get(f"/korban/{uid}").status == 200
    today = datetime.datetime.now(WITA).strftime("%d/%m/%Y")
    done = move(clerk, consent, "cabut", dicabut=today)
    assert done.status == 200 and "Dicabut" in done.words, done.words[:600]
    assert nurse.get(f"/korban/{uid}").status == 404
    refused = move(own.as_("pdp"), waiting, "setujui")
    assert refused.status == 422 and "Persetujuan yang mendasari" in refused.words, refused.words[:600]
    own.stop()
    own.cli("rebuild")
    own.start()
    assert own.login("kesehatan").get(f"/korban/{uid}").status == 404


def test_nobody_grants_to_herself(own):
    uid, _ = out_of_reach(own, "kesehatan")
    page = ask(own.as_("ppt"), f"korban/{uid}", jenis="rujukan", pengguna=uid_of(own, "ppt"), tujuan="layanan_korban",
               alasan="Untuk saya sendiri", kelas=["kontak"], sampai="2030-01-01T08:00")
    assert page.status == 422 and "tidak dapat diurus sendiri" in page.words


def test_the_excluded_see_nothing_at_all(own):
    row = own.rows("SELECT uid, nomor, judul FROM kasus WHERE batal=0 ORDER BY id")
    investigator = own.as_("penyidik")
    uid, number = next((r["uid"], r["nomor"]) for r in row if investigator.get(f"/kasus/{r['uid']}").status == 200
                       and own.as_("ppt").get(f"/pengecualian/baru?induk=kasus/{r['uid']}").status == 200)
    office = own.as_("sekretaris")
    assert office.get(f"/kasus?nomor={number}").status == 200
    page = own.as_("ppt").get(f"/pengecualian/baru?induk=kasus/{uid}")
    form = page.form("/pengecualian/baru")
    form.fill(pengguna=uid_of(own, "penyidik"), alasan="Terlapor adalah kerabatnya")
    made = own.as_("ppt").submit(form)
    assert made.path.startswith("/pengecualian/"), made.words[:500]
    gone, none = investigator.get(f"/kasus/{uid}"), uid[:-4] + "0000"
    never = investigator.get(f"/kasus/{none}")
    assert gone.status == never.status == 404 and strip(gone, uid) == strip(never, none)
    assert number not in investigator.get(f"/cari?kata={number}").words
    assert uid not in investigator.get("/kasus").html
    assert office.get(f"/kasus/{uid}").status in (200, 404)
    # an institution is excluded with all its members, also those who see every file
    page = own.as_("ppt").get(f"/pengecualian/baru?induk=kasus/{uid}")
    form = page.form("/pengecualian/baru")
    home = own.rows("SELECT i.uid FROM institusi i JOIN fakta_pengguna f ON f.agency=i.id WHERE f.login='sekretaris'")[0]["uid"]
    form.fill(alasan="Terlapor pejabat di institusi ini").force("institusi", home)  # as the picker sends it
    assert uid in acts_on(own, "sekretaris", number).html
    assert own.as_("ppt").submit(form).path.startswith("/pengecualian/")
    assert number not in own.as_("sekretaris").get(f"/kasus?nomor={number}").words
    page = acts_on(own, "sekretaris", number)
    assert page.status == 200 and uid not in page.html, "the record of access tells the excluded of the file"
    own.cli("rebuild")


def acts_on(s, login, number):
    """What the record of access shows of one record."""
    form = s.as_(login).get("/audit").form("/audit", has="catatan")
    form["catatan"] = number
    return s.as_(login).submit(form)


def strip(page, uid):
    """The page without what differs from one answer to the next."""
    return re.sub(r'value="[^"]*"', "", page.html.replace(uid, ""))


def emergency(client, number, reason="Korban diancam dan petugasnya tidak dapat dihubungi"):
    form = client.get("/darurat").form("/darurat")
    form["nomor"], form["guna"], form["-alasan"] = number, "keselamatan", reason
    return client.submit(form)


def test_glass_is_broken_for_four_hours_and_everybody_knows(own):
    uid, number = out_of_reach(own, "kesehatan")
    nurse = own.login("kesehatan")
    page = emergency(nurse, number)
    assert page.path == f"/korban/{uid}" and "Akses darurat berlaku" in page.words, page.words[:400]
    # the data-protection officer finds it on her first screen, the owner's office a task
    assert number[:4] and "Akses darurat belum ditinjau" in own.as_("pdp").get("/").words
    row = own.rows("SELECT h.uid, h.pemilik, k.pemilik owner, h.status, h.sampai - h.mulai length FROM hibah h"
                   " JOIN korban k ON k.id=h.induk WHERE h.darurat='ya' AND h.induk_reg='korban'")[0]
    assert (row["pemilik"], row["status"], row["length"]) == (row["owner"], "aktif", 4 * 3600 * 1000)
    assert "Identitas; Kontak; Lokasi aman" in own.as_("pdp").get(f"/hibah/{row['uid']}").words
    tasks = own.rows("SELECT unit FROM tugas WHERE judul LIKE '%darurat%' AND unit=?", row["owner"])
    assert tasks, "a task for the owner"
    acts = own.rows("SELECT action, uid FROM audit WHERE action='emergency'")
    assert [tuple(r) for r in acts] == [("emergency", uid)]
    # she does not review herself; the data-protection officer does
    assert move(own.as_("pdp"), f"/hibah/{row['uid']}", "tinjau", catatan_tinjauan="Dibenarkan, ada ancaman").status == 200
    own.stop()
    own.cli("clock advance", "1")
    own.start()
    assert own.login("kesehatan").get(f"/korban/{uid}").status == 404
    own.cli("audit verify")


def test_an_emergency_not_reviewed_in_72_hours_is_late_before_the_officer(own):
    uid, number = out_of_reach(own, "kesehatan")
    assert emergency(own.login("kesehatan"), number).status == 200
    asked = ("SELECT t.status, t.tenggat-t.mulai term, t.unit, f.agency, h.uid FROM tugas t JOIN hibah h ON h.id=t.induk JOIN korban k ON k.id=h.induk"
             " JOIN fakta_pengguna f ON f.login='pdp' WHERE t.induk_reg='hibah' AND t.batas LIKE 'tinjauan %' AND k.uid=?")
    task, = own.rows(asked, uid)
    assert (task["status"], task["term"], task["unit"]) == ("terbuka", 72 * 3600 * 1000, task["agency"])
    own.stop()
    own.cli("clock advance", "4")
    own.start()
    own.sessions.clear()
    home = own.as_("pdp").get("/").words
    number_of = own.rows("SELECT nomor FROM hibah WHERE uid=?", task["uid"])[0]["nomor"]
    late = home[home.index("Akses darurat yang lewat waktu tinjauannya"):home.index("Permintaan pemilik data")]
    assert number_of in late, home[-1500:]
    assert move(own.as_("pdp"), f"/hibah/{task['uid']}", "tinjau", catatan_tinjauan="Dibenarkan, terlambat").status == 200
    assert own.rows(asked, uid)[0]["status"] == "selesai" and number_of not in own.as_("pdp").get("/").words


def token_of(client):
    return dict(client.get("/akun").form("/keluar").pairs())["csrf"]


def undo(client, path, version):
    return client.post(path + "/urungkan", {"versi": version, "csrf": token_of(client), "idem": f"uji-urung-{path[-8:]}-{version}"})


def test_who_opened_in_an_emergency_takes_nothing_back(own):
    clerk = own.login("ppt")
    uid, number = next((r["uid"], r["nomor"]) for r in own.rows("SELECT uid, nomor FROM korban WHERE batal=0 ORDER BY id")
                       if clerk.get(f"/korban/{r['uid']}").status == 404)
    assert emergency(clerk, number).status == 200
    grant_ = own.rows("SELECT h.uid, h.versi FROM hibah h JOIN korban k ON k.id=h.induk WHERE h.darurat='ya' AND k.uid=?", uid)[0]
    path = f"/hibah/{grant_['uid']}"
    assert "/urungkan" not in clerk.get(path).html and "/urungkan" not in clerk.get(f"/korban/{uid}").html
    page = undo(clerk, path, grant_["versi"])
    assert page.status == 409 and "tetap tercatat sampai ditinjau" in page.words, page.words[-400:]
    for task in own.rows("SELECT uid, versi FROM tugas WHERE induk_reg='hibah' AND judul LIKE '%darurat%'"):
        assert undo(clerk, f"/tugas/{task['uid']}", task["versi"]).status in (404, 409)
    assert [tuple(r) for r in own.rows("SELECT status, batal FROM hibah WHERE uid=?", grant_["uid"])] == [("aktif", 0)]
    assert own.rows("SELECT 1 FROM tugas WHERE induk_reg='hibah' AND batal=0 AND judul LIKE '%darurat%'")
    # she does not review herself, nor ends it herself, which is a review too
    for step in ("tinjau", "akhiri", "cabut"):
        said = clerk.post(f"{path}/{step}", {"versi": grant_["versi"], "csrf": token_of(clerk), "-alasan": "Sudah tidak diperlukan",
                                             "catatan_tinjauan": "Saya tinjau sendiri", "idem": f"uji-{step}-{uid[-8:]}"})
        assert said.status in (404, 422), (step, said.status)  # what is lent in part is not written at all
        assert own.rows("SELECT status FROM hibah WHERE uid=?", grant_["uid"])[0]["status"] == "aktif", step
    officer = own.as_("pdp")
    without = move(officer, path, "akhiri", **{"-alasan": "Sudah tidak diperlukan"})
    assert without.status == 422, "ended without the outcome of a review"
    done = move(officer, path, "akhiri", catatan_tinjauan="Tidak perlu, petugas ada", **{"-alasan": "Sudah tidak diperlukan"})
    assert done.status == 200 and "Dicabut" in done.words and clerk.get(f"/korban/{uid}").status == 404


def test_emergency_access_is_refused_with_words(own):
    uid, number = out_of_reach(own, "kesehatan")
    nurse = own.login("kesehatan")
    page = emergency(nurse, "KRB-1999-99999", "singkat")
    assert page.status == 422 and "20 huruf" in page.words
    page = emergency(nurse, "KRB-1999-99999")
    assert page.status == 422 and "Tidak ada korban bernomor KRB-1999-99999" in page.words
    numbers = []
    for r in own.rows("SELECT uid, nomor FROM korban WHERE batal=0 ORDER BY id"):
        if len(numbers) < 3 and nurse.get(f"/korban/{r['uid']}").status == 404:
            numbers.append(r["nomor"])
    assert emergency(nurse, numbers[0]).status == emergency(nurse, numbers[1]).status == 200
    third = emergency(nurse, numbers[2])
    assert third.status == 422 and "belum ditinjau" in third.words
    for who in ("statistik", "pimpinan", "admin", "desa"):
        assert own.as_(who).get("/darurat").status == 403, who
    assert own.rows("SELECT count(*) n FROM audit WHERE action='refused:emergency'")[0]["n"] >= 3
