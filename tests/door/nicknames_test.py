"""Nicknames learned from links that people decided: proposed when several persons show them, used once agreed to."""
import csv
import re

from grants import move
from review import person

DATA = "light"  # read whole again and again

FAMILIES = ("Sanamtasa", "Naimnanu", "Kolobani", "Tefatun", "Benufunit", "Manafe")


def decided(s, c, pair):
    [uid] = s.rows("SELECT uid FROM kandidat WHERE id IN (SELECT l.rec FROM kandidat__orang l JOIN orang o ON o.id = l.val WHERE o.uid = ?)"
                   " AND id IN (SELECT l.rec FROM kandidat__orang l JOIN orang o ON o.id = l.val WHERE o.uid = ?)", *pair)[0]
    assert move(c, f"/kandidat/{uid}", "gabung", **{"-alasan": "Telepon dan tanggal lahir sama."}).status == 200


def save(c, name, birth):
    """The page after saving, without saying that it is somebody else."""
    return c.submit(c.get("/orang/baru").form("/orang/baru", has="nama").fill(nama=name, jk="L", tgl_lahir=birth))


def alike(page, number):
    """Whether a page that asks calls the name of this person alike."""
    return re.search(re.escape(number) + r"[^.]{0,60}Nama lengkap", page.words)


def proposed(s):
    """Those about the names tried here; the practice data hold others."""
    return s.rows("SELECT uid, kata, orang, status FROM padanan_nama WHERE batal = 0 AND (kata LIKE '%wunibaldus%' OR kata LIKE '%okta%'"
                  " OR kata LIKE '%salestinus%' OR kata LIKE '%beko%')")


def step(s, uid, name, **values):
    page = move(s.as_("sekretaris"), f"/padanan_nama/{uid}", name, **values)
    assert page.status == 200, page.words[-600:]


def test_three_links_propose_what_two_do_not_and_agreed_words_count(own):
    s, c = own, own.as_("ppt")
    there = [person(c, nama="Wunibaldus", jk="L", tgl_lahir=birth) for birth in ("1979-01-20", "1980-02-21")]
    numbers = [s.rows("SELECT nomor FROM orang WHERE uid = ?", uid)[0][0] for uid in there]
    pairs = []
    for i, family in enumerate(FAMILIES):
        same = {"jk": "L", "tgl_lahir": f"19{60 + 5 * i}-0{1 + i}-{10 + 3 * i}", "telepon": f"08{123 + 111 * i}45{600 - 97 * i}1{i}"}
        names = ("Salestinus", "Beko") if i < 2 else ("Wunibaldus", "Okta")
        pairs.append([person(c, nama=f"{given} {family}", **same) for given in names])
    s.cli("match refresh")
    for pair in pairs[:5]:
        decided(s, c, pair)
    s.cli("match learn")
    [(uid, words, persons, state)] = proposed(s)
    assert set(words.split()) == {"wunibaldus", "okta"} and persons == 3 and state == "usulan", "what two persons show is no proposal"
    assert "wunibaldus" in s.as_("sekretaris").get("/antrean/padanan_diusulkan").words
    assert c.get(f"/padanan_nama/{uid}").status in (403, 404), "whoever keeps no lists reads it"
    assert not alike(save(c, "Okta", "1979-01-20"), numbers[0]), "what nobody agreed to is used"
    assert numbers[0] not in c.get("/cari?q=Okta").words
    step(s, uid, "pakai")
    assert numbers[0] in c.get("/cari?q=Okta").words, "who was on file before is not found by it at once"
    assert alike(save(c, "Okta", "1980-02-21"), numbers[1])
    step(s, uid, "tolak", **{"-alasan": "Ternyata dua nama yang lain."})
    decided(s, c, pairs[5])
    s.cli("match learn")
    assert [(p[0], p[3]) for p in proposed(s)] == [(uid, "ditolak")], "what was refused is proposed again"


def test_names_are_added_by_hand(own):
    c = own.as_("sekretaris")
    page = c.submit(c.get("/padanan_nama/baru").form("/padanan_nama/baru", has="kata").fill(kata="Wunibaldus Nimu"))
    uid = re.search(r"/padanan_nama/([0-9a-f-]{36})", page.path).group(1)
    step(own, uid, "pakai")
    assert proposed(own)[0][3] == "dipakai"


def test_what_is_in_force_goes_along_to_matching_of_files(own, tmp):
    c = own.as_("sekretaris")
    for words in ("Wunibaldus Okta", "Salestinus Beko"):
        page = c.submit(c.get("/padanan_nama/baru").form("/padanan_nama/baru", has="kata").fill(kata=words))
        if words.startswith("W"):
            step(own, re.search(r"/padanan_nama/([0-9a-f-]{36})", page.path).group(1), "pakai")
    table = own.cli("match nicknames").stdout
    assert "kuat\twunibaldus okta\n" in table and "salestinus" not in table, "what nobody agreed to is handed out"
    (tmp / "equal.tsv").write_text(table)
    (tmp / "book.csv").write_text("id,nama,tanggal_lahir\n" + "".join(f"{n},{name},0{n}-02-198{n}\n" for n, name in enumerate(FAMILIES, 1)) +
                                  "x1,Wunibaldus Sabuna,01-09-1980\nx2,Okta Sabuna,01-09-1980\n")
    own.cli(f"match dedupe {tmp}/book.csv --names {tmp}/equal.tsv --out {tmp}/out")
    [pair] = [p for p in csv.DictReader(open(tmp / "out/pairs.csv")) if {p["a"], p["b"]} == {"x1", "x2"}]
    assert pair["pattern"].startswith("same+alike "), pair
