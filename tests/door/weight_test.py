"""What pages weigh on the wire, against the budget by class of page (KB of 1000 bytes, compressed), and how many
requests a first and a later visit makes."""
import gzip
import http.client
import re

import pages
from rights import Domain

DATA = "walked"

KB = 1000
BUDGET = {  # class: (HTML, CSS, JS, requests of a first visit)
    "public": (6, 6, 2, 3), "post": (11, 12, 10, 4), "officer": (20, 12, 25, 5), "table": (35, 12, 25, 5)}
# The aim for a post was 5 KB of HTML; docs/decisions/011-weight-of-post-forms.md says why it is more.
POSTS = ("petugas_pos", "petugas_desa")
TABLES = ("/tabel", "/seri")


def fetch(client, path):
    """(bytes on the wire, text, headers)."""
    connection = http.client.HTTPConnection(client.netloc, timeout=200)
    cookies = "; ".join(f"{k}={v}" for k, v in client.cookies.items())
    connection.request("GET", path, headers={"Accept-Encoding": "gzip", "Cookie": cookies})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200, f"{path}: {answer.status}"
    packed = answer.headers.get("Content-Encoding") == "gzip"
    return len(body), (gzip.decompress(body) if packed else body).decode(), answer.headers


def parts(html):
    """Addresses of what a page needs before it stands: (style sheets, scripts, pictures)."""
    return (re.findall(r'<link rel="stylesheet" href="([^"]+)"', html), re.findall(r'<script[^>]* src="([^"]+)"', html),
            re.findall(r'<img[^>]* src="([^"]+)"', html))


def check_page(client, kind, path, sizes):
    """What of this page is over its budget; `sizes` remembers assets."""
    most_html, most_css, most_js, requests = BUDGET[kind]
    size, html, _ = fetch(client, path)
    styles, scripts, pictures = parts(html)
    for asset in styles + scripts:
        if asset not in sizes:
            sizes[asset], _, head = fetch(client, asset)
            assert "immutable" in head["Cache-Control"], f"{asset} is asked for again on a later visit"
    count = 1 + len(styles) + len(scripts) + len(pictures)
    found = [("HTML", size, most_html * KB), ("CSS", sum(sizes[x] for x in styles), most_css * KB),
             ("JS", sum(sizes[x] for x in scripts), most_js * KB), ("requests", count, requests)]
    return [f"{kind} {path}: {what} {n} > {most}" for what, n, most in found if n > most]


def class_of(found):
    if not found.login:
        return "public"
    return "table" if found.shape[0].startswith(TABLES) else "officer"


def test_pages_keep_to_their_weight(s):
    sizes, over = {}, []
    for found in pages.every_page(s):
        client = s.as_(found.login) if found.login else s.client()
        over += check_page(client, class_of(found), found.path, sizes)
    assert sizes and not over, f"{len(over)}: {over[:30]}"


def test_pages_of_posts_and_villages_keep_to_theirs(s):
    domain, sizes, over = Domain(), {}, []
    named = {r["label"]["id"]: name for name, r in domain.roles.items()}
    for login, (_, label, _) in s.people().items():
        role = named[label]
        if role in POSTS:
            works = [reg for reg, m in domain.registers.items() if reg in domain.roles[role]["works"]
                     and any(x["role"] == role and "create" in x["verbs"] for x in m["rights"]) and "parent" not in m]
            assert works, role
            for path in ["/?beranda=1"] + [f"/{reg}/baru" for reg in works]:
                over += check_page(s.as_(login), "post", path, sizes)
    assert sizes and not over, f"{len(over)}: {over[:30]}"
