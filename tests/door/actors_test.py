"""Requirements of institutions, members, areas and roles (AKT) and of what is on disk (KAM, DOK)."""
import csv
import datetime
import re

import sigap
import steps

TODAY = datetime.date.today()


def test_institutions_are_seeded_and_one_more_needs_no_program(s):
    with open(sigap.ROOT / "domain/seed/institusi.csv", newline="", encoding="utf-8") as f:
        seeded = {r["kode"]: r["nama"] for r in csv.DictReader(f)}
    held = {r["kode"]: r["nama"] for r in s.rows("SELECT kode, nama FROM institusi WHERE batal = 0")}
    assert len(seeded) >= 74 and seeded.items() <= held.items(), seeded.keys() - held.keys()
    c = s.as_("admin")
    path = steps.make(c, "institusi", kode="UJI_LEMBAGA", nama="Lembaga Uji Baru", jenis="kelompok_peduli", tingkat="kabupaten", wilayah="53.03")
    assert "Lembaga Uji Baru" in c.get("/institusi", {"q": "Lembaga Uji"}).words
    shown = steps.fields(s.as_("ppt").get(path))
    assert shown["Nama"] == "Lembaga Uji Baru" and "Timor Tengah Utara" in shown["Wilayah"] and shown["Jenis"] and shown["Tingkat"]


def test_the_code_of_an_institution_stays(s):
    c = s.as_("admin")
    path = steps.make(c, "institusi", kode="UJI_TETAP", nama="Lembaga Uji Tetap", jenis="kelompok_peduli", tingkat="kabupaten", wilayah="53.03")
    page = c.get(path + "/ubah")
    form = page.form("/ubah", has="idem")
    assert "kode" not in form and "UJI_TETAP" in page.words and "aturan dan impor mengenali" in page.words
    assert c.submit(form.fill(nama="Lembaga Uji Tetap Baru")).status == 200
    form = c.get(path + "/ubah").form("/ubah", has="idem")
    form.force("kode", "UJI_LAIN")
    form.force("-ada", form["-ada"] + " kode")
    page = c.submit(form)
    assert page.status == 422 and "Tidak dapat diganti" in page.words, (page.status, page.words[:300])
    row = s.rows("SELECT kode, nama FROM institusi WHERE uid = ?", steps.uid_of(path))[0]
    assert (row["kode"], row["nama"]) == ("UJI_TETAP", "Lembaga Uji Tetap Baru")


def test_expired_membership_ends_access_and_stays_in_history(own):
    admin = own.as_("admin")
    row = own.rows("SELECT k.uid FROM keanggotaan k JOIN pengguna p ON p.id = k.pengguna WHERE p.nama_masuk = 'ppt'")[0]
    path = f"/keanggotaan/{row['uid']}"
    assert steps.change(admin, path, selesai=TODAY.isoformat()).status == 200
    member = own.login("ppt")
    assert member.get("/kasus").status == 200, "access ended before the last day was over"
    own.stop()
    own.cli.clock("advance", "1")
    own.start()
    with own.db() as db:
        kept = db.execute("SELECT selesai, batal FROM keanggotaan WHERE uid = ?", (row["uid"],)).fetchone()
    assert kept["selesai"] == TODAY.isoformat() and not kept["batal"]
    late = own.client()
    form = late.get("/masuk").form("/masuk", has="sandi").fill(masuk="ppt", sandi=own.people()["ppt"][0])
    late.submit(form)
    assert late.get("/kasus", follow=False).status != 200, "access after the last day"
    member.netloc, member.base = late.netloc, late.base
    assert member.get("/kasus", follow=False).status != 200
    history = own.as_("admin").get(path + "/riwayat")
    assert "Versi 1" in history.words and "Versi 2" in history.words and "Administrator Latihan" in history.words


def test_a_district_includes_what_lies_in_it(s):
    c = s.as_("admin")
    places = {"Uji Kabupaten": "53.03", "Uji Kecamatan": None, "Uji Desa": None, "Uji Sebelah": "53.04"}
    found = c.get("/pilih/wilayah", {"q": "kefamenanu"}).json()
    codes = sorted((x["nilai"] for x in found if x["nilai"].startswith("53.03.")), key=len)
    places["Uji Kecamatan"] = next(x for x in codes if x.count(".") == 2)
    places["Uji Desa"] = next(x for x in codes if x.count(".") == 3)
    for n, (name, code) in enumerate(places.items()):
        level = {1: "kabupaten", 2: "kecamatan", 3: "desa"}[code.count(".")]
        steps.make(c, "institusi", kode=f"UJI_W{n}", nama=name, jenis="kelompok_peduli", tingkat=level, wilayah=code)

    def listed(code):
        words = c.get("/institusi", {"wilayah": code, "q": "Uji"}).words
        return {name for name in places if name in words}

    assert listed("53.03") == {"Uji Kabupaten", "Uji Kecamatan", "Uji Desa"}, listed("53.03")
    assert listed(places["Uji Kecamatan"]) >= {"Uji Kecamatan"} and "Uji Kabupaten" not in listed(places["Uji Kecamatan"])
    assert listed("53.04") == {"Uji Sebelah"}
    assert listed("53") == set(places)


def test_coordination_lists_referrals_and_opens_no_victim(s):
    office = s.as_("ppt")
    case = steps.make(office, "kasus", judul="Perkara uji koordinasi", klasifikasi="tppo")
    victim = steps.make(office, "korban", case, status_tppo="mungkin", orang__nama="Benedikta Uji Rujuk", orang__jk="P")
    held = {r["kode"]: r["uid"] for r in s.rows("SELECT kode, uid FROM institusi")}
    referral = steps.make(office, "rujukan", victim, jenis="rujukan", layanan="kesehatan", dari=held["P2TP2A"], ke=held["RS_RUJUKAN"],
                          urgensi="segera", darurat_jiwa="ya", alasan="Perlu diperiksa dokter.", bagikan=["identitas"])
    row = s.rows("SELECT nomor, status FROM rujukan WHERE uid = ?", steps.uid_of(referral))[0]
    assert not s.bytes_on_disk("Perlu diperiksa dokter"), "a sealed field called like a reason of the program lies in clear"
    c = s.as_("pimpinan")
    page = c.get("/rujukan")
    assert page.status == 200 and row["nomor"] in page.words and "Keadaan" in page.words
    assert "Perlu diperiksa dokter" not in page.html and "Uji Rujuk" not in page.html
    for reg in ("orang", "korban"):
        for row in s.rows(f"SELECT uid FROM {reg} LIMIT 3"):
            for tail in ("", "/ubah", "/riwayat"):
                assert c.get(f"/{reg}/{row['uid']}{tail}").status == 403, (reg, tail)
    assert c.get("/orang").status == 403 and c.get("/orang.csv").status == 403


def test_no_name_and_no_number_is_readable_on_disk(s):
    c = s.as_("sekretaris")
    case = steps.make(c, "kasus", judul="Perkara uji sandi", klasifikasi="tppo")
    nik = "5371014101900007"
    victim = steps.make(c, "korban", case, status_tppo="mungkin", orang__nama="Zebaoth Qwixuji", orang__jk="P", orang__nik=nik,
                        orang__tgl_lahir="1990-01-01", orang__telepon="081234567899", kisah="Ia diajak oleh Zebaoth tetangganya.")
    s.stop()  # with all logs folded into the databases
    for text in ("Zebaoth", "zebaoth", "Qwixuji", "qwixuji", "ZEBAOTH", nik, "081234567899", "81234567899", "1990-01-01"):
        assert not s.bytes_on_disk(text), f"{text} lies on disk in clear"
    with open(sigap.ROOT / "domain/practice/names.tsv", encoding="utf-8") as f:
        names = {line.rstrip("\n").split("\t")[-1] for line in f.readlines()[1:]}
    dump = b"".join(p.read_bytes() for p in s.data.glob("*.db*"))
    words = {m.group().decode() for m in re.finditer(rb"[A-Za-z]{7,}", dump)}
    readable = {n for n in names if len(n) > 6 and (n in words if n.isalpha() else n.encode() in dump)}
    assert not readable, f"{len(readable)} names of practice persons lie on disk: {sorted(readable)[:9]}"
    assert not re.search(rb"(?<![0-9a-f])53\d{14}(?![0-9a-f])", dump), "something like a NIK lies on disk"
    s.start()
    c = s.as_("sekretaris")
    number = s.rows("SELECT nomor, tajuk FROM korban WHERE uid = ?", steps.uid_of(victim))[0]
    page = c.get(victim)
    assert number["nomor"] in page.words and number["tajuk"] == "ZQ" and "Qwixuji" not in page.words
    assert "Qwixuji" in steps.open_file(c, "/orang/" + s.rows("SELECT o.uid FROM orang o JOIN korban k ON k.orang = o.id WHERE k.uid = ?",
                                                               steps.uid_of(victim))[0][0]).words


def test_falsified_papers_are_counted_by_kind_and_issuer(s):
    c = s.as_("sekretaris")
    form = c.get("/dokumen/baru").form("/dokumen/baru", has="pemalsuan")
    kinds = form.options("pemalsuan")
    assert {"umur", "nama", "alamat", "foto", "seluruh_dokumen", "asli_data_palsu"} <= kinds.keys()
    case = steps.make(c, "kasus", judul="Perkara uji dokumen", klasifikasi="tppo")
    victim = steps.make(c, "korban", case, status_tppo="mungkin", orang__nama="Benedikta Uji Dokumen", orang__jk="P")
    person = s.rows("SELECT o.uid FROM orang o JOIN korban k ON k.orang = o.id WHERE k.uid = ?", steps.uid_of(victim))[0][0]
    day = "2016-05-06"
    for kind, truth, issuer in ((["umur", "nama"], "palsu", "desa"), (["umur"], "palsu", "desa"), (["asli_data_palsu"], "asli_data_palsu", "imigrasi"),
                                (["foto"], "palsu", "dukcapil"), ([], "asli", "dukcapil")):
        steps.make(c, "dokumen", orang=person, jenis="ktp", ada="ya", jenis_penerbit=issuer, keaslian=truth, tanggal_periksa=day,
                   **({"pemalsuan": kind} if kind else {}))
    rows = list(csv.reader(s.cli("table", "dokumen_pemalsuan", "--period", "2016-S1", "--audience", "internal", "--lang", "id").stdout.splitlines()))
    start = next(i for i, r in enumerate(rows) if "Kantor imigrasi" in r)
    head, cells = rows[start], {r[0]: r for r in rows[start + 1:] if len(r) > 1}
    value = {(k, h): int(v) for k, r in cells.items() for h, v in zip(head[1:], r[1:])}
    village = next(h for h in head if h.startswith("RT/RW"))
    assert value[("Umur", village)] == 2 and value[("Nama", village)] == 1
    assert value[("Dokumen asli dibangun di atas data palsu", "Kantor imigrasi")] == 1
    assert value[("Foto", "Dinas kependudukan")] == 1 and value[("Umur", "Kantor imigrasi")] == 0


def test_an_issuer_with_over_three_false_papers_is_flagged(s):
    c = s.as_("sekretaris")
    case = steps.make(c, "kasus", judul="Perkara uji penerbit", klasifikasi="tppo")
    victim = steps.make(c, "korban", case, status_tppo="mungkin", orang__nama="Kornelia Uji Penerbit", orang__jk="P")
    person = s.rows("SELECT o.uid FROM orang o JOIN korban k ON k.orang = o.id WHERE k.uid = ?", steps.uid_of(victim))[0][0]
    issuer, quiet = (steps.uid_of(steps.make(c, "institusi", kode=f"UJI-{n}", nama=f"Kantor Penerbit Uji {n}", jenis="opd", tingkat="pusat")) for n in "AB")

    def paper(truth, by, who=c):
        return steps.make(who, "dokumen", orang=person, jenis="ktp", ada="ya", penerbit=by, keaslian=truth, tanggal_periksa="2016-05-06")

    def flagged(login):
        page = s.as_(login).get("/antrean/penerbit_palsu")
        return [n for n in "AB" if f"Kantor Penerbit Uji {n}" in page.words] if page.status == 200 else page.status

    for truth in ("palsu", "palsu", "asli_data_palsu", "asli", "belum"):
        paper(truth, issuer)
    for _ in range(4):
        last = paper("palsu", quiet)
    assert flagged("sekretaris") == ["B"], "three are not over three; what is genuine or not examined does not count"
    paper("palsu", issuer)
    assert flagged("sekretaris") == flagged("statistik") == flagged("pimpinan") == ["A", "B"], "whoever may count them sees it"
    assert "Kornelia" not in s.as_("pimpinan").get("/antrean/penerbit_palsu").words
    assert flagged("pos") in (403, 404)
    form = s.as_("sekretaris").get(f"/dokumen/{steps.uid_of(last)}/ubah").form("/ubah", has="keaslian")
    form["keaslian"] = "asli"
    c.submit(form)
    assert flagged("sekretaris") == ["A"], "found genuine after all"


def test_a_check_at_the_registry_is_kept_as_result_and_day_alone(s):
    """Of the population registry: which result and when. The register of papers has no place for its answer."""
    c = s.as_("sekretaris")
    case = steps.make(c, "kasus", judul="Perkara uji verifikasi", klasifikasi="tppo")
    victim = steps.make(c, "korban", case, status_tppo="mungkin", orang__nama="Skolastika Uji Verifikasi", orang__jk="P")
    person = s.rows("SELECT o.uid FROM orang o JOIN korban k ON k.orang = o.id WHERE k.uid = ?", steps.uid_of(victim))[0][0]
    for n, result in enumerate(("cocok", "tidak_ditemukan", "umur_beda")):
        made = steps.make(c, "dokumen", orang=person, jenis="ktp", ada="ya", keaslian="belum", verifikasi=result, diverifikasi=f"2026-02-0{n + 1}", tanggal_periksa="2026-02-09")
        row = s.rows("SELECT verifikasi, diverifikasi FROM dokumen WHERE uid=?", steps.uid_of(made))[0]
        assert tuple(row) == (result, f"2026-02-0{n + 1}")
        page = c.get(f"/dokumen/{steps.uid_of(made)}").words
        assert f"{n + 1} Februari 2026" in page


def test_a_post_writes_the_languages_of_a_passenger(s):
    c = s.as_("pos")
    page = c.get("/pemeriksaan/baru")
    form = page.form("/pemeriksaan/baru", has="idem")
    assert form.named("orang.bahasa")[0].kind == "text" and "titik koma" in page.words
    known = {"orang__nama": "Yosef Uji Bahasa", "alasan_perjalanan": "kerja", "dokumen_keadaan": "lengkap", "hasil": "lanjut", "orang__jk": "L"}
    first = {k.replace("__", "."): (v if "." in k.replace("__", ".") or v in form.options(k) else next(x for x in form.options(k) if x)) for k, v in known.items()}
    steps.fill(form, {**first, "orang.bahasa": "Dawan (Uab Meto); Bahasa Bulan"})
    page = c.submit(form)
    assert page.status == 422 and "'Bahasa Bulan' tidak ada dalam daftar" in page.words, page.words[:400]
    form = next(f for f in page.forms if "idem" in f)
    assert form["orang.bahasa"] == "Dawan (Uab Meto); Bahasa Bulan", "what was typed is lost"
    form["orang.bahasa"] = "Dawan (Uab Meto); tetun"
    page = c.submit(form)
    assert page.status == 200 and re.fullmatch(r"/pemeriksaan/[0-9a-f-]{36}", page.path), page.words[:300]
    rows = s.rows("SELECT b.val FROM orang__bahasa b JOIN pemeriksaan p ON p.orang = b.rec WHERE p.uid = ? ORDER BY b.ord", steps.uid_of(page.path))
    assert [r["val"] for r in rows] == ["aoz", "tet"]
