/*
 * Parts of files: memory before it is written and back from it, holes, copies
 * from one file to another, files without a name; and another root.
 */
#include <uapi/fcntl.h>
#include <uapi/signal.h>
#include <uapi/stat.h>
#include "check.h"

static struct kstat64 stat_of(int fd)
{
	struct kstat64 st = { 0 };

	SYS(fstat64, fd, &st);
	return st;
}

static int32_t allocate(int fd, uint32_t mode, uint32_t offset, uint32_t bytes)
{
	return SYS(fallocate, fd, mode, offset, 0, bytes, 0);
}

static void allocating(void)
{
	int fd = SYS(open, scratch("f"), O_CREAT | O_RDWR, 0600), ends[2];

	is(allocate(fd, 0, 0, 3 * PAGE), 0, "fallocate");
	is((int32_t)stat_of(fd).st_size, 3 * PAGE, "its size");
	ok(stat_of(fd).st_blocks >= 24, "and its memory");
	is(allocate(fd, FALLOC_FL_KEEP_SIZE, 4 * PAGE, PAGE), 0, "KEEP_SIZE");
	is((int32_t)stat_of(fd).st_size, 3 * PAGE, "keeps it");
	is(allocate(fd, 0, 0, 0), -EINVAL, "of nothing");
	is(allocate(77, 0, 0, 1), -EBADF, "of no file");
	is(allocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 1), -EOPNOTSUPP,
	   "a hole that could move the end");
	SYS(pipe, ends);
	is(allocate(ends[1], 0, 0, 1), -ESPIPE, "of a pipe");
	SYS(close, ends[0]);
	SYS(close, ends[1]);
	SYS(close, fd);
	fd = SYS(open, scratch("f"), O_RDONLY, 0);
	is(allocate(fd, 0, 0, 1), -EBADF, "opened for reading");
	SYS(close, fd);
	SYS(unlink, scratch("f"));
}

static void punching(void)
{
	int fd = make_file(scratch("f"), 4 * PAGE);
	const uint32_t punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
	uint64_t blocks = stat_of(fd).st_blocks;
	uint8_t *map = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			    0);
	uint8_t last = map[PAGE + 99], after = map[2 * PAGE + 100];

	is(allocate(fd, punch, PAGE + 100, PAGE), 0, "a hole in two pages");
	ok(map[PAGE + 99] == last && map[2 * PAGE + 100] == after,
	   "what is around it stays");
	ok(map[PAGE + 100] == 0 && map[2 * PAGE + 99] == 0, "in it are zeroes");
	munmap(map, 4 * PAGE);
	is(allocate(fd, punch, 0, PAGE), 0, "a hole of one page");
	ok(stat_of(fd).st_blocks < blocks, "gives its memory back");
	is((int32_t)stat_of(fd).st_size, 4 * PAGE, "the size stays");
	is(allocate(fd, punch, 100 * PAGE, PAGE), 0, "behind the end");
	SYS(close, fd);
	SYS(unlink, scratch("f"));
}

static void seeking(void)
{
	int fd = make_file(scratch("f"), 100);

	is(SYS(lseek, fd, 10, SEEK_DATA), 10, "SEEK_DATA in data");
	is(SYS(lseek, fd, 10, SEEK_HOLE), 100, "SEEK_HOLE: the end");
	is(SYS(lseek, fd, 100, SEEK_DATA), -ENXIO, "no data behind it");
	is(SYS(lseek, fd, 100, SEEK_HOLE), -ENXIO, "and no hole");
	is(SYS(lseek, fd, 0, SEEK_CUR), 100, "where it was");
	SYS(close, fd);
	SYS(unlink, scratch("f"));
}

static void copying(void)
{
	int in = make_file(scratch("f"), 1000);
	int out = SYS(open, scratch("g"), O_CREAT | O_RDWR, 0600);
	uint64_t from = 100, to = 10;
	uint8_t buf[4];

	is(SYS(copy_file_range, in, &from, out, &to, 300, 0), 300, "a copy");
	ok(from == 400 && to == 310, "both positions move");
	is((int32_t)stat_of(out).st_size, 310, "the new size");
	SYS(pread64, out, buf, 4, 0, 10, 0);
	ok(buf[0] == 100 && buf[3] == 103, "the bytes");
	SYS(lseek, in, 990, SEEK_SET);
	is(SYS(copy_file_range, in, 0, out, 0, 300, 0), 10, "up to the end");
	is(SYS(lseek, in, 0, SEEK_CUR), 1000, "the files' own positions");
	is(SYS(copy_file_range, in, 0, out, 0, 300, 0), 0, "nothing is left");
	from = 0;
	to = 100;
	is(SYS(copy_file_range, in, &from, in, &to, 101, 0), -EINVAL,
	   "over itself");
	is(SYS(copy_file_range, in, &from, in, &to, 100, 0), 100, "beside it");
	is(SYS(copy_file_range, in, 0, out, 0, 1, 1), -EINVAL, "a flag");
	is(SYS(copy_file_range, in, 0, 77, 0, 1, 0), -EBADF, "to nowhere");
	SYS(close, out);
	out = SYS(open, scratch("g"), O_RDONLY, 0);
	is(SYS(copy_file_range, in, 0, out, 0, 1, 0), -EBADF,
	   "opened for reading");
	SYS(close, out);
	SYS(close, in);
	SYS(unlink, scratch("f"));
	SYS(unlink, scratch("g"));
}

static void nameless(void)
{
	int fd = SYS(open, scratch(""), O_TMPFILE | O_RDWR, 0600);
	char c = 0;

	ok(fd >= 0, "O_TMPFILE: a file in a directory");
	is((int32_t)stat_of(fd).st_nlink, 0, "without a name");
	is(SYS(write, fd, "x", 1), 1, "written");
	is(SYS(pread64, fd, &c, 1, 0, 0, 0), 1, "and read");
	SYS(close, fd);
	is(SYS(open, scratch(""), O_TMPFILE | O_RDONLY, 0600), -EINVAL,
	   "to read only");
	is(SYS(open, scratch("none"), O_TMPFILE | O_RDWR, 0600), -ENOENT,
	   "in no directory");
	is(SYS(rmdir, scratch("")), 0, "the directory was empty");
	SYS(mkdir, scratch(""), 0700);
}

static int in_another_root(void *dir)
{
	char path[64];
	struct kstat64 st, up;

	is(SYS(chroot, scratch("none")), -ENOENT, "chroot to nothing");
	is(SYS(chroot, scratch("d/f")), -ENOTDIR, "to a file");
	is(SYS(chroot, dir), 0, "to a directory");
	is(SYS(access, "/f", F_OK), 0, "a path begins there");
	is(SYS(access, "/tmp", F_OK), -ENOENT, "and nothing else is");
	is(SYS(chdir, "/"), 0, "the working directory follows");
	is(SYS(getcwd, path, sizeof(path)), 2, "its name");
	SYS(stat64, "/", &st);
	SYS(stat64, "/../..", &up);
	ok(st.st_ino == up.st_ino, "its parent is itself");
	is(SYS(symlink, "/f", "/l"), 0, "a link");
	is(SYS(access, "/l", F_OK), 0, "is followed from there");
	SYS(unlink, "/l");
	SYS(setuid32, 1001);
	is(SYS(chroot, "/"), -EPERM, "a user's chroot");
	return 0;
}

static void roots(void)
{
	char dir[64];
	int fd;

	strcpy(dir, scratch("d"));
	SYS(mkdir, dir, 0755);
	fd = make_file(scratch("d/f"), 1);
	SYS(close, fd);
	checks_in_child(in_another_root, dir);
	SYS(unlink, scratch("d/f"));
	SYS(rmdir, dir);
}

int main(void)
{
	allocating();
	punching();
	seeking();
	copying();
	nameless();
	roots();
	remove_scratch();
	return done();
}
