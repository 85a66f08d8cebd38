"""Weights of matching learned from the persons on file: proposed with evidence, shown beside the old ones, agreed to, taken back; every stored
weight says by which it was weighed and is the sum of its parts."""
import os
import re

from care import change, settings, until
from grants import move
from review import person
import steps

GIVEN = "Arnoldus Bonefasia Candratus Domikus Ermelina Felisita Gonsalus Hilaria Ignasius Jovitalia".split()
FAMILY = "Ujibanu Ujicelo Ujidapa Ujifoin Ujigosu Ujihale Ujikolo Ujilado Ujimanu Ujinope Ujipala Ujiraga".split()


def book(folder):
    """120 people, each twice: the second time with another letter in the name, without mother and telephone (by which an import joins)."""
    path, rows = os.path.join(folder, "orang.csv"), ["Nama lengkap,Nama ibu kandung,Tanggal lahir,Jenis kelamin,Telepon"]
    for i, (given, family) in enumerate((g, f) for g in GIVEN for f in FAMILY):
        rest = f"{1 + i % 27:02}/{1 + i % 11:02}/{1960 + i % 40},{'LP'[i % 2]}"
        rows += [f"{given} {family},Ibu{given[:4].lower()} {family},{rest},08123{7654321 - 7919 * i:07}", f"{given} {family[:-1]}e,,{rest},"]
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(rows) + "\n")
    return path


def two(s, name):
    """The newest candidate after two people of one name were saved: (weights it was weighed with, weight, parts)."""
    c = s.as_("ppt")
    for _ in range(2):
        uid = person(c, nama=name, jk="L", tgl_lahir="1961-04-17", telepon="081376540021")
    s.cli("match refresh")
    return candidates(s, "WHERE o.uid = ?", uid)[0]


def candidates(s, where="", *values):
    return s.rows("SELECT DISTINCT k.bobot, k.skor, k.rincian, k.status FROM kandidat k JOIN kandidat__orang l ON l.rec = k.id"
                  f" JOIN orang o ON o.id = l.val {where}", *values)


def adds_up(row):
    return row["skor"] == sum(int(part.split(":")[2]) for part in row["rincian"].split())


def decide(s, uid, step):
    page = move(s.as_("sekretaris"), f"/bobot_kecocokan/{uid}", step, **{"-alasan": "Sudah dibaca baris demi baris."})
    assert page.status == 200, page.words[-600:]


def test_learned_weights_are_shown_agreed_to_and_taken_back(own):
    s = own
    said = s.cli("match learn").stdout
    assert "Buktinya belum cukup" in said and not s.rows("SELECT 1 FROM bobot_kecocokan"), said
    before = two(s, "Zakarias Ujiawal Tnunai")
    s.cli("import", book(os.path.dirname(s.data)), "--register", "orang", "--as", "sekretaris")
    said = s.cli("match learn").stdout
    assert "Bobot baru diusulkan" in said, said
    [(uid, number, pairs)] = s.rows("SELECT uid, nomor, pasangan FROM bobot_kecocokan")
    assert 100 <= pairs <= 200, "120 people stand twice"
    assert "masih menunggu" in s.cli("match learn").stdout, "a second proposal while one waits"

    page = s.as_("sekretaris").get(f"/bobot_kecocokan/{uid}")
    table = page.html.split("Bobot lama dan baru")[-1]
    moved = re.findall(r'<th scope="row">([^<]+)</th><td>([^<]+)</td><td class="angka"[^>]*>([^<]+)<.*?<td class="angka"[^>]*>([^<]+)<', table)
    assert any(row[0] == "Nama lengkap" for row in moved) and all(row[2] != row[3] for row in moved), moved
    assert f"/bobot_kecocokan/{uid}" in s.as_("sekretaris").get("/antrean/bobot_diusulkan").html
    assert s.as_("ppt").get(f"/bobot_kecocokan/{uid}").status in (403, 404), "whoever keeps no lists reads it"

    decide(s, uid, "pakai")
    agreed = two(s, "Xaverius Ujipakai Tnunai")
    assert agreed["bobot"] == number and adds_up(agreed) and agreed["skor"] != before["skor"]
    waiting = [row for row in candidates(s) if row["status"] == "baru"]
    assert waiting and all(row["bobot"] == number and adds_up(row) for row in waiting), "what waits was not weighed again"
    decide(s, uid, "tarik")
    assert two(s, "Wilibrodus Ujitarik Tnunai")["bobot"] == before["bobot"], "what was taken back is still used"


def night(s):
    """The nightly check, and what the server does with it, is over; says the proposals on file."""
    s.stop()
    change(s, "DELETE FROM meta WHERE kunci='scrub_seen'")
    s.start()
    settings(s, kop1="Malam")
    until(s, "SELECT 1 FROM meta WHERE kunci='scrub_seen'")
    admin = s.as_("admin")
    steps.settled(admin, admin.get("/kesehatan"))
    return [row["uid"] for row in s.rows("SELECT uid FROM bobot_kecocokan")]


def test_the_clockwork_learns_with_the_nightly_check(own):
    s = own
    assert night(s) == [], "too few stand twice"
    s.cli("import", book(os.path.dirname(s.data)), "--register", "orang", "--as", "sekretaris")
    [uid] = night(s)
    decide(s, uid, "tarik")
    assert night(s) == [uid], "proposed again though nobody came since"
