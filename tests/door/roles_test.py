"""Two persons give out a role that opens protected values: one asks, another approves, and neither gets it."""
import re

import steps


def held(s, login):
    return s.rows("SELECT roles FROM fakta_pengguna WHERE login=?", login)[0]["roles"].split()


def uid_of(s, login):
    return s.rows("SELECT uid FROM fakta_pengguna WHERE login=?", login)[0]["uid"]


def ask(s, login, roles):
    form = s.as_("admin").get(f"/pengguna/{uid_of(s, login)}/ubah").form("/ubah", has="peran")
    page = s.as_("admin").submit(form.fill(peran=roles))
    assert page.status == 200, page.words[:300]
    return page


def test_a_role_holds_once_a_second_person_approves_it(own):
    admin, officer, clerk = own.as_("admin"), own.as_("pdp"), own.as_("ppt")
    page = ask(own, "ppt", ["petugas_ppt", "penyidik", "pimpinan"])
    assert held(own, "ppt") == ["petugas_ppt"], "a role that only sees figures and titles waits as well"
    assert "orang kedua" in page.words and "Penyidik" in page.words, "whoever asks is told that it waits"
    # who asked does not approve, by no door; nor does who gets it, nor who has no such duty
    assert not [f for f in admin.get("/peran").forms if f.action.endswith("/setujui")]
    form = officer.get("/peran").form("/peran/setujui")
    said = [(n, v) for n, v in form.pairs() if n != "csrf"]
    token = dict(admin.get("/peran").form("/keluar").pairs())["csrf"]
    assert admin.post("/peran/setujui", dict([*said, ("csrf", token)])).status == 403
    token = dict(clerk.get("/peran").form("/keluar").pairs())["csrf"]
    assert clerk.post("/peran/setujui", dict([*said, ("csrf", token)])).status == 403
    assert held(own, "ppt") == ["petugas_ppt"]
    # what was read is what is approved
    ask(own, "ppt", ["petugas_ppt", "jaksa", "pimpinan"])
    assert officer.submit(form).status == 409
    home = officer.get("/?beranda=1")
    assert "Jaksa" in home.words and "orang kedua" in home.words
    assert officer.submit(home.form("/peran/setujui")).status == 200
    assert set(held(own, "ppt")) == {"petugas_ppt", "pimpinan", "jaksa"}
    row = own.rows("SELECT actor, action FROM audit WHERE action LIKE 'roles:%'")
    assert [tuple(r) for r in row] == [(uid_of(own, "pdp"), "roles:jaksa pimpinan")]
    assert "menyetujui peran" in officer.get("/audit").words
    # made anew from the records it is the same; taken away and given again it waits again
    ask(own, "sekretaris", ["sekretariat", "jaksa"])
    own.stop()
    own.cli("rebuild")
    own.start()
    assert set(held(own, "ppt")) == {"petugas_ppt", "pimpinan", "jaksa"} and held(own, "sekretaris") == ["sekretariat"]
    ask(own, "ppt", ["petugas_ppt"])
    ask(own, "ppt", ["petugas_ppt", "jaksa"])
    assert held(own, "ppt") == ["petugas_ppt"]


def test_who_could_come_in_anothers_name_needs_a_second_person_again(own):
    """A password set by another, a wider place: what somebody else approved was for who stood there."""
    admin, path = own.as_("admin"), f"/akun/{uid_of(own, 'peksos')}"
    assert held(own, "peksos") == ["pekerja_sosial"] and own.login("peksos").get("/kasus").status == 200
    page = admin.get(path)
    assert "baru berlaku setelah orang kedua" in page.words, "told before"
    form = page.form("/sandi")
    given = form["sandi"]
    assert admin.submit(form).status == 200 and held(own, "peksos") == []
    thief = own.client()
    page = thief.submit(thief.get("/masuk").form("/masuk", has="sandi").fill(masuk="peksos", sandi=given))
    page = thief.submit(thief.get("/akun").form("/akun/sandi").fill(lama=given, sandi="ombak biru pagi ini", ulang="ombak biru pagi ini"))
    assert thief.get("/kasus").status == 403 and "Pekerja sosial" in thief.get("/?beranda=1").words, "told to whoever logs in"
    assert not [f for f in admin.get("/peran").forms if f.action.endswith("/setujui")], "who did it approves it too"
    steps.approve_roles(own)
    assert held(own, "peksos") == ["pekerja_sosial"] and thief.get("/kasus").status == 200
    # one's own new password asks nobody
    thief.submit(thief.get("/akun").form("/akun/sandi").fill(lama="ombak biru pagi ini", sandi="kapal hijau sore itu", ulang="kapal hijau sore itu"))
    assert held(own, "peksos") == ["pekerja_sosial"]
    # another institution, by whoever gives memberships; a membership that only ends takes nothing
    office = own.rows("SELECT uid FROM institusi WHERE kode='POLDA_NTT'")[0]["uid"]
    assert "orang kedua" in admin.get(f"/keanggotaan/baru?induk=institusi/{office}").words, "told before"
    member = steps.make(admin, "keanggotaan", f"/institusi/{office}", pengguna=uid_of(own, "peksos"), jabatan="Diperbantukan", selesai="2031-12-31")
    assert held(own, "peksos") == []
    steps.approve_roles(own)
    assert steps.change(admin, member, selesai="2031-06-30").status == 200 and held(own, "peksos") == ["pekerja_sosial"]
    assert steps.change(admin, member, selesai="2032-06-30").status == 200 and held(own, "peksos") == [], "a longer time is a wider place"
    steps.approve_roles(own)
    # another area
    user = f"/pengguna/{uid_of(own, 'peksos')}"
    assert steps.change(admin, user, wilayah="53.03").status == 200 and held(own, "peksos") == []
    steps.approve_roles(own)
    assert steps.change(admin, user, wilayah="53.03", nama_tampil="Pekerja Sosial Uji").status == 200 and held(own, "peksos") == ["pekerja_sosial"]
    own.stop()
    own.cli("rebuild")
    assert held(own, "peksos") == ["pekerja_sosial"], "made anew from the records it is the same"
    own.cli("audit verify")


def test_where_one_administrator_is_left_the_recovery_sheet_is_the_second_person(own):
    uid = uid_of(own, "pdp")
    form = own.as_("admin").get(f"/pengguna/{uid}/ubah").form("/ubah", has="aktif")
    assert own.as_("admin").submit(form.fill(aktif="tidak")).status == 200
    ask(own, "ppt", ["petugas_ppt", "penyidik"])
    assert held(own, "ppt") == ["petugas_ppt"], "who puts the other approver out is not alone thereby"
    own.stop()
    three = re.findall(r"^    ([1-3](?:-[A-Z2-7]{4}){14})$", own.cli("key sheet").stdout, re.M)
    assert own.cli("key approve ppt", stdin=f"{three[0]}\n{three[0]}\n", status=None).returncode != 0
    assert held(own, "ppt") == ["petugas_ppt"]
    said = own.cli("key approve ppt", stdin=f"{three[0]}\n{three[2]}\n").stdout
    assert "penyidik" in said and set(held(own, "ppt")) == {"petugas_ppt", "penyidik"}
    assert own.cli("key approve ppt", stdin=f"{three[0]}\n{three[2]}\n", status=5)
    own.cli("audit verify")


def test_the_first_administrator_sets_up_alone_and_only_until_there_are_two(tmp):
    import sigap
    with sigap.Server("bare") as s:
        s.stop()

        def add(login, roles, *more):
            s.cli("user", "--login", login, "--name", login, "--roles", roles, "--institution", "P2TP2A", *more,
                  stdin="ombak biru pagi ini\n")
            return held(s, login)

        assert add("kepala", "admin") == ["admin"]
        assert add("satu", "petugas_ppt", "--as", "kepala") == ["petugas_ppt"], "nobody else is there yet"
        assert add("pelindung", "petugas_pdp", "--as", "kepala") == ["petugas_pdp"]
        assert add("dua", "petugas_ppt", "--as", "kepala") == [], "now there is a second person to ask"
