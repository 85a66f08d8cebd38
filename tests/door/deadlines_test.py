"""Deadlines: each with its source; the office's own shorter ones beside them, never longer, and what
clocks make of it."""
import csv
import datetime

import steps
from sigap import ROOT

HOUR = 3600 * 1000
JUST_NOW = (datetime.datetime.now() - datetime.timedelta(minutes=5)).strftime("%d/%m/%Y %H.%M")
REASON = "Kesepakatan rapat gugus tugas"


def law():
    with open(ROOT / "domain/law/batas.tsv", encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))


def shorten(client, code, n, unit, reason=REASON):
    form = client.get(f"/tenggat?ubah={code}").form("/tenggat", has="nilai")
    return client.submit(form.fill(nilai=n, unit=unit, alasan=reason))


def assessment(s):
    """Hours and basis of the clock that a new case starts."""
    c = s.as_("sekretaris")
    form = c.get("/kasus/baru").form("/kasus/baru").fill(judul="Perekrutan dua orang", dibuka="2026-10-01")
    page = c.submit(form)
    assert page.status == 200, page.words[:300]
    task, = s.rows("SELECT t.* FROM tugas t JOIN kasus k ON k.id=t.induk AND t.induk_reg='kasus'"
                   " WHERE k.uid=? AND t.batas LIKE 'asesmen_awal %'", page.path.split("/")[2])
    return (task["tenggat"] - task["mulai"]) / HOUR, task["batas"]


def test_titles_of_the_program_are_in_the_language_of_the_reader(s):
    c = s.as_("ppt")
    case = steps.make(c, "kasus", judul="Perkara uji bahasa tugas", klasifikasi="tppo")
    steps.make(c, "korban", case, status_tppo="mungkin", orang__nama="Rambu Uji Tugas", orang__jk="P", berhadapan_hukum="ya")
    rows = s.rows("SELECT t.uid, t.judul FROM tugas t LEFT JOIN kasus k ON t.induk_reg='kasus' AND k.id=t.induk WHERE t.batal=0 AND"
                  " (k.uid=? OR t.judul='Carikan bantuan hukum bagi korban') ORDER BY t.id DESC", steps.uid_of(case))
    held = {r["judul"]: r["uid"] for r in rows}
    wanted = {"Asesmen awal": "First assessment", "Carikan bantuan hukum bagi korban": "Find legal aid for the victim"}
    assert wanted.keys() <= held.keys(), held
    own = steps.make(c, "tugas", case, judul="Telepon wali besok pagi", mulai=JUST_NOW)
    for lang in ("id", "en"):
        reader = s.login("ppt")
        reader.cookies["bahasa"] = lang
        for title, english in wanted.items():
            shown = title if lang == "id" else english
            page = reader.get("/tugas/" + held[title])
            assert f"<h1>{shown}</h1>" in page.html and (lang == "id" or title not in page.words), (lang, title)
        listed = reader.get("/tugas").words + reader.get("/?beranda=1").words + reader.get(case + "?tab=hilir").words
        assert ("First assessment" in listed) == (lang == "en") and ("Asesmen awal" in listed) == (lang == "id"), lang
        assert "Telepon wali besok pagi" in reader.get(own).words


def test_every_deadline_stands_with_its_source(s):
    page = s.as_("admin").get("/tenggat")
    assert page.status == 200 and 'href="/tenggat"' in s.as_("admin").get("/admin").html
    rows, words = law(), page.words
    assert len(rows) > 60
    for row in rows:
        assert " ".join(row["id"].split()) in words and " ".join(row["dasar"].split()) in words, row["kode"]
    found = s.as_("admin").get("/tenggat?q=pasal+53").words
    assert "Pertolongan pertama setelah permohonan" in found and "Triase laporan" not in found
    for who in ("ppt", "statistik"):
        assert s.as_(who).get("/tenggat").status == 403


def test_a_clock_started_after_the_change_is_shorter(s):
    admin = s.as_("admin")
    before, basis = assessment(s)
    assert before == 24 and "lokal" not in basis
    page = shorten(admin, "SOP_ASESMEN", 12, "jam")
    assert page.status == 200 and "12 jam" in page.words and REASON in page.words
    assert [tuple(r) for r in s.rows("SELECT n, unit, reason FROM batas_lokal")] == [(12, "jam", REASON)]
    hours, basis = assessment(s)
    assert hours == 12 and " lokal " in basis
    running, = s.rows("SELECT count(*) n FROM tugas WHERE batas LIKE 'asesmen_awal %' AND batas LIKE '% lokal %'")
    assert running["n"] == 1, "a clock that ran already was changed"
    acts = s.rows("SELECT actor, result FROM audit WHERE action='limit:SOP_ASESMEN=12 jam'")
    assert len(acts) == 1 and acts[0]["result"] == "ok"
    form = admin.get("/tenggat?ubah=SOP_ASESMEN").form("/tenggat", has="hapus")
    assert "Hapus batas sendiri" in form.text
    assert admin.submit(form).status == 200 and not s.rows("SELECT 1 FROM batas_lokal")
    hours, basis = assessment(s)
    assert hours == 24 and "lokal" not in basis
    assert s.rows("SELECT 1 FROM audit WHERE action='limit:SOP_ASESMEN='")
    s.cli("audit verify")


def test_a_longer_one_is_refused_with_a_sentence(s):
    admin = s.as_("admin")
    for n, unit, reason, said in ((25, "jam", REASON, "tidak boleh lebih lama daripada 24 jam"), (2, "hari", REASON, "24 jam"),
                                  (1, "bulan", REASON, "24 jam"), ("dua", "jam", REASON, "bilangan bulat"),
                                  (0, "jam", REASON, "bilangan bulat"), (6, "jam", "rapat", "10 sampai 200")):
        page = shorten(admin, "SOP_ASESMEN", n, unit, reason)
        assert page.status == 422 and said in page.words, (n, unit)
        assert page.form("/tenggat", has="nilai")["nilai"] == str(n) and page.form("/tenggat", has="nilai")["alasan"] == reason
    assert not s.rows("SELECT 1 FROM batas_lokal")
    assert assessment(s)[0] == 24


def test_only_a_deadline_in_force_that_a_clock_reads_takes_one(s):
    admin = s.as_("admin")
    html = admin.get("/tenggat").html
    read = {row["kode"] for row in law() if f"ubah={row['kode']}#f" in html}
    assert "SOP_ASESMEN" in read and "TANGKAP_LAMA" not in read, "a row that ended is offered"
    for code in ("TANGKAP_LAMA", "TIDAK_ADA"):
        assert admin.get(f"/tenggat?ubah={code}").status == 404
    token = admin.get("/tenggat").form("/keluar")["csrf"]
    values = [("csrf", token), ("kode", "TIDAK_ADA"), ("nilai", "1"), ("unit", "jam"), ("alasan", REASON)]
    assert admin.post("/tenggat", values).status == 404
    assert admin.post("/tenggat", [("csrf", token), ("kode", "SOP_ASESMEN"), ("hapus", "1")]).status == 404, "there is none"
    assert s.as_("ppt").post("/tenggat", [("csrf", s.as_("ppt").get("/").form("/keluar")["csrf"])] + values[1:]).status == 403


def test_a_new_answer_time_counts_for_new_referrals_only(s):
    office = s.as_("ppt")
    case = steps.make(office, "kasus", judul="Perkara uji tenggat rujukan", klasifikasi="tppo")
    victim = steps.make(office, "korban", case, status_tppo="mungkin", orang__nama="Kornelia Uji Tenggat", orang__jk="P")
    held = {r["kode"]: r["uid"] for r in s.rows("SELECT kode, uid FROM institusi")}

    def sent():
        page = steps.make(office, "rujukan", victim, jenis="rujukan", layanan="kesehatan", dari=held["P2TP2A"], ke=held["RS_RUJUKAN"],
                          urgensi="segera", darurat_jiwa="ya", alasan="Perlu diperiksa dokter.", bagikan=["identitas"])
        path = f"/rujukan/{steps.uid_of(page)}"
        assert office.submit(office.get(path).form("/kirim")).status == 200
        task, = s.rows("SELECT t.* FROM tugas t JOIN rujukan r ON r.id=t.induk AND t.induk_reg='rujukan' WHERE r.uid=? AND t.batas LIKE 'jawaban %'",
                       steps.uid_of(page))
        return task["uid"], (task["tenggat"] - task["mulai"]) / HOUR

    old, hours = sent()
    assert hours == 24
    assert shorten(s.as_("admin"), "JAWAB_RUJUKAN", 8, "jam", "SOP rujukan daerah").status == 200
    assert sent()[1] == 8
    task, = s.rows("SELECT * FROM tugas WHERE uid=?", old)
    assert (task["tenggat"] - task["mulai"]) / HOUR == 24, "a referral sent before was changed"


def test_whom_a_referral_is_addressed_to_has_the_task_and_who_sent_it_hears_when_it_is_late(own):
    office = own.as_("ppt")
    case = steps.make(office, "kasus", judul="Perkara uji jam rujukan", klasifikasi="tppo")
    victim = steps.make(office, "korban", case, status_tppo="mungkin", orang__nama="Kornelia Uji Jam", orang__jk="P")
    held = {r["kode"]: r["uid"] for r in own.rows("SELECT kode, uid FROM institusi")}
    consent = steps.make(office, "persetujuan", victim, tujuan="rujukan", dasar="persetujuan", bentuk="tertulis", oleh="sendiri", kepada=held["IOM"],
                         pencatat=own.rows("SELECT uid FROM fakta_pengguna WHERE login='ppt'")[0]["uid"])
    made = steps.make(office, "rujukan", victim, jenis="rujukan", layanan="latih", dari=held["P2TP2A"], ke=held["IOM"], urgensi="biasa",
                      persetujuan=steps.uid_of(consent), bagikan=["identitas"])
    assert office.submit(office.get(made).form("/kirim")).status == 200

    def tasks():
        return own.rows("SELECT t.uid, u.kode, t.judul, t.status FROM tugas t JOIN rujukan r ON r.id=t.induk AND t.induk_reg='rujukan'"
                        " JOIN institusi u ON u.id=t.unit WHERE r.uid=? ORDER BY t.id", steps.uid_of(made))

    task, = tasks()
    assert (task["kode"], task["status"]) == ("IOM", "terbuka")
    partner = own.as_("mitra")
    assert task["uid"] in partner.get("/antrean/tugas_unit").html and partner.get(f"/tugas/{task['uid']}").status == 200
    assert task["uid"] not in office.get("/antrean/tugas_unit").html, "who sent it has nothing to answer"
    own.stop()
    own.cli.clock("advance", "2")
    own.start()
    steps.wait_for(lambda: len(tasks()) > 1, "nobody was told that the answer is late")
    late = [t for t in tasks() if t["uid"] != task["uid"]]
    assert "P2TP2A" in {t["kode"] for t in late} and "IOM" not in {t["kode"] for t in late}
    mine = next(t["uid"] for t in late if t["kode"] == "P2TP2A")
    assert mine in own.as_("ppt").get("/antrean/tugas_unit").html
    # the answer ends them all
    partner = own.as_("mitra")
    assert partner.submit(partner.get(made).form("/terima")).status == 200
    assert {t["status"] for t in tasks() if t["judul"] != "Mulai layanan"} == {"selesai"}, [tuple(t) for t in tasks()]
    start = next(t for t in tasks() if t["judul"] == "Mulai layanan")
    assert start["kode"] == "IOM", "to begin is for who gives the service"
