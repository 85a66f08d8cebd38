#!/usr/bin/python3
"""Makes the workbooks of the main job: workbooks.py FOLDER writes polres-salah.xlsx (five kinds of
faults), polres.xlsx (the same, mended) and dinsos.xlsx. All names are invented."""
import datetime
import sys

import openpyxl

POLICE = ["Nomor LP", "Tanggal LP", "Judul perkara", "Modus", "Nama korban", "NIK", "Jenis kelamin", "Kabupaten asal",
          "Tanggal lahir", "Umur", "Tanggal identifikasi", "Status korban", "Bentuk eksploitasi", "Negara tujuan",
          "Nama terlapor", "Peran terlapor"]
ROWS = [
    ["LP/B/801/2026", "3 Maret 2026", "Tawaran kerja kebun, Uji Peramban", "Calo perorangan", "Seravina Ujilaba", "5303014504080011",
     "P", "Kab. Timor Tengah Utara", "5 April 2008", None, "4 Maret 2026", "terbukti_layanan", "Kerja paksa", "Malaysia", "Korlius Ujimau", "Perekrut"],
    ["LP/B/801/2026", "3 Maret 2026", "Tawaran kerja kebun, Uji Peramban", "Calo perorangan", "Yandri Ujilaba", None,
     "L", "Kab. Timor Tengah Utara", "17/08/2001", None, "4 Maret 2026", "terbukti_layanan", "Kerja paksa", "Malaysia", "Korlius Ujimau", "Perekrut"],
    ["LP/B/802/2026", "9 Mei 2026", "Kapal tanpa kontrak, Uji Peramban", "Calo perorangan", "Marvela Ujitere", "5304015212990012",
     "P", "Kab. Belu", "12 Desember 1999", None, "11 Mei 2026", "terbukti_layanan", "Kerja paksa", "Malaysia", None, None],
]
SOCIAL = ["Nomor register", "Nama", "NIK", "JK", "Tanggal lahir", "Umur", "Kabupaten asal", "Tanggal identifikasi", "Bentuk eksploitasi",
          "Negara tujuan"]
SOCIAL_ROWS = [
    ["DS-901", "Belinda Ujinono", None, "P", None, 19, "Kab. Alor", "20 Februari 2026", "Kerja paksa", "Malaysia"],
    ["DS-902", "Seravina Ujilaba", None, "P", "5 April 2008", None, "Kab. Timor Tengah Utara", "21 April 2026", "Kerja paksa", "Malaysia"],
]


def write(path, heads, rows, change=None):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data"
    sheet.append(heads)
    for row in rows:
        sheet.append(row)
    if change:
        change(sheet)
    book.save(path)


def spoil(sheet):
    sheet["I2"] = "31/02/2008"              # no such date
    sheet["F2"] = "530301450408001"         # fifteen digits
    sheet["M3"] = "kerja lembur"            # no such code
    sheet["Q1"] = "Zodiak"                  # unknown column
    sheet["Q2"] = "Leo"
    sheet.merge_cells("H3:H4")              # merged
    sheet["K4"] = datetime.date(2099, 1, 1)  # not yet come


if __name__ == "__main__":
    folder = sys.argv[1]
    write(f"{folder}/polres-salah.xlsx", POLICE, ROWS, spoil)
    write(f"{folder}/polres.xlsx", POLICE, ROWS)
    write(f"{folder}/dinsos.xlsx", SOCIAL, SOCIAL_ROWS)
