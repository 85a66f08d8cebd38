/* sigap match evaluate RESULT TRUTH: how well a result fits a truth, counted over pairs. */
#pragma once

#include "cli/command.h"

/* RESULT is clusters.csv (id,cluster[,source]) or pairs.csv (a,b,..,probability,..); TRUTH a CSV
 * with a column for the id and one for the person, found by their headings. */
Err match_evaluate(Cli *cli);
