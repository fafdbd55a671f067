/*
 * Domain names in wire form.
 */
#include <stdio.h>

#include "dns/dns.h"

void
ma_name_root(struct dname *out)
{
	out->n = 1;
	out->w[0] = 0;
}

bool
ma_name_add(struct dname *d, const char *label, size_t n)
{
	if (n == 0 || n > LABEL_MAX || d->n + 1 + n + 1 > DNAME_MAX)
		return false;
	d->w[d->n++] = (uint8_t)n;
	for (size_t i = 0; i < n; i++)
		d->w[d->n++] = (uint8_t)ma_lower(label[i]);
	return true;
}

bool
ma_name_parse(struct slice text, struct dname *out)
{
	struct dname d = { 0 };

	if (text.n == 0 || ma_find(text, '\0') < text.n)
		return false;
	if (ma_eq(text, SLICE_LIT("."))) {
		ma_name_root(out);
		return true;
	}
	if (text.p[text.n - 1] == '.')
		text.n--;
	for (bool more = true; more;) {
		size_t at = ma_find(text, '.');
		struct slice label = ma_sub(text, 0, at);

		more = at < text.n;
		text = ma_sub(text, at + 1, text.n);
		if (!ma_name_add(&d, label.p, label.n))
			return false;
	}
	d.w[d.n++] = 0;
	*out = d;
	return true;
}

bool
ma_name_master(struct slice text, const struct dname *origin, struct dname *out)
{
	struct dname root, d = { 0 };
	char label[LABEL_MAX];
	size_t n = 0;
	bool absolute = false;

	ma_name_root(&root);
	if (origin == NULL)
		origin = &root;
	if (ma_eq(text, SLICE_LIT("@"))) {
		*out = *origin;
		return true;
	}
	if (text.n == 0)
		return false;
	if (ma_eq(text, SLICE_LIT("."))) {
		*out = root;
		return true;
	}
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '.') {
			if (!ma_name_add(&d, label, n))
				return false;
			n = 0;
			absolute = i + 1 == text.n;
			continue;
		}
		if (c == '\\') {
			uint64_t v;

			if (++i == text.n)
				return false;
			c = (unsigned char)text.p[i];
			if (ma_is_digit(c)) {
				if (text.n - i < 3 ||
				    !ma_uint(ma_sub(text, i, 3), 999, &v) ||
				    v > 255)
					return false;
				c = (unsigned char)v;
				i += 2;
			}
		}
		if (n == LABEL_MAX)
			return false;
		label[n++] = (char)c;
	}
	if (!absolute) {
		if (!ma_name_add(&d, label, n) || d.n + origin->n > DNAME_MAX)
			return false;
		memcpy(d.w + d.n, origin->w, origin->n);
		d.n = (uint8_t)(d.n + origin->n);
	} else
		d.w[d.n++] = 0;
	*out = d;
	return true;
}

bool
ma_name_wire(struct slice wire, struct dname *out)
{
	struct dname d = { 0 };
	size_t i = 0;

	if (wire.n == 0 || wire.n > DNAME_MAX)
		return false;
	while (i < wire.n && wire.p[i] != 0) {
		size_t n = (unsigned char)wire.p[i];

		if (n > LABEL_MAX || n >= wire.n - i ||
		    !ma_name_add(&d, wire.p + i + 1, n))
			return false;
		i += n + 1;
	}
	if (i + 1 != wire.n)
		return false;
	d.w[d.n++] = 0;
	*out = d;
	return true;
}

void
ma_name_text(const struct dname *d, char out[NAME_TEXT])
{
	size_t n = 0;

	for (size_t i = 0; d->w[i] != 0; i += 1u + d->w[i]) {
		if (i > 0)
			out[n++] = '.';
		for (size_t k = 1; k <= d->w[i]; k++) {
			unsigned char c = d->w[i + k];

			if (c <= ' ' || c >= 0x7f)
				n += (size_t)snprintf(out + n, NAME_TEXT - n,
				    "\\%03u", c);
			else {
				if (strchr(".\\\"();@$", c) != NULL)
					out[n++] = '\\';
				out[n++] = (char)c;
			}
		}
	}
	if (n == 0)
		out[n++] = '.';
	out[n] = '\0';
}

char *
ma_name_string(struct arena *arena, const struct dname *d)
{
	char text[NAME_TEXT];

	ma_name_text(d, text);
	return ma_arena_str(arena, ma_str(text));
}

unsigned
ma_name_labels(const struct dname *d)
{
	unsigned labels = 0;

	for (size_t i = 0; d->w[i] != 0; i += 1u + d->w[i])
		labels++;
	return labels;
}

void
ma_name_last(const struct dname *d, unsigned labels, struct dname *out)
{
	unsigned have = ma_name_labels(d);
	size_t i = 0;
	struct dname r;

	for (; have > labels; have--)
		i += 1u + d->w[i];
	r.n = (uint8_t)(d->n - i);
	memcpy(r.w, d->w + i, r.n);
	*out = r;
}

bool
ma_name_within(const struct dname *d, const struct dname *top)
{
	for (size_t i = 0; d->n - i >= top->n; i += 1u + d->w[i]) {
		if (d->n - i == top->n)
			return memcmp(d->w + i, top->w, top->n) == 0;
	}
	return false;
}

bool
ma_name_prepend(struct slice labels, const struct dname *d, struct dname *out)
{
	struct dname head;

	if (!ma_name_parse(labels, &head) || head.n - 1 + d->n > DNAME_MAX)
		return false;
	memmove(out->w + head.n - 1, d->w, d->n);
	memcpy(out->w, head.w, head.n - 1u);
	out->n = (uint8_t)(head.n - 1 + d->n);
	return true;
}

bool
ma_name_is_host(const struct dname *d)
{
	for (size_t i = 0; d->w[i] != 0; i += 1u + d->w[i]) {
		const uint8_t *label = d->w + i + 1;
		size_t n = d->w[i];

		if (label[0] == '-' || label[n - 1] == '-')
			return false;
		for (size_t k = 0; k < n; k++)
			if (!ma_is_alnum(label[k]) && label[k] != '-')
				return false;
	}
	return d->n > 1;
}

void
ma_name_reverse(struct ip ip, struct dname *out)
{
	char text[IP_REVERSE];

	ma_ip_reverse(ip, text);
	ma_name_parse(ma_str(text), out);
}
