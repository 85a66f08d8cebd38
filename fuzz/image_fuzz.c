/* libFuzzer: the image of a small book with any bytes of it changed, or cut off, is refused or
 * answers questions with records that it has.
 * clang -fsanitize=fuzzer,address; tests/meson.build runs it on mutations of known changes. */
#include "identity/match_search.h"
#include "identity/match_value.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const book[][2] = {{"Marselina Nahak", "Oelneke"},
                                      {"Yohanes Bria", "Musi"},
                                      {"Yan M. Bria", "Musi"},
                                      {"Agustinus", ""},
                                      {"Maria Goreti Seran", "Oelneke"}};
enum { RECORDS = sizeof book / sizeof *book, COLUMNS = 2, CHANGE = 4 };
static const MatchColumn columns[COLUMNS] = {{.role = COLUMN_NAME}, {.role = COLUMN_PLACE}};
static NameRules *rules;

static void read_person(Arena *a, size_t i, SearchPerson *ret)
{
    Str cells[COLUMNS] = {str_of(book[i][0]), str_of(book[i][1])};
    search_person(rules, a, columns, cells, COLUMNS, ret);
    ret->birth = PACKED_DATE(1990 + i, 5, 1 + i);
    ret->marks[MARK_NIK] = i * i;
    ret->marks[MARK_PHONE] = 1 + i % 2;
}

static Str sound_image(void)
{
    static SearchIndex *made;
    const char *mini = getenv("SIGAP_DOMAIN");
    if (made)
        return search_index_image(made);
    Arena *kept = arena_new(SIZE_MAX);
    Problems problems = {.arena = kept};
    SearchPerson p;
    Str dir = mini ? str_printf(kept, "%s/../../domain/names", mini) : S("domain/names");
    if (name_rules_load(kept, dir.ptr, &problems, &rules) != ERR_OK)
        BUG("no rules");
    made = search_index_new(kept, rules);
    for (size_t i = 0; i < RECORDS; i++) {
        read_person(kept, i, &p);
        search_index_add(made, &p, i);
    }
    search_index_finish(made);
    return search_index_image(made);
}

/* Changes are two bytes of place, one bit mask, one byte whose highest bit cuts off all behind. */
static Str change(Arena *a, Str sound, const uint8_t *data, size_t size)
{
    char *bytes = arena_alloc(a, sound.len);
    size_t len = sound.len;
    memcpy(bytes, sound.ptr, sound.len);
    for (; size >= CHANGE; data += CHANGE, size -= CHANGE) {
        size_t at = (data[0] | (size_t)data[1] << 8) % sound.len;
        bytes[at] = (char)((unsigned char)bytes[at] ^ data[2]);
        len = data[3] & 128 && at < len ? at : len;
    }
    return (Str){bytes, len};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str sound = sound_image();
    Arena *a = arena_new(64u << 20);
    SearchIndex *x;
    SearchPerson wanted;
    SearchAnswer answer;
    if (search_index_open(a, rules, change(a, sound, data, size), &x) == ERR_OK)
        for (size_t i = 0; i < RECORDS; i++) {
            read_person(a, i, &wanted);
            search_find(x, &wanted, SEARCH_RESULTS, &answer);
            if (answer.n > SEARCH_RESULTS || answer.n > search_index_records(x))
                BUG("more than there are");
            if (size < CHANGE && (answer.n == 0 || answer.hits[0].place != i))
                BUG("an unchanged image answers as the index");
        }
    arena_free(a);
    return 0;
}
