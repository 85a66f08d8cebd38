"""What leaves as a file says who took it, and goes on record under the id that it carries."""
import concurrent.futures
import io
import re

import openpyxl
import steps

COPY = re.compile(r"Diunduh oleh (\w+), salinan ([0-9a-f]{8}-[0-9a-f-]{27})")


def texts(book):
    return " ".join(str(v) for sheet in openpyxl.load_workbook(io.BytesIO(book)) for row in sheet.iter_rows(values_only=True) for v in row if v is not None)


def on_record(s, text, login, action):
    """The copy's id finds its row, and nothing but it."""
    (who, copy), = set(COPY.findall(text))
    actor = s.rows("SELECT uid FROM fakta_pengguna WHERE login=?", login)[0]["uid"] if login else "sistem:cli"
    row, = s.rows("SELECT actor, action, result FROM audit WHERE uid=?", copy)
    assert who == (login or "sistem") or who == login, who
    assert tuple(row) == (actor, action, "ok"), tuple(row)
    return copy


def test_every_file_names_who_took_it_and_its_row_is_found(s):
    office, keeper = s.as_("sekretaris"), s.as_("pdp")
    listed = office.get("/kasus.csv").body.decode("utf-8-sig")
    assert COPY.search(listed.splitlines()[-1]), "the mark is not its last line"
    copies = {on_record(s, listed, "sekretaris", "export"), on_record(s, texts(office.get("/kasus.xlsx").body), "sekretaris", "export")}
    for path, action in (("/tabel/korban_jk_umur.csv", "table"), ("/tabel/korban_jk_umur.xlsx", "table"), ("/tabel.xlsx", "export")):  # one of them names records
        body = office.get(path).body
        copies.add(on_record(s, texts(body) if path.endswith("xlsx") else body.decode("utf-8-sig"), "sekretaris", action))
    named = s.as_("penyidik").get("/tabel/transaksi_penerima.csv").body.decode("utf-8-sig")
    copies.add(on_record(s, named, "penyidik", "export"))  # its lines are people: it counts as a list does
    copies.add(on_record(s, keeper.get("/audit.csv", {"masuk": "statistik"}).body.decode("utf-8-sig"), "pdp", "export"))
    said = s.cli("table", "korban_jk_umur", "--period", "2026-S1", "--as", "statistik").stdout
    copies.add(on_record(s, said, "statistik", "table"))
    assert len(copies) == 8, "two files carry one id"
    assert not COPY.search(office.get("/tabel/korban_jk_umur").words), "a page on the screen is no copy"
    for copy in copies:
        form = keeper.get("/audit").form("/audit", has="catatan")
        form["catatan"] = copy
        page = keeper.submit(form)
        assert page.html.split("<tbody>")[1].count("<tr>") == 1 and copy in page.words and f"/{copy}/pembaca" not in page.html


def test_lists_are_taken_so_often_an_hour_also_at_once(own):
    """Five, as security.md 4.6 has it; a table of figures does not count, one that names records does."""
    clients = [own.login("sekretaris") for _ in range(8)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda c: c.get("/kasus.csv"), clients))
    assert sorted(p.status for p in pages) == [200] * 5 + [429] * 3
    assert all(b"KAS-" not in p.body for p in pages if p.status == 429), "what was refused was sent"
    assert clients[0].get("/kasus.xlsx").status == 429 and clients[0].get("/tabel/korban_jk_umur.csv").status == 200
    assert own.as_("ppt").get("/kasus.csv").status == 200, "one person's files count against another"
    own.stop()
    own.cli("clock", "advance", 1)
    own.start()
    assert own.login("sekretaris").get("/kasus.csv").status == 200
