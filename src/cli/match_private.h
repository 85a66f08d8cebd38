/* Private matching of two offices' books (docs/private-matching.md): each writes its persons as
 * keyed codes, a third compares the codes, and neither book is shown to anybody. */
#pragma once

#include "cli/command.h"

/* `sigap match secret FILE`: makes one office's half of the key of an exchange; never over a file
 * that is there. */
Err match_secret(Cli *cli);
/* `sigap match encode BOOK HALF HALF --out DIR`: codes.csv to be handed over, in random order, with
 * made-up persons among them; rows.csv, which stays, says which row each code is. */
Err match_encode(Cli *cli);
/* `sigap match compare A/codes.csv B/codes.csv --out FILE`: pairs of codes that may be one person,
 * each code at most once. Needs no key. */
Err match_compare_codes(Cli *cli);
