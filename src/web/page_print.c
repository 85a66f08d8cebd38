/* What a page has only on paper: the letterhead, who printed it and when, paper and margins. Shown
 * by the print part of the style sheet; size and margins are a sheet of their own, since no style
 * may stand in a page. */
#include "web/page.h"

#include "base/clock.h"
#include "engine/settings_db.h"

const Settings *page_kept_settings(Req *req)
{
    if (!req->paper && req->reader.db) {
        Settings *s = ARENA_NEW(req->arena, Settings);
        if (settings_read(req->reader.db, req->arena, s) == ERR_OK)
            req->paper = s;
    }
    return req->paper;
}

/* The settings in the address: a changed sheet has another one, an unchanged one is never asked for
 * again. */
static Str sheet_url(Req *req, const Settings *s)
{
    static const SettingKey shown[] = {SETTING_PAPER, SETTING_TOP, SETTING_RIGHT, SETTING_BOTTOM,
                                       SETTING_LEFT};
    Buf b = buf_new(req->arena, 64);
    buf_lit(&b, "/cetak.css?v=");
    for (size_t i = 0; i < COUNT(shown); i++)
        buf_printf(&b, "%s%.*s", i ? "-" : "", STR_ARG(s->value[shown[i]]));
    return buf_str(&b);
}

void page_print_link(Req *req, Html *h)
{
    const Settings *s = page_kept_settings(req);
    if (!s)
        return;
    h_open(h, "link");
    h_attr(h, "rel", S("stylesheet"));
    h_attr(h, "media", S("print"));
    h_url(h, "href", sheet_url(req, s));
}

Err page_print_css(Req *req)
{
    Settings s;
    TRY(settings_read(req->reader.db, req->arena, &s));
    bool a4 = str_is(s.value[SETTING_PAPER], PAPER_A4);
    req->res.body = buf_new(req->arena, 256);
    req->res.type = S("text/css; charset=utf-8");
    req->res.immutable = true;
    buf_printf(&req->res.body, "@page{size:%s;margin:%.*smm %.*smm %.*smm %.*smm}",
               a4 ? "210mm 297mm" : "215mm 330mm", STR_ARG(s.value[SETTING_TOP]),
               STR_ARG(s.value[SETTING_RIGHT]), STR_ARG(s.value[SETTING_BOTTOM]),
               STR_ARG(s.value[SETTING_LEFT]));
    return ERR_OK;
}

static void line(Html *h, Str text, const char *class_)
{
    if (str_empty(text))
        return;
    h_element_attr(h, "p", "class", str_of(class_), text);
}

static Str contact(Req *req, const Settings *s)
{
    static const SettingKey parts[] = {SETTING_ADDRESS, SETTING_PHONE, SETTING_EMAIL};
    Buf b = buf_new(req->arena, 256);
    for (size_t i = 0; i < COUNT(parts); i++)
        if (!str_empty(s->value[parts[i]]))
            buf_join(&b, " · ", s->value[parts[i]]);
    return buf_str(&b);
}

void page_letterhead(Req *req, Html *h)
{
    const Settings *s = page_kept_settings(req);
    if (!s || str_empty(s->value[SETTING_LINE1]))
        return;
    h_class(h, "div", "kop");
    line(h, s->value[SETTING_LINE1], "kop1");
    line(h, s->value[SETTING_LINE2], "kop2");
    line(h, s->value[SETTING_LINE3], "kop2");
    line(h, contact(req, s), "kop3");
    h_close(h);
}

void page_print_button(Req *req, Html *h, Str href)
{
    h_class(h, "a", "cetak");
    h_url(h, "href", href);
    h_flag(h, "data-cetak");
    h_text(h, req_tr(req, M_WEB_PRINT));
    h_close(h);
}

void page_print_alone(Req *req, Html *h, Str href)
{
    h_class(h, "div", "tombol");
    page_print_button(req, h, href);
    h_close(h);
}

void page_printed_by(Req *req, Html *h)
{
    Str name = str_empty(req->subject.name) ? req->subject.login : req->subject.name;
    h_element_as(h, "p", "pencetak",
                 req_say(req, M_WEB_PRINTED_BY, name, req_instant(req, clock_now())));
}
