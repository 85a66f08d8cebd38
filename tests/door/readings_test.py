"""The reading budget: who leafs through the books is stopped, and the data-protection officer told."""
import shutil

import sigap
import steps


def persons(own, login="ppt"):
    rows = own.rows("SELECT o.uid FROM orang o JOIN korban k ON k.orang=o.id JOIN fakta_pengguna f ON f.agency=k.pemilik"
                    " WHERE f.login=? AND k.batal=0 GROUP BY o.uid ORDER BY o.id", login)
    return [f"/orang/{r['uid']}" for r in rows]


def review_opened(own, clerk):
    """The page of the review of matches after a purpose was stated for its pairs."""
    for _ in range(2):
        form = clerk.get("/orang/baru").form("/orang/baru", has="nama")
        form.fill(nama="Hendrikus Ujibatas Sanamtasa", tgl_lahir="1971-03-21", jk="L").force("yakin", "1")
        assert clerk.submit(form).path.startswith("/orang/")
    own.cli("match refresh")
    form = clerk.get("/kecocokan").form("/kecocokan/buka", has="guna")
    form["guna"], form["-alasan"] = "layanan_korban", "Meninjau pasangan yang mirip"
    return clerk.submit(form)


def test_a_day_has_so_many_files_and_no_more(own):
    admin, clerk, found = own.as_("admin"), own.as_("ppt"), persons(own)
    form = admin.get("/setelan").form("/setelan", has="bacaan_sehari")
    for odd in ("banyak", "0", "1001"):  # nobody switches the watch off
        form["bacaan_sehari"] = odd
        assert "1 sampai 1000" in admin.submit(form).words
    form["bacaan_sehari"], form["orang_sehari"] = "4", "1000"
    assert admin.submit(form).status == 200
    for path in found[:2]:
        assert steps.open_file(clerk, path).status == 200
    assert "catatan terlindung" not in own.as_("pdp").get("/").words
    assert steps.open_file(clerk, found[2]).status == steps.open_file(clerk, found[3]).status == 200
    told = own.as_("pdp").get("/").words
    assert "membuka berkas 4 orang (batas 1000), 0 di antaranya di luar institusi dan timnya (batas 10), dan 4 catatan terlindung (batas 4)" in told, told[:400]
    assert "catatan terlindung" not in own.as_("sekretaris").get("/kasus").words
    refused = steps.open_file(clerk, found[4])
    assert refused.status == 429 and "sehari" in refused.words and "besok" in refused.words.lower()
    assert steps.open_file(clerk, found[0]).status == 200, "what she opened today closed on her"
    page = clerk.get(f"/api/v1{found[5]}", headers={"Sigap-Tujuan": "layanan_korban; Mencoba lewat program"})
    assert page.status == 429 and page.json()["code"] == "E_BUDGET"
    assert clerk.get(f"/api/v1{found[5]}").status == 200, "without a purpose nothing is opened"
    assert review_opened(own, clerk).status == 429, "the review of matches opens more than a day allows"
    own.stop()
    own.cli("clock", "advance", 1)
    own.start()
    assert steps.open_file(own.login("ppt"), found[4]).status == 200
    assert "membuka berkas 4 orang" in own.login("pdp").get("/").words, "told on that day alone, whoever was away never learns it"


def test_who_opens_a_little_every_day_is_told_and_goes_on_and_her_leader_hears_of_it(own, tmp):
    """Four weeks count together; beside the data-protection officer hears who leads the office (a duty of roles.yaml), of her people alone."""
    roles = shutil.copytree(sigap.ROOT / "domain", tmp / "domain") / "roles.yaml"
    text = roles.read_text()
    at = text.index("- {name: statistik")
    roles.write_text(text[:at] + text[at:].replace("may: [tables]", "may: [tables, supervise]", 1))  # whose office the secretary is of
    own.stop()
    own.cli.domain = tmp / "domain"
    own.start()
    steps.setting(own, orang_28_hari=4)
    found = persons(own)
    for day in range(3):  # one on each of three days
        for login, paths in (("ppt", found), ("sekretaris", persons(own, "sekretaris"))):
            assert steps.open_file(own.login(login), paths[day]).status == 200
        told = own.login("pdp").get("/").words
        own.stop()
        own.cli("clock", "advance", 3)
        own.start()
    slow = "dalam 28 hari, terakhir"
    assert told.count(slow) == 2 and "membuka berkas 3 orang (batas 4), 0 di antaranya" in told, told[:600]
    heard = own.login("statistik").get("/?beranda=ya").words
    assert heard.count(slow) == 1 and own.rows("SELECT name FROM fakta_pengguna WHERE login='sekretaris'")[0]["name"] + " " + slow in heard, heard[:600]
    assert slow not in own.login("pimpinan").get("/").words, "of people of another office"
    assert steps.open_file(own.login("ppt"), found[3]).status == 200, "the slow measure stops nobody"
    own.stop()
    own.cli("clock", "advance", 30)
    own.start()
    assert slow not in own.login("pdp").get("/").words


def test_persons_count_once_and_what_is_lent_apart(own):
    """Two records of one person are one; who is lent by an emergency counts among those from outside, and is never refused."""
    admin, clerk, found = own.as_("admin"), own.as_("ppt"), persons(own)
    hers = own.rows("SELECT k.uid, o.uid AS person FROM korban k JOIN orang o ON o.id=k.orang JOIN fakta_pengguna f ON f.agency=k.pemilik"
                    " WHERE f.login='ppt' AND k.batal=0 AND o.uid IN (?,?) ORDER BY o.id", found[0][7:], found[1][7:])
    form = admin.get("/setelan").form("/setelan", has="orang_sehari")
    assert admin.submit(form.fill(orang_sehari="2", orang_luar_sehari="1")).status == 200
    for row in hers:  # both records of each
        assert steps.open_file(clerk, f"/orang/{row['person']}").status == steps.open_file(clerk, f"/korban/{row['uid']}").status == 200
    refused = steps.open_file(clerk, found[2])
    assert refused.status == 429 and "Akses darurat" in refused.words and "petugas pelindungan data" in refused.words
    counted = own.rows("SELECT count(DISTINCT b.orang) n, max(b.luar) lent FROM bacaan b JOIN fakta_pengguna f ON f.uid=b.actor WHERE f.login='ppt'")[0]
    assert (counted["n"], counted["lent"]) == (2, 0), dict(counted)
    told = own.as_("pdp").get("/").words
    assert "membuka berkas 2 orang (batas 2), 0 di antaranya" in told, told[:400]
    row = own.rows("SELECT k.nomor, k.uid FROM korban k JOIN orang o ON o.id=k.orang WHERE o.uid=? AND k.batal=0", found[2][7:])[0]
    form = clerk.get("/darurat").form("/darurat")
    form["nomor"], form["guna"], form["-alasan"] = row["nomor"], "keselamatan", "Korban diancam dan petugasnya tidak dapat dihubungi"
    assert clerk.submit(form).path == f"/korban/{row['uid']}"
    assert steps.open_file(clerk, found[2]).status == 200, "an emergency is refused by the budget"
    assert steps.open_file(clerk, found[3]).status == 429
    assert "membuka berkas 3 orang (batas 2), 1 di antaranya di luar" in own.as_("pdp").get("/").words
