/* A district's files over the small domain: what they may do, and every refusal with its place.
 * Arguments: source root. */
#include "base/file.h"
#include "model/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HEAD      "overlay: kasus\n"
#define CODE_HEAD "kode\tid\ten\tberlaku_dari\tberlaku_sampai\turutan\tpadanan\tstatus\tasal\n"

static const char *root;

typedef struct Overlaid {
    Arena *arena;
    Problems problems;
    Model *model;
    Err err;
} Overlaid;

/* Loads the small domain under an overlay of one file. */
static Overlaid load(const char *folder, const char *name, const char *text)
{
    Overlaid o = {.arena = arena_new(64u << 20)};
    char dir[] = "/tmp/sigap-overlay-XXXXXX";
    assert_non_null(mkdtemp(dir));
    const char *below = str_printf(o.arena, "%s/%s", dir, folder).ptr;
    const char *file = str_printf(o.arena, "%s/%s", below, name).ptr;
    assert_int_equal(file_mkdir(below), ERR_OK);
    assert_int_equal(file_write(file, str_of(text)), ERR_OK);
    o.problems.arena = o.arena;
    o.err = model_load_over(str_printf(o.arena, "%s/tests/domain_mini", root).ptr, dir, &o.problems,
                            &o.model);
    unlink(file);
    rmdir(below);
    rmdir(dir);
    return o;
}

static void unload(Overlaid *o)
{
    model_free(o->model);
    arena_free(o->arena);
}

static void assert_denied(const Model *m, const Register *r, Str role)
{
    int index = model_role(m, role);
    bool found = false;
    for (size_t i = 0; i < r->rights.n; i++)
        if (r->rights.items[i].role == index) {
            found = true;
            assert_false(r->rights.items[i].classes & CLASS_BIT(CLASS_STORY));
        }
    assert_true(found);
}

static void a_district_adds_and_tightens(void **state)
{
    (void)state;
    Overlaid o = load("registers", "kasus.yaml",
                      HEAD "label: {id: Perkara, en: Matter}\n"
                           "fields:\n"
                           "  - {name: x_pos, section: pokok, type: text, label: {id: P, en: P}}\n"
                           "  - {name: jam, required: yes}\n"
                           "  - {name: bulan, hide: yes, label: {id: B, en: B}}\n"
                           "sections:\n"
                           "  - {name: x_lain, label: {id: L, en: L}, tab: isi, fields: [{name: "
                           "x_dua, type: number, label: {id: D, en: D}}]}\n"
                           "help: {id: Tolong, en: Aid}\n"
                           "order: [dibuka]\n"
                           "rights: [{role: petugas, deny: [kisah]}]\n");
    assert_int_equal(o.err, ERR_OK);
    const Register *r = model_reg(o.model, S("kasus"));
    assert_true(str_is(r->label.text[LANG_EN], "Matter"));
    assert_non_null(reg_field(r, S("x_pos")));
    assert_non_null(reg_field(r, S("x_dua")));
    assert_true(reg_field(r, S("jam"))->required && reg_field(r, S("bulan"))->hide);
    assert_int_equal(reg_field(r, S("dibuka"))->index, 0);
    assert_true(reg_field(r, S("judul"))->required);
    assert_true(str_is(r->help.text[LANG_EN], "Aid"));
    assert_denied(o.model, r, S("petugas"));
    unload(&o);
}

static void an_open_list_grows(void **state)
{
    (void)state;
    Overlaid o = load("codes", "bahasa.tsv",
                      CODE_HEAD "x_helong\tHelong\tHelong\t\t\t90\t\tberlaku\tlokal\n");
    assert_int_equal(o.err, ERR_OK);
    const Code *c = code_find(model_list(o.model, S("bahasa")), S("x_helong"));
    assert_true(c && c->local);
    unload(&o);
}

static const struct {
    const char *folder, *file, *text;
    int line, column;
    Msg msg;
} refusals[] = {
    {"registers", "kasus.yaml", HEAD "stats: {unit: x}\n", 2, 1, M_OVERLAY_KEY},
    {"registers", "kasus.yaml", HEAD "retention: {years: 1}\n", 2, 1, M_OVERLAY_KEY},
    {"registers", "kasus.yaml", HEAD "fields: [{name: kisah, class: kontak}]\n", 2, 24,
     M_OVERLAY_KEY},
    {"registers", "kasus.yaml", HEAD "fields: [{name: judul, type: number}]\n", 2, 24,
     M_OVERLAY_KEY},
    {"registers", "kasus.yaml", HEAD "fields: [{name: judul, required: no}]\n", 2, 34,
     M_DOM_NEED_YES},
    {"registers", "kasus.yaml", HEAD "fields: [{name: judul, hide: yes}]\n", 2, 24, M_OVERLAY_HIDE},
    {"registers", "kasus.yaml", HEAD "fields: [{name: pos, type: text, label: {id: a, en: b}}]\n",
     2, 10, M_OVERLAY_NAME},
    {"registers", "kasus.yaml",
     HEAD "fields: [{name: x_p, type: text, label: {id: a, en: b}, calc: kisah}]\n", 2, 57,
     M_OVERLAY_ENGINE},
    {"registers", "kasus.yaml",
     HEAD "fields: [{name: x_p, section: nihil, type: text, label: {id: a, en: b}}]\n", 2, 31,
     M_OVERLAY_SECTION},
    {"registers", "kasus.yaml", HEAD "order: [tiada]\n", 2, 9, M_DOM_NO_FIELD},
    {"registers", "kasus.yaml", HEAD "rights: [{role: nihil, deny: [kisah]}]\n", 2, 10,
     M_OVERLAY_ROLE},
    {"registers", "kasus.yaml", HEAD "rights: [{role: nihil, verbs: [void], deny: [kisah]}]\n", 2,
     24, M_OVERLAY_KEY},
    {"registers", "kasus.yaml", "overlay: korban\n", 1, 1, M_DOM_FILE_NAME},
    {"registers", "tiada.yaml", "overlay: tiada\n", 1, 1, M_OVERLAY_STRAY},
    {"codes", "jk.tsv", CODE_HEAD "x_z\tZ\tZ\t\t\t90\t\tberlaku\tlokal\n", 1, 1, M_OVERLAY_CLOSED},
    {"codes", "bahasa.tsv", CODE_HEAD "z\tZ\tZ\t\t\t90\t\tberlaku\tlokal\n", 2, 1, M_OVERLAY_NAME},
    {"registers", "kasus.yaml",
     HEAD "sections: [{name: lain, label: {id: L, en: L}, fields: []}]\n", 2, 12, M_OVERLAY_NAME},
    {"registers", "kasus.yaml", HEAD "flow: {start: baru}\n", 2, 1, M_OVERLAY_KEY},
    {"registers", "kasus.yaml", HEAD "key: none\n", 2, 1, M_OVERLAY_KEY},
    {"registers", "kasus.yaml", HEAD "reach: own\n", 2, 1, M_OVERLAY_KEY},
#define ENGINE(key)                                                                                \
    {                                                                                              \
        "registers", "kasus.yaml",                                                                 \
            HEAD "fields: [{name: x_p, type: text, label: {id: a, en: b}, " key ": yes}]\n", 2,    \
            57, M_OVERLAY_ENGINE                                                                   \
    }
    ENGINE("as"),
    ENGINE("was"),
    ENGINE("stat"),
    ENGINE("htcds"),
    ENGINE("default"),
    ENGINE("lookup"),
#undef ENGINE
    {"tables", "a.yaml", "table: a\n", 1, 1, M_OVERLAY_STRAY},
    {"queues", "a.yaml", "queue: a\n", 1, 1, M_OVERLAY_STRAY},
    {"imports", "a.yaml", "import: a\n", 1, 1, M_OVERLAY_STRAY},
    {"law", "batas.tsv", "kode\n", 1, 1, M_OVERLAY_STRAY},
    {"calendar", "libur.tsv", "tanggal\n", 1, 1, M_OVERLAY_STRAY},
    {"names", "a.tsv", "a\n", 1, 1, M_OVERLAY_STRAY},
    {"places", "a.tsv", "a\n", 1, 1, M_OVERLAY_STRAY},
    {"seed", "kasus.csv", "judul\n", 1, 1, M_OVERLAY_STRAY},
    {".", "roles.yaml", "roles: []\n", 1, 1, M_OVERLAY_STRAY},
};

static void each_refusal_has_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        Overlaid o = load(refusals[i].folder, refusals[i].file, refusals[i].text);
        bool found = false;
        assert_int_equal(o.err, E_DOMAIN);
        for (size_t k = 0; k < o.problems.n; k++) {
            const Problem *p = &o.problems.items[k];
            found |= p->msg == refusals[i].msg && p->line == refusals[i].line &&
                     p->column == refusals[i].column &&
                     str_ends(p->place, str_of(refusals[i].file));
        }
        if (!found) {
            print_error("refusal %zu: %s\n", i, refusals[i].text);
            for (size_t k = 0; k < o.problems.n; k++) {
                Str s = problem_text(o.arena, LANG_EN, &o.problems.items[k]);
                print_error("  %.*s\n", STR_ARG(s));
            }
        }
        assert_true(found);
        unload(&o);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_district_adds_and_tightens),
        cmocka_unit_test(an_open_list_grows),
        cmocka_unit_test(each_refusal_has_its_place),
    };
    if (argc < 2)
        return 2;
    root = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
