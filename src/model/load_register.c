/* registers/NAME.yaml: the register itself; fields stand in load_field.c, flow in load_flow.c. */
#include "model/load.h"
#include "model/load_words.h"

/* ---- what it is and where it stands ---- */

static void link_group(Loader *l, void *into, const Node *v)
{
    Register *reg = into;
    const CodeList *list = load_list_named(l, v, S("kelompok_menu"));
    if (list && !code_find(list, reg->group))
        load_problem(l, v, M_DOM_NO_CODE, reg->group, list->name, STR_NONE);
}

static void read_group(Loader *l, void *into, const Node *v)
{
    if (!load_is_text(l, v))
        return;
    ((Register *)into)->group = v->text;
    load_later(l, PHASE_NAMES, link_group, into, v);
}

static void read_is(Loader *l, void *into, const Node *v)
{
    static const WordDef words[] = {
#define REG(name, word) {word, REG_ROLE_##name},
#define FIELD(name, word, kind)
#include "model/role.def"
#undef REG
#undef FIELD
    };
    Register *reg = into;
    int role = load_is_text(l, v) ? LOAD_WORD(l, v, words, M_DOM_NO_WORD) : -1;
    if (role < 0)
        return;
    reg->role = (RegRole)role;
    if (l->m->by_role[role])
        load_problem(l, v, M_DOM_ROLE_HELD, v->text, l->m->by_role[role]->name, STR_NONE);
    else
        l->m->by_role[role] = reg;
}

static void read_tags(Loader *l, void *into, const Node *v)
{
    Register *reg = into;
    reg->tags = load_words(l, v);
    for (size_t i = 0; i < reg->tags.n; i++)
        if (!load_is_name(reg->tags.items[i]))
            load_bad(l, v->items[i], M_DOM_BAD_NAME, reg->tags.items[i]);
}

static void link_parent(Loader *l, void *into, const Node *v)
{
    Register *reg = into;
    if (!str_starts(v->text, S("@"))) {
        reg->parent = load_register_named(l, v, v->text);
        return;
    }
    for (size_t i = 0; i < l->m->reg_count; i++)
        if (reg_has_tag(l->m->regs[i], reg->parent_tag))
            return;
    load_bad(l, v, M_DOM_NO_TAG, v->text);
}

static void read_parent(Loader *l, void *into, const Node *v)
{
    Register *reg = into;
    if (!load_is_text(l, v))
        return;
    reg->has_parent = true;
    if (str_starts(v->text, S("@")))
        reg->parent_tag = str_from(v->text, 1);
    load_later(l, PHASE_NAMES, link_parent, reg, v);
}

static void link_key(Loader *l, void *into, const Node *v)
{
    Register *reg = into;
    const Field *f = load_field_named(l, v, reg, str_from(v->text, 4));
    reg->key_ref = f;
    if (f && (f->kind != FK_REF || f->multi || f->class_ || f->calc || !f->required || f->when))
        load_bad(l, v, M_DOM_KEY_REF, f->name);
}

static void read_key(Loader *l, void *into, const Node *v)
{
    static const WordDef words[] = {
        {"none", KEY_NONE}, {"own", KEY_OWN}, {"parent", KEY_PARENT}, {"ref FIELD", KEY_REF}};
    Register *reg = into;
    if (!load_is_text(l, v))
        return;
    if (str_starts(v->text, S("ref "))) {
        reg->key = KEY_REF;
        load_later(l, PHASE_USES, link_key, reg, v);
        return;
    }
    int key = LOAD_WORD(l, v, words, M_DOM_NO_WORD);
    reg->key = key < 0 ? KEY_OWN : (KeyKind)key; /* own: no second problem about its fields */
    if (reg->key == KEY_PARENT && !reg->has_parent)
        load_bad(l, v, M_DOM_NO_PARENT, v->text);
    if (reg->key == KEY_PARENT && reg->parent_optional)
        load_bad(l, v, M_DOM_KEY_OPTIONAL, STR_NONE);
}

static void read_reach(Loader *l, void *into, const Node *v)
{
    static const WordDef words[] = {
        {"own", REACH_OWN}, {"parent", REACH_PARENT}, {"referrers", REACH_REFERRERS}};
    Register *reg = into;
    int reach = load_is_text(l, v) ? LOAD_WORD(l, v, words, M_DOM_NO_WORD) : -1;
    if (reach < 0)
        return;
    reg->reach = (ReachKind)reach;
    if (reg->reach == REACH_PARENT && !reg->has_parent)
        load_bad(l, v, M_DOM_NO_PARENT, v->text);
}

/* Literal text, {tahun} at most once, and one {urut:N} with 1 to 9 digits. */
static bool number_template(Str t)
{
    Str rest = t;
    int years = 0, counts = 0;
    while (rest.len) {
        ptrdiff_t open = str_find(rest, '{');
        if (str_contains(str_head(rest, open < 0 ? rest.len : (size_t)open), S("}")))
            return false;
        if (open < 0)
            break;
        rest = str_from(rest, (size_t)open);
        bool count = rest.len >= 8 && str_starts(rest, S("{urut:")) && rest.ptr[6] >= '1' &&
                     rest.ptr[6] <= '9' && rest.ptr[7] == '}';
        if (!count && !str_starts(rest, S("{tahun}")))
            return false;
        counts += count;
        years += !count;
        rest = str_from(rest, count ? 8 : 7);
    }
    return counts == 1 && years <= 1;
}

static void read_number(Loader *l, void *into, const Node *v)
{
    if (!load_is_text(l, v))
        return;
    ((Register *)into)->number = v->text;
    if (!number_template(v->text))
        load_bad(l, v, M_DOM_NUMBER, v->text);
}

/* ---- heading ---- */

/* Every register that may stand behind the field must have the column, and clear. */
static void link_heading_hop(Loader *l, const Node *v, const Field *via, Str name)
{
    if (via->kind != FK_REF || via->multi || via->class_) {
        load_bad(l, v, M_DOM_HEADING_HOP, via->name);
        return;
    }
    for (size_t i = 0; i < l->m->reg_count; i++) {
        const Register *target = l->m->regs[i];
        const Field *f = field_accepts(via, target) ? load_column_named(l, v, target, name) : NULL;
        if (f && f->class_)
            load_bad(l, v, M_DOM_HEADING_CLASS, f->name);
    }
}

static void link_heading_name(Loader *l, const Node *v, const Register *reg, Str name)
{
    ptrdiff_t dot = str_find(name, '.');
    const Field *f = load_column_named(l, v, reg, dot < 0 ? name : str_head(name, (size_t)dot));
    if (!f)
        return;
    if (dot >= 0)
        link_heading_hop(l, v, f, str_from(name, (size_t)dot + 1));
    else if (f->class_)
        load_bad(l, v, M_DOM_HEADING_CLASS, f->name);
    else if (f->system == SYS_HEADING)
        load_bad(l, v, M_DOM_HEADING, reg->heading);
}

static void link_heading(Loader *l, void *into, const Node *v)
{
    const Register *reg = into;
    Str rest = v->text;
    size_t names = 0;
    for (; rest.len; names++) {
        ptrdiff_t open = str_find(rest, '{');
        if (open < 0)
            break;
        rest = str_from(rest, (size_t)open + 1);
        ptrdiff_t close = str_find(rest, '}');
        if (close <= 0) {
            names = 0;
            break;
        }
        link_heading_name(l, v, reg, str_head(rest, (size_t)close));
        rest = str_from(rest, (size_t)close + 1);
    }
    if (!names)
        load_bad(l, v, M_DOM_HEADING, v->text);
}

static void read_heading(Loader *l, void *into, const Node *v)
{
    if (!load_is_text(l, v))
        return;
    ((Register *)into)->heading = v->text;
    load_later(l, PHASE_USES, link_heading, into, v);
}

/* ---- tabs and sections ---- */

static void link_tab(Loader *l, void *into, const Node *node)
{
    const Tab *tab = into;
    const Node *children = node_get(node, S("children"));
    for (size_t i = 0; i < tab->children.n; i++) {
        const Register *child = load_register_named(l, children->items[i], tab->children.items[i]);
        if (child && !reg_accepts_parent(child, l->reg))
            load_problem(l, children->items[i], M_DOM_NO_CHILD, child->name, l->reg->name,
                         STR_NONE);
    }
}

static void read_tab(Loader *l, void *into, const Node *node)
{
    static const KeyDef keys[] = {
        {"name", READ_NAME, KEY_MUST, offsetof(Tab, name), NULL},
        {"label", READ_LABEL, KEY_MUST, offsetof(Tab, label), NULL},
        {"children", READ_WORDS, KEY_MAY, offsetof(Tab, children), NULL},
    };
    if (LOAD_MAP(l, node, keys, into))
        load_later(l, PHASE_USES, link_tab, into, node);
}

static void read_tabs(Loader *l, void *into, const Node *v)
{
    Register *reg = into;
    reg->tab_count = LOAD_ITEMS(l, v, read_tab, &reg->tabs);
}

static void read_sections(Loader *l, void *into, const Node *v)
{
    Register *reg = into;
    /* Counted while reading, since a field knows its section by number. */
    reg->section_count = 0;
    LOAD_ITEMS(l, v, load_section, &reg->sections);
    reg->fields = l->fields.items;
    reg->field_count = l->fields.n;
}

/* ---- the file ---- */

static void read_register(Loader *l, const Node *root, Str stem)
{
    static const KeyDef keys[] = {
        {"register", READ_NAME, KEY_MUST, offsetof(Register, name), NULL},
        {"label", READ_LABEL, KEY_MUST, offsetof(Register, label), NULL},
        {"menu", READ_LABEL, KEY_MAY, offsetof(Register, menu), NULL},
        {"help", READ_LABEL, KEY_MAY, offsetof(Register, help), NULL},
        {"group", READ_CALL, KEY_MUST, 0, read_group},
        {"is", READ_CALL, KEY_MAY, 0, read_is},
        {"tags", READ_CALL, KEY_MAY, 0, read_tags},
        {"parent", READ_CALL, KEY_MAY, 0, read_parent},
        {"parent_optional", READ_FLAG, KEY_MAY, offsetof(Register, parent_optional), NULL},
        {"key", READ_CALL, KEY_MUST, 0, read_key},
        {"reach", READ_CALL, KEY_MUST, 0, read_reach},
        {"number", READ_CALL, KEY_MAY, 0, read_number},
        {"heading", READ_CALL, KEY_MUST, 0, read_heading},
        {"final", READ_FLAG, KEY_MAY, offsetof(Register, final), NULL},
        {"tabs", READ_CALL, KEY_MAY, 0, read_tabs},
        {"sections", READ_CALL, KEY_MUST, 0, read_sections},
        {"flow", READ_CALL, KEY_MAY, 0, load_flow},
        {"clocks", READ_CALL, KEY_MAY, 0, load_clocks},
        {"rules", READ_CALL, KEY_MAY, 0, load_rules},
        {"rights", READ_CALL, KEY_MUST, 0, load_rights},
        {"stats", READ_CALL, KEY_MAY, 0, load_stats},
        {"retention", READ_CALL, KEY_MAY, 0, load_retention},
        {"processing", READ_CALL, KEY_MAY, 0, load_processing},
    };
    Register *reg = l->reg;
    LOAD_MAP(l, root, keys, reg);
    if (!str_eq(reg->name, stem))
        load_problem(l, root, M_DOM_FILE_NAME, reg->name, l->file, STR_NONE);
    reg->name = stem;
    if (word_is_page(stem) || word_is_sql(stem))
        load_bad(l, root, M_DOM_RESERVED, stem);
    if (reg->parent_optional && !reg->has_parent)
        load_bad(l, root, M_DOM_NO_PARENT, S("parent_optional"));
}

void load_registers(Loader *l)
{
    StrList files = load_names(l, "registers", ".yaml");
    Model *m = l->m;
    m->regs = ARENA_ARRAY(l->arena, files.n, Register *);
    for (size_t i = 0; i < files.n; i++) {
        Str file = str_printf(l->arena, "registers/%.*s", STR_ARG(files.items[i])), text;
        Node *root;
        if (!load_file(l, file.ptr, &text) ||
            yaml_parse(l->arena, text, l->file, l->problems, &root) != ERR_OK)
            continue;
        load_overlay_register(l, root);
        l->reg = ARENA_NEW(l->arena, Register);
        *l->reg = (Register){.model = m, .file = str_copy(l->arena, file), .index = m->reg_count};
        l->fields.items = NULL;
        l->fields.n = l->fields.cap = 0;
        m->regs[m->reg_count++] = l->reg;
        read_register(l, root, str_head(files.items[i], files.items[i].len - 5));
    }
    l->reg = NULL;
    if (!m->reg_count) {
        l->file = S("registers");
        load_problem_line(l, 0, 0, M_DOM_FILE_MISSING, STR_NONE, STR_NONE);
    }
}
