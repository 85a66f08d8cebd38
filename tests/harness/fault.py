"""What must hold after a fault, and those who work meanwhile: what was acknowledged is there, nothing is half there."""
import collections
import http.client
import json
import threading

from steps import make_token, token_of

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
        if not (answer.headers["Content-Security-Policy"] and answer.headers["Cache-Control"]):
            raise RuntimeError(f"{path} came without the headers that no answer goes without: {answer.headers}")
        return answer.status, json.loads(answer.read() or b"{}")

    def run(self):
        try:
            while True:
                said = self.act(self)
                if said:
                    self.acknowledged.append(said)
        except (OSError, http.client.HTTPException, ValueError):
            pass  # the power cut


def programs(s):
    """A token of every practice person who may have one."""
    for name in s.people():
        try:
            yield token_of(make_token(s.as_(name), "putus"))
        except (AssertionError, KeyError):
            continue


def once(s, token, *request, **headers):
    return Worker(int(s.url.rsplit(":", 1)[1]), token, None).call(*request, **headers)[0]


def people_at_work(s, writing=4):
    """(tokens of some who may record a case, a token that opens protected values, whose they are)"""
    writers, opens = [], None
    for token in programs(s):
        if len(writers) < writing and once(s, token, "POST", "/api/v1/kasus", {"isian": {"judul": "Percobaan"}}) == 201:
            writers.append(token)
        for row in s.rows("SELECT uid FROM orang WHERE batal=0 ORDER BY uid LIMIT 40") if not opens else []:
            if once(s, token, "GET", f"/api/v1/orang/{row['uid']}", Sigap_Tujuan=PURPOSE) == 200 and \
                    s.rows("SELECT 1 FROM audit WHERE action='read' AND uid=? AND classes>0", row["uid"]):
                opens = token, row["uid"]
                break
    assert len(writers) >= 2 and opens, (len(writers), opens)
    return writers, *opens


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
        "write without audit": "SELECT COUNT(*) FROM tx t WHERE t.via='api' AND t.id NOT IN (SELECT a.tx FROM audit a WHERE a.tx>0)",
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
