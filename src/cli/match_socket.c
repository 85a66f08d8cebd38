#include "cli/match_socket.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { MOST_ASKING = 32, IDLE_SECONDS = 600 };

typedef struct Asking {
    Arena *arena; /* its own */
    const Searching *s;
    int fd;
} Asking;

static atomic_int asking;

static void *serve_one(void *arg)
{
    Asking *one = arg;
    int other = dup(one->fd);
    FILE *in = fdopen(one->fd, "r"), *out = other >= 0 ? fdopen(other, "w") : NULL;
    if (in && out && match_search_talk(one->s, in, out) != ERR_OK)
        fprintf(out, "0,0,unread,0\n");
    if (out)
        fclose(out);
    if (in)
        fclose(in);
    arena_free(one->arena);
    atomic_fetch_sub(&asking, 1);
    return NULL;
}

/* Who comes when there are too many is turned away at once, so that nobody waits for ever. */
static void take(const Searching *s, int fd)
{
    struct timeval idle = {.tv_sec = IDLE_SECONDS};
    pthread_t thread;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof idle);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &idle, sizeof idle);
    if (atomic_fetch_add(&asking, 1) < MOST_ASKING) {
        Arena *own = arena_new(SIZE_MAX);
        Asking *one = ARENA_NEW(own, Asking);
        *one = (Asking){own, s, fd};
        if (pthread_create(&thread, NULL, serve_one, one) == 0) {
            pthread_detach(thread);
            return;
        }
        arena_free(own);
    }
    atomic_fetch_sub(&asking, 1);
    close(fd);
}

/* Takes a socket away that a process before left behind. */
static Err clear_way(int fd, const struct sockaddr_un *at)
{
    struct stat there;
    if (lstat(at->sun_path, &there) != 0)
        return ERR_OK;
    if (!S_ISSOCK(there.st_mode) || connect(fd, (const struct sockaddr *)at, sizeof *at) == 0)
        return E_DUPLICATE;
    return unlink(at->sun_path) == 0 ? ERR_OK : E_IO;
}

static Err listen_at(const char *path, int fd)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    size_t n = strlen(path);
    if (n >= sizeof at.sun_path)
        return E_TOO_LARGE;
    memcpy(at.sun_path, path, n);
    TRY(clear_way(fd, &at));
    if (bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 || chmod(path, 0600) != 0 ||
        listen(fd, MOST_ASKING) != 0)
        return E_IO;
    return ERR_OK;
}

Err match_socket_serve(const Searching *s, const char *path)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return E_IO;
    signal(SIGPIPE, SIG_IGN); /* who asks may leave before the answer */
    Err e = listen_at(path, fd);
    while (e == ERR_OK) {
        int one =
            accept4(fd, &(struct sockaddr){0}, &(socklen_t){sizeof(struct sockaddr)}, SOCK_CLOEXEC);
        if (one >= 0)
            take(s, one);
        else if (errno != EINTR && errno != ECONNABORTED)
            e = E_IO;
    }
    close(fd);
    return e;
}
