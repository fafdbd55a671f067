# shellcheck shell=sh disable=SC2034
# What the scripts of this folder share; $tool is the tool.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
bad=0 number=0
in=/dev/null

wrong() {
	echo "$*"
	sed 's/^/    out: /' "$dir/out" | head -n 8
	sed 's/^/    err: /' "$dir/err" | head -n 8
	bad=1
}

run() {
	number=$((number + 1))
	"$tool" "$@" <"$in" >"$dir/out" 2>"$dir/err"
}

# A failure: this status, this in the message, nothing on standard output.
fails() { # STATUS PATTERN ARGUMENT...
	want=$1 pattern=$2
	shift 2
	run "$@"
	got=$?
	if [ $got -ne "$want" ]; then wrong "mailauth $*: status $got, not $want"
	elif [ -s "$dir/out" ]; then wrong "mailauth $*: something on standard output"
	elif ! grep -q -e "$pattern" "$dir/err"; then wrong "mailauth $*: no \"$pattern\""
	fi
}

# A result: this status, this in the output, nothing on standard error.
says() { # STATUS PATTERN ARGUMENT...
	want=$1 pattern=$2
	shift 2
	run "$@"
	got=$?
	if [ $got -ne "$want" ]; then wrong "mailauth $*: status $got, not $want"
	elif [ -s "$dir/err" ]; then wrong "mailauth $*: something on standard error"
	elif ! grep -q -e "$pattern" "$dir/out"; then wrong "mailauth $*: no \"$pattern\""
	fi
}
