/*
 * Text that becomes a mailbox or an address literal.  What is taken is within
 * its limits, holds nothing that breaks out of an SMTP command, and its normal
 * form is taken again as the same.
 */
#include "fuzz.h"
#include "text/text.h"

/* The normal form says the same. */
static void
check_again(const struct mailauth_address *a, struct slice local)
{
	struct mailauth_address *again;
	struct buf b = { 0 };

	if (local.n > 0) {
		ma_buf_slice(&b, local);
		ma_buf_char(&b, '@');
	}
	ma_buf_str(&b, mailauth_address_domain(a));
	again = mailauth_address_parse(b.p, b.n);
	FUZZ_CHECK(again != NULL);
	/* A-labels may be longer than what they stand for. */
	if (b.n <= MAILBOX_MAX || local.n == 0) {
		FUZZ_CHECK(mailauth_address_valid(again));
		FUZZ_CHECK(strcmp(mailauth_address_domain(again),
		    mailauth_address_domain(a)) == 0);
		FUZZ_CHECK(mailauth_address_family(again) ==
		    mailauth_address_family(a));
	}
	mailauth_address_free(again);
	ma_buf_free(&b);
}

static void
check_valid(const struct mailauth_address *a, struct slice in)
{
	const char *domain = mailauth_address_domain(a);
	struct slice local = { 0 };
	bool nomem;
	struct dname name;

	local.p = mailauth_address_local_part(a, &local.n);
	FUZZ_CHECK(local.n <= LOCAL_PART_MAX);
	FUZZ_CHECK(ma_is_utf8(local));
	FUZZ_CHECK(ma_is_ascii(ma_str(domain)));
	for (size_t i = 0; i < in.n; i++)
		FUZZ_CHECK((unsigned char)in.p[i] >= ' ' && in.p[i] != 0x7f);
	for (size_t i = 0; domain[i] != '\0'; i++)
		FUZZ_CHECK(domain[i] > ' ');
	if (local.n > 0)
		FUZZ_CHECK(in.n <= MAILBOX_MAX);
	if (mailauth_address_family(a) == MAILAUTH_ADDRESS_DOMAIN) {
		FUZZ_CHECK(local.n > 0);
		FUZZ_CHECK(ma_name_parse_utf8(ma_str(domain), &name, &nomem));
		FUZZ_CHECK(ma_name_is_host(&name));
		FUZZ_CHECK(mailauth_address_ip(a) == NULL);
	} else
		FUZZ_CHECK(domain[0] == '[' &&
		    domain[strlen(domain) - 1] == ']');
	check_again(a, local);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in = ma_slice(data, n);
	struct mailauth_address *a = mailauth_address_parse(in.p, n);
	char text[IP_TEXT];
	const char *reason;
	struct ip ip;
	int family = mailauth_addr_literal_parse(in.p, n, text, sizeof text,
	    &reason);

	FUZZ_CHECK(a != NULL);
	if (mailauth_address_valid(a))
		check_valid(a, in);
	else
		FUZZ_CHECK(mailauth_address_detail(a) != NULL);
	FUZZ_CHECK((family == 0) == (reason != NULL));
	if (family != 0)
		FUZZ_CHECK(mailauth_address_family(a) == family);
	if (family == MAILAUTH_ADDRESS_IPV4 || family == MAILAUTH_ADDRESS_IPV6)
		FUZZ_CHECK(ma_ip_parse(ma_str(text), &ip));
	mailauth_address_free(a);
	return 0;
}
