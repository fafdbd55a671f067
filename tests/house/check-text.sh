#!/bin/sh
# Words: RFCs are cited in one form, and nothing is left undone.
# usage: check-text.sh SOURCE_ROOT
set -eu
export LC_ALL=C
cd "$1"
bad=0

# shellcheck disable=SC2046
awk -f tests/house/citations.awk $(find include lib -name '*.[ch]' | sort) |
    awk -F'\t' '
	$2 == "odd" {
		print $1 ": RFC " $3 ": write \"RFC " $3 " section N\""
		bad = 1
	}
	$2 == "named" {
		print $1 ": RFC " $3 " without its section"
		bad = 1
	}
	$2 == "cited" { cited++ }
	END {
		if (!cited) {
			print "no citation found"
			bad = 1
		}
		exit bad
	}' || bad=1

if grep -rnwE 'TODO|FIXME|XXX|not implemented|unimplemented' \
    lib include tools tests man pkgconfig README meson.build |
    grep -v '^tests/house/check-text\.sh:'; then
	echo "left undone in the text"
	bad=1
fi
if grep -rnE '[[:blank:]]+$' lib include tools man --include='*.[ch1-9]' \
    --include=meson.build; then
	echo "blanks at line ends"
	bad=1
fi
exit $bad
