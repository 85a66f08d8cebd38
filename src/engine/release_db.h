/* Releases: the figures of a half-year that is over, frozen when they are published. Whoever sees
 * masked figures sees those of a release, never a count of today: the difference of two counts
 * would tell who came between. */
#pragma once

#include "engine/audience.h"
#include "model/query.h"

typedef struct Release {
    Str uid, number, hash, correction;
    int64_t version, at;
    Str text; /* what was frozen, table_freeze */
} Release;

typedef ARENA_LIST(Release) Releases;

/* Whether figures for that audience come from releases only: not exact ones, nor where the domain
 * keeps no releases. */
bool release_needed(const Model *m, Audience audience);
/* All versions of a half-year, opened, the first one first, up to the newest that is for the
 * audience; none when it was not released for it. */
MUST_CHECK Err releases_read(Reader *rd, Arena *a, Str period, Audience audience, Releases *ret);
/* Published versions of a half-year in their order, for whomever. */
MUST_CHECK Err releases_published(Db *db, Arena *a, const Model *m, Period period, IdList *ret);
/* The newest half-year that was released for the audience; absent when none was. */
MUST_CHECK Err release_latest(Reader *rd, Audience audience, Str *ret_period);
