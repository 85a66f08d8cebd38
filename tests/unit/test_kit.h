/* What the unit tests share: cmocka with its headers in the order it asks for, short assertions,
 * and numbers that are the same at every run. */
#pragma once

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OK(expr)         assert_string_equal(err_name(expr), err_name(ERR_OK))
#define FAILS(expr, err) assert_string_equal(err_name(expr), err_name(err))

/* Compares text and shows both when they differ. */
#define assert_str(got, want)                                                                      \
    do {                                                                                           \
        Str got_ = (got);                                                                          \
        char got_z_[1024];                                                                         \
        snprintf(got_z_, sizeof got_z_, "%.*s", STR_ARG(got_));                                    \
        assert_string_equal(got_z_, (want));                                                       \
    } while (0)

static inline int arena_setup(void **state)
{
    *state = arena_new(64u << 20);
    return 0;
}

static inline int arena_teardown(void **state)
{
    arena_free(*state);
    return 0;
}

#define ARENA_TEST(fn) cmocka_unit_test_setup_teardown(fn, arena_setup, arena_teardown)

typedef struct Dice {
    uint64_t state;
} Dice;

static inline unsigned dice(Dice *d, unsigned below)
{
    d->state = d->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(d->state >> 33) % below;
}
