"""Each call to the disk fails once: while a case is saved, a file opened, a book brought in, somebody logs in. The
server goes on, what it acknowledged is there, nothing is half there. A sample here; every call by tests/failures."""
import errno
import mmap
import os
import random
import struct
import subprocess

import sigap
import steps
from fault import PURPOSE, Worker, half, lost, people_at_work

STEP = int(os.environ.get("SIGAP_FAILURES", "9"))  # calls of each act that fail in the sample; 0: every one
FAR = 10**9


class Failing:
    """The server with the calls of tests/harness/failing_calls.c in front of the C library."""

    def __init__(self, s, tmp):
        library, control = tmp / "failing_calls.so", tmp / "control"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, sigap.ROOT / "tests/harness/failing_calls.c", "-ldl"], check=True)
        control.write_bytes(bytes(24))
        self.s, self.map = s, mmap.mmap(os.open(control, os.O_RDWR), 24)
        environment = s.cli.environment
        s.cli.environment = lambda: {**environment(), "LD_PRELOAD": str(library), "FAILING_CALLS": str(control),
                                     "ASAN_OPTIONS": environment()["ASAN_OPTIONS"] + ":verify_asan_link_order=0"}
        s.restart()
        s.cli.environment = environment  # commands have a whole disk

    def set(self, left):
        self.map[:24] = struct.pack("lll", left, errno.EIO, 0)

    def failed(self):
        return struct.unpack("lll", self.map[:24])[2]

    def calls(self, act):
        """How many calls the act makes that may fail."""
        self.set(FAR)
        act()
        left = struct.unpack("lll", self.map[:24])[0]
        self.set(0)
        return FAR - left


def acts(s, token, opens, person):
    port, saved, n = int(s.url.rsplit(":", 1)[1]), [], iter(range(10**6))

    def save():
        title = f"Uji gagal {next(n)}"
        status, made = Worker(port, token, None).call("POST", "/api/v1/kasus", {"isian": {"judul": title}})
        if status == 201:
            saved.append((made["uid"], 1, title))
        return status

    def open_person():
        return Worker(port, opens, None).call("GET", f"/api/v1/orang/{person}", Sigap_Tujuan=PURPOSE)[0]

    def search():
        return s.as_("ppt").get("/cari?q=KAS-2024").status

    def log_in():
        try:
            return s.login("ppt").get("/kasus").status
        except (AssertionError, KeyError):
            return 503

    def book():
        tag = f"G{next(n)}"
        lines = ["Nomor register,Nama,JK,Umur,Tanggal datang"] + [f"{tag}/{i},Orang Gagal {tag} {i},P,{20 + i},2026-10-01" for i in range(5)]
        try:
            steps.apply(s.as_("ppt"), steps.upload(s.as_("ppt"), "dinsos_korban", "gagal.csv", "\n".join(lines).encode()))
        except (AssertionError, KeyError):
            return 503
        return 200
    return saved, {"save": save, "open": open_person, "search": search, "log-in": log_in, "import": book}


def turns(calls, dice):
    """Which calls fail: all of them, or the first, the last and some between."""
    if not STEP or calls <= STEP:
        return range(1, calls + 1)
    return sorted({1, calls, *dice.sample(range(1, calls + 1), STEP - 2)})


def test_a_call_that_fails_once_breaks_nothing(own, tmp):
    writers, opens, person = people_at_work(own)
    failing, dice, failed, told = Failing(own, tmp), random.Random(7), 0, 0
    own.as_("ppt")
    saved, every = acts(own, writers[0], opens, person)
    for name, act in every.items():
        act()
        calls = failing.calls(act)
        for at in turns(calls, dice):
            failing.set(at)
            status = act()
            failed += failing.failed()
            failing.set(0)
            told += status >= 500
            assert own.process.poll() is None, f"{name}: the server ended when call {at} of {calls} failed"
            again = act()
            assert again < 500, f"{name}: {again} after call {at} of {calls} had failed"
    assert failed > 20 and told > 5, (failed, told)
    assert not lost(own, saved), lost(own, saved)[:3]
    own.stop()
    own.check()
    assert not half(own), half(own)
    own.cli("audit", "verify")
    own.cli("scrub")
    print(f"{failed} calls failed, {told} answers said so, {len(saved)} saves acknowledged: nothing lost, nothing half")
