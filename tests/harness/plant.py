#!/usr/bin/python3
"""Hostile text in every text field of every register, put there through the API by people who may change the record.

usage: plant.py URL DATA FIRST COUNT    plants payloads FIRST..FIRST+COUNT for the browser tests and prints
{"planted": [{path, login, fields}], "payloads": n, "cookies": {login: {..}}}
"""
import collections
import itertools
import json
import sys

import sigap
import yaml
from program import Program

Planted = collections.namedtuple("Planted", "login path reg fields")
PEOPLE = ("sekretaris", "ppt", "peksos", "penyidik", "admin", "pos", "desa", "imigrasi", "jaksa")
RUN = "window.ter=1"  # what a payload does when it runs


def payloads():
    """Some 300 ways to leave text, an attribute, a script, an address or a style, in several writings."""
    acts = [f"<script>{RUN}</script>", f"<img src=x onerror={RUN}>", f"<svg onload={RUN}>", f"<svg/onload={RUN}>", f"<body onload={RUN}>",
            f"<details open ontoggle={RUN}>", f"<input autofocus onfocus={RUN}>", f"<video><source onerror={RUN}>", f"<iframe srcdoc='<script>parent.ter=1</script>'>",
            f"<iframe src=javascript:parent.ter=1>", f"<object data=javascript:{RUN}>", f"<embed src=javascript:{RUN}>", f"<a href=javascript:{RUN} id=klik>x</a>",
            f"<math><mtext><script>{RUN}</script>", f"<style onload={RUN}></style>", f"<marquee onstart={RUN}>x", f"<form action=javascript:{RUN}><button id=klik>x",
            f"<base href=javascript:{RUN}//>", f"<meta http-equiv=refresh content=0;url=javascript:{RUN}>", f"<template><script>{RUN}</script></template><script>{RUN}</script>",
            f"<svg><animate onbegin={RUN} attributeName=x dur=1s>", f"<svg><script>{RUN}</script></svg>", f"<audio src=x onerror={RUN}>", f"<select autofocus onfocus={RUN}>",
            f"<textarea autofocus onfocus={RUN}>"]
    leaving = ["", "\"'>", "'>", "\">", "</textarea>", "</title>", "</script>", "--><!-- -->", "]]>", "</style>", "</option></select>", "`>"]
    for lead, act in itertools.product(leaving, acts):
        yield lead + act
    for quote in ("\"", "'", "` "):  # inside of an attribute
        yield from (f"{quote} autofocus onfocus={RUN} x={quote}", f"{quote} onpointerenter={RUN} style=position:fixed;inset:0 x={quote}")
    yield from (f"javascript:{RUN}", f"java\tscript:{RUN}", f"data:text/html,<script>{RUN}</script>", "{{constructor.constructor('window.ter=1')()}}", "${window.ter=1}",
                f"&lt;script&gt;{RUN}&lt;/script&gt;", f"&#60;script&#62;{RUN}&#60;/script&#62;", f"%3Cscript%3E{RUN}%3C/script%3E", f"\uff1cscript\uff1e{RUN}\uff1c/script\uff1e",
                f"<scr<script>ipt>{RUN}</scr</script>ipt>", f"<ScRiPt>{RUN}</sCrIpT>", f"<<script>{RUN}//<</script>", f"<script\x0b>{RUN}</script>", f"\u202e<script>{RUN}</script>")


def text_fields(reg):
    """(name, class) of the fields of a register that take any words."""
    with open(sigap.ROOT / f"domain/registers/{reg}.yaml", encoding="utf-8") as f:
        return [(x["name"], x.get("class", "")) for s in yaml.load(f, yaml.CSafeLoader)["sections"] for x in s["fields"]
                if x["type"] in ("text", "text long", "text lines") and "calc" not in x and "when" not in x]


def records(program):
    """{register: uids} that a person's list shows."""
    return {r["name"]: [i["uid"] for i in program("GET", r["href"]).json()["items"]] for r in program("GET", "/api/v1").json()["registers"]}


def put(program, reg, uid, values):
    """Changes the fields in one request, or one by one when that is refused; names of those that took."""
    path, about = f"/api/v1/{reg}/{uid}", {"Sigap-Tujuan": "penanganan_kasus; Uji penulisan teks"}

    def change(part):
        page = program("GET", path, **about)
        return page.status == 200 and program("PATCH", path, {"alasan": "Uji penulisan teks", "isian": part}, **about,
                                              If_Match=page.headers["ETag"]).status == 200

    if change(values):
        return list(values)
    return [name for name, value in values.items() if change({name: value})]


def plant(s, texts, records_each=1):
    """Puts the texts one after the other into the text fields of `records_each` records a register; list of Planted."""
    texts, planted, left = itertools.cycle(texts), [], {}
    programs = {p: Program(s, p) for p in PEOPLE if p in s.people()}  # all first: log-in names are texts too
    for login, program in programs.items():
        for reg, uids in records(program).items():
            fields = text_fields(reg)
            for uid in uids[:records_each * 3] if fields else []:
                if left.setdefault(reg, records_each) <= 0:
                    break
                took = put(program, reg, uid, {name: next(texts) for name, _ in fields})
                if took:
                    planted.append(Planted(login, f"/{reg}/{uid}", reg, took))
                    left[reg] -= 1
    return planted


def main(url, data, first, count):
    s = sigap.Visitors(url, data)
    chosen = list(itertools.islice(payloads(), int(first), int(first) + int(count)))
    planted = plant(s, chosen, max(1, len(chosen) // 40))
    print(json.dumps({"planted": [p._asdict() for p in planted], "payloads": len(chosen), "all": sum(1 for _ in payloads()),
                      "cookies": {login: s.as_(login).cookies for login in {p.login for p in planted}}}))


if __name__ == "__main__":
    main(*sys.argv[1:])
