"""Whoever is checked at a post is told to have been checked before, at any post, and refused at another; nothing more is told."""
import re

import steps

NIK, PASSWORD = "5302015204040007", "kereta-hujan-sore-71"


def check(c, **values):
    """The page after a check of a new person by NIK."""
    form = c.get("/pemeriksaan/baru").form("/pemeriksaan/baru", has="idem")
    known = {"orang.nama": "Yosina Ujipos Tefa", "orang.jk": "P", "orang.nik": NIK, "hasil": "lanjut", **values}
    for name in ("alasan_perjalanan", "dokumen_keadaan"):
        known[name] = next(x for x in form.options(name) if x)
    steps.fill(form, known)
    return form, c.submit(form)


def saved(c, page):
    """The check on record, what was warned of notwithstanding."""
    if page.path == "/pemeriksaan/baru":
        page = c.submit(next(f for f in page.forms if "idem" in f).force("yakin", "1"))
    assert re.fullmatch(r"/pemeriksaan/[0-9a-f-]{36}", page.path), steps.faults(page)
    return steps.uid_of(page.path)


def second_post(own):
    """A post officer of another institution, the police."""
    own.stop()
    code = own.rows("SELECT i.kode FROM institusi i JOIN fakta_pengguna f ON f.agency=i.id WHERE f.login='penyidik'")[0]["kode"]
    own.cli("user", "--login", "pos2", "--name", "Petugas Pos Dua", "--roles", "petugas_pos", "--institution", code, stdin=f"{PASSWORD}\n" * 3)
    own.start()
    return own.login("pos2", PASSWORD)


def test_a_repeat_is_told_to_any_post_without_the_details(own):
    c = own.as_("pos")
    _, page = check(c)
    assert "pernah diperiksa" not in page.words
    saved(c, page)
    _, page = check(c)
    assert "pernah diperiksa 1 kali" in page.words, page.words[:900]
    saved(c, page)
    other = second_post(own)
    first = own.rows("SELECT uid, nomor FROM pemeriksaan ORDER BY id DESC LIMIT 2")
    _, page = check(other)
    assert "pernah diperiksa 2 kali di pos." in page.words, page.words[:900]
    for row in first:
        assert row["nomor"] not in page.html and row["uid"] not in page.html
        assert other.get(f"/pemeriksaan/{row['uid']}").status == 404
    _, page = check(other, **{"orang.nik": "5302015204040008", "orang.nama": "Orang Lain Sekali"})
    assert "pernah diperiksa" not in page.words


def test_a_refusal_at_another_post_is_told(own):
    other = second_post(own)
    form, page = check(other, hasil="ditunda_polisi")
    assert page.status == 422
    form = next(f for f in page.forms if "idem" in f)
    police = own.rows("SELECT uid FROM fakta_pengguna WHERE login='penyidik'")[0]["uid"]
    form.force("petugas_polisi", police)
    form["dasar_hukum"] = next(x for x in form.options("dasar_hukum") if x)
    form["alasan"] = "Tidak dapat menyebut alamat majikan"
    form.file("berita_acara", "ba.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    uid = saved(other, other.submit(form))
    assert own.rows("SELECT ditahan FROM pemeriksaan WHERE uid=?", uid)[0]["ditahan"] == "ya"
    _, page = check(own.as_("pos"))
    assert "pernah diperiksa 1 kali" in page.words and "1 kali di antaranya tidak dilanjutkan oleh pos lain" in page.words
    assert "majikan" not in page.words and uid not in page.html
    _, again = check(other)
    assert "pernah diperiksa 1 kali di pos." in again.words, "one's own refusal is no refusal elsewhere"
