/*
 * The rows of the services, and calling them.
 *
 * Owns, for each member of struct service, the list of the services that have
 * it. Lower floors reach what stands above them through these lists and in no
 * other way. Most have one entry: a walk over all rows would cost a fork and a
 * signal 2 to 10 % more instructions.
 */
#include <bug.h>
#include <service.h>
#include <stddef.h>

#define MAX_SERVICES 16

enum hook {
	INIT,
	FORK,
	UNDO_FORK,
	EXEC,
	EXIT_EARLY,
	EXIT_LATE,
	CHILD_CHANGED,
	USER_WORK,
	FAULT_SIGNAL,
	TIMER_EXPIRED,
	LOAD_SCRIPT,
	DEVICES,
	NR_HOOKS
};

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

/* In the order of the table, ended by NULL; constant after services_register() */
static const struct service *having[NR_HOOKS][MAX_SERVICES + 1];

/* Each service that has the member, as *s. */
#define for_each_service(s, hook) \
	for (const struct service *const *s = having[hook]; *s; s++)

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
				having[hook][n++] = table[i];
	}
}

void services_init(void)
{
	for_each_service(s, INIT)
		(*s)->init();
}

int services_fork(struct task_struct *child, u32 flags)
{
	for_each_service(s, FORK) {
		int err = (*s)->fork(child, flags);

		if (!err)
			continue;
		while (s-- > having[FORK])
			if ((*s)->undo_fork)
				(*s)->undo_fork(child);
		return err;
	}
	return 0;
}

void services_undo_fork(struct task_struct *child)
{
	for_each_service(s, UNDO_FORK)
		(*s)->undo_fork(child);
}

void services_exec(void)
{
	for_each_service(s, EXEC)
		(*s)->exec();
}

void services_exit_early(struct task_struct *task)
{
	for_each_service(s, EXIT_EARLY)
		(*s)->exit_early(task);
}

void services_exit_late(struct task_struct *task)
{
	for_each_service(s, EXIT_LATE)
		(*s)->exit_late(task);
}

bool services_child_changed(enum child_change change, struct task_struct *child,
			    struct task_struct *parent)
{
	bool ignored = false;

	for_each_service(s, CHILD_CHANGED)
		ignored |= (*s)->child_changed(change, child, parent);
	return ignored;
}

void services_user_work(struct pt_regs *regs, bool syscall)
{
	for_each_service(s, USER_WORK)
		(*s)->user_work(regs, syscall);
}

bool services_fault_signal(struct fault_signal *fault)
{
	for_each_service(s, FAULT_SIGNAL)
		if ((*s)->fault_signal(fault))
			return true;
	return false;
}

void services_timer_expired(s32 tgid)
{
	for_each_service(s, TIMER_EXPIRED)
		(*s)->timer_expired(tgid);
}

int services_load_script(struct exec *exec, const char *path)
{
	for_each_service(s, LOAD_SCRIPT) {
		int err = (*s)->load_script(exec, path);

		if (err)
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
