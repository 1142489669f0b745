/*
 * The command line's fail_alloc=: which allocation is to fail.
 *
 * In a file of its own because it reads the list of caches, and every allocator
 * calls fail_alloc.c.
 */
#include <alloc/watch_debug.h>
#include <string.h>
#include <uapi/errno.h>

/*
 * Parses decimal digits at *text into *value and moves *text past them. Returns
 * false if there are none, or too many for 32 bits.
 */
static bool parse_u32(const char **text, u32 *value)
{
	const char *p = *text;
	u32 v = 0;

	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(v, 10u, &v) ||
		    __builtin_add_overflow(v, (u32)(*p - '0'), &v))
			return false;
	/* An empty field must not count as 0, which would disarm. */
	if (p == *text)
		return false;
	*text = p;
	*value = v;
	return true;
}

/* Whether target names the pages, an existing cache, or all allocations. */
static bool is_known(const char *target)
{
	size_t bytes = strcspn(target, "@");
	const struct kmem_cache *cache;
	char name[FAIL_NAME_MAX];
	bool found = false;

	fail_alloc_name(name, target, bytes);
	if (!name[0] || strcmp(name, "any") == 0 || strcmp(name, "pages") == 0)
		return true;
	/* A cache must not leave the list while its name is read. */
	spin_lock(&slab_caches_lock);
	TAILQ_FOREACH(cache, &slab_caches, link)
		found |= strcmp(cache->name, name) == 0;
	spin_unlock(&slab_caches_lock);
	return found;
}

/* Parses the option. The whole text is checked before anything is armed. */
int fail_alloc_parse(const char *text)
{
	const char *comma = strchr(text, ',');
	char target[2 * FAIL_NAME_MAX];
	u32 nth, times, every = 0;

	/* Room for two names and the '@'; fail_alloc_name cuts each. */
	if (!comma || (size_t)(comma - text) >= sizeof(target))
		return -EINVAL;
	memcpy(target, text, (size_t)(comma - text));
	target[comma - text] = '\0';
	text = comma + 1;
	if (!parse_u32(&text, &nth) || *text++ != ',' ||
	    !parse_u32(&text, &times) ||
	    (*text == ',' && (text++, !parse_u32(&text, &every))) ||
	    *text != '\0')
		return -EINVAL;
	/* A misspelt name would otherwise look like a run without failures. */
	if (!is_known(target))
		return -ENOENT;
	fail_alloc_set(target, nth, times);
	fail_alloc_repeat(every);
	return 0;
}
