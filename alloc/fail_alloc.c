/*
 * Makes an allocation fail on purpose.
 *
 * Failure paths run once in a machine's life, unless a test makes them run. A
 * test lets the first allocation of an operation fail, then the second, and so
 * on until the operation succeeds; after each the verifiers must find no fault.
 * Which allocations count is decided by their cache and by the function that
 * makes them.
 */
#include <alloc/watch_debug.h>
#include <lib/backtrace.h>
#include <string.h>

u32 fail_alloc_armed; /* 0: nothing fails */

static spinlock_t fail_lock = SPINLOCK_INIT; /* irqs off; all below */
static char fail_name[FAIL_NAME_MAX];        /* "" = any */
static char fail_caller[FAIL_NAME_MAX];      /* "" = any */
static u32 fail_skip;  /* allocations that still succeed */
static u32 fail_times; /* then so many fail */
static u32 fail_every; /* and then one of so many; 0: none */
static u32 fail_hits;

/*
 * Copies a name and ends it with a NUL. A name that is cut matches no cache,
 * which is_known reports.
 */
void fail_alloc_name(char name[FAIL_NAME_MAX], const char *text, size_t bytes)
{
	bytes = min(bytes, (size_t)FAIL_NAME_MAX - 1);
	memcpy(name, text, bytes);
	name[bytes] = '\0';
}

/* Parses "CACHE@FUNCTION", each of which may be missing. Hold fail_lock. */
static void set_target(const char *text)
{
	size_t bytes = strcspn(text, "@");
	bool any = bytes == 3 && memcmp(text, "any", 3) == 0;

	fail_alloc_name(fail_name, text, any ? 0 : bytes);
	/* Without an '@' this is the final NUL: an empty name. */
	text += bytes + (text[bytes] == '@');
	fail_alloc_name(fail_caller, text, strlen(text));
}

/*
 * Arms the failures. All fields change under one lock, so that an allocation in
 * an interrupt sees the old target or the new one.
 */
void fail_alloc_set(const char *target, u32 nth, u32 times)
{
	u32 flags;

	spin_lock_irqsave(&fail_lock, flags);
	set_target(target ? target : "");
	fail_skip = nth == 0 ? 0 : nth - 1;
	fail_times = nth == 0 ? 0 : times;
	fail_every = 0;
	fail_hits = 0;
	/* Set last: from here on every allocation takes the slow path. */
	fail_alloc_armed = fail_times != 0;
	spin_unlock_irqrestore(&fail_lock, flags);
}

/*
 * Sets the period of repeated failures. It is read only when the last failure
 * is counted, so it needs no lock.
 */
void fail_alloc_repeat(u32 every)
{
	fail_every = every;
}

/*
 * Returns the failures so far. A test sees by 0 that the operation makes fewer
 * allocations.
 */
u32 fail_alloc_hits(void)
{
	return fail_hits;
}

/*
 * Whether an allocation from `name` counts. Hold fail_lock. The backtrace comes
 * last, as it is slow.
 */
static bool is_target(const char *name)
{
	return (fail_name[0] == '\0' || strcmp(fail_name, name) == 0) &&
		(fail_caller[0] == '\0' || called_from(fail_caller));
}

/* Called only while armed, so that the lock costs nothing otherwise. */
bool __should_fail_alloc(const char *name, gfp_t gfp)
{
	bool fail = false;
	u32 flags;

	/* The tests' own allocations must succeed. */
	if (gfp & __GFP_NOFAIL_INJECT)
		return false;
	spin_lock_irqsave(&fail_lock, flags);
	if (!is_target(name)) {
		/* another cache or caller: not counted */
	} else if (fail_skip > 0) {
		fail_skip--;
	} else if (fail_times > 0) {
		fail = true;
		fail_hits++;
		/*
		 * One of fail_every goes on failing, for long runs with random
		 * load.
		 */
		if (--fail_times == 0 && fail_every) {
			fail_skip = fail_every - 1;
			fail_times = 1;
		}
		fail_alloc_armed = fail_times != 0;
	}
	spin_unlock_irqrestore(&fail_lock, flags);
	return fail;
}
