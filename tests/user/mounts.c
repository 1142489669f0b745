/*
 * mount and umount2: a tmpfs covers a directory until it is unmounted; what statx
 * and statfs tell of a mount.
 */
#include <uapi/fcntl.h>
#include <uapi/mount.h>
#include <uapi/stat.h>
#include <uapi/statfs.h>
#include "check.h"

static char dir[64], file[80], inner[80];

static struct kstat64 stat_of(const char *path)
{
	struct kstat64 st = { 0 };

	SYS(stat64, path, &st);
	return st;
}

static int32_t mount_on(const char *path, const char *type, const char *options)
{
	return SYS(mount, "memory", path, type, 0, options);
}

static char text[4096];

static void read_file(const char *path)
{
	int fd = SYS(open, path, O_RDONLY, 0), n, all = 0;

	while ((n = SYS(read, fd, text + all, sizeof(text) - 1 - all)) > 0)
		all += n;
	text[all] = '\0';
	SYS(close, fd);
}

/* Returns whether /proc/mounts contains this text. */
static bool listed(const char *end)
{
	read_file("/proc/mounts");
	return strstr(text, end);
}

/* Reads path's line of mountinfo: its ids and device. False if it has none. */
static bool mountinfo(const char *path, unsigned int *id, unsigned int *parent,
		      unsigned int *minor)
{
	char *line, place[64];

	read_file("/proc/self/mountinfo");
	for (line = text; *line; line = strchr(line, '\n') + 1)
		if (sscanf(line, "%u %u 0:%u / %63s rw", id, parent, minor,
			   place) == 4 &&
		    !strcmp(place, path))
			return strstr(line, " - ");
	return false;
}

/* df and findmnt find a mount by its device and the one that it stands on. */
static void mount_ids(uint64_t dev)
{
	unsigned int root, id, parent, minor, deeper, above;
	char deep[80];

	ok(mountinfo("/", &root, &parent, &minor),
	   "mountinfo has a line for the root");
	ok(mountinfo(dir, &id, &parent, &minor),
	   "mountinfo has a line for the new mount");
	ok(id != root && id != parent, "the new mount has a number of its own");
	is((int32_t)(minor - (dev & 0xff)), 0,
	   "its device number is the one that stat reports");
	sprintf(deep, "%s/deep", dir);
	SYS(mkdir, deep, 0700);
	is(mount_on(deep, "tmpfs", NULL), 0,
	   "a mount on a directory inside the new one");
	ok(mountinfo(deep, &deeper, &above, &minor) && above == id,
	   "its parent in mountinfo is the new mount");
	SYS(umount2, deep, 0);
	SYS(rmdir, deep);
	read_file("/proc/self/mountstats");
	sprintf(deep, "device memory mounted on %.40s", dir);
	ok(strstr(text, deep) != NULL,
	   "mountstats has a line for the new mount");
}

static void covering(void)
{
	struct kstat64 below = stat_of(dir), st;
	struct statfs64 fs;
	char line[100];
	int fd = make_file(file, 10);

	SYS(close, fd);
	is(mount_on(dir, "tmpfs", "mode=750,uid=5,gid=6"), 0,
	   "mount of a tmpfs with a mode and owners");
	st = stat_of(dir);
	ok(st.st_dev != below.st_dev, "stat reports another device there");
	is((int32_t)(st.st_mode & 07777), 0750,
	   "the root of the mount has the given mode");
	ok(st.st_uid == 5 && st.st_gid == 6,
	   "the root of the mount has the given user and group");
	is(SYS(access, file, F_OK), -ENOENT,
	   "what the directory contained is covered");
	is(SYS(statfs64, dir, sizeof(fs), &fs), 0, "statfs64 of the mount");
	is((int32_t)fs.f_type, TMPFS_MAGIC, "its type is tmpfs");
	sprintf(line, "memory %s tmpfs ", dir);
	ok(listed(line), "/proc/mounts has a line for it");
	mount_ids(st.st_dev);
	fd = make_file(inner, 20);
	SYS(close, fd);
	ok(stat_of(inner).st_dev == st.st_dev,
	   "stat of a new file in it reports its device");
	is(SYS(link, inner, scratch("l")), -EXDEV,
	   "link to another file system is refused");
	is(SYS(rename, inner, scratch("l")), -EXDEV,
	   "rename to another file system is refused");
	is(SYS(rmdir, dir), -EBUSY,
	   "rmdir of the directory that is mounted on is refused");
	is(SYS(rename, dir, scratch("e")), -EBUSY,
	   "rename of that directory is refused");
	SYS(chdir, dir);
	ok(stat_of("..").st_ino == stat_of(scratch("")).st_ino,
	   ".. of the mount is the parent of the directory");
	SYS(getcwd, line, sizeof(line));
	ok(strcmp(line, dir) == 0,
	   "getcwd in the mount is the directory's path");
	is(SYS(umount2, dir, 0), -EBUSY,
	   "umount2 of a working directory's mount is refused");
	SYS(chdir, "/");
	fd = SYS(open, inner, O_RDONLY, 0);
	is(SYS(umount2, dir, 0), -EBUSY,
	   "umount2 while a file in it is open is refused");
	SYS(close, fd);
	is(SYS(umount2, dir, 0), 0, "umount2 when nothing uses it");
	is(SYS(access, file, F_OK), 0, "what it covered is visible again");
	is(SYS(umount2, dir, 0), -EINVAL,
	   "umount2 of a directory without a mount is refused");
	ok(!listed(dir), "/proc/mounts has no line for it any more");
}

static void stacking(void)
{
	char c = 0;
	int fd;

	is(mount_on(dir, "tmpfs", 0), 0, "mount on a directory");
	SYS(mkdir, inner, 0700);
	is(mount_on(dir, "tmpfs", 0), 0,
	   "a second mount on the same directory");
	is(SYS(access, inner, F_OK), -ENOENT,
	   "the second one covers the first");
	is(SYS(umount2, dir, 0), 0, "umount2 removes the second");
	is(SYS(access, inner, F_OK), 0, "the first one is visible again");
	is(mount_on(inner, "tmpfs", 0), 0, "a mount on a directory inside it");
	is(SYS(umount2, dir, 0), -EBUSY,
	   "umount2 of the outer one is refused then");
	is(SYS(umount2, inner, 0), 0, "umount2 of the inner one");
	SYS(rmdir, inner);
	fd = SYS(open, inner, O_CREAT | O_RDWR, 0600);
	SYS(write, fd, "x", 1);
	is(SYS(umount2, dir, MNT_DETACH), 0,
	   "MNT_DETACH while a file in it is open");
	is(SYS(access, file, F_OK), 0, "the directory shows what was covered");
	is(SYS(pread64, fd, &c, 1, 0, 0, 0), 1,
	   "the open file can still be read");
	SYS(close, fd);
	mount_on(dir, "tmpfs", 0);
	SYS(chdir, dir);
	is(SYS(umount2, dir, MNT_DETACH), 0,
	   "MNT_DETACH of the mount of the working directory");
	SYS(chdir, "/");
}

static int as_user(void *arg)
{
	(void)arg;
	SYS(setuid32, 1001);
	is(mount_on(dir, "tmpfs", 0), -EPERM, "mount by a user is refused");
	is(mount_on(scratch("none"), "tmpfs", 0), -ENOENT,
	   "mount by a user on a missing directory: that comes first");
	is(SYS(mount, 8, dir, "tmpfs", 0, 0), -EFAULT,
	   "mount by a user with a bad device pointer: that comes first");
	is(SYS(mount, 0, dir, "tmpfs", MS_BIND, 0), -EPERM,
	   "MS_BIND by a user is refused");
	is(SYS(umount2, dir, 0), -EPERM, "umount2 by a user is refused");
	return 0;
}

static void refused(void)
{
	is(mount_on(scratch("none"), "tmpfs", 0), -ENOENT,
	   "mount on a missing directory is refused");
	is(mount_on(file, "tmpfs", 0), -ENOTDIR, "mount on a file is refused");
	is(mount_on(dir, "nonefs", 0), -ENODEV,
	   "mount of an unknown type is refused");
	is(SYS(umount2, dir, 0x100), -EINVAL,
	   "umount2 with an unknown flag is refused");
	is(SYS(umount2, scratch("none"), 0), -ENOENT,
	   "umount2 of a missing directory is refused");
	is(SYS(mount, 0, dir, 0, MS_REMOUNT, 0), -EINVAL,
	   "MS_REMOUNT of a directory without a mount is refused");
	SYS(chmod, scratch(""), 0755);
	checks_in_child(as_user, 0);
}

/* MNT_EXPIRE: only the second call unmounts, if nobody was there meanwhile. */
static void expiry(void)
{
	int fd;

	mount_on(dir, "tmpfs", 0);
	is(SYS(umount2, dir, MNT_EXPIRE | MNT_DETACH), -EINVAL,
	   "MNT_EXPIRE with MNT_DETACH");
	is(SYS(umount2, dir, MNT_EXPIRE | MNT_FORCE), -EINVAL,
	   "MNT_EXPIRE with MNT_FORCE");
	fd = SYS(open, dir, O_RDONLY, 0);
	is(SYS(umount2, dir, MNT_EXPIRE), -EBUSY,
	   "MNT_EXPIRE while a directory is open");
	SYS(close, fd);
	is(SYS(umount2, dir, MNT_EXPIRE), -EAGAIN, "the first MNT_EXPIRE");
	SYS(access, dir, 0);
	is(SYS(umount2, dir, MNT_EXPIRE), -EAGAIN,
	   "the next one, after a look at the mount");
	is(SYS(umount2, dir, MNT_EXPIRE), 0, "the one after that unmounts");
	is(SYS(umount2, dir, MNT_EXPIRE), -EINVAL,
	   "MNT_EXPIRE where nothing is mounted");
}

/* The number of a mount in statx, in fdinfo and in mountinfo. */
static void same_numbers(void)
{
	unsigned int id = 0, parent, minor, in_fdinfo = 0;
	struct statx st = { 0 };
	char path[40], *line;
	int fd;

	mount_on(dir, "tmpfs", 0);
	mountinfo(dir, &id, &parent, &minor);
	is(SYS(statx, AT_FDCWD, dir, 0, STATX_MNT_ID, &st), 0,
	   "statx of a mount");
	ok(st.stx_mask & STATX_MNT_ID && st.stx_mnt_id == id,
	   "it has the number that mountinfo shows");
	fd = SYS(open, dir, O_RDONLY, 0);
	sprintf(path, "/proc/self/fdinfo/%d", fd);
	read_file(path);
	line = strstr(text, "mnt_id:");
	ok(line && sscanf(line, "mnt_id: %u", &in_fdinfo) == 1 &&
		   in_fdinfo == id,
	   "and so does fdinfo");
	SYS(statx, fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st);
	ok(st.stx_mnt_id == id, "and statx of the descriptor");
	SYS(statx, AT_FDCWD, scratch(""), 0, STATX_MNT_ID, &st);
	ok(st.stx_mnt_id == parent, "below it is the other mount");
	SYS(close, fd);
	SYS(umount2, dir, 0);
}

/* The kinds of propagation, of a mount on dir. */
static void propagation(void)
{
	SYS(mount, 0, dir, "tmpfs", 0, 0);
	is(SYS(mount, 0, dir, 0, MS_PRIVATE, 0), 0, "MS_PRIVATE");
	is(SYS(mount, 0, dir, 0, MS_SLAVE | MS_REC, 0), 0,
	   "MS_SLAVE and MS_REC");
	is(SYS(mount, 0, dir, 0, MS_PRIVATE | MS_SHARED, 0), -EINVAL,
	   "two kinds of propagation at once");
	is(SYS(mount, 0, dir, 0, MS_PRIVATE | MS_RDONLY, 0), -EINVAL,
	   "MS_PRIVATE and MS_RDONLY");
	SYS(umount2, dir, 0);
	is(SYS(mount, 0, dir, 0, MS_PRIVATE, 0), -EINVAL,
	   "MS_PRIVATE where nothing is mounted");
}

/* Returns 0 or open's -errno. */
static int32_t open_and_close(const char *path, uint32_t flags)
{
	int32_t fd = SYS(open, path, flags, 0600);

	return fd < 0 ? fd : SYS(close, fd);
}

static struct statx stx;

static int32_t look(const char *path, uint32_t mask)
{
	memset(&stx, 0, sizeof(stx));
	return SYS(statx, AT_FDCWD, path, 0, mask, &stx);
}

static void statx_shows(void)
{
	unsigned int mount_id = 0, parent, minor;
	uint32_t id = 0, births = 0;

	mount_on(dir, "tmpfs", 0);
	mountinfo(dir, &mount_id, &parent, &minor);
	look(dir, STATX_BASIC_STATS);
	ok(stx.stx_mask & STATX_MNT_ID && stx.stx_mnt_id == mount_id,
	   "statx: a mount's root has its number of mountinfo");
	ok(stx.stx_attributes == STATX_ATTR_MOUNT_ROOT &&
		   stx.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT,
	   "statx: and the attribute of a root");
	open_and_close(file, O_RDWR | O_CREAT);
	look(file, STATX_BASIC_STATS | STATX_BTIME);
	id = (uint32_t)stx.stx_mnt_id;
	births = stx.stx_mask & STATX_BTIME;
	ok(id == mount_id && !stx.stx_attributes,
	   "statx: a file has the number, and not the attribute");
	ok(births && stx.stx_btime.tv_sec == stx.stx_mtime.tv_sec &&
		   stx.stx_btime.tv_nsec == stx.stx_mtime.tv_nsec,
	   "statx: a new file's time of birth is that of its change");
	SYS(utimensat, AT_FDCWD, file, ((int32_t[4]){ 1, 2, 3, 4 }), 0);
	look(file, STATX_BASIC_STATS | STATX_BTIME);
	ok(stx.stx_mtime.tv_sec == 3 && stx.stx_btime.tv_sec > 3,
	   "statx: it stays, whatever the others are set to");
	look(file, STATX_BASIC_STATS);
	ok(!(stx.stx_mask & STATX_BTIME), "statx: only on demand");
	SYS(umount2, dir, 0);
	look("/", 0);
	ok(stx.stx_attributes & STATX_ATTR_MOUNT_ROOT,
	   "statx: / is a root, too");
}

static uint32_t type_on(const char *type)
{
	struct statfs64 st = { 0 };

	mount_on(dir, type, 0);
	SYS(statfs64, dir, sizeof(st), &st);
	SYS(umount2, dir, MNT_DETACH);
	return st.f_type;
}

static void types(void)
{
	ok(type_on("devpts") == DEVPTS_SUPER_MAGIC, "statfs: devpts");
	ok(type_on("devtmpfs") == TMPFS_MAGIC, "statfs: devtmpfs is a tmpfs");
	ok(type_on("proc") == PROC_SUPER_MAGIC, "statfs: proc");
	ok(type_on("ramfs") == RAMFS_MAGIC, "statfs: ramfs");
}

int main(void)
{
	strcpy(dir, scratch("d"));
	sprintf(file, "%s/f", dir);
	sprintf(inner, "%s/i", dir);
	SYS(mkdir, dir, 0755);
	covering();
	stacking();
	refused();
	propagation();
	expiry();
	same_numbers();
	statx_shows();
	types();
	SYS(unlink, file);
	SYS(rmdir, dir);
	remove_scratch();
	return done();
}
