"""A file of single rows for statisticians (RULES 1.10): declared columns alone, two people, on record."""
import csv
import datetime
import sqlite3

import sigap
import steps
import yaml

YEAR = datetime.date.today().year - 1
PERIOD = f"{YEAR}-S1"
CANARIES = ("Zebaoth Qwixuji", "Qwixalamat", "Qwixakisah", "Qwixajudul")
COARSE = ("code", "codes", "yesno4", "place:kab", "places:kab", "place:prov")


def registers():
    return {r["register"]: r for r in (yaml.load(p.read_text(), yaml.CBaseLoader) for p in (sigap.ROOT / "domain/registers").glob("*.yaml"))}


def take(s, login, path, **more):
    return s.cli("table", "--records", path, "--period", PERIOD, "--as", login, "--lang", "en", stdin=f"latihan-{login}-kupang\n", **more)


def on_record(s):
    return [(r["action"], r["actor"], r["uid"]) for r in s.rows("SELECT action, actor, uid FROM audit WHERE action LIKE 'records%' ORDER BY seq")]


def plant(s):
    """A victim whose sealed fields, texts and village are words that stand nowhere else."""
    c = s.as_("ppt")
    case = steps.make(c, "kasus", judul=CANARIES[3], klasifikasi="tppo", dibuka=f"{YEAR}-03-01")
    return steps.make(c, "korban", case, status_tppo="terbukti_layanan", tanggal_identifikasi=f"{YEAR}-03-02", kisah=CANARIES[2],
                      orang__nama=CANARIES[0], orang__jk="P", orang__alamat=CANARIES[1], orang__tgl_lahir="1991-07-23")


def test_one_alone_gets_no_file_two_do(own, tmp):
    path, uid = tmp / "baris.db", {r["nama_masuk"]: r["uid"] for r in own.rows("SELECT nama_masuk, uid FROM pengguna")}
    victim = plant(own)
    for login in ("sekretaris", "sekretaris"):  # the same one twice is not two
        assert "on record; there is no file yet" in take(own, login, path).stdout
        assert not path.exists()
    for login, why in (("pimpinan", "figures of the task force"), ("ppt", "the same, and a duty"), ("admin", "none")):
        assert take(own, login, path, status=None).returncode != 0 and not path.exists(), why
    own.cli("table", "--records", path, "--period", PERIOD, "--as", "statistik", stdin="bukan sandinya\n", status=4)
    own.cli("table", "--records", path, "--period", f"{YEAR}-S3", "--as", "statistik", stdin="", status=None)
    assert not path.exists() and [x[:2] for x in on_record(own)] == [("records:ask", uid["sekretaris"])] * 2
    said = take(own, "statistik", path).stdout
    action, actor, copy = on_record(own)[-1]
    assert (action, actor) == ("records", uid["statistik"]) and copy in said and path.stat().st_mode & 0o777 == 0o600
    again = take(own, "sekretaris", path, status=None)  # no file is written over, and the wish is used up
    assert again.returncode != 0 and "is there already" in again.stderr
    assert "on record" in take(own, "sekretaris", tmp / "lain.db").stdout and not (tmp / "lain.db").exists()
    whole(own, path, copy, victim)
    own.cli("audit verify")


def whole(s, path, copy, victim):
    """Declared columns and nothing else; the figures of the tables; no canary, id or number of any record."""
    known, allowed = registers(), {}
    for name, r in known.items():
        fields = {f["name"]: f for section in r["sections"] for f in section["fields"]}
        allowed[name] = {"pemilik", "status"} | {n for n, f in fields.items() if f.get("stat") == "yes" and "class" not in f
                                                 and (f["type"].split()[0] in COARSE or f["type"] == "ref institusi")}
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        tables = {r[0] for r in db.execute("SELECT name FROM sqlite_master")}
        assert {"korban", "kasus", "_berkas"} <= tables and len(tables) > 20 and tables - {"_berkas"} <= {n for n, r in known.items() if "stats" in r}
        for t in tables - {"_berkas"}:
            columns = [r[1] for r in db.execute(f'PRAGMA table_info("{t}")')]
            assert columns[:3] == ["_masa", "_terhitung", "_mungkin"] and set(columns[3:]) <= allowed[t] & set(stat_dims(known[t])), (t, columns)
            rows = db.execute(f'SELECT * FROM "{t}"').fetchall()
            assert {r[0] for r in rows} <= {PERIOD}
        order = [r[0] for r in db.execute("SELECT modus FROM kasus")]
        counted = db.execute("SELECT count(*) FROM korban WHERE _terhitung AND NOT _mungkin").fetchone()[0]
        told = " ".join(r[0] for r in db.execute("SELECT isi FROM _berkas"))
    recorded = [" ".join(sorted((r["x"] or "").split())) for r in s.rows("SELECT group_concat(m.val, ' ') x FROM kasus k LEFT JOIN kasus__modus m ON m.rec=k.id"
                f" WHERE batal=0 AND dibuka BETWEEN '{YEAR}-01-01' AND '{YEAR}-06-30' GROUP BY k.id ORDER BY k.id")]
    mine = [" ".join(sorted((x or "").split())) for x in order]
    assert mine != recorded and len(set(mine)) > 2, "in the order of the records"
    assert copy in told and "statistik" in told and "not to be handed on" in told
    table = s.as_("sekretaris").get("/tabel/korban_jk_umur.csv", {"masa": PERIOD, "untuk": "internal"}).body.decode("utf-8-sig")
    assert counted == int(list(csv.reader(table.splitlines()))[-1][-1]) > 10
    data = path.read_bytes()
    for word in (*CANARIES, "1991-07-23", steps.uid_of(victim), "KRB-", "KAS-", "LP/"):
        assert word.encode() not in data, word
    assert s.rows("SELECT 1 FROM kasus WHERE judul=?", CANARIES[3]), "the canary is nowhere at all"


def stat_dims(register):
    dims = register["stats"]["dims"]
    return dims if isinstance(dims, list) else [d.strip() for d in dims.strip("[]").split(",")]
