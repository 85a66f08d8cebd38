#include "web/routes.h"

#include "base/rand.h"
#include "web/api.h"
#include "web/page.h"

#include <string.h>

/* Fails to compile for an empty action. */
#define ACTION_GIVEN(action) (0u * (unsigned)sizeof(char[sizeof(action) > 1 ? 1 : -1]))
#define ROUTE(method_, pattern_, action_, flags_, page_)                                           \
    {                                                                                              \
        .method = METHOD_##method_, .pattern = "" pattern_, .action = "" action_,                  \
        .flags = (flags_) + ACTION_GIVEN("" action_), .page = (page_)                              \
    }
#define PUBLIC ROUTE_PUBLIC
#define RECORD ROUTE_RECORD
#define API    ROUTE_API
#define PROVEN ROUTE_PROVEN

/* {reg} a register, {uid} a record, {name} any lower-case word. Special words come before {reg};
 * check-domain refuses them as names of registers and moves. */
static const Route table[] = {
    ROUTE(GET, "/aset/{name}", "asset", PUBLIC | ROUTE_ASSET, page_asset),
    ROUTE(GET, "/cetak.css", "asset", ROUTE_OWN, page_print_css),
    ROUTE(GET, "/", "home", 0, page_home),
    ROUTE(GET, "/masuk", "login", PUBLIC, page_login),
    ROUTE(POST, "/masuk", "login", PUBLIC | ROUTE_SLOW | ROUTE_READING, page_login_post),
    ROUTE(GET, "/masuk/kode", "login", ROUTE_OWN | ROUTE_CODE, page_code),
    ROUTE(POST, "/masuk/kode", "login", ROUTE_OWN | ROUTE_CODE | ROUTE_READING, page_code_post),
    ROUTE(GET, "/buktikan", "prove", 0, page_prove),
    ROUTE(POST, "/buktikan", "prove", ROUTE_SLOW | ROUTE_READING, page_prove_post),
    ROUTE(POST, "/keluar", "logout", ROUTE_OWN | ROUTE_LOCKED | ROUTE_CODE | ROUTE_READING,
          page_logout_post),
    ROUTE(GET, "/kunci", "lock", ROUTE_OWN | ROUTE_LOCKED, page_lock),
    ROUTE(POST, "/kunci", "lock", ROUTE_OWN | ROUTE_LOCKED | ROUTE_READING, page_lock_post),
    ROUTE(POST, "/kunci/buka", "lock", ROUTE_OWN | ROUTE_LOCKED | ROUTE_SLOW | ROUTE_READING,
          page_unlock_post),
    ROUTE(GET, "/cari", "list", 0, page_search),
    ROUTE(GET, "/darurat", "emergency", 0, page_emergency),
    ROUTE(POST, "/darurat", "emergency", PROVEN, page_emergency_post),
    ROUTE(GET, "/kecocokan", "list", 0, page_match),
    ROUTE(POST, "/kecocokan/buka", "open", 0, page_match_open_post),
    ROUTE(POST, "/kecocokan/{uid}", "move", RECORD, page_match_post),
    ROUTE(GET, "/akun", "account", ROUTE_OWN, page_account),
    ROUTE(POST, "/akun/sandi", "password", ROUTE_OWN | ROUTE_SLOW, page_password_post),
    ROUTE(POST, "/akun/sesi", "logout", ROUTE_OWN | ROUTE_READING, page_session_post),
    ROUTE(GET, "/akun/kode", "factor", ROUTE_OWN, page_factor),
    ROUTE(POST, "/akun/kode", "factor", ROUTE_OWN, page_factor_post),
    ROUTE(POST, "/akun/kode/mulai", "factor", ROUTE_OWN, page_factor_begin_post),
    ROUTE(POST, "/akun/kode/hapus", "factor", PROVEN, page_factor_remove_post),
    ROUTE(GET, "/akun/baru", "users", PROVEN, page_user_new),
    ROUTE(POST, "/akun/baru", "users", PROVEN | ROUTE_SLOW, page_user_new_post),
    ROUTE(GET, "/akun/{uid}", "users", PROVEN | RECORD, page_user),
    ROUTE(POST, "/akun/{uid}/sandi", "users", PROVEN | RECORD | ROUTE_SLOW, page_user_post),
    ROUTE(POST, "/akun/{uid}/kode", "users", PROVEN | RECORD, page_factor_reset_post),
    ROUTE(POST, "/bahasa", "language", PUBLIC | ROUTE_READING, page_language_post),
    ROUTE(GET, "/antrean/{name}", "list", 0, page_queue),
    ROUTE(GET, "/pilih/wilayah", "places", 0, page_pick_place),
    ROUTE(GET, "/pilih/{reg}", "list", 0, page_pick_record),
    ROUTE(GET, "/pilih/tanda/{name}", "list", 0, page_pick_tag),
    ROUTE(GET, "/bantuan/{reg}", "help", 0, page_help),
    ROUTE(GET, "/impor", "import", 0, page_imports),
    ROUTE(GET, "/impor/jalan/{uid}", "import", 0, page_import_run),
    ROUTE(GET, "/impor/jalan/{uid}/tanda.xlsx", "import", 0, page_import_marked),
    ROUTE(POST, "/impor/jalan/{uid}/pilih", "import", 0, page_import_choose),
    ROUTE(POST, "/impor/jalan/{uid}/terap", "import", 0, page_import_apply),
    ROUTE(POST, "/impor/jalan/{uid}/urung", "import", 0, page_import_undo),
    ROUTE(GET, "/impor/{name}", "import", 0, page_import),
    ROUTE(POST, "/impor/{name}", "import", ROUTE_UPLOAD, page_import_post),
    ROUTE(GET, "/impor/{name}/contoh.xlsx", "import", 0, page_import_template),
    ROUTE(GET, "/{reg}/impor", "import", 0, page_import),
    ROUTE(GET, "/tabel", "count", 0, page_tables),
    ROUTE(GET, "/tabel.xlsx", "count", 0, page_tables_xlsx),
    ROUTE(GET, "/tabel/{name}.csv", "count", 0, page_table_csv),
    ROUTE(GET, "/tabel/{name}.xlsx", "count", 0, page_table_xlsx),
    ROUTE(GET, "/tabel/{name}", "count", 0, page_table),
    ROUTE(GET, "/seri", "list", 0, page_all_series),
    ROUTE(GET, "/seri/{name}", "list", 0, page_series),
    ROUTE(GET, "/audit", "audit", 0, page_audit),
    ROUTE(GET, "/audit/segel", "audit", ROUTE_READING, page_seal),
    ROUTE(GET, "/audit.csv", "audit", 0, page_audit_csv),
    ROUTE(GET, "/retensi", "retention", 0, page_retention),
    ROUTE(GET, "/pemrosesan", "processing", 0, page_processing),
    ROUTE(GET, "/pemrosesan.xlsx", "processing", 0, page_processing_xlsx),
    ROUTE(GET, "/kesehatan", "health", 0, page_health),
    ROUTE(POST, "/kesehatan/audit", "health", 0, page_health_verify),
    ROUTE(POST, "/kesehatan/cadangan", "health", 0, page_backup_post),
    ROUTE(POST, "/kesehatan/periksa", "health", 0, page_health_scrub),
    ROUTE(GET, "/keamanan", "health", 0, page_security),
    ROUTE(GET, "/admin", "administration", 0, page_admin),
    ROUTE(GET, "/kode", "codes", 0, page_code_lists),
    ROUTE(GET, "/kode/{name}", "codes", 0, page_codes),
    ROUTE(POST, "/kode/{name}", "codes", 0, page_codes_post),
    ROUTE(GET, "/tenggat", "limits", 0, page_limits),
    ROUTE(POST, "/tenggat", "limits", 0, page_limits_post),
    ROUTE(GET, "/setelan", "settings", 0, page_settings),
    ROUTE(POST, "/setelan", "settings", 0, page_settings_post),
    ROUTE(GET, "/peran", "roles", 0, page_roles),
    ROUTE(POST, "/peran/setujui", "users", PROVEN, page_roles_approve_post),
    ROUTE(GET, "/peran/{name}", "roles", 0, page_role),
    ROUTE(GET, "/token", "token", PROVEN, page_tokens),
    ROUTE(POST, "/token", "token", PROVEN, page_token_make_post),
    ROUTE(POST, "/token/{uid}/cabut", "token", 0, page_token_revoke_post),
    ROUTE(GET, "/api/v1", "entry", API, api_entry),
    ROUTE(GET, "/api/v1/openapi.json", "help", API, api_openapi),
    ROUTE(GET, "/api/v1/kode/{name}", "codes", API, api_codes),
    ROUTE(GET, "/api/v1/{reg}", "list", API, api_list),
    ROUTE(POST, "/api/v1/{reg}", "create", API, api_create),
    ROUTE(GET, "/api/v1/{reg}/{uid}", "read", API | RECORD, api_show),
    ROUTE(PATCH, "/api/v1/{reg}/{uid}", "change", API | RECORD, api_change),
    ROUTE(POST, "/api/v1/{reg}/{uid}/{name}", "move", API | RECORD, api_move),
    ROUTE(GET, "/draf", "drafts", 0, page_drafts),
    ROUTE(POST, "/draf/hapus", "drafts", 0, page_draft_drop_post),
    ROUTE(GET, "/kiriman", "drafts", 0, page_intake),
    ROUTE(POST, "/kiriman/{uid}/buang", "drafts", 0, page_intake_drop_post),
    ROUTE(POST, "/saringan/{uid}/hapus", "list", 0, page_filter_drop_post),
    ROUTE(POST, "/{reg}/saringan", "list", 0, page_filter_post),
    ROUTE(GET, "/{reg}.xlsx", "export", 0, page_xlsx),
    ROUTE(GET, "/{reg}.csv", "export", 0, page_csv),
    ROUTE(GET, "/{reg}", "list", 0, page_list),
    ROUTE(GET, "/{reg}/baru", "create", 0, page_form),
    ROUTE(GET, "/{reg}/massal", "move", 0, page_bulk),
    ROUTE(POST, "/{reg}/massal", "move", 0, page_bulk_post),
    ROUTE(POST, "/{reg}/baru", "create", ROUTE_FORM | ROUTE_UPLOAD, page_form_post),
    ROUTE(GET, "/{reg}/{uid}", "read", RECORD, page_show),
    ROUTE(GET, "/{reg}/{uid}/ubah", "change", RECORD, page_form),
    ROUTE(POST, "/{reg}/{uid}/ubah", "change", RECORD | ROUTE_FORM | ROUTE_UPLOAD, page_form_post),
    ROUTE(GET, "/{reg}/{uid}/berkas/{name}", "read", RECORD, page_file),
    ROUTE(GET, "/{reg}/{uid}/riwayat", "history", RECORD, page_history),
    ROUTE(GET, "/{reg}/{uid}/pembaca", "audit", RECORD, page_readers),
    ROUTE(GET, "/{reg}/{uid}/salinan", "copy", RECORD | PROVEN, page_subject),
    ROUTE(GET, "/{reg}/{uid}/terdampak", "audit", RECORD, page_breach),
    ROUTE(POST, "/{reg}/{uid}/terdampak", "change", RECORD, page_breach_post),
    ROUTE(GET, "/{reg}/{uid}/musnahkan", "erase", RECORD | PROVEN, page_erase),
    ROUTE(POST, "/{reg}/{uid}/musnahkan", "erase", RECORD | PROVEN, page_erase_post),
    ROUTE(POST, "/{reg}/{uid}/buka", "open", RECORD | ROUTE_READING, page_open_post),
    ROUTE(POST, "/{reg}/{uid}/batalkan", "void", RECORD, page_void_post),
    ROUTE(POST, "/{reg}/{uid}/pulihkan", "void", RECORD, page_restore_post),
    ROUTE(POST, "/{reg}/{uid}/urungkan", "undo", RECORD, page_undo_post),
    ROUTE(POST, "/{reg}/{uid}/{name}", "move", RECORD, page_move_post),
};

const Route *routes_all(size_t *ret_n)
{
    *ret_n = sizeof table / sizeof *table;
    return table;
}

static bool is_word(Str s)
{
    if (s.len == 0 || s.len > 64)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'))
            return false;
    }
    return s.ptr[0] != '.';
}

typedef struct Captured {
    Str reg, uid, name;
} Captured;

/* One segment of a path against one of a pattern; a capture may be followed by a fixed suffix. */
static bool segment_fits(Str pattern, Str segment, Captured *ret)
{
    if (!str_starts(pattern, S("{")))
        return str_eq(pattern, segment) && segment.len > 0;
    ptrdiff_t end = str_find(pattern, '}');
    Str what = {pattern.ptr + 1, (size_t)end - 1};
    Str suffix = str_from(pattern, (size_t)end + 1);
    if (!str_ends(segment, suffix))
        return false;
    Str value = str_head(segment, segment.len - suffix.len);
    if (str_is(what, "uid")) {
        ret->uid = value;
        return uid_shape(value);
    }
    if (!is_word(value))
        return false;
    if (str_is(what, "reg"))
        ret->reg = value;
    else
        ret->name = value;
    return true;
}

static bool path_fits(const char *pattern, Str path, Captured *ret)
{
    Str want = str_of(pattern), p, s;
    *ret = (Captured){0};
    if (str_is(path, "/") || strcmp(pattern, "/") == 0)
        return str_eq(want, path);
    want = str_from(want, 1);
    path = str_from(path, 1);
    if (str_ends(path, S("/")))
        return false;
    while (str_cut(&want, '/', &p))
        if (!str_cut(&path, '/', &s) || !segment_fits(p, s, ret))
            return false;
    return path.len == 0;
}

static Err take(Req *req, const Route *route, const Captured *got, const Register *reg)
{
    req->route = route;
    req->res.allow = STR_NONE;
    req->uid = got->uid;
    req->name = got->name;
    req->reg = reg;
    return ERR_OK;
}

Err route_find(Req *req)
{
    static const char *const allowed[] = {
        "",      "GET, HEAD",        "POST",        "GET, HEAD, POST",
        "PATCH", "GET, HEAD, PATCH", "POST, PATCH", "GET, HEAD, POST, PATCH"};
    unsigned others = 0;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        Captured got;
        if (!str_starts(req->path, S("/")) || !path_fits(table[i].pattern, req->path, &got))
            continue;
        const Register *reg = got.reg.ptr ? model_reg(req->model, got.reg) : NULL;
        if (got.reg.ptr && !reg)
            continue;
        if (table[i].method == req->method)
            return take(req, &table[i], &got, reg);
        others |= 1u << (table[i].method - METHOD_GET);
    }
    if (!others)
        return E_NOT_FOUND;
    req->res.allow = str_of(allowed[others]);
    return E_METHOD;
}
