"""A browser without a screen for door tests: requests, cookies, and forms as a person fills them.

A form knows its controls: setting one that is not there, or an option it does not offer, is an
error of the test, as it would be impossible for a person."""
import functools
import html
import html.parser
import http.client
import json
import re
import urllib.parse
import uuid

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
READ = {"form", "input", "button", "textarea", "select", "option", "a", "title", "script", "style"}
# What our pages are made of; a page with anything else is read by html.parser, which takes several times as long.
ATTRIBUTE = re.compile(r'\s+([^\s=/>"\'<]++)(?:="([^"]*+)")?')
PIECE = re.compile(r'([^<]*+)<(?:(script|style)\b[^>"]*+(?:"[^"]*+"[^>"]*+)*+>.*?</\2|/([a-zA-Z][a-zA-Z0-9]*+)|(?!script|style)([a-zA-Z][a-zA-Z0-9]*+)'
                   r'((?:\s++[^\s=/>"\'<]++(?:="[^"]*+")?+)*+)\s*+(/?)|!doctype html)>', re.S)


class Control:
    def __init__(self, name, kind, value, attrs):
        self.name, self.kind, self.value, self.attrs = name, kind, value, attrs
        self.options = []       # of a select: (value, label)
        self.chosen = []        # of a select: chosen values
        self.on = False         # of a check box or radio button
        self.file = None        # (file name, bytes, content type)

    def pairs(self):
        """What this control sends: list of (name, value)."""
        if "disabled" in self.attrs or not self.name or self.kind in ("submit", "button", "reset", "image"):
            return []
        if self.kind == "select":
            return [(self.name, v) for v in self.chosen]
        if self.kind in ("checkbox", "radio"):
            return [(self.name, self.value)] if self.on else []
        if self.kind == "file":
            return [(self.name, self.file or ("", b"", "application/octet-stream"))]
        return [(self.name, self.value)]


class Form:
    def __init__(self, page, attrs):
        self.page = page
        self.attrs = attrs
        self.action = page.leads_to(attrs.get("action") or page.url)
        self.method = (attrs.get("method") or "get").upper()
        self.multipart = attrs.get("enctype") == "multipart/form-data"
        self.controls = []
        self.text = ""

    def named(self, name):
        found = [c for c in self.controls if c.name == name]
        if not found:
            names = sorted({c.name for c in self.controls if c.name})
            raise KeyError(f"no control {name!r} in form {self.action}; there are {', '.join(names)}")
        return found

    def __contains__(self, name):
        return any(c.name == name for c in self.controls)

    def __getitem__(self, name):
        """Value sent now: text, list for several, None for nothing."""
        values = [v for c in self.named(name) for _, v in c.pairs()]
        several = len(values) > 1
        return values if several else values[0] if values else None

    def __setitem__(self, name, value):
        controls = self.named(name)
        values = [str(v) for v in value] if isinstance(value, (list, tuple, set)) else [str(value)]
        if controls[0].kind == "select":
            offered = [v for v, _ in controls[0].options]
            self._known(name, values, offered)
            controls[0].chosen = values
        elif controls[0].kind in ("checkbox", "radio"):
            if value in (None, "", False):
                values = []
            elif value is True:
                values = [controls[0].value]
            self._known(name, values, [c.value for c in controls])
            for c in controls:
                c.on = c.value in values
        else:
            if len(values) > len(controls):
                raise KeyError(f"{name!r} has {len(controls)} controls, not {len(values)}")
            for c, v in zip(controls, values):
                c.value = v

    def _known(self, name, values, offered):
        for v in values:
            if v not in offered:
                raise KeyError(f"{name!r} does not offer {v!r}; it offers {', '.join(offered)}")

    def options(self, name):
        """{value: label} of a select; values of check boxes and radio buttons with themselves."""
        controls = self.named(name)
        return dict(controls[0].options) if controls[0].kind == "select" else {c.value: c.value for c in controls}

    def fill(self, **values):
        for name, value in values.items():
            self[name] = value
        return self

    def file(self, name, filename, data, content_type="application/octet-stream"):
        self.named(name)[0].file = (filename, data, content_type)
        return self

    def force(self, name, value):
        """Sends what no person could: a hidden field changed or added, for tests of attacks."""
        self.controls = [c for c in self.controls if c.name != name] + [Control(name, "hidden", value, {})]
        return self

    def pairs(self, button=None):
        """What submitting sends. `button`: name, or (name, value), of the button pressed."""
        pairs = [p for c in self.controls for p in c.pairs()]
        if button is not None:
            want = button if isinstance(button, tuple) else (button, None)
            pressed = [c for c in self.controls if c.kind in ("submit", "image") and c.name == want[0]
                       and want[1] in (None, c.value)]
            if not pressed:
                raise KeyError(f"no button {button!r} in form {self.action}")
            pairs.append((pressed[0].name, pressed[0].value))
            override = pressed[0].attrs.get("formaction")
            if override:
                self.action = urllib.parse.urljoin(self.page.url, override)
        return pairs


class _Reader(html.parser.HTMLParser):
    """Fills a page's title, text, links and forms."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.page, self.form, self.area, self.select, self.option = page, None, None, None, None
        self.by_id, self.loose, self.words, self.skip, self.in_title, self.link = {}, [], [], 0, False, None

    def read(self, text):
        """Whether the page is made of what PIECE knows; else what was read so far is of no use."""
        at = 0
        while piece := PIECE.match(text, at):
            words, raw, ended, begun, attributes, alone = piece.groups()
            at = piece.end()
            if words:
                self.handle_data(html.unescape(words) if "&" in words else words)
            if begun:
                tag = begun.lower()
                if tag in READ:
                    self.handle_starttag(tag, [(k.lower(), html.unescape(v)) for k, v in ATTRIBUTE.findall(attributes)])
                if alone:
                    self.handle_endtag(tag)
            elif ended or raw:
                self.handle_endtag(ended.lower() if ended else "")
        if "<" in text[at:]:
            return False
        self.handle_data(html.unescape(text[at:]))
        return True

    def add(self, control):
        owner = control.attrs.get("form")
        if owner:
            self.loose.append((owner, control))
        elif self.form:
            self.form.controls.append(control)

    def handle_starttag(self, tag, attrs):
        a = {k: v if v is not None else "" for k, v in attrs}
        if tag == "form":
            assert not self.form, f"a form within a form on {self.page.url}: {a.get('action')} in {self.form.action}"
            self.form = Form(self.page, a)
            self.page.forms.append(self.form)
            if "id" in a:
                self.by_id[a["id"]] = self.form
        elif tag == "input":
            kind = a.get("type", "text").lower()
            c = Control(a.get("name"), kind, a.get("value", "on" if kind in ("checkbox", "radio") else ""), a)
            c.on = "checked" in a
            self.add(c)
        elif tag == "button":
            self.add(Control(a.get("name"), a.get("type", "submit").lower(), a.get("value", ""), a))
        elif tag == "textarea":
            self.area = Control(a.get("name"), "textarea", "", a)
            self.add(self.area)
        elif tag == "select":
            self.select = Control(a.get("name"), "select", "", a)
            self.add(self.select)
        elif tag == "option" and self.select is not None:
            self.end_option()  # its end tag may be left out
            self.option = [a.get("value"), "", "selected" in a]
        elif tag == "a" and "href" in a:
            self.link = [self.page.leads_to(a["href"]), ""]
        elif tag == "title":
            self.in_title = True
        elif tag in ("script", "style"):
            self.skip += 1

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "textarea" and self.area is not None:
            self.area.value = re.sub(r"^\r?\n", "", self.area.value)
            self.area = None
        elif tag == "option":
            self.end_option()
        elif tag == "select" and self.select is not None:
            self.end_option()
            s = self.select
            if not s.chosen and s.options and "multiple" not in s.attrs:
                s.chosen = [s.options[0][0]]
            self.select = None
        elif tag == "a" and self.link:
            self.page.links.append((self.link[0], " ".join(self.link[1].split())))
            self.link = None
        elif tag == "title":
            self.in_title = False
        elif tag in ("script", "style"):
            self.skip -= 1
        if tag not in VOID:
            self.words.append(" ")

    def end_option(self):
        if self.option and self.select is not None:
            value, label, chosen = self.option
            label = " ".join(label.split())
            value = label if value is None else value
            self.select.options.append((value, label))
            if chosen:
                self.select.chosen.append(value)
        self.option = None

    def handle_data(self, data):
        if self.skip:
            return
        if self.area is not None:
            self.area.value += data
            return
        if self.option:
            self.option[1] += data
        if self.link:
            self.link[1] += data
        if self.in_title:
            self.page.title += data
        else:
            self.words.append(data)
            if self.form:
                self.form.text += data

    def done(self):
        for owner, control in self.loose:
            if owner in self.by_id:
                self.by_id[owner].controls.append(control)
        self.page.words = " ".join("".join(self.words).split())


class Page:
    """One answer. `words` is the visible text in one line, `html` the source; `title`, `words`, `links` and
    `forms` are read when first asked for."""

    READ = ("title", "words", "links", "forms")

    def __init__(self, url, status, headers, body):
        self.url, self.status, self.headers, self.body = url, status, headers, body

    def __getattr__(self, name):
        if name not in Page.READ:
            raise AttributeError(name)
        self.clear()
        if "html" in (self.headers.get("Content-Type") or ""):
            reader = _Reader(self)
            if not reader.read(self.html):
                self.clear()
                reader = _Reader(self)
                reader.feed(self.html)
                reader.close()
            reader.done()
        return getattr(self, name)

    def clear(self):
        self.title, self.words, self.links, self.forms = "", "", [], []

    @property
    def html(self):
        return self.body.decode("utf-8")

    @property
    def path(self):
        return urllib.parse.urlsplit(self.url).path

    def leads_to(self, address):
        """What an address on this page means; most stand on every page."""
        return joined(self.origin, address) if address[:1] == "/" else urllib.parse.urljoin(self.url, address)

    @functools.cached_property
    def origin(self):
        return urllib.parse.urljoin(self.url, "/")

    def json(self):
        return json.loads(self.body)

    def __contains__(self, text):
        return text in (self.words or self.html)

    def form(self, action_contains="", has=None, method=None):
        """The one form whose action contains the text and that has the control `has`."""
        found = [f for f in self.forms if action_contains in f.action and (has is None or has in f)
                 and (method is None or f.method == method.upper())]
        if not found:
            seen = "; ".join(f"{f.method} {f.action}" for f in self.forms) or "no form"
            raise KeyError(f"no form for {action_contains!r} with {has!r} on {self.url} ({self.status}): {seen}")
        return found[0]

    def link(self, text="", href_contains=""):
        """Address of the first link with this text."""
        for href, label in self.links:
            if text in label and href_contains in href:
                return href
        raise KeyError(f"no link {text!r} {href_contains!r} on {self.url}: {[label for _, label in self.links]}")


joined = functools.lru_cache(20000)(urllib.parse.urljoin)


def encode_multipart(pairs):
    edge = uuid.uuid4().hex
    out = []
    for name, value in pairs:
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"'
        if isinstance(value, tuple):
            head += f'; filename="{value[0]}"\r\nContent-Type: {value[2]}'
            out.append(head.encode() + b"\r\n\r\n" + value[1] + b"\r\n")
        else:
            out.append(f"{head}\r\n\r\n{value}\r\n".encode())
    out.append(f"--{edge}--\r\n".encode())
    return b"".join(out), f"multipart/form-data; boundary={edge}"


def parse_headers(stream, _class=http.client.HTTPMessage):
    """In place of http.client's, which reads headers as those of a letter, by far the longest part of a short request."""
    head = _class()
    while (line := stream.readline(65537).decode("latin-1").rstrip("\r\n")):
        name, colon, value = line.partition(":")
        if not colon or name != name.strip():
            raise http.client.HTTPException(f"no header: {line!r}")
        head.set_raw(name, value.strip())
    return head


http.client.parse_headers = parse_headers


class Client:
    """One person's browser: cookies, no cache. Follows redirections like a browser does."""

    def __init__(self, base, timeout=200):
        self.base, self.timeout, self.cookies = base.rstrip("/"), timeout, {}
        self.netloc = urllib.parse.urlsplit(self.base).netloc
        self.trust = None  # an ssl.SSLContext, where the address is https
        self.stays, self.connection = False, None  # `stays`: goes on over one connection, for those who ask much

    def request(self, method, path, body=None, headers=None, follow=True):
        url = urllib.parse.urljoin(self.base + "/", path)
        for _ in range(10):
            page = self._once(method, url, body, headers)
            where = page.headers.get("Location")
            if not follow or page.status not in (301, 302, 303, 307, 308) or not where:
                return page
            url = urllib.parse.urljoin(url, where)
            if page.status in (301, 302, 303):
                method, body, headers = "GET", None, None
        raise AssertionError(f"too many redirections at {url}")

    def _once(self, method, url, body, headers):
        parts = urllib.parse.urlsplit(url)
        assert parts.netloc == self.netloc, f"{url} leads away from {self.base}"
        send = {"Accept": "text/html,application/json;q=0.9,*/*;q=0.8"}
        if self.cookies:
            send["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if method != "GET":
            send["Origin"] = self.base
        send.update(headers or {})
        send = {k: v for k, v in send.items() if v is not None}
        target = urllib.parse.quote(parts.path or "/", safe="/%:@!$&'()*+,;=~") + ("?" + parts.query if parts.query else "")
        answer, page_body = self._ask(parts.scheme, method, target, body, send)
        for line in answer.headers.get_all("Set-Cookie") or []:
            self._cookie(line)
        return Page(url, answer.status, answer.headers, page_body)

    def _ask(self, scheme, method, target, body, send):
        """(answer, its body); over the connection that was kept, if the server still has it."""
        kept, self.connection = self.connection, None
        connection = kept or (http.client.HTTPSConnection(self.netloc, timeout=self.timeout, context=self.trust)
                              if scheme == "https" else http.client.HTTPConnection(self.netloc, timeout=self.timeout))
        try:
            connection.request(method, target, body, send)
            answer = connection.getresponse()
            answer_body = answer.read()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            connection.close()
            if not kept:
                raise
            return self._ask(scheme, method, target, body, send)
        except BaseException:
            connection.close()
            raise
        if self.stays and not answer.will_close:
            self.connection = connection
        else:
            connection.close()
        return answer, answer_body

    def _cookie(self, line):
        first, *rest = [p.strip() for p in line.split(";")]
        name, _, value = first.partition("=")
        if any(re.fullmatch(r"max-age=(0|-\d+)", p, re.I) for p in rest) or not value:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

    def get(self, path, query=None, follow=True, headers=None):
        if query:
            path += ("&" if "?" in path else "?") + urllib.parse.urlencode(query, doseq=True)
        return self.request("GET", path, None, headers, follow)

    def post(self, path, pairs=(), follow=True, headers=None):
        """A bare POST without a form, for tests of attacks. `pairs`: dict, or list of pairs."""
        pairs = list(pairs.items()) if isinstance(pairs, dict) else list(pairs)
        body = urllib.parse.urlencode(pairs).encode()
        head = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return self.request("POST", path, body, head, follow)

    def submit(self, form, button=None, follow=True):
        pairs = form.pairs(button)
        if form.method == "GET":
            return self.get(form.action.split("?")[0], pairs, follow)
        if form.multipart:
            body, kind = encode_multipart(pairs)
        else:
            body = urllib.parse.urlencode([(k, v[0] if isinstance(v, tuple) else v) for k, v in pairs]).encode()
            kind = "application/x-www-form-urlencoded"
        return self.request("POST", form.action, body, {"Content-Type": kind}, follow)
