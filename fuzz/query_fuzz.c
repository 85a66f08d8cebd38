/* libFuzzer: any query string on a register with a few records: filters, sort, cursor, size. What
 * comes back is a page of it or problems, and its cursor leads on. SIGAP_DOMAIN lies beside the
 * domain of the store's tests. */
#include "tests/unit/store_kit.h"
#include "web/params.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Kit kit;
static Subject officer;
static Str person;

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
    person = kit_make(&kit, "orang", office, NULL, STR_NONE, "nama", "Ada", "nik",
                      "5303012205040001", NULL);
    for (int i = 0; i < 30; i++)
        kit_make(&kit, "kasus", office, NULL, STR_NONE, "judul",
                 str_printf(kit.arena, "Kapal %d", i).ptr, "jenis", i % 2 ? "orang" : "badan",
                 "dibuka", "2026-03-12", "saksi", person.ptr, NULL);
    officer = kit_user(&kit, office, "petugas1", "petugas", "53.03");
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
        Err e = query_page(rd, q, &page);
        if (e == E_DENIED) /* a register that is not hers */
            break;
        if (e != ERR_OK || page.n > (size_t)q->limit)
            BUG("no page of a good query");
        if (query_facets(rd, q->reg, &page, &facets, &n, &capped) != ERR_OK)
            BUG("no facets");
        q->cursor = page.next;
        if (str_empty(q->cursor))
            break;
    }
}

static void ask(Reader *rd, Query q, const Params *p)
{
    Problems problems = {.arena = rd->arena};
    Err e = query_from_params(rd, &q, &p->names, &p->values, &problems);
    if ((e == ERR_OK) != (problems.errors == 0))
        BUG("a refusal without its problem");
    if (e == ERR_OK)
        read_pages(rd, &q);
}

/* The list of cases, the same of those that refer to a person, that have no victim, that nobody is
 * assigned to; persons by their number; and the list of some register. */
static void ask_each_way(Reader *rd, size_t any, const Params *p)
{
    const Register *cases = kit_reg(&kit, "kasus");
    Query q = query_new(cases), other = query_new(kit_reg(&kit, "korban"));
    q.facets = true;
    ask(rd, q, p);
    q.refers_to_reg = kit_reg(&kit, "orang");
    q.refers_to = person;
    ask(rd, q, p);
    q.refers_to_reg = NULL;
    q.without = &other;
    ask(rd, q, p);
    Query persons = query_new(kit_reg(&kit, "orang"));
    persons.lookup_field = kit_field(&kit, "orang", "nik");
    persons.lookup = p->values.n ? p->values.items[0] : S("5303012205040001");
    ask(rd, persons, p);
    persons.lookup_field = NULL;
    persons.without = &q;
    q.without = NULL;
    persons.without_by = kit_field(&kit, "kasus", "saksi");
    ask(rd, persons, p);
    ask(rd, query_new(kit.model->regs[any % kit.model->reg_count]), p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!kit.arena)
        begin();
    const Subject *who[] = {&kit.system, &officer};
    for (size_t i = 0; i < 2; i++) {
        Read r;
        Params p;
        read_begin(&r, &kit, who[i]);
        if (urlencoded_parse(r.rd.arena, (Str){(const char *)data, size}, &p) == ERR_OK)
            ask_each_way(&r.rd, size, &p);
        read_end(&r);
    }
    return 0;
}
