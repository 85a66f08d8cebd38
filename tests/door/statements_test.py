"""What a page costs in SQL statements: the same for few rows and for many (the log of SIGAP_TRACE says it)."""
import os
import pathlib
import re

os.environ["SIGAP_TRACE"] = "1"  # the server of this file inherits it
MOST, NAMES, WIDTH, SEVERAL = 13, 4, 5, 4


def cost(s, client, path):
    """Statements of one request, and rows its table shows."""
    at = s.log.stat().st_size
    page = client.get(path)
    assert page.status == 200, f"{path}: {page.status}"
    said = s.log.read_bytes()[at:].decode()
    found = re.findall(r"trace GET (\S+) (\d+)", said)
    mine = [int(n) for where, n in found if where == path.split("?")[0]]
    assert len(mine) == 1, f"{path}: {said!r}"
    return mine[0], len(re.findall(r"<tr[ >]", page.html))


def test_a_list_costs_the_same_for_few_rows_and_for_many(s):
    compared = 0
    for login in ("ppt", "sekretaris", "pimpinan"):
        client = s.as_(login)
        for register in ("kasus", "korban", "tugas", "institusi"):
            if client.get(f"/{register}").status != 200:
                continue
            many, rows = cost(s, client, f"/{register}")
            assert many <= MOST, f"/{register} as {login}: {many} statements"
            number = re.search(r"[A-Z]{3}-20\d\d-\d+", client.get(f"/{register}").html)
            if rows < 50 or not number:
                continue
            few, left = cost(s, client, f"/{register}?q={number.group(0)}")
            # A facet that names institutions asks once for all it offers, and is left out where it narrows nothing; a search first asks how wide the reach is, and counts anew what the whole list remembers until the next commit.
            assert left < rows - 40 and -WIDTH <= many - few <= NAMES and few <= MOST, f"/{register} as {login}: {few} statements for {left} rows, {many} for {rows}"
            compared += 1
    assert compared >= 3, "the practice data has too few rows to compare"


def test_a_table_of_figures_costs_the_same_for_every_period(s):
    client = s.as_("sekretaris")
    one, _ = cost(s, client, "/tabel/korban_terpilah?masa=2020-S1")
    other, _ = cost(s, client, "/tabel/korban_terpilah")
    assert max(one, other) <= MOST, f"{one} and {other} statements"


def registers():
    return sorted(p.stem for p in (pathlib.Path(__file__).resolve().parents[2] / "domain/registers").glob("*.yaml"))


def several(register):
    """Fields of several references: what is chosen there is looked up one by one."""
    text = (pathlib.Path(__file__).resolve().parents[2] / f"domain/registers/{register}.yaml").read_text(encoding="utf-8")
    return len(re.findall(r"type: \"?refs ", text))


def sections(page):
    """Lists of other records on the page: each may cost one statement."""
    return page.html.count('class="bagian anak"')


def test_every_page_of_every_register_costs_few_statements(s):
    seen, dear = 0, []
    for login in ("ppt", "sekretaris"):
        client = s.as_(login)
        for register in registers():
            page = client.get(f"/{register}")
            if page.status != 200:
                continue
            record = re.search(rf'href="(/{register}/[0-9a-f-]{{36}})"', page.html)
            paths = [f"/{register}", f"/{register}/baru"]
            paths += [record.group(1) + end for end in ("", "/ubah", "/riwayat")] if record else []
            for path in paths:
                page = client.get(path)
                if page.status != 200:
                    continue
                spent, _ = cost(s, client, path)
                seen += 1
                if spent > MOST + sections(page) + SEVERAL * several(register):
                    dear.append(f"{path} as {login}: {spent} statements, {sections(page)} sections")
    assert not dear, "\n".join(dear)
    assert seen > 150, f"{seen} pages looked at"
