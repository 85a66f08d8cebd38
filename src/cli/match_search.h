/* sigap match search: a book in memory that answers who in it may be meant. */
#pragma once

#include "cli/command.h"

/* Reads questions as CSV from standard input: a row of headings as books have them (name, birth
 * date, village, NIK, telephone, in any number), then one question a row; answers each at once as
 * rows "question,rank,id,score", the last of an answer with rank 0 and "end", "none" (nobody), or
 * "more" (too many have such a name: say more of the person), "unread" (a question that cannot be
 * read; standard error says why). With --index the index is kept in a file and mapped next time, as
 * long as the file is younger than the book; with --socket questions come as match_socket.h says.
 */
Err match_search(Cli *cli);
