#!/usr/bin/python3
"""Every page of the program, found by walking it: each practice person follows the links from every
route without a capture on, and one page of each shape is kept (route x register or name x tab; the first page of every role).
Nothing here names a page: what gets a route in src/web/route.def or a file in domain/registers is walked too,
and tests/door/pages_test.py fails when a shape that somebody may see was not reached.

usage: pages.py URL DATA    prints {"pages": [..], "cookies": {login: {..}}} for the browser tests
"""
import collections
import functools
import html
import json
import re
import sys
import urllib.parse

import sigap
import steps
from grants import move
from rights import Domain

UID = r"[0-9a-f]{8}-[0-9a-f-]{27}"
ROUTE = re.compile(r'ROUTE\(\s*GET,\s*"([^"]+)",\s*"(\w+)",\s*([^,]+),')
HREF = re.compile(r'<a\s[^>]*?\bhref="([^"]*)"')
EVERYBODY = ("/{reg}", "/{reg}/{uid}")  # each person sees others there, and other ways on; so on every page without a capture
STRANGER = ""
KEPT = "jalan.json"
TRIES = 2  # addresses of one shape that a person tries before giving it up

Found = collections.namedtuple("Found", "shape path login")


def routes():
    """Patterns of the pages: every GET route of the program but those for programs and assets."""
    text = (sigap.ROOT / "src/web/route.def").read_text()
    return [pattern for pattern, _, flags in ROUTE.findall(text) if not {"API", "ROUTE_ASSET"} & set(re.findall(r"\w+", flags))]


class Shapes:
    """Says of an address which route and register it belongs to, as the program's own table does."""

    def __init__(self):
        self.registers = set(Domain().registers)
        self.table = []
        for pattern in routes():
            exact = re.escape(pattern).replace(r"\{reg\}", r"(?P<reg>[a-z0-9_]+)").replace(r"\{name\}", r"(?P<name>[a-z0-9_.-]+)")
            self.table.append((pattern, re.compile(exact.replace(r"\{uid\}", UID) + r"\Z")))

    @functools.cache
    def of(self, address):
        """(pattern, register or name, tab), or None for an address that is no page of ours."""
        parts = urllib.parse.urlsplit(address)
        tab = dict(urllib.parse.parse_qsl(parts.query)).get("tab", "")
        for pattern, exact in self.table:
            found = exact.match(parts.path)
            if found and found.groupdict().get("reg", next(iter(self.registers))) in self.registers:
                return (pattern, next(iter(found.groupdict().values()), ""), tab)
        return None


def links_of(page):
    """Addresses a page leads to, or sends on to, each once, in order. Read by a pattern: the walk sees thousands of pages."""
    sent_on = [page.headers["Location"]] if page.headers.get("Location") else []
    text = page.html if "html" in (page.headers.get("Content-Type") or "") else ""
    seen = dict.fromkeys(sent_on + [html.unescape(href) for href in HREF.findall(text)])
    return list(dict.fromkeys(filter(None, (own_address(page.url, href) for href in seen))))


@functools.lru_cache(100_000)
def own_address(base, href):
    """Path and query on our own server, or None."""
    joined = urllib.parse.urlsplit(urllib.parse.urljoin(base, href))
    return urllib.parse.urlunsplit(("", "", joined.path, joined.query, "")) if joined.netloc == urllib.parse.urlsplit(base).netloc else None


class Walk:
    """Pages found so far, by shape."""

    def __init__(self, visitors):
        self.visitors, self.shapes, self.found = visitors, Shapes(), {}

    def wanted(self, shape, seen):
        """A shape that this person has not seen and that is still of use."""
        return shape and shape not in seen and (shape not in self.found or shape[0] in EVERYBODY or "{" not in shape[0])

    def visit(self, client, login, role, path, shape):
        """Keeps the page if it is one: (kept, links)."""
        page = client.get(path, follow=False)
        kept = page.status == 200 and "html" in (page.headers.get("Content-Type") or "")
        if kept:
            self.found.setdefault((shape[0], role, "") if shape[0] == "/" else shape, Found(shape, path, login))
        return kept, links_of(page)

    def person(self, login, role, beyond=()):
        """`beyond`: addresses to begin at besides the routes without a capture."""
        client = self.visitors.as_(login) if login else self.visitors.client()
        client.stays = True
        seen, queue = set(), collections.deque([*(p for p in routes() if "{" not in p), *beyond])
        tries, asked = collections.Counter(), set()
        while queue:
            path = queue.popleft()
            shape = self.shapes.of(path)
            if path in asked or not self.wanted(shape, seen):
                continue
            asked.add(path)
            tries[shape] += 1
            kept, links = self.visit(client, login, role, path, shape)
            if kept or tries[shape] > TRIES:
                seen.add(shape)
            queue.extend(links)


def bring_a_book(visitors):
    """Somebody checks the template of a profile as it comes, so that there is a run to look at."""
    for login in visitors.people():
        client = visitors.as_(login)
        page = client.get("/impor")
        profiles = [path for path in links_of(page) if re.fullmatch(r"/impor/\w+", path)] if page.status == 200 else []
        if profiles:
            steps.upload(client, profiles[0].split("/")[2], "contoh.xlsx", client.get(profiles[0] + "/contoh.xlsx").body)
            return


def file_matters(visitors):
    """Files a request for a copy that two people agree on, and a breach; gives the addresses of what they lead to."""
    dpo, matter = visitors.as_("pdp"), {"diterima": "2026-10-01T08:00", "uraian": "Datang sendiri ke kantor."}
    person = next(path for path in links_of(dpo.get("/orang")) if re.fullmatch(rf"/orang/{UID}", path))
    copy = steps.make(dpo, "urusan_pdp", jenis="salinan", orang=steps.uid_of(person), bukti_identitas=["ktp"], **matter)
    move(dpo, copy, "periksa")
    move(visitors.as_("sekretaris"), copy, "setujui_salinan")
    breach = steps.make(dpo, "urusan_pdp", jenis="kegagalan", dibuka_dari="2026-01-01T00:00", dibuka_sampai="2026-12-31T00:00", **matter)
    return {"pdp": [copy + "/salinan", breach + "/terdampak", person + "/musnahkan"]}


def every_page(visitors):
    """List of Found over all practice people, a stranger first: of data that were walked, what was found then."""
    kept = visitors.data / KEPT
    if kept.exists():
        return [Found(tuple(shape), path, login) for shape, path, login in json.loads(kept.read_text())]
    bring_a_book(visitors)
    beyond = file_matters(visitors)
    walk = Walk(visitors)
    walk.person(STRANGER, STRANGER)
    for login, (_, role, _) in visitors.people().items():
        walk.person(login, role, beyond.get(login, []))
    return list(walk.found.values())


def keep(visitors):
    """Walks, and leaves what it found in the data, for every copy of them."""
    (visitors.data / KEPT).write_text(json.dumps(every_page(visitors)))


def main(url, data):
    visitors = sigap.Visitors(url, data)
    pages = every_page(visitors)
    cookies = {login: visitors.as_(login).cookies for login in visitors.people()}
    print(json.dumps({"pages": [{"route": p.shape[0], "of": p.shape[1], "tab": p.shape[2], "path": p.path, "login": p.login}
                                for p in pages], "cookies": cookies}))


if __name__ == "__main__":
    main(*sys.argv[1:])
