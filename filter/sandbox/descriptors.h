/*
 * descriptors.h: a process keeps no descriptor that it was not meant to have.
 */
#ifndef FILTER_SANDBOX_DESCRIPTORS_H
#define FILTER_SANDBOX_DESCRIPTORS_H

/* Closes all from the first on, but one (below the first: none). */
void descriptors_close(int first, int but);

#endif
