#!/bin/sh
# The layers: who may include whom, and who may touch the world outside.
# usage: check-layers.sh SOURCE_ROOT
#
# lib/meson.build names the rooms, lowest first.  A file includes its own room's
# headers, ROOM/ROOM.h of rooms above its line, public headers, and the few
# system headers that do no I/O.  Companion libraries (folders of lib/ that are
# no room) and the tool see public headers only.
set -eu
export LC_ALL=C
cd "$1"
here=tests/house

rooms=$(awk -F"'" '/^rooms = \{/ { on = 1; next } /^\}/ { on = 0 }
    on && /^  .*: files\(/ { print $2 }' lib/meson.build)
[ -n "$rooms" ] || { echo "lib/meson.build: no rooms found"; exit 1; }

sources=$(find lib tools -name '*.[ch]' | sort)
# shellcheck disable=SC2086
awk -f $here/strip.awk $sources | awk -v rooms="$(echo $rooms)" '
function wrong(text) { print file ":" line ": " text; bad = 1 }

function check_include(what, outside,	room) {
	if (outside) {
		if (what ~ /^openssl\// && where != "crypto" && where != "tools")
			wrong("only crypto sees OpenSSL: <" what ">")
		else if (what ~ /^ldns\// && where != "io")
			wrong("only io sees ldns: <" what ">")
		else if (what == "idn2.h" && file != "lib/dns/idna.c")
			wrong("only lib/dns/idna.c sees libidn2")
		else if (what ~ /^(curl\/|libpsl.h)/ && where in order)
			wrong("only companion libraries see <" what ">")
		else if (where in order && where != "io" && !(what in pure) &&
		    !(where == "crypto" && what ~ /^(openssl\/.*|pthread.h|stdatomic.h)$/) &&
		    what != "idn2.h" && what !~ /^(ldns|openssl)\//)
			wrong("<" what "> is for io")
		return
	}
	if (what ~ /^mailauth\// || what == "mailauth.h")
		return
	if (!(where in order)) {
		if (what ~ /\//)
			wrong("only public headers here: \"" what "\"")
		return
	}
	room = what
	sub(/\/.*/, "", room)
	if (!(room in order))
		wrong("not ROOM/FILE.h of a room: \"" what "\"")
	else if (order[room] > order[where])
		wrong(where " is below " room ": \"" what "\"")
	else if (room != where && what != room "/" room ".h")
		wrong("the inside of another room: \"" what "\"")
}

# A function called, or a type used, as a whole word.
function uses(word) {
	return match(" " text " ", "[^A-Za-z0-9_>.]" word "[^A-Za-z0-9_]")
}

function calls(list, why,	n, word, i) {
	n = split(list, word, " ")
	for (i = 1; i <= n; i++)
		if (index(text, word[i]) &&
		    match(" " text, "[^A-Za-z0-9_>.]" word[i] "[ \t]*\\("))
			wrong(why ": " word[i] "()")
}

BEGIN {
	n = split(rooms, list, " ")
	for (i = 1; i <= n; i++)
		order[list[i]] = i
	n = split("inttypes.h limits.h stdalign.h stdarg.h stdbool.h " \
	    "stddef.h stdint.h stdio.h stdlib.h string.h", list, " ")
	for (i = 1; i <= n; i++)
		pure[list[i]] = 1
}
{
	file = $0; sub(/:.*/, "", file)
	line = substr($0, length(file) + 2); sub(/:.*/, "", line)
	text = substr($0, length(file) + length(line) + 3)
	n = split(file, part, "/")
	where = part[1] == "lib" ? part[2] : part[1]
	if (part[1] == "lib" && n == 3 && !(where in order) &&
	    where !~ /^(psl|https)$/ && !(where in told)) {
		told[where]
		wrong("no such room in lib/meson.build: " where)
	}
}
text ~ /^[ \t]*#[ \t]*include/ {
	what = text
	sub(/^[ \t]*#[ \t]*include[ \t]*/, "", what)
	angled = what ~ /^</
	sub(/^[<"]/, "", what); sub(/[>"].*/, "", what)
	check_include(what, angled)
	next
}
text ~ /^[ \t]*$/ { next }
where == "tools" { next }
{
	calls("abort exit _exit signal sigaction raise fork", \
	    "the library ends or forks no program")
	calls("setlocale isalpha isalnum isdigit isspace isupper islower " \
	    "isprint iscntrl isxdigit tolower toupper strcasecmp " \
	    "strncasecmp strcoll strftime atof strtod", \
	    "locales are not for the library")
	calls("strcpy strcat sprintf vsprintf gets strtok alloca rand random srand", \
	    "never")
	if (file != "lib/base/alloc.c" && where in order)
		calls("malloc calloc realloc strdup strndup reallocarray" \
		    (where == "io" ? "" : " free"),	# ldns gives memory to free
		    "memory comes from ma_realloc()")
}
where != "io" && where != "https" {
	calls("fopen fdopen fclose fread fwrite fgets fputs putc puts putchar " \
	    "printf fprintf vprintf vfprintf perror getline open close " \
	    "read write stat fstat unlink rename", "files are for io")
	calls("socket connect bind send sendto sendmsg recv recvfrom recvmsg " \
	    "poll ppoll select epoll_wait getaddrinfo gethostbyname", \
	    "sockets are for io")
	calls("time gettimeofday clock_gettime clock localtime gmtime mktime " \
	    "sleep usleep nanosleep", "clocks are for io")
	calls("getenv secure_getenv setenv", "the environment is not for the library")
	calls("getrandom getentropy arc4random arc4random_uniform", \
	    "randomness is for io")
	if (uses("FILE") || uses("stdout") || uses("stderr") || uses("stdin"))
		wrong("streams are for io")
}
END { exit bad }
'
