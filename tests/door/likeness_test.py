"""Perhaps already on file: another spelling, a raised age, papers that contradict; and what is never told."""
import re

def person_form(c):
    return c.get("/orang/baru").form("/orang/baru", has="nama")


def save(c, **values):
    form = person_form(c)
    form.fill(**values)
    return c.submit(form)


def people(s):
    return s.rows("SELECT count(*) FROM orang")[0][0]


def test_another_spelling_and_a_raised_age_are_asked_about_in_words(s):
    c = s.as_("ppt")
    first = save(c, nama="Marselina Ujikenal Nahakbria", jk="P", tgl_lahir="2004-05-17")
    number = re.search(r"ORG-\d+-\d+", first.words).group()
    before = people(s)
    asked = save(c, nama="Marsalina Ujikenal Nahak Bria", jk="P", tgl_lahir="1999-05-17")
    assert people(s) == before, "it was saved without an answer"
    assert number in asked.words and "Nama lengkap mirip" in asked.words and "Tanggal lahir mirip" in asked.words, asked.words[:1500]
    assert "Nahakbria" not in asked.words, "the name on file was told"
    form = asked.form("/orang/baru", has="nama")
    assert form["nama"] == "Marsalina Ujikenal Nahak Bria", "what was typed was lost"
    c.submit(form, button="yakin")
    assert people(s) == before + 1


def test_a_namesake_with_other_papers_is_no_question(s):
    c = s.as_("ppt")
    save(c, nama="Kornelis Ujisama Tefatun", jk="L", tgl_lahir="1980-02-11", nik="5303011102800001")
    before = people(s)
    save(c, nama="Kornelis Ujilain Benufunit", jk="L", tgl_lahir="1994-09-30", nik="5304033009940002")
    assert people(s) == before + 1


def test_out_of_reach_nothing_is_told(s):
    save(s.as_("ppt"), nama="Yuliana Ujijauh Kolobani", jk="P", tgl_lahir="2001-01-20")
    before = people(s)
    save(s.as_("ppt2"), nama="Yuliana Ujijauh Kolobani", jk="P", tgl_lahir="2001-01-20")
    assert people(s) == before + 1, "another office heard of it"


def test_the_search_box_finds_another_spelling(s):
    c = s.as_("ppt")
    save(c, nama="Dominggus Ujiejaan Manafe", jk="L", tgl_lahir="1977-03-03")
    page = c.get("/cari?q=Dominikus+Ujiedjaan+Manafe")
    assert "nama mirip" in page.words, page.words
