#!/usr/bin/python3
"""Runs door tests: functions test_* of tests/door/*_test.py.

usage: tests/harness/runner.py [-j N] [FILE or WORD ..]

A test names what it wants as parameters: `s` the server of its file (started once, practice data;
DATA = "light" in the file for an eighth of them, "bare" for none), `own` a server for this test alone, `tmp` a folder.
Prints "ok FILE.NAME" or "not ok FILE.NAME: reason"; a word runs the tests whose name contains it.
Each file is a process of its own, three at a time (each waits now and then: for a limit, a tick, a person), those that
take longest first.
"""
import concurrent.futures
import contextlib
import importlib.util
import inspect
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import sigap  # noqa: E402

DOOR = HERE.parent / "door"
TEST_SECONDS = int(os.environ.get("SIGAP_TEST_SECONDS", "600"))
FILE_SECONDS = max(1800, TEST_SECONDS)
# Begun last, one of these would keep a processor idle for minutes.
LONG = ("rotation", "matrix", "scrub", "sealed", "review", "openapi", "broken_import", "api", "admin", "care", "kill",
        "every_register", "guides", "grants", "failing_calls", "language", "inspection", "access", "questions", "rebuild", "referrals")


def late(*_):
    raise TimeoutError(f"longer than {TEST_SECONDS} s")


def reason(error):
    """The assertion's own line and message, in one line."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/harness/" not in f.filename]
    where = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno} {frames[-1].line}" if frames else ""
    text = f"{type(error).__name__} {error}".strip()
    return " | ".join(" ".join(part.split()) for part in (where, text) if part)[:3000]


def run_one(name, test, shared):
    started = time.monotonic()
    signal.signal(signal.SIGALRM, late)
    signal.alarm(TEST_SECONDS)
    try:
        with contextlib.ExitStack() as stack:
            make = {"s": shared, "own": lambda: stack.enter_context(sigap.Server(test.__globals__.get("DATA", "practice"))),
                    "tmp": lambda: pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sigap-")))}
            test(**{p: make[p]() for p in inspect.signature(test).parameters})
        print(f"ok {name} ({time.monotonic() - started:.2f} s)", flush=True)
        return True
    except Exception as error:
        print(f"not ok {name}: {reason(error)}", flush=True)
        return False
    finally:
        signal.alarm(0)


def run_file(path, words):
    """Runs one file here; true when all went well."""
    short = path.stem.removesuffix("_test")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        print(f"not ok {short}: {reason(error)}", flush=True)
        return False
    tests = [(f"{short}.{n}", t) for n, t in vars(module).items() if n.startswith("test_") and callable(t)]
    tests = [(n, t) for n, t in tests if not words or any(w in n for w in words)]
    server, good = [], True

    def shared():
        if not server:
            s = sigap.Server(getattr(module, "DATA", "practice"))
            server.append(s)
            s.start()
        return server[0]

    for name, test in tests:
        good &= run_one(name, test, shared)
    for s in server:
        try:
            s.__exit__(None, None, None)
        except Exception as error:
            print(f"not ok {short}.server: {reason(error)}", flush=True)
            good = False
    return good


def in_process(path, words):
    try:
        done = subprocess.run([sys.executable, __file__, "--one", str(path), *words], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=FILE_SECONDS)
        out, status = done.stdout, done.returncode
    except subprocess.TimeoutExpired as error:
        out, status = (error.stdout or b"").decode(errors="replace"), 1
        out += f"not ok {path.stem}: longer than {FILE_SECONDS} s\n"
    if status != 0 and "not ok " not in out:
        out += f"not ok {path.stem}: ended with status {status}\n"
    return out, status


def by_length(files):
    place = {name: n for n, name in enumerate(LONG)}
    return sorted(files, key=lambda f: (place.get(f.stem.removesuffix("_test"), len(LONG)), f.name))


def main(argv):
    if argv[:1] == ["--one"]:
        return 0 if run_file(pathlib.Path(argv[1]), argv[2:]) else 1
    jobs = 3
    if argv[:1] == ["-j"]:
        jobs, argv = int(argv[1]), argv[2:]
    files = [pathlib.Path(a).resolve() for a in argv if a.endswith(".py")] or by_length(DOOR.glob("*_test.py"))
    words = [a for a in argv if not a.endswith(".py")]
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for out, status in pool.map(lambda f: in_process(f, words), files):
            print(out, end="", flush=True)
            bad += status != 0
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
