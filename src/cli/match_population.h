/* sigap match book: the population book of an installation, made from a list of residents. */
#pragma once

#include "cli/command.h"

/* With a file: makes the book. Without: says whether the one there is whole and ours; E_NOT_FOUND,
 * E_CORRUPT. */
MUST_CHECK Err match_population(Cli *cli);
