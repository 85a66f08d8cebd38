"""The shell around every page: search over all one may reach, the locked screen, colours and rows as
the reader wants them, a first screen of one's own."""
import re
import urllib.parse

import yaml

import sigap
import steps


def roles():
    text = (sigap.ROOT / "domain/roles.yaml").read_text()
    return yaml.load(text, yaml.CSafeLoader)["roles"]


# ---- search ----

def found(client, text):
    """{heading of a group: [path of a record]} of a search."""
    page = client.get("/cari?" + urllib.parse.urlencode({"q": text}))
    assert page.status == 200
    groups = re.findall(r"<h2>([^<]*)</h2><ul class=\"temuan\">(.*?)</ul>", page.html, re.S)
    return {name: re.findall(r'href="(/[a-z_]+/[0-9a-f-]{36})"', body) for name, body in groups}


def test_search_finds_numbers_words_and_protected_values(s):
    c = s.as_("sekretaris")
    case = s.rows("SELECT uid,nomor,judul FROM kasus WHERE batal=0 LIMIT 1")[0]
    assert found(c, case["nomor"].lower()) == {"Kasus": [f"/kasus/{case['uid']}"]}
    word = max(case["judul"].split(), key=len)
    assert "Kasus" in found(c, word)
    assert "temuan" not in c.get("/cari?q=tidakadakatainidimanapun").html
    assert "dua huruf" in c.get("/cari?q=x").words


def test_search_by_name_tells_only_who_may_open_names(s):
    c = s.as_("ppt")
    name, nik = "Yuvensia Kolimasak Uji", "5301014112990017"
    path = steps.make(c, "orang", nama=name, nik=nik, jk="P")
    assert found(c, name.upper()).get("Orang") == [path]
    assert path in found(c, nik).get("Orang", [])
    for login in ("statistik", "admin", "pimpinan"):
        assert not found(s.as_(login), name) and not found(s.as_(login), nik), login


def test_search_is_silent_about_what_is_out_of_reach(s):
    reached = {r["uid"] for r in s.rows("SELECT uid FROM kasus")}
    for login in ("penyidik2", "mitra", "desa"):
        c = s.as_(login)
        for case in s.rows("SELECT uid,nomor FROM kasus ORDER BY id LIMIT 40"):
            told = found(c, case["nomor"])
            assert bool(told) == (c.get(f"/kasus/{case['uid']}").status == 200), (login, case["nomor"], told)
    assert reached


# ---- the locked screen ----

def lock(client):
    form = client.get("/").form("/kunci", has="lanjut")
    return client.submit(form)


def test_a_locked_screen_answers_nothing(own):
    c = own.login("sekretaris")
    case = own.rows("SELECT uid,nomor FROM kasus WHERE batal=0 LIMIT 1")[0]
    page = lock(c)
    assert page.path.startswith("/kunci") and "terkunci" in page.words
    for path in ("/", "/kasus", f"/kasus/{case['uid']}", "/kasus.csv", "/cari?q=KAS", "/tabel", "/akun", "/token", "/api/v1/kasus",
                 f"/kasus/{case['uid']}/ubah", "/pilih/kasus?q=KAS"):
        page = c.get(path)
        assert "KAS-" not in page.html and (page.path.startswith("/kunci") or page.status == 403), (path, page.status, page.path)
    form = c.get("/kunci").form("/kunci/buka", has="sandi")
    form["sandi"] = "bukan-kata-sandinya"
    assert "tidak cocok" in c.submit(form).words
    form = c.get("/kunci?lanjut=/kasus").form("/kunci/buka", has="sandi")
    form["sandi"] = own.people()["sekretaris"][0]
    page = c.submit(form)
    assert page.path == "/kasus" and "KAS-" in page.html
    acts = [(r[0], r[1]) for r in own.rows("SELECT action,result FROM audit WHERE action IN ('lock','unlock') ORDER BY seq")]
    assert acts == [("lock", "ok"), ("unlock", "E_LOGIN"), ("unlock", "ok")], acts


def test_guessing_at_a_locked_screen_is_slowed_as_at_the_log_in(own):
    c = own.login("sekretaris")
    lock(c)
    for _ in range(6):
        form = c.get("/kunci").form("/kunci/buka", has="sandi")
        form["sandi"] = "salah-terus-menerus"
        c.submit(form)
    form = c.get("/kunci").form("/kunci/buka", has="sandi")
    form["sandi"] = own.people()["sekretaris"][0]
    assert "tidak cocok" in c.submit(form).words, "the right password must not count during the back-off"


# ---- as the reader wants it ----

def test_colours_and_density_stay_without_a_script(s):
    c = s.as_("sekretaris")
    assert '<html lang="id">' in c.get("/").html

    def press(value):
        page = c.get("/")
        form = next(f for f in page.forms if f.action.endswith("/bahasa") and any(b.value == value for b in f.controls))
        c.submit(form, button="warna")
    press("gelap")
    assert '<html lang="id" class="gelap">' in c.get("/kasus").html
    press("sistem")
    assert '<html lang="id">' in c.get("/kasus").html


# ---- first screens ----

def test_every_role_begins_where_it_works(s):
    by_label = {r["label"]["id"]: r for r in roles()}
    seen = set()
    for login, (_, label, _) in s.people().items():
        role = by_label[label]
        page = s.as_(login).get("/")
        seen.add(role["name"])
        assert page.status == 200
        if "home" in role:
            assert page.path == role["home"], (login, page.path)
            continue
        assert page.path == "/" and label in page.words, login
        for queue in role.get("boards", []):
            assert f'href="/antrean/{queue}"' in page.html, (login, queue)
        for reg in role["works"]:
            assert f'href="/{reg}"' in page.html or f'href="/{reg}/baru"' in page.html, (login, reg)
        assert all(s.as_(login).get(href).status == 200 for href in re.findall(r'href="(/[a-z_]+/baru)"', page.html)), login
    assert seen == {r["name"] for r in roles()}


# ---- on paper ----

def test_paper_has_letterhead_size_and_who_printed(own):
    c = own.as_("admin")
    page = c.get("/setelan")
    form = page.form("/setelan", has="kop1")
    form.fill(kop1="PEMERINTAH KABUPATEN LATIHAN", kop2="GUGUS TUGAS", kertas="A4", kiri="31")
    assert c.submit(form).status == 200
    page = own.as_("sekretaris").get("/kasus")
    assert '<div class="kop"><p class="kop1">PEMERINTAH KABUPATEN LATIHAN</p><p class="kop2">GUGUS TUGAS</p>' in page.html
    assert "Dicetak oleh Sekretaris Gugus Tugas" in page.words
    sheet = re.search(r'<link rel="stylesheet" media="print" href="(/cetak.css[^"]*)">', page.html).group(1)
    style = own.as_("sekretaris").get(sheet).html
    assert "size:210mm 297mm" in style and "31mm" in style
    assert 'class="kop"' not in own.client().get("/masuk").html


def test_list_queue_record_and_table_print_at_one_press(s):
    c = s.as_("sekretaris")
    case = s.rows("SELECT uid FROM kasus WHERE batal=0 LIMIT 1")[0]
    for path in ("/kasus", "/antrean/tugas_terlambat", f"/kasus/{case['uid']}", "/tabel/korban_jk_umur?masa=2026-S1"):
        page = c.get(path)
        href = re.search(r'<a class="cetak" href="([^"]+)" data-cetak[^>]*>Cetak</a>', page.html)
        assert page.status == 200 and href, path
        assert c.get(href.group(1).replace("&amp;", "&")).status == 200, path
