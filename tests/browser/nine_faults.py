#!/usr/bin/python3
"""Makes the police book of usability test 4: nine_faults.py FOLDER. 212 rows, nine faults, one of each kind:
satu.xlsx has all, dua.xlsx all but the swapped headings, tiga.xlsx none. All names are invented.
Prints {fault: place} as JSON."""
import json
import sys

from workbooks import POLICE, write

GIVEN = "Arvela Bonetra Cinaro Delfira Emiros Fanteru Gavina Hiraldo Irmeno Jovara".split()
FAMILY = "Ujibano Ujicara Ujidena Ujiferu Ujigalo Ujihemi Ujijaro Ujikelu Ujimano Ujinora".split()
DISTRICTS = ["Kab. Belu", "Kab. Alor", "Kab. Timor Tengah Utara", "Kab. Flores Timur"]
COLUMN = {head: "ABCDEFGHIJKLMNOP"[i] for i, head in enumerate(POLICE)}
MONTHS = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()


def row(n):
    day, month, year, woman = n % 28 + 1, n % 12, 1980 + n % 26, n % 2 == 0
    nik = f"530{n % 8 + 1}01{day + 40 * woman:02}{month + 1:02}{year % 100:02}{n + 1:04}"
    return [f"LP/B/{9000 + n}/2026", "3 Maret 2026", f"Tawaran kerja, Uji Sembilan {n}", "Calo perorangan",
            f"{GIVEN[n % 10]} {GIVEN[n // 10 % 10]} {FAMILY[(n * 7 + n // 100) % 10]}", nik, "P" if woman else "L", DISTRICTS[n % 4],
            f"{day} {MONTHS[month]} {year}", None, "4 Maret 2026", "terbukti_layanan", "Kerja paksa", "Malaysia", None, None]


FAULTS = {  # kind: (row of the sheet, column, what stands there)
    "bad date": (10, "Tanggal lahir", "31/02/1990"),
    "NIK spoilt by Excel": (20, "NIK", 5.30101e15),
    "unknown place": (30, "Kabupaten asal", "Kab. Antah Jauh"),
    "duplicate NIK": (40, "NIK", row(36)[5]),
    "sex against NIK": (50, "Jenis kelamin", "L"),
    "text in a number": (60, "Umur", "dua puluhan"),
    "required value missing": (70, "Nama korban", None),
}


def spoil(sheet):
    for at, head, value in FAULTS.values():
        sheet[f"{COLUMN[head]}{at}"] = value
    sheet["A214"], sheet["J214"] = "Jumlah", 212


def swap(sheet):
    spoil(sheet)
    one, other = (f"{COLUMN[head]}1" for head in ("Tanggal lahir", "Kabupaten asal"))
    sheet[one], sheet[other] = sheet[other].value, sheet[one].value


if __name__ == "__main__":
    rows = [row(n) for n in range(212)]
    for name, change in (("satu", swap), ("dua", spoil), ("tiga", None)):
        write(f"{sys.argv[1]}/{name}.xlsx", POLICE, rows, change)
    places = {kind: f"baris {at}, kolom {COLUMN[head]}" for kind, (at, head, _) in FAULTS.items()}
    # Of two that contradict each other the number is named: it is what a paper gives and a paper can show.
    print(json.dumps({**places, "duplicate NIK": "baris 40, kolom E", "sex against NIK": "baris 50, kolom F", "total row": "baris 214"}))
