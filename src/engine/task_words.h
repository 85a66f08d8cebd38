/* Titles of tasks that the program itself made are stored in Indonesian and shown in the reader's
 * language: they are labels of clocks and rules. */
#pragma once

#include "model/model.h"

/* The title in that language; as stored when a person wrote it. */
Str task_title(const Model *m, Arena *a, Lang lang, Str stored);
