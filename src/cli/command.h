/* Sub-commands of the program: one table row each, with help in both languages, and what they
 * share: options, the opened installation, and a reader acting for the operator of the machine. */
#pragma once

#include "identity/match_column.h"
#include "identity/name_rules.h"
#include "model/plan.h"
#include "model/query.h"

#include <stdio.h>

typedef struct Cli {
    Arena *arena;
    int argc; /* words behind the sub-command that are no options */
    char **argv;
    const char *data, *domain, *as, *format, *period, *audience, *profile, *port;
    const char *zone, *register_name, *rows, *columns, *institution, *login, *name, *roles, *key,
        *records;
    const char *out, *settings, *threads, *seed, *rules, *passphrase_file;
    const char *names;          /* groups of equal names beside those of the domain */
    const char *index, *socket; /* of match search */
    const char *seal_to, *pair, *listen, *tls, *tls_key, *redirect;
    Str passphrase; /* absent until it was given */
    bool practice, dry_run, plan, empty, check, with_key, unique;
    Lang lang;
    /* Filled by cli_open. */
    Model *model;
    Installation in;
    Store store;
    ReadConn conn;
    Subject subject;
    Actor actor;
} Cli;

typedef struct Command {
    const char *name;
    Msg help; /* one line, then usage */
    Err (*run)(Cli *cli);
} Command;

Err cmd_init(Cli *cli);
Err cmd_serve(Cli *cli);
Err cmd_import(Cli *cli);
Err cmd_export(Cli *cli);
Err cmd_table(Cli *cli);
Err cmd_check_domain(Cli *cli);
Err cmd_migrate(Cli *cli);
Err cmd_audit(Cli *cli);
Err cmd_rebuild(Cli *cli);
Err cmd_scrub(Cli *cli);
Err cmd_security(Cli *cli);
Err cmd_user(Cli *cli);
Err cmd_second_factor(Cli *cli);
Err cmd_key(Cli *cli);
Err cmd_erase(Cli *cli);
Err cmd_retention(Cli *cli);
Err cmd_practice(Cli *cli);
Err cmd_clock(Cli *cli);
Err cmd_backup(Cli *cli);
Err cmd_restore(Cli *cli);
Err cmd_audit_role(Cli *cli);
Err cmd_match(Cli *cli);
/* With a list: makes the population book. Without: says whether the one there is whole and ours. */
Err cmd_match_book(Cli *cli);
Err cmd_passwords(Cli *cli);

/* The folder of the domain: --domain, SIGAP_DOMAIN, ./domain, or the installed one;
 * says so when there is none. */
const char *cli_domain(const Cli *cli);
/* Reads a file somebody named, into `a`; as file_read, and prints what is wrong with which file. */
MUST_CHECK Err cli_read(const Cli *cli, Arena *a, const char *path, size_t max, Str *ret);
/* Makes a folder unless it is there; which one could not be made is told. */
MUST_CHECK Err cli_folder(const Cli *cli, const char *path);
/* The settings of a match (--settings, else the defaults), and the rules of names of the domain's
 * folder with the groups of --names; what is wrong with them are problems. */
MUST_CHECK Err cli_match_settings(const Cli *cli, MatchSettings *ret, Problems *problems);
MUST_CHECK Err cli_name_rules(const Cli *cli, NameRules **ret, Problems *problems);
/* Part of a command, named by its first argument. */
typedef struct CliVerb {
    const char *word;
    Err (*run)(Cli *cli);
    int words;             /* arguments, the first among them; 0: any number */
    Err (*open)(Cli *cli); /* what has to be open before; may be NULL */
} CliVerb;
/* Runs the part that the arguments name; E_USAGE when they name none. */
MUST_CHECK Err cli_verb(Cli *cli, const CliVerb *verbs, size_t n);
/* Loads the domain; prints its problems. */
MUST_CHECK Err cli_load_domain(Cli *cli);
/* Opens installation, model (migrating additively), store and a read connection. `--as LOGIN` acts
 * for that user; otherwise the program itself acts as "sistem:cli". */
MUST_CHECK Err cli_open(Cli *cli);
/* The user who logs in under that name. */
MUST_CHECK Err cli_subject(Cli *cli, Str login, Subject *ret);
/* Applies a plan after a proved copy of the data, and says on the standard error stream where that
 * lies. */
MUST_CHECK Err cli_apply_plan(Cli *cli, Db *db, const Plan *plan);
/* Opens the installation, with the passphrase where its key file wants one: from --passphrase-file,
 * from the credential `sigap-passphrase` of the service, or asked for. */
MUST_CHECK Err cli_open_installation(Cli *cli);
/* The passphrase of --passphrase-file or the service's credential; absent without one. */
Str cli_given_passphrase(Cli *cli);
/* Opens for looking only: no migration, no writer, no names in memory, so that it also works on
 * what is damaged. No subject. */
MUST_CHECK Err cli_open_reading(Cli *cli);
/* Puts on record what the command did, or is about to do. */
MUST_CHECK Err cli_note(Cli *cli, Str action, Str result);
/* Closes whatever is open. */
void cli_close(Cli *cli);
/* Prints every problem, one a line, to standard error. */
void cli_problems(const Cli *cli, const Problems *problems);
/* Prints a message with arguments to standard output. */
#define cli_say(cli, m, ...)                                                                       \
    do {                                                                                           \
        Str cli_line_ = tr_args((cli)->arena, (cli)->lang, (m), __VA_ARGS__);                      \
        printf("%.*s\n", STR_ARG(cli_line_));                                                      \
    } while (0)
/* Whoever acts (--as) proves it by the password: where two people are needed, each does. */
MUST_CHECK Err cli_prove(Cli *cli);
/* Reads a line from the terminal, without echo when `secret`; absent at the end of input. */
Str cli_ask(Cli *cli, Msg prompt, bool secret);
