/*
 * run/service.c - the rows of the services, and calling them.
 *
 * Owns the table that startup/services.c registers: lower floors reach what
 * stands above them through it and in no other way.
 */
#include <bug.h>
#include <service.h>

/* constant after services_register() */
static const struct service *const *services;
static u32 nr_services;

#define for_each_service(s, i) \
	for ((i) = 0; (i) < nr_services && ((s) = services[i], true); (i)++)

void services_register(const struct service *const *table, u32 nr)
{
	BUG_ON(services);
	services = table;
	nr_services = nr;
}

void services_init(void)
{
	const struct service *s;
	u32 i;

	for_each_service(s, i) if (s->init) s->init();
}

int services_fork(struct task_struct *child, u32 flags)
{
	u32 i;
	int err;

	for (i = 0; i < nr_services; i++) {
		err = services[i]->fork ? services[i]->fork(child, flags) : 0;
		if (err)
			goto err_undo;
	}
	return 0;

err_undo:
	while (i-- > 0)
		if (services[i]->undo_fork)
			services[i]->undo_fork(child);
	return err;
}

void services_undo_fork(struct task_struct *child)
{
	u32 i = nr_services;

	while (i-- > 0)
		if (services[i]->undo_fork)
			services[i]->undo_fork(child);
}

void services_exec(void)
{
	const struct service *s;
	u32 i;

	for_each_service(s, i) if (s->exec) s->exec();
}

void services_exit_early(struct task_struct *task)
{
	const struct service *s;
	u32 i;

	for_each_service(s, i) if (s->exit_early) s->exit_early(task);
}

void services_exit_late(struct task_struct *task)
{
	const struct service *s;
	u32 i;

	for_each_service(s, i) if (s->exit_late) s->exit_late(task);
}

bool services_child_changed(enum child_change change, struct task_struct *child,
			    struct task_struct *parent)
{
	const struct service *s;
	bool ignored = false;
	u32 i;

	for_each_service(s, i) if (s->child_changed)
		ignored |= s->child_changed(change, child, parent);
	return ignored;
}

void services_user_work(struct pt_regs *regs, bool syscall)
{
	const struct service *s;
	u32 i;

	for_each_service(s, i) if (s->user_work) s->user_work(regs, syscall);
}

bool services_fault_signal(struct fault_signal *fault)
{
	const struct service *s;
	u32 i;

	for_each_service(s, i) if (s->fault_signal &&
				   s->fault_signal(fault)) return true;
	return false;
}

void services_timer_expired(s32 tgid)
{
	const struct service *s;
	u32 i;

	for_each_service(s, i) if (s->timer_expired) s->timer_expired(tgid);
}

const struct chrdev *services_devices(u32 n)
{
	const struct service *s;
	u32 i;

	for_each_service(s, i) if (s->devices && n-- == 0) return s->devices;
	return NULL;
}
