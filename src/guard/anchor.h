/* Anchors: signed statements of where the audit chain stands. To recompute the chain
 * takes the key of the installation; to read an anchor takes its public key only, so that an agency
 * which keeps anchors outside knows when the chain behind them was cut or written anew.
 *
 * One anchor is one line of text: "SIGAP-SEGEL-1", the uid of the installation, the number of rows,
 * the moment (ISO 8601 with the zone), the mac of the last row in hex, and the Ed25519 signature of
 * everything before it, in hex. Any program that knows Ed25519 can check it. */
#pragma once

#include "guard/audit.h"

/* The anchors that the program keeps itself, inside the folder of the data. */
#define ANCHOR_FILE "segel.txt"

/* 64 hex characters; the secret half is derived from the key of the installation. */
Str anchor_public_key(const Keyring *k, Arena *a);
/* An anchor for the chain as a reading connection sees it; E_NOT_FOUND when it has no row yet. */
MUST_CHECK Err anchor_make(Db *db, const Keyring *k, Arena *a, Str installation, Str *ret_line);

typedef enum AnchorFault {
    ANCHOR_FITS,
    ANCHOR_NO_ANCHOR, /* the line has another shape */
    ANCHOR_FORGED,    /* the signature is not of this key */
    ANCHOR_OTHER,     /* of another installation than the line before or the database */
    ANCHOR_ORDER,     /* earlier than the line before it */
    ANCHOR_SHORTER, /* later than the line before, with fewer rows or another row of that number */
    ANCHOR_CUT,     /* the chain in the database ends before it */
    ANCHOR_REWRITTEN, /* the chain has another row there */
} AnchorFault;

typedef struct AnchorCheck {
    int64_t lines;       /* anchors read, up to and with the bad one */
    AnchorFault fault;   /* of the last of them */
    int64_t rows, count; /* rows that the last one speaks of; rows in the database */
    Str at;              /* its moment, inside the text given */
} AnchorCheck;

/* What an agency holds: the anchors, and where it has them the data. */
typedef struct AnchorFile {
    Str text;         /* one anchor a line, by time; empty lines are passed over */
    Str public_key;   /* 64 hex characters; another shape: ANCHOR_FORGED */
    Db *db;           /* NULL: only signatures and order are checked */
    Str installation; /* asked with `db` */
} AnchorFile;

/* Stops at the first line that does not fit. */
MUST_CHECK Err anchor_check(const AnchorFile *f, Arena *a, AnchorCheck *ret);
/* Adds a line to a file of anchors, in the place of one torn by a power cut; on disk when it
 * returns.
 */
MUST_CHECK Err anchor_keep(const char *path, Str line);
