/* sigap match synth: books of made-up people with their truth. */
#pragma once

#include "cli/command.h"

/* Writes BOOK.csv for each book of the domain, and truth.csv (id,person,forged), to --out. Persons
 * by
 * --rows (100,000), --seed, faults by --settings. Memory does not grow with the number. */
Err match_synth(Cli *cli);
