"""Births that were never registered, the age checked before a placement, and who checked that a paper is its bearer's (DOK-04 to 06)."""
import datetime
import re

import sigap
import steps


def victims(c, name, with_paper, without):
    """The social office's book with so many victims who have a birth certificate and who have none."""
    rows = [["Nomor register", "Nama", "JK", "Tanggal lahir", "Tanggal datang", "Akta kelahiran"]]
    day = today(c).strftime("%d/%m/%Y")
    for n in range(with_paper + without):
        rows.append([f"UJI-{name}-{n}", f"{name} {'abcdefghijklmnopqrst'[n] * 3} Ujiakta", "P", f"{n + 1:02d}/03/199{n % 10}", day, "ya" if n < with_paper else "tidak"])
    page = steps.apply(c, steps.upload(c, "dinsos_korban", "buku.xlsx", sigap.make_xlsx(rows)))
    assert f"{with_paper + without} baru" in page.words, page.words[-600:]


def today(c):
    """The day of the installation, as a new form proposes it."""
    return datetime.datetime.strptime(c.get("/dokumen/baru").form("/dokumen/baru", has="idem")["tanggal_periksa"], "%d/%m/%Y")


def leaders_share(own):
    page = own.login("pimpinan").get("/")
    found = re.search(r"<h2>Korban tanpa akta kelahiran, [^<]*</h2>(.*?)</section>", page.html, re.S)
    assert found, page.words[:600]
    return " ".join(re.sub(r"<[^>]*>", " ", found.group(1)).split())


def half_year_passes(own):
    """Until the day's half-year is over; then the secretary releases it."""
    day = today(own.login("ppt"))
    own.stop()
    own.cli.clock("advance", "190")
    own.start()
    start, end = (("01/01", "30/06"), ("01/07", "31/12"))[day.month > 6]
    steps.release(own, own.login("sekretaris"), mulai=f"{start}/{day.year}", selesai=f"{end}/{day.year}", khalayak="gugus_tugas")


def test_the_share_of_victims_without_birth_certificate_is_told(own):
    own.stop()
    own.cli.clock("advance", "200")  # a half-year of which nothing is recorded yet
    own.start()
    before = leaders_share(own)
    victims(own.login("ppt"), "Kecil", 5, 3)
    assert leaders_share(own) == before, "the leader is told what was not released"
    half_year_passes(own)
    told = leaders_share(own)
    assert told.startswith("tersembunyi") and "3" not in told.split("(")[0].split("pada")[0], told
    desk = own.login("ppt")
    victims(desk, "Besar", 6, 7)
    half_year_passes(own)
    assert leaders_share(own).startswith("53,8 % 7 dari 13 yang diketahui"), leaders_share(own)
    listed = own.login("ppt").get("/antrean/korban_tanpa_akta")
    assert listed.status == 200 and len(re.findall(r'href="/korban/[0-9a-f-]{36}"', listed.html)) >= 7, listed.words[:600]


def placement(c, **values):
    who = steps.make(c, "orang", nama="Yasinta Ujiumur " + "".join(chr(97 + ord(x) % 26) for x in str(sorted(values.items())))[:12], jk="P", tgl_lahir="1999-04-02")
    return steps.make(c, "pmi", orang=steps.uid_of(who), legalitas="legal", negara="my", sektor="t", izin_keluarga="ya", desa_mengetahui="ya", **values)


def made_ready(s, c, path):
    """The state after preparing and "ready to leave", and what the page says."""
    for name in ("siapkan", "siap"):
        form = steps.open_file(c, path).form(f"{path}/{name}", method="POST")
        page = c.submit(form)
    return s.rows("SELECT status FROM pmi WHERE uid = ?", steps.uid_of(path))[0][0], page.words


def test_nobody_is_ready_to_leave_before_two_sources_of_age_agree(s):
    c = s.as_("pengawas")
    for refused in ({}, {"sumber_umur": "akta_lahir"}, {"sumber_umur_kedua": "ijazah"}, {"sumber_umur": "akta_lahir", "sumber_umur_kedua": "akta_lahir"},
                    {"sumber_umur": "sendiri", "sumber_umur_kedua": "keluarga"}):
        state, words = made_ready(s, c, placement(c, **refused))
        assert state == "pra", (refused, state)
        assert "umur" in words, words[:600]
    path = placement(c, sumber_umur="akta_lahir", sumber_umur_kedua="keluarga", umur_perusahaan="31", syarat_umur="25")
    assert made_ready(s, c, path)[0] == "siap_berangkat"
    row = s.rows("SELECT umur_terverifikasi, umur_sumber, beda_umur_perusahaan FROM pmi WHERE uid = ?", steps.uid_of(path))[0]
    assert tuple(row) == ("ya", 2, "ya"), "and what the company says of her age is held against it"


def test_an_identity_check_stands_with_who_made_it_and_when(s):
    c = s.as_("imigrasi")
    who = steps.make(c, "orang", nama="Matilda Ujicek Bria", jk="P", tgl_lahir="2001-04-02") if c.get("/orang/baru").status == 200 else None
    uid = steps.uid_of(who) if who else s.rows("SELECT o.uid FROM orang o JOIN dokumen d ON d.orang = o.id WHERE d.batal = 0")[0][0]
    paper = steps.make(c, "dokumen", orang=uid, jenis="paspor", ada="ya")
    me = s.rows("SELECT id FROM pengguna WHERE nama_masuk = 'imigrasi'")[0][0]
    check = steps.make(c, "cek_identitas", paper, langkah=["wajah_foto", "nik_tanggal_lahir"], sesuai="tidak")
    form = c.get(check + "/ubah").form("/ubah", has="idem")
    assert "langkah" in form and "petugas" not in form and "waktu" not in form, "the program writes who and when"
    steps.open_file(c, check)
    form = c.get(check).form("/selesaikan", method="POST")
    assert c.submit(form).status == 200
    row = s.rows("SELECT id, petugas, waktu, status, ubah_at FROM cek_identitas WHERE uid = ?", steps.uid_of(check))[0]
    assert row["petugas"] == me and row["status"] == "selesai" and abs(row["waktu"] - row["ubah_at"]) < 60_000, tuple(row)
    shown = steps.fields(c.get(check))
    assert "Imigrasi" in shown["Diperiksa oleh"] and shown["Diperiksa pada"] and "Wajah" in shown["Langkah yang dijalankan"], shown
    assert "Wajah sesuai foto" in c.get(paper).words, "the paper says which steps were made"
    form = c.get(check + "/ubah").form("/ubah", has="idem")
    form.force("langkah", "wajah_foto")
    form.force("-ada", form["-ada"] + " langkah")
    page = c.submit(form)
    kept = {r[0] for r in s.rows("SELECT val FROM cek_identitas__langkah WHERE rec = ?", row["id"])}
    assert kept == {"wajah_foto", "nik_tanggal_lahir"} and page.status == 422, (kept, page.status)
