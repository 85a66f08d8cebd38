#include "model/load_words.h"

#include <stdlib.h>
#include <string.h>

static int by_word(const void *key, const void *item)
{
    return strcmp(key, *(const char *const *)item);
}

static bool among(Str name, const char *const *words, size_t n)
{
    char word[64];
    if (str_empty(name) || name.len >= sizeof word)
        return false;
    memcpy(word, name.ptr, name.len);
    word[name.len] = 0;
    return bsearch(word, words, n, sizeof *words, by_word) != NULL;
}

bool word_is_page(Str name)
{
    static const char *const words[] = {
        /* sorted */
        "akun",   "antrean",     "api",        "audit",    "bantuan",
        "baru",   "batas_lokal", "berkas",     "buktikan", "cadangan",
        "cari",   "darurat",     "draf",       "hak",      "health",
        "idem",   "impor",       "jangkau",    "keamanan", "kecocokan",
        "keluar", "kesehatan",   "kiriman",    "kode",     "kode_lokal",
        "kunci",  "lacak",       "lapor",      "masuk",    "meta",
        "nomor",  "pemrosesan",  "pengaturan", "peran",    "peta",
        "pilih",  "retensi",     "riwayat",    "saringan", "sebab",
        "seri",   "sesi",        "setelan",    "sidik",    "sqlite_master",
        "static", "tabel",       "tenggat",    "token",    "token_api",
        "tx",     "ubah"};
    return among(name, words, COUNT(words));
}

/* Register and field names stand unquoted in SQL of both engines, so their reserved words are out.
 */
bool word_is_sql(Str name)
{
    static const char *const words[] = {
        /* sorted */
        "abort",    "add",         "all",        "alter",   "analyse",    "analyze",   "and",
        "any",      "array",       "as",         "asc",     "attach",     "batal",     "begin",
        "between",  "both",        "by",         "cari",    "cascade",    "case",      "cast",
        "check",    "collate",     "column",     "commit",  "constraint", "create",    "cross",
        "current",  "default",     "deferrable", "delete",  "desc",       "dibuat",    "dibuat_tx",
        "distinct", "diubah",      "do",         "drop",    "else",       "end",       "escape",
        "except",   "exists",      "false",      "fetch",   "filter",     "for",       "foreign",
        "freeze",   "from",        "full",       "glob",    "grant",      "group",     "having",
        "id",       "ilike",       "in",         "index",   "induk",      "induk_reg", "initially",
        "inner",    "insert",      "intersect",  "into",    "is",         "isnull",    "join",
        "key",      "lateral",     "leading",    "left",    "like",       "limit",     "localtime",
        "match",    "natural",     "nomor",      "not",     "notnull",    "null",      "of",
        "offset",   "on",          "only",       "or",      "order",      "outer",     "overlaps",
        "pemilik",  "placing",     "pragma",     "primary", "references", "replace",   "returning",
        "right",    "rollback",    "row",        "rowid",   "select",     "set",       "similar",
        "some",     "status",      "symmetric",  "table",   "tajuk",      "then",      "to",
        "trailing", "transaction", "true",       "ubah_at", "ubah_tx",    "uid",       "union",
        "unique",   "update",      "user",       "using",   "vacuum",     "values",    "variadic",
        "versi",    "view",        "virtual",    "when",    "where",      "window",    "with",
    };
    return among(name, words, COUNT(words));
}

/* Names under which forms and lists send what is no field. */
bool word_is_parameter(Str name)
{
    static const char *const words[] = {
        /* sorted */
        "baris",  "csrf", "draf", "guna", "idem", "isian", "kolom", "lagi",
        "lanjut", "masa", "n",    "q",    "tab",  "untuk", "urut",  "yakin",
    };
    return among(name, words, COUNT(words));
}
