/*
 * What a signer and a sealer are made of.
 */
#include "sign/sign.h"

bool
ma_maker_init(struct maker *k, struct mailauth_message *m,
    struct mailauth_lookups *lookups, int64_t now,
    int (*header)(struct reader *, struct mailauth_message *))
{
	if (!ma_task_init(&k->task, lookups))
		return false;
	k->reader.header = header;
	if (ma_message_attach(m, &k->reader) != MAILAUTH_DONE) {
		ma_task_free(&k->task);
		return false;
	}
	ma_message_ref(m);
	k->header = (struct signed_header){ .message = m, .now = now };
	return true;
}

void
ma_maker_free(struct maker *k)
{
	ma_message_detach(k->header.message, &k->reader);
	ma_picker_free(&k->picker);
	ma_digest_free(k->digest);
	mailauth_message_free(k->header.message);
	ma_arena_free(&k->text);
	ma_task_free(&k->task);
}

int
ma_maker_open(const struct maker *k)
{
	return k->task.started || k->seen ? MAILAUTH_EUSE : MAILAUTH_DONE;
}

int
ma_maker_text(struct maker *k, struct slice text, struct slice *out)
{
	char *copy = ma_arena_str(&k->text, text);

	k->text.failed = false;
	if (copy == NULL)
		return MAILAUTH_ENOMEM;
	*out = ma_slice(copy, text.n);
	return MAILAUTH_DONE;
}

int
ma_maker_header(struct maker *k)
{
	k->seen = true;
	ma_message_watch_cr(k->header.message);
	return ma_picker_init(&k->picker, k->header.message) ?
	    ma_digest_new(&k->digest) : MAILAUTH_ENOMEM;
}

void
ma_maker_ran(struct maker *k, struct run *r, int status)
{
	if (status == MAILAUTH_ECRYPTO)
		k->failed = status;
	if (status != MAILAUTH_DONE)
		r->nomem = true;		/* nothing is decided */
}

int
ma_maker_step(struct maker *k, void (*run)(struct run *, void *arg), void *arg)
{
	int r = ma_task_step(&k->task, run, arg);

	return k->failed != MAILAUTH_DONE ? k->failed : r;
}

int
ma_maker_drive(struct maker *k, struct mailauth_resolver *resolver,
    int (*step)(void *handle), void *handle)
{
	int r = ma_message_whole(k->header.message);

	return r == MAILAUTH_DONE ?
	    ma_task_drive(&k->task, resolver, step, handle) : r;
}
