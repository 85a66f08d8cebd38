/* One's own drafts on the pages that show them. */
#pragma once

#include "web/page.h"

/* The newest drafts as links and how many there are; nothing without any. */
MUST_CHECK Err drafts_newest(Req *req, Html *h);
