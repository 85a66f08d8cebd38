/* What the page of a record shares with the pages of its acts. */
#pragma once

#include "model/query.h"
#include "web/record.h"

/* Whether the move starts from the record's state and the reader's roles may make it. */
bool move_allowed(const Req *req, const Record *r, const Move *m);
/* Records within the reader's reach that refer to this one: a closed section that fetches them when
 * asked for (`?rujuk=ya`), one statement a register. */
MUST_CHECK Err show_referrers(Req *req, Html *h, const Record *r);
/* A person with those linked to her as one person, herself first, as far as the reader may list
 * each of them on the way. */
enum { CLUSTER_MAX = 16 };
typedef struct Cluster {
    Record items[CLUSTER_MAX];
    size_t n;
} Cluster;
MUST_CHECK Err cluster_of(Req *req, const Record *person, Cluster *ret);
/* In which registers of which offices the cluster of a person stands, within the reader's reach. */
MUST_CHECK Err show_cluster(Req *req, Html *h, const Record *person);
/* On the page of learned weights: what each level weighs by them and by those in force (of those in
 * force: by the shipped ones). Nothing on other pages. */
void show_weights(Req *req, Html *h, const Record *r);
/* Whether a register refers to another by a field the reader may see, and she may list it. */
bool may_refer(Req *req, const Register *reg, const Register *to);
/* The first `limit` records of a register that refer to the record, within the reader's reach. `q`
 * is the question asked. */
MUST_CHECK Err referring(Req *req, const Record *to, const Register *reg, int limit, Query *q,
                         QueryPage *ret);
/* On the page of a person or victim: what her papers state of her birth, name and birthplace, and
 * where they disagree; opened when asked for (`?surat=ya`) and a purpose was given. */
MUST_CHECK Err show_papers(Req *req, Html *h, const Record *r);
/* The form of a move: fields still needed, reason, button. With problems: everything again. */
void move_form(Req *req, Html *h, const Record *r, const Move *m, const Problems *problems);
