"""Every register that domain/ declares, walked by somebody whose role may create there: list, form,
help, a new record by the form, the record in the list, its history, exports and the import template.
Nothing here names a register: what comes into domain/ is walked too."""
import datetime
import itertools
import re
import uuid

import sigap
import steps
import yaml

JUST_NOW = (datetime.datetime.now() - datetime.timedelta(minutes=5)).strftime("%d/%m/%Y %H.%M")
TODAY = datetime.date.today()
UID = r"[0-9a-f]{8}-[0-9a-f-]{27}"
TRIES, PAGES, PARENTS = 5, 40, 60
WORD = "Catatan uji"
PLACES = {"prov": "53", "kab": "53.03", "kec": "53.01.04", "desa": "53.01.04.2003"}


class Domain:
    """The registers and roles as the files say them."""

    def __init__(self):
        def read(path):
            return yaml.load(path.read_text(encoding="utf-8"), yaml.CBaseLoader)
        self.registers = {r["register"]: r for r in map(read, sorted((sigap.ROOT / "domain/registers").glob("*.yaml")))}
        self.duties = {r["name"]: r.get("may", []) for r in read(sigap.ROOT / "domain/roles.yaml")["roles"]}
        lines = (sigap.ROOT / "domain/practice/users.tsv").read_text(encoding="utf-8").splitlines()[1:]
        self.people = {x.split("\t")[0]: x.split("\t")[2] for x in lines if x}

    def fields(self, reg):
        return [f for s in self.registers[reg]["sections"] for f in s["fields"]]

    def targets(self, name):
        """Registers behind a name or a tag."""
        tagged = [r for r, m in self.registers.items() if name[1:] in m.get("tags", [])]
        return tagged if name.startswith("@") else [name]

    def may(self, login, reg, verb):
        """Does a line of rights give this person's role the verb? `read` includes `list`."""
        wanted = {verb, "read"} if verb == "list" else {verb}
        return any(x["role"] == self.people[login] and wanted & set(x["verbs"]) for x in self.registers[reg]["rights"])

    def who(self, reg, *verbs):
        """People with all these verbs."""
        return [p for p in self.people if all(self.may(p, reg, v) for v in verbs)]

    def keys(self):
        """Names with an underscore that no page may show in place of their label."""
        names = set()
        for reg, m in self.registers.items():
            names |= {reg, *(f["name"] for f in self.fields(reg)), *(s["name"] for s in m["sections"])}
            flow = m.get("flow", {})
            names |= {x["name"] for x in flow.get("states", []) + flow.get("moves", [])}
        codes = {line.split("\t")[0] for p in (sigap.ROOT / "domain/codes").glob("*.tsv")
                 for line in p.read_text(encoding="utf-8").splitlines()}
        return {n for n in names if "_" in n} - codes  # the help page names codes beside their labels


DOMAIN = Domain()
KEYS = DOMAIN.keys()
FORCED = {}  # what a reference of that name holds, whatever is within reach


def good(page, what):
    """The page came, and every name on it has its label."""
    assert page.status == 200, f"{what}: {page.status} {page.words[:300]}"
    raw = KEYS & set(re.findall(r"(?<![\w@.-])[a-z]+(?:_[a-z0-9]+)+(?![\w@.-])", page.words))
    assert not raw, f"{what}: shows {sorted(raw)}"
    return page


def within_reach(client, target):
    """(register, uid) of records the person may refer to."""
    for reg in DOMAIN.targets(target):
        answer = client.get(f"/pilih/{reg}?q=")
        found = [x["nilai"] for x in answer.json()] if answer.status == 200 else []
        for uid in found or dict.fromkeys(re.findall(rf'href="/{reg}/({UID})"', client.get(f"/{reg}").html)):
            yield reg, uid


def first_code(name):
    lines = (sigap.ROOT / f"domain/codes/{name}.tsv").read_text(encoding="utf-8").splitlines()
    return lines[1].split("\t")[0]


def value(client, field):
    """Something this field takes; None where nothing is there to refer to."""
    kind, _, rest = field["type"].partition(" ")
    kind, _, check = kind.partition(":")
    plain = {"number": field.get("min", "1") if field.get("min", "1").isdigit() else "1", "date": TODAY.isoformat(),
             "time": "09:30", "instant": JUST_NOW, "yesno4": "ya", "geopoint": "-10.17, 123.6",
             "place": PLACES.get(check, "53.03"), "places": PLACES.get(check, "53.03")}
    if kind == "text":
        return {"nik": "5303014101900001", "phone": "081234567890", "email": "uji@contoh.id",
                "docno": "UJI/1/2026"}.get(check, f"{WORD} {uuid.uuid4().hex[:8]}" if field.get("unique") != "yes" else f"uji{uuid.uuid4().hex[:8]}")
    if kind in ("code", "codes"):
        return first_code(rest)
    if field["name"] in FORCED:
        return FORCED[field["name"]]
    if kind in ("ref", "refs"):
        found = next(within_reach(client, rest), None)
        return found and found[1]
    return plain.get(kind)


def fill_new_here(form, client, field):
    """The record a reference needs, filled in on the spot where the form offers that."""
    target = field["type"].partition(" ")[2]
    offered = [f for f in DOMAIN.fields(target) if f"{field['name']}.{f['name']}" in form] if target in DOMAIN.registers else []
    for f in offered:
        if f.get("required") == "yes":
            put(form, client, {**f, "name": f"{field['name']}.{f['name']}"})
    return bool(offered)


def put(form, client, field):
    """Fills one field as the form offers it: an option, a file, words, or a choice of the pick list."""
    name = field["name"]
    if name in form and form.named(name)[0].kind == "file":
        form.file(name, "uji.txt", b"Isi berkas uji", "text/plain")
        return
    if name in form and form.named(name)[0].kind in ("select", "radio", "checkbox"):
        offered = [v for v in form.options(name) if v]
        if offered:
            form[name] = form[name] or offered[0]
            return
    v = value(client, field)
    if v is None and fill_new_here(form, client, field):
        return
    if v is not None and name in form and name + ".cari" not in form:
        form[name] = v
    elif v is not None:
        form.force(name, v)


def faults(page):
    return re.findall(r'<p class="salah[^>]*id="e-f-([a-z0-9_]+)[^"]*">([^<]*)', page.html)


def blank_forms(client, reg):
    """Forms of a new record, one for each parent within reach, where the register has parents."""
    m, asks = DOMAIN.registers[reg], [f"/{reg}/baru"]
    if "parent" in m:
        under = [f"/{reg}/baru?induk={r}/{u}" for r, u in itertools.islice(within_reach(client, m["parent"]), PARENTS)]
        asks = under + (asks if m.get("parent_optional") == "yes" else [])
    for ask in asks:
        page = client.get(ask)
        assert page.status in (200, 403), f"{ask}: {page.status} {page.words[:300]}"
        if page.status == 200:
            yield next(f for f in good(page, ask).forms if "idem" in f)


def save(client, reg, form):
    """Fills and sends a form, again while it says what is missing: the last page."""
    fields = {f["name"]: f for f in DOMAIN.fields(reg)}
    for f in fields.values():
        if f.get("required") == "yes" and "when" not in f and "calc" not in f:
            put(form, client, f)
    for _ in range(TRIES):
        confirm = any(c.name == "yakin" for c in form.controls)
        page = client.submit(form, button="yakin" if confirm else None)
        form = next((f for f in page.forms if "idem" in f), None)
        if page.status != 422 and page.status != 200 or form is None or re.fullmatch(rf"/{reg}/{UID}", page.path):
            return page
        for name, _ in faults(page):
            if name in fields:
                put(form, client, fields[name])
    return page


def create(client, reg):
    """Path of a record made by the form, or what stood in the way."""
    said = "no parent within reach"
    for form in blank_forms(client, reg):
        page = save(client, reg, form)
        if page.status == 200 and re.fullmatch(rf"/{reg}/{UID}", page.path):
            return page.path, None
        assert page.status in (200, 404, 422), f"{reg}: {page.status} {page.words[-400:]}"
        said = faults(page) or page.words[-300:]
        if page.status != 404:
            break
    return None, said


def listed(client, reg, path):
    """The record stands on one of the pages of the list."""
    page = client.get(f"/{reg}")
    for _ in range(PAGES):
        if path in page.html:
            return True
        following = re.findall(r'<a [^>]*href="([^"]*)"[^>]*>\s*Berikutnya', page.html)
        if not following:
            return False
        page = client.get(following[0].replace("&amp;", "&"))
    return False


def check_search(client, reg, path):
    """The words of a searched text, as its form shows them, find the record."""
    words = [f["name"] for f in DOMAIN.fields(reg) if f.get("search") == "yes" and f["type"].partition(":")[0].split()[0] == "text"]
    if not words or not any(DOMAIN.may(p, reg, "change") for p in DOMAIN.people):
        return
    answer = client.get(path + "/ubah")
    form = next((f for f in answer.forms if "idem" in f), None) if answer.status == 200 else None
    typed = [form[w] for w in words if form and w in form and form[w]]
    if typed:
        page = good(client.get(f"/{reg}", {"q": typed[0]}), f"search in {reg}")
        assert path in page.html, f"{reg}: searching {typed[0]!r} does not find {path}"


# What the rules of a register ask for beyond its fields: a release is of a whole half-year.
RULED = {"rilis": {"mulai": "2010-01-01", "selesai": "2010-06-30"}}


def made_by_somebody(s, reg):
    """The first person who gets a record through the form: (login, browser, path)."""
    said = {}
    FORCED.clear()
    FORCED.update(RULED.get(reg, {}))
    for login in DOMAIN.who(reg, "create", "read") or DOMAIN.who(reg, "create"):
        client = s.as_(login)
        path, said[login] = create(client, reg)
        if path:
            return login, client, path
    raise AssertionError(f"{reg}: nobody could make a record: {said}")


def walk(s, reg):
    good(s.as_(next(iter(DOMAIN.who(reg, "create")))).get(f"/bantuan/{reg}"), f"help of {reg}")
    login, client, path = made_by_somebody(s, reg)
    if DOMAIN.may(login, reg, "list"):
        good(client.get(f"/{reg}"), f"list of {reg}")
        assert listed(client, reg, path), f"{reg}: {login} made {path} and does not find it in the list"
        check_search(client, reg, path)
    if DOMAIN.may(login, reg, "read"):
        good(client.get(path), path)
        good(client.get(path + "/riwayat"), path + "/riwayat")


def test_a_record_of_every_register(s):
    wrong = []
    for reg in DOMAIN.registers:
        if DOMAIN.who(reg, "create"):
            try:
                walk(s, reg)
            except AssertionError as error:
                wrong.append(str(error))
    assert not wrong, " || ".join(wrong)


def parents(client, reg, each=1):
    """A record of every register that `reg` may stand under, as far as the person reads them."""
    for target in DOMAIN.targets(DOMAIN.registers[reg]["parent"]):
        yield from itertools.islice(within_reach(client, target), each)


def open_under(client, reg, of, uid):
    """What the form answers under that parent, named in both ways; what the parent's page offers."""
    link = f"/{reg}/baru?induk={of}/{uid}"
    answers = [client.get(ask).status for ask in (link, f"/{reg}/baru?induk={uid}")]
    shown = client.get(f"/{of}/{uid}")
    link = link.replace("/" + uid, "%2F" + uid)
    offered = shown.status == 200 and any(link in client.get(f"/{of}/{uid}{tab}").html for tab in
                                          ["", *sorted(set(re.findall(r'href="(\?tab=[a-z_]+)"', shown.html)))])
    return answers, shown.status, offered


def test_a_form_opens_under_every_parent_that_offers_it(s):
    """Named by register and uid or by the uid alone; where it cannot be saved it does not open."""
    wrong, opened = [], set()
    for reg, m in DOMAIN.registers.items():
        for login in DOMAIN.who(reg, "create") if "parent" in m else []:
            client = s.as_(login)
            for of, uid in parents(client, reg):
                answers, shown, offered = open_under(client, reg, of, uid)
                if answers != ([200, 200] if offered else [403, 403]) and (shown == 200 or len(set(answers)) > 1):
                    wrong.append(f"{reg} under {of} as {login}: {answers}, page {shown}, offered {offered}")
                if answers[0] == 200:
                    opened.add((reg, of))
    assert not wrong, f"{len(wrong)}: " + " || ".join(wrong[:12])
    without = [r for r, m in DOMAIN.registers.items() if "parent" in m and DOMAIN.who(r, "create") and not any(x == r for x, _ in opened)]
    assert not without, f"no form opened under any parent: {without}"


def test_exports_and_templates(s):
    steps.setting(s, unduhan_sejam=1000)
    for reg in DOMAIN.registers:
        for login in DOMAIN.who(reg, "export")[:1]:
            for kind, mark in (("csv", b""), ("xlsx", b"PK")):
                page = s.as_(login).get(f"/{reg}.{kind}")
                assert page.status == 200 and page.body.startswith(mark) and page.body, f"{reg}.{kind} as {login}: {page.status}"
        writers = [p for p in DOMAIN.who(reg, "import", "create") if "import" in DOMAIN.duties[DOMAIN.people[p]]]
        for login in writers[:1]:
            page = s.as_(login).get(f"/{reg}/impor")
            assert page.status == 200, f"/{reg}/impor as {login}: {page.status}"
            book = s.as_(login).get(page.link(href_contains="contoh.xlsx"))
            assert book.status == 200 and sigap.read_xlsx(book.body), f"template of {reg}"
