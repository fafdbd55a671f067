/*
 * Run a fuzz target over the files of its corpus, without a fuzzer: each
 * argument is a file or a folder of files.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static size_t files;

static void
run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data;
	long n;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (n = ftell(f)) < 0 ||
	    (data = malloc((size_t)n + 1)) == NULL) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	rewind(f);
	if (fread(data, 1, (size_t)n, f) != (size_t)n) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	fclose(f);
	/* Just as large as it is, so that a sanitizer sees what reads past it. */
	data = realloc(data, n > 0 ? (size_t)n : 1);
	LLVMFuzzerTestOneInput(data, (size_t)n);
	free(data);
	files++;
}

static void
run(const char *path)
{
	char name[4096];
	struct dirent *e;
	struct stat st;
	DIR *d;

	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
		run_file(path);
		return;
	}
	if ((d = opendir(path)) == NULL) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof name, "%s/%s", path, e->d_name);
		run_file(name);
	}
	closedir(d);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		run(argv[i]);
	printf("%zu files\n", files);
	return files > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
