/* libFuzzer: any bytes as a name give tokens within their bounds, the same again from what they
 * became, keys of sound of their letters only, and levels that do not ask who stands first.
 * clang -fsanitize=fuzzer,address; tests/meson.build runs it on mutations of known names. */
#include "identity/name_compare.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The tables of the house: the replay gives the place of another domain. */
static const char *names_dir(Arena *a)
{
    const char *mini = getenv("SIGAP_DOMAIN");
    return mini ? str_printf(a, "%s/../../domain/names", mini).ptr : "domain/names";
}

static const NameRules *rules(void)
{
    static NameRules *loaded;
    static Arena *kept;
    if (!loaded) {
        kept = arena_new(SIZE_MAX);
        Problems problems = {.arena = kept};
        if (name_rules_load(kept, names_dir(kept), &problems, &loaded) != ERR_OK)
            BUG("no rules");
    }
    return loaded;
}

static void check_token(const NameToken *t)
{
    NameToken again;
    if (!t->raw_len || t->raw_len > TOKEN_MAX || t->canonical_len > TOKEN_MAX ||
        t->strict_len > SOUND_MAX || t->loose_len > SOUND_MAX || t->group_count > EQUAL_GROUPS)
        BUG("a token out of bounds");
    name_token(rules(), token_raw(t), &again);
    if (!str_eq(token_strict(&again), token_strict(t)) && !t->shortened)
        BUG("a word sounds otherwise by itself");
}

static void check_pair(const Name *a, const Name *b)
{
    for (int i = 0; i < a->n; i++)
        for (int j = 0; j < b->n; j++)
            if (token_compare(&a->tokens[i], &b->tokens[j]) !=
                token_compare(&b->tokens[j], &a->tokens[i]))
                BUG("a level depends on who stands first");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(64u << 20);
    Str text = {(const char *)data, size}, first = text;
    Name whole, alias, left, right;
    name_normalise(rules(), a, text, &whole, &alias);
    for (int i = 0; i < whole.n; i++)
        check_token(&whole.tokens[i]);
    ptrdiff_t line = str_find(text, '\n');
    first = str_head(text, line < 0 ? size / 2 : (size_t)line);
    name_normalise(rules(), a, first, &left, NULL);
    name_normalise(rules(), a, str_from(text, first.len), &right, NULL);
    check_pair(&left, &right);
    check_pair(&whole, &whole);
    arena_free(a);
    return 0;
}
