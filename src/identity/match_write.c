#include "identity/match_write.h"

#include "base/csv.h"

#include <math.h>

static void put_pattern(const MatchBook *book, uint64_t pattern, Buf *to)
{
    for (size_t k = 0; k < book->comparison_count; k++) {
        if (k)
            buf_char(to, ' ');
        buf_put(to, compare_level_name(book->comparisons[k].kind, pattern_level(pattern, k)));
    }
}

void match_write_pairs(const Comparer *c, const MatchEdges *edges, size_t *line, Buf *to)
{
    enum { PIECE = 1024 * 1024 };
    const MatchBook *book = c->book;
    if (*line == 0) {
        buf_lit(to, "a,b,weight,probability,pattern,source_a,source_b\n");
        *line = 1;
    }
    for (; *line <= edges->n && to->len < PIECE; ++*line) {
        const MatchEdge *e = &edges->items[*line - 1];
        if (e->weight < 0)
            continue;
        csv_cell(to, book->ids[e->a], ',');
        buf_char(to, ',');
        csv_cell(to, book->ids[e->b], ',');
        long long w = llround(e->weight * 10000),
                  p = llround(match_probability(e->weight) * 1000000);
        /* printf takes far longer for numbers with a point */
        buf_printf(to, ",%lld.%04lld,%lld.%06lld,", w / 10000, w % 10000, p / 1000000, p % 1000000);
        put_pattern(book, e->pattern, to);
        buf_printf(to, ",%u,%u\n", match_source(book, e->a) + 1, match_source(book, e->b) + 1);
    }
}

void match_write_clusters(Arena *a, const MatchBook *book, const MatchClusters *clusters, Buf *to)
{
    Str *names = ARENA_ARRAY(a, (size_t)book->n + 1, Str);
    for (uint32_t i = 0; i < book->n; i++) {
        Str *name = &names[clusters->of[i]];
        if (!name->ptr || str_cmp(book->ids[i], *name) < 0)
            *name = book->ids[i];
    }
    buf_lit(to, "id,cluster,source\n");
    for (uint32_t i = 0; i < book->n; i++) {
        csv_cell(to, book->ids[i], ',');
        buf_char(to, ',');
        csv_cell(to, names[clusters->of[i]], ',');
        buf_printf(to, ",%u\n", match_source(book, i) + 1);
    }
}

void match_write_sample(const MatchBook *book, const MatchEdges *edges, Buf *to)
{
    enum { ONE_OF = 100 };
    buf_lit(to, "a,b,decision\n");
    for (const MatchEdge *e = edges->items; e < edges->items + edges->n; e++)
        if ((match_hash(1, book->ids[e->a]) ^ match_hash(2, book->ids[e->b])) % ONE_OF == 0) {
            csv_cell(to, book->ids[e->a], ',');
            buf_char(to, ',');
            csv_cell(to, book->ids[e->b], ',');
            buf_lit(to, ",\n");
        }
}

void match_write_passes(const BlockBook *blocks, const MatchEdges *edges, Buf *to)
{
    buf_lit(to, "pass,blocks,split,pairs,owned,lost\n");
    for (size_t p = 0; p < blocks->pass_count; p++) {
        const BlockPass *s = &blocks->passes[p];
        buf_printf(to, "%s,%u,%u,%llu,%llu,%llu\n", s->name, s->blocks, s->split,
                   (unsigned long long)s->pairs, (unsigned long long)edges->owned[p],
                   (unsigned long long)s->lost);
    }
}

void match_write_weights(const MatchBook *book, const MatchModel *m, Buf *to)
{
    static const char *const shares[MATCH_CLASSES] = {"prior", "forged", "renamed", "kin",
                                                      "neighbour"};
    for (int c = 0; c < MATCH_CLASSES; c++)
        if (m->share[c] > 0 || c == CLASS_SAME)
            buf_printf(to, "%s: %.9g\n", shares[c], m->share[c]);
    for (size_t i = 0; i < book->book_count && book->book_count > 1; i++)
        for (size_t j = i; j < book->book_count; j++) {
            uint8_t p = match_book_pair((unsigned)i, (unsigned)j);
            buf_printf(to, "books %zu %zu: %.9g %.9g %.9g %.9g %.9g\n", i + 1, j + 1,
                       m->book_bits[CLASS_SAME][p], m->book_bits[CLASS_FORGED][p],
                       m->book_bits[CLASS_RENAMED][p], m->older_bits[0][p], m->older_bits[1][p]);
        }
    for (size_t k = 0; k < book->comparison_count; k++) {
        const Comparison *c = &book->comparisons[k];
        for (unsigned v = 1; v < compare_levels(c->kind); v++) {
            Str level = compare_level_name(c->kind, v);
            buf_printf(to, "weight %.*s/%.*s: %.9g %.9g %.9g %.9g %.9g %.9g\n", STR_ARG(c->name),
                       STR_ARG(level), m->m[CLASS_SAME][k][v], m->u[k][v], m->m[CLASS_FORGED][k][v],
                       m->m[CLASS_RENAMED][k][v], m->m[CLASS_KIN][k][v],
                       m->m[CLASS_NEIGHBOUR][k][v]);
        }
    }
}

void match_write_settings(const MatchBook *book, const MatchModel *model,
                          const MatchSettings *settings, Buf *to)
{
    for (size_t i = 0; i < book->column_count; i++)
        buf_printf(to, "column %.*s: %s\n", STR_ARG(book->columns[i].heading),
                   column_role_word(book->columns[i].role));
    buf_printf(to, "threshold: %g\nunique: %s\n", settings->accept,
               settings->unique ? "yes" : "no");
    if (settings->block)
        buf_printf(to, "block: %u\n", settings->block);
    match_write_weights(book, model, to);
}
