"""The main job without a browser: two agencies' books go in with errors, are mended, applied and
joined by person; the six-monthly set is the same on the page, in the files, on the command line and
in a recount in plain SQL over the export."""
import csv
import datetime
import html
import io
import re
import sqlite3

import openpyxl
import sigap
import steps

LONG_AGO = datetime.date.today() - datetime.timedelta(days=40)
DAY = LONG_AGO.replace(day=15)
PERIOD = f"{DAY.year}-S{1 if DAY.month <= 6 else 2}"
TABLE = f"/tabel/korban_jk_umur{{}}?masa={PERIOD}&untuk=internal"
CONFIRMED = "Korban menurut penilaian layanan"
FILL = "FFF8D0CB"  # red of the marked workbook


def nik(born, woman, serial):
    day = born.day + (40 if woman else 0)
    return f"537101{day:02}{born:%m%y}{serial:04}"


def born(age, month=1):
    """A birth date of this age on DAY."""
    return datetime.date(DAY.year - age - (month > DAY.month), month, 3)


def template(client, profile):
    """The downloaded template and its columns: (workbook, {title: column number})."""
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/impor/{profile}/contoh.xlsx").body))
    return book, {cell.value.rstrip(" *"): cell.column for cell in book["Data"][1]}


def fill(book, columns, rows, first=4):
    for line, row in enumerate(rows, first):
        for title, value in row.items():
            book["Data"].cell(line, columns[title], value)
    return book


def bytes_of(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def police_row(report, name, **more):
    row = {"Nomor LP": f"LP/{report}/UJI", "Tanggal LP": DAY.isoformat(), "Judul perkara": f"Perkara uji {report}",
           "Nama korban": name, "Tanggal identifikasi": DAY.isoformat(), "Status korban": CONFIRMED}
    row.update({k.replace("_", " "): v for k, v in more.items()})
    return row


ONE, TWO, THREE = born(25), born(15), born(40)


def police_rows():
    """Seven rows: five persons of whom three count, one of them named in two cases."""
    return [
        police_row(1, "Marselina Uji Satu", NIK=nik(ONE, True, 1), Jenis_kelamin="P", Tanggal_lahir=ONE.isoformat()),
        police_row(1, "Marselina Uji Dua", Jenis_kelamin="Perempuan", Tanggal_lahir=TWO.isoformat()),
        police_row(1, "Yustinus Uji Tiga", Jenis_kelamin="L", Tanggal_lahir=THREE.isoformat()),
        police_row(2, "Marselina Uji Empat", Jenis_kelamin="P", Tanggal_lahir=born(30).isoformat(), Status_korban="Mungkin korban"),
        police_row(2, "Yustinus Uji Lima", Jenis_kelamin="L", Tanggal_lahir=born(30, 2).isoformat(), Status_korban="Bukan korban TPPO"),
        police_row(2, "Marselina Uji Satu", NIK=nik(ONE, True, 1), Jenis_kelamin="P", Tanggal_lahir=ONE.isoformat()),
    ]


def social_rows():
    def row(number, name, day, sex, **more):
        return {"Nomor register": f"UJI-{number}", "Nama": name, "Tanggal datang": DAY.isoformat(), "JK": sex,
                "Tanggal lahir": day.isoformat(), **{k.replace("_", " "): v for k, v in more.items()}}
    return [
        row(1, "Marselina Uji Satu", ONE, "P", Nomor_LP="LP/1/UJI", NIK=nik(ONE, True, 1)),
        row(2, "Marselina Uji Dua", TWO, "P"),
        row(3, "Yustinus Uji Tiga", THREE, "L"),
        row(4, "Yustinus Uji Enam", born(9), "L"),
    ]


# ---- the figures from each door: {(row, column): number} ----

def grid(rows):
    """Of a list of rows whose first is the heading."""
    head, *body = [r for r in rows]
    return {(r[0], c): int(str(v).replace(".", "")) for r in body for c, v in zip(head[1:], r[1:])}


def from_page(page):
    table = re.search(r'<table class="daftar silang">.*?</table>', page.html, re.S).group()
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.S)
    return grid([[html.unescape(re.sub("<[^>]+>", "", c)) for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", r, re.S)] for r in rows])


def from_csv(text):
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    start = next(i for i, r in enumerate(rows) if r and r[0] == "Kelompok umur")
    return grid([r for r in rows[start:] if len(r) > 1])


def from_xlsx(data):
    for rows in sigap.read_xlsx(data).values():
        start = next((i for i, r in enumerate(rows) if r and r[0] == "Kelompok umur"), None)
        if start is not None:
            rows = [[c for c in r if c is not None] for r in rows[start:]]
            return grid([r for r in rows if len(r) > 1])
    raise AssertionError("no table in the workbook")


def recount(folder):
    """Distinct persons by age group and sex in codes, from the export alone."""
    db = sqlite3.connect(":memory:")
    for name in ("korban", "kasus"):
        with open(folder / f"{name}.csv", newline="", encoding="utf-8-sig") as f:
            head, *rows = csv.reader(f)
        db.execute(f"CREATE TABLE {name}({','.join(head)})")
        db.executemany(f"INSERT INTO {name} VALUES({','.join('?' * len(head))})", rows)
    year, half = PERIOD.split("-S")
    span = (f"{year}-01-01", f"{year}-06-30") if half == "1" else (f"{year}-07-01", f"{year}-12-31")
    db.execute("CREATE VIEW counted AS SELECT v.* FROM korban v JOIN kasus c ON c.uid = v.induk WHERE v.batal = '' "
               "AND v.status_tppo NOT IN ('bukan', 'mungkin') AND c.klasifikasi <> 'penyelundupan' "
               f"AND v.tanggal_identifikasi BETWEEN '{span[0]}' AND '{span[1]}'")
    dropped = db.execute("SELECT sum(v.status_tppo = 'mungkin'), sum(v.status_tppo = 'bukan'), sum(c.klasifikasi = 'penyelundupan') "
                         "FROM korban v JOIN kasus c ON c.uid = v.induk WHERE v.tanggal_identifikasi BETWEEN ? AND ?", span).fetchone()
    assert all(dropped), f"the period does not try every exclusion: {dropped}"
    return {(age, sex): n for age, sex, n in db.execute(
        "SELECT kelompok_umur, jk, count(*) FROM (SELECT *, row_number() OVER (PARTITION BY orang ORDER BY tanggal_identifikasi, nomor) AS first "
        "FROM counted) WHERE first = 1 GROUP BY 1, 2")}


def labels(list_name):
    with open(sigap.ROOT / f"domain/codes/{list_name}.tsv", newline="", encoding="utf-8") as f:
        return {r["kode"]: r["id"] for r in csv.DictReader(f, delimiter="\t")}


def versions(s):
    """How often the records of the books were written; the clocks write tasks by themselves."""
    return s.rows("SELECT count(*) FROM riwayat WHERE reg IN ('kasus', 'orang', 'korban', 'terlapor')")[0][0]


def counts(s):
    return tuple(s.rows(f"SELECT count(*) FROM {t} WHERE batal IS NULL OR batal = 0")[0][0] for t in ("kasus", "orang", "korban"))


# ---- tests, in the order of the job ----

def test_errors_are_told_by_place_and_marked(s):
    c = s.as_("sekretaris")
    before = counts(s)
    book, columns = template(c, "polres_korban")
    columns["Zodiak"] = len(columns) + 1
    book["Data"].cell(1, columns["Zodiak"], "Zodiak")
    rows = police_rows()
    rows[0]["Tanggal lahir"], rows[0]["Zodiak"] = "31/02/2001", "Leo"
    rows[1]["NIK"] = "537101430210001"
    rows[2]["Jenis kelamin"] = "Lelaki tua"
    rows[5]["Umur"] = "=1/0"
    fill(book, columns, rows)
    merged = columns["Tanggal lahir"]
    book["Data"].merge_cells(start_row=7, end_row=8, start_column=merged, end_column=merged)
    page = steps.upload(c, "polres_korban", "polres.xlsx", bytes_of(book))
    assert page.status == 200
    bad = {"Zodiak": 1, "Tanggal lahir": 4, "NIK": 5, "Jenis kelamin": 6, "Umur": 9}
    wanted = {(openpyxl.utils.get_column_letter(columns[t]), line) for t, line in bad.items()}
    wanted.add((openpyxl.utils.get_column_letter(merged), 8))
    listed = {(col, int(line)) for line, col in re.findall(r"Data: baris (\d+), kolom ([A-Z]+)", page.words)}
    assert listed == wanted, f"listed {sorted(listed)}, wanted {sorted(wanted)}"
    assert f"{len(wanted)} galat" in page.words
    assert not any("/terap" in f.action for f in page.forms), "a file with errors can be applied"
    marked = openpyxl.load_workbook(io.BytesIO(c.get(page.path + "/tanda.xlsx").body))
    filled = {(cell.column_letter, cell.row) for row in marked["Data"].iter_rows() for cell in row
              if cell.fill.fill_type and cell.fill.fgColor.rgb == FILL}
    assert filled == wanted, f"filled {sorted(filled)}"
    assert all(marked["Data"][f"{col}{line}"].comment for col, line in wanted)
    assert counts(s) == before, "a dry run changed something"


def import_police(s):
    c = s.as_("sekretaris")
    book, columns = template(c, "polres_korban")
    data = bytes_of(fill(book, columns, police_rows()))
    return c, data, steps.upload(c, "polres_korban", "polres-baik.xlsx", data)


def test_mended_file_goes_in_once(s):
    cases, persons, victims = counts(s)
    table = from_page(s.as_("sekretaris").get(TABLE.format("")))
    c, data, page = import_police(s)
    assert "0 galat" in page.words or "galat" not in page.words
    done = steps.apply(c, page)
    assert done.status == 200 and "Impor sudah diterapkan" in done
    assert counts(s) == (cases + 2, persons + 5, victims + 6), counts(s)
    now = from_page(c.get(TABLE.format("")))
    more = {k: now[k] - table.get(k, 0) for k in now if now[k] != table.get(k, 0)}
    group = {25: "25 sampai 34 tahun", 15: "12 sampai 17 tahun", 40: "35 sampai 49 tahun"}
    assert more == {(group[25], "Perempuan"): 1, (group[25], "Jumlah"): 1, (group[15], "Perempuan"): 1, (group[15], "Jumlah"): 1,
                    (group[40], "Laki-laki"): 1, (group[40], "Jumlah"): 1, ("Jumlah", "Perempuan"): 2, ("Jumlah", "Laki-laki"): 1,
                    ("Jumlah", "Jumlah"): 3}, more
    after, history = counts(s), versions(s)
    again = steps.upload(c, "polres_korban", "polres-baik.xlsx", data)
    assert again.path == done.path, "the same file made a second run"
    book, columns = template(c, "polres_korban")
    other = steps.upload(c, "polres_korban", "polres-lain.xlsx", bytes_of(fill(book, columns, police_rows(), first=5)))
    assert "Semua isi berkas ini sudah ada" in other and not any("/terap" in f.action for f in other.forms)
    assert counts(s) == after and versions(s) == history


def test_same_name_and_birth_date_is_asked(s):
    c = s.as_("sekretaris")
    cases, persons, victims = counts(s)
    book, columns = template(c, "dinsos_korban")
    page = steps.upload(c, "dinsos_korban", "dinsos.xlsx", bytes_of(fill(book, columns, social_rows())))
    questions = re.findall(r"<legend>(.*?)</legend>", page.html)
    assert [q for q in questions if "Uji Dua" in q] and [q for q in questions if "Uji Tiga" in q] and len(questions) == 2, questions
    assert not any("/terap" in f.action for f in page.forms), "an open question can be applied"

    def choose(name, values):
        line = int(name.split("-")[2])
        return "baru" if line == 6 else next(v for v in values if v != "baru")

    page = steps.answer(c, page, choose)
    done = steps.apply(c, page)
    assert "Impor sudah diterapkan" in done, done.words[-500:]
    # Satu: by number, in the same case; Dua: joined by answer; Tiga: said to be another; Enam: new.
    assert counts(s) == (cases + 3, persons + 2, victims + 3), counts(s)


def reclassify(s, c, report, to):
    uid = s.rows("SELECT uid FROM kasus WHERE nomor_lp = ?", f"LP/{report}/UJI")[0][0]
    steps.open_file(c, f"/kasus/{uid}")
    form = c.get(f"/kasus/{uid}/ubah").form("/ubah", has="klasifikasi")
    form["klasifikasi"] = to
    page = c.submit(form)
    assert page.status == 200 and page.path == f"/kasus/{uid}", page.words[:500]


def test_all_doors_give_the_same_figures(s, tmp):
    c = s.as_("sekretaris")
    before = from_page(c.get(TABLE.format("")))
    rows = [police_row(3, "Yustinus Uji Selundup", Jenis_kelamin="L", Tanggal_lahir=born(50, 4).isoformat())]
    book, columns = template(c, "polres_korban")
    steps.apply(c, steps.upload(c, "polres_korban", "selundup.xlsx", bytes_of(fill(book, columns, rows))))
    with_it = from_page(c.get(TABLE.format("")))
    reclassify(s, c, 3, "penyelundupan")
    page = from_page(c.get(TABLE.format("")))
    assert with_it[("Jumlah", "Jumlah")] == before[("Jumlah", "Jumlah")] + 1 and page == before, "pure smuggling is counted"
    assert page[("Jumlah", "Jumlah")] > 3
    assert from_csv(c.get(TABLE.format(".csv")).body.decode()) == page
    assert from_xlsx(c.get(TABLE.format(".xlsx")).body) == page
    command = s.cli("table", "korban_jk_umur", "--period", PERIOD, "--audience", "internal", "--lang", "id")
    assert from_csv(command.stdout) == page
    s.cli("export", tmp / "out")
    ages, sexes = labels("kelompok_umur"), labels("jk")
    own = {(ages[a], sexes[x]): n for (a, x), n in recount(tmp / "out").items()}
    inner = {k: n for k, n in page.items() if "Jumlah" not in k and n}
    assert own == inner, {k: (own.get(k), inner.get(k)) for k in own.keys() | inner.keys() if own.get(k) != inner.get(k)}
    assert sum(own.values()) == page[("Jumlah", "Jumlah")]
    s.cli("audit verify")


def test_undo_voids_what_the_import_made(s):
    c = s.as_("sekretaris")
    before = counts(s)
    rows = [police_row(9, "Marselina Uji Sembilan", Jenis_kelamin="P", Tanggal_lahir=born(19).isoformat())]
    book, columns = template(c, "polres_korban")
    done = steps.apply(c, steps.upload(c, "polres_korban", "urung.xlsx", bytes_of(fill(book, columns, rows))))
    assert counts(s) == tuple(n + 1 for n in before)
    number = s.rows("SELECT nomor FROM kasus WHERE nomor_lp = 'LP/9/UJI'")[0][0]
    gone = steps.undo(c, done)
    assert "Impor sudah diurungkan" in gone
    assert counts(s) == before
    kept = s.rows("SELECT nomor, batal FROM kasus WHERE nomor_lp = 'LP/9/UJI'")
    assert [(r["nomor"], bool(r["batal"])) for r in kept] == [(number, True)], "the number is not kept on a void record"


def test_statistician_is_refused_and_it_stands_on_record(s):
    c = s.as_("statistik")
    me = s.rows("SELECT uid FROM pengguna WHERE nama_masuk = 'statistik'")[0][0]
    last = s.rows("SELECT max(seq) FROM audit")[0][0]
    for path in ("/kasus", "/korban", "/impor", "/impor/polres_korban", "/kasus.csv", "/korban.xlsx"):
        assert c.get(path).status == 403, path
    rows = s.rows("SELECT action, reg, result FROM audit WHERE seq > ? AND actor = ? AND action LIKE 'refused:%'", last, me)
    seen = {(r["action"], r["reg"]) for r in rows}
    assert {("refused:list", "kasus"), ("refused:list", "korban"), ("refused:import", None), ("refused:export", "kasus"),
            ("refused:export", "korban")} <= seen, seen
    assert all(r["result"] == "E_DENIED" for r in rows) and len(rows) == 6
    assert c.get(TABLE.format("")).status == 200
