/*
 * resolv.conf and servers as text: what is taken, what is passed over.
 */
#include "unit.h"

#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <unistd.h>

#include "io/flight.h"

/* "ADDRESS PORT", by way of the system. */
static const char *
server_text(const struct server *s, char out[100])
{
	char host[60], port[10];

	ck_assert(getnameinfo((const struct sockaddr *)&s->address, s->n, host,
	    sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) ==
	    0);
	snprintf(out, 100, "%s %s", host, port);
	return out;
}

static const struct {
	const char *in, *out;		/* out NULL: refused */
} servers[] = {
	{ "192.0.2.1", "192.0.2.1 53" },
	{ "192.0.2.1@5353", "192.0.2.1 5353" },
	{ "192.0.2.1@65535", "192.0.2.1 65535" },
	{ "::1", "::1 53" }, { "::1@5353", "::1 5353" },
	{ "2001:DB8::53", "2001:db8::53 53" },
	{ "fe80::1%lo", "fe80::1%lo 53" }, { "fe80::1%1", "fe80::1%lo 53" },
	{ "fe80::1%lo@54", "fe80::1%lo 54" },
	{ "", NULL }, { "@53", NULL }, { "ns.example", NULL },
	{ "192.0.2", NULL }, { "192.0.2.1@", NULL }, { "192.0.2.1@0", NULL },
	{ "192.0.2.1@65536", NULL }, { "192.0.2.1@x", NULL },
	{ "192.0.2.1@53@53", NULL }, { "192.0.2.1:53", NULL },
	{ "[::1]", NULL }, { "192.0.2.1%lo", NULL }, { "fe80::1%", NULL },
	{ "fe80::1%0", NULL }, { "fe80::1%no-such-interface", NULL },
	{ "fe80::1%4294967296", NULL }, { " 192.0.2.1", NULL },
};

START_TEST(reads_servers)
{
	struct server s;
	char text[100];
	bool ok = ma_server_parse(ma_str(servers[_i].in), &s);

	ck_assert_msg(ok == (servers[_i].out != NULL), "%s", servers[_i].in);
	if (ok)
		ck_assert_str_eq(server_text(&s, text), servers[_i].out);
}
END_TEST

static const struct {
	const char *what, *text, *servers;
	uint32_t interval, attempts;
	bool trust_ad, use_tcp;
} files[] = {
	{ "empty", "", "", 0, 0, false, false },
	{ "one server", "nameserver 192.0.2.1\n", "192.0.2.1 53,", 0, 0, false,
	    false },
	{ "no line end", "nameserver 192.0.2.1", "192.0.2.1 53,", 0, 0, false,
	    false },
	{ "order is kept", "nameserver ::1\nnameserver\t192.0.2.1  \n",
	    "::1 53,192.0.2.1 53,", 0, 0, false, false },
	{ "CR LF", "nameserver 192.0.2.1\r\noptions trust-ad\r\n",
	    "192.0.2.1 53,", 0, 0, true, false },
	{ "comments", "# nameserver 192.0.2.9\n; nameserver 192.0.2.8\n"
	    "nameserver 192.0.2.1 # this one\n", "192.0.2.1 53,", 0, 0, false,
	    false },
	{ "a bad server is passed over",
	    "nameserver x\nnameserver\nnameserver 192.0.2.1\n",
	    "192.0.2.1 53,", 0, 0, false, false },
	{ "an empty options or search takes nothing with it",
	    "options\nnameserver 192.0.2.1\nsearch\nnameserver 192.0.2.2\n",
	    "192.0.2.1 53,192.0.2.2 53,", 0, 0, false, false },
	{ "other lines", "search a b\ndomain c\nsortlist 1/2\nlookup x\nfoo\n",
	    "", 0, 0, false, false },
	{ "options", "options ndots:1 timeout:3 rotate attempts:4 trust-ad "
	    "use-vc edns0\n", "", 3000, 4, true, true },
	{ "options in two lines", "options timeout:2\noptions attempts:1\n", "",
	    2000, 1, false, false },
	{ "options at their limits", "options timeout:99999999999 attempts:9\n",
	    "", 30000, 5, false, false },
	{ "options that are none", "options timeout:0 attempts:x timeout "
	    "attempts: trust-adx Trust-AD no-use-vc timeout:-1\n", "", 0, 0,
	    false, false },
	{ "at most eight", "nameserver 192.0.2.1\nnameserver 192.0.2.2\n"
	    "nameserver 192.0.2.3\nnameserver 192.0.2.4\nnameserver 192.0.2.5\n"
	    "nameserver 192.0.2.6\nnameserver 192.0.2.7\nnameserver 192.0.2.8\n"
	    "nameserver 192.0.2.9\n",
	    "192.0.2.1 53,192.0.2.2 53,192.0.2.3 53,192.0.2.4 53,"
	    "192.0.2.5 53,192.0.2.6 53,192.0.2.7 53,192.0.2.8 53,", 0, 0, false,
	    false },
	{ "a keyword only at its whole", "nameservers 192.0.2.1\n"
	    "option trust-ad\n", "", 0, 0, false, false },
};

START_TEST(reads_resolv_conf)
{
	struct dns_config c = { 0 };
	struct buf b = { 0 };
	char text[100];

	ma_resolv_conf_read(ma_str(files[_i].text), &c);
	for (unsigned i = 0; i < c.n; i++)
		ma_buf_fmt(&b, "%s,", server_text(&c.servers[i], text));
	ma_buf_char(&b, '\0');
	ck_assert_msg(strcmp(b.p, files[_i].servers) == 0, "%s: %s",
	    files[_i].what, b.p);
	ck_assert_msg(c.interval == files[_i].interval &&
	    c.attempts == files[_i].attempts &&
	    c.trust_ad == files[_i].trust_ad &&
	    c.use_tcp == files[_i].use_tcp, "%s", files[_i].what);
	ma_buf_free(&b);
}
END_TEST

START_TEST(bears_any_octets)
{
	static const char text[] =
	    "\0nameserver 192.0.2.9\n\xff\xfe\nnameserver\0 192.0.2.8\n"
	    "nameserver 192.0.2.1\0\nnameserver 192.0.2.2\n";
	struct dns_config c = { 0 };

	ma_resolv_conf_read(ma_slice(text, sizeof text - 1), &c);
	ck_assert_uint_eq(c.n, 1);
}
END_TEST

START_TEST(checks_settings)
{
	struct mailauth_dns *d = mailauth_dns_new();
	struct mailauth_resolver *r = NULL;

	ck_assert(mailauth_dns_add_server(d, "x") == MAILAUTH_EINVAL);
	ck_assert(mailauth_dns_add_server(d, NULL) == MAILAUTH_EINVAL);
	ck_assert(mailauth_dns_add_server(NULL, "::1") == MAILAUTH_EINVAL);
	for (int i = 0; i < MAX_SERVERS; i++)
		ck_assert(mailauth_dns_add_server(d, "::1@5353") ==
		    MAILAUTH_DONE);
	ck_assert(mailauth_dns_add_server(d, "::1") == MAILAUTH_EINVAL);
	ck_assert(mailauth_dns_set_deadline(d, 0, 1) == MAILAUTH_EINVAL);
	ck_assert(mailauth_dns_set_deadline(d, 1, 0) == MAILAUTH_DONE);
	ck_assert(mailauth_dns_set_trust_ad(d, 2) == MAILAUTH_EINVAL);
	ck_assert(mailauth_dns_set_trust_ad(d, -1) == MAILAUTH_EINVAL);
	ck_assert(mailauth_dns_set_trust_ad(d, 0) == MAILAUTH_DONE);
	ck_assert(mailauth_dns_set_resolv_conf(d, NULL) == MAILAUTH_EINVAL);
	ck_assert(mailauth_dns_set_resolv_conf(d, "/a") == MAILAUTH_DONE);
	ck_assert(mailauth_dns_set_resolv_conf(d, "/b") == MAILAUTH_DONE);
	ck_assert(mailauth_resolver_new_dns(NULL, &r) == MAILAUTH_DONE);
	mailauth_resolver_free(r);
	ck_assert(mailauth_resolver_new_dns(d, NULL) == MAILAUTH_EINVAL);
	ck_assert(mailauth_resolver_new_dns(d, &r) == MAILAUTH_DONE);
	ck_assert(mailauth_resolver_waits(r));
	mailauth_resolver_free(r);
	mailauth_dns_free(d);
	mailauth_dns_free(NULL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("resolv-conf");
	TCase *tc = tcase_create("resolv-conf");

	tcase_add_loop_test(tc, reads_servers, 0, ROWS(servers));
	tcase_add_loop_test(tc, reads_resolv_conf, 0, ROWS(files));
	tcase_add_test(tc, bears_any_octets);
	tcase_add_test(tc, checks_settings);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
