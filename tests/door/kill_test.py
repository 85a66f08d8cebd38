"""kill -9 under eight writers and two readers: what was acknowledged is there, nothing is half there,
no page with protected values left without its row in the audit. Each cycle kills the server at another
moment; the next start is the recovery. tests/kills runs 10,000 cycles."""
import collections
import http.client
import json
import os
import random
import threading
import time

import sigap
from steps import make_token, token_of

CYCLES = int(os.environ.get("SIGAP_KILLS", "50"))
WRITERS, READERS = 8, 2
PURPOSE = "penanganan_kasus; uji putus listrik"


class Worker(threading.Thread):
    """Calls the API until the connection breaks; notes only answers that came back whole."""

    def __init__(self, port, token, act):
        super().__init__(daemon=True)
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.token, self.act, self.acknowledged = token, act, []

    def call(self, method, path, body=None, **headers):
        send = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        send.update({k.replace("_", "-"): v for k, v in headers.items()})
        self.http.request(method, path, json.dumps(body) if body else None, send)
        answer = self.http.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")

    def run(self):
        try:
            while True:
                said = self.act(self)
                if said:
                    self.acknowledged.append(said)
        except (OSError, http.client.HTTPException, ValueError):
            pass  # the power cut


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


def programs(s):
    """A token of every practice person who may have one."""
    for name in s.people():
        try:
            yield token_of(make_token(s.as_(name), "putus"))
        except (AssertionError, KeyError):
            continue


def once(s, token, *request, **headers):
    return Worker(int(s.url.rsplit(":", 1)[1]), token, None).call(*request, **headers)[0]


def people_at_work(s):
    """(tokens of some who may record a case, a token that opens protected values, whose they are)"""
    writers, opens = [], None
    for token in programs(s):
        if len(writers) < WRITERS // 2 and once(s, token, "POST", "/api/v1/kasus", {"isian": {"judul": "Percobaan"}}) == 201:
            writers.append(token)
        for row in s.rows("SELECT uid FROM orang WHERE batal=0 ORDER BY uid LIMIT 40") if not opens else []:
            if once(s, token, "GET", f"/api/v1/orang/{row['uid']}", Sigap_Tujuan=PURPOSE) == 200 and \
                    s.rows("SELECT 1 FROM audit WHERE action='read' AND uid=? AND classes>0", row["uid"]):
                opens = token, row["uid"]
                break
    assert len(writers) >= 2 and opens, (len(writers), opens)
    return writers, *opens


def cycle(s, writers, reader, person, pause):
    port = int(s.url.rsplit(":", 1)[1])
    saving = [Worker(port, writers[i % len(writers)], save) for i in range(WRITERS)]
    reading = [Worker(port, reader, opener(person)) for _ in range(READERS)]
    for worker in saving + reading:
        worker.start()
    time.sleep(pause)
    s.kill9()
    for worker in saving + reading:
        worker.join()
    return [w for x in saving for w in x.acknowledged], sum(len(x.acknowledged) for x in reading)


def lost(s, saved):
    """Acknowledged saves that are not in the database, row and history both."""
    gone = []
    with s.db() as db:
        for uid, version, title in saved:
            row = db.execute("SELECT id,versi,judul FROM kasus WHERE uid=?", (uid,)).fetchone()
            if not row or row["versi"] < version or row["versi"] == version and row["judul"] != title:
                gone.append((uid, version, title))
    return gone


def half(s):
    """Records whose parts do not stand together: row, history, transaction, audit, reach, number."""
    checks = {
        "row without its version": "SELECT COUNT(*) FROM kasus k WHERE NOT EXISTS (SELECT 1 FROM riwayat h"
                                   " WHERE h.reg='kasus' AND h.rec=k.id AND h.ver=k.versi AND h.tx=k.ubah_tx)",
        "version without its row": "SELECT COUNT(*) FROM riwayat h WHERE h.reg='kasus' AND NOT EXISTS"
                                   " (SELECT 1 FROM kasus k WHERE k.id=h.rec AND k.versi>=h.ver)",
        "write without audit": "SELECT COUNT(*) FROM tx t WHERE t.via='api' AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.tx=t.id)",
        "audit without write": "SELECT COUNT(*) FROM audit a WHERE a.tx>0 AND NOT EXISTS (SELECT 1 FROM tx t WHERE t.id=a.tx)",
        "row out of reach": "SELECT COUNT(*) FROM kasus k WHERE NOT EXISTS (SELECT 1 FROM jangkau j WHERE j.reg='kasus' AND j.rec=k.id)",
    }
    found = {name: s.rows(sql)[0][0] for name, sql in checks.items()}
    numbers = collections.Counter(r[0].rsplit("-", 1)[0] for r in s.rows("SELECT nomor FROM kasus"))
    highest = collections.defaultdict(int)
    for row in s.rows("SELECT nomor FROM kasus"):
        series, n = row[0].rsplit("-", 1)
        highest[series] = max(highest[series], int(n))
    found["numbers with gaps"] = sum(numbers[k] != highest[k] for k in numbers)
    return {k: n for k, n in found.items() if n}


def test_no_acknowledged_write_is_lost(own):
    writers, reader, person = people_at_work(own)
    opened = own.rows("SELECT COUNT(*) FROM audit WHERE action='read' AND uid=?", person)[0][0]
    saves, pages, rng = 0, 0, random.Random(int(os.environ.get("SIGAP_KILL_SEED", "11")))
    for number in range(CYCLES):
        saved, seen = cycle(own, writers, reader, person, rng.uniform(0.02, 0.4))
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
    assert saves > 4 * CYCLES and pages > CYCLES // 2, (saves, pages)
