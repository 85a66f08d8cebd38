"""What rights: of domain/ say, read naively (written from docs/domain-format.md alone, with plain tables and
no idea of how the program does it); door tests compare the program with it."""
import datetime

import sigap
import yaml

WITA = datetime.timezone(datetime.timedelta(hours=8))  # the zone of the practice data
SAMPLE = 2  # records of each relation, of each register, for each user


class Domain:
    def __init__(self):
        read = yaml.CBaseLoader  # every scalar is text: `no` stays a word
        self.registers = {}
        for path in sorted((sigap.ROOT / "domain/registers").glob("*.yaml")):
            reg = yaml.load(path.read_text(), read)
            reg["fields"] = [f for s in reg["sections"] for f in s["fields"]]
            reg["addresses"] = [f["name"] for f in reg["fields"] if f.get("addresses") == "yes"]
            self.registers[reg["register"]] = reg
        self.roles_of_registers = {r["is"]: name for name, r in self.registers.items() if "is" in r}
        fields = [(reg["register"], f) for reg in self.registers.values() for f in reg["fields"]]
        self.held = {f["as"]: f["name"] for _, f in reversed(fields) if "as" in f}
        self.homes = {f["as"]: reg for reg, f in reversed(fields) if "as" in f}
        self.classed = {f["class"] for _, f in fields if "class" in f}
        self.roles = {r["name"]: r for r in yaml.load((sigap.ROOT / "domain/roles.yaml").read_text(), read)["roles"]}

    def named(self, role):
        return self.roles_of_registers[role]

    def holder(self, role):
        """Name of the field that holds this role, or None."""
        return self.held.get(role)

    def referring(self, name):
        """(register, column, column of the register or None) of the single references to a register."""
        tags = self.registers[name].get("tags", [])
        for reg in self.registers.values():
            for f in reg["fields"]:
                kind, _, target = f["type"].partition(" ")
                if f.get("as") == "data_matter.person":
                    continue  # a request about one's own data opens the file to nobody
                if kind == "ref" and target == name:
                    yield reg["register"], f["name"], None
                elif kind == "ref" and target[1:] in tags and target.startswith("@"):
                    yield reg["register"], f["name"], f["name"] + "__reg"


class Oracle:
    """The rows of the database in memory, and the reading of `rights:` over them."""

    def __init__(self, s, domain, now=None):
        """`now`: the moment that the installation's clock shows, where that is not the real one."""
        now = now or datetime.datetime.now(WITA)
        self.d, self.today, self.ms = domain, now.date().isoformat(), now.timestamp() * 1000
        self.rows = {}
        with s.db() as db:
            for name in domain.registers:
                self.rows[name] = {r["id"]: dict(r) for r in db.execute(f"SELECT * FROM {name}")}
            self.actor = {r["id"]: r["actor"] for r in db.execute("SELECT id, actor FROM tx")}
            self.roles = {}
            for r in db.execute("SELECT rec, val FROM pengguna__peran"):
                self.roles.setdefault(r["rec"], set()).add(r["val"])
        self.referrers = {}
        for name, reg in domain.registers.items():
            if reg["reach"] == "referrers":
                self.referrers[name] = self.index(name)
        self.assigned = {}
        for row in self.rows[domain.named("assignment")].values():
            if self.by_day(row):
                self.assigned.setdefault(self.above(row), []).append((row["pengguna"], row["institusi"], "assigned"))
        self.grants(s)
        self.referrals(s)
        self.barred = {}
        for row in self.rows[domain.named("exclusion")].values():
            if self.by_day(row):
                self.barred.setdefault(self.above(row), []).append((row["pengguna"], row["institusi"]))

    @staticmethod
    def above(row):
        return row["induk_reg"], row["induk"]

    def by_day(self, row):
        """Whether a row with first and last day holds today."""
        return not row["batal"] and row["mulai"] <= self.today <= (row["selesai"] or "9")

    def grants(self, s):
        """Those in force, as an assignment that opens the classes named only; and those whose time is over."""
        name = self.d.named("grant")
        opens = {x["name"] for x in self.d.registers[name]["flow"]["states"] if x.get("opens") == "yes"}
        classes, self.ended = {}, {}
        for r in s.rows(f"SELECT rec, val FROM {name}__{self.d.holder('grant.classes')}"):
            classes.setdefault(r["rec"], set()).add(r["val"])
        for rec, row in self.rows[name].items():
            if row["batal"] or row["status"] not in opens:
                continue
            to, since = (row["pengguna"], row["institusi"]), row["mulai"] or 0
            if since <= self.ms < row["sampai"]:
                kind = "granted:" + "+".join(sorted(classes.get(rec, ())))
                self.assigned.setdefault(self.above(row), []).append((*to, kind))
            else:
                self.ended.setdefault(self.above(row), []).append(to)

    def many(self, s, reg, field):
        """{record: codes} of a field that holds several."""
        found = {}
        for r in s.rows(f"SELECT rec, val FROM {reg}__{field}"):
            found.setdefault(r["rec"], set()).add(r["val"])
        return found

    def referrals(self, s):
        """Once sent, a referral stands near whom it is addressed to; while it runs, so does what hangs above it, in the classes shared."""
        name, consent = self.d.named("referral"), self.d.named("consent")
        opens = {x["name"] for x in self.d.registers[name]["flow"]["states"] if x.get("opens") == "yes"}
        shared, agreed = (self.many(s, reg, self.d.holder(f"{role}.classes")) for reg, role in ((name, "referral"), (consent, "consent")))
        self.addressed = {}
        for rec, row in self.rows[name].items():
            if row["batal"] or not row[self.d.holder("referral.sent")]:
                continue
            classes, basis = shared.get(rec, set()), self.rows[consent].get(row[self.d.holder("referral.consent")])
            runs = row["status"] in opens and (row[self.d.holder("referral.until")] or "") >= self.today
            if basis:
                runs = runs and self.covers(basis, row, consent)
                classes = classes & agreed.get(basis["id"], classes)
            else:
                runs = runs and row[self.d.holder("referral.danger")] == "ya"
            self.addressed[rec] = (row[self.d.holder("referral.to")], "addressed" if runs else "answered")
            officer = row[self.d.holder("referral.officer")]
            if runs:
                to = (officer, None) if officer else (None, row[self.d.holder("referral.to")])
                self.assigned.setdefault(self.above(row), []).append((*to, "granted:" + "+".join(sorted(classes))))

    def covers(self, basis, referral, consent):
        """Whether a consent holds today, of the same file, toward whom the referral is addressed to."""
        closed = {x["name"] for x in self.d.registers[consent]["flow"]["states"] if x.get("closed") == "yes"}
        to = basis[self.d.holder("consent.to")]
        return not basis["batal"] and basis["status"] not in closed and (basis[self.d.holder("consent.until")] or "9") >= self.today \
            and (not to or to == referral[self.d.holder("referral.to")]) and self.file(consent, basis) == self.file(self.d.named("referral"), referral)

    def file(self, reg, row):
        """The record whose key seals this one."""
        key = self.d.registers[reg]["key"]
        if key == "parent":
            above = row.get("induk_reg") or self.d.registers[reg]["parent"]
            return self.file(above, self.rows[above][row["induk"]])
        if key.startswith("ref "):
            field = next(f for f in self.d.registers[reg]["fields"] if f["name"] == key[4:])
            return self.file(field["type"].split()[1], self.rows[field["type"].split()[1]][row[field["name"]]])
        return reg, row["id"]

    def index(self, name):
        found = {}
        for reg, column, of_reg in self.d.referring(name):
            for row in self.rows[reg].values():
                if row[column] and not row["batal"] and (not of_reg or row[of_reg] == name):
                    found.setdefault(row[column], []).append((reg, row["id"]))
        return found

    def person(self, login):
        row = next(r for r in self.rows["pengguna"].values() if r["nama_masuk"] == login)
        offices = {m["induk"] for m in self.rows["keanggotaan"].values() if m["pengguna"] == row["id"]
                   and not m["batal"] and m["mulai"] <= self.today <= (m["selesai"] or "9")}
        return {"id": row["id"], "uid": row["uid"], "roles": self.roles[row["id"]], "offices": offices,
                "area": row[self.d.holder("user.area")] if self.d.holder("user.area") else None}

    def in_area(self, who, reg, row):
        """Whether the office that owns the record lies in the person's area; asked of registers with such rights only."""
        area = self.d.holder("institution.area")
        if not who["area"] or not area or not any(r["scope"] == "area" for r in self.d.registers[reg]["rights"]):
            return False
        place = (self.rows["institusi"].get(row["pemilik"]) or {}).get(area) or ""
        return place == who["area"] or place.startswith(who["area"] + ".")

    def relation(self, who, reg, rec, seen=()):
        """{"own", "shut" (own, but of its team alone), "assigned", "area", "granted:CLASSES", "addressed", "answered" (sent, but over), "barred"}
        as far as they hold."""
        row, found = self.rows[reg][rec], set()
        if (reg, rec) in seen:
            return found
        seen = (*seen, (reg, rec))
        for user, office, kind in self.assigned.get((reg, rec), []):
            if user == who["id"] or office in who["offices"]:
                found.add(kind)
        if any(user == who["id"] or office in who["offices"] for user, office in self.barred.get((reg, rec), [])):
            found.add("barred")
        if self.d.registers[reg].get("is") == "referral" and self.addressed.get(rec, (None,))[0] in who["offices"]:
            found.add(self.addressed[rec][1])
        if not row["batal"] and any(row[name] in who["offices"] for name in self.d.registers[reg]["addresses"]):
            found.add("addressed")
        if self.d.registers[reg].get("is") == "task":
            found |= {"own"} if row["unit"] in who["offices"] else set()
            found |= {"assigned"} if row["pelaksana"] == who["id"] else set()
        reach = self.d.registers[reg]["reach"]
        if reach == "parent" and row["induk"]:
            found |= self.relation(who, row["induk_reg"], row["induk"], seen)
            return self.shut(found) if self.childs(reg, row) else found
        if row["pemilik"] in who["offices"]:
            found.add("shut" if self.team_only(reg, row) else "own")
        if self.in_area(who, reg, row):
            found.add("area")
        if self.actor.get(row["dibuat_tx"]) == who["uid"]:
            found.add("assigned")
        for other, k in self.referrers.get(reg, {}).get(rec, []) if reach == "referrers" else []:
            found |= self.relation(who, other, k, seen)
        return self.shut(found) if self.childs(reg, row) else found

    @staticmethod
    def shut(found):
        """Of its team alone: the office that owns it knows of it and opens nothing."""
        return {"shut" if kind == "own" else kind for kind in found}

    def childs(self, reg, row):
        """A child as a victim, or the person who is one in any record that stands."""
        victim, child = self.d.named("victim"), self.d.holder("victim.child")
        if reg == victim:
            return row[child] == "ya"
        if reg != self.d.named("person"):
            return False
        if not hasattr(self, "children"):
            who = self.d.holder("victim.person")
            self.children = {v[who] for v in self.rows[victim].values() if v[child] == "ya" and not v["batal"]}
        return row["id"] in self.children

    def team_only(self, reg, row):
        """A report of its team alone, or what stands under one: the office that owns it knows of it and opens nothing."""
        home = self.d.homes.get("report.team_only")
        marked = [row] if reg == home else []
        if row.get("induk") and (row.get("induk_reg") or self.d.registers[reg].get("parent")) == home:
            marked.append(self.rows[home][row["induk"]])
        return any(m[self.d.holder("report.team_only")] == "ya" for m in marked)

    def lines(self, who, reg, *verbs):
        return [r for r in self.d.registers[reg]["rights"] if r["role"] in who["roles"] and set(verbs) & set(r["verbs"])]

    def holds(self, line, relation):
        scope = line["scope"]
        if "barred" in relation:
            return scope == "oversight"
        sent, near = relation & {"addressed", "answered"}, relation - {"addressed", "answered"}
        given = any(kind == "assigned" or kind.startswith("granted") for kind in near)
        return scope in ("all", "oversight") or (scope == "assigned" and given) or (scope == "own" and bool(near - {"area"})) \
            or (scope == "area" and bool(near)) or (scope == "addressed" and bool(sent))

    def may(self, line, relation, verb):
        """`holds`, for a line that names the verb: what is lent in part is read and not altered, and what is shut to an office is neither
        changed nor voided by it. (What is recorded under it is not judged here.)"""
        lent = set().union(*(kind[len("granted:"):].split("+") for kind in relation if kind.startswith("granted:")), set())
        near = set(relation)
        if verb not in ("list", "read", "export", "count") and "assigned" not in near and lent != self.d.classed:
            near = {kind for kind in near if not kind.startswith("granted")}
        if verb in ("change", "void") and "own" not in near:
            near -= {"shut", "area"} if "shut" in near else set()
        return self.holds(line, near)

    def status(self, who, reg, *verbs):
        return 200 if self.lines(who, reg, *verbs) else 403

    def open_status(self, who, reg, relation):
        lines = self.lines(who, reg, "read")
        return 403 if not lines else 200 if any(self.holds(x, relation) for x in lines) else 404

    def classes(self, who, reg, relation):
        every = {f["class"] for f in self.d.registers[reg]["fields"] if "class" in f}
        found = set()
        for line in self.lines(who, reg, "read"):
            lets = set(line["allow"]) if "allow" in line else every - set(line.get("deny", []))
            for one in [{kind} for kind in relation - {"barred"}] or [set()]:
                if self.holds(line, one | (relation & {"barred"})):
                    found |= lets & self.opened_by(line, one)
        return found & every

    def opened_by(self, line, one):
        """What one way of being near opens at most: a grant its classes, unless the line asks for no nearness."""
        kind, every = next(iter(one), ""), self.d.classed
        if kind in ("shut", "answered") and line["scope"] not in ("all", "oversight"):
            return set()
        return set(kind[len("granted:"):].split("+")) if kind.startswith("granted:") and line["scope"] not in ("all", "oversight") else every


def sample(oracle, who, reg):
    """Ids of records of each relation, the first found."""
    found = {}
    for rec in oracle.rows[reg]:
        relation = frozenset(oracle.relation(who, reg, rec))
        if len(found.setdefault(relation, [])) < SAMPLE:
            found[relation].append(rec)
    return [(rec, relation) for relation, recs in found.items() for rec in recs]
