#include "web/api_body.h"

#include "model/load.h"
#include "number.h"
#include "web/record.h"

static void wrong(Problems *problems, Str field, Msg msg, Str a, Str b)
{
    problem_add(problems, (Problem){.field = field, .msg = msg, .args = {a, b}});
}

/* ---- the members ---- */

static void take_text(const JsonTree *value, Str key, Str *to, Problems *problems)
{
    if (value->kind == TREE_TEXT && value->text.len <= REASON_MAX)
        *to = value->text;
    else if (value->kind != TREE_NULL)
        wrong(problems, key, M_API_TEXT, S("500"), STR_NONE);
}

static void take_member(Str key, const JsonTree *value, ApiBody *ret, Problems *problems)
{
    if (str_is(key, "induk")) {
        take_text(value, key, &ret->parent, problems);
    } else if (str_is(key, "alasan")) {
        take_text(value, key, &ret->reason, problems);
    } else if (str_is(key, "yakin") && (value->kind == TREE_TRUE || value->kind == TREE_FALSE)) {
        ret->sure = value->kind == TREE_TRUE;
    } else if (str_is(key, "yakin")) {
        wrong(problems, key, M_API_YESNO, STR_NONE, STR_NONE);
    } else if (str_is(key, "isian") && value->kind == TREE_OBJECT) {
        ret->fields = *value;
    } else if (str_is(key, "isian")) {
        wrong(problems, key, M_API_OBJECT, STR_NONE, STR_NONE);
    } else {
        Nearest near = nearest_to(key);
        nearest_try(&near, S("induk"));
        nearest_try(&near, S("alasan"));
        nearest_try(&near, S("isian"));
        nearest_try(&near, S("yakin"));
        wrong(problems, key, M_API_UNKNOWN, key, nearest_word(&near));
    }
}

Err api_body_read(Arena *a, Str text, ApiBody *ret, Problems *problems)
{
    JsonTree root;
    int line;
    *ret = (ApiBody){0};
    if (str_empty(text)) /* a move may need nothing */
        return ERR_OK;
    Err e = json_tree_read(a, text, &root, &line);
    if (e == ERR_OK && root.kind != TREE_OBJECT)
        e = E_PARSE;
    if (e != ERR_OK) {
        wrong(problems, STR_NONE, M_API_NO_JSON, str_int(a, line), STR_NONE);
        return e;
    }
    for (size_t i = 0; i < root.n; i++)
        take_member(root.keys[i], &root.items[i], ret, problems);
    return problems->errors ? E_INVALID : ERR_OK;
}

/* ---- the fields ---- */

/* Several values become one text as a form would send it; false for what is no text. */
static bool joined(Arena *a, const JsonTree *value, char sep, Str *ret)
{
    Buf b = buf_new(a, 64);
    for (size_t i = 0; i < value->n; i++) {
        if (value->items[i].kind != TREE_TEXT)
            return false;
        if (i)
            buf_char(&b, sep);
        buf_put(&b, value->items[i].text);
    }
    *ret = value->n ? buf_str(&b) : STR_NONE;
    return true;
}

/* Two digits at `at`; -1 when they are none. */
static int two_digits(Str s, size_t at)
{
    char a = s.ptr[at], b = s.ptr[at + 1];
    return a < '0' || a > '9' || b < '0' || b > '9' ? -1 : (a - '0') * 10 + b - '0';
}

/* "2026-03-12T01:30:00Z" or with milliseconds, as the API itself writes instants. */
static bool utc_instant(Arena *a, Str s, Str *ret)
{
    enum { SHORT = 20, LONG = 24 };
    Date d;
    int64_t ms = 0;
    if ((s.len != SHORT && s.len != LONG) || s.ptr[10] != 'T' || s.ptr[13] != ':' ||
        s.ptr[16] != ':' || s.ptr[s.len - 1] != 'Z' || !date_parse_iso(str_head(s, 10), &d))
        return false;
    int hour = two_digits(s, 11), minute = two_digits(s, 14), second = two_digits(s, 17);
    if (s.len == LONG && (s.ptr[19] != '.' || !str_i64((Str){s.ptr + 20, 3}, &ms) || ms < 0))
        return false;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return false;
    *ret = str_int(a, date_days(d) * 86400000 + ((hour * 60 + minute) * 60 + second) * 1000 + ms);
    return true;
}

/* JSON to what value_parse reads; false for a kind of JSON that the field does not take. */
static bool typed_of(Arena *a, const Field *f, const JsonTree *value, Str *ret)
{
    *ret = value->text;
    switch (value->kind) {
    case TREE_NULL:
        return true;
    case TREE_TEXT:
        return !f->multi && f->kind != FK_NUMBER;
    case TREE_LIST:
        return f->multi && joined(a, value, ';', ret);
    case TREE_NUMBER:
    case TREE_TRUE:
    case TREE_FALSE:
    case TREE_OBJECT:
        return false;
    }
    BUG("unknown kind of JSON");
}

static void fill_one(Arena *a, const Field *f, const JsonTree *value, Change *c, Date today,
                     Problems *problems)
{
    Str typed, canonical = STR_NONE;
    if (f->kind == FK_FILE) {
        wrong(problems, f->name, M_API_FILE, STR_NONE, STR_NONE);
        return;
    }
    if (f->kind == FK_NUMBER && value->kind == TREE_NUMBER) {
        if (number_canonical(a, value->text, f->scale, &canonical))
            change_set(c, f, canonical);
        else
            wrong(problems, f->name, M_API_NUMBER, str_int(a, f->scale), STR_NONE);
        return;
    }
    if (!typed_of(a, f, value, &typed)) {
        wrong(problems, f->name, M_API_KIND, STR_NONE, STR_NONE);
        return;
    }
    if (f->kind == FK_INSTANT && utc_instant(a, typed, &canonical)) {
        change_set(c, f, canonical);
        return;
    }
    size_t before = problems->n;
    if (value_parse(f, a, typed, today, &canonical, problems))
        change_set(c, f, canonical);
    for (size_t i = before; i < problems->n; i++)
        problems->items[i].field = f->name;
}

void api_body_fill(Arena *a, const ApiBody *body, Change *c, Date today, Problems *problems)
{
    for (size_t i = 0; i < body->fields.n; i++) {
        Str key = body->fields.keys[i];
        const Field *f = reg_field(c->reg, key);
        if (f) {
            fill_one(a, f, &body->fields.items[i], c, today, problems);
            continue;
        }
        Nearest near = nearest_to(key);
        for (size_t k = 0; k < c->reg->field_count; k++)
            nearest_try(&near, c->reg->fields[k]->name);
        wrong(problems, key, M_API_UNKNOWN, key, nearest_word(&near));
    }
}
