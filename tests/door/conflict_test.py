"""Two people at one record, a finger too quick, a page too old: nothing typed is lost, nothing is
made twice, and the history says who, when and why."""
import concurrent.futures
import datetime
import re
import urllib.parse

import sigap
import steps

TITLE = "Perkara uji tabrakan"


def new_case(c, title):
    """A case made by the form; gives its page."""
    form = c.get("/kasus/baru").form("/kasus/baru", has="judul")
    form["judul"] = title
    page = c.submit(form)
    assert page.status == 200 and re.fullmatch(r"/kasus/[0-9a-f-]{36}", page.path), (page.status, page.words[-800:])
    return page


def edit(c, path):
    steps.open_file(c, path)
    return c.get(path + "/ubah").form("/ubah", has="judul")


def cases(s, title):
    return s.rows("SELECT uid, judul, versi FROM kasus WHERE judul = ?", title)


def test_stale_version_shows_both_values(s):
    one, two = s.login("sekretaris"), s.login("sekretaris")
    path = new_case(one, TITLE).path
    mine, theirs = edit(one, path), edit(two, path)
    theirs.fill(judul=TITLE + " mereka", nomor_instansi="M-1")
    assert two.submit(theirs).status == 200
    mine.fill(judul=TITLE + " saya", nomor_instansi="S-1")
    page = one.submit(mine)
    assert page.status == 409
    for text in (TITLE + " mereka", TITLE + " saya", "M-1", "S-1"):
        assert text in page.words, text
    assert cases(s, TITLE + " mereka"), "the later save overwrote the earlier one"
    form = page.form("/ubah", has="pilih.judul")
    form["pilih.judul"], form["pilih.nomor_instansi"] = "mereka", "saya"
    assert one.submit(form).status == 200
    row = s.rows("SELECT judul, nomor_instansi, versi FROM kasus WHERE uid = ?", path.split("/")[2])[0]
    assert (row["judul"], row["nomor_instansi"], row["versi"]) == (TITLE + " mereka", "S-1", 3), tuple(row)


def test_double_click_makes_one_record(s):
    c = s.as_("sekretaris")
    form = c.get("/kasus/baru").form("/kasus/baru", has="judul")
    form["judul"] = title = "Perkara uji klik ganda"
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: c.submit(form, follow=False), range(4)))
    assert {a.status for a in answers} == {303}, [a.status for a in answers]
    assert len({a.headers["Location"].split("?")[0] for a in answers}) == 1
    assert len(cases(s, title)) == 1
    later = c.submit(form, follow=False)
    assert later.status == 303 and len(cases(s, title)) == 1


def test_same_key_with_other_content_is_refused(s):
    c = s.as_("sekretaris")
    form = c.get("/kasus/baru").form("/kasus/baru", has="judul")
    form["judul"] = "Perkara uji kunci satu"
    assert c.submit(form, follow=False).status == 303
    form["judul"] = "Perkara uji kunci dua"
    page = c.submit(form)
    assert page.status == 409, page.status
    assert len(cases(s, "Perkara uji kunci satu")) == 1 and not cases(s, "Perkara uji kunci dua")
    assert "Perkara uji kunci dua" in page.html, "what was typed is lost"


def offered(c, path):
    """Opens the draft that the page offers; gives the form."""
    page = c.get(path)
    link = page.link(href_contains="draf=lanjut")
    parts = urllib.parse.urlsplit(link)
    return c.get(parts.path + "?" + parts.query).form(path, has="judul")


def test_typed_text_survives_an_expired_page(s):
    c = s.login("sekretaris")
    form = c.get("/kasus/baru").form("/kasus/baru", has="judul")
    form.fill(judul="Perkara uji halaman lama", kronologi="Kalimat yang lama diketik.").force("csrf", "0" * 64)
    page = c.submit(form)
    assert page.status == 403, page.status
    assert not cases(s, "Perkara uji halaman lama"), "saved without a valid token"
    again = offered(c, "/kasus/baru")
    assert again["judul"] == "Perkara uji halaman lama" and again["kronologi"] == "Kalimat yang lama diketik."
    assert c.submit(again).status == 200 and cases(s, "Perkara uji halaman lama")
    assert "draf=lanjut" not in c.get("/kasus/baru").html, "the draft stays after it was saved"


def test_draft_survives_the_end_of_the_session(s):
    c = s.login("sekretaris")
    form = c.get("/kasus/baru").form("/kasus/baru", has="judul")
    form.fill(judul="Perkara uji sesi habis", kronologi="Rahasia uji dalam draf.")
    assert c.submit(form, button=("draf", "simpan")).status == 200
    assert not s.bytes_on_disk("Rahasia uji dalam draf."), "a draft lies on disk in clear"
    c.submit(c.get("/").form("/keluar"))
    assert c.get("/kasus/baru", follow=False).status == 303
    again = s.login("sekretaris")
    form = offered(again, "/kasus/baru")
    assert form["judul"] == "Perkara uji sesi habis" and form["kronologi"] == "Rahasia uji dalam draf."
    other = s.as_("ppt").get("/kasus/baru")
    assert "Perkara uji sesi habis" not in other.html and "draf=lanjut" not in other.html


def test_form_sent_after_the_session_ended_is_kept(s):
    c = s.login("sekretaris")
    form = c.get("/kasus/baru").form("/kasus/baru", has="judul")
    form.fill(judul="Perkara uji terlambat", kronologi="Diketik sebelum sesi berakhir.")
    kept = dict(c.cookies)
    c.submit(c.get("/").form("/keluar"))
    c.cookies = kept  # the browser that still shows the form does not know
    page = c.submit(form)
    assert page.status == 401 and not cases(s, "Perkara uji terlambat")
    login = page.form("/masuk", has="sandi")
    login.fill(masuk="sekretaris", sandi=s.people()["sekretaris"][0])
    page = c.submit(login)
    assert page.status == 200, page.status
    form = page.form("/kasus/baru", has="judul")
    assert form["judul"] == "Perkara uji terlambat" and form["kronologi"] == "Diketik sebelum sesi berakhir."


def test_history_says_who_when_why_for_every_field(s):
    c = s.as_("sekretaris")
    path = new_case(c, "Perkara uji riwayat").path
    form = edit(c, path)
    form.fill(judul="Perkara uji riwayat dua", kronologi="Kronologi pertama.")
    form["-alasan"] = "Judul menurut surat kedua"
    c.submit(form)
    move = next(f for f in c.get(path).forms if f.action.endswith("/terima"))
    assert c.submit(move).status == 200
    steps.open_file(c, path)
    history = c.get(path + "/riwayat")
    today = datetime.date.today()
    for text in ("Versi 1", "Versi 2", "Versi 3", "Sekretaris Gugus Tugas", "Judul menurut surat kedua", "Perkara uji riwayat dua", "Kronologi pertama.", str(today.year)):
        assert text in history.words, text
    row = re.search(r"<tr><th[^>]*>Judul</th><td>([^<]*)</td><td>([^<]*)</td>", history.html)
    assert row.groups() == ("Perkara uji riwayat", "Perkara uji riwayat dua"), row.groups()
    gone = c.get(path)
    assert "Judul" in history.words and "Kronologi" in history.words
    voided = s.as_("ppt")
    own = new_case(voided, "Perkara uji batal")
    form = own.form("/batalkan", has="-alasan")
    form["-alasan"] = "Tercatat dua kali oleh petugas"
    assert "batal" in voided.submit(form).words.lower()
    assert "Tercatat dua kali oleh petugas" in voided.get(own.path + "/riwayat").words
    assert gone.status == 200
