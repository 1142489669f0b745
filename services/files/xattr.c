/*
 * services/files/xattr.c - extended attributes: no file here has any.
 *
 * Programs that copy files also copy attributes. They accept -EOPNOTSUPP, which
 * means that the file system keeps none, but not -ENOSYS. Wrong arguments are
 * reported first, as on Linux.
 */
#include <asm/uaccess.h>
#include <fs/fs.h>
#include <services/files/files.h>
#include <uapi/xattr.h>

/* Whether path leads to a file. 0 or -errno. */
static s32 of_path(uaddr_t path, u32 flags)
{
	struct inode *inode;
	s32 err = user_path_lookup(AT_FDCWD, path, flags, &inode);

	if (!err)
		iput(inode);
	return err;
}

/* Whether fd is open, O_PATH excluded. 0 or -EBADF. */
static s32 of_fd(u32 fd)
{
	struct inode *inode;
	s32 err = fd_inode(fd, false, &inode);

	if (!err)
		iput(inode);
	return err;
}

/*
 * The result of a call about one attribute. err: the lookup's, which comes
 * first.
 */
static s32 no_attribute(s32 err, uaddr_t name)
{
	char text[XATTR_NAME_MAX + 1];
	u32 length;

	if (!err)
		err = strncpy_from_user(text, name, sizeof(text), &length);
	if (err)
		/* For these calls a name of wrong length is -ERANGE. */
		return err == -ENAMETOOLONG ? -ERANGE : err;
	return length == 0 ? -ERANGE : -EOPNOTSUPP;
}

/*
 * The result of a call that sets an attribute: Linux's errors for wrong
 * arguments, else -EOPNOTSUPP.
 */
static s32 no_room(s32 err, uaddr_t name, u32 bytes, u32 flags)
{
	/* Linux checks the flags before it copies the name. */
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

/* getxattr(2) and removexattr(2): both name a file and an attribute. */
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

/* listxattr(2): the list of all attributes has 0 bytes. */
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
