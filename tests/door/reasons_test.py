"""Reasons that people type: closed under a key of the person they are about, and gone with hers."""
import os
import re
import sqlite3
import sys

import steps
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from books_test import BOOKS, filled  # noqa: E402
from erasure_test import found  # noqa: E402
from grants_test import emergency, grant, out_of_reach  # noqa: E402
from grants import move, uid_of  # noqa: E402
from program import Program
from reach_test import suspect
from review import decide, find, person

DATA = "light"  # read whole again and again

ANY = rb"(?i)kenari\w*x[0-9a-f]{10}"
GONE = {"id": "kata-katanya tidak dapat dibaca lagi", "en": "the words can be read no more"}


class Words:
    """A reason for each door, no two alike."""

    def __init__(self):
        self.typed = {}

    def __call__(self, door):
        self.typed[door] = f"Kenari{door}x{os.urandom(5).hex()}"
        return f"Alasan {self.typed[door]} ditulis di sini"


def step(client, path, where, **values):
    form = client.get(path).form(where).fill(**values)
    page = client.submit(form)
    assert page.status == 200, page.words[:400]
    return page


def key_of_reasons(own, uid):
    with own.db("kunci.db") as db:
        row = db.execute("SELECT wrapped FROM kunci WHERE subject=?", (f"alasan/{uid}",)).fetchone()
    return row and bytes(row[0])


def typed_everywhere(own, office, words):
    """A victim and her person, with a reason typed at each door; (uid, path of the victim)."""
    twin, uid = (person(office, nama="Marselina Uji Alasan", jk="P", tgl_lahir="1998-03-21") for _ in range(2))
    case = steps.make(office, "kasus", judul="Perkara uji alasan", dibuka="2026-10-01")
    victim = steps.make(office, "korban", case, status_tppo="terbukti_layanan", tanggal_identifikasi="2016-05-06", orang=uid)
    steps.open_file(office, f"/orang/{uid}", reason=words("tujuan"))
    form = office.get(f"/orang/{uid}/ubah").form("/ubah", has="-alasan")
    form["alias"], form["-alasan"] = "Lina", words("ubah")
    assert office.submit(form).status == 200
    step(office, victim, "/hilang", **{"-alasan": words("langkah")})
    step(office, victim, "/lanjutkan", **{"-alasan": words("lanjut")})
    granted = grant(own, "kesehatan", steps.uid_of(victim), alasan=words("hibah"))
    step(office, victim, "/batalkan", **{"-alasan": words("batal")})
    step(office, victim, "/pulihkan", **{"-alasan": words("pulih")})
    purpose = Program(own, "ppt")("GET", f"/api/v1/orang/{uid}", Sigap_Tujuan=f"layanan_korban; {words('api')}")
    assert purpose.status == 200
    own.cli("match refresh")
    opening = find(office, (uid, twin)).form("/kecocokan/buka")
    opening["guna"] = "layanan_korban"
    office.submit(opening.fill(**{"-alasan": words("cocok")}))
    assert decide(office, find(office, (uid, twin)), "gabung", words("gabung")).status == 200
    return uid, victim, granted


def test_reasons_stand_in_clear_nowhere_and_go_with_the_person(own, tmp):
    office, officer, words = own.login("ppt"), own.login("pdp"), Words()
    uid, victim, granted = typed_everywhere(own, office, words)
    own.cli("backup", tmp / "salinan")
    assert found(own, ANY, tmp) == set()
    readers, pages = [f"/orang/{uid}/pembaca", f"/audit?catatan={uid}", f"/audit.csv?catatan={uid}"], [f"/orang/{uid}/riwayat", victim + "/riwayat"]

    def told():
        text = "".join(officer.get(p).html for p in [*readers, granted, granted + "/riwayat"]) + "".join(office.get(p).html for p in pages)
        return {door for door, word in words.typed.items() if word in text}

    assert told() == set(words.typed), told()
    key = key_of_reasons(own, uid)
    assert key and found(own, re.escape(key), tmp)
    erase = f"/orang/{uid}/musnahkan"
    step(officer, erase, "/musnahkan", **{"-alasan": words("musnah")})
    assert office.submit(office.get(erase).form("/musnahkan")).status in (200, 403)
    assert key_of_reasons(own, uid) is None
    assert words.typed["musnah"] in officer.get("/retensi").html, "why it was destroyed outlasts the key"
    assert told() == set()
    for lang, said in GONE.items():
        for client, path in [(officer, readers[0]), (officer, granted), (officer, granted + "/riwayat"), (officer, readers[2]), (office, pages[0]), (office, pages[1])]:
            client.cookies["bahasa"] = lang
            assert said in client.get(path).html, (lang, path)
    own.stop()
    assert found(own, ANY, tmp) == set()
    own.cli("scrub")
    own.cli("audit verify")


def test_each_record_of_a_batch_keeps_its_reason_under_a_key_of_its_own(own):
    keeper = own.login("pengawas")
    one = filled(keeper, BOOKS["pmi_disnaker"][2])
    two = one + one.splitlines()[1].replace("Yohana Uji Migran", "Beatriks Uji Migran").replace("1998-07-08", "1991-12-30") + "\n"
    steps.undo(keeper, steps.apply(keeper, steps.upload(keeper, "pmi_disnaker", "kenari-dua.csv", two.encode())))
    said = own.rows("SELECT o.uid, t.reason FROM orang o JOIN riwayat r ON r.reg='orang' AND r.rec=o.id AND r.ver=o.versi JOIN tx t ON t.id=r.tx"
                    " WHERE o.batal<>0 ORDER BY o.id DESC LIMIT 2")
    assert len(said) == 2 and all(r["reason"].startswith(f"segel1:{r['uid']}:") for r in said), [tuple(r) for r in said]
    for r in said:
        assert "kenari-dua.csv" in keeper.get(f"/orang/{r['uid']}/riwayat").words
    own.stop()
    own.cli("scrub")


def test_an_emergency_is_told_in_history_and_access_closed(own):
    uid, number = out_of_reach(own, "kesehatan")
    nurse, why = own.login("kesehatan"), "Kenarix0123456789 diancam dan petugasnya tidak dapat dihubungi"
    assert emergency(nurse, number, why).status == 200
    assert nurse.get(f"/korban/{uid}").status == 200
    for table, column in (("tx", "reason"), ("audit", "purpose"), ("tujuan_buka", "reason"), ("hibah", "alasan"), ("riwayat", "delta")):
        assert not own.rows(f"SELECT 1 FROM {table} WHERE {column} LIKE '%Kenarix%'"), table
    grant = own.rows("SELECT h.uid FROM hibah h JOIN korban k ON k.id=h.induk WHERE h.darurat='ya' AND k.uid=?", uid)[0][0]
    keeper = own.as_("pdp")
    for path in (f"/hibah/{grant}", f"/hibah/{grant}/riwayat", "/antrean/darurat_belum_ditinjau"):
        assert "Kenarix" in keeper.get(path).words, path
    assert move(keeper, f"/hibah/{grant}", "tinjau", catatan_tinjauan="Kenariy, ada ancaman").status == 200
    assert "Kenariy" in keeper.get(f"/hibah/{grant}").words and not own.rows("SELECT 1 FROM hibah WHERE catatan_tinjauan LIKE '%Kenariy%'")


def test_why_somebody_is_shut_out_is_closed_with_the_file_and_what_was_in_clear_by_an_exchange_of_keys(own):
    office = own.login("ppt")
    case = steps.make(office, "kasus", judul="Perkara uji pengecualian", dibuka="2026-10-01")
    shut = steps.make(office, "pengecualian", case, pengguna=uid_of(own, "ppt2"), mulai="2026-01-01", alasan="Kenariz kerabat terlapor")
    suspect(own, "ppt", case, "POLDA_NTT")  # a rule's words, in clear as an older program's are
    stored = "SELECT uid, alasan FROM pengecualian p WHERE p.induk=(SELECT id FROM kasus WHERE uid=?) ORDER BY id"
    mine, rule = own.rows(stored, steps.uid_of(case))
    assert mine["alasan"].startswith(f"segel1:{steps.uid_of(case)}:") and rule["alasan"].startswith("Terlapor bekerja")
    versions = "SELECT versi FROM pengecualian WHERE uid=?"
    assert office.submit(office.get(shut + "/ubah").form("/ubah", has="alasan")).status == 200
    assert own.rows(versions, steps.uid_of(shut))[0][0] == 1, "saved as it stood, it is another version"
    assert steps.change(office, shut, alasan="Kenariz sudah bukan kerabat").status == 200
    own.stop()
    own.cli("key rotate")
    own.cli("scrub")
    mine, rule = own.rows(stored, steps.uid_of(case))
    assert rule["alasan"].startswith(f"segel1:{steps.uid_of(case)}:")
    assert not own.rows("SELECT 1 FROM riwayat WHERE reg='pengecualian' AND rec=(SELECT max(id) FROM pengecualian) AND delta LIKE '%Terlapor bekerja%'")
    own.start()
    office = own.login("ppt")
    for path, word in ((shut, "Kenariz sudah bukan"), (shut + "/riwayat", "Kenariz kerabat"), (f"/pengecualian/{rule['uid']}", "Terlapor bekerja"),
                       (f"/pengecualian/{rule['uid']}/riwayat", "Terlapor bekerja")):
        assert word in office.get(path).words, path
    assert "Kenariz" in own.as_("pdp").get("/antrean/pengecualian_menunggu").words


def test_an_older_reason_in_clear_stays_readable_and_exchanges_of_keys_leave_a_closed_one(own):
    office = own.login("ppt")
    case = steps.make(office, "kasus", judul="Perkara lama", dibuka="2026-10-01")
    victim = steps.make(office, "korban", case, status_tppo="mungkin", orang__nama="Rosina Uji Lama", orang__jk="P")
    uid = own.rows("SELECT uid FROM orang ORDER BY id DESC LIMIT 1")[0][0]
    forged = "segel1:umum:QUJDRA== ditulis orang"  # as if it were closed already
    step(office, victim, "/hilang", **{"-alasan": forged})
    stored = own.rows("SELECT reason FROM tx ORDER BY id DESC LIMIT 1")[0][0]
    assert stored.startswith(f"segel1:{uid}:") and forged in office.get(victim + "/riwayat").words
    own.stop()
    own.cli("key rotate orang", uid)
    own.cli("key rotate")
    own.cli("audit verify")
    with sqlite3.connect(own.data / "sigap.db") as db:
        assert db.execute("SELECT count(*) FROM tx WHERE reason=?", (stored,)).fetchone()[0] == 1
        db.execute("INSERT INTO tx(at,actor,via,reason) SELECT at,actor,via,'Kata-kata dari program lama' FROM tx WHERE reason=?", (stored,))
        db.execute("UPDATE riwayat SET tx=(SELECT max(id) FROM tx) WHERE ver=1 AND reg='korban' AND rec=(SELECT id FROM korban WHERE uid=?)",
                   (steps.uid_of(victim),))
    own.start()
    words = own.login("ppt").get(victim + "/riwayat").words
    assert forged in words and "Kata-kata dari program lama" in words
