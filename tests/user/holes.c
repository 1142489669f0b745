/*
 * fallocate, holes in files, SEEK_DATA and SEEK_HOLE, copy_file_range, files
 * without a name (O_TMPFILE), and chroot.
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

	is(allocate(fd, 0, 0, 3 * PAGE), 0,
	   "fallocate of three pages in an empty file");
	is((int32_t)stat_of(fd).st_size, 3 * PAGE,
	   "the file is three pages long");
	ok(stat_of(fd).st_blocks >= 24,
	   "the file has at least that much memory");
	is(allocate(fd, FALLOC_FL_KEEP_SIZE, 4 * PAGE, PAGE), 0,
	   "fallocate with FALLOC_FL_KEEP_SIZE behind the end");
	is((int32_t)stat_of(fd).st_size, 3 * PAGE,
	   "the file's length is unchanged");
	is(allocate(fd, 0, 0, 0), -EINVAL, "fallocate of 0 bytes is refused");
	is(allocate(77, 0, 0, 1), -EBADF,
	   "fallocate of a closed descriptor is refused");
	is(allocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 1), -EOPNOTSUPP,
	   "FALLOC_FL_PUNCH_HOLE without FALLOC_FL_KEEP_SIZE is refused");
	SYS(pipe, ends);
	is(allocate(ends[1], 0, 0, 1), -ESPIPE,
	   "fallocate of a pipe is refused");
	SYS(close, ends[0]);
	SYS(close, ends[1]);
	SYS(close, fd);
	fd = SYS(open, scratch("f"), O_RDONLY, 0);
	is(allocate(fd, 0, 0, 1), -EBADF,
	   "fallocate of a file opened for reading is refused");
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

	is(allocate(fd, punch, PAGE + 100, PAGE), 0,
	   "FALLOC_FL_PUNCH_HOLE across two pages");
	ok(map[PAGE + 99] == last && map[2 * PAGE + 100] == after,
	   "the bytes around the hole stay");
	ok(map[PAGE + 100] == 0 && map[2 * PAGE + 99] == 0,
	   "the bytes in the hole are zero");
	munmap(map, 4 * PAGE);
	is(allocate(fd, punch, 0, PAGE), 0,
	   "FALLOC_FL_PUNCH_HOLE of one whole page");
	ok(stat_of(fd).st_blocks < blocks, "the page's memory is freed");
	is((int32_t)stat_of(fd).st_size, 4 * PAGE,
	   "the file's length is unchanged by a hole");
	is(allocate(fd, punch, 100 * PAGE, PAGE), 0,
	   "FALLOC_FL_PUNCH_HOLE behind the end is accepted");
	SYS(close, fd);
	SYS(unlink, scratch("f"));
}

static void seeking(void)
{
	int fd = make_file(scratch("f"), 100);

	is(SYS(lseek, fd, 10, SEEK_DATA), 10,
	   "SEEK_DATA within data stays there");
	is(SYS(lseek, fd, 10, SEEK_HOLE), 100,
	   "SEEK_HOLE goes to the end of a file without holes");
	is(SYS(lseek, fd, 100, SEEK_DATA), -ENXIO,
	   "SEEK_DATA at the end is refused");
	is(SYS(lseek, fd, 100, SEEK_HOLE), -ENXIO,
	   "SEEK_HOLE at the end is refused");
	is(SYS(lseek, fd, 0, SEEK_CUR), 100,
	   "a refused lseek does not move the position");
	SYS(close, fd);
	SYS(unlink, scratch("f"));
}

/* Pages 1 and 4 of six are written. */
static void seeking_holes(void)
{
	static const uint32_t data[] = { 1, 1, 4, 4, 4 },
			      hole[] = { 0, 2, 2, 3, 5 };
	int fd = make_file(scratch("f"), 0);
	volatile uint8_t *map;

	SYS(pwrite64, fd, "a", 1, 0, PAGE + 100, 0);
	SYS(pwrite64, fd, "b", 1, 0, 4 * PAGE, 0);
	SYS(ftruncate, fd, 6 * PAGE - 10);
	map = mmap(0, 6 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	for (uint32_t i = 0; i < ARRAY_SIZE(data); i++) {
		is(SYS(lseek, fd, i * PAGE, SEEK_DATA),
		   (int32_t)(data[i] * PAGE), "SEEK_DATA from page %lu", i);
		is(SYS(lseek, fd, i * PAGE, SEEK_HOLE),
		   (int32_t)(hole[i] * PAGE), "SEEK_HOLE from page %lu", i);
	}
	is(SYS(lseek, fd, PAGE + 7, SEEK_DATA), PAGE + 7,
	   "SEEK_DATA within a written page stays there");
	is(SYS(lseek, fd, 2 * PAGE + 7, SEEK_HOLE), 2 * PAGE + 7,
	   "SEEK_HOLE within a hole stays there");
	is(SYS(lseek, fd, 5 * PAGE, SEEK_DATA), -ENXIO,
	   "SEEK_DATA in the last hole is refused");
	map[5 * PAGE] = 1;
	is(SYS(lseek, fd, 5 * PAGE, SEEK_DATA), 5 * PAGE,
	   "a page that was stored into is data");
	is(SYS(lseek, fd, 4 * PAGE, SEEK_HOLE), 6 * PAGE - 10,
	   "behind the last data the end is the hole");
	is(allocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE, PAGE),
	   0, "a hole is punched");
	is(SYS(lseek, fd, 0, SEEK_DATA), 4 * PAGE, "and is no data any more");
	munmap((void *)map, 6 * PAGE);
	SYS(close, fd);
	SYS(unlink, scratch("f"));
}

static void copying(void)
{
	int in = make_file(scratch("f"), 1000);
	int out = SYS(open, scratch("g"), O_CREAT | O_RDWR, 0600), status;
	uint64_t from = 100, to = 10;
	uint8_t buf[4];

	is(SYS(copy_file_range, in, &from, out, &to, 300, 0), 300,
	   "copy_file_range copies at given positions");
	ok(from == 400 && to == 310, "both positions move by its result");
	is((int32_t)stat_of(out).st_size, 310,
	   "the target has grown to the end of the copy");
	SYS(pread64, out, buf, 4, 0, 10, 0);
	ok(buf[0] == 100 && buf[3] == 103,
	   "the target contains the source's bytes");
	SYS(lseek, in, 990, SEEK_SET);
	is(SYS(copy_file_range, in, 0, out, 0, 300, 0), 10,
	   "copy_file_range ends at the source's end");
	is(SYS(lseek, in, 0, SEEK_CUR), 1000,
	   "without given positions the files' own ones move");
	is(SYS(copy_file_range, in, 0, out, 0, 300, 0), 0,
	   "at the source's end nothing is copied");
	from = 0;
	to = 100;
	is(SYS(copy_file_range, in, &from, in, &to, 101, 0), -EINVAL,
	   "overlapping ranges of one file are refused");
	is(SYS(copy_file_range, in, &from, in, &to, 100, 0), 100,
	   "ranges of one file that do not overlap are copied");
	is(SYS(copy_file_range, in, 0, out, 0, 1, 1), -EINVAL,
	   "an unknown flag is refused");
	is(SYS(copy_file_range, in, 0, 77, 0, 1, 0), -EBADF,
	   "a target that is not open is refused");
	SYS(close, out);
	out = SYS(open, scratch("g"), O_WRONLY, 0);
	status = SYS(open, "/proc/self/status", O_RDONLY, 0);
	is(SYS(copy_file_range, status, 0, out, 0, 10, 0), -EXDEV,
	   "a source in another file system is refused");
	SYS(close, status);
	SYS(close, out);
	out = SYS(open, scratch("g"), O_RDONLY, 0);
	is(SYS(copy_file_range, in, 0, out, 0, 1, 0), -EBADF,
	   "a target opened for reading is refused");
	SYS(close, out);
	SYS(close, in);
	SYS(unlink, scratch("f"));
	SYS(unlink, scratch("g"));
}

static void nameless(void)
{
	int fd = SYS(open, scratch(""), O_TMPFILE | O_RDWR, 0600);
	char c = 0;

	ok(fd >= 0, "O_TMPFILE opens a new file in a directory");
	is((int32_t)stat_of(fd).st_nlink, 0, "the file has no name");
	is(SYS(write, fd, "x", 1), 1, "a file of O_TMPFILE can be written");
	is(SYS(pread64, fd, &c, 1, 0, 0, 0), 1,
	   "a file of O_TMPFILE can be read");
	SYS(close, fd);
	is(SYS(open, scratch(""), O_TMPFILE | O_RDONLY, 0600), -EINVAL,
	   "O_TMPFILE for reading only is refused");
	is(SYS(open, scratch("none"), O_TMPFILE | O_RDWR, 0600), -ENOENT,
	   "O_TMPFILE in a directory that does not exist is refused");
	is(SYS(rmdir, scratch("")), 0, "the directory has stayed empty");
	SYS(mkdir, scratch(""), 0700);
}

static int in_another_root(void *dir)
{
	char path[64];
	struct kstat64 st, up;

	is(SYS(chroot, scratch("none")), -ENOENT,
	   "chroot to a path that does not exist is refused");
	is(SYS(chroot, scratch("d/f")), -ENOTDIR,
	   "chroot to a file is refused");
	is(SYS(chroot, dir), 0, "chroot to a directory");
	SYS(getcwd, path, sizeof(path));
	ok(!strcmp(path, "(unreachable)/"),
	   "getcwd tells that the directory is not below the new root");
	is(SYS(access, "/f", F_OK), 0,
	   "an absolute path begins at the new root");
	is(SYS(access, "/tmp", F_OK), -ENOENT,
	   "a path outside the new root is not found");
	is(SYS(chdir, "/"), 0, "chdir to the new root");
	is(SYS(getcwd, path, sizeof(path)), 2,
	   "getcwd of the new root returns a slash and a NUL");
	SYS(stat64, "/", &st);
	SYS(stat64, "/../..", &up);
	ok(st.st_ino == up.st_ino,
	   "the parent of the new root is the root itself");
	is(SYS(symlink, "/f", "/l"), 0,
	   "a symbolic link with an absolute target");
	is(SYS(access, "/l", F_OK), 0, "its target begins at the new root");
	SYS(unlink, "/l");
	SYS(setuid32, 1001);
	is(SYS(chroot, "/"), -EPERM,
	   "chroot by a process that is not root is refused");
	return 0;
}

static int in_removed_root(void *dir)
{
	char path[64] = "";

	SYS(mkdir, dir, 0755);
	SYS(chdir, "/tmp");
	SYS(chroot, dir);
	SYS(rmdir, strrchr(dir, '/') + 1);
	SYS(getcwd, path, sizeof(path));
	ok(!strcmp(path, "(unreachable)/tmp"),
	   "getcwd tells it, too, after the root was removed");
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
	strcpy(dir, "/tmp/holes-root");
	checks_in_child(in_removed_root, dir);
}

/* Pages that were only read lie in the cache, but are no data. */
static void seeking_clean_pages(void)
{
	static char bytes[PAGE];
	const uint32_t n = 3000;
	int fd = make_file(scratch("f"), 0);

	SYS(pwrite64, fd, "a", 1, 0, (n - 1) * PAGE, 0);
	SYS(lseek, fd, 0, SEEK_SET);
	while (SYS(read, fd, bytes, PAGE) == PAGE)
		;
	is(SYS(lseek, fd, 0, SEEK_DATA), (int32_t)((n - 1) * PAGE),
	   "SEEK_DATA behind 2,999 pages that were only read");
	is(SYS(lseek, fd, 10 * PAGE, SEEK_HOLE), (int32_t)(10 * PAGE),
	   "SEEK_HOLE among them");
	SYS(close, fd);
	SYS(unlink, scratch("f"));
}

int main(void)
{
	allocating();
	punching();
	seeking();
	seeking_holes();
	seeking_clean_pages();
	copying();
	nameless();
	roots();
	remove_scratch();
	return done();
}
