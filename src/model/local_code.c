#include "model/local_code.h"

#include "base/utf8.h"
#include "model/plan.h"

/* ---- out of the database ---- */

typedef ARENA_LIST(Code) CodeSet;

static Err read_list(Db *db, Arena *a, Str list, CodeSet *ret)
{
    Stmt *st;
    Err e;
    TRY(db_stmt(db,
                "SELECT code,label_id,label_en,since,until FROM kode_lokal WHERE list=:list"
                " ORDER BY label_id, code",
                &st, BIND(":list", list)));
    while (stmt_next(st, &e))
        *ARENA_PUSH(a, *ret) = (Code){.code = row_text(a, st, 0),
                                      .label = {{row_text(a, st, 1), row_text(a, st, 2)}},
                                      .from = row_text(a, st, 3),
                                      .until = row_text(a, st, 4),
                                      .hi = -1,
                                      .local = true};
    return e;
}

Err local_codes_load(Db *db, const Model *m)
{
    for (size_t i = 0; i < m->list_count; i++) {
        CodeSet set = {0};
        if (!m->lists[i]->open)
            continue;
        TRY(read_list(db, m->arena, m->lists[i]->name, &set));
        if (set.n)
            codelist_set_local(m, m->lists[i], set.items, set.n);
    }
    return ERR_OK;
}

/* ---- checks ---- */

static bool is_code(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (i && c >= '0' && c <= '9') || (i && c == '_')))
            return false;
    }
    return s.len > 0 && s.len <= CODE_MAX;
}

static bool is_label(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == ';')
            return false;
    return s.len > 0 && utf8_valid(s) && utf8_count(s) <= CODE_LABEL_MAX;
}

/* Another code of the list that is called so: an import could not tell the two apart. */
static const Code *called_so(const LocalCode *c, Arena *a, Str label)
{
    CodeRows rows = code_rows(c->list);
    Str folded = utf8_fold(a, label);
    for (size_t i = 0; i < rows.n; i++)
        for (int lang = 0; lang < LANG_COUNT; lang++)
            if (!str_eq(rows.items[i].code, c->row.code) &&
                str_eq(utf8_fold(a, rows.items[i].label.text[lang]), folded))
                return &rows.items[i];
    return NULL;
}

static void check_label(const LocalCode *c, Arena *a, Lang lang, Problems *problems)
{
    static const Msg labels[] = {M_CODE_LABEL_ID, M_CODE_LABEL_EN};
    Str name = lang == LANG_ID ? S("label_id") : S("label_en"), text = c->row.label.text[lang];
    if (!is_label(text)) {
        problem_about(problems, name, labels[lang], M_CODE_BAD_LABEL, STR_NONE);
        return;
    }
    const Code *other = called_so(c, a, text);
    if (other)
        problem_about(problems, name, labels[lang], M_CODE_LABEL_TAKEN, other->code);
}

void local_code_check(const LocalCode *c, Arena *a, Problems *problems)
{
    Date from, until;
    const Code *there = code_find(c->list, c->row.code);
    if (!is_code(c->row.code))
        problem_about(problems, S("kode"), M_CODE_CODE, M_CODE_BAD_CODE, STR_NONE);
    else if (c->is_new && there)
        problem_about(problems, S("kode"), M_CODE_CODE, M_CODE_TAKEN, there->label.text[LANG_ID]);
    check_label(c, a, LANG_ID, problems);
    check_label(c, a, LANG_EN, problems);
    if (date_parse_iso(c->row.from, &from) && date_parse_iso(c->row.until, &until) &&
        date_cmp(until, from) < 0)
        problem_about(problems, S("sampai"), M_CODE_UNTIL, M_CODE_BAD_SPAN, STR_NONE);
}

/* ---- writing ---- */

typedef struct Publish {
    const LocalCode *what;
    CodeSet set;
} Publish;

static void publish(void *arg)
{
    const Publish *p = arg;
    codelist_set_local(p->what->model, p->what->list, p->set.items, p->set.n);
}

static Err count_rows(WriteTx *tx, const LocalCode *c, bool *ret_there)
{
    int64_t n;
    TRY(db_number(tx->db, "SELECT count(*) FROM kode_lokal WHERE list=:list", &n,
                  BIND(":list", c->list->name)));
    TRY(db_any(tx->db, "SELECT 1 FROM kode_lokal WHERE list=:list AND code=:code", ret_there,
               BIND(":list", c->list->name), BIND(":code", c->row.code)));
    return c->is_new && n >= LOCAL_CODES_MAX ? E_LIMIT : ERR_OK;
}

Err local_code_put(WriteTx *tx, const LocalCode *c)
{
    bool there;
    Publish *p = ARENA_NEW(tx->arena, Publish);
    TRY(count_rows(tx, c, &there));
    if (there == c->is_new)
        return there ? E_DUPLICATE : E_NOT_FOUND;
    TRY(db_run(tx->db,
               "INSERT INTO kode_lokal(list,code,label_id,label_en,since,until)"
               " VALUES(:list,:code,:id,:en,:since,:until)"
               " ON CONFLICT(list,code) DO UPDATE SET label_id=excluded.label_id,"
               " label_en=excluded.label_en, since=excluded.since, until=excluded.until",
               BIND(":list", c->list->name), BIND(":code", c->row.code),
               BIND(":id", c->row.label.text[LANG_ID]), BIND(":en", c->row.label.text[LANG_EN]),
               BIND(":since", c->row.from), BIND(":until", c->row.until)));
    p->what = c;
    TRY(read_list(tx->db, tx->arena, c->list->name, &p->set));
    writer_after_commit(tx, publish, p);
    return ERR_OK;
}

/* ---- use ---- */

static Err used_in(Db *db, Arena *a, const Field *f, Str code, bool *ret)
{
    int64_t one = 0;
    Str sql = f->multi ? str_printf(a, "SELECT 1 FROM %.*s WHERE val=:p LIMIT 1",
                                    STR_ARG(field_link_table(a, f)))
                       : str_printf(a, "SELECT 1 FROM %.*s WHERE %.*s=:p LIMIT 1",
                                    STR_ARG(f->reg->name), STR_ARG(f->name));
    TRY(db_number(db, sql.ptr, &one, BIND(":p", code)));
    *ret = one == 1;
    return ERR_OK;
}

Err local_code_used(Db *db, Arena *a, const Model *m, const CodeList *list, Str code, bool *ret)
{
    *ret = false;
    for (size_t i = 0; i < m->reg_count; i++)
        for (size_t k = 0; k < m->regs[i]->field_count && !*ret; k++) {
            const Field *f = m->regs[i]->fields[k];
            if (f->kind == FK_CODE && f->codes == list && !f->class_)
                TRY(used_in(db, a, f, code, ret));
        }
    return ERR_OK;
}
