/*
 * fuzz [SEED [CALLS]] - system calls with arguments nobody would choose.
 *
 * Each child makes CALLS of them with numbers from one seed and dies of what it
 * does to itself; the kernel must not. Run on Pagewalk only: what a child
 * reaches differs from Linux.
 */
#include <fcntl.h>
#include "check.h"

#define CHILDREN 40

static uint32_t state;

static uint32_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* Left out: what ends or blocks the child, and signals beyond it. */
static const uint16_t calls[] = {
	__NR_read,         __NR_write,
	__NR_open,         __NR_close,
	__NR_unlink,       __NR_chdir,
	__NR_lseek,        __NR_access,
	__NR_rename,       __NR_mkdir,
	__NR_rmdir,        __NR_dup,
	__NR_pipe,         __NR_brk,
	__NR_ioctl,        __NR_dup2,
	__NR_readlink,     __NR_symlink,
	__NR_munmap,       __NR_ftruncate,
	__NR_truncate,     __NR_mprotect,
	__NR_msync,        __NR_readv,
	__NR_writev,       __NR_mlock,
	__NR_munlock,      __NR_mlockall,
	__NR_munlockall,   __NR_poll,
	__NR_rt_sigaction, __NR_rt_sigprocmask,
	__NR_pread64,      __NR_pwrite64,
	__NR_getcwd,       __NR_sigaltstack,
	__NR_ftruncate64,  __NR_stat64,
	__NR_fstat64,      __NR_getdents64,
	__NR_mincore,      __NR_fcntl64,
	__NR_sendfile64,   __NR_statfs64,
	__NR_openat,       __NR_fstatat64,
	__NR_dup3,         __NR_pipe2,
	__NR_prlimit64,    __NR_getrandom,
	__NR_mlock2,       __NR_statx,
	__NR_sysinfo,      __NR_uname,
	__NR_getrusage,
};

/* The address-space calls are half of all. */
static const uint16_t mm_calls[] = {
	__NR_mmap2,    __NR_mmap2,  __NR_mmap2,   __NR_mremap, __NR_mremap,
	__NR_mprotect, __NR_munmap, __NR_madvise, __NR_mlock2, __NR_munlock,
};

static const char *const paths[] = {
	"/proc/self/maps",
	"/proc/self/smaps",
	"/proc/self/pagemap",
	"/fz/a",
	"/proc/self/status",
	"/proc/meminfo",
	"/fz/b",
	"/fz",
	"/fz/a/../b",
	"/proc/self/mem",
	"/dev/zero",
	"/dev/null",
	"/proc/slabinfo",
	"/proc/self/fd",
	"/proc/1/cmdline",
	"/fz/link",
	"..",
	"",
	"/proc/vmallocinfo",
	"/bin/tour",
	"/proc/1/maps",
};

/* Where the mappings of one child crowd: 64 pages. */
#define ARENA 0x50000000u

static uint32_t argument(void)
{
	static const uint32_t odd[] = {
		0,          1,          0xfff,      0x1000,     0x1001,
		0xffffffff, 0xfffff000, 0x7fffffff, 0x80000000, 0xbfffffff,
		0xbffff000, 0xc0000000, 0xc0010000, 0xffff0000, 0xffc09000,
	};

	switch (rnd() % 8) {
	case 0:
		return odd[rnd() % ARRAY_SIZE(odd)];
	case 1:
	case 2:
		return ARENA + (rnd() % 64) * PAGE;
	case 3:
		return (rnd() % 16) * PAGE;
	case 4:
		return (uint32_t)paths[rnd() % ARRAY_SIZE(paths)];
	case 5:
		return 1u << rnd() % 32;
	default:
		return rnd() % 32;
	}
}

static bool changes_space(uint32_t nr)
{
	return nr == __NR_munmap || nr == __NR_mprotect || nr == __NR_mremap ||
		nr == __NR_mmap2 || nr == __NR_madvise;
}

static bool changes_names(uint32_t nr)
{
	return nr == __NR_unlink || nr == __NR_rename || nr == __NR_rmdir ||
		nr == __NR_mkdir || nr == __NR_symlink;
}

static void one_call(void)
{
	bool mm = rnd() & 1;
	uint32_t nr = mm ? mm_calls[rnd() % ARRAY_SIZE(mm_calls)] :
			   calls[rnd() % ARRAY_SIZE(calls)];
	uint32_t a[6];

	for (uint32_t i = 0; i < 6; i++)
		a[i] = argument();
	/* Mostly sensible, so that it gets further than the first check. */
	if (mm && rnd() % 4) {
		a[0] = ARENA + (rnd() % 64) * PAGE;
		a[1] = (rnd() % 16) * PAGE;
		if (nr == __NR_mmap2) {
			a[2] = rnd() % 8;
			a[3] = 1 + rnd() % 2 + (rnd() % 4 ? 0x30 : 0x10);
			a[4] = rnd() % 8;
			a[5] = rnd() % 8;
		} else if (nr == __NR_mremap) {
			a[2] = (rnd() % 16) * PAGE;
			a[3] = rnd() % 8;
			a[4] = ARENA + (rnd() % 64) * PAGE;
		} else if (nr == __NR_madvise) {
			a[2] = rnd() % 26;
		}
	}
	if (nr == __NR_poll)
		a[2] = 0;
	/* The archive's files are for the next child, too. */
	if (changes_names(nr)) {
		a[0] = (uint32_t)(rnd() & 1 ? "/fz/a" : "/fz/b");
		a[1] = (uint32_t)(rnd() & 1 ? "/fz/b" : "/fz/link");
	}
	/* Seldom what may take the child's own code and stack away. */
	if ((a[0] < ARENA || a[1] > 64 * PAGE) && changes_space(nr) &&
	    rnd() % 64)
		return;
	linux_syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* Have the kernel read or write there: a fault that kills nobody. */
static void touch(uint32_t va)
{
	if (rnd() & 1)
		SYS(uname, va);
	else
		SYS(access, va, 0);
}

static void child(uint32_t n)
{
	SYS(mkdir, "/fz", 0755);
	SYS(open, "/fz/a", 0102 /* O_CREAT | O_RDWR */, 0644);
	/* Nothing may wait for a terminal or a pipe's other end for ever. */
	SYS(close, 0);
	SYS(open, "/dev/zero", O_RDWR, 0);
	SYS(dup2, 0, 1);
	SYS(dup2, 0, 2);
	while (n--) {
		one_call();
		touch(ARENA + (rnd() % 64) * PAGE);
	}
}

/* A child that hangs in a blocking call is ended by its parent. */
static void run(uint32_t calls_each)
{
	pid_t pid = fork(), got;
	uint32_t end = uptime_ms() + 3000;

	if (pid == 0) {
		child(calls_each);
		_exit(0);
	}
	do {
		got = SYS(wait4, pid, 0, 1, 0);
		if (got == 0)
			sched_yield();
	} while (got == 0 && uptime_ms() < end);
	if (got == 0) {
		kill_process(pid, LINUX_SIGKILL);
		SYS(wait4, pid, 0, 0, 0);
	}
}

int main(int argc, char **argv)
{
	uint32_t seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	uint32_t calls_each = argc > 2 ? strtoul(argv[2], NULL, 0) : 400;

	for (uint32_t i = 0; i < CHILDREN; i++) {
		state = (seed * 1000 + i) * 2654435761u | 1;
		run(calls_each);
	}
	SYS(chdir, "/");
	SYS(unlink, "/fz/a");
	SYS(unlink, "/fz/b");
	SYS(unlink, "/fz/link");
	SYS(rmdir, "/fz");
	ok(true, "the kernel outlived %d children", CHILDREN);
	return done();
}
