/*
 * Names: several of one file, those that change places, nodes and FIFOs.
 */
#include <uapi/fcntl.h>
#include <uapi/poll.h>
#include <uapi/signal.h>
#include <uapi/stat.h>
#include "check.h"

static struct kstat64 stat_of(const char *path)
{
	struct kstat64 st = { 0 };

	SYS(lstat64, path, &st);
	return st;
}

static int32_t links_of(const char *path)
{
	return (int32_t)stat_of(path).st_nlink;
}

static bool same(const char *a, const char *b)
{
	return stat_of(a).st_ino == stat_of(b).st_ino;
}

static void hard_links(void)
{
	char a[64], b[64], d[64];
	int dir;

	strcpy(a, scratch("a"));
	strcpy(b, scratch("b"));
	strcpy(d, scratch("d"));
	SYS(close, make_file(a, 10));
	SYS(mkdir, d, 0755);
	is(SYS(link, a, b), 0, "link");
	ok(same(a, b), "one file");
	is(links_of(a), 2, "of two names");
	is(SYS(link, a, b), -EEXIST, "the name is there");
	is(SYS(link, d, scratch("e")), -EPERM, "a second name of a directory");
	is(SYS(link, scratch("none"), scratch("e")), -ENOENT, "of nothing");
	is(SYS(link, a, scratch("e/")), -ENOENT, "a name with a slash");
	is(SYS(linkat, AT_FDCWD, a, AT_FDCWD, scratch("e"), 1), -EINVAL,
	   "a flag");
	dir = SYS(open, d, O_RDONLY | O_DIRECTORY, 0);
	is(SYS(linkat, AT_FDCWD, a, dir, "c", 0), 0, "linkat to a directory");
	is(links_of(a), 3, "three names");
	is(SYS(unlinkat, dir, "c", 0), 0, "unlinkat");
	is(SYS(unlink, a), 0, "the first name goes");
	is(links_of(b), 1, "the file stays");
	is(SYS(rename, b, a), 0, "and moves");
	is(SYS(link, a, b), 0, "link");
	is(SYS(rename, a, b), 0, "one name over another of the same file");
	is(links_of(a), 2, "does nothing");
	SYS(unlink, b);
	is(SYS(symlink, a, scratch("l")), 0, "a symbolic link");
	is(SYS(link, scratch("l"), b), 0, "link names the link");
	is((int32_t)(stat_of(b).st_mode & S_IFMT), S_IFLNK, "itself");
	SYS(unlink, b);
	is(SYS(linkat, AT_FDCWD, scratch("l"), AT_FDCWD, b, AT_SYMLINK_FOLLOW),
	   0, "AT_SYMLINK_FOLLOW");
	ok(same(a, b), "names the file");
	is(SYS(symlinkat, "text", dir, "s"), 0, "symlinkat");
	is(SYS(unlinkat, dir, "s", 0), 0, "is there");
	is(SYS(mkdirat, dir, "m", 0700), 0, "mkdirat");
	is(links_of(d), 3, "a directory counts its children's ..");
	is(SYS(unlinkat, dir, "m", AT_REMOVEDIR), 0, "AT_REMOVEDIR");
	is(links_of(d), 2, "no more");
	is(SYS(mkdirat, dir, "", 0700), -ENOENT, "no name");
	is(SYS(mkdirat, 77, "m", 0700), -EBADF, "from no directory");
	SYS(close, dir);
	SYS(unlink, b);
	SYS(unlink, scratch("l"));
	SYS(unlink, a);
	SYS(rmdir, d);
}

static int32_t rename2(const char *from, const char *to, uint32_t flags)
{
	return SYS(renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

static void renames(void)
{
	char a[64], b[64], d[64], e[64];
	uint64_t ino;

	strcpy(a, scratch("a"));
	strcpy(b, scratch("b"));
	strcpy(d, scratch("d"));
	strcpy(e, scratch("d/e"));
	SYS(close, make_file(a, 10));
	SYS(close, make_file(b, 20));
	SYS(mkdir, d, 0755);
	SYS(mkdir, e, 0755);
	is(rename2(a, b, RENAME_NOREPLACE), -EEXIST, "NOREPLACE");
	is(rename2(a, scratch("c"), RENAME_NOREPLACE), 0, "a free name");
	is(rename2(scratch("c"), a, RENAME_NOREPLACE), 0, "and back");
	is(rename2(a, b, RENAME_NOREPLACE | RENAME_EXCHANGE), -EINVAL, "both");
	is(rename2(a, b, 8), -EINVAL, "a flag");
	is(rename2(a, scratch("none"), RENAME_EXCHANGE), -ENOENT,
	   "EXCHANGE with nothing");
	ino = stat_of(a).st_ino;
	is(rename2(a, b, RENAME_EXCHANGE), 0, "EXCHANGE of two files");
	ok(stat_of(b).st_ino == ino && stat_of(a).st_size == 20,
	   "each has the other's name");
	is(rename2(a, e, RENAME_EXCHANGE), 0, "of a file and a directory");
	ok((stat_of(a).st_mode & S_IFMT) == S_IFDIR &&
		   (stat_of(e).st_mode & S_IFMT) == S_IFREG,
	   "each is where the other was");
	is(links_of(d), 2, "the directory has one less below it");
	is(links_of(scratch("")), 4, "the other one more");
	is(SYS(renameat, AT_FDCWD, e, AT_FDCWD, d), -ENOTEMPTY,
	   "over a directory with something in it");
	is(rename2(d, e, RENAME_EXCHANGE), -EINVAL, "with what is below it");
	is(rename2(e, d, RENAME_EXCHANGE), -EINVAL, "the other way, too");
	is(SYS(rename, a, b), -ENOTDIR, "a directory over a file");
	is(SYS(rename, b, a), -EISDIR, "a file over a directory");
	SYS(unlink, e);
	is(SYS(rename, a, d), 0, "a directory over an empty one");
	SYS(rmdir, d);
	SYS(unlink, b);
}

static void removing(void)
{
	char d[64], path[80];

	strcpy(d, scratch("d"));
	SYS(mkdir, d, 0755);
	sprintf(path, "%s/.", d);
	is(SYS(rmdir, path), -EINVAL, "rmdir of a dot");
	sprintf(path, "%s/..", d);
	is(SYS(rmdir, path), -ENOTEMPTY, "of two");
	is(SYS(rmdir, "/"), -EBUSY, "of the root");
	is(SYS(unlink, "/"), -EISDIR, "unlink of the root");
	SYS(chdir, d);
	is(SYS(rmdir, d), 0, "rmdir of where one stands");
	is(SYS(open, "x", O_CREAT | O_RDWR, 0600), -ENOENT, "nothing is there");
	is(SYS(mkdir, "x", 0700), -ENOENT, "nor can be made");
	SYS(chdir, "/");
}

static int not_root(void *path)
{
	SYS(setuid32, 1001);
	is(SYS(mknod, path, S_IFCHR | 0600, MKDEV(1, 3)), -EPERM,
	   "a user's device");
	is(SYS(mknod, "/none/x", S_IFCHR | 0600, MKDEV(1, 3)), -ENOENT,
	   "where nothing is");
	is(SYS(mknod, "/", S_IFBLK | 0600, MKDEV(1, 3)), -EEXIST,
	   "or something is");
	is(SYS(mknod, path, S_IFIFO | 0600, 0), 0, "his FIFO");
	SYS(unlink, path);
	is(SYS(mknod, path, 0600, 0), 0, "and a plain file");
	SYS(unlink, path);
	return 0;
}

static void nodes(void)
{
	char path[64];
	struct kstat64 st;
	int fd;

	strcpy(path, scratch("n"));
	is(SYS(mknod, path, S_IFCHR | 0640, MKDEV(1, 3)), 0, "mknod");
	st = stat_of(path);
	is((int32_t)st.st_mode, S_IFCHR | 0640, "a device");
	is((int32_t)st.st_rdev, MKDEV(1, 3), "of that number");
	fd = SYS(open, path, O_RDWR, 0);
	is(SYS(write, fd, "x", 1), 1, "the one that takes everything");
	SYS(close, fd);
	SYS(unlink, path);
	SYS(mknod, path, S_IFCHR | 0600, MKDEV(250, 7));
	is(SYS(open, path, O_RDONLY, 0), -ENXIO, "one that nobody serves");
	SYS(unlink, path);
	is(SYS(mknod, path, S_IFDIR | 0700, 0), -EPERM, "a directory");
	is(SYS(mknod, path, S_IFLNK | 0700, 0), -EINVAL, "a link");
	is(SYS(mknodat, AT_FDCWD, path, S_IFSOCK | 0600, 0), 0, "a socket");
	is(SYS(open, path, O_RDONLY, 0), -ENXIO, "is not opened");
	SYS(unlink, path);
	SYS(chmod, scratch(""), 0777);
	checks_in_child(not_root, path);
}

/* ---- FIFOs ------------------------------------------------------- */

static int opens_to_write(void *path)
{
	int fd;

	sleep_ms(20); /* the other one waits by now */
	fd = SYS(open, path, O_WRONLY, 0);
	SYS(write, fd, "abc", 3);
	return 0;
}

static int opens_to_read(void *path)
{
	char buf[4];
	int fd;

	sleep_ms(20);
	fd = SYS(open, path, O_RDONLY, 0);
	return SYS(read, fd, buf, 4);
}

static uint32_t events(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };

	SYS(poll, &p, 1, 0);
	return (uint16_t)p.revents;
}

static void on_alarm(int sig, struct test_siginfo *info, void *context)
{
	(void)sig;
	(void)info;
	(void)context;
}

static void fifos(void)
{
	static const uint32_t soon[] = { 0, 0, 0, 20000 };
	char path[64], buf[8];
	int fd, other, status = 0;
	pid_t pid;

	strcpy(path, scratch("p"));
	is(SYS(mknod, path, S_IFIFO | 0600, 0), 0, "a FIFO");
	is(SYS(open, path, O_WRONLY | O_NONBLOCK, 0), -ENXIO,
	   "to write without waiting: nobody reads");
	fd = SYS(open, path, O_RDONLY | O_NONBLOCK, 0);
	ok(fd >= 0, "to read without waiting");
	is(SYS(read, fd, buf, 1), 0, "nobody writes: the end of the file");
	is(events(fd), 0, "but it has not hung up");
	other = SYS(open, path, O_WRONLY | O_NONBLOCK, 0);
	ok(other >= 0, "now to write");
	is(SYS(read, fd, buf, 1), -EAGAIN, "nothing to read so far");
	is(SYS(write, other, "xy", 2), 2, "write");
	is(events(fd), POLLIN, "something to read");
	is(SYS(read, fd, buf, 8), 2, "read");
	SYS(write, other, "z", 1);
	SYS(close, other);
	is(events(fd), POLLIN | POLLHUP, "the writer has gone");
	SYS(close, fd);
	fd = SYS(open, path, O_RDONLY | O_NONBLOCK, 0);
	is(SYS(read, fd, buf, 8), 0, "what nobody has open is empty");
	SYS(close, fd);
	fd = SYS(open, path, O_RDWR, 0);
	is(SYS(write, fd, "q", 1), 1, "to read and write, alone");
	is(SYS(read, fd, buf, 8), 1, "what was written");
	SYS(close, fd);
	pid = start_child(opens_to_write, path);
	fd = SYS(open, path, O_RDONLY, 0);
	is(SYS(read, fd, buf, 8), 3, "open waits for a writer");
	SYS(close, fd);
	SYS(wait4, pid, 0, 0, 0);
	pid = start_child(opens_to_read, path);
	fd = SYS(open, path, O_WRONLY, 0);
	is(SYS(write, fd, "ab", 2), 2, "or for a reader");
	SYS(wait4, pid, &status, 0, 0);
	is(WEXITSTATUS(status), 2, "who reads it");
	is(ignore(SIGPIPE), 0, "SIGPIPE ignored");
	is(SYS(write, fd, "ab", 2), -EPIPE, "and has gone");
	SYS(close, fd);
	handle(SIGALRM, on_alarm, 0);
	SYS(setitimer, 0, soon, 0);
	is(SYS(open, path, O_RDONLY, 0), -EINTR, "a signal ends the waiting");
	is(SYS(open, path, O_WRONLY | O_NONBLOCK, 0), -ENXIO,
	   "and it does not count as a reader");
	SYS(unlink, path);
}

int main(void)
{
	SYS(umask, 022);
	hard_links();
	renames();
	removing();
	nodes();
	fifos();
	remove_scratch();
	return done();
}
