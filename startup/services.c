/*
 * services.c - which services this image has: the one file that names them.
 *
 * Take a service's lines out and it is gone: its calls return -ENOSYS, nothing
 * calls it, and the linker drops what nobody names. What is left is the core,
 * which startup/core.c lists alone.
 */
#include <inspect/inspect.h>
#include <services/advice/advice.h>
#include <services/alignment/alignment.h>
#include <services/files/files.h>
#include <services/futex/futex.h>
#include <services/ids/ids.h>
#include <services/pipe/pipe.h>
#include <services/poll/poll.h>
#include <services/script/script.h>
#include <services/signal/signal.h>
#include <services/system/system.h>
#include <services/time/time.h>
#include <services/tty/tty.h>
#include <startup/startup.h>

/* clang-format off */
/* A hook that several services have is called in this order. */
const struct service *const services[] = {
	&alignment_service,	/* before signals: what is mended needs none */
	&tty_service,		/* before signals: SIGHUP before SIGCHLD */
	&signal_service,
	&futex_service,
	&files_service,
	&pipe_service,
	&script_service,
	&system_service,
	&inspect_service,
};

syscall_fn *const sys_call_table[NR_SYSCALLS] = {
	NO_CALL,
	CORE_CALLS,
	ADVICE_CALLS,
	SIGNAL_CALLS,
	FUTEX_CALLS,
	TIME_CALLS,
	IDS_CALLS,
	SYSTEM_CALLS,
	FILES_CALLS,
	PIPE_CALLS,
	POLL_CALLS,
};
/* clang-format on */

const u32 nr_services = ARRAY_SIZE(services);
