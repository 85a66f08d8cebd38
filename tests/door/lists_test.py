"""Finding things again, without a script: the next page of a list, a voided record, a record by its
whole number; and a place chosen among those that fit the words."""
import re

import sigap


NUMBER = re.compile(r"\b[A-Z]{3}-\d{4}-\d{5}\b")


def link(page, words):
    """Address behind the one link with these words."""
    found = [a for a in re.findall(r'<a [^>]*href="([^"]*)"[^>]*>([^<]*)</a>', page.html) if a[1].strip() == words]
    assert len(found) == 1, (words, found)
    return found[0][0].replace("&amp;", "&")


def test_pages_follow_each_other(s):
    c = s.as_("sekretaris")
    queues = (f"/antrean/{name.stem}" for name in sorted((sigap.ROOT / "domain/queues").glob("*.yaml")))
    long = next(q for q in queues if "Berikutnya" in c.get(q).words)
    for start in ("/kasus", long):
        first = c.get(start)
        second = c.get(link(first, "Berikutnya"))
        assert second.status == 200, (start, second.status, second.words[:300])
        rows = [re.findall(r'<th scope="row">.*?href="([^"]*)"', p.html) for p in (first, second)]
        assert rows[0] and rows[1] and not set(rows[0]) & set(rows[1]), start


def test_voided_record_is_found_again(s):
    c = s.as_("ppt")
    form = c.get("/laporan/baru").form("/laporan/baru", has="isi")
    form.fill(jenis=list(form.options("jenis"))[1], kanal=list(form.options("kanal"))[1], diterima="12/03/2026 09.30",
              isi="Laporan uji batal")
    form["kab.cari"] = "timor tengah"
    asked = c.submit(form)
    assert asked.status == 422 and "Pilih salah satu di bawah" in asked
    form = asked.form("/laporan/baru", has="kab")
    assert form["kab.cari"] == "timor tengah" and form["isi"] == "Laporan uji batal"
    form["kab"] = sorted(form.options("kab"))[0]
    page = c.submit(form)
    assert page.status == 200 and re.fullmatch(r"/laporan/[0-9a-f-]{36}", page.path), page.words[:400]
    number, path = NUMBER.search(page.words)[0], page.path
    search = c.get("/laporan").form("/laporan", has="nomor")
    search["nomor"] = number
    assert path in c.submit(search).html
    void = c.get(path).form("/batalkan")
    reason = next(k.name for k in void.controls if k.kind == "textarea")
    void[reason] = "Laporan uji yang ganda"
    assert c.submit(void).status == 200
    page = c.get("/laporan")
    assert path not in page.html
    page = c.get(link(page, "Perlihatkan juga yang dibatalkan"))
    assert path in page.html and path not in c.get(link(page, "Sembunyikan yang dibatalkan")).html


def test_who_only_lists_a_record_does_not_learn_its_fields_by_filters(s):
    """Found by a value that no list shows, a record would tell the value."""
    wish = "korban", "ingin_lapor_polisi"
    for login, (register, field) in (("sekretaris", wish), ("ppt", wish), ("pimpinan", ("kasus", "klasifikasi_awal"))):
        c, told = s.as_(login), set()
        for row in s.rows(f"SELECT uid, nomor, {field} v FROM {register} WHERE batal=0 AND {field} IS NOT NULL ORDER BY id DESC LIMIT 40"):
            listed = row["uid"] in c.get(f"/{register}", {"nomor": row["nomor"]}).html
            found = row["uid"] in c.get(f"/{register}", {"nomor": row["nomor"], field: row["v"]}).html
            read = c.get(f"/{register}/{row['uid']}").status == 200
            assert not found or read, f"{login} learns {field} of {row['nomor']}"
            told.add((listed, read, found))
        if login != "ppt":
            assert (True, False, False) in told, f"{login} reads all that she lists: {told}"
        else:
            assert (True, True, True) in told, "who may read a record finds it by any field"


def test_opening_without_a_purpose_leads_back(s):
    c = s.as_("ppt")
    path = re.search(r'href="(/laporan/[0-9a-f-]{36})"', c.get("/laporan").html)[1]
    page = c.submit(c.get(path).form("/buka", has="guna"))
    assert page.status == 422 and link(page, "Kembali ke catatan") == path
