"""The description of the API is valid, and the server does what it says: requests made out of the
document itself, by people of many roles."""
import concurrent.futures
import json
import os

import openapi
import sigap
from program import Program

BUILD = sigap.ROOT / "build"
REQUESTS = int(os.environ.get("SIGAP_REQUESTS", "20000"))
SEED = int(os.environ.get("SIGAP_SEED", "0"))
PEOPLE = ("sekretaris", "ppt", "admin", "penyidik", "statistik", "pimpinan", "desa", "pdp")


def test_the_document_is_valid(s, tmp):
    for login in ("sekretaris", "pimpinan"):
        page = Program(s, login)("GET", "/api/v1/openapi.json")
        (tmp / "openapi.json").write_bytes(page.body)
        assert not openapi.faults_of(tmp / "openapi.json", BUILD)
    broken = tmp / "broken.json"
    about = page.json()
    about["paths"] = dict([next(i for i in about["paths"].items() if "{uid}" in i[0])])  # one is enough to be wrong
    broken.write_text(json.dumps(about))
    assert not openapi.faults_of(broken, BUILD)
    broken.write_text(json.dumps(about).replace('"in": "path"', '"in": "nowhere"', 1))
    assert openapi.faults_of(broken, BUILD), "the validator finds no fault in a faulty document"


def at_work(s):
    """Uids of the accounts of PEOPLE, their memberships and institutions. What is changed by chance may end an account, and
    its requests from then on say nothing but 401."""
    rows = s.rows("SELECT p.uid, k.uid, i.uid FROM pengguna p LEFT JOIN keanggotaan k ON k.pengguna=p.id LEFT JOIN institusi i"
                  f" ON i.id IN (p.induk, k.induk) WHERE p.nama_masuk IN ({','.join('?' * len(PEOPLE))})", *PEOPLE)
    assert len({r[0] for r in rows}) == len(PEOPLE)
    return {uid for row in rows for uid in row}


def known_to(call, accounts):
    """The document as a person reads it, and the records she sees, but `accounts`: (uid, version) by register."""
    document = openapi.Document(call("GET", "/api/v1/openapi.json").json())
    uids = {r["name"]: [(i["uid"], i["versi"]) for i in call("GET", r["href"]).json()["items"] if i["uid"] not in accounts][:5]
            for r in call("GET", "/api/v1").json()["registers"]}
    return document, uids


def asked_by(call, login, known, seed):
    """(answers, [what does not stand in the document]) of one person's share."""
    (document, uids), dice = known, openapi.dice_of(seed)
    answers, wrong = {}, []
    call.client.stays = True
    for path, method, operation, body, headers in openapi.requests(document, uids, dice, REQUESTS // len(PEOPLE)):
        page = call(method, path, body, **headers)
        answers[page.status] = answers.get(page.status, 0) + 1
        fault = document.judge(operation, page)
        if fault:
            wrong.append(f"{fault}: {login} {method} {path[:200]} {headers} {str(body)[:200]}")
    return answers, wrong


def test_no_answer_stands_outside_the_document(s):
    programs = {login: Program(s, login) for login in PEOPLE}
    accounts = at_work(s)
    known = {login: known_to(call, accounts) for login, call in programs.items()}  # all first: what is sent may change a user
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(lambda p: asked_by(programs[p[1]], p[1], known[p[1]], 7 * p[0] + 1000 * SEED), enumerate(PEOPLE)))
    wrong = [w for _, share in shares for w in share]
    assert not wrong, f"{len(wrong)} answers: " + " | ".join(wrong[:8])
    counts = {}
    for answers, _ in shares:
        for status, n in answers.items():
            counts[status] = counts.get(status, 0) + n
    assert sum(counts.values()) >= REQUESTS - len(PEOPLE) and not {401, 500} & counts.keys(), counts
    assert {200, 400, 403, 404, 413, 422, 428} <= set(counts), counts
    print(f"{sum(counts.values())} requests: " + ", ".join(f"{n} x {status}" for status, n in sorted(counts.items())))
    s.cli("audit verify")
