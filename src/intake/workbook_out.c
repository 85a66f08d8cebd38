#include "workbook_out.h"

#include "clock.h"
#include "file.h"
#include "utf8.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    MIN_WIDTH = 8,
    MAX_WIDTH = 50, /* characters */
    MAX_SHEET_NAME = 31,
    MAX_CELL_TEXT = 32767,
    MAX_OUT = 256 * 1024 * 1024,
    SHADE = 0xE7ECEF,
    GREY = 0x6B7280,
    RED_TINT = 0xF8D0CB,
    YELLOW_TINT = 0xFDF0C0
};

static void make_formats(Out *out)
{
    lxw_format **f = out->formats;
    for (int i = OUT_HEAD; i < OUT_FORMATS; i++) {
        f[i] = workbook_add_format(out->book);
        if (!f[i])
            BUG("out of memory");
        format_set_align(f[i], LXW_ALIGN_VERTICAL_TOP);
    }
    format_set_bold(f[OUT_HEAD]);
    format_set_text_wrap(f[OUT_HEAD]);
    format_set_bg_color(f[OUT_HEAD], SHADE);
    format_set_bottom(f[OUT_HEAD], LXW_BORDER_THIN);
    format_set_bold(f[OUT_BOLD]);
    format_set_bold(f[OUT_BOLD_RIGHT]);
    format_set_align(f[OUT_RIGHT], LXW_ALIGN_RIGHT);
    format_set_align(f[OUT_BOLD_RIGHT], LXW_ALIGN_RIGHT);
    format_set_text_wrap(f[OUT_WRAP]);
    format_set_num_format(f[OUT_TEXT], "@");
    format_set_num_format(f[OUT_EXAMPLE], "@");
    format_set_italic(f[OUT_EXAMPLE]);
    format_set_font_color(f[OUT_EXAMPLE], GREY);
    format_set_num_format(f[OUT_DAY], "yyyy-mm-dd");
    format_set_num_format(f[OUT_RED_DAY], "yyyy-mm-dd");
    format_set_num_format(f[OUT_YELLOW_DAY], "yyyy-mm-dd");
    format_set_bg_color(f[OUT_RED], RED_TINT);
    format_set_bg_color(f[OUT_RED_DAY], RED_TINT);
    format_set_bg_color(f[OUT_YELLOW], YELLOW_TINT);
    format_set_bg_color(f[OUT_YELLOW_DAY], YELLOW_TINT);
}

/* The library can only write to a path: that of a file in memory. Its own work files go to tmpfs,
 * so that names of people do not pass over the disk. */
Err out_open(Out *ret)
{
    static char memory_dir[] = "/dev/shm";
    Out out = {.fd = memfd_create("sigap-xlsx", MFD_CLOEXEC)};
    if (out.fd < 0)
        return E_IO;
    out.scratch = arena_new(MAX_OUT);
    lxw_workbook_options options = {0};
    if (access(memory_dir, W_OK) == 0)
        options.tmpdir = memory_dir;
    out.book = workbook_new_opt(z_printf(out.scratch, "/proc/self/fd/%d", out.fd), &options);
    if (!out.book) {
        arena_free(out.scratch);
        close(out.fd);
        return E_IO;
    }
    /* The library would else ask the system clock, which practice installations shift. */
    lxw_doc_properties about = {.created = (time_t)(clock_now() / 1000)};
    (void)workbook_set_properties(out.book, &about);
    out.text = buf_new(out.scratch, 1024);
    make_formats(&out);
    *ret = out;
    return ERR_OK;
}

Err out_close(Out *out, Arena *a, Str *ret)
{
    Err e = workbook_close(out->book) == LXW_NO_ERROR ? ERR_OK : E_IO;
    if (e == ERR_OK && out->failed)
        e = E_TOO_LARGE;
    if (e == ERR_OK && lseek(out->fd, 0, SEEK_SET) != 0)
        e = E_IO;
    if (e == ERR_OK)
        e = file_read_fd(a, out->fd, MAX_OUT, ret);
    close(out->fd);
    arena_free(out->scratch);
    return e;
}

/* At most `max` code points. */
static Str cut_points(Str s, size_t max)
{
    size_t at = 0;
    for (size_t n = 0; n < max && at < s.len; n++)
        at += utf8_first(str_from(s, at));
    return str_head(s, at);
}

static Str clean_sheet_name(Arena *a, Str wanted)
{
    char *name = arena_alloc(a, wanted.len + 1);
    for (size_t i = 0; i < wanted.len; i++) {
        char c = wanted.ptr[i];
        bool bad = (unsigned char)c < 0x20 || str_find(S("[]:*?/\\'"), c) >= 0;
        name[i] = bad ? ' ' : c;
    }
    Str clean = str_trim(cut_points((Str){name, wanted.len}, MAX_SHEET_NAME));
    return str_empty(clean) ? S("Data") : clean;
}

OutSheet out_sheet(Out *out, Str name)
{
    Str clean = clean_sheet_name(out->scratch, name);
    Str unique = clean;
    for (int i = 2;
         workbook_get_worksheet_by_name(out->book, str_z(out->scratch, unique)) ||
         workbook_validate_sheet_name(out->book, str_z(out->scratch, unique)) != LXW_NO_ERROR;
         i++) {
        if (i > 1000) { /* no name will do: let the library choose one */
            return (OutSheet){.out = out, .sheet = workbook_add_worksheet(out->book, NULL)};
        }
        unique = str_printf(out->scratch, "%.*s (%d)",
                            STR_ARG(cut_points(clean, MAX_SHEET_NAME - 7)), i);
    }
    lxw_worksheet *sheet = workbook_add_worksheet(out->book, str_z(out->scratch, unique));
    return (OutSheet){.out = out, .sheet = sheet};
}

static void note_width(OutSheet *s, size_t column, Str text)
{
    if (column >= WORKBOOK_MAX_COLUMNS)
        return;
    ptrdiff_t line = str_find(text, '\n');
    int n = (int)utf8_count(str_head(text, line < 0 ? 4 * MAX_WIDTH : (size_t)line));
    if (n > s->widths[column])
        s->widths[column] = n;
}

/* Whether the place exists in a spreadsheet; if not, the workbook fails at its end. */
static bool fits(OutSheet *s, size_t row, size_t column)
{
    if (s->sheet && row < LXW_ROW_MAX && column < LXW_COL_MAX)
        return true;
    s->out->failed = true;
    return false;
}

/* With an end mark, until the next call. */
static const char *ended(Out *out, Str text)
{
    out->text.len = 0;
    buf_put(&out->text, text);
    buf_char(&out->text, 0);
    return out->text.ptr;
}

void out_taken(OutSheet *s, lxw_error answer)
{
    s->out->failed |= answer != LXW_NO_ERROR;
}

void out_string(OutSheet *s, size_t row, size_t column, Str text, OutFormat format)
{
    lxw_format *f = s->out->formats[format];
    if (!fits(s, row, column))
        return;
    if (str_empty(text)) {
        if (format != OUT_PLAIN)
            out_taken(s, worksheet_write_blank(s->sheet, (lxw_row_t)row, (lxw_col_t)column, f));
        return;
    }
    note_width(s, column, text);
    if (text.len > MAX_CELL_TEXT && utf8_count(text) > MAX_CELL_TEXT)
        text =
            str_printf(s->out->scratch, "%.*s [...]", STR_ARG(cut_points(text, MAX_CELL_TEXT - 6)));
    out_taken(s, worksheet_write_string(s->sheet, (lxw_row_t)row, (lxw_col_t)column,
                                        ended(s->out, text), f));
}

/* Digits with at most one point, one sign, no needless leading zero, and no more digits than a
 * spreadsheet keeps. */
static bool is_plain_number(Str s)
{
    if (str_starts(s, S("-")))
        s = str_from(s, 1);
    size_t digits = 0, points = 0;
    for (size_t i = 0; i < s.len; i++) {
        digits += s.ptr[i] >= '0' && s.ptr[i] <= '9';
        points += s.ptr[i] == '.';
    }
    bool leading_zero = s.len > 1 && s.ptr[0] == '0' && s.ptr[1] != '.';
    return digits > 0 && digits <= 15 && points <= 1 && digits + points == s.len &&
           s.ptr[0] != '.' && !leading_zero;
}

void out_number(OutSheet *s, size_t row, size_t column, Str text, OutFormat format)
{
    if (!is_plain_number(text)) {
        out_string(s, row, column, text, format);
        return;
    }
    if (!fits(s, row, column))
        return;
    note_width(s, column, text);
    out_taken(s,
              worksheet_write_number(s->sheet, (lxw_row_t)row, (lxw_col_t)column,
                                     strtod(ended(s->out, text), NULL), s->out->formats[format]));
}

void out_finish(OutSheet *s, size_t frozen)
{
    if (!s->sheet)
        return;
    for (size_t i = 0; i < WORKBOOK_MAX_COLUMNS; i++) {
        if (!s->widths[i])
            continue;
        int width = s->widths[i] + 2;
        width = width < MIN_WIDTH ? MIN_WIDTH : width > MAX_WIDTH ? MAX_WIDTH : width;
        worksheet_set_column(s->sheet, (lxw_col_t)i, (lxw_col_t)i, width, NULL);
    }
    if (frozen)
        worksheet_freeze_panes(s->sheet, (lxw_row_t)frozen, 0);
}

void out_notes(Out *out, Lang lang, const BookLine *notes, size_t n)
{
    OutSheet s = out_sheet(out, tr(lang, M_WB_NOTES));
    for (size_t i = 0; i < n; i++) {
        out_string(&s, i, 0, notes[i].key, OUT_BOLD);
        out_string(&s, i, 1, notes[i].value, OUT_WRAP);
    }
    out_finish(&s, 0);
}
