/* code.h: looks up the sentence for a stored code. */
#ifndef FILTER_RESULT_CODE_H
#define FILTER_RESULT_CODE_H

/*
 * The English sentence of a reason_code or an error_code; NULL if this version has no such code, or
 * code is NULL.
 */
const char *code_text(const char *code);

#endif
