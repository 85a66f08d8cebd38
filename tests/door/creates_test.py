"""A step that makes a record in another register: a report becomes a case, a signal a report."""
import shutil

import sigap
import steps

STORY = "Dua remaja dijanjikan pekerjaan di pabrik, berangkat tanpa surat."


def own_domain(tmp):
    folder = tmp / "domain"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(sigap.ROOT / "domain", folder)
    return folder


def triaged(c, **more):
    """A report of this office, triaged and with its file open; its address."""
    path = steps.make(c, "laporan", jenis="dugaan_tppo", kanal="tatap", kab="53.03", platform="facebook", isi=STORY, urgensi="tinggi", **more)
    page = c.submit(c.get(path).form("/triase"))
    assert page.status == 200, page.words[:300]
    return path


def report(s, path):
    return s.rows("SELECT * FROM laporan WHERE uid=?", steps.uid_of(path))[0]


def case_of(s, row):
    found = s.rows("SELECT * FROM kasus WHERE id=?", row["kasus"]) if row["kasus"] else []
    return found[0] if found else None


def test_a_report_becomes_a_case_by_one_step(s):
    c = s.as_("ppt")
    path = triaged(c)
    steps.open_file(c, path)
    page = c.get(path)
    assert "sekaligus membuat catatan baru: Kasus" in page.words, page.words[:800]
    made = c.submit(page.form("/jadikan_kasus"))
    assert made.status == 200 and made.path.startswith("/kasus/"), (made.status, made.path, made.words[:400])
    row = report(s, path)
    case = case_of(s, row)
    assert row["status"] == "jadi_kasus" and case["uid"] == steps.uid_of(made.path)
    assert case["judul"] == f"Dari laporan {row['nomor']}" and case["asal_kab"] == "53.03" and case["platform"] == "facebook"
    steps.open_file(c, made.path)
    assert STORY in c.get(made.path + "?tab=proses").words, "the story did not come along"
    assert not s.bytes_on_disk(STORY), "the story lies in clear"
    assert case["judul"] in c.get(path).words, "the report does not lead to its case"
    read = s.rows("SELECT classes, purpose FROM audit WHERE action='read' AND uid=? ORDER BY seq DESC LIMIT 1", row["uid"])
    assert read and read[0]["purpose"], "what was carried over was opened without a trace"


def test_both_are_undone_together(s):
    c = s.as_("ppt")
    path = triaged(c)
    steps.open_file(c, path)
    made = c.submit(c.get(path).form("/jadikan_kasus"))
    case = case_of(s, report(s, path))
    back = c.submit(made.form("/urungkan"))
    assert back.status == 200, back.words[:300]
    row = report(s, path)
    assert (row["status"], row["kasus"]) == ("ditriase", None)
    assert s.rows("SELECT batal FROM kasus WHERE id=?", case["id"])[0]["batal"], "the case still stands"
    assert c.submit(c.get(path).form("/jadikan_kasus")).path.startswith("/kasus/"), "the step cannot be taken again"


def test_a_step_sent_twice_makes_one_case(s):
    c = s.as_("ppt")
    path = triaged(c)
    steps.open_file(c, path)
    form = c.get(path).form("/jadikan_kasus")
    count = lambda: s.rows("SELECT count(*) n FROM kasus")[0]["n"]  # noqa: E731
    before = count()
    answers = [c.submit(form, follow=False).status for _ in range(2)]
    assert answers == [303, 303] and count() == before + 1


def test_a_report_of_a_known_case_makes_none(s):
    c = s.as_("ppt")
    case = steps.make(c, "kasus", judul="Perkara yang sudah ada")
    path = triaged(c, kasus=steps.uid_of(case))
    before = s.rows("SELECT count(*) n FROM kasus")[0]["n"]
    page = c.get(path)
    assert "sekaligus membuat catatan baru" not in page.words
    done = c.submit(page.form("/jadikan_kasus"))
    assert done.status == 200 and done.path == path, (done.status, done.words[:300])
    assert s.rows("SELECT count(*) n FROM kasus")[0]["n"] == before
    assert case_of(s, report(s, path))["uid"] == steps.uid_of(case)


def test_a_closed_file_is_asked_for_its_purpose_first(s):
    c = s.login("ppt")  # a log-in that has opened nothing
    path = triaged(c)
    again = s.login("ppt")
    page = again.submit(again.get(path).form("/jadikan_kasus"))
    assert page.status == 422 and "Sebutkan dahulu tujuan membuka berkas" in page.words, (page.status, page.words[:400])
    assert report(s, path)["status"] == "ditriase"


def test_what_the_new_record_lacks_is_told(s):
    c, village = s.as_("ppt"), s.as_("desa")
    form = village.get("/sinyal/baru").form("/sinyal/baru")
    before = {r["uid"] for r in s.rows("SELECT uid FROM sinyal")}
    told = village.submit(steps.fill(form, {"jenis": "uang_muka", "sumber": "desa", "kab": "53.03"}))
    assert told.status == 200 and told.path == "/" and told.words.count("peran Anda mencatatnya tanpa membukanya") == 1, told.words[:300]
    path = "/sinyal/" + ({r["uid"] for r in s.rows("SELECT uid FROM sinyal")} - before).pop()
    c.submit(c.get(path).form("/baca"))
    page = c.submit(c.get(path).form("/jadikan_laporan"))
    assert page.status == 422 and "Isi laporan" in page.words, (page.status, page.words[:400])
    assert s.rows("SELECT status FROM sinyal WHERE uid=?", steps.uid_of(path))[0]["status"] == "dibaca"


def test_faults_of_creates_are_told_with_line_and_remedy(tmp):
    good = "creates: {register: kasus, into: kasus, set: {judul: \"join('Dari laporan', nomor)\", asal_kab: kab, platform: platform, kronologi: isi}}"
    for bad, words in (
            (good.replace("register: kasus", "register: kasuss"), "kasuss"),
            (good.replace("into: kasus", "into: perekrut"), "cannot hold the record of kasus"),
            (good.replace("judul: \"join('Dari laporan', nomor)\", ", ""), '"judul" is not filled'),
            (good.replace("kronologi: isi", "nomor_instansi: isi"), "too little"),
            (good.replace("register: kasus", "register: korban"), "only under another record"),
            (good.replace("into: kasus", "masuk: kasus"), "Unknown key"),
    ):
        folder = own_domain(tmp)
        file = folder / "registers/laporan.yaml"
        text = file.read_text()
        assert good in text
        file.write_text(text.replace(good, bad))
        done = sigap.Cli(tmp / "data", tmp, folder)("check-domain", "--lang", "en", status=None)
        line = next(i for i, row in enumerate(text.splitlines(), 1) if good in row)
        assert done.returncode and f"registers/laporan.yaml:{line}:" in done.stdout + done.stderr and words in done.stdout + done.stderr, (bad, done.stdout + done.stderr)
    folder = own_domain(tmp)
    file = folder / "registers/kasus.yaml"
    file.write_text(file.read_text().replace("{role: penyidik, verbs: [read, create, ", "{role: penyidik, verbs: [read, "))
    done = sigap.Cli(tmp / "data", tmp, folder)("check-domain", "--lang", "en", status=None)
    assert 'The role "penyidik" may take this step but not create kasus' in done.stdout + done.stderr, done.stdout + done.stderr
