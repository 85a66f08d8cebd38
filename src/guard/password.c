#include "guard/account.h"
#include "guard/crypto.h"
#include "guard/leaked.h"
#include "guard/subject.h"
#include "utf8.h"

#include <sodium.h>
#include <string.h>

enum { MIB = 1024 * 1024, REAL_PASSES = 3, REAL_MEMORY = 64 * MIB };
enum { PRACTICE_PASSES = 1, PRACTICE_MEMORY = 8 * MIB };

/* Hash of a random password nobody knows, at the cost of a real one. */
#define DUMMY                                                                                      \
    "$argon2id$v=19$m=65536,t=3,p=1$9NafkczOOui+WTMbcScxiQ$"                                       \
    "ido2U2oHGEKbi49voUdrLWZSzIB5/oVnPwkJ0XgEPnw"

/* Words and runs that make up common passwords, Indonesian and English, longest first where one is
 * the head of another. A password that is one of these, or several, plus digits is refused. */
static const char *const common[] = {
    "qwertyuiop",  "asdfghjkl",   "1234567890", "0987654321", "1q2w3e4r5t",    "qazwsxedc",
    "zxcvbnm",     "password",    "passw0rd",   "p@ssw0rd",   "p@ssword",      "katasandi",
    "sandi",       "rahasia",     "indonesia",  "nusantara",  "pancasila",     "merdeka",
    "garuda",      "jakarta",     "surabaya",   "kupang",     "flores",        "timor",
    "sumba",       "bandung",     "makassar",   "bismillah",  "alhamdulillah", "assalamualaikum",
    "allahuakbar", "subhanallah", "insyaallah", "masyaallah", "tuhanyesus",    "yesuskristus",
    "halleluya",   "haleluya",    "tuhan",      "yesus",      "kristus",       "sayangku",
    "sayang",      "cintaku",     "cinta",      "selamanya",  "bahagia",       "keluarga",
    "anakku",      "ibuku",       "ayahku",     "mama",       "papa",          "kamu",
    "akusayang",   "iloveyou",    "loveyou",    "forever",    "monkey",        "dragon",
    "sunshine",    "princess",    "football",   "baseball",   "superman",      "batman",
    "starwars",    "whatever",    "trustno1",   "welcome",    "letmein",       "master",
    "shadow",      "hello",       "login",      "admin",      "administrator", "root",
    "user",        "guest",       "test",       "secret",     "changeme",      "default",
    "qwerty",      "asdfgh",      "zxcvb",      "qazwsx",     "abcdef",        "abc123",
    "123456",      "654321",      "12345",      "111111",     "000000",        "112233",
    "121212",      "123123",      "satgas",     "gugustugas", "sigap",         "tppo",
    "polisi",      "polri",       "pemerintah", "kabupaten",  "provinsi",      "kementerian",
    "petugas",     "sekretariat",
};

static Err hash_with(Arena *a, Str password, unsigned long long passes, size_t memory, Str *ret)
{
    char out[crypto_pwhash_STRBYTES];
    if (sodium_init() < 0)
        BUG("libsodium does not start");
    if (crypto_pwhash_str_alg(out, password.ptr ? password.ptr : "", password.len, passes, memory,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return E_BUSY; /* not enough memory now */
    *ret = str_copy(a, str_of(out));
    return ERR_OK;
}

Err password_hash(Arena *a, Str password, Str *ret)
{
    return hash_with(a, password, REAL_PASSES, REAL_MEMORY, ret);
}

Err password_hash_practice(Arena *a, Str password, Str *ret)
{
    return hash_with(a, password, PRACTICE_PASSES, PRACTICE_MEMORY, ret);
}

bool password_matches(Str hash, Str password)
{
    char text[crypto_pwhash_STRBYTES] = {0};
    if (sodium_init() < 0)
        BUG("libsodium does not start");
    if (str_empty(hash) || hash.len >= sizeof text)
        return false;
    memcpy(text, hash.ptr, hash.len);
    return crypto_pwhash_str_verify(text, password.ptr ? password.ptr : "", password.len) == 0;
}

void password_dummy(Str password)
{
    (void)password_matches(S(DUMMY), password);
}

/* Cuts the first occurrence of `word` out of the `*n` bytes of `text`. */
static bool cut_word(char *text, size_t *n, Str word)
{
    char *at = memmem(text, *n, word.ptr, word.len);
    if (!at)
        return false;
    size_t before = (size_t)(at - text);
    memmove(at, at + word.len, *n - before - word.len);
    *n -= word.len;
    return true;
}

static size_t letters_of(const char *text, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += (text[i] >= 'a' && text[i] <= 'z') || (unsigned char)text[i] >= 0x80;
    return count;
}

/* Whether common words and the log-in name make up the password, but for fewer than four letters.
 */
static bool common_words(const char *password, size_t len, Str login)
{
    char text[PASSWORD_MAX];
    size_t n = len;
    bool found = false;
    memcpy(text, password, len);
    while (login.len >= 4 && cut_word(text, &n, login))
        found = true;
    for (size_t i = 0; i < COUNT(common); i++)
        while (cut_word(text, &n, str_of(common[i])))
            found = true;
    return found && letters_of(text, n) < 4;
}

/* "aaaaaaaaaaaa", "121212121212": too few different bytes. */
static bool monotonous(Str s)
{
    bool seen[256] = {false};
    int different = 0;
    for (size_t i = 0; i < s.len; i++) {
        bool *b = &seen[(unsigned char)s.ptr[i]];
        different += !*b;
        *b = true;
    }
    return different < 5;
}

/* "23456789012345", "abcdefghijkl": most steps go to the next character, or one back. */
static bool a_run(Str s)
{
    size_t up = 0, down = 0;
    for (size_t i = 1; i < s.len; i++) {
        up += s.ptr[i] == s.ptr[i - 1] + 1 || (s.ptr[i - 1] == '9' && s.ptr[i] == '0');
        down += s.ptr[i] == s.ptr[i - 1] - 1 || (s.ptr[i - 1] == '0' && s.ptr[i] == '9');
    }
    size_t most = up > down ? up : down;
    return most * 4 > (s.len - 1) * 3;
}

Err password_acceptable(const char *dir, Str password, Str login)
{
    if (password.len > PASSWORD_MAX || !utf8_valid(password) || utf8_count(password) < PASSWORD_MIN)
        return E_INVALID;
    Arena *a = arena_new(4096);
    Str lower = str_lower(a, password);
    bool bad = monotonous(lower) || a_run(lower) ||
               common_words(lower.ptr, lower.len, login_fold(a, login));
    arena_free(a);
    if (bad)
        return E_INVALID;
    return leaked_has(dir, password) ? E_LEAKED : ERR_OK;
}
