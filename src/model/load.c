#include "model/load.h"

#include "base/file.h"
#include "model/likeness.h"

#include <stdlib.h>

enum { MODEL_MAX = 64 * 1024 * 1024, FILE_MAX = 8 * 1024 * 1024 };

static void add(Loader *l, Problem p)
{
    Arena *keep = l->problems->arena;
    if (!p.place.ptr)
        p.place = l->file;
    for (size_t i = 0; i < COUNT(p.args); i++)
        p.args[i] = str_copy(keep, p.args[i]);
    problem_add(l->problems, p);
}

void load_problem(Loader *l, const Node *at, Msg msg, Str a, Str b, Str c)
{
    add(l, (Problem){.place = at ? at->file : STR_NONE,
                     .line = at ? at->line : 1,
                     .column = at ? at->column : 0,
                     .msg = msg,
                     .args = {a, b, c}});
}

void load_problem_line(Loader *l, int line, int column, Msg msg, Str a, Str b)
{
    add(l, (Problem){.line = line, .column = column, .msg = msg, .args = {a, b}});
}

void load_later(Loader *l, LoadPhase phase, ReadFn fn, void *into, const Node *node)
{
    *ARENA_PUSH(l->arena, l->jobs[phase]) =
        (Job){.fn = fn, .reg = l->reg, .file = l->file, .into = into, .node = node};
}

static void run_jobs(Loader *l, LoadPhase phase)
{
    for (size_t i = 0; i < l->jobs[phase].n; i++) {
        Job *job = &l->jobs[phase].items[i];
        l->reg = job->reg;
        l->file = job->file;
        job->fn(l, job->into, job->node);
    }
}

bool load_file(Loader *l, const char *relative, Str *ret)
{
    l->file = str_copy(l->problems->arena, str_of(relative));
    Str path = str_printf(l->arena, "%.*s/%s", STR_ARG(l->m->dir), relative);
    Err e = file_read(l->arena, path.ptr, FILE_MAX, ret);
    if (e != ERR_OK)
        load_problem_line(l, 0, 0, e == E_NOT_FOUND ? M_DOM_FILE_MISSING : msg_of_err(e), STR_NONE,
                          STR_NONE);
    return e == ERR_OK;
}

StrList load_names(Loader *l, const char *folder, const char *suffix)
{
    StrList names = {0};
    Str path = str_printf(l->arena, "%.*s/%s", STR_ARG(l->m->dir), folder);
    Err e = file_list(l->arena, path.ptr, str_of(suffix), &names);
    if (e != ERR_OK && e != E_NOT_FOUND) {
        l->file = str_copy(l->problems->arena, str_of(folder));
        load_problem_line(l, 0, 0, msg_of_err(e), STR_NONE, STR_NONE);
    }
    return names;
}

/* How persons are compared: the tables and the weights of the folder of names. */
static void load_likeness(Loader *l)
{
    const char *dir = z_printf(l->arena, "%.*s/names", STR_ARG(l->m->dir));
    Problems faults = {.arena = l->arena};
    NameRules *names = NULL;
    Str text;
    if (!file_exists(dir))
        return;
    Err e = name_rules_load(l->arena, dir, &faults, &names);
    if (e != ERR_OK && e != E_DOMAIN)
        load_problem_line(l, 0, 0, msg_of_err(e), STR_NONE, STR_NONE);
    l->m->names = names;
    if (e == ERR_OK && load_file(l, "names/bobot.txt", &text))
        l->m->likeness = likeness_model(l->arena, names, text, l->file, &faults);
    for (size_t i = 0; i < faults.n; i++)
        add(l, faults.items[i]);
}

static void read_all(Loader *l)
{
    load_codes(l);
    load_places(l);
    load_limits(l);
    load_holidays(l);
    load_role_defs(l);
    load_registers(l);
    run_jobs(l, PHASE_NAMES);
    link_columns(l);
    link_structure(l);
    run_jobs(l, PHASE_USES);
    link_chains(l);
    link_calcs(l);
    load_imports(l);
    load_tables(l);
    load_queues(l);
    run_jobs(l, PHASE_VIEWS);
    load_likeness(l);
    load_overlay_strays(l);
}

Err model_load_over(const char *dir, const char *overlay, Problems *problems, Model **ret)
{
    Arena *a = arena_new(MODEL_MAX);
    Model *m = ARENA_NEW(a, Model);
    Loader l = {.m = m, .overlay = overlay, .arena = a, .problems = problems};
    size_t before = problems->errors;
    m->arena = a;
    m->dir = str_copy(a, str_of(dir));
    read_all(&l);
    Err e = problems->errors > before ? E_DOMAIN : arena_over(a) ? E_TOO_LARGE : ERR_OK;
    if (e != ERR_OK) {
        arena_free(a);
        return e;
    }
    m->text = link_text(m, a);
    *ret = m;
    return ERR_OK;
}

Err model_load(const char *dir, Problems *problems, Model **ret)
{
    return model_load_over(dir, NULL, problems, ret);
}

void model_free(Model *m)
{
    if (m)
        arena_free(m->arena);
}
