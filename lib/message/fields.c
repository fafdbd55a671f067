/*
 * The header kept whole, and its index by name.
 */
#include "message/handle.h"

/* ---- The hash of names ---- */

/*
 * So many names can do no harm, whatever their hashes.  Where there are more,
 * the hash is keyed with the SHA-256 of the whole header: who wants names to
 * collide would have to know it before he has chosen them.
 */
enum { HARMLESS = 512 };

/* Whatever the case of letters.  A long name is hashed piece by piece. */
static uint64_t
hash_name(const uint8_t key[HASH_KEY], struct slice name)
{
	char piece[120];
	uint64_t hash = 0;
	size_t i = 0, n;

	do {
		memcpy(piece, &hash, sizeof hash);
		for (n = sizeof hash; n < sizeof piece && i < name.n; n++, i++)
			piece[n] = ma_lower(name.p[i]);
		hash = ma_hash(key, ma_slice(piece, n));
	} while (i < name.n);
	return hash;
}

static int
make_key(struct header *h)
{
	uint8_t sum[SHA256_BYTES];
	struct digest *d;
	int r;

	if (h->n <= HARMLESS)
		return MAILAUTH_DONE;
	if ((r = ma_digest_new(&d)) != MAILAUTH_DONE)
		return r;
	r = MAILAUTH_ECRYPTO;
	if (ma_digest_add(d, h->text.p, h->text.n) && ma_digest_end(d, sum)) {
		memcpy(h->key, sum, sizeof h->key);
		r = MAILAUTH_DONE;
	}
	ma_digest_free(d);
	return r;
}

/* ---- Fields ---- */

bool
ma_header_field(struct header *h, size_t at, uint64_t offset)
{
	size_t cap = h->cap > 0 ? h->cap + h->cap / 2 : 48;
	struct place *p;

	if (h->n == h->cap) {
		if ((p = ma_realloc(h->fields, cap * sizeof *p)) == NULL)
			return false;
		h->fields = p;
		h->cap = cap;
	}
	h->fields[h->n++] = (struct place){ .at = (uint32_t)at,
		.offset = (uint32_t)offset, .next = NO_FIELD };
	return true;
}

void
ma_header_free(struct header *h)
{
	ma_buf_free(&h->text);
	ma_free(h->fields);
	ma_free(h->slots);
	*h = (struct header){ .over = h->over };
}

static struct slice
field_raw(const struct header *h, size_t i)
{
	size_t end = i + 1 < h->n ? h->fields[i + 1].at : h->text.n;

	return ma_slice(h->text.p + h->fields[i].at, end - h->fields[i].at);
}

static struct slice
field_name(const struct header *h, size_t i)
{
	const struct place *p = &h->fields[i];

	return ma_rtrim(ma_slice(h->text.p + p->at, p->colon));
}

/*
 * Where the colon is behind a name and blanks (RFC 5322 section 3.6.8, 4.5.8);
 * 0: there is no name.
 */
static size_t
find_colon(struct slice raw)
{
	size_t i = 0, name;

	while (i < raw.n && raw.p[i] > ' ' && raw.p[i] < 0x7f &&
	    raw.p[i] != ':')
		i++;
	name = i;
	while (i < raw.n && ma_is_wsp(raw.p[i]))
		i++;
	return name > 0 && i < raw.n && raw.p[i] == ':' ? i : 0;
}

/* The slot of this name: that of its lowest field, or a free one. */
static uint32_t *
find_slot(const struct header *h, struct slice name)
{
	for (uint64_t i = hash_name(h->key, name);; i++) {
		uint32_t *slot = &h->slots[i & (h->nslots - 1)];

		if (*slot == NO_FIELD ||
		    ma_caseeq(field_name(h, *slot), name))
			return slot;
	}
}

int
ma_header_complete(struct header *h)
{
	size_t named = 0;
	int r;

	for (size_t i = 0; i < h->n; i++) {
		h->fields[i].colon = (uint32_t)find_colon(field_raw(h, i));
		named += h->fields[i].colon > 0;
	}
	if ((r = make_key(h)) != MAILAUTH_DONE)
		return r;
	for (h->nslots = 16; h->nslots < 2 * named;)
		h->nslots *= 2;
	h->slots = ma_realloc(NULL, h->nslots * sizeof *h->slots);
	if (h->slots == NULL)
		return MAILAUTH_ENOMEM;
	memset(h->slots, 0xff, h->nslots * sizeof *h->slots);
	for (size_t i = 0; i < h->n; i++) {
		uint32_t *slot;

		if (h->fields[i].colon == 0)
			continue;
		slot = find_slot(h, field_name(h, i));
		h->fields[i].next = *slot;
		*slot = (uint32_t)i;
	}
	return MAILAUTH_DONE;
}

size_t
ma_message_fields(const struct mailauth_message *m)
{
	return m->state != MESSAGE_HEADER ? m->header.n : 0;
}

struct field
ma_message_field(const struct mailauth_message *m, size_t i)
{
	const struct header *h = &m->header;
	const struct place *p = &h->fields[i];
	uint64_t end = i + 1 < h->n ? p[1].offset : h->end_offset;
	struct field f = { .raw = field_raw(h, i), .name = field_name(h, i),
		.offset = p->offset, .length = end - p->offset,
		.next = p->next };

	if (p->colon > 0)
		f.value = ma_field_text(ma_sub(f.raw, p->colon + 1u, f.raw.n));
	return f;
}

uint32_t
ma_message_last(const struct mailauth_message *m, struct slice name)
{
	return m->header.nslots > 0 ? *find_slot(&m->header, name) : NO_FIELD;
}

/* ---- Fields that others may see ---- */

static bool
is_ftext(int c)
{
	return c > ' ' && c < 0x7f;
}

bool
ma_is_like_field(struct slice line, struct slice name)
{
	size_t matched = 0;

	for (size_t i = 0; i < line.n; i++) {
		int c = (unsigned char)line.p[i];

		if (matched == name.n)
			return c == ':' || !is_ftext(c);
		if (!is_ftext(c))
			continue;
		if (ma_lower((char)c) != ma_lower(name.p[matched++]))
			return false;
	}
	return matched == name.n;
}

/* Others look no further for a name at the start of a line. */
enum { SKIPPED = 60 };

/* Where all see the end of a line a fold follows, but see _field(). */
bool
ma_hides_field(struct slice raw, struct slice name)
{
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i], after = i + 1 < raw.n ? raw.p[i + 1] : '\0';
		bool crlf = c == '\n' && i > 0 && raw.p[i - 1] == '\r';

		if ((c != '\r' && c != '\n') || (c == '\r' && after == '\n') ||
		    (crlf && ma_is_wsp(after)))
			continue;
		if (ma_is_like_field(ma_sub(raw, i + 1, name.n + SKIPPED),
		    name))
			return true;
	}
	return false;
}

/* ---- Taken by name ---- */

struct pick {
	uint32_t round;			/* of what stands in next */
	uint32_t next;
};

bool
ma_picker_init(struct picker *p, const struct mailauth_message *m)
{
	*p = (struct picker){ .message = m };
	p->picks = ma_calloc(m->header.n * sizeof *p->picks);
	return p->picks != NULL;
}

void
ma_picker_free(struct picker *p)
{
	ma_free(p->picks);
	p->picks = NULL;
}

void
ma_picker_begin(struct picker *p)
{
	p->round++;
}

uint32_t
ma_pick(struct picker *p, struct slice name, uint32_t except)
{
	uint32_t head = ma_message_last(p->message, name), i;
	const struct place *fields = p->message->header.fields;
	struct pick *pick;

	if (head == NO_FIELD)
		return NO_FIELD;
	pick = &p->picks[head];
	i = pick->round == p->round ? pick->next : head;
	if (i != NO_FIELD && i == except)
		i = fields[i].next;
	*pick = (struct pick){ .round = p->round,
		.next = i != NO_FIELD ? fields[i].next : NO_FIELD };
	return i;
}

bool
ma_pick_text(struct picker *p, struct slice name, uint32_t except,
    struct slice *text)
{
	uint32_t i = ma_pick(p, name, except);
	struct announced *a = p->announced;

	if (i != NO_FIELD) {
		*text = ma_field_text(field_raw(&p->message->header, i));
		return true;
	}
	while (a != NULL && (a->round == p->round || !ma_caseeq(a->name, name)))
		a = a->next;
	if (a == NULL)
		return false;
	a->round = p->round;
	*text = a->text;
	return true;
}
