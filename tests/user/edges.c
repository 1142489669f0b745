/*
 * Calls at the edge of what they take: flags, positions and names that a file,
 * a lock, a mount or a thread does not have.
 */
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/time.h>
#include <uapi/wait.h>
#include "check.h"

#define MAX_LOW           0xffffffffu /* the low word of the last position */
#define MAX_HIGH          0x7fffffffu
#define FUTEX_REALTIME    256
#define PR_GET_SECUREBITS 27
#define PR_SET_SECUREBITS 28
#define PR_SET_KEEPCAPS   8
#define TCFLSH            0x540b
#define TIOCSPTLCK        0x40045431
#define FIONREAD          0x541b

static char path[64], dir[64];

static void flags(int fd)
{
	int32_t other;

	is(SYS(fcntl64, fd, F_GETFL, 0), O_RDWR,
	   "F_GETFL shows no O_LARGEFILE that was not given");
	other = SYS(open, path, O_RDONLY | O_LARGEFILE, 0);
	is(SYS(fcntl64, other, F_GETFL, 0), O_LARGEFILE, "and one that was");
	SYS(close, other);
	other = SYS(eventfd2, 0, O_NONBLOCK);
	is(SYS(fcntl64, other, F_GETFL, 0), O_RDWR | O_NONBLOCK,
	   "F_GETFL of an eventfd");
	is(SYS(fcntl64, other, F_SETFL, O_DIRECT), -EINVAL,
	   "F_SETFL gives an eventfd no O_DIRECT");
	SYS(close, other);
	is(SYS(open, path, O_RDONLY | O_DIRECT, 0), -EINVAL,
	   "O_DIRECT of a file in memory");
	is(SYS(fcntl64, fd, F_SETFL, O_DIRECT), -EINVAL, "and by F_SETFL");
	is(SYS(open, scratch("new"), O_RDWR | O_CREAT | O_DIRECT, 0600),
	   -EINVAL, "O_DIRECT of a file that O_CREAT makes");
	is(SYS(unlink, scratch("new")), 0, "which exists nevertheless");
}

static void locks(int fd)
{
	is(SYS(flock, fd, LOCK_MAND), 0, "LOCK_MAND is ignored");
	is(SYS(flock, 999, LOCK_MAND | LOCK_SH), 0, "for any descriptor");
	is(SYS(flock, 999, 0), -EINVAL, "flock without a kind comes first");
	is(SYS(flock, 999, LOCK_SH), -EBADF, "flock of no descriptor");
}

static void positions(int fd)
{
	int32_t to = make_file(scratch("to"), 0);
	int64_t in = -1, out = 0;
	/* Below 1 GiB: from there 2 GiB reach no kernel memory. */
	static char byte[10];

	is(SYS(pread64, fd, byte, 10, 0, MAX_LOW, MAX_HIGH), -EINVAL,
	   "pread64 that would end behind the last position");
	is(SYS(pwrite64, fd, byte, 1, 0, MAX_LOW, MAX_HIGH), -EINVAL,
	   "pwrite64 that would");
	is(SYS(pread64, fd, byte, 0, 0, MAX_LOW, MAX_HIGH), 0,
	   "pread64 of nothing at the last position");
	is(SYS(copy_file_range, fd, &in, to, &out, 10, 0), -EOVERFLOW,
	   "copy_file_range from -1");
	in = -2;
	is(SYS(copy_file_range, fd, &in, to, &out, 1, 0), -EINVAL,
	   "copy_file_range from -2 that does not wrap");
	in = 5000;
	out = INT64_MAX;
	is(SYS(copy_file_range, fd, &in, to, &out, 10, 0), -EFBIG,
	   "copy_file_range of nothing to the last position");
	SYS(close, to);
	to = SYS(eventfd2, 1, O_NONBLOCK);
	is(SYS(read, to, byte, -1), -EFAULT, "read of -1 bytes of an eventfd");
	SYS(close, to);
	/* The count of a read that failed. */
	is(SYS(write, fd, byte, -1), -EFAULT, "write of -1 bytes");
	is(SYS(read, fd, byte, -1), -EFAULT, "read of -1 bytes");
	is(SYS(pwrite64, fd, byte, -1, 0, 0, 0), -EFAULT, "pwrite64 of them");
	is(SYS(read, fd, 0x10000, 0x80000000), -EINVAL,
	   "read of 2 GiB, which is no count");
	is(SYS(lseek, fd, 0, SEEK_END), 4096, "the file is as it was");
	is(SYS(lseek, fd, 0, SEEK_SET), 0, "and its position is set back");
	to = SYS(open, dir, O_RDONLY | O_DIRECTORY, 0);
	is(SYS(lseek, to, 0, SEEK_END), -EINVAL, "SEEK_END of a directory");
	is(SYS(lseek, to, 1, SEEK_SET), 1, "SEEK_SET of a directory");
	SYS(close, to);
}

static int names_parent(void *arg)
{
	char name[32];
	int fd;

	(void)arg;
	sprintf(name, "/proc/%d/comm", (int)SYS(getppid));
	fd = SYS(open, name, O_WRONLY, 0);
	is(SYS(write, fd, "mine", 4), -EINVAL, "another process's comm");
	SYS(close, fd);
	return 0;
}

static void of_proc(void)
{
	int fd = SYS(open, "/proc/self/status", O_RDONLY, 0);
	char text[32] = "";

	is(SYS(fsync, fd), -EINVAL, "fsync of a text of /proc");
	is(SYS(fdatasync, fd), -EINVAL, "fdatasync of it");
	SYS(close, fd);
	is(SYS(link, path, "/proc/name"), -ENOENT, "link into /proc");
	is(SYS(link, "/proc/meminfo", scratch("name")), -EXDEV,
	   "link out of /proc");
	fd = SYS(open, "/proc/sys/kernel/tainted", O_RDONLY, 0);
	is(SYS(read, fd, text, sizeof(text)), 2, "tainted is one digit");
	SYS(close, fd);
	fd = SYS(open, "/proc/diskstats", O_RDONLY, 0);
	is(SYS(read, fd, text, sizeof(text)), 0, "diskstats: there is no disk");
	SYS(close, fd);
	fd = SYS(open, "/proc/self/comm", O_RDWR, 0);
	is(SYS(write, fd, "a name that is too long", 23), 23,
	   "a process writes its comm");
	is(SYS(read, fd, text, sizeof(text)), 16, "which is cut");
	ok(!strcmp(text, "a name that is \n"), "comm is what was written");
	SYS(close, fd);
	checks_in_child(names_parent, NULL);
}

static void terminal(void)
{
	int master = SYS(open, "/dev/ptmx", O_RDWR, 0), slave, n = 0;
	char name[24];

	SYS(ioctl, master, TIOCSPTLCK, &n);
	SYS(ioctl, master, 0x80045430, &n);
	sprintf(name, "/dev/pts/%d", n);
	slave = SYS(open, name, O_RDWR | O_NOCTTY, 0);
	SYS(write, master, "abc\n", 4);
	is(SYS(ioctl, master, TCFLSH, 1), 0, "TCOFLUSH of a master");
	SYS(ioctl, slave, FIONREAD, &n);
	is(n, 4, "the slave's input stays");
	is(SYS(ioctl, master, TCFLSH, 2), 0, "TCIOFLUSH of a master");
	SYS(ioctl, slave, FIONREAD, &n);
	is(n, 4, "the slave's input stays");
	SYS(ioctl, master, FIONREAD, &n);
	is(n, 0, "the master's is gone");
	is(SYS(ioctl, master, TCFLSH, 3), -EINVAL, "no fourth queue");
	SYS(close, slave);
	SYS(close, master);
}

static void tasks(void)
{
	uint8_t *p = pages(1);
	uint32_t word = 0;

	is(SYS(futex, &word, FUTEX_REALTIME, 1, 0, 0, 0), -ENOSYS,
	   "FUTEX_WAIT with FUTEX_CLOCK_REALTIME");
	is(SYS(futex, &word, FUTEX_REALTIME | 1, 1, 0, 0, 0), -ENOSYS,
	   "FUTEX_WAKE with it");
	is(SYS(futex, &word, FUTEX_REALTIME | 9, 1, 0, 0, 1), -EAGAIN,
	   "FUTEX_WAIT_BITSET has it");
	is(SYS(waitid, P_PIDFD, 999, 0, WEXITED, 0), -EBADF,
	   "waitid for a pidfd that is none");
	is(SYS(waitid, P_PIDFD, -1, 0, WEXITED, 0), -EINVAL,
	   "waitid for a pidfd of -1");
	is(SYS(madvise, p, PAGE, MADV_MERGEABLE), 0, "MADV_MERGEABLE");
	is(SYS(madvise, p, PAGE, MADV_UNMERGEABLE), 0, "MADV_UNMERGEABLE");
	SYS(munmap, p, PAGE);
	is(SYS(madvise, p, PAGE, MADV_MERGEABLE), -ENOMEM, "of a hole");
	is(SYS(prctl, PR_GET_SECUREBITS, 0, 0, 0, 0), 0, "securebits");
	SYS(prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
	is(SYS(prctl, PR_GET_SECUREBITS, 0, 0, 0, 0), 16,
	   "PR_SET_KEEPCAPS is one of them");
	is(SYS(prctl, PR_SET_SECUREBITS, 0, 0, 0, 0), 0, "they are cleared");
	is(SYS(prctl, PR_SET_SECUREBITS, 4096, 0, 0, 0), -EPERM,
	   "a bit that does not exist");
}

/* Nobody but root may let a suspended machine wake. */
static int alarms(void *arg)
{
	uint32_t event[16] = { 0, 10, 0 }, ns[2] = { 0, 1 }, times[4] = { 0 };
	int32_t id, of_root = SYS(timerfd_create, CLOCK_BOOTTIME_ALARM, 0);

	(void)arg;
	is(SYS(timerfd_settime, of_root, 0, times, 0), 0,
	   "root sets a timerfd by CLOCK_BOOTTIME_ALARM");
	SYS(setresuid32, 1000, 1000, 1000);
	is(SYS(timerfd_settime, of_root, 0, times, 0), -EPERM,
	   "a user who has got it does not");
	is(SYS(timerfd_create, CLOCK_REALTIME_ALARM, 0), -EPERM,
	   "a user's timerfd by CLOCK_REALTIME_ALARM");
	is(SYS(timer_create, CLOCK_BOOTTIME_ALARM, event, &id), -EPERM,
	   "a user's timer by CLOCK_BOOTTIME_ALARM");
	is(SYS(clock_nanosleep, CLOCK_BOOTTIME_ALARM, 0, ns, 0), -EPERM,
	   "a user's sleep by it");
	return 0;
}

static void names(void)
{
	struct {
		uint16_t family;
		char path[64];
	} addr = { .family = 1 };
	int sock = SYS(socket, 1, 1, 0);

	strcpy(addr.path, scratch("socket"));
	is(SYS(bind, sock, &addr, sizeof(addr)), 0, "bind to a path");
	is(SYS(bind, sock, &addr, sizeof(addr)), -EADDRINUSE,
	   "a second bind to the same path");
	strcat(addr.path, "2");
	is(SYS(bind, sock, &addr, sizeof(addr)), -EINVAL,
	   "a second bind to another path");
	SYS(unlink, scratch("socket"));
	SYS(close, sock);
	is(SYS(mount, "x", dir, "", 0, 0), -ENODEV, "mount of an empty type");
	is(SYS(mount, "x", dir, 0, 0, 0), -EINVAL, "mount without a type");
}

int main(void)
{
	int fd;

	SYS(mkdir, "/dev/pts", 0755); /* unless they are there */
	SYS(mount, "devpts", "/dev/pts", "devpts", 0, "mode=620");
	strcpy(path, scratch("f"));
	strcpy(dir, scratch("d"));
	SYS(mkdir, dir, 0755);
	SYS(close, make_file(path, 4096));
	fd = SYS(open, path, O_RDWR, 0);
	flags(fd);
	locks(fd);
	positions(fd);
	of_proc();
	terminal();
	tasks();
	checks_in_child(alarms, NULL);
	names();
	SYS(close, fd);
	SYS(unlink, path);
	SYS(unlink, scratch("to"));
	SYS(rmdir, dir);
	remove_scratch();
	return done();
}
