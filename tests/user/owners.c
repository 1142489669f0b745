/*
 * Owners and modes of files: the three classes, root, sticky and set-gid
 * directories, and the operations that clear set-uid. Run as root; each child
 * becomes another user for good.
 */
#include <uapi/fcntl.h>
#include <uapi/stat.h>
#include "check.h"

#define ALICE 1001
#define BOB   1002
#define TEAM  2001 /* a group that both may be in */

/* Changes to user and group uid; group is a further group, 0 for none. */
static void become(uint32_t uid, uint32_t group)
{
	SYS(setgroups32, group ? 1 : 0, &group);
	SYS(setresgid32, uid, uid, uid);
	SYS(setresuid32, uid, uid, uid);
}

static struct kstat64 stat_of(const char *path)
{
	struct kstat64 st = { 0 };

	SYS(lstat64, path, &st);
	return st;
}

static uint32_t mode_of(const char *path)
{
	return stat_of(path).st_mode & 07777;
}

/* A file of owner and group with that mode. */
static void make(const char *path, uint32_t uid, uint32_t gid, uint32_t mode)
{
	int32_t fd = SYS(open, path, O_CREAT | O_RDWR, 0600);

	SYS(close, fd);
	SYS(chown32, path, uid, gid);
	SYS(chmod, path, mode);
}

static int32_t try_open(const char *path, uint32_t flags)
{
	int32_t fd = SYS(open, path, flags, 0644);

	if (fd < 0)
		return fd;
	SYS(close, fd);
	return 0;
}

/* ---- attempts by another user, in a child ------------------------ */

struct attempt {
	uint32_t uid, group;
	const char *path;
	uint32_t flags;
};

static int open_as_child(void *arg)
{
	const struct attempt *try = arg;

	become(try->uid, try->group);
	return -try_open(try->path, try->flags);
}

/* Opens path as that user; returns 0 or -errno. */
static int32_t open_as(uint32_t uid, uint32_t group, const char *path,
		       uint32_t flags)
{
	struct attempt try = { uid, group, path, flags };

	return -WEXITSTATUS(in_child(open_as_child, &try));
}

static void three_classes(void)
{
	char path[64];

	strcpy(path, scratch("f"));
	make(path, ALICE, TEAM, 0640);
	is((int32_t)stat_of(path).st_uid, ALICE, "chown32 sets the owner");
	is((int32_t)stat_of(path).st_gid, TEAM, "chown32 sets the group");
	is(open_as(ALICE, 0, path, O_RDWR), 0,
	   "mode 0640: the owner can write");
	is(open_as(BOB, TEAM, path, O_RDONLY), 0,
	   "mode 0640: a member of the group can read");
	is(open_as(BOB, TEAM, path, O_RDWR), -EACCES,
	   "mode 0640: a member of the group cannot write");
	is(open_as(BOB, 0, path, O_RDONLY), -EACCES,
	   "mode 0640: others cannot read");
	is(open_as(BOB, 0, path, O_PATH), 0,
	   "mode 0640: others can open it with O_PATH");
	is(open_as(BOB, 0, path, O_TRUNC), -EACCES,
	   "mode 0640: others cannot open it with O_TRUNC");
	SYS(chmod, path, 0077);
	is(open_as(ALICE, TEAM, path, O_RDONLY), -EACCES,
	   "mode 0077: the owner gets the owner's bits only, none");
	is(open_as(BOB, 0, path, O_RDWR), 0,
	   "mode 0077: others can read and write");
	is(try_open(path, O_RDWR), 0, "root can, whatever the mode is");
	is(open_as(BOB, 0, path, O_NOATIME), -EPERM,
	   "O_NOATIME by a user who is not the owner is refused");
	SYS(chmod, path, 0600);
	SYS(unlink, path);
}

static int lookups(void *dir)
{
	char path[80];

	become(BOB, 0);
	sprintf(path, "%s/f", (char *)dir);
	is(try_open(path, O_RDONLY), -EACCES,
	   "without x on a directory a path through it is refused");
	is(SYS(chdir, dir), -EACCES, "without x chdir is refused");
	is(SYS(access, path, F_OK), -EACCES,
	   "without x access to a name in it is refused");
	is(try_open(dir, O_RDONLY), 0,
	   "with r the directory can be opened for listing");
	return 0;
}

static int changes(void *dir)
{
	char path[80], other[80];

	become(BOB, 0);
	sprintf(path, "%s/f", (char *)dir);
	sprintf(other, "%s/g", (char *)dir);
	is(try_open(path, O_RDONLY), 0,
	   "with x a file in the directory can be opened");
	is(SYS(unlink, path), -EACCES, "without w unlink is refused");
	is(SYS(rename, path, other), -EACCES, "without w rename is refused");
	is(SYS(mkdir, other, 0755), -EACCES, "without w mkdir is refused");
	is(SYS(symlink, "x", other), -EACCES, "without w symlink is refused");
	is(try_open(other, O_CREAT | O_RDWR), -EACCES,
	   "without w O_CREAT of a new name is refused");
	is(try_open(path, O_CREAT | O_RDONLY), 0,
	   "without w O_CREAT of an existing file opens it");
	is(SYS(mkdir, path, 0755), -EEXIST,
	   "without w mkdir of an existing name: EEXIST comes first");
	return 0;
}

static void directories(void)
{
	char dir[64], path[80];

	strcpy(dir, scratch("d"));
	sprintf(path, "%s/f", dir);
	SYS(mkdir, dir, 0755);
	make(path, 0, 0, 0644);
	SYS(chmod, dir, 0744);
	checks_in_child(lookups, dir);
	SYS(chmod, dir, 0711);
	checks_in_child(changes, dir);
	SYS(unlink, path);
	SYS(rmdir, dir);
}

/* ---- sticky and set-gid directories ------------------------------ */

static int in_sticky(void *dir)
{
	char path[80], other[80];

	become(BOB, 0);
	sprintf(path, "%s/f", (char *)dir);
	sprintf(other, "%s/g", (char *)dir);
	is(SYS(unlink, path), -EPERM,
	   "sticky directory: unlink of another user's file is refused");
	is(SYS(rename, path, other), -EPERM,
	   "sticky directory: rename of another user's file is refused");
	is(try_open(other, O_CREAT | O_RDWR), 0,
	   "sticky directory: a user can make an own file");
	is(SYS(rename, other, path), -EPERM,
	   "sticky directory: rename of it over another's is refused");
	is(SYS(unlink, other), 0,
	   "sticky directory: unlink of an own file is allowed");
	SYS(setresuid32, ALICE, ALICE, ALICE);
	return 0;
}

static void creat_mode(const char *path, uint32_t mode)
{
	int fd = SYS(open, path, O_CREAT | O_WRONLY | O_TRUNC, mode);

	SYS(close, fd);
}

static int in_shared(void *dir)
{
	char path[80];
	struct kstat64 st;

	become(BOB, 0);
	sprintf(path, "%s/f", (char *)dir);
	is(try_open(path, O_CREAT | O_RDWR), 0,
	   "a user makes a file in a set-gid directory");
	st = stat_of(path);
	is((int32_t)st.st_uid, BOB, "the file's owner is the user");
	is((int32_t)st.st_gid, TEAM, "the file's group is the directory's");
	SYS(unlink, path);
	creat_mode(path, 06767);
	is((int32_t)mode_of(path), 06745,
	   "creat with set-uid, and set-gid without the group's x, keeps both");
	SYS(unlink, path);
	creat_mode(path, 06777);
	is((int32_t)mode_of(path), 04755,
	   "creat with set-gid for a group that is not his clears that");
	SYS(unlink, path);
	is(SYS(mkdir, path, 0755), 0, "a user makes a directory in it");
	is((int32_t)mode_of(path), 02755, "that directory is set-gid, too");
	SYS(rmdir, path);
	return 0;
}

static void special_directories(void)
{
	char dir[64], path[80];

	strcpy(dir, scratch("d"));
	sprintf(path, "%s/f", dir);
	SYS(mkdir, dir, 0755);
	make(path, ALICE, ALICE, 0644);
	SYS(chmod, dir, 01777);
	checks_in_child(in_sticky, dir);
	SYS(unlink, path);
	SYS(chown32, dir, 0, TEAM);
	SYS(chmod, dir, 02777);
	checks_in_child(in_shared, dir);
	SYS(rmdir, dir);
}

/* ---- changing owner and mode ------------------------------------- */

static int as_owner(void *path)
{
	become(ALICE, TEAM);
	is(SYS(chmod, path, 0600), 0, "chmod by the owner");
	is(SYS(chown32, path, BOB, -1), -EPERM,
	   "chown32 by the owner to another user is refused");
	is(SYS(chown32, path, ALICE, -1), 0,
	   "chown32 by the owner to himself is allowed");
	is(SYS(chown32, path, -1, TEAM), 0,
	   "chown32 by the owner to a group of his is allowed");
	is(SYS(chown32, path, -1, BOB), -EPERM,
	   "chown32 by the owner to another group is refused");
	SYS(chmod, path, 02755);
	is((int32_t)mode_of(path), 02755,
	   "chmod by the owner can set set-gid for a group of his");
	return 0;
}

static int as_other(void *path)
{
	int fd;

	become(BOB, 0);
	is(SYS(chmod, path, 0777), -EPERM, "chmod by another user is refused");
	is(SYS(chown32, path, BOB, BOB), -EPERM,
	   "chown32 by another user is refused");
	is(SYS(chown32, path, -1, -1), -EPERM,
	   "chown32 that only clears set-gid is refused to another user");
	fd = SYS(open, path, O_RDONLY, 0);
	is(SYS(fchmod, fd, 0777), -EPERM, "fchmod by another user is refused");
	is(SYS(fchown32, fd, BOB, BOB), -EPERM,
	   "fchown32 by another user is refused");
	SYS(close, fd);
	return 0;
}

static int out_of_group(void *path)
{
	become(ALICE, 0);
	is(SYS(chmod, path, 02755), 0,
	   "chmod 02755 by the owner of a file of a foreign group");
	is((int32_t)mode_of(path), 0755, "it does not set set-gid");
	return 0;
}

static void changing(void)
{
	char path[64];

	strcpy(path, scratch("f"));
	make(path, ALICE, ALICE, 0644);
	checks_in_child(as_owner, path);
	checks_in_child(as_other, path);
	checks_in_child(out_of_group, path);
	is(SYS(chown, path, 7, 0xffff), 0,
	   "chown, the call with 16 bits, with 65535 as the group");
	is((int32_t)stat_of(path).st_uid, 7, "the owner is the given one");
	is((int32_t)stat_of(path).st_gid, TEAM, "the group is unchanged");
	is(SYS(chown32, path, 0xffff, 70000), 0,
	   "chown32 to a user of 65535 and a group above 16 bits");
	is((int32_t)stat_of(path).st_uid, 0xffff, "the owner is 65535");
	is((int32_t)stat_of(path).st_gid, 70000, "the group is the given one");
	is(SYS(symlink, path, scratch("l")), 0, "a symbolic link to the file");
	is(SYS(lchown32, scratch("l"), 5, 6), 0, "lchown32 of the link");
	is((int32_t)stat_of(scratch("l")).st_uid, 5, "the link has the owner");
	is((int32_t)stat_of(path).st_uid, 0xffff, "the file does not have it");
	is(SYS(fchownat, AT_FDCWD, scratch("l"), 8, 8, 0), 0,
	   "fchownat of the link");
	is((int32_t)stat_of(path).st_uid, 8, "the file has the owner");
	is(SYS(fchownat, AT_FDCWD, path, 8, 8, 0x8000), -EINVAL,
	   "fchownat with an unknown flag is refused");
	is(SYS(fchmodat, AT_FDCWD, scratch("l"), 0604), 0,
	   "fchmodat of the link");
	is((int32_t)mode_of(path), 0604, "the file has the mode");
	is(SYS(fchmod, 77, 0600), -EBADF,
	   "fchmod of a closed descriptor is refused");
	SYS(unlink, scratch("l"));
	SYS(unlink, path);
}

/* ---- set-uid ----------------------------------------------------- */

static int writes(void *path)
{
	int fd;

	become(BOB, 0);
	fd = SYS(open, path, O_WRONLY, 0);
	is(SYS(write, fd, "x", 1), 1,
	   "a user writes to a set-uid and set-gid file");
	SYS(close, fd);
	return 0;
}

static int truncates(void *path)
{
	become(BOB, 0);
	is(SYS(truncate, path, 0), 0,
	   "a user truncates a set-uid and set-gid file");
	return 0;
}

static void set_ids(void)
{
	char path[64];
	int fd;

	strcpy(path, scratch("s"));
	make(path, ALICE, ALICE, 06777);
	is((int32_t)mode_of(path), 06777,
	   "the mode of a set-uid and set-gid file");
	checks_in_child(writes, path);
	is((int32_t)mode_of(path), 0777, "the write has cleared both bits");
	SYS(chmod, path, 06777);
	checks_in_child(truncates, path);
	is((int32_t)mode_of(path), 0777,
	   "the truncation has cleared both bits");
	SYS(chmod, path, 06777);
	fd = SYS(open, path, O_WRONLY, 0);
	is(SYS(write, fd, "x", 1), 1,
	   "root writes to a set-uid and set-gid file");
	is((int32_t)mode_of(path), 06777, "that keeps both bits");
	SYS(close, fd);
	SYS(chown32, path, ALICE, ALICE);
	is((int32_t)mode_of(path), 0777, "chown32 by root clears both bits");
	SYS(chmod, path, 06766);
	SYS(chown32, path, ALICE, ALICE);
	is((int32_t)mode_of(path), 02766,
	   "chown32 keeps set-gid where the group has no x");
	SYS(unlink, path);
}

/* ---- access ------------------------------------------------------ */

static int as_real_user(void *path)
{
	SYS(setresgid32, BOB, 0, 0);
	SYS(setresuid32, BOB, 0, 0);
	is(try_open(path, O_RDONLY), 0,
	   "a set-uid program opens a file of root");
	is(SYS(access, path, R_OK), -EACCES,
	   "access checks with the real user: refused");
	is(SYS(faccessat2, AT_FDCWD, path, R_OK, AT_EACCESS), 0,
	   "faccessat2 with AT_EACCESS checks with the effective user");
	is(SYS(faccessat, AT_FDCWD, path, W_OK), -EACCES,
	   "faccessat checks with the real user: refused");
	return 0;
}

static void asking(void)
{
	char path[64];

	strcpy(path, scratch("a"));
	make(path, 0, 0, 0600);
	checks_in_child(as_real_user, path);
	is(SYS(access, path, R_OK | W_OK), 0,
	   "access by root to read and write a file of mode 0600");
	is(SYS(access, path, X_OK), -EACCES,
	   "access by root to execute it: no x bit, refused");
	is(SYS(access, path, 8), -EINVAL,
	   "access with an unknown mode is refused");
	is(SYS(faccessat2, AT_FDCWD, path, 0, 1), -EINVAL,
	   "faccessat2 with an unknown flag is refused");
	SYS(unlink, path);
}

int main(void)
{
	SYS(umask, 022);
	SYS(chmod, scratch(""), 0777);
	three_classes();
	directories();
	special_directories();
	changing();
	set_ids();
	asking();
	remove_scratch();
	return done();
}
