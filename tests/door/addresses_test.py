"""What somebody looks for stands in no address: browsers keep addresses after log-out, proxies write them down."""
import re
import urllib.parse

NAME, NIK = "Ujialamat Tanpajejak", "5303014107990077"


def addresses(page):
    return [page.url, *(urllib.parse.unquote_plus(href) for href, _ in page.links)]


def looked_for(client, page, action, **typed):
    form = page.form(action, has=next(iter(typed)))
    assert form.method == "POST", "an address would hold what is typed"
    return client.submit(form.fill(**typed))


def silent(page, word):
    assert page.status == 200 and "tersegel=" in page.url, page.url
    told = [a for a in addresses(page) if word.lower() in a.lower()]
    assert not told, told


def test_a_search_over_everything_is_sealed(s):
    c = s.as_("ppt")
    for start in ("/", "/cari"):
        page = looked_for(c, c.get(start), "/cari", q=NAME)
        silent(page, "Tanpajejak")
        assert page.form("/cari", has="q")["q"] in (NAME, ""), "what was typed is lost"
        assert NAME in page.words, "nothing is said of what was looked for"


def test_a_list_keeps_the_question_through_its_links(s):
    c = s.as_("ppt")
    number = re.search(r"KAS-\d{4}-\d+", c.get("/kasus").words)[0]
    page = looked_for(c, c.get("/kasus"), "/kasus", q=number)
    silent(page, number)
    assert number in page.words
    sorted_by = next(href for href, _ in page.links if "tersegel=" in href and ".csv" not in href and ".xlsx" not in href)
    again = c.get(sorted_by)
    silent(again, number)
    assert number in again.words
    book = c.get(page.link(href_contains=".csv"))
    assert book.status == 200 and number in book.body.decode("utf-8-sig")
    assert len(book.body.splitlines()) < len(c.get("/kasus.csv").body.splitlines()), "the file forgot what was asked"


def test_an_exact_protected_value_is_sealed(s):
    c = s.as_("ppt")
    page = looked_for(c, c.get("/orang"), "/orang", nik=NIK)
    silent(page, NIK)


def test_the_record_of_access_is_asked_the_same_way(s):
    c = s.as_("pdp")
    number = s.rows("SELECT nomor FROM kasus LIMIT 1")[0]["nomor"]
    page = looked_for(c, c.get("/audit"), "/audit", catatan=number, masuk="penyidik")
    silent(page, number)
    silent(page, "penyidik")
    form = page.form("/audit", has="catatan")
    assert (form["catatan"], form["masuk"]) == (number, "penyidik")
    book = c.get(page.link(href_contains="/audit.csv"))
    assert book.status == 200 and all("penyidik" in line.lower() for line in book.body.decode("utf-8-sig").splitlines()[1:-1])
    assert "tersegel" not in looked_for(c, page, "/audit", catatan="", masuk="", sejak="2026-01-01").url


def test_a_word_for_a_facet_stays_readable(s):
    c = s.as_("ppt")
    page = c.get("/kasus")
    facet = next(href for href, _ in page.links if "status=" in href)
    assert "tersegel" not in facet, "an address to pass on became one for this session alone"


def test_the_question_is_for_this_session_alone(s):
    c, other = s.as_("ppt"), s.as_("ppt2")
    address = looked_for(c, c.get("/cari"), "/cari", q=NAME).url.removeprefix(c.base)
    for client, path in ((other, address), (c, address[:-6] + "AAAA%3D%3D"), (c, "/cari?tersegel=bukan+itu")):
        page = client.get(path)
        assert page.status == 200 and page.url.endswith("/cari?pesan=cari"), (path, page.url)
        assert "tidak dapat dibaca lagi" in page.words
        assert NAME not in page.html


def test_whoever_may_not_list_is_refused(s):
    c = s.as_("statistik")
    assert c.get("/orang").status == 403
    assert c.post("/orang", {"q": NAME, "csrf": c.get("/akun").form("/akun/sandi")["csrf"]}).status == 403


def test_no_list_asks_by_address(s):
    for login in ("ppt", "sekretaris"):
        c = s.as_(login)
        seen = 0
        for href in sorted({h for h, _ in c.get("/").links if re.fullmatch(r"[^?]*/[a-z_]+", h)}):
            for form in c.get(href).forms:
                if "q" in form or "nomor" in form:
                    seen += 1
                    assert form.method == "POST" or form.action.endswith(("/kode", "/tenggat", "/audit")), (href, form.action)
        assert seen > 5, "no form that looks for something was met"
