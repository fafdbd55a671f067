#!/bin/sh
# Where each section of each RFC is obeyed: "RFC 7208 section 5.2	FILE:LINE".
# usage: rfc-index.sh SOURCE_ROOT
set -eu
export LC_ALL=C
cd "$1"
# shellcheck disable=SC2046
awk -f tests/house/citations.awk $(find include lib -name '*.[ch]' | sort) |
    awk -F'\t' '$2 == "cited" { print "RFC " $3 " " $4 "\t" $1 }' | sort -V
