/* libFuzzer: any bytes as the body of an API request, filled into a change of every register of the
 * small domain. What is refused has a problem; what is accepted is canonical. SIGAP_DOMAIN names
 * the domain. */
#include "web/api_body.h"

#include "fuzz_domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fill(Arena *a, const Register *reg, const ApiBody *body)
{
    Problems problems = {.arena = a};
    Date today = {2026, 3, 12};
    size_t set = 0;
    Change *c = store_change(a, CHANGE_CREATE, reg, STR_NONE, 0);
    api_body_fill(a, body, c, today, &problems);
    for (size_t i = 0; i < reg->field_count; i++) {
        set += c->set[i];
        if (c->set[i] && c->vals[i].ptr)
            value_check(reg->fields[i], a, c->vals[i], today, &problems);
    }
    if (set + problems.n < body->fields.n)
        BUG("a field neither taken nor refused");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(64u << 20);
    const Model *m = domain();
    Problems problems = {.arena = a};
    ApiBody body;
    Err e = api_body_read(a, (Str){(const char *)data, size}, &body, &problems);
    if ((e != ERR_OK) != (problems.errors > 0))
        BUG("a refusal without its problem");
    for (size_t i = 0; e == ERR_OK && i < m->reg_count; i++)
        fill(a, m->regs[i], &body);
    arena_free(a);
    return 0;
}
