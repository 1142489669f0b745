/*
 * uapi/signal.h - signals, with Linux's numbers and layouts on ARM.
 *
 * A set of signals is 64 bits, bit n - 1 for signal n, that travel as two
 * words. Newlib's <signal.h> has other numbers above 15.
 */
#ifndef UAPI_SIGNAL_H
#define UAPI_SIGNAL_H

#include <stdint.h>

#define SIGHUP    1
#define SIGINT    2
#define SIGQUIT   3
#define SIGILL    4
#define SIGTRAP   5
#define SIGABRT   6
#define SIGBUS    7
#define SIGFPE    8
#define SIGKILL   9
#define SIGUSR1   10
#define SIGSEGV   11
#define SIGUSR2   12
#define SIGPIPE   13
#define SIGALRM   14
#define SIGTERM   15
#define SIGSTKFLT 16
#define SIGCHLD   17
#define SIGCONT   18
#define SIGSTOP   19
#define SIGTSTP   20
#define SIGTTIN   21
#define SIGTTOU   22
#define SIGURG    23
#define SIGXCPU   24
#define SIGXFSZ   25
#define SIGVTALRM 26
#define SIGPROF   27
#define SIGWINCH  28
#define SIGIO     29
#define SIGPWR    30
#define SIGSYS    31
#define SIGRTMIN  32
#define _NSIG     64

/* sa_handler: special values. */
#define SIG_DFL 0u
#define SIG_IGN 1u

#define SA_NOCLDSTOP 0x00000001u /* no SIGCHLD for stopped children */
#define SA_NOCLDWAIT 0x00000002u /* children leave no zombie */
#define SA_SIGINFO   0x00000004u /* handler(sig, info, context) */
#define SA_THIRTYTWO 0x02000000u /* means nothing any more */
#define SA_RESTORER  0x04000000u /* sa_restorer is valid */
#define SA_ONSTACK   0x08000000u /* run on the alternate stack */
#define SA_RESTART   0x10000000u /* start interrupted calls again */
#define SA_NODEFER   0x40000000u /* the signal itself is not blocked */
#define SA_RESETHAND 0x80000000u /* once, then the default again */

/* What rt_sigaction takes. */
struct kernel_sigaction {
	uint32_t sa_handler;
	uint32_t sa_flags;
	uint32_t sa_restorer;
	uint32_t sa_mask[2];
};

/* rt_sigprocmask's how */
#define SIG_BLOCK   0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

struct sigaltstack {
	uint32_t ss_sp;    /* lowest address */
	uint32_t ss_flags; /* SS_* */
	uint32_t ss_size;  /* bytes */
};

#define SS_ONSTACK    1
#define SS_DISABLE    2
#define SS_AUTODISARM 0x80000000u /* off while a handler runs */
#define MINSIGSTKSZ   2048

/* si_code: the sender's kind, and for a fault the reason. */
#define SI_USER       0 /* kill */
#define SI_KERNEL     0x80
#define SI_QUEUE      (-1) /* sigqueue */
#define SI_TIMER      (-2) /* a timer of timer_create */
#define SI_MESGQ      (-3) /* mq_notify */
#define SI_TKILL      (-6) /* tkill, tgkill */
#define ILL_ILLOPC    1
#define ILL_ILLOPN    2
#define ILL_ILLTRP    4
#define ILL_PRVOPC    5
#define ILL_COPROC    7
#define FPE_INTDIV    1
#define FPE_FLTDIV    3
#define FPE_FLTOVF    4
#define FPE_FLTUND    5
#define FPE_FLTRES    6
#define FPE_FLTINV    7
#define SEGV_MAPERR   1 /* nothing is mapped there */
#define SEGV_ACCERR   2 /* not in this way */
#define BUS_ADRALN    1 /* not aligned */
#define BUS_ADRERR    2 /* past the end of the file */
#define BUS_OBJERR    3 /* the hardware refused */
#define TRAP_BRKPT    1
#define TRAP_TRACE    2
#define TRAP_HWBKPT   4
#define POLL_IN       1 /* of a file, by F_SETSIG: something to read */
#define POLL_OUT      2 /* room to write */
#define CLD_EXITED    1
#define CLD_KILLED    2
#define CLD_DUMPED    3
#define CLD_TRAPPED   4
#define CLD_STOPPED   5
#define CLD_CONTINUED 6

/* timer_create: how the program is notified when the timer expires. */
#define SIGEV_SIGNAL    0
#define SIGEV_NONE      1
#define SIGEV_THREAD_ID 4 /* with SIGEV_SIGNAL: to one thread */

struct sigevent {
	uint32_t sigev_value; /* the program's own */
	int32_t sigev_signo;
	int32_t sigev_notify;
	int32_t sigev_tid;
	uint32_t pad[12];
};

/* siginfo_t; si_signo and si_code determine which member is valid. */
struct siginfo {
	int32_t si_signo;
	int32_t si_errno; /* always 0 */
	int32_t si_code;
	union {
		uint32_t si_pad[29];
		struct { /* kill, tkill, SIGCHLD */
			int32_t si_pid;
			uint32_t si_uid;
			int32_t si_status; /* SIGCHLD */
			int32_t si_utime;
			int32_t si_stime;
		};
		struct { /* timers; sigqueue has a value too */
			int32_t si_tid;
			int32_t si_overrun;
			uint32_t si_value;
		};
		struct { /* SIGSEGV, SIGBUS, SIGILL, SIGTRAP */
			uint32_t si_addr;
		};
	};
};

#define SFD_NONBLOCK 04000
#define SFD_CLOEXEC  02000000

/* What a read of a signalfd returns for each signal. */
struct signalfd_siginfo {
	uint32_t ssi_signo;
	int32_t ssi_errno; /* always 0 */
	int32_t ssi_code;
	uint32_t ssi_pid; /* kill, sigqueue, SIGCHLD */
	uint32_t ssi_uid;
	int32_t ssi_fd;
	uint32_t ssi_tid; /* which timer */
	uint32_t ssi_band;
	uint32_t ssi_overrun; /* of the timer */
	uint32_t ssi_trapno;
	int32_t ssi_status; /* SIGCHLD */
	int32_t ssi_int;    /* the value of sigqueue, and of a timer */
	uint64_t ssi_ptr;   /* the same */
	uint64_t ssi_utime;
	uint64_t ssi_stime;
	uint64_t ssi_addr; /* SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP */
	uint8_t ssi_unused[48];
};

#endif
