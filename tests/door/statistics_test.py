"""Published figures and tables of our own (STA, KAS-21): units, part-years, doubts and sums."""
import collections
import csv
import datetime
import html
import io
import itertools
import re

import attacker
import openpyxl
import sigap
import steps
import yaml

LAST_YEAR = datetime.date.today().year - 1  # full of practice data


def words(source):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", source)).split())


def seeds():
    with open(sigap.ROOT / "domain/seed/angka.csv", newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def units():
    with open(sigap.ROOT / "domain/codes/satuan_angka.tsv", newline="", encoding="utf-8") as f:
        return {r["kode"]: r["id"].lower() for r in csv.DictReader(f, delimiter="\t")}


def charts(page):
    return re.findall(r'<svg class="grafik".*?</svg>', page.html, re.S)


def series():
    return sorted({r["seri"] for r in seeds()})


def test_427_is_marked_unit_unclear(s):
    c = s.as_("sekretaris")
    page = c.get("/seri/korban_tppo_ttu")
    row = next(words(r) for r in re.findall(r"<tr.*?</tr>", page.html, re.S) if "427" in r)
    assert "satuan tidak jelas" in row and "Diragukan" in row and "Naskah 000" in row and "2020" in row, row
    assert not charts(page), "a figure without a unit is drawn"
    assert len(s.rows("SELECT 1 FROM angka WHERE batal = 0")) >= 99


def test_every_series_is_listed_with_its_units(s):
    c = s.as_("statistik")
    page = c.get("/seri")
    linked = {href.split("/seri/")[1] for href, _ in page.links if "/seri/" in href}
    assert linked == set(series()), linked ^ set(series())
    assert s.as_("penyidik").get("/seri").status == 403


def test_no_number_on_a_chart_lacks_a_unit(s):
    c, known, drawn = s.as_("sekretaris"), set(units().values()), 0
    pages = [f"/seri/{x}" for x in series()]
    pages += [f"/tabel/{p.stem}?masa={LAST_YEAR}&untuk=internal" for p in (sigap.ROOT / "domain/tables").glob("*.yaml")]
    for path in pages:
        page = c.get(path)
        assert page.status == 200, (path, page.status)
        for svg in charts(page):
            drawn += 1
            said = re.search(r"satuan ([^.<]+)\.", svg, re.I) or re.search(r"Satuan: ([^<]+)<", svg)
            assert said, f"{path}: a chart without a unit"
            unit = said.group(1).split(",")[0].strip().lower()
            values = [html.unescape(v) for v in re.findall(r'<text class="g-nilai"[^>]*>([^<]+)</text>', svg)]
            assert len(values) > 1, path
            for value in values:
                assert not re.search(r"\d", value) or unit in value.lower() or value.startswith("Rp"), f"{path}: {value!r} without {unit!r}"
            assert unit in known or "/tabel/" in path, (path, unit)
    assert drawn > 20, drawn


def test_one_chart_has_one_unit_cases_or_victims(s):
    c = s.as_("sekretaris")
    for code in ("kasus_tppo_ntt", "rumah_perempuan_kupang"):
        page = c.get(f"/seri/{code}")
        both = {r["satuan"] for r in seeds() if r["seri"] == code}
        assert both == {"kasus", "orang"}, "the series does not try the mixing"
        assert "Satuan: kasus" in page.words and "Satuan: orang" in page.words
        said = [re.search(r"satuan ([^.<]+)\.", svg).group(1) for svg in charts(page)]
        assert said and len(set(said)) == len(said), f"{code}: charts of {said}"
        for svg, unit in zip(charts(page), said):
            values = re.findall(r'<text class="g-nilai"[^>]*>([^<]*\d[^<]*)</text>', svg)
            other = {"kasus": "orang", "orang": "kasus"}[unit]
            assert values and all(unit in v and other not in v for v in values), values
    for name, unit, other in (("kasus_klasifikasi", "Satuan: Kasus", "Satuan: Korban"), ("korban_jk_umur", "Satuan: Korban", "Satuan: Kasus")):
        page = c.get(f"/tabel/{name}?masa={LAST_YEAR}&untuk=internal")
        assert unit in page.words and other not in page.words, name
        assert any(unit.split(": ")[1].lower() in words(svg).lower() for svg in charts(page)), f"{name}: no chart with its unit"
    assert "Jangan dijumlahkan" in c.get("/tabel").words


def test_part_year_bars_are_hatched_and_stand_apart(s):
    page = s.as_("sekretaris").get("/seri/pmi_ntt_meninggal")
    svg = charts(page)[0]
    assert re.search(r"<pattern ", svg)
    bars = re.findall(r'<text class="g-label"[^>]*>([^<]+)</text><rect class="(g-\w+)"([^>]*)', svg)
    part = [r for r in seeds() if r["seri"] == "pmi_ntt_meninggal" and not (r["mulai"].endswith("-01-01") and r["selesai"].endswith("-12-31"))]
    hatched = {label for label, kind, rest in bars if kind == "g-arsir" and "url(#" in rest}
    assert part and len(hatched) == len(part) and all("2019" in x for x in hatched), (hatched, part)
    assert all(kind == "g-batang" for label, kind, _ in bars if label not in hatched)
    assert svg.index("Setahun penuh") < svg.index("(diarsir)") and "jangan dibandingkan" in svg
    table = [words(r) for r in re.findall(r"<tr.*?</tr>", page.html, re.S) if "2019" in r]
    assert table and all(re.search("bukan (se)?tahun penuh", r) for r in table), table


def test_percentages_are_recalculated_and_the_sum_is_warned_of(s):
    page = s.as_("sekretaris").get("/seri/angkatan_kerja_ntt_pendidikan_persen")
    warned = words(re.search(r'<section class="kabar awas">.*?</section>', page.html, re.S).group())
    assert "99,82" in warned and "100" in warned, warned
    # 546,336 of 2,537,377 is 21.53 per cent, printed as 21.32.
    assert "21,53" in warned and "21,32" in warned and "2.537.377" in warned, warned
    sums = s.as_("sekretaris").get("/seri/pmi_ntt_meninggal")
    assert "99,82" not in sums.words


def test_overlapping_periods_are_warned_of_and_never_added(s):
    c = s.as_("sekretaris")
    code = "penolakan_paspor"
    before = c.get(f"/seri/{code}")
    for until, value in (("2021-12-31", "40"), ("2021-06-30", "15")):
        steps.make(c, "angka", seri=code, dimensi="Uji tumpang", wilayah="53", mulai="2021-01-01", selesai=until, nilai=value,
                   satuan="pemohon", sumber="Naskah uji")
    page = c.get(f"/seri/{code}")
    warned = words(re.search(r'<section class="kabar awas">.*?</section>', page.html, re.S).group())
    assert "Uji tumpang" in warned and "40 pemohon" in warned and "15 pemohon" in warned, warned
    assert "Uji tumpang" not in before.words and "55 pemohon" not in page.words


def test_any_two_dimensions_cross_and_small_cells_are_masked(s):
    c = s.as_("sekretaris")
    reg = yaml.load((sigap.ROOT / "domain/registers/korban.yaml").read_text(), yaml.CBaseLoader)
    dims, masked = reg["stats"]["dims"], 0
    pairs = list(itertools.combinations(dims, 2))
    if not sigap.FULL:
        pairs = [p for i, p in enumerate(pairs) if i % 4 == 0 or "kelompok_umur" in p]
    for rows, columns in pairs:
        for audience, k in (("public", 10), ("task-force", 5)):
            page = c.get("/tabel/korban_terpilah.csv", {"masa": f"{LAST_YEAR}-S1", "baris": rows, "kolom": columns, "untuk": audience})
            assert page.status == 200, (rows, columns, page.status)
            cells = [v for r in csv.reader(page.body.decode("utf-8-sig").splitlines()) if len(r) > 2 for v in r[1:]]
            numbers = [int(v.replace(".", "")) for v in cells if re.fullmatch(r"[\d.]+", v)]
            assert numbers and not [n for n in numbers if 0 < n < k], (rows, columns, audience, cells)
            masked += sum(v == f"<{k}" for v in cells)
    assert masked > len(pairs)


def grid(rows):
    """From the line of headings on: {(row, column): cell}."""
    head = next(i for i, r in enumerate(rows) if len(r) > 1 and r[0] and r[1])
    return {(r[0], c): v for r in rows[head + 1:] if r and r[0] for c, v in zip(rows[head][1:], r[1:])}


def test_all_tables_of_a_half_year_in_one_book_are_each_table_itself(s):
    for login, audience in (("sekretaris", "internal"), ("statistik", "public")):
        c, ask = s.as_(login), {"masa": f"{LAST_YEAR}-S1", "untuk": audience}
        assert "/tabel.xlsx?masa=" in c.get("/tabel").html
        answer = c.get("/tabel.xlsx", ask)
        assert answer.status == 200, (login, answer.status)
        book, counted = openpyxl.load_workbook(io.BytesIO(answer.body)), 0
        listed = {href.split("/tabel/")[1].split("?")[0] for href, _ in c.get("/tabel").links if "/tabel/" in href}
        assert set(book.sheetnames[1:]) <= listed and len(book.sheetnames) > 10, set(book.sheetnames) - listed
        for name in book.sheetnames[1:]:
            sheet = [["" if v is None else str(v) for v in r] for r in book[name].iter_rows(values_only=True)]
            alone = list(csv.reader(c.get(f"/tabel/{name}.csv", ask).body.decode("utf-8-sig").splitlines()))
            cells = [r for r in alone if len(r) > 1]
            if len(cells) > 1:
                assert grid(sheet) == grid(alone[5:]), name
                counted += 1
        assert counted > 10, (login, counted)


def test_tables_of_one_period_side_by_side_tell_nothing_hidden(s):
    """Every crossing of eight dimensions, each alone, both ways round, for both audiences: one who reads them all works none out."""
    c, dims, k = s.as_("sekretaris"), ("jk", "kelompok_umur", "asal_kab", "anak", "legalitas", "tahap", "klasifikasi_kasus", "pendidikan"), {"task-force": 5, "public": 10}
    for period in (f"{LAST_YEAR}-S1", f"{LAST_YEAR}-S2"):
        for readable in (("task-force", "public"), ("public",)):
            who = attacker.Attacker()
            for rows, columns in itertools.chain(itertools.permutations(dims, 2), ((d, "-") for d in dims)):
                for audience in readable:
                    page = c.get("/tabel/korban_terpilah.csv", {"masa": period, "baris": rows, "kolom": columns, "untuk": audience})
                    assert page.status == 200, (rows, columns, page.status)
                    who.table(rows, columns, attacker.by_code(list(csv.reader(page.body.decode("utf-8-sig").splitlines()))), k[audience])
            who.think()
            assert len(who.hidden) > 200, "nothing was hidden"
            known = who.known(min(k[audience] for audience in readable))
            assert not known, (period, readable, len(who.hidden), len(known), list(known.items())[:9])


def table(c, period, rows, columns="-", audience="public"):
    page = c.get("/tabel/korban_terpilah.csv", {"masa": period, "baris": rows, "kolom": columns, "untuk": audience})
    assert page.status == 200, (rows, columns, page.status)
    return {k: v.replace(".", "") for k, v in attacker.by_code(list(csv.reader(page.body.decode("utf-8-sig").splitlines()))).items()}


def test_the_public_sees_no_figure_of_one_or_two_offices_and_round_ones(s):
    """Who has a figure is told by the exact table of offices; what the public reads of it follows from that."""
    c, period, seen = s.as_("sekretaris"), f"{LAST_YEAR}-S2", collections.Counter()
    for dim in ("jk", "asal_kab", "bentuk", "legalitas", "pendidikan", "tahap", "kelompok_umur"):
        offices, exact, public = table(c, period, dim, "pemilik", "internal"), table(c, period, dim, audience="internal"), table(c, period, dim)
        narrow = table(c, period, dim, audience="task-force")
        for (code, _), shown in public.items():
            n = int(exact[code, ""])
            parts = sorted((int(v) for (row, office), v in offices.items() if row == code and office), reverse=True)
            held = parts[0] * 100 > 80 * n or sum(parts[:2]) * 100 > 90 * n
            assert not (n >= 10 and held) or shown == "*", (dim, code, n, parts, shown)
            assert shown in ("*", "<10") or int(shown) == (n + 2) // 5 * 5, (dim, code, n, shown)
            assert narrow[code, ""] in ("*", "<5", str(n)), "the task force sees a rounded figure"
            seen["held"] += n >= 10 and held
            seen["shown"] += shown not in ("*", "<10", "0")
            seen["rounded"] += shown not in ("*", "<10", str(n))
    assert min(seen[x] for x in ("held", "shown", "rounded")) > 3, seen
    ask = {"masa": period, "untuk": "public"}
    book = openpyxl.load_workbook(io.BytesIO(c.get("/tabel/korban_jk_umur.xlsx", ask).body))
    cells = " ".join(str(v) for sheet in book for r in sheet.iter_rows(values_only=True) for v in r if v is not None)
    csv_file = c.get("/tabel/korban_jk_umur.csv", ask).body.decode("utf-8-sig")
    for text in (c.get("/tabel/korban_jk_umur", ask).words, csv_file, cells):
        assert "dibulatkan ke kelipatan 5" in text and "lebih dari 80 % berasal dari satu instansi" in text, text[-600:]
    assert "dibulatkan" not in c.get("/tabel/korban_jk_umur", {**ask, "untuk": "task-force"}).words


def test_for_the_public_a_place_is_a_regency(s):
    c = s.as_("sekretaris")
    for name, dim in (("kegiatan_jenis", "kec"), ("sinyal_jenis", "kec")):
        ask = {"masa": f"{LAST_YEAR}-S2", "baris": dim, "kolom": "-"}
        page = c.get(f"/tabel/{name}", {**ask, "untuk": "public"})
        assert "sampai kabupaten atau kota saja" in page.words and "<td" not in page.html
        assert c.get(f"/tabel/{name}.csv", {**ask, "untuk": "public"}).status == 422
        assert "<td" in c.get(f"/tabel/{name}", {**ask, "untuk": "task-force"}).html
        assert "<td" in c.get(f"/tabel/{name}", {**ask, "baris": "kab", "untuk": "public"}).html


def test_a_year_less_its_half_tells_nothing_for_it_is_not_made(s):
    c = s.as_("sekretaris")
    for period in (str(LAST_YEAR), f"{LAST_YEAR}-01-01/{LAST_YEAR}-06-29"):
        for audience in ("task-force", "public"):
            page = c.get("/tabel/korban_jk_umur", {"masa": period, "untuk": audience})
            assert "per semester saja" in page and "<td" not in page.html, (period, audience)
            assert c.get("/tabel/korban_jk_umur.csv", {"masa": period, "untuk": audience}).status == 422
        assert "<td" in c.get("/tabel/korban_jk_umur", {"masa": period, "untuk": "internal"}).html
    leader = s.as_("pimpinan")  # who sees masked figures only is offered half-years, also for the totals of each unit
    page = leader.get("/tabel", {"masa": str(LAST_YEAR)})
    options = re.findall(r'<option value="([^"]*)"', page.html)
    assert options and all("-S" in o for o in options) and f'value="{LAST_YEAR}"' in c.get("/tabel").html
    assert f"/tabel.xlsx?masa={LAST_YEAR}-S" in page.html or f"/tabel.xlsx?masa={LAST_YEAR + 1}-S" in page.html


def test_what_is_made_for_the_public_has_no_column_of_a_name(s):
    """Every table for the public as sheet and file: no column is a field that identifies anybody, no cell holds a name on file."""
    office, name = s.as_("ppt"), "Zebaoth Qwixuji"
    case = steps.make(office, "kasus", judul="Perkara uji publik", klasifikasi="tppo", dibuka=f"{LAST_YEAR}-03-01")
    steps.make(office, "korban", case, status_tppo="terbukti_layanan", tanggal_identifikasi=f"{LAST_YEAR}-03-02", orang__nama=name, orang__jk="P")
    fields = [f for p in (sigap.ROOT / "domain/registers").glob("*.yaml") for x in yaml.load(p.read_text(), yaml.CSafeLoader)["sections"] for f in x["fields"]]
    protected = {label for f in fields if f.get("class") == "identitas" and f["type"].startswith("text") for label in f["label"].values()} | {"Nama", "Name"}
    c, ask = s.as_("statistik"), {"masa": f"{LAST_YEAR}-S1", "untuk": "public"}
    book = openpyxl.load_workbook(io.BytesIO(c.get("/tabel.xlsx", ask).body))
    assert len(book.sheetnames) > 10
    for sheet in book.sheetnames[1:]:
        alone = c.get(f"/tabel/{sheet}.csv", ask).body.decode("utf-8-sig")
        cells = {str(v) for row in book[sheet].iter_rows(values_only=True) for v in row[1:] if v is not None}
        cells |= {cell for row in csv.reader(alone.splitlines()) for cell in row[1:]}  # what stands first is a row's label
        assert not cells & protected and name not in alone and not any("Qwixuji" in v for v in cells), (sheet, cells & protected)
