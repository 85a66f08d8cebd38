/* libFuzzer: any bytes as a question to a small book are answered with at most ten records of it,
 * the best first, and the same again.
 * clang -fsanitize=fuzzer,address; tests/meson.build runs it on mutations of known questions. */
#include "identity/match_search.h"
#include "identity/name_rules.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const book[][6] = {
    {"Marselina Nahak", "17-05-2004", "5303015705040001", "081234567890", "Oelneke", ""},
    {"Yohanes Bria", "1990", "", "", "Musi", ""},
    {"Yan M. Bria", "31-12-1990", "", "+6281234567890", "Musi", ""},
    {"Agustinus", "", "5303011708900002", "", "", ""},
    {"Maria Goreti Seran", "02-11-1997", "", "", "Oelneke", ""}};
enum { RECORDS = sizeof book / sizeof *book, COLUMNS = 5 };
static const MatchColumn columns[COLUMNS] = {{.role = COLUMN_NAME},
                                             {.role = COLUMN_BIRTH},
                                             {.role = COLUMN_NIK},
                                             {.role = COLUMN_PHONE},
                                             {.role = COLUMN_PLACE}};
static NameRules *rules;

/* The tables of the house: the replay gives the place of another domain. */
static const char *names_dir(Arena *a)
{
    const char *mini = getenv("SIGAP_DOMAIN");
    return mini ? str_printf(a, "%s/../../domain/names", mini).ptr : "domain/names";
}

/* What an installation agreed on beside the tables. */
static void learn(Arena *a)
{
    static EqualWords own;
    Str word;
    equal_words_add(a, rules, S("yohanes anis"), GROUP_OWN, false, &own);
    name_rules_set_own(rules, &own);
    if (name_rules_own_words(rules, GROUP_OWN, &word, 1) != 1)
        BUG("nothing learned");
}

static SearchIndex *index_of_book(void)
{
    static SearchIndex *made;
    static Arena *kept;
    if (made)
        return made;
    kept = arena_new(SIZE_MAX);
    Problems problems = {.arena = kept};
    if (name_rules_load(kept, names_dir(kept), &problems, &rules) != ERR_OK)
        BUG("no rules");
    learn(kept);
    made = search_index_new(kept, rules);
    for (size_t i = 0; i < RECORDS; i++) {
        Str cells[COLUMNS];
        SearchPerson p;
        for (size_t k = 0; k < COLUMNS; k++)
            cells[k] = str_of(book[i][k]);
        search_person(rules, kept, columns, cells, COLUMNS, &p);
        search_index_add(made, &p, i);
    }
    search_index_finish(made);
    return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SearchIndex *x = index_of_book();
    Arena *a = arena_new(64u << 20);
    Str rest = {(const char *)data, size}, cells[COLUMNS] = {{0}};
    SearchPerson wanted;
    SearchAnswer answer, again;
    for (size_t k = 0; k < COLUMNS && str_cut(&rest, ';', &cells[k]); k++)
        ;
    search_person(rules, a, columns, cells, COLUMNS, &wanted);
    search_find(x, &wanted, SEARCH_RESULTS, &answer);
    search_find(x, &wanted, SEARCH_RESULTS, &again);
    if (answer.n > SEARCH_RESULTS || answer.n != again.n)
        BUG("another answer to the same question");
    for (size_t i = 0; i < answer.n; i++)
        if (answer.hits[i].place >= RECORDS || answer.hits[i].place != again.hits[i].place ||
            (i && answer.hits[i].score > answer.hits[i - 1].score))
            BUG("no record, or out of order");
    arena_free(a);
    return 0;
}
