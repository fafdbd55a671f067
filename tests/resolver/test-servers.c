/*
 * The DNS resolver against a real NSD, and against a real Unbound that
 * validates in front of it.  Both run as whoever runs the test, on loopback, on
 * ports of their own.  77: a server is not installed.
 */
#include "../unit/answers.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "fake.h"
#include "mailauth/resolver.h"

enum { SKIPPED = 77, MANY = 200 };

static char folder[] = "/tmp/mailauth-servers-XXXXXX";
static char nsd_at[40], unbound_at[40];
static pid_t nsd, unbound;
static bool is_signed;

/* ---- Programs ---- */

/* Where it is; false: nowhere. */
static bool
find_program(const char *name, char out[100])
{
	static const char *const folders[] = { "/usr/sbin", "/usr/bin",
		"/usr/local/sbin", "/usr/local/bin", "/sbin" };

	for (size_t i = 0; i < COUNT(folders); i++) {
		snprintf(out, 100, "%s/%s", folders[i], name);
		if (access(out, X_OK) == 0)
			return true;
	}
	return false;
}

static pid_t
start(const char *program, const char *config)
{
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("log", O_WRONLY | O_CREAT | O_APPEND, 0600);

		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(null, 1);
		dup2(null, 2);
		execl(program, program, "-d", "-c", config, (char *)NULL);
		_exit(127);
	}
	return pid;
}

static void
stop(pid_t pid)
{
	if (pid > 0) {
		kill(pid, SIGTERM);
		waitpid(pid, NULL, 0);
	}
}

static int
run(const char *command)
{
	int status = system(command);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static FILE *
create(const char *name)
{
	FILE *f = fopen(name, "w");

	if (f == NULL)
		exit(EXIT_FAILURE);
	return f;
}

static unsigned
port_of(const char *at)
{
	return (unsigned)atoi(strchr(at, '@') + 1);
}

static void
write_zone(void)
{
	FILE *f = create("zone");

	fprintf(f, "$ORIGIN example.\n$TTL 300\n"
	    "@ SOA ns hostmaster 1 3600 900 604800 60\n@ NS ns\n"
	    "ns A 127.0.0.1\n"
	    "txt TXT \"v=spf1 \" \"-all\"\nmx MX 10 ns\n MX 20 other.test.\n"
	    "six AAAA 2001:db8::1\nalias CNAME txt\n* TXT wild\n"
	    "tlsa TLSA 3 1 1 ( %064d )\nnodata A 192.0.2.1\n", 0);
	for (int i = 0; i < MANY; i++)
		fprintf(f, "n%d A 192.0.2.%d\n", i, i % 256);
	for (int i = 0; i < 40; i++)
		fprintf(f, "big TXT \"%0200d\"\n", i);
	fclose(f);
}

/* Keys and signatures, where ldns's tools are; else the zone as it is. */
static void
sign_zone(void)
{
	is_signed = run("ldns-keygen -a ECDSAP256SHA256 -k example >key "
	    "2>>log && ldns-signzone -f zone.signed zone $(cat key) >>log 2>&1 "
	    "&& mv zone.signed zone") == 0;
}

static void
write_configs(void)
{
	FILE *f = create("nsd.conf");

	fprintf(f, "server:\n ip-address: 127.0.0.1@%u\n username: \"\"\n"
	    " chroot: \"\"\n zonesdir: \"%s\"\n database: \"\"\n"
	    " pidfile: \"%s/nsd.pid\"\n xfrdfile: \"%s/xfrd\"\n"
	    " zonelistfile: \"%s/zones\"\n server-count: 1\n"
	    "remote-control:\n control-enable: no\n"
	    "zone:\n name: example\n zonefile: zone\n",
	    port_of(nsd_at), folder, folder, folder, folder);
	fclose(f);
	f = create("unbound.conf");
	fprintf(f, "server:\n interface: 127.0.0.1\n port: %u\n"
	    " username: \"\"\n chroot: \"\"\n directory: \"%s\"\n"
	    " pidfile: \"%s/unbound.pid\"\n use-syslog: no\n do-ip6: no\n"
	    " do-not-query-localhost: no\n num-threads: 1\n"
	    " trust-anchor-signaling: no\n"
	    " module-config: \"%s\"\n%s"
	    "stub-zone:\n name: example\n stub-addr: 127.0.0.1@%u\n"
	    "remote-control:\n control-enable: no\n",
	    port_of(unbound_at), folder, folder,
	    is_signed ? "validator iterator" : "iterator",
	    is_signed ? " trust-anchor-file: anchor\n" : "", port_of(nsd_at));
	fclose(f);
}

/* ---- Asking ---- */

static struct mailauth_resolver *
asking(const char *server, int trust)
{
	struct mailauth_dns *d = mailauth_dns_new();
	struct mailauth_resolver *r;

	ck_assert(mailauth_dns_add_server(d, server) == MAILAUTH_DONE);
	ck_assert(mailauth_dns_set_trust_ad(d, trust) == MAILAUTH_DONE);
	ck_assert(mailauth_resolver_new_dns(d, &r) == MAILAUTH_DONE);
	mailauth_dns_free(d);
	return r;
}

static const char *
get(struct mailauth_resolver *r, struct buf *b, const char *name,
    const char *type)
{
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q = question(l, name, type);
	void *flight;

	ck_assert(mailauth_resolver_begin(r, &flight) == MAILAUTH_DONE);
	ck_assert(mailauth_resolver_ask(r, flight, q) == MAILAUTH_DONE);
	while (!mailauth_question_answered(q))
		ck_assert(mailauth_resolver_wait(r, flight, -1) == 1);
	mailauth_resolver_end(r, flight);
	said_of(b, q);
	mailauth_lookups_free(l);
	return b->p;
}

/* Until it serves the zone; ten seconds at most. */
static void
await(const char *server)
{
	struct mailauth_resolver *r = asking(server, 0);
	struct buf b = { 0 };
	int tries = 0;

	while (strcmp(get(r, &b, "ns.example", "A"), "127.0.0.1") != 0) {
		ck_assert_msg(tries++ < 100, "%s does not come up: %s", server,
		    b.p);
		usleep(100000);
	}
	ma_buf_free(&b);
	mailauth_resolver_free(r);
}

static void
await_servers(void)
{
	await(nsd_at);
	if (unbound > 0)
		await(unbound_at);
}

static const struct {
	const char *name, *type, *want;	/* NULL: 40 records of 200 octets */
} rows[] = {
	{ "ns.example", "A", "127.0.0.1" },
	{ "NS.Example", "A", "127.0.0.1" },
	{ "txt.example", "TXT", "v=spf1 -all" },
	{ "six.example", "AAAA", "2001:db8::1" },
	{ "alias.example", "TXT", "txt.example> v=spf1 -all" },
	{ "alias.example", "A", "txt.example> nodata" },
	{ "x.y.example", "TXT", "wild" },
	{ "nodata.example", "TXT", "nodata" },
	{ "nothing.ns.example", "A", "nxdomain" },
	{ "tlsa.example", "TLSA", "030101" "00000000000000000000000000000000"
	    "00000000000000000000000000000000" },
	{ "big.example", "TXT", NULL },
};

static void
check_rows(const char *server, int trust, const char *behind)
{
	struct mailauth_resolver *r = asking(server, trust);
	struct buf b = { 0 };
	char want[200];

	for (size_t i = 0; i < COUNT(rows); i++) {
		get(r, &b, rows[i].name, rows[i].type);
		if (rows[i].want == NULL) {
			/* It came whole: by TCP. */
			ck_assert_uint_eq(strlen(b.p),
			    40 * 200 + 39 * 3 + strlen(behind));
			continue;
		}
		snprintf(want, sizeof want, "%s%s", rows[i].want, behind);
		ck_assert_msg(strcmp(b.p, want) == 0, "%s %s: %s",
		    rows[i].name, rows[i].type, b.p);
	}
	ma_buf_free(&b);
	mailauth_resolver_free(r);
}

START_TEST(asks_nsd)
{
	check_rows(nsd_at, 1, "");	/* an authoritative server sets no AD */
	check_rows(nsd_at, 0, "");
}
END_TEST

START_TEST(asks_unbound)
{
	if (unbound > 0)
		check_rows(unbound_at, 0, "");
}
END_TEST

START_TEST(trusts_unbound)
{
	if (unbound > 0 && is_signed)
		check_rows(unbound_at, 1, " secure");
}
END_TEST

START_TEST(asks_many)
{
	struct mailauth_resolver *r = asking(nsd_at, 0);
	struct mailauth_lookups *l = mailauth_lookups_new();
	struct mailauth_question *q[MANY];
	unsigned left = MANY;
	void *flight;

	ck_assert(mailauth_resolver_begin(r, &flight) == MAILAUTH_DONE);
	for (int i = 0; i < MANY; i++) {
		char name[20];

		snprintf(name, sizeof name, "n%d.example", i);
		q[i] = question(l, name, "A");
		ck_assert(mailauth_resolver_ask(r, flight, q[i]) ==
		    MAILAUTH_DONE);
	}
	while (left > 0) {
		ck_assert(mailauth_resolver_wait(r, flight, -1) == 1);
		left = 0;
		for (int i = 0; i < MANY; i++)
			left += !mailauth_question_answered(q[i]);
	}
	for (int i = 0; i < MANY; i++) {
		struct buf b = { 0 };
		char want[20];

		snprintf(want, sizeof want, "192.0.2.%d", i % 256);
		ck_assert_str_eq(said_of(&b, q[i]), want);
		ma_buf_free(&b);
	}
	mailauth_resolver_end(r, flight);
	mailauth_lookups_free(l);
	mailauth_resolver_free(r);
}
END_TEST

/* Not its zone: NSD refuses, and that is the answer. */
START_TEST(is_refused)
{
	struct mailauth_resolver *r = asking(nsd_at, 0);
	struct buf b = { 0 };

	ck_assert_str_eq(get(r, &b, "other.test", "A"), "refused");
	ma_buf_free(&b);
	mailauth_resolver_free(r);
}
END_TEST

static int
run_suite(void)
{
	Suite *suite = suite_create("servers");
	TCase *tc = tcase_create("servers");

	tcase_set_timeout(tc, 60);
	tcase_add_unchecked_fixture(tc, await_servers, NULL);
	tcase_add_test(tc, asks_nsd);
	tcase_add_test(tc, asks_unbound);
	tcase_add_test(tc, trusts_unbound);
	tcase_add_test(tc, asks_many);
	tcase_add_test(tc, is_refused);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

int
main(void)
{
	char nsd_path[100], unbound_path[100];
	int result;

	if (!find_program("nsd", nsd_path)) {
		puts("nsd is not installed: skipped");
		return SKIPPED;
	}
	if (mkdtemp(folder) == NULL || chdir(folder) != 0)
		return EXIT_FAILURE;
	fake_nobody(nsd_at);
	fake_nobody(unbound_at);
	write_zone();
	sign_zone();
	run("cp $(cat key).ds anchor 2>/dev/null");
	write_configs();
	nsd = start(nsd_path, "nsd.conf");
	if (find_program("unbound", unbound_path))
		unbound = start(unbound_path, "unbound.conf");
	else
		puts("unbound is not installed: its tests are empty");
	if (!is_signed)
		puts("no ldns-signzone: the zone is not signed");
	if ((result = run_suite()) != EXIT_SUCCESS)
		run("cat log");
	stop(unbound);
	stop(nsd);
	if (chdir("/") == 0) {
		char command[100];

		snprintf(command, sizeof command, "rm -r %s", folder);
		run(command);
	}
	return result;
}
