/* Random commands against the store and against a model in memory: answers and state must agree,
 * history must give the present values, and a rebuild must change nothing.
 * Arguments: domain folder [seed [batches]]. */
#include "store_model.h"

#include "base/rand.h"
#include "guard/audit.h"
#include "model/row.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long seed = 20260817;
static int batch_no;

static uint64_t dice_state;
static unsigned dice(unsigned below)
{
    dice_state = dice_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(dice_state >> 33) % below;
}

static bool chance(unsigned percent)
{
    return dice(100) < percent;
}

__attribute__((noreturn, format(printf, 1, 2))) static void wrong(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "seed %lu, batch %d: ", seed, batch_no);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

/* ---- random asks ---- */

static const struct {
    Kind reg;
    const char *field;
    const char *good, *bad; /* values separated by |; an empty one empties the field */
} pools[] = {
    {CASE, "judul", "Perkara satu|Perkara 50%|Perkara_dua|Kapal malam", "|"},
    {CASE, "dibuka", "2020-05-01|2024-02-29|2025-12-31", "|"},
    {CASE, "kode_luar", "L-1|L-2|L-3|L-4|L-5|L-6|", NULL},
    {CASE, "ada_lp", "ya|tidak|", "mungkin"},
    {CASE, "lp", "LP/1/2024|LP/2/2024", "|"},
    {CASE, "jenis", "orang|badan|", "lama|xx"},
    {CASE, "nilai", "100|2500000|0|", "-5|100000001"},
    {CASE, "saat", "1700000000000|", NULL},
    {CASE, "tempat", "53.03|53.03.12|53.71|", NULL},
    {CASE, "bentuk", "kerja|kerja seks|organ kerja|", "kerja xx"},
    {CASE, "kisah", "Berangkat malam hari.|Dijanjikan upah.|", NULL},
    {CASE, "jumlah", NULL, "999"},
    {VICTIM, "rugi", "1000|50000|7|", "-1"},
    {VICTIM, "bentuk", "kerja|seks organ|", "xx"},
    {VICTIM, "cerita", "Tertahan di pelabuhan.|Pulang sendiri.|", NULL},
    {VICTIM, "keadaan", "pasti|mungkin|", "entah"},
    {VICTIM, "dicatat", "2026-01-15|2026-02|2026", "|"},
    {VICTIM, "kelompok", NULL, "xx"},
    {PERSON, "nama", "Ada Beno|Cita Dewi Eka|Fani|Gusti Hana", "|"},
    {PERSON, "nik", "5303121203040001|5303124503100002|", "123"},
    {PERSON, "tgl_lahir", "2004-03-12|2010|2015-02|1980-01-01|", NULL},
    {PERSON, "jk", "L|P|", "X"},
    {PERSON, "asal", "53.01|53.03|53.71|", NULL},
    {PERSON, "bahasa", "ind|ind tet|daw|", "ind xx"},
    {PERSON, "inisial", NULL, "Q"},
};

static Str pick(const char *pool)
{
    Str rest = str_of(pool), piece = STR_NONE;
    unsigned n = 1;
    for (const char *p = pool; *p; p++)
        n += *p == '|';
    for (unsigned i = dice(n) + 1; i > 0; i--)
        str_cut(&rest, '|', &piece);
    return piece.len ? piece : STR_NONE;
}

static int random_row(const World *w, Kind kind)
{
    for (int tries = 0; tries < 60 && w->n; tries++) {
        int i = (int)dice((unsigned)w->n);
        if (w->rows[i].kind == kind)
            return i;
    }
    return -1;
}

static void ask_value(const World *w, Ask *a, const char *field, Str value, bool bad)
{
    int i = field_at(w, a->reg, field);
    a->set[i] = true;
    a->vals[i] = value;
    a->bad[i] = bad;
}

static Str random_ref(const World *w, const Ask *before, size_t n, Kind kind)
{
    for (size_t i = 0; i < n; i++)
        if (before[i].kind == CHANGE_CREATE && before[i].reg == kind && chance(70))
            return before[i].uid;
    int row = random_row(w, kind);
    return row < 0 || chance(2) ? S("0190a0b0-c0d0-7000-8000-000000000000") : w->rows[row].uid;
}

static void fill_refs(const World *w, Ask *a, const Ask *before, size_t n, bool create)
{
    Arena *m = w->kit->arena;
    if (a->reg == VICTIM && (create ? chance(97) : chance(6)))
        ask_value(w, a, "orang", random_ref(w, before, n, PERSON), false);
    if (a->reg == CASE && chance(15))
        ask_value(w, a, "saksi", chance(20) ? STR_NONE : random_ref(w, before, n, PERSON), false);
    if (a->reg == CASE && chance(10)) {
        Str one = random_ref(w, before, n, CASE), two = random_ref(w, before, n, CASE);
        ask_value(w, a, "terkait",
                  chance(50) ? one : str_printf(m, "%.*s %.*s", STR_ARG(one), STR_ARG(two)), false);
    }
    if (a->reg == TEAM)
        ask_value(w, a, "pengguna", w->users[dice((unsigned)w->user_count)].uid, false);
}

static void fill_values(const World *w, Ask *a, bool create)
{
    for (size_t i = 0; i < sizeof pools / sizeof *pools; i++) {
        if (pools[i].reg != a->reg)
            continue;
        bool must =
            create && (strcmp(pools[i].field, "judul") == 0 || strcmp(pools[i].field, "nama") == 0);
        if (pools[i].bad && chance(1))
            ask_value(w, a, pools[i].field, pick(pools[i].bad), true);
        else if (pools[i].good && (must ? chance(97) : chance(create ? 50 : 25)))
            ask_value(w, a, pools[i].field, pick(pools[i].good), false);
    }
}

static Kind random_kind(void)
{
    unsigned d = dice(100);
    return d < 35 ? CASE : d < 65 ? VICTIM : d < 90 ? PERSON : TEAM;
}

/* Mostly a row within the subject's reach: refusals come often enough. */
static int near_row(const World *w, const Subject *who, Kind kind)
{
    int row = random_row(w, kind);
    for (int tries = 0; tries < 8 && row >= 0; tries++) {
        Relation rel = relation_of(w, who, row);
        if (rel.own || rel.assigned)
            break;
        row = random_row(w, kind);
    }
    return row;
}

static void ask_create(const World *w, const Subject *who, Ask *a, const Ask *before, size_t n)
{
    a->kind = CHANGE_CREATE;
    a->row = a->parent = -1;
    a->uid = str_copy(w->kit->arena, rand_uid(w->kit->arena));
    if (a->reg == VICTIM || a->reg == TEAM) {
        int made = (int)w->n;
        for (size_t i = 0; i < n; i++) {
            if (before[i].kind == CHANGE_CREATE && before[i].reg == CASE && chance(60))
                a->parent = made;
            made += before[i].kind == CHANGE_CREATE;
        }
        if (a->parent < 0 && chance(98))
            a->parent = near_row(w, who, CASE);
    }
    fill_values(w, a, true);
    fill_refs(w, a, before, n, true);
}

static void ask_other(const World *w, const Subject *who, Ask *a, const Ask *before, size_t n)
{
    static const char *const moves[] = {"mulai", "mulai", "akhiri", "akhiri", "buka", "lompat"};
    unsigned d = dice(100);
    a->row = chance(2) ? -1 : chance(75) ? near_row(w, who, a->reg) : random_row(w, a->reg);
    a->uid = a->row < 0 ? S("0190a0b0-c0d0-7000-8000-000000000001") : w->rows[a->row].uid;
    a->base = a->row < 0 || chance(30) ? 0 : w->rows[a->row].version;
    if (a->base && chance(8))
        a->base += chance(50) ? 1 : -1;
    if (a->base < 0)
        a->base = 0;
    a->kind = d < 60 ? CHANGE_UPDATE : d < 80 ? CHANGE_MOVE : d < 90 ? CHANGE_VOID : CHANGE_RESTORE;
    if (a->kind == CHANGE_MOVE && (a->reg == PERSON || a->reg == TEAM))
        a->kind = CHANGE_UPDATE;
    if (a->kind == CHANGE_MOVE) {
        a->move = a->reg == VICTIM ? "terima" : moves[dice(6)];
        a->reason = chance(80) ? "karena sudah selesai semuanya" : "pendek";
    }
    if (a->kind == CHANGE_UPDATE || (a->kind == CHANGE_MOVE && chance(30))) {
        fill_values(w, a, false);
        fill_refs(w, a, before, n, false);
    }
}

static size_t random_asks(const World *w, const Subject *who, Ask *asks)
{
    size_t n = chance(65) ? 1 : 2 + dice(CHANGES_MAX - 1);
    memset(asks, 0, sizeof *asks * CHANGES_MAX);
    for (size_t i = 0; i < n; i++) {
        asks[i].reg = random_kind();
        if (w->n < 12 || chance(30))
            ask_create(w, who, &asks[i], asks, i);
        else
            ask_other(w, who, &asks[i], asks, i);
    }
    return n;
}

/* ---- running them ---- */

/* uid of the parent, which may be made by an earlier ask of the batch. */
static Str parent_uid(const World *w, const Ask *asks, size_t n, int parent)
{
    int at = (int)w->n;
    if (parent < at)
        return w->rows[parent].uid;
    for (size_t i = 0; i < n; i++)
        if (asks[i].kind == CHANGE_CREATE && at++ == parent)
            return asks[i].uid;
    return STR_NONE;
}

static Err run(World *w, const Subject *who, const Ask *asks, size_t n, const char *key,
               const char *hash, bool *ret_replayed, Str *ret_uid)
{
    Save s;
    save_begin(&s, w->kit, who);
    s.batch->idem_key = str_of(key);
    s.batch->idem_hash = str_of(hash);
    for (size_t i = 0; i < n; i++) {
        Change *c = save_add(&s, asks[i].kind, str_z(s.read.arena, w->reg[asks[i].reg]->name),
                             asks[i].uid, asks[i].base);
        c->move = str_of(asks[i].move);
        c->reason = str_of(asks[i].reason);
        if (asks[i].kind == CHANGE_CREATE && asks[i].parent >= 0) {
            c->parent_reg = w->reg[CASE];
            c->parent_uid = parent_uid(w, asks, n, asks[i].parent);
        }
        for (size_t k = 0; k < w->reg[asks[i].reg]->field_count; k++)
            if (asks[i].set[k])
                change_set(c, w->reg[asks[i].reg]->fields[k], asks[i].vals[k]);
        save_prepare(&s, c);
    }
    reader_end(&s.read.rd);
    Err e = s.err == ERR_OK ? store_run(s.batch) : s.err;
    *ret_replayed = s.batch->replayed;
    *ret_uid = str_copy(w->kit->arena, s.batch->result_uid);
    arena_free(s.read.arena);
    return e;
}

static void print_asks(const World *w, const Subject *who, const Ask *asks, size_t n)
{
    static const char *const kinds[] = {"create", "update", "move", "void", "restore"};
    fprintf(stderr, "by %.*s\n", STR_ARG(who->login));
    for (size_t i = 0; i < n; i++) {
        const Ask *a = &asks[i];
        fprintf(stderr, "  %s %.*s row %d base %lld parent %d move %s:", kinds[a->kind],
                STR_ARG(w->reg[a->reg]->name), a->row, (long long)a->base, a->parent,
                a->move ? a->move : "-");
        for (size_t k = 0; k < w->reg[a->reg]->field_count; k++)
            if (a->set[k])
                fprintf(stderr, " %.*s=%.*s", STR_ARG(w->reg[a->reg]->fields[k]->name),
                        STR_ARG(a->vals[k]));
        fputc('\n', stderr);
    }
}

/* ---- comparing ---- */

static void same(const World *w, int row, const char *what, Str got, Str want)
{
    if (!str_eq(got, want))
        wrong("row %d (%.*s): %s is '%.*s', expected '%.*s'", row,
              STR_ARG(w->reg[w->rows[row].kind]->name), what, STR_ARG(got), STR_ARG(want));
}

static void compare_row(World *w, int row)
{
    const Row *r = &w->rows[row];
    const Register *reg = w->reg[r->kind];
    Read read;
    Record rec;
    read_begin(&read, w->kit, &w->kit->system);
    Err e = store_get(&read.rd, reg, r->uid, VERB_READ, &rec);
    if (e != ERR_OK)
        wrong("row %d: %s", row, err_name(e));
    MUST(store_unseal(&read.rd, &rec, CLASSES_ALL));
    if (rec.version != r->version || (rec.void_tx != 0) != r->voided || rec.owner != r->owner)
        wrong("row %d: version %lld (%lld), void %d (%d)", row, (long long)rec.version,
              (long long)r->version, rec.void_tx != 0, r->voided);
    same(w, row, "number", rec.number, r->number);
    same(w, row, "state", rec.state, r->state);
    same(w, row, "heading", rec.heading, heading_of(w, read.arena, row));
    for (size_t i = 0; i < reg->field_count; i++) {
        const Field *f = reg->fields[i];
        const char *name = str_z(read.arena, f->name);
        same(w, row, name, rec.vals[i].text,
             f->calc ? derived(w, read.arena, row, name) : r->vals[i]);
    }
    read_end(&read);
}

/* Counts and numbers: nothing is left of what failed, and no number is lost. */
static void compare_counts(World *w)
{
    int64_t n[KINDS] = {0};
    Arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < w->n; i++)
        n[w->rows[i].kind]++;
    for (int k = 0; k < KINDS; k++) {
        Str sql = str_printf(a, "SELECT COUNT(*) FROM %.*s", STR_ARG(w->reg[k]->name));
        if (kit_int(w->kit, sql.ptr) != n[k])
            wrong("%.*s: %lld rows, expected %lld", STR_ARG(w->reg[k]->name),
                  (long long)kit_int(w->kit, sql.ptr), (long long)n[k]);
    }
    if (kit_int(w->kit, "SELECT COALESCE(SUM(last),0) FROM nomor") !=
        n[CASE] + n[VICTIM] + n[PERSON])
        wrong("a number is lost or given twice");
    arena_free(a);
}

static void compare_reach(World *w)
{
    static const Verb verbs[] = {VERB_LIST, VERB_READ, VERB_CHANGE};
    for (size_t u = 0; u < w->user_count; u++) {
        Read read;
        read_begin(&read, w->kit, &w->users[u]);
        for (size_t i = 0; i < w->n; i++)
            for (size_t v = 0; v < 3; v++) {
                const Row *r = &w->rows[i];
                const Register *reg = w->reg[r->kind];
                Relation rel = relation_of(w, &w->users[u], (int)i);
                bool want = policy_decide(&w->users[u], verbs[v], reg->rights, &rel).allowed;
                Record rec;
                Err e = store_get(&read.rd, reg, r->uid, verbs[v], &rec);
                if ((e == ERR_OK) != want)
                    wrong("row %zu (%.*s): %.*s may %d: %s, expected %d", i, STR_ARG(reg->name),
                          STR_ARG(w->users[u].login), (int)verbs[v], err_name(e), want);
            }
        read_end(&read);
    }
}

static void compare_all(World *w)
{
    for (size_t i = 0; i < w->n; i++)
        compare_row(w, (int)i);
    compare_counts(w);
    compare_reach(w);
}

/* ---- history ---- */

static void fold_history(World *w, int row)
{
    const Row *r = &w->rows[row];
    const Register *reg = w->reg[r->kind];
    Str now[FIELDS_MAX] = {0}, state = STR_NONE;
    bool voided = false;
    Read read;
    Record rec;
    HistoryEntry *h;
    size_t n;
    read_begin(&read, w->kit, &w->kit->system);
    MUST(store_get(&read.rd, reg, r->uid, VERB_READ, &rec));
    MUST(store_history(&read.rd, &rec, CLASSES_ALL, &h, &n));
    if ((int64_t)n != r->version)
        wrong("row %d: %zu versions on record, %lld made", row, n, (long long)r->version);
    for (size_t i = n; i > 0; i--) {
        if (h[i - 1].version != (int64_t)(n - i + 1))
            wrong("row %d: version %lld out of order", row, (long long)h[i - 1].version);
        for (size_t k = 0; k < h[i - 1].n; k++) {
            const HistoryEntry *e = &h[i - 1];
            if (e->fields[k])
                now[e->fields[k]->index] = e->after[k].text;
            else if (str_is(e->names[k], ":status"))
                state = e->after[k].text;
            else if (str_is(e->names[k], ":batal"))
                voided = str_is(e->after[k].text, "ya");
        }
    }
    same(w, row, "state by history", state, r->state);
    if (voided != r->voided)
        wrong("row %d: void by history is %d", row, voided);
    for (size_t i = 0; i < reg->field_count; i++)
        if (!reg->fields[i]->calc)
            same(w, row, "value by history", now[i], r->vals[i]);
    read_end(&read);
}

static void check_row_hash(World *w, int row)
{
    const Row *r = &w->rows[row];
    Read read;
    Record rec;
    Stmt *st;
    bool more;
    read_begin(&read, w->kit, &w->kit->system);
    MUST(store_get(&read.rd, w->reg[r->kind], r->uid, VERB_READ, &rec));
    MUST(db_stmt(read.rd.db,
                 "SELECT rowhash,delta," TX_SAID " FROM riwayat h JOIN tx t ON t.id=h.tx LEFT JOIN sebab s ON s.tx=h.tx"
                 " WHERE reg=:reg AND rec=:rec ORDER BY ver DESC", &st));
    stmt_text(st, ":reg", rec.reg->name);
    stmt_int(st, ":rec", rec.id);
    MUST(stmt_step(st, &more));
    HOLDS(more);
    same(w, row, "row hash", row_text(read.arena, st, 0),
         row_hash(w->kit->in.keyring, read.arena, &rec, row_text(read.arena, st, 1), tx_said(read.arena, st, 2)));
    stmt_done(st);
    read_end(&read);
}

/* ---- rebuild ---- */

static void dump_query(Kit *k, Buf *out, const char *sql)
{
    Stmt *st;
    bool row;
    MUST(db_stmt(k->conn.db, sql, &st));
    buf_printf(out, "%s\n", sql);
    for (;;) {
        MUST(stmt_step(st, &row));
        if (!row)
            return;
        for (int c = 0; c < row_columns(st); c++) {
            buf_put(out, row_null(st, c) ? S("NULL") : row_text(out->arena, st, c));
            buf_char(out, '|');
        }
        buf_char(out, '\n');
    }
}

/* Every derived table and column. */
static Str dump(World *w, Arena *a)
{
    const Model *m = w->kit->model;
    Buf out = buf_new(a, 1 << 20);
    dump_query(w->kit, &out,
               "SELECT reg,principal,rec,source,classes,until FROM jangkau"
               " ORDER BY 1,2,3,4");
    dump_query(w->kit, &out, "SELECT field,hash,rec FROM sidik ORDER BY 1,2,3");
    dump_query(w->kit, &out, "SELECT * FROM fakta_pengguna ORDER BY 1");
    dump_query(w->kit, &out, "SELECT * FROM fakta_anggota ORDER BY 1");
    for (size_t i = 0; i < m->reg_count; i++) {
        const Register *reg = m->regs[i];
        Buf sql = buf_new(a, 512);
        buf_lit(&sql, "SELECT id,tajuk,cari");
        for (size_t f = 0; f < reg->field_count; f++)
            if (reg->fields[f]->calc && !reg->fields[f]->multi)
                buf_printf(&sql, ",%.*s", STR_ARG(reg->fields[f]->name));
        buf_printf(&sql, " FROM %.*s ORDER BY id", STR_ARG(reg->name));
        dump_query(w->kit, &out, str_z(a, buf_str(&sql)));
        for (size_t f = 0; f < reg->field_count; f++)
            if (reg->fields[f]->calc && reg->fields[f]->multi)
                dump_query(w->kit, &out,
                           str_printf(a, "SELECT rec,ord,val FROM %.*s__%.*s ORDER BY 1,2",
                                      STR_ARG(reg->name), STR_ARG(reg->fields[f]->name))
                               .ptr);
    }
    return buf_str(&out);
}

/* Empties what can be worked out again. */
static void wipe_derived(World *w)
{
    const Model *m = w->kit->model;
    Arena *a = arena_new(1 << 20);
    kit_exec(w->kit, "DELETE FROM jangkau;DELETE FROM sidik;DELETE FROM fakta_pengguna");
    for (size_t i = 0; i < m->reg_count; i++) {
        const Register *reg = m->regs[i];
        kit_exec(w->kit,
                 str_printf(a, "UPDATE %.*s SET tajuk=NULL,cari=NULL", STR_ARG(reg->name)).ptr);
        for (size_t f = 0; f < reg->field_count; f++) {
            const Field *field = reg->fields[f];
            if (field->calc && field->multi)
                kit_exec(w->kit, str_printf(a, "DELETE FROM %.*s__%.*s", STR_ARG(reg->name),
                                            STR_ARG(field->name))
                                     .ptr);
            else if (field->calc)
                kit_exec(w->kit, str_printf(a, "UPDATE %.*s SET %.*s=NULL", STR_ARG(reg->name),
                                            STR_ARG(field->name))
                                     .ptr);
        }
    }
    arena_free(a);
}

static void show_difference(Str before, Str after)
{
    Str x, y, title = STR_NONE;
    int shown = 0;
    while (str_cut(&before, '\n', &x) && str_cut(&after, '\n', &y) && shown < 6) {
        if (str_starts(x, S("SELECT")))
            title = x;
        if (str_eq(x, y))
            continue;
        fprintf(stderr, "%.*s\n  before %.*s\n  after  %.*s\n", STR_ARG(title), STR_ARG(x),
                STR_ARG(y));
        shown++;
    }
}

static void check_rebuild(World *w, bool wiped)
{
    Arena *a = arena_new((size_t)1 << 30);
    Str before = dump(w, a);
    if (wiped)
        wipe_derived(w);
    MUST(writer_run(w->kit->store.writer, NULL, store_rebuild, &w->kit->store));
    Str after = dump(w, a);
    if (!str_eq(before, after)) {
        show_difference(before, after);
        wrong("rebuild (%s) changed derived data", wiped ? "of emptied tables" : "in place");
    }
    arena_free(a);
}

/* ---- the run ---- */

static void people(World *w)
{
    Kit *k = w->kit;
    Str a = kit_institution(k, "A", "53.03"), b = kit_institution(k, "B", "53.71");
    Str c = kit_institution(k, "C", "53");
    w->users[0] = kit_user(k, a, "petugas-a", "petugas", "");
    w->users[1] = kit_user(k, b, "petugas-b", "petugas", "");
    w->users[2] = kit_user(k, c, "penyidik-c", "penyidik", "");
    w->users[3] = kit_user(k, c, "ketua-ttu", "ketua", "53.03");
    w->users[4] = kit_user(k, a, "pencatat-a", "pencatat", "");
    w->users[5] = kit_user(k, c, "ketua-ntt", "ketua", "53");
    w->user_count = 6;
    w->areas[w->users[0].agencies[0]] = S("53.03");
    w->areas[w->users[1].agencies[0]] = S("53.71");
    w->areas[w->users[2].agencies[0]] = S("53");
}

static const Subject *random_user(const World *w)
{
    unsigned d = dice(100);
    return &w->users[d < 52 ? 0 : d < 76 ? 1 : d < 87 ? 2 : d < 93 ? 3 : d < 98 ? 4 : 5];
}

static void compare_touched(World *w, const Ask *asks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int row = asks[i].kind == CHANGE_CREATE ? row_of(w, asks[i].uid) : asks[i].row;
        if (row < 0)
            continue;
        compare_row(w, row);
        if (w->rows[row].parent >= 0)
            compare_row(w, w->rows[row].parent);
    }
}

/* The same request again: the old answer, or a refusal when the words differ; no second effect. */
static void check_replay(World *w, const Subject *who, const Ask *asks, size_t n, const char *key)
{
    bool replayed;
    Str uid;
    Err e = run(w, who, asks, n, key, "sama", &replayed, &uid);
    if (e != ERR_OK || !replayed || !str_eq(uid, asks[n - 1].uid))
        wrong("replay: %s, replayed %d", err_name(e), replayed);
    e = run(w, who, asks, n, key, "lain", &replayed, &uid);
    if (e != E_REUSED)
        wrong("key with other words: %s", err_name(e));
    compare_touched(w, asks, n);
    compare_counts(w);
}

static size_t one_batch(World *w, size_t answers[ERR_COUNT])
{
    static Ask asks[CHANGES_MAX], asked[CHANGES_MAX];
    static World before;
    char key[32];
    const Subject *who = random_user(w);
    size_t n = random_asks(w, who, asks);
    bool keyed = chance(10), replayed;
    Str uid;
    snprintf(key, sizeof key, "kunci-%d", batch_no);
    memcpy(asked, asks, sizeof asks);
    before = *w;
    Err want = predict(w, who, asks, n);
    Err got = run(&before, who, asked, n, keyed ? key : NULL, "sama", &replayed, &uid);
    if (got != want) {
        print_asks(&before, who, asked, n);
        wrong("answer %s, expected %s", err_name(got), err_name(want));
    }
    answers[got]++;
    if (replayed)
        wrong("a first request was taken for a replay");
    compare_touched(w, asked, n);
    if (got != ERR_OK)
        compare_counts(w);
    if (keyed && got == ERR_OK)
        check_replay(w, who, asked, n, key);
    return n;
}

int main(int argc, char **argv)
{
    static World w;
    static Kit kit;
    size_t answers[ERR_COUNT] = {0}, changes = 0;
    int batches = argc > 3 ? atoi(argv[3]) : 2000;
    if (argc < 2)
        return 2;
    if (argc > 2)
        seed = strtoul(argv[2], NULL, 10);
    dice_state = seed;
    kit_open(&kit, argv[1], NULL);
    w.kit = &kit;
    w.reg[CASE] = kit_reg(&kit, "kasus");
    w.reg[VICTIM] = kit_reg(&kit, "korban");
    w.reg[PERSON] = kit_reg(&kit, "orang");
    w.reg[TEAM] = kit_reg(&kit, "penugasan");
    people(&w);
    for (batch_no = 1; batch_no <= batches; batch_no++) {
        changes += one_batch(&w, answers);
        if (batch_no % 500 == 0)
            compare_all(&w);
    }
    compare_all(&w);
    for (size_t i = 0; i < w.n; i++) {
        fold_history(&w, (int)i);
        check_row_hash(&w, (int)i);
    }
    AuditCheck chain;
    MUST(audit_verify(kit.conn.db, kit.in.keyring, &chain));
    if (chain.bad_seq)
        wrong("the audit chain breaks at %lld", (long long)chain.bad_seq);
    check_rebuild(&w, false);
    check_rebuild(&w, true);
    compare_all(&w);
    printf("seed %lu: %d batches, %zu changes, %zu records;", seed, batches, changes, w.n);
    for (int e = 0; e < ERR_COUNT; e++)
        if (answers[e])
            printf(" %s %zu", err_name((Err)e), answers[e]);
    printf("\n");
    kit_close(&kit);
    return 0;
}
