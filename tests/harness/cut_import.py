"""A large book whose applying is cut by a power failure."""
import time

import steps

ROWS = 900


def book(tag):
    lines = ["Nomor register,Nama,JK,Umur,Tanggal datang"]
    lines += [f"{tag}/{i},Orang Putus {tag} {i},{'P' if i % 3 else 'L'},{18 + i % 30},2026-10-01" for i in range(ROWS)]
    return "\n".join(lines).encode()


def written(s, tag):
    """(live cases of the book, live victims under them, distinct persons of those)."""
    row = s.rows("SELECT count(DISTINCT k.id), count(v.id), count(DISTINCT v.orang) FROM kasus k LEFT JOIN korban v"
                 " ON v.induk=k.id AND v.induk_reg='kasus' AND v.batal=0 WHERE k.nomor_instansi LIKE ? AND k.batal=0", tag + "/%")[0]
    return tuple(row)


def half_way(s, act, tag, reached):
    """Starts the act and cuts the power once `reached` says so."""
    act()
    end = time.monotonic() + 200
    while not reached(written(s, tag)[0]):
        assert time.monotonic() < end, "the import never got that far"
        time.sleep(0.005)
    s.kill9()
    s.start()


def cut_while_applying(s, tag, after=0):
    """A checked book whose applying was cut after so many cases; gives the address of its run."""
    c = s.as_("ppt")
    preview = steps.upload(c, "dinsos_korban", "putus.csv", book(tag))
    half_way(s, lambda: c.submit(preview.form("/terap")), tag, lambda n: n > after)
    assert after < written(s, tag)[0] < ROWS, "cut too late to say anything"
    return preview.path
