"""Each call to the disk, for memory, for a process fails once: while a case is saved, a file opened, a book brought in, somebody
logs in, a copy made and put back. Whoever asked hears of it, what was acknowledged is there, nothing is half there. A sample
here; every call by tests/failures."""
import os
import random
import shutil
import sqlite3
import subprocess

import sigap
from failing import ENDED, KINDS, Failing, FailingServer, acts
from fault import half, lost, people_at_work

STEP = os.environ.get("SIGAP_FAILURES")  # calls of each act that fail; 0: every one; unset: few, those of ./test
SEED = int(os.environ.get("SIGAP_SEED", "7"))
ONLY = os.environ.get("SIGAP_ACTS", "")  # of them only these, with commas


def turns(calls, dice, few):
    """Which calls fail: all of them, or some by chance."""
    most = int(STEP) if STEP else few
    return range(1, calls + 1) if not most or calls <= most else sorted(dice.sample(range(1, calls + 1), most))


def whole(act):
    """What the act answers while nothing fails; a machine with too much to do may say once that it is busy."""
    status = act()
    return act() if status == 503 else status


def fail_in_turn(server, every, dice, few):
    """(calls that failed, how often whoever asked was told)"""
    failed, told, kind = 0, 0, server.failing.name
    for name, act in every.items():
        if ONLY and name not in ONLY.split(","):
            continue
        first = whole(act)
        assert 200 <= first < 500, (name, first)
        calls = server.failing.calls(act)
        for at in turns(calls, dice, few):
            status, hit = server.fail(at, act)
            failed += hit
            told += status >= 500 or not status
            again = whole(act)
            assert 200 <= again < 500, f"{name}: {again} after call {at} of {calls}, {server.failed}, had failed"
        print(f"{kind}, {name}: {calls} calls, {failed} failed by now, {server.ends} ends", flush=True)
    return failed, told


def test_a_call_that_fails_once_breaks_nothing(own, tmp):
    writers, opens, person = people_at_work(own)
    saved, every = acts(own, writers[0], opens, person)
    dice = random.Random(SEED)
    for kind, few in (("disk", 3), ("memory", 1), ("system", 1)):
        server = FailingServer(own, Failing(kind, tmp))
        failed, told = fail_in_turn(server, every, dice, few)
        assert ONLY or failed > 4 and told > 2, (kind, failed, told)
        print(f"{kind}: {failed} calls failed, {told} times it was said, {server.ends} clean ends, {server.foreign} in a library", flush=True)
    assert not lost(own, saved), lost(own, saved)[:3]
    own.stop()
    own.check()
    assert not half(own), half(own)
    own.cli("audit", "verify")
    own.cli("scrub")
    print(f"{len(saved)} saves acknowledged: nothing lost, nothing half")


def good(kept, key):
    """A copy that the command called good is good."""
    return subprocess.run([sigap.binary(), "backup", "--check", str(kept), "--key", str(key)], cwd=sigap.ROOT, capture_output=True).returncode == 0


def opens(data):
    with sqlite3.connect(f"file:{data}/sigap.db?mode=ro", uri=True) as db:
        return db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def judge(ran, reports, done, where):
    """Whether the command said that it failed; else it must have done what it was asked."""
    where = f"{where}: {ran.returncode} {ran.stdout[-300:]} {ran.stderr[-600:]} {sigap.read_reports(reports)}"
    assert not sigap.read_reports(reports) and (0 <= ran.returncode < 99 or ran.returncode == ENDED), where
    if ran.returncode == 0:
        assert done(), where
    else:
        assert ran.stderr.strip() or ran.stdout.strip(), where
    return ran.returncode != 0


def clear(place):
    if place.is_dir():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)


def test_a_command_with_a_failing_call_says_so_or_has_done_it(own, tmp):
    own.cli("backup", tmp / "good")
    (tmp / "data").mkdir()
    key, at = own.data / "kek.key", tmp / "data/out"
    own.stop()
    commands = {
        "backup": (own.data, ["backup", at], lambda: good(at, key)),
        "restore": (at, ["restore", tmp / "good", "--key", key], lambda: opens(at)),
        "export": (own.data, ["export", at], lambda: len(list(at.glob("*.csv"))) > 50),
        "audit": (own.data, ["audit", "verify"], lambda: True),
        "table": (own.data, ["table", "korban_bentuk", "--period", "2026-S1", "--as", "sekretaris"], lambda: True),
        "scrub": (own.data, ["scrub"], lambda: True),
    }
    dice, failed, told = random.Random(SEED), 0, 0
    for number, (name, (data, words, done)) in enumerate(commands.items()):
        for kind in KINDS if STEP else [list(KINDS)[number % 3]]:
            failing = Failing(kind, tmp)

            def run():
                clear(at)
                cli = sigap.Cli(data, own.reports)
                return subprocess.run(cli.line(words[0], *words[1:]), env=failing.environment(cli.environment()), cwd=sigap.ROOT,
                                      stdin=subprocess.DEVNULL, capture_output=True, text=True)
            calls = failing.calls(run)
            for turn in turns(calls, dice, 1):
                failing.set(turn)
                ran = run()
                failed += failing.failed()
                failing.set(0)
                told += judge(ran, own.reports, done, f"{name}, {kind}, call {turn} of {calls}")
            print(f"{kind}, {name}: {calls} calls, {failed} failed by now", flush=True)
    own.cli("audit", "verify")
    print(f"commands: {failed} calls failed, {told} times it was said")
    assert failed > 2 and told, (failed, told)
