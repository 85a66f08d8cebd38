"""Erasure by destroying a key, and canaries: what is sealed is readable nowhere, and after erasure by nobody."""
import os
import pathlib
import re
import tempfile
import time

import sigap
import steps
import yaml

CANARIES = 1000 if sigap.FULL else 150
MONTH = 31 * 86400


def sealed_texts(reg):
    """Names of the free-text fields of a register that are sealed, as its form calls them."""
    with open(sigap.ROOT / f"domain/registers/{reg}.yaml", encoding="utf-8") as f:
        fields = [field for section in yaml.load(f, yaml.CSafeLoader)["sections"] for field in section["fields"]]
    return [f["name"] for f in fields if f.get("class") and f["type"] in ("text", "text long", "text lines") and not f.get("when")]


def places(server, *more):
    """Every file that could hold what was typed: databases with their logs, copies, what the server said, temporary files
    that were written since it started."""
    began = server.home.stat().st_ctime - 3600
    temporary = [p for folder in {"/tmp", tempfile.gettempdir()} for p in pathlib.Path(folder).iterdir() if p.is_file() and p.stat().st_mtime > began]
    mine = {p for home in (server.home, *more) for p in home.rglob("*") if p.is_file()}
    return [p for p in {*mine, *temporary} if p.name != "ruang.cadangan"]


def found(server, needle, *more):
    """(file, text) of every place where the bytes stand, in either case of letters."""
    hits = set()
    for p in places(server, *more):
        try:
            data = p.read_bytes()
        except OSError:
            continue
        hits |= {(p.name, m) for m in re.findall(needle, data)}
    return hits


def test_canaries_are_in_no_file(own, tmp):
    """Strings in protected fields, typed into the forms; looked for while the server runs and after."""
    office = own.login("ppt")
    planted = []

    def canary():
        planted.append(f"Kenari{len(planted):04d}x{os.urandom(5).hex()}")
        return planted[-1]

    person, victim, case = (sealed_texts(r) for r in ("orang", "korban", "kasus"))
    assert len(person) >= 3 and len(victim) >= 3 and case
    while len(planted) < CANARIES:
        path = steps.make(office, "kasus", judul="Berkas kenari", dibuka="2026-10-01", **{f: canary() for f in case})
        steps.make(office, "korban", path, status_tppo="mungkin", orang__jk="P", **{f: canary() for f in victim},
                   **{f"orang__{f}": canary() for f in person})
    form = office.get("/kasus/baru").form("/kasus/baru", has="judul")  # a draft, and a text refused for another mistake
    form.fill(judul="Rancangan kenari", **{f: canary() for f in case})
    assert office.submit(form, button="draf").status == 200
    form = office.get("/kasus/baru").form("/kasus/baru", has="judul")
    form.fill(judul="", **{f: canary() for f in case})
    assert office.submit(form).status == 422
    own.cli("backup", tmp / "salinan")
    any_canary = rb"(?i)kenari\d{4}x[0-9a-f]{10}"
    assert found(own, any_canary, tmp) == set()
    own.stop()
    assert found(own, any_canary, tmp) == set()
    titles = found(own, rb"Berkas kenari", tmp)
    assert {"sigap.db"} <= {name for name, _ in titles}, "the search finds nothing at all"
    print(f"{len(planted)} canaries: none found in {len(places(own, tmp))} files")


def wrapped_key(server, uid):
    with server.db("kunci.db") as db:
        row = db.execute("SELECT wrapped FROM kunci WHERE subject=?", (uid,)).fetchone()
    return row and bytes(row[0])


def age_copies(home, seconds):
    """As if the copies had been made so much earlier: a copy is known by the moment in its name."""
    for place in list(home.iterdir()):
        at = time.mktime(time.strptime(place.name, "%Y-%m-%d-%H%M-%S")) - seconds
        place.rename(home / time.strftime("%Y-%m-%d-%H%M-%S", time.localtime(at)))


def counts(server, table):
    """What statistics says of the half-year in which the person erased became known, with nothing masked."""
    text = server.cli("table", table, "--period", "2016-S1", "--audience", "internal", "--lang", "en").stdout
    return "\n".join(line for line in text.splitlines() if "," in line and not line.startswith('"'))


def test_an_erased_person_is_readable_nowhere(own, tmp):
    office = own.login("ppt")
    admin = own.login("admin")
    case = steps.make(office, "kasus", judul="Perkara yang tetap dihitung", dibuka="2026-10-01")
    victim = steps.make(office, "korban", case, status_tppo="terbukti_layanan", tanggal_identifikasi="2016-05-06",
                        orang__nama="Benedikta Uji Hapus", orang__jk="P",
                        orang__nik="5371014101900007", orang__alamat="Lorong Kenanga 7", kisah="Ia bercerita panjang.")
    uid = own.rows("SELECT uid FROM orang ORDER BY id DESC LIMIT 1")[0]["uid"]
    steps.settled(admin, admin.submit(admin.get("/kesehatan").form("/kesehatan/cadangan")))
    counted = [counts(own, table) for table in ("korban_jk_umur", "kasus_klasifikasi")]
    prints = "SELECT hash FROM sidik WHERE field LIKE 'orang%' AND rec=(SELECT id FROM orang WHERE uid=?)"
    assert own.rows(prints, uid)
    key = wrapped_key(own, uid)
    copies = own.data / "cadangan"
    assert key and found(own, re.escape(key)) and any("cadangan" in str(p) for p in copies.rglob("kunci.db"))
    words = {who: own.people()[who][0] + "\n" for who in ("ppt", "pdp", "jaksa")}
    assert "Stop the server" in own.cli("erase orang", uid, "--as", "ppt", "--lang", "en", stdin=words["ppt"], status=9).stdout
    own.stop()
    own.cli("erase orang", uid, "--as", "ppt", stdin="bukan sandinya\n", status=4)
    own.cli("erase orang", uid, "--as", "jaksa", stdin=words["jaksa"], status=4)
    own.cli("erase orang", uid, "--as", "ppt", stdin=words["ppt"])
    own.cli("erase orang", uid, "--as", "ppt", stdin=words["ppt"])  # the same one twice is not two
    assert wrapped_key(own, uid) == key
    said = own.cli("erase orang", uid, "--as", "pdp", "--lang", "en", stdin=words["pdp"]).stdout
    assert "is destroyed" in said and wrapped_key(own, uid) is None
    for name in ("kunci.db", "kunci.db-wal", "sigap.db-wal"):
        file = own.data / name
        assert not file.exists() or key not in file.read_bytes(), name
    assert not own.rows(prints, uid)
    assert [r["action"] for r in own.rows("SELECT action FROM audit WHERE uid=? AND action LIKE 'erase%' ORDER BY seq", uid)] == \
        ["erase:ask", "erase:ask", "erase"]
    own.cli("scrub")
    own.cli("audit verify")
    assert [counts(own, table) for table in ("korban_jk_umur", "kasus_klasifikasi")] == counted and ",1" in counted[0]
    own.start()
    office = own.login("ppt")
    page = steps.open_file(office, f"/orang/{uid}")
    assert page.status == 200 and "Benedikta" not in page.html and "5371014101900007" not in page.html
    assert "bercerita" not in steps.open_file(office, victim).html and office.get(case).status == 200
    # the copies made before still hold the key; a month later the ring has let them go
    assert found(own, re.escape(key)) and {name for name, _ in found(own, re.escape(key))} == {"kunci.db"}
    age_copies(copies, MONTH)
    admin = own.login("admin")
    steps.settled(admin, admin.submit(admin.get("/kesehatan").form("/kesehatan/cadangan")))
    assert own.rows("SELECT result FROM cadangan ORDER BY id DESC")[0]["result"] == "ok"
    own.stop()
    assert found(own, re.escape(key)) == set(), "the key of an erased person lies somewhere still"

