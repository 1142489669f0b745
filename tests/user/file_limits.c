/*
 * The limits of files, of a process and of all processes: RLIMIT_NOFILE and the
 * numbers of /proc/sys/fs. Then two facts that /proc reports of a process: its
 * root and the function in which it sleeps. Run as root.
 *
 * qemu-arm answers with the host's settings.
 */
#include <uapi/fcntl.h>
#include <uapi/resource.h>
#include <uapi/signal.h>
#include <uapi/stat.h>
#include "check.h"

#define ALICE 1001
#define MORE  64 /* files */

static char text[256];

static const char *content(const char *path)
{
	int fd = SYS(open, path, O_RDONLY, 0);
	int32_t n = SYS(read, fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	SYS(close, fd);
	return text;
}

static uint32_t number(const char *path)
{
	return strtoul(content(path), NULL, 10);
}

static int32_t set_number(const char *path, uint32_t value)
{
	char digits[16];
	int fd = SYS(open, path, O_WRONLY, 0);
	int32_t n;

	sprintf(digits, "%u", (unsigned)value);
	n = SYS(write, fd, digits, strlen(digits));
	SYS(close, fd);
	return n < 0 ? n : 0;
}

/* ---- how many ---------------------------------------------------- */

static void of_process(void)
{
	uint32_t most = number("/proc/sys/fs/nr_open");
	struct rlimit limit = { 1024, most };

	ok(most >= 1024, "/proc/sys/fs/nr_open is at least 1024");
	is(SYS(setrlimit, RLIMIT_NOFILE, &limit), 0,
	   "RLIMIT_NOFILE can be raised to nr_open");
	limit.rlim_max++;
	is(SYS(setrlimit, RLIMIT_NOFILE, &limit), -EPERM,
	   "not even root can raise it above nr_open");
	limit.rlim_max = RLIM_INFINITY;
	is(SYS(setrlimit, RLIMIT_NOFILE, &limit), -EPERM,
	   "not even root can make it unlimited");
}

/* No descriptor is left: open must fail before it has changed anything. */
static int none_left(void *arg __attribute__((unused)))
{
	const char *file = scratch("file"), *missing = scratch("missing");
	int fd = SYS(open, file, O_CREAT | O_WRONLY, 0600);
	struct rlimit limit = { 0, 1024 };
	struct kstat64 st = { 0 };

	SYS(write, fd, "text", 4);
	SYS(close, fd);
	limit.rlim_cur = (uint32_t)fd;
	SYS(setrlimit, RLIMIT_NOFILE, &limit);
	is(SYS(open, missing, O_CREAT | O_RDWR, 0600), -EMFILE,
	   "open with O_CREAT without a free descriptor");
	is(SYS(access, missing, 0), -ENOENT, "it has made no file");
	is(SYS(creat, file, 0600), -EMFILE, "creat of a file that exists");
	is(SYS(open, file, O_WRONLY | O_TRUNC, 0), -EMFILE,
	   "open with O_TRUNC");
	SYS(stat64, file, &st);
	is((int32_t)st.st_size, 4, "the file has kept its bytes");
	is(SYS(open, "/missing/file", O_CREAT | O_RDWR, 0600), -EMFILE,
	   "the path is not even looked at");
	is(SYS(open, 16, O_CREAT | O_RDWR, 0600), -EFAULT,
	   "but its text is read");
	limit.rlim_cur++;
	SYS(setrlimit, RLIMIT_NOFILE, &limit);
	is(SYS(creat, file, 0600) - fd, 0, "with one more it is opened");
	SYS(unlink, file);
	return 0;
}

static void numbers(void)
{
	unsigned used, free, most, inodes;
	char nl;

	content("/proc/sys/fs/file-nr");
	ok(sscanf(text, "%u\t%u\t%u%c", &used, &free, &most, &nl) == 4 &&
		   nl == '\n',
	   "file-nr contains three numbers");
	ok(most == number("/proc/sys/fs/file-max"),
	   "its last number is file-max");
	ok(most >= 8192, "file-max is at least 8192");
	ok(used < most && free == 0,
	   "its first number is less than that: the open files");
	content("/proc/sys/fs/inode-nr");
	ok(sscanf(text, "%u\t%u%c", &inodes, &free, &nl) == 3 && inodes > 10,
	   "inode-nr contains two numbers");
	content("/proc/sys/fs/inode-state");
	ok(sscanf(text, "%u\t%u\t0\t0\t0\t0\t0%c", &inodes, &free, &nl) == 3,
	   "inode-state contains seven numbers");
}

/*
 * Opens more files than file-max allows: as a user if arg is set, else as root.
 */
static int many(void *arg)
{
	int32_t fd = 0, ends[2];
	int n;

	if (arg)
		SYS(setresuid32, ALICE, ALICE, ALICE);
	for (n = 0; n < 4 * MORE && fd >= 0; n++)
		fd = SYS(open, "/", O_RDONLY, 0);
	if (!arg) {
		ok(n == 4 * MORE, "file-max does not bind root");
		return 0;
	}
	is(fd, -23, "file-max binds a user: open is refused with ENFILE");
	is(SYS(pipe, ends), -23, "pipe is refused with ENFILE");
	is(SYS(eventfd2, 0, 0), -23, "eventfd2 is refused with ENFILE");
	is(SYS(open, "/", O_PATH, 0), -23,
	   "open with O_PATH is refused with ENFILE");
	ok(SYS(dup, 0) > 0,
	   "dup is allowed: it makes no file, only a descriptor");
	return 0;
}

static void of_all(void)
{
	const char *file_max = "/proc/sys/fs/file-max";
	uint32_t most = number(file_max);

	is(set_number(file_max, number("/proc/sys/fs/file-nr") + MORE), 0,
	   "file-max is set to a little more than are open");
	checks_in_child(many, "a user");
	checks_in_child(many, 0);
	set_number(file_max, most);
}

/* ---- where ------------------------------------------------------- */

static int32_t link_of(pid_t pid, const char *name)
{
	char path[32];
	int32_t n;

	sprintf(path, "/proc/%d/%s", (int)pid, name);
	n = SYS(readlink, path, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	return n;
}

static __attribute__((noreturn)) int in_new_root(void *ready)
{
	SYS(chroot, scratch("root"));
	SYS(chdir, "/");
	SYS(write, *(int *)ready, "x", 1);
	for (;;)
		SYS(pause);
}

static void roots(void)
{
	char path[64], c;
	int ends[2], fd;
	pid_t pid;

	SYS(mkdir, scratch("root"), 0755);
	SYS(close, make_file(scratch("root/f"), 5));
	SYS(pipe, ends);
	pid = start_child(in_new_root, &ends[1]);
	SYS(read, ends[0], &c, 1);
	link_of(getpid(), "root");
	ok(!strcmp(text, "/"), "the link root of this process is /");
	link_of(pid, "root");
	ok(!strcmp(text, scratch("root")),
	   "after chroot the link root of a child is the new root");
	link_of(pid, "cwd");
	ok(!strcmp(text, scratch("root")),
	   "the link cwd of the child is the new root");
	sprintf(path, "/proc/%d/root/f", (int)pid);
	fd = SYS(open, path, O_RDONLY, 0);
	ok(fd >= 0, "a path through the child's link root is found");
	SYS(close, fd);
	do
		sprintf(path, "/proc/%d/wchan", (int)pid), content(path);
	while (!strcmp(text, "0"));
	ok(text[0] && !strchr(text, '\n') && strlen(text) > 3,
	   "wchan of a sleeping process is a function of the kernel");
	content("/proc/self/wchan");
	ok(!strcmp(text, "0"), "wchan of a running process is 0");
	kill_process(pid, SIGKILL);
	SYS(wait4, pid, 0, 0, 0);
	SYS(close, ends[0]);
	SYS(close, ends[1]);
	SYS(unlink, scratch("root/f"));
	SYS(rmdir, scratch("root"));
}

int main(void)
{
	numbers();
	of_all();
	of_process();
	scratch(""); /* makes the directory, which the child shares */
	checks_in_child(none_left, NULL);
	roots();
	remove_scratch();
	return done();
}
