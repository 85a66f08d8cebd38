"""Anchors of the audit chain: what an agency that keeps them finds out, with the data and without."""
import os
import shutil
import sqlite3
import time

import steps

DATA = "light"  # read whole again and again


def anchor(own):
    return own.cli("audit anchor").stdout.strip()


def told(own, name, lines):
    """Writes anchors into a file of an agency; its path."""
    path = own.home / name
    path.write_text("".join(line + "\n" for line in lines))
    return path


def test_an_agency_checks_anchors_with_the_public_key_alone(own):
    own.stop()
    lines = [anchor(own)]
    own.cli("scrub")
    own.cli("rebuild")
    lines.append(anchor(own))
    key = own.cli("audit public-key").stdout.strip()
    assert len(key) == 64 and lines[0].split()[:1] == ["SIGAP-SEGEL-1"], (key, lines)
    own.cli("audit verify", told(own, "sekretariat.txt", lines))

    def check(name, lines, public=key, status=10):
        return own.cli("audit check", told(own, name, lines), public, status=status).stdout
    assert "2 segel cocok" in check("utuh.txt", lines, status=0)
    word = lines[0].split()
    more = " ".join([*word[:2], str(int(word[2]) + 1), *word[3:]])
    assert "baris 1: tanda tangannya" in check("diubah.txt", [more])
    assert "baris 2: tanda tangannya" in check("kunci.txt", [lines[0], lines[1][:-1] + ("0" if lines[1][-1] != "0" else "1")])
    assert "baris 1: tanda tangannya" in check("lain.txt", lines, key[::-1])
    assert "baris 1: bukan segel" in check("robek.txt", [lines[0][:200]])


def test_a_chain_cut_back_is_found_by_the_anchor(own):
    own.stop()
    line = anchor(own)
    rows = int(line.split()[2])
    with sqlite3.connect(own.data / "sigap.db") as db:
        db.execute("DELETE FROM audit WHERE seq > ?", (rows - 3,))
    (own.data / "segel.txt").unlink()
    said = own.cli("audit verify").stdout
    assert "utuh" in said, "the chain alone does not know how long it was"
    said = own.cli("audit verify", told(own, "rapat.txt", [line]), status=10).stdout
    assert f"{rows} baris, sekarang hanya" in said


def test_a_chain_written_anew_is_found_by_the_anchor(own):
    """Somebody with the key puts yesterday's data back and goes on from there."""
    own.stop()
    before = own.home / "kemarin"
    shutil.copytree(own.data, before)
    own.start()
    for n in range(3):
        assert own.login("sekretaris").get("/").status == 200
    own.stop()
    line = anchor(own)
    shutil.rmtree(own.data)
    shutil.copytree(before, own.data)
    own.start()
    for n in range(4):
        assert own.login("ppt").get("/").status == 200
    own.stop()
    assert "utuh" in own.cli("audit verify").stdout
    said = own.cli("audit verify", told(own, "rapat.txt", [line]), status=10).stdout
    assert "ditulis ulang" in said or "dipotong" in said, said


def test_the_server_makes_anchors_by_itself(own):
    admin = own.as_("admin")  # saving the settings makes the server look at once what is due
    assert admin.submit(admin.get("/setelan").form("/setelan", has="cadangan_menit")).status == 200
    for place in (own.data / "segel.txt", own.data / "cadangan" / "segel.txt"):
        steps.wait_for(place.exists, f"no {place.name} in {place.parent.name}")
    own.stop()
    assert "1 segel cocok" in own.cli("audit verify", own.data / "cadangan" / "segel.txt").stdout


def test_a_torn_line_is_written_over(own):
    own.stop()
    anchor(own)
    with open(own.data / "segel.txt", "a") as f:
        f.write("SIGAP-SEGEL-1 robek karena listrik")
    anchor(own)
    assert "2 segel cocok" in own.cli("audit verify").stdout


def journal(own, seq):
    """Lines of the server's journal, once it holds the row of that number."""
    end = time.monotonic() + 100
    while f"SIGAP-JEJAK-1 {seq} " not in own.log.read_text():
        assert time.monotonic() < end, "the row did not come into the journal"
        time.sleep(0.1)
    return [line for line in own.log.read_text().splitlines() if "SIGAP-JEJAK-1 " in line]


def test_rows_in_the_journal_elsewhere_tell_of_rows_taken_back(own):
    own.stop()
    quiet = own.log.read_text()
    assert "SIGAP-JEJAK" not in quiet, "standard error is no journal"
    st = own.log.stat()
    os.environ["JOURNAL_STREAM"] = f"{st.st_dev}:{st.st_ino}"  # as systemd says it of a service
    try:
        own.start()
    finally:
        del os.environ["JOURNAL_STREAM"]
    assert own.login("sekretaris").get("/").status == 200
    rows = own.rows("SELECT seq, lower(hex(mac)) mac FROM audit ORDER BY seq")
    last = rows[-1]["seq"]
    lines = journal(own, last)
    for row in rows[-20:]:
        assert sum(f"SIGAP-JEJAK-1 {row['seq']} {row['mac']} " in line for line in lines) == 1, row["seq"]
    assert all(len(line) < 250 for line in lines), "more than who, act and outcome"
    own.stop()
    kept = told(own, "jurnal.txt", [f"Nov 22 10:00:00 server sigap[7]: {line}" for line in lines])
    assert "cocok dengan data" in own.cli("audit verify", kept).stdout
    with sqlite3.connect(own.data / "sigap.db") as db:
        db.execute("DELETE FROM audit WHERE seq >= ?", (last,))
    (own.data / "segel.txt").unlink(missing_ok=True)
    assert "utuh" in own.cli("audit verify").stdout, "the chain alone does not know how long it was"
    said = own.cli("audit verify", kept, status=10).stdout
    assert f"baris jejak audit {last} yang tersimpan" in said, said
