/* The linked model: everything `domain/` says, as one const structure built once at start
 * (docs/domain-format.md is the grammar). All memory belongs to the model's arena. */
#pragma once

#include "base/date.h"
#include "base/problem.h"
#include "guard/policy.h"

typedef struct Model Model;
typedef struct Register Register;
typedef struct Field Field;
typedef struct Expr Expr;

/* ---- code lists and places ---- */

typedef struct Code {
    Str code;
    Label label;
    Str from, until; /* ISO dates, may be absent */
    int64_t order;
    Str parent;     /* `induk`, may be absent */
    int64_t lo, hi; /* `dari`, `sampai` for band(); lo > hi: no band */
    Str mapping;    /* `padanan` */
    bool proposed;  /* status other than `berlaku`: cannot be chosen */
    bool local;     /* added by this installation */
} Code;

/* All rows of a list at one moment. Never changed once it can be seen, freed with the model: a page
 * that holds an older one goes on reading it. */
typedef struct CodeRows {
    const Code *items;
    size_t n;
    const size_t *by_code; /* indexes sorted by code, for code_find */
} CodeRows;

typedef struct CodeList {
    Str name;
    Label label;
    bool open;   /* local rows allowed */
    Code *items; /* the shipped rows; whoever offers or shows codes asks code_rows */
    size_t n, cap;
    size_t *by_code;
    const CodeRows *_Atomic with_local; /* shipped and local ones; NULL: nothing local */
} CodeList;

/* What the list holds now, local rows last. Take it once a use: it may be another the next time. */
CodeRows code_rows(const CodeList *list);
/* NULL when the list has no such code. */
const Code *code_find(const CodeList *list, Str code);
/* Whether the code may be chosen on that day. */
bool code_valid(const Code *c, Date on);

typedef enum PlaceLevel {
    PLACE_ANY,
    PLACE_PROVINCE,
    PLACE_DISTRICT,    /* kabupaten/kota */
    PLACE_SUBDISTRICT, /* kecamatan */
    PLACE_VILLAGE,     /* desa/kelurahan */
} PlaceLevel;

typedef struct Place {
    Str code, name;
    PlaceLevel level;
    Str folded; /* for the picker */
} Place;

const Place *place_find(const Model *m, Str code);
/* "Oelneke, Kec. Musi, Kab. Timor Tengah Utara". */
Str place_label(const Model *m, Arena *a, Str code);
/* Up to `max` places of the level (PLACE_ANY: all) whose name has a word starting with the folded
 * text, best first; returns how many. */
size_t place_search(const Model *m, Arena *a, Str text, PlaceLevel level, const Place **ret,
                    size_t max);
/* Places of the level (PLACE_ANY: all) that are called so, in either form: "Musi", "Kec. Musi",
 * "Kab. Timor Tengah Utara", "Oelneke, Kec. Musi". Returns how many there are and stores the first
 * `max`.
 */
size_t place_named(const Model *m, Arena *a, Str text, PlaceLevel level, const Place **ret,
                   size_t max);
/* The code of the given level that encloses `code` ("53.03.12.2001", DISTRICT -> "53.03"). */
Str place_at_level(Str code, PlaceLevel level);

/* ---- fields ---- */

typedef enum FieldKind {
    FK_TEXT,
    FK_NUMBER,
    FK_DATE,
    FK_TIME,
    FK_INSTANT,
    FK_YESNO4,
    FK_CODE,
    FK_PLACE,
    FK_REF,
    FK_FILE,
    FK_GEOPOINT,
    FK_COUNT
} FieldKind;

typedef enum TextCheck { CHECK_NONE, CHECK_NIK, CHECK_PHONE, CHECK_EMAIL, CHECK_DOCNO } TextCheck;
typedef enum TextShape { TEXT_LINE, TEXT_LONG, TEXT_LINES } TextShape;

typedef enum FieldRole {
    FIELD_ROLE_NONE,
#define REG(name, word)
#define FIELD(name, word, kind) FIELD_ROLE_##name,
#include "model/role.def"
#undef REG
#undef FIELD
    FIELD_ROLE_COUNT
} FieldRole;

typedef enum RegRole {
    REG_ROLE_NONE,
#define REG(name, word) REG_ROLE_##name,
#define FIELD(name, word, kind)
#include "model/role.def"
#undef REG
#undef FIELD
    REG_ROLE_COUNT
} RegRole;

/* Columns every register has without declaring them. Each is a Field too (Register.columns), so
 * that expressions, headings, tables and queues name them like any other. */
typedef enum SystemColumn {
    SYS_NONE,
    SYS_UID,
    SYS_NUMBER,
    SYS_VERSION,
    SYS_STATE, /* FK_CODE; `codes` holds the states of the register */
    SYS_OWNER, /* FK_REF to the register that is `institution` */
    SYS_PARENT,
    SYS_VOID,    /* FK_YESNO4: ya or tidak */
    SYS_CREATED, /* FK_INSTANT */
    SYS_CHANGED,
    SYS_HEADING,
    SYS_COUNT
} SystemColumn;

/* From when on what stands in a field stays; ask field_fixed. */
typedef enum Settled { SETTLED_NEVER, SETTLED_MOVED, SETTLED_OPENS, SETTLED_RECORDED } Settled;

struct Field {
    Str name, was;
    Label label, help;
    const Register *reg;
    SystemColumn system; /* SYS_NONE for declared fields */
    size_t index;        /* in reg->fields and Record.vals; SIZE_MAX for system columns */
    int line;            /* in the register's file */
    FieldKind kind;
    bool multi; /* codes, places, refs: values in a link table (or one sealed text) */
    TextCheck check;
    TextShape shape;
    bool full_date;
    bool year, month; /* number year / month: no thousand marks */
    int scale;        /* decimals of a number */
    Str unit;         /* printed after a number; "rupiah" prints Rp before it */
    PlaceLevel level;
    const CodeList *codes;  /* FK_CODE; FK_YESNO4: list `yesno4` */
    const Register *target; /* FK_REF to one register */
    Str tag;                /* FK_REF to a tag, else absent */
    DataClass class_;
    bool required, list, search, facet, sort, stat, lookup, unique;
    bool matched;   /* an import finds records by it */
    bool hide;      /* not offered in forms; what it holds is still shown */
    bool remembers; /* calculated from fields of the record and its own former value */
    bool fixed;     /* stays as it was entered first; ask field_fixed */
    bool addresses; /* the institution named stands near as whom the record is addressed to */
    bool proof;     /* the paper named proves something: a false one is refused */
    bool reason;    /* words closed as other reasons are (model/reason.h) */
    Settled settled;
    Str limit_code; /* row of law/batas.tsv: the longest this end may lie ahead */
    bool program;   /* written by the program and by moves; ask field_typed */
    const Expr *when, *calc, *default_;
    bool has_min, has_max;
    int64_t min, max; /* numbers scaled; text length; dates as days, INT64_MAX = today */
    const Field *min_field, *max_field; /* dates: not before / not after that date of the record */
    FieldRole role;
    Str htcds;
    int section;
};

typedef struct Section {
    Str name, tab;
    Label label;
    const Expr *when;
    size_t first, n; /* range in reg->fields */
} Section;

typedef struct Tab {
    Str name;
    Label label;
    StrList children; /* register names shown on it */
} Tab;

/* ---- flow, clocks, rules, statistics ---- */

typedef struct State {
    Str name;
    Label label;
    bool closed;
    bool opens; /* a grant in this state opens what it names, a candidate joins its two persons, a
                   copy of what is held about the person may be made */
    bool restricts; /* a matter in this state restricts what is done with the person's file */
    bool holds;     /* a matter in this state keeps what it names from being destroyed */
    bool locked;    /* nobody changes a record in this state any more */
} State;

typedef struct Setting {
    const Field *field; /* of the register made, or of the record moved */
    const Expr *value;  /* evaluated on the record that made it, or is moved */
} Setting;

/* The record that a move makes beside moving its own. */
typedef struct Creation {
    const Register *reg;
    const Field *into; /* of the record moved: refers to what was made; filled already: no making */
    Setting *set;
    size_t n;
} Creation;

typedef struct Move {
    Str name;
    Label label;
    StrList from;
    Str to;
    uint64_t by; /* roles */
    const Field **need;
    size_t need_count;
    Setting *set; /* what the move writes by itself */
    size_t set_count;
    Creation *creates; /* NULL: nothing */
    const Expr *when;
    bool reason;
    bool final; /* never undone */
    bool other; /* by another person than the one who recorded it */
} Move;

typedef enum TriggerKind { ON_NONE, ON_CREATE, ON_MOVE, ON_STATE, ON_FIELD } TriggerKind;
typedef struct Trigger {
    TriggerKind kind;
    Str name;
    const Field *field;
} Trigger;

typedef enum DurationUnit { DURATION_HOURS, DURATION_DAYS, DURATION_MONTHS } DurationUnit;

typedef struct Duration {
    int64_t n;
    DurationUnit unit;
} Duration;

typedef struct Clock {
    Str name;
    Label label;
    Trigger start, stop; /* without stop: a review, ended by another person who ends its task */
    const Expr *when;    /* asked when it starts */
    Str limit_code;      /* row of law/batas.tsv, else absent */
    Duration limit;      /* when there is no row */
    bool work_days;
    int warn_percent;
    bool to_owner; /* the owning institution; else `to_field` names one, else role `to_role` */
    const Field *to_field;
    int to_role;
    uint64_t escalate;
} Clock;

typedef struct Rule {
    Str name;
    Label label; /* title of the task it makes; empty: it makes something else */
    const Expr *when;
    const Register *make;
    bool under_parent; /* under the parent instead of the record itself */
    bool once;         /* not again where it was voided */
    Setting *set;
    size_t n;
} Rule;

typedef struct Stats {
    bool on;
    const Code *unit;
    const Field *person; /* counted once, NULL = every row */
    const Field *date;
    const Expr *where, *apart;
    StrList dims; /* field names, or `pemilik`, `status` */
} Stats;

/* How long what a record protects is kept, from when it was changed last: where it closes, only
 * once closed. What hangs under its key without a line of its own is kept as long. Then its key is
 * destroyed by two people, and what is left counts on without saying who it was. */
typedef enum RetentionStart { RETAIN_NOTHING_SAID, RETAIN_CLOSED, RETAIN_CHANGED } RetentionStart;
typedef struct Retention {
    RetentionStart after;
    Str limit_code; /* row of law/batas.tsv */
} Retention;

typedef struct Limit { /* a row of law/batas.tsv */
    Str code;
    Label label;
    Duration period;
    bool work_days;
    Str basis, from, until;
} Limit;

/* ---- registers ---- */

typedef enum KeyKind { KEY_NONE, KEY_OWN, KEY_PARENT, KEY_REF } KeyKind;
typedef enum ReachKind { REACH_OWN, REACH_PARENT, REACH_REFERRERS } ReachKind;

/* What a register that protects something is kept for, and by what right. */
typedef struct Processing {
    Label purpose;
    const Code *basis; /* list `dasar_pdp`; NULL: nothing said */
    Str law;           /* articles, as cited */
} Processing;

struct Register {
    Str name, group, file;
    Label label, help;
    Label menu; /* a shorter word for the head of the page; empty: `label` */
    const Model *model;
    size_t index;
    RegRole role;
    StrList tags;
    bool has_parent, parent_optional;
    bool final;             /* corrected by a new version, never undone */
    const Register *parent; /* NULL with a tag or without parent */
    Str parent_tag;
    KeyKind key;
    const Field *key_ref;
    ReachKind reach;
    Str number;  /* template or absent */
    Str heading; /* template */
    Tab *tabs;
    size_t tab_count;
    Section *sections;
    size_t section_count;
    Field **fields;
    size_t field_count;
    State *states;
    size_t state_count;
    Str start_state;
    Move *moves;
    size_t move_count;
    Clock *clocks;
    size_t clock_count;
    Rule *rules;
    size_t rule_count;
    Rights rights;
    Stats stats;
    Retention retention;
    Processing processing;
    Field *columns[SYS_COUNT]; /* system columns by SystemColumn; NULL where it has none */
    bool has_sealed;           /* some field has a class */
    bool has_reasons;          /* some field is a reason */
    bool has_search;           /* some field is searched: column `cari` */
    bool needs_area;           /* some right has scope area */
    const Register **children; /* registers whose parent may be this one */
    size_t child_count;
    const Field **referrers; /* single or multi refs of any register that may point here */
    size_t referrer_count;
    const Field **dependents; /* calc fields that read this register through a ref, as parent, or
                                 as child */
    size_t dependent_count;
};

enum { AUDIENCES = 3 }; /* internal, task force, public */

/* What is told to an audience; a nought asks for nothing. Shares are per cent. */
typedef struct AudienceRule {
    Str name;
    int64_t least;                   /* smallest count shown */
    int64_t one_office, two_offices; /* a cell is hidden where they make up more than that of it */
    int64_t round_to, percent_from;  /* smallest count that a percentage is made of */
} AudienceRule;

typedef struct RoleDef {
    Str name, home, may; /* may: words; home absent: the overview */
    Label label, help;
    StrList works;   /* registers the role works with most: in the head, and to begin a record */
    StrList boards;  /* queues that stand open on its first screen */
    StrList figures; /* registers whose total of the half-year, tables whose share stands above
                        them: a page for a leader */
    bool second;     /* given to a user by two persons (guard/role_grant.h) */
    int audience;    /* 0 internal, 1 task force, 2 public */
} RoleDef;

/* Import profile, table and queue: see docs/domain-format.md 4-6. */
typedef struct ImportRow {
    Str as;
    const Register *reg;
    Str parent; /* another `as`, or absent */
    StrList match;
    struct ImportSet {
        const Field *field;
        Str value; /* another `as`, or 'constant' with quotes */
    } * set;
    size_t set_count;
} ImportRow;

typedef struct ImportColumn {
    Str heading;
    StrList also;
    size_t row;         /* index in rows */
    const Field *field; /* NULL: owner institution `pemilik` */
    bool required;
} ImportColumn;

typedef struct ImportProfile {
    Str name, file;
    Label label, help;
    ImportRow *rows;
    size_t row_count;
    ImportColumn *columns;
    size_t column_count;
} ImportProfile;

typedef struct TableDef {
    Str name;
    Label label, note;
    const Register *reg;
    Str rows, columns; /* dimension names; columns may be absent */
    bool free_dims;
    const Field *sum; /* clear number: cells add it up instead of counting rows; NULL: count */
    StrList share;    /* codes of the rows: the part that the first has of all these; may be none */
    Label share_label;
} TableDef;

/* What a queue asks of a field. The days of a date count from the day the queue is read. */
typedef enum QueueTest {
    QUEUE_IS,     /* one of `values`: words separated by blanks */
    QUEUE_EMPTY,  /* nothing is entered */
    QUEUE_WITHIN, /* from today to `days` ahead */
    QUEUE_LAST,   /* from `days` ago to today */
    QUEUE_OLDER   /* more than `days` ago */
} QueueTest;

typedef struct QueueFilter {
    Str name;
    const Field *field; /* NULL: a system column */
    QueueTest test;
    Str values;
    int days;
} QueueFilter;

typedef ARENA_LIST(QueueFilter) QueueFilters;

typedef struct QueueDef {
    Str name;
    Label label, empty;
    const Register *reg;
    QueueFilters filters;
    const Register *without; /* only records that have none of this register; NULL: all */
    const Field *without_by; /* its field that names the record; NULL: its parent does */
    const Field *without_on; /* place of the record that `without_by` names instead of it */
    QueueFilters without_filters;
    int64_t over; /* instead only records that more than so many of it name; 0: none */
    StrList columns;
    Str sort;
    uint64_t roles; /* 0 = all */
} QueueDef;

struct Model {
    Arena *arena;
    Str dir;
    Register **regs;
    size_t reg_count;
    CodeList **lists;
    size_t list_count;
    Place *places;                /* sorted by code */
    const Place **places_by_name; /* the same, by the name without "Kabupaten" or "Kota" */
    size_t place_count;
    Limit *limits;
    size_t limit_count;
    Str *holidays; /* ISO dates, sorted */
    size_t holiday_count;
    RoleDef *roles;
    size_t role_count;
    StrList role_names; /* in their order */
    AudienceRule audiences[AUDIENCES];
    ImportProfile *imports;
    size_t import_count;
    TableDef *tables;
    size_t table_count;
    QueueDef *queues;
    size_t queue_count;
    const Register *by_role[REG_ROLE_COUNT];
    const Field *field_by_role[FIELD_ROLE_COUNT];
    const struct NameRules *names;  /* how names are compared; NULL: no folder of names */
    struct LikenessModel *likeness; /* what agreement of two persons weighs; likewise */
    Str text; /* canonical text of everything that shapes the database, for the migration plan */
};

/* Reads and links `dir`. All problems of all files are collected; with any error the result is
 * E_DOMAIN and *ret is untouched. The model is freed with model_free. */
MUST_CHECK Err model_load(const char *dir, Problems *problems, Model **ret);
/* The same with the files of a district read over it; `overlay` may be NULL. */
MUST_CHECK Err model_load_over(const char *dir, const char *overlay, Problems *problems,
                               Model **ret);
void model_free(Model *m);

const Register *model_reg(const Model *m, Str name); /* NULL if none */
const CodeList *model_list(const Model *m, Str name);
const TableDef *model_table(const Model *m, Str name);
const QueueDef *model_queue(const Model *m, Str name);
const ImportProfile *model_import(const Model *m, Str name);
/* The limit row in force on that day, or NULL. */
const Limit *model_limit(const Model *m, Str code, Date on);
int model_role(const Model *m, Str name); /* -1 if none */
/* Whether one of the roles (a bit each) has the duty of that word. */
bool model_duty(const Model *m, uint64_t roles, const char *duty);
bool reg_has_tag(const Register *r, Str tag);
/* Whether a record of `target` may stand behind the field / be the parent of `child`. */
bool field_accepts(const Field *f, const Register *target);
/* Whether the value stays in a record that is in this state: it says whose key seals the record, is
 * known elsewhere, or the record went on its way with it. `ret_why` is told then. */
bool field_fixed(const Field *f, Str state, bool empty, Msg *ret_why);

/* Whether people write the field: neither computed nor kept by the program. */
bool field_typed(const Field *f);
bool reg_accepts_parent(const Register *child, const Register *parent);
const Field *reg_field(const Register *r, Str name); /* declared field; NULL if none */
/* Declared field or system column; NULL if none. */
const Field *reg_column(const Register *r, Str name);
const State *reg_state(const Register *r, Str name);
const Move *reg_move(const Register *r, Str name);
static inline const Register *role_reg(const Model *m, RegRole role)
{
    return m->by_role[role];
}
static inline const Field *role_field(const Model *m, FieldRole role)
{
    return m->field_by_role[role];
}
/* Puts the list together with its local rows, in place of those it had; a shipped row of the same
 * code goes before. At start, later on the writer thread only; readers may be at work. */
void codelist_set_local(const Model *m, CodeList *list, const Code *rows, size_t n);
