"""A key under a passphrase: protecting it, and opening a sealed server at its door."""
from steps import wait_for

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
    def goes_on():
        try:
            return own.client().get("/masuk").status == 200
        except OSError:
            return False
    wait_for(goes_on, "the server did not go on after it was unsealed")
