/* The measure of the list page: libmicrohttpd and SQLite with nothing between them. One cached
 * statement reads 20 cases by index, the page is written without rights, language, session or
 * compression. The address is printed; the program ends with its standard input.
 *
 *     peer_page DATABASE TABLE COLUMN.. */
#include <microhttpd.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_MAX = 64 * 1024, SQL_MAX = 1024 };

typedef struct Peer {
    sqlite3_stmt *rows;
    char page[PAGE_MAX];
    size_t len;
} Peer;

static void put(Peer *p, const char *text)
{
    size_t n = strlen(text);
    if (p->len + n < PAGE_MAX) {
        memcpy(p->page + p->len, text, n);
        p->len += n;
    }
}

static void put_escaped(Peer *p, const char *text)
{
    for (; *text && p->len + 8 < PAGE_MAX; text++) {
        if (*text == '<')
            put(p, "&lt;");
        else if (*text == '&')
            put(p, "&amp;");
        else
            p->page[p->len++] = *text;
    }
}

static void write_page(Peer *p)
{
    p->len = 0;
    put(p, "<!doctype html><title>cases</title><table>");
    while (sqlite3_step(p->rows) == SQLITE_ROW) {
        put(p, "<tr>");
        for (int i = 0; i < sqlite3_column_count(p->rows); i++) {
            const char *text = (const char *)sqlite3_column_text(p->rows, i);
            put(p, "<td>");
            put_escaped(p, text ? text : "");
        }
    }
    sqlite3_reset(p->rows);
    put(p, "</table>");
}

static enum MHD_Result answer(void *cls, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *body,
                              size_t *body_size, void **state)
{
    Peer *p = cls;
    (void)url, (void)method, (void)version, (void)body, (void)body_size, (void)state;
    write_page(p);
    struct MHD_Response *r =
        MHD_create_response_from_buffer(p->len, p->page, MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(r, "Content-Type", "text/html; charset=utf-8");
    enum MHD_Result ok = MHD_queue_response(connection, MHD_HTTP_OK, r);
    MHD_destroy_response(r);
    return ok;
}

static int prepare(Peer *p, sqlite3 *db, int argc, char **argv)
{
    char sql[SQL_MAX] = "SELECT id";
    size_t len = strlen(sql);
    for (int i = 3; i < argc && len < SQL_MAX; i++)
        len += (size_t)snprintf(sql + len, SQL_MAX - len, ",%s", argv[i]);
    if (len < SQL_MAX)
        len += (size_t)snprintf(sql + len, SQL_MAX - len, " FROM %s ORDER BY id DESC LIMIT 20",
                                argv[2]);
    return len < SQL_MAX ? sqlite3_prepare_v2(db, sql, -1, &p->rows, NULL) : SQLITE_TOOBIG;
}

int main(int argc, char **argv)
{
    static Peer peer;
    sqlite3 *db;
    if (argc < 3 || sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        prepare(&peer, db, argc, argv) != SQLITE_OK) {
        fprintf(stderr, "peer_page DATABASE TABLE COLUMN..\n");
        return 2;
    }
    struct MHD_Daemon *d = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer,
                                            &peer, MHD_OPTION_END);
    if (!d)
        return 1;
    printf("http://127.0.0.1:%d\n", MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    while (getchar() != EOF)
        ;
    MHD_stop_daemon(d);
    sqlite3_finalize(peer.rows);
    return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}
