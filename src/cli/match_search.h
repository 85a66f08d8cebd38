/* sigap match search: a book in memory that answers who in it may be meant. */
#pragma once

#include "cli/command.h"

/* Reads questions as CSV from standard input: a row of headings as books have them (name, birth
 * date, village, NIK, telephone, in any number), then one question a row; answers each at once as
 * rows "question,rank,id,score", the last of an answer with rank 0 and "end", "none" (nobody), or
 * "more" (too many have such a name: say more of the person). A question that cannot be read is
 * told on standard error. */
Err match_search(Cli *cli);
