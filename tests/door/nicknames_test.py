"""Nicknames learned from links that people decided: proposed when several persons show them, used once agreed to."""
import re

from grants import move
from review import decide, find, person

FAMILIES = ("Sanamtasa", "Naimnanu", "Kolobani", "Tefatun")


def write(s, c, *ways):
    """Two records of one person for each number, `Wunibaldus` and `Okta`, proposed as one; their uids."""
    pairs = []
    for i in ways:
        same = {"jk": "L", "tgl_lahir": f"19{70 + 4 * i}-0{1 + i}-{10 + 3 * i}", "telepon": f"08{123 + 111 * i}45{600 - 97 * i}1{i}"}
        pairs.append([person(c, nama=f"{given} {FAMILIES[i]}", **same) for given in ("Wunibaldus", "Okta")])
    s.cli("match refresh")
    return pairs


def link(s, c, *ways):
    for pair in write(s, c, *ways):
        assert decide(c, find(c, pair), "gabung").status == 200
    s.cli("match learn")


def weight(s, pair):
    return s.rows("SELECT skor FROM kandidat WHERE id IN (SELECT l.rec FROM kandidat__orang l JOIN orang o ON o.id = l.val WHERE o.uid = ?)"
                  " AND id IN (SELECT l.rec FROM kandidat__orang l JOIN orang o ON o.id = l.val WHERE o.uid = ?)", *pair)[0][0]


def proposed(s):
    return s.rows("SELECT uid, kata, orang, status FROM padanan_nama WHERE batal = 0")


def step(s, uid, name, **values):
    page = move(s.as_("sekretaris"), f"/padanan_nama/{uid}", name, **values)
    assert page.status == 200, page.words[-600:]


def test_three_links_propose_what_two_do_not_and_agreed_words_count(own):
    s, c = own, own.as_("ppt")
    there = person(c, nama="Wunibaldus Ujicari", jk="L", tgl_lahir="1979-01-20")
    number = s.rows("SELECT nomor FROM orang WHERE uid = ?", there)[0][0]
    link(s, c, 0, 1)
    assert proposed(s) == [], "two persons made a proposal"
    [unlearned] = write(s, c, 2)
    assert decide(c, find(c, unlearned), "gabung").status == 200
    s.cli("match learn")
    [(uid, words, persons, state)] = proposed(s)
    assert set(words.split()) == {"wunibaldus", "okta"} and persons == 3 and state == "usulan"
    assert "wunibaldus" in s.as_("sekretaris").get("/antrean/padanan_diusulkan").words
    assert c.get(f"/padanan_nama/{uid}").status in (403, 404), "whoever keeps no lists reads it"
    assert number not in c.get("/cari?q=Okta").words, "what nobody agreed to is used"
    step(s, uid, "pakai")
    [learned] = write(s, c, 3)
    assert weight(s, learned) > weight(s, unlearned) + 200, (weight(s, unlearned), weight(s, learned))
    s.stop()
    s.start()
    assert number in s.login("ppt").get("/cari?q=Okta").words
    s.login("sekretaris")
    step(s, uid, "tolak", **{"-alasan": "Ternyata dua nama yang lain."})
    s.cli("match learn")
    assert [(p[0], p[3]) for p in proposed(s)] == [(uid, "ditolak")], "what was refused is proposed again"


def test_names_are_added_by_hand(own):
    c = own.as_("sekretaris")
    page = c.submit(c.get("/padanan_nama/baru").form("/padanan_nama/baru", has="kata").fill(kata="Wunibaldus Nimu"))
    uid = re.search(r"/padanan_nama/([0-9a-f-]{36})", page.path).group(1)
    step(own, uid, "pakai")
    assert proposed(own)[0][3] == "dipakai"
