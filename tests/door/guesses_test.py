"""Guessing a password: however many tries are made at once, only those the waits leave room for are judged, and
the right password among the others opens nothing. tests/unit/guard_account_test.c drives a day and a million tries
of the same road on a moved clock."""
import threading
import time

THREADS, EACH = 16, 15
SOON = 8  # seconds: a wait that ends sooner may be over before the right password arrives


def judged(s):
    """Tries of a log-in whose password was compared."""
    return s.rows("SELECT count(*) n FROM audit WHERE action='login' AND result='E_LOGIN'")[0]["n"]


def room(seconds):
    """Failures that fit into a time: two are free, the third costs 8 s, each further one twice as much."""
    n, at = 3, 0
    while at + (8 << (n - 3)) <= seconds:
        at += 8 << (n - 3)
        n += 1
    return n


def left_of_wait(s):
    """Seconds until a try is judged again."""
    last = s.rows("SELECT max(at) at FROM audit WHERE action='login' AND result='E_LOGIN'")[0]["at"] / 1000
    return last + (8 << (judged(s) - 3)) - time.time()


def guess(s, login, password):
    c = s.client()
    form = c.get("/masuk").form("/masuk", has="sandi")
    form["masuk"], form["sandi"] = login, password
    return c.submit(form).path


def test_tries_at_once_are_not_more_than_tries_one_after_the_other(own):
    login = next(iter(own.people()))
    began = time.monotonic()

    def many(n):
        for i in range(EACH):
            guess(own, login, f"tebakan nomor {n} {i}")

    threads = [threading.Thread(target=many, args=(n,)) for n in range(THREADS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    took = time.monotonic() - began
    assert own.rows("SELECT count(*) n FROM audit WHERE action='login'")[0]["n"] == THREADS * EACH
    assert 3 <= judged(own) <= room(took), f"{judged(own)} of {THREADS * EACH} tries were judged in {took:.0f} s; there is room for {room(took)}"
    if (left := left_of_wait(own)) < SOON:
        time.sleep(max(left, 0) + 1)
        guess(own, login, "sekali lagi")  # judged: a longer wait begins
    assert guess(own, login, own.people()[login][0]) == "/masuk", "the right password opened while tries were not judged"
