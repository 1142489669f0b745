/*
 * execveat: a program named by a descriptor, or from an open directory.
 */
#include <uapi/fcntl.h>
#include "check.h"

extern char **environ;

struct call {
	int dirfd;
	const char *path;
	int flags;
};

static int run(void *arg)
{
	const struct call *c = arg;
	const char *argv[] = { "anew", "42", NULL };

	return -SYS(execveat, c->dirfd, c->path, argv, environ, c->flags);
}

/* The error of an execveat, or what its program returns. */
static int answer(int dirfd, const char *path, int flags)
{
	struct call c = { dirfd, path, flags };

	return WEXITSTATUS(in_child(run, &c));
}

static void programs(void)
{
	int self = SYS(open, "/proc/self/exe", O_RDONLY);
	int place = SYS(open, "/proc/self/exe", O_PATH);
	int dir = SYS(open, "/test", O_RDONLY | O_DIRECTORY);
	int cwd;

	is(answer(self, "", AT_EMPTY_PATH), 42, "by a descriptor");
	is(answer(place, "", AT_EMPTY_PATH), 42, "opened with O_PATH");
	is(answer(dir, "execveat", 0), 42, "from a directory");
	is(answer(77, "/test/execveat", 0), 42, "by a whole path");
	cwd = SYS(chdir, "/test");
	is(cwd, 0, "from where it stands");
	is(answer(AT_FDCWD, "execveat", 0), 42, "by a path");
	is(answer(self, "", 0), ENOENT, "an empty path alone");
	is(answer(77, "", AT_EMPTY_PATH), EBADF, "what is not open");
	is(answer(77, "execveat", 0), EBADF, "from what is not open");
	is(answer(self, "execveat", 0), ENOTDIR, "from a file");
	is(answer(dir, "nothing", 0), ENOENT, "what is not there");
	is(answer(dir, "", AT_EMPTY_PATH), EACCES, "a directory");
	is(answer(dir, "execveat", 0x4000), EINVAL, "an unknown flag");
	is(answer(dir, (const char *)0x10, 0), EFAULT, "no path");
}

static void links(void)
{
	const char *link = scratch("link");

	SYS(symlink, "/test/execveat", link);
	is(answer(AT_FDCWD, link, 0), 42, "through a symbolic link");
	is(answer(AT_FDCWD, link, AT_SYMLINK_NOFOLLOW), ELOOP, "or not");
	is(answer(AT_FDCWD, "/test/execveat", AT_SYMLINK_NOFOLLOW), 42,
	   "what is no link");
	SYS(unlink, link);
	remove_scratch();
}

int main(int argc, char **argv)
{
	if (argc == 2)
		return atoi(argv[1]); /* run anew, by itself */
	programs();
	links();
	return done();
}
