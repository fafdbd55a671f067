#!/bin/sh
# Signing, sealing, keys, and messages written again, as mailauth(1) has them.
# usage: sign.sh MAILAUTH
set -u
export LC_ALL=C
tool=$1
case $tool in /*) ;; *) tool=$PWD/$tool ;; esac
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
cd "$dir" || exit 1
umask 022

# same WHAT FILE FILE: octet for octet
same() {
	cmp -s "$2" "$3" || wrong "$1"
}

# ---- dkim keygen ----

sign="--domain example.com --selector s"
# shellcheck disable=SC2086
says 0 '^s._domainkey.example.com. 3600 IN TXT "v=DKIM1; k=rsa; p=' \
    dkim keygen $sign --out rsa.pem
cp out zone
[ "$(stat -c %a rsa.pem)" = 600 ] || wrong "the key's mode is $(stat -c %a rsa.pem)"
grep -q 'BEGIN PRIVATE KEY' rsa.pem || wrong "no private key"
[ "$(grep -o '"[^"]*"' zone | wc -l)" -eq 2 ] || wrong "not two strings"
cp rsa.pem before
# shellcheck disable=SC2086
fails 73 'rsa.pem: File exists' dkim keygen $sign --out rsa.pem
same "an old key was touched" rsa.pem before
ln -s elsewhere link
# shellcheck disable=SC2086
fails 73 'link' dkim keygen $sign --out link
[ ! -e elsewhere ] || wrong "it followed a link"
# shellcheck disable=SC2086
fails 73 'no/such' dkim keygen $sign --out no/such
says 0 '"record": "v=DKIM1; k=ed25519; p=' \
    -j dkim keygen --domain example.com --selector e --algorithm ed25519 --out ed.pem
grep -q '"name": "e._domainkey.example.com"' out || wrong "no name"
says 0 '^e._domainkey.lists.example. ' dkim keygen --domain lists.example \
    --selector e --algorithm ed25519 --out list.pem
cat out >>zone
# shellcheck disable=SC2086
fails 64 '1024 to 4096' dkim keygen $sign --bits 1023 --out x
# shellcheck disable=SC2086
fails 64 '1024 to 4096' dkim keygen $sign --bits 4097 --out x
# shellcheck disable=SC2086
fails 64 'always 256' dkim keygen $sign --algorithm ed25519 --bits 2048 --out x
fails 64 'no name of a key' dkim keygen --domain 'a b' --selector s --out x
# shellcheck disable=SC2086
fails 64 'rsa or ed25519' dkim keygen $sign --algorithm dsa --out x
[ ! -e x ] || wrong "a key was left"

# What cannot be written whole is not left behind.
for algorithm in rsa ed25519; do
	number=$((number + 1))
	# shellcheck disable=SC2086
	(trap '' XFSZ; ulimit -f 0; "$tool" dkim keygen $sign --algorithm $algorithm \
	    --out full.pem 2>&1; echo "status $?") | cat >out
	grep -q 'full.pem: File too large' out || wrong "no error of a file that cannot grow"
	grep -q '^status 74$' out || wrong "a file that cannot grow is not 74"
	[ ! -e full.pem ] || wrong "a key was left that is not whole"
done

# Nothing of a private key is printed: no line of it.
sed '/-----/d' rsa.pem >secret
hides() { # FILE...
	for file; do
		! grep -q -F -f secret "$file" || wrong "$file has the key"
	done
}
hides out err zone
grep -q -F -f secret rsa.pem || wrong "the key is not in its own file"

# ---- dkim verify-key ----

# shellcheck disable=SC2086
says 0 '"result": "valid"' -j -z zone dkim verify-key $sign --key rsa.pem
# shellcheck disable=SC2086
says 1 '^mismatch' -z zone dkim verify-key $sign --key ed.pem
says 1 '^none' -z zone dkim verify-key --domain example.com --selector x --key rsa.pem
says 1 '"record": null' -j -z zone dkim verify-key --domain example.com --selector x --key rsa.pem
printf 's._domainkey.example.com. TXT "v=DKIM1; p="\n' >revoked
# shellcheck disable=SC2086
says 1 '^revoked' -z revoked dkim verify-key $sign --key rsa.pem
printf ';! s._domainkey.example.com. TXT SERVFAIL\n' >broken
# shellcheck disable=SC2086
says 75 '^temperror' -z broken dkim verify-key $sign --key rsa.pem

# ---- Key files ----

printf 'From: joe@example.com\r\nTo: a\r\nSubject: b\r\n\r\nHello.\r\n' >crlf
printf 'From: joe@example.com\nTo: a\nSubject: b\n\nHello.\n' >lf
# shellcheck disable=SC2086
fails 66 'nowhere' dkim sign $sign --key nowhere crlf
# shellcheck disable=SC2086
fails 65 'not a regular file' dkim sign $sign --key . crlf
cp rsa.pem open.pem
chmod 602 open.pem
# shellcheck disable=SC2086
fails 65 'open.pem: others may write it' dkim sign $sign --key open.pem crlf
chmod 660 open.pem
# shellcheck disable=SC2086
fails 65 'its group may write it' dkim sign $sign --key open.pem crlf
chmod 640 open.pem
# shellcheck disable=SC2086
run dkim sign $sign --key open.pem crlf
grep -q 'warning: open.pem: its group may read it' err || wrong "no warning"
chmod 644 open.pem
# shellcheck disable=SC2086
run dkim sign $sign --key open.pem crlf
grep -q 'warning: open.pem: others may read it' err || wrong "no warning"
grep -q '^DKIM-Signature' out || wrong "not signed"
cp rsa.pem junk.pem
# What is wrong with a key is said without its text.
while IFS='|' read -r change error; do
	sed "$change" rsa.pem >junk.pem
	# shellcheck disable=SC2086
	fails 65 "junk.pem: $error" dkim sign $sign --key junk.pem crlf
	hides err
	# shellcheck disable=SC2086
	fails 65 "junk.pem: $error" -z zone dkim verify-key $sign --key junk.pem
	hides err
done <<'END'
/-----/d|it is neither PEM nor DER
$d|the PEM text has no end
10s/^./*/|it is not base64
20s/^....//|it is no
s/PRIVATE/EC PRIVATE/|it is something else
s/PRIVATE/ENCRYPTED PRIVATE/|the key is encrypted
END

# ---- dkim sign ----

# lines FILE: its first lines, up to the message
for file in crlf lf; do
	for key in "s rsa.pem" "e ed.pem"; do
		# shellcheck disable=SC2086
		set -- $key
		says 0 '^DKIM-Signature: v=1;' dkim sign --domain example.com \
		    --selector "$1" --key "$2" $file
		cp out signed
		in=$file
		says 0 '^DKIM-Signature' dkim sign --domain example.com \
		    --selector "$1" --key "$2"
		in=/dev/null
		# The rest is as it was, and the field's lines end as its own.
		tail -c "$(wc -c <$file)" signed >rest
		same "$file is another behind the signature" rest $file
		head -c $(($(wc -c <signed) - $(wc -c <$file))) signed >field
		crs=$(tr -cd '\r' <field | wc -c) lfs=$(tr -cd '\n' <field | wc -c)
		case $file in
		lf)	[ "$crs" -eq 0 ] || wrong "CRs in a message of LFs" ;;
		*)	[ "$crs" -eq "$lfs" ] || wrong "LFs in a message of CRLFs" ;;
		esac
		awk 'length($0) > 80 { exit 1 }' field || wrong "a line is too long"
	done
done
# A pipe is no file: what came is kept.
# shellcheck disable=SC2086
cat crlf | "$tool" dkim sign $sign --key rsa.pem --canonicalization simple/simple |
    "$tool" -z zone dkim verify >out 2>err || wrong "by a pipe"
printf 's._domainkey.example.com. CNAME e._domainkey.lists.example.\n' >>revoked
# shellcheck disable=SC2086
says 0 '"line_ends": "lf"' -j dkim sign $sign --key rsa.pem --expire-in 60 --at 1000 \
    --identity a@sub.example.com --headers from:to lf
grep -q '"field": "DKIM-Signature: ' out || wrong "no field"
grep -q 't=1000; x=1060; h=from:to;' out || wrong "no times"
grep -q 'i=a@sub.example.com;' out || wrong "no identity"
! grep -q '\\r' out || wrong "CRs in the field of a message of LFs"
# shellcheck disable=SC2086
run dkim sign $sign --key rsa.pem --headers from:received crlf
grep -q 'warning: --headers has fields' err || wrong "no warning"
"$tool" dkim keygen --domain example.com --selector k --bits 1024 --out 1024.pem >/dev/null
# shellcheck disable=SC2086
run -j dkim sign $sign --key 1024.pem crlf
grep -q 'fewer than 2048 bits' err || wrong "no warning"
grep -q '"key-short"' out || wrong "no warning in the JSON"

# shellcheck disable=SC2086
fails 64 'the key is of rsa' dkim sign $sign --key rsa.pem --algorithm ed25519-sha256 crlf
# shellcheck disable=SC2086
fails 64 'canonicalization' dkim sign $sign --key rsa.pem --canonicalization none crlf
# shellcheck disable=SC2086
fails 64 '^mailauth dkim sign: --headers' dkim sign $sign --key rsa.pem --headers to crlf
# shellcheck disable=SC2086
fails 64 '^mailauth dkim sign: --identity' dkim sign $sign --key rsa.pem --identity a@b.example crlf
fails 64 '^mailauth dkim sign: --domain' dkim sign --domain 'a;b' --selector s --key rsa.pem crlf
fails 64 '^mailauth dkim sign: --selector' dkim sign --domain a.example --selector 's;b' --key rsa.pem crlf
fails 64 'key is needed' dkim sign --domain a.example --selector s crlf
for text in 'To: a\r\n\r\n' 'From: a\r\nFrom: b\r\n\r\n' 'From: a\r\n\r\nb\rc\r\n' \
    'From: a\r\n\r\nb\nc\r\n' ''; do
	# shellcheck disable=SC2059
	printf "$text" >refused
	# shellcheck disable=SC2086
	fails 65 'mailauth dkim sign' dkim sign $sign --key rsa.pem refused
done
# shellcheck disable=SC2086
fails 66 'nowhere' dkim sign $sign --key rsa.pem nowhere
if [ -c /dev/full ]; then
	# shellcheck disable=SC2086
	"$tool" dkim sign $sign --key rsa.pem crlf >/dev/full 2>err
	[ $? -eq 74 ] || wrong "a full disk is not 74"
fi

# ---- arc seal, arc verify ----

seal="--domain lists.example --selector e --key list.pem --authserv-id lists.example"
says 1 '^none' -z zone arc verify crlf
says 1 '"oldest_pass": null' -j -z zone arc verify crlf
# shellcheck disable=SC2086
says 0 '^ARC-Seal: i=1; ' -z zone arc seal $seal --results 'lists.example; spf=pass (a) smtp.mailfrom=b' crlf
cp out one
tail -c "$(wc -c <crlf)" one >rest
same "it is another behind the set" rest crlf
grep -q 'spf=pass (a) smtp.mailfrom=b;' one || wrong "no results"
says 0 '^pass' -z zone arc verify one
# shellcheck disable=SC2086
says 0 'cv=pass' -z zone arc seal $seal one
cp out two
says 0 '"oldest_pass": 0' -j -z zone arc verify two
sed 's/Hello/Hullo/' two >changed
says 1 'arc-message-signature' -z zone arc verify changed
printf ';! e._domainkey.lists.example. TXT SERVFAIL\n' >>broken
says 1 '"temporary": true' -j -z broken arc verify one
# shellcheck disable=SC2086
says 1 'cv=fail' -z zone arc seal $seal changed
cp out failed
# After cv=fail nothing more, and the message as it was.
# shellcheck disable=SC2086
says 1 '^ARC-Seal: i=3' -z zone arc seal $seal failed
same "a failed chain was touched" out failed
# shellcheck disable=SC2086
says 1 '"fields": \[\]' -j -z zone arc seal $seal failed
# shellcheck disable=SC2086
says 0 '"result": "pass"' -j -z zone arc seal $seal one
# shellcheck disable=SC2086
fails 64 '--results' -z zone arc seal $seal --results 'other.example; none' crlf
# shellcheck disable=SC2086
fails 64 '--headers' -z zone arc seal $seal --headers from:arc-seal crlf
# shellcheck disable=SC2086
fails 64 'authserv-id' -z zone arc seal $seal --authserv-id '' crlf
printf 'From: a\r\n\r\nb\rc\r\n' >refused
# shellcheck disable=SC2086
fails 65 'bare-cr' -z zone arc seal $seal refused

# ---- results ----

cat >results <<'END'
Authentication-Results: A.example (b) 1; SPF=Pass reason="c d"
 smtp.mailfrom="e f"@g.example; x/2=y
From: a
authentication-results: broken
Authentication-Results: z; none
END
says 0 '"authserv_id": "A.example"' -j results results
for part in '"method": "spf"' '"result": "pass"' '"reason": "c d"' '"method_version": 2' \
    '"valid": false' '"authserv_id": "z"'; do
	grep -q -F "$part" out || wrong "results: no $part"
done
[ "$(grep -c '"valid"' out)" -eq 3 ] || wrong "not three fields"
says 0 'fields *(none)' results crlf
says 0 '"fields": \[\]' -j results

# ---- check --prepend ----

envelope="--ip 192.0.2.25 --helo mail.example.com --mail-from joe@example.com
    --authserv-id mx.example.org"
for end in '\n' '\r\n'; do
	forged="Authentication-Results: mx.example.org; dkim=pass$end"
	folded="AUTHENTICATION-RESULTS :$end MX.example.org$end ;dkim=pass$end"
	odd="authentication-results: x mx.example.org spf=pass$end"
	other="Authentication-Results: other.example; none$end"
	rest="From: joe@example.com${end}To: b$end"
	# shellcheck disable=SC2059
	printf "$forged$other$rest$folded$odd${end}body: Authentication-Results$end$forged$end" >all
	# shellcheck disable=SC2059
	printf "$other$rest${end}body: Authentication-Results$end$forged$end" >clean
	# shellcheck disable=SC2086
	says 1 '^Authentication-Results: mx.example.org;' -z zone check $envelope --prepend all
	cp out written
	tail -c "$(wc -c <clean)" written >rest
	same "not what is left without forged fields" rest clean
	head -c $(($(wc -c <written) - $(wc -c <clean))) written >field
	[ "$(grep -c '^[^	]' field)" -eq 1 ] || wrong "more than one field on top"
	crs=$(tr -cd '\r' <field | wc -c) lfs=$(tr -cd '\n' <field | wc -c)
	case $end in
	'\n')	[ "$crs" -eq 0 ] || wrong "CRs in a message of LFs" ;;
	*)	[ "$crs" -eq "$lfs" ] || wrong "LFs in a message of CRLFs" ;;
	esac
	# shellcheck disable=SC2086
	cat all | "$tool" -z zone check $envelope --prepend >out 2>err
	same "by a pipe it is another" out written
done
# The octets of a message are its own: NULs, no last line end, no body.
printf 'From: a@example.com\n\na\0b\nno end' >odd
# shellcheck disable=SC2086
"$tool" -z zone check $envelope --prepend odd >out 2>err
tail -c "$(wc -c <odd)" out >rest
same "odd octets" rest odd
printf 'From: a@example.com' >short
# shellcheck disable=SC2086
"$tool" -z zone check $envelope --prepend short >out 2>err
tail -c "$(wc -c <short)" out >rest
same "a header alone" rest short

# A first line that would continue the field above it: with a result, perhaps.
printf ' ; dkim=pass header.d=bank.example\r\nFrom: a\r\n\r\n' >fold
# shellcheck disable=SC2086
fails 65 'begins with a blank' -z zone check $envelope --prepend fold
# A header beyond the limit is not known: nor is what is forged in it.
{
	printf 'Authentication-Results: mx.example.org; none\r\n'
	head -c 16777216 /dev/zero | tr '\0' x
	printf ': x\r\n\r\n'
} >long
# shellcheck disable=SC2086
fails 65 'longer than its limit' -z zone check $envelope --prepend long
# shellcheck disable=SC2086
fails 65 'begins with a blank' dkim sign $sign --key rsa.pem fold

# ---- check with ARC ----

printf '_dmarc.example.com. TXT "v=DMARC1; p=reject"\n' >>zone
printf 'Authentication-Results: lists.example; dmarc=pass header.from=example.com\r\n' >list
cat crlf >>list
# shellcheck disable=SC2086
"$tool" -z zone arc seal $seal list >sealed 2>err
# shellcheck disable=SC2086
says 1 '"override": null' -j -z zone check $envelope sealed
grep -q '"code": 550' out || wrong "no reply"
# shellcheck disable=SC2086
says 1 '"override": "trusted-forwarder"' -j -z zone check $envelope --trusted-sealer a.example --trusted-sealer LISTS.example sealed
grep -q '"reply": null' out || wrong "a reply under an override"
grep -q '"result": "fail"' out || wrong "another result"
grep -q '"disposition": "reject"' out || wrong "another disposition"
grep -q 'trusted-forwarder)' out || wrong "not in the field"
# What a version that we do not know says is not believed: RFC 8601 section 2.2.
for words in 'lists.example 2; dmarc=pass' 'lists.example; dmarc/2=pass'; do
	printf 'Authentication-Results: %s header.from=example.com\r\n' "$words" >other
	cat crlf >>other
	# shellcheck disable=SC2086
	"$tool" -z zone arc seal $seal other >sealed-other 2>err
	# shellcheck disable=SC2086
	says 1 '"override": null' -j -z zone check $envelope --trusted-sealer lists.example sealed-other
done

echo "$number commands"
exit $bad
