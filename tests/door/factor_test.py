"""The second code of a log-in, and the proof asked again before acts that decide who may log in."""
import base64
import time

import steps
from second_code import code_of, give, password_only, set_up

WAIT_SECONDS = 8  # after the third failure


def test_the_codes_are_those_of_the_standard(s):
    seed = base64.b32encode(b"12345678901234567890").decode()
    assert [code_of(seed, t) for t in (59, 1111111109, 20000000000)] == ["287082", "081804", "353130"]


def test_a_password_alone_opens_nothing_any_more(own):
    seed, recovery = set_up(own.login("peksos"))
    assert len(recovery) == 8 and len(set(recovery)) == 8
    c, page = password_only(own, "peksos")
    assert page.path == "/masuk/kode"
    for path in ("/", "/kasus", "/akun", "/akun/kode", "/draf", "/cari?kata=x", "/api/v1/kasus"):
        answer = c.get(path, follow=False)
        assert answer.status in (303, 403), path
        assert answer.status == 403 or answer.headers["location"].startswith("/masuk/kode"), path
    assert give(c, "000000").path == "/masuk/kode"
    fresh = code_of(seed, time.time() + 30)
    assert give(c, fresh).path == "/"
    assert c.get("/kasus").status == 200
    # a code works once, in no other session either
    again, _ = password_only(own, "peksos")
    assert give(again, fresh).path == "/masuk/kode"
    # nor does a recovery code, however it is typed
    assert give(again, recovery[0].lower().replace("-", " ")).path == "/"
    third, _ = password_only(own, "peksos")
    assert give(third, recovery[0]).path == "/masuk/kode"
    assert not own.bytes_on_disk(seed) and not own.bytes_on_disk(recovery[1])
    acts = [tuple(r) for r in own.rows("SELECT action,result FROM audit WHERE action LIKE 'login:%' ORDER BY seq")]
    assert acts == [("login:code", w) for w in ("E_LOGIN", "ok", "E_LOGIN", "ok", "E_LOGIN")]
    own.cli("audit verify")


def test_codes_cannot_be_guessed(own):
    """The right password does not clear the count of wrong codes, so the back-off grows for the
    account whatever session asks; the right code is refused during it as well."""
    seed, _ = set_up(own.login("peksos"))
    for _ in range(3):
        c, _ = password_only(own, "peksos")
        began = time.monotonic()
        give(c, "123456")
    right = give(c, code_of(seed, time.time() + 30)).path
    _, page = password_only(own, "peksos")
    assert (right, page.status) == ("/masuk/kode", 401) or time.monotonic() - began > WAIT_SECONDS, (right, page.status)


def test_where_it_is_demanded_nothing_opens_before_it_is_set_up(own):
    assert own.login("peksos").get("/kasus").status == 200
    own.cli("second-factor require")
    c = own.login("peksos")
    assert c.get("/kasus").path == "/akun/kode"
    assert "meminta kode kedua" in c.get("/akun/kode").words
    set_up(c)
    assert c.get("/kasus").status == 200
    own.cli("second-factor free")
    assert own.login("ppt").get("/kasus").status == 200
    own.cli("second-factor", "nonsense", status=2)
    acts = [r["action"] for r in own.rows("SELECT action FROM audit WHERE action LIKE 'factor:%' ORDER BY seq")]
    assert acts == ["factor:require", "factor:begin", "factor:confirm", "factor:free"]


def test_who_keeps_accounts_removes_a_lost_one(own):
    set_up(own.login("peksos"))
    uid = own.rows("SELECT uid FROM fakta_pengguna WHERE login='peksos'")[0]["uid"]
    admin = own.login("admin")
    page = admin.submit(admin.get(f"/akun/{uid}").form(f"/akun/{uid}/kode"))
    assert "Kode kedua dihapus" in page.words
    assert own.login("peksos").get("/akun/kode").form("/akun/kode/mulai")
    # who gives out passwords as well could now come in her name: her roles wait for somebody else
    had = "SELECT roles FROM fakta_pengguna WHERE login='peksos'"
    assert own.login("peksos").get("/korban").status == 403 and own.rows(had)[0]["roles"] == ""
    assert not [f for f in admin.get("/peran").forms if f.action.endswith("/setujui")]
    officer = own.login("pdp")
    assert officer.submit(officer.get("/peran").form("/peran/setujui")).status == 200
    assert own.login("peksos").get("/korban").status == 200 and own.rows(had)[0]["roles"]
    set_up(own.login("ppt"))
    own.cli("second-factor reset", "--login", "ppt")
    assert own.login("ppt").get("/").status == 200
    stranger = own.login("statistik")
    token = stranger.get("/akun").form("/keluar")["csrf"]
    assert stranger.post(f"/akun/{uid}/kode", {"csrf": token}).status in (303, 403)
    assert not [r for r in own.rows("SELECT 1 FROM audit WHERE action='factor:remove' AND actor=(SELECT uid FROM"
                                    " fakta_pengguna WHERE login='statistik')")]


def test_acts_on_accounts_want_a_fresh_proof(own):
    admin = own.login("admin")
    assert admin.get("/akun/baru").path == "/akun/baru"
    with_old_proof(own)
    for path in ("/akun/baru", "/token"):
        assert admin.get(path).path == "/buktikan", path
    assert admin.get("/kesehatan").path == "/kesehatan"
    form = admin.get("/token").form("/buktikan", has="sandi")
    form["sandi"] = "salah sekali"
    assert "tidak cocok" in admin.submit(form).words
    form = admin.get("/token").form("/buktikan", has="sandi")
    form["sandi"] = own.people()["admin"][0]
    assert admin.submit(form).path == "/token"


def test_rights_are_changed_by_nobody_without_a_fresh_proof(own):
    """Roles, memberships and settings through the pages of any record; a token, which proves nothing, not at all."""
    admin = own.login("admin")
    user, office = own.rows("SELECT p.uid, i.uid home FROM pengguna p JOIN institusi i ON i.id=p.induk WHERE p.nama_masuk='mitra'")[0]
    token = steps.token_of(steps.make_token(admin))
    edit = admin.get(f"/pengguna/{user}/ubah").form("/ubah", has="peran").fill(peran=["mitra", "pimpinan"])
    glass = own.login("kesehatan")
    number = next(r["nomor"] for r in own.rows("SELECT uid, nomor FROM korban WHERE batal=0 ORDER BY id")
                  if glass.get(f"/korban/{r['uid']}").status == 404)
    form = glass.get("/darurat").form("/darurat")
    form["nomor"], form["guna"], form["-alasan"] = number, "keselamatan", "Korban diancam dan petugasnya tidak dapat dihubungi"
    with_old_proof(own)
    for path in (f"/pengguna/{user}/ubah", f"/keanggotaan/baru?induk=institusi/{office}", "/setelan"):
        assert admin.get(path).path == "/buktikan", path
    assert admin.get(f"/pengguna/{user}").status == 200, "to read asks for nothing"
    page = glass.submit(form)
    assert page.status == 422 and "lebih dari 10 menit" in page.words and page.form("/darurat")["nomor"] == number, "what was typed stays"
    assert not own.rows("SELECT 1 FROM audit WHERE action='emergency'")
    with_old_proof(own)
    page = admin.submit(edit)
    drafts = own.rows("SELECT count(*) n FROM draf")[0]["n"]
    assert drafts == 1 and page.path != f"/pengguna/{user}", (page.status, page.path)
    version = own.rows("SELECT versi FROM pengguna WHERE uid=?", user)[0]["versi"]
    assert steps.api(admin, token, "PATCH", f"/api/v1/pengguna/{user}", {"isian": {"peran": ["mitra", "pimpinan"]}}, version).status == 403
    assert steps.api(admin, token, "POST", "/api/v1/keanggotaan", {"induk": f"institusi/{office}", "isian": {"pengguna": user}}).status == 403
    assert steps.api(admin, token, "GET", f"/api/v1/pengguna/{user}", {}).status == 200
    assert own.rows("SELECT versi FROM pengguna WHERE uid=?", user)[0]["versi"] == version


def with_old_proof(own):
    """As if everybody had proved herself twenty minutes ago, and the session were still in use."""
    import sqlite3
    with sqlite3.connect(own.data / "sigap.db", timeout=10) as db:
        db.execute("UPDATE sesi SET proven_at = proven_at - 20 * 60 * 1000")
