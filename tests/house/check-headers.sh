#!/bin/sh
# Every header compiles alone: public ones as C99 and as C++11, pedantic, those
# of the rooms as C11.
# usage: check-headers.sh SOURCE_ROOT CC [CXX]
set -eu
export LC_ALL=C
cd "$1"
cc=$2
cxx=${3:-}
bad=0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# alone HEADER COMPILER... : a program that is this header, twice
alone()
{
	header=$1
	shift
	printf '#include "%s"\n#include "%s"\nint main(void) { return 0; }\n' \
	    "$header" "$header" > "$dir/alone.c"
	if ! "$@" -Iinclude -Werror -Wall -Wextra -fsyntax-only \
	    "$dir/alone.c" > "$dir/out" 2>&1; then
		echo "$header: does not compile alone: $*"
		cat "$dir/out"
		bad=1
	fi
}

for header in $(cd include && find . -name '*.h' | sed 's|^\./||' | sort); do
	alone "$header" "$cc" -std=c99 -pedantic
	[ -z "$cxx" ] || alone "$header" "$cxx" -x c++ -std=c++11 -pedantic
done
for header in $(cd lib && find . -name '*.h' | sed 's|^\./||' | sort); do
	alone "$header" "$cc" -std=c11 -D_GNU_SOURCE -Ilib
done
[ -n "$cxx" ] || echo "no C++ compiler: C++ was not tried"
exit $bad
