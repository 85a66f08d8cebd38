#include "guard/whence.h"

#include "clock.h"
#include "guard/crypto.h"

enum { BROWSER_MAX = 300, KEPT_DAYS = 90 };

/* The network of an address: providers give their customers another one of it each day. */
static Str network(Str address)
{
    size_t groups = str_find(address, ':') < 0 ? 2 : 3;
    for (size_t i = 0; i < address.len; i++)
        if ((address.ptr[i] == '.' || address.ptr[i] == ':') && --groups == 0)
            return str_head(address, i);
    return address;
}

/* What a browser calls itself, without the numbers that change with each of its updates. */
static Str kind_of(Arena *a, Str browser)
{
    Buf b = buf_new(a, BROWSER_MAX);
    browser = str_head(browser, BROWSER_MAX);
    for (size_t i = 0; i < browser.len; i++)
        if ((browser.ptr[i] < '0' || browser.ptr[i] > '9') && browser.ptr[i] != '.')
            buf_char(&b, browser.ptr[i]);
    return buf_str(&b);
}

static Err note(WriteTx *tx, const Keyring *k, Str user_uid, Str what, bool *ret_known)
{
    unsigned char mac[32];
    keyring_mac(k, 0, "sigapmsk",
                str_printf(tx->arena, "%.*s %.*s", STR_ARG(user_uid), STR_ARG(what)), mac);
    Str place = hex_of(tx->arena, mac, sizeof mac / 2);
    TRY(db_any(tx->db, "SELECT 1 FROM masuk_dari WHERE user_uid=:uid AND place=:place", ret_known,
               BIND(":uid", user_uid), BIND(":place", place)));
    return db_run(tx->db,
                  "INSERT INTO masuk_dari(user_uid,place,at) VALUES(:uid,:place,:now)"
                  " ON CONFLICT(user_uid,place) DO UPDATE SET at=excluded.at",
                  BIND(":uid", user_uid), BIND(":place", place), BIND(":now", clock_now()));
}

Err whence_note(WriteTx *tx, const Keyring *k, Str user_uid, Str address, Str browser,
                bool *ret_new)
{
    bool before, net, kind;
    TRY(db_any(tx->db, "SELECT 1 FROM masuk_dari WHERE user_uid=:uid", &before,
               BIND(":uid", user_uid)));
    TRY(note(tx, k, user_uid, str_printf(tx->arena, "net %.*s", STR_ARG(network(address))), &net));
    TRY(note(tx, k, user_uid,
             str_printf(tx->arena, "kind %.*s", STR_ARG(kind_of(tx->arena, browser))), &kind));
    *ret_new = before && !(net && kind);
    return ERR_OK;
}

Err whence_sweep(WriteTx *tx)
{
    return db_run(tx->db, "DELETE FROM masuk_dari WHERE at<:before",
                  BIND(":before", clock_now() - KEPT_DAYS * DAY_MS));
}
