#include "intake/user_make.h"

#include "guard/account.h"
#include "guard/role_grant.h"
#include "model/role_report.h"

typedef struct PutAccount {
    Str uid, login, hash;
    bool temporary;
} PutAccount;

static Err put_account(WriteTx *tx, void *arg)
{
    const PutAccount *p = arg;
    TRY(account_put(tx, p->uid, p->login, p->hash));
    return p->temporary ? account_change_due(tx, p->uid) : ERR_OK;
}

static Err prepare_records(Reader *rd, Batch *b, const NewUser *u, Problems *problems, Str *ret_uid)
{
    const Model *m = rd->store->model;
    const Register *user = role_reg(m, REG_ROLE_USER), *member = role_reg(m, REG_ROLE_MEMBERSHIP);
    Change *c = store_change(rd->arena, CHANGE_CREATE, user, STR_NONE, 0);
    c->parent_reg = role_reg(m, REG_ROLE_INSTITUTION);
    c->parent_uid = u->institution_uid;
    c->owner_uid = u->institution_uid;
    change_set_role(c, FIELD_ROLE_USER_LOGIN, u->login);
    change_set_role(c, FIELD_ROLE_USER_NAME, u->name);
    change_set_role(c, FIELD_ROLE_USER_ROLES, u->roles);
    change_set_role(c, FIELD_ROLE_USER_ACTIVE, S("ya"));
    for (size_t i = 0; i < user->field_count; i++) {
        const Field *f = user->fields[i]; /* kind of account: the list's first code is a person */
        if (f->required && f->kind == FK_CODE && !c->set[i] && f->codes->n)
            change_set(c, f, f->codes->items[0].code);
    }
    TRY(store_prepare(rd, b, c, problems));
    *ret_uid = c->uid;
    Change *k = store_change(rd->arena, CHANGE_CREATE, member, STR_NONE, 0);
    k->parent_reg = c->parent_reg;
    k->parent_uid = u->institution_uid;
    k->owner_uid = u->institution_uid;
    change_set_role(k, FIELD_ROLE_MEMBERSHIP_USER, c->uid);
    change_set_role(k, FIELD_ROLE_MEMBERSHIP_START, date_iso(rd->arena, clock_today()));
    for (size_t i = 0; i < member->field_count; i++) {
        const Field *f = member->fields[i];
        if (f->required && f->kind == FK_TEXT && !k->set[i])
            change_set(k, f, u->name);
    }
    return store_prepare(rd, b, k, problems);
}

Err user_prepare(Reader *rd, const NewUser *u, Problems *problems, Batch **ret)
{
    Batch *b = store_batch(rd);
    PutAccount *put = ARENA_NEW(rd->arena, PutAccount);
    *put = (PutAccount){.login = u->login, .temporary = u->temporary};
    TRY(prepare_records(rd, b, u, problems, &put->uid));
    TRY(u->practice ? password_hash_practice(rd->arena, u->password, &put->hash)
                    : password_hash(rd->arena, u->password, &put->hash));
    b->also = put_account;
    b->also_arg = put;
    *ret = b;
    return ERR_OK;
}

Err user_make(Reader *rd, const NewUser *u, Problems *problems)
{
    Batch *b;
    TRY(user_prepare(rd, u, problems, &b));
    return store_run(b);
}

Err user_approve_roles(WriteTx *tx, const Store *store, const Actor *actor, Str user_uid,
                       Str approver, Str *ret_roles)
{
    AuditAct act = {.store = store,
                    .actor = actor,
                    .uid = user_uid,
                    .result = S("ok"),
                    .reg = role_reg(store->model, REG_ROLE_USER)};
    TRY(roles_approve(tx, user_uid, approver, ret_roles));
    act.action = str_printf(tx->arena, "roles:%.*s", STR_ARG(*ret_roles));
    return store_audit_act(tx, &act);
}

Err user_ask_roles_again(WriteTx *tx, const Store *store, Str user_uid, Str actor)
{
    RoleWish wish = {.user_uid = user_uid,
                     .guarded = roles_guarded(store->model, tx->arena),
                     .approvers = roles_approving(store->model, tx->arena),
                     .actor = actor};
    return roles_ask_again(tx, &wish);
}

bool roles_known(const Model *m, Str roles)
{
    Str word;
    bool all = !str_empty(roles);
    while (str_word(&roles, &word))
        all &= model_role(m, word) >= 0;
    return all;
}
