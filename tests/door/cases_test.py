"""Requirements of the case file (KAS) by their acceptance sentences, through forms and pages."""
import datetime
import re

import sigap
import steps

TODAY = datetime.date.today()
YESTERDAY = (TODAY - datetime.timedelta(days=1)).isoformat()
BATAM = "Dua orang direkrut di Kota Kupang dan dibawa ke Batam"


def born(age):
    return TODAY.replace(year=TODAY.year - age, month=1, day=1).isoformat()


def new_case(c, title, **more):
    return steps.make(c, "kasus", judul=title, klasifikasi="tppo", **more)


def new_victim(c, case, name, age=20, **more):
    person = {"orang__nama": name, "orang__jk": "P", "orang__tgl_lahir": born(age)}
    return steps.make(c, "korban", case, status_tppo="terbukti_layanan", **{**person, **more})


def record(s, path):
    _, reg, uid = path.split("/")
    return s.rows(f"SELECT * FROM {reg} WHERE uid = ?", uid)[0]


def user_uid(s, login):
    return s.rows("SELECT uid FROM pengguna WHERE nama_masuk = ?", login)[0][0]


def assign(s, c, case, login):
    return steps.make(c, "penugasan", case, pengguna=user_uid(s, login), peran_tim="penyidik")


def batam(s):
    return "/kasus/" + s.rows("SELECT uid FROM kasus WHERE judul = ?", BATAM)[0][0]


def test_36_cases_and_208_victims_keep_their_own_counts(s, tmp):
    head = "Nomor LP,Tanggal LP,Judul perkara,Nama korban,Tanggal lahir,JK,Tanggal identifikasi,Status korban"
    rows = [f"LP/H{i % 36},2019-02-01,Perkara hitung {i % 36},Nama Hitung {chr(65 + i // 26)}{chr(65 + i % 26)},"
            f"{1970 + i % 30}-03-04,P,2019-03-05,Korban menurut penilaian layanan" for i in range(208)]
    book = tmp / "buku.csv"
    book.write_text("\n".join([head, *rows]), encoding="utf-8")
    s.cli("import", book, "--profile", "polres_korban", "--as", "sekretaris")
    page = s.as_("sekretaris").get("/tabel?masa=2019-S1")
    assert re.search(r"Kasus 36 kasus\b", page.words) and re.search(r"Korban 208 korban\b", page.words), page.words[-1500:]
    for name, n in (("kasus_klasifikasi", 36), ("korban_jk_umur", 208)):
        text = s.cli("table", name, "--period", "2019-S1", "--audience", "internal").stdout
        assert re.search(rf"^Jumlah,.*,{n}\r?$", text, re.M), text


def test_consent_changes_no_status(s):
    c = s.as_("sekretaris")
    victim = new_victim(c, new_case(c, "Perkara uji persetujuan"), "Adolfina Uji Setuju")
    before = record(s, victim)
    page = steps.change(c, victim, persetujuan_korban="ya", persetujuan_keterangan="Setuju karena dijanjikan upah.")
    assert page.status == 200
    after = record(s, victim)
    assert after["persetujuan_korban"] == "ya" and after["versi"] == before["versi"] + 1
    for column in ("status_tppo", "status", "tahap", "terbuka", "batal"):
        assert after[column] == before[column], column


def shares(page):
    """{tab: percent} of a case page."""
    nav = re.search(r'<nav class="tab".*?</nav>', page.html, re.S).group()
    return {name.strip(): int(n) for name, n in re.findall(r">([^<>]+) <span[^>]*>(\d+)%<", nav)}


def test_case_page_has_three_tabs_with_completeness(s):
    c = s.as_("sekretaris")
    case = new_case(c, "Perkara uji tiga bagian", ditemukan="21.71")
    before = shares(c.get(case))
    assert list(before) == ["Hulu", "Proses", "Hilir"] and all(0 <= n < 100 for n in before.values()), before
    steps.change(c, case, lintas_batas="ya", proses=["rekrut"])
    after = shares(c.get(case))
    assert after["Proses"] > before["Proses"] and after["Hulu"] == before["Hulu"], (before, after)
    for tab, heading in (("hulu", "Pokok perkara"), ("proses", "Perjalanan dan unsur"), ("hilir", "Tujuan dan penemuan")):
        assert heading in c.get(f"{case}?tab={tab}").words


def test_case_lists_several_places_with_roles(s):
    c = s.as_("sekretaris")
    case = new_case(c, "Perkara uji tempat", asal_kab="53.03", rekrut_kab="53.71", ditemukan="21.71", tujuan_kab="31.71")
    form = c.get(case + "/ubah").form("/ubah", has="idem")
    form.force("transit", "53.71 21.71")
    assert c.submit(form).status == 200
    shown = {}
    for tab in ("hulu", "proses", "hilir"):
        shown.update(steps.fields(c.get(f"{case}?tab={tab}")))
    assert "Timor Tengah Utara" in shown["Kabupaten/kota asal"] and "Kupang" in shown["Kabupaten/kota perekrutan"]
    assert "Kupang" in shown["Tempat transit"] and "Batam" in shown["Tempat transit"]
    assert "Batam" in shown["Kabupaten/kota ditemukan"] and shown["Kabupaten/kota tujuan"]


def test_age_16_sets_child_and_adds_dp3a(s):
    c = s.as_("sekretaris")
    case = new_case(c, "Perkara uji anak")
    adult = new_victim(c, case, "Adolfina Uji Dewasa", 30)
    assert record(s, adult)["anak"] == "tidak"
    team = "SELECT i.kode, p.peran_tim FROM penugasan p JOIN institusi i ON i.id = p.institusi JOIN kasus k ON k.id = p.induk WHERE k.uid = ?"
    assert not s.rows(team, steps.uid_of(case)), "an adult brings the child team"
    child = new_victim(c, case, "Adolfina Uji Enam Belas", 16)
    assert record(s, child)["umur_kejadian"] == 16 and record(s, child)["anak"] == "ya"
    assert [tuple(r) for r in s.rows(team, steps.uid_of(case))] == [("DP3A", "pendamping_anak")]
    new_victim(c, case, "Adolfina Uji Tujuh Belas", 17)
    assert len(s.rows(team, steps.uid_of(case))) == 1, "the team is added twice"
    assert s.as_("ppt2").get(case).status == 200, "DP3A cannot open the case it was added to"
    assert any("Ya" in v for k, v in steps.fields(c.get(child)).items() if k.startswith("Anak"))


def test_two_ages_raise_the_forgery_mark(s):
    c = s.as_("sekretaris")
    case = new_case(c, "Perkara uji dua umur")
    same = new_victim(c, case, "Adolfina Uji Umur Sama", 16, orang__tgl_lahir_dokumen=born(16))
    forged = new_victim(c, case, "Adolfina Uji Umur Palsu", 16, orang__tgl_lahir_dokumen=born(21))
    assert record(s, same)["beda_umur"] == "tidak"
    row = record(s, forged)
    assert (row["umur_kejadian"], row["umur_dokumen"], row["beda_umur"]) == (16, 21, "ya"), tuple(row)
    shown = steps.fields(c.get(forged))
    assert shown["Umur berbeda dari dokumen"] == "Ya" and shown["Umur menurut dokumen"].startswith("21")
    listed = c.get("/korban", {"beda_umur": "ya"}).words
    assert record(s, forged)["nomor"] in listed and record(s, same)["nomor"] not in listed


def test_batam_events_stand_in_order(s):
    page = s.as_("penyidik").get(batam(s) + "?tab=proses")
    line = re.search(r'<ol class="lini">(.*?)</ol>', page.html, re.S).group(1)
    events = re.findall(r"<a [^>]*>(\d+)\. ([^<]+)</a>", line)
    assert [int(n) for n, _ in events] == list(range(1, 14)), events
    assert events[0][1] == "Korban direkrut lewat pacaran" and events[12][1] == "Laporan warga dan penangkapan"


def test_a_place_in_two_cases_shows_the_link_to_the_cleared_only(s):
    c, investigator = s.as_("ppt"), s.as_("penyidik")
    one, two = new_case(c, "Perkara uji simpul satu"), new_case(c, "Perkara uji simpul dua")
    assign(s, c, one, "penyidik")
    second = assign(s, c, two, "penyidik")
    place = steps.make(investigator, "simpul", jenis="tempat", sebutan="Rumah uji simpul", kasus=steps.uid_of(one))
    form = investigator.get(place + "/ubah").form("/ubah", has="idem")
    form.force("kasus", f"{steps.uid_of(one)} {steps.uid_of(two)}")
    assert investigator.submit(form).status == 200
    assert len(s.rows("SELECT 1 FROM simpul__kasus k JOIN simpul s ON s.id = k.rec WHERE s.uid = ?", steps.uid_of(place))) == 2
    numbers = [record(s, x)["nomor"] for x in (one, two)]
    assert all(n in investigator.get(place).words for n in numbers)
    steps.change(c, second, mulai=(TODAY - datetime.timedelta(days=9)).isoformat(), selesai=YESTERDAY)
    assert investigator.get(two).status == 404
    for path in (place, place + "/riwayat", place + "/ubah", "/simpul"):
        page = investigator.get(path)
        assert page.status == 200 and "Perkara uji simpul dua" not in page.html, path
        assert numbers[1] not in page.html, path
    assert numbers[0] in investigator.get(place).words


def test_booking_code_is_sealed_and_for_the_case_team(s):
    c = s.as_("ppt")
    case = new_case(c, "Perkara uji tiket")
    event = steps.make(c, "peristiwa", case, urutan="1", jenis="perjalanan", uraian="Tiket dibeli.", kode_booking="ZQ7XK9UJI",
                       pengangkut="Kapal uji", moda="udara", asal="53.71", tujuan_kab="21.71")
    assert not s.bytes_on_disk("ZQ7XK9UJI"), "the booking code lies on disk in clear"
    assert not s.bytes_on_disk("zq7xk9uji")
    for login in ("penyidik", "peksos"):
        assert s.as_(login).get(event).status == 404, "read outside the team"
        assign(s, c, case, login)
        page = steps.open_file(s.as_(login), event)
        assert page.status == 200
        assert ("ZQ7XK9UJI" in page.words) == (login == "penyidik"), login
    assert s.as_("penyidik2").get(event).status == 404
    shown = steps.fields(steps.open_file(s.as_("penyidik"), event))
    assert shown["Maskapai atau kapal"] == "Kapal uji" and "Batam" in shown["Kabupaten/kota tujuan"]


def test_custody_changes_are_logged(s):
    c, investigator = s.as_("ppt"), s.as_("penyidik")
    case = new_case(c, "Perkara uji barang bukti")
    assign(s, c, case, "penyidik")
    item = steps.make(investigator, "barang_bukti", case, jenis="ponsel", uraian="Satu ponsel hitam", jumlah="1", lokasi="Meja penyidik uji",
                      pemegang=user_uid(s, "penyidik"), disita_pada=YESTERDAY)
    steps.open_file(investigator, item)
    assert steps.change(investigator, item, lokasi="Gudang uji", pemegang=user_uid(s, "penyidik2")).status == 200
    move = next(f for f in investigator.get(item).forms if f.action.endswith("/simpan"))
    assert investigator.submit(move).status == 200
    lend = next(f for f in investigator.get(item).forms if f.action.endswith("/pinjamkan"))
    lend["-alasan"] = "Dipinjam untuk sidang uji"
    assert investigator.submit(lend).status == 200
    history = investigator.get(item + "/riwayat")
    for text in ("Meja penyidik uji", "Gudang uji", "Penyidik Renakta", "Penyidik Polres", "Disita", "Disimpan", "Dipinjam",
                 "Dipinjam untuk sidang uji", str(TODAY.year)):
        assert text in history.words, text
    assert history.words.count("Versi ") >= 4


def test_transfers_are_summed_per_suspect(s):
    c, reader = s.as_("sekretaris"), s.as_("sekretaris")
    case = new_case(c, "Perkara uji uang")
    people = {}
    for name in ("Yakobus Uji Penerima", "Yakobus Uji Lain"):
        suspect = steps.make(c, "terlapor", case, jenis="orang", kedudukan="terlapor", hubungan="calo", orang__nama=name, orang__jk="L")
        people[name] = s.rows("SELECT o.uid FROM terlapor t JOIN orang o ON o.id = t.orang WHERE t.uid = ?", steps.uid_of(suspect))[0][0]
    one, two = people.values()
    for to, amount in ((one, "12.000.000"), (one, "2.500.000"), (two, "750000")):
        steps.make(c, "transaksi", case, jenis="transfer", ke=to, bank="bca", jumlah=amount, tanggal="2018-04-05")
    steps.make(c, "transaksi", case, jenis="transfer", ke=one, jumlah_diketahui="tidak", tanggal="2018-04-06")
    page = reader.get("/tabel/transaksi_penerima?masa=2018-S1&untuk=internal")
    assert page.status == 200 and "Satuan: rupiah" in page.words
    assert "Rp14.500.000" in page.words and "Rp750.000" in page.words and "Rp15.250.000" in page.words, page.words[-900:]
    assert "1 transaksi tanpa jumlah" in page.words, "the transfer without an amount counts as nothing"


def test_contract_marriage_is_selectable_and_counted(s):
    c = s.as_("sekretaris")
    form = c.get("/kasus/baru").form("/kasus/baru", has="judul")
    assert "kontrak" in form.options("modus") and "Nikah kontrak" in c.get("/kasus/baru").words
    new_case(c, "Perkara uji nikah kontrak", dibuka="2017-02-03", modus=["kontrak", "pacaran"])
    text = s.cli("table", "kasus_modus", "--period", "2017-S1", "--audience", "internal").stdout
    assert re.search(r"^Nikah kontrak,.*,1\r?$", text, re.M) and re.search(r"^Jumlah,.*,1\r?$", text, re.M), text
