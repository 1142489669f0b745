/*
 * stat, lstat, fstat and getdents, whose numbers are those of programs that are
 * built without large files: the same facts as stat64's, in 64 bytes, and as
 * getdents64's.
 */
#include <uapi/fcntl.h>
#include <uapi/old_stat.h>
#include <uapi/stat.h>
#include "check.h"

static struct kstat st;
static struct kstat64 want;

static bool same_times(void)
{
	return st.st_atime_sec == want.st_atime_sec &&
		st.st_atime_nsec == want.st_atime_nsec &&
		st.st_mtime_sec == want.st_mtime_sec &&
		st.st_mtime_nsec == want.st_mtime_nsec &&
		st.st_ctime_sec == want.st_ctime_sec &&
		st.st_ctime_nsec == want.st_ctime_nsec;
}

/* st and want have been filled from the same file. */
static void agree(const char *what)
{
	ok(st.st_dev == want.st_dev && st.st_ino == want.st_ino &&
		   st.st_rdev == want.st_rdev,
	   "%s: the devices and the inode's number", what);
	ok(st.st_mode == want.st_mode && st.st_nlink == want.st_nlink,
	   "%s: mode and links", what);
	ok(st.st_size == want.st_size && st.st_blocks == want.st_blocks &&
		   st.st_blksize == want.st_blksize,
	   "%s: size and blocks", what);
	ok(same_times(), "%s: times", what);
}

static void kinds(const char *file, const char *link)
{
	int32_t fd = SYS(open, file, O_RDWR | O_CREAT, 0640);

	SYS(write, fd, "abc", 3);
	SYS(symlink, file, link);
	SYS(stat64, file, &want);
	is(SYS(fstat, fd, &st), 0, "fstat");
	agree("fstat");
	is(SYS(stat, link, &st), 0, "stat follows a link");
	agree("stat");
	SYS(lstat64, link, &want);
	is(SYS(lstat, link, &st), 0, "lstat does not");
	agree("lstat");
	SYS(stat64, "/dev/null", &want);
	is(SYS(stat, "/dev/null", &st), 0, "stat of a device");
	agree("device");
	SYS(close, fd);
}

static void ids(const char *file)
{
	SYS(chown32, file, 70000, 65535);
	SYS(stat, file, &st);
	is(st.st_uid, 65534, "an owner above 65535");
	is(st.st_gid, 65535, "a group of 65535");
}

static void errors(const char *file)
{
	int32_t fd = SYS(open, file, O_RDWR, 0);

	SYS(ftruncate64, fd, 0, 0x7fffffff, 0);
	is(SYS(fstat, fd, &st), 0,
	   "fstat of a file of one byte less than 2 GiB");
	is((int32_t)st.st_size, 0x7fffffff, "its size");
	SYS(ftruncate64, fd, 0, 0x80000000u, 0);
	is(SYS(fstat, fd, &st), -EOVERFLOW, "fstat of a file of 2 GiB");
	is(SYS(stat, file, &st), -EOVERFLOW, "stat of it");
	SYS(close, fd);
	is(SYS(fstat, fd, &st), -EBADF, "fstat of a closed descriptor");
	is(SYS(stat, "/nothing", &st), -ENOENT, "stat of no file");
	is(SYS(stat, "", &st), -ENOENT, "stat of an empty path");
	is(SYS(lstat, "/", 16), -EFAULT, "lstat to an unmapped address");
}

/* ---- getdents ---------------------------------------------------- */

/* The last byte of a record is the type. */
struct old_dirent {
	uint32_t d_ino;
	uint32_t d_off;
	uint16_t d_reclen;
	char d_name[];
} __attribute__((packed));

static char old_records[512], records[512];

/* Returns how many of the n bytes in old_records agree with getdents64's. */
static int agreeing(int n)
{
	const struct linux_dirent64 *newer = (struct linux_dirent64 *)records;
	const struct old_dirent *old;
	int at = 0;

	while (at < n) {
		old = (struct old_dirent *)(old_records + at);
		if (old->d_ino != (uint32_t)newer->d_ino ||
		    old->d_off != (uint32_t)newer->d_off ||
		    strcmp(old->d_name, newer->d_name) ||
		    old_records[at + old->d_reclen - 1] != newer->d_type ||
		    old->d_reclen != ((10 + strlen(old->d_name) + 5) & ~3u))
			break;
		at += old->d_reclen;
		newer = (struct linux_dirent64 *)((char *)newer +
						  newer->d_reclen);
	}
	return at;
}

static void listing(const char *dir, const char *file)
{
	int fd = SYS(open, dir, O_RDONLY | O_DIRECTORY, 0);
	int n = SYS(getdents, fd, old_records, sizeof(old_records));
	int first, other = SYS(open, file, O_RDONLY, 0);

	is(n, 4 * 16, "getdents of a directory with two names");
	is(SYS(getdents, fd, records, sizeof(records)), 0,
	   "then it is at the end");
	SYS(_llseek, fd, 0, 0, records, 0);
	SYS(getdents64, fd, records, sizeof(records));
	is(agreeing(n), n, "its records say what getdents64's do");
	SYS(_llseek, fd, 0, 0, records, 0);
	first = SYS(getdents, fd, records, 16);
	is(first, 16, "getdents with room for one record");
	is(SYS(getdents, fd, records + first, sizeof(records) - first),
	   n - first, "the next call returns the others");
	ok(!memcmp(records + first, old_records + first, n - first),
	   "which are the same as before");
	SYS(_llseek, fd, 0, 0, records, 0);
	is(SYS(getdents, fd, records, 15), -EINVAL, "with room for none");
	is(SYS(getdents, fd, 16, 16), -EFAULT, "to an unmapped address");
	is(SYS(getdents, other, records, 16), -ENOTDIR, "of a file");
	SYS(close, other);
	SYS(close, fd);
	is(SYS(getdents, fd, records, 16), -EBADF, "of a closed descriptor");
}

int main(void)
{
	char file[64], link[64];

	strcpy(file, scratch("file"));
	strcpy(link, scratch("link"));
	kinds(file, link);
	ids(file);
	listing(scratch(""), file);
	errors(file);
	SYS(unlink, file);
	SYS(unlink, link);
	remove_scratch();
	return done();
}
