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
