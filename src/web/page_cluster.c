/* "Stands in these books": a person with those linked to her as one person, and the registers and
 * offices whose records name any of them. Only what the reader reaches: a link is followed through
 * persons within reach, and an office appears by records within reach alone, so that nobody learns
 * here that another office has a file. */
#include "web/page_show.h"

enum { BOOKS_MAX = 60, RECORDS_MAX = 100 };

/* Records of one register that one office owns. */
typedef struct Book {
    const Register *reg;
    Str owner;
    int64_t n;
    bool more; /* than were looked at */
} Book;

typedef struct Books {
    Book items[BOOKS_MAX];
    size_t n;
} Books;

static void add_person(Cluster *c, const Record *r)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->items[i].id == r->id)
            return;
    if (c->n < CLUSTER_MAX && !r->void_tx)
        c->items[c->n++] = *r;
}

/* Who stands for her, and for whom she stands. */
static Err add_linked(Req *req, const Record *person, Cluster *to)
{
    const Field *merged = role_field(req->model, FIELD_ROLE_PERSON_MERGED);
    Str into = merged ? person->vals[merged->index].text : STR_NONE;
    Query q;
    QueryPage page;
    Record r;
    if (!merged)
        return ERR_OK;
    if (!str_empty(into) && store_get(&req->reader, person->reg, into, VERB_LIST, &r) == ERR_OK)
        add_person(to, &r);
    TRY(referring(req, person, person->reg, CLUSTER_MAX, &q, &page));
    for (size_t i = 0; i < page.n; i++)
        add_person(to, &page.items[i]);
    return ERR_OK;
}

Err cluster_of(Req *req, const Record *person, Cluster *ret)
{
    *ret = (Cluster){0};
    add_person(ret, person);
    for (size_t i = 0; i < ret->n; i++)
        TRY(add_linked(req, &ret->items[i], ret));
    return ERR_OK;
}

static void count(Books *books, const Record *r, bool more)
{
    size_t i = 0;
    while (i < books->n &&
           (books->items[i].reg != r->reg || !str_eq(books->items[i].owner, r->owner_name)))
        i++;
    if (i == BOOKS_MAX)
        return;
    if (i == books->n)
        books->items[books->n++] = (Book){.reg = r->reg, .owner = r->owner_name};
    books->items[i].n++;
    books->items[i].more |= more;
}

static Err read_books(Req *req, const Record *person, Books *to)
{
    for (size_t i = 0; i < req->model->reg_count; i++) {
        const Register *reg = req->model->regs[i];
        Query q;
        QueryPage page;
        if (reg == person->reg || !may_refer(req, reg, person->reg))
            continue;
        TRY(referring(req, person, reg, RECORDS_MAX, &q, &page));
        for (size_t k = 0; k < page.n; k++)
            count(to, &page.items[k], page.next.ptr != NULL);
    }
    return ERR_OK;
}

static void table(Req *req, Html *h, const Books *books)
{
    page_table_of(req, h, req_tr(req, M_CLUSTER_TITLE), M_CLUSTER_BOOK, M_CLUSTER_OFFICE,
                  M_CLUSTER_RECORDS);
    for (size_t i = 0; i < books->n; i++) {
        h_open(h, "tr");
        page_row_head(h, req_label(req, &books->items[i].reg->label));
        h_element(h, "td", books->items[i].owner);
        h_class(h, "td", "angka");
        h_int(h, books->items[i].n);
        if (books->items[i].more)
            h_lit(h, "+");
        h_close(h);
        h_close(h);
    }
    page_table_end(h);
}

Err show_cluster(Req *req, Html *h, const Record *person)
{
    Cluster c;
    Books books = {.n = 0};
    TRY(cluster_of(req, person, &c));
    for (size_t i = 0; i < c.n; i++)
        TRY(read_books(req, &c.items[i], &books));
    if (!books.n && c.n < 2)
        return ERR_OK;
    h_element(h, "h3", req_tr(req, M_CLUSTER_TITLE));
    h_element(h, "p", req_tr(req, M_CLUSTER_HINT));
    if (c.n > 1) {
        h_open(h, "p");
        h_text(h, req_tr(req, M_CLUSTER_LINKED));
        for (size_t i = 1; i < c.n; i++) {
            h_text(h, i > 1 ? S("; ") : S(" "));
            page_link(h, url_record(req, c.items[i].reg, c.items[i].uid, ""),
                      record_title(req, &c.items[i]));
        }
        h_close(h);
    }
    table(req, h, &books);
    return ERR_OK;
}
