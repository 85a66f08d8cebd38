/* Commands that copy an installation and take it back: backup, restore. */
#include "cli/command.h"

#include "base/file.h"
#include "engine/backup_db.h"
#include "engine/sealed_copy.h"
#include "guard/key_file.h"

static Str megabytes(Cli *cli, int64_t bytes)
{
    return str_printf(cli->arena, "%.1f", (double)bytes / 1e6);
}

/* What was proved, or what does not fit. */
static Err tell(Cli *cli, Err e, const BackupProof *p)
{
    if (e == E_CORRUPT && p->broken.ptr)
        cli_say(cli, M_BACKUP_BROKEN, p->broken);
    if (e != ERR_OK)
        return e;
    cli_say(cli, M_BACKUP_PROVED, megabytes(cli, p->bytes));
    if (p->audited)
        cli_say(cli, M_AUDIT_OK, str_int(cli->arena, p->audit.rows));
    else
        cli_say(cli, M_BACKUP_NOT_AUDITED, S(BACKUP_KEY));
    return ERR_OK;
}

/* The key named; or the one in the backup, the one in the folder of the data, those set aside
 * there. */
static Err keys_to_try(Cli *cli, const char *dir, StrList *ret)
{
    StrList old = {0};
    *ret = (StrList){0};
    if (cli->key) {
        *ARENA_PUSH(cli->arena, *ret) = str_of(cli->key);
        return ERR_OK;
    }
    *ARENA_PUSH(cli->arena, *ret) = str_printf(cli->arena, "%s/" BACKUP_KEY, dir);
    *ARENA_PUSH(cli->arena, *ret) = str_printf(cli->arena, "%s/" BACKUP_KEY, cli->data);
    if (file_is_folder(cli->data))
        TRY(key_file_old(cli->arena, cli->data, &old));
    for (size_t i = 0; i < old.n; i++)
        *ARENA_PUSH(cli->arena, *ret) =
            str_printf(cli->arena, "%s/%.*s", cli->data, STR_ARG(old.items[i]));
    return ERR_OK;
}

/* False when none opens the copy; then `ret` has the first that is there, for it to be told. */
static bool try_keys(Cli *cli, const char *dir, const StrList *keys, BackupKey *ret, bool *sealed)
{
    Str passphrase = ret->passphrase;
    *ret = (BackupKey){.file = keys->items[0].ptr, .passphrase = passphrase};
    for (size_t i = keys->n; i-- > 0;) {
        BackupKey key = {.file = keys->items[i].ptr, .passphrase = passphrase};
        if (!file_exists(key.file))
            continue;
        *ret = key;
        Err e = backup_key_fits(cli->arena, dir, key);
        *sealed |= e == E_SEALED;
        if (e == ERR_OK)
            return true;
    }
    return false;
}

/* The key that opens the copy; asks for the passphrase when one that may wants it. */
static Err key_of(Cli *cli, const char *dir, BackupKey *ret)
{
    StrList keys;
    bool sealed = false;
    *ret = (BackupKey){.passphrase = cli_given_passphrase(cli)};
    TRY(keys_to_try(cli, dir, &keys));
    if (try_keys(cli, dir, &keys, ret, &sealed) || !sealed)
        return ERR_OK;
    ret->passphrase = cli_ask(cli, M_ASK_PASSPHRASE, true);
    (void)try_keys(cli, dir, &keys, ret, &sealed);
    return ERR_OK;
}

typedef struct Note {
    Cli *cli;
    BackupRow row;
} Note;

static Err note_backup(WriteTx *tx, void *arg)
{
    Note *n = arg;
    AuditAct act = {.store = &n->cli->store,
                    .actor = &n->cli->actor,
                    .action = S("backup"),
                    .result = n->row.result};
    TRY(backup_note(tx, &n->row));
    return store_audit_act(tx, &act);
}

static Err make(Cli *cli, const char *dir)
{
    BackupProof proof = {0};
    TRY(cli_open(cli));
    int64_t began = clock_steady();
    Err e = backup_make(&cli->store, cli->arena, dir, cli->with_key, &proof);
    Note note = {cli,
                 {.at = clock_real(),
                  .took = clock_steady() - began,
                  .bytes = proof.bytes,
                  .place = str_of(dir),
                  .result = e == ERR_OK ? S("ok") : str_of(err_name(e))}};
    TRY(writer_run(cli->store.writer, NULL, note_backup, &note));
    if (e == ERR_OK)
        cli_say(cli, M_BACKUP_MADE, str_of(dir));
    else if (e == E_DUPLICATE)
        cli_say(cli, M_BACKUP_THERE, str_of(dir));
    TRY(tell(cli, e, &proof));
    cli_say(cli, cli->with_key ? M_BACKUP_KEY_IN : M_BACKUP_KEY_OUT, str_of(cli->in.key_file));
    return ERR_OK;
}

/* ---- one sealed file ---- */

/* Between the copy and its sealing, and the other way round: beside the data, gone at the end. */
static const char *between(Cli *cli)
{
    return z_printf(cli->arena, "%s.segel", cli->data);
}

static Err seal_copy(Cli *cli)
{
    unsigned char to[PAIR_PUBLIC];
    if (!hex_read(str_of(cli->seal_to), to, sizeof to)) {
        cli_say(cli, M_SEAL_BAD_KEY, str_of(cli->seal_to));
        return E_INVALID;
    }
    if (file_exists(between(cli)))
        return E_DUPLICATE;
    TRY(make(cli, between(cli)));
    Err e = sealed_copy_write(cli->arena, between(cli), to, cli->argv[0]);
    file_remove_folder(between(cli));
    if (e == ERR_OK)
        cli_say(cli, M_SEAL_MADE, str_of(cli->argv[0]));
    return e;
}

/* sigap restore FILE --pair KEYFILE [--key FILE] */
static Err open_copy(Cli *cli)
{
    Key secret;
    Str passphrase = cli_given_passphrase(cli);
    TRY(key_file_read(cli->pair, passphrase, &secret));
    Err e = sealed_copy_read(cli->argv[0], &secret, between(cli));
    crypto_wipe(&secret, sizeof secret);
    if (e == E_CORRUPT)
        cli_say(cli, M_BACKUP_BROKEN, str_of(cli->argv[0]));
    if (e == E_KEY)
        cli_say(cli, M_SEAL_OTHER, str_of(cli->argv[0]));
    return e;
}

/* sigap backup DIR [--with-key] | backup FILE --seal-to PUBLIC | backup --check DIR [--key FILE] */
Err cmd_backup(Cli *cli)
{
    BackupProof proof;
    BackupKey key;
    if (cli->argc != 1)
        return E_USAGE;
    if (cli->seal_to)
        return seal_copy(cli);
    if (!cli->check)
        return make(cli, cli->argv[0]);
    TRY(key_of(cli, cli->argv[0], &key));
    return tell(cli, backup_check(cli->arena, cli->argv[0], key, &proof), &proof);
}

static Err take_back(Cli *cli, const char *dir)
{
    BackupProof proof;
    BackupKey key;
    TRY(key_of(cli, dir, &key));
    Err e = backup_restore(cli->arena, dir, cli->data, key, &proof);
    if (e == E_DUPLICATE)
        cli_say(cli, M_RESTORE_NOT_EMPTY, str_of(cli->data));
    if (e == E_KEY)
        cli_say(cli, M_RESTORE_KEY, str_of(cli->data));
    TRY(tell(cli, e, &proof));
    cli_say(cli, M_RESTORED, str_of(cli->data));
    cli_say(cli, M_RESTORED_KEY, str_of(key.file));
    return ERR_OK;
}

/* sigap restore DIR [--key FILE] | restore FILE --pair KEYFILE [--key FILE]: into a folder without
 * data. */
Err cmd_restore(Cli *cli)
{
    if (cli->argc != 1)
        return E_USAGE;
    if (!cli->pair)
        return take_back(cli, cli->argv[0]);
    TRY(open_copy(cli));
    Err e = take_back(cli, between(cli));
    file_remove_folder(between(cli));
    return e;
}
