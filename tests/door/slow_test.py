"""Slow clients: many addresses together hold more connections than the server takes, and others are still answered
before the first of those could have reached its deadline. bench/slow_clients times the same."""
import http.client
import resource
import socket
import time

HELD, ADDRESSES = 2400, 60  # of 2,000 connections, 64 an address
SOONER = 9  # seconds: a request that has not arrived is ended after ten


def hold(port, n):
    s = socket.socket()
    s.settimeout(60)
    s.bind((f"127.0.1.{n % ADDRESSES + 1}", 0))
    s.connect(("127.0.0.1", port))
    s.send(b"GET /masuk HTTP/1.1\r\nHost: 127.0.0.1\r\nX-a: ")
    return s


def open_still(held):
    """Those the server has not ended."""
    left = 0
    for s in held:
        s.setblocking(False)
        try:
            left += s.recv(1) != b""
        except BlockingIOError:
            left += 1
        except OSError:
            pass
    return left


def test_a_hundred_addresses_cannot_keep_others_out(own):
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert most == -1 or most > HELD + 200, f"a test that needs {HELD} connections has room for {most}"
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    port = int(own.url.rsplit(":", 1)[1])
    began = time.monotonic()
    held = [hold(port, n) for n in range(HELD)]
    try:
        page = http.client.HTTPConnection("127.0.0.1", port, timeout=SOONER, source_address=("127.0.0.2", 0))
        page.request("GET", "/masuk")
        assert page.getresponse().status == 200
        left, took = open_still(held), time.monotonic() - began
        assert left < 2000 and (left > 1000 or took > SOONER), f"the others were not held at all, or all of them: {left} after {took:.0f} s"
    finally:
        for s in held:
            s.close()
    assert own.client().get("/masuk").status == 200
