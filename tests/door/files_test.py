"""Attached files: taken by the form, sealed on disk, given back to who may have them."""
import base64
import io
import sqlite3
import time
import zipfile
import zlib

import documents
import pictures
from sigap import *  # noqa: F401,F403
from steps import attach

CANARY = "KENARI-LAMPIRAN-7391"
PDF = f"%PDF-1.4\n% {CANARY}\n".encode() + bytes(range(256)) * 1500


def batam(s):
    return s.rows("SELECT uid FROM kasus WHERE judul LIKE 'Dua orang%'")[0]["uid"]


def test_goes_in_sealed_and_comes_back(s):
    c, uid = s.as_("penyidik"), batam(s)
    page = attach(c, uid, "foto bukti.pdf", PDF)
    assert page.status == 200 and "LMP-" in page, page.words[:400]
    row = s.rows("SELECT uid, mime, ukuran FROM lampiran ORDER BY id DESC LIMIT 1")[0]
    assert row["mime"] == "application/pdf" and row["ukuran"] == len(PDF)
    assert not s.bytes_on_disk(CANARY), "the bytes stand readable on disk"
    assert not s.bytes_on_disk("foto bukti"), "the name of the file stands readable on disk"
    url = f"/lampiran/{row['uid']}"
    assert c.get(f"{url}/berkas/isi").status == 404, "bytes without a purpose"
    opening = c.get(url).form("/buka")
    opening["guna"], opening["-alasan"] = [v for v in opening.options("guna") if v][0], "memeriksa bukti perkara"
    c.submit(opening)
    got = c.get(f"{url}/berkas/isi?asli=ya")
    assert got.status == 200 and got.body == PDF
    assert s.rows("SELECT count(*) n FROM audit WHERE action='read' AND uid=?", row["uid"])[0]["n"] > 0
    assert s.as_("statistik").get(f"{url}/berkas/isi").status in (403, 404)


def test_wrong_kind_is_told_at_the_field(s):
    page = attach(s.as_("penyidik"), batam(s), "jahat.exe", b"MZ\x90\x00" + b"\xff" * 200)
    assert "Jenis berkas ini tidak diterima" in page


def opened(c, s, name, data):
    """The address of the bytes of a new attachment, once its purpose was stated."""
    page = attach(c, batam(s), name, data)
    assert page.status == 200 and "LMP-" in page, page.words[:400]
    url = f"/lampiran/{s.rows('SELECT uid FROM lampiran ORDER BY id DESC LIMIT 1')[0]['uid']}"
    page = c.get(url)
    if b"/buka" in page.body:  # asked once for a case and log-in
        opening = page.form("/buka")
        opening["guna"], opening["-alasan"] = [v for v in opening.options("guna") if v][0], "memeriksa bukti perkara"
        c.submit(opening)
    return url + "/berkas/isi"


def test_a_picture_is_given_out_without_its_metadata(s):
    c = s.as_("penyidik")
    for name, make in (("a.jpg", pictures.jpeg), ("a.png", pictures.png), ("a.webp", pictures.webp)):
        original = make(True)
        assert pictures.PLACE in original
        url = opened(c, s, name, original)
        got = c.get(url)
        turned = pictures.segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0")
        bare = make(False)
        if name == "a.jpg":  # the way up is kept, in an Exif block of its own
            bare = bare[:20] + turned + bare[20:]
        assert got.status == 200 and got.body == bare, (name, got.body)
        page = c.get(url.removesuffix("/berkas/isi"))
        assert "tanpa tempat, waktu dan alat" in page and "Unduh berkas asli" in page
        assert c.get(url + "?asli=ya").body == original, "evidence is altered"
        uid = url.split("/")[2]
        assert s.rows("SELECT count(*) n FROM audit WHERE action='original' AND uid=?", uid)[0]["n"] == 1


def test_the_way_up_is_read_in_both_byte_orders_or_left_out(s):
    c = s.as_("penyidik")
    for order, held in (("<", 8), (">", 3), (">", 1), ("<", 77)):
        got = c.get(opened(c, s, "a.jpg", pictures.jpeg(True, held, order))).body
        assert (b"Exif" in got) == (1 < held <= 8) and pictures.PLACE not in got, (order, held)
        if 1 < held <= 8:
            assert got[got.index(b"Exif") + 24:][:2] == bytes([0, held])


def test_a_broken_picture_is_kept_and_not_passed_off_as_clean(s):
    c = s.as_("penyidik")
    for name, whole in (("a.jpg", pictures.jpeg(True)[:300]), ("a.png", pictures.png(True)[:120]), ("a.webp", pictures.webp(True)[:90])):
        url = opened(c, s, name, whole)
        page = c.get(url)
        assert page.status == 422 and "tidak dapat dibersihkan" in page, (name, page.status)
        assert c.get(url + "?asli=ya").body == whole


def test_a_document_is_given_out_without_who_made_it_and_when(s):
    import docx as python_docx
    import openpyxl

    c = s.as_("penyidik")
    for name, make in (("a.pdf", documents.pdf), ("a.docx", documents.docx), ("a.xlsx", documents.xlsx), ("a.odt", documents.odt)):
        original = make()
        assert len(documents.found(original)) > 4, (name, "the canary is not in it")
        url = opened(c, s, name, original)
        got = c.get(url)
        assert got.status == 200 and documents.found(got.body) == [], (name, got.status, documents.found(got.body))
        assert got.headers["Content-Disposition"].endswith(f'{name[1:]}"'), "nobody knows which program opens it"
        page = c.get(url.removesuffix("/berkas/isi"))
        assert "tanpa pembuat, tanggal, program" in page and "Unduh berkas asli" in page
        assert c.get(url + "?asli=ya").body == original, "evidence is altered"
        uid = url.split("/")[2]
        assert s.rows("SELECT count(*) n FROM audit WHERE action='original' AND uid=?", uid)[0]["n"] == 1
        assert c.get(url).body == got.body, "two copies of one file differ"
        if name == "a.pdf":
            text = zlib.decompressobj().decompress(got.body.split(b"/FlateDecode", 1)[1].split(b"stream\n", 1)[1])
            assert documents.PAGE.encode() in text and b"(isian_nama)" in got.body and b"(nilai isian)" in got.body, "content or a form is gone"
            assert pictures.jpeg(False)[:20] in got.body and b"(catatan)" in got.body
            drawn = [zlib.decompressobj().decompress(piece.split(b"stream\n", 1)[1]) for piece in got.body.split(b"/FlateDecode")[1:]]
            assert sum(one.count(b"ID " + pictures.jpeg(False)[:20]) for one in drawn) == 6, "a picture in a drawing is gone"
        elif name == "a.docx":
            document = python_docx.Document(io.BytesIO(got.body))
            assert document.paragraphs[0].text == documents.PAGE and document.core_properties.author == ""
            body = zipfile.ZipFile(io.BytesIO(got.body)).read("word/document.xml").decode()
            assert "disisipkan" in body and 'w:author="-"' in body, "the change itself is gone"
            rels = zipfile.ZipFile(io.BytesIO(got.body)).read("word/_rels/document.xml.rels")
            assert b"https://example.org/Thumbnails/" in rels, "an address elsewhere is no thumbnail"
        elif name == "a.xlsx":
            sheet = openpyxl.load_workbook(io.BytesIO(got.body)).active
            assert (sheet["A1"].value, sheet["A2"].value, sheet["A1"].comment.text) == (documents.PAGE, "=1+1", "catatan")
        else:
            parts = zipfile.ZipFile(io.BytesIO(got.body))
            first = parts.infolist()[0]
            assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED), "OpenDocument is told by it"
            assert f"{documents.PAGE} &amp; &lt;x&gt;".encode() in parts.read("content.xml")


def test_documents_in_documents_are_cleaned_to_a_depth(s):
    c, part = s.as_("penyidik"), "word/embeddings/a.docx"
    inner = documents.docx()
    once = documents.with_parts(inner, **{part: inner, "word/media/b.jpg": pictures.jpeg(True), "word/c.pdf": documents.pdf()})
    got = c.get(opened(c, s, "a.docx", once))
    assert got.status == 200 and documents.found(got.body) == []
    twice = documents.with_parts(inner, **{part: documents.with_parts(inner, **{part: documents.with_parts(inner, **{part: inner})})})
    assert c.get(opened(c, s, "a.docx", twice)).status == 422


def test_a_document_that_cannot_be_cleaned_is_kept_and_not_handed_out(s):
    c = s.as_("penyidik")
    plain, docx = documents.pdf(), documents.docx()
    lock = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>/Root 1 0 R"
    sealed = bytearray(docx)  # the mark that the first part is encrypted, in front of it and in the list
    sealed[6] |= 1
    sealed[sealed.rindex(b"PK\x01\x02", 0, sealed.index(b"PK\x01\x02") + 4) + 8] |= 1
    dtd = b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"
    cannot = {"terkunci dengan kata sandi": [plain.replace(b"/Root 1 0 R", lock), bytes(sealed)],
              "tidak dapat dibersihkan": [
                  PDF, plain[:40], documents.pdf(b"/JPXDecode"), documents.pdf(b"[/FlateDecode/DCTDecode]", zlib.compress(pictures.jpeg(True))),
                  documents.pdf(picture=pictures.jpeg(True)[:300]), documents.pdf(drawing=documents.drawn(data=pictures.jpeg(True)[:300])),
                  documents.pdf(drawing=documents.drawn(b"/F[/A85/DCT]", base64.a85encode(pictures.jpeg(True)) + b"~>")), docx[:2000],
                  documents.with_parts(docx, **{"word/vbaProject.bin": b"\xd0\xcf\x11\xe0" + b"\xff" * 90}),
                  documents.with_parts(docx, **{"word/media/b.gif": b"GIF89a\xff\xff"}), documents.with_parts(docx, **{"word/x.xml": dtd}),
                  documents.with_parts(docx, **{"word/x.xml": b"<a>" * 300 + b"</a>" * 300}),
                  documents.with_parts(docx, **{"word/x.xml": b"<a>" + b"b" * 9_000_000 + b"</a>"})]}
    for words, files in cannot.items():
        for n, whole in enumerate(files):
            url = opened(c, s, f"a{n}", whole)
            page = c.get(url)
            assert page.status == 422 and words in page and "jangan diteruskan" in page, (words, n, page.status, page.words[:300])
            assert documents.AUTHOR.encode() not in page.body
            assert c.get(url + "?asli=ya").body == whole


def test_text_is_its_own_copy(s):
    c = s.as_("penyidik")
    assert c.get(opened(c, s, "a.txt", "catatan é\n".encode())).body == "catatan é\n".encode()


def setting(s, **values):
    admin = s.as_("admin")
    form = admin.get("/setelan").form("/setelan", has="berkas_orang_mb")
    return admin.submit(form.fill(**values))


def test_one_person_keeps_so_much_and_no_more(own):
    c, uid = own.as_("penyidik"), batam(own)
    assert "0 sampai 10000000" in setting(own, berkas_orang_mb="banyak")
    setting(own, berkas_orang_mb="1")
    assert "LMP-" in attach(c, uid, "a.pdf", PDF)
    page = attach(c, uid, "b.pdf", PDF * 2)
    assert page.status == 422 and "boleh menyimpan 1 MB" in page and "administrator menaikkan" in page
    assert page.form("/lampiran/baru", has="kelas")["kelas"] == "kisah", "what was typed is gone"
    assert "LMP-" in attach(c, uid, "b.pdf", PDF), "what still fits is refused"
    setting(own, berkas_orang_mb="0", berkas_semua_mb="1")
    assert "semua bersama 1 MB" in attach(c, uid, "c.pdf", PDF)
    setting(own, berkas_semua_mb="2")
    assert "LMP-" in attach(c, uid, "c.pdf", PDF)


def test_bytes_without_a_record_go_after_a_day(own):
    attach(own.as_("penyidik"), batam(own), "a.pdf", PDF)
    own.cli("clock", "advance", 2)
    own.restart()
    nobody, young = "0193e5c8-0000-7000-8000-000000000000", 9 * 10**12
    db = sqlite3.connect(own.data / "berkas.db")
    with db:  # a save that failed after its bytes were stored, as when the power goes; one just now; one of an older program
        for uid in ("stray", "young", "old"):
            db.execute("INSERT INTO berkas SELECT ?, ord, n, blob FROM berkas WHERE length(uid) = 36", [uid])
        for uid, at in (("stray", "at"), ("young", young)):
            db.execute(f"INSERT INTO simpanan SELECT '{uid}', oleh, reg, '{nobody}', bytes, {at} FROM simpanan WHERE length(uid) = 36")
    db.close()
    admin = own.as_("admin")
    admin.submit(admin.get("/kesehatan").form("/kesehatan/periksa"))
    end = time.monotonic() + 200
    while (left := names(own, "simpanan")) != {"young", "old", "saved"} and time.monotonic() < end:
        time.sleep(0.2)
    assert left == {"young", "old", "saved"} == names(own, "berkas")


def names(s, table):
    with s.db("berkas.db") as db:
        return {uid if len(uid) < 36 else "saved" for uid, in db.execute(f"SELECT DISTINCT uid FROM {table}")}
