/*
 * What mailauth/address.h exports.
 */
#include <stdio.h>

#include "text/text.h"

struct mailauth_address {
	struct arena arena;
	int family;
	const char *reason;
	struct slice local_part;
	const char *ip, *domain;
};

const char *
mailauth_address_family_name(int family)
{
	switch (family) {
	case MAILAUTH_ADDRESS_IPV4:
		return "ipv4";
	case MAILAUTH_ADDRESS_IPV6:
		return "ipv6";
	case MAILAUTH_ADDRESS_GENERAL:
		return "general";
	case MAILAUTH_ADDRESS_DOMAIN:
		return "domain";
	default:
		return "unknown";
	}
}

int
mailauth_addr_literal_parse(const char *text, size_t n, char *address,
    size_t size, const char **reason)
{
	const char *why = NULL;
	struct ip ip;
	int family;

	if ((text == NULL && n > 0) || (address != NULL && size < IP_TEXT))
		return MAILAUTH_EINVAL;
	family = ma_literal_parse(ma_slice(text, n), &ip, &why);
	if (reason != NULL)
		*reason = why;
	if (address != NULL)
		address[0] = '\0';
	if (address != NULL && (family == MAILAUTH_ADDRESS_IPV4 ||
	    family == MAILAUTH_ADDRESS_IPV6))
		ma_ip_text(ip, address);
	return family;
}

/* The domain in its one form: A-labels, addresses as inet_ntop(3) has them. */
static const char *
normal_domain(struct arena *arena, const struct mailbox *m, const char *ip)
{
	switch (m->family) {
	case MAILAUTH_ADDRESS_IPV4:
		return ma_arena_fmt(arena, "[%s]", ip);
	case MAILAUTH_ADDRESS_IPV6:
		return ma_arena_fmt(arena, "[IPv6:%s]", ip);
	case MAILAUTH_ADDRESS_DOMAIN:
		return ma_name_string(arena, &m->name);
	default:
		return ma_arena_str(arena, m->domain);
	}
}

/* What the mailbox has, for the accessors. */
static void
keep(struct mailauth_address *a, const struct mailbox *m)
{
	char text[IP_TEXT];

	a->family = m->family;
	if (m->family == MAILAUTH_ADDRESS_IPV4 ||
	    m->family == MAILAUTH_ADDRESS_IPV6) {
		ma_ip_text(m->ip, text);
		a->ip = ma_arena_str(&a->arena, ma_str(text));
	}
	a->domain = normal_domain(&a->arena, m, a->ip != NULL ? a->ip : "");
	if (m->local_part.n > 0)
		a->local_part = ma_slice(ma_arena_str(&a->arena,
		    m->local_part), m->local_part.n);
}

struct mailauth_address *
mailauth_address_parse(const char *text, size_t n)
{
	struct mailauth_address *a = ma_calloc(sizeof *a);
	struct slice s = ma_slice(text, text != NULL ? n : 0);
	struct mailbox m;
	bool nomem = false;

	if (a == NULL)
		return NULL;
	if (ma_mailbox_parse(s, &m, &a->reason, &nomem))
		keep(a, &m);
	if (nomem || a->arena.failed) {
		mailauth_address_free(a);
		return NULL;
	}
	return a;
}

void
mailauth_address_free(struct mailauth_address *a)
{
	if (a == NULL)
		return;
	ma_arena_free(&a->arena);
	ma_free(a);
}

int
mailauth_address_valid(const struct mailauth_address *a)
{
	return a != NULL && a->family != 0;
}

const char *
mailauth_address_reason(const struct mailauth_address *a)
{
	return a != NULL ? a->reason : NULL;
}

const char *
mailauth_address_detail(const struct mailauth_address *a)
{
	return a != NULL ? ma_mailbox_detail(a->reason) : NULL;
}

int
mailauth_address_family(const struct mailauth_address *a)
{
	return a != NULL ? a->family : 0;
}

const char *
mailauth_address_ip(const struct mailauth_address *a)
{
	return a != NULL ? a->ip : NULL;
}

const char *
mailauth_address_local_part(const struct mailauth_address *a, size_t *n)
{
	struct slice s = a != NULL ? a->local_part : ma_slice(NULL, 0);

	if (n != NULL)
		*n = s.n;
	return s.p;
}

const char *
mailauth_address_domain(const struct mailauth_address *a)
{
	return a != NULL ? a->domain : NULL;
}
