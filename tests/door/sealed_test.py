"""The key under a passphrase: a server that starts sealed, commands that ask, the paper that brings the
key back."""
import re
import time

from sealing import SENTENCE, opened, protect, wait_for_login

DATA = "light"  # read whole again and again

PAUSE_SECONDS = 3


def shares(own, sentence=SENTENCE):
    said = own.cli("key sheet", stdin=sentence + "\n").stdout
    return re.findall(r"^    ([1-3](?:-[A-Z2-7]{4}){14})$", said, re.M)


def test_a_sealed_server_reads_nothing_until_the_passphrase_comes(own):
    cookies = dict(own.login("ppt").cookies)
    own.stop()
    plain = (own.data / "kek.key").read_text().split()[-1]
    weak = own.cli("key protect", stdin="singkat\nsingkat\n", status=3)
    assert "15" in weak.stdout
    protect(own)
    sealed = (own.data / "kek.key").read_text()
    assert plain not in sealed and sealed.startswith("SIGAP-KEK 2 ") and SENTENCE not in sealed
    assert not own.bytes_on_disk(plain)
    own.start()
    for path in ("/masuk", "/kasus", "/api/v1/kasus", "/aset/sigap.css"):
        page = own.client().get(path)
        assert page.status == 503 and "Kata sandi kunci" in page.words, path
    wrong_from = time.monotonic()
    assert opened(own, "bukan kalimat itu sama sekali").status == 403
    while (status := opened(own, SENTENCE).status) == 429:  # everybody waits after a wrong one
        time.sleep(0.2)
    assert status == 200 and time.monotonic() - wrong_from >= PAUSE_SECONDS, "the right one was taken too early"
    wait_for_login(own)
    old = own.client()
    old.cookies = cookies
    assert old.get("/kasus").path == "/masuk", "a session does not outlive a sealed start"
    page = own.login("ppt").get("/orang")
    assert page.status == 200
    own.stop()


def test_commands_ask_for_the_passphrase_or_take_it_from_a_file(own, tmp):
    own.stop()
    protect(own)
    assert own.cli("audit verify", stdin=SENTENCE + "\n").returncode == 0
    own.cli("audit verify", stdin="kalimat lain yang salah\n", status=10)
    own.cli("audit verify", stdin="", status=10)
    file = tmp / "sandi"
    file.write_text(SENTENCE + "\n")
    own.cli("audit verify", "--passphrase-file", file)
    own.cli(f"backup {tmp}/satu", "--passphrase-file", file)
    assert "utuh" in own.cli(f"backup --check {tmp}/satu", stdin=SENTENCE + "\n").stdout
    own.cli("key open", "--passphrase-file", file)
    own.cli("audit verify")


def test_two_of_three_shares_bring_the_key_back(own):
    own.stop()
    protect(own)
    three = shares(own)
    assert len(three) == 3 and [t[0] for t in three] == ["1", "2", "3"]
    drilled = own.cli("key drill", stdin=f"{SENTENCE}\n{three[0]}\n{three[2].lower().replace(chr(45), chr(32))}\n")
    assert "Latihan tercatat" in drilled.stdout
    for pair in ((0, 1), (1, 2), (2, 0)):
        fresh = f"kalimat pemulihan nomor {pair[0]} yang panjang"
        own.cli("key recover", stdin=f"{three[pair[0]]}\n{three[pair[1]]}\n{fresh}\n{fresh}\n")
        own.cli("audit verify", stdin=fresh + "\n")
        own.cli("audit verify", stdin=SENTENCE + "\n", status=10)
    wrong = three[0][:-1] + ("A" if three[0][-1] != "A" else "B")
    assert "salah ketik" in own.cli("key recover", stdin=f"{wrong}\n{three[1]}\n", status=3).stdout
    assert "salah ketik" in own.cli("key recover", stdin=f"{three[1]}\n{three[1]}\n", status=3).stdout
    acts = {r["action"] for r in own.rows("SELECT action FROM audit WHERE action LIKE 'key:%'")}
    assert acts == {"key:protect", "key:sheet", "key:drill", "key:recover"}


def test_shares_of_another_installation_are_told_apart(own, tmp):
    own.stop()
    import sigap
    with sigap.Server("bare") as other:
        other.stop()
        three = re.findall(r"^    ([1-3](?:-[A-Z2-7]{4}){14})$", other.cli("key sheet").stdout, re.M)
    assert "instalasi" in own.cli("key recover", stdin=f"{three[0]}\n{three[1]}\n", status=10).stdout
    own.cli("audit verify")
