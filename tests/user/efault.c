/*
 * Bad pointers in every system call that takes one: -EFAULT, nothing else.
 *
 * A row names a call, its arguments and which of them is a pointer that the
 * kernel reads (IN) or writes (OUT). The pointer is replaced by bad ones: the
 * kernel's memory, unmapped, the last bytes of the address space, a page with
 * no rights and, where the kernel would write, a page it may only read.
 */
#include <uapi/fcntl.h>
#include "check.h"

enum direction { IN, OUT };

/* Stand for descriptors that main opens. */
#define A_FILE     0x7fff0001u
#define A_DIR      0x7fff0002u
#define A_PIPE_IN  0x7fff0003u
#define A_PIPE_OUT 0x7fff0004u
/* Stand for good pointers: a buffer of a page, a path that exists. */
#define A_BUF      0x7fff0005u
#define A_PATH     0x7fff0006u
/* This program's own path: a file that can be executed. */
#define A_SELF     0x7fff0000u
/* Where the bad pointer goes. */
#define BAD        0x7fff0007u

#define CWD ((uint32_t)-100) /* AT_FDCWD */

struct row {
	const char *name;
	uint32_t nr;
	enum direction direction;
	uint32_t args[6];
};

static const struct row rows[] = {
	{ "read", __NR_read, OUT, { A_FILE, BAD, 16 } },
	{ "read, from a pipe", __NR_read, OUT, { A_PIPE_IN, BAD, 16 } },
	{ "write", __NR_write, IN, { A_FILE, BAD, 16 } },
	{ "write, to a pipe", __NR_write, IN, { A_PIPE_OUT, BAD, 16 } },
	{ "readv, vector", __NR_readv, IN, { A_FILE, BAD, 1 } },
	{ "writev, vector", __NR_writev, IN, { A_FILE, BAD, 1 } },
	{ "pread64", __NR_pread64, OUT, { A_FILE, BAD, 16, 0, 0, 0 } },
	{ "pwrite64", __NR_pwrite64, IN, { A_FILE, BAD, 16, 0, 0, 0 } },
	{ "open", __NR_open, IN, { BAD, O_RDONLY, 0 } },
	{ "openat", __NR_openat, IN, { CWD, BAD, O_RDONLY, 0 } },
	{ "creat", __NR_creat, IN, { BAD, 0600 } },
	{ "stat64, path", __NR_stat64, IN, { BAD, A_BUF } },
	{ "stat64, result", __NR_stat64, OUT, { A_PATH, BAD } },
	{ "lstat64, path", __NR_lstat64, IN, { BAD, A_BUF } },
	{ "lstat64, result", __NR_lstat64, OUT, { A_PATH, BAD } },
	{ "fstat64", __NR_fstat64, OUT, { A_FILE, BAD } },
	{ "fstatat64, path", __NR_fstatat64, IN, { CWD, BAD, A_BUF, 0 } },
	{ "fstatat64, result", __NR_fstatat64, OUT, { CWD, A_PATH, BAD, 0 } },
	{ "statx, path", __NR_statx, IN, { CWD, BAD, 0, 0x7ff, A_BUF } },
	{ "statx, result", __NR_statx, OUT, { CWD, A_PATH, 0, 0x7ff, BAD } },
	{ "access", __NR_access, IN, { BAD, 0 } },
	{ "faccessat", __NR_faccessat, IN, { CWD, BAD, 0 } },
	{ "getdents64", __NR_getdents64, OUT, { A_DIR, BAD, 1024 } },
	{ "chdir", __NR_chdir, IN, { BAD } },
	{ "getcwd", __NR_getcwd, OUT, { BAD, 64 } },
	{ "mkdir", __NR_mkdir, IN, { BAD, 0700 } },
	{ "rmdir", __NR_rmdir, IN, { BAD } },
	{ "unlink", __NR_unlink, IN, { BAD } },
	{ "unlinkat", __NR_unlinkat, IN, { CWD, BAD, 0 } },
	{ "rename, from", __NR_rename, IN, { BAD, A_PATH } },
	{ "rename, to", __NR_rename, IN, { A_PATH, BAD } },
	{ "symlink, text", __NR_symlink, IN, { BAD, A_PATH } },
	{ "symlink, name", __NR_symlink, IN, { A_PATH, BAD } },
	{ "readlink, path", __NR_readlink, IN, { BAD, A_BUF, 64 } },
	{ "_llseek", __NR__llseek, OUT, { A_FILE, 0, 0, BAD, 0 } },
	{ "pipe", __NR_pipe, OUT, { BAD } },
	{ "pipe2", __NR_pipe2, OUT, { BAD, 0 } },
	{ "poll", __NR_poll, IN, { BAD, 1, 0 } },
	{ "sendfile64", __NR_sendfile64, IN, { A_PIPE_OUT, A_FILE, BAD, 16 } },
	{ "truncate", __NR_truncate, IN, { BAD, 0 } },
	{ "execve, path", __NR_execve, IN, { BAD, 0, 0 } },
	{ "execve, argv", __NR_execve, IN, { A_SELF, BAD, 0 } },
	{ "execve, envp", __NR_execve, IN, { A_SELF, 0, BAD } },
	{ "uname", __NR_uname, OUT, { BAD } },
	{ "sysinfo", __NR_sysinfo, OUT, { BAD } },
	{ "nanosleep", __NR_nanosleep, IN, { BAD, 0 } },
	{ "clock_nanosleep", __NR_clock_nanosleep, IN, { 1, 0, BAD, 0 } },
	{ "getitimer", __NR_getitimer, OUT, { 0, BAD } },
	{ "setitimer, new", __NR_setitimer, IN, { 0, BAD, 0 } },
	{ "setitimer, old", __NR_setitimer, OUT, { 0, 0, BAD } },
	{ "clock_gettime", __NR_clock_gettime, OUT, { 1, BAD } },
	{ "clock_gettime64", __NR_clock_gettime64, OUT, { 1, BAD } },
	{ "clock_getres", __NR_clock_getres, OUT, { 1, BAD } },
	{ "gettimeofday", __NR_gettimeofday, OUT, { BAD, 0 } },
	{ "times", __NR_times, OUT, { BAD } },
	{ "getrusage", __NR_getrusage, OUT, { 0, BAD } },
	{ "ugetrlimit", __NR_ugetrlimit, OUT, { 3, BAD } },
	{ "setrlimit", __NR_setrlimit, IN, { 4, BAD } },
	{ "prlimit64, new", __NR_prlimit64, IN, { 0, 4, BAD, 0 } },
	{ "prlimit64, old", __NR_prlimit64, OUT, { 0, 4, 0, BAD } },
	{ "futex, wait", __NR_futex, IN, { BAD, 0, 0, 0 } },
	{ "getrandom", __NR_getrandom, OUT, { BAD, 16, 0 } },
	{ "rt_sigaction, new", __NR_rt_sigaction, IN, { 10, BAD, 0, 8 } },
	{ "rt_sigaction, old", __NR_rt_sigaction, OUT, { 10, 0, BAD, 8 } },
	{ "rt_sigprocmask, new", __NR_rt_sigprocmask, IN, { 0, BAD, 0, 8 } },
	{ "rt_sigprocmask, old", __NR_rt_sigprocmask, OUT, { 0, 0, BAD, 8 } },
	{ "rt_sigpending", __NR_rt_sigpending, OUT, { BAD, 8 } },
	{ "rt_sigsuspend", __NR_rt_sigsuspend, IN, { BAD, 8 } },
	{ "sigaltstack, new", __NR_sigaltstack, IN, { BAD, 0 } },
	{ "sigaltstack, old", __NR_sigaltstack, OUT, { 0, BAD } },
};

enum { KERNEL, UNMAPPED, LAST, NO_RIGHTS, READ_ONLY, NR_BAD };

static const char *const bad_names[NR_BAD] = {
	"the kernel's", "unmapped", "the last bytes", "no rights", "read-only",
};

static uint32_t bad[NR_BAD];
static uint32_t good[8]; /* by A_x & 7 */

static void prepare(const char *self)
{
	uint8_t *hole = pages(1);
	int fds[2];

	bad[KERNEL] = 0xc0000000; /* the kernel may write there */
	bad[UNMAPPED] = (uint32_t)hole;
	SYS(munmap, hole, PAGE);
	bad[LAST] = 0xfffffffc;
	bad[NO_RIGHTS] = (uint32_t)pages_with(1, PROT_NONE, MAP_PRIVATE);
	bad[READ_ONLY] = (uint32_t)pages_with(1, PROT_READ, MAP_PRIVATE);

	SYS(pipe, fds);
	SYS(write, fds[1], "0123456789abcdef", 16);
	good[A_FILE & 7] = (uint32_t)make_file(scratch("file"), 100);
	good[A_DIR & 7] = (uint32_t)SYS(open, "/", O_RDONLY | O_DIRECTORY, 0);
	good[A_PIPE_IN & 7] = (uint32_t)fds[0];
	good[A_PIPE_OUT & 7] = (uint32_t)fds[1];
	good[A_BUF & 7] = (uint32_t)pages(1);
	good[A_SELF & 7] = (uint32_t)self;
	good[A_PATH & 7] = (uint32_t)strdup(scratch("file"));
}

static uint32_t argument(uint32_t arg, uint32_t bad_pointer)
{
	if (arg == BAD)
		return bad_pointer;
	return arg >= A_SELF && arg < BAD ? good[arg & 7] : arg;
}

static int32_t call(const struct row *row, uint32_t bad_pointer)
{
	uint32_t a[6];

	for (int i = 0; i < 6; i++)
		a[i] = argument(row->args[i], bad_pointer);
	return linux_syscall(row->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void try_row(const struct row *row)
{
	int kinds = row->direction == OUT ? NR_BAD : READ_ONLY;
	int wrong = 0;

	for (int i = 0; i < kinds; i++) {
		int32_t raw = call(row, bad[i]);

		if (raw == -EFAULT)
			continue;
		printf("# %s: %s: %ld\n", row->name, bad_names[i], raw);
		wrong++;
	}
	ok(wrong == 0, "%s", row->name);
}

/* ---- calls that do not fit the table ----------------------------- */

static void crossing(void)
{
	uint8_t *p = pages(2);
	int fd = (int)good[A_FILE & 7];

	SYS(munmap, p + PAGE, PAGE);
	memset(p, 'x', PAGE);
	is(SYS(open, p + PAGE - 8, O_RDONLY, 0), -EFAULT,
	   "a path that runs into a hole is refused");
	is(SYS(pread64, fd, p + PAGE - 8, 16, 0, 0, 0), 8,
	   "a read that runs into a hole returns what fitted before it");
	is(SYS(clock_gettime, 1, p + PAGE - 4), -EFAULT,
	   "a structure that is half in a hole is refused");
	is(SYS(fstat64, fd, 0xbffffffc), -EFAULT,
	   "a structure that is half in the kernel is refused");
	is(SYS(read, fd, p, 0), 0,
	   "a read of 0 bytes does not look at the address");
}

static void vectors(void)
{
	uint32_t iov[2][2] = { { bad[UNMAPPED], 8 }, { bad[UNMAPPED], 8 } };
	int fd = (int)good[A_FILE & 7];

	SYS(lseek, fd, 0, 0);
	is(SYS(readv, fd, iov, 2), -EFAULT, "readv into a hole is refused");
	is(SYS(writev, fd, iov, 2), -EFAULT, "writev from a hole is refused");
	iov[0][0] = good[A_BUF & 7];
	is(SYS(readv, fd, iov, 2), 8,
	   "readv into a buffer and a hole returns the buffer's bytes");
}

static void waiting(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(5);
	is(SYS(wait4, pid, bad[READ_ONLY], 0, 0), -EFAULT,
	   "wait4 with a status at a read-only page is refused");
	is(SYS(wait4, pid, &status, 0, 0), -ECHILD,
	   "that wait4 has reaped the child all the same");
}

static void nothing_changed(int lowest_before)
{
	int fd = SYS(open, "/", O_RDONLY, 0);
	char buf[32];

	is(fd - lowest_before, 0, "no descriptor was left open");
	is(SYS(read, good[A_PIPE_IN & 7], buf, sizeof(buf)), 16,
	   "the pipe still contains all its bytes");
	SYS(close, fd);
}

int main(int argc, char **argv)
{
	int lowest;

	(void)argc;
	prepare(argv[0]);
	lowest = SYS(open, "/", O_RDONLY, 0);
	SYS(close, lowest);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		try_row(&rows[i]);
	crossing();
	vectors();
	waiting();
	nothing_changed(lowest);
	SYS(unlink, scratch("file"));
	remove_scratch();
	return done();
}
