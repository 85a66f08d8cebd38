/* A QR code as inline SVG: dark squares on white with the quiet zone readers need (ISO/IEC 18004).
 */
#pragma once

#include "web/html.h"

/* `label` is what a screen reader says instead of the picture. E_TOO_LARGE when the text does not
 * fit into a code, E_MEMORY. */
MUST_CHECK Err qr_svg(Html *h, Str text, Str label);
