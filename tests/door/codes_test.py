"""Code lists: local rows beside the shipped ones, at once and after a restart, and never deleted."""

LIST = "alasan_mutasi"


def save(client, name=LIST, old=None, **values):
    form = client.get(f"/kode/{name}" + (f"?ubah={old}" if old else "")).form(f"/kode/{name}", has="label_id")
    return client.submit(form.fill(**values))


def choices(s):
    return {i["code"]: i for i in s.login("sekretaris").get(f"/api/v1/kode/{LIST}").json()["items"]}


def test_a_local_code_counts_at_once_and_after_a_restart(own):
    admin = own.login("admin")
    before = choices(own)
    page = save(admin, kode="ikut_kapal_ikan", label_id="Ikut kapal ikan", label_en="Joined a fishing boat")
    assert page.status == 200 and "Ikut kapal ikan" in page.words and "lokal" in page.words
    after = choices(own)
    assert set(after) - set(before) == {"ikut_kapal_ikan"} and after["ikut_kapal_ikan"]["local"]
    assert {k: v for k, v in after.items() if not v["local"]} == before, "a shipped row changed"
    own.stop()
    own.start()
    assert choices(own) == after
    acts = own.rows("SELECT action FROM audit WHERE action = ?", f"code:{LIST}/ikut_kapal_ikan")
    assert len(acts) == 1
    own.cli("audit verify")
    retire_it(own)


def retire_it(own):
    """A record takes it; once retired it stays readable there and cannot be chosen anew."""
    admin, c = own.login("admin"), own.login("desa")
    assert "belum dipakai" in admin.get(f"/kode/{LIST}").words
    pages = (c.get(f"/mutasi/{r['uid']}/ubah") for r in own.rows("SELECT uid FROM mutasi WHERE batal = 0"))
    form = next(page for page in pages if page.status == 200).form("/ubah", has="alasan")
    made = c.submit(form.fill(alasan="ikut_kapal_ikan"))
    assert made.status == 200 and "Ikut kapal ikan" in made.words, made.words[:400]
    assert "sudah dipakai" in admin.get(f"/kode/{LIST}").words
    assert save(admin, old="ikut_kapal_ikan", sampai="01/01/2020").status == 200
    assert 'value="ikut_kapal_ikan"' not in c.get("/mutasi/baru").html
    assert "Ikut kapal ikan" in c.get(made.path).words
    assert choices(own)["ikut_kapal_ikan"]["until"] == "2020-01-01"


def test_mistakes_are_told_and_shipped_codes_stay(s):
    admin = s.as_("admin")
    known = next(iter(choices(s).values()))
    page = save(admin, kode="Kapal Ikan", label_id="a;b", label_en="", sejak="31/02/2026", sampai="apa")
    assert page.status == 422
    for name in ("kode", "label_id", "label_en", "sejak", "sampai"):
        assert f'href="#f-{name}"' in page.html and f'id="f-{name}"' in page.html, name
    assert "Kapal Ikan" in page.html
    page = save(admin, kode=known["code"], label_id="Lain sekali", label_en="Something else")
    assert page.status == 422 and "sudah ada" in page.words
    page = save(admin, kode="serupa", label_id=known["label"]["id"], label_en="Alike")
    assert page.status == 422 and known["code"] in page.words
    page = save(admin, kode="terbalik", label_id="Terbalik", label_en="Reversed", sejak="02/01/2026", sampai="01/01/2026")
    assert page.status == 422
    assert admin.get(f"/kode/{LIST}?ubah={known['code']}").status == 404, "a shipped row is not changed here"
    form = admin.get(f"/kode/{LIST}").form(f"/kode/{LIST}", has="label_id")
    pairs = [(k, v) for k, v in form.pairs() if k not in ("kode", "label_id", "label_en")]
    page = admin.post(f"/kode/{LIST}", pairs + [("lama", known["code"]), ("label_id", "Diubah paksa"), ("label_en", "Forced")])
    assert page.status == 404 and not s.rows("SELECT 1 FROM kode_lokal")


def test_closed_lists_take_none_and_only_some_may(s):
    admin = s.as_("admin")
    page = admin.get("/kode")
    assert page.status == 200 and f'href="/kode/{LIST}"' in page.html and 'href="/kode/bahasa"' in page.html
    assert 'href="/kode/bahasa"' not in admin.get("/kode?q=mutasi").html
    page = admin.get("/kode/bahasa")
    assert "tertutup" in page.words and 'name="label_id"' not in page.html
    token = page.form("/keluar")["csrf"]
    values = [("csrf", token), ("kode", "xx"), ("label_id", "X"), ("label_en", "X")]
    assert admin.post("/kode/bahasa", values).status == 403
    assert admin.get("/kode/bukan_daftar").status == 404
    for who in ("ppt", "statistik"):
        assert s.as_(who).get("/kode").status == 403 and s.as_(who).get(f"/kode/{LIST}").status == 403


def test_the_page_of_administration_leads_where_each_may_go(s):
    for who, here, away in (("admin", ["/kode", "/setelan", "/kesehatan", "/pengguna", "/akun/baru"], ["/audit"]),
                            ("pdp", ["/audit"], ["/kode", "/setelan", "/kesehatan", "/akun/baru"])):
        c = s.as_(who)
        page = c.get("/admin")
        body = page.html.split("<main", 1)[1]
        assert page.status == 200 and 'href="/admin"' in page.html
        for path in here:
            assert f'href="{path}"' in body and c.get(path).status == 200, (who, path)
        for path in away:
            assert f'href="{path}"' not in body, (who, path)
    assert s.as_("ppt").get("/admin").status == 403 and 'href="/admin"' not in s.as_("ppt").get("/laporan").html
