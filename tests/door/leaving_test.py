"""Senders who leave before they are answered: a line that drops, a tab that is closed."""
import socket
import time
import urllib.parse


def leave(s, request, n):
    """Sends a whole request, waits n thousandths of a second, and closes the line."""
    with socket.create_connection(("127.0.0.1", urllib.parse.urlsplit(s.url).port)) as line:
        line.sendall(request)
        time.sleep(n / 1000)


def test_a_server_left_by_many_still_shuts_down(own):
    cookie = "; ".join(f"{k}={v}" for k, v in own.as_("sekretaris").cookies.items())
    for n in range(60):
        leave(own, f"GET /korban?-x={n} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode(), n % 8)
    assert own.as_("sekretaris").get("/korban").status == 200
    own.restart()
    assert own.login("sekretaris").get("/").status == 200
