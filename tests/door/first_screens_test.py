"""Practice data is alive: every queue holds something for those it is for, every role begins on a screen with rows."""
import pathlib
import re

import sigap
import yaml

UID = r"[0-9a-f]{8}-[0-9a-f-]{27}"


def declared(folder):
    return [yaml.load(p.read_text(encoding="utf-8"), yaml.CBaseLoader) for p in sorted((sigap.ROOT / "domain" / folder).glob("*.yaml"))]


def roles():
    text = (pathlib.Path(sigap.ROOT) / "domain/roles.yaml").read_text(encoding="utf-8")
    return {r["name"]: r for r in yaml.load(text, yaml.CBaseLoader)["roles"]}


def people():
    """Practice log-ins of each role."""
    lines = (sigap.ROOT / "domain/practice/users.tsv").read_text(encoding="utf-8").splitlines()[1:]
    found = {}
    for login, _, role, *_ in (line.split("\t") for line in lines if line):
        found.setdefault(role, []).append(login)
    return found


def rows(page, reg):
    return set(re.findall(rf'href="/{reg}/({UID})"', page.html))


def meant_for(queue):
    """The roles a queue names; otherwise those on whose first screen it stands."""
    return queue.get("roles") or [name for name, r in roles().items() if queue["queue"] in r.get("boards", [])]


# Only the program makes these, and from more persons of two papers each than practice data have (tests/door/weights_test.py shows one).
# A review that is late, a referral without consent and an exclusion are shown by grants_test.py, referrals_test.py and reach_test.py.
OF_THE_PROGRAM = {"bobot_diusulkan", "darurat_lewat", "rujukan_nyawa", "pengecualian_menunggu"}


def test_no_queue_is_empty_for_those_it_is_for(s):
    found, empty = people(), []
    assert set(found) == set(roles()), "every role has a practice log-in"
    for queue in declared("queues"):
        if queue["queue"] in OF_THE_PROGRAM:
            continue
        path = f"/antrean/{queue['queue']}"
        here = {role: max(len(rows(page, queue["register"])) for login in logins for page in [s.as_(login).get(path)] if page.status in (200, 403))
                for role, logins in found.items()}
        empty += [f"{queue['queue']} for {role}" for role in meant_for(queue) if not here[role]]
        if not any(here.values()):
            empty.append(f"{queue['queue']} for everybody")
    assert not empty, empty


def test_every_role_begins_on_a_screen_with_rows(s):
    registers, bare = {q["queue"]: q["register"] for q in declared("queues")}, []
    for role, logins in people().items():
        for login in logins:
            page = s.as_(login).get("/")
            assert page.status == 200, (login, page.status)
            boards = roles()[role].get("boards", [])
            shown = sum(len(rows(page, reg)) for reg in {registers[b] for b in boards})
            if not boards:  # a page of figures
                shown = sum(figure != "0" for figure in re.findall(r"<dd><strong>([^<]+)</strong>", page.html))
            if not shown:
                bare.append(login)
    assert not bare, bare
