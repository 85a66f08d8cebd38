/* Decisions of reviewers for a run of matching. */
#pragma once

#include "cli/command.h"
#include "identity/match_cluster.h"

/* Reads the CSV at `path`, which is told when it is not there, with the columns a, b (ids of
 * records) and decision (same, different). Faults become problems with their line. */
MUST_CHECK Err match_rules_read(const Cli *cli, const char *path, const MatchBook *book,
                                MatchRules *ret, Problems *problems);
