/* Shared by the pages that save a record: the form, and the page for two editors of one record. */
#pragma once

#include "model/draft.h"
#include "web/book_look.h"
#include "web/form_read.h"
#include "web/record.h"

typedef struct Save {
    Req *req;
    Form form, sub; /* `sub`: fields of a record made for a reference, if form.sub is set */
    Sheet *sheet;   /* the stored record, NULL for a new one */
    const Register *parent_reg;
    Str parent_uid;
    Problems problems;
    Batch *batch;
    Change *change;
    DraftKey draft;
    Str letter; /* uid of the letter (web/intake.h) that it is made of; absent: typed */
    BookLook look; /* into the population book */
} Save;

/* Loads what the address names for changing, or for a new record; keeps itself in req->state. */
MUST_CHECK Err save_begin(Req *req, Save **ret);
/* Classes some right lets the subject write into a new record. */
unsigned form_create_classes(const Req *req, const Register *reg);
/* Somebody saved in between: both values field by field, to choose from. */
MUST_CHECK Err page_conflict(Req *req, Save *s);
