"""A large book goes in while others work; a power cut in the middle loses and doubles nothing."""
import steps
from cut_import import ROWS, book, cut_while_applying, half_way, written


def test_a_cut_import_goes_on_where_it_stood(own):
    run = cut_while_applying(own, "PA")
    c = own.login("ppt")
    page = c.get(run)
    assert "terhenti sebelum selesai" in page.words and "Belum selesai dimasukkan" in c.get("/impor").words
    done = steps.settled(c, c.submit(page.form("/terap")))
    assert "Impor sudah diterapkan" in done.words, f"{done.status} {done.path}: {done.words[-600:]}"
    assert written(own, "PA") == (ROWS, ROWS, ROWS)
    assert not list((own.data / "impor").iterdir()), "the sealed file is still there"
    assert "0 baru" in steps.upload(c, "dinsos_korban", "lagi.csv", book("PA") + b"\n").words
    own.cli("audit verify")
    own.cli("scrub")


def test_what_a_cut_import_wrote_can_be_taken_back(own):
    run = cut_while_applying(own, "PB", ROWS // 2)
    c = own.login("ppt")
    went_in = written(own, "PB")[0]
    half_way(own, lambda: c.submit(c.get(run).form("/urung")), "PB", lambda n: n < went_in)
    c = own.login("ppt")
    page = c.get(run)
    gone = steps.settled(c, c.submit(page.form("/urung")))
    assert "Impor sudah diurungkan" in gone.words and "tidak diurungkan" not in gone.words
    assert written(own, "PB") == (0, 0, 0)
    assert own.rows("SELECT count(*) FROM kasus WHERE nomor_instansi LIKE 'PB/%' AND batal=0")[0][0] == 0


def test_others_save_while_a_book_goes_in(own):
    c, other = own.as_("ppt"), own.as_("peksos")
    preview = steps.upload(c, "dinsos_korban", "ramai.csv", book("PC"))
    c.submit(preview.form("/terap"))
    seen = set()
    while written(own, "PC")[0] < ROWS:
        form = other.get("/kasus/baru").form("/kasus/baru")
        form.fill(judul=f"Sementara impor {len(seen)}")
        page = other.submit(form)
        assert page.status == 200, page.words[:300]
        seen.add(0 < written(own, "PC")[0] < ROWS)
    assert True in seen, "nobody saved between two portions"
