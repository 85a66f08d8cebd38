"""Rights of the person whose data it is: a copy of what is held, by two people; a restriction; a breach and whom it
affects; what is due to be destroyed, and how two people do so."""
import datetime

import steps
from grants import move
from rights import WITA


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
    office_name = own.rows("SELECT i.tajuk FROM institusi i JOIN fakta_pengguna f ON f.agency=i.id WHERE f.login='ppt'")[0]["tajuk"]
    assert office_name in copy.words[copy.words.index("Kantor yang dapat menjangkau"):]
    opened = own.rows("SELECT a.reg FROM audit a JOIN fakta_pengguna f ON f.uid=a.actor WHERE f.login='pdp' AND a.action='read'"
                      " AND a.purpose LIKE 'Salinan bagi pemilik data%'")
    assert {r["reg"] for r in opened} == {"orang"}, "of the victim only the account was protected, and that was held back"
    assert own.rows("SELECT 1 FROM audit WHERE action='copy' AND uid=?", person["uid"])
    # the request opened the person to nobody who did not reach her before
    assert secretary.get(f"/orang/{person['uid']}").status == 404
    assert move(dpo, matter, "jawab").status == 200 and dpo.get(matter + "/salinan").status == 409


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
