/*
 * The rows of the services, and calling them.
 *
 * Owns, for each member of struct service, the list of the services that have
 * it. Lower floors reach what stands above them through these lists and in no
 * other way.
 */
#include <bug.h>
#include <service.h>
#include <stddef.h>

/* clang-format off */
static const size_t member_offset[NR_HOOKS] = {
	[INIT]		= offsetof(struct service, init),
	[FORK]		= offsetof(struct service, fork),
	[UNDO_FORK]	= offsetof(struct service, undo_fork),
	[EXEC]		= offsetof(struct service, exec),
	[EXIT_EARLY]	= offsetof(struct service, exit_early),
	[EXIT_LATE]	= offsetof(struct service, exit_late),
	[CHILD_CHANGED]	= offsetof(struct service, child_changed),
	[USER_WORK]	= offsetof(struct service, user_work),
	[FAULT_SIGNAL]	= offsetof(struct service, fault_signal),
	[TIMER_EXPIRED]	= offsetof(struct service, timer_expired),
	[LOAD_SCRIPT]	= offsetof(struct service, load_script),
	[DEVICES]	= offsetof(struct service, devices),
};
/* clang-format on */

const struct service *services_having[NR_HOOKS][MAX_SERVICES + 1];

static bool has_hook(const struct service *service, enum hook hook)
{
	const void *member = (const char *)service + member_offset[hook];

	return *(const uintptr_t *)member;
}

void services_register(const struct service *const *table, u32 nr)
{
	BUG_ON(nr > MAX_SERVICES);
	for (u32 hook = 0; hook < NR_HOOKS; hook++) {
		u32 n = 0;

		for (u32 i = 0; i < nr; i++)
			if (has_hook(table[i], hook))
				services_having[hook][n++] = table[i];
	}
}

int services_fork(struct task_struct *child, u32 flags)
{
	for_each_service(s, FORK) {
		int err = (*s)->fork(child, flags);

		if (!err)
			continue;
		while (s-- > services_having[FORK])
			if ((*s)->undo_fork)
				(*s)->undo_fork(child);
		return err;
	}
	return 0;
}

const struct chrdev *services_devices(u32 n)
{
	for_each_service(s, DEVICES)
		if (n-- == 0)
			return (*s)->devices;
	return NULL;
}
