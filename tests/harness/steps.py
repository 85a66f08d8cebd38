"""What people do again and again in door tests: bring a file in, open a file with its purpose."""
import datetime
import re
import time

WAIT_SECONDS = 200  # of the 600 that a test has: a machine may have much else to do


def wait_for(holds, words):
    """Until the server has done what it does by its own clock."""
    end = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < end, words
        time.sleep(0.1)


def settled(client, page):
    """The page of a job once it has finished: it says Refresh while it works."""
    end = time.monotonic() + WAIT_SECONDS
    while page.headers.get("Refresh"):
        assert time.monotonic() < end, f"{page.url} still works after {WAIT_SECONDS} s: {page.words[-300:]}"
        time.sleep(0.05)
        page = client.get(page.path)
    return page


def upload(client, profile, name, data):
    """Sends a file for checking; gives the finished preview."""
    form = client.get(f"/impor/{profile}").form(f"/impor/{profile}", has="berkas")
    form.file("berkas", name, data)
    return settled(client, client.submit(form))


def apply(client, preview):
    """Presses Apply; gives the page of the applied run."""
    return settled(client, client.submit(preview.form("/terap")))


def attach(client, uid, name, data):
    """Attaches a file to a case; gives the page of the attachment, or the form again."""
    form = client.get(f"/lampiran/baru?induk=kasus/{uid}").form("/lampiran/baru", has="kelas")
    form["jenis"] = "foto"
    form["kelas"] = "kisah"
    form.file("isi", name, data)
    return client.submit(form)


def undo(client, page):
    return settled(client, client.submit(client.get(page.path).form("/urung")))


def approve_roles(s):
    """The data-protection officer approves every role that waits for a second person."""
    officer = s.as_("pdp")
    while forms := [f for f in officer.get("/peran").forms if f.action.endswith("/peran/setujui")]:
        assert officer.submit(forms[0]).status == 200


def answer(client, preview, choose):
    """Answers each question about a person: choose(name, {value: value}) gives the value."""
    form = preview.form("/pilih")
    for name in dict.fromkeys(c.name for c in form.controls if c.name and c.name.startswith("tanya-")):
        form[name] = choose(name, form.options(name))
    return settled(client, client.submit(form))


def open_file(client, path, reason="Pemeriksaan berkas untuk uji", purpose=None, page=None):
    """Opens a record (or its `page`, got already) and, if it asks, its protected fields. Gives the page."""
    page = page or client.get(path)
    if page.status != 200 or b"/buka" not in page.body:
        return page
    try:
        form = page.form("/buka", has="guna")
    except KeyError:
        return page
    form["guna"] = purpose or next(v for v in form.options("guna") if v)
    form["-alasan"] = reason
    return client.submit(form)


def fields(page):
    """{label: value} of a record's page."""
    import html
    import re
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page.html, re.S)
    clean = [[html.unescape(re.sub(r"<[^>]*>", " ", x)) for x in p] for p in pairs]
    return {" ".join(k.split()): " ".join(v.split()) for k, v in clean}


def fill(form, values):
    """Fills a form as a person with the script does: what the pick list offers comes as a choice."""
    for name, value in values.items():
        if name in form and form.named(name)[0].kind not in ("radio", "hidden") or name + ".cari" not in form:
            form[name] = value
        else:
            form.force(name, value)
    return form


def faults(page):
    """What a page says is wrong, else how it ends."""
    import re
    return re.findall(r'<p class="salah[^>]*id="([^"]*)">([^<]*)', page.html) or page.words[-700:]


def make(client, reg, parent=None, **values):
    """A new record by its form; `parent` is a path "/reg/uid". Gives the path of the record."""
    page = client.get(f"/{reg}/baru" + (f"?induk={parent.strip('/')}" if parent else ""))
    form = next((f for f in page.forms if "idem" in f), None)
    assert form, f"no form at {page.url}: {page.status} {page.words[-300:]}"
    fill(form, {k.replace("__", "."): v for k, v in values.items()})
    page = client.submit(form)
    if page.status == 200 and any(c.name == "yakin" for f in page.forms for c in f.controls):
        page = client.submit(next(f for f in page.forms if "idem" in f), button="yakin")
    assert page.status == 200 and page.path.count("/") == 2 and not page.path.endswith("/baru"), f"{reg}: {page.status} {faults(page)}"
    return page.path


def change(client, path, **values):
    """Edits a record by its form after opening it; gives the page that follows."""
    open_file(client, path)
    form = client.get(path + "/ubah").form("/ubah", has="idem")
    return client.submit(fill(form, values))


def release(s, client, **values):
    """A release of a half-year all the way to its publication, by two persons; gives its page."""
    author = s.as_("statistik")
    path = make(author, "rilis", **{"judul": "Data korban terpilah", "khalayak": "publik", "catatan_metode": "Orang dihitung sekali.", **values})
    for who, name in ((author, "tinjau"), (client, "terbitkan")):
        page = who.submit(who.get(path).form(f"/{name}"))
        assert page.status == 200, page.words[-600:]
    return client.get(path)


def setting(s, **values):
    """Settings of the installation, by the page of that name."""
    admin = s.login("admin")
    page = admin.submit(admin.get("/setelan").form("/setelan", has="kop1").fill(**values))
    assert page.status == 200, page.words[-400:]


def uid_of(path):
    return path.split("/")[2]


def make_token(client, name="uji", days=30):
    """The page after asking for a token for programs."""
    form = client.get("/token").form("/token", has="nama")
    until = datetime.date.today() + datetime.timedelta(days=days)
    form.fill(nama=name, sampai=until.strftime("%d/%m/%Y"))
    return client.submit(form)


def token_of(page):
    """The token that page shows, once."""
    found = re.findall(r"<code>([0-9a-f]{64})</code>", page.html)
    assert len(found) == 1, (page.status, page.words[-600:])
    return found[0]


def api(client, token, method, path, body, version=None):
    """One call of a program with a token; `version` is the one it has seen."""
    import json
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}", "Sigap-Tujuan": "layanan_korban; Panggilan uji program"}
    if version:
        headers["If-Match"] = f'"{version}"'
    return client.request(method, path, json.dumps(body).encode(), headers)
