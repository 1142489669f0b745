/*
 * Names: several of one file, names that are exchanged, device nodes and FIFOs.
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
	is(SYS(link, a, b), 0, "link gives a file a second name");
	ok(same(a, b), "both names are one inode");
	is(links_of(a), 2, "the inode counts two names");
	is(SYS(link, a, b), -EEXIST, "link to an existing name is refused");
	is(SYS(link, d, scratch("e")), -EPERM,
	   "link of a directory is refused");
	is(SYS(link, scratch("none"), scratch("e")), -ENOENT,
	   "link of a name that does not exist is refused");
	is(SYS(link, a, scratch("e/")), -ENOENT,
	   "link to a new name with a slash behind it is refused");
	is(SYS(linkat, AT_FDCWD, a, AT_FDCWD, scratch("e"), 1), -EINVAL,
	   "linkat with an unknown flag is refused");
	dir = SYS(open, d, O_RDONLY | O_DIRECTORY, 0);
	is(SYS(linkat, AT_FDCWD, a, dir, "c", 0), 0,
	   "linkat to a name in an open directory");
	is(links_of(a), 3, "the inode counts three names");
	is(SYS(unlinkat, dir, "c", 0), 0, "unlinkat removes the third name");
	is(SYS(unlink, a), 0, "unlink removes the first name");
	is(links_of(b), 1, "the file keeps the second name");
	is(SYS(rename, b, a), 0, "rename of that name");
	is(SYS(link, a, b), 0, "link gives it a second name again");
	is(SYS(rename, a, b), 0,
	   "rename of a name to another of the same file");
	is(links_of(a), 2, "it leaves both names");
	SYS(unlink, b);
	is(SYS(symlink, a, scratch("l")), 0, "a symbolic link to the file");
	is(SYS(link, scratch("l"), b), 0, "link of the symbolic link");
	is((int32_t)(stat_of(b).st_mode & S_IFMT), S_IFLNK,
	   "the new name is the symbolic link itself");
	SYS(unlink, b);
	is(SYS(linkat, AT_FDCWD, scratch("l"), AT_FDCWD, b, AT_SYMLINK_FOLLOW),
	   0, "linkat with AT_SYMLINK_FOLLOW");
	ok(same(a, b), "the new name is the file");
	is(SYS(symlinkat, "text", dir, "s"), 0,
	   "symlinkat in an open directory");
	is(SYS(unlinkat, dir, "s", 0), 0, "unlinkat finds the link there");
	is(SYS(mkdirat, dir, "m", 0700), 0, "mkdirat in an open directory");
	is(links_of(d), 3, "a directory's links count the .. of its children");
	is(SYS(unlinkat, dir, "m", AT_REMOVEDIR), 0,
	   "unlinkat with AT_REMOVEDIR removes the child");
	is(links_of(d), 2, "the directory's links are two again");
	is(SYS(mkdirat, dir, "", 0700), -ENOENT,
	   "mkdirat with an empty name is refused");
	is(SYS(mkdirat, 77, "m", 0700), -EBADF,
	   "mkdirat in a closed descriptor is refused");
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
	is(rename2(a, b, RENAME_NOREPLACE), -EEXIST,
	   "RENAME_NOREPLACE to an existing name is refused");
	is(rename2(a, scratch("c"), RENAME_NOREPLACE), 0,
	   "RENAME_NOREPLACE to a new name");
	is(rename2(scratch("c"), a, RENAME_NOREPLACE), 0,
	   "RENAME_NOREPLACE back to the old name");
	is(rename2(a, b, RENAME_NOREPLACE | RENAME_EXCHANGE), -EINVAL,
	   "RENAME_NOREPLACE with RENAME_EXCHANGE is refused");
	is(rename2(a, b, 8), -EINVAL,
	   "renameat2 with an unknown flag is refused");
	is(rename2(a, scratch("none"), RENAME_EXCHANGE), -ENOENT,
	   "RENAME_EXCHANGE with a name that does not exist is refused");
	ino = stat_of(a).st_ino;
	is(rename2(a, b, RENAME_EXCHANGE), 0, "RENAME_EXCHANGE of two files");
	ok(stat_of(b).st_ino == ino && stat_of(a).st_size == 20,
	   "each file has the other's name");
	is(rename2(a, e, RENAME_EXCHANGE), 0,
	   "RENAME_EXCHANGE of a file and a directory below another");
	ok((stat_of(a).st_mode & S_IFMT) == S_IFDIR &&
		   (stat_of(e).st_mode & S_IFMT) == S_IFREG,
	   "each is where the other was");
	is(links_of(d), 2, "the directory that lost its child has two links");
	is(links_of(scratch("")), 4,
	   "the directory that got the child has four");
	is(SYS(renameat, AT_FDCWD, e, AT_FDCWD, d), -ENOTEMPTY,
	   "rename of a file over its parent directory is refused");
	is(rename2(d, e, RENAME_EXCHANGE), -EINVAL,
	   "RENAME_EXCHANGE of a directory with what is in it is refused");
	is(rename2(e, d, RENAME_EXCHANGE), -EINVAL,
	   "RENAME_EXCHANGE of a file with its parent is refused");
	is(SYS(rename, a, b), -ENOTDIR,
	   "rename of a directory over a file is refused");
	is(SYS(rename, b, a), -EISDIR,
	   "rename of a file over a directory is refused");
	SYS(unlink, e);
	is(SYS(rename, a, d), 0,
	   "rename of a directory over an empty directory");
	SYS(rmdir, d);
	SYS(unlink, b);
}

static void removing(void)
{
	char d[64], path[80];

	strcpy(d, scratch("d"));
	SYS(mkdir, d, 0755);
	sprintf(path, "%s/.", d);
	is(SYS(rmdir, path), -EINVAL,
	   "rmdir of a path that ends with . is refused");
	sprintf(path, "%s/..", d);
	is(SYS(rmdir, path), -ENOTEMPTY,
	   "rmdir of a path that ends with .. is refused");
	is(SYS(rmdir, "/"), -EBUSY, "rmdir of the root is refused");
	is(SYS(unlink, "/"), -EISDIR, "unlink of the root is refused");
	SYS(chdir, d);
	is(SYS(rmdir, d), 0, "rmdir of the working directory is allowed");
	is(SYS(open, "x", O_CREAT | O_RDWR, 0600), -ENOENT,
	   "open of a new file in the removed directory is refused");
	is(SYS(mkdir, "x", 0700), -ENOENT,
	   "mkdir in the removed directory is refused");
	SYS(chdir, "/");
}

static int not_root(void *path)
{
	SYS(setuid32, 1001);
	is(SYS(mknod, path, S_IFCHR | 0600, MKDEV(1, 3)), -EPERM,
	   "mknod of a device by a user is refused");
	is(SYS(mknod, path, S_IFBLK | 0600, 0), -EPERM,
	   "of the block device 0, too");
	is(SYS(mknod, path, S_IFCHR | 0600, 0), 0,
	   "of the character device 0, which is none, it is allowed");
	is(SYS(open, path, O_RDONLY), -ENXIO, "it cannot be opened");
	SYS(unlink, path);
	is(SYS(mknod, "/none/x", S_IFCHR | 0600, MKDEV(1, 3)), -ENOENT,
	   "mknod by a user in a missing directory: that comes first");
	is(SYS(mknod, "/", S_IFBLK | 0600, MKDEV(1, 3)), -EEXIST,
	   "mknod by a user of an existing name: that comes first");
	is(SYS(mknod, path, S_IFIFO | 0600, 0), 0,
	   "mknod of a FIFO by a user is allowed");
	SYS(unlink, path);
	is(SYS(mknod, path, 0600, 0), 0,
	   "mknod of a regular file by a user is allowed");
	SYS(unlink, path);
	return 0;
}

static void nodes(void)
{
	char path[64];
	struct kstat64 st;
	int fd;

	strcpy(path, scratch("n"));
	is(SYS(mknod, path, S_IFCHR | 0640, MKDEV(1, 3)), 0,
	   "mknod of a character device by root");
	st = stat_of(path);
	is((int32_t)st.st_mode, S_IFCHR | 0640,
	   "its mode is a character device's");
	is((int32_t)st.st_rdev, MKDEV(1, 3),
	   "its device number is the given one");
	fd = SYS(open, path, O_RDWR, 0);
	is(SYS(write, fd, "x", 1), 1,
	   "it is /dev/null's number: a write is accepted");
	SYS(close, fd);
	SYS(unlink, path);
	SYS(mknod, path, S_IFCHR | 0600, MKDEV(250, 7));
	is(SYS(open, path, O_RDONLY, 0), -ENXIO,
	   "open of a device that has no driver is refused");
	SYS(unlink, path);
	is(SYS(mknod, path, S_IFDIR | 0700, 0), -EPERM,
	   "mknod of a directory is refused");
	is(SYS(mknod, path, S_IFLNK | 0700, 0), -EINVAL,
	   "mknod of a symbolic link is refused");
	is(SYS(mknodat, AT_FDCWD, path, S_IFSOCK | 0600, 0), 0,
	   "mknodat of a socket");
	is(SYS(open, path, O_RDONLY, 0), -ENXIO, "open of a socket is refused");
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
	is(SYS(mknod, path, S_IFIFO | 0600, 0), 0, "mknod of a FIFO");
	is(SYS(open, path, O_WRONLY | O_NONBLOCK, 0), -ENXIO,
	   "O_WRONLY with O_NONBLOCK without a reader is refused");
	fd = SYS(open, path, O_RDONLY | O_NONBLOCK, 0);
	ok(fd >= 0, "O_RDONLY with O_NONBLOCK does not wait for a writer");
	is(SYS(read, fd, buf, 1), 0,
	   "read without a writer is at the end of the file");
	is(events(fd), 0, "poll reports nothing: no writer has hung up");
	other = SYS(open, path, O_WRONLY | O_NONBLOCK, 0);
	ok(other >= 0, "O_WRONLY with O_NONBLOCK when there is a reader");
	is(SYS(read, fd, buf, 1), -EAGAIN,
	   "read of the empty FIFO with O_NONBLOCK");
	is(SYS(write, other, "xy", 2), 2, "write of two bytes");
	is(events(fd), POLLIN, "poll reports POLLIN");
	is(SYS(read, fd, buf, 8), 2, "read returns both bytes");
	SYS(write, other, "z", 1);
	SYS(close, other);
	is(events(fd), POLLIN | POLLHUP,
	   "poll when the writer has closed: POLLIN and POLLHUP");
	SYS(close, fd);
	fd = SYS(open, path, O_RDONLY | O_NONBLOCK, 0);
	is(SYS(read, fd, buf, 8), 0,
	   "a FIFO that all have closed is empty again");
	SYS(close, fd);
	fd = SYS(open, path, O_RDWR, 0);
	is(SYS(write, fd, "q", 1), 1, "O_RDWR is both ends: a write");
	is(SYS(read, fd, buf, 8), 1,
	   "a read returns the byte that was written");
	SYS(close, fd);
	pid = start_child(opens_to_write, path);
	fd = SYS(open, path, O_RDONLY, 0);
	is(SYS(read, fd, buf, 8), 3,
	   "open for reading waits for a writer: its bytes");
	SYS(close, fd);
	SYS(wait4, pid, 0, 0, 0);
	pid = start_child(opens_to_read, path);
	fd = SYS(open, path, O_WRONLY, 0);
	is(SYS(write, fd, "ab", 2), 2,
	   "open for writing waits for a reader: a write");
	SYS(wait4, pid, &status, 0, 0);
	is(WEXITSTATUS(status), 2, "the reader, a child, got both bytes");
	is(ignore(SIGPIPE), 0, "SIGPIPE is ignored from here on");
	is(SYS(write, fd, "ab", 2), -EPIPE,
	   "write without a reader is refused");
	SYS(close, fd);
	handle(SIGALRM, on_alarm, 0);
	SYS(setitimer, 0, soon, 0);
	is(SYS(open, path, O_RDONLY, 0), -EINTR,
	   "a signal ends an open that waits for a writer");
	is(SYS(open, path, O_WRONLY | O_NONBLOCK, 0), -ENXIO,
	   "after that open there is no reader");
	SYS(unlink, path);
}

/* Its open descriptor still exists, but there is nothing to be listed. */
static void removed_directory(void)
{
	uint8_t records[256];
	int dir;

	SYS(mkdir, scratch("d"), 0755);
	dir = SYS(open, scratch("d"), O_RDONLY);
	ok(SYS(getdents64, dir, records, sizeof(records)) > 0,
	   "getdents64 of a directory");
	is(SYS(rmdir, scratch("d")), 0, "rmdir of it");
	SYS(lseek, dir, 0, SEEK_SET);
	is(SYS(getdents64, dir, records, sizeof(records)), -ENOENT,
	   "getdents64 of a directory that was removed is refused");
	SYS(close, dir);
}

/* ---- /proc/sys/fs/protected_* ------------------------------------ */

static int32_t set(const char *name, const char *value)
{
	char path[64];
	int32_t fd, n;

	sprintf(path, "/proc/sys/fs/protected_%s", name);
	fd = SYS(open, path, 1, 0);
	n = SYS(write, fd, value, strlen(value));
	SYS(close, fd);
	return n;
}

/* In a directory like /tmp; `others' belongs to another user, and `link'. */
static int as_user(void *shared)
{
	char path[96], path2[96];

	SYS(chdir, shared);
	SYS(setuid32, 4321);
	sprintf(path, "%s", "others");
	sprintf(path2, "%s", "further");
	set("symlinks", "0"); /* no right to: nothing changes */
	is(SYS(access, "/proc/sys/fs/protected_symlinks", 4), 0,
	   "protected_symlinks can be read by all");
	is(SYS(open, "link", 0, 0), -EACCES,
	   "protected_symlinks: another user's link is not followed");
	is(SYS(open, "link/x", 0, 0), -ENOTDIR,
	   "nor looked at but at the end of a path");
	is(SYS(link, path, path2), -EPERM,
	   "protected_hardlinks: no further name of another user's file");
	is(SYS(link, "readable", path2), -EPERM,
	   "nor of one that can only be read");
	is(SYS(link, "writable", path2), 0, "of one that can be written to");
	is(SYS(open, "writable", 1 | 0100 /* O_CREAT */, 0600), -EACCES,
	   "protected_regular: O_CREAT does not open another user's file");
	ok(SYS(open, "writable", 1, 0) >= 0, "without O_CREAT it is opened");
	is(SYS(open, "fifo", 2 | 0100 /* O_CREAT */, 0600), -EACCES,
	   "protected_fifos: nor a FIFO");
	return 0;
}

static void off_again(const char *name, const char *value)
{
	is(set(name, value), 1, "protected_%s is set to %s", name, value);
}

/* Returns 0 or open's -errno. */
static int32_t open_and_close(const char *path, uint32_t flags)
{
	int32_t fd = SYS(open, path, flags, 0600);

	return fd < 0 ? fd : SYS(close, fd);
}

static int as_before(void *shared)
{
	SYS(chdir, shared);
	SYS(setuid32, 4321);
	is(open_and_close("link", 1 | 0100), 0,
	   "without protection all is allowed");
	is(SYS(link, "others", "another"), 0, "a further name, too");
	return 0;
}

static void protected_names(void)
{
	char shared[64], path[96];

	strcpy(shared, scratch("shared"));
	SYS(chmod, scratch(""), 0755);
	SYS(mkdir, shared, 0);
	SYS(chmod, shared, 01777);
	SYS(chown32, shared, 77, 77);
	SYS(chdir, shared);
	is(set("symlinks", "2"), -EINVAL, "protected_symlinks is 0 or 1");
	is(set("regular", "3"), -EINVAL, "protected_regular is 0 to 2");
	off_again("symlinks", "1");
	off_again("hardlinks", "1");
	off_again("regular", "1");
	off_again("fifos", "1");
	SYS(close, make_file("others", 1));
	SYS(chmod, "others", 0600);
	SYS(close, make_file("readable", 1));
	SYS(chmod, "readable", 0644);
	SYS(close, make_file("writable", 1));
	SYS(chmod, "writable", 0666);
	SYS(mknod, "fifo", 0010666, 0);
	SYS(chmod, "fifo", 0666);
	SYS(symlink, "writable", "link");
	checks_in_child(as_user, shared);
	off_again("symlinks", "0");
	off_again("hardlinks", "0");
	off_again("regular", "0");
	off_again("fifos", "0");
	checks_in_child(as_before, shared);
	SYS(chdir, "/");
	for (const char **name =
		     (const char *[]){ "others", "readable", "writable", "fifo",
				       "link", "further", "another", NULL };
	     *name; name++) {
		sprintf(path, "%s/%s", shared, *name);
		SYS(unlink, path);
	}
	SYS(rmdir, shared);
}

int main(void)
{
	SYS(umask, 022);
	hard_links();
	renames();
	removing();
	nodes();
	fifos();
	removed_directory();
	protected_names();
	remove_scratch();
	return done();
}
