"""What the server does by its own clock: copies that prove themselves, a ring of them, the nightly check."""
import datetime
import pathlib
import time

import sigap
import steps
from care import change, settings, until
from rights import WITA

DATA = "light"  # read whole again and again


def day_of(copy):
    """The day of a copy where the installation stands; a test may run over midnight."""
    return datetime.datetime.fromtimestamp(copy["at"] / 1000, WITA).date()


def copies(home):
    return sorted(p.name for p in pathlib.Path(home).iterdir() if p.is_dir())


def test_copies_are_made_proved_and_told(own, tmp):
    own.cli("clock", "advance", 400)  # where people practise it is next year; the copies keep real time
    own.restart()
    admin = own.as_("admin")
    assert "perlu perhatian administrator" not in admin.get("/?beranda=1").words, "late before it had its turn"
    other = tmp / "disk lain"
    assert "f-cadangan_folder" in settings(own, cadangan_folder=str(other)).html  # not there: told, not made
    assert not other.exists()
    other.mkdir()
    assert settings(own, cadangan_folder=str(other), cadangan_menit="15").status == 200
    row = until(own, "SELECT * FROM cadangan")[0]
    assert row["result"] == "ok" and row["bytes"] > 1e6 and row["took"] > 0
    assert abs(row["at"] / 1000 - time.time()) < 600
    assert copies(other) == [pathlib.Path(row["place"]).name]
    assert row["place"].split("/")[-1].startswith(str(day_of(row)))
    until(own, "SELECT 1 FROM meta WHERE kunci='scrub_seen'")  # never checked before: also by day
    page = admin.get("/kesehatan")
    assert row["place"] in page.words and ", 0 tidak cocok" in page.words
    assert "terlambat" not in page.words and "gagal" not in page.words
    assert "perlu perhatian administrator" not in admin.get("/?beranda=1").words
    settings(own, kop1="Dua kali")  # nothing is due now
    time.sleep(1)
    assert len(own.rows("SELECT 1 FROM cadangan")) == 1
    own.stop()
    fresh = sigap.Cli(tmp / "baru", own.reports)
    fresh("restore", row["place"], "--key", own.data / "kek.key")
    fresh("scrub")
    fresh("restore", row["place"], "--key", own.data / "kek.key", status=6)  # never over an installation


def test_the_ring_lets_old_copies_go(own):
    home = own.data / "cadangan"
    home.mkdir()
    now = datetime.datetime.utcnow() + datetime.timedelta(hours=8)
    made = [now - datetime.timedelta(minutes=15 * i + 1) for i in range(40)]
    made += [now - datetime.timedelta(days=i, minutes=1) for i in range(1, 60)]
    for at in made:
        place = home / at.strftime("%Y-%m-%d-%H%M-%S")
        place.mkdir(exist_ok=True)
        (place / "sigap.db").write_bytes(b"x")
    (home / "punya saya").mkdir()
    before = own.data / f"sebelum-domain-{int((time.time() - 40 * 86400) * 1000)}"
    before.mkdir()
    (before / "kunci.db").write_bytes(b"x")
    settings(own, cadangan_menit="15")
    today = day_of(until(own, "SELECT * FROM cadangan WHERE result='ok'")[0])
    left = [n for n in copies(home) if n != "punya saya"]
    assert "punya saya" in copies(home) and not (before / "kunci.db").exists()
    days = {n[:10] for n in left}
    assert {str(today - datetime.timedelta(days=i)) for i in range(7)} <= days
    assert all(today - datetime.date.fromisoformat(d) < datetime.timedelta(days=30) for d in days)
    assert 8 + 5 <= len(left) <= 8 + 7 + 4, left
    old = [d for d in days if today - datetime.date.fromisoformat(d) >= datetime.timedelta(days=7)]
    assert 2 <= len(old) <= 4


def test_late_and_failed_are_told(own, tmp):
    other = tmp / "usb"
    other.mkdir()
    settings(own, cadangan_folder=str(other))
    until(own, "SELECT 1 FROM cadangan WHERE result='ok'")
    until(own, "SELECT 1 FROM meta WHERE kunci='scrub_seen'")
    own.stop()
    for p in sorted(other.rglob("*"), reverse=True):
        p.unlink() if p.is_file() else p.rmdir()
    other.rmdir()  # pulled out
    ago = int((time.time() - 5 * 86400) * 1000)
    change(own, "UPDATE cadangan SET at=?", ago)
    change(own, "UPDATE meta SET nilai=? WHERE kunci='scrub_seen'", f"{ago} 9 0 5")
    own.start()
    admin = own.login("admin")
    said = admin.get("/kesehatan").words
    assert "Cadangan terlambat" in said and "belum diperiksa dalam tiga hari" in said
    page = steps.settled(admin, admin.submit(admin.get("/kesehatan").form("/kesehatan/cadangan")))
    assert "Cadangan terakhir gagal" in page.words and "gagal (E_NOT_FOUND)" in page.words
    assert not other.exists()  # never made here: that would be the disk the data lie on
    other.mkdir()
    failed = own.rows("SELECT id FROM cadangan ORDER BY id DESC")[0]["id"]
    admin.submit(admin.get("/kesehatan").form("/kesehatan/cadangan"))
    until(own, "SELECT 1 FROM cadangan WHERE result='ok' AND id>?", failed)
    said = admin.get("/kesehatan").words
    assert "Cadangan terlambat" not in said


def test_what_was_missed_while_the_server_was_off_is_no_alarm_of_its_first_minute(own):
    settings(own, cadangan_menit="15")
    until(own, "SELECT 1 FROM cadangan WHERE result='ok'")
    until(own, "SELECT 1 FROM meta WHERE kunci='scrub_seen'")
    own.stop()
    ago = int((time.time() - 5 * 86400) * 1000)
    change(own, "UPDATE cadangan SET at=?", ago)
    change(own, "UPDATE meta SET nilai=? WHERE kunci='scrub_seen'", f"{ago} 9 0 5")
    own.start()
    admin, end, looks = own.login("admin"), time.monotonic() + 200, 0
    while not (made := own.rows("SELECT 1 FROM cadangan WHERE result='ok' AND at>?", ago)) and time.monotonic() < end:
        if "perlu perhatian" in admin.get("/?beranda=1").words:
            made = own.rows("SELECT 1 FROM cadangan WHERE result='ok' AND at>?", ago)  # the copy, and then its scrub, may end meanwhile
            assert made, "an alarm before anything could be done"
        looks += 1
        time.sleep(0.5)
    assert made and looks, (made, looks)


def test_a_copy_that_does_not_fit_is_no_copy(own):
    """A damaged row is found by reading the copy, not at the moment of need; the nightly check names it."""
    own.stop()
    change(own, "UPDATE riwayat SET rowhash='00' || substr(rowhash, 3)")
    own.start()
    settings(own, cadangan_menit="15")
    row = until(own, "SELECT * FROM cadangan")[0]
    assert row["result"] == "E_CORRUPT" and copies(own.data / "cadangan") == []
    until(own, "SELECT 1 FROM meta WHERE kunci='scrub_seen'")
    said = own.as_("admin").get("/kesehatan").words
    assert "Cadangan terakhir gagal" in said and "tidak cocok dengan segelnya" in said
    assert "perlu perhatian administrator" in own.as_("admin").get("/?beranda=1").words
