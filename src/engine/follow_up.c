#include "engine/follow_up.h"

#include "engine/candidate_db.h"
#include "engine/clock_db.h"
#include "engine/figure_read.h"
#include "engine/paper_truth.h"
#include "engine/question_db.h"
#include "engine/release_publish.h"
#include "engine/repeat_db.h"
#include "engine/rule_db.h"
#include "model/equal_names.h"

Err follow_up_after_change(WriteTx *tx, Batch *batch, const Change *change, const Record *before,
                           const Record *after)
{
    if (after->reg->role == REG_ROLE_CANDIDATE)
        TRY(candidate_decided(tx, batch, change, before, after));
    if (after->reg->role == REG_ROLE_QUESTION && change->kind == CHANGE_CREATE)
        TRY(question_asked(tx, batch, after));
    if (after->reg->role == REG_ROLE_INQUIRY && change->kind == CHANGE_MOVE)
        TRY(inquiry_answered(tx, after));
    if (after->reg->role == REG_ROLE_EQUAL_NAMES)
        TRY(equal_names_changed(tx, after->reg->model));
    if (after->reg->role == REG_ROLE_MATCH_WEIGHTS)
        TRY(likeness_changed(tx, after->reg->model));
    if (after->reg->role == REG_ROLE_RELEASE)
        TRY(release_changed(tx, batch, after));
    TRY(rules_run(tx, batch, after));
    return clocks_run(tx, batch, change, before, after);
}

Err follow_up_advise(Reader *rd, const Batch *batch, const Change *change, const Record *before,
                     Problems *problems)
{
    if (!rd->actor->subject->system) {
        TRY(papers_advise(rd, change, before, problems));
        TRY(question_advise(rd, change));
        TRY(checks_advise(rd, batch, change, problems));
    }
    return figures_advise(rd, batch, change, before, problems);
}
