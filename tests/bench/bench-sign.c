/*
 * What signing a small message costs, beside the private-key operation alone:
 * the same key, the same OpenSSL, turn by turn; the least of each counts.
 *
 * A line of JSON for each algorithm.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "mailauth.h"

enum { ROUNDS = 40, TIMES = 25, LINES = 20 };

static struct mailauth_private_key *key;
static EVP_PKEY *pkey;
static EVP_PKEY_CTX *ready;		/* RSA: copied for use, as we do */
static char message[4096];
static size_t octets;

static double
cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void
need(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench-sign: %s\n", what);
	exit(EXIT_FAILURE);
}

static void
sign_message(void)
{
	struct mailauth_message *m = mailauth_message_new();
	struct mailauth_signer *s = mailauth_signer_new(m, NULL, 1700000000);

	mailauth_signer_add(s, "example.com", "s", key);
	mailauth_message_write(m, message, octets);
	mailauth_message_end(m);
	need(mailauth_signer_step(s) == MAILAUTH_DONE &&
	    mailauth_signer_field(s, 0) != NULL, "it does not sign");
	mailauth_signer_free(s);
	mailauth_message_free(m);
}

static void
use_key(void)
{
	unsigned char hash[32] = { 1 }, signature[512];
	size_t n = sizeof signature;

	if (ready != NULL) {
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_dup(ready);

		need(EVP_PKEY_sign(ctx, signature, &n, hash, sizeof hash) == 1,
		    "RSA");
		EVP_PKEY_CTX_free(ctx);
	} else {
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();

		need(EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
		    EVP_DigestSign(ctx, signature, &n, hash, sizeof hash) == 1,
		    "Ed25519");
		EVP_MD_CTX_free(ctx);
	}
}

static double
timed(void (*work)(void), double least)
{
	double t = cpu_us();

	for (int i = 0; i < TIMES; i++)
		work();
	t = (cpu_us() - t) / TIMES;
	return t < least ? t : least;
}

static void
measure(int algorithm, const char *name)
{
	double ours = 1e12, alone = 1e12;
	char pem[8192];
	BIO *bio;
	int n = 0;

	need(mailauth_private_key_generate(algorithm, 0, &key) ==
	    MAILAUTH_DONE && (n = mailauth_private_key_pem(key, pem,
	    sizeof pem)) > 0, "no key");
	bio = BIO_new_mem_buf(pem, n);
	pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	ready = NULL;
	if (algorithm == MAILAUTH_KEY_RSA) {
		ready = EVP_PKEY_CTX_new(pkey, NULL);
		need(EVP_PKEY_sign_init(ready) == 1 &&
		    EVP_PKEY_CTX_set_rsa_padding(ready,
		    RSA_PKCS1_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_signature_md(ready, EVP_sha256()) == 1,
		    "RSA");
	}
	for (int i = 0; i < ROUNDS; i++) {
		ours = timed(sign_message, ours);
		alone = timed(use_key, alone);
	}
	printf("{\"case\": \"sign %s, %zu octets\", \"us\": %.1f, "
	    "\"key_alone_us\": %.1f, \"ratio\": %.2f}\n", name, octets, ours,
	    alone, ours / alone);
	EVP_PKEY_CTX_free(ready);
	EVP_PKEY_free(pkey);
	mailauth_private_key_free(key);
}

int
main(void)
{
	octets = (size_t)snprintf(message, sizeof message,
	    "From: Joe <joe@example.com>\r\nTo: ada@example.net\r\n"
	    "Subject: hello\r\nDate: Fri, 11 Jul 2003 21:00:37 -0700\r\n"
	    "Message-ID: <1@example.com>\r\n\r\n");
	for (int i = 0; i < LINES; i++)
		octets += (size_t)snprintf(message + octets,
		    sizeof message - octets,
		    "A line of text, as there are many in mail, %d.\r\n", i);
	measure(MAILAUTH_KEY_RSA, "RSA-2048");
	measure(MAILAUTH_KEY_ED25519, "Ed25519");
	return 0;
}
