/* What the server finds when it looks at itself: each risk in words with its remedy, the gravest
 * first, and then what is well. */
#include "web/page.h"

#include "engine/security.h"

static Str cure_url(Req *req, const Finding *f)
{
    const Register *users = role_reg(req->model, REG_ROLE_USER);
    if (str_is(str_of(f->url), SECURITY_USERS))
        return users ? url_reg(req, users) : STR_NONE;
    return str_of(f->url);
}

static void put_risk(Req *req, Html *h, const Finding *f)
{
    Str url = cure_url(req, f);
    h_class(h, "section", "bagian");
    h_open(h, "h2");
    h_element_attr(h, "span", "class", f->grade == RISK_DANGER ? S("lencana bahaya") : S("lencana"),
                   req_tr(req, security_grade_word(f->grade)));
    h_lit(h, " ");
    h_text(h, req_tr(req, f->topic));
    h_close(h);
    h_element(h, "p", security_words(req->arena, req->lang, f, f->words));
    h_element(h, "p", security_words(req->arena, req->lang, f, f->cure));
    if (!str_empty(url))
        page_link_in(h, "p", url, req_say(req, M_SECURITY_GO, req_tr(req, f->topic)));
    h_close(h);
}

static void put_well(Req *req, Html *h, const Finding *found)
{
    h_element(h, "h2", req_tr(req, M_SECURITY_WELL));
    h_class(h, "dl", "bantuan");
    for (int i = 0; i < POINT_COUNT; i++)
        if (!found[i].grade) {
            h_element(h, "dt", req_tr(req, found[i].topic));
            h_element(h, "dd", security_words(req->arena, req->lang, &found[i], found[i].words));
        }
    h_close(h);
}

Err page_security(Req *req)
{
    Finding found[POINT_COUNT];
    int64_t risks = 0;
    TRY(req_needs_duty(req, "health"));
    TRY(security_look(req->store, req->reader.db, req->arena, req->lang, found));
    for (int i = 0; i < POINT_COUNT; i++)
        risks += found[i].grade != RISK_NONE;
    Html *h = page_begin(req, req_tr(req, M_SECURITY), NULL, 0);
    h_element(h, "p", req_tr(req, M_SECURITY_LEAD));
    page_notice(h, risks ? "awas" : "aman",
                req_say(req, M_SECURITY_COUNT, str_int(req->arena, risks),
                        str_int(req->arena, POINT_COUNT)));
    for (int grade = RISK_DANGER; grade > RISK_NONE; grade--)
        for (int i = 0; i < POINT_COUNT; i++)
            if ((int)found[i].grade == grade)
                put_risk(req, h, &found[i]);
    put_well(req, h, found);
    return page_end(req, h);
}
