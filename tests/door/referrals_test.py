"""Whoever a referral is addressed to reaches it, and what is shared with it while it runs; a partner sees no other referral."""
import io
import re
import zipfile

import steps
from grants import ask, move, uid_of
from program import Program

PURPOSE = {"Sigap-Tujuan": "layanan_korban; Memeriksa rujukan yang masuk"}
ECHO = re.compile('[?&;](kata|q|nomor)=[^"&]*|value="[^"]*"|&quot;.*?&quot;')  # what was asked, said back
NAME, PHONE = "Veronika Uji Rujukan", "081239876501"


def office(s, code):
    return s.rows("SELECT uid FROM institusi WHERE kode=?", code)[0]["uid"]


def victim(s, name=NAME):
    """A victim of the intake office: (case, victim, person)."""
    clerk = s.as_("ppt")
    case = steps.make(clerk, "kasus", judul="Perkara uji rujukan", klasifikasi="tppo")
    path = steps.make(clerk, "korban", case, status_tppo="mungkin", orang__nama=name, orang__jk="P", orang__telepon=PHONE)
    return case, path, "/orang/" + s.rows("SELECT o.uid FROM orang o JOIN korban k ON k.orang=o.id WHERE k.uid=?", steps.uid_of(path))[0]["uid"]


def consent(s, path, to, **values):
    return steps.make(s.as_("ppt"), "persetujuan", path, tujuan="rujukan", dasar="persetujuan", bentuk="tertulis", oleh="sendiri",
                      pencatat=uid_of(s, "ppt"), kepada=office(s, to), **values)


def draft(s, path, to, **values):
    """A referral not yet sent: (path, number)."""
    values = {"bagikan": ["identitas"], "urgensi": "biasa", "layanan": "latih", **values}
    made = steps.make(s.as_("ppt"), "rujukan", path, jenis="rujukan", dari=office(s, "P2TP2A"), ke=office(s, to), **values)
    return made, s.rows("SELECT nomor FROM rujukan WHERE uid=?", steps.uid_of(made))[0]["nomor"]


def sent(s, path, to, **values):
    if "persetujuan" not in values and "darurat_jiwa" not in values:
        values["persetujuan"] = steps.uid_of(consent(s, path, to))
    made, number = draft(s, path, to, **values)
    page = move(s.as_("ppt"), made, "kirim")
    assert page.status == 200 and "Dikirim" in page.words, page.words[-600:]
    return made, number


def status(s, login, *paths):
    return [s.as_(login).get(path).status for path in paths]


def opened(s, login, person):
    """What this person reads of the one referred, by the API after a purpose."""
    page = Program(s, login)("GET", "/api/v1" + person, **PURPOSE)
    body = page.json() if page.status == 200 else {"isian": {}, "tertutup": []}
    return {name for name in ("nama", "telepon") if name in body["isian"] and name not in body["tertutup"]}


def strip(page, path):
    """The page without what differs from one answer to the next."""
    return re.sub(r'value="[^"]*"', "", page.html.replace(path.split("/")[2], ""))


def as_text(page):
    """What a workbook says."""
    book = zipfile.ZipFile(io.BytesIO(page.body))
    return "".join(book.read(n).decode() for n in book.namelist() if n.endswith(".xml"))


def told_of(s, login, path, case, referral, number):
    """Where this person is told of a referral, by its number or its address: every place that lists some."""
    client, call = s.as_(login), Program(s, login)
    hers = path and f"/api/v1/rujukan?induk={path.split('/')[2]}"
    texts = {where: client.get(where).html for where in ("/", "/rujukan", f"/rujukan?nomor={number}", f"/rujukan?q={number}", f"/cari?kata={number}", f"/cari?q={number}",
                                                          "/antrean/rujukan_masuk", "/antrean/papan_rujukan", "/antrean/rujukan_terlambat", "/rujukan.csv",
                                                          path, path + "/riwayat", case, "/layanan", "/tugas", "/pilih/rujukan?q=RJK", f"/pilih/rujukan?q={number}")}
    texts["xlsx"] = as_text(client.get("/rujukan.xlsx")) if client.get("/rujukan.xlsx").status == 200 else ""
    texts["api"] = call("GET", "/api/v1/rujukan").body.decode()
    texts["api below"] = call("GET", hers).body.decode()
    return sorted(where for where, text in texts.items() if referral.split("/")[2] in text or number in ECHO.sub("", text))


def test_a_partner_sees_only_referrals_addressed_to_it(own):
    case, path, person = victim(own)
    (ours, number), (theirs, other) = sent(own, path, "IOM"), sent(own, path, "RS_RUJUKAN")
    elsewhere, _ = sent(own, victim(own, "Yosefina Uji Lain")[1], "RUMAH_PEREMPUAN")
    partner, call = own.as_("mitra"), Program(own, "mitra")
    # by itself she reaches what is addressed to her and the victim as far as it is shared
    page = steps.open_file(partner, ours)
    assert page.status == 200 and number in page.words
    shown = steps.open_file(partner, person)
    assert NAME in shown.words and opened(own, "mitra", person) == {"nama"}, "identity was shared, contact was not"
    assert {"/rujukan", "api", "api below", "/antrean/rujukan_masuk", path} <= set(told_of(own, "mitra", path, case, ours, number))
    for turn in ("by the referral alone", "and in the team"):
        told = told_of(own, "mitra", path, case, theirs, other)
        assert told == [], (turn, told)
        for hidden in (theirs, elsewhere):
            never = hidden[:-4] + "0000"
            for tail in ("", "/ubah", "/riwayat"):
                gone, none = partner.get(hidden + tail), partner.get(never + tail)
                assert gone.status == none.status and gone.status in (403, 404), (turn, tail, gone.status)
                assert strip(gone, hidden) == strip(none, never), (turn, tail)
            gone, none = (call("GET", "/api/v1" + p, **PURPOSE) for p in (hidden, never))
            assert gone.status == none.status == 404 and gone.body.replace(hidden.encode(), b"") == none.body.replace(never.encode(), b"")
        if "alone" in turn:
            steps.make(own.as_("ppt"), "penugasan", case, pengguna=uid_of(own, "mitra"), peran_tim="anggota")
            assert partner.get(case).status == 200
    assert "rujukan" not in partner.get("/tabel").words.lower() or partner.get("/tabel/rujukan").status in (403, 404)
    # the hospital sees its own likewise
    assert other in told_of_numbers(own, "kesehatan") and number not in told_of_numbers(own, "kesehatan")


def told_of_numbers(s, login):
    return s.as_(login).get("/antrean/rujukan_masuk").words


def test_a_referral_opens_nothing_before_it_is_sent_and_ends_with_its_answer(own):
    _, path, person = victim(own)
    made, number = draft(own, path, "IOM", persetujuan=steps.uid_of(consent(own, path, "IOM")), bagikan=["identitas", "kontak"])
    assert status(own, "mitra", made, path, person) == [404, 404, 404]
    assert move(own.as_("ppt"), made, "kirim").status == 200
    assert status(own, "mitra", made, path, person) == [200, 200, 200]
    assert opened(own, "mitra", person) == {"nama", "telepon"}
    own.stop()
    before = rows(own)
    own.cli("rebuild")
    assert rows(own) == before
    own.start()
    page = move(own.login("mitra"), made, "tolak", alasan_tolak="penuh", **{"-alasan": "Tempat pelatihan penuh"})
    assert page.status == 200 and "Ditolak" in page.words, page.words[-500:]
    # the referral stays on its list; the victim does not
    assert status(own, "mitra", made, path, person) == [200, 404, 404]
    assert number in own.as_("mitra").get("/rujukan").words


def rows(s):
    return sorted(map(tuple, s.rows("SELECT principal,reg,rec,classes,since,until,source FROM jangkau")))


def test_a_referral_ends_with_its_consent_and_with_its_day(own):
    _, path, person = victim(own)
    basis = consent(own, path, "IOM")
    made, _ = sent(own, path, "IOM", persetujuan=steps.uid_of(basis))
    assert status(own, "mitra", made, person) == [200, 200]
    today = own.rows("SELECT tanggal FROM rujukan WHERE uid=?", steps.uid_of(made))[0]["tanggal"]
    assert move(own.as_("ppt"), basis, "cabut", dicabut=today).status == 200
    assert status(own, "mitra", made, person) == [200, 404]
    again, _ = sent(own, path, "IOM", sampai=today)
    assert status(own, "mitra", again, person) == [200, 200]
    own.stop()
    own.cli("clock", "advance", 2)
    own.start()
    own.sessions.clear()
    assert status(own, "mitra", again, path, person) == [200, 404, 404]


def test_a_consent_covers_whom_and_what_it_names(own):
    _, path, person = victim(own)
    to_hospital = steps.uid_of(consent(own, path, "RS_RUJUKAN"))
    made, _ = draft(own, path, "IOM", persetujuan=to_hospital)
    refused = move(own.as_("ppt"), made, "kirim")
    assert refused.status == 422 and "Diberikan kepada" in refused.words, refused.words[-600:]
    narrow = steps.uid_of(consent(own, path, "IOM", kelas=["identitas"]))
    sent(own, path, "IOM", persetujuan=narrow, bagikan=["identitas", "kontak"])
    assert opened(own, "mitra", person) == {"nama"}
    # another person's consent is none
    stranger = victim(own, "Klara Uji Bukan")[1]
    _, mine, hers = victim(own, "Agnes Uji Milik")
    sent(own, mine, "IOM", persetujuan=steps.uid_of(consent(own, stranger, "IOM")))
    assert status(own, "mitra", mine, hers) == [404, 404]


def test_what_was_sent_stays_as_it_was_sent(own):
    _, path, person = victim(own)
    made, _ = sent(own, path, "IOM")
    clerk = own.as_("ppt")
    steps.open_file(clerk, made)
    form = clerk.get(made + "/ubah").form("/ubah", has="idem")
    assert "ke" not in form and "bagikan" not in form and "urgensi" in form
    for name, value in (("bagikan", "kesehatan"), ("sampai", "2031-01-01"), ("ke", office(own, "RS_RUJUKAN")), ("petugas", uid_of(own, "kesehatan"))):
        form = clerk.get(made + "/ubah").form("/ubah", has="idem")
        form.force(name, value)
        clerk.submit(form)
    row = own.rows("SELECT i.kode, r.sampai, r.petugas FROM rujukan r JOIN institusi i ON i.id=r.ke WHERE r.uid=?", steps.uid_of(made))[0]
    assert row["kode"] == "IOM" and row["sampai"] < "2031" and row["petugas"] is None
    call = Program(own, "ppt")
    refused = call("PATCH", "/api/v1" + made, {"isian": {"ke": office(own, "RS_RUJUKAN")}}, If_Match=call("GET", "/api/v1" + made, **PURPOSE).headers["ETag"])
    assert refused.status == 422 and "Tarik kembali" in refused.body.decode(), refused.body
    assert own.as_("mitra").get(made + "/ubah").status == 403, "whoever is asked answers by the steps and changes nothing else"


def test_an_officer_named_opens_the_file_alone(own):
    _, path, person = victim(own)
    basis = steps.uid_of(consent(own, path, "IOM"))
    wrong, _ = draft(own, path, "IOM", persetujuan=basis, petugas=uid_of(own, "kesehatan"))
    assert move(own.as_("ppt"), wrong, "kirim").status == 422, "an officer of another institution"
    made, number = sent(own, path, "IOM", persetujuan=basis, petugas=uid_of(own, "mitra"))
    colleague = "peksos"
    steps.make(own.as_("admin"), "keanggotaan", f"/institusi/{office(own, 'IOM')}", pengguna=uid_of(own, colleague), jabatan="Relawan")
    steps.approve_roles(own)
    assert status(own, "mitra", made, person) == [200, 200]
    assert status(own, colleague, made, person) == [200, 404], "her institution reads the referral and not the file"


def test_danger_to_life_needs_no_consent(own):
    _, path, person = victim(own)
    made, _ = sent(own, path, "RS_RUJUKAN", layanan="kesehatan", darurat_jiwa="ya", alasan="Tidak sadarkan diri")
    assert status(own, "kesehatan", path, person) == [200, 200]
    # the data-protection officer reviews it within 72 hours, whatever its sender does
    clerk, officer = own.as_("ppt"), own.as_("pdp")
    assert "/urungkan" not in clerk.get(made).html and officer.get(made).status == 200
    assert move(clerk, made, "tarik", **{"-alasan": "Sudah tertangani di tempat lain"}).status == 200
    task, = own.rows("SELECT t.uid, t.versi, t.status, t.tenggat-t.mulai term, t.unit, f.agency FROM tugas t JOIN rujukan r ON r.id=t.induk"
                     " JOIN fakta_pengguna f ON f.login='pdp' WHERE t.induk_reg='rujukan' AND t.batas LIKE 'tinjauan %' AND r.uid=?", steps.uid_of(made))
    assert (task["status"], task["term"], task["unit"]) == ("terbuka", 72 * 3600 * 1000, task["agency"])
    review = f"/tugas/{task['uid']}"
    for login in ("ppt", "kesehatan"):
        call = Program(own, login)
        assert call("POST", f"/api/v1{review}/selesaikan", {}, If_Match=f'"{task["versi"]}"').status in (403, 404, 422), login
    board = lambda: review in officer.get("/antrean/rujukan_nyawa").html  # noqa: E731
    assert review in officer.get("/").html and board() and "Tinjauan rujukan tanpa persetujuan" in officer.get(review).words
    assert move(officer, review, "selesaikan").status == 200 and not board()
    # with a consent in force there is nothing to review
    with_consent, _ = sent(own, path, "IOM", darurat_jiwa="ya", alasan="Tidak sadarkan diri", persetujuan=steps.uid_of(consent(own, path, "IOM")))
    assert not own.rows("SELECT 1 FROM tugas t JOIN rujukan r ON r.id=t.induk WHERE t.induk_reg='rujukan' AND t.batas LIKE 'tinjauan %' AND r.uid=?",
                        steps.uid_of(with_consent))


def test_a_consent_is_not_made_wider_afterwards(own):
    _, path, _ = victim(own)
    basis = consent(own, path, "IOM", kelas=["identitas"])
    call = Program(own, "ppt")
    for values in ({"kelas": ["identitas", "kontak", "kesehatan"]}, {"sampai": "2029-01-01"}, {"kepada": office(own, "RS_RUJUKAN")}, {"oleh": "pengadilan"}):
        answer = call("PATCH", "/api/v1" + basis, {"isian": values}, If_Match=call("GET", "/api/v1" + basis, **PURPOSE).headers["ETag"])
        assert answer.status == 422, (values, answer.body)
    assert own.rows("SELECT versi FROM persetujuan WHERE uid=?", steps.uid_of(basis))[0]["versi"] == 1


def test_what_was_lent_is_not_passed_on(own):
    _, path, _ = victim(own)
    sent(own, path, "POLDA_NTT", layanan="hukum")
    assert status(own, "penyidik", path) == [200]
    assert own.as_("penyidik").get(f"/hibah/baru?induk={path[1:]}").status in (403, 404)
    call = Program(own, "penyidik")
    asked = {"jenis": "rujukan", "pengguna": uid_of(own, "jaksa"), "tujuan": "layanan_korban", "alasan": "Diteruskan oleh penerima",
             "kelas": ["identitas"], "sampai": "2030-01-01T08:00"}
    assert call("POST", "/api/v1/hibah", {"induk": path[1:], "isian": asked}).status in (403, 404)
    assert status(own, "jaksa", path) == [404]
