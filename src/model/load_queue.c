/* Queues: saved queries as data. Registers are linked when these files are read. */
#include "model/load.h"

static const Field *clear_column(Loader *l, const Node *at, const Register *reg, Str name)
{
    const Field *f = load_column_named(l, at, reg, name);
    if (f && f->class_)
        load_bad(l, at, M_DOM_QUEUE_CLASS, name);
    return f;
}

/* ---- filters ---- */

static void check_filter_word(Loader *l, const Node *at, const Field *f)
{
    const Model *m = l->m;
    Str w = at->text;
    bool good = true, dated = f->kind == FK_DATE || f->kind == FK_INSTANT;
    if (str_is(w, "me"))
        good = m->by_role[REG_ROLE_USER] && field_accepts(f, m->by_role[REG_ROLE_USER]);
    else if (str_is(w, "my_institution"))
        good =
            m->by_role[REG_ROLE_INSTITUTION] && field_accepts(f, m->by_role[REG_ROLE_INSTITUTION]);
    else if (dated || str_is(w, "today") || str_is(w, "late"))
        good = dated && (str_is(w, "today") || str_is(w, "late"));
    else if (f->codes)
        good = code_find(f->codes, w) != NULL;
    if (!good)
        load_problem(l, at, M_DOM_QUEUE_FILTER, w, f->name, STR_NONE);
}

/* "empty", "within 14 d", "last 60 d", "older than 60 d". False when it is none of these. */
static bool filter_phrase(Str text, QueueFilter *ret)
{
    enum { DAYS_MAX = 3660 };
    static const struct {
        const char *words;
        QueueTest test;
    } phrases[] = {{"within ", QUEUE_WITHIN}, {"last ", QUEUE_LAST}, {"older than ", QUEUE_OLDER}};
    if (str_is(text, "empty"))
        return ret->test = QUEUE_EMPTY, true;
    for (size_t i = 0; i < COUNT(phrases); i++) {
        Str rest = text, number, unit;
        int64_t n;
        if (!str_starts(text, str_of(phrases[i].words)))
            continue;
        rest = str_from(text, str_of(phrases[i].words).len);
        if (!str_word(&rest, &number) || !str_i64(number, &n) || n < 0 || n > DAYS_MAX ||
            !str_word(&rest, &unit) || !str_is(unit, "d") || !str_empty(str_trim(rest)))
            return false;
        ret->test = phrases[i].test;
        ret->days = (int)n;
        return true;
    }
    return false;
}

static void read_filter_words(Loader *l, const Node *item, const Field *f, QueueFilter *ret)
{
    Buf words = buf_new(l->arena, 64);
    size_t n = item->kind == NODE_TEXT ? 1 : item->n;
    for (size_t k = 0; k < n; k++) {
        const Node *word = item->kind == NODE_TEXT ? item : item->items[k];
        check_filter_word(l, word, f);
        buf_printf(&words, "%s%.*s", k ? " " : "", STR_ARG(word->text));
    }
    ret->values = buf_str(&words);
}

/* The query knows these four system columns. */
static bool can_filter(const Field *f)
{
    return !f->system || f->system == SYS_STATE || f->system == SYS_OWNER ||
           f->system == SYS_PARENT || f->system == SYS_NUMBER;
}

static void read_filters(Loader *l, const Register *reg, const Node *v, QueueFilters *ret)
{
    if (v->kind != NODE_MAP) {
        load_bad(l, v, M_DOM_NEED_MAP, STR_NONE);
        return;
    }
    for (size_t i = 0; reg && i < v->n; i++) {
        const Node *item = v->items[i];
        const Field *f = clear_column(l, v->keys[i], reg, v->keys[i]->text);
        QueueFilter filter = {.name = v->keys[i]->text, .field = f && !f->system ? f : NULL};
        if (!f || (item->kind != NODE_TEXT && !load_is_list(l, item)))
            continue;
        bool phrase = item->kind == NODE_TEXT && filter_phrase(item->text, &filter);
        bool dated = f->kind == FK_DATE || f->kind == FK_INSTANT;
        if (!can_filter(f) || (phrase && (f->system || (filter.test != QUEUE_EMPTY && !dated))))
            load_problem(l, item, M_DOM_QUEUE_FILTER,
                         item->kind == NODE_TEXT ? item->text : f->name, f->name, STR_NONE);
        else if (!phrase)
            read_filter_words(l, item, f, &filter);
        *ARENA_PUSH(l->arena, *ret) = filter;
    }
}

static void read_filter(Loader *l, void *into, const Node *v)
{
    read_filters(l, ((QueueDef *)into)->reg, v, &((QueueDef *)into)->filters);
}

/* ---- without ---- */

static void read_without_by(Loader *l, void *into, const Node *v)
{
    QueueDef *q = into;
    if (q->without && load_is_text(l, v))
        q->without_by = load_field_named(l, v, q->without, v->text);
}

static void read_without_on(Loader *l, void *into, const Node *v)
{
    QueueDef *q = into;
    if (q->reg && load_is_text(l, v))
        q->without_on = load_field_named(l, v, q->reg, v->text);
}

static void read_without_filter(Loader *l, void *into, const Node *v)
{
    read_filters(l, ((QueueDef *)into)->without, v, &((QueueDef *)into)->without_filters);
}

/* Whether a record of `without` names one of the queue: as parent, by a reference to its register
 * only (ids of two registers may be equal), or by the same place. */
static bool names_the_record(const QueueDef *q)
{
    const Field *by = q->without_by, *on = q->without_on;
    if (!by)
        return !on && reg_accepts_parent(q->without, q->reg);
    if (by->class_ || by->calc || (on && (on->class_ || on->multi)))
        return false;
    return on ? by->kind == FK_PLACE && on->kind == FK_PLACE
              : by->kind == FK_REF && !by->tag.ptr && field_accepts(by, q->reg);
}

/* Who lists the queue but may not list the other register (count it, where many are asked for)
 * would find everything without it. */
static void check_without_roles(Loader *l, const QueueDef *q, const Node *v)
{
    unsigned verbs = q->over ? (unsigned)VERB_COUNT : (unsigned)(VERB_LIST | VERB_READ);
    for (size_t i = 0; i < l->m->role_count; i++) {
        bool asked =
            q->roles ? q->roles >> i & 1 : load_role_may(q->reg, (int)i, VERB_LIST | VERB_READ);
        if (asked && !load_role_may(q->without, (int)i, verbs))
            load_problem(l, v, M_DOM_QUEUE_ROLE, l->m->roles[i].name, q->without->name, STR_NONE);
    }
}

static void check_names(Loader *l, const QueueDef *q, const Node *v)
{
    if (q->reg && q->without && !names_the_record(q))
        load_problem(l, v, M_DOM_QUEUE_WITHOUT, q->without->name, q->reg->name, STR_NONE);
}

static void read_over(Loader *l, void *into, const Node *v)
{
    QueueDef *q = into;
    if (load_is_text(l, v) && (!str_i64(v->text, &q->over) || q->over < 1))
        load_bad(l, v, M_DOM_QUEUE_OVER, v->text);
}

static void read_without(Loader *l, void *into, const Node *v)
{
    static const KeyDef keys[] = {
        {"register", READ_CALL, KEY_MUST, offsetof(QueueDef, without), load_register_text},
        {"by", READ_CALL, KEY_MAY, 0, read_without_by},
        {"on", READ_CALL, KEY_MAY, 0, read_without_on},
        {"filter", READ_CALL, KEY_MAY, 0, read_without_filter},
    };
    if (LOAD_MAP(l, v, keys, into))
        check_names(l, into, v);
}

static void read_named_by(Loader *l, void *into, const Node *v)
{
    static const KeyDef keys[] = {
        {"register", READ_CALL, KEY_MUST, offsetof(QueueDef, without), load_register_text},
        {"by", READ_CALL, KEY_MAY, 0, read_without_by},
        {"filter", READ_CALL, KEY_MAY, 0, read_without_filter},
        {"over", READ_CALL, KEY_MUST, 0, read_over},
    };
    if (LOAD_MAP(l, v, keys, into))
        check_names(l, into, v);
}

/* ---- the queue ---- */

static void read_queue_columns(Loader *l, void *into, const Node *v)
{
    QueueDef *q = into;
    q->columns = load_words(l, v);
    for (size_t i = 0; q->reg && i < q->columns.n; i++)
        clear_column(l, v->items[i], q->reg, q->columns.items[i]);
}

static void read_sort(Loader *l, void *into, const Node *v)
{
    QueueDef *q = into;
    if (!load_is_text(l, v))
        return;
    q->sort = v->text;
    const Field *f =
        q->reg ? clear_column(l, v, q->reg, str_from(v->text, str_starts(v->text, S("-")))) : NULL;
    if (f && !f->sort && !f->system)
        load_bad(l, v, M_DOM_QUEUE_SORT, f->name);
}

static void read_queue_roles(Loader *l, void *into, const Node *v)
{
    QueueDef *q = into;
    q->roles = load_roles_named(l, v);
    for (size_t i = 0; q->reg && q->roles && i < v->n; i++) {
        int role = model_role(l->m, v->items[i]->text);
        if (role >= 0 && !load_role_may(q->reg, role, VERB_LIST | VERB_READ))
            load_problem(l, v->items[i], M_DOM_QUEUE_ROLE, v->items[i]->text, q->reg->name,
                         STR_NONE);
    }
}

static void read_queue(Loader *l, void *into, const Node *root)
{
    static const KeyDef keys[] = {
        {"queue", READ_NAME, KEY_MUST, offsetof(QueueDef, name), NULL},
        {"label", READ_LABEL, KEY_MUST, offsetof(QueueDef, label), NULL},
        {"register", READ_CALL, KEY_MUST, offsetof(QueueDef, reg), load_register_text},
        {"filter", READ_CALL, KEY_MUST, 0, read_filter},
        {"without", READ_CALL, KEY_MAY, 0, read_without},
        {"named_by", READ_CALL, KEY_MAY, 0, read_named_by},
        {"columns", READ_CALL, KEY_MUST, 0, read_queue_columns},
        {"sort", READ_CALL, KEY_MUST, 0, read_sort},
        {"roles", READ_CALL, KEY_MAY, 0, read_queue_roles},
        {"empty", READ_LABEL, KEY_MUST, offsetof(QueueDef, empty), NULL},
    };
    const QueueDef *q = into;
    if (LOAD_MAP(l, root, keys, into) && q->reg && q->without)
        check_without_roles(l, q, root);
}

void load_queues(Loader *l)
{
    l->m->queue_count =
        load_folder(l, "queues", sizeof *l->m->queues, read_queue, (void **)&l->m->queues);
}
