"""A list asked for again is not counted again; it must say the same as if it were."""
import re


def facets(page):
    """(value, count) of each facet, and the numbers of the records shown."""
    side = re.findall(r'>([^<>]+) <span class="jumlah">(\d+)</span></a>', page.html)
    return side, re.findall(r"KAS-\d{4}-\d+", page.words)


def new_case(c, title):
    form = c.get("/kasus/baru").form("/kasus/baru")
    form.fill(judul=title)
    assert c.submit(form).status == 200


def test_each_reader_keeps_to_what_she_reaches(own):
    people = ["ppt", "sekretaris", "penyidik", "peksos", "kesehatan"]
    # Several connections answer; each must have been asked.
    seen = {p: {str(facets(own.as_(p).get("/kasus"))) for _ in range(12)} for p in people}
    assert all(len(said) == 1 for said in seen.values()), "the same list differs from one asking to the next"
    for p in people:  # and mixed, on connections that have just answered others
        for q in people:
            own.as_(q).get("/kasus")
            assert str(facets(own.as_(p).get("/kasus"))) in seen[p], f"{p} after {q}"
    assert facets(own.as_("ppt").get("/kasus"))[0], "no facet with a count on the page"
    assert seen["sekretaris"] != seen["penyidik"], "the test has readers of one reach only"


def test_what_is_saved_is_counted_at_once(own):
    c, other = own.as_("ppt"), own.as_("peksos")
    for _ in range(12):
        c.get("/kasus"), other.get("/kasus")
    theirs = str(facets(other.get("/kasus")))
    for i in range(3):
        new_case(c, f"Baru saja {i}")
        for _ in range(6):
            assert f"Baru saja {i}" in c.get("/kasus").words
            assert f"Baru saja {i}" not in other.get("/kasus").words and str(facets(other.get("/kasus"))) == theirs
