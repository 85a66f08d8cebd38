#!/usr/bin/env python3
"""Contrast of the colours in assets/sigap.css, computed from its tokens, light and dark (WCAG 1.4.3 and 1.4.11).

Every rule that sets a colour and a background is one pair (4.5). A colour set alone must do on each ground a page has:
page, card and tint (4.5). Borders of controls and the marks of drawings need 3 against page and card. A theme chosen by
hand must have the tokens of the theme of the system, and no rule but :root may write a colour as a number.

usage: check_contrast.py [FILE.css]    prints every pair that falls short; status 1 when there is one
       check_contrast.py --self-test   shows that each kind of fault is found
       check_contrast.py --list        prints all pairs with their figures
"""
import pathlib
import re
import sys

CSS = pathlib.Path(__file__).resolve().parents[1] / "assets/sigap.css"
GROUNDS = ("kertas", "dasar", "lembut")
TEXT, CONTROL = 4.5, 3.0
CONTROLS = ("garis-kuat", "tarum")  # borders of fields and buttons, bars and lines of drawings
# Colours that stand alone in their rule: the ground is set by the element around them.
AROUND = {"di-fokus": ("fokus",), "di-tarum": ("tarum",), "#fff": ("kepala",)}
DECORATION = {"aksen": ("kepala",)}  # the line under the head: 3 against the head
HEX = re.compile(r"#[0-9a-f]{3,8}\b", re.I)


def luminance(colour):
    digits = colour.lstrip("#")
    digits = "".join(2 * c for c in digits) if len(digits) == 3 else digits[:6]
    parts = [int(digits[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def blocks(css):
    """(at-rules around, selector, {property: value}) of every rule."""
    css, around, found = re.sub(r"/\*.*?\*/", "", css, flags=re.S), [], []
    for before, mark in re.findall(r"([^{}]*)([{}])", css):
        if mark == "{":
            around.append(" ".join(before.split()))
        else:
            if before.strip():
                pairs = (p.split(":", 1) for p in before.split(";") if ":" in p)
                found.append((around[:-1], around[-1], {k.strip(): v.strip() for k, v in pairs}))
            around.pop()
    return found


def tokens(rules, where):
    """{name: colour} that rules of this selector outside print set."""
    return {k[2:]: v for around, selector, body in rules if selector == where and "@media print" not in around
            for k, v in body.items() if k.startswith("--") and HEX.fullmatch(v)}


def themes(rules):
    """({theme: tokens}, faults)."""
    light = tokens(rules, ":root")
    system, chosen = tokens(rules, ":root:not(.terang)"), tokens(rules, ".gelap")
    faults = [f"--{name}: {chosen.get(name)} in .gelap, {system.get(name)} for the system's dark"
              for name in sorted(set(system) | set(chosen)) if system.get(name) != chosen.get(name)]
    return {"light": light, "dark": {**light, **system}}, faults


def named(value):
    """Name of the token a value is, or its number as it stands, else ''."""
    found = re.search(r"var\(--([\w-]+)\)", value) or HEX.search(value)
    return found.group(found.lastindex or 0) if found else ""


def pairs(rules):
    """{(colour, ground): (least contrast, first selector)} that the sheet puts on the screen."""
    wanted = {}
    for name in CONTROLS:
        for ground in GROUNDS[:2]:
            wanted[name, ground] = (CONTROL, "controls")
    for name, grounds in DECORATION.items():
        wanted.update({(name, ground): (CONTROL, "decoration") for ground in grounds})
    for around, selector, body in rules:
        colour = named(body.get("color", ""))
        if "@media print" in around or not colour:
            continue
        ground = named(body.get("background", ""))
        own = HEX.fullmatch(ground) or ground
        for at in (AROUND.get(colour, GROUNDS) if not own else (ground,)):
            wanted.setdefault((colour, at), (TEXT, selector))
            if wanted[colour, at][0] < TEXT:
                wanted[colour, at] = (TEXT, selector)
    return wanted


def judge(css):
    """([(theme, colour, ground, figure, least, selector)], faults)."""
    rules = blocks(css)
    known, faults = themes(rules)
    faults += [f"{selector}: {k} is written as a number, not as a token" for around, selector, body in rules
               for k, v in body.items() if not k.startswith("--") and "@media print" not in around
               and any(not re.fullmatch(r"#fff(?:fff)?1f|#fff", x) for x in HEX.findall(v))]
    figures = []
    for theme, have in known.items():
        for (colour, ground), (least, selector) in pairs(rules).items():
            missing = [x for x in (colour, ground) if not x.startswith("#") and x not in have]
            if missing:
                faults.append(f"{selector}: no colour --{missing[0]}")
                continue
            value = contrast(have.get(colour, colour), have.get(ground, ground))
            figures.append((theme, colour, ground, value, least, selector))
    faults += [f"{theme}: {colour} on {ground} is {value:.2f}, needs {least} ({selector})"
               for theme, colour, ground, value, least, selector in figures if value < least]
    return figures, faults


def self_test():
    """Each fault put into the real sheet is found."""
    css = CSS.read_text()
    broken = {
        "pale text": css.replace("--tinta2: #4a5563", "--tinta2: #9aa5b3"),
        "pale border": css.replace("--garis-kuat: #6f7a86", "--garis-kuat: #c0c8d0"),
        "dark theme that differs": css.replace("--awas: #f3c465", "--awas: #f3c466", 1),
        "a colour beside the tokens": css + "\n.x { color: #777 }\n",
        "a pair in a rule": css + "\n.x { color: var(--garis-kuat); background: var(--garis) }\n",
        "a token that is not there": css + "\n.x { color: var(--tak-ada) }\n"}
    assert abs(contrast("#fff", "#000") - 21) < 1e-9
    missed = [name for name, text in broken.items() if text == css or not judge(text)[1]]
    print("not found: " + ", ".join(missed) if missed else f"{len(broken)} faults found")
    return bool(missed)


def main(args):
    if args == ["--self-test"]:
        return self_test()
    lists = args == ["--list"]
    figures, faults = judge(pathlib.Path(args[0]).read_text() if args and not lists else CSS.read_text())
    for theme, colour, ground, value, least, selector in figures if lists else []:
        print(f"{theme:5} {colour:12} on {ground:12} {value:5.2f} (>= {least}) {selector}")
    print("\n".join(faults) if faults else
          f"{len(figures)} pairs, least contrast of text {min(f[3] for f in figures if f[4] == TEXT):.2f}")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
