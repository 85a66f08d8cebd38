"""Habits of people who use lists every day: a filter gets a name, a step sent twice is taken once."""
import re

import steps


def saved_section(page):
    found = re.search(r'<section class="bagian saringan">.*?</section>', page.html, re.S)
    return found[0] if found else ""


def save(client, address, name, team=False):
    form = client.get(address).form("/saringan", has="nama")
    form.fill(nama=name)
    if team:
        form["tim"] = True
    return client.submit(form)


def rows_said(page):
    return re.search(r'class="jumlah-baris">\D*([\d.]+)', page.html)[1]


def test_a_filter_gets_a_name_and_a_count(s):
    c = s.as_("sekretaris")
    assert "Simpan saringan ini" not in c.get("/kasus").words
    address = "/kasus?status=" + re.search(r'status=([a-z_]+)', c.get("/kasus").html)[1]
    page = save(c, address, "Uji saringan pribadi")
    assert page.status == 200 and "Saringan disimpan" in page.words
    count = rows_said(c.get(address))
    for at in ("/kasus", "/?beranda=1"):
        mine = saved_section(c.get(at))
        assert re.search(r"Uji saringan pribadi <span class=\"jumlah\">" + re.escape(count) + "<", mine), (at, count, mine)
    assert s.bytes_on_disk("Uji saringan pribadi") == []
    assert "Uji saringan pribadi" not in saved_section(s.as_("ppt").get("/kasus"))
    page = c.submit(c.get("/kasus").form("/hapus"))
    assert page.status == 200 and "Uji saringan pribadi" not in page.html


def test_a_nameless_filter_is_refused(s):
    c = s.as_("sekretaris")
    page = save(c, "/kasus?q=kapal", " ")
    assert page.status == 422 and "belum diisi" in page.words
    long = "Nama yang sangat panjang " * 5
    page = save(c, "/kasus?q=kapal", long)
    form = page.form("/saringan")
    assert page.status == 422 and form["nama"] == long.strip() and form["saringan"] == "q=kapal", "what was typed is lost"
    form["nama"] = "Uji nama pendek"
    page = c.submit(form)
    assert page.status == 200 and "Uji nama pendek" in saved_section(page)
    c.submit(c.get("/kasus").form("/hapus"))
    assert saved_section(c.get("/kasus")) == ""


def test_a_team_filter_is_seen_by_colleagues_and_deleted_by_its_maker_only(s):
    maker, colleague, stranger = s.as_("sekretaris"), s.as_("statistik"), s.as_("ppt")
    both = [r for r in ("kasus", "institusi", "tugas", "kegiatan") if maker.get(f"/{r}").status == 200 == colleague.get(f"/{r}").status]
    assert both, "no list that the maker and her colleague share"
    address = f"/{both[0]}"
    save(maker, address + "?q=kapal", "Uji saringan bersama", team=True)
    form = maker.get(address).form("/hapus")
    seen = saved_section(colleague.get(address))
    assert "Uji saringan bersama" in seen and "/hapus" not in seen
    assert "Uji saringan bersama" not in stranger.get(address).html
    token = colleague.get("/?beranda=1").form("/keluar")["csrf"]
    assert colleague.post(form.action, [("csrf", token), ("daftar", both[0])]).status == 404
    assert "Uji saringan bersama" in saved_section(maker.get(address))
    assert "Uji saringan bersama" not in maker.submit(form).html


def open_task(s, client):
    """Address of a task that this person may start."""
    for uid in re.findall(r'href="/tugas/([0-9a-f-]{36})"', client.get("/tugas?status=terbuka").html):
        if any(f.action.endswith("/kerjakan") for f in client.get(f"/tugas/{uid}").forms):
            return f"/tugas/{uid}", uid
    raise AssertionError("no open task")


def test_a_step_sent_twice_is_taken_once(s):
    c = s.as_("sekretaris")
    path, uid = open_task(s, c)
    form = c.get(path).form("/kerjakan")
    before = s.rows("SELECT versi FROM tugas WHERE uid=?", uid)[0]["versi"]
    first, second = (c.submit(form, follow=False) for _ in range(2))
    assert (first.status, second.status) == (303, 303) and first.headers["Location"] == second.headers["Location"]
    row = s.rows("SELECT versi, status FROM tugas WHERE uid=?", uid)[0]
    assert (row["versi"], row["status"]) == (before + 1, "dikerjakan")
    other = [(n, v) for n, v in form.pairs() if n != "-alasan"] + [("-alasan", "Isi lain dengan kunci yang sama")]
    assert c.post(form.action, other).status == 409
    assert s.rows("SELECT versi FROM tugas WHERE uid=?", uid)[0]["versi"] == before + 1


# ---- undo ----

def new_case(c, title):
    form = c.get("/kasus/baru").form("/kasus/baru", has="judul")
    form["judul"] = title
    page = c.submit(form)
    assert page.status == 200 and "/kasus/" in page.path, page.words[-600:]
    return page


def stored(s, path, register="kasus"):
    return dict(s.rows(f"SELECT * FROM {register} WHERE uid=?", path.split("/")[2])[0])


def change_title(c, path, title):
    steps.open_file(c, path)
    form = c.get(path + "/ubah").form("/ubah", has="judul")
    form["judul"] = title
    page = c.submit(form)
    assert page.status == 200, page.words[-600:]
    return page


def test_a_change_is_undone_as_a_new_version(s):
    c = s.as_("sekretaris")
    path = new_case(c, "Perkara sebelum salah tulis").path
    page = change_title(c, path, "Perkara salah tulis")
    assert "dapat diurungkan sampai" in page.words
    form = page.form("/urungkan")
    first, second = (c.submit(form, follow=False) for _ in range(2))
    assert (first.status, second.status) == (303, 303), (first.status, first.words, second.status)
    row = stored(s, path)
    assert (row["judul"], row["versi"]) == ("Perkara sebelum salah tulis", 3)
    history = c.get(path + "/riwayat").words
    assert "Perkara salah tulis" in history, "history lost what was undone"
    uid = path.split("/")[2]
    assert s.rows("SELECT count(*) n FROM audit WHERE action='undo' AND uid=?", uid)[0]["n"] == 1
    assert "Diurungkan" in c.get(first.headers["Location"]).words


def test_a_new_record_is_undone_and_stays_as_void(s):
    c = s.as_("sekretaris")
    page = new_case(c, "Perkara dibuat dua kali")
    page = c.submit(page.form("/urungkan"))
    assert page.status == 200 and stored(s, page.path)["batal"] != 0
    tasks = s.rows("SELECT batal FROM tugas WHERE induk=(SELECT id FROM kasus WHERE uid=?)", page.path.split("/")[2])
    assert all(t["batal"] for t in tasks), "the clocks of an undone case still run"
    page = c.submit(page.form("/urungkan"))
    assert page.status == 200 and stored(s, page.path)["batal"] == 0, "an undo can be undone"


def test_a_step_is_undone(s):
    c = s.as_("sekretaris")
    path, _ = open_task(s, c)
    page = c.submit(c.get(path).form("/kerjakan"))
    assert stored(s, path, "tugas")["status"] == "dikerjakan"
    page = c.submit(page.form("/urungkan"))
    assert page.status == 200 and stored(s, path, "tugas")["status"] == "terbuka"


def test_history_names_what_several_references_lead_to(s):
    row = s.rows("SELECT k.uid reg, i.uid office, i.tajuk name FROM kegiatan__pelaksana p JOIN kegiatan k ON k.id=p.rec JOIN institusi i ON i.id=p.val LIMIT 1")[0]
    page = s.as_("sekretaris").get(f"/kegiatan/{row['reg']}/riwayat")
    assert row["name"] in page.words and row["office"] not in page.words, page.words[:600]


def test_a_sealed_value_is_undone_and_stays_sealed(s):
    c = s.as_("ppt")
    case = steps.make(c, "kasus", judul="Perkara uji urung tersandi", klasifikasi="tppo")
    victim = steps.make(c, "korban", case, status_tppo="mungkin", orang__nama="Petronela Uji Urung", orang__jk="P", kisah="Kisah yang pertama.")
    page = steps.change(c, victim, kisah="Kisah yang keliru.")
    assert page.status == 200 and "Kisah yang keliru." in steps.open_file(c, victim).words
    page = c.submit(c.get(victim).form("/urungkan"))
    assert page.status == 200
    words = steps.open_file(c, victim).words
    assert "Kisah yang pertama." in words and "Kisah yang keliru." not in words
    for text in ("Kisah yang pertama.", "Kisah yang keliru."):
        assert not s.bytes_on_disk(text), "an undo left a sealed value in clear"
    page = c.submit(c.get(victim).form("/urungkan"))
    assert page.status == 200 and "Kisah yang keliru." in steps.open_file(c, victim).words, "an undo can be undone"


def test_a_legal_record_is_not_undone(s):
    c = s.as_("sekretaris")
    path = steps.make(c, "rilis", judul="Rilis uji akhir", mulai="01/01/2026", selesai="30/06/2026", khalayak="publik",
                      catatan_metode="Dihitung dari register.")
    token = c.get("/").form("/keluar")["csrf"]
    assert "dapat diurungkan" not in c.get(path).words, "a button is offered that only refuses"
    page = c.post(path + "/urungkan", [("csrf", token), ("versi", "1"), ("idem", "uji-akhir")])
    assert page.status == 409 and "adalah catatan hukum" in page.words, (page.status, page.words[-400:])
    assert stored(s, path, "rilis")["batal"] == 0 and stored(s, path, "rilis")["versi"] == 1


def test_the_moment_is_proposed_where_it_is_asked_for(s):
    form = s.as_("ppt").get("/laporan/baru").form("/laporan/baru", has="diterima")
    assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d[.:]\d\d", form["diterima"]), form["diterima"]
    page = s.as_("ppt").submit(form)  # nothing else is filled in
    assert page.status == 422 and "e-f-diterima" not in page.html, "what is proposed is not understood"


def test_undo_is_refused_with_its_reason(own):
    c, other = own.as_("sekretaris"), own.as_("admin")
    path = new_case(c, "Perkara yang diubah lagi").path
    old = change_title(c, path, "Judul kedua").form("/urungkan")
    change_title(c, path, "Judul ketiga")
    page = c.submit(old)
    assert page.status == 409 and "sudah diubah lagi" in page.words
    form = c.get(path).form("/urungkan")
    foreign = other.get("/").form("/keluar")["csrf"]
    pairs = [(n, foreign if n == "csrf" else v) for n, v in form.pairs()]
    assert other.post(form.action, pairs).status in (403, 404, 409)
    assert stored(own, path)["judul"] == "Judul ketiga"
    own.stop()
    own.cli.clock("advance", "1")
    own.start()
    c = own.as_("sekretaris")
    page = c.get(path)
    assert "dapat diurungkan" not in page.words
    token = c.get("/").form("/keluar")["csrf"]
    page = c.post(path + "/urungkan", [("csrf", token), ("versi", "3"), ("idem", "uji-terlambat")])
    assert page.status == 409 and "sudah lewat 10 menit" in page.words, (page.status, page.words[-500:])
    assert stored(own, path)["judul"] == "Judul ketiga"


def test_faults_stand_in_the_order_of_the_form(s):
    c = s.as_("sekretaris")
    form = c.get("/kegiatan/baru").form("/kegiatan/baru", has="judul")
    form["judul"] = ""
    form["selesai"] = "31/02/2026"  # found while reading; the empty title by the gate afterwards
    page = c.submit(form)
    assert page.status == 422
    box = re.search(r'id="galat".*?</section>', page.html, re.S)[0]
    said = [f for f in re.findall(r'href="#f-([a-z_]+)"', box)]
    order = [n for n in dict.fromkeys(re.findall(r'id="f-([a-z_]+)"', page.html)) if n in said]
    assert len(said) >= 3 and said == order, (said, order)
