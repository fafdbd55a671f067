/*
 * The memory of parsed public keys: see crypto.h.
 */
#include <pthread.h>

#include "crypto/crypto.h"
#include "mailauth/dkim.h"

enum { MAX_KEYS = 1000000, WAYS = 8 };	/* slots of a set, at least */

struct slot {
	uint8_t id[SHA256_BYTES];
	struct public_key *key;		/* NULL: free */
	uint64_t used;			/* when last */
};

struct mailauth_keys {
	pthread_mutex_t mutex;
	uint64_t clock;			/* counts uses */
	size_t sets, ways;
	struct slot *slots[];		/* by set; NULL: not needed yet */
};

struct mailauth_keys *
mailauth_keys_new(uint32_t keys)
{
	size_t sets = keys > WAYS ? keys / WAYS : 1;
	struct mailauth_keys *k;

	if (keys == 0 || keys > MAX_KEYS ||
	    (k = ma_calloc(sizeof *k + sets * sizeof *k->slots)) == NULL)
		return NULL;
	k->sets = sets;
	k->ways = keys / sets;
	if (pthread_mutex_init(&k->mutex, NULL) != 0) {
		ma_free(k);
		return NULL;
	}
	return k;
}

void
mailauth_keys_free(struct mailauth_keys *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < k->sets; i++) {
		for (size_t j = 0; k->slots[i] != NULL && j < k->ways; j++)
			ma_key_free(k->slots[i][j].key);
		ma_free(k->slots[i]);
	}
	pthread_mutex_destroy(&k->mutex);
	ma_free(k);
}

static bool
make_id(enum key_type type, struct slice octets, uint8_t id[SHA256_BYTES])
{
	uint8_t t = (uint8_t)type;
	struct digest *d;
	bool ok;

	if (ma_digest_new(&d) != MAILAUTH_DONE)
		return false;
	ok = ma_digest_add(d, &t, 1) &&
	    ma_digest_add(d, octets.p, octets.n) && ma_digest_end(d, id);
	ma_digest_free(d);
	return ok;
}

/* The set that a key of this id belongs to; which is slots[*i]. */
static struct slot *
set_of(const struct mailauth_keys *k, const uint8_t *id, size_t *i)
{
	uint64_t v;

	memcpy(&v, id, sizeof v);
	*i = (size_t)(v % k->sets);
	return k->slots[*i];
}

/* A reference to the key, or NULL. */
static struct public_key *
recall(struct mailauth_keys *k, const uint8_t *id)
{
	struct public_key *key = NULL;
	struct slot *set;
	size_t i;

	pthread_mutex_lock(&k->mutex);
	set = set_of(k, id, &i);
	for (size_t j = 0; set != NULL && j < k->ways; j++) {
		if (set[j].key == NULL ||
		    memcmp(set[j].id, id, SHA256_BYTES) != 0)
			continue;
		key = set[j].key;
		ma_key_ref(key);
		set[j].used = ++k->clock;
		break;
	}
	pthread_mutex_unlock(&k->mutex);
	return key;
}

/*
 * Keep a key, in the place of the least recently used of its set (free slots
 * were used at 0).  Without memory it is not kept.
 */
static void
keep(struct mailauth_keys *k, const uint8_t *id, struct public_key *key)
{
	struct slot *set, *slot;
	size_t i;

	pthread_mutex_lock(&k->mutex);
	if ((set = set_of(k, id, &i)) == NULL)
		set = k->slots[i] = ma_calloc(k->ways * sizeof *set);
	if (set != NULL) {
		slot = &set[0];
		for (size_t j = 0; j < k->ways; j++) {
			/* Another thread may have been quicker. */
			if (set[j].key != NULL &&
			    memcmp(set[j].id, id, SHA256_BYTES) == 0) {
				slot = &set[j];
				break;
			}
			if (set[j].used < slot->used)
				slot = &set[j];
		}
		ma_key_free(slot->key);
		ma_key_ref(key);
		slot->key = key;
		slot->used = ++k->clock;
		memcpy(slot->id, id, SHA256_BYTES);
	}
	pthread_mutex_unlock(&k->mutex);
}

enum key_status
ma_keys_get(struct mailauth_keys *k, enum key_type type, struct slice octets,
    uint32_t max_bits, struct public_key **out, uint32_t *bits)
{
	uint8_t id[SHA256_BYTES];
	enum key_status status;

	if (k == NULL)
		return ma_key_parse(type, octets, max_bits, out, bits);
	*out = NULL;
	*bits = 0;
	if (!make_id(type, octets, id))
		return KEY_FAILED;
	if ((*out = recall(k, id)) != NULL) {
		*bits = ma_key_bits(*out);
		if (type != KEY_RSA || *bits <= max_bits)
			return KEY_OK;
		ma_key_free(*out);
		*out = NULL;
		return KEY_TOO_LONG;
	}
	status = ma_key_parse(type, octets, max_bits, out, bits);
	if (status == KEY_OK)
		keep(k, id, *out);
	return status;
}
