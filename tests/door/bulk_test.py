"""Several records at once: ticked in a list or queue, asked again with the count, each told by itself."""
import re


def ticked(c, address, most=3, step="kerjakan"):
    """The page that asks again, for the first rows of a list; and the uids ticked."""
    form = c.get(address).form("/massal", method="GET")
    boxes = [b for b in form.controls if b.name == "uid"][:most]
    for b in boxes:
        b.on = True
    return c.submit(form, button=("langkah", step)), [b.value for b in boxes]


QUEUE = "/antrean/tugas_unit"  # tasks of one's own institution: she may move them


def states(s, uids):
    return [s.rows("SELECT status FROM tugas WHERE uid=?", u)[0]["status"] for u in uids]


def test_ticked_tasks_take_one_step(s):
    c = s.as_("sekretaris")
    page, uids = ticked(c, QUEUE, step="tunda")
    assert page.status == 200 and "3 dari 3 catatan" in page.words, page.words[-500:]
    form = page.form("/massal", has="idem")
    form["alasan_tunda"] = "Menunggu balasan dari unit lain"
    first, second = (c.submit(form, follow=False) for _ in range(2))
    assert (first.status, second.status) == (303, 303), (first.words[-400:], second.words[-400:])
    assert states(s, uids) == ["ditunda"] * 3
    assert [s.rows("SELECT count(*) n FROM audit WHERE uid=? AND action='move:tunda'", u)[0]["n"] for u in uids] == [1, 1, 1]
    assert "semua catatan yang dipilih" in c.get(first.headers["Location"]).words


def test_all_results_are_a_second_step(s):
    c = s.as_("sekretaris")
    page, _ = ticked(c, QUEUE, most=1, step="tunda")
    all_ = c.get(page.link("Pilih semua"))
    count = int(re.search(r"(\d+) dari \d+ catatan", all_.words)[1])
    assert count > 1 and f"Tunda: {count} catatan" in all_.html
    assert "alasan_tunda" in all_.form("/massal", has="idem"), "what the step needs is not asked for"


def test_what_fails_is_told_and_stops_no_other(s):
    c = s.as_("sekretaris")
    page, uids = ticked(c, QUEUE, most=2, step="kerjakan")
    form = page.form("/massal", has="idem")
    c.submit(c.get(f"/tugas/{uids[0]}").form("/kerjakan"))
    page = c.submit(form)
    assert page.status == 422 and "1 catatan berhasil, 1 tidak" in page.words and uids[0] in page.html
    assert states(s, uids) == ["dikerjakan"] * 2


def test_a_queue_has_the_same_bar_and_a_download(s):
    c = s.as_("sekretaris")
    queues = [h for h, _ in c.get("/?beranda=1").links if "/antrean/" in h]
    bars = [q for q in queues if any(f.action.endswith("/massal") for f in c.get(q).forms)]
    assert bars, "no queue of this person has a bar"
    page, uids = ticked(c, "/kasus", most=2, step="-unduh")
    assert page.status == 200 and "spreadsheet" in page.headers["Content-Type"]
    import sigap
    rows = sigap.read_xlsx(page.body)
    assert sorted(len(sheet) for sheet in rows.values())[-1] >= 3


def test_ticks_are_not_for_who_may_not_move(s):
    c = s.as_("statistik")
    for register in ("kasus", "korban"):
        page = c.get(f"/{register}/massal?langkah=kerjakan&uid=x")
        assert page.status in (403, 404), register
