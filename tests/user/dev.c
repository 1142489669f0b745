/*
 * What programs expect in /dev besides devices: their own descriptors by name, and
 * a directory for shared memory. On Linux its init makes them.
 */
#include <uapi/fcntl.h>
#include <uapi/stat.h>
#include "check.h"

static char text[64];

static void link_is(const char *path, const char *want)
{
	memset(text, 0, sizeof(text));
	SYS(readlink, path, text, sizeof(text) - 1);
	ok(!strcmp(text, want), "%s is %s", path, want);
}

int main(void)
{
	struct kstat64 st = { 0 };
	char path[32];
	int fd, ends[2];

	link_is("/dev/fd", "/proc/self/fd");
	link_is("/dev/stdin", "/proc/self/fd/0");
	link_is("/dev/stdout", "/proc/self/fd/1");
	link_is("/dev/stderr", "/proc/self/fd/2");
	SYS(pipe, ends);
	sprintf(path, "/dev/fd/%d", ends[0]);
	fd = SYS(open, path, O_RDONLY, 0);
	SYS(write, ends[1], "through", 7);
	is(SYS(read, fd, text, sizeof(text)), 7,
	   "a pipe's end can be opened by its name in /dev/fd: a read");
	is(SYS(stat64, "/dev/shm", &st), 0, "stat64 of /dev/shm");
	is((int32_t)st.st_mode, S_IFDIR | 01777,
	   "it is a directory for everybody, with the sticky bit");
	fd = SYS(open, "/dev/shm/test-dev", O_RDWR | O_CREAT | O_EXCL, 0600);
	ok(fd >= 0, "a file can be made there");
	is(SYS(unlink, "/dev/shm/test-dev"), 0, "unlink of that file");
	return done();
}
