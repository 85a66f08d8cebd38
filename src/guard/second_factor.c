#include "guard/second_factor.h"

#include "clock.h"
#include "guard/crypto.h"

#include <oath.h>

enum { SEED_SIZE = 20, STEP_SECONDS = 30, RECOVERY_SIZE = 15, RECOVERY_LETTERS = 24 };

#define PURPOSE_CODE "pulihkod"

Err second_factor_find(Db *db, Str user_uid, SecondFactor *ret)
{
    Stmt *st;
    *ret = (SecondFactor){0};
    TRY(db_first(db,
                 "SELECT confirmed_at,(SELECT count(*) FROM kode_pulih p WHERE p.user_uid=:uid)"
                 " FROM kode_kedua WHERE user_uid=:uid",
                 &st, BIND(":uid", user_uid)));
    if (!st)
        return ERR_OK;
    *ret = (SecondFactor){row_int(st, 0) != 0, row_int(st, 0), row_int(st, 1)};
    stmt_done(st);
    return ERR_OK;
}

/* ---- the seed ---- */

typedef struct Seed {
    Str secret;
    int64_t confirmed_at, last_step;
} Seed;

static Err read_seed(Db *db, Arena *a, const Keyring *k, Str user_uid, Seed *ret)
{
    Stmt *st;
    TRY(db_first(db, "SELECT seed,confirmed_at,last_step FROM kode_kedua WHERE user_uid=:uid", &st,
                 BIND(":uid", user_uid)));
    if (!st)
        return E_NOT_FOUND;
    Str sealed = row_blob(a, st, 0);
    *ret = (Seed){.confirmed_at = row_int(st, 1), .last_step = row_int(st, 2)};
    stmt_done(st);
    return unseal_own(k, OWN_SEED, user_uid, a, sealed, &ret->secret);
}

/* RFC 4648 base32; `n` is a multiple of five, so that there is nothing to pad. */
static Str base32(Arena *a, const unsigned char *bytes, size_t n)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    char *text = arena_alloc(a, n / 5 * 8);
    size_t at = 0;
    for (size_t i = 0; i < n; i += 5) {
        uint64_t group = 0;
        for (size_t j = 0; j < 5; j++)
            group = group << 8 | bytes[i + j];
        for (int shift = 35; shift >= 0; shift -= 5)
            text[at++] = alphabet[group >> shift & 31];
    }
    return (Str){text, at};
}

Err second_factor_begin(WriteTx *tx, const Keyring *k, Str user_uid)
{
    SecondFactor now;
    Stmt *st;
    TRY(second_factor_find(tx->db, user_uid, &now));
    if (now.confirmed)
        return E_DUPLICATE;
    unsigned char bytes[SEED_SIZE];
    crypto_random(bytes, sizeof bytes);
    Str seed = {(const char *)bytes, sizeof bytes};
    TRY(db_stmt(tx->db,
                "INSERT INTO kode_kedua(user_uid,seed) VALUES(:uid,:seed)"
                " ON CONFLICT(user_uid) DO UPDATE SET seed=excluded.seed, last_step=0",
                &st, BIND(":uid", user_uid),
                BIND_BLOB(":seed", seal_own(k, OWN_SEED, user_uid, tx->arena, seed))));
    crypto_wipe(bytes, sizeof bytes);
    return stmt_run(st);
}

Err second_factor_seed(Db *db, Arena *a, const Keyring *k, Str user_uid, Str *ret)
{
    Seed seed;
    TRY(read_seed(db, a, k, user_uid, &seed));
    if (seed.confirmed_at)
        return E_NOT_FOUND;
    *ret = base32(a, (const unsigned char *)seed.secret.ptr, seed.secret.len);
    return ERR_OK;
}

/* ---- codes ---- */

static bool code_of_step(Str secret, int64_t step, char ret[FACTOR_DIGITS + 1])
{
    return oath_hotp_generate(secret.ptr, secret.len, (uint64_t)step, FACTOR_DIGITS, false,
                              OATH_HOTP_DYNAMIC_TRUNCATION, ret) == OATH_OK;
}

/* The half-minute a code belongs to, 0 if none; telephones are up to one step early or late. All
 * are computed, so that the time taken tells nothing. */
static int64_t step_of_code(Str secret, Str code)
{
    int64_t now = clock_now() / 1000 / STEP_SECONDS, found = 0;
    char want[FACTOR_DIGITS + 1];
    for (int64_t step = now - 1; step <= now + 1; step++)
        if (code_of_step(secret, step, want) && crypto_equal(want, code.ptr, FACTOR_DIGITS))
            found = step;
    crypto_wipe(want, sizeof want);
    return found;
}

static Err take_time_code(WriteTx *tx, const Keyring *k, Str user_uid, Str code, bool first)
{
    Seed seed;
    Err e = read_seed(tx->db, tx->arena, k, user_uid, &seed);
    if (e == E_NOT_FOUND && !first)
        return E_LOGIN;
    TRY(e);
    if (first == (seed.confirmed_at != 0))
        return first ? E_NOT_FOUND : E_LOGIN;
    int64_t step = step_of_code(seed.secret, code);
    if (step <= seed.last_step)
        return E_LOGIN;
    return db_run(tx->db,
                  "UPDATE kode_kedua SET last_step=:step,"
                  " confirmed_at=CASE confirmed_at WHEN 0 THEN :now ELSE confirmed_at END"
                  " WHERE user_uid=:uid",
                  BIND(":step", step), BIND(":now", clock_now()), BIND(":uid", user_uid));
}

/* ---- recovery codes ---- */

static Str recovery_hash(const Keyring *k, Arena *a, Str user_uid, Str code)
{
    return keyed_hash(k, a, PURPOSE_CODE,
                      str_printf(a, "%.*s:%.*s", STR_ARG(user_uid), STR_ARG(code)));
}

static Err put_recovery(WriteTx *tx, const Keyring *k, Str user_uid, Str code)
{
    return db_run(tx->db, "INSERT INTO kode_pulih(hash,user_uid) VALUES(:hash,:uid)",
                  BIND(":hash", recovery_hash(k, tx->arena, user_uid, code)),
                  BIND(":uid", user_uid));
}

/* The code without what people type between its groups, in capitals. */
static Str bare_code(Arena *a, Str typed)
{
    Buf b = buf_new(a, typed.len + 1);
    for (size_t i = 0; i < typed.len; i++) {
        char c = typed.ptr[i];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (c != ' ' && c != '-')
            buf_char(&b, c);
    }
    return buf_str(&b);
}

static Str in_groups(Arena *a, Str code)
{
    Buf b = buf_new(a, code.len * 2);
    for (size_t i = 0; i < code.len; i++) {
        if (i && i % 4 == 0)
            buf_char(&b, '-');
        buf_char(&b, code.ptr[i]);
    }
    return buf_str(&b);
}

static Err take_recovery(WriteTx *tx, const Keyring *k, Str user_uid, Str code)
{
    bool row;
    TRY(db_any(tx->db, "DELETE FROM kode_pulih WHERE hash=:hash AND user_uid=:uid RETURNING 1",
               &row, BIND(":hash", recovery_hash(k, tx->arena, user_uid, code)),
               BIND(":uid", user_uid)));
    return row ? ERR_OK : E_LOGIN;
}

Err second_factor_confirm(WriteTx *tx, Arena *a, const Keyring *k, Str user_uid, Str code,
                          Str ret_codes[RECOVERY_CODES])
{
    Str bare = bare_code(tx->arena, code);
    if (bare.len != FACTOR_DIGITS)
        return E_LOGIN;
    TRY(take_time_code(tx, k, user_uid, bare, true));
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        unsigned char chance[RECOVERY_SIZE];
        crypto_random(chance, sizeof chance);
        Str fresh = base32(a, chance, sizeof chance);
        TRY(put_recovery(tx, k, user_uid, fresh));
        ret_codes[i] = in_groups(a, fresh);
    }
    return ERR_OK;
}

Err second_factor_take(WriteTx *tx, const Keyring *k, Str user_uid, Str code)
{
    Str bare = bare_code(tx->arena, code);
    if (bare.len == FACTOR_DIGITS)
        return take_time_code(tx, k, user_uid, bare, false);
    return bare.len == RECOVERY_LETTERS ? take_recovery(tx, k, user_uid, bare) : E_LOGIN;
}

Err second_factor_remove(WriteTx *tx, Str user_uid)
{
    TRY(db_run(tx->db, "DELETE FROM kode_pulih WHERE user_uid=:uid", BIND(":uid", user_uid)));
    return db_run(tx->db, "DELETE FROM kode_kedua WHERE user_uid=:uid", BIND(":uid", user_uid));
}

Str second_factor_uri(Arena *a, Str issuer, Str login, Str seed)
{
    return str_printf(a, "otpauth://totp/%.*s:%.*s?secret=%.*s&issuer=%.*s", STR_ARG(issuer),
                      STR_ARG(login), STR_ARG(seed), STR_ARG(issuer));
}
