/* Anchors: signed statements of where the audit chain stands. To recompute the chain
 * takes the key of the installation; to read an anchor takes its public key only, so that an agency
 * which keeps anchors outside knows when the chain behind them was cut or written anew.
 *
 * One anchor is one line of text: "SIGAP-SEGEL-1", the uid of the installation, the number of rows,
 * the moment (ISO 8601 with the zone), the mac of the last row in hex, and the Ed25519 signature of
 * everything before it, in hex. Any program that knows Ed25519 can check it.
 *
 * The key that signs is of the newest epoch of the chain (guard/keys.h). Where an exchange of keys
 * began one, a line "SIGAP-ALIH-1" hands the seal over: the same words of the last row before it,
 * then the old and the new public key, and the signature of either over all that. */
#pragma once

#include "guard/audit.h"

/* The anchors that the program keeps itself, inside the folder of the data. */
#define ANCHOR_FILE "segel.txt"

/* 64 hex characters; the secret half is derived from the key of the newest epoch. */
Str anchor_public_key(const Keyring *k, Arena *a);
/* A line for each exchange of keys from that epoch (1) on, oldest first, the same at every call;
 * empty when there was none. */
Str anchor_handovers(const Keyring *k, Arena *a, Str installation, size_t from);
/* An anchor for the chain as a reading connection sees it; E_NOT_FOUND when it has no row yet. */
MUST_CHECK Err anchor_make(Db *db, const Keyring *k, Arena *a, Str installation, Str *ret_line);

typedef enum AnchorFault {
    ANCHOR_FITS,
    ANCHOR_NO_ANCHOR, /* the line has another shape */
    ANCHOR_FORGED,    /* the signature is not of this key, nor of one handed over to or from it */
    ANCHOR_OLD_KEY,   /* of a key that was handed over before that row */
    ANCHOR_TWICE,     /* a key is handed over that was handed over to another one */
    ANCHOR_OTHER,     /* of another installation than the line before or the database */
    ANCHOR_ORDER,     /* earlier than the line before it */
    ANCHOR_SHORTER, /* later than the line before, with fewer rows or another row of that number */
    ANCHOR_CUT,     /* the chain in the database ends before it */
    ANCHOR_REWRITTEN, /* the chain has another row there */
} AnchorFault;

typedef struct AnchorCheck {
    int64_t lines;       /* read, up to and with the bad one */
    int64_t handovers;   /* among them */
    AnchorFault fault;   /* of the last of them */
    int64_t rows, count; /* rows that the last one speaks of; rows in the database */
    Str at;              /* its moment, inside the text given */
    Str key;             /* the newest public key that the file leads to */
} AnchorCheck;

/* What an agency holds: the anchors, and where it has them the data. */
typedef struct AnchorFile {
    Str text;         /* one a line, anchors by time; empty lines are passed over */
    Str public_key;   /* 64 hex characters, of any time; another shape: ANCHOR_FORGED */
    Db *db;           /* NULL: only signatures and order are checked */
    Str installation; /* asked with `db` */
    Str handovers;    /* beside those in the text: known for certain */
} AnchorFile;

/* Stops at the first line that does not fit. */
MUST_CHECK Err anchor_check(const AnchorFile *f, Arena *a, AnchorCheck *ret);
/* Adds a line to a file of anchors, in the place of one torn by a power cut; on disk when it
 * returns.
 */
MUST_CHECK Err anchor_keep(const char *path, Str line);
