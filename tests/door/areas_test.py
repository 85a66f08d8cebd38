"""Each of the 31 areas of the requirements, through the door: a record is made by form, stands in the list, is found by its
words or number, leaves as CSV and XLSX, comes in by a workbook's template where a role imports it, and is counted.
tests/areas.tsv says by which register an area is tried."""
import csv
import datetime
import io
import pathlib
import re
import sys

import sigap
import steps

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import every_register_test as walk  # noqa: E402  (how a register is walked)

LINES = (pathlib.Path(sigap.ROOT) / "tests/areas.tsv").read_text(encoding="utf-8").splitlines()[1:]
AREAS = dict(line.split("\t")[:2] for line in LINES)
NO_EXPORT = {"orang"}  # identity leaves in no list: only by the two-person rule


def found(client, reg, path):
    """By number where there is one, else by the words of a searched text."""
    if "number" not in walk.DOMAIN.registers[reg]:
        walk.check_search(client, reg, path)
        return
    number = re.search(r"[A-Z]{2,3}-(?:\d{4}-)?\d{3,5}", client.get(path).words)
    assert number, f"{reg}: {path} shows no number"
    page = client.get(f"/{reg}", {"q": number.group(0)})
    assert path in page.html, f"{reg}: searching {number.group(0)} does not find it"


def leaves(s, reg):
    """As both files, with one line a record in the CSV."""
    out = walk.DOMAIN.who(reg, "export")
    assert out, f"{reg}: nobody may export"
    client = s.as_(out[0])
    told = client.get(f"/{reg}.csv")
    lines = list(csv.reader(io.StringIO(told.body.decode("utf-8-sig"))))
    book = client.get(f"/{reg}.xlsx")
    assert told.status == 200 and len(lines) > 1 and book.status == 200 and sigap.read_xlsx(book.body), f"{reg}: no file"


def counted(s, reg):
    """In a figure of the page of tables where the register declares statistics, else by its list."""
    label = walk.DOMAIN.registers[reg]["label"]["id"]
    if "stats" in walk.DOMAIN.registers[reg]:
        for login in walk.DOMAIN.who(reg, "count"):
            for day in (walk.TODAY, walk.TODAY - datetime.timedelta(days=183)):  # a half-year that has just begun holds little
                page = s.as_(login).get(f"/tabel?masa={day.year}-S{1 if day.month <= 6 else 2}")
                if page.status == 200 and re.search(rf"<dt>{re.escape(label)}</dt><dd><strong>(?!0<)[^<]+</strong>", page.html):
                    return
        raise AssertionError(f"{reg}: no figure counts it")
    page = s.as_(walk.DOMAIN.who(reg, "read")[0]).get(f"/{reg}")
    assert re.search(r'class="jumlah-baris"[^>]*>[^<]*\d', page.html), f"{reg}: the list has no count"


def comes_in(s, reg):
    """The template of the register's own import, for whoever may import and create."""
    writers = [p for p in walk.DOMAIN.who(reg, "import", "create") if "import" in walk.DOMAIN.duties[walk.DOMAIN.people[p]]]
    for login in writers[:1]:
        page = s.as_(login).get(f"/{reg}/impor")
        assert page.status == 200, f"/{reg}/impor as {login}: {page.status}"
        assert sigap.read_xlsx(s.as_(login).get(page.link(href_contains="contoh.xlsx")).body), f"template of {reg}"


def test_every_area_is_recorded_listed_searched_imported_exported_and_counted(s):
    wrong = []
    steps.setting(s, unduhan_sejam=1000)
    assert len(AREAS) == 31
    for area, reg in AREAS.items():
        try:
            _, client, path = walk.made_by_somebody(s, reg)
            assert walk.listed(client, reg, path), f"{reg}: {path} is not in the list"
            found(client, reg, path)
            comes_in(s, reg)
            if reg not in NO_EXPORT:
                leaves(s, reg)
            counted(s, reg)
        except AssertionError as error:
            wrong.append(f"{area}: {error}")
    assert not wrong, "\n".join(wrong)
