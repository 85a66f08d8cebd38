"""A program that uses the API with a token."""
import json
import time

from steps import make_token, token_of


class Program:
    """A program with a token; a token a log-in, since making one asks for a page."""

    def __init__(self, s, login, days=30):
        self.client = s.client()
        self.token = token_of(make_token(s.as_(login), days=days))

    def __call__(self, method, path, body=None, **headers):
        send = {"Authorization": f"Bearer {self.token}", "Origin": None}
        if body is not None:
            send["Content-Type"] = "application/json"
            body = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        send.update({k.replace("_", "-"): v for k, v in headers.items()})
        while True:
            page = self.client.request(method, path, body, send, follow=False)
            if page.status != 429:
                return page
            time.sleep(int(page.headers.get("Retry-After", "1")))
