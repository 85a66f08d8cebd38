"""Attached files: taken by the form, sealed on disk, given back to who may have them."""
from sigap import *  # noqa: F401,F403

CANARY = "KENARI-LAMPIRAN-7391"
PDF = f"%PDF-1.4\n% {CANARY}\n".encode() + bytes(range(256)) * 1500


def batam(s):
    return s.rows("SELECT uid FROM kasus WHERE judul LIKE 'Dua orang%'")[0]["uid"]


def attach(c, uid, name, data):
    form = c.get(f"/lampiran/baru?induk=kasus/{uid}").form("/lampiran/baru", has="kelas")
    form["jenis"] = "foto"
    form["kelas"] = "kisah"
    form.file("isi", name, data)
    return c.submit(form)


def test_goes_in_sealed_and_comes_back(s):
    c, uid = s.as_("penyidik"), batam(s)
    page = attach(c, uid, "foto bukti.pdf", PDF)
    assert page.status == 200 and "LMP-" in page, page.words[:400]
    row = s.rows("SELECT uid, mime, ukuran FROM lampiran ORDER BY id DESC LIMIT 1")[0]
    assert row["mime"] == "application/pdf" and row["ukuran"] == len(PDF)
    assert not s.bytes_on_disk(CANARY), "the bytes stand readable on disk"
    assert not s.bytes_on_disk("foto bukti"), "the name of the file stands readable on disk"
    url = f"/lampiran/{row['uid']}"
    assert c.get(f"{url}/berkas/isi").status == 404, "bytes without a purpose"
    opening = c.get(url).form("/buka")
    opening["guna"], opening["-alasan"] = [v for v in opening.options("guna") if v][0], "memeriksa bukti perkara"
    c.submit(opening)
    got = c.get(f"{url}/berkas/isi")
    assert got.status == 200 and got.body == PDF
    assert s.rows("SELECT count(*) n FROM audit WHERE action='read' AND uid=?", row["uid"])[0]["n"] > 0
    assert s.as_("statistik").get(f"{url}/berkas/isi").status in (403, 404)


def test_wrong_kind_is_told_at_the_field(s):
    page = attach(s.as_("penyidik"), batam(s), "jahat.exe", b"MZ\x90\x00" + b"\xff" * 200)
    assert "Jenis berkas ini tidak diterima" in page
