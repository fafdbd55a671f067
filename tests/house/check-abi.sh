#!/bin/sh
# The binary interface is that of the last release, or more: nothing that a
# program was built with is gone or has changed.  abi/NAME.abi is the dump of
# libNAME.so of that release.
# usage: check-abi.sh SOURCE_ROOT SHARED_LIBRARY...
#	check-abi.sh SOURCE_ROOT --dump SHARED_LIBRARY...	(at a release)
set -u
export LC_ALL=C
root=$1
shift
dump=false
[ "${1:-}" != --dump ] || { dump=true; shift; }
abi=$root/tests/house/abi
bad=0 seen=0

if ! command -v abidiff > /dev/null; then
	echo "no abidiff: the binary interface was not compared"
	exit 77
fi
for library; do
	name=$(basename "$library")
	name=${name#lib}
	name=${name%%.so*}
	if $dump; then
		abidw --exported-interfaces-only --headers-dir "$root/include" \
		    --drop-private-types --drop-undefined-syms --no-corpus-path \
		    --no-comp-dir-path --no-show-locs --no-elf-needed \
		    "$library" > "$abi/$name.new" || bad=1
		# Paths from here, not from where it was built.
		sed "s|path='[^']*/lib/|path='lib/|" "$abi/$name.new" \
		    > "$abi/$name.abi"
		rm "$abi/$name.new"
		continue
	fi
	[ -f "$abi/$name.abi" ] ||
	    { echo "$abi: no dump of lib$name"; bad=1; continue; }
	seen=$((seen + 1))
	abidiff --no-added-syms --headers-dir2 "$root/include" \
	    "$abi/$name.abi" "$library" || bad=1
done
$dump || [ $seen -gt 0 ] || bad=1
exit $bad
