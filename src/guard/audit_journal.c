#include "guard/audit_journal.h"

#include "guard/crypto.h"
#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { AT_ONCE = 1000 };

bool audit_journal_there(void)
{
    struct stat st;
    char is[64];
    const char *named = getenv("JOURNAL_STREAM");
    if (!named || fstat(STDERR_FILENO, &st) != 0)
        return false;
    (void)snprintf(is, sizeof is, "%llu:%llu", (unsigned long long)st.st_dev,
                   (unsigned long long)st.st_ino);
    return str_is(str_of(named), is);
}

static Err tell(Db *db, Arena *a, int64_t *seq)
{
    Stmt *st;
    Err e = ERR_OK;
    if (*seq < 0) {
        TRY(db_number(db, "SELECT max(seq) FROM audit WHERE node=:node", seq,
                      BIND(":node", AUDIT_NODE)));
        *seq = *seq > AT_ONCE ? *seq - AT_ONCE : 0;
    }
    TRY(db_stmt(db,
                "SELECT seq,mac,actor,action,result FROM audit WHERE node=:node AND seq>:seq"
                " ORDER BY seq LIMIT :n",
                &st, BIND(":node", AUDIT_NODE), BIND(":seq", *seq), BIND(":n", AT_ONCE)));
    while (stmt_next(st, &e)) {
        Str mac = row_blob(a, st, 1), who = row_text(a, st, 2), act = row_text(a, st, 3),
            end = row_text(a, st, 4);
        *seq = row_int(st, 0);
        log_info(AUDIT_JOURNAL_WORD " %lld %s %.*s %.*s %.*s", (long long)*seq,
                 hex_of(a, (const unsigned char *)mac.ptr, mac.len).ptr, STR_ARG(who), STR_ARG(act),
                 STR_ARG(end));
    }
    return e;
}

Err audit_journal_tell(Db *db, int64_t *seq)
{
    Arena *a = arena_new(8 * 1024 * 1024);
    Err e = tell(db, a, seq);
    arena_free(a);
    return e;
}

/* What stands behind the word in a line; false when the line is none of ours. */
static bool read_line(Str line, int64_t *ret_seq, Str *ret_mac)
{
    Str word;
    while (str_word(&line, &word))
        if (str_is(word, AUDIT_JOURNAL_WORD))
            return str_word(&line, &word) && str_i64(word, ret_seq) && str_word(&line, ret_mac);
    return false;
}

Err audit_journal_check(Db *db, Str text, AuditCheck *ret)
{
    Str line, mac;
    int64_t seq;
    *ret = (AuditCheck){0};
    while (!ret->bad_seq && str_cut(&text, '\n', &line)) {
        unsigned char bytes[AUDIT_MAC];
        bool there = false;
        if (!read_line(line, &seq, &mac))
            continue;
        if (hex_read(mac, bytes, sizeof bytes))
            TRY(db_any(db, "SELECT 1 FROM audit WHERE node=:node AND seq=:seq AND mac=:mac", &there,
                       BIND(":node", AUDIT_NODE), BIND(":seq", seq),
                       BIND_BLOB(":mac", ((Str){(const char *)bytes, sizeof bytes}))));
        ret->rows++;
        if (!there)
            ret->bad_seq = seq > 0 ? seq : 1;
    }
    return ERR_OK;
}
