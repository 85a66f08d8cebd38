"""Everybody at once: reading, searching, saving, importing, logging in, new codes and a backup, in threads
against one server. Nobody is answered with a fault and no save is lost. tests/races runs this with the
ThreadSanitizer, which tells every race the server runs into."""
import os
import threading
import time
import urllib.error

import steps

SECONDS = float(os.environ.get("SIGAP_CROWD", "6"))
READ = ("/", "/kasus", "/kasus?q=kupang&urut=-dibuka", "/korban", "/orang", "/tugas", "/cari?q=maria", "/cari?q=KAS", "/impor", "/akun")


def book(tag):
    lines = ["Nomor register,Nama,JK,Umur,Tanggal datang"]
    return "\n".join(lines + [f"{tag}/{i},Orang Ramai {tag} {i},P,{20 + i},2026-10-01" for i in range(20)]).encode()


def reader(s, _):
    c = s.as_("ppt")
    while True:
        for path in READ:
            yield c.get(path).status == 200, path


def saver(s, name):
    c, n = s.as_("ppt"), 0
    path = steps.make(c, "kasus", judul=f"Perkara ramai {name}")
    while True:
        page = steps.change(c, path, judul=f"Perkara ramai {name} {n}")
        n += 1
        yield page.status == 200 and page.path == path, f"{path}: {page.status} {page.words[-200:]}"


def opener(s, _):
    c = s.as_("ppt")
    person = s.rows("SELECT o.uid FROM orang o JOIN korban k ON k.orang=o.id JOIN kasus a ON a.id=k.induk AND k.induk_reg='kasus'"
                    " JOIN pengguna p ON p.nama_masuk='ppt' JOIN keanggotaan m ON m.induk=a.pemilik AND m.pengguna=p.id LIMIT 1")[0]["uid"]
    while True:
        yield steps.open_file(c, f"/orang/{person}").status == 200, f"/orang/{person}"


def importer(s, name):
    c, n = s.as_("ppt"), 0
    while True:
        page = steps.apply(c, steps.upload(c, "dinsos_korban", "ramai.csv", book(f"R{name}.{n}")))
        yield "20" in page.words, page.words[-300:]
        page = steps.undo(c, page)
        yield page.status == 200, page.words[-300:]
        n += 1


def newcomer(s, _):
    for _ in range(4):  # more in a minute are slowed as guessing
        c = s.login("sekretaris")
        yield c.get("/tabel/korban_jk_umur").status == 200, "table"
        yield c.submit(c.get("/").form("/keluar")).status == 200, "log-out"


def administrator(s, _):
    c, n = s.as_("admin"), 0
    while True:
        form = c.get("/kode/alasan_mutasi").form("/kode/alasan_mutasi", has="label_id")
        page = c.submit(form.fill(kode=f"ramai_{n}", label_id=f"Alasan ramai nomor {n}", label_en=f"Crowded reason number {n}"))
        yield page.status in (200, 422), f"code {n}: {page.status}"
        page = c.get("/kesehatan")
        if b"/kesehatan/cadangan" in page.body:  # none runs yet
            page = c.submit(page.form("/kesehatan/cadangan"))
        yield page.status in (200, 409), f"backup: {page.status}"
        n += 1


class Actor(threading.Thread):
    def __init__(self, s, act, name, until):
        super().__init__(daemon=True)
        self.act, self.until, self.done, self.faults = act(s, name), until, 0, []

    def run(self):
        try:
            for good, said in self.act:
                self.done += 1
                if not good:
                    self.faults.append(said)
                if time.monotonic() > self.until:
                    return
        except (AssertionError, KeyError, OSError, urllib.error.URLError) as error:
            self.faults.append(f"{type(error).__name__}: {error}"[:400])


def test_everybody_at_once(own):
    for login in ("ppt", "admin"):  # an account is one person's: its log-ins at once count as guessing
        own.as_(login)
    until = time.monotonic() + SECONDS
    crowd = [Actor(own, act, name, until) for act, copies in
             ((reader, 2), (saver, 2), (opener, 1), (importer, 1), (newcomer, 1), (administrator, 1)) for name in range(copies)]
    for actor in crowd:
        actor.start()
    for actor in crowd:
        actor.join()
    faults = [f for actor in crowd for f in actor.faults]
    assert not faults, faults[:10]
    assert all(actor.done for actor in crowd), [actor.done for actor in crowd]
    own.restart()
    assert own.login("ppt").get("/kasus").status == 200
    own.stop()
    own.check()
    own.cli("audit", "verify")
    own.cli("scrub")
