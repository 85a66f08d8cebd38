"""Review of matches: what is proposed, how a weight adds up, decisions with reasons, two persons where it reveals."""
import re

import steps
from care import change
from grants import uid_of
from program import Program
from review import decide, find, person

DATA = "light"  # read whole again and again


def merged(s, uid):
    return s.rows("SELECT k.uid FROM orang o LEFT JOIN orang k ON k.id = o.gabung_ke WHERE o.uid = ?", uid)[0][0]


def victims(s):
    text = s.cli("table korban_jk_umur --period 2026-S2 --audience internal").stdout
    return int(re.search(r"^Jumlah,.*,(\d+)\r?$", text, re.M).group(1))


def two(c, name, **more):
    one = {"jk": "P", "tgl_lahir": "1998-03-21", **more}
    return person(c, nama=name, **one), person(c, nama=name, **one)


def test_a_weight_is_the_sum_of_its_parts(s):
    c = s.as_("ppt")
    pair = two(c, "Hendrika Ujibobot Sanamtasa", nama_ibu="Yosefina Ujibobot")
    s.cli("match refresh")
    page = find(c, pair)
    assert page and "terlindung" in page.html and "Sanamtasa" not in page.words, "values stood open without a purpose"
    cells = re.findall(r'<td class="angka"[^>]*>\s*([+−]?)(\d+),(\d\d)', page.html)
    parts = [int(whole + part) * (-1 if sign == "−" else 1) for sign, whole, part in cells]
    assert len(parts) == 12 and sum(parts[:-1]) == parts[-1] > 0, parts
    score = s.rows("SELECT skor FROM kandidat k JOIN kandidat__orang l ON l.rec = k.id JOIN orang o ON o.id = l.val"
                   " WHERE o.uid = ?", pair[0])[0][0]
    assert score == parts[-1]
    opening = page.form("/kecocokan/buka")
    opening["guna"] = next(v for v in opening.options("guna") if v)
    c.submit(opening.fill(**{"-alasan": "Meninjau kecocokan."}))
    assert "Sanamtasa" in find(c, pair).words
    assert all("Meninjau kecocokan." in s.as_("pdp").get(f"/orang/{uid}/pembaca").words for uid in pair), "an opening stands on no record"


def test_a_merge_is_a_link_with_a_reason_and_is_undone(s):
    c = s.as_("ppt")
    first, second = two(c, "Kristina Ujigabung Tnunai")
    s.cli("match refresh")
    page = find(c, (first, second))
    short = decide(c, page, "gabung", "sama")
    assert short.status == 422 and merged(s, second) is None, "a merge without a reason"
    assert decide(c, page, "gabung").status == 200 and merged(s, second) == first
    assert find(c, (first, second)) is None, "a pair that is decided waits no more"
    number = s.rows("SELECT k.uid FROM kandidat k JOIN kandidat__orang l ON l.rec = k.id JOIN orang o ON o.id = l.val"
                    " WHERE o.uid = ?", second)[0][0]
    told = [c.get(path).words for path in (f"/kandidat/{number}/riwayat", f"/orang/{second}/riwayat")]
    assert all("Nama ibu dan desa sama." in words for words in told)
    form = c.get(f"/kandidat/{number}").form(f"/kandidat/{number}/pisah")
    c.submit(form.fill(**{"-alasan": "Ternyata saudara kembar."}))
    assert merged(s, second) is None


def test_what_the_program_writes_nobody_writes_by_hand(s):
    """A merge opens a person to another agency, and an emergency opens a file: neither is a value that somebody types."""
    c, call = s.as_("ppt"), Program(s, "ppt")
    kept, hers = two(c, "Aloysia Ujitangan Banunaek")
    version = s.rows("SELECT versi FROM orang WHERE uid=?", hers)[0][0]
    refused = call("PATCH", f"/api/v1/orang/{hers}", {"isian": {"gabung_ke": kept}}, If_Match=f'"{version}"')
    assert refused.status == 422 and "gabung_ke" in refused.html and merged(s, hers) is None, refused.html[:300]
    form = c.get(f"/orang/{hers}/ubah").form("/ubah", has="idem")
    assert "gabung_ke" not in form
    c.submit(form.force("gabung_ke", kept))
    assert merged(s, hers) is None
    file = s.rows("SELECT k.uid FROM korban k JOIN fakta_pengguna f ON f.agency=k.pemilik WHERE k.batal=0 AND f.login='ppt' LIMIT 1")[0]["uid"]
    grants = s.rows("SELECT count(*) FROM hibah")[0][0]
    form = c.get(f"/hibah/baru?induk=korban/{file}").form("/hibah/baru")
    assert "darurat" not in form
    values = {"jenis": "rujukan", "pengguna": uid_of(s, "kesehatan"), "tujuan": "layanan_korban", "alasan": "Rujukan layanan psikolog",
              "kelas": ["kontak"], "sampai": "2030-01-01T08:00"}
    refused = call("POST", "/api/v1/hibah", {"induk": f"korban/{file}", "isian": {**values, "darurat": "ya"}})
    assert refused.status == 422 and "darurat" in refused.html and s.rows("SELECT count(*) FROM hibah")[0][0] == grants, refused.html[:300]
    described = call("GET", "/api/v1/openapi.json").json()["components"]["schemas"]["orang"]["properties"]
    assert described["gabung_ke"].get("readOnly") and not described["nama"].get("readOnly")


def test_what_was_refused_is_not_proposed_again(s):
    c = s.as_("ppt")
    pair = two(c, "Agustina Ujitolak Benu")
    s.cli("match refresh")
    decide(c, find(c, pair), "tolak", "Dua orang, sepupu.")
    s.cli("match refresh")
    assert find(c, pair) is None and merged(s, pair[1]) is None


def test_out_of_reach_there_is_no_pair(s):
    one = {"nama": "Serafina Ujilintas Kofi", "jk": "P", "tgl_lahir": "1997-11-02"}
    pair = person(s.as_("ppt"), **one), person(s.as_("ppt2"), **one)
    s.cli("match refresh")
    assert s.rows("SELECT count(*) FROM kandidat__orang l JOIN orang o ON o.id = l.val WHERE o.uid = ?", pair[0])[0][0] == 1
    for who in ("ppt", "ppt2", "sekretaris"):
        assert find(s.as_(who), pair) is None, who


def test_what_reveals_a_file_needs_a_second_person(s):
    c = s.as_("ppt")
    cases = [steps.make(c, "kasus", judul=f"Perkara uji dua orang {i}", klasifikasi="tppo") for i in (1, 2)]
    uids = []
    for case in cases:
        uid = person(c, nama="Ursula Ujidua Naimnanu", jk="P", tgl_lahir="1996-06-15")
        steps.make(c, "korban", case, status_tppo="terbukti_layanan", orang=uid, tanggal_identifikasi="2026-07-01")
        uids.append(uid)
    users = dict(s.rows("SELECT nama_masuk, uid FROM pengguna"))
    for case, login in ((cases[0], "peksos"), (cases[1], "peksos"), (cases[1], "penyidik")):
        steps.make(c, "penugasan", case, pengguna=users[login], peran_tim="penyidik" if login == "penyidik" else "pekerja_sosial")
    s.cli("match refresh")
    page = find(c, uids)
    assert "perlu orang kedua" in page.words and "gabung" not in page.form("/kecocokan/", has="langkah").options("langkah")
    decide(c, page, "usul")
    assert merged(s, uids[1]) is None
    own = decide(c, find(c, uids), "setujui")
    assert own.status == 422 and merged(s, uids[1]) is None, "one person took both steps"
    # weighed anew by the program, the proposal is still hers
    number = s.rows("SELECT k.uid FROM kandidat k JOIN kandidat__orang l ON l.rec=k.id JOIN orang o ON o.id=l.val WHERE o.uid=?", uids[1])[0][0]
    change(s, "UPDATE kandidat SET bobot='9' WHERE uid=?", number)
    s.cli("match refresh")
    assert s.rows("SELECT bobot FROM kandidat WHERE uid=?", number)[0][0] != "9", "nothing was weighed anew"
    again = decide(c, find(c, uids), "setujui")
    assert again.status == 422 and merged(s, uids[1]) is None, "the program's version hid whose proposal it is"
    before = victims(s)
    second = s.as_("peksos")
    assert decide(second, find(second, uids), "setujui").status == 200
    assert merged(s, uids[1]) == uids[0]
    assert victims(s) == before - 1, "one person was counted twice"
    text = s.cli("table korban_jk_umur --period 2026-S2 --audience internal").stdout
    records, persons, known = map(int, re.search(r"(\d+) catatan semua instansi menyangkut (\d+) orang; (\d+) catatan", text).groups())
    assert persons == before - 1 and records - persons == known > 0, text


def books(page):
    """{(register, office): records} of the table, and the words of its section."""
    section = re.search(r'<section[^>]*id="rujuk".*?</section>', page.html, re.S).group()
    words = " ".join(re.sub(r"<[^>]*>", " ", section).split())
    cells = re.findall(r'<tr><th scope="row">([^<]*)</th><td>([^<]*)</td><td class="angka">(\d+)</td>', section)
    return {(reg, office): int(n) for reg, office, n in cells}, words


def linked(s, c, name):
    """Two records linked as one person: the first a victim in a case, the second holder of a paper."""
    first, second = two(c, name)
    case = steps.make(c, "kasus", judul="Perkara uji buku", klasifikasi="tppo")
    steps.make(c, "korban", case, status_tppo="terbukti_layanan", orang=first, tanggal_identifikasi="2026-07-01")
    paper = steps.make(c, "dokumen", orang=second, jenis="paspor", ada="ya")
    s.cli("match refresh")
    assert decide(c, find(c, (first, second)), "gabung").status == 200
    return first, second, case, paper


def test_books_of_both_records_stand_on_either_page(s):
    c = s.as_("ppt")
    first, second, _, _ = linked(s, c, "Paulina Ujibuku Tefa")
    for uid in (first, second):
        table, words = books(c.get(f"/orang/{uid}?rujuk=ya"))
        assert {reg for reg, _ in table} >= {"Korban", "Dokumen"}, (table, words)
        assert "Ditautkan sebagai satu orang" in words


def test_what_is_out_of_reach_appears_in_no_book(s):
    c = s.as_("ppt")
    first, second, case, paper = linked(s, c, "Rosina Ujibuku Nenohai")
    users = dict(s.rows("SELECT nama_masuk, uid FROM pengguna"))
    steps.make(c, "penugasan", case, pengguna=users["peksos"], peran_tim="pekerja_sosial")
    worker = s.as_("peksos")
    assert worker.get(f"/orang/{second}").status == 404
    page = worker.get(f"/orang/{first}?rujuk=ya")
    table, words = books(page)
    assert {reg for reg, _ in table} == {"Korban"} and "Ditautkan" not in words, (table, words)
    assert second not in page.html and steps.uid_of(paper) not in page.html
