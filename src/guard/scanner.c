#include "guard/scanner.h"

#include "clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CHUNK = 256 * 1024, ANSWER_MAX = 256, SHOWN_MAX = 80 };

typedef struct Line {
    int fd;
    int64_t end; /* on the steady clock */
} Line;

_Static_assert(SCAN_PATH_MAX < sizeof((struct sockaddr_un){0}).sun_path, "a path has its NUL");

static bool reach(Line *l, Str path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (str_empty(path) || path.len > SCAN_PATH_MAX)
        return false;
    memcpy(at.sun_path, path.ptr, path.len);
    l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return l->fd >= 0 && connect(l->fd, (const struct sockaddr *)&at, sizeof at) == 0;
}

static bool ready(const Line *l, short what)
{
    struct pollfd p = {.fd = l->fd, .events = what};
    int64_t left;
    int n = 0;
    while (n == 0 && (left = l->end - clock_steady()) > 0) {
        n = poll(&p, 1, (int)left);
        n = n < 0 && errno == EINTR ? 0 : n;
    }
    return n > 0;
}

/* Whether a call that gave nothing is to be made again. */
static bool again(ssize_t got)
{
    return got < 0 && (errno == EAGAIN || errno == EINTR);
}

static bool put(const Line *l, const void *bytes, size_t n)
{
    const char *at = bytes;
    while (n && ready(l, POLLOUT)) {
        ssize_t sent = send(l->fd, at, n, MSG_NOSIGNAL);
        if (sent < 0 && !again(sent))
            return false;
        at += sent > 0 ? sent : 0;
        n -= sent > 0 ? (size_t)sent : 0;
    }
    return n == 0;
}

/* Each piece behind its length, the last one empty. Who hangs up before that has said why. */
static void put_stream(const Line *l, Str bytes)
{
    bool good = put(l, "zINSTREAM", sizeof "zINSTREAM");
    for (size_t n = CHUNK; good && n; bytes = str_from(bytes, n)) {
        n = bytes.len < CHUNK ? bytes.len : CHUNK;
        uint32_t size = htonl((uint32_t)n);
        good = put(l, &size, sizeof size) && put(l, bytes.ptr, n);
    }
}

/* Up to the NUL that ends it; absent when there is none, or more behind it. */
static Str answer(const Line *l, char text[ANSWER_MAX])
{
    size_t n = 0;
    while (n < ANSWER_MAX && ready(l, POLLIN)) {
        ssize_t got = recv(l->fd, text + n, ANSWER_MAX - n, 0);
        if (got <= 0 && !again(got))
            break;
        n += got > 0 ? (size_t)got : 0;
        const char *end = memchr(text, '\0', n);
        if (end)
            return end == text + n - 1 ? (Str){text, n - 1} : STR_NONE;
    }
    return STR_NONE;
}

static Str shown(Arena *a, Str said)
{
    Buf b = buf_new(a, SHOWN_MAX);
    said = str_head(said, SHOWN_MAX);
    for (size_t i = 0; i < said.len; i++)
        buf_char(&b, said.ptr[i] >= ' ' && said.ptr[i] <= '~' ? said.ptr[i] : '?');
    return said.len ? buf_str(&b) : STR_NONE;
}

static Scan judge(Arena *a, Str said, Str *ret_said)
{
    const Str head = S("stream: "), tail = S(" FOUND");
    bool found = said.len > head.len + tail.len && str_starts(said, head) && str_ends(said, tail);
    if (found)
        said = str_head(str_from(said, head.len), said.len - head.len - tail.len);
    *ret_said = shown(a, said);
    return found ? SCAN_FOUND : str_is(said, "stream: OK") ? SCAN_CLEAN : SCAN_FAILED;
}

Scan scan_bytes(Arena *a, Str path, Str bytes, int64_t ms, Str *ret_said)
{
    Line l = {.fd = -1, .end = clock_steady() + ms};
    char text[ANSWER_MAX];
    Str said = STR_NONE;
    if (reach(&l, path)) {
        put_stream(&l, bytes);
        said = answer(&l, text);
    }
    if (l.fd >= 0)
        close(l.fd);
    return judge(a, said, ret_said);
}
