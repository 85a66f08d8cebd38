"""Who reported is seen by intake alone: never on the page of the case, in its files, or in a search."""
import steps

NAME, PHONE = "Pelapor Ujirahasia", "081299887766"


def report_with_reporter(own, clerk):
    """A report tied to a case of the intake office: paths of the case and of the reporter."""
    case = own.rows("SELECT k.uid FROM kasus k JOIN fakta_pengguna f ON f.agency=k.pemilik WHERE f.login='ppt' AND k.batal=0 ORDER BY k.id DESC")[0]["uid"]
    report = steps.make(clerk, "laporan", jenis="dugaan_tppo", kanal="tatap", kab="53.71", isi="Ada yang dijanjikan kerja", kasus=case)
    return f"/kasus/{case}", steps.make(clerk, "pelapor", report, anonim="tidak", nama=NAME, telepon=PHONE)


def test_a_reporter_stands_on_no_case_and_in_no_export(own):
    clerk = own.as_("ppt")
    case, reporter = report_with_reporter(own, clerk)
    assert NAME in steps.open_file(clerk, reporter).words, "intake itself reads it"
    traces = {NAME, NAME.upper(), PHONE, PHONE[1:], reporter.split("/")[2]}
    for login in own.people():
        client = own.as_(login)
        pages = {path: client.get(path) for path in ("/kasus.csv", "/korban.csv", "/laporan.csv", case + "/riwayat")}
        pages[case] = steps.open_file(client, case)
        for path, page in pages.items():
            told = [t for t in traces if t in page.body.decode("utf-8", "replace")]
            assert not told, f"{login} {path} tells {told}"
        assert client.get("/pelapor.csv").status == 403, f"{login} may take reporters away"
        if login != "ppt":
            assert client.get(reporter).status in (403, 404), login
            assert not any(reporter in client.get(f"/cari?q={word}").html for word in ("Ujirahasia", PHONE)), f"{login} finds the reporter"


def colleague(own, login, of):
    """Makes the user a member of the office of another one as well."""
    office = own.rows("SELECT i.uid FROM institusi i JOIN fakta_pengguna f ON f.agency=i.id WHERE f.login=?", of)[0][0]
    user = own.rows("SELECT uid FROM pengguna WHERE nama_masuk=?", login)[0][0]
    steps.make(own.as_("admin"), "keanggotaan", f"/institusi/{office}", pengguna=user, jabatan="Petugas piket")
    steps.approve_roles(own)
    return user


def test_a_report_of_an_insider_opens_to_named_reviewers_only(own):
    clerk = own.as_("ppt")
    other = colleague(own, "ppt2", "ppt")
    told = "Atasan memalsukan surat"
    report = steps.make(clerk, "laporan", jenis="dugaan_tppo", kanal="tatap", kab="53.71", isi=told)
    reporter = steps.make(clerk, "pelapor", report, anonim="tidak", nama=NAME, telepon=PHONE)
    assert told in steps.open_file(own.as_("ppt2"), report).words, "a colleague reads an ordinary report"
    steps.change(clerk, report, rahasia_khusus="ya")
    for path, secret in ((report, told), (reporter, NAME)):
        page = steps.open_file(own.as_("ppt2"), path)
        assert secret not in page.words and secret not in own.as_("ppt2").get(path + "/riwayat").words, f"a colleague reads {path}"
        assert secret in steps.open_file(own.as_("ppt"), path).words, "whoever recorded it goes on reading"
    form = next(f for f in own.as_("ppt2").get(f"/penugasan/baru?induk={report[1:]}").forms if "idem" in f)
    refused = own.as_("ppt2").submit(steps.fill(form, {"pengguna": other, "peran_tim": "pekerja_sosial"}))
    assert refused.status == 422 and "Tidak seorang pun memasukkan dirinya" in refused.words, (refused.status, refused.words[-600:])
    assert told not in own.as_("ppt2").get(report).words, "nobody names herself reviewer"
    steps.make(clerk, "penugasan", report, pengguna=other, peran_tim="pekerja_sosial")
    before = own.rows("SELECT max(seq) FROM audit")[0][0]
    assert told in steps.open_file(own.as_("ppt2"), report).words, "the reviewer named reads"
    assert NAME not in steps.open_file(own.as_("ppt2"), reporter).words, "not who told it"
    openings = own.rows("SELECT count(*) FROM audit WHERE seq>? AND actor=? AND classes>0", before, other)[0][0]
    assert openings == 1, "the opening stands on record"
    steps.change(clerk, report, rahasia_khusus="tidak")
    assert NAME in steps.open_file(own.as_("ppt2"), reporter).words, "the mark is gone"
