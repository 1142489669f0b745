/*
 * core.c - no services: `make core` links this in place of services.c.
 *
 * The row is no service but the windows of inspect/ that programs look through.
 */
#include <inspect/inspect.h>
#include <startup/startup.h>
#include <trap/core_calls.h>

const struct service *const services[] = {
	&windows_service,
};
const u32 nr_services = ARRAY_SIZE(services);

syscall_fn *const sys_call_table[NR_SYSCALLS] = {
	NO_CALL,
	CORE_CALLS,
};

/* Without services/ids every process is root, who may see all. */
bool proc_may_look(s32 pid __unused_arg)
{
	return true;
}
