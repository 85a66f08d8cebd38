/* Temporary passwords, proposed by the program and shown once in the form that sets them. */
#pragma once

#include "web/page.h"

/* Sixteen random letters and digits in groups of four. */
Str password_propose(Req *req);
/* The control that holds it, with what to do with it in words. */
void password_proposed(Req *req, Html *h, Str proposed);
