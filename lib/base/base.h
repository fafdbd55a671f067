/*
 * The base room: what every other room stands on, and no protocol.
 *	alloc.c		the library's one way to get memory
 *	slice.c		pieces of text, never copied; numbers in them
 *	buf.c		a buffer that grows
 *	arena.c		memory of one run, given back at once
 *	base64.c	RFC 4648 section 4, strict but for white space
 *	ip.c		addresses, prefixes, reverse names
 *	hash.c		a keyed hash, for tables whose keys strangers choose
 */
#ifndef MA_BASE_H
#define MA_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "mailauth/base.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A stable reason: tests find them all by this word, and compare the manual. */
#define REASON(s) (s)

/*
 * Memory.  All of the library's own comes from ma_realloc(), which tests wrap
 * to make the i-th allocation fail.  ma_free() takes NULL.
 */
void *ma_realloc(void *old, size_t size);
void ma_free(void *);
void *ma_calloc(size_t size);	/* zeroed */

/* A piece of text that somebody else owns; bytes may be any, NUL included. */
struct slice {
	const char *p;
	size_t n;
};

#define SLICE_LIT(s) ((struct slice){ ("" s), sizeof(s) - 1 })
#define SLICE_ARG(s) (int)(s).n, (s).n > 0 ? (s).p : ""	/* for %.*s */

static inline struct slice
ma_slice(const void *p, size_t n)
{
	return (struct slice){ p, n };
}

struct slice ma_str(const char *);	/* of a string; NULL: empty */

/* ASCII, whatever the locale. */
static inline bool ma_is_digit(int c) { return c >= '0' && c <= '9'; }
static inline bool ma_is_upper(int c) { return c >= 'A' && c <= 'Z'; }
static inline bool ma_is_lower(int c) { return c >= 'a' && c <= 'z'; }
static inline bool ma_is_alpha(int c) { return ma_is_upper(c) || ma_is_lower(c); }
static inline bool ma_is_alnum(int c) { return ma_is_alpha(c) || ma_is_digit(c); }
static inline bool ma_is_wsp(int c) { return c == ' ' || c == '\t'; }
static inline bool ma_is_fws(int c) { return ma_is_wsp(c) || c == '\r' || c == '\n'; }
static inline char ma_lower(char c) { return ma_is_upper(c) ? (char)(c + 32) : c; }
int ma_hex(int c);			/* value of a hex digit, or -1 */

bool ma_eq(struct slice, struct slice);
bool ma_caseeq(struct slice, struct slice);	/* ASCII case only */
int ma_cmp(struct slice, struct slice);		/* by octets, the shorter first */
bool ma_starts(struct slice, struct slice prefix);
bool ma_casestarts(struct slice, struct slice prefix);

/* Text before the first c, or all of it; what follows that c stays in *s. */
struct slice ma_cut(struct slice *s, char c);
/* Text from the start of *s as long as fn() holds; the rest stays in *s. */
struct slice ma_span(struct slice *s, bool (*fn)(int));
/* The n octets from `from` on, less where there are fewer. */
struct slice ma_sub(struct slice, size_t from, size_t n);
size_t ma_find(struct slice, char c);		/* index, or n */
size_t ma_rfind(struct slice, char c);		/* last index, or n */

/* Without blanks (ma_trim: SP and HTAB; ma_trim_fws: CR and LF too). */
struct slice ma_trim(struct slice);
struct slice ma_rtrim(struct slice);
struct slice ma_trim_fws(struct slice);

/*
 * 1*DIGIT as a number, saturating at max.  False: empty, or something else
 * than a digit in it.
 */
bool ma_uint(struct slice, uint64_t max, uint64_t *out);

/* Valid UTF-8 (RFC 3629): no surrogates, no overlong form, to U+10FFFF. */
bool ma_is_utf8(struct slice);
bool ma_is_ascii(struct slice);

/* A buffer that grows.  Once memory was lacking it stays `failed`. */
struct buf {
	char *p;
	size_t n, cap;
	bool failed;
};

bool ma_buf_add(struct buf *, const void *, size_t);
bool ma_buf_slice(struct buf *, struct slice);
bool ma_buf_str(struct buf *, const char *);
bool ma_buf_char(struct buf *, char);
bool ma_buf_fmt(struct buf *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void ma_buf_clear(struct buf *);		/* empty, memory kept */
void ma_buf_free(struct buf *);

/*
 * Memory of one run: taken piece by piece, given back all at once.  Once
 * memory was lacking the arena stays `failed` until it is reset, so that a
 * step may look once, at its end.
 */
struct arena_block;
struct arena {
	struct arena_block *head;
	bool failed;
};

void *ma_arena_alloc(struct arena *, size_t);	/* zeroed, aligned; NULL: no memory */
char *ma_arena_str(struct arena *, struct slice);	/* a copy, with a NUL after it */
char *ma_arena_fmt(struct arena *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
char *ma_arena_vfmt(struct arena *, const char *fmt, va_list);
void ma_arena_reset(struct arena *);		/* all pieces gone, one block kept */
void ma_arena_free(struct arena *);

/*
 * Base64 (RFC 4648 section 4) with FWS anywhere.  Decoded octets go to out,
 * which may be as large as in.n / 4 * 3 + 3.  False: a foreign octet, a wrong
 * or missing padding, bits left over that are not zero.
 */
bool ma_base64_decode(struct slice in, uint8_t *out, size_t *n);
bool ma_base64_encode(struct buf *, const void *, size_t);

/* An address: IPv4 in a[0..3], or IPv6. */
struct ip {
	uint8_t family;			/* 4 or 6; 0: none */
	uint8_t a[16];
};

enum { IP_TEXT = 46 };			/* octets of an address as text, NUL too */

/* Exactly one address, no zone, no leading zeros in IPv4 (RFC 4291 section 2.2). */
bool ma_ip_parse(struct slice, struct ip *);
bool ma_ip4_parse(struct slice, struct ip *);
bool ma_ip6_parse(struct slice, struct ip *);
struct ip ma_ip_unmap(struct ip);	/* ::ffff:a.b.c.d becomes a.b.c.d */
bool ma_ip_equal(struct ip, struct ip);
bool ma_ip_within(struct ip, struct ip net, unsigned bits);	/* families must agree */
void ma_ip_text(struct ip, char out[IP_TEXT]);	/* as inet_ntop(3); RFC 5952 */
/* Name below in-addr.arpa or ip6.arpa, no final dot. */
enum { IP_REVERSE = 74 };
void ma_ip_reverse(struct ip, char out[IP_REVERSE]);

/* SipHash-2-4 under a key of 16 octets. */
enum { HASH_KEY = 16 };
uint64_t ma_hash(const uint8_t key[HASH_KEY], struct slice);

#endif
