"""The server inspects itself: a risk that is made is told, with its remedy, and gone when it is mended."""
import os
import pathlib
import re
import tempfile

import sigap
import steps

DATA = "light"  # read whole again and again

SENTENCE = "tujuh perahu kayu menyeberang pelan"


def risks(cli, *args):
    """{point: sentence} of what `sigap security` does not call fine."""
    said = cli("security", *args).stdout
    return dict(re.findall(r"^(?:Catatan|Perlu diperbaiki|Berbahaya): ([^:]+): (.+)$", said, re.M))


def settings(server, **values):
    admin = server.as_("admin")
    form = admin.get("/setelan").form("/setelan", has="bacaan_sehari")
    page = admin.submit(form.fill(**values))
    assert page.status == 200 and 'class="ringkasan' not in page.html, page.words[:600]


def another_disk(data):
    """A folder on another disk than the data's, where this machine has one."""
    places = [p for p in (pathlib.Path("/dev/shm"), sigap.ROOT / "build", pathlib.Path("/tmp")) if p.is_dir()]
    return next((p for p in places if os.stat(p).st_dev != os.stat(data).st_dev), places[-1])


def test_page_and_command_say_the_same(own):
    assert own.as_("ppt").get("/keamanan").status == 403
    admin = own.as_("admin")
    page = admin.get("/keamanan")
    said = own.cli("security").stdout
    points = [(m.group(1), m.group(2)) for m in re.finditer(r"^(\S[^:]*): ([^:]+): ", said, re.M)]
    assert len(points) > 25 and len({p for _, p in points}) == len(points)
    # What is fine is told as fine, what is not comes with a remedy; locked memory is the process's own affair.
    for grade, point in points:
        if point != "Kunci dalam memori":
            assert point in page.words, point
            assert (f"{grade} {point}" in page.words) == (grade != "Baik"), (grade, point)
    assert 'href="/keamanan"' in admin.get("/admin").html
    english = own.cli("security", "--lang", "en").stdout
    assert "Dangerous: Key file: " in english and "Run sigap key protect" in english


def test_settings_files_and_proxy(own):
    for p in own.data.iterdir():
        os.chmod(p, 0o700 if p.is_dir() else 0o600)
    assert "Izin berkas" not in risks(own.cli)
    os.chmod(own.data / "kunci.db", 0o640)
    assert "kunci.db dapat dibuka pengguna lain di mesin ini (izin 0640)" in risks(own.cli)["Izin berkas"]
    os.chmod(own.data / "kunci.db", 0o600)
    old = own.data / "kek.key.lama-1"
    old.write_text("x")
    os.chmod(old, 0o600)
    assert "Kunci lama" in risks(own.cli)
    old.unlink()

    settings(own, bacaan_sehari="301", cadangan_menit="0")
    found = risks(own.cli)
    assert "Batas bacaan sehari" in found and "Cadangan otomatis" in found and "Tempat cadangan" in found
    assert "Batas bacaan sehari lebih dari 300" in own.as_("admin").get("/keamanan").words
    with tempfile.TemporaryDirectory(dir=another_disk(own.data)) as other:
        settings(own, bacaan_sehari="300", cadangan_menit="15", cadangan_folder=other)
        admin = own.as_("admin")
        page = steps.settled(admin, admin.get("/kesehatan"))  # the check of all records began by itself
        steps.settled(admin, admin.submit(page.form("/kesehatan/cadangan")))
        found = risks(own.cli)
        gone = {"Batas bacaan sehari", "Cadangan otomatis", "Cadangan terakhir", "Izin berkas", "Kunci lama"}
        if os.stat(other).st_dev != os.stat(own.data).st_dev:
            gone.add("Tempat cadangan")
        assert not gone & set(found), found

    assert "Jalur ke peramban" in found
    stranger = own.client()
    stranger.get("/masuk", headers={"X-Forwarded-Proto": "https"})
    steps.wait_for(lambda: "Jalur ke peramban" not in risks(own.cli), "the proxy is noted")
    own.restart()
    assert "Jalur ke peramban" in risks(own.cli), "each start learns anew how it is reached"


def test_accounts_seals_and_the_clock(own):
    assert "Segel di luar" in risks(own.cli)
    assert own.as_("pdp").get("/audit/segel").status == 200
    assert "Segel di luar" not in risks(own.cli)

    found = risks(own.cli)
    assert "Kewajiban kode kedua" in found and "Pengurus akun" not in found
    own.cli("second-factor require")
    assert "Kewajiban kode kedua" not in risks(own.cli)
    own.cli("second-factor free")
    n = int(re.match(r"(\d+) akun", found["Akun tanpa kode kedua"]).group(1))
    assert n == len(own.people())

    admin = own.as_("admin")
    uid = own.rows("SELECT uid FROM fakta_pengguna WHERE login='ppt'")[0]["uid"]
    form = admin.get(f"/pengguna/{uid}/ubah").form("/ubah", has="peran")
    assert admin.submit(form.fill(peran=["petugas_ppt", "admin"])).status == 200
    assert "Pengurus akun" not in risks(own.cli), "it waits for a second person"
    steps.approve_roles(own)
    assert risks(own.cli)["Pengurus akun"].startswith("1 akun")
    form = admin.get(f"/pengguna/{uid}/ubah").form("/ubah", has="peran")
    admin.submit(form.fill(peran=["petugas_ppt"]))
    assert "Pengurus akun" not in risks(own.cli)

    assert "Token program" not in risks(own.cli)
    steps.make_token(own.as_("statistik"), days=60)
    own.cli("clock", "advance", 40)
    assert risks(own.cli)["Token program"].startswith("1 token")
    own.cli("clock", "advance", 60)
    found = risks(own.cli)
    assert "Token program" not in found and "Segel di luar" in found
    assert "Pemeriksaan catatan akses" in found
    own.cli("audit verify")
    assert "Pemeriksaan catatan akses" not in risks(own.cli), "the command leaves its mark"
    asleep = int(found["Akun yang tidak dipakai"].split()[0])
    own.restart()
    own.login("penyidik")
    assert int(risks(own.cli)["Akun yang tidak dipakai"].split()[0]) == asleep - 1
    assert "Jam mesin" not in risks(own.cli)
    own.stop()
    own.cli("clock", "reset")
    assert "lebih awal" in risks(own.cli)["Jam mesin"]


def test_a_key_under_a_passphrase_is_fine_once_it_was_tried(own, tmp):
    own.stop()
    given = tmp / "sandi"
    given.write_text(SENTENCE + "\n")
    assert "kek.key terbuka" in risks(own.cli)["Berkas kunci"]
    own.cli("key protect", stdin=f"{SENTENCE}\n{SENTENCE}\n")
    found = risks(own.cli, "--passphrase-file", given)
    assert "Berkas kunci" not in found and "Latihan kunci" in found
    sheet = own.cli("key sheet", "--passphrase-file", given).stdout
    parts = re.findall(r"^    ([1-3](?:-[A-Z2-7]{4}){14})$", sheet, re.M)
    own.cli("key drill", "--passphrase-file", given, stdin="\n".join(parts[:2]) + "\n")
    assert "Latihan kunci" not in risks(own.cli, "--passphrase-file", given)


def test_what_the_program_makes_is_nobody_elses(tmp):
    data = pathlib.Path(tmp) / "baru"
    sigap.Cli(data, tmp).init(practice=True)
    loose = [p.name for p in [data, *data.iterdir()] if p.stat().st_mode & 0o77]
    assert loose == [], loose


def test_no_core_of_the_server_is_written(own):
    """What lies in memory would lie on the disk."""
    limits = pathlib.Path(f"/proc/{own.process.pid}/limits").read_text()
    assert re.search(r"Max core file size +0 +0 ", limits), limits
