#include "identity/match_column.h"

#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_BITS = 100 };

static const Str roles[COLUMN_ROLES] = {
#define X(role, word) [role] = S(word),
#include "identity/column_role.def"
#undef X
};

const char *column_role_word(ColumnRole role)
{
    return roles[role].ptr;
}

MatchSettings match_settings_default(void)
{
    return (MatchSettings){.accept = 0.5};
}

bool column_role_read(Str word, ColumnRole *ret)
{
    for (int r = 0; r < COLUMN_ROLES; r++)
        if (str_eq(roles[r], word)) {
            *ret = (ColumnRole)r;
            return true;
        }
    return false;
}

/* The first rule that knows the word; NULL when none does. */
static const HeadingRule *rule_of(const NameRules *rules, Str key)
{
    for (size_t i = 0; key.len && i < rules->headings.n; i++)
        if (str_has_word(rules->headings.items[i].words, key))
            return &rules->headings.items[i];
    return NULL;
}

/* "last" alone is a name, but tells nothing of an address. */
static bool tells_nothing(const NameRules *rules, Str word)
{
    for (size_t i = 0; i < rules->headings.n; i++)
        if (str_is(rules->headings.items[i].role, "-"))
            return str_has_word(rules->headings.items[i].words, word);
    return false;
}

static ColumnRole role_of_key(const NameRules *rules, Str key)
{
    const HeadingRule *rule = rule_of(rules, key);
    ColumnRole ret = COLUMN_IGNORED;
    return rule && column_role_read(rule->role, &ret) ? ret : COLUMN_IGNORED;
}

/* The words of a heading in lower case: runs of letters and digits. */
static StrList heading_words(Arena *a, Str heading)
{
    StrList ret = {0};
    Str lower = str_lower(a, heading);
    for (size_t i = 0, start = 0; i <= lower.len; i++) {
        char c = i < lower.len ? lower.ptr[i] : ' ';
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            continue;
        if (i > start)
            *ARENA_PUSH(a, ret) = str_head(str_from(lower, start), i - start);
        start = i + 1;
    }
    return ret;
}

static Str joined(Arena *a, const StrList *words)
{
    Buf b = buf_new(a, 64);
    for (size_t i = 0; i < words->n; i++)
        buf_put(&b, words->items[i]);
    return buf_str(&b);
}

/* By the whole heading; else without the words that say whose or which it is ("alamat asal
 * korban"); else by its words if each says the same ("desa/kelurahan"). */
static ColumnRole role_by_heading(Arena *a, const NameRules *rules, Str heading)
{
    StrList words = heading_words(a, heading), telling = {0};
    ColumnRole ret = role_of_key(rules, joined(a, &words));
    if (ret != COLUMN_IGNORED)
        return ret;
    for (size_t i = 0; i < words.n; i++)
        if (!tells_nothing(rules, words.items[i]))
            *ARENA_PUSH(a, telling) = words.items[i];
    ret = role_of_key(rules, joined(a, &telling));
    if (ret != COLUMN_IGNORED || telling.n == 0)
        return ret;
    ret = role_of_key(rules, telling.items[0]);
    for (size_t i = 1; i < telling.n; i++)
        if (role_of_key(rules, telling.items[i]) != ret)
            return COLUMN_IGNORED;
    return ret;
}

typedef struct Reading {
    MatchSettings *to;
    Problems *problems;
    Str place;
    int line;
} Reading;

static void complain(const Reading *r, Msg msg, Str what)
{
    Str copy = str_copy(r->problems->arena, what);
    problem_add(r->problems,
                (Problem){.place = r->place, .line = r->line, .msg = msg, .args = {copy}});
}

static bool read_number(Arena *a, Str text, double *ret)
{
    char *end;
    const char *z = str_z(a, text);
    *ret = strtod(z, &end);
    return end != z && *end == '\0';
}

static void read_column(Reading *r, Str heading, Str value)
{
    ColumnRole role;
    if (!column_role_read(value, &role)) {
        complain(r, M_MATCH_NO_ROLE, value);
        return;
    }
    *ARENA_PUSH(r->problems->arena, r->to->columns) =
        (struct MatchNamedColumn){str_copy(r->problems->arena, heading), role, r->line};
}

static bool read_frequency(Arena *a, Str *rest, double *ret)
{
    Str word;
    return str_word(rest, &word) && read_number(a, word, ret) && *ret > 0 && *ret <= 1;
}

static void read_weight(Reading *r, Str name, Str value)
{
    size_t slash = name.len; /* the last one: a heading may hold others */
    while (slash && name.ptr[slash - 1] != '/')
        slash--;
    MatchWeight w = {.line = r->line};
    Arena *a = r->problems->arena;
    bool ok = slash && read_frequency(a, &value, &w.m) && read_frequency(a, &value, &w.u);
    w.forged = w.renamed = w.m;
    w.kin = w.neighbour = w.u;
    if (ok && str_trim(value).len)
        ok = read_frequency(a, &value, &w.forged) && read_frequency(a, &value, &w.renamed) &&
             read_frequency(a, &value, &w.kin) && read_frequency(a, &value, &w.neighbour);
    if (!ok) {
        complain(r, M_MATCH_BAD_WEIGHT, name);
        return;
    }
    w.comparison = str_copy(a, (Str){name.ptr, slash - 1});
    w.level = str_copy(a, str_from(name, slash));
    *ARENA_PUSH(a, r->to->weights) = w;
}

/* "I J" and the bits. */
static void read_books(Reading *r, Str books, Str value)
{
    Str one, other = books, cell;
    int64_t x, y;
    bool ok = str_cut(&other, ' ', &one) && str_i64(one, &x) && str_i64(str_trim(other), &y) &&
              x > 0 && y > 0 && x <= MATCH_SOURCES && y <= MATCH_SOURCES;
    for (int c = 0; ok && c < BOOK_BITS; c++) {
        double bits;
        ok = str_word(&value, &cell) && read_number(r->problems->arena, cell, &bits) &&
             fabs(bits) < MOST_BITS;
        if (ok)
            r->to->books[c][match_book_pair((unsigned)x - 1, (unsigned)y - 1)] = bits;
    }
    if (!ok)
        complain(r, M_MATCH_BAD_LINE, books);
}

static void read_share(Reading *r, Str key, Str value, double *ret)
{
    double share;
    if (read_number(r->problems->arena, value, &share) && share > 0 && share < 1)
        *ret = share;
    else
        complain(r, M_MATCH_BAD_SHARE, key);
}

static void read_line(Reading *r, Str line)
{
    Str key, value = str_trim(line);
    int64_t n;
    if (value.len == 0 || value.ptr[0] == '#')
        return;
    size_t colon = value.len;
    while (colon > 0 && value.ptr[colon - 1] != ':')
        colon--;
    if (colon == 0) {
        complain(r, M_MATCH_BAD_LINE, value);
        return;
    }
    key = str_trim(str_head(value, colon - 1));
    value = str_trim(str_from(value, colon));
    if (str_starts(key, S("column ")))
        read_column(r, str_trim(str_from(key, 7)), value);
    else if (str_starts(key, S("weight ")))
        read_weight(r, str_trim(str_from(key, 7)), value);
    else if (str_starts(key, S("books ")))
        read_books(r, str_trim(str_from(key, 6)), value);
    else if (str_is(key, "prior"))
        read_share(r, key, value, &r->to->prior);
    else if (str_is(key, "forged"))
        read_share(r, key, value, &r->to->forged);
    else if (str_is(key, "renamed"))
        read_share(r, key, value, &r->to->renamed);
    else if (str_is(key, "kin"))
        read_share(r, key, value, &r->to->kin);
    else if (str_is(key, "neighbour"))
        read_share(r, key, value, &r->to->neighbour);
    else if (str_is(key, "threshold"))
        read_share(r, key, value, &r->to->accept);
    else if (str_is(key, "block") && str_i64(value, &n) && n > 1 && n <= BLOCK_MOST)
        r->to->block = (uint32_t)n;
    else if (str_is(key, "unique") && (str_is(value, "yes") || str_is(value, "no")))
        r->to->unique = str_is(value, "yes");
    else
        complain(r, M_MATCH_BAD_LINE, line);
}

void match_settings_read(Str text, Str place, MatchSettings *ret, Problems *problems)
{
    Reading r = {.to = ret, .problems = problems, .place = place};
    Str line;
    if (!utf8_valid(text)) {
        complain(&r, M_MATCH_NOT_UTF8, STR_NONE);
        return;
    }
    for (r.line = 1; str_cut(&text, '\n', &line); r.line++)
        read_line(&r, line);
}

static bool assign_named(const MatchSettings *s, size_t at, const Str *headings, size_t n,
                         MatchColumn *ret)
{
    bool found = false;
    for (size_t i = 0; i < n; i++)
        if (str_eq(str_trim(headings[i]), s->columns.items[at].heading)) {
            ret[i].role = s->columns.items[at].role;
            found = true;
        }
    return found;
}

void match_columns_assign(const MatchSettings *settings, const NameRules *rules,
                          const Str *headings, size_t n, Str place, MatchColumn *ret,
                          Problems *problems)
{
    Arena *a = problems->arena;
    for (size_t i = 0; i < n; i++)
        ret[i] = (MatchColumn){str_copy(a, str_trim(headings[i])),
                               settings->columns.n ? COLUMN_IGNORED
                                                   : role_by_heading(a, rules, headings[i])};
    for (size_t c = 0; c < settings->columns.n; c++)
        if (!assign_named(settings, c, headings, n, ret))
            problem_add(problems, (Problem){.place = place,
                                            .line = 1,
                                            .msg = M_MATCH_NO_COLUMN,
                                            .args = {settings->columns.items[c].heading}});
}
