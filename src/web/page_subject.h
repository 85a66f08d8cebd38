/* Rights of the person whose data it is: ways on from a matter, and parts its pages share. */
#pragma once

#include "web/page.h"

/* On the page of a record: what its matter allows the data-protection officer to make of it. */
void subject_links(Req *req, Html *h, const Record *r);
/* Which offices opened the record and what stands under its key: for the person concerned. */
MUST_CHECK Err readers_offices(Req *req, Html *h, const Record *r);
