/*
 * The reader of resolv.conf finds servers and numbers within their bounds in
 * any text.
 */
#include <netinet/in.h>

#include "fuzz.h"
#include "io/flight.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_config c = { 0 };

	ma_resolv_conf_read(ma_slice(data, size), &c);
	FUZZ_CHECK(c.n <= MAX_SERVERS);
	FUZZ_CHECK(c.interval <= 30000 && c.attempts <= 5);
	for (unsigned i = 0; i < c.n; i++) {
		int family = c.servers[i].address.ss_family;

		FUZZ_CHECK(c.servers[i].n == (family == AF_INET ?
		    sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6)));
	}
	return 0;
}
