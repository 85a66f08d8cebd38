#include "model/value.h"

#include "base/utf8.h"
#include "model/field_type.h"

void value_problem(const ValueCtx *c, Msg msg, Str a, Str b)
{
    Arena *keep = c->problems->arena;
    problem_add(c->problems, (Problem){.field = c->f->name,
                                       .label = &c->f->label,
                                       .msg = msg,
                                       .args = {str_copy(keep, a), str_copy(keep, b)}});
}

void value_warning(const ValueCtx *c, Msg msg, Str a)
{
    value_problem(c, msg, a, STR_NONE);
    c->problems->items[c->problems->n - 1].warning = true;
    c->problems->errors--;
}

/* ---- several values ---- */

static bool parse_quietly(const ValueCtx *c, Str piece, Str *ret)
{
    Problems unheard = {.arena = c->arena};
    ValueCtx quiet = *c;
    quiet.problems = &unheard;
    return field_type(c->f->kind)->parse(&quiet, piece, ret);
}

static void add_word(Buf *b, Str word)
{
    if (str_has_word(buf_str(b), word))
        return;
    if (b->len)
        buf_char(b, ' ');
    buf_put(b, word);
}

/* Cut at every `mark`; with blanks only when each word is a value, since labels contain blanks. */
static bool parse_pieces(const ValueCtx *c, Str text, char mark, Buf *into)
{
    Str piece, word;
    size_t before = into->len;
    while (str_cut(&text, mark, &piece)) {
        piece = str_trim(piece);
        if (!piece.len)
            continue;
        if (!parse_quietly(c, piece, &word)) {
            into->len = before;
            return false;
        }
        add_word(into, word);
    }
    return true;
}

/* One piece between ; or line ends: a value, else values between commas, else between blanks. */
static bool parse_several(const ValueCtx *c, Str piece, Buf *into)
{
    Str one, rest = piece;
    if (parse_quietly(c, piece, &one)) {
        add_word(into, one);
        return true;
    }
    if (parse_pieces(c, piece, ',', into) || parse_pieces(c, piece, ' ', into))
        return true;
    bool good = true;
    while (str_cut(&rest, ',', &one)) {
        Str word;
        if (str_trim(one).len && !field_type(c->f->kind)->parse(c, str_trim(one), &word))
            good = false;
    }
    return good;
}

static bool parse_multi(const ValueCtx *c, Str typed, Str *ret)
{
    Buf b = buf_new(c->arena, typed.len + 1);
    size_t start = 0;
    bool good = true;
    for (size_t i = 0; i <= typed.len; i++) {
        if (i < typed.len && typed.ptr[i] != ';' && typed.ptr[i] != '\n')
            continue;
        Str piece = str_trim((Str){typed.ptr + start, i - start});
        if (piece.len && !parse_several(c, piece, &b))
            good = false;
        start = i + 1;
    }
    if (good)
        *ret = b.len ? buf_str(&b) : STR_NONE;
    return good;
}

/* ---- the gate ---- */

bool value_parse(const Field *f, Arena *a, Str typed, Date today, Str *ret, Problems *problems)
{
    ValueCtx c = {.f = f, .arena = a, .today = today, .problems = problems};
    if (!utf8_valid(typed)) {
        value_problem(&c, M_VAL_UTF8, STR_NONE, STR_NONE);
        return false;
    }
    typed = str_trim(utf8_nfc(a, typed));
    if (!typed.len) {
        *ret = STR_NONE;
        return true;
    }
    return f->multi ? parse_multi(&c, typed, ret) : field_type(f->kind)->parse(&c, typed, ret);
}

/* The canonical words of a multi-valued field, each shown, joined. */
static Str show_multi(const Field *f, Arena *a, Lang lang, Str canonical)
{
    Str word;
    Buf b = buf_new(a, 64);
    while (str_word(&canonical, &word)) {
        if (b.len)
            buf_lit(&b, "; ");
        buf_put(&b, field_type(f->kind)->show(f, a, lang, word));
    }
    return buf_str(&b);
}

Str value_show(const Field *f, Arena *a, Lang lang, const Value *v)
{
    if (v->sealed)
        return tr(lang, M_VALUE_SEALED);
    if (str_empty(v->text))
        return S("");
    if (f->kind == FK_REF && !str_empty(v->heading))
        return v->heading;
    return f->multi ? show_multi(f, a, lang, v->text)
                    : field_type(f->kind)->show(f, a, lang, v->text);
}

Str value_edit(const Field *f, Arena *a, Lang lang, Str canonical)
{
    if (str_empty(canonical) || f->multi)
        return canonical;
    return field_type(f->kind)->edit(f, a, lang, canonical);
}

void value_check(const Field *f, Arena *a, Str canonical, Date today, Problems *problems)
{
    ValueCtx c = {.f = f, .arena = a, .today = today, .problems = problems};
    Str rest = canonical, word;
    if (str_empty(canonical))
        return;
    if (!f->multi)
        field_type(f->kind)->check(&c, canonical);
    else
        while (str_word(&rest, &word))
            field_type(f->kind)->check(&c, word);
}

/* Letters and digits only, in upper case. */
static Str document_key(Arena *a, Str s)
{
    Buf b = buf_new(a, s.len + 1);
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c >= 'a' && c <= 'z')
            buf_char(&b, (char)(c - 'a' + 'A'));
        else if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'))
            buf_char(&b, c);
    }
    return buf_str(&b);
}

Str value_normalise(const Field *f, Arena *a, Str canonical)
{
    if (str_empty(canonical) || f->kind != FK_TEXT)
        return canonical;
    switch (f->check) {
    case CHECK_NIK:
    case CHECK_PHONE: /* canonical already */
        return canonical;
    case CHECK_DOCNO:
        return document_key(a, canonical);
    case CHECK_EMAIL:
    case CHECK_NONE:
        return utf8_fold(a, canonical);
    }
    BUG("no such check");
}
