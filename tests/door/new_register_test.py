"""A district adds a register of ten fields to its copy of domain/, with rights, an import profile
and a table: form, list, import, table, history and export work, and no C was touched. The
installation it is added to holds data already."""
import contextlib
import csv
import datetime
import hashlib
import pathlib
import re
import shutil
import tempfile

import sigap
import steps

TODAY = datetime.date.today()
PERIOD = str(TODAY.year)

REGISTER = """
register: kunjungan
label: {id: Kunjungan desa, en: Village visit}
help: {id: Satu kunjungan penyuluhan ke desa., en: One outreach visit to a village.}
group: kasus
key: own
reach: own
number: "KJG-{tahun}-{urut:4}"
heading: "{judul}"
sections:
  - name: utama
    label: {id: Kunjungan, en: Visit}
    fields:
      - {name: judul, type: text, label: {id: Judul kunjungan, en: Title}, required: yes, list: yes, search: yes, unique: yes}
      - {name: tanggal, type: date full, label: {id: Tanggal kunjungan, en: Date}, required: yes, list: yes, sort: yes, max: today}
      - {name: jam, type: time, label: {id: Jam mulai, en: Start}}
      - {name: jk_peserta, type: code jk, label: {id: Peserta terbanyak, en: Most participants}, stat: yes, list: yes, facet: yes}
      - {name: bahasa, type: codes bahasa, label: {id: Bahasa dipakai, en: Languages used}}
      - {name: kab, type: "place:kab", label: {id: Kabupaten kunjungan, en: District}, stat: yes, list: yes, facet: yes}
      - {name: peserta, type: number orang, label: {id: Jumlah peserta, en: Participants}, list: yes, min: 0, max: 5000}
      - {name: ramai, type: yesno4, label: {id: Ramai, en: Crowded}, calc: "if(empty(peserta), tidak_diketahui, if(peserta >= 50, ya, tidak))", stat: yes, list: yes}
      - {name: tuan_rumah, type: ref institusi, label: {id: Tuan rumah, en: Host}}
      - {name: cerita, type: text long, label: {id: Cerita warga, en: What people told}, class: kisah}
rights:
  - {role: sekretariat, verbs: [read, create, change, import, export, count], scope: all}
  - {role: statistik, verbs: [count], scope: all, allow: []}
  - {role: petugas_ppt, verbs: [read], scope: own, deny: [kisah]}
stats: {unit: UNIT, date: tanggal, dims: [jk_peserta, kab, ramai, pemilik]}
"""

PROFILE = """
import: buku_kunjungan
label: {id: Buku kunjungan, en: Visit book}
rows:
  - {as: kunjungan, register: kunjungan, match: [judul]}
columns:
  - {column: Judul, to: kunjungan.judul, required: yes}
  - {column: Tanggal, to: kunjungan.tanggal, required: yes, also: [Tgl]}
  - {column: Peserta, to: kunjungan.peserta}
  - {column: Peserta terbanyak, to: kunjungan.jk_peserta, also: [L/P]}
  - {column: Kabupaten, to: kunjungan.kab}
"""

TABLE = """
table: kunjungan_ramai
label: {id: Kunjungan menurut peserta, en: Visits by participants}
register: kunjungan
rows: ramai
columns: jk_peserta
"""


def units():
    with open(sigap.ROOT / "domain/codes/satuan.tsv", newline="", encoding="utf-8") as f:
        return [r["kode"] for r in csv.DictReader(f, delimiter="\t")]


def sources():
    files = sorted(p for p in (sigap.ROOT / "src").rglob("*.[ch]"))
    return hashlib.sha256(b"".join(p.read_bytes() for p in files)).hexdigest()


@contextlib.contextmanager
def district():
    """A server over practice data whose domain has one register more."""
    with tempfile.TemporaryDirectory(prefix="sigap-") as folder:
        domain = pathlib.Path(folder) / "domain"
        shutil.copytree(sigap.ROOT / "domain", domain)
        (domain / "registers/kunjungan.yaml").write_text(REGISTER.strip().replace("UNIT", units()[0]) + "\n")
        (domain / "imports/buku_kunjungan.yaml").write_text(PROFILE.strip() + "\n")
        (domain / "tables/kunjungan_ramai.yaml").write_text(TABLE.strip() + "\n")
        with sigap.Server(domain=domain) as s:
            yield s


def check_form(s, c):
    form = c.get("/kunjungan/baru").form("/kunjungan/baru", has="judul")
    names = {(x.name or "").removesuffix(".cari") for x in form.controls}
    assert names >= {"judul", "tanggal", "jam", "jk_peserta", "bahasa", "kab", "peserta", "tuan_rumah", "cerita"}, names
    assert "ramai" not in form, "a computed field can be typed"
    form.fill(judul="Penyuluhan di Uji Satu", tanggal="2999-01-01", peserta="-3")
    page = c.submit(form)
    assert page.status == 422 or page.status == 400, page.status
    assert not s.rows("SELECT 1 FROM kunjungan") and "Penyuluhan di Uji Satu" in page.html
    form = page.form("/kunjungan/baru", has="judul")
    form.fill(tanggal=TODAY.isoformat(), peserta="60", jam="09:30", jk_peserta="P", cerita="Kata warga yang rahasia.")
    page = c.submit(form)
    assert page.status == 200 and re.search(r"KJG-\d{4}-0001", page.words), page.words[-600:]
    shown = steps.fields(steps.open_file(c, page.path))
    assert shown["Ramai"] == "Ya" and shown["Jumlah peserta"].startswith("60") and shown["Cerita warga"] == "Kata warga yang rahasia."
    assert not s.bytes_on_disk("Kata warga yang rahasia.")
    return page.path


def check_import(s, c):
    rows = ["Judul,Tgl,Peserta,L/P,Kabupaten", f"Penyuluhan di Uji Dua,{TODAY},12,L,Kabupaten Kupang",
            f"Penyuluhan di Uji Tiga,{TODAY},70,P,Kota Kupang"]
    bad = steps.upload(c, "buku_kunjungan", "kunjungan.csv", "\n".join(rows + ["Penyuluhan di Uji Empat,31/02/2026,5,L,"]).encode())
    assert "baris 4, kolom B" in bad.words and not any("/terap" in f.action for f in bad.forms)
    done = steps.apply(c, steps.upload(c, "buku_kunjungan", "kunjungan.csv", "\n".join(rows).encode()))
    assert "Impor sudah diterapkan" in done
    assert [r[0] for r in s.rows("SELECT ramai FROM kunjungan ORDER BY id")] == ["ya", "tidak", "ya"]


def test_ten_fields_and_no_c(tmp):
    before = sources()
    with district() as s:
        c = s.as_("sekretaris")
        path = check_form(s, c)
        check_import(s, c)
        listed = c.get("/kunjungan")
        assert all(f"Penyuluhan di Uji {n}" in listed.words for n in ("Satu", "Dua", "Tiga"))
        men = c.get(listed.link(href_contains="jk_peserta=L"))
        assert "Penyuluhan di Uji Dua" in men.words and "Penyuluhan di Uji Tiga" not in men.words, "the facet does not filter"
        form = c.get(path + "/ubah").form("/ubah", has="peserta")
        form["peserta"] = "20"
        assert c.submit(form).status == 200
        history = c.get(path + "/riwayat")
        assert re.search(r">Jumlah peserta</th><td>60[^<]*</td><td>20", history.html) and "Sekretaris Gugus Tugas" in history.words
        table = c.get(f"/tabel/kunjungan_ramai?masa={PERIOD}&untuk=internal")
        assert table.status == 200
        cells = [re.sub("<[^>]+>", "|", r) for r in re.findall(r"<tr>(.*?)</tr>", table.html, re.S)]
        assert any(re.search(r"Jumlah\|+1\|+2\|+0\|+3\|", r) for r in cells), cells
        assert s.as_("statistik").get(f"/tabel/kunjungan_ramai?masa={PERIOD}").status == 200
        assert s.as_("statistik").get("/kunjungan").status == 403 and s.as_("penyidik").get("/kunjungan").status == 403
        assert s.as_("ppt").get(path).status == 404, "a record of another office"
        text = s.cli("table", "kunjungan_ramai", "--period", PERIOD, "--audience", "internal").stdout
        assert re.search(r"^Jumlah,1,2,0,3", text, re.M), text
        s.cli("export", tmp / "out")
        with open(tmp / "out/kunjungan.csv", newline="", encoding="utf-8-sig") as f:
            rows = list(csv.DictReader(f))
        assert len(rows) == 3 and "cerita" not in rows[0] and {r["ramai"] for r in rows} == {"tidak", "ya"}
        s.stop()
        s.cli("rebuild")
        s.cli("audit verify")
        s.start()
        assert s.as_("sekretaris").get(path).status == 200
    assert sources() == before
