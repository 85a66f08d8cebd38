"""Senders who leave before they are answered: a line that drops, a tab that is closed."""
import socket
import struct
import urllib.parse


def leave(s, request):
    """Sends a whole request and cuts the line without waiting."""
    with socket.create_connection(("127.0.0.1", urllib.parse.urlsplit(s.url).port)) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.sendall(request)


def test_a_server_left_by_many_still_shuts_down(own):
    cookie = "; ".join(f"{k}={v}" for k, v in own.as_("sekretaris").cookies.items())
    for n in range(60):
        leave(own, f"GET /korban?n=50&-x={n} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
    assert own.as_("sekretaris").get("/korban").status == 200
    own.restart()
    assert own.login("sekretaris").get("/").status == 200
