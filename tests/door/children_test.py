"""A child's file is its team's: the office that keeps it lists it and opens nothing."""
import datetime

import steps
from grants import uid_of
from program import Program

TODAY = datetime.date.today()


def born(age):
    return TODAY.replace(year=TODAY.year - age, month=1, day=1).isoformat()


def colleague(own, login, of):
    office = own.rows("SELECT i.uid FROM institusi i JOIN fakta_pengguna f ON f.agency=i.id WHERE f.login=?", of)[0][0]
    user = own.rows("SELECT uid FROM pengguna WHERE nama_masuk=?", login)[0][0]
    steps.make(own.as_("admin"), "keanggotaan", f"/institusi/{office}", pengguna=user, jabatan="Petugas piket")
    steps.approve_roles(own)
    return user


def reads(own, login, path, secret):
    """Whether the person reads it on the page or in its history, after stating a purpose."""
    page = steps.open_file(own.as_(login), path)
    assert page.status == 200, f"{login} does not even know of {path}"
    return secret in page.words or secret in own.as_(login).get(path + "/riwayat").words


def test_a_childs_file_is_opened_by_its_team_only(own):
    clerk, name, grown = own.as_("ppt"), "Adelheid Uji Anak", "Kornelia Uji Dewasa"
    other = colleague(own, "sekretaris", "ppt")
    case = steps.make(clerk, "kasus", judul="Perkara uji tim anak", klasifikasi="tppo")
    person = {}
    for who, age in ((name, 12), (grown, 30)):
        victim = steps.make(clerk, "korban", case, status_tppo="terbukti_layanan", orang__nama=who, orang__jk="P",
                            orang__tgl_lahir=born(age))
        uid = own.rows("SELECT o.uid FROM orang o JOIN korban k ON k.orang=o.id WHERE k.uid=?", victim.split("/")[2])[0][0]
        person[who] = f"/orang/{uid}"
    assert reads(own, "sekretaris", person[grown], grown), "a colleague opens what her office keeps"
    assert not reads(own, "sekretaris", person[name], name), "a colleague outside the team opened a child"
    assert reads(own, "ppt", person[name], name), "whoever recorded her goes on"
    assert reads(own, "ppt2", person[name], name), "the office that the rule for children made part of the team"
    # who turns out to be a child is one from then on, and the other way round
    steps.open_file(clerk, person[grown])
    steps.change(clerk, person[grown], tgl_lahir=born(15))
    assert not reads(own, "sekretaris", person[grown], grown)
    steps.change(clerk, person[grown], tgl_lahir=born(31))
    assert reads(own, "sekretaris", person[grown], grown)
    # worked out again it is the same
    held = "SELECT * FROM jangkau WHERE reg IN ('orang','korban') ORDER BY reg, rec, principal, source"
    before = [tuple(r) for r in own.rows(held)]
    own.stop()
    own.cli("rebuild")
    own.start()
    assert [tuple(r) for r in own.rows(held)] == before
    # she does not let herself in, neither by name nor with all of the office
    home = own.rows("SELECT i.uid FROM institusi i JOIN fakta_pengguna f ON f.agency=i.id WHERE f.login='ppt'")[0][0]
    for me in ({"pengguna": other}, {"institusi": home}):
        page = own.as_("sekretaris").get(f"/penugasan/baru?induk={case[1:]}")
        form = steps.fill(next(f for f in page.forms if "idem" in f), {"peran_tim": "pendamping_anak", **me})
        refused = own.as_("sekretaris").submit(form)
        assert refused.status == 422 and "Mintalah petugas lain" in refused.words, (me, refused.status, steps.faults(refused))
    assert not reads(own, "sekretaris", person[name], name)
    # named to the team by another, she reads; her time there is not hers to lengthen
    place = steps.make(own.as_("ppt"), "penugasan", case, pengguna=other, peran_tim="pendamping_anak")
    assert reads(own, "sekretaris", person[name], name)
    longer = steps.change(own.as_("sekretaris"), place, selesai=TODAY.replace(year=TODAY.year + 5, day=1).isoformat())
    assert longer.status == 422 and "Mintalah petugas lain" in longer.words


def test_a_child_does_not_consent_alone(s):
    call, year = Program(s, "ppt"), datetime.date.today().year
    case = steps.make(s.as_("ppt"), "kasus", judul="Perkara uji persetujuan anak", klasifikasi="tppo")
    given = {"tujuan": "rujukan", "dasar": "persetujuan", "bentuk": "tertulis", "pencatat": uid_of(s, "ppt")}

    def consent(victim, **values):
        return call("POST", "/api/v1/persetujuan", {"induk": victim[1:], "isian": {**given, **values}})

    child, grown = [steps.make(s.as_("ppt"), "korban", case, status_tppo="mungkin", orang__nama=f"Uji Setuju {age}", orang__jk="P", orang__tgl_lahir=f"{year - age}-01-01")
                    for age in (13, 30)]
    alone = consent(child, oleh="sendiri")
    assert alone.status == 422 and {e["field"] for e in alone.json()["errors"]} == {"wakil", "umur_anak", "pendapat_anak"}, alone.body
    assert consent(child, wakil="sendiri", umur_anak=13, pendapat_anak="setuju").status == 422
    made = consent(child, oleh="sendiri", wakil="dinsos", umur_anak=13, pendapat_anak="keberatan", kata_anak="Saya mau pulang dulu")
    assert made.status == 201, made.body
    row = s.rows("SELECT oleh, wakil, umur_anak, pendapat_anak FROM persetujuan WHERE uid=?", made.json()["uid"])[0]
    assert tuple(row) == (None, "dinsos", 13, "keberatan") and s.bytes_on_disk("Saya mau pulang dulu") == []
    form = s.as_("ppt").get(f"/persetujuan/baru?induk={child[1:]}").form("/persetujuan/baru", has="bentuk")
    assert form["anak"] == "ya", "the form does not propose what the record says"
    assert consent(grown, oleh="sendiri").status == 201 and consent(grown).status == 422
