"""Drafts: what was typed and not saved is found again on a page of one's own, and goes after 30 days."""
import re

import steps


def keep_draft(c, address, **typed):
    form = c.get(address).form("/baru", has="draf")
    form.fill(**typed)
    page = c.submit(form, button=("draf", "simpan"))
    assert page.status == 200, page.words[-400:]


def child_form(s, c):
    """Address of the form of a new victim under a case that this person may add to."""
    for uid in re.findall(r'href="/kasus/([0-9a-f-]{36})"', c.get("/kasus").html):
        for href, _ in c.get(f"/kasus/{uid}?tab=orang").links:
            if "/korban/baru?" in href:
                return href
    raise AssertionError("no case to add a victim to")


def test_own_drafts_are_listed_opened_and_deleted(s):
    c, other = s.as_("ppt"), s.as_("sekretaris")
    keep_draft(c, "/kasus/baru", judul="Uji draf tersimpan")
    page = c.get("/draf")
    assert page.status == 200 and "hari ini" in page.words and "30 hari" in page.words
    again = c.get(page.link(href_contains="/kasus/baru")).form("/kasus/baru", has="judul")
    assert again["judul"] == "Uji draf tersimpan"
    assert re.search(r'href="/draf">[^<]*<span class="jumlah">1<', c.get("/?beranda=1").html)
    assert "Draf Anda (1)" in c.get("/kasus").words, "the menu does not count drafts"
    assert "Draf Anda (" not in other.get("/kasus").words
    assert "/kasus/baru" not in str([h for h, _ in other.get("/draf").links if "draf=lanjut" in h])
    assert s.bytes_on_disk("Uji draf tersimpan") == []
    page = c.submit(page.form("/draf/hapus"))
    assert page.status == 200 and "Tidak ada draf" in page.words and "Draf Anda (" not in page.words


def test_a_draft_under_a_record_leads_back_under_it(s):
    c = s.as_("ppt")
    address = child_form(s, c)
    form = c.get(address).form("/korban/baru", has="draf")
    page = c.submit(form, button=("draf", "simpan"))
    back = c.get("/draf").link(href_contains="/korban/baru")
    form = c.get(back).form("/korban/baru", has="draf")
    assert form["induk"] in back.replace("%2F", "/")
    c.submit(c.get("/draf").form("/draf/hapus"))


def test_drafts_go_after_thirty_days(own):
    c = own.as_("ppt")
    c.submit(c.get("/kasus/baru").form("/kasus/baru", has="judul").fill(judul="Perkara uji kunci ulang"))
    repeats = "SELECT count(*) n FROM idem WHERE kunci='%s'" % own.rows("SELECT kunci FROM idem ORDER BY at DESC LIMIT 1")[0]["kunci"]
    keep_draft(c, "/kasus/baru", judul="Uji draf lama")
    assert own.rows("SELECT count(*) n FROM draf")[0]["n"] == 1
    own.stop()
    own.cli.clock("advance", "29")
    own.start()
    assert "29 hari lalu" in own.as_("ppt").get("/draf").words and own.rows(repeats)[0]["n"] == 1
    own.stop()
    own.cli.clock("advance", "2")
    own.start()
    c = own.as_("ppt")
    steps.wait_for(lambda: own.rows("SELECT count(*) n FROM draf")[0]["n"] == 0, "the ticker does not sweep drafts")
    assert "Tidak ada draf" in c.get("/draf").words
    assert own.rows(repeats)[0]["n"] == 0, "keys of repeated requests stay for ever"
