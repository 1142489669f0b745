/*
 * services.c - which services this image has: the one file that names them.
 *
 * Take a service's lines out and its calls return -ENOSYS, the core does not
 * call it, and the linker drops what nobody names. Some services call others:
 * tty, pipe, socket and events call signal and poll, tty calls ids, socket calls
 * files and pipe, files calls pipe, signal and rseq call each other. Those calls do nothing for a
 * task that the other service was never told of. startup/core.c lists none.
 */
#include <inspect/inspect.h>
#include <services/advice/advice.h>
#include <services/alignment/alignment.h>
#include <services/coredump/coredump.h>
#include <services/events/events.h>
#include <services/files/files.h>
#include <services/futex/futex.h>
#include <services/gunzip/gunzip.h>
#include <services/ids/ids.h>
#include <services/memfd/memfd.h>
#include <services/mqueue/mqueue.h>
#include <services/pipe/pipe.h>
#include <services/poll/poll.h>
#include <services/process_vm/process_vm.h>
#include <services/registers/registers.h>
#include <services/rseq/rseq.h>
#include <services/sched/sched.h>
#include <services/script/script.h>
#include <services/shm/shm.h>
#include <services/signal/signal.h>
#include <services/socket/socket.h>
#include <services/system/system.h>
#include <services/time/time.h>
#include <services/tty/tty.h>
#include <services/uffd/uffd.h>
#include <startup/startup.h>

/* clang-format off */
/* A hook that several services have is called in this order. */
const struct service *const services[] = {
	&gunzip_service,	/* before /proc, which covers the archive's */
	&registers_service,	/* before signals: which one a BKPT is */
	&alignment_service,	/* before signals: what is mended needs none */
	&tty_service,		/* before signals: SIGHUP before SIGCHLD */
	&signal_service,
	&rseq_service,		/* after signals, whose handlers leave sections */
	&coredump_service,	/* after signals: no handler has mended it */
	&sched_service,
	&futex_service,
	&script_service,	/* before ids: its interpreter may be set-uid */
	&ids_service,
	&files_service,
	&memfd_service,		/* after files, whose operations it takes */
	&mqueue_service,	/* after files: locks end first */
	&shm_service,
	&uffd_service,
	&pipe_service,
	&socket_service,
	&events_service,
	&system_service,
	&inspect_service,
};

syscall_fn *const sys_call_table[NR_SYSCALLS] = {
	NO_CALL,
	CORE_CALLS,
	ADVICE_CALLS,
	SIGNAL_CALLS,
	FUTEX_CALLS,
	RSEQ_CALLS,
	TIME_CALLS,
	IDS_CALLS,
	SCHED_CALLS,
	SYSTEM_CALLS,
	FILES_CALLS,
	MEMFD_CALLS,
	MQUEUE_CALLS,
	PROCESS_VM_CALLS,
	SHM_CALLS,
	UFFD_CALLS,
	PIPE_CALLS,
	SOCKET_CALLS,
	POLL_CALLS,
	EVENTS_CALLS,
	TTY_CALLS,
};
/* clang-format on */

const u32 nr_services = ARRAY_SIZE(services);
