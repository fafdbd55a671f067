#!/bin/sh
# Of ldns only the functions listed in ldns-symbols are used: those that build
# queries and read rdata text.  Never its sockets and resolvers, whose replies
# nobody checks, nor its packet and zone readers.
# usage: check-ldns.sh SOURCE_ROOT [SHARED_LIBRARY|STATIC_LIBRARY]...
set -eu
export LC_ALL=C
list=$1/tests/house/ldns-symbols
shift
[ $# -gt 0 ] || exit 77
for library; do
	case $library in
	*.a)	nm -u "$library" ;;
	*)	nm -D -u "$library" ;;
	esac | awk -v list="$list" -v library="$library" '
		BEGIN {
			while ((getline name < list) > 0)
				if (name !~ /^#/)
					allowed[name]
		}
		$NF ~ /^ldns_/ {
			sub(/@.*/, "", $NF)
			if (!($NF in allowed)) {
				print library ": uses " $NF
				bad = 1
			}
		}
		END { exit bad }'
done
