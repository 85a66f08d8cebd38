/* libFuzzer: a domain of which one file is any bytes; the first byte says which, 'A' the first. A
 * model that was loaded has no problem, one that was not has at least one. SIGAP_DOMAIN names the
 * domain. */
#include "base/file.h"
#include "fuzz_folder.h"
#include "model/value.h"

#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const files[] = {"registers/kasus.yaml",    "registers/korban.yaml",
                                    "registers/tugas.yaml",    "roles.yaml",
                                    "queues/tugas_unit.yaml",  "tables/korban_jk.yaml",
                                    "imports/buku.yaml",       "law/batas.tsv",
                                    "places/wilayah.tsv",      "calendar/libur.tsv",
                                    "codes/daftar.tsv",        "codes/jk.tsv",
                                    "registers/orang.yaml",    "codes/kelompok.tsv",
                                    "codes/jenis.tsv",         "codes/yesno4.tsv",
                                    "codes/bahasa.tsv",        "codes/satuan.tsv",
                                    "codes/kelompok_menu.tsv", "registers/institusi.yaml"};
enum { FILES = sizeof files / sizeof *files };
static const char *dir;
static Str good[FILES];

static void put(Arena *a, size_t i, Str text)
{
    if (file_write(str_printf(a, "%s/%s", dir, files[i]).ptr, text) != ERR_OK)
        BUG("no room");
}

static void begin(void)
{
    static const char *const folders[] = {"registers", "queues", "tables",   "imports",
                                          "law",       "places", "calendar", "codes"};
    const char *from = getenv("SIGAP_DOMAIN");
    static Arena *kept;
    kept = arena_new(1 << 20);
    dir = fuzz_folder_new();
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (mkdir(str_printf(kept, "%s/%s", dir, folders[i]).ptr, 0700) != 0)
            BUG("no folder");
    for (size_t i = 0; i < FILES; i++) {
        const char *path =
            str_printf(kept, "%s/%s", from ? from : "tests/domain_mini", files[i]).ptr;
        if (file_read(kept, path, 64 * 1024, &good[i]) != ERR_OK)
            BUG("no domain");
        put(kept, i, good[i]);
    }
}

/* The codes of each list are found in it, also beside those of a district. */
static void look_up_codes(const Model *m)
{
    for (size_t i = 0; i < m->list_count; i++) {
        CodeList *list = m->lists[i];
        Code own = {.code = S("lokal"), .label = {{S("Lokal"), S("Local")}}};
        codelist_set_local(m, list, &own, 1);
        CodeRows rows = code_rows(list);
        for (size_t k = 0; k < rows.n; k++) {
            (void)code_valid(&rows.items[k], (Date){2026, 3, 12});
            if (!code_find(list, rows.items[k].code) ||
                str_empty(code_label(list, LANG_EN, rows.items[k].code)))
                BUG("a code that is not found in its list");
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!good[0].ptr)
        begin();
    if (!size)
        return 0;
    Arena *a = arena_new(64u << 20);
    Problems problems = {.arena = a};
    Model *m = NULL;
    size_t which = (size_t)(data[0] + FILES * 4 - 'A') % FILES;
    put(a, which, (Str){(const char *)data + 1, size - 1});
    Err e = model_load(dir, &problems, &m);
    if ((e == ERR_OK) != (problems.errors == 0))
        BUG("a failure without its problem");
    for (size_t i = 0; i < problems.n; i++)
        problem_text(a, LANG_EN, &problems.items[i]);
    if (e == ERR_OK) {
        look_up_codes(m);
        model_free(m);
    }
    put(a, which, good[which]);
    arena_free(a);
    return 0;
}
