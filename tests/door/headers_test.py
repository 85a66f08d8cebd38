"""What every answer tells the browser: nothing from elsewhere, in no frame, kept nowhere."""
from program import Program

SELF = {"style-src", "script-src", "connect-src", "img-src", "form-action"}


def policy(page):
    """{directive: sources} of the content security policy."""
    return {words[0]: words[1:] for words in (part.split() for part in page.headers["Content-Security-Policy"].split(";")) if words}


def guarded(page, kept=False):
    rules = policy(page)
    assert rules.pop("default-src") == rules.pop("frame-ancestors") == rules.pop("base-uri") == ["'none'"], rules
    assert set(rules) == SELF and all(sources == ["'self'"] for sources in rules.values()), rules
    assert page.headers["X-Content-Type-Options"] == "nosniff" and page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cross-Origin-Opener-Policy"] == page.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == ("public, max-age=31536000, immutable" if kept else "no-store"), page.headers["Cache-Control"]


def test_every_kind_of_answer_is_guarded(s):
    stranger, clerk = s.client(), s.as_("sekretaris")
    style = clerk.get("/").html.split('rel="stylesheet" href="')[1].split('"')[0]
    for page, status in ((stranger.get("/masuk"), 200), (stranger.get("/tidak-ada"), 404), (clerk.get("/"), 200),
                         (clerk.get("/kasus"), 200), (clerk.get("/kasus/tidak-ada"), 404), (clerk.post("/kasus/baru", {}), 403),
                         (clerk.get("/kasus.csv"), 200), (clerk.get("/kasus.xlsx"), 200), (stranger.get("/api/v1"), 401),
                         (Program(s, "sekretaris")("GET", "/api/v1/kasus"), 200)):
        assert page.status == status, (page.path, page.status)
        guarded(page)
    guarded(stranger.get(style), kept=True)


def test_leaving_empties_the_browser(s):
    clerk = s.login("sekretaris")
    form = clerk.get("/").form("/keluar")
    page = clerk.submit(form, follow=False)
    assert page.headers["Clear-Site-Data"] == '"cache", "storage"', page.headers
    assert clerk.get("/kasus", follow=False).status == 303
