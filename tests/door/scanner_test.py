"""Files are looked at by a malware scanner before anything of them is kept."""
import os
import re
import sys
import threading
import time

import steps
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from files_test import PDF, batam, setting  # noqa: E402
from inspection_test import risks  # noqa: E402
from scanner import ANSWERS, FOUND, MARK, Scanner  # noqa: E402

TITLE = {"id": "Pemindai malware", "en": "Malware scanner"}


def kept(s):
    with s.db("berkas.db") as db:
        return db.execute("SELECT count(*) FROM simpanan").fetchone()[0] if (s.data / "berkas.db").exists() else 0


def test_what_a_scanner_finds_is_refused_at_the_field_and_on_record(own):
    c, uid = own.as_("penyidik"), batam(own)
    assert "tidak ada pemindai malware yang dipasang" in risks(own.cli)[TITLE["id"]]
    assert "dimulai dengan garis miring" in setting(own, pemindai="clamd.ctl")
    with Scanner() as scanner:
        setting(own, pemindai=scanner.path)
        assert TITLE["id"] not in risks(own.cli) and "pemindai malware menjawab" in own.as_("admin").get("/kesehatan")
        whole = PDF * 3
        assert "LMP-" in steps.attach(c, uid, "bersih.pdf", whole) and scanner.seen[-1] == whole
        before = kept(own)
        page = steps.attach(c, uid, "kuitansi.pdf", PDF + MARK)
        assert page.status == 422 and "Berkas kuitansi.pdf ditolak: pemindai malware menemukan " + FOUND in page.words, page.words[:600]
        assert page.form("/lampiran/baru", has="kelas")["kelas"] == "kisah" and kept(own) == before
        row = own.rows("SELECT action, result FROM audit WHERE action LIKE 'scan%'")
        assert [tuple(r) for r in row] == [("scan:" + FOUND, "E_INVALID")]
        assert "mengirim berkas yang ditolak pemindai: " + FOUND in own.as_("pdp").get("/audit").words
        office = own.as_("sekretaris")
        sent = office.get("/impor/polres_korban").form("/impor/polres_korban", has="berkas")
        sent.file("berkas", "buku.csv", b"Nama\n" + MARK)
        office.cookies["bahasa"] = "en"
        assert f"The file buku.csv is refused: the malware scanner found {FOUND}" in office.submit(sent).words
        assert not own.rows("SELECT 1 FROM impor")


def test_what_cannot_be_scanned_is_refused_and_told(own):
    c, uid = own.as_("penyidik"), batam(own)
    with Scanner() as scanner:
        setting(own, pemindai=scanner.path)
        for scanner.mode in ANSWERS:
            page = steps.attach(c, uid, "a.pdf", PDF)
            assert page.status == 422 and "Berkas a.pdf belum dapat diterima" in page.words, (scanner.mode, page.words[:600])
            assert not re.search(r"[^\x20-\x7e\u00a0-\uffff\s]", page.words), scanner.mode
        scanner.mode, scanner.limit = "scan", len(PDF) * 2
        assert "(INSTREAM size limit exceeded. ERROR)" in steps.attach(c, uid, "besar.pdf", PDF * 8).words
        assert "LMP-" in steps.attach(c, uid, "kecil.pdf", PDF)
        scanner.mode = "silent"
        assert "(pemindai malware tidak menjawab)" in steps.attach(c, uid, "lama.pdf", PDF).words
        assert "pemindai malware tidak menjawab" in risks(own.cli)[TITLE["id"]]
    assert "(pemindai malware tidak menjawab)" in steps.attach(c, uid, "tiada.pdf", PDF).words
    assert kept(own) == 1 and len(own.rows("SELECT 1 FROM audit WHERE action='scan'")) == len(ANSWERS) + 3
    setting(own, pemindai="")
    assert "LMP-" in steps.attach(c, uid, "tiada.pdf", PDF)


def test_who_waits_for_a_scanner_keeps_nobody_else_waiting(own):
    uid, other = batam(own), own.as_("sekretaris")
    with Scanner() as scanner:
        setting(own, pemindai=scanner.path)
        scanner.mode = "silent"
        senders = [threading.Thread(target=steps.attach, args=(own.login("penyidik"), uid, "a.pdf", PDF)) for _ in range(4)]
        for sender in senders:
            sender.start()
        while len(scanner.held) < 2:
            time.sleep(0.1)
        time.sleep(0.5)  # those that may be taken are taken by now
        assert other.get("/").status == 200 and all(sender.is_alive() for sender in senders)
        scanner.mode = "early"
        for line in scanner.held:
            line.shutdown(2)
        for sender in senders:
            sender.join()
    assert kept(own) == 0
