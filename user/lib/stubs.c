/*
 * The functions that Newlib's C library expects of a system, made of Linux's calls.
 *
 * Newlib calls these functions with an underscore (libc's "syscall stubs") and
 * some without. Their callers use Newlib's flags and structures, so each function
 * translates them into Linux's and back.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <reent.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <uapi/stat.h>
#include <uapi/termios.h>
#include <unistd.h>
#include "linux.h"
#include "stubs.h"

char **environ;

/* ---- files ------------------------------------------------------- */

struct flag_pair {
	int newlib;
	uint32_t linux;
};

/* clang-format off */
/* Linux's values are octal, as in its asm-generic/fcntl.h. */
static const struct flag_pair open_flags[] = {
	{ O_CREAT,	0100 },
	{ O_EXCL,	0200 },
	{ O_TRUNC,	01000 },
	{ O_APPEND,	02000 },
	{ O_NONBLOCK,	04000 },
	{ O_DIRECTORY,	040000 },
	{ O_CLOEXEC,	02000000 },
};
/* clang-format on */

static uint32_t open_flags_to_linux(int flags)
{
	uint32_t linux = flags & O_ACCMODE;

	for (size_t i = 0; i < sizeof(open_flags) / sizeof(open_flags[0]); i++)
		if (flags & open_flags[i].newlib)
			linux |= open_flags[i].linux;
	return linux;
}

int _open(const char *path, int flags, int mode)
{
	return posix_result(linux_syscall(__NR_open, path,
					  open_flags_to_linux(flags), mode));
}

int _close(int fd)
{
	return posix_result(linux_syscall(__NR_close, fd));
}

int _read(int fd, void *buf, size_t bytes)
{
	return posix_result(linux_syscall(__NR_read, fd, buf, bytes));
}

int _write(int fd, const void *buf, size_t bytes)
{
	return posix_result(linux_syscall(__NR_write, fd, buf, bytes));
}

off_t _lseek(int fd, off_t offset, int whence)
{
	return posix_result(linux_syscall(__NR_lseek, fd, offset, whence));
}

/* raw is the system call's result: *to is filled only if it is 0. */
static int stat_from_linux(int32_t raw, const struct kstat64 *from,
			   struct stat *to)
{
	if (raw < 0)
		return posix_result(raw);
	memset(to, 0, sizeof(*to));
	to->st_dev = (dev_t)from->st_dev;
	to->st_ino = (ino_t)from->st_ino;
	to->st_mode = from->st_mode;
	to->st_nlink = (nlink_t)from->st_nlink;
	to->st_rdev = (dev_t)from->st_rdev;
	to->st_size = (off_t)from->st_size;
	to->st_mtim.tv_sec = from->st_mtime_sec;
	to->st_blksize = from->st_blksize;
	to->st_blocks = (blkcnt_t)from->st_blocks;
	return 0;
}

int _fstat(int fd, struct stat *st)
{
	struct kstat64 buf;

	return stat_from_linux(linux_syscall(__NR_fstat64, fd, &buf), &buf, st);
}

int _stat(const char *path, struct stat *st)
{
	struct kstat64 buf;

	return stat_from_linux(linux_syscall(__NR_stat64, path, &buf), &buf,
			       st);
}

int _isatty(int fd)
{
	struct ktermios termios;

	return posix_result(linux_syscall(__NR_ioctl, fd, TCGETS, &termios)) ==
		0;
}

int _unlink(const char *path)
{
	return posix_result(linux_syscall(__NR_unlink, path));
}

int _rename(const char *from, const char *to)
{
	return posix_result(linux_syscall(__NR_rename, from, to));
}

/* No program here makes links, so Newlib's link() fails. */
int _link(const char *from, const char *to)
{
	(void)from, (void)to;
	errno = EMLINK;
	return -1;
}

int mkdir(const char *path, mode_t mode)
{
	return posix_result(linux_syscall(__NR_mkdir, path, mode));
}

int chdir(const char *path)
{
	return posix_result(linux_syscall(__NR_chdir, path));
}

char *getcwd(char *buf, size_t bytes)
{
	int n = posix_result(linux_syscall(__NR_getcwd, buf, bytes));

	return n < 0 ? NULL : buf;
}

int pipe(int fds[2])
{
	return posix_result(linux_syscall(__NR_pipe, fds));
}

int dup2(int from, int to)
{
	return posix_result(linux_syscall(__NR_dup2, from, to));
}

int getdents64(int fd, void *buf, size_t bytes)
{
	return posix_result(linux_syscall(__NR_getdents64, fd, buf, bytes));
}

/* ---- memory ------------------------------------------------------ */

/*
 * Where malloc gets memory. brk does not fail with an errno: it returns the break,
 * which has not moved if there is no memory.
 */
void *_sbrk(ptrdiff_t increment)
{
	static uint32_t current_break;
	uint32_t old, wanted;

	if (!current_break)
		current_break = (uint32_t)linux_syscall(__NR_brk, 0);
	old = current_break;
	wanted = old + (uint32_t)increment;
	if (increment)
		current_break = (uint32_t)linux_syscall(__NR_brk, wanted);
	if (current_break != wanted) {
		errno = ENOMEM;
		return (void *)-1;
	}
	return (void *)old;
}

/*
 * realloc(). Nano, Newlib's small variant, has one that copies as many bytes as
 * the new block has: it reads past the old block, and faults if the heap ends
 * there. reent is Newlib's state of a thread, errno for one; it is only passed
 * on.
 */
void *_realloc_r(struct _reent *reent, void *old, size_t bytes)
{
	size_t had = old ? _malloc_usable_size_r(reent, old) : 0;
	void *block;

	if (old && bytes && bytes <= had)
		return old;
	block = bytes || !old ? _malloc_r(reent, bytes) : NULL;
	if (block && old)
		memcpy(block, old, had);
	if (block || !bytes)
		_free_r(reent, old);
	return block;
}

/* ---- processes --------------------------------------------------- */

void _exit(int status)
{
	for (;;)
		linux_syscall(__NR_exit_group, status);
}

int _getpid(void)
{
	return linux_syscall(__NR_getpid);
}

pid_t getppid(void)
{
	return linux_syscall(__NR_getppid);
}

/* For raise() and abort(), whose SIGABRT has one number in Newlib and Linux. */
int _kill(int pid, int sig)
{
	return kill_process(pid, sig);
}

int _fork(void)
{
	return posix_result(linux_syscall(__NR_fork));
}

int _execve(const char *path, char *const argv[], char *const envp[])
{
	return posix_result(linux_syscall(__NR_execve, path, argv, envp));
}

int _wait(int *status)
{
	return wait4(-1, status, 0, NULL);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	return wait4(pid, status, options, NULL);
}

struct linux_timeval {
	int32_t sec, usec;
};

int _gettimeofday(struct timeval *tv, void *tz)
{
	struct linux_timeval now;
	int ret = posix_result(linux_syscall(__NR_gettimeofday, &now, 0));

	(void)tz;
	if (ret == 0) {
		tv->tv_sec = now.sec;
		tv->tv_usec = now.usec;
	}
	return ret;
}
