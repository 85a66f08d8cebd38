/* One page that leads to everything an administrator keeps; each reader sees what is hers. */
#include "web/page.h"

typedef struct Entry {
    const char *duty, *url;
    Msg label, help;
} Entry;

static void entry(Html *h, Str url, Str label, Str help)
{
    page_link_in(h, "dt", url, label);
    h_element(h, "dd", help);
}

/* Registers that are kept by who keeps accounts. */
static void registers(Req *req, Html *h)
{
    static const RegRole roles[] = {REG_ROLE_USER, REG_ROLE_INSTITUTION, REG_ROLE_MEMBERSHIP,
                                    REG_ROLE_ASSIGNMENT, REG_ROLE_HELP_NUMBER};
    for (size_t i = 0; i < COUNT(roles); i++) {
        const Register *reg = role_reg(req->model, roles[i]);
        if (reg && req_may(req, reg, VERB_LIST))
            entry(h, url_reg(req, reg), req_label(req, &reg->label), req_label(req, &reg->help));
    }
}

bool page_admin_mine(const Req *req)
{
    return req_duty(req, "users") || req_duty(req, "base_data") || req_duty(req, "health") ||
           req_duty(req, "audit");
}

Err page_admin(Req *req)
{
    static const Entry entries[] = {
        {"users", "/akun/baru", M_USER_NEW, M_ADMIN_USER_NEW},
        {"base_data", "/kode", M_CODES, M_ADMIN_CODES},
        {"base_data", "/tenggat", M_LIMITS, M_ADMIN_LIMITS},
        {"base_data", "/setelan", M_SETTINGS, M_ADMIN_SETTINGS},
        {"health", "/kesehatan", M_HEALTH, M_ADMIN_HEALTH},
        {"health", "/keamanan", M_SECURITY, M_SECURITY_LEAD},
        {"audit", "/audit", M_AUDIT, M_ADMIN_AUDIT},
    };
    if (!page_admin_mine(req))
        return E_DENIED;
    Html *h = page_begin(req, req_tr(req, M_ADMIN), NULL, 0);
    h_class(h, "dl", "bantuan");
    for (size_t i = 0; i < COUNT(entries); i++)
        if (req_duty(req, entries[i].duty))
            entry(h, str_of(entries[i].url), req_tr(req, entries[i].label),
                  req_tr(req, entries[i].help));
    registers(req, h);
    entry(h, S("/peran"), req_tr(req, M_ROLES), req_tr(req, M_ROLES_LEAD));
    h_close(h);
    return page_end(req, h);
}
