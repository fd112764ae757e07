/* providers.h: services that send mail for others, by the domains they document. */
#ifndef FILTER_BATCH_PROVIDERS_H
#define FILTER_BATCH_PROVIDERS_H

#include "mime/slice.h"

/* The service's name, or NULL. domain: a signing or envelope domain, or a host's name. */
const char *providers_find(struct slice domain);

#endif
