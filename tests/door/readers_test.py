"""Who opened a person's file: every opening, by officer for the data-protection officer, by office alone on
the sheet that the person concerned is given."""

from program import Program


def open_file(client, path):
    form = client.get(path).form("/buka", has="guna")
    form["guna"], form["-alasan"] = "layanan_korban", "Menelepon keluarga korban, lalu mencatatnya"
    return client.submit(form)


def test_every_opening_is_told_by_office_and_by_officer(own):
    row = own.rows("SELECT o.uid person, k.uid victim FROM orang o JOIN korban k ON k.orang=o.id JOIN fakta_pengguna f"
                   " ON f.agency=k.pemilik WHERE k.batal=0 AND f.login='ppt' ORDER BY k.id")[0]
    officer, dpo = own.as_("ppt"), own.as_("pdp")
    before = own.rows("SELECT count(*) n FROM audit WHERE action='read' AND uid=?", row["person"])[0]["n"]
    open_file(officer, f"/orang/{row['person']}")
    officer.get(f"/korban/{row['victim']}")  # stands under her key: part of the same file
    assert f"/orang/{row['person']}/pembaca" in dpo.get("/audit").html
    page = dpo.get(f"/orang/{row['person']}/pembaca")
    name = own.rows("SELECT name FROM fakta_pengguna WHERE login='ppt'")[0]["name"]
    office = own.rows("SELECT i.tajuk FROM institusi i JOIN fakta_pengguna f ON f.agency=i.id WHERE f.login='ppt'")[0]["tajuk"]
    assert page.status == 200 and "Menelepon keluarga korban" in page.words and name in page.words and office in page.words
    own_reads = own.rows("SELECT count(*) n FROM audit WHERE action='read' AND uid IN (?, ?)", row["person"], row["victim"])[0]["n"]
    assert own_reads > before
    sheet = dpo.get(f"/orang/{row['person']}/pembaca?lembar=1")
    table = sheet.html[sheet.html.index("<table"):sheet.html.index("</table>")]
    assert office in table and name not in table and name not in sheet.words
    assert "Menelepon keluarga korban, lalu mencatatnya" in table, "a purpose with a comma stays one"
    # looking is on record too, and is for those whose duty it is
    last = own.rows("SELECT action, uid FROM audit WHERE actor=(SELECT uid FROM fakta_pengguna WHERE login='pdp') ORDER BY seq DESC LIMIT 1")[0]
    assert tuple(last) == ("audit", row["person"])
    assert officer.get(f"/orang/{row['person']}/pembaca").status == 403
    english = dpo.get(f"/orang/{row['person']}/pembaca?lembar=1")
    assert english.status == 200


def chain(s):
    return [tuple(r) for r in s.rows("SELECT * FROM audit ORDER BY seq")]


def test_an_opening_is_on_record_and_nobodys_account_edits_it(own):
    person = own.rows("SELECT o.uid FROM orang o JOIN korban k ON k.orang=o.id JOIN fakta_pengguna f ON f.agency=k.pemilik"
                      " WHERE k.batal=0 AND f.login='ppt' ORDER BY k.id")[0][0]
    open_file(own.as_("ppt"), f"/orang/{person}")
    row = own.rows("SELECT actor, at, purpose FROM audit WHERE action='read' AND uid=? ORDER BY seq DESC", person)[0]
    assert row["actor"] == own.rows("SELECT uid FROM fakta_pengguna WHERE login='ppt'")[0][0] and row["at"] > 0
    assert row["purpose"].startswith("layanan_korban: ") and "Menelepon keluarga korban" in own.as_("pdp").get("/audit").words
    before = chain(own)
    for login in ("admin", "pdp", "sekretaris", "ppt"):
        client, call = own.as_(login), Program(own, login)
        token = client.get("/akun").form("/akun/sandi")["csrf"]
        for path in ("/audit", "/audit.csv", "/audit/segel", "/audit/1", "/audit/1/ubah", "/audit/1/batalkan"):
            answer = client.post(path, {"csrf": token, "versi": "1", "actor": "x"})
            asks = path == "/audit" and login in ("pdp", "sekretaris")  # a question about rows; that it changed none is seen below
            assert answer.status in ((200,) if asks else (403, 404, 405)), (login, path)
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            for path in ("/api/v1/audit", "/api/v1/audit/1"):
                answer = call(method, path, {"isian": {"actor": "x"}}, If_Match='"1"')
                assert answer.status in (403, 404, 405), (login, method, path, answer.status)
    assert chain(own)[:len(before)] == before, "what was on record is changed"
    own.cli("audit verify")
