"""The access matrix: every route of a record x every user x every way of standing near (own, assigned, granted,
another's, a grant that ended, closed, excluded) x every class of protected values, against the naive reading of
domain/ in harness/rights.py. A route that is not judged here fails the test."""
import collections
import datetime
import re
import uuid

import sigap
import steps
from grants import ask, move, uid_of
from program import Program
from rights import WITA, Domain, Oracle

ROUTES = re.compile(r'ROUTE\((\w+),\s*"([^"]+)",\s*"\w+",\s*([^,]*RECORD[^,]*),')
REFUSED = {403, 404}
DAYS = 2  # the clock goes on by so much between the grants that end and those that hold


def victims(s, oracle, who):
    """Uids of victims of the intake office that are not this person's."""
    for rec, row in oracle.rows["korban"].items():
        if not row["batal"] and oracle.open_status(who, "korban", oracle.relation(who, "korban", rec)) == 404 \
                and oracle.open_status(oracle.person("ppt"), "korban", oracle.relation(oracle.person("ppt"), "korban", rec)) == 200:
            yield row["uid"]


def give(s, login, uid, until, classes):
    """A grant to this person, asked for by the intake office, approved by the data-protection officer."""
    page = ask(s.as_("ppt"), f"korban/{uid}", jenis="rujukan", pengguna=uid_of(s, login), tujuan="layanan_korban",
               alasan="Rujukan layanan", kelas=classes, sampai=until)
    assert page.path.startswith("/hibah/"), page.words[:400]
    assert move(s.as_("pdp"), page.path, "setujui").status == 200


def bar(s, oracle, login):
    """Closes to this person a case that she sees."""
    who, clerk = oracle.person(login), oracle.person("ppt")
    for rec, row in oracle.rows["kasus"].items():
        seen = [oracle.open_status(x, "kasus", oracle.relation(x, "kasus", rec)) for x in (who, clerk)]
        if not row["batal"] and seen == [200, 200]:
            form = s.as_("ppt").get(f"/pengecualian/baru?induk=kasus/{row['uid']}").form("/pengecualian/baru")
            form.fill(pengguna=uid_of(s, login), alasan="Kerabat terlapor")
            assert s.as_("ppt").submit(form).path.startswith("/pengecualian/")
            return True
    return False


def void_some(s, oracle, login):
    """One record of every register in which this person may do so; persons first, who are reached through the others."""
    who = oracle.person(login)
    for reg in sorted(oracle.d.registers, key=lambda name: name != "orang"):
        lines = oracle.lines(who, reg, "void")
        for rec, row in oracle.rows[reg].items():
            if any(oracle.may(x, oracle.relation(who, reg, rec), "void") for x in lines) and oracle.lines(who, reg, "read"):
                move(s.as_(login), f"/{reg}/{row['uid']}", "batalkan", **{"-alasan": "Salah catat, untuk uji"})
                break


def prepare(own):
    """Grants that end, grants that hold, exclusions; gives the oracle for the state reached."""
    oracle = Oracle(own, Domain())
    soon = (datetime.datetime.now(WITA) + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    lent = {login: list(victims(own, oracle, oracle.person(login)))[:2] for login in ("kesehatan", "penyidik2", "hukum", "ppt2")}
    for login, uids in lent.items():
        give(own, login, uids[0], soon, ["identitas", "kontak"])
    own.stop()
    own.cli("clock", "advance", DAYS)
    own.start()
    for (login, uids), classes in zip(lent.items(), (["kontak"], ["identitas", "kisah"], ["hukum"], ["kesehatan", "lokasi_aman"])):
        give(own, login, uids[1], "2031-01-01T08:00", classes)
    assert sum(bar(own, oracle, login) for login in ("penyidik", "peksos", "sekretaris", "hukum", "penyidik2")) >= 3
    asked = own.rows("SELECT r.uid FROM rujukan r JOIN institusi i ON i.id=r.ke WHERE i.kode='IOM' AND r.status='dikirim'")[0]["uid"]
    assert move(own.as_("mitra"), f"/rujukan/{asked}", "tolak", alasan_tolak="penuh", **{"-alasan": "Tidak ada tempat bulan ini"}).status == 200
    later = datetime.datetime.now(WITA) + datetime.timedelta(days=DAYS)
    void_some(own, Oracle(own, Domain(), later), "ppt")  # what ended meanwhile is no longer hers to void
    return Oracle(own, Domain(), later)


def near(oracle, who, reg, rec):
    """How the record stands to the person, with what must make no difference or less."""
    row, relation = oracle.rows[reg][rec], frozenset(oracle.relation(who, reg, rec))
    states = {x["name"]: x for x in oracle.d.registers[reg].get("flow", {}).get("states", [])}
    marks = set()
    if row["batal"]:
        marks.add("void")
    if states.get(row.get("status"), {}).get("closed") == "yes":
        marks.add("closed")
    if any(user == who["id"] for user, _ in oracle.ended.get((reg, rec), [])):
        marks.add("ended")
    return relation, frozenset(marks)


def kinds(oracle, who, reg):
    """One record of each way of standing near."""
    found = {}
    for rec in oracle.rows[reg]:
        found.setdefault(near(oracle, who, reg, rec), rec)
    return found.items()


class Matrix:
    def __init__(self, s, oracle):
        self.s, self.oracle = s, oracle
        self.tried, self.differ, self.kinds, self.routes = 0, [], collections.Counter(), set()

    def expect(self, what, given, wanted):
        """`wanted`: a status, or REFUSED for any refusal, or None for anything else."""
        self.tried += 1
        fits = given not in REFUSED and given < 500 if wanted is None else given in REFUSED if wanted == REFUSED else given == wanted
        if not fits:
            self.differ.append(f"{what}: {given}, not {wanted or 'let in'}")

    def verb(self, who, reg, relation, *verbs):
        """Status by the rights: 403 without a line, 404 when none holds, None when let in."""
        lines = self.oracle.lines(who, reg, *verbs)
        return 403 if not lines else None if any(self.oracle.may(x, relation, verbs[0]) for x in lines) else 404

    def page(self, login, client, path, wanted, route):
        self.routes.add(("GET", route))
        page = client.get(path)
        self.expect(f"{login} GET {path}", page.status, wanted)
        return page

    def post(self, login, client, path, wanted, route):
        """A form of a version that never was: whoever is let in hears of a conflict, and nothing changes."""
        form = {"csrf": self.csrf, "idem": str(uuid.uuid4()), "versi": "99999"}
        self.routes.add(("POST", route))
        self.expect(f"{login} POST {path}", client.post(path, form).status, wanted)

    def classes(self, login, reg, row, shown, allowed, what):
        """Every class that has a value here: shown when allowed, and only then."""
        for f in self.oracle.d.registers[reg]["fields"]:
            if "class" in f and f["type"] != "file" and row.get(f["name"]) is not None:
                self.tried += 1
                if (f["name"] in shown) != (f["class"] in allowed):
                    self.differ.append(f"{login} {what} {f['name']} ({f['class']}): shown {f['name'] in shown}, allowed {sorted(allowed)}")

    def read_api(self, login, client, reg, row, wanted, allowed):
        path = f"/api/v1/{reg}/{row['uid']}"
        self.routes.add(("GET", "/api/v1/{reg}/{uid}"))
        page = client.get(path, headers={"Sigap-Tujuan": "layanan_korban; Memeriksa matriks akses"})
        self.expect(f"{login} GET {path}", page.status, wanted)
        if page.status == 200:
            body = page.json()
            self.classes(login, reg, row, {k for k in body["isian"] if k not in body["tertutup"]}, allowed, path)

    def record(self, login, client, call, reg, rec, relation, marks):
        oracle, who = self.oracle, self.oracle.person(login)
        row = oracle.rows[reg][rec]
        path, read = f"/{reg}/{row['uid']}", self.verb(who, reg, relation, "read")
        change, void = self.verb(who, reg, relation, "change"), self.verb(who, reg, relation, "void")
        self.kinds.update({k.split(":")[0] for k in relation | marks} or {"another's"})
        allowed = oracle.classes(who, reg, relation)
        page = self.page(login, client, path, read, "/{reg}/{uid}")
        if page.status in REFUSED and row.get("nomor"):
            self.expect(f"{login} GET {path} tells {row['nomor']}", 500 if row["nomor"] in page.html else 200, 200)
        self.page(login, client, path + "/riwayat", read, "/{reg}/{uid}/riwayat")
        self.page(login, client, path + "/berkas/tidak_ada", REFUSED, "/{reg}/{uid}/berkas/{name}")
        self.page(login, client, path + "/ubah", change, "/{reg}/{uid}/ubah")
        duty = "audit" in self.duties(who)
        self.page(login, client, path + "/pembaca", self.verb(who, reg, relation, "list", "read") if duty else 403, "/{reg}/{uid}/pembaca")
        self.rights_of_subjects(login, client, who, reg, relation, path)
        self.post(login, client, path + "/ubah", change, "/{reg}/{uid}/ubah")
        self.post(login, client, path + "/batalkan", void, "/{reg}/{uid}/batalkan")
        self.read_api(login, client, reg, row, read, allowed)
        if read is not None:
            for tail in ("buka", "urungkan", "pulihkan", "tidak_ada"):
                self.post(login, client, f"{path}/{tail}", REFUSED, "/{reg}/{uid}/" + ("{name}" if tail == "tidak_ada" else tail))
        self.write_api(login, call, reg, row, change)

    def rights_of_subjects(self, login, client, who, reg, relation, path):
        """For whoever has the duty, and of matters only: none here is ripe for a copy or counts anybody."""
        rights, read, matter = "data_rights" in self.duties(who), self.verb(who, reg, relation, "read"), self.oracle.d.registers[reg].get("is") == "data_matter"
        self.page(login, client, path + "/salinan", (read or 409) if rights else 403, "/{reg}/{uid}/salinan")
        if self.oracle.d.registers[reg]["key"] == "own":
            erase = None if "erase" in self.duties(who) else self.verb(who, reg, relation, "void")
            self.page(login, client, path + "/musnahkan", erase, "/{reg}/{uid}/musnahkan")
        else:
            self.routes.add(("GET", "/{reg}/{uid}/musnahkan"))
        self.routes.add(("POST", "/{reg}/{uid}/musnahkan"))  # the same door; what it does is for rights_test
        wanted = 403 if not rights else (read or 409) if matter else 404
        self.page(login, client, path + "/terdampak", wanted, "/{reg}/{uid}/terdampak")
        self.post(login, client, path + "/terdampak", wanted, "/{reg}/{uid}/terdampak")

    def write_api(self, login, call, reg, row, change):
        path = f"/api/v1/{reg}/{row['uid']}"
        self.routes |= {("PATCH", "/api/v1/{reg}/{uid}"), ("POST", "/api/v1/{reg}/{uid}/{name}")}
        if self.oracle.d.registers[reg].get("is") in ("user", "membership"):
            change = 403  # who may come in is not changed by a token, whoever's it is
        self.expect(f"{login} PATCH {path}", call("PATCH", path, {"isian": {"bukan_isian": 1}}, If_Match='"0"').status, change)
        self.expect(f"{login} POST {path}/tidak_ada", call("POST", path + "/tidak_ada", {}, If_Match='"0"').status, REFUSED)

    def duties(self, who):
        return {d for role in who["roles"] for d in self.oracle.d.roles[role].get("may", [])}

    def person(self, login):
        client, call, who = self.s.as_(login), Program(self.s, login), self.oracle.person(login)
        client.stays = call.client.stays = True
        self.csrf = client.get("/akun").form("/akun/sandi")["csrf"]
        for reg in self.oracle.d.registers:
            for (relation, marks), rec in kinds(self.oracle, who, reg):
                self.record(login, client, call, reg, rec, relation, marks)


def test_every_route_of_a_record_answers_by_the_rights(own):
    matrix = Matrix(own, prepare(own))
    for login in own.people():
        matrix.person(login)
    told = f"{len(matrix.differ)} of {matrix.tried} differ; {dict(matrix.kinds)}"
    print("#", told)
    assert not matrix.differ, told + "\n" + "\n".join(matrix.differ[:60])
    assert matrix.tried >= 20000, told
    for kind in ("own", "assigned", "area", "granted", "another's", "ended", "closed", "void", "barred", "addressed", "answered"):
        assert matrix.kinds[kind], f"nothing was {kind}: {told}"
    text = (sigap.ROOT / "src/web/route.def").read_text()
    left = {(method, path) for method, path, _ in ROUTES.findall(text) if "{reg}" in path} - matrix.routes
    assert not left, f"routes of a record that nothing here judges: {left}"
