"""Queues that ask for days and for what is missing: what is due soon, late, empty, or not there."""
import datetime
import shutil
import urllib.parse

import sigap
import steps

TODAY = datetime.date.today()


def day(offset):
    return (TODAY + datetime.timedelta(days=offset)).isoformat()


def listed(c, queue, *paths):
    """Which of the records stand on any page of the queue."""
    found, path = set(), f"/antrean/{queue}"
    while path:
        page = c.get(path)
        assert page.status == 200, (queue, page.status)
        found |= set(paths) & {urllib.parse.urlsplit(href).path for href, _ in page.links}
        path = next((href for href, _ in page.links if "-dari=" in href and "#" not in href), None)
    return found


def institution(s, code):
    return "/institusi/" + s.rows("SELECT uid FROM institusi WHERE kode = ?", code)[0][0]


def uid(path):
    return path.split("/")[2]


def move(c, path, name, **values):
    form = steps.open_file(c, path).form(f"{path}/{name}", method="POST")
    page = c.submit(steps.fill(form, values))
    assert page.status == 200, (name, page.status, steps.faults(page))


def held(s, c, when, **more):
    """An activity that took place."""
    dp3a = institution(s, "DP3A")
    path = steps.make(c, "kegiatan", dp3a, judul="Penyuluhan uji", jenis="sosialisasi", topik="bahaya_tppo", mulai=when, kab="53.03",
                      sasaran="pelajar", pelaksana=uid(dp3a), jumlah_dinyatakan=3, **more)
    move(c, path, "laksanakan")
    return path


def test_a_school_is_due_a_year_after_its_last_visit(s):
    c = s.as_("sekretaris")
    schools = [steps.make(c, "institusi", kode=f"UJI_SD{i}", nama=f"Sekolah Uji {i}", jenis="sekolah", tingkat="kabupaten", wilayah="53.03")
               for i in (1, 2, 3)]
    assert listed(c, "sekolah_belum_dikunjungi", *schools) == set(schools)
    held(s, c, day(-366), sekolah=uid(schools[0]))
    held(s, c, day(-365), sekolah=uid(schools[1]))
    dp3a = institution(s, "DP3A")
    steps.make(c, "kegiatan", dp3a, judul="Hanya rencana", jenis="sosialisasi", topik="bahaya_tppo", mulai=day(0), kab="53.03",
               sasaran="pelajar", pelaksana=uid(dp3a), sekolah=uid(schools[2]))
    assert listed(c, "sekolah_belum_dikunjungi", *schools) == {schools[0], schools[2]}


def test_a_priority_village_leaves_the_list_when_it_is_reached(s):
    c = s.as_("sekretaris")
    village = next(x["nilai"] for x in c.get("/pilih/wilayah", {"q": "kefamenanu"}).json() if x["nilai"].count(".") == 3)
    mark = steps.make(c, "tanda_wilayah", wilayah=village, jenis="sentra_pmi", sumber="Uji", tahun=2026)
    assert listed(c, "desa_prioritas", mark) == {mark}
    held(s, c, day(-900), desa=village)
    assert listed(c, "desa_prioritas", mark) == set()


def test_a_shift_is_empty_when_its_day_is_over_and_nobody_came(s):
    c = s.as_("sekretaris")
    post = institution(s, "POSKO_ELTARI")
    due = uid(institution(s, "DINSOS"))
    past, today, came = [steps.make(c, "jaga", post, tanggal=d, giliran="pagi", dijadwalkan=due, **more)
                         for d, more in ((day(-1), {}), (day(0), {}), (day(-2), {"hadir": due}))]
    assert listed(c, "jaga_kosong", past, today, came) == {past}


def test_texts_that_end_within_sixty_days(s):
    c = s.as_("sekretaris")
    texts = [steps.make(c, "naskah", jenis="mou", judul=f"Nota uji {n}", tanggal=day(-30), berlaku_sampai=day(n)) for n in (0, 60, 61)]
    assert listed(c, "naskah_habis", *texts) == set(), "a proposal does not end"
    for path in texts:
        move(c, path, "terbitkan")
    assert listed(c, "naskah_habis", *texts) == set(texts[:2])


def test_a_case_stands_still_until_its_next_dated_stage(s):
    c = s.as_("sekretaris")
    case = steps.make(c, "kasus", judul="Perkara uji mandek", klasifikasi="tppo", dibuka=day(-90),
                      institusi_pemimpin=uid(institution(s, "POLDA_NTT")))
    police = steps.make(c, "penugasan", case, pengguna=s.rows("SELECT uid FROM pengguna WHERE nama_masuk = 'penyidik'")[0][0],
                        peran_tim="penyidik")
    assert police
    assert listed(c, "mandek", case) == set(), "a suspicion is not yet a case"
    move(c, case, "terima")
    assert listed(c, "mandek", case) == {case}
    p = s.as_("penyidik")
    assert listed(p, "mandek", case) == {case}
    steps.make(p, "tahap_perkara", case, tahap="sidik", tanggal=day(-61), sidang_berikut=day(14))
    assert listed(p, "mandek", case) == {case}
    stage = steps.make(p, "tahap_perkara", case, tahap="sidik", tanggal=day(-60), sidang_berikut=day(15))
    assert listed(p, "mandek", case) == set()
    assert listed(p, "agenda_14_hari", stage) == set()
    steps.change(p, stage, sidang_berikut=day(14))
    assert listed(p, "agenda_14_hari", stage) == {stage}


def test_a_wrong_filter_is_told_with_its_line(tmp):
    domain = tmp / "domain"
    shutil.copytree(sigap.ROOT / "domain", domain)
    text = (domain / "queues/sekolah_belum_dikunjungi.yaml").read_text()
    for good, bad in (("last 365 d", "last 365 years"), ("by: sekolah", "by: judul"), ("by: sekolah", "by: sekolah, on: wilayah"),
                      ("{jenis: sekolah}", "{nama: last 3 d}"), ("roles: [sekretariat", "roles: [jaksa, sekretariat")):
        changed = text.replace(good, bad)
        assert changed != text
        (domain / "queues/sekolah_belum_dikunjungi.yaml").write_text(changed)
        line = next(n for n, x in enumerate(changed.splitlines(), 1) if x not in text.splitlines())
        told = sigap.Cli(tmp / "data", tmp, domain)("check-domain", status=None)
        place = "queues/sekolah_belum_dikunjungi.yaml:" + ("" if "roles" in good else f"{line}:")
        assert told.returncode != 0 and place in told.stdout + told.stderr, (bad, told.stdout)
