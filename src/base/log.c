#include "log.h"

#include <stdarg.h>
#include <stdio.h>

static void line(const char *level, const char *fmt, va_list ap)
{
    char text[1024];
    (void)vsnprintf(text, sizeof text, fmt, ap);
    for (char *p = text; *p; p++)
        if ((unsigned char)*p < 0x20)
            *p = ' '; /* no forged lines */
    fprintf(stderr, "%s%s\n", level, text);
}

void log_info(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    line("", fmt, ap);
    va_end(ap);
}

void log_error(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    line("error: ", fmt, ap);
    va_end(ap);
}
