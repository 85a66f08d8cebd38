"""What the server does by its own clock: making it look, waiting for what it did."""
import sqlite3
import time

WAIT_SECONDS = 200


def settings(server, **values):
    """Saving the settings makes the server look at once what is due."""
    admin = server.as_("admin")
    form = admin.get("/setelan").form("/setelan", has="cadangan_menit")
    form.fill(**values)
    return admin.submit(form)


def until(server, sql, *values):
    """The rows of a question, once there are any."""
    end = time.monotonic() + WAIT_SECONDS
    while not (rows := server.rows(sql, *values)):
        assert time.monotonic() < end, f"nothing after {WAIT_SECONDS} s: {sql}"
        time.sleep(0.1)
    return rows


def change(server, sql, *values):
    """Writes behind the back of a server that stands still."""
    with sqlite3.connect(server.data / "sigap.db", timeout=60) as db:
        db.execute(sql, values)
    db.close()
