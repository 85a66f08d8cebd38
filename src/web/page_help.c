/* Help of a register, made from its own labels: what belongs where, and what each code means. */
#include "web/page.h"

#include "base/clock.h"
#include "model/expr.h"

static void codes(Req *req, Html *h, const CodeList *list)
{
    h_open(h, "details");
    h_element(h, "summary", req_label(req, &list->label));
    h_open(h, "ul");
    CodeRows rows = code_rows(list);
    for (size_t i = 0; i < rows.n; i++) {
        if (!code_valid(&rows.items[i], clock_today()))
            continue;
        h_open(h, "li");
        h_text(h, req_label(req, &rows.items[i].label));
        h_lit(h, " ");
        h_element(h, "code", rows.items[i].code);
        h_close(h);
    }
    h_close(h);
    h_close(h);
}

static void field(Req *req, Html *h, const Field *f)
{
    h_open(h, "dt");
    h_text(h, req_label(req, &f->label));
    if (f->required) {
        h_lit(h, " ");
        h_element_as(h, "span", "wajib", req_tr(req, M_WEB_REQUIRED));
    }
    h_close(h);
    h_open(h, "dd");
    if (!str_empty(req_label(req, &f->help)))
        h_element(h, "p", req_label(req, &f->help));
    if (f->class_)
        h_element(h, "p", req_tr(req, M_WEB_HELP_PROTECTED));
    if (!field_typed(f))
        h_element(h, "p", req_tr(req, M_WEB_HELP_COMPUTED));
    if (f->when)
        h_element(h, "p", req_say(req, M_WEB_WHEN, expr_words(f->when, req->arena, req->lang)));
    if (f->codes)
        codes(req, h, f->codes);
    h_close(h);
}

static void flow(Req *req, Html *h, const Register *reg)
{
    if (!reg->state_count)
        return;
    page_section(h, "bagian", req_tr(req, M_WEB_HELP_FLOW));
    h_open(h, "ul");
    for (size_t i = 0; i < reg->move_count; i++) {
        const Move *m = &reg->moves[i];
        h_open(h, "li");
        h_element(h, "strong", req_label(req, &m->label));
        h_lit(h, ": ");
        for (size_t k = 0; k < m->from.n; k++) {
            h_text(h, k ? S(", ") : S(""));
            h_text(h, req_state(req, reg, m->from.items[k]));
        }
        h_lit(h, " → ");
        h_text(h, req_state(req, reg, m->to));
        h_close(h);
    }
    h_close(h);
    h_close(h);
}

Err page_help(Req *req)
{
    const Register *reg = req->reg;
    if (!req_may(req, reg, VERB_LIST) && !req_may(req, reg, VERB_CREATE))
        return E_DENIED;
    Crumb crumb = {req_label(req, &reg->label), url_reg(req, reg)};
    Html *h = page_begin(req, req_say(req, M_WEB_HELP_TITLE, crumb.label), &crumb, 1);
    if (!str_empty(req_label(req, &reg->help)))
        h_element(h, "p", req_label(req, &reg->help));
    for (size_t s = 0; s < reg->section_count; s++) {
        const Section *sec = &reg->sections[s];
        page_section(h, "bagian", req_label(req, &sec->label));
        h_open(h, "dl");
        h_attr(h, "class", S("bantuan"));
        for (size_t i = sec->first; i < sec->first + sec->n; i++)
            field(req, h, reg->fields[i]);
        h_close(h);
        h_close(h);
    }
    flow(req, h, reg);
    return page_end(req, h);
}
