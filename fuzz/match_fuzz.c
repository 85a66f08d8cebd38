/* libFuzzer: any bytes as settings and as a book of the matching engine. A book that was read can
 * be blocked, compared and explained, and the parts of a weight make the weight. */
#include "identity/match_cluster.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const NameTables tables = {
    S("dari\tmenjadi\tletak\noe\tu\tmana\n"), S("kata\tguna\tbaku\nalias\tnama_lain\t\n"),
    S("bobot\tnama\nkuat\tyohanes yan\n"),
    S("huruf\tketat\takhir\tlonggar\thidup\na\ta\ta\ta\tya\nb\tb\tp\tp\ttidak\n"),
    S("peran\tkata\nid\tid\nname\tname nama\nbirth\tbirth "
      "lahir\nplace\tdesa\ntext\tkabupaten email\nnik\tnik\nsex\tjk\nphone\thp\npassport\tpaspor\n"
      "given\tgivenname\nfamily\tsurname\nday\tbirthday\nmonth\tbirthmonth\nyear\tbirthyear\n"
      "number\tssn\nmother\tibu\n-\tasal\n")};

static void compare_all(const MatchBook *book, Arena *a)
{
    Comparer comparer;
    MatchModel *model = ARENA_NEW(a, MatchModel);
    Patterns none = {.scale = 1};
    comparer_init(a, book, &comparer);
    match_blocks_new(a, book, false, 0);
    match_model_learn(&comparer, &none, false, model);
    for (uint32_t i = 0; i + 1 < book->n; i++) {
        Compared pair;
        match_compare(&comparer, match_row(book, i), match_row(book, i + 1), &pair);
        double weight = match_weight(model, &pair, book->comparison_count);
        if (!(match_probability(weight) >= 0 && match_probability(weight) <= 1))
            BUG("a weight that is no number");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(64u << 20);
    Problems problems = {.arena = a};
    MatchSettings settings = match_settings_default();
    MatchSource file = {S("fuzz"), {(const char *)data, size}};
    match_settings_read(file.text, file.place, &settings, &problems);
    problems = (Problems){.arena = a};
    settings = match_settings_default();
    const MatchBook *book =
        match_book_read(a, &file, 1, name_rules_read(a, &tables, &problems), &settings, &problems);
    if (problems.errors == 0 && book->n < 200)
        compare_all(book, a);
    arena_free(a);
    return 0;
}
