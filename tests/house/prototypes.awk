# The functions of public headers, as strip.awk prints them: NAME, place and
# prototype, between tabs.  Needs prototype.awk.

function emit(text,	before, name, list, n, word, i, out) {
	if (!match(text, /mailauth_[a-z0-9_]+[ \t]*\(/))
		return
	before = substr(text, 1, RSTART - 1)
	name = substr(text, RSTART, RLENGTH)
	list = substr(text, RSTART + RLENGTH)
	sub(/[ \t]*\($/, "", name)
	sub(/\)[^)]*$/, "", list)
	n = split(list, word, ",")
	for (i = 1; i <= n; i++)
		out = out (i > 1 ? ", " : "") parameter(word[i])
	print name "\t" place "\t" trim(before) " " name "(" out ")"
}
{
	file = $0; sub(/:.*/, "", file)
	line = substr($0, length(file) + 2); sub(/:.*/, "", line)
	text = substr($0, length(file) + length(line) + 3)
}
text ~ /^[ \t]*#/ { next }
{
	if (!on && (i = index(text, "MAILAUTH_API"))) {
		on = 1
		place = file ":" line
		all = ""
		text = substr(text, i + length("MAILAUTH_API"))
	}
	if (!on)
		next
	all = all " " text
	if (i = index(all, ";")) {
		emit(substr(all, 1, i - 1))
		on = 0
	}
}
