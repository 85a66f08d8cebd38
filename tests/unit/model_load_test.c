/* The loader on the real domain, on the small one, and on every way the small one may be wrong.
 * Arguments: source root. */
#include "base/file.h"
#include "model/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *root;

typedef struct Loaded {
    Arena *arena;
    Problems problems;
    Model *model;
    Err err;
} Loaded;

static Loaded load(const char *dir)
{
    Loaded l = {.arena = arena_new(64u << 20)};
    l.problems.arena = l.arena;
    l.err = model_load(dir, &l.problems, &l.model);
    return l;
}

static void unload(Loaded *l)
{
    model_free(l->model);
    arena_free(l->arena);
}

static void print_problems(const Loaded *l)
{
    for (size_t i = 0; i < l->problems.n; i++) {
        Str s = problem_text(l->arena, LANG_EN, &l->problems.items[i]);
        print_error("  %.*s\n", STR_ARG(s));
    }
}

static Loaded load_good(const char *name)
{
    Arena *a = arena_new(4096);
    Loaded l = load(str_printf(a, "%s/%s", root, name).ptr);
    print_problems(&l);
    assert_int_equal(l.err, ERR_OK);
    assert_int_equal(l.problems.n, 0);
    arena_free(a);
    return l;
}

/* ---- good domains ---- */

static void real_domain_loads(void **state)
{
    (void)state;
    Loaded l = load_good("domain");
    const Model *m = l.model;
    assert_true(m->reg_count >= 20 && m->list_count > 150 && m->place_count > 3000);
    assert_non_null(role_reg(m, REG_ROLE_PERSON));
    assert_non_null(role_field(m, FIELD_ROLE_VICTIM_PERSON));
    for (size_t i = 0; i < m->reg_count; i++)
        for (size_t k = 0; k < m->regs[i]->field_count; k++) {
            const Field *f = m->regs[i]->fields[k];
            assert_ptr_equal(reg_field(m->regs[i], f->name), f);
            assert_int_equal(f->index, k);
            assert_true(f->kind != FK_CODE || f->codes);
            assert_true(f->kind != FK_REF || f->target || f->tag.ptr);
        }
    unload(&l);
}

static void links_are_made(void **state)
{
    (void)state;
    Loaded l = load_good("tests/domain_mini");
    const Model *m = l.model;
    const Register *person = model_reg(m, S("orang")), *file = model_reg(m, S("kasus"));
    const Register *victim = model_reg(m, S("korban")), *task = model_reg(m, S("tugas"));
    assert_ptr_equal(role_reg(m, REG_ROLE_VICTIM), victim);
    assert_ptr_equal(role_field(m, FIELD_ROLE_VICTIM_PERSON), reg_field(victim, S("orang")));
    assert_ptr_equal(victim->key_ref, reg_field(victim, S("orang")));
    assert_ptr_equal(victim->parent, file);
    assert_int_equal(file->child_count, 2); /* korban, and tugas by its tag */
    assert_true(reg_accepts_parent(task, file) && !reg_accepts_parent(task, victim));
    assert_int_equal(person->referrer_count, 1);
    /* umur, kelompok's source, asal and jk of korban read orang; inisial reads only itself */
    assert_int_equal(person->dependent_count, 3);
    assert_int_equal(victim->dependent_count, 3);
    assert_int_equal(file->dependent_count, 1);
    assert_true(person->has_sealed && !task->has_sealed && file->has_search && victim->needs_area);
    assert_true(field_accepts(reg_field(file, S("berkas_terkait")), victim));
    assert_int_equal(reg_column(file, S("status"))->system, SYS_STATE);
    assert_non_null(code_find(reg_column(file, S("status"))->codes, S("jalan")));
    assert_ptr_equal(reg_column(file, S("pemilik"))->target, role_reg(m, REG_ROLE_INSTITUTION));
    assert_null(reg_column(person, S("status")));
    assert_null(reg_field(file, S("status")));
    unload(&l);
}

static void parts_are_read(void **state)
{
    (void)state;
    Loaded l = load_good("tests/domain_mini");
    const Register *r = model_reg(l.model, S("kasus"));
    assert_int_equal(r->move_count, 2);
    assert_true(r->moves[1].reason && r->moves[1].when && r->moves[0].need_count == 1);
    assert_int_equal(r->clocks[0].warn_percent, 80);
    assert_true(r->clocks[0].to_owner && r->clocks[0].start.kind == ON_CREATE);
    assert_true(r->clocks[1].limit.n == 7 && r->clocks[1].work_days);
    assert_ptr_equal(r->clocks[1].stop.field, reg_field(r, S("lp")));
    assert_int_equal(r->rules[0].n, 3);
    assert_int_equal(r->rights.items[1].classes, 0);
    assert_int_equal(r->rights.items[0].classes, CLASSES_ALL);
    assert_true(r->retention.after == RETAIN_CLOSED && str_is(r->retention.limit_code, "PANTAU"));
    assert_true(r->stats.on && r->stats.unit && r->stats.where && r->stats.dims.n == 4);
    const Field *area = reg_field(r, S("luas"));
    assert_true(area->scale == 2 && area->min == 50 && area->max == 100000);
    assert_true(reg_field(r, S("dibuka"))->max == INT64_MAX);
    const ImportProfile *p = model_import(l.model, S("buku"));
    assert_true(p->row_count == 3 && p->column_count == 3 && !p->columns[2].field);
    const QueueDef *q = model_queue(l.model, S("tugas_unit"));
    assert_true(str_is(q->filters.items[0].values, "my_institution") && q->roles == 1);
    assert_true(model_table(l.model, S("korban_jk"))->free_dims);
    unload(&l);
}

static void limits_follow_the_date(void **state)
{
    (void)state;
    Loaded l = load_good("tests/domain_mini");
    const Limit *before = model_limit(l.model, S("TELAAH"), (Date){2024, 12, 31});
    const Limit *after = model_limit(l.model, S("TELAAH"), (Date){2025, 1, 1});
    assert_true(before->period.n == 24 && before->period.unit == DURATION_HOURS &&
                !before->work_days);
    assert_true(after->period.n == 3 && after->period.unit == DURATION_DAYS && after->work_days);
    assert_int_equal(model_limit(l.model, S("PANTAU"), (Date){2026, 1, 1})->period.n, 6);
    assert_null(model_limit(l.model, S("TELAH"), (Date){2026, 1, 1}));
    assert_true(str_is(l.model->holidays[0], "2026-01-01"));
    unload(&l);
}

static void text_is_stable(void **state)
{
    (void)state;
    Loaded l = load_good("tests/domain_mini");
    Str t = l.model->text;
    assert_true(str_contains(t, S("\nkorban key=ref:orang parent=kasus\n")));
    assert_true(str_contains(t, S("\nkasus.luas number scale=2 class=-\n")));
    assert_true(str_contains(t, S("\nkasus.berkas_terkait refs @berkas class=-\n")));
    assert_true(str_contains(t, S("\norang.nik text class=identitas\n")));
    unload(&l);
}

/* ---- codes and places ---- */

static void codes_by_date(void **state)
{
    (void)state;
    Loaded l = load_good("tests/domain_mini");
    CodeList *list = l.model->lists[0];
    const CodeList *kinds = model_list(l.model, S("jenis"));
    assert_true(code_valid(code_find(kinds, S("lama")), (Date){2020, 12, 31}));
    assert_false(code_valid(code_find(kinds, S("lama")), (Date){2021, 1, 1}));
    assert_false(code_valid(code_find(kinds, S("usul")), (Date){2021, 1, 1}));
    assert_null(code_find(kinds, S("")));
    const Code local[] = {{.code = S("bun"), .label = {{S("Bunak"), S("Bunak")}}},
                          {.code = S("ind"), .label = {{S("Indo"), S("Indo")}}}};
    CodeRows before = code_rows(list);
    codelist_set_local(l.model, list, local, 2);
    assert_int_equal(code_rows(list).n, before.n + 1);
    assert_false(
        str_is(code_find(list, S("ind"))->label.text[0], "Indo")); /* shipped goes before */
    assert_true(code_find(list, S("bun"))->local);
    codelist_set_local(l.model, list, NULL, 0);
    assert_null(code_find(list, S("bun")));
    assert_true(str_eq(before.items[0].code, code_rows(list).items[0].code));
    unload(&l);
}

static void assert_label(const Loaded *l, const char *code, const char *label)
{
    Str got = place_label(l->model, l->arena, str_of(code));
    assert_string_equal(str_z(l->arena, got), label);
}

static void places_are_found(void **state)
{
    (void)state;
    Loaded l = load_good("tests/domain_mini");
    const Place *hit[8];
    assert_label(&l, "53.03.12.2001", "Oelneke, Kec. Musi, Kab. Timor Tengah Utara");
    assert_label(&l, "53.71", "Kota Kupang");
    assert_label(&l, "53", "Nusa Tenggara Timur");
    assert_label(&l, "99", "99");
    assert_true(str_is(place_at_level(S("53.03.12.2001"), PLACE_DISTRICT), "53.03"));
    assert_true(str_is(place_at_level(S("53.03.12.2001"), PLACE_VILLAGE), "53.03.12.2001"));
    assert_null(place_at_level(S("53"), PLACE_DISTRICT).ptr);
    assert_int_equal(place_search(l.model, l.arena, S("kupang"), PLACE_ANY, hit, 8), 2);
    assert_int_equal(place_search(l.model, l.arena, S("mus"), PLACE_ANY, hit, 8), 2);
    assert_int_equal(hit[0]->level, PLACE_SUBDISTRICT);
    assert_int_equal(place_search(l.model, l.arena, S("tengah u"), PLACE_ANY, hit, 8), 1);
    assert_int_equal(place_search(l.model, l.arena, S("engah"), PLACE_ANY, hit, 8), 0);
    assert_int_equal(place_search(l.model, l.arena, S("oelneke"), PLACE_ANY, hit, 1), 1);
    assert_int_equal(place_named(l.model, l.arena, S("Oelneke, Kec. Musi"), PLACE_ANY, hit, 8), 1);
    assert_int_equal(place_named(l.model, l.arena, S("Oelneke"), PLACE_ANY, hit, 8), 2);
    unload(&l);
}

/* ---- bad domains ---- */

static int by_key(const void *x, const void *y)
{
    return str_cmp(*(const Str *)x, *(const Str *)y);
}

/* Message keys in the order of the enum (tools/gen_messages.py sorts them). */
static StrList message_keys(Arena *a)
{
    Str text, line, key;
    StrList keys = {0};
    assert_int_equal(file_read(a, str_printf(a, "%s/messages.tsv", root).ptr, 1u << 20, &text), 0);
    str_cut(&text, '\n', &line);
    while (str_cut(&text, '\n', &line))
        if (str_cut(&line, '\t', &key) && key.len)
            *ARENA_PUSH(a, keys) = key;
    qsort(keys.items, keys.n, sizeof *keys.items, by_key);
    return keys;
}

static Str unescape(Arena *a, Str s)
{
    Buf b = buf_new(a, s.len + 1);
    for (size_t i = 0; i < s.len; i++) {
        bool escape = s.ptr[i] == '\\' && i + 1 < s.len;
        if (escape)
            i++;
        buf_char(&b, !escape ? s.ptr[i] : s.ptr[i] == 'n' ? '\n' : '\t');
    }
    return buf_str(&b);
}

static void copy_folder(Arena *a, const char *from, const char *to, const char *folder)
{
    StrList names;
    Str text;
    const char *dir = str_printf(a, "%s/%s", to, folder).ptr;
    assert_int_equal(file_mkdir(dir), ERR_OK);
    assert_int_equal(file_list(a, str_printf(a, "%s/%s", from, folder).ptr, S("l"), &names), 0);
    StrList more;
    assert_int_equal(file_list(a, str_printf(a, "%s/%s", from, folder).ptr, S("v"), &more), 0);
    for (size_t i = 0; i < more.n; i++)
        *ARENA_PUSH(a, names) = more.items[i];
    for (size_t i = 0; i < names.n; i++) {
        Str name = names.items[i];
        Str path = str_printf(a, "%s/%s/%.*s", from, folder, STR_ARG(name));
        assert_int_equal(file_read(a, path.ptr, 1u << 20, &text), ERR_OK);
        path = str_printf(a, "%s/%.*s", dir, STR_ARG(name));
        assert_int_equal(file_write(path.ptr, text), ERR_OK);
    }
}

static const char *const folders[] = {".",        "registers", "codes",  "places", "law",
                                      "calendar", "imports",   "tables", "queues"};
enum { FOLDERS = sizeof folders / sizeof *folders };

static const char *copy_mini(Arena *a)
{
    char *dir = (char *)(uintptr_t)str_z(a, S("/tmp/sigap_bad_XXXXXX"));
    assert_non_null(mkdtemp(dir));
    Str from = str_printf(a, "%s/tests/domain_mini", root);
    for (size_t i = 0; i < FOLDERS; i++)
        copy_folder(a, from.ptr, dir, folders[i]);
    return dir;
}

static void remove_copy(Arena *a, const char *dir)
{
    for (size_t i = FOLDERS; i > 0; i--) {
        StrList names;
        Str folder = str_printf(a, "%s/%s", dir, folders[i - 1]);
        assert_int_equal(file_list(a, folder.ptr, S(""), &names), ERR_OK);
        for (size_t k = 0; k < names.n; k++)
            remove(str_printf(a, "%s/%s", folder.ptr, str_z(a, names.items[k])).ptr);
        remove(folder.ptr);
    }
    assert_int_equal(remove(dir), 0);
}

typedef struct Case {
    Str name, file, find, replace, key, place;
    int64_t line;
} Case;

static bool has_problem(const Loaded *l, const Case *c, const StrList *keys)
{
    for (size_t i = 0; i < l->problems.n; i++) {
        const Problem *p = &l->problems.items[i];
        if (str_eq(keys->items[p->msg], c->key) && str_eq(p->place, c->place) &&
            p->line == c->line && !p->warning)
            return true;
    }
    return false;
}

/* Loads with the change and puts the file back; false when the problem did not come. */
static bool run_case(Arena *a, const char *dir, const Case *c, const StrList *keys)
{
    Str path = str_printf(a, "%s/%.*s", dir, STR_ARG(c->file)), text;
    assert_int_equal(file_read(a, path.ptr, 1u << 20, &text), ERR_OK);
    const char *at = memmem(text.ptr, text.len, c->find.ptr, c->find.len);
    assert_non_null(at);
    size_t before = (size_t)(at - text.ptr);
    Buf b = buf_new(a, text.len + 256);
    buf_put(&b, str_head(text, before));
    buf_put(&b, c->replace);
    buf_put(&b, str_from(text, before + c->find.len));
    assert_int_equal(file_write(path.ptr, buf_str(&b)), ERR_OK);
    Loaded l = load(dir);
    bool good = l.err == E_DOMAIN && has_problem(&l, c, keys);
    if (!good) {
        print_error("%.*s: expected %.*s at %.*s:%lld, got %s\n", STR_ARG(c->name), STR_ARG(c->key),
                    STR_ARG(c->place), (long long)c->line, err_name(l.err));
        print_problems(&l);
    }
    unload(&l);
    assert_int_equal(file_write(path.ptr, text), ERR_OK);
    return good;
}

static void bad_domains_are_refused(void **state)
{
    (void)state;
    Arena *a = arena_new(64u << 20);
    const char *dir = copy_mini(a);
    StrList keys = message_keys(a);
    Str text, line;
    size_t failed = 0, count = 0;
    Str cases = str_printf(a, "%s/tests/domain_bad/cases.tsv", root);
    assert_int_equal(file_read(a, cases.ptr, 1u << 20, &text), ERR_OK);
    str_cut(&text, '\n', &line);
    while (str_cut(&text, '\n', &line) && line.len) {
        Case c = {0};
        Str number, find, replace;
        assert_true(str_cut(&line, '\t', &c.name) && str_cut(&line, '\t', &c.file) &&
                    str_cut(&line, '\t', &find) && str_cut(&line, '\t', &replace) &&
                    str_cut(&line, '\t', &c.key) && str_cut(&line, '\t', &c.place) &&
                    str_cut(&line, '\t', &number) && str_i64(number, &c.line));
        c.find = unescape(a, find);
        c.replace = unescape(a, replace);
        count++;
        failed += !run_case(a, dir, &c, &keys);
    }
    assert_true(count >= 40);
    assert_int_equal(failed, 0);
    Loaded l = load(dir);
    assert_int_equal(l.err, ERR_OK);
    unload(&l);
    remove_copy(a, dir);
    arena_free(a);
}

static void missing_domain_is_told(void **state)
{
    (void)state;
    Loaded l = load("/nonexistent");
    assert_int_equal(l.err, E_DOMAIN);
    assert_true(l.problems.errors >= 5);
    unload(&l);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    root = argv[1];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_domain_loads),      cmocka_unit_test(links_are_made),
        cmocka_unit_test(parts_are_read),         cmocka_unit_test(limits_follow_the_date),
        cmocka_unit_test(text_is_stable),         cmocka_unit_test(codes_by_date),
        cmocka_unit_test(places_are_found),       cmocka_unit_test(bad_domains_are_refused),
        cmocka_unit_test(missing_domain_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
