/*
 * Extended attributes: the file systems keep none and report that by
 * EOPNOTSUPP, which programs that copy files accept.
 */
#include <uapi/fcntl.h>
#include <uapi/xattr.h>
#include "check.h"

static char name_of_256[257], name_of_255[256];

static void one_attribute(const char *path, int fd)
{
	char value[8] = "value";

	is(SYS(getxattr, path, "user.a", value, 8), -EOPNOTSUPP,
	   "getxattr is not supported");
	is(SYS(lgetxattr, path, "user.a", value, 8), -EOPNOTSUPP,
	   "lgetxattr is not supported");
	is(SYS(fgetxattr, fd, "user.a", value, 8), -EOPNOTSUPP,
	   "fgetxattr is not supported");
	is(SYS(setxattr, path, "user.a", value, 5, 0), -EOPNOTSUPP,
	   "setxattr is not supported");
	is(SYS(lsetxattr, path, "user.a", value, 5, XATTR_CREATE), -EOPNOTSUPP,
	   "lsetxattr is not supported");
	is(SYS(fsetxattr, fd, "user.a", value, 5, XATTR_REPLACE), -EOPNOTSUPP,
	   "fsetxattr is not supported");
	is(SYS(removexattr, path, "user.a"), -EOPNOTSUPP,
	   "removexattr is not supported");
	is(SYS(lremovexattr, path, "user.a"), -EOPNOTSUPP,
	   "lremovexattr is not supported");
	is(SYS(fremovexattr, fd, "user.a"), -EOPNOTSUPP,
	   "fremovexattr is not supported");
}

static void lists(const char *path, int fd)
{
	char list[64];

	is(SYS(listxattr, path, list, 64), 0,
	   "listxattr returns an empty list");
	is(SYS(listxattr, path, 0, 0), 0,
	   "listxattr without a buffer returns its size");
	is(SYS(llistxattr, path, list, 64), 0,
	   "llistxattr returns an empty list");
	is(SYS(flistxattr, fd, list, 64), 0,
	   "flistxattr returns an empty list");
	is(SYS(listxattr, scratch("none"), list, 64), -ENOENT,
	   "listxattr of a missing file is refused");
	is(SYS(flistxattr, 99, list, 64), -EBADF,
	   "flistxattr of a closed descriptor is refused");
	is(SYS(listxattr, 0, list, 64), -EFAULT,
	   "listxattr of a NULL path is refused");
}

static void wrong(const char *path)
{
	is(SYS(getxattr, scratch("none"), "user.a", 0, 0), -ENOENT,
	   "getxattr of a missing file is refused");
	is(SYS(fgetxattr, 99, "user.a", 0, 0), -EBADF,
	   "fgetxattr of a closed descriptor is refused");
	is(SYS(getxattr, path, "", 0, 0), -ERANGE,
	   "getxattr with an empty name is refused");
	is(SYS(getxattr, path, name_of_256, 0, 0), -ERANGE,
	   "getxattr with a name of 256 bytes is refused");
	is(SYS(getxattr, path, name_of_255, 0, 0), -EOPNOTSUPP,
	   "getxattr with a name of 255 bytes is not supported");
	is(SYS(getxattr, path, 0, 0, 0), -EFAULT,
	   "getxattr with a name at address 0 is refused");
	is(SYS(setxattr, path, "user.a", "x", 1, 4), -EINVAL,
	   "setxattr with an unknown flag is refused");
	is(SYS(setxattr, path, "user.a", 0, XATTR_SIZE_MAX + 1, 0), -E2BIG,
	   "setxattr with a value of 65537 bytes is refused");
	is(SYS(setxattr, path, "", "x", 1, 0), -ERANGE,
	   "setxattr with an empty name is refused");
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
