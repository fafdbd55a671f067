/*
 * libopendkim as a peer: see peers.py for what standard input holds.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <opendkim/dkim.h>

enum { WORDS = 8, RECORDS = 16 };

static struct record {
	char *name, *text;
} records[RECORDS];
static size_t nrecords;
static DKIM_LIB *lib;

static char *
slurp(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	char *text;
	long size;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0)
		return NULL;
	rewind(f);
	text = malloc((size_t)size + 1);
	*n = fread(text, 1, (size_t)size, f);
	text[*n] = '\0';
	fclose(f);
	return text;
}

static DKIM_CBSTAT
look(DKIM *dkim, DKIM_SIGINFO *sig, unsigned char *buf, size_t size)
{
	char name[512];

	(void)dkim;
	snprintf(name, sizeof name, "%s._domainkey.%s",
	    (char *)dkim_sig_getselector(sig), (char *)dkim_sig_getdomain(sig));
	for (size_t i = 0; i < nrecords; i++)
		if (strcasecmp(records[i].name, name) == 0) {
			snprintf((char *)buf, size, "%s", records[i].text);
			return DKIM_CBSTAT_CONTINUE;
		}
	return DKIM_CBSTAT_NOTFOUND;
}

static const char *
read_zone(char **w)
{
	size_t n;
	char *text = slurp(w[1], &n), *line, *save;

	for (line = strtok_r(text, "\n", &save);
	    line != NULL && nrecords < RECORDS;
	    line = strtok_r(NULL, "\n", &save)) {
		char *tab = strchr(line, '\t');

		*tab = '\0';
		records[nrecords++] = (struct record){ line, tab + 1 };
	}
	return "read";
}

static DKIM_STAT
feed(DKIM *d, char *text, size_t n)
{
	DKIM_STAT r = dkim_chunk(d, (u_char *)text, n);
	_Bool testing;

	if (r == DKIM_STAT_OK)
		r = dkim_chunk(d, NULL, 0);
	return r == DKIM_STAT_OK ? dkim_eom(d, &testing) : r;
}

static int
canon_of(const char *word)
{
	return strncmp(word, "relaxed", 7) == 0 ? DKIM_CANON_RELAXED :
	    DKIM_CANON_SIMPLE;
}

static const char *
sign(char **w)
{
	static char why[128];
	bool ed = strcmp(w[1], "ed25519-sha256") == 0;
	size_t n, key_n, field_n;
	char *text = slurp(w[6], &n), *key = slurp(w[5], &key_n);
	u_char *field;
	DKIM_STAT r;
	DKIM *d;
	FILE *f;

	if (ed && !dkim_libfeature(lib, DKIM_FEATURE_ED25519))
		return "lacking";
	d = dkim_sign(lib, (const u_char *)"x", NULL, (dkim_sigkey_t)key,
	    (u_char *)w[4], (u_char *)w[3], canon_of(w[2]),
	    canon_of(strchr(w[2], '/') + 1),
	    ed ? DKIM_SIGN_ED25519SHA256 : DKIM_SIGN_RSASHA256, -1, &r);
	if (d != NULL)
		r = feed(d, text, n);
	if (d == NULL || r != DKIM_STAT_OK || (r = dkim_getsighdr_d(d, 16,
	    &field, &field_n)) != DKIM_STAT_OK) {
		snprintf(why, sizeof why, "error: %s", dkim_getresultstr(r));
		return why;
	}
	f = fopen(w[7], "wb");
	fprintf(f, "DKIM-Signature: ");
	/* Folds come as LF alone. */
	for (size_t i = 0; i < field_n; i++) {
		if (field[i] == '\n' && (i == 0 || field[i - 1] != '\r'))
			fputc('\r', f);
		fputc(field[i], f);
	}
	fprintf(f, "\r\n");
	fwrite(text, 1, n, f);
	fclose(f);
	dkim_free(d);
	free(text);
	free(key);
	return "signed";
}

static const char *
verify(char **w)
{
	DKIM_STAT r;
	DKIM *d = dkim_verify(lib, (const u_char *)"x", NULL, &r);
	size_t n;
	char *text = slurp(w[1], &n);

	r = feed(d, text, n);
	dkim_free(d);
	free(text);
	return r == DKIM_STAT_OK ? "pass" : dkim_getresultstr(r);
}

int
main(void)
{
	static const struct {
		const char *name;
		const char *(*run)(char **);
	} commands[] = { { "zone", read_zone }, { "sign", sign },
		{ "verify", verify } };
	char line[8192];

	if ((lib = dkim_init(NULL, NULL)) == NULL)
		return 1;
	dkim_set_key_lookup(lib, look);
	while (fgets(line, sizeof line, stdin) != NULL) {
		char *w[WORDS] = { NULL }, *save;
		const char *answer = "error: no such command";
		int n = 0;

		line[strcspn(line, "\n")] = '\0';
		for (char *p = strtok_r(line, "\t", &save);
		    p != NULL && n < WORDS; p = strtok_r(NULL, "\t", &save))
			w[n++] = p;
		for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
			if (n > 0 && strcmp(w[0], commands[i].name) == 0)
				answer = commands[i].run(w);
		puts(answer);
		fflush(stdout);
	}
	dkim_close(lib);
	return 0;
}
