/* descriptors.h: closes descriptors that a process was not meant to have. */
#ifndef FILTER_SANDBOX_DESCRIPTORS_H
#define FILTER_SANDBOX_DESCRIPTORS_H

/*
 * Closes all descriptors from first on, except `but`. If that is less than first, there is no
 * exception.
 */
void descriptors_close(int first, int but);

#endif
