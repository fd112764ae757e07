/* replay.c: runs a fuzz target over files, without libFuzzer: `replay FILE-OR-FOLDER...` */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static long
replay_file(FILE *in)
{
	size_t size = 0, cap = 1 << 16, got;
	uint8_t *data = malloc(cap);

	while (data != NULL && (got = fread(data + size, 1, cap - size, in)) > 0) {
		size += got;
		if (size == cap) {
			uint8_t *grown = realloc(data, cap *= 2);
			if (grown == NULL)
				free(data);
			data = grown;
		}
	}
	if (data == NULL) {
		fprintf(stderr, "replay: no memory\n");
		exit(2);
	}
	/* an exact copy, so that the sanitizer detects a read past the end */
	uint8_t *exact = malloc(size == 0 ? 1 : size);
	if (exact != NULL) {
		memcpy(exact, data, size);
		(void)LLVMFuzzerTestOneInput(exact, size);
	}
	free(exact);
	free(data);
	return exact == NULL ? 0 : 1;
}

static long
replay(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	long n = 0;

	if (dir == NULL) {
		FILE *in = fopen(path, "rb");
		if (in == NULL) {
			fprintf(stderr, "replay: cannot read %s\n", path);
			exit(2);
		}
		n = replay_file(in);
		fclose(in);
		return n;
	}
	while ((entry = readdir(dir)) != NULL) {
		char name[4096];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		n += replay(name);
	}
	closedir(dir);
	return n;
}

int
main(int argc, char **argv)
{
	long n = 0;

	for (int i = 1; i < argc; i++)
		n += replay(argv[i]);
	printf("%ld inputs replayed\n", n);
	return n > 0 ? 0 : 1;
}
