"""The second code of a log-in, as an authenticator on a phone makes it and as a person gives it."""
import base64
import hashlib
import hmac
import re
import struct
import time


def code_of(seed, at=None):
    """RFC 6238: six digits of this half-minute."""
    step = int((time.time() if at is None else at) // 30)
    digest = hmac.new(base64.b32decode(seed), struct.pack(">Q", step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 10 ** 6:06}"


def set_up(client):
    """Sets up a second factor; gives the seed and the recovery codes."""
    page = client.get("/akun/kode")
    page = client.submit(page.form("/akun/kode/mulai"))
    seed = re.search(r"<code>([A-Z2-7 ]{39})</code>", page.html).group(1).replace(" ", "")
    assert "<svg" in page.html and "onload" not in page.html
    form = page.form("/akun/kode", has="kode")
    form["kode"] = code_of(seed)
    done = client.submit(form)
    return seed, re.findall(r"<code>((?:[A-Z2-7]{4}-){5}[A-Z2-7]{4})</code>", done.html)


def password_only(s, who):
    c = s.client()
    form = c.get("/masuk").form("/masuk", has="sandi")
    form["masuk"], form["sandi"] = who, s.people()[who][0]
    return c, c.submit(form)


def give(client, code):
    form = client.get("/masuk/kode").form("/masuk/kode", has="kode")
    form["kode"] = code
    return client.submit(form)
