/* What every page is made of: the shell around it, links, and the list of page functions that
 * route.def points to. A new page is one function and one row there. */
#pragma once

#include "engine/chart.h"
#include "web/html.h"
#include "web/req.h"

/* Code lists the format itself names (docs/domain-format.md): groups of the menu, and the purposes
 * for which a protected file may be opened. */
#define LIST_MENU    "kelompok_menu"
#define LIST_PURPOSE "tujuan_akses"
#define LIST_LEVELS  "tingkat_kecocokan"
/* Children with this tag are shown as a time line. */
#define TAG_TIMELINE "timeline"

typedef struct Crumb {
    Str label, url;
} Crumb;

/* Opens the document up to and including the h1; `title` must hold no name of a person. Crumbs lead
 * here from the first page; may be empty. */
Html *page_begin(Req *req, Str title, const Crumb *crumbs, size_t n);
/* As page_begin, without writing the h1: the page writes its own head. */
Html *page_begin_bare(Req *req, Str title, const Crumb *crumbs, size_t n);
/* Gives ERR_OK: the last line of a page. */
Err page_end(Req *req, Html *h);
/* Begins a POST form with its CSRF token; close it with h_close. */
void page_form_open(Req *req, Html *h, Str action);
/* The same with a class; "isi" is a form of a record: the script keeps drafts of it. */
void page_form_open_as(Req *req, Html *h, Str action, Str class_);
/* Begins an input, which takes further attributes. */
void page_input(Html *h, const char *type, Str name);
void page_hidden(Html *h, Str name, Str value);
/* A button; `kind` is a class name or absent. */
void page_button(Html *h, Str label, Str kind, Str name, Str value);
/* The button that sends the form, and the form's end. */
void page_form_end(Html *h, Str label, Str kind);
/* A POST form that is its button alone. */
void page_form_button(Req *req, Html *h, Str action, Str label, Str kind);
/* A GET form of one text, "q", that asks the page for less of what it shows. */
void page_find_form(Req *req, Html *h, Str action, Msg label);
void page_link(Html *h, Str url, Str label);
/* A link alone in an element. */
#define page_link_in(h, tag, url, label)                                                           \
    (h_open(h, tag), page_link((h), (url), (label)), h_close(h))
#define page_link_in_as(h, tag, names, url, label)                                                 \
    (h_class(h, tag, names), page_link((h), (url), (label)), h_close(h))
/* A link that looks like something else: `class_` may be absent. */
void page_link_as(Html *h, Str class_, Str url, Str label);
/* Begins a part of the page under its head; close it with h_close. */
#define page_section(h, names, title) (h_class(h, "section", names), h_element(h, "h2", (title)))
/* Begins a box that scrolls sideways on its own: reached by keyboard, named for who does not see
 * it. */
void page_scroll_open(Html *h, Str name);
/* The head of a table alone, a column a text. */
void page_table_head(Req *req, Html *h, const Msg *heads, size_t n);
/* A table of the program's own in such a box, up to its body; page_table_end closes all of it. */
void page_table_begin(Req *req, Html *h, Str name, const Msg *heads, size_t n);
#define page_table_of(req, h, name, ...)                                                           \
    page_table_begin((req), (h), (name), (const Msg[]){__VA_ARGS__},                               \
                     sizeof((const Msg[]){__VA_ARGS__}) / sizeof(Msg))
void page_table_end(Html *h);
/* The cell that names a column ("col", "colgroup") or a row. */
void page_head_cell(Html *h, Str label, const char *scope);
void page_row_head(Html *h, Str label);
void page_row_link(Html *h, Str url, Str label);
/* The label of the control with that id. */
void page_label(Html *h, Str control, Str text);
/* A list of choices under its label; widget_option between, page_select_end. */
void page_select_begin(Html *h, Str name, Str label);
void page_select_end(Html *h);
/* A check box with its label beside it. */
void page_check(Html *h, Str name, Str value, Str label, bool on);
/* A message box: `kind` is "galat", "awas", "aman" or "info". */
void page_notice(Html *h, const char *kind, Str text);
/* A paragraph that ends with a link. */
void page_told(Html *h, Str class_, Str text, Str url, Str label);
/* A chart as a figure that can be scrolled where the screen is narrow; its table follows. */
void page_chart(Req *req, Html *h, const Chart *chart);
/* Asks for the batch to be written, then goes to the path, or tells what the gate found. */
Err page_write_batch(Req *req, Batch *b, Str path);
/* A mark of the user in a form: what was typed into it becomes nobody else's draft. */
Str page_user_mark(const Req *req, Str user_uid);
/* The message a redirect carried in `?pesan=`. */
void page_message(Req *req, Html *h);

/* Registers the reader's roles work with most and may list or begin, in their order, each once. */
enum { WORKS_MAX = 8 };
size_t page_works(const Req *req, const Register *ret[WORKS_MAX]);
/* The button that prints, at the same place on every list, table and record. `href` is the page
 * that is printed: with script the browser's dialog opens, without it the page is shown whole. */
void page_print_button(Req *req, Html *h, Str href);
void page_print_alone(Req *req, Html *h, Str href);
/* The settings of the installation, read once a page; NULL without a database or when that fails: a
 * page goes without letterhead rather than not at all. */
const struct Settings *page_kept_settings(Req *req);
/* Only on paper: the sheet of size and margins, the letterhead, who printed the page and when. */
void page_print_link(Req *req, Html *h);
void page_letterhead(Req *req, Html *h);
void page_printed_by(Req *req, Html *h);
/* Lists of links to everything the reader may open: registers by group, then pages of the program.
 */
void page_groups(Req *req, Html *h);

/* "/reg", "/reg/uid", "/reg/uid/tail". */
Str url_reg(Req *req, const Register *reg);
Str url_record(Req *req, const Register *reg, Str uid, const char *tail);
Str req_label(const Req *req, const Label *l);
/* Labels of roles named as words. */
Str role_labels(Req *req, Str words);
/* Whether the subject has the verb on some records of the register at all. */
bool req_may(const Req *req, const Register *reg, Verb verb);
/* Whether one of the subject's roles carries the duty (`may:` in roles.yaml). */
bool req_duty(const Req *req, const char *duty);
/* E_DENIED without it. */
MUST_CHECK Err req_needs_duty(const Req *req, const char *duty);
/* Whether the page of administration has anything for the reader. */
bool page_admin_mine(const Req *req);
/* Whether a route exists for the path (pages of other parts of the program). */
bool req_has_page(const Req *req, Str path);
/* "20 Nov 2026 pukul 09.14 WITA"; absent for 0. */
Str req_instant(const Req *req, int64_t instant);
/* A day stored as text, short; a dash for none. */
Str req_day(const Req *req, Str iso);
/* A file leaves the program: it goes on record under an id of its own, lists of records ("export")
 * so often an hour as the setting allows. Gives the words that the file carries. `reg` may be NULL.
 */
Str page_taken(Req *req, Str action, const Register *reg);
/* Begins an answer that is a CSV file of this name, and gives the text to write into. */
Buf *page_csv_begin(Req *req, Str file_name);
/* Answers with a workbook to be saved under this name; `bytes` lie in the request's arena and are
 * not copied. */
void page_send_xlsx(Req *req, Str file_name, Str bytes);
/* A count for people: "10.000" in Indonesian, "10,000" in English. */
Str req_count(const Req *req, int64_t n);
/* State of a record in words; absent without a flow. */
Str req_state(const Req *req, const Register *reg, Str state);
/* Value of a system column of a loaded record for people: nomor, status, pemilik, induk, tajuk,
 * diubah. */
Str req_system_value(Req *req, const Record *r, Str name);
Str req_system_label(const Req *req, Str name);

/* ---- answers that are no page of their own (page_error.c, page_login.c) ---- */
void page_error(Req *req, Err e);
/* The same with a list of problems; gives ERR_OK. */
Err page_problems(Req *req, Err e, const Problems *list);
void page_send_to_login(Req *req);
/* A form sent after the session ended: asks to log in and carries what was typed along; it becomes
 * the draft of whoever logs in. */
void page_login_again(Req *req);
/* What was typed into a form, without what belongs to this one showing of it: text of a draft. */
Str form_draft_text(Req *req);
/* A form whose CSRF token has expired: keeps what was typed, then answers E_CSRF. */
MUST_CHECK Err page_keep_draft(Req *req);

/* ---- pages: one by each route ---- */
#define ROUTE(method, pattern, action, flags, page) Err page(Req *req);
#include "web/route.def"
#undef ROUTE
/* For the first screen: tells who looks after the machine that a backup or check is late or failed.
 */
MUST_CHECK Err health_warning(Req *req, Html *h);
/* The same for the data-protection officer: who opens very many records. */
MUST_CHECK Err readings_warning(Req *req, Html *h);
/* For the first screen: files whose time is over. */
MUST_CHECK Err retention_warning(Req *req, Html *h);
