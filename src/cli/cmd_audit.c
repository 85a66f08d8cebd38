/* sigap audit: the chain recomputed, anchors made, and anchors held elsewhere compared with it. */
#include "cli/command.h"

#include "base/file.h"
#include "base/log.h"
#include "engine/care_desk.h"
#include "engine/security.h"
#include "guard/anchor.h"
#include "guard/audit_journal.h"

enum { FILE_MAX = 64 * 1024 * 1024 };

static Err note_verified(WriteTx *tx, void *arg)
{
    const AuditCheck *check = arg;
    return care_audit_note(tx, &(AuditSeen){clock_now(), check->rows, check->bad_seq});
}

/* What was found is told on the pages of the server too, which need not do it again. */
static Err tell_chain(Cli *cli, int64_t *ret_rows)
{
    AuditCheck check;
    TRY(audit_verify(cli->conn.db, cli->in.keyring, &check));
    Err noted = writer_run(cli->store.writer, NULL, note_verified, &check);
    if (noted == E_FULL) /* a disk without room keeps nobody from checking */
        log_error("audit verify: not put down: %s", err_name(noted));
    else
        TRY(noted);
    *ret_rows = check.rows;
    if (check.bad_seq) {
        cli_say(cli, M_AUDIT_BAD, str_int(cli->arena, check.bad_seq));
        return E_CORRUPT;
    }
    cli_say(cli, M_AUDIT_OK, str_int(cli->arena, check.rows));
    return ERR_OK;
}

static Err tell_anchors(Cli *cli, const char *path, const AnchorFile *file)
{
    static const Msg faults[] = {
        [ANCHOR_NO_ANCHOR] = M_ANCHOR_NO_ANCHOR, [ANCHOR_FORGED] = M_ANCHOR_FORGED,
        [ANCHOR_OTHER] = M_ANCHOR_OTHER,         [ANCHOR_ORDER] = M_ANCHOR_ORDER,
        [ANCHOR_SHORTER] = M_ANCHOR_SHORTER,     [ANCHOR_CUT] = M_ANCHOR_CUT,
        [ANCHOR_REWRITTEN] = M_ANCHOR_REWRITTEN, [ANCHOR_OLD_KEY] = M_ANCHOR_OLD_KEY,
        [ANCHOR_TWICE] = M_ANCHOR_TWICE,
    };
    AnchorCheck check;
    TRY(anchor_check(file, cli->arena, &check));
    Str line = str_int(cli->arena, check.lines);
    if (check.fault != ANCHOR_FITS) {
        cli_say(cli, faults[check.fault], str_of(path), line, str_int(cli->arena, check.rows),
                check.at, str_int(cli->arena, check.count));
        return E_CORRUPT;
    }
    cli_say(cli, M_ANCHOR_OK, str_of(path), str_int(cli->arena, check.lines - check.handovers),
            str_int(cli->arena, check.rows));
    if (!str_eq(check.key, file->public_key))
        cli_say(cli, M_ANCHOR_HANDED, str_of(path), check.key);
    return ERR_OK;
}

/* Rows that a journal elsewhere kept. */
static Err tell_journal(Cli *cli, const char *path, Str text)
{
    AuditCheck check;
    TRY(audit_journal_check(cli->conn.db, text, &check));
    cli_say(cli, check.bad_seq ? M_JOURNAL_BAD : M_JOURNAL_OK, str_of(path),
            str_int(cli->arena, check.bad_seq ? check.bad_seq : check.rows));
    return check.bad_seq ? E_CORRUPT : ERR_OK;
}

/* The file named, or the program's own when there is one. */
static Err compare_with(Cli *cli, const char *path)
{
    AnchorFile file = {.public_key = anchor_public_key(cli->in.keyring, cli->arena),
                       .db = cli->conn.db,
                       .installation = cli->in.id,
                       .handovers = anchor_handovers(cli->in.keyring, cli->arena, cli->in.id, 1)};
    TRY(cli_read(cli, cli->arena, path, FILE_MAX, &file.text));
    if (str_contains(file.text, S(AUDIT_JOURNAL_WORD " ")))
        return tell_journal(cli, path, file.text);
    return tell_anchors(cli, path, &file);
}

static const char *own_file(Cli *cli)
{
    return z_printf(cli->arena, "%s/" ANCHOR_FILE, cli->in.dir);
}

/* verify [FILE...]: every file is told, though one before it does not fit. */
static Err verify(Cli *cli)
{
    int64_t rows = 0;
    Err e = tell_chain(cli, &rows);
    if (rows > 0 && file_exists(own_file(cli))) {
        Err own = compare_with(cli, own_file(cli));
        e = e == ERR_OK ? own : e;
    }
    for (int i = 1; i < cli->argc; i++) {
        Err other = compare_with(cli, cli->argv[i]);
        e = e == ERR_OK ? other : e;
    }
    return e;
}

static Err note_taken(Cli *cli)
{
    Db *db;
    TRY(db_open(cli->in.data_db, DB_WRITE, &db));
    Err e = meta_put(db, META_ANCHOR, str_int(cli->arena, clock_now()));
    db_close(db);
    return e;
}

/* anchor: one line for the agencies and the minutes of the meeting, kept in the data as well. */
static Err anchor(Cli *cli)
{
    Str line;
    TRY(anchor_make(cli->conn.db, cli->in.keyring, cli->arena, cli->in.id, &line));
    TRY(anchor_keep(own_file(cli), line));
    printf("%.*s\n", STR_ARG(line));
    return note_taken(cli);
}

static Err public_key(Cli *cli)
{
    printf("%.*s\n", STR_ARG(anchor_public_key(cli->in.keyring, cli->arena)));
    return ERR_OK;
}

/* handover: what joins the seals of before the exchanges of keys to those since. */
static Err handover(Cli *cli)
{
    printf("%.*s", STR_ARG(anchor_handovers(cli->in.keyring, cli->arena, cli->in.id, 1)));
    return ERR_OK;
}

/* check FILE KEY: what an agency can do without the data. */
static Err check(Cli *cli)
{
    AnchorFile file = {.public_key = str_of(cli->argv[2])};
    TRY(cli_read(cli, cli->arena, cli->argv[1], FILE_MAX, &file.text));
    return tell_anchors(cli, cli->argv[1], &file);
}

Err cmd_audit(Cli *cli)
{
    static const CliVerb verbs[] = {{"verify", verify, 0, cli_open},
                                    {"anchor", anchor, 1, cli_open_reading},
                                    {"public-key", public_key, 1, cli_open_installation},
                                    {"handover", handover, 1, cli_open_installation},
                                    {"check", check, 3, NULL}};
    return cli_verb(cli, verbs, COUNT(verbs));
}
