"""What programs send while the server is sealed: taken unread, put in by the ordinary door when the key comes."""
import base64
import sqlite3

from program import Program
from sealing import SENTENCE, opened, protect, wait_for_login

CANARY = "kapal-tanpa-lampu-kanari"


def seal(own):
    own.stop()
    protect(own)
    own.start()


def unseal(own):
    assert opened(own, SENTENCE).status == 200
    wait_for_login(own)


def moved(call, own):
    """The same program at the address of the server now."""
    call.client = own.client()
    return call


def report(text, **more):
    return {"isian": {"jenis": "dugaan_tppo", "kanal": "web", "kab": "53.03", "isi": text, **more}}


def test_a_report_sent_to_a_sealed_server_is_recorded_when_it_opens(own):
    desk, village = Program(own, "ppt"), Program(own, "desa")
    codes = {name: [c["code"] for c in desk("GET", f"/api/v1/kode/{name}").json()["items"]] for name in ("jenis_laporan", "kanal")}
    kinds = {"jenis": codes["jenis_laporan"][0], "kanal": codes["kanal"][0]}
    seal(own)
    for call in (desk, village):
        moved(call, own)
    body = report(CANARY, **kinds)
    taken = desk("POST", "/api/v1/laporan", body, Idempotency_Key="lapor-1", Accept_Language="en")
    assert taken.status == 202, taken.html
    uid = taken.json()["uid"]
    assert taken.headers["Location"] == f"/api/v1/laporan/{uid}" and "sealed" in taken.json()["keterangan"]
    # nothing can be read: not the letter on disk, not anything through the door
    for hidden in (CANARY, base64.b64encode(CANARY.encode()).decode(), desk.token):
        assert not own.bytes_on_disk(hidden)
    assert desk("GET", f"/api/v1/laporan/{uid}").status == 503 and own.client().get("/laporan").status == 503
    # sent again it is the same letter; under the same key another one is refused
    again = desk("POST", "/api/v1/laporan", body, Idempotency_Key="lapor-1")
    assert again.status == 202 and again.json()["uid"] == uid, again.html
    other = desk("POST", "/api/v1/laporan", report("lain", **kinds), Idempotency_Key="lapor-1")
    assert other.status == 409 and other.json()["code"] == "E_REUSED"
    # strangers and what is no JSON are refused at once, in words
    village.token, mine = "0" * 64, village.token
    assert village("POST", "/api/v1/laporan", body).status == 401
    village.token = mine
    assert village("POST", "/api/v1/laporan", body, Content_Type="text/plain").json()["code"] == "E_BAD_REQ"
    assert village("POST", "/api/v1/kasus/baru", body).status == 503
    # what is wrong is found when it can be judged; what its sender may not write is refused then
    assert desk("POST", "/api/v1/laporan", report("Tanpa kanal", jenis=kinds["jenis"], kanal="tidak_ada", diterima="2026-31-31")).status == 202
    assert village("POST", "/api/v1/kasus", {"isian": {"judul": "Bukan haknya"}}).status == 202
    at = own.rows("SELECT at FROM kotak_masuk ORDER BY at")[0]["at"]
    unseal(own)
    for call in (desk, village):
        moved(call, own)
    shown = desk("GET", f"/api/v1/laporan/{uid}", Sigap_Tujuan="penanganan_kasus; Memeriksa kiriman tersegel")
    assert shown.status == 200 and shown.json()["isian"]["isi"] == CANARY, shown.html
    assert own.rows("SELECT diterima FROM laporan WHERE uid=?", uid)[0][0] == at, "as old as it is, not as old as the key"
    assert own.rows("SELECT count(*) n FROM audit WHERE uid=? AND action='create'", uid)[0]["n"] == 1
    assert not own.bytes_on_disk(CANARY)
    # the same key goes on to work after the seal
    late = desk("POST", "/api/v1/laporan", body, Idempotency_Key="lapor-1")
    assert late.json()["uid"] == uid
    # the rest waits for who sent it, and for nobody else
    assert own.rows("SELECT count(*) n FROM kotak_masuk WHERE fault IS NOT NULL")[0]["n"] == 2
    clerk, head = own.login("ppt"), own.login("desa")
    assert "1 kiriman" in clerk.get("/?beranda=1").words
    page = clerk.get("/kiriman")
    assert "Kanal" in page.words and "Bukan haknya" not in page.words and CANARY not in page.words
    # it is mended in the form, under the uid that was told for it
    mend = next(url for url, words in page.links if "-kiriman=" in url)
    assert head.get(mend).status in (403, 404), "somebody else's letter"
    form = clerk.get(mend).form("/laporan/baru")
    assert form["isi"] == "Tanpa kanal"
    waiting = own.rows("SELECT uid FROM kotak_masuk WHERE reg='laporan'")[0]["uid"]
    done = clerk.submit(form.fill(kanal=kinds["kanal"], diterima="2026-10-02T08:00"))
    assert done.path == f"/laporan/{waiting}", done.words[:300]
    assert not own.rows("SELECT 1 FROM kotak_masuk WHERE reg='laporan'")
    # or thrown away, which goes on record
    page = head.get("/kiriman")
    assert page.status == 200 and not [u for u, _ in page.links if "-kiriman=" in u], "no form for what she may not create"
    page = head.submit(page.form("/buang"))
    assert "Tidak ada kiriman" in page.words
    assert own.rows("SELECT count(*) n FROM audit WHERE action='letter:drop'")[0]["n"] == 1


def test_a_letter_given_to_another_in_the_table_opens_for_nobody(own):
    desk = Program(own, "ppt")
    seal(own)
    moved(desk, own)
    uids = [desk("POST", "/api/v1/laporan", report(f"{CANARY} {n}", kanal="tidak_ada")).json()["uid"] for n in range(3)]
    thief = own.rows("SELECT uid FROM fakta_pengguna WHERE login='desa'")[0]["uid"]
    own.stop()
    db = sqlite3.connect(own.data / "sigap.db")  # as a thief of the disk would
    db.execute("UPDATE kotak_masuk SET user_uid=? WHERE uid=?", (thief, uids[0]))
    db.execute("UPDATE kotak_masuk SET reg='kasus' WHERE uid=?", (uids[1],))
    db.commit()
    db.close()
    own.start()
    unseal(own)
    # the others are judged all the same
    assert [r["uid"] for r in own.rows("SELECT uid FROM kotak_masuk WHERE fault IS NOT NULL")] == [uids[2]]
    head = own.login("desa")
    page = head.get("/kiriman")
    assert page.status == 200 and "tidak dapat dibuka" in page.words and CANARY not in page.html
    assert head.get(f"/laporan/baru?-kiriman={uids[0]}").status >= 400
    assert "Tidak ada kiriman" in head.submit(page.form("/buang")).words
    assert "tidak dapat dibuka" in own.login("ppt").get("/kiriman").words


def test_a_sealed_server_takes_so_many_letters_and_no_more(own):
    call = Program(own, "ppt")
    seal(own)
    moved(call, own)
    for n in range(200):
        page = call.client.request("POST", "/api/v1/laporan", b'{"isian": {}}', {
            "Authorization": f"Bearer {call.token}", "Content-Type": "application/json", "Origin": None}, follow=False)
        assert page.status == 202, (n, page.html)
    page = call.client.request("POST", "/api/v1/laporan", b'{"isian": {}}', {
        "Authorization": f"Bearer {call.token}", "Content-Type": "application/json", "Origin": None}, follow=False)
    assert page.status == 429 and page.json()["code"] == "E_LIMIT"
    large = b'{"isian": {"isi": "' + b"x" * 70000 + b'"}}'
    try:
        status = call.client.request("POST", "/api/v1/laporan", large, {
            "Authorization": f"Bearer {call.token}", "Content-Type": "application/json", "Origin": None}, follow=False).status
    except OSError:
        status = 413
    assert status == 413
    assert own.rows("SELECT count(*) n FROM kotak_masuk")[0]["n"] == 200
