#include "identity/normalise.h"

#include "base/utf8.h"

#include <string.h>

enum { PIECE_MAX = 64, SHORT_PART = 2 };

/* A name being read; `to` is the name or its alias. */
typedef struct Reading {
    const NameRules *rules;
    Name *name, *alias, *to;
    bool titles_count; /* nothing else was there: titles are the name */
} Reading;

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* Bytes of an apostrophe or glottal mark beyond ASCII at `i`: U+2018, U+2019, U+02BB to U+02BE. */
static size_t mark_length(Str s, size_t i)
{
    Str at = str_from(s, i);
    if (str_starts(at, S("\xE2\x80\x98")) || str_starts(at, S("\xE2\x80\x99")))
        return 3;
    bool modifier = at.len > 1 && at.ptr[0] == '\xCA' && (unsigned char)at.ptr[1] >= 0xBB &&
                    (unsigned char)at.ptr[1] <= 0xBE;
    return modifier ? 2 : 0;
}

/* A digit that somebody typed, or a machine read, for a letter. */
static char letter_of_digit(char c)
{
    return c == '0' ? 'o' : c == '1' ? 'i' : c == '5' ? 's' : 0;
}

static bool has_letter(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (is_letter(s.ptr[i]))
            return true;
    return false;
}

/* Letters alone; 0 for a piece without any. */
static size_t clean(Str piece, char ret[TOKEN_MAX])
{
    size_t n = 0;
    if (!has_letter(piece))
        return 0;
    for (size_t i = 0; i < piece.len && n < TOKEN_MAX;) {
        size_t mark = mark_length(piece, i);
        char c = is_letter(piece.ptr[i]) ? piece.ptr[i] : letter_of_digit(piece.ptr[i]);
        if (!mark && c)
            ret[n++] = c;
        i += mark ? mark : 1;
    }
    return n;
}

/* ---- sound ---- */

typedef struct Key {
    char *symbols;
    size_t n;
    char last; /* 0 behind a silent vowel, which parts equal consonants */
    bool vowel;
} Key;

static void key_put(Key *k, Str symbol, bool vowel)
{
    bool silent = vowel && k->vowel;
    k->vowel |= vowel;
    if (silent)
        k->last = 0;
    if (silent || !symbol.len || symbol.ptr[0] == k->last || k->n == SOUND_MAX)
        return;
    k->last = symbol.ptr[0];
    k->symbols[k->n++] = symbol.ptr[0];
}

static const SoundRule *sound_at(const NameRules *r, Str rest)
{
    for (size_t i = 0; i < r->sounds.n; i++)
        if (r->sounds.items[i].letters.ptr[0] == rest.ptr[0] &&
            str_starts(rest, r->sounds.items[i].letters))
            return &r->sounds.items[i];
    return NULL;
}

static void name_sound(const NameRules *rules, NameToken *token)
{
    Key strict = {.symbols = token->strict}, loose = {.symbols = token->loose};
    Str word = token_canonical(token);
    for (size_t at = 0; at < word.len;) {
        const SoundRule *rule = sound_at(rules, str_from(word, at));
        if (!rule) {
            at++;
            continue;
        }
        at += rule->letters.len;
        bool ends = at == word.len;
        key_put(&strict, ends ? rule->last : rule->strict, rule->vowel);
        key_put(&loose, rule->loose, rule->vowel);
    }
    token->strict_len = (uint8_t)strict.n;
    token->loose_len = (uint8_t)loose.n;
}

/* ---- words ---- */

static void spell_token(const NameRules *r, Str word, NameToken *t)
{
    t->canonical_len = (uint8_t)name_rules_spell(r, word, t->canonical);
    t->group_count = (uint8_t)name_rules_groups(r, token_canonical(t), t->groups);
    name_sound(r, t);
}

static void shorten(const NameRules *r, NameToken *t, WordUse use)
{
    const WordRule *rule = name_rules_word(r, token_raw(t), use);
    if (!rule)
        return;
    t->shortened = true;
    spell_token(r, rule->full, t);
}

static void take_raw(Str word, NameToken *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->raw_len = (uint8_t)(word.len < TOKEN_MAX ? word.len : TOKEN_MAX);
    memcpy(ret->raw, word.ptr, ret->raw_len);
    ret->initial = word.len == 1;
}

void name_token(const NameRules *rules, Str word, NameToken *ret)
{
    take_raw(word, ret);
    spell_token(rules, token_raw(ret), ret);
}

static void add_token(Reading *g, Str word)
{
    Name *to = g->to;
    if (to->n == NAME_TOKENS) {
        to->dropped = (uint8_t)(to->dropped + (to->dropped < UINT8_MAX));
        return;
    }
    NameToken *t = &to->tokens[to->n++];
    take_raw(word, t);
    shorten(g->rules, t, WORD_SHORT);
}

/* Whether the word is taken for something other than a name. */
static bool has_use(Reading *g, Str word)
{
    bool begun = g->to->n > 0;
    WordUse title = begun ? WORD_TITLE_AFTER : WORD_TITLE_BEFORE;
    if (!g->titles_count && name_rules_word(g->rules, word, title))
        return true;
    if (!begun)
        return false;
    if (name_rules_word(g->rules, word, WORD_PATRONYM)) {
        g->to->patronym = g->to->n;
        return true;
    }
    if (!name_rules_word(g->rules, word, WORD_ALIAS))
        return false;
    g->to = g->alias;
    return true;
}

static void add_word(Reading *g, Str piece)
{
    char letters[TOKEN_MAX];
    size_t n = clean(piece, letters);
    Str word = {letters, n};
    if (n && !has_use(g, word))
        add_token(g, word);
}

/* Two names joined by a hyphen are two words; "al-amin" and "ma-u" are one. */
static void add_hyphened(Reading *g, Str piece)
{
    ptrdiff_t at = str_find(piece, '-');
    size_t left = at < 0 ? 0 : (size_t)at, right = at < 0 ? 0 : piece.len - left - 1;
    if (left > SHORT_PART && right > SHORT_PART) {
        add_word(g, str_head(piece, left));
        add_hyphened(g, str_from(piece, left + 1));
    } else {
        add_word(g, piece);
    }
}

static Str without_dots(Str piece, char ret[PIECE_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < piece.len && n < PIECE_MAX; i++)
        if (piece.ptr[i] != '.')
            ret[n++] = piece.ptr[i];
    return (Str){ret, n};
}

/* "S.Pd" is one title, "M.Yusuf" two words. */
static void add_piece(Reading *g, Str piece)
{
    char plain[PIECE_MAX];
    Str part;
    if (str_find(piece, '.') < 0) {
        add_hyphened(g, piece);
        return;
    }
    if (piece.len <= PIECE_MAX && (has_use(g, piece) || has_use(g, without_dots(piece, plain))))
        return;
    while (str_cut(&piece, '.', &part))
        add_hyphened(g, part);
}

static bool parts_words(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == ',' || c == ';' || c == '/' || c == '(' ||
           c == ')' || c == '"' || c == '_' || c == '\\';
}

static void read_pieces(Reading *g, Str text)
{
    for (size_t from = 0, at = 0; at <= text.len; at++) {
        if (at < text.len && !parts_words(text.ptr[at]))
            continue;
        if (at > from)
            add_piece(g, (Str){text.ptr + from, at - from});
        from = at + 1;
    }
}

static void finish(const NameRules *r, Name *name, bool has_patronym)
{
    if (!has_patronym || name->patronym > name->n)
        name->patronym = name->n;
    if (name->n > 1)
        shorten(r, &name->tokens[0], WORD_SHORT_FIRST);
}

static void read_name(const NameRules *rules, Str text, bool titles_count, Name *ret, Name *alias)
{
    Name unasked;
    Reading g = {.rules = rules,
                 .name = ret,
                 .alias = alias ? alias : &unasked,
                 .to = ret,
                 .titles_count = titles_count};
    ret->n = ret->patronym = ret->dropped = 0;
    g.alias->n = g.alias->patronym = g.alias->dropped = 0;
    read_pieces(&g, text);
    finish(rules, ret, ret->patronym > 0);
    finish(rules, g.alias, g.alias->patronym > 0);
}

void name_words(const NameRules *rules, Arena *scratch, Str text, Name *ret, Name *alias)
{
    char lower[256];
    Str folded = {lower, text.len};
    if (str_ascii(text) && text.len <= sizeof lower)
        for (size_t i = 0; i < text.len; i++)
            lower[i] =
                (char)(text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? text.ptr[i] | 32 : text.ptr[i]);
    else
        folded = str_lower(scratch, utf8_fold(scratch, text));
    read_name(rules, folded, false, ret, alias);
    if (ret->n == 0)
        read_name(rules, folded, true, ret, alias);
}

static void spell_name(const NameRules *rules, Name *name)
{
    for (NameToken *t = name->tokens; t < name->tokens + name->n; t++)
        if (!t->shortened)
            spell_token(rules, token_raw(t), t);
}

void name_normalise(const NameRules *rules, Arena *scratch, Str text, Name *ret, Name *alias)
{
    name_words(rules, scratch, text, ret, alias);
    spell_name(rules, ret);
    if (alias)
        spell_name(rules, alias);
}
