#!/usr/bin/env python3
"""Check the base data of domain/: code lists, places, limits, holidays, seed rows.

Usage: tools/check_base_data.py [DOMAIN]     (default: domain/ beside tools/)
Prints every fault as file:line: text; exit status 1 if there was one.
"""
import csv
import datetime
import pathlib
import re
import sys

DOMAIN = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent / "domain")
CODE_HEAD = "kode id en berlaku_dari berlaku_sampai urutan padanan status asal".split()
CODE = re.compile(r"[a-z0-9_]+\Z")
UPPER = {"jk", "unsur", "rute"}                 # codes printed in capitals by law, papers or identity card
ISO = re.compile(r"\d{4}-\d\d-\d\d\Z")
PARTIAL = re.compile(r"\d{4}(-\d\d(-\d\d)?)?\Z")
STRAY = re.compile(r"(/(tmp|home|work|usr|root)/|https?://(?!opendatacommons|www\.unicode)|[\w.]+@\w+\.\w)")

EXPECT = {                                      # rows of lists whose size the specification fixes
    "modus": 29, "rute": 19, "faktor": 27, "kanal": 23, "layanan": 18, "jenis_dokumen": 22, "proses": 11, "cara": 12,
    "tujuan": 28, "unsur": 27, "tahap_korban": 9, "tahap_migrasi": 6, "bentuk_eksploitasi": 11, "cara_kendali": 17,
    "sektor": 21, "status_tppo": 4, "penentu_status": 5, "htcds_gender": 6, "platform": 15, "jk": 3, "yesno4": 4,
    "kelompok_umur": 7, "satuan": 34, "satuan_angka": 16, "seri": 31, "dasar_pdp": 6, "kelas_data": 6,
    "tujuan_akses": 8, "tujuan_persetujuan": 6, "peran_pelaku": 12, "hubungan_korban": 9, "jenis_pemalsuan": 6,
    "penerbit": 6, "keaslian": 4, "kategori_kemensos": 4, "negara": 249, "indikator_ilo": 67, "indikator_pos": 12,
    "hak_korban": 24, "definisi": 9, "klasifikasi": 5, "istilah": 9, "hasil_pos": 5, "dalih_paspor": 6,
}
HAVE = {
    "jk": "L P tidak_diketahui", "yesno4": "ya tidak tidak_diketahui tidak_ditanyakan",
    "kelompok_umur": "0_11 12_17 18_24 25_34 35_49 50_atas tidak_diketahui",
    "status_tppo": "mungkin terbukti_layanan terbukti_hukum bukan", "keaslian": "belum asli palsu asli_data_palsu",
    "kelas_data": "identitas kontak lokasi_aman kisah kesehatan hukum",
    "klasifikasi": "tppo penyelundupan sengketa_kerja campuran belum_jelas",
    "jenis_pemalsuan": "umur nama alamat foto seluruh_dokumen asli_data_palsu",
    "tujuan_persetujuan": "layanan rujukan pemulangan berbagi klaim publikasi",
}
LIMITS = {"SOP_ASESMEN": "24 jam", "LAPORAN_PPT": "24 jam", "TRIASE": "4 jam", "JAWAB_PELAPOR": "24 jam",
          "JAWAB_RUJUKAN": "24 jam", "SKRINING": "24 jam", "KEBUTUHAN": "72 jam", "SPDP": "7 hari", "JAKSA_3": "3 hari",
          "HENTI_1": "1 hari", "P19": "14 hari", "RESTITUSI_14": "14 hari", "MASA_JABATAN_90": "90 hari"}
faults = []


def fault(path, line, text):
    faults.append(f"{path.relative_to(DOMAIN)}:{line}: {text}")


def is_date(text, rule=ISO):
    if not rule.match(text):
        return False
    parts = [int(p) for p in text.split("-")] + [1, 1]
    try:
        datetime.date(*parts[:3])
    except ValueError:
        return False
    return True


def lines_of(path):
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as err:
        fault(path, 1, f"not UTF-8: {err}")
        return []
    if text.startswith("\ufeff") or "\r" in text or not text.endswith("\n"):
        fault(path, 1, "byte-order mark, carriage return or missing last newline")
    for number, line in enumerate(text.split("\n"), 1):
        if STRAY.search(line):
            fault(path, number, "path, host or mail address in data")
    return text.split("\n")[:-1]


def table(path, head, exact=True):
    """Rows of a tab-separated file as (line, dict)."""
    if not path.is_file():
        fault(path, 0, "missing")
        return []
    lines = lines_of(path)
    names = lines[0].split("\t") if lines else []
    if names[:len(head)] != head or (exact and names != head) or len(set(names)) != len(names):
        fault(path, 1, f"header is {names}, expected {head}")
        return []
    rows = []
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(names):
            fault(path, number, f"{len(cells)} cells, header has {len(names)}")
            continue
        if any(c != c.strip() or "  " in c for c in cells):
            fault(path, number, "stray blank in a cell")
        rows.append((number, dict(zip(names, cells))))
    return rows


def labels(path, number, row):
    for lang in ("id", "en"):
        text = row[lang]
        if not text:
            fault(path, number, f"label {lang} missing")
        elif text[0].islower():
            fault(path, number, f"label {lang} '{text}' does not start with a capital")


def unique(path, rows, key):
    seen = {}
    for number, row in rows:
        if row[key] in seen:
            fault(path, number, f"{key} {row[key]} also in line {seen[row[key]]}")
        seen[row[key]] = number
    return set(seen)


def span(path, number, row, first, last, rule=ISO):
    for name in (first, last):
        if row[name] and not is_date(row[name], rule):
            fault(path, number, f"{name} '{row[name]}' is no date")
    if row[first] and row[last] and row[first] > row[last]:
        fault(path, number, f"{first} after {last}")


def check_codes():
    folder, lists, rows_of = DOMAIN / "codes", {}, {}
    index = folder / "daftar.tsv"
    declared = table(index, "daftar id en sifat sumber".split())
    unique(index, declared, "daftar")
    for number, row in declared:
        labels(index, number, row)
        if row["sifat"] not in ("tertutup", "terbuka"):
            fault(index, number, f"sifat '{row['sifat']}'")
        if not row["sumber"]:
            fault(index, number, "sumber missing")
    names = {row["daftar"] for _, row in declared}
    files = {p.stem for p in folder.glob("*.tsv")} - {"daftar"}
    for name in sorted(names ^ files):
        fault(index, 0, f"list {name} is not both a file and a row of daftar.tsv")
    for name in sorted(files):
        path = folder / f"{name}.tsv"
        rows = table(path, CODE_HEAD, exact=False)
        rows_of[name], lists[name] = rows, unique(path, rows, "kode")
        if not rows:
            fault(path, 1, "no rows")
        order = [int(r["urutan"]) for _, r in rows if r["urutan"].isdigit()]
        if len(order) != len(rows) or len(set(order)) != len(order):
            fault(path, 1, "urutan is not a distinct whole number in every row")
        for number, row in rows:
            shape = re.compile(r"[A-Za-z0-9_]+\Z") if name in UPPER else CODE
            if not shape.match(row["kode"]):
                fault(path, number, f"code '{row['kode']}'")
            labels(path, number, row)
            span(path, number, row, "berlaku_dari", "berlaku_sampai")
            if "hukum_dari" in row:
                span(path, number, row, "hukum_dari", "hukum_sampai")
            if row["status"] not in ("berlaku", "usulan", "ditolak") or row["asal"] != "kirim":
                fault(path, number, f"status {row['status']}, asal {row['asal']}")
    for name, rows in rows_of.items():
        path = folder / f"{name}.tsv"
        for number, row in rows:
            for part in filter(None, row["padanan"].split(";")):
                target, _, code = part.partition(":")
                if part != part.strip() or (":" in part and not code):
                    fault(path, number, f"padanan '{part}'")
                if target in lists and code.split(":")[0] not in lists[target]:
                    fault(path, number, f"padanan '{part}': no such code")
            if row.get("uu") and row["uu"] not in lists.get("uu", ()):
                fault(path, number, f"uu '{row['uu']}': no such code")
            for code in filter(None, row.get("jo", "").split(";")):
                if code not in lists[name]:
                    fault(path, number, f"jo '{code}': no such code")
            parent = row.get("induk", "")
            if parent and parent not in lists["kelompok_unsur" if name == "unsur" else name]:
                fault(path, number, f"induk '{parent}': no such code")
            if row.get("dimensi") and row["dimensi"] not in lists.get("dimensi_ilo", ()):
                fault(path, number, f"dimensi '{row['dimensi']}'")
    for name in ("proses", "cara", "tujuan"):
        for number, row in rows_of.get(name, ()):
            if not re.search(r"\bunsur:", row["padanan"]):
                fault(folder / f"{name}.tsv", number, f"{row['kode']} is mapped to no legal element")
    for name, count in EXPECT.items():
        if len(lists.get(name, ())) != count:
            fault(folder / f"{name}.tsv", 0, f"{len(lists.get(name, ()))} codes, expected {count}")
    for name, codes in HAVE.items():
        if [r["kode"] for _, r in rows_of.get(name, ())] != codes.split():
            fault(folder / f"{name}.tsv", 0, f"codes are not exactly: {codes}")
    for group, count in (("proses", 6), ("cara", 9), ("tujuan", 12)):
        found = sum(r.get("induk") == group for _, r in rows_of.get("unsur", ()))
        if found != count:
            fault(folder / "unsur.tsv", 0, f"{found} elements of {group}, expected {count}")
    known = {"daftar"} | files
    for path in sorted((DOMAIN / "registers").glob("*.yaml")) if (DOMAIN / "registers").is_dir() else ():
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            for used in re.findall(r"type:\s*[\"']?codes?\s+([a-z0-9_]+)", line):
                if used not in known:
                    fault(path, number, f"list {used} does not exist")
    if (DOMAIN / "roles.yaml").is_file():
        roles = set(re.findall(r"^\s*- \{name: (\w+)", (DOMAIN / "roles.yaml").read_text(encoding="utf-8"), re.M))
        if roles != lists.get("peran"):
            fault(folder / "peran.tsv", 0, f"differs from roles.yaml: {sorted(roles ^ lists.get('peran', set()))}")
    return lists


def check_places():
    path = DOMAIN / "places" / "wilayah.tsv"
    rows = table(path, "kode tingkat nama induk".split())
    codes = unique(path, rows, "kode")
    order = [r["kode"] for _, r in rows]
    if order != sorted(order):
        fault(path, 1, "not sorted by kode")
    shape = {"provinsi": r"\d\d", "kabupaten": r"\d\d\.\d\d", "kota": r"\d\d\.\d\d", "kecamatan": r"\d\d\.\d\d\.\d\d",
             "desa": r"\d\d\.\d\d\.\d\d\.\d{4}", "kelurahan": r"\d\d\.\d\d\.\d\d\.\d{4}"}
    count, ntt = {}, {}
    for number, row in rows:
        level, code = row["tingkat"], row["kode"]
        if level not in shape or not re.fullmatch(shape[level], code):
            fault(path, number, f"{level} {code}")
        if row["induk"] != code.rpartition(".")[0] or (row["induk"] and row["induk"] not in codes):
            fault(path, number, f"induk of {code} is '{row['induk']}'")
        if not row["nama"] or (level in ("provinsi", "kabupaten", "kota") and row["nama"].isupper()):
            fault(path, number, f"name '{row['nama']}'")
        count[level] = count.get(level, 0) + 1
        if code.startswith("53"):
            ntt[level] = ntt.get(level, 0) + 1
    if count.get("provinsi") != 38 or count.get("kabupaten", 0) + count.get("kota", 0) != 514:
        fault(path, 0, f"counts {count}, expected 38 provinces and 514 regencies and cities")
    found = (ntt.get("kabupaten", 0) + ntt.get("kota", 0), ntt.get("kecamatan"), ntt.get("desa", 0) + ntt.get("kelurahan", 0))
    if found != (22, 315, 3442):
        fault(path, 0, f"NTT {found}, expected 22, 315, 3442")
    notice = DOMAIN / "places" / "NOTICE.txt"
    if not notice.is_file() or "ODbL" not in notice.read_text(encoding="utf-8"):
        fault(notice, 0, "attribution missing")
    print(f"places: {count}; NTT {found[0]}/{found[1]}/{found[2]}")
    return codes


def check_limits():
    path = DOMAIN / "law" / "batas.tsv"
    rows = table(path, "kode id en nilai satuan hari dasar berlaku_dari berlaku_sampai status_sumber".split())
    seen = {}
    for number, row in rows:
        if not re.fullmatch(r"[A-Z0-9_]+", row["kode"]):
            fault(path, number, f"code '{row['kode']}'")
        labels(path, number, row)
        span(path, number, row, "berlaku_dari", "berlaku_sampai")
        if not re.fullmatch(r"[1-9]\d*", row["nilai"]) or row["satuan"] not in ("jam", "hari", "bulan"):
            fault(path, number, f"limit '{row['nilai']} {row['satuan']}'")
        if row["hari"] not in ("kerja", "kalender") or row["status_sumber"] not in ("V", "V2", "G") or not row["dasar"]:
            fault(path, number, "hari, dasar or status_sumber")
        seen.setdefault(row["kode"], []).append((row["berlaku_dari"], row["berlaku_sampai"] or "9999", number))
        want = LIMITS.get(row["kode"])
        if want and want != f"{row['nilai']} {row['satuan']}":
            fault(path, number, f"{row['kode']} should be {want}")
    for code, periods in seen.items():
        periods.sort()
        for (_, end, _), (start, _, number) in zip(periods, periods[1:]):
            if start <= end:
                fault(path, number, f"{code}: periods overlap")
    for code in LIMITS.keys() - seen.keys():
        fault(path, 0, f"{code} missing")
    return len(rows)


def check_holidays():
    path = DOMAIN / "calendar" / "libur.tsv"
    rows = table(path, "tanggal id en jenis".split())
    days = unique(path, rows, "tanggal")
    for number, row in rows:
        labels(path, number, row)
        if not is_date(row["tanggal"]) or row["jenis"] not in ("libur", "cuti"):
            fault(path, number, f"{row['tanggal']} {row['jenis']}")
    if [r["tanggal"] for _, r in rows] != sorted(days):
        fault(path, 1, "not sorted")
    for year in range(2024, 2028):
        for day in ("01-01", "05-01", "06-01", "08-17", "12-25"):
            if f"{year}-{day}" not in days:
                fault(path, 0, f"{year}-{day} missing")
    return len(rows)


def seed(path, head):
    if not path.is_file():
        fault(path, 0, "missing")
        return []
    lines_of(path)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        names = next(reader)
        if names != head:
            fault(path, 1, f"header is {names}, expected {head}")
            return []
        rows = []
        for cells in reader:
            if len(cells) != len(head):
                fault(path, reader.line_num, f"{len(cells)} cells")
            elif any(c != c.strip() for c in cells):
                fault(path, reader.line_num, "stray blank in a cell")
            else:
                rows.append((reader.line_num, dict(zip(head, cells))))
    return rows


def coded(path, number, row, field, codes, required=False):
    if row[field] and row[field] not in codes or required and not row[field]:
        fault(path, number, f"{field} '{row[field]}' is no code")


def check_plan(lists):
    """The regional plan of the papers: 47 indicators below 4 programmes, each below an item of the next level up."""
    path = DOMAIN / "seed" / "butir_rad.csv"
    rows = seed(path, "kunci pemilik induk_reg induk tingkat kode uraian atasan bidang jenis_target target satuan periode "
                      "catatan_sumber".split())
    keys = unique(path, rows, "kunci")
    levels = ["program", "aksi", "kegiatan", "indikator"]
    level = {row["kunci"]: row["tingkat"] for _, row in rows}
    for number, row in rows:
        coded(path, number, row, "bidang", lists.get("bidang", ()), True)
        coded(path, number, row, "jenis_target", lists.get("jenis_target", ()), row["tingkat"] == "indikator")
        coded(path, number, row, "periode", lists.get("periode", ()))
        above = row["atasan"].lstrip("=")
        if above and above not in keys or levels.index(row["tingkat"]) != (levels.index(level[above]) + 1 if above else 0):
            fault(path, number, f"'{row['kode']}' does not stand below the next level up")
    counts = [sum(v == name for v in level.values()) for name in levels]
    if counts != [4, 16, 27, 47]:
        fault(path, 0, f"{counts} programmes, actions, activities, indicators; expected [4, 16, 27, 47]")


def check_seed(lists, places):
    check_plan(lists)
    path = DOMAIN / "seed" / "institusi.csv"
    rows = seed(path, "kode nama nama_lokal jenis tingkat wilayah atasan rincian_tugas berlaku_dari berlaku_sampai "
                      "pengganti aktif".split())
    keys = unique(path, rows, "kode")
    above = {row["kode"]: row["atasan"] for _, row in rows}
    for number, row in rows:
        for field in ("nama", "rincian_tugas"):
            if not row[field]:
                fault(path, number, f"{field} missing")
        coded(path, number, row, "jenis", lists.get("jenis_institusi", ()), True)
        coded(path, number, row, "tingkat", lists.get("tingkat", ()), True)
        coded(path, number, row, "aktif", lists.get("yesno4", ()), True)
        coded(path, number, row, "wilayah", places, row["tingkat"] in ("provinsi", "kabupaten", "kota", "kecamatan", "desa"))
        coded(path, number, row, "atasan", keys)
        coded(path, number, row, "pengganti", keys)
        span(path, number, row, "berlaku_dari", "berlaku_sampai", PARTIAL)
        code, steps = row["kode"], 0
        while code and steps < 20:
            code, steps = above.get(code, ""), steps + 1
        if steps == 20:
            fault(path, number, "circle in atasan")
    if len(rows) < 74:
        fault(path, 0, f"{len(rows)} institutions, expected at least 74")
    path = DOMAIN / "seed" / "angka.csv"
    figures = seed(path, "seri dimensi wilayah mulai selesai periode_teks nilai satuan sumber ragu catatan".split())
    for number, row in figures:
        coded(path, number, row, "seri", lists.get("seri", ()), True)
        coded(path, number, row, "satuan", lists.get("satuan_angka", ()), True)
        coded(path, number, row, "wilayah", places)
        span(path, number, row, "mulai", "selesai")
        if bool(row["mulai"]) != bool(row["selesai"]):
            fault(path, number, "half a period")
        if not re.fullmatch(r"\d+(\.\d{1,2})?", row["nilai"]):
            fault(path, number, f"nilai '{row['nilai']}'")
        if row["ragu"] not in ("ya", "tidak") or not row["sumber"].startswith("Naskah 0") or not row["dimensi"]:
            fault(path, number, "ragu, sumber or dimensi")
        if "?" in row["periode_teks"] and (row["mulai"] or row["ragu"] != "ya"):
            fault(path, number, "a doubtful period needs empty dates and ragu ya")
        if row["seri"] == "korban_tppo_ttu" and (row["satuan"], row["ragu"]) != ("tidak_jelas", "ya"):
            fault(path, number, "unit of this figure is unclear")
    if len(figures) != 99:
        fault(path, 0, f"{len(figures)} figures, expected 99")
    if {row["seri"] for _, row in figures} != lists.get("seri"):
        fault(path, 0, "series without a figure")
    return len(rows), len(figures)


def main():
    if not DOMAIN.is_dir():
        sys.exit(f"no such folder: {DOMAIN}")
    lists = check_codes()
    places = check_places()
    limits, holidays = check_limits(), check_holidays()
    institutions, figures = check_seed(lists, places)
    print(f"codes: {len(lists)} lists, {sum(map(len, lists.values()))} rows; limits: {limits}; holidays: {holidays}; "
          f"institutions: {institutions}; figures: {figures}")
    for text in faults:
        print(text, file=sys.stderr)
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
