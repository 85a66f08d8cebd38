"""What rights: of domain/ say, read naively (written from docs/domain-format.md alone, with plain tables and
no idea of how the program does it); door tests compare the program with it."""
import datetime

import sigap
import yaml

SAMPLE = 2  # records of each relation, of each register, for each user


class Domain:
    def __init__(self):
        read = yaml.BaseLoader  # every scalar is text: `no` stays a word
        self.registers = {}
        for path in sorted((sigap.ROOT / "domain/registers").glob("*.yaml")):
            reg = yaml.load(path.read_text(), read)
            reg["fields"] = [f for s in reg["sections"] for f in s["fields"]]
            self.registers[reg["register"]] = reg
        self.roles = {r["name"]: r for r in yaml.load((sigap.ROOT / "domain/roles.yaml").read_text(), read)["roles"]}

    def assignment(self):
        return next(r for r in self.registers.values() if r.get("is") == "assignment")["register"]

    def holder(self, role):
        """Name of the field that holds this role, or None."""
        return next((f["name"] for reg in self.registers.values() for f in reg["fields"] if f.get("as") == role), None)

    def referring(self, name):
        """(register, column, column of the register or None) of the single references to a register."""
        tags = self.registers[name].get("tags", [])
        for reg in self.registers.values():
            for f in reg["fields"]:
                kind, _, target = f["type"].partition(" ")
                if kind == "ref" and target == name:
                    yield reg["register"], f["name"], None
                elif kind == "ref" and target[1:] in tags and target.startswith("@"):
                    yield reg["register"], f["name"], f["name"] + "__reg"


class Oracle:
    """The rows of the database in memory, and the reading of `rights:` over them."""

    def __init__(self, s, domain):
        self.d, self.today = domain, datetime.date.today().isoformat()
        self.rows, self.links = {}, {}
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
        for row in self.rows[domain.assignment()].values():
            live = not row["batal"] and (not row["selesai"] or row["selesai"] >= self.today)
            if live and row["mulai"] <= self.today:
                self.assigned.setdefault((row["induk_reg"], row["induk"]), []).append((row["pengguna"], row["institusi"]))

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
        """{"own", "assigned", "area"} as far as they hold."""
        row, found = self.rows[reg][rec], set()
        if (reg, rec) in seen:
            return found
        seen = (*seen, (reg, rec))
        for user, office in self.assigned.get((reg, rec), []):
            if user == who["id"] or office in who["offices"]:
                found.add("assigned")
        if self.d.registers[reg].get("is") == "task":
            found |= {"own"} if row["unit"] in who["offices"] else set()
            found |= {"assigned"} if row["pelaksana"] == who["id"] else set()
        reach = self.d.registers[reg]["reach"]
        if reach == "parent" and row["induk"]:
            return found | self.relation(who, row["induk_reg"], row["induk"], seen)
        if row["pemilik"] in who["offices"]:
            found.add("own")
        if self.in_area(who, reg, row):
            found.add("area")
        if self.actor.get(row["dibuat_tx"]) == who["uid"]:
            found.add("assigned")
        for other, k in self.referrers.get(reg, {}).get(rec, []) if reach == "referrers" else []:
            found |= self.relation(who, other, k, seen)
        return found

    def lines(self, who, reg, *verbs):
        return [r for r in self.d.registers[reg]["rights"] if r["role"] in who["roles"] and set(verbs) & set(r["verbs"])]

    def holds(self, line, relation):
        scope = line["scope"]
        return scope == "all" or (scope == "assigned" and "assigned" in relation) or (scope == "own" and bool(relation - {"area"})) \
            or (scope == "area" and bool(relation))

    def status(self, who, reg, *verbs):
        return 200 if self.lines(who, reg, *verbs) else 403

    def open_status(self, who, reg, relation):
        lines = self.lines(who, reg, "read")
        return 403 if not lines else 200 if any(self.holds(x, relation) for x in lines) else 404

    def classes(self, who, reg, relation):
        every = {f["class"] for f in self.d.registers[reg]["fields"] if "class" in f}
        found = set()
        for line in self.lines(who, reg, "read"):
            if self.holds(line, relation):
                found |= set(line["allow"]) if "allow" in line else every - set(line.get("deny", []))
        return found & every


def sample(oracle, who, reg):
    """Ids of records of each relation, the first found."""
    found = {}
    for rec in oracle.rows[reg]:
        relation = frozenset(oracle.relation(who, reg, rec))
        if len(found.setdefault(relation, [])) < SAMPLE:
            found[relation].append(rec)
    return [(rec, relation) for relation, recs in found.items() for rec in recs]
