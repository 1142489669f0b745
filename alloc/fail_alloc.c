/*
 * Make an allocation fail on purpose.
 *
 * Failure paths run once in a machine's life, unless somebody makes them run.
 * A test lets the first allocation of an operation fail, then the second, and
 * so on until the operation succeeds; after each the verifiers must be content.
 * Which allocations count is said by their cache and by who asks for them.
 */
#include <alloc/internal.h>
#include <lib/backtrace.h>
#include <string.h>
#include <uapi/errno.h>

u32 fail_alloc_armed; /* nothing fails while 0 */

static spinlock_t fail_lock = SPINLOCK_INIT; /* irqs off; all below */
static char fail_name[32];                   /* "" = any */
static char fail_caller[32];                 /* "" = whoever */
static u32 fail_skip;  /* allocations that still succeed */
static u32 fail_times; /* then so many fail */
static u32 fail_hits;

/* Up to `bytes` characters of text into one of the names. */
static void set_name(char name[32], const char *text, size_t bytes)
{
	bytes = min(bytes, sizeof(fail_name) - 1);
	memcpy(name, text, bytes);
	name[bytes] = '\0';
}

/* "CACHE@FUNCTION", each of which may be missing. */
static void set_target(const char *text)
{
	size_t bytes = strcspn(text, "@");
	bool any = bytes == 3 && memcmp(text, "any", 3) == 0;

	set_name(fail_name, text, any ? 0 : bytes);
	text += bytes + (text[bytes] == '@');
	set_name(fail_caller, text, strlen(text));
}

void fail_alloc_set(const char *target, u32 nth, u32 times)
{
	u32 flags;

	spin_lock_irqsave(&fail_lock, flags);
	set_target(target ? target : "");
	fail_skip = nth == 0 ? 0 : nth - 1;
	fail_times = nth == 0 ? 0 : times;
	fail_hits = 0;
	fail_alloc_armed = fail_times != 0;
	spin_unlock_irqrestore(&fail_lock, flags);
}

u32 fail_alloc_hits(void)
{
	return fail_hits;
}

/* Decimal digits at *text into *value; *text moves past them. */
static bool parse_u32(const char **text, u32 *value)
{
	const char *p = *text;
	u32 v = 0;

	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(v, 10u, &v) ||
		    __builtin_add_overflow(v, (u32)(*p - '0'), &v))
			return false;
	if (p == *text)
		return false;
	*text = p;
	*value = v;
	return true;
}

/* The pages, a cache, or what stands for all of them. */
static bool is_known(const char *target)
{
	size_t bytes = strcspn(target, "@");
	const struct kmem_cache *cache;
	char name[sizeof(fail_name)];
	bool found = false;
	u32 flags;

	set_name(name, target, bytes);
	if (!name[0] || strcmp(name, "any") == 0 || strcmp(name, "pages") == 0)
		return true;
	spin_lock_irqsave(&slab_caches_lock, flags);
	TAILQ_FOREACH(cache, &slab_caches, link)
		found |= strcmp(cache->name, name) == 0;
	spin_unlock_irqrestore(&slab_caches_lock, flags);
	return found;
}

int fail_alloc_parse(const char *text)
{
	const char *comma = strchr(text, ',');
	char target[sizeof(fail_name) + sizeof(fail_caller)];
	u32 nth, times;

	if (!comma || (size_t)(comma - text) >= sizeof(target))
		return -EINVAL;
	memcpy(target, text, (size_t)(comma - text));
	target[comma - text] = '\0';
	text = comma + 1;
	if (!parse_u32(&text, &nth) || *text++ != ',' ||
	    !parse_u32(&text, &times) || *text != '\0')
		return -EINVAL;
	if (!is_known(target))
		return -ENOENT;
	fail_alloc_set(target, nth, times);
	return 0;
}

/* fail_lock held. */
static bool is_target(const char *name)
{
	return (fail_name[0] == '\0' || strcmp(fail_name, name) == 0) &&
		(fail_caller[0] == '\0' || called_from(fail_caller));
}

/* Only while armed: the lock costs nothing in normal life. */
bool __should_fail_alloc(const char *name, gfp_t gfp)
{
	bool fail = false;
	u32 flags;

	if (gfp & __GFP_NOFAIL_INJECT)
		return false;
	spin_lock_irqsave(&fail_lock, flags);
	if (!is_target(name)) {
		/* not the one that is aimed at */
	} else if (fail_skip > 0) {
		fail_skip--;
	} else if (fail_times > 0) {
		fail = true;
		fail_hits++;
		fail_alloc_armed = --fail_times != 0;
	}
	spin_unlock_irqrestore(&fail_lock, flags);
	return fail;
}
