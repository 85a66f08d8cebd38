"""Age and name by the papers: what they state beside each other, and numbers that contradict at save."""
import re

import steps

NIK_MAN_1998 = "5303141208980001"  # born 12-08-1998, a man


def person(c, **values):
    form = c.get("/orang/baru").form("/orang/baru", has="nama").fill(**values).force("yakin", "1")
    return "/orang/" + re.search(r"/orang/([0-9a-f-]{36})", c.submit(form).path).group(1)


def paper(c, who, kind, **values):
    return steps.make(c, "dokumen", orang=steps.uid_of(who), jenis=kind, ada="ya", **values)


def section(page):
    return re.search(r'<section[^>]*id="surat".*?</section>', page.html, re.S).group()


def words(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def forged(c, name="Melkianus Ujisurat Taneo"):
    """A person with a baptism of 2003 and a passport of 1998, a victim of a case that began in 2019; her path and the victim's."""
    who = person(c, nama=name, jk="L", tgl_lahir="2003-08-12")
    paper(c, who, "akta_baptis", tgl_lahir_tertera="2003-08-12", tanggal_terbit="2003-12-25", nama_tertera=name, tempat_lahir_tertera="Oelneke")
    paper(c, who, "paspor", tgl_lahir_tertera="1998-08-12", tanggal_terbit="2019-05-02", nama_tertera="Yakobus Lain Sekali", tempat_lahir_tertera="Surabaya")
    case = steps.make(c, "kasus", judul="Perkara uji surat", klasifikasi="tppo", kejadian_dari="2019-09-01")
    victim = steps.make(c, "korban", case, status_tppo="terbukti_layanan", orang=steps.uid_of(who), tanggal_identifikasi="2020-01-05")
    return who, victim


def test_papers_that_disagree_are_told_in_words(s):
    c = s.as_("ppt")
    who, _ = forged(c)
    closed = c.get(who + "?surat=ya")
    assert "1998" not in section(closed) and "/buka" in closed.html, "papers stood open without a purpose"
    steps.open_file(c, who)
    before = s.rows("SELECT count(*) FROM audit WHERE reg = 'dokumen' AND action = 'open'")[0][0]
    assert "1998" not in section(c.get(who)), "papers were opened unasked"
    text = words(section(c.get(who + "?surat=ya")))
    assert re.search(r"Paspor DOK-\S+ menyatakan lahir 12 Agustus 1998, Surat baptis DOK-\S+ menyatakan 12 Agustus 2003: selisih 5 tahun", text), text
    assert re.search(r"Paspor DOK-\S+ menyatakan nama lain: “Yakobus Lain Sekali”", text), text
    assert re.search(r"Paspor DOK-\S+ menyatakan tempat lahir lain: “Surabaya”", text), text
    assert re.search(r"Saat KAS-\S+ \(1 September 2019\) ia berumur 16 tahun menurut Surat baptis DOK", text), text
    assert re.search(r"21 tahun menurut Paspor DOK-\S+", text) and re.search(r"Ya menurut .*; Tidak menurut Paspor", text), text
    rows = s.rows("SELECT count(*) FROM audit WHERE reg = 'dokumen' AND action = 'read' AND purpose LIKE ?", f"%{steps.uid_of(who)}%")[0][0]
    assert rows >= 2 and "Pemeriksaan berkas" in s.as_("pdp").get(who + "/pembaca").words, f"papers were read on no record ({before})"


def test_the_age_at_each_placement_is_told(s):
    c = s.as_("pengawas")
    who = person(c, nama="Welhelmus Ujisurat Benu", jk="L", tgl_lahir="2003-08-12")
    placed = steps.make(c, "pmi", orang=steps.uid_of(who), legalitas="non_prosedural", negara="my", sektor="a", mulai="2019-03-01")
    paper(c, who, "paspor", tgl_lahir_tertera="1998-08-12", tanggal_terbit="2019-02-02")
    steps.open_file(c, who)
    text = words(section(c.get(who + "?surat=ya")))
    number = s.rows("SELECT nomor FROM pmi WHERE uid=?", steps.uid_of(placed))[0]["nomor"]
    assert f"Saat {number} (1 Maret 2019) ia berumur" in text and "15 tahun menurut" in text and "20 tahun menurut Paspor" in text, text


def test_the_victims_page_compares_too_and_order_is_by_issue(s):
    c = s.as_("ppt")
    who, victim = forged(c, "Dorkas Ujisurat Nubatonis")
    steps.open_file(c, who)
    page = c.get(victim + "?surat=ya")
    if "1998" not in section(page):
        steps.open_file(c, victim)
        page = c.get(victim + "?surat=ya")
    text = section(page)
    heads = [words(x) for x in re.findall(r'<th scope="row">(.*?)</th>', text, re.S)]
    assert [h.split(" DOK")[0] for h in heads[-2:]] == ["Surat baptis", "Paspor"], heads
    assert "16 tahun" in text and "21 tahun" in text


def test_whoever_may_not_read_papers_is_told_nothing_of_them(s):
    c = s.as_("ppt")
    who, victim = forged(c, "Yuliana Ujisurat Banunaek")
    case = "/kasus/" + s.rows("SELECT k.uid FROM kasus k JOIN korban v ON v.induk = k.id WHERE v.uid = ?", steps.uid_of(victim))[0][0]
    users = dict(s.rows("SELECT nama_masuk, uid FROM pengguna"))
    steps.make(c, "penugasan", case, pengguna=users["peksos"], peran_tim="pekerja_sosial")
    worker = s.as_("peksos")
    steps.open_file(worker, who)
    text = worker.get(who + "?surat=ya").html
    assert "DOK-" not in text and "Yakobus" not in text


def test_a_number_that_contradicts_is_a_question_not_a_refusal(s):
    c = s.as_("ppt")
    form = c.get("/orang/baru").form("/orang/baru", has="nama")
    form.fill(nama="Serli Ujinomor Fallo", jk="P", tgl_lahir="2003-08-12", nik=NIK_MAN_1998)
    page = c.submit(form)
    assert "Laki-laki" in page.words and "12 Agustus 1998" in page.words and "baru" in page.path, page.words[-800:]
    saved = c.submit(page.form("/orang/baru", has="nama"), button="yakin")
    assert re.match(r"/orang/[0-9a-f-]{36}", saved.path), saved.path
    text = steps.open_file(c, saved.path.split("?")[0] if "?" in saved.path else saved.path)
    told = words(section(c.get(text.path.split("?")[0] + "?surat=ya")))
    assert "menyatakan jenis kelamin lain" in told and "selisih 5 tahun" in told, told


def test_a_number_that_fits_asks_nothing(s):
    c = s.as_("ppt")
    form = c.get("/orang/baru").form("/orang/baru", has="nama")
    form.fill(nama="Gidion Ujicocok Manafe", jk="L", tgl_lahir="1998-08-12", nik="5303141208980007")
    assert re.match(r"/orang/[0-9a-f-]{36}", c.submit(form).path)


def test_who_is_known_by_initials_does_not_contradict_herself(s):
    c = s.as_("ppt")
    who = steps.make(c, "orang", nama="D. Y. M.", jk="P")
    steps.open_file(c, who)
    told = words(section(c.get(who + "?surat=ya")))
    assert "D. Y. M." in told and "nama lain" not in told, told


def test_a_false_paper_proves_nothing(s):
    c, dpo = s.as_("ppt"), s.as_("pdp")
    who = person(c, nama="Sipora Ujisurat Nomleni", jk="P")
    false = paper(c, who, "paspor", tgl_lahir_tertera="1998-08-12", tanggal_terbit="2001-05-02", keaslian="palsu", pemalsuan=["umur"])
    true = paper(c, who, "akta_baptis", tgl_lahir_tertera="2003-08-12", tanggal_terbit="2003-12-25", keaslian="asli", nama_tertera="Sipora Ujisurat Nomleni")
    # beside the others it is named as what it is, and they are not held against it, though it was issued first
    steps.open_file(c, who)
    text = words(section(c.get(who + "?surat=ya")))
    assert re.search(r"Paspor DOK-\S+ \(palsu, bukan bukti\) menyatakan lahir 12 Agustus 1998, Surat baptis DOK-\S+ menyatakan 12 Agustus 2003", text), text
    # nor is it a source of the age, or proof of who asks for her data
    form = c.get(false + "/ubah").form("/ubah", has="idem")
    steps.fill(form, {"sumber_umur": ["dukcapil"]})
    c.submit(form)
    assert not s.rows("SELECT 1 FROM dokumen__sumber_umur l JOIN dokumen d ON d.id=l.rec WHERE d.uid=?", steps.uid_of(false))
    number = s.rows("SELECT nomor FROM dokumen WHERE uid=?", steps.uid_of(false))[0]["nomor"]
    asked = dict(jenis="salinan", diterima="2026-10-01T08:00", uraian="Datang sendiri.", orang=steps.uid_of(who), bukti_identitas=["ktp"])
    form = dpo.get("/urusan_pdp/baru").form("/urusan_pdp/baru", has="idem")
    page = dpo.submit(steps.fill(form, {**asked, "surat_bukti": steps.uid_of(false)}))
    assert page.status == 422 and f"Dokumen {number} sudah diperiksa dan dinyatakan palsu" in page.words, page.words[:800]
    matter = steps.make(dpo, "urusan_pdp", **asked, surat_bukti=steps.uid_of(true))
    # found false only afterwards: the step that rests on it is refused
    assert steps.change(c, true, keaslian="palsu", pemalsuan=["umur"]).status == 200
    page = dpo.submit(dpo.get(matter).form("/periksa")) if "/periksa" in dpo.get(matter).html else None
    assert page is None or page.status == 422
    assert s.rows("SELECT status FROM urusan_pdp WHERE uid=?", steps.uid_of(matter))[0]["status"] == "diterima"
