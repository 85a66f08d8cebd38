"""The books agencies send: each profile takes its own columns, applies, is known the second time, and is undone."""
import datetime

import steps

TODAY = datetime.date.today().isoformat()

BOOKS = {
    "anggaran": ("sekretaris", "anggaran",
                 "Tahun,Institusi,Program,Jenis baris,Sumber dana,Nilai\n2026,DINSOS,Pemulangan korban uji,pagu,apbd_kab,15000000\n"),
    "peserta": ("sekretaris", "peserta",
                "Judul kegiatan,Tanggal kegiatan,Jenis kegiatan,Topik,Kabupaten kegiatan,Sasaran,Pelaksana,Nama,Tanggal lahir,Kabupaten asal,"
                "JK,Tanggal hadir,Hadir,Lulus\n"
                f"Latihan las uji,{TODAY},pelatihan_keterampilan,lain,53.03,masyarakat,DINSOS,Yustina Uji Latih,2000-03-04,53.03,P,{TODAY},"
                "ya,ya\n"),
    "mutasi_desa": ("desa", "mutasi",
                    "Nama,JK,Tanggal lahir,Kabupaten asal,Desa,Tanggal pergi,Jenis,Alasan,Tujuan\n"
                    f"Maria Uji Pergi,P,1999-05-06,53.03,@desa,{TODAY},dalam_negeri,kerja,53.71\n"),
    "pmi_disnaker": ("pengawas", "pmi",
                     "Nama,JK,Tanggal lahir,Kabupaten asal,Negara penempatan,Sektor,Legalitas,Tanggal daftar\n"
                     f"Yohana Uji Migran,P,1998-07-08,53.03,MY,@sektor,legal,{TODAY}\n"),
    "bp3mi_jenazah": ("pengawas", "jenazah",
                      "Nama,JK,Tanggal lahir,Kabupaten asal,Tanggal meninggal,Meninggal di dalam negeri,Negara,Sebab,Cara berangkat,Sumber\n"
                      f"Petrus Uji Wafat,L,1980-02-03,53.03,{TODAY},tidak,MY,sakit,legal,BP3TKI\n"),
}


def live(s, reg):
    return s.rows(f"SELECT count(*) n FROM {reg} WHERE batal = 0")[0]["n"]


def filled(c, text):
    village = next(x["nilai"] for x in c.get("/pilih/wilayah", {"q": "kefamenanu"}).json() if x["nilai"].count(".") == 3)
    sector = next(v for v in c.get("/pmi/baru").forms[-1].options("sektor") if v) if "@sektor" in text else ""
    return text.replace("@desa", village).replace("@sektor", sector)


def test_each_book_is_applied_once_and_undone(s):
    for profile, (login, reg, text) in BOOKS.items():
        c = s.as_(login)
        assert c.get(f"/impor/{profile}/contoh.xlsx").status == 200, profile
        before, book = live(s, reg), filled(c, text).encode()
        done = steps.apply(c, steps.upload(c, profile, "buku.csv", book))
        assert live(s, reg) == before + 1, (profile, done.words[-600:])
        again = steps.upload(c, profile, "buku.csv", book)
        assert live(s, reg) == before + 1 and "sudah pernah diimpor" in again.words, (profile, again.words[-600:])
        steps.undo(c, done)
        assert live(s, reg) == before, profile
