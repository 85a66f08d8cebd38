#!/usr/bin/python3
"""SIGAP under test: its commands, a server with data of its own, and what to look at afterwards.

The flags of the program stand in `Cli` only. Clock, files and processes belong to one Server, so
test files run side by side. As a program (`sigap.py serve`) it lends a practice server to the
browser tests: prints one JSON line, and stops when its standard input ends.
"""
import contextlib
import fcntl
import glob
import io
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from page import Client, Form, Page  # noqa: E402,F401  (tests import them from here)

os.environ["TZ"] = "WITA-8"  # today is what the installation calls so, also after 16:00 UTC
time.tzset()
ROOT = pathlib.Path(__file__).resolve().parents[2]
FULL = os.environ.get("SIGAP_FULL") == "1"  # long forms of tests: ./test --full
START_SECONDS, STOP_SECONDS = 60, 60
RESERVE = "ruang.cadangan"  # room that the program keeps free: nothing in it to copy


def memory_disk():
    """A folder in memory for the data of the tests, where there is room: what a process wrote is there for the next whether
    or not a disk has it (tests/power_cuts has a disk that loses what was not synced)."""
    place = pathlib.Path("/dev/shm")
    fits = place.is_dir() and os.access(place, os.W_OK) and shutil.disk_usage(place).free >= 3 << 30
    return str(place) if fits else None


if "TMPDIR" not in os.environ:
    tempfile.tempdir = memory_disk()


def binary():
    """The program under test: SIGAP_BIN, else the sanitizer build."""
    places = [os.environ.get("SIGAP_BIN"), ROOT / "build/asan/sigap", ROOT / "build/asan/src/sigap",
              ROOT / "build/asan/src/cli/sigap"]
    for place in places:
        if place and os.path.isfile(place):
            return str(place)
    raise FileNotFoundError("no program to test: run ./test, or set SIGAP_BIN")


class Failed(AssertionError):
    """A command ended with a status that the test did not want."""


class Cli:
    """The commands of the program, on one folder of data and one of domain files."""

    def __init__(self, data, reports, domain=None):
        self.data, self.reports, self.domain = str(data), str(reports), domain

    def environment(self):
        """Sanitizers stop at the first fault and write where the Server looks for it. What was freed is kept from use for the next 8 MB,
        32 in long forms (256 by default): a page that is cold costs time. Of who asked for memory ten callers are noted."""
        common = f"log_path={self.reports}/report:print_stacktrace=1"
        return {**os.environ, "ASAN_OPTIONS": common + ":detect_leaks=1:handle_abort=1:exitcode=99:malloc_context_size=10"
                + f":quarantine_size_mb={32 if FULL else 8}",
                "UBSAN_OPTIONS": common + ":halt_on_error=1:exitcode=99",
                "TSAN_OPTIONS": f"log_path={self.reports}/report:second_deadlock_stack=1:exitcode=99"}

    def line(self, command, *args):
        words = command.split()
        where = ["--domain", str(self.domain)] if self.domain else []
        return [binary(), *words, "--data", self.data, *where, *map(str, args)]

    def __call__(self, command, *args, status=0, stdin=None, timeout=300):
        """Runs `sigap COMMAND --data DIR ARGS` and gives its CompletedProcess (text)."""
        done = subprocess.run(self.line(command, *args), env=self.environment(), cwd=ROOT, input=stdin,
                              stdin=subprocess.DEVNULL if stdin is None else None, text=True,
                              capture_output=True, timeout=timeout)
        if status is not None and done.returncode != status:
            raise Failed(f"sigap {command}: status {done.returncode}, not {status}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done

    def init(self, practice=True):
        return self("init", *(["--practice"] if practice else []))

    def practice(self):
        return self("practice", timeout=900)

    def serve(self, port=0):
        return self.line("serve", "--port", port)

    def clock(self, *args):
        """clock('advance', '3 d') and the like; practice only."""
        return self(f"clock {args[0]}", *args[1:])


def copy_template(kind, to):
    """Finished data of this kind, made once a day and program and then copied: some queues are of today.
    "practice" holds the practice data, "light" an eighth of them for tests that read every record several times (all of
    them in long forms), "bare" an installation marked practice without data, "walked" the practice data after a walk over every page (pages.py), and what it found."""
    if kind == "light" and FULL:
        kind = "practice"
    home = pathlib.Path(os.environ.get("SIGAP_TEST_HOME") or ROOT / "build/test")
    home.mkdir(parents=True, exist_ok=True)
    place, done = home / f"data-{kind}", home / f"data-{kind}.done"
    with open(home / f"data-{kind}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        newest = max(p.stat().st_mtime for p in [pathlib.Path(binary()), *(ROOT / "domain").rglob("*")])
        if not done.exists() or done.stat().st_mtime < newest or time.localtime(done.stat().st_mtime)[:3] != time.localtime()[:3]:
            shutil.rmtree(place, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix="sigap-") as made:
                shutil.move(make_walked(made) if kind == "walked" else make_data(kind, made), place)
            done.touch()
        fcntl.flock(lock, fcntl.LOCK_SH)
        shutil.copytree(place, to, copy_function=copy_file)


def make_data(kind, made):
    cli = Cli(f"{made}/data", made, light_domain(made) if kind == "light" else None)
    cli.init(practice=True)
    if kind in ("practice", "light"):
        cli.practice()
    faults = read_reports(made)
    if faults:
        raise Failed("while making practice data: " + faults)
    return cli.data


def light_domain(made):
    """The domain with an eighth of the invented records: each number in what is planned, and in the books that are brought in."""
    domain = shutil.copytree(ROOT / "domain", f"{made}/domain")
    for name in ("plan.tsv", "imports.tsv"):
        table = pathlib.Path(domain, "practice", name)
        table.write_text(re.sub(r"\t(\d+)", lambda m: f"\t{-(-int(m[1]) // 8)}", table.read_text()))
    return domain


def make_walked(made):
    import pages  # which imports this module
    with Server("practice") as s:
        pages.keep(s)
        s.stop()
        return shutil.copytree(s.data, f"{made}/data", copy_function=copy_file)


def copy_file(source, to):
    """As shutil does; of the reserve only its size."""
    if os.path.basename(source) != RESERVE:
        return shutil.copy2(source, to)
    with open(to, "wb") as out:
        os.posix_fallocate(out.fileno(), 0, os.path.getsize(source))
    shutil.copystat(source, to)
    return to


def read_reports(folder):
    """What the sanitizers wrote, or ''."""
    return "\n".join(pathlib.Path(p).read_text(errors="replace")[:6000] for p in sorted(glob.glob(f"{folder}/report*")))


class Visitors:
    """People at the door of a server: it listens at `url` and its data folder is `data`."""

    def __init__(self, url=None, data=None):
        self.url, self.data, self.sessions = url, data and pathlib.Path(data), {}
        self.trust = None  # an ssl.SSLContext, where the server speaks TLS

    def client(self):
        """A stranger's browser."""
        client = Client(self.url)
        client.trust = self.trust
        return client

    def people(self):
        """Practice log-ins: {login: (password, role, institution)}."""
        rows = (line.split("\t") for line in (self.data / "latihan-masuk.txt").read_text().splitlines() if line.strip())
        return {r[0]: tuple((r + ["", "", ""])[1:4]) for r in rows}

    def login(self, name, password=None):
        """A fresh browser that logs in through the form."""
        c = self.client()
        form = c.get("/masuk").form("/masuk", has="sandi")
        form["masuk"], form["sandi"] = name, password or self.people()[name][0]
        page = c.submit(form)
        assert page.status == 200 and not page.path.startswith("/masuk"), f"{name} could not log in: {page.status} {page.words[:300]}"
        return c

    def as_(self, name):
        """A browser of this person; log-in happens once a server, since it is slow on purpose."""
        if self.sessions.get(name, (None,))[0] != self.url:
            self.sessions[name] = (self.url, dict(self.login(name).cookies))
        c = self.client()
        c.cookies = dict(self.sessions[name][1])
        return c


def threads(pid):
    """What each thread of a process waits in: number of its system call, where in the kernel, processor seconds so far."""
    told = []
    for task in sorted(pathlib.Path(f"/proc/{pid}/task").iterdir()):
        with contextlib.suppress(OSError):
            fields = (task / "stat").read_text().rsplit(")", 1)[1].split()
            call = (task / "syscall").read_text().split()[0]
            told.append(f"{fields[0]} {call} {(task / 'wchan').read_text()} {(int(fields[11]) + int(fields[12])) / 100} s")
    return "; ".join(told)


class Server(Visitors):
    """One running server with data of its own. Use as a context manager: leaving it stops the
    server and fails if a sanitizer spoke or the server did not end well."""

    def __init__(self, kind="practice", domain=None):
        super().__init__()
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="sigap-test-"))
        self.data, self.reports = self.home / "data", self.home / "reports"
        self.reports.mkdir()
        self.cli = Cli(self.data, self.reports, domain)
        self.process, self.log = None, self.home / "server.log"
        copy_template(kind, self.data)

    def start(self, *args):
        out = open(self.log, "ab")
        at = self.log.stat().st_size
        self.process = subprocess.Popen(self.cli.serve() + list(args), env=self.cli.environment(), cwd=ROOT,
                                        stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        out.close()
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            said = self.log.read_bytes()[at:].decode(errors="replace")
            found = re.search(r"(https?)://[\w.\[\]:]*:(\d+)\n", said)
            if found:
                self.url = f"{found.group(1)}://127.0.0.1:{found.group(2)}"
                return self
            if self.process.poll() is not None:
                raise Failed(f"server ended at start with {self.process.returncode}: {said[-3000:]}{read_reports(self.reports)}")
            time.sleep(0.02)
        self.process.kill()
        raise Failed(f"server said no address in {START_SECONDS} s: {said[-3000:]}")

    def stop(self):
        """Ends the server as a person does (SIGTERM) and checks that it ended well."""
        if self.process is None:
            return
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                seen = threads(process.pid)
                process.kill()
                process.wait()
                raise Failed(f"server did not end in {STOP_SECONDS} s: {seen}, log {self.log.read_text(errors='replace')[-500:]}") from None
        self.check()
        if process.returncode != 0:
            raise Failed(f"server ended with status {process.returncode}: {self.log.read_text(errors='replace')[-3000:]}")

    def kill9(self):
        """Power cut: no shut-down. Start again with start()."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def restart(self):
        self.stop()
        return self.start()

    def check(self):
        faults = read_reports(self.reports)
        if faults:
            raise Failed("sanitizer: " + faults)

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        try:
            self.stop()
        except Failed:
            if kind is None:
                raise
        finally:
            shutil.rmtree(self.home, ignore_errors=True)

    # ---- what is on disk ----

    @contextlib.contextmanager
    def db(self, name="sigap.db"):
        """Read-only connection; rows by name."""
        connection = sqlite3.connect(f"file:{self.data / name}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            yield connection
        finally:
            connection.close()

    def rows(self, sql, *values):
        with self.db() as db:
            return db.execute(sql, values).fetchall()

    def bytes_on_disk(self, text):
        """Names of files of the installation that contain this text: secrets must give []."""
        return [p.name for p in self.data.rglob("*") if p.is_file() and text.encode() in p.read_bytes()]


def read_xlsx(data):
    """{sheet: [[cell, ..], ..]} of workbook bytes."""
    import openpyxl
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def make_xlsx(rows, sheet="Data"):
    """Workbook bytes with one sheet of these rows."""
    import openpyxl
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def lend():
    with Server(sys.argv[2] if len(sys.argv) > 2 else "practice") as s:
        print(json.dumps({"url": s.url, "data": str(s.data), "people": s.people()}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    if sys.argv[1:2] != ["serve"]:
        sys.exit(__doc__)
    lend()
