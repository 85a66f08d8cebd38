"""What a write does to reach: nobody lends on what was lent to her, and what ends leaves nothing behind."""
import datetime
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import every_register_test as walk  # noqa: E402  (how a register is walked)
import steps  # noqa: E402
from grants import ask, move, uid_of  # noqa: E402
from program import Program  # noqa: E402

PURPOSE = {"Sigap-Tujuan": "layanan_korban; Memeriksa jangkauan uji"}
TODAY = datetime.date.today().isoformat()


def office(s, code):
    return s.rows("SELECT uid FROM institusi WHERE kode=?", code)[0]["uid"]


def victim(s, name, **values):
    """A victim of the intake office: (case, victim, person)."""
    case = steps.make(s.as_("ppt"), "kasus", judul="Perkara uji jangkauan", klasifikasi="tppo")
    path = steps.make(s.as_("ppt"), "korban", case, status_tppo="mungkin", orang__nama=name, orang__jk="P", **values)
    return case, path, "/orang/" + s.rows("SELECT o.uid FROM orang o JOIN korban k ON k.orang=o.id WHERE k.uid=?", steps.uid_of(path))[0]["uid"]


def bait(call, person, **more):
    """A case of her own with this person in it: the answer."""
    case = call("POST", "/api/v1/kasus", {"isian": {"judul": "Berkas umpan uji", "dibuka": TODAY}})
    assert case.status == 201, case.body
    return call("POST", "/api/v1/korban", {"induk": "kasus/" + case.json()["uid"],
                                           "isian": {"orang": steps.uid_of(person), "status_tppo": "mungkin", "tanggal_identifikasi": TODAY, "bentuk": ["kerja_paksa"], **more}})


def live(s, login, days=0):
    """{(register, record, source)} that this person or her office reaches after so many days, of whatever office."""
    now = (time.time() + days * 86400) * 1000
    who = s.rows("SELECT f.user_id u, f.agency a FROM fakta_pengguna f WHERE login=?", login)[0]
    mine = [1 << 56 | who["a"], 2 << 56 | who["u"], 3 << 56 | who["a"]]
    return {tuple(r) for r in s.rows("SELECT reg, rec, source FROM jangkau WHERE principal IN (?,?,?) AND until>?", *mine, now)
            if r["reg"] not in ("kasus", "tugas")}


def refer(s, path, to="PPT_KUPANG", **values):
    made = steps.make(s.as_("ppt"), "rujukan", path, jenis="rujukan", dari=office(s, "P2TP2A"), ke=to, urgensi="biasa", layanan="latih",
                      bagikan=["identitas"], darurat_jiwa="ya", alasan="Nyawa terancam", **values)
    assert move(s.as_("ppt"), made, "kirim").status == 200
    return made


def reach_of(s, person):
    """{principal: (classes, end)} of everybody who reaches this person."""
    return {r["principal"]: (r["c"], r["u"]) for r in s.rows(
        "SELECT principal, max(classes) c, max(until) u FROM jangkau WHERE reg='orang' AND rec=(SELECT id FROM orang WHERE uid=?) GROUP BY principal",
        steps.uid_of(person))}


def grown(before, after):
    """Who reaches more than before, longer, or at all."""
    return {p: (before.get(p), now) for p, now in after.items() if p not in before or now[0] & ~before[p][0] or now[1] > before[p][1]}


def test_what_was_lent_is_not_lent_on_and_ends_whole(own):
    _, path, person = victim(own, "Rosalinda Uji Pinjam")
    call, before = Program(own, "ppt2"), live(own, "ppt2")
    made = refer(own, path, office(own, "DP3A"))
    assert call("GET", "/api/v1" + person, **PURPOSE).status == 200
    lent = reach_of(own, person)
    refused = bait(call, person)
    assert refused.status == 422 and "catat orang baru" in refused.body.decode(), refused.body
    assert grown(lent, reach_of(own, person)) == {}
    assert move(own.as_("ppt"), made, "tarik", **{"-alasan": "Salah alamat, ditarik kembali"}).status == 200
    assert {x for x in live(own, "ppt2") - before if x[0] != "rujukan"} == set(), "the referral is over and left something"
    assert call("GET", "/api/v1" + person, **PURPOSE).status == call("GET", "/api/v1" + path, **PURPOSE).status == 404
    # for a day, and everything by a grant: no more than that time
    everything = ["identitas", "kontak", "lokasi_aman", "kisah", "kesehatan", "hukum"]
    made = refer(own, path, office(own, "DP3A"), sampai=TODAY)
    assert bait(call, person).status == 422
    granted = ask(own.as_("ppt"), path.strip("/"), jenis="rujukan", pengguna=uid_of(own, "ppt2"), tujuan="layanan_korban", alasan="Rujukan layanan",
                  kelas=everything, sampai="2031-01-01T08:00")
    assert move(own.as_("pdp"), granted.path, "setujui").status == 200
    assert bait(call, person).status == 422, "all classes for a time became all classes for ever"
    assert move(own.as_("ppt"), granted.path, "cabut", **{"-alasan": "Cukup sampai di sini"}).status == 200
    own.stop()
    own.cli("clock", "advance", 2)
    own.start()
    own.sessions.clear()
    later = live(own, "ppt2", 2)
    assert not [x for x in later - before if x[0] in ("orang", "korban")], later - before
    # assigned for good she may
    steps.make(own.as_("ppt"), "penugasan", "/kasus/" + own.rows("SELECT c.uid FROM kasus c JOIN korban k ON k.induk=c.id WHERE k.uid=?", steps.uid_of(path))[0][0],
               pengguna=uid_of(own, "ppt2"), peran_tim="anggota")
    assert bait(Program(own, "ppt2"), person).status == 201


def again(s, path, word):
    """Sends the form that takes back (or restores), as the page of a moment ago showed it: the status."""
    c = s.as_("ppt2")
    fields = [("csrf", c.get("/").form("/keluar")["csrf"]), ("versi", version(s, path)), ("idem", f"{word}-{path}"), ("-alasan", "Salah dibatalkan, dikembalikan")]
    return c.post(f"{path}/{word}", fields).status


def test_who_lost_a_person_does_not_set_back_what_named_her(own):
    """Assigned for good she records; when that is over, neither the undoing nor the restoring of a record brings the reach back."""
    case, path, person = victim(own, "Anastasia Uji Kembali")
    assigned = steps.make(own.as_("ppt"), "penugasan", case, pengguna=uid_of(own, "ppt2"), peran_tim="anggota")
    call, client = Program(own, "ppt2"), own.as_("ppt2")
    hers = steps.make(client, "orang", nama="Uji Milik Sendiri", jk="P")
    voided, mine = ["/korban/" + bait(call, who).json()["uid"] for who in (person, hers)]
    assert move(own.as_("ppt"), assigned, "batalkan", **{"-alasan": "Tugasnya sudah selesai"}).status == 200
    assert move(client, voided, "batalkan", **{"-alasan": "Salah catat orangnya"}).status == 200
    assert client.get(person).status == 404
    assert again(own, voided, "urungkan") == again(own, voided, "pulihkan") == 422
    assert client.get(person).status == 404 and own.rows("SELECT batal FROM korban WHERE uid=?", steps.uid_of(voided))[0][0]
    # what names a person of her own she voids, restores and undoes
    assert move(client, mine, "batalkan", **{"-alasan": "Salah catat perkaranya"}).status == 200
    assert again(own, mine, "pulihkan") in (200, 303) and again(own, mine, "urungkan") in (200, 303)


def test_who_was_referred_to_records_what_she_gave_and_lets_nobody_in(own):
    _, path, _ = victim(own, "Kornelia Uji Layanan")
    refer(own, path, office(own, "RS_RUJUKAN"))
    nurse = own.as_("kesehatan")
    service = steps.make(nurse, "layanan", path, jenis="kesehatan", penerima="korban", mulai=TODAY)
    assert nurse.get(service).status == 200 and own.rows("SELECT 1 FROM layanan WHERE uid=? AND batal=0", steps.uid_of(service))
    assert alter(own, Program(own, "kesehatan"), path, umur_dinyatakan=20).status in (403, 404), "what was lent is read, not altered"
    refer(own, path, office(own, "POLDA_NTT"))
    police = Program(own, "penyidik")
    assert police("GET", "/api/v1" + path, **PURPOSE).status == 200
    values = {"jenis": "rujukan", "pengguna": uid_of(own, "penyidik2"), "tujuan": "layanan_korban", "alasan": "Diteruskan oleh penerima",
              "kelas": ["identitas"], "sampai": "2031-01-01T08:00"}
    assert police("POST", "/api/v1/hibah", {"induk": path.strip("/"), "isian": values}).status in (403, 404)


def test_an_emergency_leaves_nothing_behind(own):
    _, path, person = victim(own, "Bibiana Uji Darurat")
    number = own.rows("SELECT nomor FROM korban WHERE uid=?", steps.uid_of(path))[0][0]
    client, before = own.as_("ppt2"), live(own, "ppt2")
    form = client.get("/darurat").form("/darurat")
    form["nomor"], form["guna"], form["-alasan"] = number, "keselamatan", "Korban diancam dan petugasnya tidak dapat dihubungi"
    assert client.submit(form).status == 200
    call = Program(own, "ppt2")
    assert call("GET", "/api/v1" + person, **PURPOSE).status == 200 and bait(call, person).status == 422
    own.stop()
    own.cli("clock", "advance", 1)
    own.start()
    own.sessions.clear()
    assert not {x for x in live(own, "ppt2", 1) - before if x[0] in ("orang", "korban", "hibah")}
    assert own.as_("ppt2").get(person).status == 404


def attempts(s, login, person):
    """{register: made} of every record with a reference to a person that this role may make, about this one."""
    client, made = s.as_(login), {}
    for reg, m in walk.DOMAIN.registers.items():
        names = [f["name"] for f in walk.DOMAIN.fields(reg) if f["type"] == "ref orang" and f.get("as") not in ("data_matter.person", "person.merged")]
        if not names or not walk.DOMAIN.may(login, reg, "create"):
            continue
        form = next(walk.blank_forms(client, reg), None)
        if form is not None:
            walk.FORCED.update({name: steps.uid_of(person) for name in names})
            page = walk.save(client, reg, form)
            walk.FORCED.clear()
            assert page.status in (200, 404, 422), f"{login} {reg}: {page.status}"
            saved = page.status == 200 and page.path.count("/") == 2 and not page.path.endswith("/baru")
            about = " OR ".join(f"{name}=(SELECT id FROM orang WHERE uid=?)" for name in names)
            made[reg] = saved and bool(s.rows(f"SELECT 1 FROM {reg} WHERE uid=? AND ({about})", steps.uid_of(page.path), *[steps.uid_of(person)] * len(names)))
    return made


def test_no_record_of_any_register_lends_on_what_was_lent(own):
    """Each role that records people, each register in which it does: about a person lent to it, and about one that is its own."""
    _, path, lent = victim(own, "Filomena Uji Dipinjam")
    tried = 0
    for login in own.people():
        if not walk.DOMAIN.may(login, "orang", "create") or login in ("ppt", "pos", "desa"):
            continue
        granted = ask(own.as_("ppt"), path.strip("/"), jenis="rujukan", pengguna=uid_of(own, login), tujuan="layanan_korban", alasan="Rujukan layanan",
                      kelas=["identitas"], sampai="2031-01-01T08:00")
        assert move(own.as_("pdp"), granted.path, "setujui").status == 200, login
        before = reach_of(own, lent)
        refused = attempts(own, login, lent)
        assert not any(refused.values()), (login, refused)
        assert grown(before, reach_of(own, lent)) == {}, login
        mine = steps.make(own.as_(login), "orang", nama=f"Uji Sendiri {login}", jk="P")
        made = attempts(own, login, mine)
        assert any(made.values()) or not made, (login, made)
        tried += sum(made.values())
    assert tried >= 8, tried


def in_her_office(s, login):
    """Makes this person a member of the intake office too."""
    home = s.rows("SELECT i.uid FROM institusi i JOIN fakta_pengguna f ON f.agency=i.id WHERE f.login='ppt'")[0][0]
    steps.make(s.as_("admin"), "keanggotaan", f"/institusi/{home}", pengguna=uid_of(s, login), jabatan="Petugas piket")
    steps.approve_roles(s)


def version(s, path):
    reg, uid = path.strip("/").split("/")
    return str(s.rows(f"SELECT versi FROM {reg} WHERE uid=?", uid)[0][0])


def alter(s, call, path, **values):
    return call("PATCH", "/api/v1" + path, {"isian": values}, If_Match=f'"{version(s, path)}"', **PURPOSE)


def reads(call, path, name):
    body = call("GET", "/api/v1" + path, **PURPOSE).json()
    return name in body["isian"] and name not in body["tertutup"]


def test_who_a_file_is_shut_to_does_not_open_it(own):
    """A colleague outside the team: neither by the age of a child, nor by the date of the event, nor by a record of her own."""
    in_her_office(own, "sekretaris")
    year = datetime.date.today().year
    case, child, person = victim(own, "Serafina Uji Anak", orang__tgl_lahir=f"{year - 19}-01-01")
    assert alter(own, Program(own, "ppt"), case, kejadian_dari=f"{year - 9}-06-01").status == 200
    assert own.rows("SELECT anak FROM korban WHERE uid=?", steps.uid_of(child))[0][0] == "ya"
    call = Program(own, "sekretaris")
    assert not reads(call, person, "nama")
    assert alter(own, call, child, umur_dinyatakan=20).status == 404
    grown_up = alter(own, call, case, kejadian_dari=TODAY)
    assert grown_up.status == 422 and "anggota tim" in grown_up.body.decode(), grown_up.body
    assert bait(call, person).status == 422
    assert own.rows("SELECT anak FROM korban WHERE uid=?", steps.uid_of(child))[0][0] == "ya" and not reads(call, person, "nama")
    assert alter(own, call, case, judul="Perkara uji lain").status == 200, "what opens nothing is hers to write"
    assert alter(own, Program(own, "ppt"), case, kejadian_dari=TODAY).status == 200
    assert own.rows("SELECT anak FROM korban WHERE uid=?", steps.uid_of(child))[0][0] == "tidak" and reads(call, person, "nama")


def exclude(call, case, **whom):
    return call("POST", "/api/v1/pengecualian", {"induk": case.strip("/"), "isian": {"alasan": "Sabotase uji coba", "mulai": TODAY, **whom}})


def test_an_exclusion_is_its_owners_and_overseen(own):
    case, path, _ = victim(own, "Yuliana Uji Kecuali")
    assert own.as_("sekretaris").get(case).status == 200
    assert exclude(Program(own, "sekretaris"), case, pengguna=uid_of(own, "ppt")).status == 404
    assert own.as_("ppt").get(case).status == 200, "another office shut the owner's officer out"
    # the data-protection officer, excluded, still sees who is let in and who made the exclusion; she does not lift her own
    call, officer = Program(own, "ppt"), own.as_("pdp")
    granted = ask(own.as_("ppt"), path.strip("/"), jenis="rujukan", pengguna=uid_of(own, "kesehatan"), tujuan="layanan_korban", alasan="Rujukan layanan",
                  kelas=["kontak"], sampai="2031-01-01T08:00")
    made = exclude(call, case, pengguna=uid_of(own, "pdp"))
    assert made.status == 201, made.body
    bar = "/pengecualian/" + made.json()["uid"]
    assert officer.get(granted.path).status == officer.get(bar).status == 200 and granted.path in officer.get("/hibah").html
    assert move(officer, bar, "batalkan", **{"-alasan": "Bukan alasan yang sah"}).status == 422
    # another's she lifts
    other = "/pengecualian/" + exclude(call, case, pengguna=uid_of(own, "sekretaris")).json()["uid"]
    assert own.login("sekretaris").get(case).status == 404
    assert move(officer, other, "batalkan", **{"-alasan": "Bukan alasan yang sah"}).status == 200
    assert own.as_("sekretaris").get(case).status == 200


def test_nobody_shuts_a_colleague_out_alone_for_long(own):
    """At once and for a week; for good only by two. The excluded, of the same office, sees neither the file nor the exclusion."""
    in_her_office(own, "sekretaris")
    (kept, *_), (lapses, *_) = victim(own, "Oktaviana Uji Dua"), victim(own, "Veronika Uji Satu")
    call, who = Program(own, "ppt"), uid_of(own, "sekretaris")
    bars = ["/pengecualian/" + exclude(call, case, pengguna=who).json()["uid"] for case in (kept, lapses)]
    colleague = own.login("sekretaris")
    assert [colleague.get(path).status for path in (kept, lapses, *bars)] == [404] * 4
    page = colleague.get("/pengecualian")
    assert page.status == 200 and not [x for x in bars if x in page.html], "the excluded reads that she is excluded"
    alone = move(own.as_("ppt"), bars[0], "setujui")
    assert alone.status == 422 and "orang lain" in alone.words, alone.words[-400:]
    waits = own.as_("pdp").get("/antrean/pengecualian_menunggu").html
    assert bars[0] in waits and bars[1] in waits and bars[0] in own.as_("pdp").get("/").html
    turned = alter(own, call, bars[0], pengguna=uid_of(own, "ppt2"))
    assert turned.status == 422, "what a second person looks at is another exclusion by then"
    assert alter(own, call, bars[1], selesai="2031-01-01").status == 422
    assert move(own.as_("pdp"), bars[0], "setujui").status == 200
    own.stop()
    own.cli("clock", "advance", 9)
    own.start()
    own.sessions.clear()
    assert [own.as_("sekretaris").get(path).status for path in (kept, lapses)] == [404, 200]


def suspect(s, login, case, office_code, **values):
    """A suspect who works at this institution."""
    return steps.make(s.as_(login), "terlapor", case, orang__nama="Rekan Uji " + office_code, orang__jk="L", kedudukan="terlapor",
                      hubungan="tidak_diketahui", aparat="ya", institusi_aparat=office(s, office_code), **values)


def bars_of(s, case):
    return s.rows("SELECT p.uid, i.kode, p.status, p.selesai FROM pengecualian p JOIN institusi i ON i.id=p.institusi JOIN kasus k ON k.id=p.induk"
                  " WHERE p.induk_reg='kasus' AND k.uid=? AND p.batal=0 ORDER BY p.id", steps.uid_of(case))


def test_the_institution_a_suspect_works_at_loses_the_file(own):
    """At once for a week, for good by two; the office that keeps the file only by two; what was lifted does not come back by itself."""
    case, path, _ = victim(own, "Margareta Uji Aparat")
    for login in ("jaksa", "penyidik"):
        steps.make(own.as_("ppt"), "penugasan", case, pengguna=uid_of(own, login), peran_tim="penyidik", mulai="2026-01-01")
        assert own.as_(login).get(case).status == 200
    named = suspect(own, "ppt", case, "POLDA_NTT")
    excluded, theirs = own.as_("penyidik"), bars_of(own, case)
    assert [excluded.get(p).status for p in (case, path, named, f"/pengecualian/{theirs[0]['uid']}")] == [404] * 4
    assert [own.as_(login).get(case).status for login in ("ppt", "jaksa")] == [200, 200]
    number = own.rows("SELECT nomor FROM kasus WHERE uid=?", steps.uid_of(case))[0]["nomor"]
    assert number not in excluded.get("/kasus").html and number in own.as_("jaksa").get("/kasus").html
    # whoever named it is not the second person; corrected, what stands goes on standing
    alone = move(own.as_("ppt"), f"/pengecualian/{theirs[0]['uid']}", "setujui")
    assert alone.status == 422 and "orang lain" in alone.words
    assert steps.change(own.as_("jaksa"), named, institusi_aparat=office(own, "DISNAKER_PROV")).status == 200
    assert [(b["kode"], b["status"]) for b in bars_of(own, case)] == [("POLDA_NTT", "sementara"), ("DISNAKER_PROV", "sementara")]
    assert excluded.get(case).status == 404
    # lifted by who oversees it, it is not made again by the next save
    assert move(own.as_("pdp"), f"/pengecualian/{theirs[0]['uid']}", "batalkan", **{"-alasan": "Salah institusi disebut"}).status == 200
    assert excluded.get(case).status == 200
    assert steps.change(own.as_("jaksa"), named, institusi_aparat=office(own, "POLDA_NTT")).status == 200
    assert excluded.get(case).status == 200 and [b["kode"] for b in bars_of(own, case)] == ["DISNAKER_PROV"]
    # the office that keeps the file: proposed, and in force once the data-protection officer confirmed it
    suspect(own, "penyidik", case, "P2TP2A")
    proposed = bars_of(own, case)[-1]
    assert (proposed["kode"], own.as_("ppt").get(case).status) == ("P2TP2A", 200), [dict(b) for b in bars_of(own, case)]
    assert f"/pengecualian/{proposed['uid']}" in own.as_("pdp").get("/antrean/pengecualian_menunggu").html
    refused = move(own.as_("ppt"), f"/pengecualian/{proposed['uid']}", "batalkan", **{"-alasan": "Mencoba mengangkat sendiri"})
    assert refused.status == 422, "an office lifts what is to shut it out"
    assert move(own.as_("pdp"), f"/pengecualian/{proposed['uid']}", "setujui").status == 200
    assert [own.as_(login).get(case).status for login in ("ppt", "jaksa")] == [404, 200]


def test_who_names_her_own_institution_is_told_and_loses_the_file(own):
    case, _, _ = victim(own, "Yasinta Uji Sendiri")
    steps.make(own.as_("ppt"), "penugasan", case, pengguna=uid_of(own, "penyidik"), peran_tim="penyidik", mulai="2026-01-01")
    officer = own.as_("penyidik")
    assert "juga bagi Anda bila Anda bekerja di sana" in officer.get(f"/terlapor/baru?induk={case.strip('/')}").words
    page = officer.get(f"/terlapor/baru?induk={case.strip('/')}")
    form = steps.fill(next(f for f in page.forms if "idem" in f), {"orang.nama": "Rekan Uji Sendiri", "orang.jk": "L", "kedudukan": "terlapor", "hubungan": "tidak_diketahui", "aparat": "ya", "institusi_aparat": office(own, "POLDA_NTT")})
    told = officer.submit(form)
    assert told.status == 200 and told.path == "/" and "tidak terbuka bagi Anda" in told.words, told.words[:400]
    assert [b["kode"] for b in bars_of(own, case)] == ["POLDA_NTT"]
    assert officer.get(case).status == 404 and own.as_("ppt").get(case).status == 200
