"""What the administrator does: data of an older program, backups, and what roles may reach."""
import os
import re
import shutil
import sqlite3
import subprocess

import yaml

import sigap
import steps


def make_old(data):
    """Takes the system tables back to the shape they had before they were numbered."""
    db = sqlite3.connect(data / "sigap.db")
    db.executescript("""
        DROP INDEX jangkau_rec;
        CREATE TABLE lama AS SELECT reg, principal, rec, source, classes, until FROM jangkau;
        DROP TABLE jangkau;
        CREATE TABLE jangkau(reg TEXT NOT NULL, principal INTEGER NOT NULL, rec INTEGER NOT NULL, source TEXT NOT NULL,
          classes INTEGER NOT NULL, until INTEGER NOT NULL, PRIMARY KEY(reg, principal, rec, source));
        INSERT INTO jangkau SELECT * FROM lama;
        DROP TABLE lama;
        CREATE INDEX jangkau_rec ON jangkau(reg, rec, source, principal, until, classes);
        ALTER TABLE akun DROP COLUMN change_due;
        DROP TABLE cadangan;
        DELETE FROM meta WHERE kunci = 'system';""")
    db.close()


def test_a_folder_of_an_older_program_is_brought_up_to_date(own):
    own.stop()
    make_old(own.data)
    before = own.rows("SELECT count(*) n FROM jangkau")[0]["n"]
    assert before > 100
    said = own.cli("audit verify").stderr
    kept = list(own.data.glob("sebelum-*"))
    assert len(kept) == 1 and kept[0].name in said
    copy = sqlite3.connect(kept[0] / "sigap.db")
    assert "since" not in [c[1] for c in copy.execute("PRAGMA table_info(jangkau)")]
    assert copy.execute("SELECT count(*) FROM jangkau").fetchone()[0] == before
    copy.close()
    assert "since" in [c["name"] for c in own.rows("PRAGMA table_info(jangkau)")]
    own.start()
    assert own.login("sekretaris").get("/kasus").status == 200
    own.stop()
    own.cli("audit verify")
    assert list(own.data.glob("sebelum-*")) == kept, "the second start copied again"


def add_a_field(tmp):
    """The domain with one more field of a case; gives its folder."""
    domain = tmp / "domain"
    shutil.copytree(sigap.ROOT / "domain", domain)
    path = domain / "registers/kasus.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if "{name: nomor_lp," in line)
    lines.insert(at + 1, '      - {name: nomor_uji, type: text, label: {id: Nomor uji, en: Test number}}\n')
    path.write_text("".join(lines), encoding="utf-8")
    return domain


def test_a_wider_domain_is_applied_after_a_copy_and_tested(own, tmp):
    own.stop()
    cli = sigap.Cli(own.data, own.reports, add_a_field(tmp))
    before = [tuple(r) for r in own.rows("SELECT uid, judul FROM kasus ORDER BY id")]
    done = cli("audit verify", "--lang", "en")
    kept = list(own.data.glob("sebelum-domain-*"))
    assert len(kept) == 1 and str(kept[0]) in done.stderr and "Self-test passed: 1 steps" in done.stderr
    assert "sebelum" not in done.stdout, "a command that prints to a file would carry it along"
    assert "nomor_uji" in [c["name"] for c in own.rows("PRAGMA table_info(kasus)")]
    assert not list(own.data.glob("sebelum-domain-*/kek.key"))
    cli("audit verify")
    assert list(own.data.glob("sebelum-domain-*")) == kept, "nothing to do, and copied again"
    fresh = sigap.Cli(tmp / "baru", own.reports)
    fresh("restore", kept[0], "--key", own.data / "kek.key")
    copy = sqlite3.connect(tmp / "baru" / "sigap.db")
    assert "nomor_uji" not in [c[1] for c in copy.execute("PRAGMA table_info(kasus)")]
    assert copy.execute("SELECT uid, judul FROM kasus ORDER BY id").fetchall() == before
    copy.close()


def test_no_room_for_the_copy_changes_nothing(own, tmp):
    own.stop()
    cli = sigap.Cli(own.data, own.reports, add_a_field(tmp))
    size = (own.data / "berkas.db").stat().st_size
    room = os.statvfs(own.data)
    os.truncate(own.data / "berkas.db", room.f_bavail * room.f_frsize * 2)  # with holes: takes no room itself
    for command in ("audit verify", "migrate"):
        done = cli(command, "--lang", "en", status=9)
        assert "no room for the copy" in done.stderr and "Nothing was changed" in done.stderr
    assert not list(own.data.glob("sebelum-domain-*"))
    assert "nomor_uji" not in [c["name"] for c in own.rows("PRAGMA table_info(kasus)")]
    os.truncate(own.data / "berkas.db", size)
    assert "Self-test passed" in cli("migrate", "--lang", "en").stderr


def test_old_copies_are_removed_and_the_newest_stay(own, tmp):
    own.stop()
    now = int(own.rows("SELECT max(at) n FROM tx")[0]["n"])

    def copy(name, age_days, foreign=False):
        folder = own.data / f"sebelum-{name}-{now - age_days * 86_400_000}"
        folder.mkdir()
        for file in ("sigap.db", "kunci.db", "berkas.db", "cadangan.b2"):
            (folder / file).write_bytes(b"x")
        if foreign:
            (folder / "catatan.txt").write_text("disimpan orang")
        return folder
    for folder in own.data.glob("sebelum-*"):
        shutil.rmtree(folder)
    old = [copy("domain", age) for age in (400, 200, 90)]
    own.cli("audit verify")
    assert all(f.exists() for f in old), "one of the newest three was removed"
    young, held = copy("3", 20), copy("domain", 300, foreign=True)
    beside = own.data / "sebelum-pindah"
    beside.mkdir()
    done = sigap.Cli(own.data, own.reports, add_a_field(tmp))("audit verify", "--lang", "en")
    made = [f for f in own.data.glob("sebelum-domain-*") if f not in old and f != held]
    assert len(made) == 1 and made[0].exists() and young.exists() and beside.exists()
    assert [f.exists() for f in old] == [False, False, True], "newest three: the one just made, 20 and 90 days"
    assert len(list(held.iterdir())) == 5, "a folder that somebody put a file into was touched"
    assert "2 old copies" in done.stderr, done.stderr


def test_data_of_a_newer_program_are_left_alone(own):
    own.stop()
    db = sqlite3.connect(own.data / "sigap.db")
    db.execute("UPDATE meta SET nilai = '9999' WHERE kunci = 'system'")
    db.commit()
    db.close()
    done = own.cli("audit verify", "--lang", "en", status=8)
    assert "newer program" in done.stderr


def test_backup_is_proved_and_restored(own, tmp):
    place = tmp / "cadangan"
    said = own.cli("backup", place, "--lang", "en").stdout  # the server is running
    assert "was made in" in said and "chain is whole" in said and "key is not in it" in said
    assert sorted(p.name for p in place.iterdir()) == ["berkas.db", "cadangan.b2", "kunci.db", "sigap.db"]
    subprocess.run(["b2sum", "-l", "256", "-c", "cadangan.b2"], cwd=place, check=True, capture_output=True)
    assert own.rows("SELECT result FROM cadangan")[0]["result"] == "ok"
    assert own.rows("SELECT count(*) n FROM audit WHERE action='backup'")[0]["n"] == 1
    own.cli("backup", place, status=6)  # never over another one
    own.stop()  # its clocks would go on making tasks
    place = tmp / "diam"
    own.cli("backup", place)
    fresh = sigap.Cli(tmp / "baru", own.reports)
    assert "--key" in fresh("restore", place, status=10).stdout
    assert not list((tmp / "baru").glob("*.db"))
    fresh("restore", place, "--key", own.data / "kek.key")
    own.cli("export", tmp / "a")
    fresh("export", tmp / "b")
    names = sorted(p.name for p in (tmp / "a").glob("*.csv"))
    assert len(names) > 20
    for name in names:
        assert (tmp / "a" / name).read_bytes() == (tmp / "b" / name).read_bytes(), name
    fresh("restore", place, "--key", own.data / "kek.key", status=6)


def test_a_broken_backup_is_refused(own, tmp):
    own.stop()
    place = tmp / "c"
    said = own.cli("backup", place, "--with-key", "--lang", "en").stdout
    assert "can read all data" in said and (place / "kek.key").exists()
    own.cli("backup --check", place)
    page = bytearray((place / "kunci.db").read_bytes())
    page[len(page) // 2] ^= 1
    (place / "kunci.db").write_bytes(bytes(page))
    done = own.cli("backup --check", place, "--lang", "en", status=10)
    assert "kunci.db" in done.stdout
    fresh = sigap.Cli(tmp / "baru", own.reports)
    fresh("restore", place, status=10)
    assert not list((tmp / "baru").glob("*.db"))


def test_what_a_role_may_reach_is_told_in_words(s):
    c = s.as_("statistik")
    page = c.get("/peran")
    roles = [r["name"] for r in yaml.load((sigap.ROOT / "domain/roles.yaml").read_text(), yaml.CBaseLoader)["roles"]]
    for role in roles:
        assert f'href="/peran/{role}"' in page.html
        assert c.get(f"/peran/{role}").status == 200
    assert c.get("/peran/bukan_peran").status == 404
    kasus = yaml.load((sigap.ROOT / "domain/registers/kasus.yaml").read_text(), yaml.CBaseLoader)
    named = {r["role"] for r in kasus["rights"]}
    for role in roles:
        said = s.cli("audit-role", role, "--lang", "en").stdout
        reached, left = said.rsplit("Not reached at all:", 1)
        assert (kasus["label"]["en"] + ":" in reached) == (role in named), role
    assert "Classes that stay closed" in s.cli("audit-role penyidik --lang en").stdout + s.cli("audit-role pimpinan --lang en").stdout
    s.cli("audit-role bukan_peran", status=5)


def make_user(c, s, login, roles, name="Petugas Baru"):
    form = c.get("/akun/baru").form("/akun/baru", has="masuk")
    password = form["sandi"]
    place = s.rows("SELECT uid FROM institusi WHERE kode = 'P2TP2A'")[0]["uid"]
    steps.fill(form, {"instansi": place}).fill(nama=name, masuk=login, peranan=roles)
    page = c.submit(form)
    steps.approve_roles(s)
    return password, page


def first_login(s, login, password):
    c = s.client()
    form = c.get("/masuk").form("/masuk", has="sandi")
    form["masuk"], form["sandi"] = login, password
    return c, c.submit(form)


def change(c, old, new, again=None):
    form = c.get("/akun").form("/akun/sandi")
    form.fill(lama=old, sandi=new, ulang=again or new)
    return c.submit(form)


def test_a_user_is_made_by_page_and_must_change_the_password(s):
    admin = s.as_("admin")
    password, page = make_user(admin, s, "petugas.baru", ["petugas_ppt"])
    assert page.status == 200 and page.path.startswith("/pengguna/"), page.words[:400]
    assert password not in page.html and s.bytes_on_disk(password) == []
    c, page = first_login(s, "petugas.baru", password)
    assert page.path == "/akun"
    for path in ("/", "/laporan", "/kasus/baru", "/peran"):
        assert c.get(path).path == "/akun", path
    assert change(c, "salah-sekali-ini", "ombak biru pagi ini").status == 422
    assert change(c, password, "ombak biru pagi ini", "lain").status == 422
    assert change(c, password, password).status == 422
    assert change(c, password, "ombak biru pagi ini").status == 200
    assert c.get("/laporan").path == "/laporan"
    assert first_login(s, "petugas.baru", password)[1].path == "/masuk"
    assert s.rows("SELECT count(*) n FROM audit WHERE action='password'")[0]["n"] == 1


def test_the_institution_of_a_new_user_is_found_among_any_number(s):
    """Without the script: words, then one of what fits; a number is enough."""
    admin = s.as_("admin")
    many = s.rows("SELECT uid, kode, nama, nomor FROM institusi WHERE batal=0")
    assert len(many) > 60
    form = admin.get("/akun/baru").form("/akun/baru", has="masuk")
    form.fill(nama="Petugas Cari", masuk="petugas.cari", peranan=["petugas_ppt"])
    form["instansi.cari"] = "tidak ada begini"
    page = admin.submit(form)
    assert page.status == 422 and "tidak ada begini" in page.words and "Petugas Cari" in page.html
    form = page.form("/akun/baru", has="masuk").fill(peranan=["petugas_ppt"])
    form["instansi.cari"] = "dinas"
    page = admin.submit(form)
    assert page.status == 422
    form = page.form("/akun/baru", has="masuk")
    offered = [c.value for c in form.controls if c.name == "instansi" and c.value]
    assert len(offered) > 1 and form["masuk"] == "petugas.cari" and form["peranan"] == "petugas_ppt"
    form["instansi"] = offered[1]
    page = admin.submit(form)
    assert page.status == 200 and page.path.startswith("/pengguna/"), page.words[:400]
    home = s.rows("SELECT i.uid FROM pengguna p JOIN institusi i ON i.id=p.induk WHERE p.uid=?", page.path.split("/")[2])
    assert home[0]["uid"] == offered[1]


def test_a_user_form_with_mistakes_keeps_what_was_typed(s):
    admin = s.as_("admin")
    page = make_user(admin, s, "sekretaris", ["petugas_ppt"], "Nama Sudah Diketik")[1]
    assert page.status in (409, 422) and "Nama Sudah Diketik" in page.html and "sekretaris" in page.words
    form = admin.get("/akun/baru").form("/akun/baru", has="masuk")
    page = admin.submit(form.fill(masuk="orang.lain"))
    assert page.status == 422 and "orang.lain" in page.html
    for who in ("sekretaris", "ppt"):
        assert s.as_(who).get("/akun/baru").status == 403


def test_a_temporary_password_ends_the_users_sessions(s):
    admin = s.as_("admin")
    first, page = make_user(admin, s, "lupa.sandi", ["petugas_ppt"])
    uid = page.path.split("/")[2]
    c, _ = first_login(s, "lupa.sandi", first)
    change(c, first, "ombak biru pagi ini")
    form = admin.get(f"/akun/{uid}").form("/sandi")
    second = form["sandi"]
    assert second != first and admin.submit(form).status == 200
    assert c.get("/laporan").path == "/masuk"
    assert first_login(s, "lupa.sandi", second)[1].path == "/akun"
    own = s.rows("SELECT uid FROM pengguna WHERE nama_masuk = 'admin'")[0]["uid"]
    assert admin.get(f"/akun/{own}").status == 403, "her own password is changed with the old one"
    assert s.as_("ppt").get(f"/akun/{uid}").status == 403


def test_sessions_are_listed_and_one_is_ended_from_afar(s):
    a, b = s.login("pimpinan"), s.login("pimpinan")
    page = a.get("/akun")
    forms = [f for f in page.forms if f.action.endswith("/akun/sesi")]
    assert forms
    for form in forms:
        page = a.submit(form)
    assert page.status == 200
    assert b.get("/peran").path == "/masuk" and a.get("/peran").path == "/peran"
    other = s.login("sekretaris")
    theirs = s.rows("SELECT hash FROM sesi WHERE user_uid = (SELECT uid FROM pengguna WHERE nama_masuk='sekretaris')")
    form = a.get("/akun").form("/keluar")
    pairs = dict(form.pairs())
    for row in theirs:
        a.post("/akun/sesi", {**pairs, "sesi": row["hash"]})
    assert other.get("/kasus").path == "/kasus", "somebody else's session was ended"


def test_nobody_changes_the_own_roles_and_an_ended_user_is_out(s):
    admin = s.as_("admin")
    row = s.rows("SELECT uid FROM pengguna WHERE nama_masuk = 'admin'")[0]
    form = admin.get(f"/pengguna/{row['uid']}/ubah").form("/ubah", has="versi")
    form["peran"] = ["admin", "penyidik"]
    assert admin.submit(form).status == 422
    password, page = make_user(admin, s, "akan.berakhir", ["petugas_ppt"])
    uid = page.path.split("/")[2]
    c, _ = first_login(s, "akan.berakhir", password)
    change(c, password, "ombak biru pagi ini")
    form = admin.get(f"/pengguna/{uid}/ubah").form("/ubah", has="versi")
    form["aktif"] = "tidak"
    assert admin.submit(form).status == 200
    assert c.get("/laporan").path == "/masuk"


def test_the_record_of_access_is_read_filtered_and_reading_it_is_recorded(s):
    keeper = s.as_("pdp")
    s.as_("statistik").get("/kasus")  # refused: goes on record
    seen = "SELECT count(*) n FROM audit WHERE action = 'audit'"
    before = s.rows(seen)[0]["n"]
    page = keeper.get("/audit")
    assert page.status == 200 and s.rows(seen)[0]["n"] == before + 1
    row = s.rows("SELECT k.nomor, a.uid FROM audit a JOIN kasus k ON k.uid = a.uid WHERE a.action = 'create' ORDER BY a.seq DESC")[0]
    page = keeper.get("/audit", [("catatan", row["nomor"])])
    assert row["nomor"] in page.words
    others = s.rows("SELECT nomor FROM kasus WHERE nomor <> ?", row["nomor"])
    assert not [o for o in others if o["nomor"] in page.words]
    assert "<tbody>" not in keeper.get("/audit?catatan=XYZ-1").html
    page = keeper.get("/audit?masuk=statistik&ditolak=1")
    assert "E_DENIED" in page.words
    assert "<tbody>" not in keeper.get("/audit?sejak=2099-01-01").html
    lines = keeper.get("/audit.csv?masuk=statistik").html.splitlines()
    assert len(lines) > 2 and all(line.count(";") >= 6 for line in lines[:-1]) and "salinan" in lines[-1]
    me = s.rows("SELECT uid FROM fakta_pengguna WHERE login='pdp'")[0]["uid"]
    assert s.rows("SELECT action FROM audit WHERE actor=? ORDER BY seq DESC LIMIT 1", me)[0]["action"] == "export"
    for who in ("admin", "ppt", "statistik"):
        assert s.as_(who).get("/audit").status == 403 and s.as_(who).get("/audit.csv").status == 403


def test_acts_are_told_in_words_of_the_reader(s):
    admin, office = s.as_("admin"), s.as_("ppt")
    form = admin.get("/kode/alasan_mutasi").form("/kode/alasan_mutasi", has="label_id")
    admin.submit(form.fill(kode="ikut_panen", label_id="Ikut panen", label_en="Joined the harvest"))
    form = admin.get("/tenggat?ubah=SOP_ASESMEN").form("/tenggat", has="nilai")
    admin.submit(form.fill(nilai=12, unit="jam", alasan="Kesepakatan rapat gugus tugas"))
    case = steps.make(office, "kasus", judul="Perkara uji jejak")
    office.submit(office.get(case).form("/terima"))
    steps.open_file(office, steps.make(office, "laporan", jenis="dugaan_tppo", kanal="tatap", kab="53.03", isi="Kabar uji jejak."))
    wanted = {"id": ['mengubah kode "Ikut panen" pada daftar Alasan mutasi', ": 12 jam", "menjalankan langkah: Terima kasus", "Pemeriksaan berkas untuk uji"],
              "en": ['changed the code "Joined the harvest" of the list', ": 12 hours", "moved: Accept case", "opened protected values"]}
    for lang, words in wanted.items():
        keeper = s.login("pdp")
        keeper.cookies["bahasa"] = lang
        files = "".join(keeper.get(f"/audit.csv?masuk={who}").html for who in ("admin", "ppt")).replace('""', '"')
        for text in (keeper.get("/audit").words, files):
            missing = [w for w in words if w not in text]
            assert not missing, (lang, missing, text[:300])
            raw = re.findall(r"\b(?:code|limit|move|setting|token|factor|key|refused):\S+", text)
            assert not raw, raw[:5]


def test_acts_are_found_by_the_word_shown(s):
    keeper = s.login("pdp")
    keeper.get("/audit.csv?masuk=statistik")
    for lang, word in (("id", "mengekspor"), ("en", "Exported"), ("en", "export")):
        keeper.cookies["bahasa"] = lang
        rows = re.findall(r"<tr>(?:<td>.*?){3}<td>(.*?)</td>", keeper.get("/audit", [("tindakan", word)]).html.split("<tbody>")[1], re.S)
        assert rows and set(rows) == {word.lower() if word != "export" else "exported"}, (word, rows[:3])


def test_rows_of_one_agency_and_a_file_too_long_is_refused(own):
    keeper = own.login("pdp")
    of = {r["id"]: r["tajuk"] for r in own.rows("SELECT id, tajuk FROM institusi")}
    busy = own.rows("SELECT agency, count(*) n FROM audit WHERE agency > 0 GROUP BY agency ORDER BY n")
    agency, n = of[busy[0]["agency"]], busy[0]["n"]
    lines = keeper.get("/audit.csv", [("instansi", agency)]).html.strip().splitlines()
    assert len(lines) == n + 2 and all(agency in line for line in lines[1:-1])
    assert "<tbody>" not in keeper.get("/audit?instansi=tidak-ada-begini").html
    own.stop()
    db = sqlite3.connect(own.data / "sigap.db")
    columns = [c[1] for c in db.execute("PRAGMA table_info(audit)")]
    last = dict(zip(columns, db.execute("SELECT * FROM audit ORDER BY seq DESC LIMIT 1").fetchone()))
    rows = [[{**last, "seq": last["seq"] + i}[c] for c in columns] for i in range(1, 10002)]
    db.executemany(f"INSERT INTO audit VALUES({','.join('?' * len(columns))})", rows)
    db.commit()
    db.close()
    own.start()
    keeper = own.login("pdp")
    page = keeper.get("/audit.csv")
    assert page.status == 413 and "10000" in page.words.replace(".", "") and "Persempit" in page.words
    assert keeper.get("/audit.csv?sejak=2099-01-01").status == 200


def test_older_rows_of_the_record_are_behind_a_link(s):
    keeper = s.as_("pdp")
    page = keeper.get("/audit")
    link = re.search(r'href="(/audit\?[^"]*sebelum=\d+)"', page.html).group(1).replace("&amp;", "&")
    older = keeper.get(link)
    assert older.status == 200 and older.html != page.html


def test_the_health_page_makes_a_backup_and_verifies_the_chain(own):
    admin = own.login("admin")
    page = admin.get("/kesehatan")
    assert page.status == 200 and "SQLite 3" in page.words and "belum pernah" in page.words
    page = steps.settled(admin, admin.submit(page.form("/kesehatan/cadangan")))
    place = own.rows("SELECT place, result FROM cadangan")
    assert [r["result"] for r in place] == ["ok"] and place[0]["place"] in page.words and "hari ini" in page.words
    own.cli("backup --check", place[0]["place"])
    page = steps.settled(admin, admin.submit(page.form("/kesehatan/audit")))
    assert "utuh" in page.words
    assert own.login("ppt").get("/kesehatan").status == 403
    own.stop()
    db = sqlite3.connect(own.data / "sigap.db")
    db.execute("UPDATE audit SET result = 'x' WHERE seq = 7")
    db.commit()
    db.close()
    own.start()
    admin = own.login("admin")
    page = steps.settled(admin, admin.submit(admin.get("/kesehatan").form("/kesehatan/audit")))
    assert "putus pada baris 7" in page.words


def test_a_given_password_ends_and_what_others_do_to_an_account_is_told(own):
    admin = own.as_("admin")
    late, page = make_user(admin, own, "datang.terlambat", ["petugas_ppt"])
    again = own.rows("SELECT uid FROM pengguna WHERE nama_masuk='peksos'")[0]["uid"]
    form = admin.get("/setelan").form("/setelan", has="akun_awal_hari")
    assert "1 sampai 90" in admin.submit(form.fill(akun_awal_hari="0")).words
    assert admin.submit(form.fill(akun_awal_hari="3")).status == 200
    # wrong tries, and a password from somebody else, are told at the next log-in and stay on one's own page
    assert first_login(own, "peksos", "salah sekali ini")[1].path == "/masuk"
    form = admin.get(f"/akun/{again}").form("/sandi")
    given = form["sandi"]
    assert admin.submit(form).status == 200
    c, page = first_login(own, "peksos", given)
    assert page.path == "/akun" and change(c, given, "ombak biru pagi ini").status == 200
    assert "2 kejadian pada akun Anda" in c.get("/?beranda=1").words
    told = c.get("/akun").words
    assert "masuk: ditolak" in told and "mengganti kata sandi, oleh " in told
    c, _ = first_login(own, "peksos", "ombak biru pagi ini")
    assert "kejadian pada akun Anda" not in c.get("/?beranda=1").words, "told once"
    assert "masuk: ditolak" in c.get("/akun").words
    assert "ditolak" not in own.as_("ppt").get("/akun").words, "somebody else's account"
    # never used, it opens nothing any more after its time; a new one does
    own.stop()
    own.cli("clock", "advance", 4)
    own.start()
    assert first_login(own, "datang.terlambat", late)[1].path == "/masuk"
    uid = own.rows("SELECT uid FROM pengguna WHERE nama_masuk='datang.terlambat'")[0]["uid"]
    form = own.as_("admin").get(f"/akun/{uid}").form("/sandi")
    fresh = form["sandi"]
    assert own.as_("admin").submit(form).status == 200
    assert first_login(own, "datang.terlambat", fresh)[1].path == "/akun"
    assert first_login(own, "peksos", "ombak biru pagi ini")[1].path != "/masuk", "her own password does not end"


def test_a_log_in_from_a_new_network_or_device_is_told_to_its_owner(own):
    password = own.people()["peksos"][0]

    def arrive(address, browser):
        c = own.client()
        c.get("/masuk")
        page = c.post("/masuk", {"masuk": "peksos", "sandi": password}, headers={"X-Forwarded-For": address, "User-Agent": browser})
        assert page.path != "/masuk", page.words[:300]
        return c.get("/?beranda=1").words, c.get("/akun").words

    office, phone, strange = "Mozilla/5.0 (Linux) Firefox/128.0", "Mozilla/5.0 (Android 14) Chrome/130.0", "alat atau jaringan yang belum pernah dipakai"
    assert strange not in "".join(arrive("198.51.100.7", office)), "the first of all is no new one"
    assert strange not in "".join(arrive("198.51.7.200", office.replace("128", "129"))), "a provider's other address, an update of the browser"
    home, account = arrive("203.0.113.9", office)
    assert "1 kejadian pada akun Anda" in home and strange in account
    home, account = arrive("198.51.100.7", office)  # whoever it was, the owner reads it where she always works
    assert "1 kejadian pada akun Anda" in home
    assert "kejadian pada akun Anda" not in arrive("198.51.100.7", office)[0], "told once"
    assert "1 kejadian pada akun Anda" in arrive("198.51.100.7", phone)[0]
    assert not own.bytes_on_disk("203.0.113") and not own.bytes_on_disk("Android 14"), "an address is kept"
