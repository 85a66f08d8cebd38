#include "model/load.h"

#include <string.h>

/* ---- the most similar word ---- */

enum { NEAREST_MAX = 40 };

/* Edit distance of two short words. */
static size_t edit_distance(Str a, Str b)
{
    size_t row[NEAREST_MAX + 1];
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t change = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);
            diagonal = row[j];
            size_t best = row[j - 1] + 1 < row[j] + 1 ? row[j - 1] + 1 : row[j] + 1;
            row[j] = change < best ? change : best;
        }
    }
    return row[b.len];
}

Nearest nearest_to(Str want)
{
    return (Nearest){.want = str_head(want, NEAREST_MAX), .distance = SIZE_MAX};
}

void nearest_try(Nearest *n, Str candidate)
{
    Str c = str_head(candidate, NEAREST_MAX);
    size_t least = c.len > n->want.len ? c.len - n->want.len : n->want.len - c.len;
    size_t d = least < n->distance ? edit_distance(n->want, c) : SIZE_MAX;
    if (d < n->distance) {
        n->distance = d;
        n->best = candidate;
    }
}

Str nearest_word(const Nearest *n)
{
    return n->best.ptr ? n->best : S("-");
}

int load_word(Loader *l, const Node *at, Str word, const WordDef *words, size_t n, Msg msg)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(word, words[i].word))
            return words[i].value;
    Nearest near = nearest_to(word);
    for (size_t i = 0; i < n; i++)
        nearest_try(&near, str_of(words[i].word));
    load_problem(l, at, msg, word, nearest_word(&near), STR_NONE);
    return -1;
}

/* ---- shapes ---- */

bool load_is_name(Str s)
{
    if (!s.len || s.ptr[0] < 'a' || s.ptr[0] > 'z')
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
            return false;
    }
    return !str_contains(s, S("__"));
}

bool load_is_text(Loader *l, const Node *n)
{
    if (n->kind != NODE_TEXT)
        load_bad(l, n, M_DOM_NEED_TEXT, STR_NONE);
    return n->kind == NODE_TEXT;
}

bool load_is_list(Loader *l, const Node *n)
{
    bool good = n->kind == NODE_LIST;
    for (size_t i = 0; good && i < n->n; i++)
        good = n->items[i]->kind == NODE_TEXT;
    if (!good)
        load_bad(l, n, M_DOM_NEED_LIST, STR_NONE);
    return good;
}

StrList load_words(Loader *l, const Node *n)
{
    StrList list = {0};
    if (!load_is_list(l, n))
        return list;
    for (size_t i = 0; i < n->n; i++)
        *ARENA_PUSH(l->arena, list) = n->items[i]->text;
    return list;
}

void load_label(Loader *l, const Node *n, Label *ret)
{
    static const KeyDef keys[] = {
        {"id", READ_TEXT, KEY_MUST, offsetof(Label, text[LANG_ID]), NULL},
        {"en", READ_TEXT, KEY_MUST, offsetof(Label, text[LANG_EN]), NULL},
    };
    LOAD_MAP(l, n, keys, ret);
}

static void load_name(Loader *l, const Node *n, Str *ret)
{
    if (!load_is_text(l, n))
        return;
    if (!load_is_name(n->text))
        load_bad(l, n, M_DOM_BAD_NAME, n->text);
    *ret = n->text;
}

/* ---- maps by table ---- */

static void read_value(Loader *l, const KeyDef *k, const Node *v, void *into)
{
    char *to = (char *)into + k->offset;
    switch (k->read) {
    case READ_TEXT:
        if (load_is_text(l, v))
            *(Str *)(void *)to = v->text;
        break;
    case READ_NAME:
        load_name(l, v, (Str *)(void *)to);
        break;
    case READ_FLAG:
        *(bool *)to = true;
        if (v->kind != NODE_TEXT || !str_is(v->text, "yes"))
            load_bad(l, v, M_DOM_NEED_YES, str_of(k->name));
        break;
    case READ_COUNT:
        if (load_is_text(l, v) &&
            (!str_i64(v->text, (int64_t *)(void *)to) || *(int64_t *)(void *)to < 0))
            load_bad(l, v, M_DOM_COUNT, v->text);
        break;
    case READ_LABEL:
        load_label(l, v, (Label *)(void *)to);
        break;
    case READ_WORDS:
        *(StrList *)(void *)to = load_words(l, v);
        break;
    case READ_CALL:
        k->call(l, to, v);
        break;
    case READ_LATER:
        if (load_is_text(l, v))
            load_later(l, PHASE_USES, k->call, to, v);
        break;
    case READ_SKIP:
        break;
    }
}

static void refuse_unless_known(Loader *l, const Node *key, const KeyDef *keys, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (str_is(key->text, keys[k].name))
            return;
    Nearest near = nearest_to(key->text);
    for (size_t k = 0; k < n; k++)
        nearest_try(&near, str_of(keys[k].name));
    load_problem(l, key, M_DOM_UNKNOWN_KEY, key->text, nearest_word(&near), STR_NONE);
}

bool load_map(Loader *l, const Node *map, const KeyDef *keys, size_t n, void *into)
{
    if (map->kind != NODE_MAP) {
        load_bad(l, map, M_DOM_NEED_MAP, STR_NONE);
        return false;
    }
    for (size_t i = 0; i < map->n; i++)
        refuse_unless_known(l, map->keys[i], keys, n);
    for (size_t k = 0; k < n; k++) {
        const Node *v = node_get(map, str_of(keys[k].name));
        if (v)
            read_value(l, &keys[k], v, into);
        else if (keys[k].must)
            load_bad(l, map, M_DOM_MISSING_KEY, str_of(keys[k].name));
    }
    return true;
}

/* The name an item has: its first member (load.h). */
static Str item_name(const char *items, size_t size, size_t i)
{
    Str name;
    memcpy(&name, items + i * size, sizeof name);
    return name;
}

size_t load_items(Loader *l, const Node *list, size_t size, ReadFn item, void **ret)
{
    if (list->kind != NODE_LIST) {
        load_bad(l, list, M_DOM_NEED_LIST, STR_NONE);
        return 0;
    }
    char *items = arena_array(l->arena, list->n, size);
    for (size_t i = 0; i < list->n; i++) {
        item(l, items + i * size, list->items[i]);
        Str name = item_name(items, size, i);
        for (size_t k = 0; k < i && name.ptr; k++)
            if (str_eq(item_name(items, size, k), name))
                load_bad(l, list->items[i], M_DOM_TWICE, name);
    }
    *ret = items;
    return list->n;
}

/* ---- look-up ---- */

Register *load_register_named(Loader *l, const Node *at, Str name)
{
    Nearest near = nearest_to(name);
    for (size_t i = 0; i < l->m->reg_count; i++) {
        if (str_eq(l->m->regs[i]->name, name))
            return l->m->regs[i];
        nearest_try(&near, l->m->regs[i]->name);
    }
    load_problem(l, at, M_DOM_NO_REGISTER, name, nearest_word(&near), STR_NONE);
    return NULL;
}

void load_register_text(Loader *l, void *into, const Node *v)
{
    if (load_is_text(l, v))
        *(const Register **)into = load_register_named(l, v, v->text);
}

const CodeList *load_list_named(Loader *l, const Node *at, Str name)
{
    const CodeList *list = model_list(l->m, name);
    if (list)
        return list;
    Nearest near = nearest_to(name);
    for (size_t i = 0; i < l->m->list_count; i++)
        nearest_try(&near, l->m->lists[i]->name);
    load_problem(l, at, M_DOM_NO_LIST, name, nearest_word(&near), STR_NONE);
    return NULL;
}

int load_role_named(Loader *l, const Node *at)
{
    int role = model_role(l->m, at->text);
    if (role >= 0)
        return role;
    Nearest near = nearest_to(at->text);
    for (size_t i = 0; i < l->m->role_count; i++)
        nearest_try(&near, l->m->roles[i].name);
    load_problem(l, at, M_DOM_NO_ROLE, at->text, nearest_word(&near), STR_NONE);
    return -1;
}

uint64_t load_roles_named(Loader *l, const Node *list)
{
    uint64_t roles = 0;
    if (!load_is_list(l, list))
        return 0;
    for (size_t i = 0; i < list->n; i++) {
        int role = load_role_named(l, list->items[i]);
        if (role >= 0)
            roles |= UINT64_C(1) << role;
    }
    return roles;
}

static void no_field(Loader *l, const Node *at, const Register *reg, Str name)
{
    Nearest near = nearest_to(name);
    for (size_t i = 0; i < reg->field_count; i++)
        nearest_try(&near, reg->fields[i]->name);
    load_problem(l, at, M_DOM_NO_FIELD, name, reg->name, nearest_word(&near));
}

const Field *load_field_named(Loader *l, const Node *at, const Register *reg, Str name)
{
    const Field *f = reg_field(reg, name);
    if (!f)
        no_field(l, at, reg, name);
    return f;
}

const Field *load_column_named(Loader *l, const Node *at, const Register *reg, Str name)
{
    const Field *f = reg_column(reg, name);
    if (!f)
        no_field(l, at, reg, name);
    return f;
}

bool load_role_may(const Register *reg, int role, unsigned verbs)
{
    for (size_t i = 0; i < reg->rights.n; i++)
        if (reg->rights.items[i].role == role && (reg->rights.items[i].verbs & verbs))
            return true;
    return false;
}
