"""A backup as one sealed file: for a place that is trusted with nothing."""
import random

import sigap


def test_a_sealed_copy_is_restored_and_a_changed_one_refused(own, tmp):
    pair, file = tmp / "pasangan.key", tmp / "luar.segel"
    public = own.cli("key pair", pair).stdout.split()[-1]
    assert len(public) == 64 and public not in pair.read_text()
    own.cli("key pair", pair, status=6)  # a secret half is never written over
    assert "public key" in own.cli("backup", file, "--seal-to", public[:-1], "--lang", "en", status=3).stdout
    own.cli("backup", file, "--seal-to", public)  # the server is running
    assert not list(own.home.glob("data.segel*"))
    sealed = file.read_bytes()
    assert b"SQLite format" not in sealed and b"kasus" not in sealed and len(sealed) > 1e6
    own.stop()
    key = own.data / "kek.key"
    fresh = sigap.Cli(tmp / "baru", own.reports)
    fresh("restore", file, "--pair", pair, "--key", key)
    fresh("scrub")
    assert not (tmp / "baru.segel").exists()
    fresh("restore", file, "--pair", pair, "--key", key, status=6)  # never over an installation
    # another pair opens nothing
    other = tmp / "lain.key"
    own.cli("key pair", other)
    stranger = sigap.Cli(tmp / "asing", own.reports)
    stranger("restore", file, "--pair", other, "--key", key, status=10)
    # one byte anywhere, and any end cut off
    chance = random.Random(11)
    for at in [0, 20, 60, 100, 118, 119, 122, len(sealed) - 1, *(chance.randrange(len(sealed)) for _ in range(6))]:
        changed = bytearray(sealed)
        changed[at] ^= 1 << chance.randrange(8)
        file.write_bytes(bytes(changed))
        stranger("restore", file, "--pair", pair, "--key", key, status=10)
    for length in [0, 14, 118, 121, len(sealed) // 2, len(sealed) - 22, len(sealed) - 1]:
        file.write_bytes(sealed[:length])
        stranger("restore", file, "--pair", pair, "--key", key, status=10)
    file.write_bytes(sealed + b"x")
    stranger("restore", file, "--pair", pair, "--key", key, status=10)
    assert not list((tmp / "asing").glob("*.db")) and not (tmp / "asing.segel").exists()
