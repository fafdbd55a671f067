/*
 * A resolver that has parsed records only, as many hosts' own resolvers give
 * them: it makes reply packets of them.  It blocks, one question at a time.
 */
#include "mail.h"

enum { A = 1, CNAME = 5, PTR = 12, MX = 15, TXT = 16, AAAA = 28 };
enum { NOERROR = 0, NXDOMAIN = 3 };
enum { TTL = 300 };

/* A record as a host might hold it. */
static const struct record {
	const char *name;
	int type;
	const char *text;		/* TXT, or a name */
	unsigned preference;
	unsigned char address[4];
} records[] = {
	{ "example.org", MX, "mx.example.org", 10, { 0 } },
	{ "example.org", MX, "mx2.example.org", 20, { 0 } },
	{ "example.org", TXT, "v=spf1 mx -all", 0, { 0 } },
	{ "example.org", TXT, "something else", 0, { 0 } },
	{ "mx.example.org", A, NULL, 0, { 192, 0, 2, 25 } },
	{ "mx2.example.org", CNAME, "mx.example.org", 0, { 0 } },
	{ "_dmarc.example.org", TXT, "v=DMARC1; p=quarantine", 0, { 0 } },
	{ "25.2.0.192.in-addr.arpa", PTR, "mx.example.org", 0, { 0 } },
	{ "nomail.example", MX, "", 0, { 0 } },
};
#define N_RECORDS (sizeof records / sizeof *records)

/* The same for the name, or what it is an alias of. */
static int
add_all(struct mailauth_packet *p, const char *name, int type)
{
	int found = 0;

	for (size_t i = 0; i < N_RECORDS; i++) {
		const struct record *r = &records[i];

		if (strcmp(r->name, name) != 0)
			continue;
		found = 1;
		if (r->type == CNAME) {
			EXPECT(mailauth_packet_add_name(p, name, CNAME, TTL, 0,
			    r->text) == MAILAUTH_DONE);
			add_all(p, r->text, type);
		} else if (r->type != type) {
			continue;
		} else if (type == TXT) {
			EXPECT(mailauth_packet_add_text(p, name, TTL, r->text,
			    strlen(r->text)) == MAILAUTH_DONE);
		} else if (type == A) {
			EXPECT(mailauth_packet_add(p, name, A, TTL, r->address,
			    4) == MAILAUTH_DONE);
		} else {
			EXPECT(mailauth_packet_add_name(p, name,
			    (uint16_t)type, TTL, (uint16_t)r->preference,
			    *r->text != '\0' ? r->text : ".") ==
			    MAILAUTH_DONE);
		}
	}
	return found;
}

static int
ask(void *user, struct mailauth_question *q)
{
	const char *name = mailauth_question_name(q);
	int type = mailauth_question_type(q), found = 0;
	struct mailauth_packet *p;
	const uint8_t *data;
	size_t n;

	++*(int *)user;
	if (mailauth_question_kind(q) != MAILAUTH_QUESTION_DNS)
		return MAILAUTH_EUNSUPPORTED;
	if (strstr(name, "dead.example") != NULL)
		return mailauth_answer_failed(q, MAILAUTH_FAILURE_SERVFAIL);
	for (size_t i = 0; i < N_RECORDS; i++)
		found |= strcmp(records[i].name, name) == 0;
	p = mailauth_packet_new(q, found ? NOERROR : NXDOMAIN);
	NEED(p != NULL);
	if (!add_all(p, name, type))
		EXPECT(mailauth_packet_add_negative(p, "example.org", 300) ==
		    MAILAUTH_DONE);
	data = mailauth_packet_data(p, &n);
	EXPECT(mailauth_answer_dns(q, data, n, MAILAUTH_ANSWER_SECURE) ==
	    MAILAUTH_DONE);
	mailauth_packet_free(p);
	return 0;
}

static void
spf(struct mailauth_resolver *r, const char *client, const char *sender,
    int result, int secure)
{
	struct mailauth_spf *s = mailauth_spf_new(NULL, NOW);

	NEED(mailauth_spf_set_client(s, client) == MAILAUTH_DONE);
	NEED(mailauth_spf_set_helo(s, HELO, strlen(HELO)) == MAILAUTH_DONE);
	NEED(mailauth_spf_set_mail_from(s, sender, strlen(sender)) ==
	    MAILAUTH_DONE);
	EXPECT(mailauth_spf_eval(s, r) == MAILAUTH_DONE);
	EXPECT(mailauth_spf_result(s) == result);
	EXPECT(mailauth_spf_secure(s) == secure);
	mailauth_spf_free(s);
}

static void
rdns(struct mailauth_resolver *r, const char *client, int result)
{
	struct mailauth_rdns *d = mailauth_rdns_new(NULL);

	NEED(mailauth_rdns_set_client(d, client) == MAILAUTH_DONE);
	EXPECT(mailauth_rdns_confirm(d, r) == MAILAUTH_DONE);
	EXPECT(mailauth_rdns_result(d) == result);
	if (result == MAILAUTH_RDNS_PASS)
		EXPECT(strcmp(mailauth_rdns_confirmed(d, 0),
		    "mx.example.org") == 0);
	mailauth_rdns_free(d);
}

static void
mx(struct mailauth_resolver *r, const char *domain, int result)
{
	struct mailauth_mx *m = mailauth_mx_new(NULL);

	NEED(mailauth_mx_set_domain(m, domain, strlen(domain)) ==
	    MAILAUTH_DONE);
	EXPECT(mailauth_mx_route(m, r) == MAILAUTH_DONE);
	EXPECT(mailauth_mx_result(m) == result);
	if (result == MAILAUTH_MX_OK) {
		NEED(mailauth_mx_count(m) == 2);
		EXPECT(strcmp(mailauth_mx_name(m, 0), "mx.example.org") == 0);
		EXPECT(mailauth_mx_preference(m, 1) == 20);
		EXPECT(strcmp(mailauth_mx_expanded_name(m, 1),
		    "mx.example.org") == 0);
		EXPECT(strcmp(mailauth_mx_address(m, 1, 0), CLIENT) == 0);
		EXPECT(mailauth_mx_address(m, 1, 1) == NULL);
	}
	mailauth_mx_free(m);
}

static void
dmarc(struct mailauth_resolver *r, int spf_result, int result)
{
	static const char domain[] = "example.org";
	struct mailauth_dmarc *d = mailauth_dmarc_new(NULL);

	NEED(mailauth_dmarc_set_from_domain(d, domain, strlen(domain)) ==
	    MAILAUTH_DONE);
	NEED(mailauth_dmarc_set_spf(d, spf_result, domain, strlen(domain)) ==
	    MAILAUTH_DONE);
	EXPECT(mailauth_dmarc_align(d, r) == MAILAUTH_DONE);
	EXPECT(mailauth_dmarc_result(d) == result);
	EXPECT(mailauth_dmarc_policy(d) == MAILAUTH_DMARC_POLICY_QUARANTINE);
	mailauth_dmarc_free(d);
}

int
main(void)
{
	int asked = 0;
	struct mailauth_resolver_ops ops = { .size = sizeof ops, .ask = ask };
	struct mailauth_resolver *r = mailauth_resolver_new(&ops, &asked);

	NEED(r != NULL);
	spf(r, CLIENT, SENDER, MAILAUTH_SPF_PASS, 1);
	spf(r, STRANGER, SENDER, MAILAUTH_SPF_FAIL, 1);
	spf(r, CLIENT, "x@nobody.example.org", MAILAUTH_SPF_NONE, 1);
	spf(r, CLIENT, "x@dead.example", MAILAUTH_SPF_TEMPERROR, 0);
	rdns(r, CLIENT, MAILAUTH_RDNS_PASS);
	rdns(r, STRANGER, MAILAUTH_RDNS_PERMERROR);
	mx(r, "example.org", MAILAUTH_MX_OK);
	mx(r, "nomail.example", MAILAUTH_MX_NULL);
	mx(r, "gone.example", MAILAUTH_MX_NO_SUCH_DOMAIN);
	dmarc(r, MAILAUTH_SPF_PASS, MAILAUTH_DMARC_PASS);
	dmarc(r, MAILAUTH_SPF_FAIL, MAILAUTH_DMARC_FAIL);
	EXPECT(asked > 0);
	mailauth_resolver_free(r);
	return wrong != 0;
}
