/*
 * atime, mtime and ctime of a file: which operation moves which of them, and
 * the calls that set them.
 */
#include <uapi/fcntl.h>
#include <uapi/stat.h>
#include "check.h"

#define ALICE 1001

static char path[64], dir[64];

static struct kstat64 stat_of(const char *name)
{
	struct kstat64 st = { 0 };

	SYS(lstat64, name, &st);
	return st;
}

/* Sets the times to a few seconds after 1970, so that any change is seen. */
static void make_old(const char *name)
{
	static const uint32_t old[] = { 100, 1, 200, 2 };

	SYS(utimensat, AT_FDCWD, name, old, 0);
	sleep_ms(20); /* the next change has another time */
}

/* Returns the letters of the times (a, m, c) that differ from those in old. */
static const char *moved(const char *name, const struct kstat64 *old)
{
	static char text[4];
	struct kstat64 st = stat_of(name);
	char *p = text;

	if (st.st_atime_sec != old->st_atime_sec ||
	    st.st_atime_nsec != old->st_atime_nsec)
		*p++ = 'a';
	if (st.st_mtime_sec != old->st_mtime_sec ||
	    st.st_mtime_nsec != old->st_mtime_nsec)
		*p++ = 'm';
	if (st.st_ctime_sec != old->st_ctime_sec ||
	    st.st_ctime_nsec != old->st_ctime_nsec)
		*p++ = 'c';
	*p = '\0';
	return text;
}

static void expect(const char *name, const struct kstat64 *old,
		   const char *want, const char *text)
{
	const char *got = moved(name, old);

	ok(strcmp(got, want) == 0, "%s moves \"%s\", not \"%s\"", text, want,
	   strcmp(got, want) == 0 ? "more" : got);
}

static struct kstat64 aged(const char *name)
{
	make_old(name);
	return stat_of(name);
}

static void by_use(void)
{
	struct kstat64 old = aged(path);
	uint8_t *map;
	char c;
	int fd = SYS(open, path, O_RDWR, 0);

	expect(path, &old, "", "opening");
	SYS(read, fd, &c, 1);
	expect(path, &old, "a", "reading");
	old = stat_of(path);
	sleep_ms(20);
	SYS(read, fd, &c, 1);
	expect(path, &old, "", "reading again");
	old = aged(path);
	SYS(write, fd, "x", 1);
	expect(path, &old, "mc", "writing");
	old = aged(path);
	SYS(write, fd, "x", 0);
	expect(path, &old, "", "writing nothing");
	SYS(ftruncate, fd, 5000);
	expect(path, &old, "mc", "truncating");
	old = aged(path);
	SYS(fchmod, fd, 0600);
	expect(path, &old, "c", "chmod");
	old = aged(path);
	SYS(fchown32, fd, ALICE, ALICE);
	expect(path, &old, "c", "chown");
	map = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	old = aged(path);
	map[0] = 1;
	expect(path, &old, "mc", "a store into a shared mapping");
	munmap(map, PAGE);
	SYS(close, fd);
}

static void by_names(void)
{
	char other[80];
	struct kstat64 old = aged(path), at = aged(dir);

	sprintf(other, "%s/f", dir);
	SYS(link, path, other);
	expect(path, &old, "c", "a further name");
	expect(dir, &at, "mc", "a name in a directory");
	old = aged(path);
	at = aged(dir);
	SYS(unlink, other);
	expect(path, &old, "c", "a name less");
	expect(dir, &at, "mc", "in the directory");
	old = aged(path);
	SYS(rename, path, other);
	expect(other, &old, "c", "rename");
	SYS(rename, other, path);
	old = aged(dir);
	SYS(access, other, 0);
	expect(dir, &old, "", "looking for a name");
}

static void setting(void)
{
	uint32_t ts[4] = { 7, 8, 9, 10 }, tv[4] = { 7, 8, 9, 10 };
	struct kstat64 st, old = aged(path);

	is(SYS(utimensat, AT_FDCWD, path, ts, 0), 0, "utimensat of a file");
	st = stat_of(path);
	ok(st.st_atime_sec == 7 && st.st_atime_nsec == 8 &&
		   st.st_mtime_sec == 9 && st.st_mtime_nsec == 10,
	   "both times are set to the nanosecond");
	ok(st.st_ctime_sec > 1000, "ctime is the time of the call");
	ts[1] = UTIME_OMIT;
	ts[3] = UTIME_NOW;
	is(SYS(utimensat, AT_FDCWD, path, ts, 0), 0,
	   "utimensat with UTIME_OMIT and UTIME_NOW");
	st = stat_of(path);
	ok(st.st_atime_sec == 7 && st.st_mtime_sec > 1000,
	   "atime is unchanged, mtime is now");
	ts[3] = UTIME_OMIT;
	is(SYS(utimensat, AT_FDCWD, "/none", ts, 0), 0,
	   "with both UTIME_OMIT the path is not looked at");
	is(SYS(utimes, path, tv), 0, "utimes of a file");
	st = stat_of(path);
	ok(st.st_atime_nsec == 8000 && st.st_mtime_nsec == 10000,
	   "both times are set to the microsecond");
	tv[1] = 1000000;
	is(SYS(utimes, path, tv), -EINVAL,
	   "utimes with 1000000 microseconds is refused");
	is(SYS(utimes, path, 0), 0, "utimes without times");
	ok(stat_of(path).st_mtime_sec > 1000, "mtime is now");
	is(SYS(futimesat, AT_FDCWD, scratch("none"), 0), -ENOENT,
	   "futimesat of a name that does not exist is refused");
	old = stat_of(path);
	ok(old.st_atime_sec == old.st_mtime_sec,
	   "utimes without times sets both to the same second");
}

static int as_other(void *arg)
{
	static const uint32_t some[4] = { 1, 0, 1, 0 };

	(void)arg;
	SYS(setgroups32, 0, 0);
	SYS(setresgid32, 5, 5, 5);
	SYS(setresuid32, 5, 5, 5);
	is(SYS(utimensat, AT_FDCWD, path, some, 0), -EPERM,
	   "a user who may write a file cannot set times of his choice");
	is(SYS(utimensat, AT_FDCWD, path, 0, 0), 0,
	   "he may set both to the present time");
	is(SYS(utimensat, AT_FDCWD, dir, 0, 0), -EACCES,
	   "a user who may not write a file cannot do even that");
	return 0;
}

static void syncing(void)
{
	uint32_t buf[32];
	int fds[2];
	int fd = SYS(open, path, O_RDONLY, 0);

	is(SYS(fdatasync, fd), 0, "fdatasync of a file");
	is(SYS(fsync, fd), 0, "fsync of a file");
	is(SYS(syncfs, fd), 0, "syncfs of a file's file system");
	is(SYS(syncfs, 77), -EBADF, "syncfs of a closed descriptor is refused");
	is(SYS(fstatfs64, fd, 84, buf), 0, "fstatfs64 of a file");
	is((int32_t)buf[1], 4096, "the size of a block");
	is(SYS(statfs, "/", buf), 0, "statfs of the root");
	is(SYS(fstatfs, fd, buf), 0, "fstatfs of a file");
	is(SYS(statfs, scratch("none"), buf), -ENOENT,
	   "statfs of a name that does not exist is refused");
	SYS(close, fd);
	SYS(pipe, fds);
	is(SYS(fsync, fds[1]), -EINVAL, "fsync of a pipe is refused");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

int main(void)
{
	int fd;

	a_date();
	SYS(umask, 022);
	strcpy(path, scratch("f"));
	strcpy(dir, scratch("d"));
	SYS(mkdir, dir, 0755);
	fd = make_file(path, 100);
	SYS(close, fd);
	by_use();
	by_names();
	setting();
	SYS(chmod, path, 0666);
	SYS(chmod, scratch(""), 0755);
	checks_in_child(as_other, 0);
	syncing();
	SYS(unlink, path);
	SYS(rmdir, dir);
	remove_scratch();
	return done();
}
