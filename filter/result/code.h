/* code.h: the sentence of a stable code, for what was stored by its code. */
#ifndef FILTER_RESULT_CODE_H
#define FILTER_RESULT_CODE_H

/* The English sentence of a reason_code or an error_code; NULL where this version has no such code,
 * or code is NULL. */
const char *code_text(const char *code);

#endif
