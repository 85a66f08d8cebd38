/* libFuzzer: a file of anchors: read or refused, never past its bytes, and nothing unsigned fits.
 * Then the same lines signed with a key that everybody here knows, beside a chain of three rows:
 * what an agency reads that was sent lines it should not trust. */
#include "fuzz_folder.h"
#include "guard/anchor.h"
#include "guard/crypto.h"
#include "guard/installation.h"

#include "base/file.h"
#include "db/writer.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Installation in;
static Db *db;
static Arena *kept;
static const char *dir;
static const unsigned char seed[SIGN_SEED] = "a key that everybody here knows";
static const unsigned char seed_next[SIGN_SEED] = "the key that came in its place  ";
static Str known_key, next_key;

static void end(void)
{
    db_close(db);
    installation_close(&in);
    arena_free(kept);
}

/* A chain of three rows. */
static void begin(void)
{
    unsigned char public[SIGN_PUBLIC];
    kept = arena_new(4u << 20);
    dir = fuzz_folder_new();
    if (installation_create(dir, true, 480) != ERR_OK ||
        installation_open(kept, dir, &in) != ERR_OK || db_open(in.data_db, DB_WRITE, &db) != ERR_OK)
        BUG("no installation");
    WriteTx tx = {.db = db, .arena = kept};
    AuditRow row = {.actor = S("u"), .action = S("read"), .result = S("ok")};
    for (int i = 0; i < 3; i++)
        if (audit_append(&tx, in.keyring, &row) != ERR_OK)
            BUG("no chain");
    sign_public(seed, public);
    known_key = hex_of(kept, public, sizeof public);
    sign_public(seed_next, public);
    next_key = hex_of(kept, public, sizeof public);
    atexit(end);
}

static void sign(Arena *a, Buf *to, Str said, const unsigned char *by)
{
    unsigned char signature[SIGN_SIZE];
    sign_make(by, said, signature);
    buf_char(to, ' ');
    buf_put(to, hex_of(a, signature, sizeof signature));
}

/* Each line with a signature behind it that fits, or two where it is a handover, or that of the key
 * that came where it begins with "+". "@" stands for the installation, "#" for the mac of the last
 * row, "<" and ">" for the two keys. */
static Str sign_lines(Arena *a, Str text)
{
    Buf out = buf_new(a, text.len * 3 + 1024);
    Str line, mac;
    int64_t rows;
    if (audit_head(db, a, &rows, &mac) != ERR_OK)
        BUG("no head");
    while (str_cut(&text, '\n', &line)) {
        bool next = str_starts(line, S("+"));
        Buf b = buf_new(a, line.len + 256);
        for (size_t i = next; i < line.len; i++)
            if (line.ptr[i] == '@')
                buf_put(&b, in.id);
            else if (line.ptr[i] == '#')
                buf_put(&b, hex_of(a, (const unsigned char *)mac.ptr, mac.len));
            else if (line.ptr[i] == '<' || line.ptr[i] == '>')
                buf_put(&b, line.ptr[i] == '<' ? known_key : next_key);
            else
                buf_char(&b, line.ptr[i]);
        Str said = str_trim(buf_str(&b));
        buf_put(&out, said);
        sign(a, &out, said, next ? seed_next : seed);
        if (str_starts(said, S("SIGAP-ALIH-1")))
            sign(a, &out, said, next ? seed : seed_next);
        buf_char(&out, '\n');
    }
    return buf_str(&out);
}

static void check(Arena *a, AnchorFile f, AnchorCheck *ret)
{
    if (anchor_check(&f, a, ret) != ERR_OK)
        BUG("a file of anchors that cannot be judged");
    if (ret->fault == ANCHOR_FITS && ret->lines && ret->rows <= 0)
        BUG("an anchor of no row");
}

/* An anchor of the chain as it is fits, kept behind whatever stood in the file. */
static void keep_one(Arena *a, Str text)
{
    const char *path = str_printf(a, "%s/segel.txt", dir).ptr;
    Str line, all;
    AnchorCheck found;
    if (file_write(path, text) != ERR_OK ||
        anchor_make(db, in.keyring, a, in.id, &line) != ERR_OK ||
        anchor_keep(path, line) != ERR_OK || file_read(a, path, SIZE_MAX, &all) != ERR_OK)
        BUG("no anchor kept");
    if (!str_ends(all, str_printf(a, "%.*s\n", STR_ARG(line))))
        BUG("an anchor that was not kept as it is");
    check(a, (AnchorFile){line, anchor_public_key(in.keyring, a), db, in.id, STR_NONE}, &found);
    if (found.fault != ANCHOR_FITS || found.rows != 3)
        BUG("our own anchor does not fit");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!kept)
        begin();
    Arena *a = arena_new(16u << 20);
    Str text = {(const char *)data, size};
    AnchorCheck found;
    check(a, (AnchorFile){.text = text, .public_key = known_key}, &found);
    if (found.lines && found.fault == ANCHOR_FITS)
        BUG("an anchor that nobody signed");
    Str lines = sign_lines(a, text);
    check(a, (AnchorFile){.text = lines, .public_key = known_key}, &found);
    check(a, (AnchorFile){.text = lines, .public_key = next_key}, &found);
    check(a, (AnchorFile){lines, known_key, db, in.id, STR_NONE}, &found);
    keep_one(a, text);
    arena_free(a);
    return 0;
}
