"""Letters of the village: what a child needs before hers is issued, and the code that proves a letter."""
import re

import steps


def uid_of_user(s, login):
    return s.rows("SELECT uid FROM pengguna WHERE nama_masuk = ?", login)[0][0]


def a_leave_notice(s, child):
    """One of today's practice notices of the village that waits for its letter."""
    row = s.rows("SELECT m.uid FROM mutasi m JOIN institusi i ON i.id = m.pemilik WHERE i.kode = 'LURAH_KADES' AND m.status = 'dicatat'"
                 " AND m.batal = 0 AND m.anak = ? ORDER BY m.id DESC LIMIT 1", child)
    assert row, "the practice data has no such notice"
    return "/mutasi/" + row[0][0]


def moved(s, login, path, name, **values):
    """Takes the step as that person, if the page offers it; the state afterwards."""
    client = s.as_(login)
    page = steps.open_file(client, path)
    try:
        form = page.form(f"{path}/{name}", method="POST")
    except KeyError:
        form = None
    if form:
        client.submit(steps.fill(form, values))
    return s.rows("SELECT status FROM mutasi WHERE uid = ?", path.split("/")[2])[0][0]


def test_a_childs_letter_waits_for_a_second_verification(s):
    path = a_leave_notice(s, "ya")
    letter = {"surat_nomor": "474/90", "surat_jenis": "pengantar"}
    assert moved(s, "desa", path, "terbitkan", **letter) == "dicatat"
    assert moved(s, "desa", path, "terbitkan_anak", **letter) == "dicatat"
    assert moved(s, "desa", path, "verifikasi", persetujuan_wali="ya", verifikasi_dp3a=uid_of_user(s, "desa")) == "dicatat"
    assert moved(s, "ppt2", path, "verifikasi", persetujuan_wali="ya", verifikasi_dp3a=uid_of_user(s, "ppt2")) == "diverifikasi"
    assert moved(s, "desa", path, "terbitkan_anak", **letter) == "surat_terbit"


def test_the_code_of_a_letter_cannot_be_guessed(s):
    path = a_leave_notice(s, "tidak")
    assert moved(s, "desa", path, "terbitkan", surat_nomor="474/91", surat_jenis="pengantar") == "surat_terbit"
    codes = [r[0] for r in s.rows("SELECT kode_verifikasi FROM mutasi WHERE kode_verifikasi IS NOT NULL")]
    assert len(codes) > 3 and len(set(codes)) == len(codes) and all(re.fullmatch(r"[2-9A-HJ-NP-Z]{16}", c) for c in codes), codes
