/*
 * fail_alloc.c - make an allocation fail on purpose.
 *
 * Failure paths run once in a machine's life, unless somebody makes them run.
 * A test lets the first allocation of an operation fail, then the second, and
 * so on until the operation succeeds; after each the verifiers must be content.
 */
#include <string.h>

#include <alloc/internal.h>
#include <uapi/errno.h>

u32 fail_alloc_armed;		/* nothing fails while 0 */

static spinlock_t fail_lock = SPINLOCK_INIT;	/* irqs off; all below */
static char fail_name[32];	/* "" = any */
static u32 fail_skip;		/* allocations that still succeed */
static u32 fail_times;		/* then so many fail */
static u32 fail_hits;

void fail_alloc_set(const char *cache, u32 nth, u32 times)
{
	u32 flags;

	spin_lock_irqsave(&fail_lock, flags);
	fail_name[0] = '\0';
	if (cache != NULL)
		strncpy(fail_name, cache, sizeof(fail_name) - 1);
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

int fail_alloc_parse(const char *text)
{
	const char *comma = strchr(text, ',');
	char name[sizeof(fail_name)];
	u32 nth, times;

	if (comma == NULL || (size_t)(comma - text) >= sizeof(name))
		return -EINVAL;
	memcpy(name, text, (size_t)(comma - text));
	name[comma - text] = '\0';
	text = comma + 1;
	if (!parse_u32(&text, &nth) || *text++ != ',' ||
	    !parse_u32(&text, &times) || *text != '\0')
		return -EINVAL;
	fail_alloc_set(strcmp(name, "any") == 0 ? NULL : name, nth, times);
	return 0;
}

/* Only while armed: the lock costs nothing in normal life. */
bool __should_fail_alloc(const char *name, gfp_t gfp)
{
	bool fail = false;
	u32 flags;

	if (gfp & __GFP_NOFAIL_INJECT)
		return false;
	spin_lock_irqsave(&fail_lock, flags);
	if (fail_name[0] != '\0' && strcmp(fail_name, name) != 0) {
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
