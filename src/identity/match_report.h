/* One HTML file that explains a run: what each level weighs, how far the records can be told apart,
 * what each pass found, and how the weight of single pairs comes about. */
#pragma once

#include "identity/match_cluster.h"

typedef struct MatchReport {
    const Comparer *comparer;
    const BlockBook *blocks;
    const MatchModel *model;
    const MatchEdges *edges;
    const MatchClusters *clusters;
    Lang lang;
} MatchReport;

void match_report_write(Arena *a, const MatchReport *report, Buf *to);
