#include "engine/identity_db.h"

#include "model/person_index.h"

#include <stdlib.h>

/* So many are looked up in memory, and so many of them weighed. */
enum { NEAR_MAX = 40, WEIGHED_MAX = 12 };

/* ---- who may be meant ---- */

static int by_weight(const void *x, const void *y)
{
    const Alike *p = x, *q = y;
    return (p->like.weight < q->like.weight) - (p->like.weight > q->like.weight);
}

/* Loads of the people named by uid those within reach, and opens what the reader may open. */
static size_t within_reach(Reader *rd, const Str *uids, size_t n, Record *ret, PersonFacts *facts)
{
    size_t found = 0;
    for (size_t i = 0; i < n && found < WEIGHED_MAX; i++) {
        Record *r = &ret[found];
        if (person_load_found(rd, uids[i], r) != ERR_OK)
            continue;
        unsigned classes = store_decide(rd, r, VERB_READ).classes;
        if (person_facts_open(rd->store, rd->keys, rd->arena, r, classes, &facts[found]) == ERR_OK)
            found++;
    }
    return found;
}

/* People within reach, weighed, the likeliest first; at most WEIGHED_MAX. */
static size_t weigh(Reader *rd, const PersonFacts *who, Alike *ret)
{
    Str uids[NEAR_MAX];
    Record people[WEIGHED_MAX];
    PersonFacts facts[WEIGHED_MAX];
    Likeness like[WEIGHED_MAX];
    if (!rd->store->persons)
        return 0;
    size_t near = person_index_near(rd->store->persons, rd->arena, who, uids, NEAR_MAX);
    size_t n = within_reach(rd, uids, near, people, facts);
    likeness_compare(rd->store, who, facts, n, like);
    for (size_t i = 0; i < n; i++)
        ret[i] = (Alike){people[i], like[i]};
    if (n > 1)
        qsort(ret, n, sizeof *ret, by_weight);
    return n;
}

Err identity_alike(Reader *rd, const Change *c, Alike *ret, size_t max, size_t *ret_n)
{
    Alike found[WEIGHED_MAX];
    *ret_n = 0;
    if (c->reg->role != REG_ROLE_PERSON || !rd->store->persons)
        return ERR_OK;
    TRY(person_index_ready(rd->store->persons, PERSONS_WAIT_MS));
    PersonFacts who = person_facts_of(c);
    size_t n = weigh(rd, &who, found);
    for (size_t i = 0; i < n && *ret_n < max; i++)
        if (found[i].like.weight >= LIKENESS_ASK && !str_eq(found[i].person.uid, c->uid))
            ret[(*ret_n)++] = found[i];
    return ERR_OK;
}

size_t identity_named(Reader *rd, Str name, Alike *ret, size_t max)
{
    Alike found[WEIGHED_MAX];
    PersonFacts who = {.name = name};
    size_t n = weigh(rd, &who, found), named = 0;
    for (size_t i = 0; i < n && named < max; i++)
        if (found[i].like.agreement[PART_NAME] >= AGREE_ALIKE)
            ret[named++] = found[i];
    return named;
}

/* ---- in words ---- */

Msg identity_agreement(Agreement agreement)
{
    static const Msg words[] = {[AGREE_UNKNOWN] = M_LIKE_UNKNOWN,
                                [AGREE_NOT] = M_LIKE_NOT,
                                [AGREE_ALIKE] = M_LIKE_ALIKE,
                                [AGREE_SAME] = M_LIKE_SAME};
    return words[agreement];
}

Str identity_reasons(Arena *a, const Model *m, Lang lang, const Likeness *like)
{
    Str text = S("");
    for (int level = AGREE_SAME; level >= AGREE_ALIKE; level--)
        for (LikenessPart p = 0; p < PART_FACTS; p++) {
            const Field *f = likeness_field(m, p);
            if (!f || like->agreement[p] != level || p == PART_SEX)
                continue;
            Str word = tr(lang, identity_agreement((Agreement)level));
            text = str_printf(a, "%.*s%s%.*s %.*s", STR_ARG(text), text.len ? ", " : "",
                              STR_ARG(f->label.text[lang]), STR_ARG(word));
        }
    return text;
}
