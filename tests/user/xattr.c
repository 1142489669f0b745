/*
 * Extended attributes: a file system that keeps none says so, and programs that
 * copy files take that for an answer.
 */
#include <uapi/fcntl.h>
#include <uapi/xattr.h>
#include "check.h"

static char name_of_256[257], name_of_255[256];

static void one_attribute(const char *path, int fd)
{
	char value[8] = "value";

	is(SYS(getxattr, path, "user.a", value, 8), -EOPNOTSUPP, "getxattr");
	is(SYS(lgetxattr, path, "user.a", value, 8), -EOPNOTSUPP, "lgetxattr");
	is(SYS(fgetxattr, fd, "user.a", value, 8), -EOPNOTSUPP, "fgetxattr");
	is(SYS(setxattr, path, "user.a", value, 5, 0), -EOPNOTSUPP, "setxattr");
	is(SYS(lsetxattr, path, "user.a", value, 5, XATTR_CREATE), -EOPNOTSUPP,
	   "lsetxattr");
	is(SYS(fsetxattr, fd, "user.a", value, 5, XATTR_REPLACE), -EOPNOTSUPP,
	   "fsetxattr");
	is(SYS(removexattr, path, "user.a"), -EOPNOTSUPP, "removexattr");
	is(SYS(lremovexattr, path, "user.a"), -EOPNOTSUPP, "lremovexattr");
	is(SYS(fremovexattr, fd, "user.a"), -EOPNOTSUPP, "fremovexattr");
}

static void lists(const char *path, int fd)
{
	char list[64];

	is(SYS(listxattr, path, list, 64), 0, "listxattr: no names");
	is(SYS(listxattr, path, 0, 0), 0, "asked for the size alone");
	is(SYS(llistxattr, path, list, 64), 0, "llistxattr");
	is(SYS(flistxattr, fd, list, 64), 0, "flistxattr");
	is(SYS(listxattr, scratch("none"), list, 64), -ENOENT, "no such file");
	is(SYS(flistxattr, 99, list, 64), -EBADF, "no such descriptor");
	is(SYS(listxattr, 0, list, 64), -EFAULT, "no path");
}

static void wrong(const char *path)
{
	is(SYS(getxattr, scratch("none"), "user.a", 0, 0), -ENOENT,
	   "get, no such file");
	is(SYS(fgetxattr, 99, "user.a", 0, 0), -EBADF, "no such descriptor");
	is(SYS(getxattr, path, "", 0, 0), -ERANGE, "a name of no bytes");
	is(SYS(getxattr, path, name_of_256, 0, 0), -ERANGE, "of 256 bytes");
	is(SYS(getxattr, path, name_of_255, 0, 0), -EOPNOTSUPP, "of 255");
	is(SYS(getxattr, path, 0, 0, 0), -EFAULT, "nowhere");
	is(SYS(setxattr, path, "user.a", "x", 1, 4), -EINVAL, "set, bad flag");
	is(SYS(setxattr, path, "user.a", 0, XATTR_SIZE_MAX + 1, 0), -E2BIG,
	   "a value of 65537 bytes");
	is(SYS(setxattr, path, "", "x", 1, 0), -ERANGE, "set without a name");
}

int main(void)
{
	const char *path = "/tmp/xattr";
	int fd = make_file(path, 10);

	memset(name_of_256, 'u', 256);
	memset(name_of_255, 'u', 255);
	memcpy(name_of_255, "user.", 5);
	one_attribute(path, fd);
	lists(path, fd);
	wrong(path);
	SYS(close, fd);
	SYS(unlink, path);
	remove_scratch();
	return done();
}
