"""Small documents as programs make them, with who made them, when and with what: the canary stands in each place."""
import base64
import datetime
import io
import re
import zipfile
import zlib

import pictures

AUTHOR, DAY = "KENARI-PEMBUAT-DOKUMEN", datetime.datetime(1987, 6, 5, 4, 3, 2)
FINGERPRINTS = (AUTHOR.encode(), AUTHOR.encode("utf-16-le"), AUTHOR.encode("utf-16-be"), AUTHOR.encode().hex().encode(),
                AUTHOR.encode().hex().upper().encode(), b"1987-06-05", b"19870605", pictures.PLACE)
PAGE = "halaman yang tetap"
XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><dc:creator>{AUTHOR}</dc:creator></x:xmpmeta>".encode()


def found(data):
    """Where a fingerprint of the author or day stands: in the bytes, what they inflate to, and the parts of an archive."""
    hits = [f"{mark!r} in bytes" for mark in FINGERPRINTS if mark in data]
    for m in re.finditer(rb"stream\r?\n", data):
        try:
            inflated = zlib.decompressobj().decompress(data[m.end():])
        except zlib.error:
            continue
        hits += [f"{mark!r} in stream" for mark in FINGERPRINTS if mark in inflated]
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            hits += [f"{entry.filename}: {entry.date_time}" for entry in z.infolist() if entry.date_time != (1980, 1, 1, 0, 0, 0)]
            hits += [f"{entry.filename}: {hit}" for entry in z.infolist() for hit in found(z.read(entry))]
    return hits


class Pdf:
    """A PDF written by hand, so that each place is where we say; `revise` appends a revision as editors do."""

    def __init__(self):
        self.out, self.at = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", {}
        self.before = None

    def put(self, n, body, stream=None, **more):
        self.at[n] = len(self.out)
        if stream is not None:
            body = body[:-2] + b"/Length %d>>\nstream\n" % len(stream) + stream + b"\nendstream"
        self.out += b"%d 0 obj\n" % n + body + b"\nendobj\n"

    def end(self, trailer):
        start = len(self.out)
        self.out += b"xref\n"
        for n, at in sorted(self.at.items()):
            self.out += b"%d 1\n%010d 00000 n \n" % (n, at)
        if self.before is None:
            self.out += b"0 1\n0000000000 65535 f \n"
        else:
            trailer += b"/Prev %d" % self.before
        self.out += b"trailer\n<<" + trailer + b">>\nstartxref\n%d\n%%%%EOF\n" % start
        self.before, self.at = start, {}


def drawn(entries=b"/F/DCT", data=None, end=b"\nEI"):
    """A picture in the middle of a drawing."""
    return b"\nq 9 0 0 9 0 0 cm BI /W 16/H 8/CS/G/BPC 8" + entries + b" ID " + (pictures.jpeg(True) if data is None else data) + end + b" Q\n"


def pdf(filters=b"/DCTDecode", picture=None, drawing=None):
    """A page with text and a photograph, with others in the drawing of the page, of a form, a pattern, a glyph and a comment; information, XMP at three objects, private data, a comment, a form field that
    keeps its name, an attached file, a signature; then a revision that takes back an older text."""
    who, day = AUTHOR.encode(), b"D:19870605040302+08'00'"
    p = Pdf()
    p.put(1, b"<</Type/Catalog/Pages 2 0 R/Metadata 7 0 R/PieceInfo<</App<</LastModified(" + day + b")/Private(" + who + b")>>>>"
          b"/Names<</EmbeddedFiles<</Names[(" + who + b")9 0 R]>>>>/AcroForm<</Fields[12 0 R 11 0 R]>>>>")
    p.put(2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>")
    p.put(3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/LastModified(" + day + b")/Contents[4 0 R 18 0 R]/Annots[8 0 R 12 0 R 11 0 R]"
          b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>/T<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]"
          b"/CharProcs<</a 16 0 R>>/Encoding<</Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[9]>>>>/XObject<</P 5 0 R/O 14 0 R>>"
          b"/Pattern<</L 15 0 R>>/Properties<</A<</Metadata 7 0 R>>>>>>>>")
    p.put(4, b"<<>>", b"BT /F 9 Tf 5 50 Td (%old " + who + b") Tj ET")
    p.put(5, b"<</Type/XObject/Subtype/Image/Width 16/Height 8/ColorSpace/DeviceGray/BitsPerComponent 8/Metadata 7 0 R/Filter " + filters + b">>",
          pictures.jpeg(True) if picture is None else picture)
    p.put(6, b"<</Author(" + who + b")/Creator<" + AUTHOR.encode("utf-16-be").hex().encode() + b">/CreationDate(" + day + b")/X(" + who + b")>>")
    p.put(7, b"<</Type/Metadata/Subtype/XML/Filter/FlateDecode>>", zlib.compress(XMP))
    p.put(8, b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(catatan)/T(" + who + b")/M(" + day + b")/CreationDate(" + day + b")/NM(" + who + b")/AP<</N 17 0 R>>>>")
    p.put(9, b"<</Type/Filespec/F(surat.txt)/EF<</F 10 0 R>>>>")
    p.put(10, b"<</Type/EmbeddedFile/Params<</ModDate(" + day + b")>>>>", who)
    p.put(11, b"<</Type/Annot/Subtype/Widget/FT/Sig/T(tanda)/Rect[0 0 0 0]/V 13 0 R>>")
    p.put(12, b"<</Type/Annot/Subtype/Widget/FT/Tx/T(isian_nama)/Rect[0 0 9 9]/V(nilai isian)/M(" + day + b")>>")
    p.put(13, b"<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]/Contents<" + who.hex().encode() + b">/Name(" + who + b")/M(" + day + b")>>")
    p.put(14, b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Filter/FlateDecode>>", zlib.compress(drawn(b"/Filter[/DCTDecode]") + drawn(data=pictures.jpeg(True).split(b"Motion")[0], end=b"EI")))
    p.put(15, b"<</PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 9/YStep 9/Resources<<>>/Filter/ASCIIHexDecode>>", drawn().hex().encode() + b">")
    p.put(16, b"<<>>", b"9 0 0 0 9 9 d1" + drawn(b"/CS/GRID/DP null/F[/DCT]"))
    p.put(17, b"<</Subtype/Form/BBox[0 0 9 9]/Filter[/ASCII85Decode/FlateDecode]>>", base64.a85encode(zlib.compress(drawn())) + b"~>")
    p.put(18, b"<<>>", drawn() if drawing is None else drawing)
    p.end(b"/Size 19/Root 1 0 R/Info 6 0 R/ID[<" + who.hex().encode() + b"><" + who.hex().encode() + b">]/DocChecksum(" + who + b")")
    p.put(4, b"<<>>", b"BT /F 9 Tf 5 50 Td (" + PAGE.encode() + b") Tj ET /P Do")
    p.end(b"/Size 19/Root 1 0 R/Info 6 0 R/ID[<00><11>]")
    return p.out


def with_parts(data, **parts):
    """The archive with parts put in or changed: name=bytes, or a function of the old bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as z, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as to:
        to.comment = AUTHOR.encode()
        for name in z.namelist():
            new = parts.pop(name, None)
            old = z.read(name)
            to.writestr(zipfile.ZipInfo(name, (1987, 6, 5, 4, 3, 2)), old if new is None else new(old) if callable(new) else new)
        for name, new in parts.items():
            to.writestr(name, new)
    return out.getvalue()


def docx():
    """By python-docx: properties, a photograph; by hand: tracked changes, a comment, revision marks, a template, a printer."""
    import docx as python_docx
    from docx.shared import Mm

    document = python_docx.Document()
    document.add_paragraph(PAGE)
    document.add_picture(io.BytesIO(pictures.png(True)), Mm(9))
    p = document.core_properties
    p.author = p.last_modified_by = p.title = p.comments = AUTHOR
    p.created = p.modified = DAY
    plain = io.BytesIO()
    document.save(plain)
    mark = f'w:id="7" w:author="{AUTHOR}" w:date="1987-06-05T04:03:02Z"'
    change = f'<w:p w:rsidR="19870605" w:rsidRDefault="19870605"><w:ins {mark}><w:r w:rsidRPr="19870605"><w:t>disisipkan</w:t></w:r></w:ins></w:p>'
    rels = ('<Relationship Id="rId90" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments" Target="comments.xml"/>'
            f'<Relationship Id="rId91" Type="http://schemas.microsoft.com/office/2011/relationships/people" Target="people.xml"/>'
            '<Relationship Id="rId92" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" '
            'Target="https://example.org/Thumbnails/" TargetMode="External"/></Relationships>')
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    types = ('<Override PartName="/word/comments.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"/>'
             '<Override PartName="/word/people.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.people+xml"/></Types>')
    return with_parts(plain.getvalue(), **{
        "word/document.xml": lambda old: old.replace(b"<w:sectPr", change.encode() + b"<w:sectPr", 1) + f"<!-- {AUTHOR} -->".encode(),
        "word/settings.xml": lambda old: re.sub(rb"</w:settings>", b'<w:rsids><w:rsidRoot w:val="19870605"/></w:rsids></w:settings>', old),
        "word/_rels/document.xml.rels": lambda old: old.replace(b"</Relationships>", rels.encode()),
        "[Content_Types].xml": lambda old: old.replace(b"</Types>", types.encode()),
        "word/comments.xml": f'<w:comments {w}><w:comment {mark} w:initials="{AUTHOR}"><w:p><w:r><w:t>catatan</w:t></w:r></w:p></w:comment></w:comments>',
        "word/people.xml": '<w15:people xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"><w15:person '
                           f'w15:author="{AUTHOR}"><w15:presenceInfo w15:providerId="AD" w15:userId="{AUTHOR}"/></w15:person></w15:people>',
        "docProps/custom.xml": f'<Properties xmlns="x"><property name="a"><t>{AUTHOR}</t></property><b>{AUTHOR}</b></Properties>',
        "docProps/app.xml": f'<Properties xmlns="x"><Company>{AUTHOR}</Company></Properties>'})


def xlsx():
    """By openpyxl: properties and a comment; by hand: the printer, where it was saved, who shares it."""
    import openpyxl
    from openpyxl.comments import Comment

    book = openpyxl.Workbook()
    book.active["A1"] = PAGE
    book.active["A1"].comment = Comment("catatan", AUTHOR)
    book.active["A2"] = "=1+1"
    book.properties.creator = book.properties.lastModifiedBy = AUTHOR
    book.properties.created = book.properties.modified = DAY
    plain = io.BytesIO()
    book.save(plain)
    saved = (f'<fileSharing userName="{AUTHOR}"/><x15ac:absPath xmlns:x15ac="y" url="C:\\{AUTHOR}\\"/><bookViews>').encode()
    return with_parts(plain.getvalue(), **{
        "xl/workbook.xml": lambda old: old.replace(b"<bookViews>", saved),
        "xl/printerSettings/printerSettings1.bin": AUTHOR.encode("utf-16-le") + b"\xff",
        "xl/worksheets/_rels/sheet1.xml.rels": lambda old: old.replace(b"</Relationships>", b'<Relationship Id="rId77" Type="http://schemas.'
            b'openxmlformats.org/officeDocument/2006/relationships/printerSettings" Target="../printerSettings/printerSettings1.bin"/></Relationships>'),
        "xl/worksheets/sheet1.xml": lambda old: old.replace(b"<legacyDrawing", b'<pageSetup xmlns:r="z" orientation="portrait" r:id="rId77"/><legacyDrawing')})


def odt():
    """As LibreOffice writes it: properties, a remark and a tracked change, the printer, a thumbnail."""
    office = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:text="t" office:version="1.2"'
    who = f"<dc:creator>{AUTHOR}</dc:creator><dc:date>1987-06-05T04:03:02</dc:date>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        z.writestr("meta.xml", f"<office:document-meta {office}><office:meta>{who}<dc:title>{AUTHOR}</dc:title></office:meta></office:document-meta>")
        z.writestr("content.xml", f"<office:document-content {office}><office:annotation>{who}<text:p>catatan</text:p></office:annotation>"
                                  f"<office:change-info>{who}</office:change-info><text:p>{PAGE} &amp; &lt;x&gt;</text:p></office:document-content>")
        z.writestr("settings.xml", f"<office:document-settings {office}><office:settings>{AUTHOR}</office:settings></office:document-settings>")
        z.writestr("Thumbnails/thumbnail.png", pictures.png(True))
        z.writestr("META-INF/manifest.xml", '<m:manifest xmlns:m="m"><m:file-entry m:full-path="Thumbnails/thumbnail.png"/><m:file-entry m:full-path="content.xml"/></m:manifest>')
    return out.getvalue()
