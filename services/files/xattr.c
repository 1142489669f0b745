/*
 * services/files/xattr.c - extended attributes: no file here has any.
 *
 * Programs that copy files ask for them, and take -EOPNOTSUPP for "none can be
 * kept", but not -ENOSYS. What is wrong about a call is said as on Linux, before.
 */
#include <asm/uaccess.h>
#include <fs/fs.h>
#include <services/files/files.h>
#include <uapi/xattr.h>

/* Does this lead to a file? 0 or -errno. */
static s32 of_path(uaddr_t path, u32 flags)
{
	struct inode *inode;
	s32 err = user_path_lookup(AT_FDCWD, path, flags, &inode);

	if (!err)
		iput(inode);
	return err;
}

static s32 of_fd(u32 fd)
{
	struct inode *inode;
	s32 err = fd_inode(fd, false, &inode);

	if (!err)
		iput(inode);
	return err;
}

/* The answer to a call about one attribute; err: there is no such file. */
static s32 no_attribute(s32 err, uaddr_t name)
{
	char text[XATTR_NAME_MAX + 1];
	u32 length;

	if (!err)
		err = strncpy_from_user(text, name, sizeof(text), &length);
	if (err)
		return err == -ENAMETOOLONG ? -ERANGE : err;
	return length == 0 ? -ERANGE : -EOPNOTSUPP;
}

static s32 no_room(s32 err, uaddr_t name, u32 bytes, u32 flags)
{
	if (!err && flags & ~(u32)(XATTR_CREATE | XATTR_REPLACE))
		return -EINVAL;
	err = no_attribute(err, name);
	return err == -EOPNOTSUPP && bytes > XATTR_SIZE_MAX ? -E2BIG : err;
}

s32 sys_setxattr(uaddr_t path, uaddr_t name, uaddr_t value __unused_arg,
		 u32 bytes, u32 flags)
{
	return no_room(of_path(path, LOOKUP_FOLLOW), name, bytes, flags);
}

s32 sys_lsetxattr(uaddr_t path, uaddr_t name, uaddr_t value __unused_arg,
		  u32 bytes, u32 flags)
{
	return no_room(of_path(path, 0), name, bytes, flags);
}

s32 sys_fsetxattr(u32 fd, uaddr_t name, uaddr_t value __unused_arg, u32 bytes,
		  u32 flags)
{
	return no_room(of_fd(fd), name, bytes, flags);
}

/* And removexattr: both name a file and an attribute. */
s32 sys_getxattr(uaddr_t path, uaddr_t name)
{
	return no_attribute(of_path(path, LOOKUP_FOLLOW), name);
}

s32 sys_lgetxattr(uaddr_t path, uaddr_t name)
{
	return no_attribute(of_path(path, 0), name);
}

s32 sys_fgetxattr(u32 fd, uaddr_t name)
{
	return no_attribute(of_fd(fd), name);
}

/* The list of all attributes has 0 bytes. */
s32 sys_listxattr(uaddr_t path)
{
	return of_path(path, LOOKUP_FOLLOW);
}

s32 sys_llistxattr(uaddr_t path)
{
	return of_path(path, 0);
}

s32 sys_flistxattr(u32 fd)
{
	return of_fd(fd);
}
