/*
 * Make an allocation fail on purpose.
 *
 * Failure paths run once in a machine's life, unless somebody makes them run.
 * A test lets the first allocation of an operation fail, then the second, and
 * so on until the operation succeeds; after each the verifiers must be content.
 * Which allocations count is said by their cache and by who asks for them.
 */
#include <alloc/watch_debug.h>
#include <lib/backtrace.h>
#include <string.h>

u32 fail_alloc_armed; /* nothing fails while 0 */

static spinlock_t fail_lock = SPINLOCK_INIT; /* irqs off; all below */
static char fail_name[FAIL_NAME_MAX];        /* "" = any */
static char fail_caller[FAIL_NAME_MAX];      /* "" = whoever */
static u32 fail_skip;  /* allocations that still succeed */
static u32 fail_times; /* then so many fail */
static u32 fail_every; /* and then one of so many; 0: none */
static u32 fail_hits;

void fail_alloc_name(char name[FAIL_NAME_MAX], const char *text, size_t bytes)
{
	bytes = min(bytes, (size_t)FAIL_NAME_MAX - 1);
	memcpy(name, text, bytes);
	name[bytes] = '\0';
}

/* "CACHE@FUNCTION", each of which may be missing. */
static void set_target(const char *text)
{
	size_t bytes = strcspn(text, "@");
	bool any = bytes == 3 && memcmp(text, "any", 3) == 0;

	fail_alloc_name(fail_name, text, any ? 0 : bytes);
	text += bytes + (text[bytes] == '@');
	fail_alloc_name(fail_caller, text, strlen(text));
}

void fail_alloc_set(const char *target, u32 nth, u32 times)
{
	u32 flags;

	spin_lock_irqsave(&fail_lock, flags);
	set_target(target ? target : "");
	fail_skip = nth == 0 ? 0 : nth - 1;
	fail_times = nth == 0 ? 0 : times;
	fail_every = 0;
	fail_hits = 0;
	fail_alloc_armed = fail_times != 0;
	spin_unlock_irqrestore(&fail_lock, flags);
}

void fail_alloc_repeat(u32 every)
{
	fail_every = every;
}

u32 fail_alloc_hits(void)
{
	return fail_hits;
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
		if (--fail_times == 0 && fail_every) {
			fail_skip = fail_every - 1;
			fail_times = 1;
		}
		fail_alloc_armed = fail_times != 0;
	}
	spin_unlock_irqrestore(&fail_lock, flags);
	return fail;
}
