"""The API through its door: tokens, lists, records, writes, failures, and its own description."""
import json
import re
import subprocess
import uuid

import jsonschema
import sigap
from program import Program
from rights import Domain, Oracle, sample
from steps import make_token, token_of

LANGUAGE = {"Accept-Language": "en"}


def code_and_fields(page):
    assert page.headers["Content-Type"].startswith("application/problem+json"), (page.status, page.headers["Content-Type"])
    told = page.json()
    assert told["status"] == page.status
    return told["code"], {e["field"] for e in told.get("errors", [])}


def test_token_is_shown_once_and_ends_by_a_click(s):
    c = s.as_("sekretaris")
    page = make_token(c, "sekali saja")
    token = token_of(page)
    assert token not in c.get("/token").html, "shown twice"
    assert not s.bytes_on_disk(token)
    send = {"Authorization": f"Bearer {token}"}
    assert s.client().request("GET", "/api/v1", None, send).status == 200
    page = c.get("/token")
    form = next(f for f in page.forms if f.action.endswith("/cabut"))
    assert c.submit(form).status == 200
    answer = s.client().request("GET", "/api/v1", None, send)
    assert answer.status == 401 and answer.headers["WWW-Authenticate"] == "Bearer"
    actions = [r[0] for r in s.rows("SELECT action FROM audit WHERE action LIKE 'token:%'")]
    assert {"token:make", "token:revoke"} <= set(actions), actions


def test_token_ends_within_ninety_days(s):
    c = s.as_("sekretaris")
    for days in (91, -1):
        assert make_token(c, "terlalu lama", days).status == 422
    assert make_token(c, "").status == 422


def test_cookie_does_not_write(s):
    c = s.as_("sekretaris")
    assert c.get("/api/v1").status == 200
    page = c.request("POST", "/api/v1/kasus", b'{"isian": {"judul": "Lewat kuki"}}', {"Content-Type": "application/json"})
    assert page.status == 401 and code_and_fields(page)[0] == "E_LOGIN"
    assert not s.rows("SELECT 1 FROM kasus WHERE judul = 'Lewat kuki'")


def test_a_case_is_made_read_and_changed(s):
    call = Program(s, "sekretaris")
    body, key = {"isian": {"judul": "Perkara lewat API"}}, uuid.uuid4().hex
    made = call("POST", "/api/v1/kasus", body, Idempotency_Key=key)
    assert made.status == 201, made.html
    where = made.headers["Location"]
    again = call("POST", "/api/v1/kasus", body, Idempotency_Key=key)
    assert again.status == 201 and again.json()["uid"] == made.json()["uid"]
    other = call("POST", "/api/v1/kasus", {"isian": {"judul": "Lain"}}, Idempotency_Key=key)
    assert other.status == 409 and code_and_fields(other)[0] == "E_REUSED"
    assert other.json()["uid"] == made.json()["uid"]
    assert len(s.rows("SELECT 1 FROM kasus WHERE judul = 'Perkara lewat API'")) == 1
    shown = call("GET", where)
    assert shown.json()["isian"]["judul"] == "Perkara lewat API" and shown.headers["ETag"] == '"1"'
    change = {"isian": {"judul": "Perkara lewat API, diubah"}}
    assert call("PATCH", where, change).status == 428
    assert call("PATCH", where, change, If_Match='"1"').headers["ETag"] == '"2"'
    stale = call("PATCH", where, {"isian": {"judul": "Punya saya"}}, If_Match='"1"')
    assert stale.status == 412
    assert stale.json()["conflicts"] == [{"field": "judul", "yours": "Punya saya", "stored": "Perkara lewat API, diubah"}]
    late = call("PATCH", where, change, If_Match='"1"', Idempotency_Key=key)
    assert late.status == 409 and code_and_fields(late)[0] == "E_REUSED", "a used key goes before a stale version"
    via = s.rows("SELECT via FROM tx WHERE id = (SELECT ubah_tx FROM kasus WHERE uid = ?)", made.json()["uid"])[0][0]
    assert via == "api", via


def test_faults_are_told_all_at_once_in_the_askers_language(s):
    call = Program(s, "sekretaris")
    body = {"isian": {"judull": "x", "judul": 7}}
    page = call("POST", "/api/v1/kasus", body, **{"Accept-Language": "en-GB,en;q=0.8"})
    assert page.status == 422
    code, fields = code_and_fields(page)
    assert code == "E_INVALID" and {"judull", "judul"} <= fields
    told = {e["field"]: e for e in page.json()["errors"]}
    assert "judul" in told["judull"]["detail"] and "nearest" in told["judull"]["detail"]
    assert told["judul"]["pointer"] == "#/isian/judul"
    assert "terdekat" in call("POST", "/api/v1/kasus", body).html
    for broken in ('{"isian": {"judul": "a", "judul": "b"}}', "{", "[]", '{"isian": {"judul": "\\u0007"}}'):
        assert call("POST", "/api/v1/kasus", broken).status == 400, broken
    assert call("POST", "/api/v1/kasus", "[" * 40 + "]" * 40).status == 413


def a_record(s, reg, oracle, who):
    for rec, relation in sample(oracle, who, reg):
        if oracle.open_status(who, reg, relation) == 200 and not oracle.rows[reg][rec]["batal"]:
            return oracle.rows[reg][rec]["uid"]
    return None


def test_protected_values_open_with_a_purpose_and_go_on_record(s):
    oracle, opened = Oracle(s, Domain()), 0
    for login in ("sekretaris", *s.people()):
        who = oracle.person(login)
        uid = a_record(s, "orang", oracle, who)
        if not uid:
            continue
        call = Program(s, login)
        closed = call("GET", f"/api/v1/orang/{uid}").json()
        assert closed["tertutup"] and not set(closed["tertutup"]) & set(closed["isian"])
        assert call("GET", f"/api/v1/orang/{uid}", Sigap_Tujuan="tidak_ada; pendek").status == 422
        purpose = call("GET", "/api/v1/kode/tujuan_akses").json()["items"][0]["code"]
        page = call("GET", f"/api/v1/orang/{uid}", Sigap_Tujuan=f"{purpose}; Memeriksa lewat uji API")
        assert page.status == 200, page.html
        if len(page.json()["tertutup"]) < len(closed["tertutup"]):
            opened += 1
            found = s.rows("SELECT purpose FROM audit WHERE uid = ? AND actor = ? ORDER BY seq DESC LIMIT 1", uid, who["uid"])
            assert found and found[0][0].startswith(f"{purpose}: segel1:{uid}:"), found
            assert "Memeriksa lewat uji API" in s.as_("pdp").get(f"/audit?catatan={uid}").words
            break
    assert opened, "nobody could open a person"


def test_every_register_answers_as_the_rights_say(s):
    oracle, differ, tried = Oracle(s, Domain()), [], 0
    for login in list(s.people())[:3]:
        who, call = oracle.person(login), Program(s, login)
        for reg in oracle.d.registers:
            expected = [("GET", f"/api/v1/{reg}", None, oracle.status(who, reg, "list", "read"))]
            barred = oracle.d.registers[reg].get("is") in ("user", "membership")  # who may come in is not changed by a token
            may_create = oracle.status(who, reg, "create") == 200 and not barred
            expected.append(("POST", f"/api/v1/{reg}", {"isian": {"bukan_isian": 1}}, 422 if may_create else 403))
            for rec, relation in sample(oracle, who, reg):
                path = f"/api/v1/{reg}/{oracle.rows[reg][rec]['uid']}"
                status = oracle.open_status(who, reg, relation)
                expected.append(("GET", path, None, status))
                if any(oracle.may(x, relation, "change") for x in oracle.lines(who, reg, "change")):
                    expected.append(("PATCH", path, {"isian": {}}, 403 if barred else 428))
            for method, path, body, wanted in expected:
                page = call(method, path, body)
                tried += 1
                if page.status != wanted:
                    differ.append(f"{login} {method} {path}: {page.status}, not {wanted}")
    assert not differ, f"{len(differ)} of {tried} differ:\n" + "\n".join(differ[:30])
    assert tried > 200


def test_not_yours_is_not_there(s):
    oracle = Oracle(s, Domain())
    for login in s.people():
        who = oracle.person(login)
        far = [r for r, rel in sample(oracle, who, "kasus") if oracle.open_status(who, "kasus", rel) == 404]
        if far:
            call = Program(s, login)
            hidden = call("GET", f"/api/v1/kasus/{oracle.rows['kasus'][far[0]]['uid']}")
            missing = call("GET", "/api/v1/kasus/01a1fc1b-10b7-71fd-b027-4f528524ec75")
            assert (hidden.status, hidden.body) == (missing.status, missing.body) and hidden.status == 404
            return
    raise AssertionError("everybody reaches every case")


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_description_is_valid_and_true(s):
    call = Program(s, "sekretaris")
    about = call("GET", "/api/v1/openapi.json").json()
    assert about["openapi"] == "3.1.0"
    schemas = about["components"]["schemas"]
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    for ref in references(about):
        node = about
        for step in ref.removeprefix("#/").split("/"):
            node = node[step]
    ids = [op["operationId"] for path in about["paths"].values() for op in path.values()]
    assert len(ids) == len(set(ids)) and len(ids) > 80
    checked = 0
    for reg in call("GET", "/api/v1").json()["registers"]:
        page = call("GET", reg["href"]).json()
        for item in page["items"][:3]:
            full = call("GET", item["href"])
            if full.status != 200:
                continue
            jsonschema.Draft202012Validator(schemas[reg["name"]]).validate(full.json()["isian"])
            jsonschema.Draft202012Validator(schemas["-Record"]).validate(full.json())
            checked += 1
    assert checked > 10, checked


def test_the_tour_of_the_document_runs(s):
    call = Program(s, "sekretaris")
    text = (sigap.ROOT / "docs/api.md").read_text()
    lines = re.search(r"```sh\n(.*?)```", text, re.S).group(1).strip().splitlines()
    assert len(lines) == 5
    env = {"PATH": "/usr/bin:/bin", "TOKEN": call.token, "SIGAP": s.url, "UID_KASUS": ""}
    answers = []
    for line in lines:
        done = subprocess.run(["sh", "-c", line], env=env, capture_output=True, text=True, timeout=200)
        answers.append(json.loads(done.stdout))
        if "uid" in answers[-1] and not env["UID_KASUS"]:
            env["UID_KASUS"] = answers[-1]["uid"]
    assert answers[0]["registers"] and answers[1]["items"]
    assert answers[3]["isian"]["judul"] == "Perkara contoh API", answers[3]
    assert answers[4]["versi"] == 2, answers[4]


def test_an_instant_is_read_as_it_is_written(s):
    oracle = Oracle(s, Domain())
    login = next(p for p in s.people() if oracle.status(oracle.person(p), "komunikasi", "create") == 200)
    call = Program(s, login)
    for text, good in (("2026-03-12T01:30:00Z", True), ("2026-03-12T01:30:00.250Z", True), ("2026-03-12T25:00:00Z", False)):
        page = call("POST", "/api/v1/komunikasi", {"isian": {"waktu": text, "bukan_isian": 1}})
        assert page.status == 422 and ("waktu" in code_and_fields(page)[1]) != good, (text, page.html)


def test_a_person_alike_is_asked_about_and_made_only_when_confirmed(s):
    call = Program(s, "sekretaris")
    body = {"isian": {"nama": "Xaqueline Vuqzarti Uji", "tgl_lahir": "1931-04-05", "jk": "perempuan"}}
    first = call("POST", "/api/v1/orang", body)
    assert first.status == 201, first.html
    count = "SELECT count(*) FROM orang"
    before, key = s.rows(count)[0][0], uuid.uuid4().hex
    asked = call("POST", "/api/v1/orang", body, Idempotency_Key=key)
    assert asked.status == 409 and code_and_fields(asked)[0] == "E_MAYBE_SAME"
    found = asked.json()["candidates"]
    assert [c["uid"] for c in found] == [first.json()["uid"]] and call("GET", found[0]["href"]).status == 200
    assert found[0]["alasan"].startswith("Nama lengkap sama, Tanggal lahir sama"), found
    assert "Vuqzarti" not in asked.html, "a name stood in the answer"
    assert s.rows(count)[0][0] == before
    assert code_and_fields(call("POST", "/api/v1/orang", {**body, "yakin": "ya"}))[1] == {"yakin"}
    sure = {**body, "yakin": True}
    made = call("POST", "/api/v1/orang", sure, Idempotency_Key=key)
    assert made.status == 201 and s.rows(count)[0][0] == before + 1
    assert call("POST", "/api/v1/orang", sure, Idempotency_Key=key).json()["uid"] == made.json()["uid"]
    blind = Program(s, "statistik")("POST", "/api/v1/orang", body)
    assert blind.status == 403 and "candidates" not in blind.html


def new_case(call, title):
    made = call("POST", "/api/v1/kasus", {"isian": {"judul": title}})
    assert made.status == 201, made.html
    return made.headers["Location"]


def test_void_and_restore_need_a_reason_and_a_version(s):
    call = Program(s, "ppt")
    where = new_case(call, "Perkara untuk dibatalkan")
    why = {"alasan": "Tercatat dua kali di instansi yang sama"}
    assert call("POST", where + "/batalkan", why).status == 428
    short = call("POST", where + "/batalkan", {"alasan": "pendek"}, If_Match='"1"')
    assert short.status == 422 and code_and_fields(short)[1] == {"alasan"}
    assert call("POST", where + "/batalkan", why, If_Match='"1"').status == 200
    assert call("GET", where).json()["batal"] is True
    assert call("POST", where + "/pulihkan", why, If_Match='"1"').status == 412
    assert call("POST", where + "/pulihkan", why, If_Match='"2"').status == 200
    assert call("GET", where).json()["batal"] is False
    ghost = call("POST", "/api/v1/kasus/01a1fc1b-10b7-71fd-b027-4f528524ec75/batalkan", why, If_Match='"1"')
    assert ghost.status == 404


def test_a_move_goes_by_the_flow(s):
    call = Program(s, "ppt")
    where = new_case(call, "Perkara yang melangkah")
    move = f"{where}/terima"
    assert call("POST", move, {}).status == 428
    skipped = call("POST", f"{where}/tangani", {}, If_Match='"1"')
    assert skipped.status in (409, 422), skipped.html
    assert call("GET", where).json()["status"] == "dugaan"
    leader = s.rows("SELECT uid FROM institusi WHERE kode = 'P2TP2A'")[0]["uid"]
    moved = call("POST", move, {"isian": {"institusi_pemimpin": leader}}, If_Match='"1"')
    assert moved.status == 200, moved.html
    assert call("GET", where).json()["status"] == "diterima"
    assert call("POST", move, {}, If_Match='"1"').status == 412
    for word in ("tangani", "pantau"):
        moved = call("POST", f"{where}/{word}", {}, If_Match=moved.headers["ETag"])
        assert moved.status == 200, moved.html
    lacking = call("POST", f"{where}/tutup", {"alasan": "Penanganan sudah selesai"}, If_Match=moved.headers["ETag"])
    assert lacking.status == 422 and "alasan_tutup" in code_and_fields(lacking)[1], lacking.html
    assert call("GET", where).json()["status"] == "dipantau"
    assert call("POST", f"{where}/bukan_langkah", {}, If_Match='"2"').status == 404
    assert Program(s, "statistik")("POST", f"{where}/tangani", {}, If_Match='"2"').status in (403, 404)


def test_pages_follow_each_other_and_filters_hold(s):
    call = Program(s, "sekretaris")
    seen, pages, at = [], 1, call("GET", "/api/v1/korban").json()
    while True:
        seen += [i["uid"] for i in at["items"]]
        if not at["next"]:
            break
        at, pages = call("GET", at["next"]).json(), pages + 1
    assert pages > 2
    stored = s.rows("SELECT uid FROM korban WHERE batal = 0")
    assert len(seen) == len(set(seen)) and set(seen) == {r["uid"] for r in stored}
    boys = call("GET", "/api/v1/korban?jk=L&anak=ya").json()
    known = s.rows("SELECT uid FROM korban WHERE batal = 0 AND jk = 'L' AND anak = 'ya'")
    assert not boys["next"] and {i["uid"] for i in boys["items"]} == {r["uid"] for r in known} and known


def test_too_many_requests_are_refused_with_how_long_to_wait(s):
    call = Program(s, "sekretaris")
    send = {"Authorization": f"Bearer {call.token}", "Origin": None}
    for _ in range(2000):
        page = call.client.request("GET", "/api/v1/kode/jk", None, send, follow=False)
        if page.status == 429:
            break
    assert page.status == 429 and code_and_fields(page)[0] == "E_LIMIT"
    assert 1 <= int(page.headers["Retry-After"]) <= 60
    assert call("GET", "/api/v1/kode/jk").status == 200, "it never opens again"


def test_a_token_ends_by_itself_and_with_its_user(own):
    call = Program(own, "sekretaris")
    assert call("GET", "/api/v1").status == 200
    uid = own.rows("SELECT uid FROM pengguna WHERE nama_masuk = 'sekretaris'")[0]["uid"]
    own.stop()
    own.cli.clock("advance", "31")
    own.start()
    call.client = own.client()
    assert call("GET", "/api/v1").status == 401
    call = Program(own, "sekretaris", days=80)  # counted from this machine's day; the server is a month ahead
    admin = own.login("admin")
    form = admin.get(f"/akun/{uid}").form("/sandi")
    assert admin.submit(form).status == 200
    assert call("GET", "/api/v1").status in (401, 403), "a token outlived the password of its user"


def test_a_condition_that_becomes_true_asks_for_its_fields(s):
    """A program that changes the level of an institution must give the area that the new level asks for."""
    call = Program(s, "sekretaris")
    row = s.rows("SELECT uid, versi FROM institusi WHERE wilayah IS NULL AND tingkat NOT IN ('provinsi','kabupaten','kota','kecamatan','desa') AND batal=0 LIMIT 1")[0]
    where, version = f"/api/v1/institusi/{row['uid']}", f'"{row["versi"]}"'
    page = call("PATCH", where, {"isian": {"tingkat": "provinsi"}}, If_Match=version)
    assert page.status == 422 and "wilayah" in code_and_fields(page)[1], page.html[:400]
    assert s.rows("SELECT versi FROM institusi WHERE uid=?", row["uid"])[0]["versi"] == row["versi"]
    assert call("PATCH", where, {"isian": {"nama_lokal": "Uji"}}, If_Match=version).status in (200, 204), "what was not changed is not asked for"
