/* Results as text: pairs, persons, passes, learned settings. */
#pragma once

#include "identity/match_cluster.h"

/* a,b,weight,probability,pattern and the book of each (1-based): of the lines from `*line` on, the
 * first being the heading, about a megabyte; nothing when all are written. */
void match_write_pairs(const Comparer *c, const MatchEdges *edges, size_t *line, Buf *to);
/* id,cluster,source: a person is called by the smallest id among her records. */
void match_write_clusters(Arena *a, const MatchBook *book, const MatchClusters *clusters, Buf *to);
/* a,b,decision: one of a hundred pairs, joined or not, for people to judge who are told no more;
 * the same ones whenever these records are matched. */
void match_write_sample(const MatchBook *book, const MatchEdges *edges, Buf *to);
/* pass,blocks,split,pairs,owned,lost */
void match_write_passes(const BlockBook *blocks, const MatchEdges *edges, Buf *to);
/* Columns and weights: a settings file that repeats this run on another book. */
void match_write_settings(const MatchBook *book, const MatchModel *model,
                          const MatchSettings *settings, Buf *to);
/* The weights alone, as lines of a settings file. */
void match_write_weights(const MatchBook *book, const MatchModel *m, Buf *to);
