/*
 * Lists, for each hook, the services that implement it.
 *
 * A hook is a member of struct service. The core calls services only through
 * these lists, so it contains no name of a service.
 */
#include <bug.h>
#include <service.h>
#include <stddef.h>

/* A service's members are pointers, in the order of enum hook. */
static_assert(offsetof(struct service, devices) == DEVICES * sizeof(void *) &&
		      sizeof(struct service) == NR_HOOKS * sizeof(void *),
	      "services_register takes a row for an array");

const struct service *services_having[NR_HOOKS][MAX_SERVICES + 1];

/*
 * Once, at boot. The lists keep the order of the table, which the order of init
 * and fork follows.
 */
void services_register(const struct service *const *table, u32 nr)
{
	/* Each list has one place more, for the NULL that ends it. */
	BUG_ON(nr > MAX_SERVICES);
	for (u32 hook = 0; hook < NR_HOOKS; hook++) {
		const struct service **end = services_having[hook];

		for (u32 i = 0; i < nr; i++)
			/*
			 * The row as an array: static_asserts above make that
			 * safe.
			 */
			if (((void *const *)table[i])[hook])
				*end++ = table[i];
	}
}

/* All or nothing: if one fails, those before it are undone. */
int services_fork(struct task_struct *child, u32 flags)
{
	const struct service *const *first = services_having[FORK];

	for_each_service(s, FORK) {
		int err = (*s)->fork(child, flags);

		if (!err)
			continue;
		/*
		 * In reverse, and only those that fork has called: the failed
		 * one has undone its own part.
		 */
		while (s > first)
			if ((*--s)->undo_fork)
				(*s)->undo_fork(child);
		return err;
	}
	return 0;
}

/*
 * A walk by number, so that the caller (fs/devices.c) needs to know no service.
 */
const struct chrdev *services_devices(u32 n)
{
	for_each_service(s, DEVICES)
		if (n-- == 0)
			return (*s)->devices;
	return NULL;
}
