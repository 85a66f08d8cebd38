"""Requests made out of an OpenAPI document, and answers judged by it. Nothing here knows a register.

Every property of a body and every parameter takes values that its schema allows, values at its edges,
and values that it refuses; `judge` says what of an answer stands not in the document."""
import copy
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import urllib.parse
import uuid

import jsonschema

WRONG = [17, -1, 10 ** 30, 1.5, True, "", " ", "x" * 5000, "\x00", "'; --", "<b>", "ユニコード", [], [[]], {}, {"a": 1}, ["x"], None]
HERE = pathlib.Path(__file__).resolve().parent


def installed(home):
    """Folder of the packages of pypi.txt, installed once; without network it fails and says so."""
    wanted = (HERE / "pypi.txt").read_text()
    place = pathlib.Path(home) / "pypi"
    if (place / "pypi.txt").exists() and (place / "pypi.txt").read_text() == wanted:
        return place
    shutil.rmtree(place, ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(place), "-r", str(HERE / "pypi.txt")],
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, ("the validator of tests/harness/pypi.txt could not be installed; is this machine offline? "
                                  + done.stderr.strip()[-300:])
    (place / "pypi.txt").write_text(wanted)
    return place


def faults_of(path, home):
    """What a full validator of OpenAPI says is wrong with the document; empty when it is valid."""
    env = {**os.environ, "PYTHONPATH": str(installed(home))}
    done = subprocess.run([sys.executable, "-m", "openapi_spec_validator", str(path)], env=env, capture_output=True, text=True, timeout=300)
    return "" if done.returncode == 0 else (done.stdout + done.stderr)[-2000:] or "failed"


class Document:
    def __init__(self, about):
        self.about = about
        self.resolver = jsonschema.RefResolver("", about)  # remembers what it found in the document

    def node(self, schema):
        """Follows references."""
        while "$ref" in schema:
            node = self.about
            for step in schema["$ref"].removeprefix("#/").split("/"):
                node = node[step]
            schema = node
        return schema

    def operations(self):
        for path, methods in self.about["paths"].items():
            for method, operation in methods.items():
                yield path, method.upper(), operation

    # ---- values ----

    def valid(self, schema, dice):
        schema = self.node(schema)
        if "anyOf" in schema:
            return self.valid(schema["anyOf"][0], dice)
        kind = schema.get("type")
        if kind == "object":
            return {name: self.valid(s, dice) for name, s in schema.get("properties", {}).items() if not self.node(s).get("readOnly")}
        if kind == "array":
            return [self.valid(schema["items"], dice) for _ in range(dice.randrange(3))]
        if "enum" in schema:
            return dice.choice(schema["enum"])
        if kind == "boolean":
            return dice.random() < .5
        if kind == "integer":
            return dice.randrange(2000)
        if kind == "number":
            return dice.randrange(2000) / 10
        return self.text(schema, dice)

    @staticmethod
    def text(schema, dice):
        if schema.get("format") == "uuid":
            return str(uuid.UUID(int=dice.getrandbits(128), version=4))
        if schema.get("format") == "date-time":
            return f"2026-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}T0{dice.randrange(10)}:30:00Z"
        if "[0-9]{4}" in schema.get("pattern", ""):
            return f"20{dice.randrange(10, 27)}" + dice.choice(["", "-04", "-04-30"])
        if "[0-2][0-9]:" in schema.get("pattern", ""):
            return f"{dice.randrange(24):02}:{dice.randrange(60):02}"
        return " ".join(dice.choice(["Uji", "acak", "tulisan", "pelabuhan", "é", "42"]) for _ in range(dice.randrange(1, 6)))

    def edges(self, schema):
        """Values at the border of what the schema allows."""
        schema = self.node(schema)
        if "anyOf" in schema:
            return [None] + self.edges(schema["anyOf"][0])
        if schema.get("type") == "array":
            return [[], self.edges(schema["items"])[:1] * 2]
        if "enum" in schema:
            return [schema["enum"][0], schema["enum"][-1], schema["enum"][0].upper() if isinstance(schema["enum"][0], str) else 0]
        if schema.get("type") in ("integer", "number"):
            return [0, -1, 1, 2 ** 31, 2 ** 63 - 1, 2 ** 63]
        if "date-time" in schema.get("format", ""):
            return ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "2026-02-29T00:00:00Z", "2026-03-12T24:00:00Z"]
        if "[0-9]{4}" in schema.get("pattern", ""):
            return ["0000", "9999-12-31", "2026-02-29", "2024-02-29", "2026-13"]
        if "[0-2][0-9]:" in schema.get("pattern", ""):
            return ["00:00", "23:59", "24:00", "29:59"]
        return ["a", "a" * 120, "a" * 121, "a" * 4000]

    def bodies(self, operation, dice):
        """What the operation may be sent: whole, one property at a time, and what is no such body."""
        if "requestBody" not in operation:
            yield None
            return
        schema = self.node(operation["requestBody"]["content"]["application/json"]["schema"])
        yield {}
        yield self.valid(schema, dice)
        for name, part in schema["properties"].items():
            part = self.node(part)
            for value in WRONG:
                yield {name: value}
            for field, inner in part.get("properties", {}).items():
                for value in [self.valid(inner, dice), *self.edges(inner), *WRONG]:
                    yield {"alasan": "Permintaan acak untuk uji", name: {field: value}}
        yield {"tidak_ada": 1}
        for text in ("", "[]", "null", "{", '{"isian":{"a":', '"' + "x" * 100, "{}" * 2, "[" * 40, '{"isian":' + '"x"' * 3 + "}", "x" * 70000):
            yield text

    def parameters(self, operation, where):
        return [p for p in map(self.node, operation["parameters"]) if p["in"] == where]

    # ---- answers ----

    def judge(self, operation, page):
        """What of the answer does not stand in the document; None when all of it does."""
        told = operation["responses"].get(str(page.status))
        if not told:
            return f"status {page.status} is not in the document"
        kind = page.headers["Content-Type"].split(";")[0]
        content = self.node(told)["content"]
        if kind not in content:
            return f"{kind} is not in the document"
        checker = jsonschema.Draft202012Validator(content[kind]["schema"], resolver=self.resolver)
        wrong = next(checker.iter_errors(json.loads(page.body)), None)
        return wrong and f"{list(wrong.absolute_path)}: {wrong.message[:200]}"


HEADERS = {
    "If-Match": ['"1"', '"2"', '"0"', '"-1"', "1", "*", '"x"', '"99999999999999999999"', "", None],
    "Sigap-Tujuan": [None, "x", ";", "penanganan_kasus; Permintaan acak untuk uji", "penanganan_kasus; x", "tidak_ada; Permintaan acak", "x" * 600],
    "Idempotency-Key": [None, "satu", "x" * 100, "x" * 101, " "],
}
QUERIES = {
    "q": ["", "uji", "%", '"', "x" * 300, "*", "a b c", "\x00"], "urut": ["", "-nomor", "nomor", "tidak_ada", "-", "--"],
    "n": ["50", "100", "500", "0", "-1", "x", "99999999999"], "-dari": ["", "x", "1", "0." * 40, "AAAA"],
}


class Hostile:
    """Bodies and values that went through many hands: valid ones with a few faults at random."""

    def __init__(self, document, dice):
        self.document, self.dice = document, dice

    def letters(self):
        """Text of any planes: marks that turn the line, that join, that are half of a pair."""
        kinds = [(32, 127), (0, 32), (0xa0, 0x250), (0x300, 0x370), (0x590, 0x700), (0x2000, 0x2070), (0xd800, 0xe000), (0xfe00, 0xffff), (0x1f300, 0x1f700)]
        low, high = self.dice.choice(kinds)
        return "".join(chr(self.dice.randrange(low, high)) for _ in range(self.dice.choice([1, 3, 12, 120, 2000])))

    def value(self, depth=0):
        kind = self.dice.randrange(6 if depth < 4 else 4)
        if kind == 0:
            return copy.deepcopy(self.dice.choice(WRONG))
        if kind == 1:
            return self.letters()
        if kind == 2:
            return self.dice.choice([0, -1, 2 ** 53, -2 ** 63, 2 ** 64, 1e308, 1e-320, -0.0, 0.1, True, False, None])
        if kind == 3:
            return self.dice.choice(["2026-02-30", "0000-00-00", "12 Maret 2026", "1", "ya", "../../x", "%00", "\r\nX: y", "=1+1", "{{7*7}}", "${x}"])
        if kind == 4:
            return [self.value(depth + 1) for _ in range(self.dice.randrange(4))]
        return {self.letters()[:8]: self.value(depth + 1) for _ in range(self.dice.randrange(4))}

    def places(self, node):
        """Every (holder, key) of a tree."""
        found = []
        for key, inner in node.items() if isinstance(node, dict) else enumerate(node):
            found.append((node, key))
            if isinstance(inner, (dict, list)):
                found += self.places(inner)
        return found

    def fault(self, tree):
        places = self.places(tree)
        if not places:
            return
        holder, key = self.dice.choice(places)
        act = self.dice.randrange(4)
        if act == 0:
            del holder[key]
        elif act == 1 and isinstance(holder, dict):
            holder[self.letters()[:20] if self.dice.random() < .3 else key.upper()] = holder.pop(key)
        else:
            holder[key] = self.value()

    def written(self, tree):
        """The tree as text, sometimes not quite: a key twice, a byte lost, gained or changed."""
        text = json.dumps(tree, ensure_ascii=self.dice.random() < .5).encode("utf-8", "surrogatepass")
        act = self.dice.randrange(16)
        at = self.dice.randrange(len(text) + 1)
        if act == 0 and b":" in text:
            text = b"{" + text[1:-1] + b"," + text[1:-1] + b"}"
        elif act == 1:
            text = text[:at]
        elif act == 2:
            text = text[:at] + bytes([self.dice.randrange(256)]) + text[at:]
        elif act == 3:
            text = text[:at] + text[at + self.dice.randrange(1, 9):]
        return text

    def body(self, operation):
        if "requestBody" not in operation:
            return None
        tree = self.document.valid(operation["requestBody"]["content"]["application/json"]["schema"], self.dice)
        inner = next((v for v in tree.values() if isinstance(v, dict)), {})
        wanted = self.dice.randrange(1, 6)
        while len(inner) > wanted:  # most of what is sent names a few properties
            del inner[self.dice.choice(list(inner))]
        for _ in range(self.dice.choice([0, 0, 1, 1, 2, 3])):
            self.fault(tree)
        return self.written(tree)

    def query(self, pairs):
        """Pairs doubled, foreign ones added, values of any kind."""
        dice = self.dice
        more = [(name, dice.choice([value, str(self.value())[:300]])) for name, value in pairs for _ in range(dice.randrange(1, 3))]
        if dice.random() < .1:
            more.append((self.letters()[:8], self.letters()[:40]))
        return more


def pieces(document, dice):
    """Every request that `bodies` makes, without its place."""
    every = []
    for path, method, operation in document.operations():
        for body in document.bodies(operation, dice):
            every.append((path, method, operation, body))
        if method == "GET":
            every += [(path, method, operation, None)] * 8
    return every


def placed(document, uids, dice, hostile, piece):
    """The piece with address, query and headers; `hostile` makes them worse, if given."""
    path, method, operation, body = piece
    reg = re.sub(r"^/api/v1/|/.*", "", path)
    known, version = dice.choice(uids.get(reg) or [("0", 1)])
    fill = {"uid": dice.choice([known, known, known, str(uuid.UUID(int=dice.getrandbits(128))), "0", "x" * 36, known.upper()]),
            "list": dice.choice(["jk", "tidak_ada", "JK", "0"])}
    for p in document.parameters(operation, "path"):
        path = path.replace("{" + p["name"] + "}", fill[p["name"]])
    query = [(p["name"], dice.choice(QUERIES[p["name"]])) for p in document.parameters(operation, "query") if dice.random() < .4]
    query = hostile.query(query) if hostile else query
    if query:
        path += "?" + urllib.parse.urlencode(query, errors="surrogatepass")
    headers = {p["name"]: dice.choice(HEADERS[p["name"]]) for p in document.parameters(operation, "header")}
    if hostile and dice.random() < .7:  # only the body, or the question, is strange
        path = path.replace(fill["uid"], known)
        headers = {"If-Match": f'"{version}"', "Sigap-Tujuan": "penanganan_kasus; Permintaan acak untuk uji"}
    return path, method, operation, body, {k: v for k, v in headers.items() if v is not None}


def requests(document, uids, dice, want):
    """`want` requests of the document: (path, method, operation, body, headers). `uids` knows records by register,
    as (uid, version). Half of them come from the list of all single faults, half are valid ones with a few faults at random, most of
    them about registers that the person sees."""
    every, hostile = pieces(document, dice), Hostile(document, dice)
    operations = list(document.operations())
    near = [o for o in operations if re.sub(r"^/api/v1/|/.*", "", o[0]) in uids] or operations
    too_deep = [(path, method, operation, "[" * 40) for path, method, operation in near if method == "POST"][:1]
    for n in range(want):
        if n < len(too_deep):  # whatever the dice say
            yield placed(document, uids, dice, None, too_deep[n])
        elif n % 2:
            path, method, operation = dice.choice(near if dice.random() < .8 else operations)
            yield placed(document, uids, dice, hostile, (path, method, operation, hostile.body(operation)))
        else:
            yield placed(document, uids, dice, None, dice.choice(every))


def dice_of(seed):
    return random.Random(seed)
