#!/usr/bin/python3
"""The harness tested without the program: a small server of our own, forms filled and sent."""
import http.server
import pathlib
import re
import socket
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from page import Client, Page, _Reader  # noqa: E402

PAGE = b"""<!doctype html><title>Uji &amp; coba</title><script>var no = 1;</script>
<form action=/cari><input name=q value=x></form>
<form id=f method=post action=/simpan enctype=multipart/form-data><input type=hidden name=csrf value=t0k>
<input name=judul value="a &quot;b&quot;"><textarea name=kisah>
satu
dua</textarea>
<select name=jk><option value="">-<option value=p selected>Perempuan</option><option value=l>Laki-laki</select>
<select name=bentuk multiple><option>x<option>y</select>
<input type=checkbox name=ya value=1><input type=checkbox name=ya value=2 checked>
<input type=radio name=r value=a checked><input type=radio name=r value=b>
<input name=mati value=z disabled><input type=file name=berkas>
<button name=aksi value=draf>Draf</button><button name=aksi value=kirim>Kirim</button></form>
<input form=f name=luar value=9><a href="/lain?x=1">Ke  <b>sana</b></a>"""


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body, *headers):
        self.send_response(status)
        for k, v in (("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body))), *headers):
            self.send_header(k, v)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/":
            self.answer(200, PAGE, ("Set-Cookie", "sesi=1; Path=/; HttpOnly"), ("Set-Cookie", "lama=; Max-Age=0"))
        else:
            self.answer(200, f"<p>{self.path} {self.headers.get('Cookie')}".encode())

    def do_POST(self):
        Handler.got = self.rfile.read(int(self.headers["Content-Length"])), self.headers
        self.answer(303, b"", ("Location", "/selesai"))


def both_readers_agree():
    """The quick one on the same page as we write it: what it takes, it reads as html.parser does; what it does not know, it leaves."""
    ours = re.sub(rb"=([\w/-]+)(?=[ >])", rb'="\1"', PAGE) + b"<p>&lt;a href=x&gt; &amp;lt;</p><br/><p>a &gt b"
    seen = []
    for quick in (True, False):
        page = Page("http://x/kasus/a?b", 200, {"Content-Type": "text/html"}, ours)
        page.clear()
        reader = _Reader(page)
        assert reader.read(page.html) if quick else not reader.feed(page.html)
        reader.close()
        reader.done()
        forms = [(f.action, f.method, f.text, [vars(c) for c in f.controls]) for f in page.forms]
        seen.append((page.title, page.words, page.links, forms))
    assert seen[0] == seen[1] and len(seen[0][3][1][3]) > 9, seen
    for strange in ("<p class=x>", "a < b", "<p title='x'>", "<!-- x -->", '<p a="x"b="y">', "<p", "<script>1"):
        assert not _Reader(page).read(strange), strange


def expect(error, act):
    try:
        act()
    except error:
        return
    raise AssertionError(f"no {error.__name__}")


def main():
    both_readers_agree()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    c = Client(f"http://127.0.0.1:{server.server_port}")
    c.cookies["lama"] = "1"
    page = c.get("/")
    assert page.title == "Uji & coba" and "var no" not in page.words and c.cookies == {"sesi": "1"}
    assert page.link("Ke sana") == c.base + "/lain?x=1"
    form = page.form(action_contains="simpan")
    assert form.pairs()[:4] == [("csrf", "t0k"), ("judul", 'a "b"'), ("kisah", "satu\ndua"), ("jk", "p")]
    assert form["ya"] == "2" and form["r"] == "a" and form["bentuk"] is None and form["luar"] == "9"
    assert "mati" not in dict(form.pairs()) and form.options("jk")["l"] == "Laki-laki"
    form.fill(judul="baru é", jk="l", bentuk=["x", "y"], ya=["1", "2"], r="b").file("berkas", "a.txt", b"\0isi")
    expect(KeyError, lambda: form.__setitem__("tak_ada", "1"))
    expect(KeyError, lambda: form.__setitem__("jk", "q"))
    expect(KeyError, lambda: form.pairs(button="hapus"))
    expect(KeyError, lambda: page.form("tak_ada"))
    page = c.submit(form, button=("aksi", "kirim"))
    body, headers = Handler.got
    assert page.path == "/selesai" and "sesi=1" in page.words and headers["Origin"] == c.base
    for part in (b'name="judul"\r\n\r\nbaru \xc3\xa9', b'filename="a.txt"', b"\0isi", b'name="aksi"\r\n\r\nkirim', b't0k'):
        assert part in body, part
    assert body.count(b'name="bentuk"') == 2 and body.count(b'name="ya"') == 2
    search = c.get("/").form("cari")
    search["q"] = "a&b"
    assert "/cari?q=a%26b" in c.submit(search).words.replace("&amp;", "&")
    form.force("csrf", "lain")
    assert form["csrf"] == "lain"
    c.stays = True
    Handler.protocol_version = "HTTP/1.1"
    first = (c.get("/"), c.connection)[1]
    assert c.get("/").status == 200 and first and c.connection is first
    first.sock.shutdown(socket.SHUT_RDWR)  # as a server that has closed it meanwhile
    assert c.get("/").status == 200 and c.connection is not first
    server.shutdown()
    print("forms, cookies, files and links as expected")


if __name__ == "__main__":
    main()
