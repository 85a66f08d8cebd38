/* libFuzzer: any query string on a register with a few records: filters, sort, cursor, size. What
 * comes back is a page of it or problems, and its cursor leads on. SIGAP_DOMAIN lies beside the
 * domain of the store's tests. */
#include "tests/unit/store_kit.h"
#include "web/params.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Kit kit;

static void end(void)
{
    kit_close(&kit);
}

static void begin(void)
{
    Arena *a = arena_new(4096);
    const char *mini = getenv("SIGAP_DOMAIN");
    const char *core = mini ? str_printf(a, "%s/../domain_core", mini).ptr : "tests/domain_core";
    kit_open(&kit, core, NULL);
    Str office = kit_institution(&kit, "A", "53.03");
    for (int i = 0; i < 30; i++)
        kit_make(&kit, "kasus", office, NULL, STR_NONE, "judul",
                 str_printf(kit.arena, "Kapal %d", i).ptr, "jenis", i % 2 ? "orang" : "badan",
                 "dibuka", "2026-03-12", NULL);
    atexit(end);
    arena_free(a);
}

static void read_pages(Reader *rd, Query *q)
{
    QueryPage page;
    Facet *facets;
    size_t n;
    bool capped;
    for (int i = 0; i < 2; i++) {
        if (query_page(rd, q, &page) != ERR_OK || page.n > (size_t)q->limit)
            BUG("no page of a good query");
        if (query_facets(rd, q->reg, &page, &facets, &n, &capped) != ERR_OK)
            BUG("no facets");
        q->cursor = page.next;
        if (str_empty(q->cursor))
            break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!kit.arena)
        begin();
    Read r;
    Params p;
    read_begin(&r, &kit, &kit.system);
    Problems problems = {.arena = r.rd.arena};
    const Register *reg = kit.model->regs[size % 7 % kit.model->reg_count];
    Query q = query_new(size % 2 ? kit_reg(&kit, "kasus") : reg);
    q.facets = true;
    if (urlencoded_parse(r.rd.arena, (Str){(const char *)data, size}, &p) == ERR_OK) {
        Err e = query_from_params(&r.rd, &q, &p.names, &p.values, &problems);
        if ((e == ERR_OK) != (problems.errors == 0))
            BUG("a refusal without its problem");
        if (e == ERR_OK)
            read_pages(&r.rd, &q);
    }
    read_end(&r);
    return 0;
}
