# The functions of manual pages: those of .Nm in NAME ("name"), and the
# prototypes of .Ft and .Fn or .Fo ("fn"): KIND, name, place, prototype.
# Needs prototype.awk.

# The arguments of a macro, with quotes taken off, into arg[1..n].
function arguments(s,	n) {
	n = 0
	sub(/^[.][A-Z][a-z][ \t]*/, "", s)
	while (s != "") {
		if (s ~ /^"/) {
			s = substr(s, 2)
			i = index(s, "\"")
		} else
			i = match(s, /[ \t]/)
		if (!i)
			i = length(s) + 1
		arg[++n] = substr(s, 1, i - 1)
		s = substr(s, i + 1)
		sub(/^[ \t]+/, "", s)
	}
	return n
}

function emit(	i, out) {
	for (i = 1; i <= count; i++)
		out = out (i > 1 ? ", " : "") parameter(list[i])
	print "fn\t" name "\t" place "\t" trim(type) " " name "(" out ")"
}

FNR == 1 { section = "" }
/^\.Sh/ { section = substr($0, 5); next }
section == "NAME" && /^\.Nm/ {
	arguments($0)
	print "name\t" arg[1] "\t" FILENAME ":" FNR "\t"
}
section != "SYNOPSIS" { next }
/^\.Ft/ { arguments($0); type = arg[1] }
/^\.Fn/ {
	n = arguments($0)
	name = arg[1]
	place = FILENAME ":" FNR
	for (count = 0; count + 1 < n; )
		list[++count] = arg[count + 1]
	emit()
}
/^\.Fo/ { arguments($0); name = arg[1]; place = FILENAME ":" FNR; count = 0 }
/^\.Fa/ {
	n = arguments($0)
	for (i = 1; i <= n; i++)
		list[++count] = arg[i]
}
/^\.Fc/ { emit() }
