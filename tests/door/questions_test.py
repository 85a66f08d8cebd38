"""A question to other agencies: terms go out sealed, only the owner of what fits hears, and the asker only what he shares."""
import datetime
import re
import subprocess

import sigap
import steps
from grants import move, uid_of
from rights import WITA

REASON = "Pendampingan korban yang baru pulang"


def person(c, **values):
    form = c.get("/orang/baru").form("/orang/baru", has="nama").fill(**values).force("yakin", "1")
    return re.search(r"/orang/([0-9a-f-]{36})", c.submit(form).path).group(1)


def ask(c, text, **more):
    """The page after asking from the search page."""
    form = c.get("/cari", {"q": text}).form("/permintaan_tanya/baru", has="istilah")
    assert form["istilah"] == text
    form.fill(tujuan="layanan_korban", keperluan=REASON, **more)
    return c.submit(form)


def inquiries(s, person_uid):
    return [r[0] for r in s.rows("SELECT t.uid FROM tanya_masuk t JOIN orang o ON o.id = t.orang WHERE o.uid = ?", person_uid)]


def bare(page):
    """A page's words without what differs from record to record."""
    words = re.sub(r"TNY-\d+-\d+|[0-9a-f]{8}-[0-9a-f-]{27}|\d\d\.\d\d", "#", page.words)
    return words


def share(s, path, **values):
    """The owner proposes and the data-protection officer agrees; gives the page of the proposal."""
    page = move(s.as_("ppt"), path, "usul", **{"kelas": ["identitas"], "sampai": "2030-01-01T08:00",
                                               "pesan": "Hubungi petugas penerimaan.", **values})
    assert page.status == 200, page.words[-600:]
    return page


def test_only_what_the_owner_shares_reaches_the_asker(s):
    owner, asker = s.as_("ppt"), s.as_("ppt2")
    uid = person(owner, nama="Welmince Ujitanya Sabneno", jk="P", tgl_lahir="1999-04-02", telepon="081234567891")
    asked = ask(asker, "Welmintje Ujitanya Sabneno", tgl_lahir="1999-04-02")
    assert "Permintaan terkirim" in asked.words, asked.words[-500:]
    assert s.bytes_on_disk("Welmintje Ujitanya") == []
    s.cli("match questions")
    [inquiry] = inquiries(s, uid)
    path = f"/tanya_masuk/{inquiry}"
    assert asker.get(path).status == 404 and asker.get(f"/orang/{uid}").status == 404
    assert "Instansi lain menanyakan seseorang" in owner.get("/tugas").words and "menanyakan" not in asker.get("/tugas").words
    page = owner.get(path)
    assert REASON in page.words and "Welmintje" not in page.words
    share(s, path)
    own = move(owner, path, "setujui")
    assert own.status == 422 and asker.get(path).status == 404, "one person alone shared a file"
    assert move(s.as_("pdp"), path, "setujui").status == 200
    answer = asker.get(path)
    assert answer.status == 200 and "Hubungi petugas penerimaan." in answer.words
    shown = steps.open_file(asker, f"/orang/{uid}")
    assert "Welmince Ujitanya Sabneno" in shown.words and "81234567891" not in shown.words.replace("-", "").replace(" ", "")
    assert s.as_("penyidik").get(path).status == 404
    assert move(owner, path, "cabut", **{"-alasan": "Sudah tidak diperlukan"}).status == 200
    assert asker.get(path).status == 404 and asker.get(f"/orang/{uid}").status == 404
    s.cli("audit verify")


def test_a_question_matched_by_two_at_once_is_told_once(own):
    owner, asker = own.as_("ppt"), own.as_("ppt2")
    names = ("Ignasia Ujiserentak Tefa", "Kornelis Ujiserentak Manek", "Agustina Ujiserentak Lopo")
    uids = [person(owner, nama=name, jk="P", tgl_lahir="1993-02-01") for name in names]
    for name in names:
        ask(asker, name)
    both = [subprocess.Popen(own.cli.line("match questions"), env=own.cli.environment(), cwd=sigap.ROOT) for _ in range(3)]
    assert [p.wait() for p in both] == [0, 0, 0]
    assert [len(inquiries(own, uid)) for uid in uids] == [1, 1, 1]


def test_match_and_no_match_look_the_same(s):
    owner, asker = s.as_("ppt"), s.as_("ppt2")
    uid = person(owner, nama="Ferderika Ujisama Bifel", jk="P", tgl_lahir="1994-09-09", nik="5303144909940003")
    pages = [ask(asker, text) for text in ("5303144909940003", "5303144909940004")]
    seen = [bare(p) for p in pages]
    assert seen[0] == seen[1]
    versions = [s.rows("SELECT versi, status FROM permintaan_tanya WHERE uid = ?", steps.uid_of(p.path))[0] for p in pages]
    s.cli("match questions")
    assert len(inquiries(s, uid)) == 1, "the owner was not told"
    assert [bare(asker.get(p.path)) for p in pages] == [bare(asker.get(p.path)) for p in reversed(pages)]
    assert versions == [s.rows("SELECT versi, status FROM permintaan_tanya WHERE uid = ?", steps.uid_of(p.path))[0] for p in pages]
    path = f"/tanya_masuk/{inquiries(s, uid)[0]}"
    assert move(owner, path, "tolak", **{"-alasan": "Korban tidak mengizinkan"}).status == 200
    again = [bare(asker.get(p.path + "?rujuk=ya")) for p in pages]
    assert again[0] == again[1], "a refusal tells that there was something to refuse"
    assert asker.get(path).status == 404
    assert "Ferderika" not in asker.get("/cari", {"q": "Ferderika Ujisama Bifel"}).html.replace('value="Ferderika', "").replace("Ferderika Ujisama Bifel&quot;", "")


def test_a_question_that_stands_is_answered_by_who_comes_later(s):
    owner, asker = s.as_("ppt"), s.as_("ppt2")
    open_, closed = (ask(asker, f"Apolonia {name} Naisoko", tgl_lahir="1995-08-12") for name in ("Ujinanti", "Ujitutup"))
    s.cli("match questions")
    assert move(asker, closed.path.split("?")[0], "tutup").status == 200
    uids = [person(owner, nama=f"Apollonia {name} Naisoko", jk="P", tgl_lahir="1995-08-12") for name in ("Ujinanti", "Ujitutup")]
    seen = bare(asker.get(open_.path))
    s.cli("match questions")
    assert [len(inquiries(s, uid)) for uid in uids] == [1, 0]
    assert bare(asker.get(open_.path)) == seen, "the question tells that somebody fits"
    form = owner.get(f"/orang/{uids[0]}/ubah").form(f"/orang/{uids[0]}/ubah")
    assert owner.submit(form.fill(meninggal="tidak").force("yakin", "1")).status == 200
    assert s.rows("SELECT versi FROM orang WHERE uid = ?", uids[0])[0][0] == 2
    s.cli("match questions")
    assert len(inquiries(s, uids[0])) == 1, "the owner was asked twice about one person"


def test_the_question_stands_under_a_hit_and_under_none(s):
    asker = s.as_("ppt")
    person(asker, nama="Osias Ujikotak Tahun", jk="L", tgl_lahir="1990-01-01")
    for text in ("Osias Ujikotak Tahun", "Zzyx Takada Orangnya"):
        assert asker.get("/cari", {"q": text}).form("/permintaan_tanya/baru", has="istilah")["istilah"] == text
    try:
        s.as_("statistik").get("/cari", {"q": "Osias Ujikotak"}).form("/permintaan_tanya/baru")
        raise SystemError("who may not ask is offered the question")
    except KeyError:
        pass
    wrong = asker.get("/cari", {"q": "Osias Ujikotak Tahun"}).form("/permintaan_tanya/baru", has="istilah")
    page = asker.submit(wrong)
    assert page.status == 422 and "Osias Ujikotak Tahun" in page.html, "what was asked is lost with a mistake"


def test_her_own_files_and_barred_ones_are_not_told(s):
    owner, asker = s.as_("ppt"), s.as_("ppt2")
    mine = person(asker, nama="Adriana Ujisendiri Kase", jk="P", tgl_lahir="1992-02-03")
    barred = person(owner, nama="Adriana Ujisendiri Kase", jk="P", tgl_lahir="1992-02-03")
    case = steps.make(owner, "kasus", judul="Perkara uji pertanyaan", klasifikasi="tppo")
    steps.make(owner, "korban", case, status_tppo="terbukti_layanan", orang=barred, tanggal_identifikasi="2026-07-01")
    ask(asker, "Adriana Ujisendiri Kase", tgl_lahir="1992-02-03")
    s.cli("match questions")
    assert inquiries(s, mine) == [] and len(inquiries(s, barred)) == 1
    steps.make(owner, "pengecualian", case, pengguna=uid_of(s, "ppt2"), mulai="2026-01-01", alasan="Kerabat terlapor")
    ask(asker, "Adriana Ujisendiri Kase", tgl_lahir="1992-02-03")
    s.cli("match questions")
    assert len(inquiries(s, barred)) == 1, "who is barred from a file had its owner asked"


def test_questions_count_against_the_reading_budget(own):
    admin, asker = own.as_("admin"), own.as_("ppt2")
    form = admin.get("/setelan").form("/setelan", has="bacaan_sehari")
    form["bacaan_sehari"] = "2"
    assert admin.submit(form).status == 200
    assert [ask(asker, f"Nama Ujibatas {x}").status for x in ("Satu", "Dua", "Tiga")] == [200, 200, 429]
    assert own.rows("SELECT count(*) FROM permintaan_tanya")[0][0] == 2


def test_a_restricted_file_is_neither_told_of_nor_shared(s):
    owner, asker, dpo = s.as_("ppt"), s.as_("ppt2"), s.as_("pdp")
    uid = person(owner, nama="Ludgardis Ujibatas Seran", jk="P", tgl_lahir="1997-07-07")
    ask(asker, "Ludgardis Ujibatas Seran")
    s.cli("match questions")
    path = f"/tanya_masuk/{inquiries(s, uid)[0]}"
    share(s, path)
    matter = steps.make(dpo, "urusan_pdp", jenis="batasi", diterima="2026-10-01T08:00", uraian="Datang sendiri.", orang=uid)
    assert move(dpo, matter, "batasi", **{"-alasan": "Diminta pemilik data"}).status == 200
    refused = move(dpo, path, "setujui")
    assert refused.status == 409 and asker.get(path).status == 404, refused.words[-300:]
    ask(asker, "Ludgardis Ujibatas Seran")
    s.cli("match questions")
    assert len(inquiries(s, uid)) == 1


def test_a_share_is_the_same_after_a_rebuild_and_ends_by_itself(own):
    owner, asker = own.as_("ppt"), own.as_("ppt2")
    uid = person(owner, nama="Bernadeta Ujibangun Klau", jk="P", tgl_lahir="1991-05-06")
    ask(asker, "Bernadeta Ujibangun Klau")
    own.cli("match questions")
    path = f"/tanya_masuk/{inquiries(own, uid)[0]}"
    soon = (datetime.datetime.now(WITA) + datetime.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    share(own, path, sampai=soon)
    assert move(own.as_("pdp"), path, "setujui").status == 200 and asker.get(f"/orang/{uid}").status == 200
    own.stop()
    rows = "SELECT principal,reg,rec,classes,since,until,source FROM jangkau WHERE reg IN ('orang', 'tanya_masuk')"
    before = sorted(map(tuple, own.rows(rows)))
    own.cli("rebuild")
    assert sorted(map(tuple, own.rows(rows))) == before
    own.cli("clock", "advance", 3)
    own.start()
    assert own.login("ppt2").get(f"/orang/{uid}").status == 404
