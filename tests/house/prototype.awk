# One spelling of a C prototype: no parameter names, no needless blanks.

function trim(s) {
	gsub(/[ \t\n]+/, " ", s)
	gsub(/ ?\* ?/, "*", s)
	sub(/^ /, "", s)
	sub(/ $/, "", s)
	return s
}

# A parameter's type.
function parameter(s,	word, n, last) {
	s = trim(s)
	array = sub(/\[[^]]*\]$/, "", s)
	if (s ~ /\*[A-Za-z_][A-Za-z0-9_]*$/)
		sub(/[A-Za-z_][A-Za-z0-9_]*$/, "", s)
	else if ((n = split(s, word, " ")) > 1) {
		last = word[n]
		if (word[n - 1] !~ /^(struct|enum|union|const|unsigned|signed|long|short)$/ ||
		    (word[n - 1] ~ /^(unsigned|signed|long|short)$/ &&
		    last !~ /^(int|long|char|short)$/))
			sub(/ [^ ]*$/, "", s)
	}
	return array ? s "*" : s
}
