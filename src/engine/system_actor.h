/* In whose name the program acts by itself, in history and record of access: "sistem:..". */
#pragma once

#include "model/store.h"

/* Static storage. Rules act within the change that called them, the ticker at its time. */
const Actor *system_actor_rules(void);
const Actor *system_actor_clock(void);
