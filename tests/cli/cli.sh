#!/bin/sh
# The command line as mailauth(1) has it: options, operands, exit statuses,
# where messages go, and input that is hostile or not there.
# usage: cli.sh MAILAUTH FIXTURES
set -u
export LC_ALL=C
tool=$1 fixtures=$2
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"

zone=$dir/zone
cat >"$zone" <<'END'
$TTL 3600
$ORIGIN example.com.
@	TXT	"v=spf1 ip4:192.0.2.0/24 include:dead.example.com -all"
@	MX	10 mail
mail	A	192.0.2.25
_dmarc	TXT	"v=DMARC1; p=reject"
25.2.0.192.in-addr.arpa.	PTR	mail.example.com.
;! dead.example.com. TXT SERVFAIL
;! dead.example.com. MX SERVFAIL
;! dead.example.com. PTR SERVFAIL
END
signed=$fixtures/check/01-signed
envelope="--ip 192.0.2.25 --helo mail.example.com --mail-from bounces@example.com
    --authserv-id mx.example.org"

# ---- Help ----

says 0 '^usage: mailauth' --help
says 0 'COMMAND' -h
says 0 '^mailauth [0-9][0-9.]*$' --version
for command in spf 'dkim verify' 'dkim sign' 'dkim keygen' 'dkim verify-key' \
    dmarc 'arc verify' 'arc seal' rdns mx dane mta-sts tls-rpt address check \
    results; do
	# shellcheck disable=SC2086
	says 0 "^usage: .* $command" $command --help
	says 0 "^  $command " --help
done
says 0 'dkim verify-key' dkim --help
says 0 'arc seal' arc -h

# ---- Usage: 64 ----

fails 64 'which command'
fails 64 'no command nonsense' nonsense
fails 64 'dkim what?  There is: verify, sign, keygen' dkim
fails 64 'arc what?  There is: verify, seal' arc
fails 64 'no command arc nonsense' arc nonsense
fails 64 'no option --nonsense' spf --nonsense
fails 64 'no option --nonsense' --nonsense spf
fails 64 'no option -q' -q spf
# shellcheck disable=SC2086
fails 64 'does not go with --json' -j check $envelope --prepend
# shellcheck disable=SC2086
fails 64 'trusted-sealer' check $envelope --trusted-sealer 'a b'
fails 64 'needs a value' spf --ip
fails 64 'takes no value' --json=yes spf
fails 64 'ip is needed' spf --helo x
fails 64 'helo is needed' spf --ip 192.0.2.1
fails 64 'from is needed' dmarc
fails 64 'authserv-id is needed' check --ip 192.0.2.1 --helo x --mail-from ''
fails 64 'is no IP address' spf --ip example.com --helo x
fails 64 'is no IP address' spf --ip '' --helo x
fails 64 'is no IP address' spf --ip 192.0.2.1.1 --helo x
# shellcheck disable=SC2086
fails 64 'is no IP address' check $envelope --ip 192.0.2.256
fails 64 'is no IP address' rdns mail.example.com
fails 64 'is no IP address' rdns ''
fails 64 'which IP' rdns
fails 64 'which domain' mx
fails 64 'which address' address
fails 64 'too many' rdns 192.0.2.1 192.0.2.2
fails 64 'too many' dkim verify a b
fails 64 'too many' spf --ip 192.0.2.1 --helo x operand
fails 64 'not a number' mx --seed x example.com
fails 64 'not a number' mx --seed -1 example.com
fails 64 'not a number' mx --seed 18446744073709551616 example.com
fails 64 'not a time' --at yesterday rdns 192.0.2.1
fails 64 'not a time' --at '' rdns 192.0.2.1
fails 64 'number of seconds' -t 0 rdns 192.0.2.1
fails 64 'number of seconds' -t -1 rdns 192.0.2.1
fails 64 'number of seconds' -t 1e3 rdns 192.0.2.1
fails 64 'number of seconds' --timeout=. rdns 192.0.2.1
fails 64 'pass or policy' dkim verify --unsigned-body maybe
fails 64 'walk or psl' dmarc --from example.com --discovery guess
fails 64 'no result of SPF' dmarc --from example.com --spf great,example.com
fails 64 'no result of SPF' dmarc --from example.com --spf policy,example.com
fails 64 'no result of DKIM' dmarc --from example.com --dkim softfail,example.com
fails 64 'RESULT,DOMAIN' dmarc --from example.com --dkim pass
fails 64 'authserv-id' check --ip 192.0.2.1 --helo x --mail-from '' --authserv-id ''
fails 64 'nameserver' -n nonsense rdns 192.0.2.1
fails 64 'nameserver' -n 192.0.2.1@99999 rdns 192.0.2.1

# What the message says of an argument does nothing to a terminal.
fails 64 'u001b' "$(printf '\033[31mred')"

# ---- Options in every place and form ----

says 0 '^pass' -z "$zone" rdns 192.0.2.25
says 0 '^pass' "-z$zone" rdns 192.0.2.25
says 0 '^pass' "--zone=$zone" rdns 192.0.2.25
says 0 '^pass' rdns --zone "$zone" 192.0.2.25
says 0 '^pass' rdns 192.0.2.25 -z "$zone"
says 0 '"result": "pass"' rdns 192.0.2.25 "-jz$zone"
says 0 '"trace"' -xj -z "$zone" rdns 192.0.2.25
says 0 '^pass' -z "$zone" -t 0.5 --trust-ad --at 0 rdns -- 192.0.2.25
says 0 '^pass' -z "$zone" -- rdns 192.0.2.25
says 1 'invalid' address -- -x
says 1 'permerror' -z "$zone" mx -- --help
says 0 '^pass' -z "$zone" spf --ip=192.0.2.1 --helo='' --mail-from=x@example.com

# ---- Statuses of verdicts ----

says 0 '^pass' -z "$zone" spf --ip 192.0.2.1 --helo x --mail-from a@example.com
says 1 '^none' -z "$zone" spf --ip 192.0.2.1 --helo x --mail-from a@example.net
says 75 '^temperror' -z "$zone" spf --ip 198.51.100.1 --helo x --mail-from a@example.com
says 0 '^ok' -z "$zone" mx example.com
says 1 '^no-such-domain' -z "$zone" mx example.net
says 75 '^temperror' -z "$zone" mx dead.example.com
says 1 '^permerror' -z "$zone" rdns 192.0.2.26
says 0 '^pass' -z "$zone" dmarc --from example.com --spf pass,example.com
says 1 '^fail' -z "$zone" dmarc --from example.com
says 1 '^none' -z "$zone" dmarc --from ''
says 0 '^valid' address user@example.com
says 1 '^invalid' address 'user@@example.com'
says 1 '^invalid' address ''
# shellcheck disable=SC2086
says 0 '^pass' -z "$signed/zone" --at 1767225600 check $envelope "$signed/message"

# ---- Input ----

fails 66 'nowhere: ' dkim verify "$dir/nowhere"
fails 66 "$dir: " dkim verify "$dir"
fails 66 'nowhere: ' -z "$dir/nowhere" rdns 192.0.2.1
fails 66 "$dir: " -z "$dir" rdns 192.0.2.1
printf '$TTL 60\nexample.com. A 192.0.2.1\nexample.com. A 192.0.2.256\n' >"$dir/broken"
fails 65 'broken:3: ' -z "$dir/broken" rdns 192.0.2.1
printf '$TTL 60\n;! example.com. TXT NONSENSE\n' >"$dir/broken"
fails 65 'broken:2: ' -z "$dir/broken" rdns 192.0.2.1
in=$dir/broken
fails 65 'standard input:2: ' -z - rdns 192.0.2.1

in=$signed/message
says 0 '^pass' -z "$signed/zone" --at 1767225600 dkim verify
says 0 '^pass' -z "$signed/zone" --at 1767225600 dkim verify -
# shellcheck disable=SC2086
says 0 '^pass' -z "$signed/zone" --at 1767225600 check $envelope -
in=/dev/null
says 1 '^none' -z "$zone" dkim verify
# shellcheck disable=SC2086
says 1 '^none' -z "$zone" check $envelope

printf 'From: a@example.com' >"$dir/m"
# shellcheck disable=SC2086
says 0 '^pass' -z "$zone" check $envelope "$dir/m"
printf 'From: a@example.com\0\n\0\n\0' >"$dir/m"
# shellcheck disable=SC2086
says 1 '^none' -z "$zone" check $envelope "$dir/m"
awk 'BEGIN { for (i = 0; i < 100000; i++) print "X-Field: " i;
    print "From: a@example.com\n\nbody" }' >"$dir/m"
# shellcheck disable=SC2086
says 0 '^pass' -z "$zone" check $envelope "$dir/m"
awk 'BEGIN { for (i = 0; i < 10000; i++) print "DKIM-Signature: v=1;";
    print "From: a@example.com\n\nbody" }' >"$dir/m"
# shellcheck disable=SC2086
says 0 '^pass' -z "$zone" check $envelope "$dir/m"
awk 'BEGIN { printf "Subject: "; for (i = 0; i < 1000000; i++) printf "x y ";
    print "\nFrom: a@example.com\n\nbody" }' >"$dir/m"
# shellcheck disable=SC2086
says 0 '^pass' -z "$zone" check $envelope "$dir/m"
head -c 300000 /dev/urandom >"$dir/m"
run -z "$zone" -j dkim verify "$dir/m"
got=$?
[ $got -eq 1 ] || wrong "random octets: status $got"

# A record of nearly 64 KB, and one line that is one.
awk 'BEGIN { printf "$TTL 60\nlong.example. TXT ( \"v=spf1 \"\n";
    for (i = 0; i < 250; i++) { printf "\""; for (k = 0; k < 19; k++)
	printf "ip4:10.0.0.1 "; print "\"" }
    print "\"-all\" )" }' >"$dir/long"
run -z "$dir/long" spf --ip 10.0.0.1 --helo x --mail-from a@long.example
got=$?
case $got in 0|1|75) ;; *) wrong "a record of 64 KB: status $got" ;; esac

# Octets that a stranger may send.
says 1 '"none"' -j -z "$zone" spf --ip 192.0.2.1 --helo "$(printf '\377\033')" \
    --mail-from "$(printf 'a@\200\201.example')"
if ! grep -q "$(printf '\357\277\275')" "$dir/out"; then
	wrong "what is not UTF-8 is not U+FFFD"
fi
says 1 'none' -z "$zone" spf --ip 192.0.2.1 --helo x --mail-from "$(printf 'a@\033[31m')"
if grep -q "$(printf '\033')" "$dir/out"; then
	wrong "an escape reaches the terminal"
fi

# ---- Output ----

if command -v python3 >/dev/null; then
	json() {
		run -j "$@"
		python3 -c 'import json, sys
json.loads(sys.stdin.buffer.read().decode("utf-8"))' <"$dir/out" 2>"$dir/err" ||
		    wrong "mailauth -j $*: not JSON"
	}
	json -x -z "$zone" rdns 192.0.2.25
	json -x -z "$zone" spf --ip 192.0.2.1 --helo "$(printf '\377"\\\n')" --mail-from ''
	json -z "$zone" mx "$(printf '\302\205\342\200\256"')"
	json address "$(printf '\001\177')"
	# shellcheck disable=SC2086
	json -x -z "$zone" check $envelope "$dir/m"
fi

# What --explain prints, cut out from its comment on, is a zone.
run -x -z "$zone" spf --ip 192.0.2.1 --helo x --mail-from a@example.com
sed -n '/^; /,$p' "$dir/out" >"$dir/again"
says 0 '^pass' -z "$dir/again" spf --ip 192.0.2.1 --helo x --mail-from a@example.com

# Colour is for terminals.
run -z "$zone" rdns 192.0.2.25
if grep -q "$(printf '\033')" "$dir/out"; then
	wrong "colour in a file"
fi
# Containers may have no pseudo-terminals to try it on.
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
	on_terminal() { # VARIABLE=VALUE...
		env "$@" script -qec "'$tool' -z '$zone' rdns 192.0.2.25" /dev/null \
		    </dev/null >"$dir/out" 2>"$dir/err"
		grep -q "$(printf '\033')" "$dir/out"
	}
	on_terminal TERM=xterm NO_COLOR= || wrong "no colour on a terminal"
	on_terminal TERM=xterm NO_COLOR=1 && wrong "colour in spite of NO_COLOR"
	on_terminal TERM=dumb NO_COLOR= && wrong "colour on a dumb terminal"
fi

# Output that fails: 74.
closed() { # ARGUMENT...
	"$tool" "$@" </dev/null >&- 2>"$dir/err"
	got=$?
	: >"$dir/out"
	if [ $got -ne 74 ] || ! [ -s "$dir/err" ]; then
		wrong "mailauth $* without standard output: status $got"
	fi
}
closed --help
closed -z "$zone" rdns 192.0.2.25
closed -j -z "$zone" mx example.com
if [ -c /dev/full ]; then
	"$tool" -z "$zone" rdns 192.0.2.25 >/dev/full 2>"$dir/err"
	[ $? -eq 74 ] || wrong "a full disk is not 74"
fi
got=$( { "$tool" -z "$zone" -x rdns 192.0.2.25 2>"$dir/err"; echo $? >"$dir/status"; } |
    : ; cat "$dir/status")
[ "$got" -eq 74 ] || [ "$got" -eq 0 ] || wrong "a closed pipe: status $got"

# Whatever is closed, nothing goes astray.
"$tool" -z "$zone" rdns 192.0.2.25 <&- >"$dir/out" 2>&-
[ $? -eq 0 ] || wrong "without standard input and error"
"$tool" -z "$zone" dkim verify <&- >"$dir/out" 2>"$dir/err"
[ $? -eq 66 ] || wrong "a message from a closed standard input is not 66"

# ---- A server that never answers: a question has a quarter of the time ----

if command -v python3 >/dev/null; then
	python3 -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
time.sleep(30)' >"$dir/port" &
	server=$!
	until [ -s "$dir/port" ]; do sleep 0.1; done
	began=$(date +%s)
	says 75 'dns-timeout' -t 1 -n "127.0.0.1@$(cat "$dir/port")" rdns 192.0.2.1
	[ $(($(date +%s) - began)) -le 3 ] || wrong "--timeout is no bound"
	# The time in which the message comes counts.
	python3 - "$tool" "$(cat "$dir/port")" "$signed/message" <<'END' ||
import subprocess, sys, time
began = time.monotonic()
p = subprocess.Popen([sys.argv[1], "-t", "4", "-n", "127.0.0.1@" + sys.argv[2],
    "dkim", "verify"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
time.sleep(4)
p.communicate(open(sys.argv[3], "rb").read())
sys.exit(p.returncode != 75 or time.monotonic() - began > 4.8)
END
		wrong "--timeout is no bound where the message is slow"
	kill $server
fi

# ---- The public suffix list ----

run -z "$zone" dmarc --from example.com --discovery psl
got=$?
case $got in
69)	grep -q psl "$dir/err" || wrong "no word of why"
	[ ! -s "$dir/out" ] || wrong "something on standard output" ;;
1)	says 1 '"discovery": "psl"' -j -z "$zone" dmarc --from example.com --discovery psl ;;
*)	wrong "--discovery psl: status $got" ;;
esac

echo "$number commands"
exit $bad
