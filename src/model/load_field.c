/* Sections and fields of a register. */
#include "model/field_type.h"
#include "model/load.h"
#include "model/load_words.h"

/* ---- type ---- */

typedef struct TypeWords {
    Str kind, check, word; /* word: list, register, tag or shape */
    bool more;             /* a word too many */
} TypeWords;

static TypeWords split_type(Str text)
{
    TypeWords t = {0};
    Str more;
    str_word(&text, &t.kind);
    str_word(&text, &t.word);
    t.more = str_word(&text, &more);
    ptrdiff_t colon = str_find(t.kind, ':');
    if (colon >= 0) {
        t.check = str_from(t.kind, (size_t)colon + 1);
        t.kind = str_head(t.kind, (size_t)colon);
    }
    return t;
}

static void link_codes(Loader *l, void *into, const Node *v)
{
    Field *f = into;
    f->codes = load_list_named(l, v, f->kind == FK_YESNO4 ? S("yesno4") : split_type(v->text).word);
}

static void link_target(Loader *l, void *into, const Node *v)
{
    Field *f = into;
    if (!f->tag.ptr) {
        f->target = load_register_named(l, v, split_type(v->text).word);
        return;
    }
    for (size_t i = 0; i < l->m->reg_count; i++)
        if (reg_has_tag(l->m->regs[i], f->tag))
            return;
    load_bad(l, v, M_DOM_NO_TAG, split_type(v->text).word);
}

static bool read_text_type(Field *f, const TypeWords *t)
{
    static const char *const checks[] = {[CHECK_NIK] = "nik",
                                         [CHECK_PHONE] = "phone",
                                         [CHECK_EMAIL] = "email",
                                         [CHECK_DOCNO] = "docno"};
    if (str_is(t->word, "long"))
        f->shape = TEXT_LONG;
    else if (str_is(t->word, "lines"))
        f->shape = TEXT_LINES;
    else if (t->word.ptr)
        return false;
    if (!t->check.ptr)
        return true;
    for (int i = CHECK_NIK; i <= CHECK_DOCNO; i++)
        if (str_is(t->check, checks[i]))
            f->check = (TextCheck)i;
    return f->check != CHECK_NONE && f->shape == TEXT_LINE;
}

static bool read_place_type(Field *f, const TypeWords *t)
{
    static const char *const levels[] = {[PLACE_PROVINCE] = "prov",
                                         [PLACE_DISTRICT] = "kab",
                                         [PLACE_SUBDISTRICT] = "kec",
                                         [PLACE_VILLAGE] = "desa"};
    if (!t->check.ptr)
        return !t->word.ptr;
    for (int i = PLACE_PROVINCE; i <= PLACE_VILLAGE; i++)
        if (str_is(t->check, levels[i]))
            f->level = (PlaceLevel)i;
    return f->level != PLACE_ANY && !t->word.ptr;
}

static void read_number_type(Field *f, Str word)
{
    f->year = str_is(word, "year");
    f->month = str_is(word, "month");
    if (!f->year && !f->month)
        f->unit = word;
}

/* Word and check that the kind allows. */
static bool read_type_words(Field *f, const TypeWords *t)
{
    if (t->more)
        return false;
    if (f->kind == FK_TEXT)
        return read_text_type(f, t);
    if (f->kind == FK_PLACE)
        return read_place_type(f, t);
    if (t->check.ptr)
        return false;
    if (f->kind == FK_CODE)
        return t->word.ptr != NULL;
    if (f->kind == FK_REF) {
        if (str_starts(t->word, S("@")))
            f->tag = str_from(t->word, 1);
        return t->word.ptr != NULL;
    }
    if (f->kind == FK_NUMBER)
        read_number_type(f, t->word);
    if (f->kind == FK_DATE)
        f->full_date = str_is(t->word, "full");
    return !t->word.ptr || f->kind == FK_NUMBER || f->full_date;
}

static void read_type(Loader *l, void *into, const Node *v)
{
    Field *f = into;
    if (!load_is_text(l, v))
        return;
    TypeWords t = split_type(v->text);
    FieldKind kind = field_kind_of(t.kind, &f->multi);
    if (kind == FK_COUNT) {
        load_bad(l, v, M_DOM_TYPE, v->text);
        return;
    }
    f->kind = kind;
    if (!read_type_words(f, &t))
        load_bad(l, v, M_DOM_TYPE, v->text);
    else if (kind == FK_CODE || kind == FK_YESNO4)
        load_later(l, PHASE_NAMES, link_codes, f, v);
    else if (kind == FK_REF)
        load_later(l, PHASE_NAMES, link_target, f, v);
}

/* ---- class, role, bounds ---- */

static void read_class(Loader *l, void *into, const Node *v)
{
    static const WordDef words[] = {
#define X(name, word) {word, CLASS_##name},
#include "guard/class.def"
#undef X
    };
    int class_ = load_is_text(l, v) ? LOAD_WORD(l, v, words, M_DOM_NO_WORD) : -1;
    ((Field *)into)->class_ = class_ < 0 ? CLASS_NONE : (DataClass)class_;
}

static void read_settled(Loader *l, void *into, const Node *v)
{
    static const WordDef words[] = {
        {"yes", SETTLED_MOVED}, {"opens", SETTLED_OPENS}, {"recorded", SETTLED_RECORDED}};
    int when = load_is_text(l, v) ? LOAD_WORD(l, v, words, M_DOM_NO_WORD) : -1;
    ((Field *)into)->settled = when < 0 ? SETTLED_NEVER : (Settled)when;
}

static const struct {
    const char *word;
    FieldKind kind;
} field_roles[FIELD_ROLE_COUNT] = {
    [FIELD_ROLE_NONE] = {"", FK_COUNT},
#define REG(name, word)
#define FIELD(name, word, kind) [FIELD_ROLE_##name] = {word, FK_##kind},
#include "model/role.def"
#undef REG
#undef FIELD
};

static void hold_role(Loader *l, Field *f, const Node *v)
{
    const Field **holder = &l->m->field_by_role[f->role];
    Str word = str_of(field_roles[f->role].word);
    if (f->kind != field_roles[f->role].kind)
        load_bad(l, v, M_DOM_ROLE_KIND, word);
    if (*holder)
        load_problem(l, v, M_DOM_ROLE_HELD, word, (*holder)->reg->name, STR_NONE);
    else
        *holder = f;
}

/* "victim.person" belongs to the register that is `victim`. */
static bool role_of_register(Str word, RegRole role)
{
    static const char *const words[] = {
        [REG_ROLE_NONE] = "",
#define REG(name, text) [REG_ROLE_##name] = text,
#define FIELD(name, text, kind)
#include "model/role.def"
#undef REG
#undef FIELD
    };
    Str of = str_of(words[role]);
    return of.len && str_starts(word, of) && word.len > of.len && word.ptr[of.len] == '.';
}

static void no_role(Loader *l, const Node *v)
{
    Nearest near = nearest_to(v->text);
    for (int i = FIELD_ROLE_NONE + 1; i < FIELD_ROLE_COUNT; i++)
        nearest_try(&near, str_of(field_roles[i].word));
    load_problem(l, v, M_DOM_NO_WORD, v->text, nearest_word(&near), STR_NONE);
}

static void read_role(Loader *l, void *into, const Node *v)
{
    Field *f = into;
    if (!load_is_text(l, v))
        return;
    for (int i = FIELD_ROLE_NONE + 1; i < FIELD_ROLE_COUNT; i++)
        if (str_is(v->text, field_roles[i].word))
            f->role = (FieldRole)i;
    if (f->role == FIELD_ROLE_NONE)
        no_role(l, v);
    else if (!role_of_register(v->text, l->reg->role))
        load_bad(l, v, M_DOM_ROLE_REG, v->text);
    else
        hold_role(l, f, v);
}

static void read_scale(Loader *l, void *into, const Node *v)
{
    enum { SCALE_MAX = 6 };
    Field *f = into;
    int64_t n;
    if (v->kind != NODE_TEXT || f->kind != FK_NUMBER || !str_i64(v->text, &n) || n < 1 ||
        n > SCALE_MAX)
        load_bad(l, v, M_DOM_SCALE, STR_NONE);
    else
        f->scale = (int)n;
}

static bool bound_number(Str s, int scale, int64_t *ret)
{
    ptrdiff_t point = str_find(s, '.');
    Str whole = point < 0 ? s : str_head(s, (size_t)point);
    Str part = point < 0 ? S("") : str_from(s, (size_t)point + 1);
    char digits[32];
    size_t n = 0;
    if (whole.len + (size_t)scale >= sizeof digits || part.len > (size_t)scale)
        return false;
    for (size_t i = 0; i < whole.len; i++)
        digits[n++] = whole.ptr[i];
    for (size_t i = 0; i < (size_t)scale; i++)
        digits[n++] = i < part.len ? part.ptr[i] : '0';
    return whole.len && str_i64((Str){digits, n}, ret);
}

static bool read_bound(const Field *f, Str text, int64_t *ret)
{
    Date d;
    if (f->kind == FK_NUMBER)
        return bound_number(text, f->scale, ret);
    if (f->kind == FK_TEXT)
        return str_i64(text, ret) && *ret >= 0;
    if (f->kind != FK_DATE)
        return false;
    if (str_is(text, "today")) {
        *ret = INT64_MAX;
        return true;
    }
    if (!date_parse_iso(text, &d))
        return false;
    *ret = date_days(d);
    return true;
}

/* The other date of the register a bound names. */
static const Field *bound_field(Loader *l, const Field *f, const Node *v)
{
    const Field *other = load_field_named(l, v, l->reg, v->text);
    if (other && (other->kind != FK_DATE || other == f || other->multi))
        load_bad(l, v, M_DOM_BOUND, v->text);
    return other;
}

static void link_min(Loader *l, void *into, const Node *v)
{
    ((Field *)into)->min_field = bound_field(l, into, v);
}

static void link_max(Loader *l, void *into, const Node *v)
{
    ((Field *)into)->max_field = bound_field(l, into, v);
}

/* Whether the bound of a date is a word, which names another date of the register. */
static bool names_field(const Field *f, const Node *v)
{
    return f->kind == FK_DATE && v->kind == NODE_TEXT && v->text.len && v->text.ptr[0] >= 'a' &&
           v->text.ptr[0] <= 'z' && !str_is(v->text, "today");
}

static void read_min(Loader *l, void *into, const Node *v)
{
    Field *f = into;
    if (names_field(f, v)) {
        load_later(l, PHASE_USES, link_min, f, v);
        return;
    }
    f->has_min = v->kind == NODE_TEXT && read_bound(f, v->text, &f->min);
    if (!f->has_min)
        load_bad(l, v, M_DOM_BOUND, v->text);
}

static void read_max(Loader *l, void *into, const Node *v)
{
    Field *f = into;
    if (names_field(f, v)) {
        load_later(l, PHASE_USES, link_max, f, v);
        return;
    }
    f->has_max = v->kind == NODE_TEXT && read_bound(f, v->text, &f->max);
    if (!f->has_max || (f->has_min && f->min > f->max))
        load_bad(l, v, M_DOM_BOUND, v->text);
}

/* ---- expressions ---- */

static void read_calc(Loader *l, void *into, const Node *v)
{
    ((Field *)into)->calc = load_expr_as(l, v, into, EXPR_CALC);
}

static void read_default(Loader *l, void *into, const Node *v)
{
    ((Field *)into)->default_ = load_expr_as(l, v, into, EXPR_VALUE);
}

/* ---- what does not go together ---- */

static void refuse_pairs(Loader *l, const Field *f, const Node *node)
{
    const struct {
        bool first, second;
        const char *words;
    } pairs[] = {
        {f->class_, f->search, "class, search"},
        {f->class_, f->sort, "class, sort"},
        {f->class_, f->facet, "class, facet"},
        {f->class_, f->stat, "class, stat"},
        {f->class_, f->unique, "class, unique"},
        {f->class_, f->calc != NULL, "class, calc"},
        {f->class_, f->list, "class, list"},
        {f->calc != NULL, f->required, "calc, required"},
        {f->program, f->required, "program, required"},
        {f->calc != NULL, f->default_ != NULL, "calc, default"},
        {f->multi, f->sort, "sort, several values"},
        {f->multi, f->unique, "unique, several values"},
        {f->kind == FK_GEOPOINT, !f->class_, "geopoint, no class"},
        {f->lookup, !f->class_, "lookup, no class"},
        {f->lookup, f->multi, "lookup, several values"},
        {f->search, f->kind != FK_TEXT, "search, no text"},
        {f->class_, l->reg->key == KEY_NONE, "class, key: none"},
        {f->reason, f->kind != FK_TEXT || f->class_ || f->calc, "reason, no plain text"},
        {f->reason, f->search || f->facet || f->sort || f->unique, "reason, search"},
    };
    for (size_t i = 0; i < COUNT(pairs); i++)
        if (pairs[i].first && pairs[i].second)
            load_problem(l, node, M_DOM_TOGETHER, f->name, str_of(pairs[i].words), STR_NONE);
}

static void check_name(Loader *l, const Field *f, const Node *node)
{
    if (word_is_sql(f->name) || word_is_parameter(f->name))
        load_bad(l, node, M_DOM_RESERVED, f->name);
    for (size_t i = 0; i + 1 < l->fields.n; i++)
        if (str_eq(l->fields.items[i]->name, f->name))
            load_bad(l, node, M_DOM_TWICE, f->name);
}

static void read_field(Loader *l, void *section, const Node *node)
{
    static const KeyDef keys[] = {
        {"name", READ_NAME, KEY_MUST, offsetof(Field, name), NULL},
        {"type", READ_CALL, KEY_MUST, 0, read_type},
        {"label", READ_LABEL, KEY_MUST, offsetof(Field, label), NULL},
        {"help", READ_LABEL, KEY_MAY, offsetof(Field, help), NULL},
        {"was", READ_NAME, KEY_MAY, offsetof(Field, was), NULL},
        {"required", READ_FLAG, KEY_MAY, offsetof(Field, required), NULL},
        {"list", READ_FLAG, KEY_MAY, offsetof(Field, list), NULL},
        {"search", READ_FLAG, KEY_MAY, offsetof(Field, search), NULL},
        {"facet", READ_FLAG, KEY_MAY, offsetof(Field, facet), NULL},
        {"sort", READ_FLAG, KEY_MAY, offsetof(Field, sort), NULL},
        {"stat", READ_FLAG, KEY_MAY, offsetof(Field, stat), NULL},
        {"lookup", READ_FLAG, KEY_MAY, offsetof(Field, lookup), NULL},
        {"unique", READ_FLAG, KEY_MAY, offsetof(Field, unique), NULL},
        {"hide", READ_FLAG, KEY_MAY, offsetof(Field, hide), NULL},
        {"fixed", READ_FLAG, KEY_MAY, offsetof(Field, fixed), NULL},
        {"addresses", READ_FLAG, KEY_MAY, offsetof(Field, addresses), NULL},
        {"proof", READ_FLAG, KEY_MAY, offsetof(Field, proof), NULL},
        {"reason", READ_FLAG, KEY_MAY, offsetof(Field, reason), NULL},
        {"settled", READ_CALL, KEY_MAY, 0, read_settled},
        {"law", READ_CALL, KEY_MAY, offsetof(Field, limit_code), load_limit},
        {"program", READ_FLAG, KEY_MAY, offsetof(Field, program), NULL},
        {"class", READ_CALL, KEY_MAY, 0, read_class},
        {"scale", READ_CALL, KEY_MAY, 0, read_scale},
        {"min", READ_CALL, KEY_MAY, 0, read_min},
        {"max", READ_CALL, KEY_MAY, 0, read_max},
        {"as", READ_CALL, KEY_MAY, 0, read_role},
        {"when", READ_CALL, KEY_MAY, offsetof(Field, when), load_condition},
        {"calc", READ_CALL, KEY_MAY, 0, read_calc},
        {"default", READ_CALL, KEY_MAY, 0, read_default},
        {"htcds", READ_TEXT, KEY_MAY, offsetof(Field, htcds), NULL},
    };
    Field *f = ARENA_NEW(l->arena, Field);
    *f = (Field){.reg = l->reg, .index = l->fields.n, .line = node->line};
    f->section = (int)l->reg->section_count;
    ((Section *)section)->n++;
    *ARENA_PUSH(l->arena, l->fields) = f;
    if (!LOAD_MAP(l, node, keys, f))
        return;
    check_name(l, f, node);
    refuse_pairs(l, f, node);
}

/* ---- sections ---- */

static void read_section_tab(Loader *l, void *into, const Node *v)
{
    Nearest near;
    if (!load_is_text(l, v))
        return;
    ((Section *)into)->tab = v->text;
    near = nearest_to(v->text);
    for (size_t i = 0; i < l->reg->tab_count; i++)
        nearest_try(&near, l->reg->tabs[i].name);
    if (near.distance > 0)
        load_problem(l, v, M_DOM_NO_WORD, v->text, nearest_word(&near), STR_NONE);
}

static void read_fields(Loader *l, void *into, const Node *v)
{
    if (v->kind != NODE_LIST || !v->n) {
        load_bad(l, v, M_DOM_NEED_LIST, STR_NONE);
        return;
    }
    for (size_t i = 0; i < v->n; i++)
        read_field(l, into, v->items[i]);
}

void load_section(Loader *l, void *into, const Node *node)
{
    static const KeyDef keys[] = {
        {"name", READ_NAME, KEY_MUST, offsetof(Section, name), NULL},
        {"label", READ_LABEL, KEY_MUST, offsetof(Section, label), NULL},
        {"tab", READ_CALL, KEY_MAY, 0, read_section_tab},
        {"when", READ_CALL, KEY_MAY, offsetof(Section, when), load_condition},
        {"fields", READ_CALL, KEY_MUST, 0, read_fields},
    };
    ((Section *)into)->first = l->fields.n;
    LOAD_MAP(l, node, keys, into);
    l->reg->section_count++;
}
