#include "filter/proxy/data.h"

/* Handles an octet of a line other than a leading dot. */
static void
text(struct proxy_data *data, char c)
{
	if (data->at == DATA_CR && c == '\n') {
		data->at = DATA_START;
		return;
	}
	if (data->at == DATA_CR || c == '\n')
		data->bare = true; /* a CR without LF, or an LF without CR */
	data->at = c == '\r' ? DATA_CR : DATA_TEXT;
}

size_t
proxy_data_take(struct proxy_data *data, struct slice octets, char *out, size_t *size)
{
	size_t n = 0;

	*size = 0;
	for (size_t i = 0; i < octets.n && !data->done; i++) {
		const char c = octets.p[i];

		if (data->at == DATA_START && c == '.') {
			data->at = DATA_DOT; /* the final dot, or a stuffed one */
			continue;
		}
		if (data->at == DATA_DOT && c == '\r') {
			data->at = DATA_DOT_CR;
			continue;
		}
		if (data->at == DATA_DOT_CR) {
			if (c == '\n') {
				data->done = true;
				*size = n;
				return i + 1;
			}
			out[n++] = '\r';
			data->at = DATA_CR;
		}
		out[n++] = c;
		text(data, c);
	}
	*size = n;
	return data->done ? 0 : octets.n;
}
