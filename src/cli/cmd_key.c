/* sigap key protect | open | sheet | drill | recover | rotate | approve: the passphrase of the key
 * file and the paper that replaces it. The server need not stand still: it has the key in memory,
 * and reads the file at its next start. */
#include "cli/command.h"

#include "base/file.h"
#include "engine/disk_room.h"
#include "engine/security.h"
#include "guard/account.h"
#include "guard/anchor.h"
#include "guard/key_file.h"
#include "guard/second_factor.h"
#include "guard/subject.h"
#include "intake/user_make.h"
#include "model/rekey.h"
#include "model/reseal.h"

#include <string.h>

/* Asked twice; absent when they differ or are too weak, which is said. */
static Str ask_new(Cli *cli)
{
    Str first = cli_ask(cli, M_ASK_NEW_PASSPHRASE, true);
    if (first.len < PASSPHRASE_MIN || password_acceptable(cli->data, first, S("sigap")) != ERR_OK) {
        cli_say(cli, M_KEY_WEAK, str_int(cli->arena, PASSPHRASE_MIN));
        return STR_NONE;
    }
    Str again = cli_ask(cli, M_ASK_AGAIN, true);
    if (str_eq(first, again))
        return first;
    cli_say(cli, M_PASSWORD_NOT_SAME, STR_NONE);
    return STR_NONE;
}

typedef struct Act {
    Cli *cli;
    Str action;
    bool drilled;
} Act;

static Err write_act(WriteTx *tx, void *arg)
{
    const Act *act = arg;
    AuditAct row = {.store = &act->cli->store,
                    .actor = &act->cli->actor,
                    .action = act->action,
                    .result = S("ok")};
    if (act->drilled)
        TRY(meta_put(tx->db, META_DRILL, str_int(tx->arena, clock_now())));
    return store_audit_act(tx, &row);
}

static Err on_record(Cli *cli, const char *verb)
{
    Act act = {cli, str_printf(cli->arena, "key:%s", verb), strcmp(verb, "drill") == 0};
    return writer_run(cli->store.writer, NULL, write_act, &act);
}

/* On record first: an act that cannot be recorded is not done. */
static Err protect(Cli *cli)
{
    Str fresh = ask_new(cli);
    if (!fresh.ptr)
        return E_INVALID;
    TRY(on_record(cli, "protect"));
    TRY(keyring_write(cli->in.keyring, cli->in.key_file, fresh));
    cli_say(cli, M_KEY_PROTECTED, str_of(cli->in.key_file));
    return ERR_OK;
}

static Err open_file(Cli *cli)
{
    TRY(on_record(cli, "open"));
    TRY(keyring_write(cli->in.keyring, cli->in.key_file, STR_NONE));
    cli_say(cli, M_KEY_OPENED, str_of(cli->in.key_file));
    return ERR_OK;
}

/* What closes everything anew is one transaction, as long as the data: an exchange that came into
 * force and finds no room for it would keep everybody out. */
static Err room_to_reseal(Cli *cli)
{
    int64_t room, size;
    TRY(file_size(cli->in.data_db, &size));
    TRY(file_free_space(cli->in.dir, &room));
    if (room > size + ROOM_LOW)
        return ERR_OK;
    cli_say(cli, M_KEY_ROOM, str_int(cli->arena, (size + ROOM_LOW) >> 20), str_of(cli->in.dir));
    return E_FULL;
}

/* The papers and copies made until now want the old key, and the agencies have the old seal's. */
static Err rotate(Cli *cli)
{
    int64_t n;
    const Installation *in = &cli->in;
    unsigned old = keyring_version(in->keyring);
    TRY(room_to_reseal(cli));
    TRY(on_record(cli, "rotate"));
    Err e = installation_rotate(&cli->in, cli->arena, cli->passphrase, &n);
    if (e == E_BUSY)
        cli_say(cli, M_KEY_IN_USE, str_of(cli->data));
    TRY(e);
    TRY(reseal_finish(&cli->store));
    cli_say(cli, M_KEY_ROTATED, str_int(cli->arena, n), str_of(cli->in.key_file),
            str_int(cli->arena, old));
    cli_say(cli, M_KEY_HANDED, anchor_public_key(in->keyring, cli->arena));
    printf("%.*s",
           STR_ARG(anchor_handovers(in->keyring, cli->arena, in->id, keyring_epochs(in->keyring))));
    return ERR_OK;
}

/* sigap key rotate REGISTER UID: the key of one person, who is told by the address of her page. */
static Err rotate_one(Cli *cli)
{
    Rekey r = {.store = &cli->store,
               .actor = &cli->actor,
               .reg = model_reg(cli->model, str_of(cli->argv[1])),
               .uid = str_of(cli->argv[2])};
    if (!r.reg)
        return E_NOT_FOUND;
    if (!file_lock(cli->in.lock, true)) {
        cli_say(cli, M_KEY_IN_USE, str_of(cli->data));
        return E_BUSY;
    }
    TRY(rekey_run(&r));
    cli_say(cli, M_KEY_OF_ONE, r.uid, str_int(cli->arena, r.values), str_int(cli->arena, r.pieces));
    if (r.left)
        cli_say(cli, M_KEY_OF_ONE_LEFT, str_int(cli->arena, r.left));
    return ERR_OK;
}

/* Three pages for three people; a form feed between them. */
static Err sheet(Cli *cli)
{
    KeyShare shares[SHARES];
    TRY(on_record(cli, "sheet"));
    keyring_split(cli->in.keyring, shares);
    for (int i = 0; i < SHARES; i++) {
        cli_say(cli, M_KEY_SHARE, str_int(cli->arena, i + 1), str_int(cli->arena, SHARES),
                cli->in.id, date_long(cli->arena, cli->lang, clock_today()));
        printf("\n    %s\n\n", shares[i].text);
        cli_say(cli, M_KEY_SHARE_HOW, str_int(cli->arena, SHARES_NEEDED));
        printf("%s", i + 1 < SHARES ? "\f" : "");
    }
    explicit_bzero(shares, sizeof shares);
    return ERR_OK;
}

/* The key of two shares, if it is this installation's. */
static Err join(Cli *cli, const Installation *in, Str check, Keyring **ret)
{
    Str one = cli_ask(cli, M_ASK_SHARE, true), other = cli_ask(cli, M_ASK_SHARE_OTHER, true);
    Keyring *k;
    RootSeal root;
    TRY(installation_root(cli->arena, in, &root));
    Err e = keyring_join(one, other, in->id, root, &k);
    if (e == E_INVALID)
        cli_say(cli, M_KEY_SHARE_BAD, STR_NONE);
    TRY(e);
    if (!str_eq(keyring_check(k, cli->arena), check)) {
        keyring_free(k);
        cli_say(cli, M_KEY_SHARE_OTHER, in->id);
        return E_KEY;
    }
    *ret = k;
    return ERR_OK;
}

static Err drill(Cli *cli)
{
    Keyring *k;
    TRY(join(cli, &cli->in, keyring_check(cli->in.keyring, cli->arena), &k));
    keyring_free(k);
    TRY(on_record(cli, "drill"));
    cli_say(cli, M_KEY_DRILLED, STR_NONE);
    return ERR_OK;
}

/* Without the key file or its passphrase: only what stands in clear is read. */
static Err recover(Cli *cli)
{
    Installation in;
    Str check;
    Keyring *k;
    TRY(installation_identity(cli->arena, cli->data, &in, &check));
    TRY(join(cli, &in, check, &k));
    Str fresh = ask_new(cli);
    Err e = fresh.ptr ? keyring_write(k, in.key_file, fresh) : E_INVALID;
    keyring_free(k);
    TRY(e);
    cli->passphrase = fresh;
    TRY(cli_open(cli));
    TRY(on_record(cli, "recover"));
    cli_say(cli, M_KEY_PROTECTED, str_of(in.key_file));
    return ERR_OK;
}

/* A pair for sealed copies: the secret half into a file, the public half told. */
static Err make_pair(Cli *cli)
{
    const char *path = cli->argv[1];
    Key secret;
    unsigned char public_half[PAIR_PUBLIC];
    TRY(key_file_create(path));
    TRY(key_file_read(path, STR_NONE, &secret));
    pair_public(&secret, public_half);
    crypto_wipe(&secret, sizeof secret);
    cli_say(cli, M_PAIR_MADE, str_of(path));
    printf("%.*s\n", STR_ARG(hex_of(cli->arena, public_half, sizeof public_half)));
    return ERR_OK;
}

typedef struct Approving {
    Cli *cli;
    Str login, roles;
} Approving;

static Err approve_roles(WriteTx *tx, void *arg)
{
    Approving *p = arg;
    Account account;
    TRY(account_find(tx->db, tx->arena, p->login, &account));
    TRY(user_approve_roles(tx, &p->cli->store, &p->cli->actor, account.user_uid, STR_NONE,
                           &p->roles));
    p->roles = str_copy(p->cli->arena, p->roles);
    return ERR_OK;
}

/* Where only one administrator is left: two holders of the paper stand for the second person. */
static Err approve(Cli *cli)
{
    Keyring *k;
    Approving p = {.cli = cli, .login = login_fold(cli->arena, str_of(cli->argv[1]))};
    TRY(join(cli, &cli->in, keyring_check(cli->in.keyring, cli->arena), &k));
    keyring_free(k);
    TRY(writer_run(cli->store.writer, NULL, approve_roles, &p));
    cli_say(cli, M_ROLES_APPROVED, p.login, p.roles);
    return ERR_OK;
}

Err cmd_key(Cli *cli)
{
    static const CliVerb verbs[] = {
        {"protect", protect, 1, cli_open}, {"open", open_file, 1, cli_open},
        {"sheet", sheet, 1, cli_open},     {"drill", drill, 1, cli_open},
        {"rotate", rotate, 1, cli_open},   {"rotate", rotate_one, 3, cli_open},
        {"recover", recover, 1, NULL},     {"pair", make_pair, 2, NULL},
        {"approve", approve, 2, cli_open}};
    return cli_verb(cli, verbs, COUNT(verbs));
}
