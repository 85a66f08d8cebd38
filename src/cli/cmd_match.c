/* sigap match: the identity engine on files, without an installation; `refresh` on the register. */
#include "cli/command.h"

#include "base/file.h"
#include "cli/match_evaluate.h"
#include "cli/match_private.h"
#include "cli/match_rules.h"
#include "cli/match_search.h"
#include "cli/match_synth.h"
#include "engine/candidate_db.h"
#include "engine/nickname_db.h"
#include "engine/question_db.h"
#include "engine/weights_db.h"
#include "identity/match_report.h"
#include "identity/match_write.h"
#include "model/equal_names.h"
#include "model/person_index.h"

#include <math.h>
#include <unistd.h>

enum { MOST_THREADS = 64 };
static const size_t most_bytes = (size_t)8 << 30;

typedef struct Matching {
    Cli *cli;
    MatchSettings settings;
    MatchBook *book;
    BlockBook passes; /* its records are gone when pairs are found */
    Comparer comparer;
    MatchModel model;
    MatchEdges edges;
    MatchClusters clusters;
    Problems problems;
} Matching;

static Err stop_at_problems(Matching *m)
{
    cli_problems(m->cli, &m->problems);
    return m->problems.errors ? E_INVALID : ERR_OK;
}

static Err read_settings(Matching *m)
{
    m->problems.arena = m->cli->arena;
    TRY(cli_match_settings(m->cli, &m->settings, &m->problems));
    m->settings.unique |= m->cli->unique;
    return stop_at_problems(m);
}

static Err read_books(Matching *m)
{
    Cli *cli = m->cli;
    MatchSource files[MATCH_SOURCES];
    NameRules *rules;
    size_t n = (size_t)cli->argc - 1;
    if (n < 1 || n > MATCH_SOURCES)
        return E_USAGE;
    for (size_t i = 0; i < n; i++) {
        files[i].place = str_of(cli->argv[i + 1]);
        if (file_map(cli->arena, cli->argv[i + 1], &files[i].text) != ERR_OK) /* a pipe? */
            TRY(cli_read(cli, cli->arena, cli->argv[i + 1], most_bytes, &files[i].text));
    }
    Err e = cli_name_rules(cli, &rules, &m->problems);
    if (e != ERR_OK) {
        cli_problems(cli, &m->problems);
        return e;
    }
    m->book = match_book_read(cli->arena, files, n, rules, &m->settings, &m->problems);
    return stop_at_problems(m);
}

static void show_progress(void *ctx, uint64_t done, uint64_t all)
{
    const Cli *cli = ctx;
    (void)cli;
    fprintf(stderr, "\r%3.0f %%%s", 100.0 * (double)done / (double)all, done == all ? "\n" : "");
}

static Err thread_count(const Cli *cli, int *ret)
{
    int64_t n = sysconf(_SC_NPROCESSORS_ONLN);
    if (cli->threads && (!str_i64(str_of(cli->threads), &n) || n < 1))
        return E_USAGE;
    *ret = n < 1 ? 1 : n > MOST_THREADS ? MOST_THREADS : (int)n;
    return ERR_OK;
}

/* Weights as given, or learned from these books. */
static Err weigh_levels(Matching *m, const MatchRun *run)
{
    if (m->settings.weights.n) {
        match_model_fixed(&m->comparer, &m->settings, &m->model, &m->problems);
        return stop_at_problems(m);
    }
    Arena *scratch = arena_new(SIZE_MAX);
    Patterns patterns = match_count_patterns(scratch, run);
    match_model_learn(&m->comparer, &patterns, run->blocks->across, &m->model);
    arena_free(scratch);
    return ERR_OK;
}

static Err find_pairs(Matching *m, MatchRun *run, bool across)
{
    Arena *scratch = arena_new(SIZE_MAX);
    run->blocks = match_blocks_new(scratch, m->book, across, m->settings.block);
    Err e = weigh_levels(m, run);
    if (e == ERR_OK)
        m->edges = match_find_edges(m->cli->arena, run, &m->model, WEAKEST_EDGE);
    m->passes = *run->blocks;
    arena_free(scratch);
    return e;
}

static Err compute(Matching *m, bool across)
{
    Cli *cli = m->cli;
    MatchRun run = {.comparer = &m->comparer, .ctx = cli};
    MatchRules rules = {0};
    run.rules = &rules;
    TRY(thread_count(cli, &run.threads));
    if (cli->rules) {
        TRY(match_rules_read(cli, cli->rules, m->book, &rules, &m->problems));
        TRY(stop_at_problems(m));
    }
    if (isatty(STDERR_FILENO))
        run.progress = show_progress;
    comparer_init(cli->arena, m->book, &m->comparer);
    TRY(find_pairs(m, &run, across));
    double odds = m->settings.accept / (1 - m->settings.accept);
    m->clusters = match_clusters_make(cli->arena, &m->comparer, &m->model, &m->edges, log2(odds),
                                      m->settings.unique, &rules);
    return ERR_OK;
}

static const char *result_path(const Matching *m, const char *name)
{
    return str_printf(m->cli->arena, "%s/%s", m->cli->out ? m->cli->out : ".", name).ptr;
}

static Err write_one(Matching *m, const char *name, const Buf *b)
{
    return file_write(result_path(m, name), buf_str(b));
}

/* Pairs are too many to be held as text. */
typedef struct PairText {
    const Matching *m;
    Arena *arena; /* of the last piece */
    size_t line;
} PairText;

static Str next_pairs(void *ctx)
{
    PairText *t = ctx;
    arena_free(t->arena);
    t->arena = arena_new(SIZE_MAX);
    Buf b = buf_new(t->arena, 4096);
    match_write_pairs(&t->m->comparer, &t->m->edges, &t->line, &b);
    return buf_str(&b);
}

static Err write_pairs(const Matching *m)
{
    PairText t = {.m = m};
    Err e = file_write_pieces(result_path(m, "pairs.csv"), next_pairs, &t);
    arena_free(t.arena);
    return e;
}

/* What the columns of the first book were taken for: a heading nobody knew is told, not passed by.
 */
static void say_columns(const Matching *m)
{
    Arena *a = m->cli->arena;
    Buf used = buf_new(a, 256), left = buf_new(a, 256);
    bool named = false;
    for (size_t i = 0; i < m->book->column_count; i++) {
        const MatchColumn *c = &m->book->columns[i];
        bool known = c->role != COLUMN_IGNORED;
        Buf *to = known ? &used : &left;
        buf_printf(to, "%s%.*s%s%s", to->len ? ", " : "", STR_ARG(c->heading), known ? " = " : "",
                   known ? column_role_word(c->role) : "");
        named |= c->role == COLUMN_NAME || c->role == COLUMN_GIVEN || c->role == COLUMN_FAMILY;
    }
    cli_say(m->cli, M_MATCH_COLUMNS, buf_str(&used));
    if (left.len)
        cli_say(m->cli, M_MATCH_COLUMNS_LEFT, buf_str(&left));
    if (!named)
        cli_say(m->cli, M_MATCH_NO_NAME);
}

static Err write_report(Matching *m)
{
    Buf b = buf_new(m->cli->arena, 65536);
    MatchReport report = {.comparer = &m->comparer,
                          .blocks = &m->passes,
                          .model = &m->model,
                          .edges = &m->edges,
                          .clusters = &m->clusters,
                          .lang = m->cli->lang};
    match_report_write(m->cli->arena, &report, &b);
    return write_one(m, "report.html", &b);
}

static Err write_results(Matching *m)
{
    Arena *a = m->cli->arena;
    enum { CLUSTER_LINE = 48 };
    Buf clusters = buf_new(a, m->book->n * (size_t)CLUSTER_LINE + 4096), passes = buf_new(a, 1024),
        settings = buf_new(a, 4096), sample = buf_new(a, 4096);
    if (m->cli->out)
        TRY(cli_folder(m->cli, m->cli->out));
    match_write_clusters(a, m->book, &m->clusters, &clusters);
    match_write_passes(&m->passes, &m->edges, &passes);
    match_write_settings(m->book, &m->model, &m->settings, &settings);
    TRY(write_pairs(m));
    TRY(write_one(m, "clusters.csv", &clusters));
    match_write_sample(m->book, &m->edges, &sample);
    TRY(write_one(m, "sample.csv", &sample));
    TRY(write_one(m, "passes.csv", &passes));
    TRY(write_one(m, "learned.txt", &settings));
    TRY(write_report(m));
    say_columns(m);
    cli_say(m->cli, M_MATCH_DONE, str_int(a, m->book->n), str_int(a, (int64_t)m->edges.compared),
            str_int(a, (int64_t)m->clusters.persons));
    return ERR_OK;
}

static Err match_books(Cli *cli, bool across)
{
    Matching *m = ARENA_NEW(cli->arena, Matching);
    m->cli = cli;
    TRY(read_settings(m));
    TRY(read_books(m));
    TRY(compute(m, across));
    return write_results(m);
}

/* Everybody on file against everybody: proposes, decides nothing. */
static Err refresh(Cli *cli)
{
    CandidateRun run;
    TRY(cli_open(cli));
    TRY(candidates_propose(&cli->store, true, &run));
    cli_say(cli, M_MATCH_REFRESHED, str_int(cli->arena, (int64_t)run.persons),
            str_int(cli->arena, (int64_t)run.proposed));
    return ERR_OK;
}

/* What people decided teaches; it is agreed to before it is used. */
static Err learn(Cli *cli)
{
    WeightsRun run;
    Str said[5];
    TRY(cli_open(cli));
    TRY(nicknames_propose(&cli->store));
    TRY(weights_propose(&cli->store, false, &run));
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        said[i] = str_int(cli->arena, run.figures[i]);
    cli_say(cli, run.told, said[0], said[1], said[2], said[3], said[4]);
    return ERR_OK;
}

/* What was learned and agreed to here, for matching of files wherever they are. */
static Err write_nicknames(Cli *cli)
{
    Buf b = buf_new(cli->arena, 4096);
    TRY(cli_open_reading(cli));
    TRY(equal_names_write(cli->conn.db, cli->model, cli->arena, &b));
    printf("%.*s", STR_ARG(buf_str(&b)));
    return ERR_OK;
}

/* Questions to other agencies that wait, at once instead of at the server's next look. */
static Err match_questions(Cli *cli)
{
    TRY(cli_open(cli));
    return questions_match(&cli->store, PERSONS_WAIT_MS);
}

static Err dedupe(Cli *cli)
{
    return match_books(cli, false);
}

static Err link_books(Cli *cli)
{
    return cli->argc == 3 ? match_books(cli, true) : E_USAGE;
}

Err cmd_match(Cli *cli)
{
    static const CliVerb verbs[] = {{"dedupe", dedupe},
                                    {"link", link_books},
                                    {"refresh", refresh},
                                    {"learn", learn},
                                    {"nicknames", write_nicknames},
                                    {"book", cmd_match_book},
                                    {"search", match_search},
                                    {"questions", match_questions},
                                    {"synth", match_synth},
                                    {"secret", match_secret},
                                    {"encode", match_encode},
                                    {"evaluate", match_evaluate},
                                    {"compare", match_compare_codes}};
    return cli_verb(cli, verbs, sizeof verbs / sizeof *verbs);
}
