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

/* Returns execveat's error, positive, or its program's exit status. */
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

	is(answer(self, "", AT_EMPTY_PATH), 42,
	   "AT_EMPTY_PATH runs the file of a descriptor");
	is(answer(place, "", AT_EMPTY_PATH), 42,
	   "the descriptor may be opened with O_PATH");
	is(answer(dir, "execveat", 0), 42,
	   "a relative path begins at the descriptor's directory");
	is(answer(77, "/test/execveat", 0), 42,
	   "with an absolute path the descriptor is not looked at");
	cwd = SYS(chdir, "/test");
	is(cwd, 0, "chdir to the program's directory");
	is(answer(AT_FDCWD, "execveat", 0), 42,
	   "AT_FDCWD: a relative path begins at the working directory");
	is(answer(self, "", 0), ENOENT,
	   "an empty path without AT_EMPTY_PATH is refused");
	is(answer(77, "", AT_EMPTY_PATH), EBADF,
	   "AT_EMPTY_PATH of a closed descriptor is refused");
	is(answer(77, "execveat", 0), EBADF,
	   "a relative path from a closed descriptor is refused");
	is(answer(self, "execveat", 0), ENOTDIR,
	   "a relative path from a descriptor of a file is refused");
	is(answer(dir, "nothing", 0), ENOENT,
	   "a name that is not in the directory is refused");
	is(answer(dir, "", AT_EMPTY_PATH), EACCES,
	   "a directory cannot be executed");
	is(answer(dir, "execveat", 0x4000), EINVAL,
	   "an unknown flag is refused");
	is(answer(dir, (const char *)0x10, 0), EFAULT,
	   "a path at an unmapped address is refused");
}

static void links(void)
{
	const char *link = scratch("link");

	SYS(symlink, "/test/execveat", link);
	is(answer(AT_FDCWD, link, 0), 42, "a symbolic link is followed");
	is(answer(AT_FDCWD, link, AT_SYMLINK_NOFOLLOW), ELOOP,
	   "AT_SYMLINK_NOFOLLOW refuses a symbolic link");
	is(answer(AT_FDCWD, "/test/execveat", AT_SYMLINK_NOFOLLOW), 42,
	   "AT_SYMLINK_NOFOLLOW runs a file that is no link");
	SYS(unlink, link);
	remove_scratch();
}

/* A script that this program runs, and that makes it exit with 42. */
static void scripts(void)
{
	static const char text[] = "#!/test/execveat 42\n";
	int dir = SYS(open, "/tmp", O_RDONLY | O_DIRECTORY);
	int closed = SYS(open, "/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = SYS(open, "/tmp/script", O_RDWR | O_CREAT, 0755), kept;

	SYS(write, fd, text, sizeof(text) - 1);
	SYS(close, fd);
	fd = SYS(open, "/tmp/script", O_RDONLY | O_CLOEXEC);
	kept = SYS(open, "/tmp/script", O_RDONLY);
	is(answer(kept, "", AT_EMPTY_PATH), 42, "a script of a descriptor");
	is(answer(fd, "", AT_EMPTY_PATH), ENOENT,
	   "the same of a descriptor that execve closes is refused");
	is(answer(dir, "script", 0), 42, "a script of a directory");
	is(answer(closed, "script", 0), ENOENT,
	   "the same of a directory that execve closes is refused");
	is(answer(closed, "/tmp/script", 0), 42,
	   "an absolute path does not need it");
	is(answer(closed, "nothing", 0), ENOENT, "no file is in it");
	SYS(close, fd);
	fd = SYS(open, "/proc/self/exe", O_RDONLY | O_CLOEXEC);
	is(answer(fd, "", AT_EMPTY_PATH), 42,
	   "a program may be of a descriptor that execve closes");
	SYS(chmod, "/tmp/script", 0644);
	is(answer(closed, "script", 0), EACCES, "a script without x");
	SYS(unlink, "/tmp/script");
	SYS(close, kept);
	SYS(close, dir);
	SYS(close, closed);
	SYS(close, fd);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return atoi(argv[1]); /* run anew, by itself or a script */
	programs();
	links();
	scripts();
	return done();
}
