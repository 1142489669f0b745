/*
 * core.c - no services: `make core` links this in place of services.c.
 */
#include <startup/startup.h>
#include <trap/core_calls.h>

const struct service *const services[1];
const u32 nr_services = 0;

syscall_fn *const sys_call_table[NR_SYSCALLS] = {
	NO_CALL,
	CORE_CALLS,
};
