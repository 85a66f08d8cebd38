/* A district's own files over the shipped ones (docs/domain-format.md 8). An overlay changes the
 * tree of nodes before the register is read, so whatever it brings is judged by the same readers;
 * its nodes carry their own file name. It adds and tightens: what could weaken protection or change
 * what is counted has no key here. */
#include "model/load.h"

#include "base/file.h"

#include <string.h>

#define FIELD_PREFIX "x_"

enum { OVERLAY_MAX = 1024 * 1024 };

/* ---- the tree ---- */

static Node *child(const Node *map, const char *key)
{
    for (size_t i = 0; map && map->kind == NODE_MAP && i < map->n; i++)
        if (str_is(map->keys[i]->text, key))
            return map->items[i];
    return NULL;
}

static Str text_of(const Node *map, const char *key)
{
    const Node *n = child(map, key);
    return n && n->kind == NODE_TEXT ? n->text : STR_NONE;
}

static void append(Loader *l, Node *list, Node *item)
{
    Node **items = ARENA_ARRAY(l->arena, list->n + 1, Node *);
    if (list->n)
        memcpy(items, list->items, list->n * sizeof(Node *));
    items[list->n++] = item;
    list->items = items;
}

static void put(Loader *l, Node *map, Node *key, Node *value)
{
    for (size_t i = 0; i < map->n; i++)
        if (str_eq(map->keys[i]->text, key->text)) {
            map->items[i] = value;
            return;
        }
    Node keys = {.items = map->keys, .n = map->n};
    append(l, &keys, key);
    append(l, map, value);
    map->keys = keys.items;
}

static void drop(Node *map, const char *key)
{
    size_t kept = 0;
    for (size_t i = 0; i < map->n; i++) {
        if (str_is(map->keys[i]->text, key))
            continue;
        map->keys[kept] = map->keys[i];
        map->items[kept++] = map->items[i];
    }
    map->n = kept;
}

/* ---- keys ---- */

static bool among(Str word, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (str_is(word, words[i]))
            return true;
    return false;
}

static bool only_keys(Loader *l, const Node *map, const char *const *allowed)
{
    if (map->kind != NODE_MAP)
        load_bad(l, map, M_DOM_NEED_MAP, STR_NONE);
    for (size_t i = 0; map->kind == NODE_MAP && i < map->n; i++)
        if (!among(map->keys[i]->text, allowed))
            load_bad(l, map->keys[i], M_OVERLAY_KEY, map->keys[i]->text);
    return map->kind == NODE_MAP;
}

/* Items of a list of maps; what has another shape is told and passed over. */
static size_t item_count(Loader *l, const Node *list)
{
    if (list && list->kind != NODE_LIST)
        load_bad(l, list, M_DOM_NEED_LIST, STR_NONE);
    return list && list->kind == NODE_LIST ? list->n : 0;
}

/* ---- fields ---- */

static Node *find_named(const Node *list, Str name)
{
    for (size_t i = 0; name.ptr && list && list->kind == NODE_LIST && i < list->n; i++)
        if (str_eq(text_of(list->items[i], "name"), name))
            return list->items[i];
    return NULL;
}

static Node *find_field(const Node *root, Str name)
{
    const Node *sections = child(root, "sections");
    for (size_t i = 0; sections && sections->kind == NODE_LIST && i < sections->n; i++) {
        Node *f = find_named(child(sections->items[i], "fields"), name);
        if (f)
            return f;
    }
    return NULL;
}

/* A field of the district: its name shows whose it is, and no engine, sum or mapping knows it. */
static void check_own_field(Loader *l, const Node *field)
{
    static const char *const engine[] = {"as",   "was",     "stat",   "htcds",
                                         "calc", "default", "lookup", NULL};
    Str name = text_of(field, "name");
    if (name.ptr && !str_starts(name, S(FIELD_PREFIX)))
        load_bad(l, field, M_OVERLAY_NAME, name);
    for (size_t i = 0; field->kind == NODE_MAP && i < field->n; i++)
        if (among(field->keys[i]->text, engine))
            load_bad(l, field->keys[i], M_OVERLAY_ENGINE, field->keys[i]->text);
}

static void hide(Loader *l, const Node *key, Node *base)
{
    if (child(base, "required")) {
        load_bad(l, key, M_OVERLAY_HIDE, text_of(base, "name"));
        return;
    }
    drop(base, "list");
    drop(base, "facet");
    drop(base, "sort");
}

static void change_field(Loader *l, const Node *wish, Node *base)
{
    static const char *const keys[] = {"name", "label", "help", "required", "hide", NULL};
    if (!only_keys(l, wish, keys))
        return;
    for (size_t i = 0; i < wish->n; i++) {
        if (str_is(wish->keys[i]->text, "hide"))
            hide(l, wish->keys[i], base);
        if (!str_is(wish->keys[i]->text, "name") && among(wish->keys[i]->text, keys))
            put(l, base, wish->keys[i], wish->items[i]);
    }
}

static void add_field(Loader *l, Node *wish, Node *root)
{
    Node *sections = child(root, "sections"), *where = child(wish, "section");
    Node *into = where ? find_named(sections, text_of(wish, "section"))
                       : (sections && sections->n ? sections->items[0] : NULL);
    Node *fields = child(into, "fields");
    check_own_field(l, wish);
    if (!fields || fields->kind != NODE_LIST) {
        load_bad(l, where ? where : wish, M_OVERLAY_SECTION, text_of(wish, "section"));
        return;
    }
    drop(wish, "section");
    append(l, fields, wish);
}

static void overlay_fields(Loader *l, const Node *list, Node *root)
{
    size_t n = item_count(l, list);
    for (size_t i = 0; i < n; i++) {
        Node *base = find_field(root, text_of(list->items[i], "name"));
        if (base && !base->file.ptr)
            change_field(l, list->items[i], base);
        else if (list->items[i]->kind == NODE_MAP)
            add_field(l, list->items[i], root);
        else
            load_bad(l, list->items[i], M_DOM_NEED_MAP, STR_NONE);
    }
}

static void overlay_sections(Loader *l, const Node *list, Node *root)
{
    Node *sections = child(root, "sections");
    size_t n = sections && sections->kind == NODE_LIST ? item_count(l, list) : 0;
    for (size_t i = 0; i < n; i++) {
        const Node *fields = child(list->items[i], "fields");
        Str name = text_of(list->items[i], "name");
        if (name.ptr && !str_starts(name, S(FIELD_PREFIX)))
            load_bad(l, list->items[i], M_OVERLAY_NAME, name);
        for (size_t k = 0; fields && fields->kind == NODE_LIST && k < fields->n; k++)
            check_own_field(l, fields->items[k]);
        append(l, sections, list->items[i]);
    }
}

/* ---- order ---- */

/* Brings the named field to the front of those not named yet, inside its section. */
static void place_field(Node *fields, size_t *done, Str name)
{
    for (size_t i = *done; i < fields->n; i++) {
        Node *f = fields->items[i];
        if (!str_eq(text_of(f, "name"), name))
            continue;
        memmove(&fields->items[*done + 1], &fields->items[*done], (i - *done) * sizeof(Node *));
        fields->items[(*done)++] = f;
        return;
    }
}

static void overlay_order(Loader *l, const Node *order, const Node *root)
{
    const Node *sections = child(root, "sections");
    if (!order || !load_is_list(l, order))
        return;
    for (size_t i = 0; i < order->n; i++)
        if (!find_field(root, order->items[i]->text))
            load_problem(l, order->items[i], M_DOM_NO_FIELD, order->items[i]->text,
                         text_of(root, "register"), S("-"));
    for (size_t s = 0; sections && sections->kind == NODE_LIST && s < sections->n; s++) {
        Node *fields = child(sections->items[s], "fields");
        size_t done = 0;
        for (size_t i = 0; fields && fields->kind == NODE_LIST && i < order->n; i++)
            place_field(fields, &done, order->items[i]->text);
    }
}

/* ---- rights ---- */

static bool says(const Node *list, Str word)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->items[i]->text, word))
            return true;
    return false;
}

/* Takes classes away from one right; a right that names what it allows keeps the rest. */
static void narrow(Loader *l, Node *right, Node *key, Node *deny)
{
    Node *allow = child(right, "allow"), *old = child(right, "deny");
    if (!allow) {
        for (size_t i = 0; old && old->kind == NODE_LIST && i < old->n; i++)
            append(l, deny, old->items[i]);
        put(l, right, key, deny);
        return;
    }
    size_t kept = 0;
    for (size_t i = 0; allow->kind == NODE_LIST && i < allow->n; i++)
        if (!says(deny, allow->items[i]->text))
            allow->items[kept++] = allow->items[i];
    allow->n = kept;
}

static Node *copy_list(Loader *l, const Node *list)
{
    Node *copy = ARENA_NEW(l->arena, Node);
    *copy = *list;
    return copy;
}

static void overlay_right(Loader *l, const Node *wish, const Node *rights)
{
    static const char *const keys[] = {"role", "deny", NULL};
    const Node *deny = child(wish, "deny");
    bool found = false;
    if (!only_keys(l, wish, keys) || !deny || !load_is_list(l, deny)) {
        if (!deny)
            load_bad(l, wish, M_DOM_MISSING_KEY, S("deny"));
        return;
    }
    for (size_t i = 0; rights && rights->kind == NODE_LIST && i < rights->n; i++) {
        Node *key = ARENA_NEW(l->arena, Node);
        *key = (Node){.kind = NODE_TEXT,
                      .line = wish->line,
                      .column = wish->column,
                      .file = wish->file,
                      .text = S("deny")};
        if (!str_eq(text_of(rights->items[i], "role"), text_of(wish, "role")))
            continue;
        found = true;
        narrow(l, rights->items[i], key, copy_list(l, deny));
    }
    if (!found)
        load_bad(l, wish, M_OVERLAY_ROLE, text_of(wish, "role"));
}

/* ---- the files ---- */

static void merge(Loader *l, const Node *overlay, Node *root)
{
    static const char *const keys[] = {"overlay", "label", "help",   "sections",
                                       "fields",  "order", "rights", NULL};
    const Node *rights = child(overlay, "rights");
    if (!only_keys(l, overlay, keys))
        return;
    if (!str_eq(text_of(overlay, "overlay"), text_of(root, "register")))
        load_problem(l, overlay, M_DOM_FILE_NAME, text_of(overlay, "overlay"), overlay->file,
                     STR_NONE);
    for (size_t i = 0; i < overlay->n; i++)
        if (str_is(overlay->keys[i]->text, "label") || str_is(overlay->keys[i]->text, "help"))
            put(l, root, overlay->keys[i], overlay->items[i]);
    overlay_fields(l, child(overlay, "fields"), root);
    overlay_sections(l, child(overlay, "sections"), root);
    overlay_order(l, child(overlay, "order"), root);
    size_t n = item_count(l, rights);
    for (size_t i = 0; i < n; i++)
        overlay_right(l, rights->items[i], child(root, "rights"));
}

static void name_file(Node *n, Str file)
{
    n->file = file;
    for (size_t i = 0; i < n->n; i++) {
        if (n->kind == NODE_MAP)
            name_file(n->keys[i], file);
        name_file(n->items[i], file);
    }
}

/* Reads a file of the overlay; false when there is none. */
static bool overlay_text(Loader *l, Str relative, Str *ret_path, Str *ret)
{
    if (!l->overlay)
        return false;
    *ret_path = str_copy(l->problems->arena,
                         str_printf(l->arena, "%s/%.*s", l->overlay, STR_ARG(relative)));
    Err e = file_read(l->arena, ret_path->ptr, OVERLAY_MAX, ret);
    if (e != ERR_OK && e != E_NOT_FOUND) {
        l->file = *ret_path;
        load_problem_line(l, 0, 0, msg_of_err(e), STR_NONE, STR_NONE);
    }
    return e == ERR_OK;
}

void load_overlay_register(Loader *l, Node *root)
{
    Str path, text, base = l->file;
    Node *overlay;
    if (!overlay_text(l, base, &path, &text) ||
        yaml_parse(l->arena, text, path, l->problems, &overlay) != ERR_OK)
        return;
    name_file(overlay, path);
    merge(l, overlay, root);
    l->file = base;
}

void load_overlay_codes(Loader *l, CodeList *list)
{
    CodeList own = {.name = list->name};
    Str path, text, base = l->file;
    if (!overlay_text(l, base, &path, &text))
        return;
    l->file = path;
    load_code_rows(l, text, &own);
    if (!list->open)
        load_problem_line(l, 1, 1, M_OVERLAY_CLOSED, list->name, STR_NONE);
    for (size_t i = 0; i < own.n; i++) {
        if (!str_starts(own.items[i].code, S(FIELD_PREFIX)))
            load_problem_line(l, (int)i + 2, 1, M_OVERLAY_NAME, own.items[i].code, STR_NONE);
        own.items[i].local = true;
        *ARENA_PUSH(l->arena, *list) = own.items[i];
    }
    codelist_sort(l->m, list);
    l->file = base;
}

static StrList overlay_files(Loader *l, const char *folder, const char *suffix)
{
    StrList files = {0};
    Err e = file_list(l->arena, z_printf(l->arena, "%s/%s", l->overlay, folder), str_of(suffix),
                      &files);
    if (e != ERR_OK && e != E_NOT_FOUND) {
        l->file = str_of(folder);
        load_problem_line(l, 0, 0, msg_of_err(e), STR_NONE, STR_NONE);
    }
    return files;
}

static void refuse_stray(Loader *l, const char *folder, Str name)
{
    l->file = str_copy(l->problems->arena,
                       str_printf(l->arena, "%s/%s/%.*s", l->overlay, folder, STR_ARG(name)));
    load_problem_line(l, 1, 1, M_OVERLAY_STRAY, name, STR_NONE);
}

/* Files of the overlay that stand over nothing, or in a folder it may not touch. */
void load_overlay_strays(Loader *l)
{
    static const char *const closed[] = {"tables",   "queues", "imports", "law",
                                         "calendar", "names",  "places",  "seed"};
    if (!l->overlay)
        return;
    StrList files = overlay_files(l, "registers", ".yaml");
    for (size_t i = 0; i < files.n; i++)
        if (!model_reg(l->m, str_head(files.items[i], files.items[i].len - 5)))
            refuse_stray(l, "registers", files.items[i]);
    files = overlay_files(l, "codes", ".tsv");
    for (size_t i = 0; i < files.n; i++)
        if (!model_list(l->m, str_head(files.items[i], files.items[i].len - 4)))
            refuse_stray(l, "codes", files.items[i]);
    files =
        overlay_files(l, ".", ".yaml"); /* who there is and what each may is not the district's */
    for (size_t i = 0; i < files.n; i++)
        refuse_stray(l, ".", files.items[i]);
    for (size_t k = 0; k < COUNT(closed); k++) {
        files = overlay_files(l, closed[k], "");
        for (size_t i = 0; i < files.n; i++)
            refuse_stray(l, closed[k], files.items[i]);
    }
}
