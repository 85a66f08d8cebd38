#include "intake/seed.h"

#include "base/clock.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/rand.h"
#include "intake/ref_key.h"

enum { FILE_MAX = 32 * 1024 * 1024 };

typedef struct SeedRow {
    const Register *reg;
    Str file;
    int line;
    const Field **fields; /* per column, NULL for the system columns below */
    const StrList *heads;
    Str *cells;
    size_t n;
    Str key, uid, parent, parent_reg, owner, state;
    bool update;       /* stands on file already */
    bool done, failed; /* failed: told already; what hangs on it is left out silently */
    Record stored;
} SeedRow;

typedef struct Seed {
    Reader *rd;
    Arena *arena;
    Problems *problems;
    Batch *batch;
    ARENA_LIST(SeedRow) rows;
    SeedCounts counts;
} Seed;

/* The problems from number `from` on are of this row, and of a column where it is known. */
static void place_problems(Seed *s, size_t from, const SeedRow *r, int column)
{
    for (; from < s->problems->n; from++)
        if (!s->problems->items[from].line) {
            s->problems->items[from].place = r->file;
            s->problems->items[from].line = r->line;
            s->problems->items[from].column = column;
        }
}

static void row_problem(Seed *s, const SeedRow *r, size_t column, Msg msg, Str arg)
{
    problem_add(s->problems, (Problem){.place = r->file,
                                       .line = r->line,
                                       .column = (int)column + 1,
                                       .msg = msg,
                                       .args = {arg}});
}

/* ---- reading ---- */

static const Field *column_field(Seed *s, const SeedRow *r, Str name, size_t column)
{
    static const char *const system[] = {"kunci",   "uid",    "induk",  "induk_reg",
                                         "pemilik", "nomor",  "status", "versi",
                                         "dibuat",  "diubah", "tajuk",  "batal"};
    for (size_t i = 0; i < COUNT(system); i++)
        if (str_is(name, system[i]))
            return NULL;
    const Field *f = reg_field(r->reg, name);
    bool target = str_ends(name, S("_reg")) && reg_field(r->reg, str_head(name, name.len - 4));
    if (!f && !target)
        row_problem(s, r, column, M_COLUMN_UNKNOWN, name);
    return f;
}

static void take_system(SeedRow *r, Str name, Str cell)
{
    if (str_is(name, "kunci"))
        r->key = cell;
    else if (str_is(name, "uid"))
        r->uid = cell;
    else if (str_is(name, "induk"))
        r->parent = cell;
    else if (str_is(name, "induk_reg"))
        r->parent_reg = cell;
    else if (str_is(name, "pemilik"))
        r->owner = cell;
    else if (str_is(name, "status"))
        r->state = cell;
}

static Err read_file(Seed *s, const char *dir, Str name)
{
    Arena *a = s->arena;
    SeedRow head = {.reg = model_reg(s->rd->store->model, str_head(name, name.len - 4)),
                    .file = name,
                    .line = 1};
    Str text;
    CsvRow row;
    bool more;
    if (!head.reg) {
        row_problem(s, &head, 0, M_REGISTER_UNKNOWN, name);
        return ERR_OK;
    }
    TRY(file_read(a, z_printf(a, "%s/%.*s", dir, STR_ARG(name)), FILE_MAX, &text));
    CsvReader csv = csv_reader(a, text);
    TRY(csv_next(&csv, &row, &more));
    if (!more)
        return ERR_OK;
    const Field **fields = ARENA_ARRAY(a, row.n, const Field *);
    StrList *heads = ARENA_NEW(a, StrList);
    *heads = (StrList){row.cells, row.n, row.n};
    for (size_t i = 0; i < row.n; i++)
        fields[i] = column_field(s, &head, row.cells[i], i);
    for (;;) {
        TRY(csv_next(&csv, &row, &more));
        if (!more)
            return ERR_OK;
        SeedRow *r = ARENA_PUSH(a, s->rows);
        *r = head;
        r->line = row.line;
        r->fields = fields;
        r->heads = heads;
        r->cells = row.cells;
        r->n = row.n < heads->n ? row.n : heads->n;
        for (size_t i = 0; i < r->n; i++)
            if (!fields[i])
                take_system(r, heads->items[i], row.cells[i]);
    }
}

/* ---- references ---- */

static Str cell_of(const SeedRow *r, const Field *f)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->fields[i] == f)
            return r->cells[i];
    return STR_NONE;
}

/* The row of this load that a reference names, or NULL. */
static const SeedRow *row_by_key(const Seed *s, const Field *f, const Register *reg, Str text)
{
    bool local = str_starts(text, S("="));
    Str key = local ? str_from(text, 1) : text;
    for (size_t i = 0; i < s->rows.n; i++) {
        const SeedRow *r = &s->rows.items[i];
        const Field *unique = reg_unique_field(r->reg);
        if (f ? !field_accepts(f, r->reg) : (reg && r->reg != reg))
            continue;
        if (local ? str_eq(r->key, key)
                  : (str_eq(r->uid, key) || (unique && str_eq(cell_of(r, unique), key))))
            return r;
    }
    return NULL;
}

/* Whether a reference names a row of this load that could not be made. */
static bool names_failed(const Seed *s, const Field *f, const Register *reg, Str text)
{
    Str word;
    bool failed = false;
    while (str_word(&text, &word)) {
        const SeedRow *r = row_by_key(s, f, reg, word);
        failed |= r && r->failed;
    }
    return failed;
}

/* uid a reference stands for; STR_NONE when its record is not there (yet). */
static Str resolve(Seed *s, const Field *f, const Register *reg, Str text)
{
    const SeedRow *r = row_by_key(s, f, reg, text);
    if (r)
        return r->done ? r->uid : STR_NONE;
    if (f)
        return ref_by_key(s->rd, f, text);
    return reg ? record_by_key(s->rd, reg, text) : STR_NONE; /* no register that it could be in */
}

/* Several references separated by blanks; *ret_all tells whether every one was found. */
static Str resolve_all(Seed *s, const Field *f, Str text, bool *ret_all)
{
    Buf b = buf_new(s->arena, 64);
    Str word;
    *ret_all = true;
    if (!f->multi) {
        Str uid = resolve(s, f, NULL, text);
        *ret_all = uid.ptr != NULL;
        return uid;
    }
    while (str_word(&text, &word)) {
        Str uid = resolve(s, f, NULL, word);
        *ret_all &= uid.ptr != NULL;
        if (b.len && uid.ptr)
            buf_char(&b, ' ');
        buf_put(&b, uid);
    }
    return buf_str(&b);
}

static const Register *parent_register(Seed *s, const SeedRow *r)
{
    if (r->reg->parent)
        return r->reg->parent;
    return r->parent_reg.ptr ? model_reg(s->rd->store->model, r->parent_reg) : NULL;
}

/* ---- making changes ---- */

/* "@-14", "@5 09:00": a day counted from the day of loading, so that practice cases never grow old,
 * and a time of that day. Other text is left as it is. */
static Str day_from_today(Seed *s, const Field *f, Str cell)
{
    int64_t days;
    Str time = str_from(cell, 1), word;
    if ((f->kind != FK_DATE && f->kind != FK_INSTANT) || !str_starts(cell, S("@")) ||
        !str_word(&time, &word) || !str_i64(word, &days))
        return cell;
    if (f->kind == FK_INSTANT && str_empty(time))
        return str_int(s->arena, clock_now() + days * DAY_MS);
    return str_printf(s->arena, "%.*s %.*s",
                      STR_ARG(date_iso(s->arena, date_add_days(clock_today(), (int)days))),
                      STR_ARG(time));
}

static bool set_cell(Seed *s, const SeedRow *r, Change *c, size_t i, bool last_call,
                     bool *ret_waits)
{
    const Field *f = r->fields[i];
    Str cell = str_trim(r->cells[i]), value;
    bool all;
    if (!f || str_empty(cell) || f->calc)
        return true;
    cell = day_from_today(s, f, cell);
    if (f->kind == FK_REF) {
        value = resolve_all(s, f, cell, &all);
        if (!all && !last_call) {
            *ret_waits = true;
            return true;
        }
        if (!all)
            row_problem(s, r, i, M_REF_UNKNOWN, cell);
        change_set(c, f, value);
        return all;
    }
    size_t before = s->problems->n;
    int64_t ms;
    if (f->kind == FK_INSTANT && str_i64(cell, &ms)) { /* as exported */
        change_set(c, f, cell);
        return true;
    }
    bool ok = value_parse(f, s->arena, cell, clock_today(), &value, s->problems);
    place_problems(s, before, r, (int)i + 1);
    if (ok)
        change_set(c, f, value);
    return ok;
}

/* Must be known before the row can be made: parent, key person, required references. */
static bool holds_back(const Field *f)
{
    return f->required || f == f->reg->key_ref;
}

static bool row_waits(Seed *s, const SeedRow *r, bool patient)
{
    const Register *preg = parent_register(s, r);
    if (!str_empty(r->parent) && !resolve(s, NULL, preg, r->parent).ptr)
        return true;
    for (size_t i = 0; i < r->n; i++) {
        bool all = true;
        const Field *f = r->fields[i];
        if (f && f->kind == FK_REF && !str_empty(r->cells[i]) && (patient || holds_back(f)))
            resolve_all(s, f, r->cells[i], &all);
        if (!all)
            return true;
    }
    return false;
}

static bool hangs_on_failed(const Seed *s, const SeedRow *r, const Register *parent)
{
    bool failed = !str_empty(r->parent) && names_failed(s, NULL, parent, r->parent);
    for (size_t i = 0; i < r->n; i++)
        if (r->fields[i] && r->fields[i]->kind == FK_REF)
            failed |= names_failed(s, r->fields[i], NULL, r->cells[i]);
    return failed;
}

static void find_stored(Seed *s, SeedRow *r)
{
    const Field *unique = reg_unique_field(r->reg);
    Str key = unique ? cell_of(r, unique) : STR_NONE;
    Str uid = uid_shape(r->uid) ? r->uid
                                : (str_empty(key) ? STR_NONE : record_by_key(s->rd, r->reg, key));
    r->update = uid.ptr && store_get(s->rd, r->reg, uid, VERB_LIST, &r->stored) == ERR_OK;
    if (r->update)
        r->uid = uid;
    else if (!uid_shape(r->uid))
        r->uid = rand_uid(s->arena);
}

static Err make_row(Seed *s, SeedRow *r, bool only_refs)
{
    Change *c = r->update || only_refs ? store_change(s->arena, CHANGE_UPDATE, r->reg, r->uid, 0)
                                       : store_change(s->arena, CHANGE_CREATE, r->reg, r->uid, 0);
    bool waits = false;
    size_t before = s->problems->n;
    if (!str_empty(r->parent) && c->kind == CHANGE_CREATE) {
        c->parent_reg = parent_register(s, r);
        c->parent_uid = resolve(s, NULL, c->parent_reg, r->parent);
    }
    const Register *inst = role_reg(s->rd->store->model, REG_ROLE_INSTITUTION);
    if (!str_empty(r->owner) && inst)
        c->owner_uid = resolve(s, NULL, inst, r->owner);
    for (size_t i = 0; i < r->n; i++)
        if (!only_refs || (r->fields[i] && r->fields[i]->kind == FK_REF))
            (void)set_cell(s, r, c, i, only_refs, &waits);
    Err e = store_prepare(s->rd, s->batch, c, s->problems);
    place_problems(s, before, r, 0);
    if (e == E_DENIED || e == E_NOT_FOUND)
        row_problem(s, r, 0, M_E_DENIED, STR_NONE);
    else if (e != E_INVALID)
        TRY(e);
    r->done = true;
    r->failed = e != ERR_OK;
    return ERR_OK;
}

static void count_row(Seed *s, const SeedRow *r)
{
    const Change *c = s->batch->n ? s->batch->items[s->batch->n - 1] : NULL;
    bool any = false;
    for (size_t i = 0; c && i < c->reg->field_count; i++)
        any |= c->set[i];
    if (!r->update)
        s->counts.created++;
    else if (any)
        s->counts.changed++;
    else
        s->counts.same++;
}

/* Makes every row whose references are there, again and again; then those that wait only for
 * optional references, which are set afterwards. */
static Err make_rows(Seed *s)
{
    bool patient = true;
    for (;;) {
        bool moved = false, left = false;
        for (size_t i = 0; i < s->rows.n; i++) {
            SeedRow *r = &s->rows.items[i];
            if (r->done)
                continue;
            if (hangs_on_failed(s, r, parent_register(s, r))) {
                r->done = r->failed = moved = true;
                continue;
            }
            if (row_waits(s, r, patient)) {
                left = true;
                continue;
            }
            TRY(make_row(s, r, false));
            count_row(s, r);
            moved = true;
        }
        if (!left)
            return ERR_OK;
        if (!moved && !patient)
            break;
        patient = moved;
    }
    for (size_t i = 0; i < s->rows.n; i++)
        if (!s->rows.items[i].done)
            row_problem(s, &s->rows.items[i], 0, M_REF_UNKNOWN, s->rows.items[i].parent);
    return ERR_OK;
}

/* ---- states ---- */

/* The first step of a shortest way from one state to another; NULL when there is none. */
static const Move *move_toward(const Register *reg, Arena *a, Str from, Str to)
{
    StrList reached = {0};
    *ARENA_PUSH(a, reached) = to;
    for (size_t i = 0; i < reached.n; i++) /* grows backwards from the goal */
        for (size_t k = 0; k < reg->move_count; k++) {
            const Move *m = &reg->moves[k];
            for (size_t j = 0; str_eq(m->to, reached.items[i]) && j < m->from.n; j++) {
                if (str_eq(m->from.items[j], from))
                    return m;
                *ARENA_PUSH(a, reached) = m->from.items[j];
                if (reached.n > reg->state_count * reg->state_count)
                    return NULL;
            }
        }
    return NULL;
}

/* Takes a new record to the state of its row, step by step as the flow wants. */
static Err walk_to_state(Seed *s, const SeedRow *r)
{
    for (;;) {
        Record rec;
        Batch *batch = store_batch(s->rd);
        size_t before = s->problems->n;
        TRY(store_get(s->rd, r->reg, r->uid, VERB_MOVE, &rec));
        const Move *m =
            str_eq(rec.state, r->state) ? NULL : move_toward(r->reg, s->arena, rec.state, r->state);
        if (!m)
            return ERR_OK;
        Change *c = store_change(s->arena, CHANGE_MOVE, r->reg, r->uid, 0);
        c->move = m->name;
        c->reason = tr(LANG_ID, M_SEED_REASON);
        Err e = store_prepare(s->rd, batch, c, s->problems);
        place_problems(s, before, r, 0);
        TRY(e);
        TRY(store_run(batch));
        reader_end(s->rd);
        TRY(db_begin_read(s->rd->db));
    }
}

/* Only the program itself walks a flow without the role that each step asks for. */
static Err walk_all(Seed *s)
{
    reader_end(s->rd);
    TRY(db_begin_read(s->rd->db));
    for (size_t i = 0; s->rd->actor->subject->system && i < s->rows.n; i++) {
        const SeedRow *r = &s->rows.items[i];
        if (!r->update && !str_empty(r->state))
            TRY(walk_to_state(s, r));
    }
    return ERR_OK;
}

static bool has_refs(const SeedRow *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->fields[i] && r->fields[i]->kind == FK_REF && !str_empty(r->cells[i]))
            return true;
    return false;
}

Err seed_load(Reader *rd, const char *dir, Problems *problems, SeedCounts *ret)
{
    Seed s = {.rd = rd, .arena = rd->arena, .problems = problems, .batch = store_batch(rd)};
    StrList files;
    TRY(file_list(rd->arena, dir, S(".csv"), &files));
    for (size_t i = 0; i < files.n; i++)
        TRY(read_file(&s, dir, files.items[i]));
    for (size_t i = 0; i < s.rows.n; i++)
        find_stored(&s, &s.rows.items[i]);
    TRY(make_rows(&s));
    if (problems->errors)
        return E_INVALID;
    TRY(store_run(s.batch));
    reader_end(rd); /* the second round must see what the first one wrote */
    TRY(db_begin_read(rd->db));
    s.batch = store_batch(rd);
    for (size_t i = 0; i < s.rows.n; i++)
        if (has_refs(&s.rows.items[i]))
            TRY(make_row(&s, &s.rows.items[i], true));
    if (problems->errors)
        return E_INVALID;
    *ret = s.counts;
    if (s.batch->n)
        TRY(store_run(s.batch));
    return walk_all(&s);
}
