/* The disk that runs full. A file of reserve lies beside the data. When room runs
 * short, or a write fails for want of it, the writer refuses changes and the reserve is given up,
 * so that there is room for what goes with reading: audit rows, log-ins. When there is room again,
 * both come back by themselves. */
#pragma once

#include "db/writer.h"
#include "guard/installation.h"

#define ROOM_RESERVE_FILE "ruang.cadangan"
/* Bytes: the reserve; below so many free ones nothing is changed; so many let changes in again. */
enum { ROOM_RESERVE = 64 << 20, ROOM_LOW = 32 << 20, ROOM_AGAIN = ROOM_RESERVE + 2 * ROOM_LOW };

/* To be called every second by one thread. */
void room_watch(const Installation *in, Writer *wr);
/* Before an installation in this folder is opened: gives up the reserve where room is short. */
void room_make_way(const char *dir);
/* How much of the disk is in use, in hundredths; 0 when it cannot be told. */
int room_used(const Installation *in);
