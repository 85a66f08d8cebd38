"""The walk over every page (tests/harness/pages.py) leaves nothing out that somebody may see."""
import re

import pages
from rights import Domain

DATA = "walked"

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
        locked = {state["name"] for state in reg.get("flow", {}).get("states", []) if state.get("locked") == "yes"}
        filled = s.rows(f"SELECT {'status' if locked else 'NULL'} status FROM {name} WHERE batal = 0")
        open_ones = [r for r in filled if r["status"] not in locked]
        missing += [f"{route} of {name}" for route, verbs in VERBS.items() if may(reg, verbs) and (route, name) not in found
                    and ((open_ones if route.endswith("/ubah") else filled) or "{uid}" not in route)]
    assert not missing, f"{len(missing)} not reached from any first page: {missing}"
