"""What a person with an account, or a stranger, tries beyond the forms: long questions, other
people's runs, protected values by the back door, fields nobody offered."""
import datetime
import uuid

import steps


def test_long_questions_are_refused_or_cut_never_fatal(s):
    c = s.as_("sekretaris")
    for query in ("q=" + "+".join("a" * 1 for _ in range(1900)), "asal_kab=" + "+".join(["5"] * 1900),
                  "status=" + "+".join(["x"] * 1900), "&".join("status=x" for _ in range(490)),
                  "&".join(["a"] * 1900),
                  "lembaga_terkait=" + "+".join(["-"] * 1900)):
        page = c.get("/kasus?" + query)
        assert page.status in (200, 413, 422), (query[:30], page.status)
    assert c.get("/kasus").status == 200
    form = c.get("/kasus/baru").form("/kasus/baru", has="judul")
    for control in [x.name for x in form.controls if x.name and x.name.endswith(".cari")]:
        form[control] = "a " * 4000
    form["judul"] = "Perkara uji kata panjang"
    assert c.submit(form).status in (200, 413, 422)
    assert c.get("/pilih/kasus?q=" + "a+" * 1900).status == 200


def test_protected_value_is_not_found_without_its_class(s):
    """The data-protection officer lists every person by initials; the number must not lead there."""
    writer, reader = s.as_("ppt"), s.as_("pdp")
    number = "537101" + (datetime.date.today() - datetime.timedelta(days=9000)).strftime("%d%m%y") + "7777"
    form = writer.get("/orang/baru").form("/orang/baru", has="nama")
    form["nama"], form["nik"] = "Uji Pelindungan Nomor", number
    page = writer.submit(form)
    if page.path == "/orang/baru":
        page = writer.submit(page.form("/orang/baru", has="nama").force("yakin", "1"))
    uid = page.path.split("/")[2]
    assert uid in writer.get(f"/orang?nik={number}").html
    assert "/orang/" + uid in reader.get("/orang").html
    assert "/orang/" + uid not in reader.get(f"/orang?nik={number}").html


def test_a_closed_value_is_neither_guessed_nor_overwritten(s):
    c, row = s.login("ppt"), None
    for r in s.rows("SELECT uid, versi FROM orang WHERE batal = 0 AND nama IS NOT NULL"):
        page = c.get(f"/orang/{r['uid']}/ubah")
        if page.status == 200 and "nama" not in page.form("/ubah", has="versi"):
            row = r
            break
    assert row, "no closed person for this user"
    form = page.form("/ubah", has="versi").force("nama", "Nama Ditimpa").force("-ada", "nama")
    c.submit(form)
    assert s.rows("SELECT versi FROM orang WHERE uid = ?", row["uid"])[0]["versi"] == row["versi"]


def test_a_run_is_its_owners_alone(s):
    """Previews hold names; undoing is the program's own act."""
    owner = s.as_("sekretaris")
    page = steps.upload(owner, "orang", "uji.csv", "Nama lengkap;Jenis kelamin\r\nSiti Uji Rahasia;Perempuan\r\n".encode())
    assert page.path.startswith("/impor/jalan/"), page.words[:300]
    for name in s.people():
        if name == "sekretaris":
            continue
        other = s.as_(name)
        for tail in ("", "/tanda.xlsx"):
            assert other.get(page.path + tail).status in (403, 404), (name, tail)
        csrf = other.get("/").form("/keluar")["csrf"]
        for tail in ("/pilih", "/terap", "/urung"):
            assert other.post(page.path + tail, {"csrf": csrf}, follow=False).status in (403, 404), (name, tail)


def test_a_move_writes_what_it_asks_for(s):
    """The data-protection officer may withdraw a consent, not rewrite it on the way."""
    ppt, pdp = s.as_("ppt"), s.as_("pdp")
    victim = next(r["uid"] for r in s.rows("SELECT uid FROM korban WHERE batal = 0")
                  if ppt.get(f"/korban/{r['uid']}/ubah").status == 200)
    form = ppt.get(f"/persetujuan/baru?induk=korban/{victim}").form("/persetujuan/baru", has="dasar")
    for name in ("tujuan", "dasar", "bentuk", "oleh", "pencatat"):
        form[name] = "diri" if name == "oleh" and "diri" in form.options(name) else next(v for v in form.options(name) if v)
    page = ppt.submit(form)
    if page.path == "/persetujuan/baru":
        page = ppt.submit(page.form("/persetujuan/baru", has="dasar").force("yakin", "1"))
    uid = page.path.split("/")[2]
    before = s.rows("SELECT bentuk FROM persetujuan WHERE uid = ?", uid)[0]["bentuk"]
    form = pdp.get(f"/persetujuan/{uid}").form("/cabut")
    day = datetime.date.today().isoformat()
    evil = next(v for v in ppt.get(f"/persetujuan/{uid}/ubah").form("/ubah", has="bentuk").options("bentuk") if v not in ("", before))
    bad = pdp.submit(form.force("dicabut", day).force("bentuk", evil).force("-ada", "dicabut bentuk"))
    row = s.rows("SELECT bentuk, status FROM persetujuan WHERE uid = ?", uid)[0]
    assert bad.status == 422 and (row["bentuk"], row["status"]) == (before, "berlaku"), (bad.status, tuple(row))
    form = pdp.get(f"/persetujuan/{uid}").form("/cabut").force("dicabut", day)
    assert pdp.submit(form).status == 200
    assert s.rows("SELECT status FROM persetujuan WHERE uid = ?", uid)[0]["status"] == "dicabut"


def test_headings_out_of_reach_are_not_told_by_a_conflict(s):
    """A reference typed into an old page is judged by nobody yet; the conflict page must not name it."""
    c = s.as_("penyidik")
    mine = next(u for u in (r["uid"] for r in s.rows("SELECT uid FROM korban WHERE batal = 0"))
                if c.get(f"/korban/{u}/ubah").status == 200)
    hidden = next(r for r in s.rows("SELECT uid, tajuk FROM orang WHERE batal = 0 AND tajuk IS NOT NULL")
                  if c.get(f"/orang/{r['uid']}").status == 404)
    form = c.get(f"/korban/{mine}/ubah").form("/ubah", has="versi")
    form.force("versi", "999").force("-ada", "orang").force("orang", hidden["uid"]).force("idem", str(uuid.uuid4()))
    page = c.submit(form)
    assert page.status == 409, page.status
    assert hidden["tajuk"] not in page.words.replace(form.page.words, ""), hidden["tajuk"]


def test_no_version_is_no_licence_to_overwrite(s):
    c = s.as_("sekretaris")
    form = c.get("/kasus/baru").form("/kasus/baru", has="judul")
    form["judul"] = "Perkara uji versi nol"
    path = c.submit(form).path
    form = c.get(path + "/ubah").form("/ubah", has="versi").force("versi", "0")
    form["judul"] = "Perkara uji versi nol ditimpa"
    assert c.submit(form).status == 400


def test_back_off_answers_like_an_unknown_name(s):
    """Otherwise the answer tells which accounts there are. Last: the name stays shut for a while."""
    def attempt(name, password="bukan sandi yang benar"):
        c = s.client()
        form = c.get("/masuk").form("/masuk", has="sandi")
        form["masuk"], form["sandi"] = name, password
        return c.submit(form)
    known = [attempt("jaksa") for _ in range(5)]
    right = attempt("jaksa", s.people()["jaksa"][0])  # at once: the wait is half a minute
    unknown = [attempt("tidak.ada") for _ in range(5)]
    for one, two in zip(known, unknown):
        assert (one.status, one.words) == (two.status, two.words), (one.status, two.status)
    assert right.path == "/masuk" and right.status == unknown[0].status, "a back-off does not hold"
