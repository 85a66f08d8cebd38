/* New and edit: one form for every register. */
#include "web/page_form.h"

#include "base/rand.h"
#include "engine/identity_db.h"
#include "web/intake.h"
#include "web/page_file.h"

unsigned form_create_classes(const Req *req, const Register *reg)
{
    unsigned classes = 0;
    for (size_t i = 0; i < reg->rights.n; i++) {
        const Right *r = &reg->rights.items[i];
        if ((req->subject.roles >> r->role & 1) && (r->verbs & VERB_CREATE))
            classes |= r->classes;
    }
    return classes;
}

/* A reference to a register whose records are reached through what refers to them (people): such a
 * record can be made on the spot, because nobody could see it alone. */
static const Field *field_made_here(const Req *req)
{
    for (size_t i = 0; i < req->reg->field_count; i++) {
        const Field *f = req->reg->fields[i];
        if (f->kind == FK_REF && !f->multi && f->target && !f->calc && f->required &&
            f->target->reach == REACH_REFERRERS && req_may(req, f->target, VERB_CREATE))
            return f;
    }
    return NULL;
}

static Str draft_rec(Req *req, const Save *s)
{
    if (s->sheet)
        return req->uid;
    return str_printf(req->arena, "+%.*s", STR_ARG(s->parent_uid));
}

Err save_begin(Req *req, Save **ret)
{
    Save *s = ARENA_NEW(req->arena, Save);
    s->req = req;
    s->problems.arena = req->arena;
    s->form = (Form){.req = req, .reg = req->reg, .problems = &s->problems};
    if (!str_empty(req->uid)) {
        s->sheet = ARENA_NEW(req->arena, Sheet);
        TRY(record_load(req, VERB_CHANGE, s->sheet));
        if (record_locked(&s->sheet->rec))
            return E_FLOW;
        s->form.rec = &s->sheet->rec;
        s->form.classes = s->sheet->decision.classes;
    } else {
        if (!req_may(req, req->reg, VERB_CREATE))
            return E_DENIED;
        TRY(form_parent(req, req->reg, &s->parent_reg, &s->parent_uid));
        s->form.classes = form_create_classes(req, req->reg);
        s->form.sub_field = field_made_here(req);
    }
    if (s->form.sub_field) {
        const Field *f = s->form.sub_field;
        s->sub = (Form){.req = req,
                        .reg = f->target,
                        .problems = &s->problems,
                        .prefix = str_printf(req->arena, "%.*s.", STR_ARG(f->name)),
                        .classes = form_create_classes(req, f->target)};
        s->form.sub = &s->sub;
    }
    s->draft = (DraftKey){.store = req->store,
                          .user_uid = req->subject.uid,
                          .reg = req->reg->name,
                          .rec = draft_rec(req, s)};
    req->state = s;
    *ret = s;
    return ERR_OK;
}

/* The form of a new person or paper among those on the page; NULL: none. */
static Form *book_form(Save *s)
{
    Form *f = s->form.sub ? s->form.sub : &s->form;
    return !s->sheet && book_concerns(f) ? f : NULL;
}

/* ---- the page ---- */

static Str form_title(Req *req, const Save *s)
{
    Str label = req_label(req, &req->reg->label);
    if (!s->sheet)
        return req_say(req, M_WEB_NEW_TITLE, label);
    return req_say(req, M_WEB_EDIT_TITLE, record_title(req, &s->sheet->rec));
}

static void buttons(Save *s, Html *h)
{
    Req *req = s->req;
    h_class(h, "div", "tombol");
    page_button(h, req_tr(req, M_WEB_SAVE), S("utama"), STR_NONE, STR_NONE);
    if (s->problems.n && !s->problems.errors)
        page_button(h, req_tr(req, M_WEB_SAVE_ANYWAY), S("awas"), S("yakin"), S("1"));
    if (!s->sheet)
        page_button(h, req_tr(req, M_WEB_SAVE_MORE), STR_NONE, S("lagi"), S("1"));
    h_open(h, "button");
    h_attr(h, "type", S("submit"));
    h_attr(h, "name", S("draf"));
    h_attr(h, "value", S("simpan"));
    h_flag(h, "formnovalidate");
    h_text(h, req_tr(req, M_WEB_SAVE_DRAFT));
    h_close(h);
    if (book_form(s) && book_there(req))
        page_button(h, req_tr(req, M_POPULATION_LOOK), STR_NONE, S("-penduduk"), S("cari"));
    Str back = s->sheet        ? url_record(req, req->reg, req->uid, "")
               : s->parent_reg ? url_record(req, s->parent_reg, s->parent_uid, "")
                               : url_reg(req, req->reg);
    page_link(h, back, req_tr(req, M_WEB_CANCEL));
    h_close(h);
}

static void offer_draft(Save *s, Html *h, int64_t at)
{
    Req *req = s->req;
    h_class(h, "section", "kabar info");
    h_element(h, "p", req_say(req, M_WEB_DRAFT_FOUND, req_instant(req, at)));
    h_class(h, "div", "tombol");
    Str parent = s->parent_reg ? params_get(&req->query, S("induk")) : STR_NONE;
    page_link(h, url_with(req->arena, req->path, {"draf", S("lanjut")}, {"induk", parent}),
              req_tr(req, M_WEB_DRAFT_OPEN));
    page_form_open(req, h, req->path);
    if (s->parent_reg)
        page_hidden(h, S("induk"), parent);
    page_button(h, req_tr(req, M_WEB_DRAFT_DROP), S("polos"), S("draf"), S("buang"));
    h_close(h);
    h_close(h);
    h_close(h);
}

static void hidden_state(Save *s, Html *h)
{
    Req *req = s->req;
    page_hidden(h, S("idem"), rand_uid(req->arena));
    if (s->sheet)
        page_hidden(h, S("versi"), str_int(req->arena, s->sheet->rec.version));
    if (s->letter.ptr)
        page_hidden(h, S("-kiriman"), s->letter);
    if (s->parent_reg)
        page_hidden(h, S("induk"),
                    str_printf(req->arena, "%.*s/%.*s", STR_ARG(s->parent_reg->name),
                               STR_ARG(s->parent_uid)));
}

static Html *open_page(Save *s)
{
    Req *req = s->req;
    Crumb crumbs[4];
    size_t n = 0;
    if (s->sheet) {
        n = record_crumbs(req, &s->sheet->rec, true, crumbs);
    } else {
        Record parent;
        if (s->parent_reg &&
            store_get(&req->reader, s->parent_reg, s->parent_uid, VERB_LIST, &parent) == ERR_OK)
            crumbs[n++] =
                (Crumb){parent.heading, url_record(req, s->parent_reg, s->parent_uid, "")};
        crumbs[n++] = (Crumb){req_label(req, &req->reg->label), url_reg(req, req->reg)};
    }
    Str title = form_title(req, s);
    if (s->problems.errors)
        title = req_say(req, M_WEB_ERROR_PREFIX, title);
    Html *h = page_begin_bare(req, title, crumbs, n);
    widget_summary(req, h, &s->problems);
    h_element(h, "h1", form_title(req, s));
    page_message(req, h);
    return h;
}

/* Where the control of a problem stands in the form; what belongs to no field comes first. */
static size_t place_in_form(const Form *f, Str name)
{
    enum { ROOM = 1000 }; /* more than a register has fields */
    if (f->sub && str_starts(name, f->sub->prefix))
        return (f->sub_field->index + 1) * ROOM +
               place_in_form(f->sub, str_from(name, f->sub->prefix.len)) / ROOM + 1;
    const Field *field = str_empty(name) ? NULL : reg_field(f->reg, name);
    return field ? (field->index + 1) * ROOM : 0;
}

/* What was found while reading and what the gate found stand together, in the order of the form. */
static void order_problems(Save *s)
{
    Problem *all = s->problems.items;
    for (size_t i = 1; i < s->problems.n; i++) {
        Problem p = all[i];
        size_t place = place_in_form(&s->form, p.field), k = i;
        for (; k > 0 && place_in_form(&s->form, all[k - 1].field) > place; k--)
            all[k] = all[k - 1];
        all[k] = p;
    }
}

static Err show_form(Save *s, int64_t draft_at)
{
    Req *req = s->req;
    order_problems(s);
    Html *h = open_page(s);
    if (draft_at)
        offer_draft(s, h, draft_at);
    if (s->sheet && s->sheet->closed) {
        page_told(h, S("kabar info"), req_tr(req, M_WEB_OPEN_FIRST),
                  url_record(req, req->reg, req->uid, "#buka"), req_tr(req, M_WEB_OPEN_FILE));
    }
    s->form.h = s->sub.h = h;
    page_form_open_as(req, h, req->path, S("isi"));
    hidden_state(s, h);
    widget_sections(&s->form);
    widget_offered(&s->form);
    if (s->sheet)
        widget_text(req, h, S("-alasan"), req_tr(req, M_WEB_CHANGE_WHY),
                    req_tr(req, M_WEB_CHANGE_WHY_HINT),
                    s->form.typed ? params_get(s->form.typed, S("-alasan")) : STR_NONE, false);
    page_hidden(h, S("-siapa"), page_user_mark(req, req->subject.uid));
    buttons(s, h);
    if (s->look.done)
        book_show(req, h, &s->look, &s->form);
    h_close(h);
    return page_end(req, h);
}

/* Registers whose records stand under another: says where to begin. */
static Err ask_parent(Req *req)
{
    Str label = req_label(req, &req->reg->label);
    Html *h = page_begin(req, req_say(req, M_WEB_NEW_TITLE, label), NULL, 0);
    h_element(h, "p", req_say(req, M_WEB_NEEDS_PARENT, label));
    h_open(h, "ul");
    for (size_t i = 0; i < req->model->reg_count; i++) {
        const Register *parent = req->model->regs[i];
        if (!reg_accepts_parent(req->reg, parent) || !req_may(req, parent, VERB_LIST))
            continue;
        page_link_in(h, "li", url_reg(req, parent), req_label(req, &parent->label));
    }
    h_close(h);
    return page_end(req, h);
}

static Err take_from_book(Save *s, Str row)
{
    Form *f = book_form(s);
    if (!f)
        return E_NOT_FOUND;
    TRY(book_take(f, row));
    problem_add(&s->problems, (Problem){.msg = M_POPULATION_TAKEN, .warning = true});
    return ERR_OK;
}

Err page_form(Req *req)
{
    Save *s;
    Str text = STR_NONE, row = req_query(req, S("-penduduk")), fill = req_query(req, S("-isi"));
    int64_t at = 0;
    TRY(save_begin(req, &s));
    if (!s->sheet && req->reg->has_parent && !req->reg->parent_optional && !s->parent_reg)
        return ask_parent(req);
    if (s->parent_reg) {
        Record parent;
        TRY(store_get(&req->reader, s->parent_reg, s->parent_uid, VERB_LIST, &parent));
        if (!store_decide_child(&req->reader, &parent, req->reg, VERB_CREATE).allowed)
            return E_DENIED; /* before anything is typed, not after */
    }
    TRY(intake_into_form(req, s));
    if (!str_empty(row))
        TRY(take_from_book(s, row));
    TRY(draft_get(&req->reader, s->draft, &text, &at));
    bool draft = text.ptr && str_is(req_query(req, S("draf")), "lanjut");
    if (!s->letter.ptr && (draft || !str_empty(fill))) {
        Params *typed = ARENA_NEW(req->arena, Params);
        TRY(urlencoded_parse(req->arena, draft ? text : fill, typed));
        s->form.typed = s->sub.typed = typed;
        at = draft ? 0 : at;
    }
    return show_form(s, text.ptr ? at : 0);
}

/* ---- drafts ---- */

Str form_draft_text(Req *req)
{
    static const char *const not_kept[] = {"csrf", "idem", "versi", "draf", "lagi", "yakin"};
    Buf b = buf_new(req->arena, 1024);
    for (size_t i = 0; i < req->form.names.n; i++) {
        bool keep = true;
        for (size_t k = 0; k < COUNT(not_kept); k++)
            keep = keep && !str_is(req->form.names.items[i], not_kept[k]);
        if (keep)
            query_put(&b, req->form.names.items[i], req->form.values.items[i]);
    }
    return buf_str(&b);
}

static Err back_to_form(Req *req, Err err, const char *message)
{
    TRY(err);
    return req_redirect(req, url_with(req->arena, req->path, {"pesan", str_of(message)},
                                      {"induk", req_form(req, S("induk"))}));
}

static Err after_draft(Req *req, Err err)
{
    return back_to_form(req, err, "draf");
}

static Err after_drop(Req *req, Err err)
{
    return back_to_form(req, err, "buang");
}

static Err keep_draft(Req *req, Save *s, ThenFn then)
{
    DraftPut *put = ARENA_NEW(req->arena, DraftPut);
    *put = (DraftPut){.key = s->draft, .text = form_draft_text(req)};
    return req_write(req, NULL, draft_put, put, then);
}

static Err expired(Req *req, Err err)
{
    (void)req;
    return err == ERR_OK ? E_CSRF : err;
}

Err page_keep_draft(Req *req)
{
    Save *s;
    if (save_begin(req, &s) != ERR_OK)
        return E_CSRF;
    return keep_draft(req, s, expired);
}

/* ---- saving ---- */

/* People that may be this one, as far as the reader may know of them. */
static Err warn_same_person(Save *s, const Change *c, const Field *ref)
{
    enum { ALIKE = 5 };
    Req *req = s->req;
    Alike alike[ALIKE];
    Str uids = S(""), names = S("");
    size_t n;
    if (params_has(&req->form, S("yakin")))
        return ERR_OK;
    TRY(identity_alike(&req->reader, c, alike, ALIKE, &n));
    for (size_t i = 0; i < n; i++) {
        const Record *r = &alike[i].person;
        Str why = identity_reasons(req->arena, req->model, req->lang, &alike[i].like);
        uids = str_printf(req->arena, "%.*s %.*s", STR_ARG(uids), STR_ARG(r->uid));
        names =
            str_printf(req->arena, "%.*s%s%.*s %.*s (%.*s)", STR_ARG(names), names.len ? "; " : "",
                       STR_ARG(r->heading), STR_ARG(r->number), STR_ARG(why));
    }
    if (!uids.len)
        return ERR_OK;
    Problem p = {
        .msg = M_WEB_MAYBE_SAME, .args = {names, STR_NONE, str_trim(uids)}, .warning = true};
    if (ref) {
        p.field = ref->name;
        p.label = &ref->label;
    }
    problem_add(&s->problems, p);
    return ERR_OK;
}

/* What the population book says of this person that was not typed: told once before saving, as far
 * as the day's readings go. */
static void warn_of_book(Save *s, const Change *c, const Form *form)
{
    Req *req = s->req;
    const PersonFacts typed = book_facts(c);
    if (params_has(&req->form, S("yakin")) || form != book_form(s) || str_empty(typed.name) ||
        !req_duty(req, "population_rows"))
        return;
    if (book_look(req, &typed, &s->look) != ERR_OK) /* no book, or not now: saving goes on */
        return;
    book_keep_news(&s->look, &typed);
    s->look.done = s->look.n > 0;
    if (s->look.done)
        problem_add(&s->problems, (Problem){.msg = M_POPULATION_NEWS, .warning = true});
}

/* Problems of the gate, less those about fields that could not even be read. */
static void merge_problems(Save *s, const Form *form, Problems *more)
{
    form_prefix_problems(form, more, 0);
    problems_add_new(&s->problems, more);
}

static Err prepare_one(Save *s, Form *form, Change *c)
{
    Problems found = {.arena = s->req->arena};
    Err e = store_prepare(&s->req->reader, s->batch, c, &found);
    merge_problems(s, form, &found);
    return e == E_INVALID ? ERR_OK : e;
}

static bool sub_typed(const Save *s)
{
    const Params *p = &s->req->form;
    for (size_t i = 0; s->form.sub && i < p->names.n; i++) {
        Str name = p->names.items[i];
        if (str_starts(name, s->sub.prefix) && !str_ends(name, S("-ada")) &&
            !str_ends(name, S(".cari")) && !str_empty(str_trim(p->values.items[i])))
            return true;
    }
    return false;
}

/* The record made on the spot comes first in the batch, so that the other may refer to it. */
static Err prepare_sub(Save *s)
{
    const Field *ref = s->form.sub_field;
    if (!ref || !str_empty(s->change->vals[ref->index]) || !sub_typed(s))
        return ERR_OK;
    Change *c = store_change(s->req->arena, CHANGE_CREATE, ref->target, STR_NONE, 0);
    TRY(form_read(&s->sub, c, &s->problems));
    TRY(warn_same_person(s, c, ref));
    warn_of_book(s, c, &s->sub);
    TRY(prepare_one(s, &s->sub, c));
    change_set(s->change, ref, c->uid);
    return ERR_OK;
}

static Err prepare(Save *s)
{
    Req *req = s->req;
    int64_t version = 0;
    if (s->sheet && (!str_i64(req_form(req, S("versi")), &version) || version < 1))
        return E_BAD_REQ;
    s->form.typed = s->sub.typed = &req->form;
    s->batch = store_batch(&req->reader);
    form_idempotent(req, s->batch);
    s->change = store_change(req->arena, s->sheet ? CHANGE_UPDATE : CHANGE_CREATE, req->reg,
                             req->uid, version);
    s->change->parent_reg = s->parent_reg;
    s->change->parent_uid = s->parent_uid;
    s->change->reason = str_head(req_form(req, S("-alasan")), REASON_MAX);
    TRY(form_read(&s->form, s->change, &s->problems));
    TRY(prepare_sub(s));
    if (!s->sheet) {
        TRY(warn_same_person(s, s->change, NULL));
        warn_of_book(s, s->change, &s->form);
    }
    return prepare_one(s, &s->form, s->change);
}

static Err after_save(Req *req, Err err)
{
    Save *s = req->state;
    Batch *b = s->batch;
    if (err == E_STALE || (err == E_REUSED && s->sheet))
        return page_conflict(req, s);
    if (err == E_REUSED) {
        problem_add(&s->problems, (Problem){.msg = M_WEB_REUSED});
        TRY(show_form(s, 0));
        req->res.status = err_http(E_REUSED);
        return ERR_OK;
    }
    if (b->problems.n && (err == E_INVALID || err == E_DUPLICATE || err == E_FLOW)) {
        merge_problems(s, &s->form, &b->problems);
        return show_form(s, 0);
    }
    if (err == E_FULL && !req->uploads.n) {
        problem_add(&s->problems, (Problem){.msg = M_E_FULL});
        TRY(show_form(s, 0));
        req->res.status = err_http(E_FULL);
        return ERR_OK;
    }
    TRY(err);
    if (params_has(&req->form, S("lagi")))
        return back_to_form(req, ERR_OK, "simpan");
    Str uid = str_empty(b->result_uid) ? s->change->uid : b->result_uid;
    Record made; /* what it set off may have shut the file to its writer */
    Err seen = store_get(&req->reader, req->reg, uid, VERB_READ, &made);
    return req_redirect(req, seen == E_NOT_FOUND || seen == E_DENIED
                                 ? S("/?beranda=ya&pesan=tertutup")
                                 : url_record(req, req->reg, uid, "?pesan=simpan"));
}

static bool changes_something(const Change *c)
{
    for (size_t i = 0; i < c->reg->field_count; i++)
        if (c->set[i])
            return true;
    return c->kind == CHANGE_CREATE;
}

/* Nothing is saved: the form comes back with what was typed, and what the book has. */
static Err look_into_book(Save *s, Str asked)
{
    Req *req = s->req;
    Form *f = book_form(s);
    Problems ignored = {.arena = req->arena};
    if (!f)
        return E_NOT_FOUND;
    s->form.typed = s->sub.typed = &req->form;
    if (!str_is(asked, "cari")) {
        TRY(take_from_book(s, asked));
        return show_form(s, 0);
    }
    Change *c = store_change(req->arena, CHANGE_CREATE, f->reg, STR_NONE, 0);
    TRY(form_read(f, c, &ignored));
    PersonFacts typed = book_facts(c);
    TRY(book_look(req, &typed, &s->look));
    return show_form(s, 0);
}

Err page_form_post(Req *req)
{
    Save *s;
    TRY(save_begin(req, &s));
    Str draft = req_form(req, S("draf")), asked = req_form(req, S("-penduduk"));
    if (!str_empty(asked))
        return look_into_book(s, asked);
    if (str_is(draft, "simpan"))
        return keep_draft(req, s, after_draft);
    if (str_is(draft, "buang"))
        return req_write(req, NULL, draft_drop, &s->draft, after_drop);
    Err e = prepare(s);
    if (e == E_STALE)
        return page_conflict(req, s);
    TRY(e);
    if (s->problems.n && (s->problems.errors || !params_has(&req->form, S("yakin"))))
        return show_form(s, 0);
    if (!changes_something(s->change))
        return req_redirect(req, url_record(req, req->reg, req->uid, "?pesan=sama"));
    if (s->form.sub)
        TRY(form_keep_files(&s->sub, s->batch, s->batch->items[0]));
    TRY(form_keep_files(&s->form, s->batch, s->change));
    s->batch->also = draft_drop;
    s->batch->also_arg = &s->draft;
    TRY(intake_into_form(req, s));
    return req_write(req, store_batch_keys, store_batch_apply, s->batch, after_save);
}
