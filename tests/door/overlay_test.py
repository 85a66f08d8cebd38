"""A district lays its own files over the shipped ones: its fields and its code stand in form, list, import template and
export, a narrowed right hides what it names, and a file that goes too far keeps the program from starting."""
import shutil

import sigap
import steps

EXAMPLE = sigap.ROOT / "examples/overlay-kupang"


def overlaid(own):
    """The server, started again with the example over its domain."""
    if not (own.data / "domain").exists():
        own.stop()
        shutil.copytree(EXAMPLE, own.data / "domain")
        own.start()
    return own


def test_fields_and_code_of_a_district(own):
    s = overlaid(own)
    assert "sah" in s.cli("check-domain").stdout
    c = s.as_("ppt")
    form = c.get("/kasus/baru").form("/kasus/baru")
    assert {"x_pos_awal", "x_jumlah_kk", "x_modus_lokal"} <= {x.name for x in form.controls}
    assert "platform" not in form, "a hidden field is offered"
    assert "x_arisan" in form.options("x_modus_lokal") and "Nomor buku besar" in c.get("/kasus/baru").words
    form.fill(judul="Perekrutan lewat arisan", dibuka="2026-10-01", x_pos_awal="Pos Oesapa", x_jumlah_kk="7", x_modus_lokal="x_arisan")
    page = c.submit(form)
    assert page.status == 200, page.words[-600:]
    shown = steps.fields(steps.open_file(c, page.path))
    assert shown["Pos pelapor pertama"] == "Pos Oesapa" and shown["Modus menurut daerah"] == "Arisan fiktif", shown
    listed = c.get("/kasus?q=Oesapa").words
    assert "Perekrutan lewat arisan" in listed and "Pos Oesapa" in listed and "Arisan fiktif" in listed
    template = sigap.read_xlsx(c.get("/impor/kasus/contoh.xlsx").body)
    heads = {str(cell).rstrip(" *") for rows in template.values() for cell in rows[0]}
    assert {"Pos pelapor pertama", "Keluarga terdampak", "Modus menurut daerah"} <= heads, heads
    book = c.get("/kasus.csv?q=Oesapa").body.decode("utf-8-sig")
    assert "Pos pelapor pertama" in book and "Pos Oesapa" in book and "Arisan fiktif" in book, book[:500]
    assert s.rows("SELECT x_jumlah_kk FROM kasus WHERE x_pos_awal='Pos Oesapa'")[0][0] == 7


def test_what_goes_too_far_is_told_with_its_place(own):
    s = overlaid(own)
    place = s.data / "domain/registers/korban.yaml"
    place.write_text("overlay: korban\nstats: {unit: orang}\nfields:\n  - {name: kisah, class: kontak}\n")
    try:
        for lang, word in (("id", "tidak boleh diubah daerah"), ("en", "A district may not change")):
            said = s.cli("check-domain", "--lang", lang, status=None)
            assert said.returncode != 0
            assert f"{place}:2:1: " in said.stderr and f"{place}:4:19: " in said.stderr and word in said.stderr, said.stderr
    finally:
        place.unlink()
