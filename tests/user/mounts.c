/*
 * A file system of memory covers a directory, and goes again.
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

/* Is there a line of /proc/mounts that ends so? */
static bool listed(const char *end)
{
	read_file("/proc/mounts");
	return strstr(text, end);
}

/* The line of mountinfo about path: its ids and device. False: none. */
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

	ok(mountinfo("/", &root, &parent, &minor), "mountinfo has the root");
	ok(mountinfo(dir, &id, &parent, &minor), "and the mount");
	ok(id != root && parent == root, "which stands on it");
	is((int32_t)(minor - (dev & 0xff)), 0, "its device is stat's");
	sprintf(deep, "%s/deep", dir);
	SYS(mkdir, deep, 0700);
	is(mount_on(deep, "tmpfs", NULL), 0, "one more, inside");
	ok(mountinfo(deep, &deeper, &above, &minor) && above == id,
	   "stands on that one");
	SYS(umount2, deep, 0);
	SYS(rmdir, deep);
	read_file("/proc/self/mountstats");
	sprintf(deep, "device memory mounted on %.40s", dir);
	ok(strstr(text, deep) != NULL, "mountstats");
}

static void covering(void)
{
	struct kstat64 below = stat_of(dir), st;
	struct statfs64 fs;
	char line[100];
	int fd = make_file(file, 10);

	SYS(close, fd);
	is(mount_on(dir, "tmpfs", "mode=750,uid=5,gid=6"), 0, "mount");
	st = stat_of(dir);
	ok(st.st_dev != below.st_dev, "another device is there");
	is((int32_t)(st.st_mode & 07777), 0750, "of that mode");
	ok(st.st_uid == 5 && st.st_gid == 6, "user and group");
	is(SYS(access, file, F_OK), -ENOENT, "it is empty");
	is(SYS(statfs64, dir, sizeof(fs), &fs), 0, "statfs64");
	is((int32_t)fs.f_type, TMPFS_MAGIC, "a tmpfs");
	sprintf(line, "memory %s tmpfs ", dir);
	ok(listed(line), "/proc/mounts knows it");
	mount_ids(st.st_dev);
	fd = make_file(inner, 20);
	SYS(close, fd);
	ok(stat_of(inner).st_dev == st.st_dev, "its files are on it");
	is(SYS(link, inner, scratch("l")), -EXDEV, "no link leads out");
	is(SYS(rename, inner, scratch("l")), -EXDEV, "no rename");
	is(SYS(rmdir, dir), -EBUSY, "the directory cannot go");
	is(SYS(rename, dir, scratch("e")), -EBUSY, "nor change its name");
	SYS(chdir, dir);
	ok(stat_of("..").st_ino == stat_of(scratch("")).st_ino,
	   "its parent is the directory's");
	SYS(getcwd, line, sizeof(line));
	ok(strcmp(line, dir) == 0, "so is its path");
	is(SYS(umount2, dir, 0), -EBUSY, "umount2 of where somebody stands");
	SYS(chdir, "/");
	fd = SYS(open, inner, O_RDONLY, 0);
	is(SYS(umount2, dir, 0), -EBUSY, "of what somebody has open");
	SYS(close, fd);
	is(SYS(umount2, dir, 0), 0, "and of what nobody uses");
	is(SYS(access, file, F_OK), 0, "what it covered is there");
	is(SYS(umount2, dir, 0), -EINVAL, "nothing is mounted");
	ok(!listed(dir), "/proc/mounts has forgotten it");
}

static void stacking(void)
{
	char c = 0;
	int fd;

	is(mount_on(dir, "tmpfs", 0), 0, "mount");
	SYS(mkdir, inner, 0700);
	is(mount_on(dir, "tmpfs", 0), 0, "on top of it");
	is(SYS(access, inner, F_OK), -ENOENT, "the upper one is empty");
	is(SYS(umount2, dir, 0), 0, "it goes");
	is(SYS(access, inner, F_OK), 0, "the lower one is there");
	is(mount_on(inner, "tmpfs", 0), 0, "one inside");
	is(SYS(umount2, dir, 0), -EBUSY, "keeps the outer one");
	is(SYS(umount2, inner, 0), 0, "it goes");
	SYS(rmdir, inner);
	fd = SYS(open, inner, O_CREAT | O_RDWR, 0600);
	SYS(write, fd, "x", 1);
	is(SYS(umount2, dir, MNT_DETACH), 0, "MNT_DETACH, in use");
	is(SYS(access, file, F_OK), 0, "it is out of sight");
	is(SYS(pread64, fd, &c, 1, 0, 0, 0), 1, "what is open is still there");
	SYS(close, fd);
	mount_on(dir, "tmpfs", 0);
	SYS(chdir, dir);
	is(SYS(umount2, dir, MNT_DETACH), 0, "from under one who stands there");
	SYS(chdir, "/");
}

static int as_user(void *arg)
{
	(void)arg;
	SYS(setuid32, 1001);
	is(mount_on(dir, "tmpfs", 0), -EPERM, "a user's mount");
	is(mount_on(scratch("none"), "tmpfs", 0), -ENOENT, "a user on nothing");
	is(SYS(mount, 8, dir, "tmpfs", 0, 0), -EFAULT,
	   "with a name at address 8");
	is(SYS(mount, 0, dir, "tmpfs", MS_BIND, 0), -EPERM,
	   "of a second place");
	is(SYS(umount2, dir, 0), -EPERM, "a user's umount2");
	return 0;
}

static void refused(void)
{
	is(mount_on(scratch("none"), "tmpfs", 0), -ENOENT, "on nothing");
	is(mount_on(file, "tmpfs", 0), -ENOTDIR, "on a file");
	is(mount_on(dir, "nonefs", 0), -ENODEV, "of no known type");
	is(SYS(umount2, dir, 0x100), -EINVAL, "a flag");
	is(SYS(umount2, scratch("none"), 0), -ENOENT, "umount2 of nothing");
	is(SYS(mount, 0, dir, 0, MS_REMOUNT, 0), -EINVAL,
	   "remount of what is not");
	SYS(chmod, scratch(""), 0755);
	checks_in_child(as_user, 0);
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
	SYS(unlink, file);
	SYS(rmdir, dir);
	remove_scratch();
	return done();
}
