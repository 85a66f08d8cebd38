"""A program some of whose calls fail once (failing_calls.c in front of its C library), and what people do with it meanwhile."""
import errno
import http.client
import mmap
import re
import struct
import subprocess

import sigap
import steps
from fault import PURPOSE, Worker

KINDS = {"disk": (0, errno.EIO), "memory": (1, errno.ENOMEM), "system": (2, errno.EMFILE)}
FAR = 10**9
FOREIGN = re.compile(r"SEGV on unknown address 0x0000000000.*?zero page.*?"
                     r"#0 \S+ (?:in \w+)? ?(?:\.\./\S+\s+#1 \S+ in \w+ )?\(\S*libxlsxwriter", re.S)
ENDED = -6  # SIGABRT: true lack of memory, threads or chance ends the program, and says so


class Failing:
    """The calls of one kind; which of them fails is set from outside the program."""

    def __init__(self, kind, tmp, kills=False):
        self.name, (self.kind, self.error) = kind, KINDS[kind]
        if kills:  # at what settles on the disk: between two such calls nothing is seen by who opens next
            self.kind, self.error = 3, -1
        self.library, self.control = tmp / "failing_calls.so", tmp / f"control-{kind}"
        if not self.library.exists():
            source = sigap.ROOT / "tests/harness/failing_calls.c"
            subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", self.library, source, "-ldl"], check=True)
        self.control.write_bytes(bytes(64))
        with open(self.control, "r+b") as f:
            self.map = mmap.mmap(f.fileno(), 64)
        self.set(0)

    def environment(self, plain):
        """Of a program that is to have such calls; an abort is judged by its words, not as a fault of memory."""
        return {**plain, "LD_PRELOAD": str(self.library), "FAILING_CALLS": str(self.control),
                "ASAN_OPTIONS": plain["ASAN_OPTIONS"] + ":verify_asan_link_order=0:handle_abort=0"}

    def set(self, left):
        self.map[:] = struct.pack("llll32s", left, self.error, 0, self.kind, b"")

    def last(self):
        """The name of the call that failed."""
        return self.map[32:].rstrip(b"\0").decode()

    def failed(self):
        return struct.unpack("llll", self.map[:32])[2]

    def calls(self, act):
        """How many calls the act makes that may fail."""
        self.set(FAR)
        act()
        left = struct.unpack("llll", self.map[:32])[0]
        self.set(0)
        return FAR - left


class FailingServer:
    """A server with such calls; commands beside it have none."""

    def __init__(self, s, failing):
        self.s, self.failing, self.ends, self.foreign, self.failed = s, failing, 0, 0, ""
        s.stop()
        self.start()

    def start(self):
        plain = self.s.cli.environment
        self.s.cli.environment = lambda: self.failing.environment(plain())
        try:
            self.s.start()
        finally:
            self.s.cli.environment = plain

    def settle(self, status):
        """A connection that broke may be the server's end, which takes a moment."""
        try:
            self.s.process.wait(0 if status else 2)
        except subprocess.TimeoutExpired:
            pass

    def ended_in_library(self):
        """Without memory libxlsxwriter goes on with a pointer to nothing: the process ends as it does without memory
        anyhow, without our words. Nothing but this fault, in this library, is let pass."""
        report = sigap.read_reports(self.s.reports)
        if self.failing.name != "memory" or not FOREIGN.search(report):
            return False
        for file in self.s.reports.glob("report*"):
            file.unlink()
        self.foreign += 1
        return True

    def fail(self, at, act):
        """What the act answers when that call fails; 0 when the server ended, which it may for want of memory only."""
        self.failing.set(at)
        status = act()
        self.settle(status)
        failed, self.failed = self.failing.failed(), self.failing.last()
        self.failing.set(0)
        if self.s.process.poll() is None:
            return status, failed
        if not self.ended_in_library():
            said = self.s.log.read_text(errors="replace")[-400:]
            assert self.failing.kind and self.s.process.returncode == ENDED and "bug: " in said, \
                (self.failed, self.s.process.returncode, said, sigap.read_reports(self.s.reports))
        self.ends += 1
        self.s.process = None
        self.start()
        return 0, failed


def acts(s, token, opens, person):
    """What people do, by name: each gives the status it ended with, 0 for a connection that broke."""
    saved, n = [], iter(range(10**6))
    steps.setting(s, unduhan_sejam=1000)

    def call(who, *request, **headers):
        worker = Worker(int(s.url.rsplit(":", 1)[1]), who, None)
        worker.http.timeout = 200
        return worker.call(*request, **headers)

    def save():
        title = f"Uji gagal {next(n)}"
        status, made = call(token, "POST", "/api/v1/kasus", {"isian": {"judul": title}})
        if status == 201:
            saved.append((made["uid"], 1, title))
        return status

    def victim():
        c, tag = s.as_("ppt"), next(n)
        case = steps.make(c, "kasus", judul=f"Perkara uji gagal {tag}", dibuka="2026-10-01")
        steps.make(c, "korban", case, status_tppo="mungkin", orang__nama=f"Petronela Gagal {tag}", orang__jk="P", kisah="Kisah uji.")
        return 200

    def open_person():
        return call(opens, "GET", f"/api/v1/orang/{person}", Sigap_Tujuan=PURPOSE)[0]

    def page(login, path):
        return lambda: s.as_(login).get(path).status

    def log_in():
        return s.login("ppt").get("/kasus").status

    def book(name, pack):
        def bring():
            tag = f"G{next(n)}"
            rows = [["Nomor register", "Nama", "JK", "Umur", "Tanggal datang"]]
            rows += [[f"{tag}/{i}", f"Orang Gagal {tag} {i}", "P", str(20 + i), "2026-10-01"] for i in range(5)]
            c = s.as_("ppt")
            return steps.apply(c, steps.upload(c, "dinsos_korban", name, pack(rows))).status
        return bring

    every = {"save": save, "case and victim": victim, "open": open_person, "search": page("ppt", "/cari?q=KAS-2024"),
             "log-in": log_in, "import": book("gagal.csv", lambda rows: "\n".join(map(",".join, rows)).encode()),
             "workbook": book("gagal.xlsx", sigap.make_xlsx), "export": page("sekretaris", "/kasus.xlsx"),
             "tables": page("sekretaris", "/tabel.xlsx?masa=2026-S1&untuk=internal")}
    return saved, {name: spoken(act) for name, act in every.items()}


def spoken(act):
    """An error page in the middle of several is an answer as well; a connection that broke is none."""
    def run():
        try:
            return act()
        except (AssertionError, KeyError) as error:
            print("answered:", " ".join(str(error).split())[:300], flush=True)
            return 503
        except (OSError, http.client.HTTPException, ValueError):
            return 0
    return run
