/* Looking into the population book: under the search, and in the form of a new person or paper.
 * What is told depends on the duty of who looks: that somebody fits (`population`), or what the row
 * says
 * (`population_rows`). Every look goes on record and counts as a reading. */
#pragma once

#include "engine/population_book.h"
#include "web/widget.h"

enum { RESIDENTS = 5 };

/* What a look found; `sees`: the rows may be shown. */
typedef struct BookLook {
    bool done, sees;
    Resident found[RESIDENTS];
    size_t n;
} BookLook;

/* Whether the subject may look at all, and there is a book. */
bool book_there(const Req *req);
/* Whether a form is one of a person or of a paper. */
bool book_concerns(const Form *f);
/* Looks for whom the change speaks of. E_BUDGET, E_DENIED, and the errors of population_find. */
MUST_CHECK Err book_look(Req *req, const PersonFacts *who, BookLook *ret);
/* What a change of a person, or of a paper, says of somebody. */
PersonFacts book_facts(const Change *c);
/* Of what was found those rows that fit in more than the name and say something else or more than
 * was typed. */
void book_keep_news(BookLook *look, const PersonFacts *typed);
/* Takes a row over into the form. E_NOT_FOUND, E_DENIED, E_BUDGET. */
MUST_CHECK Err book_take(Form *f, Str id);
/* What was found, each with its button in the form it is called in; without `form` with a link to a
 * new person. */
void book_show(Req *req, Html *h, const BookLook *look, const Form *form);
/* The part of the search page: the question, and the answer once it was asked. */
MUST_CHECK Err book_search(Req *req, Html *h, Str text);
