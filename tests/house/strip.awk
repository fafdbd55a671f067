# C without its comments, and with string and character literals emptied
# (strings=1: kept), line for line: FILE:LINE:TEXT.
FNR == 1 { inside = 0 }
{
	rest = $0
	out = ""
	while (rest != "") {
		if (inside) {
			if (!(i = index(rest, "*/")))
				break
			inside = 0
			rest = substr(rest, i + 2)
			out = out " "
		} else if (match(rest, /"([^"\\]|\\.)*"|'([^'\\]|\\.)*'|\/\*|\/\//)) {
			word = substr(rest, RSTART, RLENGTH)
			out = out substr(rest, 1, RSTART - 1)
			rest = substr(rest, RSTART + RLENGTH)
			if (word == "//")
				break
			if (word == "/*")
				inside = 1
			else if (strings || out ~ /^[ \t]*#[ \t]*include[ \t]*$/)
				out = out word
			else
				out = out substr(word, 1, 1) substr(word, 1, 1)
		} else {
			out = out rest
			break
		}
	}
	print FILENAME ":" FNR ":" out
}
