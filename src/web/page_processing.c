/* The register of processing, out of the declarations: what is kept for what, by what right, who
 * receives it, and for how long. On screen, on paper and as a workbook, the same rows. */
#include "web/page.h"

#include "engine/retention_db.h"
#include "intake/workbook_write.h"
#include "model/limit.h"
#include "model/role_report.h"

enum { COLUMNS = 6 };
static const Msg heads[COLUMNS] = {M_PROC_REGISTER, M_PROC_PURPOSE,   M_PROC_BASIS,
                                   M_COPY_CLASSES,  M_PROC_RECEIVERS, M_RETENTION};

static Str receivers(Req *req, const Register *reg)
{
    Buf b = buf_new(req->arena, 256);
    uint64_t told = 0;
    for (size_t i = 0; i < reg->rights.n; i++) {
        const Right *r = &reg->rights.items[i];
        if (!(r->verbs & VERB_READ) || !r->classes || (told >> r->role & 1))
            continue;
        told |= 1ull << r->role;
        buf_join(&b, "; ", req_label(req, &req->model->roles[r->role].label));
    }
    return buf_str(&b);
}

static Str kept(Req *req, const Register *reg)
{
    const Limit *law = retention_law(req->model, reg);
    if (!law)
        return req_tr(req, reg->key == KEY_OWN ? M_PROC_KEPT : M_PROC_WITH_FILE);
    Msg from = reg->retention.after == RETAIN_CLOSED ? M_PROC_CLOSED : M_PROC_CHANGED;
    return str_printf(req->arena, "%.*s %.*s. %.*s",
                      STR_ARG(duration_words(req->arena, req->lang, law->period)),
                      STR_ARG(req_tr(req, from)), STR_ARG(law->basis));
}

static Str basis(Req *req, const Processing *p)
{
    return p->basis ? str_printf(req->arena, "%.*s: %.*s",
                                 STR_ARG(req_label(req, &p->basis->label)), STR_ARG(p->law))
                    : req_tr(req, M_PROC_NOT_SAID);
}

/* COLUMNS texts a register that protects something; how many rows. */
static size_t rows_of(Req *req, Str **ret)
{
    const Model *m = req->model;
    size_t n = 0;
    Str *cells = ARENA_ARRAY(req->arena, m->reg_count * COLUMNS, Str);
    for (size_t i = 0; i < m->reg_count; i++) {
        const Register *reg = m->regs[i];
        Str *row = &cells[n * COLUMNS];
        if (!reg->has_sealed)
            continue;
        row[0] = req_label(req, &reg->label);
        row[1] = req_label(req, &reg->processing.purpose);
        row[2] = basis(req, &reg->processing);
        row[3] = classes_words(req->arena, req->lang, classes_used(reg));
        row[4] = receivers(req, reg);
        row[5] = kept(req, reg);
        n++;
    }
    *ret = cells;
    return n;
}

Err page_processing(Req *req)
{
    Str *cells;
    TRY(req_needs_duty(req, "data_rights"));
    size_t n = rows_of(req, &cells);
    Html *h = page_begin(req, req_tr(req, M_PROC_TITLE), NULL, 0);
    h_element(h, "p", req_tr(req, M_PROC_LEAD));
    h_class(h, "div", "tombol");
    page_link(h, S("/pemrosesan.xlsx"), S("XLSX"));
    page_print_button(req, h, req->path);
    h_close(h);
    page_table_begin(req, h, req_tr(req, M_PROC_TITLE), heads, COLUMNS);
    for (size_t i = 0; i < n; i++) {
        h_open(h, "tr");
        for (size_t c = 0; c < COLUMNS; c++)
            h_element(h, "td", cells[i * COLUMNS + c]);
        h_close(h);
    }
    page_table_end(h);
    return page_end(req, h);
}

Err page_processing_xlsx(Req *req)
{
    BookColumn columns[COLUMNS] = {0};
    Str *cells, bytes;
    TRY(req_needs_duty(req, "data_rights"));
    for (size_t c = 0; c < COLUMNS; c++)
        columns[c].title = req_tr(req, heads[c]);
    BookLine note = {req_tr(req, M_PROC_TITLE), req_instant(req, clock_now())};
    BookTable t = {.name = req_tr(req, M_PROC_TITLE),
                   .notes = &note,
                   .n_notes = 1,
                   .columns = columns,
                   .n_columns = COLUMNS,
                   .n_rows = rows_of(req, &cells)};
    t.cells = cells;
    TRY(workbook_write_table(req->arena, req->lang, &t, &bytes));
    page_send_xlsx(req, S("pemrosesan.xlsx"), bytes);
    return ERR_OK;
}
