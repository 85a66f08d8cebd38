/* The first screen: the role's own page if it has one, else queues with counts, drafts, and the
 * registers by group. */
#include "web/page.h"

Err page_home(Req *req)
{
    Html *h = page_begin(req, req_tr(req, M_WEB_HOME), NULL, 0);
    page_end(req, h);
    return ERR_OK;
}
