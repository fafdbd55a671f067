#!/bin/sh
# The names a program gets with the library: mailauth_* from the shared one,
# mailauth_* and ma_* from the static one; and nothing that can change.
# usage: check-names.sh [SHARED_LIBRARY|STATIC_LIBRARY]...
set -eu
export LC_ALL=C
[ $# -gt 0 ] || exit 77
for library; do
	case $library in
	*.a)	nm -A -f sysv --defined-only "$library" ;;
	*)	nm -A -f sysv -D --defined-only "$library" ;;
	esac | awk -F'|' -v library="$library" '
		# FILE:name|value|class|type|size|line|section
		NF < 7 { next }
		{
			seen++
			name = $1
			sub(/.*:/, "", name)
			gsub(/ /, "", name)
			class = $3
			section = $7
			gsub(/ /, "", class)
			gsub(/ /, "", section)
			sub(/@.*/, "", name)
		}
		# The sanitizers bring their own.
		name ~ /^(_+asan|_+ubsan|_+odr_asan|_+sancov|asan\.|_sub_[ID]_0)/ ||
		    name ~ /^\.L/ { next }
		class ~ /^[A-Z]$/ && class != "U" && class != "A" &&
		    name !~ /^mailauth_/ &&
		    !(library ~ /\.a$/ && name ~ /^ma_/) {
			print $1 ": exported: " name
			bad = 1
		}
		section ~ /^\.(data|bss|tdata|tbss)(\.|$)/ &&
		    section !~ /^\.data\.rel\.ro/ {
			print $1 ": can change while the program runs: " name
			bad = 1
		}
		END {
			if (!seen)
				print library ": no names found"
			exit bad || !seen
		}'
done
