"""A disk that runs full: reading goes on with its record, nothing is changed, what was typed stays; then all by itself back.

The installation lies on a small disk in memory; where this machine lets nobody mount one, there is nothing to test.
"""
import os
import pathlib
import shutil
import subprocess
import time

import steps

MEGABYTE = 1 << 20
WAIT_SECONDS = 200


class SmallDisk:
    """A disk of so many megabytes, which may be filled."""

    def __init__(self, place, megabytes):
        self.place = pathlib.Path(place)
        self.place.mkdir(exist_ok=True)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(self.place)], capture_output=True)
        self.there = done.returncode == 0

    def fill(self, leave):
        """All but so many bytes; a server that writes meanwhile is in the way for a moment."""
        with open(self.place / "isi", "wb") as f:
            for _ in range(100):
                room = os.statvfs(self.place)
                try:
                    os.posix_fallocate(f.fileno(), 0, room.f_bavail * room.f_frsize - leave)
                    return
                except OSError:
                    time.sleep(0.05)
        raise AssertionError("the disk could not be filled")

    def empty(self):
        (self.place / "isi").unlink()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.there:
            subprocess.run(["umount", "-l", str(self.place)], check=True)


def moved(server, disk):
    """The server, its data on the small disk."""
    server.stop()
    shutil.move(server.data, disk.place / "data")
    server.data.symlink_to(disk.place / "data")
    return server.start()


def until(condition):
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


def test_a_full_disk_is_read_only_until_there_is_room(own, tmp):
    with SmallDisk(tmp / "disk", 400) as disk:
        if not disk.there:
            return
        moved(own, disk)
        secretary, admin = own.login("sekretaris"), own.login("admin")
        reserve = own.data / "ruang.cadangan"
        until(reserve.exists)
        assert reserve.stat().st_size == 64 * MEGABYTE
        form = secretary.get("/kasus/baru").form("/kasus/baru")
        form.fill(judul="Perekrutan sebelum penuh", dibuka="2026-10-01")
        assert secretary.submit(form).status == 200

        office = own.login("ppt")
        case = steps.make(office, "kasus", judul="Dibaca di disk penuh", dibuka="2026-10-01")
        victim = steps.make(office, "korban", case, status_tppo="mungkin", orang__nama="Benedikta Uji Penuh", orang__jk="P")
        uid = own.rows("SELECT o.uid FROM orang o JOIN korban k ON k.orang=o.id WHERE k.uid=?", steps.uid_of(victim))[0]["uid"]
        disk.fill(leave=4 * MEGABYTE)
        until(lambda: not reserve.exists())
        cases = own.rows("SELECT count(*) n FROM kasus")[0]["n"]
        form = secretary.get("/kasus/baru").form("/kasus/baru")
        form.fill(judul="Diketik ketika disk penuh", dibuka="2026-10-01")
        page = secretary.submit(form)
        assert page.status == 507 and "Disk server penuh" in page.words
        assert page.form("/kasus/baru")["judul"] == "Diketik ketika disk penuh"
        assert own.rows("SELECT count(*) n FROM kasus")[0]["n"] == cases
        # any other form: what was typed goes along and is sent again from the page
        settings = admin.get("/setelan").form("/setelan", has="kop1")
        settings.fill(kop1="GUGUS TUGAS KOTA")
        kept = admin.submit(settings)
        assert kept.status == 507 and "GUGUS TUGAS KOTA" in kept.words
        # reading goes on, with its row in the record of access; log-in too
        assert "hanya dapat dibaca" in secretary.get("/kasus").words
        officer = own.login("ppt")
        opened = own.rows("SELECT count(*) n FROM audit WHERE action='read' AND uid=?", uid)[0]["n"]
        page_of_victim = steps.open_file(officer, f"/orang/{uid}")
        assert page_of_victim.status == 200 and "Benedikta Uji Penuh" in page_of_victim.words
        assert own.rows("SELECT count(*) n FROM audit WHERE action='read' AND uid=?", uid)[0]["n"] > opened
        health = admin.get("/kesehatan").words
        assert "berhenti: disk penuh" in health and "Disk terpakai" in health
        own.cli("audit verify")
        # no copy is begun on a disk without room
        assert own.rows("SELECT count(*) n FROM cadangan WHERE result='ok'")[0]["n"] <= 1

        disk.empty()
        until(lambda: "berhenti: disk penuh" not in admin.get("/kesehatan").words)
        page = secretary.submit(page.form("/kasus/baru"))
        assert page.status == 200 and "Diketik ketika disk penuh" in page.words
        assert admin.submit(kept.form("/setelan")).status == 200
        assert own.rows("SELECT value FROM setelan WHERE name='kop1'")[0]["value"] == "GUGUS TUGAS KOTA"
        own.cli("scrub")
        own.stop()


def test_an_exchange_of_keys_asks_for_room_first(own, tmp):
    """It closes everything anew in one go: begun without room it would keep everybody out."""
    with SmallDisk(tmp / "disk", 400) as disk:
        if not disk.there:
            return
        own.stop()
        shutil.move(own.data, disk.place / "data")
        own.data.symlink_to(disk.place / "data")
        (own.data / "ruang.cadangan").unlink(missing_ok=True)
        disk.fill(leave=(own.data / "sigap.db").stat().st_size // 2 + 32 * MEGABYTE)
        key = (own.data / "kek.key").read_bytes()
        said = own.cli("key rotate", "--lang", "en", status=9).stdout
        assert "The key was not exchanged. Make room" in said and (own.data / "kek.key").read_bytes() == key
        own.cli("scrub")
        disk.empty()
        own.cli("key rotate")
        own.cli("scrub")


def test_a_write_that_meets_a_full_disk_fails_whole(own, tmp):
    """The last bytes are gone between two looks of the server: the write fails whole, and a start is possible."""
    with SmallDisk(tmp / "disk", 400) as disk:
        if not disk.there:
            return
        moved(own, disk)
        secretary = own.login("sekretaris")
        until((own.data / "ruang.cadangan").exists)
        forms = []
        for i in range(3):
            form = secretary.get("/kasus/baru").form("/kasus/baru")
            form.fill(judul=f"Nomor {i} tanpa ruang", dibuka="2026-10-01")
            forms.append(form)
        cases = own.rows("SELECT count(*) n FROM kasus")[0]["n"]
        disk.fill(leave=0)
        answers = [secretary.submit(form) for form in forms]
        saved = sum(page.status == 200 for page in answers)
        assert {page.status for page in answers} <= {200, 507}
        assert own.rows("SELECT count(*) n FROM kasus")[0]["n"] == cases + saved
        until(lambda: not (own.data / "ruang.cadangan").exists())
        own.kill9()
        own.start()  # a machine that restarts on a full disk can still be read
        assert own.login("sekretaris").get("/kasus").status == 200
        own.cli("audit verify")
        own.cli("scrub")
        disk.empty()
        until((own.data / "ruang.cadangan").exists)
        own.stop()
