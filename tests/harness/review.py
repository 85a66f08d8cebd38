"""Two persons on file who may be one, and what people decide of them."""
import re


def person(c, **values):
    """A person recorded although she may be on file already; her uid."""
    form = c.get("/orang/baru").form("/orang/baru", has="nama").fill(**values).force("yakin", "1")
    page = c.submit(form)
    return re.search(r"/orang/([0-9a-f-]{36})", page.path).group(1)


def find(c, pair):
    """The page of the review that shows these two, or None."""
    for at in range(1, 60):
        page = c.get(f"/kecocokan?ke={at}")
        if all(f"/orang/{uid}" in page.html for uid in pair):
            return page
        if f"Pasangan {at} dari" not in page.words:
            return None
    return None


def decide(c, page, step, reason="Nama ibu dan desa sama."):
    form = page.form("/kecocokan/", has="langkah")
    return c.submit(form.fill(**{"langkah": step, "-alasan": reason}))
