"""Rows pasted out of a spreadsheet take the same way as a file: preview first, every fault by its place."""
import steps

HEAD = ["Pelaksana", "Nama kegiatan", "Tanggal", "Kabupaten", "Jenis", "Topik", "Sasaran", "Jumlah"]


def choices(client, name):
    """Labels that the form of an activity offers for a field."""
    form = client.get("/kegiatan/baru").form("/kegiatan/baru", has="judul")
    return [label for value, label in form.options(name).items() if value]


def row(client, title, date="12/03/2026", **other):
    """One row in the order of HEAD."""
    form = client.get("/kegiatan/baru").form("/kegiatan/baru", has="judul")
    first = {name: next(label for value, label in form.options(name).items() if value) for name in ("jenis", "topik", "sasaran")}
    cells = {"Pelaksana": "Gugus Tugas", "Nama kegiatan": title, "Tanggal": date, "Kabupaten": "Kabupaten Belu",
             "Jenis": first["jenis"], "Topik": first["topik"], "Sasaran": first["sasaran"], "Jumlah": "40"}
    return [{**cells, **other}[h] for h in HEAD]


def paste(client, rows, profile="kegiatan_bidang"):
    form = client.get(f"/impor/{profile}").form(f"/impor/{profile}", has="tempel")
    form["tempel"] = "\r\n".join("\t".join(r) for r in rows) + "\r\n"
    return steps.settled(client, client.submit(form))


def institution(s):
    return s.rows("SELECT kode FROM institusi WHERE batal=0 ORDER BY id LIMIT 1")[0]["kode"]


def test_pasted_rows_are_previewed_and_written(s):
    c = s.as_("sekretaris")
    name = institution(s)
    rows = [HEAD] + [row(c, f"Uji tempel {n}", Pelaksana=name) for n in ("satu", "dua")]
    page = paste(c, rows)
    assert page.status == 200 and "2 baris dibaca, 0 baris bermasalah" in page.words, page.words[-420:]
    assert s.rows("SELECT 1 FROM kegiatan WHERE judul LIKE 'Uji tempel%'") == [], "written before it was accepted"
    page = steps.apply(c, page)
    assert len(s.rows("SELECT 1 FROM kegiatan WHERE judul LIKE 'Uji tempel%'")) == 2
    written = c.get(page.link(href_contains="/kegiatan/"))
    assert "Uji tempel" in written.words, "the run does not lead to what it wrote"
    assert "sudah" in paste(c, rows).url or "diterapkan" in paste(c, rows).words


def test_faults_of_pasted_rows_are_told_by_place(s):
    c = s.as_("sekretaris")
    name = institution(s)
    page = paste(c, [HEAD, row(c, "Uji salah", date="31/02/2026", Pelaksana=name), row(c, "Uji kurang", Pelaksana=name, Jenis="Tidak ada")])
    assert "2 baris dibaca, 2 baris bermasalah" in page.words, page.words[-420:]
    assert "baris 2, kolom C" in page.words and "baris 3, kolom E" in page.words
    assert "/terap" not in page.html
    assert s.rows("SELECT 1 FROM kegiatan WHERE judul IN ('Uji salah', 'Uji kurang')") == []


def test_a_missing_column_is_named(s):
    c = s.as_("sekretaris")
    page = paste(c, [HEAD[:4], row(c, "Uji kolom", Pelaksana=institution(s))[:4]])
    assert "Jenis" in page.words and "/terap" not in page.html
    page = c.submit(c.get("/impor/kegiatan_bidang").form("/impor/kegiatan_bidang", has="tempel"))
    assert "Pilih berkasnya" in page.words or "tempel" in page.words


def test_every_register_takes_pasted_rows(s):
    c = s.as_("sekretaris")
    assert "tempel" in c.get("/kasus/impor").form("/impor/kasus", has="tempel")
