#include "engine/disk_room.h"

#include "base/file.h"
#include "base/log.h"

#include <stdio.h>

typedef struct Place {
    char reserve[4096];
    int64_t room;
} Place;

/* False when the disk does not answer: then nothing is decided. */
static bool place_of(const char *dir, Place *ret)
{
    int n = snprintf(ret->reserve, sizeof ret->reserve, "%s/" ROOM_RESERVE_FILE, dir);
    return n > 0 && (size_t)n < sizeof ret->reserve && file_free_space(dir, &ret->room) == ERR_OK;
}

static void let_in_again(const Place *p, Writer *wr)
{
    if (p->room < ROOM_AGAIN || file_reserve(p->reserve, ROOM_RESERVE) != ERR_OK)
        return;
    if (writer_refuses(wr))
        log_info("room on the disk again: changes are let in");
    writer_refuse(wr, false);
}

void room_watch(const Installation *in, Writer *wr)
{
    Place p = {0};
    if (!place_of(in->dir, &p))
        return;
    bool reserve = file_exists(p.reserve), full = writer_refuses(wr);
    if (p.room < ROOM_LOW && !full) {
        log_error("the disk is full: nothing is changed until there is room");
        writer_refuse(wr, true);
        full = true;
    }
    if (full && reserve)
        file_remove(p.reserve);
    else if (!reserve)
        let_in_again(&p, wr);
}

void room_make_way(const char *dir)
{
    Place p = {0};
    if (place_of(dir, &p) && p.room < ROOM_LOW)
        file_remove(p.reserve);
}

int room_used(const Installation *in)
{
    int64_t room, all;
    if (file_free_space(in->dir, &room) != ERR_OK || file_disk_size(in->dir, &all) != ERR_OK ||
        all <= 0)
        return 0;
    return (int)((all - room) * 100 / all);
}
