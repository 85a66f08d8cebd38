#include "identity/synth.h"

#include "base/csv.h"

#include <stdio.h>
#include <string.h>

const char synth_headings[] = "id,nama,tanggal_lahir,jk,nik,tempat_lahir,desa,nama_ibu,telepon,"
                              "paspor,kk\n";

typedef struct Writing {
    const SynthTables *t;
    SynthRandom *r;
} Writing;

static bool happens(Writing *w, SynthFault fault)
{
    return synth_happens(w->r, w->t->rates[fault]);
}

/* ---- words ---- */

static void insert_at(char word[SYNTH_WORD], size_t at, size_t out, Str in)
{
    char rest[SYNTH_WORD];
    snprintf(rest, sizeof rest, "%s", word + at + out);
    snprintf(word + at, SYNTH_WORD - at, "%.*s%s", STR_ARG(in), rest);
}

/* The first of the spellings, from a place taken at random, that the word has room for. */
static void respell(Writing *w, char word[SYNTH_WORD])
{
    const StrList *all = &w->t->spellings;
    size_t from = synth_below(w->r, all->n);
    for (size_t i = 0; i < all->n; i++) {
        Str to = all->items[(from + i) % all->n], old;
        char z[8];
        if (!str_cut(&to, '>', &old) || old.len >= sizeof z)
            continue;
        snprintf(z, sizeof z, "%.*s", STR_ARG(old));
        char *at = strstr(word, z);
        if (at) {
            insert_at(word, (size_t)(at - word), old.len, to);
            return;
        }
    }
}

static void mistype(Writing *w, char word[SYNTH_WORD])
{
    size_t n = strlen(word), at = synth_below(w->r, n);
    char letter = (char)('a' + synth_below(w->r, 26)), old = word[at];
    if (n < 3)
        return;
    switch (synth_below(w->r, 4)) {
    case 0:
        insert_at(word, at, 1, S(""));
        break;
    case 1:
        insert_at(word, at, 0, (Str){&old, 1});
        break;
    case 2:
        word[at] = letter;
        break;
    default:
        if (at + 1 < n) {
            word[at] = word[at + 1];
            word[at + 1] = old;
        }
    }
}

/* "Agustinus" is called Agus, or Tinus. */
static void shorten(Writing *w, char word[SYNTH_WORD])
{
    size_t n = strlen(word), keep = 3 + synth_below(w->r, 3);
    if (n < 6)
        return;
    if (synth_happens(w->r, 0.5))
        memmove(word, word + n - keep, keep + 1);
    else
        word[keep] = 0;
}

static void drop_word(SynthName *n, int at)
{
    for (int i = at; i + 1 < n->n; i++)
        memcpy(n->words[i], n->words[i + 1], SYNTH_WORD);
    n->n--;
}

static void turn(SynthName *n)
{
    char last[SYNTH_WORD];
    memcpy(last, n->words[n->n - 1], SYNTH_WORD);
    for (int i = n->n - 1; i > 0; i--)
        memcpy(n->words[i], n->words[i - 1], SYNTH_WORD);
    memcpy(n->words[0], last, SYNTH_WORD);
}

static void disturb_words(Writing *w, SynthName *n)
{
    for (int i = 0; i < n->n; i++) {
        if (happens(w, SYNTH_spelling))
            respell(w, n->words[i]);
        if (happens(w, SYNTH_typing))
            mistype(w, n->words[i]);
    }
    if (n->n > 1 && happens(w, SYNTH_nickname))
        shorten(w, n->words[0]);
    if (n->n > 2 && happens(w, SYNTH_initial))
        n->words[1][1] = 0;
}

static void put_name(Writing *w, const SynthName *name, Buf *to)
{
    SynthName n = *name;
    disturb_words(w, &n);
    if (n.n > 1 && synth_happens(w->r, w->t->rates[SYNTH_dropped] * (n.n > 2 ? 1 : 0.3)))
        drop_word(&n, (int)synth_below(w->r, (uint64_t)n.n));
    if (n.n > 1 && happens(w, SYNTH_turned))
        turn(&n);
    const char *between = happens(w, SYNTH_joined) ? "" : " ";
    for (int i = 0; i < n.n; i++)
        buf_printf(to, "%s%s", i ? between : "", n.words[i]);
    buf_char(to, ',');
}

/* ---- dates, numbers, places ---- */

static void put_birth(Writing *w, const SynthPapers *p, Buf *to)
{
    int day = p->day, month = p->month, year = p->year;
    if (day <= 12 && happens(w, SYNTH_date_swapped)) {
        day = p->month;
        month = p->day;
    }
    if (happens(w, SYNTH_date_slip)) {
        if (synth_happens(w->r, 0.5))
            year += year % 10 < 9 ? 1 : -1;
        else
            day = day % 10 < 8 ? day + 1 : day - 1;
    }
    if (happens(w, SYNTH_date_default))
        day = month = 1;
    if (happens(w, SYNTH_year_only))
        buf_printf(to, "%d,", year);
    else
        buf_printf(to, "%02d-%02d-%d,", day, month, year);
}

static void put_number(Writing *w, const char *number, Buf *to)
{
    char z[17];
    snprintf(z, sizeof z, "%s", number);
    size_t n = strlen(z);
    if (n && happens(w, SYNTH_number_slip))
        z[n - 1 - synth_below(w->r, 4)] = (char)('0' + synth_below(w->r, 10));
    buf_printf(to, "%s,", z);
}

static void put_place(const StrList *places, size_t at, Buf *to)
{
    csv_cell(to, places->items[at], ',');
    buf_char(to, ',');
}

static void put_phone(Writing *w, const SynthPapers *p, Buf *to)
{
    if (happens(w, SYNTH_new_phone))
        buf_printf(to, "08%010llu,", (unsigned long long)synth_below(w->r, 10000000000u));
    else
        buf_printf(to, "%s,", p->phone);
}

/* Leaves a cell empty at this rate. */
static bool left_out(Writing *w, double rate, Buf *to)
{
    bool out = synth_happens(w->r, rate);
    if (out)
        buf_char(to, ',');
    return out;
}

static void put_dwelling(Writing *w, const SynthPapers *p, Buf *to)
{
    bool moved = happens(w, SYNTH_moved);
    put_place(&w->t->villages, moved ? synth_below(w->r, w->t->villages.n) : p->village, to);
}

void synth_row(const SynthTables *t, SynthRandom *r, const SynthBook *book, const SynthPapers *p,
               Str id, Buf *to)
{
    Writing w = {t, r};
    buf_printf(to, "%.*s,", STR_ARG(id));
    put_name(&w, &p->name, to);
    if (!left_out(&w, book->no_birth, to))
        put_birth(&w, p, to);
    buf_printf(to, "%c,", (happens(&w, SYNTH_sex_wrong) ? !p->woman : p->woman) ? 'P' : 'L');
    if (!left_out(&w, book->no_nik, to))
        put_number(&w, p->nik, to);
    put_place(&t->districts, p->district, to);
    if (!left_out(&w, book->no_village, to))
        put_dwelling(&w, p, to);
    if (!left_out(&w, book->no_mother, to))
        put_name(&w, &p->mother, to);
    if (!left_out(&w, book->no_phone, to))
        put_phone(&w, p, to);
    if (!left_out(&w, book->no_passport, to))
        put_number(&w, p->passport, to);
    put_number(&w, synth_happens(r, 0.4) ? p->card : "", to);
    to->len--;
    buf_char(to, '\n');
}
