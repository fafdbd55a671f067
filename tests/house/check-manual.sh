#!/bin/sh
# Prototypes = symbol map = exports = manual: the functions of the public
# headers are those that lib/mailauth.map names, one by one, those that the
# shared library exports, and those that manual pages name and declare.
# usage: check-manual.sh SOURCE_ROOT [SHARED_LIBRARY...]
#
# A companion library NAME has include/mailauth/NAME.h and
# lib/NAME/mailauth-NAME.map, and is documented like the rest.
set -eu
export LC_ALL=C
root=$1
shift
libraries=
for library; do
	case $library in /*) ;; *) library=$PWD/$library ;; esac
	libraries="$libraries $library"
done
cd "$root"
here=tests/house
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
bad=0

# prototypes HEADER...
prototypes()
{
	awk -f $here/strip.awk "$@" |
	    awk -f $here/prototype.awk -f $here/prototypes.awk | sort
}

# missing FILE IN TEXT: names of FILE that IN lacks
missing()
{
	cut -f1 "$2" | sort -u > "$dir/in"
	cut -f1 "$1" | sort -u | comm -23 - "$dir/in" > "$dir/missing"
	while read -r name; do
		echo "$(awk -F'\t' -v n="$name" \
		    '$1 == n { print $2; exit }' "$1"): $name: $3"
		bad=1
	done < "$dir/missing"
}

# interface MAP LIBRARY HEADER...: LIBRARY is a part of file names
interface()
{
	map=$1
	part=$2
	shift 2
	prototypes "$@" > "$dir/core"
	awk -v OFS='\t' -v map="$map" '
		{ sub(/\/\*.*\*\//, "") }
		/^[ \t]*[A-Za-z_*]+[A-Za-z0-9_*]*;/ {
			gsub(/[ \t;]/, "")
			if (!local)
				print $0, map ":" FNR
		}
		/local:/ { local = 1 }
		/^}/ { local = 0 }' "$map" | sort > "$dir/map"
	if grep '[*?]' "$dir/map"; then
		echo "$map: wildcards export what nobody decided to export"
		bad=1
	fi
	missing "$dir/core" "$dir/map" "not in $map"
	missing "$dir/map" "$dir/core" "in the map, but in no public header"
	for library in $libraries; do
		case $library in */lib"$part".so*) ;; *) continue ;; esac
		nm -D --defined-only "$library" |
		    awk -v OFS='\t' -v l="$library" '$2 != "A" {
			sub(/@.*/, "", $3); print $3, l }' |
		    sort > "$dir/exports"
		missing "$dir/core" "$dir/exports" "not exported"
		missing "$dir/exports" "$dir/core" \
		    "exported, but in no public header"
	done
}

prototypes include/*.h include/mailauth/*.h > "$dir/all"
cut -f1 "$dir/all" | uniq -d | sed 's/$/: declared twice/' > "$dir/twice"
[ ! -s "$dir/twice" ] || { cat "$dir/twice"; bad=1; }

set -- include/mailauth.h
for header in include/mailauth/*.h; do
	name=$(basename "$header" .h)
	if [ -f "lib/$name/mailauth-$name.map" ]; then
		interface "lib/$name/mailauth-$name.map" "mailauth-$name" \
		    "$header"
	else
		set -- "$@" "$header"
	fi
done
interface lib/mailauth.map mailauth "$@"

awk -f $here/prototype.awk -f $here/manual.awk man/*.3 > "$dir/man"
grep '^name' "$dir/man" | cut -f2- | grep '^mailauth_' > "$dir/names" || true
grep '^fn' "$dir/man" | cut -f2- > "$dir/declared" || true
missing "$dir/all" "$dir/names" "in no manual page's NAME"
missing "$dir/names" "$dir/all" "documented, but in no public header"
missing "$dir/all" "$dir/declared" "no prototype in the manual"
missing "$dir/declared" "$dir/all" "declared in the manual, but in no public header"

# The same types in both.
awk -F'\t' 'NR == FNR { want[$1] = $3; next }
	($1 in want) && want[$1] != $3 {
		print $2 ": " $3 "\n\tis in the header: " want[$1]
		bad = 1
	}
	END { exit bad }' "$dir/all" "$dir/declared" || bad=1
exit $bad
