/* libFuzzer: any bytes typed into every field of the small domain. What is accepted reads back the
 * same from its form value. SIGAP_DOMAIN names the domain. */
#include "model/value.h"
#include "model/value_nik.h"

#include "fuzz_domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void type_into(Arena *a, const Field *f, Str typed)
{
    Date today = {2026, 3, 12};
    Problems problems = {.arena = a};
    Str got = STR_NONE, again = STR_NONE;
    bool good = value_parse(f, a, typed, today, &got, &problems);
    if (good == (problems.n > 0))
        BUG("a refusal without its problem");
    if (!good)
        return;
    Value v = {.text = got};
    value_check(f, a, got, today, &problems);
    value_show(f, a, LANG_ID, &v);
    value_normalise(f, a, got);
    if (!value_parse(f, a, value_edit(f, a, LANG_ID, got), today, &again, &problems) ||
        !str_eq(got, again))
        BUG("a value that does not read back");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(64u << 20);
    const Model *m = domain();
    for (size_t i = 0; i < m->reg_count; i++)
        for (size_t k = 0; k < m->regs[i]->field_count; k++)
            type_into(a, m->regs[i]->fields[k], (Str){(const char *)data, size});
    Str digits = nik_digits(a, (Str){(const char *)data, size});
    Date birth;
    if (digits.ptr && (nik_sex(digits).len != 1 ||
                       (nik_birth(digits, (Date){2026, 3, 12}, &birth) && birth.day > 31)))
        BUG("a number that says nothing");
    arena_free(a);
    return 0;
}
