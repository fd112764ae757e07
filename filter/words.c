#include "filter/words.h"

const char *
words(const char *english)
{
	return english;
}
