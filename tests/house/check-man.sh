#!/bin/sh
# Manual pages: clean under mandoc's lint, installed, and their cross references
# lead somewhere.
# usage: check-man.sh SOURCE_ROOT
set -eu
export LC_ALL=C
cd "$1"
bad=0
wrong() { echo "$*"; bad=1; }

for page in man/*.[0-9]; do
	name=${page#man/}
	grep -q "'$name'" man/meson.build ||
	    wrong "man/meson.build: $name is not installed"
	title=$(awk '/^\.Dt/ { print tolower($2) "." $3; exit }' "$page")
	[ "$title" = "$(echo "$name" | tr '[:upper:]' '[:lower:]')" ] ||
	    wrong "$page: .Dt says $title"
	# shellcheck disable=SC2013
	for ref in $(awk '$1 == ".Xr" && $2 ~ /^(lib)?mailauth/ { print $2 "." $3 }' \
	    "$page" | sort -u); do
		[ -f "man/$ref" ] ||
		    grep -qE "^\.Nm ${ref%.*}( ,)?\$" man/*".${ref##*.}" ||
		    wrong "$page: .Xr to $ref, which is not there"
	done
done
for name in $(sed -n "s/^  '\\(mailauth[a-z_-]*\\.[0-9]\\)',\$/\\1/p" man/meson.build); do
	[ -f "man/$name" ] || wrong "man/meson.build: no man/$name"
done
# Every limit that can be set stands in the tour.
awk '/^enum mailauth_[a-z_]*_limit/ { on = 1 } on && /^}/ { on = 0 }
    on && match($0, /MAILAUTH_[A-Z_]+ =/) {
	print FILENAME ":" FNR, substr($0, RSTART, RLENGTH - 2) }' \
    include/mailauth/*.h | (
	bad=0
	while read -r place limit; do
		grep -q "^\.It Dv $limit Ta" man/mailauth.7 ||
		    { echo "$place: $limit: not in man/mailauth.7"; bad=1; }
	done
	exit $bad ) || bad=1
if ! command -v mandoc > /dev/null; then
	echo "no mandoc: lint was not tried"
	[ $bad -ne 0 ] || exit 77
	exit 1
fi
# -Tlint also tells style (line ends, dates of BSD): only warnings and worse count.
mandoc -Tlint -Wwarning man/*.[0-9] || bad=1
exit $bad
