/* Review of matches: two persons side by side, what speaks for their being one and how much, and a
 * decision with a reason. Only pairs both of whose persons the reader reaches are there at all. */
#include "engine/candidate_db.h"
#include "web/page_form.h"
#include "web/page_show.h"
#include "web/record.h"
#include "web/widget.h"

#include "base/rand.h"
#include "engine/identity_db.h"
#include "guard/session.h"
#include "model/reason.h"

#include <math.h>

enum { PAIRS_MAX = 200 };
#define MATCH_PAGE "/kecocokan"

typedef struct Review {
    Req *req;
    Record *candidates; /* that wait for a decision, the heaviest first */
    CandidatePair *pairs;
    size_t n, at;
    bool opened; /* a purpose was given for both files */
} Review;

static Err load_open(Req *req, Review *ret)
{
    const Register *reg = role_reg(req->model, REG_ROLE_CANDIDATE);
    QueryPage page;
    Str states = S("");
    if (!reg || !req_may(req, reg, VERB_MOVE))
        return E_DENIED;
    for (size_t i = 0; i < reg->state_count; i++)
        if (candidate_open(reg, reg->states[i].name))
            states =
                str_printf(req->arena, "%.*s %.*s", STR_ARG(states), STR_ARG(reg->states[i].name));
    Query q = query_new(reg);
    query_filter(&q, req->arena, NULL, S("status"), FILTER_IN, str_trim(states));
    q.sort = role_field(req->model, FIELD_ROLE_CANDIDATE_SCORE);
    q.descending = true;
    q.limit = PAIRS_MAX;
    TRY(query_page(&req->reader, &q, &page));
    *ret = (Review){.req = req,
                    .candidates = ARENA_ARRAY(req->arena, page.n + 1, Record),
                    .pairs = ARENA_ARRAY(req->arena, page.n + 1, CandidatePair)};
    for (size_t i = 0; i < page.n; i++) {
        Err e = candidate_pair(&req->reader, &page.items[i], &ret->pairs[ret->n]);
        if (e == E_NOT_FOUND || e == E_DENIED)
            continue;
        TRY(e);
        ret->candidates[ret->n++] = page.items[i];
    }
    return ERR_OK;
}

/* ---- the two persons ---- */

/* Opens both where a purpose was given for both; else nothing but agreement is shown. */
static Err open_both(Review *v)
{
    CandidatePair *pair = &v->pairs[v->at];
    Reader *rd = &v->req->reader;
    v->opened = true;
    for (int i = 0; i < 2 && v->opened; i++) {
        Str file;
        TRY(record_purpose(v->req, &pair->persons[i], &file));
        v->opened = !str_empty(v->req->actor.purpose);
    }
    for (int i = 0; i < 2 && v->opened; i++)
        TRY(record_open(v->req, &pair->persons[i],
                        store_decide(rd, &pair->persons[i], VERB_READ).classes));
    return ERR_OK;
}

/* "+12,31" with the decimal mark of the language. */
static Str bits_text(const Req *req, int hundredths)
{
    int n = hundredths < 0 ? -hundredths : hundredths;
    return str_printf(req->arena, "%s%d%s%02d",
                      hundredths < 0   ? "−"
                      : hundredths > 0 ? "+"
                                       : "",
                      n / 100, req->lang == LANG_ID ? "," : ".", n % 100);
}

static void bits_cell(Req *req, Html *h, int hundredths)
{
    int length = hundredths < 0 ? -hundredths : hundredths;
    h_class(h, "td", "angka");
    h_data(h, "isi", req_tr(req, M_MATCH_BITS));
    h_text(h, bits_text(req, hundredths));
    h_open(h, "meter");
    h_attr_int(h, "max", 2000);
    h_attr_int(h, "value", length > 2000 ? 2000 : length);
    h_attr(h, "aria-hidden", S("true"));
    if (hundredths < 0)
        h_attr(h, "class", S("lawan"));
    h_close(h);
    h_close(h);
}

static void value_cell(Review *v, Html *h, int side, const Field *f)
{
    Req *req = v->req;
    const Record *r = &v->pairs[v->at].persons[side];
    h_open(h, "td");
    h_data(h, "isi", record_title(req, r));
    h_text(h, record_value(req, r, f));
    h_close(h);
}

static void fact_row(Review *v, Html *h, LikenessPart part)
{
    static const char *const shades[] = {"kosong", "beda", "mirip", "sama"};
    Req *req = v->req;
    const Likeness *like = &v->pairs[v->at].like;
    const Field *f = likeness_field(req->model, part);
    if (!f)
        return;
    h_open(h, "tr");
    h_attr(h, "class", str_of(shades[like->agreement[part]]));
    page_row_head(h, req_label(req, &f->label));
    for (int side = 0; side < 2; side++)
        value_cell(v, h, side, f);
    h_open(h, "td");
    h_data(h, "isi", req_tr(req, M_MATCH_RESULT));
    h_text(h, req_tr(req, identity_agreement((Agreement)like->agreement[part])));
    h_close(h);
    bits_cell(req, h, like->bits[part]);
    h_close(h);
}

static void sum_row(Req *req, Html *h, Msg label, int hundredths)
{
    h_open(h, "tr");
    h_open(h, "th");
    h_attr(h, "scope", S("row"));
    h_attr_int(h, "colspan", 4);
    h_text(h, req_tr(req, label));
    h_close(h);
    bits_cell(req, h, hundredths);
    h_close(h);
}

static void heads(Review *v, Html *h)
{
    Req *req = v->req;
    h_open(h, "thead");
    h_open(h, "tr");
    for (int i = 0; i < 5; i++) {
        h_open(h, "th");
        h_attr(h, "scope", S("col"));
        if (i == 1 || i == 2) {
            const Record *r = &v->pairs[v->at].persons[i - 1];
            page_link(h, url_record(req, r->reg, r->uid, ""), record_title(req, r));
            h_lit(h, " ");
            h_text(h, r->heading);
        } else {
            h_text(h, req_tr(req, i == 0 ? M_MATCH_FIELD : i == 3 ? M_MATCH_RESULT : M_MATCH_BITS));
        }
        h_close(h);
    }
    h_close(h);
    h_close(h);
}

static void side_by_side(Review *v, Html *h)
{
    Req *req = v->req;
    const Likeness *like = &v->pairs[v->at].like;
    page_scroll_open(h, req_tr(req, M_MATCH_TITLE));
    h_class(h, "table", "banding");
    heads(v, h);
    h_open(h, "tbody");
    for (LikenessPart p = 0; p < PART_FACTS; p++)
        fact_row(v, h, p);
    sum_row(req, h, M_MATCH_PRIOR, like->bits[PART_PRIOR]);
    sum_row(req, h, M_MATCH_REPORT_FORGED, like->bits[PART_FORGED]);
    sum_row(req, h, M_MATCH_REPORT_KIN, like->bits[PART_KIN]);
    sum_row(req, h, M_MATCH_WEIGHT, like->weight);
    h_close(h);
    h_close(h);
    h_close(h);
}

/* ---- weights, old and new ---- */

/* The words of a level or of what is compared; a code has no hyphen. */
static const Code *level_code(Req *req, Str token)
{
    Str code = S(""), part;
    while (str_cut(&token, '-', &part))
        code = str_printf(req->arena, "%.*s%s%.*s", STR_ARG(code), code.len ? "_" : "",
                          STR_ARG(part));
    return code_find(model_list(req->model, S(LIST_LEVELS)), code);
}

/* "Same + Alike": of the two words of a name each its level. */
static Str level_text(Req *req, Str level)
{
    Str text = S(""), one;
    while (str_cut(&level, '+', &one)) {
        const Code *code = level_code(req, one);
        text = str_printf(req->arena, "%.*s%s%.*s", STR_ARG(text), text.len ? " + " : "",
                          STR_ARG(code ? req_label(req, &code->label) : one));
    }
    return text;
}

static void level_row(Req *req, Html *h, const LevelBits *b)
{
    const Code *own = level_code(req, b->thing);
    h_open(h, "tr");
    page_row_head(h, req_label(req, own ? &own->label : &likeness_field(req->model, b->part)->label));
    h_element(h, "td", level_text(req, b->level));
    bits_cell(req, h, (int)lround(100 * b->old));
    bits_cell(req, h, (int)lround(100 * b->fresh));
    h_close(h);
}

void show_weights(Req *req, Html *h, const Record *r)
{
    static const Msg heads[] = {M_MATCH_FIELD, M_MATCH_RESULT, M_WEIGHTS_NOW, M_WEIGHTS_LEARNED};
    enum { MOVED = 10 }; /* hundredths of a bit */
    const Field *f = role_field(req->model, FIELD_ROLE_MATCH_WEIGHTS_TEXT);
    const LikenessModel *old = likeness_in_force(req->model), *fresh;
    LevelList all = {0};
    fresh = likeness_of_text(req->arena, req->model, r->number, r->vals[f->index].text);
    if (!old || !fresh)
        return;
    if (str_eq(likeness_version(old), r->number))
        old = req->model->likeness;
    likeness_side_by_side(req->arena, old, fresh, &all);
    h_element(h, "h2", req_tr(req, M_WEIGHTS_TITLE));
    h_element(h, "p", req_say(req, M_WEIGHTS_EXPLAIN, likeness_version(old), r->number));
    page_table_begin(req, h, req_tr(req, M_WEIGHTS_TITLE), heads, 4);
    for (size_t i = 0; i < all.n; i++)
        if (fabs(all.items[i].old - all.items[i].fresh) * 100 >= MOVED)
            level_row(req, h, &all.items[i]);
    page_table_end(h);
}

/* ---- deciding ---- */

static bool step_fits(Review *v, const Move *m)
{
    const Record *c = &v->candidates[v->at];
    const Field *asks = role_field(c->reg->model, FIELD_ROLE_CANDIDATE_REVEALS);
    bool opens = reg_state(c->reg, m->to)->opens, second = str_is(c->vals[asks->index].text, "ya");
    /* Where two are needed the step of one alone is not offered, and the other way round. */
    return move_allowed(v->req, c, m) && (!m->when || opens != second);
}

static void choices(Review *v, Html *h)
{
    Req *req = v->req;
    const Register *reg = v->candidates[v->at].reg;
    int n = 0;
    h_open(h, "fieldset");
    h_element(h, "legend", req_tr(req, M_MATCH_DECISION));
    for (size_t i = 0; i < reg->move_count; i++) {
        if (!step_fits(v, &reg->moves[i]))
            continue;
        Str key = str_int(req->arena, ++n);
        h_class(h, "label", "pilihan");
        h_open(h, "input");
        h_attr(h, "type", S("radio"));
        h_attr(h, "name", S("langkah"));
        h_attr(h, "value", reg->moves[i].name);
        h_attr(h, "accesskey", key);
        h_flag(h, "required");
        if (str_eq(req_form(req, S("langkah")), reg->moves[i].name))
            h_flag(h, "checked");
        h_text(h, str_printf(req->arena, " %.*s ", STR_ARG(key)));
        h_text(h, req_label(req, &reg->moves[i].label));
        h_close(h);
    }
    h_close(h);
}

static void decide_form(Review *v, Html *h)
{
    Req *req = v->req;
    const Record *c = &v->candidates[v->at];
    const CandidatePair *pair = &v->pairs[v->at];
    h_element(h, "p",
              req_say(req, M_MATCH_KEPT, record_title(req, &pair->persons[0]),
                      record_title(req, &pair->persons[1])));
    if (pair->reveals)
        page_notice(h, "awas", req_tr(req, M_MATCH_REVEALS));
    page_form_open_as(req, h, str_printf(req->arena, MATCH_PAGE "/%.*s", STR_ARG(c->uid)),
                      S("bagian"));
    page_hidden(h, S("idem"), rand_uid(req->arena));
    page_hidden(h, S("versi"), str_int(req->arena, c->version));
    page_hidden(h, S("ke"), str_int(req->arena, (int64_t)v->at + 1));
    choices(v, h);
    widget_text(req, h, S("-alasan"), req_tr(req, M_WEB_REASON), req_tr(req, M_MATCH_REASON_HINT),
                req_form(req, S("-alasan")), true);
    page_form_end(h, req_tr(req, M_MATCH_DECIDE), S("utama"));
}

static void open_form(Req *req, Html *h)
{
    page_form_open_as(req, h, S(MATCH_PAGE "/buka"), S("bagian"));
    h_element(h, "h2", req_tr(req, M_WEB_PROTECTED_TITLE));
    h_element(h, "p", req_tr(req, M_MATCH_OPEN_HINT));
    widget_select(req, h, S("guna"), req_tr(req, M_WEB_PURPOSE),
                  model_list(req->model, S(LIST_PURPOSE)), req_form(req, S("guna")));
    widget_text(req, h, S("-alasan"), req_tr(req, M_WEB_REASON), req_tr(req, M_WEB_REASON_HINT),
                STR_NONE, true);
    page_form_end(h, req_tr(req, M_MATCH_OPEN), S("utama"));
}

static void neighbours(Review *v, Html *h)
{
    Req *req = v->req;
    h_class(h, "nav", "halaman");
    h_attr(h, "aria-label", req_tr(req, M_MATCH_TITLE));
    if (v->at > 0)
        page_link(h, str_printf(req->arena, MATCH_PAGE "?ke=%zu", v->at),
                  req_tr(req, M_MATCH_PREVIOUS));
    if (v->at + 1 < v->n)
        page_link(h, str_printf(req->arena, MATCH_PAGE "?ke=%zu", v->at + 2),
                  req_tr(req, M_MATCH_NEXT));
    h_close(h);
}

static Err show(Review *v, const Problems *problems)
{
    Req *req = v->req;
    if (v->n)
        TRY(open_both(v));
    Html *h = page_begin(req, req_tr(req, M_MATCH_TITLE), NULL, 0);
    widget_summary(req, h, problems);
    if (!v->n) {
        h_element(h, "p", req_tr(req, M_MATCH_NONE));
        return page_end(req, h);
    }
    const Record *c = &v->candidates[v->at];
    h_open(h, "p");
    h_text(h, req_say(req, M_MATCH_PLACE, req_count(req, (int64_t)v->at + 1),
                      req_count(req, (int64_t)v->n)));
    h_lit(h, " · ");
    page_link(h, url_record(req, c->reg, c->uid, ""), record_title(req, c));
    h_lit(h, " · ");
    h_text(h, req_state(req, c->reg, c->state));
    h_close(h);
    side_by_side(v, h);
    decide_form(v, h);
    if (!v->opened)
        open_form(req, h);
    neighbours(v, h);
    return page_end(req, h);
}

Err page_match(Req *req)
{
    Review v;
    int64_t at;
    TRY(load_open(req, &v));
    if (str_i64(req_query(req, S("ke")), &at) && at > 1 && v.n)
        v.at = (size_t)at > v.n ? v.n - 1 : (size_t)at - 1;
    return show(&v, NULL);
}

/* ---- opening: one purpose for all pairs that wait ---- */

typedef struct Openings {
    Review v;
    Str *files, *reasons, purpose;
    size_t n;
} Openings;

static Err put_purposes(WriteTx *tx, void *openings)
{
    const Openings *o = openings;
    for (size_t i = 0; i < o->n; i++)
        TRY(purpose_put(tx, o->v.req->subject.session, o->files[i], o->purpose, o->reasons[i]));
    return ERR_OK;
}

static Err back(Req *req, Err err)
{
    int64_t at;
    TRY(err);
    if (!str_i64(req_form(req, S("ke")), &at) || at < 1)
        at = 1;
    return req_redirect(req,
                        str_printf(req->arena, MATCH_PAGE "?ke=%lld&pesan=langkah", (long long)at));
}

Err page_match_open_post(Req *req)
{
    Openings *o = ARENA_NEW(req->arena, Openings);
    Problems problems = {.arena = req->arena};
    TRY(load_open(req, &o->v));
    o->purpose = req_form(req, S("guna"));
    Str reason = req_form(req, S("-alasan"));
    o->files = ARENA_ARRAY(req->arena, 2 * o->v.n + 1, Str);
    o->reasons = ARENA_ARRAY(req->arena, 2 * o->v.n + 1, Str);
    purpose_judge(req, o->purpose, S("guna"), reason, S("-alasan"), &problems);
    if (problems.errors)
        return show(&o->v, &problems);
    for (; o->n < 2 * o->v.n; o->n++) {
        const Record *person = &o->v.pairs[o->n / 2].persons[o->n % 2];
        TRY(store_file_uid(&req->reader, person, &o->files[o->n]));
        TRY(reason_seal(&req->reader, o->files[o->n], reason, &o->reasons[o->n]));
    }
    return req_write_to(req, put_purposes, o, S(MATCH_PAGE));
}

/* ---- the decision ---- */

typedef struct Deciding {
    Review v;
    Batch *batch;
    Problems problems;
} Deciding;

static Err after_decision(Req *req, Err err)
{
    Deciding *d = req->state;
    if (err != ERR_OK && err_kind(err) == ERR_KIND_USER && d->batch->problems.n)
        return show(&d->v, &d->batch->problems);
    return back(req, err);
}

/* Where the pair of the address stands among those that wait; E_NOT_FOUND when it does not. */
static Err find_pair(Req *req, Review *v)
{
    TRY(load_open(req, v));
    for (v->at = 0; v->at < v->n; v->at++)
        if (str_eq(v->candidates[v->at].uid, req->uid))
            return ERR_OK;
    return E_NOT_FOUND;
}

Err page_match_post(Req *req)
{
    Deciding *d = ARENA_NEW(req->arena, Deciding);
    int64_t version;
    TRY(find_pair(req, &d->v));
    const Register *reg = d->v.candidates[d->v.at].reg;
    const Move *m = reg_move(reg, req_form(req, S("langkah")));
    if (!str_i64(req_form(req, S("versi")), &version))
        return E_BAD_REQ;
    d->problems.arena = req->arena;
    d->batch = store_batch(&req->reader);
    form_idempotent(req, d->batch);
    req->state = d;
    if (!m || !move_allowed(req, &d->v.candidates[d->v.at], m)) {
        problem_add(&d->problems, (Problem){.field = S("langkah"), .msg = M_MATCH_CHOOSE});
        return show(&d->v, &d->problems);
    }
    Change *c = store_change(req->arena, CHANGE_MOVE, reg, req->uid, version);
    c->move = m->name;
    c->reason = req_form(req, S("-alasan"));
    /* about who becomes part of the other */
    TRY(reason_seal(&req->reader, reason_subject(&req->reader, &d->v.pairs[d->v.at].persons[1]),
                    c->reason, &c->sealed));
    Err e = store_prepare(&req->reader, d->batch, c, &d->problems);
    if (e == E_INVALID || d->problems.errors)
        return show(&d->v, &d->problems);
    TRY(e);
    return req_write(req, store_batch_keys, store_batch_apply, d->batch, after_decision);
}
