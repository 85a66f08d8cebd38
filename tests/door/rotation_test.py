"""The key of the keys is exchanged: everything stays readable, whenever the exchange is cut off."""
import random
import subprocess
import time

import sigap
import steps

CUTS = 200 if sigap.FULL else 10
SENTENCE = "tujuh perahu kayu menyeberang pelan"


def versions(server):
    with server.db("kunci.db") as db:
        return {r[0] for r in db.execute("SELECT DISTINCT kek_ver FROM kunci")}


def test_after_a_rotation_the_old_key_opens_nothing_and_all_is_readable(own, tmp):
    office = own.login("ppt")
    case = steps.make(office, "kasus", judul="Sebelum kunci diganti", dibuka="2026-10-01")
    steps.make(office, "korban", case, status_tppo="mungkin", orang__nama="Benedikta Uji Putaran", orang__jk="P")
    person = own.rows("SELECT uid FROM orang ORDER BY id DESC LIMIT 1")[0]["uid"]
    refused = own.cli("key rotate", "--lang", "en", status=9)  # the server holds the old key
    assert "Stop the server" in refused.stdout and versions(own) == {1}
    own.cli("backup", tmp / "lama")
    own.stop()
    old = (own.data / "kek.key").read_bytes()
    said = own.cli("key rotate", "--lang", "en").stdout
    assert "wrapped anew" in said and versions(own) == {2}
    assert (own.data / "kek.key").read_bytes() != old and (own.data / "kek.key.lama").read_bytes() == old
    assert not (own.data / "kek.key.berikut").exists()
    own.cli("scrub")
    own.cli("audit verify")
    own.cli("key rotate")  # and once more: the root goes along
    assert versions(own) == {3}
    own.cli("scrub")
    own.start()
    office = own.login("ppt")
    assert "Benedikta Uji Putaran" in steps.open_file(office, f"/orang/{person}").words
    steps.make(office, "korban", case, status_tppo="mungkin", orang__nama="Kornelia Sesudah Putaran", orang__jk="P")
    own.stop()
    own.cli("scrub")
    # the first key opens what it was made for, and nothing since
    (tmp / "pertama.key").write_bytes(old)
    fresh = sigap.Cli(tmp / "baru", own.reports)
    fresh("restore", tmp / "lama", "--key", own.data / "kek.key", status=10)
    fresh("restore", tmp / "lama", "--key", tmp / "pertama.key")
    fresh("scrub")
    (own.data / "kek.key").write_bytes(old)
    own.cli("scrub", status=10)


def test_a_sealed_key_is_rotated_sealed_and_on_new_paper(own):
    own.stop()
    own.cli("key protect", stdin=f"{SENTENCE}\n{SENTENCE}\n")
    own.cli("key rotate", stdin=SENTENCE + "\n")
    assert (own.data / "kek.key").read_text().startswith("SIGAP-KEK 2 ")
    own.cli("scrub", stdin=SENTENCE + "\n")
    said = own.cli("key sheet", stdin=SENTENCE + "\n").stdout
    papers = [line.strip() for line in said.splitlines() if line.startswith("    ")]
    (own.data / "kek.key").unlink()
    own.cli("key recover", stdin="\n".join([papers[0], papers[2], SENTENCE, SENTENCE]) + "\n")
    own.cli("scrub", stdin=SENTENCE + "\n")


def test_a_rotation_cut_off_anywhere_leaves_everything_readable(own):
    """Killed at random moments, most of them between writing the new key and giving it its name."""
    own.stop()
    chance = random.Random(7)
    next_key = own.data / "kek.key.berikut"
    done = 0
    for cut in range(CUTS):
        next_key.unlink(missing_ok=True)
        process = subprocess.Popen(own.cli.line("key rotate"), env=own.cli.environment(), cwd=sigap.ROOT,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and not next_key.exists():
            time.sleep(0.0005)
        time.sleep(chance.random() * 0.4 * chance.random() if cut else 0)  # the first is never whole, however quick the machine
        process.kill()
        done += process.wait() == 0
        checked = own.cli("scrub", "--lang", "en").stdout
        assert "Not fitting: 0." in checked, f"cut {cut}: {checked}"
    left = versions(own)
    assert len(left) == 1 and done < CUTS
    print(f"{CUTS} rotations, {CUTS - done} of them killed, last key {left.pop()}: nothing unreadable")
    own.cli("key rotate")
    own.cli("scrub")
