"""The population book: one sealed, signed file made from a list of residents; looked into under the search and at save of a person."""
import os
import re

from grants import move
from residents import LIST, MOTHER, NIK, look, make, section, with_book


def looks(own):
    return own.rows("SELECT actor, uid FROM audit WHERE action='population'")


def test_its_index_is_kept_sealed_and_made_anew_when_it_does_not_fit(own):
    path = os.path.join(os.path.dirname(with_book(own)), "penduduk.indeks")
    kept = open(path, "rb").read()
    assert not any(word in kept.lower() for word in (b"tabelak", b"welmince", NIK.encode()))

    def again(change=None):
        own.stop()
        if change is not None:
            with open(path, "wb") as f:
                f.write(change)
        before = os.stat(path).st_ino
        own.start()
        page = look(own, own.login("ppt"), "Welmince Tabelak")
        assert "Welmince" in section(page), page.words[-800:]
        return os.stat(path).st_ino == before

    assert again(), "a sound index was made anew"
    middle = len(kept) // 2
    for wrong in (kept[:middle] + bytes([kept[middle] ^ 1]) + kept[middle + 1:], kept[:-9], kept + b"x", b""):
        assert not again(wrong), "an index that does not fit is in use"
    own.stop()
    make(own, LIST + "Okto Ujibuku Barubaru;01/02/1991;L;5302010102910002;;\n")
    own.start()
    assert "Okto" in section(look(own, own.login("ppt"), "Okto Barubaru")), "an index of the book before is in use"
    health = own.login("admin").get("/kesehatan")
    assert "4 penduduk" in health.words and "Tidak ikut dalam cadangan" in health.words


def test_a_name_agreed_to_while_it_runs_finds_in_it_at_once(own):
    with_book(own)
    asker, keeper = own.as_("ppt"), own.as_("sekretaris")
    assert "Welmince" not in section(look(own, asker, "Kembolo"))
    page = keeper.submit(keeper.get("/padanan_nama/baru").form("/padanan_nama/baru", has="kata").fill(kata="Welmince Kembolo"))
    move(keeper, re.search(r"/padanan_nama/[0-9a-f-]{36}", page.path).group(0), "pakai")
    assert "Welmince" in section(look(own, asker, "Kembolo")), "found by it only after the next start"


def test_the_book_is_sealed_and_no_row_becomes_a_record(own):
    persons = own.rows("SELECT count(*) n FROM orang")[0]["n"]
    path = with_book(own)
    assert b"SIGAP-PENDUDUK-1" in open(path, "rb").read(64) and os.stat(path).st_mode & 0o77 == 0
    assert MOTHER in section(look(own, own.as_("ppt"), NIK)), "the answer was not seen"
    for text in ("Ujibuku", "Welmince Ujibuku", NIK, MOTHER):
        assert own.bytes_on_disk(text) == []
    assert own.rows("SELECT count(*) n FROM orang")[0]["n"] == persons
    assert "utuh: 3 penduduk" in own.cli("match book").stdout


def test_who_may_see_the_rows_sees_them_and_others_a_match(own):
    with_book(own)
    seen = section(look(own, own.as_("ppt"), "Welmintje Tabelak"))
    assert "5302 0152 0404 0001" in seen and MOTHER in seen and "Nenohai" not in seen, seen
    assert "petani" not in seen, "a column without a meaning was kept"
    for text, fits in ((NIK, True), ("5302015204040009", False), ("Yohanes Ujibuku Nenohai", True)):
        masked = look(own, own.as_("sekretaris"), text)
        assert ("Ada penduduk yang cocok" if fits else "Tidak ada yang cocok") in section(masked), section(masked)
        assert MOTHER not in masked.html and "Welmince" not in section(masked) and "1988" not in section(masked)
    nobody = own.as_("kesehatan").get("/cari", {"q": NIK, "-penduduk": "1"})
    assert nobody.status == 200 and not section(nobody) and "itab penduduk" not in nobody.words


def test_every_look_is_on_record_and_counts_as_a_reading(own):
    with_book(own)
    before = len(looks(own))
    secretary = own.as_("sekretaris")
    look(own, secretary, "Orang Yang Tidak Ada")
    look(own, secretary, NIK)
    rows = looks(own)[before:]
    assert len(rows) == 2 and len({r["uid"] for r in rows}) == 2
    assert own.rows("SELECT count(*) n FROM bacaan WHERE actor=? AND uid=?", rows[0]["actor"], rows[0]["uid"])[0]["n"] == 1
    form = own.as_("admin").get("/setelan").form("/setelan", has="bacaan_sehari")
    form["bacaan_sehari"] = "2"
    assert own.as_("admin").submit(form).status == 200
    assert look(own, secretary, NIK).status == 200, "what was asked today is asked again"
    assert look(own, secretary, "5302010309880002").status == 429


def test_one_click_takes_a_resident_over_into_a_new_person(own):
    with_book(own)
    c = own.as_("ppt")
    page = c.get(re.search(r'href="(/orang/baru\?-penduduk=[^"]+)"', look(own, c, NIK).html).group(1))
    form = page.form("/orang/baru", has="nama")
    assert form["nama"] == "Welmince Ujibuku Tabelak" and form["nik"] == NIK and form["nama_ibu"] == MOTHER and form["jk"] == "P"
    assert "12/04/2004" in form["tgl_lahir"]
    saved = c.submit(form)
    assert saved.path.startswith("/orang/") and saved.status == 200, saved.words[:400]
    assert c.get("/orang/baru?-penduduk=abcd1234.0").status == 404


def test_what_the_book_knows_is_told_at_save_and_typed_words_stay(own):
    with_book(own)
    c = own.as_("ppt")
    form = c.get("/orang/baru").form("/orang/baru", has="nama").fill(nama="Yohanes Ujibuku Nenohai", tgl_lahir="1988", alias="Anis")
    page = c.submit(form)
    assert "mengetahui hal lain atau lebih banyak" in page.words and "5302 0103 0988 0002" in section(page), page.words[:600]
    row = re.search(r'name="-penduduk" value="([0-9a-f]+\.\d+)"', page.html).group(1)
    form = page.form("/orang/baru", has="nama").force("-penduduk", row)
    taken = c.submit(form).form("/orang/baru", has="nama")
    assert taken["nik"] == "5302010309880002" and taken["alias"] == "Anis" and "03/09/1988" in taken["tgl_lahir"]
    assert c.submit(taken).path.startswith("/orang/"), "a person as the book has her is asked about again"
    asked = c.get("/orang/baru").form("/orang/baru", has="nama").fill(nama="Orang Yang Tidak Ada").force("-penduduk", "cari")
    page = c.submit(asked)
    assert "Tidak ada yang cocok" in section(page) and page.form("/orang/baru", has="nama")["nama"] == "Orang Yang Tidak Ada"


def test_a_bad_book_is_told_and_the_server_starts_without_it(own):
    path = with_book(own)
    whole = open(path, "rb").read()
    end = whole.rindex(b"SIGAP-PENDUDUK-1")
    bad = {"terpotong": whole[:end + 40], "berubah": whole[:150] + bytes([whole[150] ^ 1]) + whole[151:],
           "Tanda tangan": whole[:-6] + (b"0" if whole[-6:-5] != b"0" else b"1") + whole[-5:],
           "bukan kitab": b"nama;nik\n", "instalasi lain": whole.replace(b"-1 ", b"-1 x", 1)}
    own.stop()
    for words, text in bad.items():
        open(path, "wb").write(text)
        done = own.cli("match book", status=None)
        said = done.stdout
        assert done.returncode != 0 and words in said, (words, said)
    own.start()
    page = look(own, own.as_("ppt"), NIK)
    assert page.status == 200 and not section(page) and "sigap match book" in page.words
    assert own.as_("ppt").get("/kasus").status == 200


def test_a_list_that_cannot_be_read_is_told_by_line_and_the_old_book_stays(own):
    path = with_book(own)
    own.stop()
    before = open(path, "rb").read()
    assert own.cli("match book", os.devnull, status=None).returncode
    bad = os.path.join(os.path.dirname(own.data), "penduduk.csv")
    with open(bad, "w", encoding="utf-8") as f:
        f.write("nama;nik\nA;1\nB\n")
    done = own.cli("match book", bad, status=None)
    assert done.returncode and ":3" in done.stderr, done.stderr
    assert open(path, "rb").read() == before and not [n for n in os.listdir(own.data) if n.endswith(".baru")]
    own.start()
