#include "engine/nickname_db.h"

#include "engine/candidate_db.h"
#include "engine/system_actor.h"
#include "identity/name_compare.h"
#include "model/restriction.h"
#include "model/row.h"

#include <stdlib.h>

/* So many different persons make a pair of words a proposal; so many proposals a turn. */
enum { PERSONS_MIN = 3, TURN_MAX = 20, WORD_SHORTEST = 3 };
#define META_LINKS                                                                                 \
    S("nicknames_links") /* the links there were when they were last looked through */

/* Two words of one person's names, in one spelling and in order. */
typedef struct WordPair {
    Str one, two;
    Str as_written;
    int64_t person;
} WordPair;

typedef struct Learning {
    const Store *store;
    ReadConn conn;
    Arena *arena;
    MergedPersons links;
    struct {
        WordPair *items;
        size_t n, cap;
    } pairs;
    StrList asked; /* words of the records there are */
    Str state;     /* of the links */
} Learning;

/* ---- what two linked persons show ---- */

/* Words that agree in no way; the last of several is the family's. */
static bool is_given(const Name *name, size_t i)
{
    return (name->n == 1 || i + 1 < name->n) && !name->tokens[i].initial &&
           name->tokens[i].canonical_len >= WORD_SHORTEST;
}

static bool agrees(const Name *name, const NameToken *with)
{
    for (int i = 0; i < name->n; i++)
        if (token_compare(&name->tokens[i], with) > TOKEN_INITIAL)
            return true;
    return false;
}

static void put_pair(Learning *l, const NameToken *x, const NameToken *y, int64_t person)
{
    bool turned = str_cmp(token_canonical(x), token_canonical(y)) > 0;
    const NameToken *one = turned ? y : x, *two = turned ? x : y;
    *ARENA_PUSH(l->arena, l->pairs) = (WordPair){
        str_copy(l->arena, token_canonical(one)), str_copy(l->arena, token_canonical(two)),
        str_printf(l->arena, "%.*s %.*s", STR_ARG(token_raw(one)), STR_ARG(token_raw(two))),
        person};
}

static void compare_names(Learning *l, const Name *a, const Name *b, int64_t person)
{
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = 0; k < b->n; k++)
            if (is_given(a, i) && is_given(b, k) && !agrees(b, &a->tokens[i]) &&
                !agrees(a, &b->tokens[k]))
                put_pair(l, &a->tokens[i], &b->tokens[k], person);
}

/* A void person has no name here, nor one whose file is restricted or whose key is gone. */
static Err name_of(Learning *l, Arena *a, int64_t id, Name *ret)
{
    Record r;
    PersonFacts facts;
    bool restricted;
    *ret = (Name){.n = 0};
    TRY(row_by_id(l->conn.db, a, role_reg(l->store->model, REG_ROLE_PERSON), id, &r));
    TRY(restriction_holds(l->conn.db, a, &r, &restricted));
    if (r.void_tx || restricted)
        return ERR_OK;
    TRY(person_facts_open(l->store, l->conn.keys, a, &r, CLASSES_ALL, &facts));
    name_normalise(l->store->model->names, a, facts.name, ret, NULL);
    return ERR_OK;
}

static Err read_link(Learning *l, const MergedPerson *link)
{
    Name names[2];
    int64_t root = merged_root(&l->links, link->id);
    Arena *a = arena_new(1 << 20);
    Err e = name_of(l, a, link->id, &names[0]);
    if (e == ERR_OK)
        e = name_of(l, a, root, &names[1]);
    arena_free(a);
    if (e == ERR_OK)
        compare_names(l, &names[0], &names[1], root);
    return e == E_NOT_FOUND ? ERR_OK : e;
}

/* ---- what several show ---- */

static int by_words(const void *x, const void *y)
{
    const WordPair *p = x, *q = y;
    int d = str_cmp(p->one, q->one);
    d = d ? d : str_cmp(p->two, q->two);
    return d ? d : (p->person > q->person) - (p->person < q->person);
}

static bool same_words(const WordPair *x, const WordPair *y)
{
    return str_eq(x->one, y->one) && str_eq(x->two, y->two);
}

/* Whether one record, whatever was decided of it, holds both words. */
static bool was_asked(const Learning *l, const WordPair *p)
{
    for (size_t i = 0; i < l->asked.n; i++) {
        Name words;
        bool one = false, two = false;
        name_normalise(l->store->model->names, l->arena, l->asked.items[i], &words, NULL);
        for (int k = 0; k < words.n; k++) {
            one |= str_eq(token_canonical(&words.tokens[k]), p->one);
            two |= str_eq(token_canonical(&words.tokens[k]), p->two);
        }
        if (one && two)
            return true;
    }
    return false;
}

static Err propose_pair(WriteTx *tx, const Learning *l, const WordPair *p, size_t persons)
{
    Batch batch = {.store = l->store, .actor = system_actor_clock(), .arena = tx->arena};
    batch.problems.arena = tx->arena;
    Change *c = store_change(tx->arena, CHANGE_CREATE,
                             role_reg(l->store->model, REG_ROLE_EQUAL_NAMES), STR_NONE, 0);
    change_set_role(c, FIELD_ROLE_EQUAL_NAMES_WORDS, p->as_written);
    change_set_role(c, FIELD_ROLE_EQUAL_NAMES_PERSONS, str_int(tx->arena, (int64_t)persons));
    return store_apply_system(tx, &batch, system_actor_clock(), c);
}

/* How many different persons show the pair of words at `from`; their rows end at `ret_end`. */
static size_t persons_of(const Learning *l, size_t from, size_t *ret_end)
{
    const WordPair *all = l->pairs.items;
    size_t n = 1, at = from + 1;
    for (; at < l->pairs.n && same_words(&all[at], &all[from]); at++)
        n += all[at].person != all[at - 1].person;
    *ret_end = at;
    return n;
}

static Err propose_all(WriteTx *tx, void *learning)
{
    Learning *l = learning;
    size_t proposed = 0;
    for (size_t at = 0, end; at < l->pairs.n && proposed < TURN_MAX; at = end) {
        size_t persons = persons_of(l, at, &end);
        if (persons < PERSONS_MIN || was_asked(l, &l->pairs.items[at]))
            continue;
        TRY(propose_pair(tx, l, &l->pairs.items[at], persons));
        proposed++;
    }
    return proposed < TURN_MAX ? meta_put(tx->db, META_LINKS, l->state) : ERR_OK;
}

/* ---- a turn ---- */

static Err read_asked(Learning *l)
{
    const Field *words = role_field(l->store->model, FIELD_ROLE_EQUAL_NAMES_WORDS);
    Stmt *st;
    TRY(db_stmt(l->conn.db,
                str_printf(l->arena, "SELECT %.*s FROM %.*s WHERE batal=0", STR_ARG(words->name),
                           STR_ARG(words->reg->name))
                    .ptr,
                &st));
    return stmt_texts(st, l->arena, &l->asked);
}

/* All links as one short text: another when one was made or undone. */
static Str state_of(Arena *a, const MergedPersons *links)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < links->n; i++)
        sum = sum * 1099511628211u + (uint64_t)links->items[i].id * 31 +
              (uint64_t)links->items[i].into;
    return str_printf(a, "%zu %llx", links->n, (unsigned long long)sum);
}

static Err learn(void *learning, Arena *a)
{
    Learning *l = learning;
    Str seen;
    l->arena = a;
    TRY(merged_persons(l->conn.db, l->arena, l->store->model, &l->links));
    TRY(meta_get(l->conn.db, l->arena, META_LINKS, &seen));
    l->state = state_of(l->arena, &l->links);
    if (l->links.n < PERSONS_MIN || str_eq(seen, l->state))
        return ERR_OK;
    for (size_t i = 0; i < l->links.n; i++)
        TRY(read_link(l, &l->links.items[i]));
    if (l->pairs.n)
        qsort(l->pairs.items, l->pairs.n, sizeof *l->pairs.items, by_words);
    TRY(read_asked(l));
    return writer_run(l->store->writer, NULL, propose_all, l);
}

Err nicknames_propose(const Store *s)
{
    Learning l = {.store = s};
    if (!role_reg(s->model, REG_ROLE_EQUAL_NAMES) || !role_reg(s->model, REG_ROLE_PERSON) ||
        !s->model->names)
        return ERR_OK;
    return readconn_with(s, &l.conn, learn, &l);
}
