"""A population book of three residents, and the section of the search page that shows who of them is meant."""
import os
import re
import time

LIST = """Nama Lengkap;Tanggal Lahir;Jenis Kelamin;NIK;Nama Ibu;Pekerjaan
Welmince Ujibuku Tabelak;12/04/2004;P;5302015204040001;Naomi Ujibuku;petani
Yohanes Ujibuku Nenohai;03/09/1988;L;5302010309880002;Maria Nenohai;nelayan
Marselina Lain Sekali;01/02/1990;P;5302014102900003;;petani
"""
NIK, MOTHER = "5302015204040001", "Naomi Ujibuku"


def make(own, text=LIST):
    path = os.path.join(os.path.dirname(own.data), "penduduk.csv")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return own.cli("match book", path).stdout


def with_book(own):
    own.stop()
    said = make(own)
    assert "3 penduduk" in said, said
    own.start()
    look(own, own.as_("ppt"), NIK)
    return os.path.join(own.data, "penduduk.buku")


def look(own, c, text, **more):
    """The search page once the book is read."""
    for _ in range(1500):
        page = c.get("/cari", {"q": text, "-penduduk": "1", **{k.replace("_", "-"): v for k, v in more.items()}})
        if "masih dibaca" not in page.words:
            return page
        time.sleep(0.1)
    raise AssertionError("the book is never ready")


def section(page):
    found = re.search(r'<section class="bagian" id="penduduk">.*?</section>', page.html, re.S)
    return found.group(0) if found else ""
