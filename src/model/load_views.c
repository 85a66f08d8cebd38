/* Import profiles and tables. Registers are linked when these files are read, so names
 * resolve at once. */
#include "model/load.h"

size_t load_folder(Loader *l, const char *folder, size_t size, ReadFn item, void **ret)
{
    StrList files = load_names(l, folder, ".yaml");
    char *items = arena_array(l->arena, files.n, size);
    size_t n = 0;
    for (size_t i = 0; i < files.n; i++) {
        Str file = str_printf(l->arena, "%s/%.*s", folder, STR_ARG(files.items[i])), text;
        Node *root;
        if (!load_file(l, file.ptr, &text) ||
            yaml_parse(l->arena, text, l->file, l->problems, &root) != ERR_OK)
            continue;
        void *into = items + size * n++;
        item(l, into, root);
        Str stem = str_head(files.items[i], files.items[i].len - 5);
        if (!str_eq(*(const Str *)into, stem))
            load_problem(l, root, M_DOM_FILE_NAME, *(const Str *)into, l->file, STR_NONE);
    }
    *ret = items;
    return n;
}

/* ---- imports ---- */

static const ImportRow *row_named(const ImportProfile *p, Str as, size_t *ret_index)
{
    for (size_t i = 0; i < p->row_count; i++)
        if (str_eq(p->rows[i].as, as)) {
            *ret_index = i;
            return &p->rows[i];
        }
    return NULL;
}

static void read_row(Loader *l, void *into, const Node *node)
{
    static const KeyDef keys[] = {
        {"as", READ_NAME, KEY_MUST, offsetof(ImportRow, as), NULL},
        {"register", READ_CALL, KEY_MUST, offsetof(ImportRow, reg), load_register_text},
        {"parent", READ_TEXT, KEY_MAY, offsetof(ImportRow, parent), NULL},
        {"match", READ_WORDS, KEY_MAY, offsetof(ImportRow, match), NULL},
        {"set", READ_SKIP, KEY_MAY, 0, NULL},
    };
    LOAD_MAP(l, node, keys, into);
}

/* A row's parent is an earlier row of a register that may hold it. */
static void check_row_parent(Loader *l, const ImportProfile *p, size_t i, const Node *node)
{
    const ImportRow *row = &p->rows[i];
    size_t at;
    const ImportRow *parent = row->parent.ptr ? row_named(p, row->parent, &at) : NULL;
    if (row->parent.ptr) {
        if (!parent || at >= i || !parent->reg || !reg_accepts_parent(row->reg, parent->reg))
            load_problem(l, node, M_DOM_ROW_PARENT, row->as, row->parent, STR_NONE);
    } else if (row->reg->has_parent && !row->reg->parent_optional && p->row_count > 1) {
        load_bad(l, node, M_DOM_MISSING_KEY, S("parent"));
    }
}

static void link_row_set(Loader *l, ImportProfile *p, size_t i, const Node *set)
{
    ImportRow *row = &p->rows[i];
    if (set->kind != NODE_MAP) {
        load_bad(l, set, M_DOM_NEED_MAP, STR_NONE);
        return;
    }
    row->set = ARENA_ARRAY(l->arena, set->n, struct ImportSet);
    for (size_t k = 0; k < set->n; k++) {
        const Field *f = load_field_named(l, set->keys[k], row->reg, set->keys[k]->text);
        const Node *v = set->items[k];
        size_t at;
        if (!f || !load_is_text(l, v))
            continue;
        bool constant =
            v->text.len >= 2 && str_starts(v->text, S("'")) && str_ends(v->text, S("'"));
        Str word = constant ? str_head(str_from(v->text, 1), v->text.len - 2) : v->text;
        const ImportRow *made = constant ? NULL : row_named(p, v->text, &at);
        if (constant && f->codes && !code_find(f->codes, word))
            load_problem(l, v, M_DOM_NO_CODE, word, f->codes->name, STR_NONE);
        if (!constant && (!made || at >= i || !made->reg || !field_accepts(f, made->reg)))
            load_problem(l, v, M_DOM_ROW_SET, f->name, v->text, STR_NONE);
        if (f->calc)
            load_problem(l, v, M_DOM_TOGETHER, f->name, S("calc, set"), STR_NONE);
        row->set[row->set_count++] = (struct ImportSet){f, v->text};
    }
}

/* Keys are fields joined by +; a single encrypted field needs a blind index to be found by. */
static void check_match(Loader *l, const ImportRow *row, const Node *match)
{
    for (size_t i = 0; i < row->match.n; i++) {
        Str rest = row->match.items[i], name;
        bool several = str_find(rest, '+') >= 0;
        while (str_cut(&rest, '+', &name)) {
            const Field *f = load_field_named(l, match->items[i], row->reg, str_trim(name));
            if (f && f->class_ && !f->lookup && !several)
                load_bad(l, match->items[i], M_DOM_MATCH, f->name);
            if (f && !several)
                row->reg->fields[f->index]->matched = true;
        }
    }
}

static void check_may_import(Loader *l, const Register *reg, const Node *node)
{
    for (size_t i = 0; i < reg->rights.n; i++)
        if (reg->rights.items[i].verbs & VERB_IMPORT)
            return;
    load_bad(l, node, M_DOM_NO_IMPORT, reg->name);
}

static void read_rows(Loader *l, void *into, const Node *v)
{
    ImportProfile *p = into;
    p->row_count = LOAD_ITEMS(l, v, read_row, &p->rows);
    for (size_t i = 0; i < p->row_count; i++) {
        const Node *node = v->items[i], *set = node_get(node, S("set"));
        if (!p->rows[i].reg)
            continue;
        check_row_parent(l, p, i, node);
        if (set)
            link_row_set(l, p, i, set);
        if (p->rows[i].match.n)
            check_match(l, &p->rows[i], node_get(node, S("match")));
        check_may_import(l, p->rows[i].reg, node);
    }
}

static void read_target(Loader *l, void *into, const Node *v)
{
    (void)into;
    if (load_is_text(l, v) && str_find(v->text, '.') < 0)
        load_bad(l, v, M_DOM_COLUMN_TO, v->text);
}

static void read_column(Loader *l, void *into, const Node *node)
{
    static const KeyDef keys[] = {
        {"column", READ_TEXT, KEY_MUST, offsetof(ImportColumn, heading), NULL},
        {"to", READ_CALL, KEY_MUST, 0, read_target},
        {"also", READ_WORDS, KEY_MAY, offsetof(ImportColumn, also), NULL},
        {"required", READ_FLAG, KEY_MAY, offsetof(ImportColumn, required), NULL},
    };
    LOAD_MAP(l, node, keys, into);
}

static void link_column(Loader *l, const ImportProfile *p, ImportColumn *c, const Node *to)
{
    ptrdiff_t dot = str_find(to->text, '.');
    if (dot < 0)
        return;
    const ImportRow *row = row_named(p, str_head(to->text, (size_t)dot), &c->row);
    Str name = str_from(to->text, (size_t)dot + 1);
    if (!row || !row->reg) {
        load_bad(l, to, M_DOM_COLUMN_TO, to->text);
        return;
    }
    if (str_is(name, "pemilik"))
        return;
    c->field = load_field_named(l, to, row->reg, name);
    if (c->field && c->field->calc)
        load_problem(l, to, M_DOM_TOGETHER, name, S("calc, column"), STR_NONE);
    for (size_t i = 0; c->field && i < row->set_count; i++)
        if (row->set[i].field == c->field)
            load_bad(l, to, M_DOM_TWICE, name);
}

static void read_columns(Loader *l, void *into, const Node *v)
{
    ImportProfile *p = into;
    p->column_count = LOAD_ITEMS(l, v, read_column, &p->columns);
    for (size_t i = 0; i < p->column_count; i++) {
        const Node *to = node_get(v->items[i], S("to"));
        if (to && to->kind == NODE_TEXT)
            link_column(l, p, &p->columns[i], to);
    }
}

static void read_import(Loader *l, void *into, const Node *root)
{
    static const KeyDef keys[] = {
        {"import", READ_NAME, KEY_MUST, offsetof(ImportProfile, name), NULL},
        {"label", READ_LABEL, KEY_MUST, offsetof(ImportProfile, label), NULL},
        {"help", READ_LABEL, KEY_MAY, offsetof(ImportProfile, help), NULL},
        {"rows", READ_CALL, KEY_MUST, 0, read_rows},
        {"columns", READ_CALL, KEY_MUST, 0, read_columns},
    };
    ((ImportProfile *)into)->file = str_copy(l->arena, l->file);
    LOAD_MAP(l, root, keys, into);
}

void load_imports(Loader *l)
{
    l->m->import_count =
        load_folder(l, "imports", sizeof *l->m->imports, read_import, (void **)&l->m->imports);
}

/* ---- tables ---- */

static void read_table_register(Loader *l, void *into, const Node *v)
{
    TableDef *t = into;
    t->reg = load_is_text(l, v) ? load_register_named(l, v, v->text) : NULL;
    if (t->reg && !t->reg->stats.on)
        load_bad(l, v, M_DOM_NO_STATS, v->text);
}

static void read_dimension(Loader *l, const TableDef *t, const Node *v, Str *ret)
{
    if (!load_is_text(l, v))
        return;
    *ret = v->text;
    Nearest near = nearest_to(v->text);
    for (size_t i = 0; t->reg && i < t->reg->stats.dims.n; i++)
        nearest_try(&near, t->reg->stats.dims.items[i]);
    if (t->reg && t->reg->stats.on && near.distance > 0)
        load_problem(l, v, M_DOM_NO_DIM, v->text, nearest_word(&near), STR_NONE);
}

static void read_table_rows(Loader *l, void *into, const Node *v)
{
    read_dimension(l, into, v, &((TableDef *)into)->rows);
}

static void read_table_columns(Loader *l, void *into, const Node *v)
{
    read_dimension(l, into, v, &((TableDef *)into)->columns);
}

static void read_sum(Loader *l, void *into, const Node *v)
{
    TableDef *t = into;
    if (!t->reg || !load_is_text(l, v))
        return;
    t->sum = load_field_named(l, v, t->reg, v->text);
    if (t->sum && (t->sum->kind != FK_NUMBER || t->sum->class_ || t->sum->year || t->sum->month ||
                   str_empty(t->sum->unit)))
        load_bad(l, v, M_DOM_SUM, v->text);
}

static void read_share(Loader *l, void *into, const Node *v)
{
    TableDef *t = into;
    const Field *rows = t->reg ? reg_field(t->reg, t->rows) : NULL;
    t->share = load_words(l, v);
    for (size_t i = 0; i < t->share.n; i++)
        if (rows && (!rows->codes || !code_find(rows->codes, t->share.items[i])))
            load_bad(l, v->items[i], M_DOM_SHARE, t->share.items[i]);
}

static void read_table(Loader *l, void *into, const Node *root)
{
    static const KeyDef keys[] = {
        {"table", READ_NAME, KEY_MUST, offsetof(TableDef, name), NULL},
        {"label", READ_LABEL, KEY_MUST, offsetof(TableDef, label), NULL},
        {"register", READ_CALL, KEY_MUST, 0, read_table_register},
        {"rows", READ_CALL, KEY_MUST, 0, read_table_rows},
        {"columns", READ_CALL, KEY_MAY, 0, read_table_columns},
        {"free", READ_FLAG, KEY_MAY, offsetof(TableDef, free_dims), NULL},
        {"sum", READ_CALL, KEY_MAY, 0, read_sum},
        {"note", READ_LABEL, KEY_MAY, offsetof(TableDef, note), NULL},
        {"share", READ_CALL, KEY_MAY, 0, read_share},
        {"share_label", READ_LABEL, KEY_MAY, offsetof(TableDef, share_label), NULL},
    };
    LOAD_MAP(l, root, keys, into);
}

void load_tables(Loader *l)
{
    l->m->table_count =
        load_folder(l, "tables", sizeof *l->m->tables, read_table, (void **)&l->m->tables);
}
