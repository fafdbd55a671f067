#!/bin/sh
# The other half: mx --policy, dane, mta-sts and tls-rpt, offline.  Over the
# network: tests/network.
# usage: outbound.sh MAILAUTH
set -u
export LC_ALL=C
tool=$1
case $tool in /*) ;; *) tool=$PWD/$tool ;; esac
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
cd "$dir" || exit 1

cat >zone <<'END'
$TTL 60
$ORIGIN example.com.
@ MX 10 mx
mx A 192.0.2.1
_25._tcp.mx TLSA 3 1 1 0000000000000000000000000000000000000000000000000000000000000000
_mta-sts TXT "v=STSv1; id=1"
_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tls@example.com"
;! secure
END
printf 'version: STSv1\nmode: enforce\nmx: mx.example.com\nmax_age: 86400\n' >policy

# ---- mx --policy ----

says 0 '"tls": "dane"' -z zone -j mx --policy example.com
says 0 'mx.example.com 192.0.2.1 secure dane' -z zone mx --policy example.com
# Without the option there is nothing of it.
says 0 '"addresses"' -z zone -j mx example.com
! grep -q tls out || wrong "mx tells tls without --policy"
says 0 'mx.example.com: dane' -z zone -x mx --policy example.com

# ---- dane ----

says 0 '"result": "dane"' -z zone -j dane mx.example.com
grep -q '"certificates": null' out || wrong "certificates without a chain"
grep -q '"match": null' out || wrong "a match without a chain"
says 1 '"result": "opportunistic"' -z zone -j dane --port 587 mx.example.com
says 75 'unreachable' -z zone dane nobody.example.com
says 75 'unreachable' -z zone dane ''
fails 64 'which host' dane
fails 64 'port' -z zone dane --port 0 mx.example.com
fails 64 'port' -z zone dane --port 65536 mx.example.com
fails 64 'port' -z zone dane --port x mx.example.com
fails 64 'not with --zone' -z zone dane --connect mx.example.com
fails 64 'which of them' dane --connect --chain zone mx.example.com
fails 65 'neither PEM nor DER' -z zone dane --chain policy mx.example.com
fails 66 'no/such' -z zone dane --chain no/such mx.example.com
if command -v openssl >/dev/null; then
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout key -out cert -subj /CN=x -days 1 2>/dev/null
	says 1 '"result": "failed"' -z zone -j dane --chain cert mx.example.com
	grep -q '"reason": "tlsa-mismatch"' out || wrong "no reason"
	grep -q '"subject": "CN=x"' out || wrong "no certificate"
	in=cert
	says 1 'failed' -z zone dane --chain - mx.example.com
	in=/dev/null
	fails 65 'something else than a certificate' \
	    -z zone dane --chain key mx.example.com
fi

# ---- mta-sts ----

says 0 '"source": "file"' -z zone -j mta-sts --policy policy example.com
grep -q '"name": "mx.example.com"' out || wrong "no MX host"
says 0 '"match": false' -z zone -j mta-sts --policy policy --host x.example.com example.com
! grep -q '"name": "mx.example.com"' out || wrong "MX hosts beside --host"
says 1 policy-syntax -z zone mta-sts --policy zone example.com
says 1 'no-record' -z zone mta-sts --policy policy example.net
says 1 'address-literal' -z zone mta-sts --policy policy '[192.0.2.1]'
fails 64 'is not fetched' -z zone mta-sts example.com
fails 64 'is not fetched' -z zone mta-sts --cache none example.com
fails 64 'which domain' mta-sts
fails 64 'not "-"' -z zone mta-sts --cache - example.com
fails 66 'no/such' -z zone mta-sts --policy no/such example.com
printf 'mailauth policies 1\n' >cache
n=$(($(wc -c <policy) + 0))
printf 'mta-sts-cache: 1\ndomain: example.com\nid: 1\nfetched: 1000\npolicy: %d\n' $n |
    cat - policy >entry
n=$(($(wc -c <entry) + 0))
{ printf 'other.example 3\nabc\nexample.com %d\n' $n; cat entry; echo; } >>cache
cp cache before
says 0 '"source": "cache"' -z zone -j --at 1500 mta-sts --cache cache example.com
grep -q '"expires": 87400' out || wrong "another end"
cmp -s cache before || wrong "the cache was changed"
# Its end: there is no way to fetch, and what that says is not kept.
says 75 'policy-network' -z zone -j --at 100000 mta-sts --cache cache example.com
cmp -s cache before || wrong "the cache was changed offline"
fails 66 'directory' -z zone mta-sts --cache . example.com
printf 'mta-sts-cache: 1\ndomain: example.com\nfailed: 1000 1 policy-tls\n' >entry
n=$(($(wc -c <entry) + 0))
{ printf 'mailauth policies 1\nexample.com %d\n' $n; cat entry; echo; } >cache
fails 64 'is not fetched' -z zone --at 1100 mta-sts --cache cache example.com
for spoilt in 'x' 'mailauth policies 1\nexample.com' \
    'mailauth policies 1\nexample.com 9\nabc\n' \
    'mailauth policies 1\nexample.com -1\n\n' \
    'mailauth policies 1\nexample.com 3\nabc\nexample.com 3\nabc\n' \
    'mailauth policies 1\nexample.com 99999999999\nabc\n'; do
	# shellcheck disable=SC2059
	printf "$spoilt" >cache
	fails 65 'no file of policies' -z zone mta-sts --cache cache example.com
done
printf 'mailauth policies 1\nexample.com 3\nabc\n' >cache
fails 65 'example.com: line 1' -z zone mta-sts --cache cache example.com

# ---- tls-rpt ----

says 0 'mailto:tls@example.com' -z zone -j tls-rpt example.com
says 1 'no-record' -z zone tls-rpt example.net
fails 64 'which domain' tls-rpt

exit $bad
