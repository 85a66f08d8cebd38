"""What an installation sets for itself: letterhead, paper and margins."""


def fill(client, **values):
    form = client.get("/setelan").form("/setelan", has="kop1")
    form.fill(**values)
    return client.submit(form)


def test_letterhead_is_kept_and_on_record(s):
    admin = s.as_("admin")
    page = fill(admin, kop1="PEMERINTAH KABUPATEN TIMOR", kop2="GUGUS TUGAS <PENCEGAHAN>", telepon="(0388) 31001",
                surel="gugus@contoh.go.id", kertas="A4", kiri="25")
    assert page.status == 200 and "GUGUS TUGAS <PENCEGAHAN>" in page.words
    form = admin.get("/setelan").form("/setelan", has="kop1")
    assert (form["kop1"], form["kertas"], form["kiri"], form["atas"]) == ("PEMERINTAH KABUPATEN TIMOR", "A4", "25", "18")
    acts = {r["action"] for r in s.rows("SELECT action FROM audit WHERE action LIKE 'setting:%'")}
    assert acts == {f"setting:{n}" for n in ("kop1", "kop2", "telepon", "surel", "kertas", "kiri")}
    s.cli("audit verify")


def test_mistakes_are_told_at_once_and_nothing_typed_is_lost(s):
    admin = s.as_("admin")
    before = s.rows("SELECT * FROM setelan ORDER BY name")
    page = fill(admin, kop1="x" * 121, telepon="telepon", surel="bukan surel", atas="4", kiri="dua", alamat="Jalan yang diketik")
    assert page.status == 422
    for name in ("kop1", "telepon", "surel", "atas", "kiri"):
        assert f'href="#f-{name}"' in page.html and f'id="f-{name}"' in page.html, name
        assert f'aria-describedby="' in page.html
    assert "Jalan yang diketik" in page.html and "bukan surel" in page.html
    english = admin.get("/setelan?bahasa=en")
    assert english.status == 200
    assert [tuple(r) for r in s.rows("SELECT * FROM setelan ORDER BY name")] == [tuple(r) for r in before]


def test_only_who_keeps_base_data_sets(s):
    for who in ("ppt", "statistik", "pimpinan"):
        c = s.as_(who)
        assert c.get("/setelan").status == 403
        token = c.get("/akun").form("/keluar")["csrf"]
        assert c.post("/setelan", {"csrf": token, "kop1": "Bukan saya"}).status == 403
    assert not s.rows("SELECT 1 FROM setelan WHERE value = 'Bukan saya'")
