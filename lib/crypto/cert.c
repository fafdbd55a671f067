/*
 * Certificates by OpenSSL's X.509.
 *
 * What TLSA records are compared with are the octets as they came, cut out
 * here: what the library encodes anew may differ.
 */
#include <stdio.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "crypto/crypto.h"
#include "crypto/der.h"
#include "crypto/pem.h"

static X509 *
x509_of(const struct cert *c)
{
	return (X509 *)(void *)c->x509;
}

/* ---- Errors ---- */

enum { OURS = 777, QUEUE_MAX = 16 };	/* a reason of our own */

/*
 * What the library says of errors from here on goes with ERR_pop_to_mark().  The
 * first is none: it parts our errors from what others have left.
 */
static void
watch_errors(void)
{
	ERR_set_mark();
	ERR_raise(ERR_LIB_USER, OURS);
}

static bool
is_ours(unsigned long code)
{
	return ERR_GET_LIB(code) == ERR_LIB_USER && ERR_GET_REASON(code) == OURS;
}

/*
 * Has the library failed for want of memory since it is watched?  That is told
 * by an error somewhere among others, which can only be read from the oldest on:
 * those of others are put back, without their places in files and marks.
 */
static bool
lacked_memory(void)
{
	struct {
		unsigned long code;
		char data[128];
	} others[QUEUE_MAX];
	bool ours = false, lacked = false;
	unsigned long code;
	const char *data;
	int n = 0, flags;

	while ((code = ERR_get_error_all(NULL, NULL, NULL, &data, &flags)) !=
	    0) {
		if (is_ours(code)) {
			ours = true;
			lacked = false;
			continue;
		}
		lacked |= ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
		if (ours || n == QUEUE_MAX)
			continue;
		others[n].code = code;
		snprintf(others[n++].data, sizeof others[0].data, "%s",
		    (flags & ERR_TXT_STRING) != 0 ? data : "");
	}
	/* Without ours the queue has overflown: they are all of the library. */
	for (int i = 0; ours && i < n; i++)
		ERR_raise_data(ERR_GET_LIB(others[i].code),
		    ERR_GET_REASON(others[i].code), "%s", others[i].data);
	watch_errors();
	return lacked;
}

/* ---- Read: octets ---- */

enum { DER_VERSION = 0xa0 };

/* The element at the start of *in, its header too; false: it is no such. */
static bool
take_whole(struct slice *in, uint8_t type, struct slice *out)
{
	struct slice all = *in, content;

	if (!ma_der_take(in, type, &content))
		return false;
	*out = ma_sub(all, 0, all.n - in->n);
	return true;
}

/* RFC 5280 section 4.1: where subjectPublicKeyInfo stands. */
static bool
find_key(struct slice der, struct slice *key)
{
	struct slice all, tbs, skipped;

	if (!ma_der_take(&der, DER_SEQUENCE, &all) || der.n > 0 ||
	    !ma_der_take(&all, DER_SEQUENCE, &tbs))
		return false;
	ma_der_take(&tbs, DER_VERSION, &skipped);
	return ma_der_take(&tbs, DER_INTEGER, &skipped) &&	/* serial */
	    ma_der_take(&tbs, DER_SEQUENCE, &skipped) &&	/* signature */
	    ma_der_take(&tbs, DER_SEQUENCE, &skipped) &&	/* issuer */
	    ma_der_take(&tbs, DER_SEQUENCE, &skipped) &&	/* validity */
	    ma_der_take(&tbs, DER_SEQUENCE, &skipped) &&	/* subject */
	    take_whole(&tbs, DER_SEQUENCE, key);
}

static bool
make_digests(struct cert *c)
{
	static const char *const names[CERT_DIGESTS] = { "SHA256", "SHA512" };
	size_t n;

	for (int part = 0; part < CERT_PARTS; part++)
		for (int d = 0; d < CERT_DIGESTS; d++)
			if (EVP_Q_digest(NULL, names[d], NULL,
			    c->part[part].p, c->part[part].n,
			    c->digest[part][d], &n) != 1)
				return false;
	return true;
}

/* ---- Read: what is shown ---- */

/* Text without what could be taken for something else.  NULL: no memory. */
static const char *
printable(struct arena *arena, struct slice s)
{
	struct buf b = { 0 };
	const char *copy = NULL;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c > ' ' && c < 0x7f && c != '\\')
			ma_buf_char(&b, (char)c);
		else
			ma_buf_fmt(&b, "\\x%02x", c);
	}
	if (!b.failed)
		copy = ma_arena_str(arena, ma_slice(b.p, b.n));
	ma_buf_free(&b);
	return copy;
}

/* False: no memory. */
static bool
read_subject(struct cert *c)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long n = -1;

	if (bio != NULL && X509_NAME_print_ex(bio,
	    X509_get_subject_name(x509_of(c)), 0,
	    XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0)
		n = BIO_get_mem_data(bio, &text);
	if (n >= 0)
		c->subject = ma_arena_str(&c->arena, ma_slice(text, (size_t)n));
	BIO_free(bio);
	return c->subject != NULL;
}

/* False: no memory. */
static bool
add_name(struct cert *c, const ASN1_STRING *s)
{
	c->names[c->nnames] = printable(&c->arena,
	    ma_slice(ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)));
	return c->names[c->nnames++] != NULL;
}

static bool
read_dns_ids(struct cert *c, const GENERAL_NAMES *list)
{
	int n = list != NULL ? sk_GENERAL_NAME_num(list) : 0, type;

	c->names = ma_arena_alloc(&c->arena, ((size_t)n + 1) * sizeof *c->names);
	for (int i = 0; c->names != NULL && i < n; i++) {
		const ASN1_STRING *value = GENERAL_NAME_get0_value(
		    sk_GENERAL_NAME_value(list, i), &type);

		if (type == GEN_DNS && !add_name(c, value))
			return false;
	}
	return c->names != NULL;
}

/* RFC 7672 section 3.2.3: where there is no DNS-ID. */
static bool
read_common_names(struct cert *c)
{
	X509_NAME *name = X509_get_subject_name(x509_of(c));
	int n = X509_NAME_entry_count(name);

	c->names = ma_arena_alloc(&c->arena, ((size_t)n + 1) * sizeof *c->names);
	if (c->names == NULL)
		return false;
	for (int i = -1; (i = X509_NAME_get_index_by_NID(name, NID_commonName,
	    i)) >= 0;)
		if (!add_name(c, X509_NAME_ENTRY_get_data(
		    X509_NAME_get_entry(name, i))))
			return false;
	return true;
}

static bool
read_names(struct cert *c)
{
	GENERAL_NAMES *list = X509_get_ext_d2i(x509_of(c),
	    NID_subject_alt_name, NULL, NULL);
	bool good = !(list == NULL && lacked_memory()) && read_dns_ids(c, list);

	GENERAL_NAMES_free(list);
	return good && (c->nnames > 0 || read_common_names(c));
}

static bool
read_time(const ASN1_TIME *t, int64_t *out)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days, seconds;
	bool good = epoch != NULL && ASN1_TIME_diff(&days, &seconds, epoch, t);

	ASN1_TIME_free(epoch);
	if (good)
		*out = (int64_t)days * 86400 + seconds;
	return good;
}

/* ---- Read: all of it ---- */

static X509 *
parse(struct slice der)
{
	const unsigned char *p = (const unsigned char *)der.p;

	return d2i_X509(NULL, &p, (long)der.n);
}

/* Its extensions are read when they are first asked for. */
static bool
is_whole(X509 *x)
{
	EVP_PKEY *key = X509_get0_pubkey(x);

	return X509_check_purpose(x, -1, 0) == 1 && key != NULL &&
	    EVP_PKEY_get_security_bits(key) > 0;
}

/*
 * The library says nothing where it could not read the key or an extension for
 * want of memory, and never tries again.  We do: what then can be read was not
 * the certificate's fault.
 */
static bool
is_incomplete(const struct cert *c)
{
	X509 *again;
	bool lacked;

	if (is_whole(x509_of(c)))
		return false;
	again = parse(c->part[CERT_WHOLE]);
	lacked = again == NULL || is_whole(again) || lacked_memory();
	X509_free(again);
	return lacked;
}

static int
read_cert(struct cert *c, struct slice der)
{
	if (der.n > CERT_OCTETS_MAX || !find_key(der, &c->part[CERT_KEY]))
		return MAILAUTH_ESYNTAX;
	c->part[CERT_WHOLE] = ma_slice(ma_arena_str(&c->arena, der), der.n);
	if (c->part[CERT_WHOLE].p == NULL)
		return MAILAUTH_ENOMEM;
	find_key(c->part[CERT_WHOLE], &c->part[CERT_KEY]);
	c->x509 = (struct x509 *)(void *)parse(c->part[CERT_WHOLE]);
	if (c->x509 == NULL)
		return lacked_memory() ? MAILAUTH_ENOMEM : MAILAUTH_ESYNTAX;
	if (is_incomplete(c))
		return MAILAUTH_ENOMEM;
	if (!make_digests(c))
		return lacked_memory() ? MAILAUTH_ENOMEM : MAILAUTH_ECRYPTO;
	if (!read_time(X509_get0_notBefore(x509_of(c)), &c->not_before) ||
	    !read_time(X509_get0_notAfter(x509_of(c)), &c->not_after))
		return lacked_memory() ? MAILAUTH_ENOMEM : MAILAUTH_ESYNTAX;
	return read_subject(c) && read_names(c) ? MAILAUTH_DONE :
	    MAILAUTH_ENOMEM;
}

int
ma_cert_read(struct slice der, struct cert **out)
{
	struct cert *c = ma_calloc(sizeof *c);
	int r = MAILAUTH_ENOMEM;

	*out = NULL;
	if (c == NULL)
		return r;
	watch_errors();
	r = read_cert(c, der);
	ERR_pop_to_mark();
	if (r == MAILAUTH_DONE)
		*out = c;
	else
		ma_cert_free(c);
	return r;
}

void
ma_cert_free(struct cert *c)
{
	if (c == NULL)
		return;
	X509_free(x509_of(c));
	ma_arena_free(&c->arena);
	ma_free(c);
}

static int
read_one(struct slice der, int (*take)(void *, struct cert *), void *arg,
    const char **what)
{
	struct cert *c;
	int r = ma_cert_read(der, &c);

	if (r == MAILAUTH_ESYNTAX)
		*what = "it is no certificate, or something follows it";
	return r == MAILAUTH_DONE ? take(arg, c) : r;
}

static int
read_base64(struct slice text, int (*take)(void *, struct cert *), void *arg,
    const char **what)
{
	uint8_t *octets;
	size_t n;
	int r = MAILAUTH_ESYNTAX;

	*what = "it is too long for a certificate";
	if (text.n > 2 * CERT_OCTETS_MAX)
		return r;
	if ((octets = ma_realloc(NULL, text.n / 4 * 3 + 3)) == NULL)
		return MAILAUTH_ENOMEM;
	*what = "it is not base64";
	if (ma_base64_decode(text, octets, &n))
		r = read_one(ma_slice(octets, n), take, arg, what);
	ma_free(octets);
	return r;
}

int
ma_certs_read(struct slice text, int (*take)(void *, struct cert *), void *arg,
    const char **what)
{
	struct slice label, base64;
	enum pem_status status;
	bool some = false;
	int r;

	/* No certificate is so short that its length is a letter. */
	if (text.n > 1 && text.p[0] == DER_SEQUENCE &&
	    ((unsigned char)text.p[1] & 0x80) != 0)
		return read_one(text, take, arg, what);
	while ((status = ma_pem_next(&text, &label, &base64)) == PEM_OK) {
		some = true;
		*what = "it is something else than a certificate";
		if (!ma_eq(label, SLICE_LIT("CERTIFICATE")))
			return MAILAUTH_ESYNTAX;
		r = read_base64(base64, take, arg, what);
		if (r != MAILAUTH_DONE)
			return r;
	}
	*what = status == PEM_BROKEN ? "the PEM text has no end" :
	    "it is neither PEM nor DER";
	return status == PEM_END && some ? MAILAUTH_DONE : MAILAUTH_ESYNTAX;
}

/* ---- Paths ---- */

static enum cert_path
check_names(const struct cert *leaf, const char *const *names, size_t n)
{
	int r;

	for (size_t i = 0; i < n; i++) {
		/* "*" is a whole label, the first: RFC 7672 section 3.2.3. */
		r = X509_check_host(x509_of(leaf), names[i], strlen(names[i]),
		    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL);
		if (r == 1)
			return CERT_PATH_GOOD;
		if (r < 0)
			return CERT_PATH_FAILED;
	}
	return CERT_PATH_NAME;
}

static enum cert_path
path_of(int error)
{
	switch (error) {
	case X509_V_OK:
		return CERT_PATH_GOOD;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return CERT_PATH_EXPIRED;
	case X509_V_ERR_OUT_OF_MEM:
	case X509_V_ERR_UNSPECIFIED:
		return CERT_PATH_FAILED;
	default:
		return lacked_memory() ? CERT_PATH_FAILED : CERT_PATH_BROKEN;
	}
}

static enum cert_path
verify(X509_STORE_CTX *ctx, X509_STORE *store, const struct cert *leaf,
    STACK_OF(X509) *others, int64_t now)
{
	X509_VERIFY_PARAM *param;

	if (X509_STORE_CTX_init(ctx, store, x509_of(leaf), others) != 1)
		return CERT_PATH_FAILED;
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, (time_t)now);
	/* 80 bits: no MD5, no SHA-1, no short keys on the way. */
	X509_VERIFY_PARAM_set_auth_level(param, 1);
	/* The anchor need not sign itself: RFC 7671 section 5.2. */
	if (X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN) != 1 ||
	    X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER) != 1)
		return CERT_PATH_FAILED;
	return X509_verify_cert(ctx) == 1 ? CERT_PATH_GOOD :
	    path_of(X509_STORE_CTX_get_error(ctx));
}

static enum cert_path
find_path(struct cert *const *chain, size_t n, const struct cert *anchor,
    int64_t now)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *others = sk_X509_new_null();
	bool good = ctx != NULL && store != NULL && others != NULL &&
	    X509_STORE_add_cert(store, x509_of(anchor)) == 1;
	enum cert_path path = CERT_PATH_FAILED;

	for (size_t i = 1; good && i < n; i++)
		good = sk_X509_push(others, x509_of(chain[i])) > 0;
	if (good)
		path = verify(ctx, store, chain[0], others, now);
	X509_STORE_CTX_free(ctx);
	sk_X509_free(others);
	X509_STORE_free(store);
	return path;
}

static enum cert_path
look(struct cert *const *chain, size_t n, const struct cert *anchor,
    const char *const *names, size_t nnames, int64_t now)
{
	enum cert_path path = find_path(chain, n, anchor, now);

	return path == CERT_PATH_GOOD ? check_names(chain[0], names, nnames) :
	    path;
}

/*
 * Where the library lacks memory it may say that an issuer is unknown, or a name
 * another, and no more: it is asked twice before that is believed.
 */
enum cert_path
ma_cert_path(struct cert *const *chain, size_t n, const struct cert *anchor,
    const char *const *names, size_t nnames, int64_t now)
{
	enum cert_path path;

	watch_errors();
	path = look(chain, n, anchor, names, nnames, now);
	if (path != CERT_PATH_GOOD &&
	    look(chain, n, anchor, names, nnames, now) != path)
		path = CERT_PATH_FAILED;
	ERR_pop_to_mark();
	return path;
}
