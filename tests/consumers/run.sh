#!/bin/sh
# Install into a staging folder, build every consumer against what was installed
# there and nothing else, and run it.
# usage: run.sh SOURCE_ROOT BUILD_ROOT shared|static|valgrind|python [COMPILER...]
#
# shared, valgrind: linked with the shared library; static: with the static one,
# the shared one taken away.  The C example of the README is one of them.
set -eu
export LC_ALL=C
unset LD_LIBRARY_PATH		# what was installed, not what was built
source=$1
build=$2
how=$3
shift 3
compiler=$*
here=$source/tests/consumers
meson=${MESON:-meson}
for tool in "$meson" pkg-config; do
	command -v "$tool" > /dev/null || { echo "no $tool"; exit 77; }
done
if [ "$how" = valgrind ] && ! command -v valgrind > /dev/null; then
	echo "no valgrind"
	exit 77
fi

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
"$meson" install -C "$build" --no-rebuild --quiet --destdir "$stage/root" \
    > "$stage/log" 2>&1 || { cat "$stage/log"; exit 1; }
pc=$(find "$stage/root" -name libmailauth.pc)
[ -n "$pc" ] || { echo "libmailauth.pc was not installed"; exit 1; }
libdir=$(dirname "$(dirname "$pc")")
export PKG_CONFIG_PATH="${pc%/*}" PKG_CONFIG_SYSROOT_DIR="$stage/root"

case $(pkg-config --print-requires-private libmailauth | tr '\n' ' ') in
*ldns*libcrypto*libidn2*libssl*|*ldns*libssl*libcrypto*libidn2*) ;;
*) echo "libmailauth.pc: Requires.private lacks one of ldns, libssl," \
    "libcrypto, libidn2"; exit 1 ;;
esac

if [ "$how" = python ]; then
	command -v python3 > /dev/null || { echo "no python3"; exit 77; }
	python3 "$here/by_ctypes.py" "$libdir/libmailauth.so"
	exit
fi
if [ "$how" = static ]; then
	rm -f "$libdir"/libmailauth*.so*
	[ -f "$libdir/libmailauth.a" ] || { echo "no static library"; exit 77; }
	libs=$(pkg-config --static --libs libmailauth)
	echo 'int main(void) { return 0; }' > "$stage/empty.c"
	# libidn2.pc wants libunistring, whose own package may be lacking.
	if ! $compiler -o "$stage/empty" "$stage/empty.c" -lunistring \
	    2> "$stage/log"; then
		echo "no libunistring to link statically"
		exit 77
	fi
else
	[ -f "$libdir/libmailauth.so" ] || { echo "no shared library"; exit 77; }
	libs="$(pkg-config --libs libmailauth) -Wl,-rpath,$libdir"
fi
cflags=$(pkg-config --cflags libmailauth)

# The README's example: its indented lines from the first #include to the "}"
# that ends main.  It must build as it stands; what runs asks a zone file.
awk '/^    #include/ { on = 1 } on { sub(/^    /, ""); print }
    on && /^}/ { exit }' "$source/README" > "$stage/readme.c"
grep -q mailauth_check_run "$stage/readme.c" ||
    { echo "README: no C example found"; exit 1; }
sed "s|mailauth_resolver_new_dns(NULL, &dns)|mailauth_resolver_new_zone_file(\"$stage/zone\", \&dns, NULL, 0)|" \
    "$stage/readme.c" > "$stage/example.c"
! cmp -s "$stage/readme.c" "$stage/example.c" ||
    { echo "README: the example does not ask the DNS"; exit 1; }
awk -v q='"' '/^static const char zone/ { on = 1; next }
    on { end = /;$/; sub(/^ *"/, ""); sub(/";?$/, ""); sub(/\\n$/, "\n")
	gsub(/\\"/, q); printf "%s", $0 }
    end { exit }' "$here/mail.h" > "$stage/zone"

bad=0
for program in milter signers loop outbound filter records readme example; do
	file=$here/$program.c
	input=/dev/null
	case $program in readme|example) file=$stage/$program.c ;; esac
	if [ $program = example ]; then
		printf 'From: ada@example.org\r\n\r\nHello.\r\n' > "$stage/mail"
		input=$stage/mail
	fi
	# shellcheck disable=SC2086
	if ! $compiler -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror $cflags \
	    -o "$stage/$program" "$file" $libs -pthread \
	    > "$stage/log" 2>&1; then
		echo "$program: does not build $how"
		cat "$stage/log"
		bad=1
		continue
	fi
	[ $program != readme ] || continue
	set -- "$stage/$program"
	if [ "$how" = valgrind ]; then
		set -- valgrind --quiet --leak-check=full \
		    --errors-for-leak-kinds=definite,possible \
		    --error-exitcode=99 "$@"
	fi
	if "$@" < "$input" > "$stage/log" 2>&1 && { [ $program != example ] ||
	    grep -q 'dmarc=pass' "$stage/log"; }; then
		echo "$program: good, $how"
	else
		echo "$program: status $?, $how"
		cat "$stage/log"
		bad=1
	fi
done

# With libmailauth-https, where it is there.
if [ "$how" = shared ] && pkg-config --exists libmailauth-https; then
	# shellcheck disable=SC2046
	if $compiler -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror \
	    $(pkg-config --cflags libmailauth-https) -o "$stage/policies" \
	    "$source/tests/network/policies.c" \
	    $(pkg-config --libs libmailauth-https) -Wl,-rpath,"$libdir" \
	    > "$stage/log" 2>&1; then
		echo "policies: good, $how"
	else
		echo "policies: does not build $how"
		cat "$stage/log"
		bad=1
	fi
fi
exit $bad
