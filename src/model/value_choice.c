#include "base/utf8.h"
#include "model/value_parts.h"

/* ---- codes ---- */

static const Code *code_labelled(const CodeList *list, Arena *a, Str typed)
{
    CodeRows rows = code_rows(list);
    Str folded = utf8_fold(a, typed);
    for (size_t i = 0; i < rows.n; i++)
        for (int lang = 0; lang < LANG_COUNT; lang++)
            if (str_eq(utf8_fold(a, rows.items[i].label.text[lang]), folded))
                return &rows.items[i];
    return NULL;
}

/* Number of leading characters both texts share, without case. */
static size_t likeness(Str x, Str y)
{
    size_t n = 0;
    while (n < x.len && n < y.len && (x.ptr[n] | 32) == (y.ptr[n] | 32))
        n++;
    return n;
}

/* A label to show what the list expects: the one that begins most alike. */
static Str example_of(const CodeList *list, Str typed)
{
    CodeRows rows = code_rows(list);
    Str best = rows.n ? rows.items[0].label.text[LANG_ID] : S("-");
    for (size_t i = 1; i < rows.n; i++) {
        Str label = rows.items[i].label.text[LANG_ID];
        if (likeness(label, typed) > likeness(best, typed))
            best = label;
    }
    return best;
}

bool code_parse(const ValueCtx *c, Str typed, Str *ret)
{
    const CodeList *list = c->f->codes;
    const Code *code = code_find(list, typed);
    if (!code)
        code = code_find(list, str_lower(c->arena, typed));
    if (!code)
        code = code_labelled(list, c->arena, typed);
    if (!code) {
        value_problem(c, M_VAL_CODE, typed, example_of(list, typed));
        return false;
    }
    *ret = code->code;
    return true;
}

bool yesno_parse(const ValueCtx *c, Str typed, Str *ret)
{
    static const struct {
        const char *word, *code;
    } words[] = {{"y", "ya"},
                 {"yes", "ya"},
                 {"true", "ya"},
                 {"1", "ya"},
                 {"t", "tidak"},
                 {"n", "tidak"},
                 {"no", "tidak"},
                 {"tdk", "tidak"},
                 {"false", "tidak"},
                 {"0", "tidak"},
                 {"tidak tahu", "tidak_diketahui"},
                 {"unknown", "tidak_diketahui"},
                 {"?", "tidak_diketahui"},
                 {"-", "tidak_ditanyakan"}};
    Str folded = utf8_fold(c->arena, typed);
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_is(folded, words[i].word)) {
            *ret = str_of(words[i].code);
            return true;
        }
    return code_parse(c, typed, ret);
}

void code_check(const ValueCtx *c, Str canonical)
{
    const Code *code = code_find(c->f->codes, canonical);
    if (!code)
        value_problem(c, M_VAL_CODE, canonical, example_of(c->f->codes, canonical));
    else if (code->proposed)
        value_problem(c, M_VAL_CODE_PROPOSED, code->label.text[LANG_ID], STR_NONE);
    else if (!code_valid(code, c->today))
        value_problem(c, M_VAL_CODE_WITHDRAWN, code->label.text[LANG_ID],
                      code->until.len ? code->until : code->from);
}

/* ---- places ---- */

enum { CANDIDATES = 3 };

static Str candidates(const ValueCtx *c, const Place **found, size_t n)
{
    Buf b = buf_new(c->arena, 128);
    for (size_t i = 0; i < n && i < CANDIDATES; i++) {
        if (i)
            buf_lit(&b, "; ");
        buf_put(&b, place_label(c->f->reg->model, c->arena, found[i]->code));
    }
    if (n > CANDIDATES)
        buf_lit(&b, "; ...");
    return buf_str(&b);
}

bool place_parse(const ValueCtx *c, Str typed, Str *ret)
{
    const Model *m = c->f->reg->model;
    const Place *found[CANDIDATES], *by_code = place_find(m, typed);
    if (by_code) {
        *ret = by_code->code;
        return true;
    }
    size_t n = place_named(m, c->arena, typed, c->f->level, found, CANDIDATES);
    if (n == 1) {
        *ret = found[0]->code;
        return true;
    }
    if (n == 0)
        value_problem(c, M_VAL_PLACE, typed, STR_NONE);
    else
        value_problem(c, M_VAL_PLACE_WHICH, typed, candidates(c, found, n));
    return false;
}

void place_check(const ValueCtx *c, Str canonical)
{
    static const Msg levels[] = {[PLACE_PROVINCE] = M_LEVEL_PROVINCE,
                                 [PLACE_DISTRICT] = M_LEVEL_DISTRICT,
                                 [PLACE_SUBDISTRICT] = M_LEVEL_SUBDISTRICT,
                                 [PLACE_VILLAGE] = M_LEVEL_VILLAGE};
    const Place *p = place_find(c->f->reg->model, canonical);
    if (!p)
        value_problem(c, M_VAL_PLACE, canonical, STR_NONE);
    else if (c->f->level != PLACE_ANY && p->level != c->f->level)
        value_problem(c, M_VAL_PLACE_LEVEL, p->name, tr(LANG_ID, levels[c->f->level]));
}
