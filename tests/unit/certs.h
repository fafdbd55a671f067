/*
 * Certificates made on the spot, by OpenSSL.
 */
#ifndef CERTS_H
#define CERTS_H

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "unit.h"

enum { CERTS_NOW = 1700000000, CERTS_DAY = 86400 };

struct made {
	X509 *x509;
	EVP_PKEY *key;
	uint8_t *der, *spki;
	size_t n, spki_n;
};

static inline void
made_extension(X509 *x, const char *name, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf(NULL, NULL, name, value);

	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
}

/* DNS-IDs of any octets. */
static inline void
made_names(X509 *x, const struct slice *names, size_t n)
{
	GENERAL_NAMES *list = sk_GENERAL_NAME_new_null();

	for (size_t i = 0; i < n; i++) {
		GENERAL_NAME *g = GENERAL_NAME_new();
		ASN1_IA5STRING *s = ASN1_IA5STRING_new();

		ASN1_STRING_set(s, names[i].p, (int)names[i].n);
		GENERAL_NAME_set0_value(g, GEN_DNS, s);
		sk_GENERAL_NAME_push(list, g);
	}
	ck_assert_int_eq(X509_add1_ext_i2d(x, NID_subject_alt_name, list, 0, 0),
	    1);
	GENERAL_NAMES_free(list);
}

/*
 * issuer NULL: itself.  from, to: days from CERTS_NOW.  names: DNS-IDs, ending
 * in one without octets.
 */
static inline struct made
made_cert(const char *cn, const struct made *issuer, bool ca, int from, int to,
    const struct slice *names)
{
	static long serial = 1;
	const struct made *by;
	struct made m = { 0 };
	X509_NAME *name;
	size_t n = 0;
	int len;

	m.key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	m.x509 = X509_new();
	ck_assert(m.key != NULL && m.x509 != NULL);
	by = issuer != NULL ? issuer : &m;
	X509_set_version(m.x509, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(m.x509), serial++);
	ASN1_TIME_set(X509_getm_notBefore(m.x509),
	    (time_t)CERTS_NOW + from * (time_t)CERTS_DAY);
	ASN1_TIME_set(X509_getm_notAfter(m.x509),
	    (time_t)CERTS_NOW + to * (time_t)CERTS_DAY);
	name = X509_get_subject_name(m.x509);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(m.x509, X509_get_subject_name(by->x509));
	X509_set_pubkey(m.x509, m.key);
	made_extension(m.x509, "basicConstraints",
	    ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	while (names != NULL && names[n].n > 0)
		n++;
	if (n > 0)
		made_names(m.x509, names, n);
	ck_assert_int_gt(X509_sign(m.x509, by->key, EVP_sha256()), 0);
	len = i2d_X509(m.x509, &m.der);
	ck_assert_int_gt(len, 0);
	m.n = (size_t)len;
	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(m.x509), &m.spki);
	ck_assert_int_gt(len, 0);
	m.spki_n = (size_t)len;
	return m;
}

static inline void
made_free(struct made *m)
{
	OPENSSL_free(m->der);
	OPENSSL_free(m->spki);
	X509_free(m->x509);
	EVP_PKEY_free(m->key);
	*m = (struct made){ 0 };
}

/* Data of a TLSA record; *n octets of out. */
static inline const uint8_t *
made_tlsa(const struct made *m, int selector, int matching, uint8_t out[64],
    size_t *n)
{
	const uint8_t *part = selector == 1 ? m->spki : m->der;
	size_t octets = selector == 1 ? m->spki_n : m->n;

	if (matching == 0) {
		*n = octets;
		return part;
	}
	ck_assert_int_eq(EVP_Q_digest(NULL, matching == 1 ? "SHA256" :
	    "SHA512", NULL, part, octets, out, n), 1);
	return out;
}

#endif
