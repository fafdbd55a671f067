# The citations of RFCs in C files: FILE:LINE, kind, RFC, place within it,
# between tabs.  kind: "cited", "named" (no section), "opening" (named in a file's
# first comment, which tells what the file is about), "traced" (the section is
# put in by the code), "odd" (another form).
#
# One form: RFC 7208 section 5.2, RFC 7208 section 5.2, 5.3, RFC 6376 appendix
# A.2, RFC 6376 erratum 3017; a line end may stand where a blank may.

function cite(text,	number, rest) {
	while (match(text, /[Rr][Ff][Cc]s?[ -]*[0-9][0-9][0-9][0-9]?/)) {
		word = substr(text, RSTART, RLENGTH)
		before = substr(text, 1, RSTART - 1)
		rest = substr(text, RSTART + RLENGTH)
		text = rest
		number = word
		gsub(/[^0-9]/, "", number)
		kind = "named"
		where = ""
		if (rest ~ /^\.[ch]/)	# the name of a file
			continue
		if (before ~ /_$/)	# a part of a name: XN_FLAG_RFC2253
			continue
		if (word !~ /^RFC [0-9]+$/)
			kind = "odd"
		else if (rest ~ /^ section (%|"[ \t]*$)/)
			kind = "traced"		# a format: the code fills it in
		else if (match(rest, /^,? ?(section|appendix|erratum) [0-9A-Z][0-9.A-Z]*((,| and) [0-9][0-9]*[.][0-9.]*[0-9])*/)) {
			kind = rest ~ /^,/ ? "odd" : "cited"
			where = substr(rest, 2, RLENGTH - 1)
			sub(/\.$/, "", where)
		} else if (rest ~ /^,? ?([Ss]ect|[Ss]ec\.|§|s\.|[Aa]pp|[Ee]rrat|#)/)
			kind = "odd"
		else if (FILENAME ~ /\.h$/ || opening)
			kind = "opening"
		print FILENAME ":" FNR "\t" kind "\t" number "\t" where
	}
}

FNR == 1 { opening = 1; held = "" }
{
	text = $0
	if (held != "") {
		sub(/^[ \t]*(\*|\/\/)?[ \t]*/, "", text)
		text = held " " text
		held = ""
	}
	# What the next line may continue waits for it.
	if (match(text, /RFC( [0-9]+( (section|appendix|erratum))?)?,?[ \t]*$/)) {
		held = substr(text, RSTART)
		sub(/[ \t]*$/, "", held)
		text = substr(text, 1, RSTART - 1)
	}
	cite(text)
}
/\*\// { opening = 0 }
