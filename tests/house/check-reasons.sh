#!/bin/sh
# The reasons in the code, REASON("word"), are those of mailauth-reasons(7),
# and kebab-case.
# usage: check-reasons.sh SOURCE_ROOT
set -eu
export LC_ALL=C
cd "$1"
here=tests/house
page=man/mailauth-reasons.7
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
bad=0

# shellcheck disable=SC2046
awk -v strings=1 -f $here/strip.awk $(find lib tools -name '*.[ch]' | sort) |
    awk -v OFS='\t' '
	/^[^:]*:[0-9]*:[ \t]*#[ \t]*define/ { next }
	{
		rest = $0
		place = $0
		sub(/:/, " ", place); sub(/:.*/, "", place); sub(/ /, ":", place)
		while (match(rest, /REASON\("[^"]*"\)/)) {
			print substr(rest, RSTART + 8, RLENGTH - 10), place
			rest = substr(rest, RSTART + RLENGTH)
		}
	}' | sort > "$dir/code"
awk -v OFS='\t' -v page=$page '
	$1 == ".It" && $2 == "Cm" { print $3, page ":" FNR }' $page |
    sort > "$dir/page"

[ -s "$dir/code" ] || { echo "lib: no REASON() found"; bad=1; }
for f in code page; do
	awk -F'\t' '$1 !~ /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/ {
		print $2 ": not kebab-case: " $1; bad = 1 } END { exit bad }' \
		"$dir/$f" || bad=1
	cut -f1 "$dir/$f" | sort -u > "$dir/$f.names"
done
cut -f1 "$dir/page" | uniq -d | sed "s|^|$page: listed twice: |" > "$dir/twice"
[ ! -s "$dir/twice" ] || { cat "$dir/twice"; bad=1; }
comm -23 "$dir/code.names" "$dir/page.names" > "$dir/missing"
comm -13 "$dir/code.names" "$dir/page.names" > "$dir/surplus"
while read -r word; do
	awk -F'\t' -v w="$word" -v page=$page \
	    '$1 == w { print $2 ": " w ": not in " page; exit }' "$dir/code"
	bad=1
done < "$dir/missing"
while read -r word; do
	awk -F'\t' -v w="$word" '$1 == w { print $2 ": " w ": not in the code" }' \
	    "$dir/page"
	bad=1
done < "$dir/surplus"
exit $bad
