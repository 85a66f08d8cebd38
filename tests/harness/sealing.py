"""A key under a passphrase: protecting it, and opening a sealed server at its door."""
import time

SENTENCE = "tujuh perahu kayu menyeberang pelan"


def protect(own, sentence=SENTENCE):
    return own.cli("key protect", stdin=f"{sentence}\n{sentence}\n")


def opened(own, sentence):
    door = own.client()
    page = door.get("/")
    assert page.status == 503 and "tersegel" in page.words and "passphrase" in page.html
    form = page.form("/segel")
    form["sandi"] = sentence
    return door.submit(form)


def wait_for_login(own):
    for _ in range(600):
        try:
            if own.client().get("/masuk").status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server did not go on after it was unsealed")
