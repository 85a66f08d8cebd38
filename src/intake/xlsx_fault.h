/* Why an XLSX file was refused. The child tells it by its exit status, XLSX_EXIT + fault. */
#pragma once

typedef enum XlsxFault {
    XLSX_OK,
    XLSX_BROKEN,  /* no zip, cut off, bad XML, contradicting parts */
    XLSX_MISSING, /* a part is not there; becomes XLSX_BROKEN where the part is needed */
    XLSX_LOCKED,  /* encrypted */
    XLSX_BOMB,    /* inflates too far */
    XLSX_DTD,     /* document type declaration */
    XLSX_ROWS,
    XLSX_COLUMNS,
    XLSX_CELLS,
    XLSX_IS_ODS,
    XLSX_IS_XLSB,
    XLSX_IS_DOCX,
    XLSX_IS_ZIP,  /* some other zip */
    XLSX_OUTPUT,  /* what was read could not be passed on */
    XLSX_SANDBOX, /* the child could not start or lock itself in, or crashed */
    XLSX_MEMORY,  /* out of memory or time: told by the parent */
    XLSX_FAULTS
} XlsxFault;

enum { XLSX_EXIT = 64 };

/* Returns early with the fault of EXPR, if any. */
#define XLSX_TRY(EXPR)                                                                             \
    do {                                                                                           \
        XlsxFault fault_ = (EXPR);                                                                 \
        if (fault_ != XLSX_OK)                                                                     \
            return fault_;                                                                         \
    } while (0)
