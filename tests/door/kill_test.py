"""kill -9 under eight writers and two readers: what was acknowledged is there, nothing is half there,
no page with protected values left without its row in the audit. Each cycle kills the server at another
moment; the next start is the recovery. tests/kills runs 10,000 cycles."""
import os
import random
import time

import sigap
import steps
from fault import PURPOSE, Worker, half, lost, people_at_work

CYCLES = int(os.environ.get("SIGAP_KILLS", "50"))
WRITERS, READERS = 8, 2


def save(worker):
    """A new case, then a change of it. (uid, version, title) as acknowledged, or None."""
    title = f"Uji putus {random.random()}"
    status, made = worker.call("POST", "/api/v1/kasus", {"isian": {"judul": title}})
    if status != 201:
        return None
    worker.acknowledged.append((made["uid"], 1, title))
    status, changed = worker.call("PATCH", f"/api/v1/kasus/{made['uid']}", {"isian": {"judul": title + " lagi"}}, If_Match='"1"')
    return (made["uid"], 2, title + " lagi") if status == 200 else None


def opener(person):
    def read(worker):
        status, _ = worker.call("GET", f"/api/v1/orang/{person}", Sigap_Tujuan=PURPOSE)
        return person if status == 200 else None
    return read


def cycle(s, writers, reader, person, pause, at_work):
    """What was acknowledged before the kill, which comes after `pause`: since the start, or since they are at work."""
    port = int(s.url.rsplit(":", 1)[1])
    saving = [Worker(port, writers[i % len(writers)], save) for i in range(WRITERS)]
    reading = [Worker(port, reader, opener(person)) for _ in range(READERS)]
    for worker in saving + reading:
        worker.start()
    if at_work:
        steps.wait_for(lambda: any(w.acknowledged for w in saving) and any(w.acknowledged for w in reading), "nobody is answered")
    time.sleep(pause)
    s.kill9()
    for worker in saving + reading:
        worker.join()
    return [w for x in saving for w in x.acknowledged], sum(len(x.acknowledged) for x in reading)


def test_no_acknowledged_write_is_lost(own):
    writers, reader, person = people_at_work(own)
    opened = own.rows("SELECT COUNT(*) FROM audit WHERE action='read' AND uid=?", person)[0][0]
    saves, pages, rng = 0, 0, random.Random(int(os.environ.get("SIGAP_KILL_SEED", "11")))
    for number in range(CYCLES):
        saved, seen = cycle(own, writers, reader, person, rng.uniform(0.01, 0.2), at_work=number % 2)
        saves, pages = saves + len(saved), pages + seen
        gone = lost(own, saved)
        assert not gone, (number, gone[:3])
        rows = own.rows("SELECT COUNT(*) FROM audit WHERE action='read' AND uid=?", person)[0][0]
        assert rows - opened >= pages, (number, "pages without audit", rows - opened, pages)
        own.start()
    own.stop()
    assert not half(own), half(own)
    own.cli("audit", "verify")
    own.cli("scrub")
    print(f"{CYCLES} kills, {saves} acknowledged saves, {pages} opened pages: nothing lost")
    assert saves >= CYCLES // 2 and pages >= CYCLES // 2, (saves, pages)
