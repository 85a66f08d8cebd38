"""Text that would be markup: one mark in every text field of every register, and in what is sent without being kept,
is a text wherever it comes back. tests/browser/xss.test.mjs does the same with 300 payloads that would run."""
import html.parser
import urllib.parse

import pages
import plant
import steps

MARK = "\"'><xss-9z ter=1>&lt;b&gt;"
QUOTED = urllib.parse.quote(MARK, safe="")
SHOWN = "<xss-9z ter=1>&lt;b&gt;"


class Reader(html.parser.HTMLParser):
    """Finds the mark as an element or an attribute, and as text."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.broken, self.texts, self.values = [], 0, 0
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        if "xss" in tag or any(name == "ter" or "xss" in name for name, _ in attrs):
            self.broken.append(self.get_starttag_text()[:200])
        self.values += sum(SHOWN in (value or "") for _, value in attrs)

    def handle_data(self, data):
        self.texts += data.count(SHOWN)


def judge(page, what, shown=True):
    seen = Reader(page.html)
    assert page.status < 500 and not seen.broken, f"{what}: the mark became markup: {seen.broken[:2]}"
    assert not shown or seen.texts + seen.values, f"{what} ({page.status}): the mark is not on the page at all: {page.words[:300]}"
    return seen.texts + seen.values


def test_one_mark_in_every_field(own):
    assert Reader(f"<p title=\"{MARK}\">").broken and Reader(f"<p>{MARK}").broken, "the reader finds no markup"
    planted = plant.plant(own, [MARK])
    fields = sum(len(p.fields) for p in planted)
    assert len(planted) >= 35 and fields >= 100, (len(planted), fields)
    steps.setting(own, unduhan_sejam=1000)
    people = {p.login: own.as_(p.login) for p in planted}
    count = {"record": 0, "history": 0, "form": 0, "list": 0, "others": 0}
    others = [r.removeprefix("/{reg}/{uid}") for r in pages.routes() if r.startswith("/{reg}/{uid}/") and "{name}" not in r and not r.endswith(("/ubah", "/riwayat"))]
    for p in planted:
        c = people[p.login]
        count["record"] += judge(steps.open_file(c, p.path), p.path)
        count["history"] += judge(c.get(p.path + "/riwayat"), p.path + "/riwayat")
        count["form"] += judge(c.get(p.path + "/ubah"), p.path + "/ubah", shown=False)
        count["list"] += judge(c.get(f"/{p.reg}"), f"/{p.reg}", shown=False)
        count["others"] += sum(judge(c.get(p.path + way), p.path + way, shown=False) for way in others)
        sheet = c.get(f"/{p.reg}.csv")
        assert sheet.status != 500 and (b"xss-9z" not in sheet.body or b"\"\"'><xss-9z" in sheet.body), f"{p.reg}.csv: quotes are not doubled"
    assert all(n >= 20 for where, n in count.items() if where in ("record", "history", "form", "list")), count
    print(f"{fields} fields of {len(planted)} registers: " + ", ".join(f"{where} {n}" for where, n in count.items()))
    for path in ("/", "/cari?q=xss-9z", "/audit", "/tugas", "/kesehatan", "/kode"):
        judge(own.as_("sekretaris" if path != "/kesehatan" else "admin").get(path), path, shown=False)


def test_what_is_sent_comes_back_as_text(own, tmp):
    c, admin = own.as_("sekretaris"), own.as_("admin")
    for path in ("/cari?q={}", "/kasus?q={}", "/kasus?{}=1", "/kasus?urut={}", "/masuk?lanjut={}", "/kasus?status={}", "/bantuan?q={}", "/{}", "/kasus/{}"):
        judge(c.get(path.format(QUOTED)), path, shown=False)
    assert judge(c.get("/cari?q=" + QUOTED), "search")
    form = next(f for f in c.get("/kasus/baru").forms if "idem" in f)
    for control in form.controls:
        if control.kind in ("text", "textarea", "search", "number", "date"):
            control.value = MARK
    judge(c.submit(form), "a form with mistakes")
    form = own.client().get("/masuk").form("/masuk", has="sandi")
    form["masuk"], form["sandi"] = MARK, MARK
    judge(own.client().submit(form), "log-in", shown=False)
    page = steps.upload(own.as_("ppt"), "dinsos_korban", MARK + ".csv", f"Nomor register,Nama,JK,Umur,Tanggal datang,{MARK}\n".encode()
                        + f"\"{MARK.replace(chr(34), chr(34) * 2)}\",\"{MARK.replace(chr(34), chr(34) * 2)}\",X,{MARK[1:]},kemarin\n".encode())
    judge(page, "preview of an import")
    judge(steps.make_token(admin, name=MARK[:40]), "token", shown=False)
    judge(admin.get("/token"), "tokens", shown=False)
    judge(own.as_("pdp").get("/audit"), "audit", shown=False)

