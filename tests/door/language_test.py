"""Every page of the walk in both languages: no word of the other one, no name of the machine where a label
should stand. What stays the same in both on purpose stands in tests/door/same_words.tsv."""
import html
import html.parser
import json
import re
import subprocess
import urllib.error
import urllib.request

import pages
from rights import Domain
import sigap
import steps
import yaml

DATA = "walked"

MONTHS_DAYS = {
    "id": "January February March May June July August October December Monday Tuesday Wednesday Thursday Friday Saturday Sunday Aug Oct Dec",
    "en": "Januari Februari Maret Mei Juni Juli Agustus Oktober Desember Senin Selasa Rabu Kamis Jumat Sabtu Minggu Agu Okt Des"}
NUMBERED = {"id": r"\b\d{1,2} (?:May|Aug|Oct|Dec) \d{4}\b", "en": r"\b\d{1,2} (?:Mei|Agu|Okt|Des) \d{4}\b"}
RAW = re.compile(r"(?<![\w@./-])(?:[a-z]+(?:_[a-z0-9]+)+|[mM]_[A-Z_]+|[a-z]+\.[a-z]+\.[a-z_]+)(?![\w@./-])")
WRITTEN = ("row", "h1", "option")  # may be headings of records: what people wrote
TRANSLATED = ("th", "legend", "button", "caption", "summary", "dt")  # labels of choices may be names of offices and places
LABELS = ("row", "label", "legend", "th", "dt", "button", "caption", "summary", "h1", "h2", "h3", "option")
SKIP = ("script", "style", "svg", "code", "title")


class Labels(html.parser.HTMLParser):
    """Texts of the elements that name something: what the program says, not what people wrote."""

    def __init__(self):
        super().__init__()
        self.stack, self.found = [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        tag = "row" if attrs.get("scope") == "row" else tag  # the heading of a record: what people wrote
        if tag in LABELS + SKIP:
            self.stack.append((tag, "lang" in attrs, []))
        for name in ("aria-label", "placeholder"):
            if attrs.get(name):
                self.found.append((tag, attrs[name]))

    def handle_endtag(self, tag):
        for i in range(len(self.stack) - 1, -1, -1):
            if self.stack[i][0] == tag or (self.stack[i][0], tag) == ("row", "th"):
                tag, foreign, texts = self.stack[i]
                del self.stack[i:]
                text = " ".join("".join(texts).split())
                if tag in LABELS and text and not foreign:
                    self.found.append((tag, text))
                return

    def handle_data(self, data):
        if not any(x[0] in SKIP for x in self.stack):
            for x in self.stack:
                x[2].append(data)


def labels(page):
    reader = Labels()
    reader.feed(page.html)
    return reader.found


def pairs():
    """{text in one language: other} of every label and message that has both, where they differ; and
    the texts that are the same in both by intention of who wrote them."""
    differ, same = {"id": {}, "en": {}}, set()
    for line in (sigap.ROOT / "messages.tsv").read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if len(cells) == 3 and not line.startswith("#"):
            note(differ, same, cells[1], cells[2])
    for path in (sigap.ROOT / "domain").rglob("*.yaml"):
        gather(yaml.load(path.read_text(encoding="utf-8"), yaml.CBaseLoader), differ, same)
    for path in (sigap.ROOT / "domain/codes").glob("*.tsv"):
        head, *rows = [x.split("\t") for x in path.read_text(encoding="utf-8").splitlines() if x]
        if "id" in head and "en" in head:
            for row in rows:
                if len(row) > max(head.index("id"), head.index("en")):
                    note(differ, same, row[head.index("id")], row[head.index("en")])
    return differ, same


def note(differ, same, indonesian, english):
    if indonesian == english:
        same.add(indonesian)
    else:
        differ["id"].setdefault(indonesian, english)
        differ["en"].setdefault(english, indonesian)


def gather(node, differ, same):
    if isinstance(node, dict):
        if isinstance(node.get("id"), str) and isinstance(node.get("en"), str):
            note(differ, same, node["id"], node["en"])
        for value in node.values():
            gather(value, differ, same)
    elif isinstance(node, list):
        for value in node:
            gather(value, differ, same)


def read_all(s, lang):
    """(path, labels, words) of every page of the walk in one language, read once a run."""
    if not hasattr(s, "walked"):
        s.walked, s.read = pages.every_page(s), {}
    if lang not in s.read:
        s.read[lang] = [read(s, found, lang) for found in s.walked]
    return s.read[lang]


def read(s, found, lang):
    client = s.as_(found.login) if found.login else s.client()
    client.cookies["bahasa"] = lang
    page = client.get(found.path)
    assert page.status == 200 and f'<html lang="{lang}"' in page.html, f"{found.path}: {page.status}"
    return found.path, labels(page), page.words


def same_words():
    """Words that both languages have: names, and terms that are not translated."""
    lines = (sigap.ROOT / "tests/door/same_words.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return {line.split("\t")[0] for line in lines}


def wrong_dates(lang, named, words):
    """Names of months and days as the other language writes them, outside what people wrote."""
    names = re.compile(r"\b(?:" + "|".join(MONTHS_DAYS[lang].split()) + r")\b")
    return [w for _, text in named for w in names.findall(text)] + re.findall(NUMBERED[lang], words)


def test_dates_are_in_the_language_of_the_page(s):
    wrong = [f"{lang} {path}: {w}" for lang in ("id", "en") for path, named, words in read_all(s, lang)
             for w in wrong_dates(lang, named, words)]
    assert not wrong, f"{len(wrong)}: {wrong[:40]}"


def test_no_name_of_the_machine_stands_for_a_label(s):
    """The help and import pages name codes beside their labels, for people who write files."""
    wrong = {f"{path}: {text}" for path, named, _ in read_all(s, "id") if not re.search(r"/bantuan/|/impor", path)
             for _, text in named if RAW.search(text)}
    assert not wrong, f"{len(wrong)}: {sorted(wrong)[:40]}"


def test_no_label_of_the_other_language(s):
    """A text written for one language may not stand on a page in the other, unless it is also the right
    text of something else there."""
    differ, same = pairs()
    allowed, wrong = same | same_words(), {}
    for lang, other in (("id", "en"), ("en", "id")):
        for path, named, _ in read_all(s, lang):
            for tag, text in named:
                bare = re.sub(r"\s*(\(.*\)|\?|:)$", "", text)
                if tag not in WRITTEN and bare in differ[other] and bare not in differ[lang] and bare not in allowed:
                    wrong.setdefault((lang, bare), f"{path} <{tag}>")
    assert not wrong, f"{len(wrong)}: " + "; ".join(f"{k[0]} {k[1]!r} at {v}" for k, v in sorted(wrong.items())[:60])


def test_labels_differ_between_the_languages(s):
    """The same page twice: a label that reads the same in both is meant so (its two texts are equal where
    they were written, it is somebody's name, or same_words.tsv has it) or was never translated."""
    allowed = pairs()[1] | same_words() | {r[0] for r in s.rows("SELECT nama_tampil FROM pengguna")}
    allowed |= {r[0] for r in s.rows("SELECT nama FROM institusi")}
    english = {path: {text for tag, text in named if tag in TRANSLATED} for path, named, _ in read_all(s, "en")}
    wrong = {text: f"{path} <{tag}>" for path, named, _ in read_all(s, "id") for tag, text in named
             if tag in TRANSLATED and text in english[path] and text not in allowed and re.search(r"[a-z]{3}", text)}
    assert not wrong, f"{len(wrong)}: " + "; ".join(f"{k!r} at {v}" for k, v in list(wrong.items())[:60])


def test_help_of_the_commands_is_in_the_language_asked_for(s):
    """All commands at once and one alone; a choice like 7|8|9 stands on one line."""
    differ, same = pairs()
    for lang, other in (("id", "en"), ("en", "id")):
        for words in ("help", "help init", "init --help", "--help"):
            text = subprocess.run([sigap.binary(), *words.split(), "--lang", lang], capture_output=True, text=True, check=True).stdout
            lines = [line.strip() for line in text.splitlines()]
            told = [line for line in lines if line and not line.startswith("sigap ")]
            assert told and all(line.count("[") == line.count("]") for line in lines), f"{words}: {lines}"
            assert "help" not in words.split()[:1] or all(": " in line or "--" in line for line in told), f"{words}: {told}"
            heads = {key.split(" | ")[0] for key in differ[other] if " | sigap " in key} - {key.split(" | ")[0] for key in differ[lang]}
            assert not heads & set(told), f"{words} in {lang}: {sorted(heads & set(told))}"


LOST = ("/kasus/00000000-0000-7000-8000-000000000000", "/tabel/tak-ada", "/impor/tak-ada", "/orang?urut=tak-ada", "/tak-ada", "/akun/baru")


def refusal(s, path, lang):
    """What a refused page says, and what the API answers beside it."""
    client = s.as_("sekretaris")
    client.cookies["bahasa"] = lang
    page = client.get(path)
    assert page.status >= 400 and f'<html lang="{lang}"' in page.html, f"{path}: {page.status}"
    said = re.search(r"<main.*?</main>", page.html, re.S).group(0)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", said)).split())


def test_refusals_are_in_the_language_of_the_reader(s):
    same = [path for path in LOST if refusal(s, path, "id") == refusal(s, path, "en")]
    assert not same, f"the same words in both languages: {same}"


def test_the_api_refuses_in_the_language_asked_for(s):
    told = {}
    for lang in ("id", "en"):
        asked = urllib.request.Request(s.url + "/api/v1/kasus", headers={"Accept-Language": lang})
        try:
            urllib.request.urlopen(asked)
        except urllib.error.HTTPError as answer:
            told[lang] = json.loads(answer.read())["title"]
    assert len(set(told.values())) == 2, told


DOMAIN = Domain()
PEOPLE = {x.split("\t")[0]: x.split("\t")[2] for x in (sigap.ROOT / "domain/practice/users.tsv").read_text(encoding="utf-8").splitlines()[1:] if x}
NAMES = {f["name"] for m in DOMAIN.registers.values() for f in m["fields"]} | set(DOMAIN.registers)


def who(reg, verb):
    """People whose role has the verb there."""
    return [p for p, role in PEOPLE.items() if any(x["role"] == role and verb in x["verbs"] for x in DOMAIN.registers[reg]["rights"])]


def columns_of(reg, lang):
    """Labels that may head a column of this register: those of its fields, and of what every record has."""
    rows = [line.split("\t") for line in (sigap.ROOT / "messages.tsv").read_text(encoding="utf-8").splitlines()]
    system = {r[0]: r[1 if lang == "id" else 2] for r in rows}
    names = [system[k] for k in ("WEB_NUMBER", "WEB_STATE", "WEB_OWNER", "WEB_PARENT", "WEB_HEADING", "WEB_CHANGED")]
    return set(names) | {f["label"][lang] for f in DOMAIN.registers[reg]["fields"]}


def test_files_are_headed_in_the_language_of_the_reader(s):
    steps.setting(s, unduhan_sejam=1000)
    wrong, seen = [], 0
    for reg in DOMAIN.registers:
        for login in who(reg, "export")[:1]:
            for lang in ("id", "en"):
                c = s.login(login) if lang == "en" else s.as_(login)
                c.cookies["bahasa"] = lang
                book = sigap.read_xlsx(c.get(f"/{reg}.xlsx?urut=diubah").body)
                heads = [row for sheet in list(book.values())[1:] for row in sheet[:1]][0]
                csv = c.get(f"/{reg}.csv").body.decode("utf-8-sig").splitlines()[0].replace('"', "").split(";")
                known = columns_of(reg, lang)
                wrong += [f"{reg} {lang}: {h}" for h in [*heads, *csv] if h not in known]
                notes = {str(cell) for row in next(iter(book.values())) for cell in row if cell}
                wrong += [f"{reg} {lang}: note {n}" for n in notes if n in ("urut", "diubah", "-diubah")]
                seen += 1
    assert seen > 40 and not wrong, wrong[:20]


def test_a_record_is_printed_in_the_language_of_the_reader(s):
    """One record of every register, all its tabs: no label of the other language, no name of the machine."""
    wrong, seen = [], 0
    for reg in DOMAIN.registers:
        for login in who(reg, "read")[:3]:
            paths = re.findall(rf'href="(/{reg}/[0-9a-f-]{{36}})"', s.as_(login).get(f"/{reg}").html)
            if not paths:
                continue
            for lang in ("id", "en"):
                c = s.as_(login)
                c.cookies["bahasa"] = lang
                page = c.get(paths[0])
                other = columns_of(reg, "en" if lang == "id" else "id") - columns_of(reg, lang)
                heads = re.findall(r"<dt>(.*?)</dt>|<h2[^>]*>([^<]*)<|<summary>([^<]*)<", page.html)
                said = {html.unescape(x).strip() for h in heads for x in h if x}
                wrong += [f"{reg} {lang}: {x}" for x in said & other]
                wrong += [f"{reg} {lang}: key {x}" for x in re.findall(r"(?<![\w@./-])[a-z]+_[a-z_]+(?![\w@./-])", page.words) if x in NAMES]
            seen += 1
            break
    assert seen > 40 and not wrong, (seen, wrong[:20])
