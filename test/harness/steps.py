"""What people do again and again in door tests: bring a file in, open a file with its purpose."""
import time

WAIT_SECONDS = 60


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


def undo(client, page):
    return settled(client, client.submit(client.get(page.path).form("/urung")))


def answer(client, preview, choose):
    """Answers each question about a person: choose(name, {value: value}) gives the value."""
    form = preview.form("/pilih")
    for name in dict.fromkeys(c.name for c in form.controls if c.name and c.name.startswith("tanya-")):
        form[name] = choose(name, form.options(name))
    return settled(client, client.submit(form))


def open_file(client, path, reason="Pemeriksaan berkas untuk uji", purpose=None):
    """Opens a record and, if it asks, its protected fields. Gives the page."""
    page = client.get(path)
    if page.status != 200:
        return page
    try:
        form = page.form("/buka", has="guna")
    except KeyError:
        return page
    form["guna"] = purpose or next(v for v in form.options("guna") if v)
    form["alasan"] = reason
    return client.submit(form)


def fields(page):
    """{label: value} of a record's page."""
    import html
    import re
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page.html, re.S)
    clean = [[html.unescape(re.sub(r"<[^>]*>", " ", x)) for x in p] for p in pairs]
    return {" ".join(k.split()): " ".join(v.split()) for k, v in clean}
