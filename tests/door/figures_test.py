"""Published figures, sums below a record, what refers to a record, dates in order: as a person meets
them, against the facts of domain/seed and the rows of the database."""
import html
import itertools
import re

import steps

PERCENT = "/seri/angkatan_kerja_ntt_pendidikan_persen"


def test_a_series_says_what_to_know_before_using_it(s):
    secretary = s.as_("sekretaris")
    assert "Penolakan paspor" in secretary.get("/seri")
    assert "Masa bertumpang, jangan dijumlahkan: Maumere" in secretary.get("/seri/penolakan_paspor")
    unclear = secretary.get("/seri/korban_tppo_ttu")
    assert "427 (satuan tidak jelas)" in unclear and 'class="grafik"' not in unclear.html
    total = secretary.get("/seri/rumah_perempuan_kupang")
    assert "312 kasus; rinciannya berjumlah 77 kasus" in total
    assert secretary.get("/seri/tidak_ada").status == 404


def test_percentages_are_recalculated(s):
    page = s.as_("sekretaris").get(PERCENT)
    for word in ("berjumlah 99,82, bukan 100", "53,22 persen", "11,93 persen", "21,53 persen", "13,32 persen"):
        assert word in page, word


def test_part_years_are_hatched(s):
    page = s.as_("sekretaris").get("/seri/pmi_ntt_meninggal").html
    hatched = re.findall(r'<rect class="g-arsir"', page)
    assert len(hatched) == 3, len(hatched)
    assert "Kurang dari setahun (diarsir): jangan dibandingkan dengan setahun penuh" in page
    assert 'role="img"' in page and "style=" not in page


def figure(client, **values):
    form = client.get("/angka/baru").form("/angka/baru", has="seri")
    form.fill(**{"seri": "kasus_tppo_nasional", "dimensi": "Indonesia", "nilai": "100", "satuan": "kasus",
                 "sumber": "Naskah 000", **values})
    return client.submit(form)


def test_a_figure_that_overlaps_is_asked_about(s):
    secretary = s.as_("sekretaris")
    asked = figure(secretary, mulai="2020-01-01", selesai="2020-06-30")
    assert "Masanya bertumpang dengan angka lain dari sumber yang sama: Indonesia" in asked
    saved = secretary.submit(asked.form("/angka/baru", has="seri"), "yakin")
    assert saved.status == 200 and "bertumpang" not in saved, saved.url
    assert "bertumpang" not in figure(secretary, mulai="2018-01-01", selesai="2018-12-31")


def test_dates_keep_their_order(s):
    page = figure(s.as_("sekretaris"), mulai="2018-05-03", selesai="2018-04-30")
    assert "Tanggal ini mendahului 'Masa mulai' (3 Mei 2018)" in page
    assert "mendahului" not in figure(s.as_("sekretaris"), mulai="2017-05-03", selesai="2017")


def case_with_unknown_amount(s):
    with s.db() as db:
        return db.execute("SELECT k.uid, SUM(t.jumlah) AS jumlah, SUM(t.jumlah IS NULL) AS tanpa FROM transaksi t"
                          " JOIN kasus k ON k.id=t.induk WHERE t.ke IS NOT NULL GROUP BY 1 HAVING tanpa>0 AND jumlah>0"
                          " ORDER BY 1").fetchone()


def test_money_is_added_up_by_receiver(s):
    case = case_with_unknown_amount(s)
    detective = s.as_("penyidik")
    address = detective.get(f"/kasus/{case['uid']}").link("per penerima")
    page = detective.get(address)
    with s.db() as db:
        rows = db.execute("SELECT ke, ke__reg, SUM(jumlah) AS jumlah FROM transaksi WHERE batal=0 AND induk="
                          "(SELECT id FROM kasus WHERE uid=?) GROUP BY 1, 2", (case["uid"],)).fetchall()
    assert len(re.findall(r'<th scope="row">', page.html)) == len(rows) + 1
    for row in rows:
        if row["jumlah"]:
            assert f"Rp{row['jumlah']:,}".replace(",", ".") in page, dict(row)
    assert f"{case['tanpa']} transaksi tanpa jumlah" in page and "tidak diketahui" in page
    stranger = s.as_("mitra").get(address)
    assert stranger.status in (403, 404), stranger.status


def test_what_refers_to_a_place_is_shown_within_reach_only(s):
    with s.db() as db:
        place = db.execute("SELECT p.uid, e.uid AS event FROM peristiwa e JOIN simpul p ON p.id=e.tempat"
                           " JOIN penugasan a ON a.induk=e.induk AND a.induk_reg='kasus' JOIN pengguna u ON u.id=a.pengguna"
                           " WHERE u.nama_masuk='penyidik' AND e.batal=0 ORDER BY 1").fetchone()
    page = s.as_("penyidik").get(f"/simpul/{place['uid']}")
    asked = s.as_("penyidik").get(page.link("", "rujuk=ya"))
    assert place["event"] in asked.html
    assert place["event"] not in s.as_("mitra").get(f"/simpul/{place['uid']}?rujuk=ya").html


def test_an_import_tells_of_overlaps_and_goes_on(s):
    rows = ["Deret,Rincian,Masa mulai,Masa sampai,Nilai,Satuan,Sumber",
            "Kasus TPPO nasional,Indonesia,2019-06-01,2019-12-31,90,Kasus,Naskah 000",
            "Kasus TPPO nasional,Provinsi uji,2019-01-01,2019-12-31,90,Kasus,Uji",
            "Kasus TPPO nasional,Provinsi uji,2019-12-01,2020-02-01,91,Kasus,Uji"]
    secretary = s.as_("sekretaris")
    form = secretary.get("/angka/impor").form("/impor/", has="berkas")
    form.file("berkas", "angka.csv", "\n".join(rows).encode())
    preview = steps.settled(secretary, secretary.submit(form))
    assert preview.html.count("Masanya bertumpang dengan angka lain") == 2, preview.words[-1500:]
    steps.apply(secretary, preview)
    assert "Provinsi uji" in secretary.get("/seri/kasus_tppo_nasional")


def test_sums_are_the_same_in_the_files(s):
    case = case_with_unknown_amount(s)
    text = s.as_("penyidik").get("/tabel/transaksi_penerima.csv", {"induk": case["uid"]}).body.decode("utf-8-sig")
    last = text.strip().splitlines()[-1].split(",")
    with s.db() as db:
        total, unknown = db.execute("SELECT SUM(jumlah), SUM(jumlah IS NULL) FROM transaksi WHERE batal=0 AND induk="
                                    "(SELECT id FROM kasus WHERE uid=?)", (case["uid"],)).fetchone()
    assert last[1:] == [str(total), str(unknown)], last


def test_no_number_on_a_chart_lacks_its_unit(s):
    secretary, checked = s.as_("sekretaris"), 0
    for table, word, other in (("kasus_modus", "kasus", "korban"), ("korban_terpilah", "korban", "kasus")):
        chart = re.search(r'<svg class="grafik".*?</svg>', secretary.get(f"/tabel/{table}", {"masa": "2026"}).html, re.S).group()
        values = re.findall(r'<text class="g-nilai"[^>]*>([^<]*)<', chart)
        assert values[0].startswith("Satuan: ") and len(values) > 3, values
        for value in values[1:]:
            assert value.endswith(" " + word) and other not in value, value
            checked += 1
    assert checked > 5


def test_masked_rows_have_no_bar(s):
    """Where no row is left to show there is no chart: practice data differ from day to day, so several tables are looked at."""
    secretary, seen = s.as_("sekretaris"), 0
    for table in ("korban_terpilah", "kasus_modus", "layanan_jenis", "laporan_kanal", "pemeriksaan_hasil"):
        for period, audience in itertools.product(("2025-S1", "2025-S2", "2026-S1"), ("public", "task-force")):
            page = secretary.get(f"/tabel/{table}", {"masa": period, "untuk": audience}).html
            chart = re.search(r'<svg class="grafik".*?</svg>', page, re.S)
            values = re.findall(r'<text class="g-nilai"[^>]*>([^<]*)<', chart.group())[1:] if chart else []
            bars = re.findall(r'<rect class="g-batang"', chart.group()) if chart else []
            hidden = [v for v in values if v.startswith(("&lt;", "* "))]
            assert len(bars) == len(values) - len(hidden) - sum(v.startswith("0 ") for v in values), (table, period, audience, values, len(bars))
            seen += bool(bars and hidden)
    assert seen, "no chart with rows hidden and shown"


def test_no_masked_number_can_be_worked_out_from_its_line(s):
    """In no row and no column is one number hidden alone: the others and the total would tell it."""
    page = s.as_("sekretaris").get("/tabel/korban_terpilah", {"masa": "2026-S1", "untuk": "task-force"}).html
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.S)
    grid = [[html.unescape(c).strip() for c in re.findall(r"<td[^>]*>(?:<a[^>]*>)?([^<]*)", r)] for r in rows]
    grid = [r for r in grid if len(r) > 2]
    assert len(grid) > 3 and len({len(r) for r in grid}) == 1, grid
    lines = grid + [list(c) for c in zip(*grid)]
    hidden = [sum(c in ("<5", "*") for c in line) for line in lines]
    assert 1 not in hidden and sum(hidden) > 4, grid
    assert any(c == "*" for r in grid for c in r), grid
