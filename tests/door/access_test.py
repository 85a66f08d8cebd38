"""Who may do what, judged twice: by the program, and by a naive reading of domain/ (written from
docs/domain-format.md alone, with plain tables and no idea of how the program does it)."""
import re
import uuid

import steps
from rights import Domain, Oracle, sample

CSRF = re.compile(rb'name="csrf" value="[0-9a-f]+"')


def shown_fields(client, reg, path, page):
    """{label: set of values} over all tabs."""
    values = {}
    for tab in [""] + [f"?tab={t['name']}" for t in reg.get("tabs", [])]:
        for label, value in steps.fields(client.get(path + tab) if tab else page).items():
            values.setdefault(label, set()).add(value)
    return values


def check_classes(oracle, reg, row, values, allowed):
    """Differences between which protected fields a page shows and which it may."""
    for f in oracle.d.registers[reg]["fields"]:
        if "class" not in f or f["name"] not in row or row[f["name"]] is None:
            continue
        texts = values.get(f["label"]["id"], set())
        shown = bool(texts - {"terlindung"})
        if f["type"] == "file":
            continue
        if shown != (f["class"] in allowed):
            yield f"{reg}.{f['name']} ({f['class']}) shown {shown}, allowed {sorted(allowed)}, on page {texts}"


def visit(client, oracle, who, reg, rec, relation):
    """One record opened: (refusals, differences)."""
    row = oracle.rows[reg][rec]
    path = f"/{reg}/{row['uid']}"
    wanted = oracle.open_status(who, reg, relation)
    page = client.get(path)
    differ = [] if page.status == wanted else [f"{path} {sorted(relation)}: {page.status}, not {wanted}"]
    if page.status == 200 and wanted == 200:
        page = steps.open_file(client, path, page=page)
        values = shown_fields(client, oracle.d.registers[reg], path, page)
        differ += [f"{path}: {x}" for x in check_classes(oracle, reg, row, values, oracle.classes(who, reg, relation))]
    return int(page.status in (403, 404)), differ


def refusals(s, uid):
    return s.rows("SELECT count(*) FROM audit WHERE actor = ? AND action LIKE 'refused:%'", uid)[0][0]


def test_every_user_sees_what_the_rights_say(s):
    oracle = Oracle(s, Domain())
    tried, differ, kinds = 0, [], set()
    for login in s.people():
        who, client = oracle.person(login), s.as_(login)
        client.stays = True
        before, refused = refusals(s, who["uid"]), 0
        for reg in oracle.d.registers:
            for path, verbs in ((f"/{reg}", ("list", "read")), (f"/{reg}/baru", ("create",))):
                status, wanted = client.get(path).status, oracle.status(who, reg, *verbs)
                refused += status == 403
                tried += 1
                if status != wanted:
                    differ.append(f"{login} {path}: {status}, not {wanted}")
            for rec, relation in sample(oracle, who, reg):
                n, found = visit(client, oracle, who, reg, rec, relation)
                refused += n
                tried += 1
                kinds.add((oracle.open_status(who, reg, relation), relation))
                differ += [f"{login} {x}" for x in found]
        written = refusals(s, who["uid"]) - before
        if written != refused:
            differ.append(f"{login}: {refused} refusals, {written} on record")
    assert not differ, f"{len(differ)} of {tried} differ:\n" + "\n".join(differ[:40])
    assert {k[0] for k in kinds} == {200, 403, 404} and len(kinds) > 6, kinds


def plain(page, uid):
    return CSRF.sub(b"", page.body).replace(uid.encode(), b"UID")


def test_not_mine_answers_like_not_there(s):
    oracle = Oracle(s, Domain())
    tried = 0
    for login in ("ppt", "penyidik2", "peksos", "mitra"):
        who, client = oracle.person(login), s.as_(login)
        for reg in ("kasus", "korban", "orang", "terlapor", "laporan"):
            if not oracle.lines(who, reg, "read"):
                continue
            other = next((rec for rec in oracle.rows[reg] if oracle.open_status(who, reg, oracle.relation(who, reg, rec)) == 404), None)
            if other is None:
                continue
            there, absent = oracle.rows[reg][other]["uid"], str(uuid.uuid4())
            for tail in ("", "/ubah", "/riwayat"):
                one, two = client.get(f"/{reg}/{there}{tail}"), client.get(f"/{reg}/{absent}{tail}")
                assert one.status == two.status and one.status in (403, 404), (login, reg, tail, one.status, two.status)
                assert plain(one, there) == plain(two, absent), (login, reg, tail)
                quiet = {"Date", "Set-Cookie"}
                assert {k: v for k, v in one.headers.items() if k not in quiet} == {k: v for k, v in two.headers.items() if k not in quiet}
                tried += 1
    assert tried > 20, tried


def test_a_stranger_is_sent_to_the_log_in(s):
    stranger = s.client()
    for reg in Domain().registers:
        page = stranger.get(f"/{reg}", follow=False)
        assert page.status == 303 and "/masuk" in page.headers["Location"], (reg, page.status)
    assert stranger.post("/kasus/baru", {"judul": "x"}, follow=False).status in (401, 403, 303)
