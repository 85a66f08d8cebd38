"""TLS spoken by the server itself, and behind a proxy that speaks it: what a browser is told, what is refused,
a certificate renewed while people work."""
import http.client
import re
import signal
import socket
import ssl
import subprocess
import time
import urllib.parse

import steps
from sealing import wait_for_login

SENTENCE = "tujuh perahu kayu menyeberang pelan"


def make_certificate(home, name="sertifikat"):
    """A certificate for 127.0.0.1 signed by itself, with its key in another file."""
    cert, key = home / f"{name}.pem", home / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", cert, "-days", "2", "-subj", f"/CN={name}",
                    "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return cert, key


def trusting(cert, **limits):
    context = ssl.create_default_context(cafile=str(cert))
    for name, value in limits.items():
        setattr(context, name, value)
    return context


def serve(own, tmp, *args):
    """The server again, with TLS."""
    cert, key = make_certificate(tmp)
    own.stop()
    own.start("--tls", str(cert), "--tls-key", str(key), *args)
    assert own.url.startswith("https://"), own.url
    own.trust = trusting(cert)
    return cert, key


def port_of(own):
    return urllib.parse.urlsplit(own.url).port


def shown(own):
    """The certificate that the server shows, in PEM; whoever shakes hands in the moment of the change is
    cut off and comes again, as a browser does."""
    for _ in range(300):
        try:
            return ssl.get_server_certificate(("127.0.0.1", port_of(own)))
        except OSError:
            time.sleep(0.2)
    raise AssertionError("nobody answers any more")


def same(pem, path):
    return ssl.PEM_cert_to_DER_cert(pem) == ssl.PEM_cert_to_DER_cert(path.read_text())


def cookies_of(page):
    return page.headers.get_all("Set-Cookie") or []


def log_in(client, own, headers=None):
    """The answer to a right log-in, not followed."""
    form = client.get("/masuk", headers=headers).form("/masuk", has="sandi")
    pairs = form.fill(masuk="ppt", sandi=own.people()["ppt"][0]).pairs()
    return client.post("/masuk", pairs, follow=False, headers=headers)


def test_a_browser_is_kept_to_tls(own, tmp):
    serve(own, tmp)
    c = own.client()
    page = log_in(c, own)
    assert page.status == 303
    assert [x for x in cookies_of(page) if re.fullmatch(
        r"__Host-sigap=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Strict; Secure", x)], cookies_of(page)
    assert re.match(r"max-age=(\d+)", page.headers["Strict-Transport-Security"]) and "includeSubDomains" in page.headers[
        "Strict-Transport-Security"]
    assert int(re.match(r"max-age=(\d+)", page.headers["Strict-Transport-Security"])[1]) >= 31536000
    assert c.get("/kasus").status == 200
    for path in ("/masuk", "/aset/sigap.css", "/tidak/ada"):
        assert "Strict-Transport-Security" in own.client().get(path, follow=False).headers, path
    stolen = own.client()  # a cookie without the prefix may have been planted from elsewhere
    stolen.cookies = {"sigap": c.cookies["__Host-sigap"]}
    assert stolen.get("/kasus").path == "/masuk"
    form = c.get("/kasus").form("/keluar")
    elsewhere = {"Origin": own.url.replace("https", "http")}
    assert c.post(form.action, form.pairs(), headers=elsewhere).status == 403, "a page without TLS may not post here"


def test_old_protocols_and_plain_http_are_refused(own, tmp):
    with socket.socket() as s:  # a port that is free now
        s.bind(("127.0.0.1", 0))
        plain = s.getsockname()[1]
    cert, _ = serve(own, tmp, "--redirect", str(plain))
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        c = own.client()
        c.trust = trusting(cert, minimum_version=version, maximum_version=version)
        assert c.get("/masuk").status == 200, version
    weak = trusting(cert, minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1_1)
    weak.set_ciphers("ALL:@SECLEVEL=0")
    cbc = trusting(cert, maximum_version=ssl.TLSVersion.TLSv1_2)
    cbc.set_ciphers("ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384:@SECLEVEL=0")
    for context in (weak, cbc):
        c = own.client()
        c.trust = context
        try:
            assert not c.get("/masuk")
        except ssl.SSLError as refused:
            # The server said no or hung up; it was not our own library that did not want to ask.
            assert "ALERT" in str(refused).upper() or "EOF" in str(refused), refused
    with socket.create_connection(("127.0.0.1", port_of(own)), 200) as s:
        s.sendall(b"GET /masuk HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"HTTP/" not in s.recv(4096), "no page goes out in clear"
    connection = http.client.HTTPConnection("127.0.0.1", plain, timeout=200)
    connection.request("GET", "/orang?cari=rahasia", headers={"Host": f"sigap.example:{plain}"})
    answer = connection.getresponse()
    assert answer.status == 308 and answer.headers["Location"] == f"https://sigap.example:{port_of(own)}/"
    assert answer.read() == b""
    connection.request("POST", "/masuk", b"masuk=a&sandi=b", {"Host": "a.example/b"})
    assert connection.getresponse().status == 400, "a host that is none"


def test_a_certificate_is_renewed_while_people_work(own, tmp):
    cert, key = serve(own, tmp)
    c = own.login("ppt")
    assert same(shown(own), cert)
    fresh, fresh_key = make_certificate(tmp, "baru")
    old = cert.read_text(), key.read_text()
    key.write_text(fresh_key.read_text())  # the pair does not fit yet
    own.process.send_signal(signal.SIGHUP)
    steps.wait_for(lambda: "certificate not taken" in own.log.read_text(), "the refusal is logged")
    assert ssl.PEM_cert_to_DER_cert(shown(own)) == ssl.PEM_cert_to_DER_cert(old[0]) and c.get("/kasus").status == 200
    cert.write_text(fresh.read_text())
    own.process.send_signal(signal.SIGHUP)
    steps.wait_for(lambda: same(shown(own), fresh), "the new certificate is shown")
    c.trust = own.trust = trusting(fresh)
    assert c.get("/kasus").status == 200, "the session goes on"


def test_addresses_beyond_this_machine_want_tls(own, tmp):
    cert, key = make_certificate(tmp)
    _, other = make_certificate(tmp, "lain")
    own.stop()
    said = own.cli("serve", "--port", "0", "--listen", "0.0.0.0", status=2).stdout
    assert "0.0.0.0" in said and "--tls" in said
    said = own.cli("serve", "--port", "0", "--listen", "kantor", "--tls", cert, "--tls-key", key, status=2).stdout
    assert "kantor" in said
    said = own.cli("serve", "--port", "0", "--tls", cert, "--tls-key", other, status=3).stdout
    assert str(cert) in said and str(other) in said
    assert str(tmp / "tiada.pem") in own.cli("serve", "--port", "0", "--tls", tmp / "tiada.pem", status=5).stdout
    both = tmp / "berdua.pem"
    both.write_text(cert.read_text() + key.read_text())
    own.start("--listen", "0.0.0.0", "--tls", str(both))
    own.trust = trusting(cert)
    assert "0.0.0.0" in own.log.read_text() and own.client().get("/masuk").status == 200
    # Nobody stands between: what a request says of its own address counts for nothing.
    answers = [own.client().post("/masuk", {"masuk": "tiada", "sandi": "x"}, headers={"X-Forwarded-For": f"10.0.0.{n}"}).status
               for n in range(16)]
    assert 429 in answers, answers
    assert "Jalur ke peramban" not in re.sub("Baik: [^\n]*", "", own.cli("security").stdout)


def test_the_sealed_door_speaks_tls(own, tmp):
    own.stop()
    own.cli("key protect", stdin=f"{SENTENCE}\n{SENTENCE}\n")
    own.start()
    serve(own, tmp)
    door = own.client()
    page = door.get("/")
    assert page.status == 503 and "Strict-Transport-Security" in page.headers
    form = page.form("/segel")
    form["sandi"] = SENTENCE
    assert door.submit(form).status == 200

    wait_for_login(own)


def test_behind_a_proxy_that_speaks_tls(own):
    https = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7", "Origin": own.url.replace("http", "https")}
    page = log_in(own.client(), own, https)
    assert [x for x in cookies_of(page) if x.startswith("__Host-sigap=") and x.endswith("; Secure")]
    assert "Strict-Transport-Security" in page.headers
    page = log_in(own.client(), own)
    assert [x for x in cookies_of(page) if x.startswith("sigap=") and "Secure" not in x]
    assert "Strict-Transport-Security" not in page.headers, "nobody is sent to TLS that is not there"
