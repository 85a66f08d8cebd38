"""Passwords that leaked: the administrator loads lists, and from then on nobody takes one of them, wherever a password
is chosen; who has one already keeps it until the next change."""
SAID = "pernah bocor"


def change(c, old, new):
    form = c.get("/akun").form("/akun/sandi")
    form["lama"], form["sandi"], form["ulang"] = old, new, new
    return c.submit(form)


def lists(tmp):
    """Two lists as they come: line ends of two kinds, capitals, a line that is no password and one of a comment, one without an end."""
    (tmp / "satu.txt").write_bytes(b"#!comment: a list\nliverpool\r\nbeautifulgirl\nmanchester united\nLayang-Layang Putus\n" + b"x" * 5000 + b"\nabc\n\n")
    (tmp / "dua.txt").write_bytes("liverpool\nperahu-kertas-biru\nkopi sus\u00fa gula".encode())
    return tmp / "satu.txt", tmp / "dua.txt"


def test_a_leaked_password_is_refused_with_its_reason(own, tmp):
    c, old = own.login("ppt"), own.people()["ppt"][0]
    assert change(c, old, "beautifulgirl").status == 200, "without a list only common words are refused"
    assert "7 kata sandi dimuat" in own.cli("passwords load", *lists(tmp)).stdout
    assert own.login("ppt", "beautifulgirl"), "a password in use goes on opening"
    for leaked in ("BeautifulGirl", "beautifulgirl2026!", "99liverpool2026", "liverpoolliverpool", "manchester united", "layang-layang putus 7",
                   "Perahu-Kertas-Biru", "kopi sus\u00fa gula"):
        page = change(c, "beautifulgirl", leaked)
        assert page.status == 422 and SAID in page.words, (leaked, page.words[:300])
        assert leaked not in page.html, "a password stands on a page"
    page = change(c, "beautifulgirl", "perahu kertas hijau tua")
    assert page.status == 200, page.words[:300]
    assert own.login("ppt", "perahu kertas hijau tua")


def test_nobody_gives_one_either(own, tmp):
    own.cli("passwords load", *lists(tmp))
    admin = own.login("admin")
    uid = own.rows("SELECT uid FROM fakta_pengguna WHERE login='peksos'")[0]["uid"]
    form = admin.get(f"/akun/{uid}").form(f"/akun/{uid}/sandi")
    form["sandi"] = "liverpool-2026"
    page = admin.submit(form)
    assert page.status == 422 and "tidak dapat dipilih sendiri" in page.words
    assert own.login("peksos")  # the old one stands
    told = own.cli("user", "--login", "baru", "--name", "Baru", "--roles", "petugas_ppt", "--institution", "x", stdin="manchester united\n" * 3, status=None)
    assert told.returncode != 0 and SAID in told.stdout
    assert "7" in admin.get("/kesehatan").words.split("Kata sandi bocor yang ditolak")[1][:4]
    assert own.rows("SELECT 1 FROM audit WHERE action='passwords:load' AND result='ok'")


def test_a_list_that_cannot_be_read_is_told_and_the_last_one_stays(own, tmp):
    own.cli("passwords load", *lists(tmp))
    assert own.cli("passwords load", tmp / "tidak-ada.txt", status=5)
    assert own.cli("passwords", status=2) and own.cli("passwords load", status=2)
    page = change(own.login("ppt"), own.people()["ppt"][0], "liverpool 2026")
    assert page.status == 422 and SAID in page.words
