/*
 * Whose a file is, and what that means: owner, group and others, root, sticky
 * and set-gid directories, and what clears set-uid. Run as root; each child
 * becomes another user for good.
 */
#include <uapi/fcntl.h>
#include <uapi/stat.h>
#include "check.h"

#define ALICE 1001
#define BOB   1002
#define TEAM  2001 /* a group that both may be in */

/* Become uid, of group uid, and of no further group unless group is not 0. */
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

/* ---- what a child can do as somebody ----------------------------- */

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

/* 0 or -errno of an open as that user. */
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
	is((int32_t)stat_of(path).st_uid, ALICE, "chown: the owner");
	is((int32_t)stat_of(path).st_gid, TEAM, "and the group");
	is(open_as(ALICE, 0, path, O_RDWR), 0, "0640: the owner writes");
	is(open_as(BOB, TEAM, path, O_RDONLY), 0, "the group reads");
	is(open_as(BOB, TEAM, path, O_RDWR), -EACCES, "and does not write");
	is(open_as(BOB, 0, path, O_RDONLY), -EACCES, "others do neither");
	is(open_as(BOB, 0, path, O_PATH), 0, "a place in the tree they may be");
	is(open_as(BOB, 0, path, O_TRUNC), -EACCES, "O_TRUNC writes");
	SYS(chmod, path, 0077);
	is(open_as(ALICE, TEAM, path, O_RDONLY), -EACCES,
	   "0077: the owner's bits count for the owner, and no others");
	is(open_as(BOB, 0, path, O_RDWR), 0, "others may do all");
	is(try_open(path, O_RDWR), 0, "root may whatever the mode says");
	is(open_as(BOB, 0, path, O_NOATIME), -EPERM,
	   "O_NOATIME is the owner's");
	SYS(chmod, path, 0600);
	SYS(unlink, path);
}

static int lookups(void *dir)
{
	char path[80];

	become(BOB, 0);
	sprintf(path, "%s/f", (char *)dir);
	is(try_open(path, O_RDONLY), -EACCES, "a path through a directory: x");
	is(SYS(chdir, dir), -EACCES, "as chdir");
	is(SYS(access, path, F_OK), -EACCES, "and access");
	is(try_open(dir, O_RDONLY), 0, "r: its names may be listed");
	return 0;
}

static int changes(void *dir)
{
	char path[80], other[80];

	become(BOB, 0);
	sprintf(path, "%s/f", (char *)dir);
	sprintf(other, "%s/g", (char *)dir);
	is(try_open(path, O_RDONLY), 0, "x: what is in it may be opened");
	is(SYS(unlink, path), -EACCES, "without w no name goes");
	is(SYS(rename, path, other), -EACCES, "none changes");
	is(SYS(mkdir, other, 0755), -EACCES, "no directory is made");
	is(SYS(symlink, "x", other), -EACCES, "no link");
	is(try_open(other, O_CREAT | O_RDWR), -EACCES, "no file");
	is(try_open(path, O_CREAT | O_RDONLY), 0, "what is there is opened");
	is(SYS(mkdir, path, 0755), -EEXIST, "or found to be there");
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
	is(SYS(unlink, path), -EPERM, "sticky: another's file stays");
	is(SYS(rename, path, other), -EPERM, "and keeps its name");
	is(try_open(other, O_CREAT | O_RDWR), 0, "one's own is made");
	is(SYS(rename, other, path), -EPERM, "does not replace the other");
	is(SYS(unlink, other), 0, "and goes");
	SYS(setresuid32, ALICE, ALICE, ALICE);
	return 0;
}

static int in_shared(void *dir)
{
	char path[80];
	struct kstat64 st;

	become(BOB, 0);
	sprintf(path, "%s/f", (char *)dir);
	is(try_open(path, O_CREAT | O_RDWR), 0,
	   "a file in a set-gid directory");
	st = stat_of(path);
	is((int32_t)st.st_uid, BOB, "is its maker's");
	is((int32_t)st.st_gid, TEAM, "and the directory's group's");
	SYS(unlink, path);
	is(SYS(mkdir, path, 0755), 0, "a directory there");
	is((int32_t)mode_of(path), 02755, "is set-gid, too");
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
	is(SYS(chmod, path, 0600), 0, "the owner's chmod");
	is(SYS(chown32, path, BOB, -1), -EPERM, "gives it to nobody");
	is(SYS(chown32, path, ALICE, -1), 0, "but to himself");
	is(SYS(chown32, path, -1, TEAM), 0, "and to a group of his");
	is(SYS(chown32, path, -1, BOB), -EPERM, "not to another group");
	SYS(chmod, path, 02755);
	is((int32_t)mode_of(path), 02755, "set-gid of his own group");
	return 0;
}

static int as_other(void *path)
{
	int fd;

	become(BOB, 0);
	is(SYS(chmod, path, 0777), -EPERM, "another's chmod");
	is(SYS(chown32, path, BOB, BOB), -EPERM, "another's chown");
	is(SYS(chown32, path, -1, -1), -EPERM,
	   "of a set-gid program, that changes only this");
	fd = SYS(open, path, O_RDONLY, 0);
	is(SYS(fchmod, fd, 0777), -EPERM, "by descriptor");
	is(SYS(fchown32, fd, BOB, BOB), -EPERM, "both");
	SYS(close, fd);
	return 0;
}

static int out_of_group(void *path)
{
	become(ALICE, 0);
	is(SYS(chmod, path, 02755), 0, "chmod of a file of a foreign group");
	is((int32_t)mode_of(path), 0755, "does not set set-gid");
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
	is(SYS(chown, path, 7, 0xffff), 0, "chown of 16 bits, -1 there");
	is((int32_t)stat_of(path).st_uid, 7, "the owner");
	is((int32_t)stat_of(path).st_gid, TEAM, "the group as it was");
	is(SYS(chown32, path, 0xffff, 70000), 0, "of 32 bits");
	is((int32_t)stat_of(path).st_uid, 0xffff, "an owner of 65535");
	is((int32_t)stat_of(path).st_gid, 70000, "a group beyond 16 bits");
	is(SYS(symlink, path, scratch("l")), 0, "a link");
	is(SYS(lchown32, scratch("l"), 5, 6), 0, "lchown is the link's");
	is((int32_t)stat_of(scratch("l")).st_uid, 5, "its owner");
	is((int32_t)stat_of(path).st_uid, 0xffff, "not the file's");
	is(SYS(fchownat, AT_FDCWD, scratch("l"), 8, 8, 0), 0, "fchownat");
	is((int32_t)stat_of(path).st_uid, 8, "follows it");
	is(SYS(fchownat, AT_FDCWD, path, 8, 8, 0x8000), -EINVAL, "a flag");
	is(SYS(fchmodat, AT_FDCWD, scratch("l"), 0604), 0, "fchmodat");
	is((int32_t)mode_of(path), 0604, "follows it, too");
	is(SYS(fchmod, 77, 0600), -EBADF, "fchmod of nothing");
	SYS(unlink, scratch("l"));
	SYS(unlink, path);
}

/* ---- set-uid ----------------------------------------------------- */

static int writes(void *path)
{
	int fd;

	become(BOB, 0);
	fd = SYS(open, path, O_WRONLY, 0);
	is(SYS(write, fd, "x", 1), 1, "who may, writes to it");
	SYS(close, fd);
	return 0;
}

static int truncates(void *path)
{
	become(BOB, 0);
	is(SYS(truncate, path, 0), 0, "or truncates it");
	return 0;
}

static void set_ids(void)
{
	char path[64];
	int fd;

	strcpy(path, scratch("s"));
	make(path, ALICE, ALICE, 06777);
	is((int32_t)mode_of(path), 06777, "a set-uid and set-gid program");
	checks_in_child(writes, path);
	is((int32_t)mode_of(path), 0777, "is neither any more");
	SYS(chmod, path, 06777);
	checks_in_child(truncates, path);
	is((int32_t)mode_of(path), 0777, "is neither any more");
	SYS(chmod, path, 06777);
	fd = SYS(open, path, O_WRONLY, 0);
	is(SYS(write, fd, "x", 1), 1, "root writes to it");
	is((int32_t)mode_of(path), 06777, "and it stays");
	SYS(close, fd);
	SYS(chown32, path, ALICE, ALICE);
	is((int32_t)mode_of(path), 0777, "but for root's chown");
	SYS(chmod, path, 06766);
	SYS(chown32, path, ALICE, ALICE);
	is((int32_t)mode_of(path), 02766, "that leaves set-gid without x");
	SYS(unlink, path);
}

/* ---- access ------------------------------------------------------ */

static int as_real_user(void *path)
{
	SYS(setresgid32, BOB, 0, 0);
	SYS(setresuid32, BOB, 0, 0);
	is(try_open(path, O_RDONLY), 0, "root's file, as a set-uid program");
	is(SYS(access, path, R_OK), -EACCES, "access asks for the real user");
	is(SYS(faccessat2, AT_FDCWD, path, R_OK, AT_EACCESS), 0,
	   "AT_EACCESS does not");
	is(SYS(faccessat, AT_FDCWD, path, W_OK), -EACCES, "faccessat does");
	return 0;
}

static void asking(void)
{
	char path[64];

	strcpy(path, scratch("a"));
	make(path, 0, 0, 0600);
	checks_in_child(as_real_user, path);
	is(SYS(access, path, R_OK | W_OK), 0, "access by root");
	is(SYS(access, path, X_OK), -EACCES, "x, for which one is needed");
	is(SYS(access, path, 8), -EINVAL, "a mode that is none");
	is(SYS(faccessat2, AT_FDCWD, path, 0, 1), -EINVAL, "a flag");
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
