#include "web/form_read.h"

#include "base/clock.h"
#include "base/rand.h"
#include "base/utf8.h"
#include "guard/keys.h"
#include "web/page_file.h"

enum { CANDIDATES = 8 };

static void field_problem(Form *f, const Field *field, Problems *list, Msg msg, Str typed,
                          Str found)
{
    problem_add(list, (Problem){.field = widget_name(f, field),
                                .label = &field->label,
                                .msg = msg,
                                .args = {typed, STR_NONE, found}});
}

static void add_word(Arena *a, Str *words, Str word)
{
    *words = str_empty(*words) ? word : str_printf(a, "%.*s %.*s", STR_ARG(*words), STR_ARG(word));
}

/* ---- what was typed into a search box ---- */

/* The codes of places that fit; one exact name among several wins. */
static Str places_found(Req *req, const Field *field, Str typed)
{
    const Place *hits[CANDIDATES];
    if (place_find(req->model, typed))
        return typed;
    size_t n = place_search(req->model, req->arena, typed, field->level, hits, CANDIDATES);
    Str folded = utf8_fold(req->arena, typed), all = STR_NONE, exact = STR_NONE;
    size_t exact_n = 0;
    for (size_t i = 0; i < n; i++) {
        add_word(req->arena, &all, hits[i]->code);
        if (!str_eq(hits[i]->folded, folded))
            continue;
        exact = hits[i]->code;
        exact_n++;
    }
    return exact_n == 1 ? exact : all;
}

static Err search_register(Req *req, const Register *reg, Str typed, Str *found)
{
    if (!req_may(req, reg, VERB_LIST))
        return ERR_OK;
    Query q = query_new(reg);
    QueryPage page;
    q.limit = CANDIDATES;
    Str number = str_printf(req->arena, "%.*s", STR_ARG(typed));
    if (!str_empty(reg->number) && str_find(number, ' ') < 0) {
        query_filter(&q, req->arena, NULL, S("nomor"), FILTER_EQ, number);
        TRY(query_page(&req->reader, &q, &page));
        if (page.n == 1) {
            *found = page.items[0].uid;
            return ERR_OK;
        }
    }
    if (!reg->has_search)
        return ERR_OK;
    q = query_new(reg);
    q.limit = CANDIDATES;
    q.text = typed;
    TRY(query_page(&req->reader, &q, &page));
    for (size_t i = 0; i < page.n; i++)
        add_word(req->arena, found, page.items[i].uid);
    return ERR_OK;
}

static Err records_found(Req *req, const Field *field, Str typed, Str *ret)
{
    Str found = STR_NONE;
    if (uid_shape(typed)) {
        *ret = typed;
        return ERR_OK;
    }
    for (size_t i = 0; i < req->model->reg_count; i++)
        if (field_accepts(field, req->model->regs[i]))
            TRY(search_register(req, req->model->regs[i], typed, &found));
    *ret = found;
    return ERR_OK;
}

static bool any_word_in(Str words, Str list)
{
    Str word;
    while (str_word(&words, &word))
        if (str_has_word(list, word))
            return true;
    return false;
}

Err form_read_picked(Form *f, const Field *field, Problems *problems, Str *ret)
{
    Req *req = f->req;
    Arena *a = req->arena;
    Str name = widget_name(f, field);
    Str typed = req_form(req, str_printf(a, "%.*s.cari", STR_ARG(name)));
    Str ticked = params_all(&req->form, a, name, ';'), piece, words = STR_NONE, found = STR_NONE;
    while (str_cut(&ticked, ';', &piece))
        if (!str_empty(piece = str_trim(piece)))
            add_word(a, &words, piece);
    *ret = words;
    if (str_empty(typed))
        return ERR_OK;
    if (field->kind == FK_PLACE)
        found = places_found(req, field, typed);
    else
        TRY(records_found(req, field, typed, &found));
    if (str_empty(found)) {
        field_problem(f, field, problems, M_WEB_NO_HIT, typed, STR_NONE);
    } else if (str_find(found, ' ') >= 0 && any_word_in(words, found)) {
        return ERR_OK; /* without the script the words that led to the choice are sent along with it
                        */
    } else if (str_find(found, ' ') >= 0) {
        field_problem(f, field, problems, M_WEB_AMBIGUOUS, typed, found);
    } else if (field->multi) {
        add_word(a, ret, found);
    } else {
        *ret = found;
    }
    return ERR_OK;
}

/* ---- fields ---- */

static Err read_field(Form *f, const Field *field, Change *c, Problems *problems)
{
    Req *req = f->req;
    Arena *a = req->arena;
    Str name = widget_name(f, field), value = STR_NONE;
    if (field->kind == FK_PLACE || field->kind == FK_REF) {
        size_t before = problems->n;
        Str words;
        TRY(form_read_picked(f, field, problems, &words));
        if (problems->n > before)
            return ERR_OK;
        value = words;
    } else {
        Str typed = params_all(&req->form, a, name, field->kind == FK_TEXT ? '\n' : ';');
        Problems own = {.arena = problems->arena};
        if (!value_parse(field, a, typed, clock_today(), &value, &own)) {
            for (size_t i = 0; i < own.n; i++) {
                own.items[i].field = name;
                problem_add(problems, own.items[i]);
            }
            return ERR_OK;
        }
    }
    bool proposes = !f->rec && field->default_ && str_empty(form_default(req, field));
    if (str_empty(value) && proposes)
        return ERR_OK; /* the gate knows a default that the empty form did not */
    change_set(c, field, value);
    return ERR_OK;
}

/* Only what the form showed: a stored value that is still closed, since no purpose was stated, is
 * neither overwritten nor compared with what somebody guesses. */
static bool takes(const Form *f, const Field *field, Str offered)
{
    bool closed = f->rec && f->rec->vals[field->index].sealed;
    return str_has_word(offered, field->name) && widget_offers(f, field) && !closed;
}

Err form_read(Form *f, Change *c, Problems *problems)
{
    Req *req = f->req;
    Arena *a = req->arena;
    Str offered = params_get(&req->form, str_printf(a, "%.*s-ada", STR_ARG(f->prefix)));
    for (size_t i = 0; i < f->reg->field_count; i++) {
        const Field *field = f->reg->fields[i];
        if (!takes(f, field, offered) || field->kind == FK_FILE)
            continue;
        Str kept = str_printf(a, "pilih.%.*s%.*s", STR_ARG(f->prefix), STR_ARG(field->name));
        if (str_is(params_get(&req->form, kept), "mereka"))
            continue; /* of two editors' values the stored one was chosen */
        TRY(read_field(f, field, c, problems));
    }
    /* Files last: what is known of the bytes goes where nobody typed anything. */
    for (size_t i = 0; i < f->reg->field_count; i++) {
        const Field *field = f->reg->fields[i];
        if (field->kind == FK_FILE && takes(f, field, offered))
            TRY(form_take_file(f, field, c, problems));
    }
    return ERR_OK;
}

void form_prefix_problems(const Form *f, Problems *problems, size_t from)
{
    if (str_empty(f->prefix))
        return;
    for (size_t i = from; i < problems->n; i++)
        if (!str_empty(problems->items[i].field) &&
            !str_starts(problems->items[i].field, f->prefix))
            problems->items[i].field = str_printf(f->req->arena, "%.*s%.*s", STR_ARG(f->prefix),
                                                  STR_ARG(problems->items[i].field));
}

/* The register of a parent named by its uid alone, as lists and tables name it. */
static Err parent_by_uid(Req *req, const Register *child, Str uid, const Register **ret)
{
    for (size_t i = 0; i < req->model->reg_count; i++) {
        Record r;
        *ret = req->model->regs[i];
        if (reg_accepts_parent(child, *ret) && req_may(req, *ret, VERB_LIST) &&
            store_get(&req->reader, *ret, uid, VERB_LIST, &r) == ERR_OK)
            return ERR_OK;
    }
    return E_NOT_FOUND;
}

Err form_parent(Req *req, const Register *child, const Register **ret_reg, Str *ret_uid)
{
    Str text = req->method == METHOD_POST ? req_form(req, S("induk")) : req_query(req, S("induk"));
    Str name;
    *ret_reg = NULL;
    *ret_uid = STR_NONE;
    if (str_empty(text))
        return ERR_OK;
    if (uid_shape(text)) {
        *ret_uid = text;
        return parent_by_uid(req, child, text, ret_reg);
    }
    if (!str_cut(&text, '/', &name) || !uid_shape(text))
        return E_BAD_REQ;
    const Register *reg = model_reg(req->model, name);
    if (!reg || !reg_accepts_parent(child, reg))
        return E_BAD_REQ;
    *ret_reg = reg;
    *ret_uid = text;
    return ERR_OK;
}

void form_idempotent(Req *req, Batch *b)
{
    Arena *a = req->arena;
    Buf all = buf_new(a, 1024);
    Str key = req_form(req, S("idem"));
    b->idem_key = str_empty(key) ? STR_NONE : key;
    query_put(&all, S("path"), req->path);
    for (size_t i = 0; i < req->form.names.n; i++)
        if (!str_is(req->form.names.items[i], "csrf"))
            query_put(&all, req->form.names.items[i], req->form.values.items[i]);
    b->idem_hash = keyed_hash(req->store->in->keyring, a, "sgpidem", buf_str(&all));
}
