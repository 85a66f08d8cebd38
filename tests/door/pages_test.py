"""The walk over every page (tests/harness/pages.py) leaves nothing out that somebody may see."""
import re

import pages
from rights import Domain

NO_PAGES = re.compile(r"/pilih/|\.csv$|\.xlsx$|\.css$|/berkas/|^/kunci$|^/masuk/kode$|/massal$")  # JSON, files, a session locked or without its code, rows ticked in a form
VERBS = {"/{reg}": ("list", "read"), "/{reg}/baru": ("create",), "/{reg}/{uid}": ("read",), "/{reg}/{uid}/riwayat": ("read",),
         "/{reg}/{uid}/ubah": ("change",), "/bantuan/{reg}": ("list", "read", "create")}


def may(reg, verbs):
    return any(set(verbs) & set(line["verbs"]) for line in reg["rights"])


def test_the_walk_reaches_every_route_and_register(s):
    domain = Domain()
    found = {p.shape[:2] for p in pages.every_page(s)}
    missing = [r for r in pages.routes() if not NO_PAGES.search(r) and r not in {route for route, _ in found}]
    for name, reg in domain.registers.items():
        filled = s.rows(f"SELECT count(*) n FROM {name} WHERE batal = 0")[0]["n"]
        missing += [f"{route} of {name}" for route, verbs in VERBS.items()
                    if may(reg, verbs) and (filled or "{uid}" not in route) and (route, name) not in found]
    assert not missing, f"{len(missing)} not reached from any first page: {missing}"
