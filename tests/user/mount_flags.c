/*
 * What a mount's flags forbid: MS_RDONLY, MS_NOEXEC, MS_NODEV, MS_NOSUID and
 * MS_NOSYMFOLLOW, set by mount or changed by MS_REMOUNT; and how /proc/mounts and
 * statfs show them. Run as root.
 *
 * qemu-arm runs where nothing can be mounted.
 */
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/mount.h>
#include <uapi/personality.h>
#include <uapi/stat.h>
#include <uapi/statfs.h>
#include "check.h"
#include "maps.h"

#define NULL_DEV 0x103 /* 1:3 */

static char dir[64];

static int32_t mount_with(unsigned int flags, const char *options)
{
	return SYS(mount, "memory", dir, "tmpfs", flags, options);
}

static int32_t remount(unsigned int flags)
{
	return SYS(mount, 0, dir, 0, MS_REMOUNT | flags, 0);
}

static char text[4096];

/* The line of a file of /proc about dir, from what follows its path on. */
static const char *line_of(const char *file)
{
	char *line, *end;

	if (read_text(file, text, sizeof(text)) < 0)
		return "unreadable";
	line = strstr(text, dir);
	if (!line)
		return "none";
	end = strchr(line, '\n');
	if (end)
		*end = '\0';
	return line + strlen(dir);
}

static void shows(unsigned int flags, const char *options, const char *want)
{
	mount_with(flags, options);
	ok(!strcmp(line_of("/proc/mounts"), want), "%s", want);
	SYS(umount2, dir, 0);
}

static void lines(void)
{
	shows(0, 0, " tmpfs rw,relatime 0 0");
	shows(MS_NOEXEC | MS_NODEV | MS_NOSUID | MS_RDONLY, 0,
	      " tmpfs ro,nosuid,nodev,noexec,relatime 0 0");
	shows(MS_NOATIME | MS_NODIRATIME, 0,
	      " tmpfs rw,noatime,nodiratime 0 0");
	shows(MS_STRICTATIME, 0, " tmpfs rw 0 0");
	shows(0, "size=1m,nr_inodes=100,mode=755,uid=7,gid=8",
	      " tmpfs rw,relatime,size=1024k,nr_inodes=100,mode=755,uid=7,gid=8"
	      " 0 0");
	shows(0, "size=1,mode=01777,uid=0", " tmpfs rw,relatime,size=4k 0 0");
	shows(0, "nr_inodes=3k,mode=7",
	      " tmpfs rw,relatime,nr_inodes=3072,"
	      "mode=007 0 0");
	mount_with(MS_NOEXEC | MS_RDONLY, "size=8k");
	ok(!strcmp(line_of("/proc/self/mountinfo"),
		   " ro,noexec,relatime - tmpfs memory ro,size=8k"),
	   "mountinfo shows the flags of the mount and of the file system");
	is(remount(MS_NOATIME), 0, "MS_REMOUNT with other flags");
	ok(!strcmp(line_of("/proc/self/mountinfo"),
		   " rw,noatime - tmpfs memory rw,size=8k"),
	   "it replaces the flags and keeps the options");
	remount(MS_NOSUID);
	ok(!strcmp(line_of("/proc/mounts"),
		   " tmpfs rw,nosuid,noatime,size=8k 0 0"),
	   "MS_REMOUNT without a flag for access times keeps that one");
	SYS(umount2, dir, 0);
}

static unsigned int statfs_flags(void)
{
	struct statfs64 st = { 0 };

	SYS(statfs64, dir, sizeof(st), &st);
	return st.f_flags;
}

/* A ramfs has no limits, and of its options nothing but a mode. */
static void ramfs_shows(const char *options, const char *want,
			unsigned int mode)
{
	struct kstat64 st;
	struct statfs64 fs;

	SYS(mount, "memory", dir, "ramfs", 0, options);
	ok(!strcmp(line_of("/proc/mounts"), want), "%s", want);
	is(SYS(mount, 0, dir, 0, MS_REMOUNT, "size=4k"), 0,
	   "MS_REMOUNT of a ramfs is accepted");
	ok(!strcmp(line_of("/proc/mounts"), want),
	   "the line of the ramfs is unchanged");
	SYS(stat64, dir, &st);
	ok((st.st_mode & 07777) == mode && !st.st_uid && !st.st_gid,
	   "the mode of its root directory is %o, its owner root", mode);
	SYS(statfs64, dir, sizeof(fs), &fs);
	is((int32_t)fs.f_type, (int32_t)RAMFS_MAGIC,
	   "statfs64: its type is ramfs");
	SYS(umount2, dir, 0);
}

static void ramfs(void)
{
	ramfs_shows(0, " ramfs rw,relatime 0 0", 0755);
	ramfs_shows("size=4k,nr_inodes=7,uid=5,gid=6,none",
		    " ramfs rw,relatime 0 0", 0755);
	ramfs_shows("mode=700", " ramfs rw,relatime,mode=700 0 0", 0700);
	ramfs_shows("mode=1777", " ramfs rw,relatime,mode=1777 0 0", 01777);
}

static void statfs_shows(void)
{
	mount_with(MS_NOEXEC | MS_NODEV | MS_NOSUID | MS_RDONLY, 0);
	is((int)statfs_flags(), 0x102f,
	   "statfs64 shows ro, nosuid, nodev, noexec");
	remount(MS_NOATIME);
	is((int)statfs_flags(), 0x420, "statfs64 shows noatime");
	SYS(umount2, dir, 0);
}

/* ---- symbolic links ---------------------------------------------- */

static void no_links(void)
{
	int fd;

	mount_with(0, 0);
	SYS(close, make_file(scratch("m/f"), 1));
	SYS(symlink, "f", scratch("m/l"));
	SYS(symlink, ".", scratch("m/d"));
	SYS(symlink, scratch("m/f"), scratch("to"));
	remount(MS_NOSYMFOLLOW);
	ok(!strcmp(line_of("/proc/mounts"),
		   " tmpfs rw,relatime,nosymfollow 0 0"),
	   "MS_NOSYMFOLLOW is shown");
	is((int)statfs_flags(), 0x3020, "statfs64 shows it");
	is(SYS(open, scratch("m/l"), O_RDONLY, 0), -ELOOP,
	   "MS_NOSYMFOLLOW: open of a link is refused");
	is(SYS(open, scratch("m/d/f"), O_RDONLY, 0), -ELOOP,
	   "MS_NOSYMFOLLOW: a path through one, too");
	is(SYS(open, scratch("m/l"), O_RDWR | O_CREAT, 0600), -ELOOP,
	   "MS_NOSYMFOLLOW: O_CREAT, too");
	is(SYS(readlink, scratch("m/l"), text, sizeof(text)), 1,
	   "MS_NOSYMFOLLOW: readlink is not");
	is(SYS(symlink, "f", scratch("m/n")), 0,
	   "MS_NOSYMFOLLOW: nor is symlink");
	fd = SYS(open, scratch("to"), O_RDONLY, 0);
	ok(fd >= 0, "MS_NOSYMFOLLOW: a link from outside is followed");
	SYS(close, fd);
	remount(0);
	fd = SYS(open, scratch("m/l"), O_RDONLY, 0);
	ok(fd >= 0, "remounted without it: the link is followed");
	SYS(close, fd);
	SYS(umount2, dir, 0);
	SYS(unlink, scratch("to"));
}

/* ---- read-only --------------------------------------------------- */

static void changes_fail(void)
{
	int fd = SYS(open, scratch("m/f"), O_RDONLY, 0);

	ok(fd >= 0, "MS_RDONLY: open for reading is allowed");
	is(SYS(fchmod, fd, 0600), -EROFS, "MS_RDONLY: fchmod is refused");
	is(SYS(fchown32, fd, 1, 1), -EROFS, "MS_RDONLY: fchown32 is refused");
	is(SYS(utimensat, fd, 0, 0, 0), -EROFS,
	   "MS_RDONLY: utimensat of a descriptor is refused");
	SYS(close, fd);
	is(SYS(open, scratch("m/f"), O_WRONLY, 0), -EROFS,
	   "MS_RDONLY: open for writing is refused");
	is(SYS(open, scratch("m/f"), O_RDWR | O_CREAT, 0600), -EROFS,
	   "MS_RDONLY: O_CREAT of an existing file for writing is refused");
	is(SYS(open, scratch("m/f"), O_RDONLY | O_TRUNC, 0), -EROFS,
	   "MS_RDONLY: O_TRUNC is refused");
	is(SYS(open, scratch("m/new"), O_RDWR | O_CREAT, 0600), -EROFS,
	   "MS_RDONLY: O_CREAT of a new file is refused");
	is(SYS(open, scratch("m/f"), O_RDWR | O_CREAT | O_EXCL, 0600), -EEXIST,
	   "MS_RDONLY: O_EXCL of an existing file: EEXIST comes first");
	fd = SYS(open, scratch("m/f"), O_RDONLY | O_CREAT, 0600);
	ok(fd >= 0,
	   "MS_RDONLY: O_CREAT of an existing file for reading is allowed");
	SYS(close, fd);
	is(SYS(open, dir, O_TMPFILE | O_RDWR, 0600), -EROFS,
	   "MS_RDONLY: O_TMPFILE is refused");
	is(SYS(open, dir, O_WRONLY, 0), -EISDIR,
	   "MS_RDONLY: a directory for writing: EISDIR comes first");
	is(SYS(mkdir, scratch("m/new"), 0755), -EROFS,
	   "MS_RDONLY: mkdir is refused");
	is(SYS(mkdir, scratch("m/f"), 0755), -EEXIST,
	   "MS_RDONLY: mkdir of an existing name: EEXIST comes first");
	is(SYS(mknod, scratch("m/new"), S_IFIFO | 0600, 0), -EROFS,
	   "MS_RDONLY: mknod is refused");
	is(SYS(symlink, "f", scratch("m/new")), -EROFS,
	   "MS_RDONLY: symlink is refused");
	is(SYS(link, scratch("m/f"), scratch("m/new")), -EROFS,
	   "MS_RDONLY: link is refused");
	is(SYS(rename, scratch("m/f"), scratch("m/new")), -EROFS,
	   "MS_RDONLY: rename is refused");
	is(SYS(unlink, scratch("m/f")), -EROFS, "MS_RDONLY: unlink is refused");
	is(SYS(unlink, scratch("m/none")), -EROFS,
	   "MS_RDONLY: unlink of a missing name is refused as such");
	is(SYS(rmdir, scratch("m/d")), -EROFS, "MS_RDONLY: rmdir is refused");
	is(SYS(truncate, scratch("m/f"), 0), -EROFS,
	   "MS_RDONLY: truncate is refused");
	is(SYS(chmod, scratch("m/f"), 0600), -EROFS,
	   "MS_RDONLY: chmod is refused");
	is(SYS(chown32, scratch("m/f"), 1, 1), -EROFS,
	   "MS_RDONLY: chown32 is refused");
	is(SYS(utimensat, AT_FDCWD, scratch("m/f"), 0, 0), -EROFS,
	   "MS_RDONLY: utimensat of a path is refused");
	is(SYS(access, scratch("m/f"), W_OK), -EROFS,
	   "MS_RDONLY: access for writing is refused");
	is(SYS(access, scratch("m/f"), R_OK), 0,
	   "MS_RDONLY: access for reading is allowed");
	fd = SYS(open, scratch("m/null"), O_WRONLY, 0);
	ok(fd >= 0, "MS_RDONLY: a device can be opened for writing");
	SYS(close, fd);
}

static void read_only(void)
{
	char path[40];
	int fd;

	mount_with(0, 0);
	fd = make_file(scratch("m/f"), 10);
	SYS(mkdir, scratch("m/d"), 0755);
	SYS(mknod, scratch("m/null"), S_IFCHR | 0666, NULL_DEV);
	is(remount(MS_RDONLY), -EBUSY,
	   "MS_REMOUNT to MS_RDONLY while a file is open for writing");
	SYS(close, fd);
	is(remount(MS_RDONLY), 0,
	   "MS_REMOUNT to MS_RDONLY when no file is open for writing");
	changes_fail();
	fd = SYS(open, scratch("m/f"), O_RDONLY, 0);
	sprintf(path, "/proc/self/fd/%d", fd);
	is(SYS(open, path, O_WRONLY, 0), -EROFS,
	   "MS_RDONLY: open for writing by /proc/self/fd is refused");
	SYS(close, fd);
	is(remount(0), 0, "MS_REMOUNT back to writable");
	is(SYS(unlink, scratch("m/f")), 0, "unlink is allowed then");
	SYS(umount2, dir, 0);
}

/*
 * A change counts as a writer only while it is made, also if it fails: after it
 * the mount can become read-only.
 */
static void ends(int32_t got, int32_t want, const char *what)
{
	is(got, want, "%s", what);
	is(remount(MS_RDONLY), 0, "after that the mount can become read-only");
	remount(0);
}

/* The same with a file that stays open until then. */
static void opens(const char *path, unsigned int flags, const char *what)
{
	int fd = SYS(open, path, flags, 0600);

	ok(fd >= 0, "%s", what);
	if ((flags & O_ACCMODE) == O_RDONLY)
		is(remount(MS_RDONLY), 0,
		   "while it is open for reading the mount can become "
		   "read-only");
	else
		is(remount(MS_RDONLY), -EBUSY,
		   "while it is open for writing the mount cannot become "
		   "read-only");
	remount(0);
	ends(SYS(close, fd), 0, "close of that file");
}

static void changes_end(void)
{
	int fd;

	mount_with(0, "nr_inodes=4");
	opens(scratch("m/f"), O_CREAT | O_WRONLY,
	      "O_CREAT of a new file for writing");
	opens(scratch("m/g"), O_CREAT | O_RDONLY,
	      "O_CREAT of a new file for reading");
	opens(scratch("m/f"), O_TRUNC | O_RDONLY,
	      "O_TRUNC of a file for reading");
	opens(dir, O_TMPFILE | O_RDWR, "O_TMPFILE for reading and writing");
	ends(SYS(unlink, scratch("m/g")), 0, "unlink");
	ends(SYS(unlink, scratch("m/g")), -ENOENT, "unlink of a missing name");
	ends(SYS(mkdir, scratch("m/d"), 0755), 0, "mkdir");
	ends(SYS(mkdir, scratch("m/d"), 0755), -EEXIST,
	     "mkdir of an existing name");
	ends(SYS(unlink, scratch("m/d")), -EISDIR, "unlink of a directory");
	ends(SYS(rmdir, scratch("m/f")), -ENOTDIR, "rmdir of a file");
	ends(SYS(link, scratch("m/f"), scratch("m/l")), 0, "link");
	ends(SYS(link, "/proc/self/exe", scratch("m/m")), -EXDEV,
	     "link to another file system");
	ends(SYS(rename, scratch("m/l"), scratch("m/k")), 0, "rename");
	ends(SYS(rename, scratch("m/l"), scratch("m/k")), -ENOENT,
	     "rename of a missing name");
	ends(SYS(rename, scratch("m/f"), scratch("m/d/")), -ENOTDIR,
	     "rename of a file to a name that ends with a slash");
	SYS(unlink, scratch("m/k"));
	ends(SYS(symlink, "f", scratch("m/s")), 0, "symlink");
	ends(SYS(mkdir, scratch("m/e"), 0755), -ENOSPC,
	     "mkdir without a free inode");
	ends(SYS(open, scratch("m/e"), O_CREAT | O_RDWR, 0600), -ENOSPC,
	     "O_CREAT without a free inode");
	ends(SYS(open, dir, O_TMPFILE | O_RDWR, 0600), -ENOSPC,
	     "O_TMPFILE without a free inode");
	ends(SYS(open, scratch("m/f"), O_TMPFILE | O_RDWR, 0600), -ENOTDIR,
	     "O_TMPFILE in a path that is no directory");
	ends(SYS(chmod, scratch("m/f"), 0600), 0, "chmod");
	ends(SYS(chown32, scratch("m/f"), 1, 1), 0, "chown");
	ends(SYS(truncate, scratch("m/f"), 100), 0, "truncate");
	ends(SYS(truncate, scratch("m/d"), 0), -EISDIR,
	     "truncate of a directory");
	ends(SYS(utimensat, AT_FDCWD, scratch("m/f"), 0, 0), 0, "utimensat");
	fd = SYS(open, scratch("m/f"), O_RDONLY, 0);
	ends(SYS(fchmod, fd, 0644), 0, "fchmod");
	ends(SYS(fchown32, fd, 0, 0), 0, "fchown");
	ends(SYS(utimensat, fd, 0, 0, 0), 0, "futimens");
	SYS(close, fd);
	SYS(umount2, dir, 0);
}

/* ---- times ------------------------------------------------------- */

static bool is_of_1970(const char *path)
{
	struct kstat64 st;

	SYS(lstat64, path, &st);
	return st.st_atime_sec == 10;
}

/*
 * A file, a link and a directory that were read in 1970 are read again by way
 * of a mount with these flags, which it had before or gets after the file was
 * opened. Returns which times stay: of the file 1, the link 2, the directory 4.
 */
static int times_kept(unsigned int flags, bool open_before)
{
	const unsigned int old[4] = { 10, 0, 20, 0 };
	int fd = -1, root, kept;

	mount_with(0, 0);
	SYS(close, make_file(scratch("m/f"), 10));
	SYS(symlink, "f", scratch("m/l"));
	SYS(utimensat, AT_FDCWD, scratch("m/f"), old, 0);
	SYS(utimensat, AT_FDCWD, scratch("m/l"), old, AT_SYMLINK_NOFOLLOW);
	SYS(utimensat, AT_FDCWD, dir, old, 0);
	if (open_before)
		fd = SYS(open, scratch("m/f"), O_RDONLY, 0);
	remount(flags);
	if (!open_before)
		fd = SYS(open, scratch("m/f"), O_RDONLY, 0);
	SYS(read, fd, text, 1);
	SYS(readlink, scratch("m/l"), text, sizeof(text));
	root = SYS(open, dir, O_RDONLY | O_DIRECTORY, 0);
	SYS(getdents64, root, text, sizeof(text));
	kept = is_of_1970(scratch("m/f")) | is_of_1970(scratch("m/l")) << 1 |
		is_of_1970(dir) << 2;
	SYS(close, root);
	SYS(close, fd);
	SYS(umount2, dir, 0);
	return kept;
}

static void access_times(void)
{
	is(times_kept(MS_RELATIME, false), 0,
	   "a read changes the atime of file, link and directory");
	is(times_kept(MS_NOATIME, false), 7,
	   "MS_NOATIME: it changes none of them");
	is(times_kept(MS_NODIRATIME, false), 4,
	   "MS_NODIRATIME: it changes all but the directory's");
	is(times_kept(MS_RDONLY, false), 7,
	   "MS_RDONLY: it changes none of them");
	is(times_kept(MS_NOATIME, true), 7,
	   "MS_NOATIME set after open: it changes none of them");
	is(times_kept(MS_RDONLY, true), 7,
	   "MS_RDONLY set after open: it changes none of them");
	is(times_kept(MS_RDONLY | MS_BIND, false), 7,
	   "MS_RDONLY of the mount alone: it changes none of them");
}

/* ---- devices and programs ---------------------------------------- */

static void no_devices(void)
{
	int fd;

	mount_with(MS_NODEV, 0);
	SYS(mknod, scratch("m/null"), S_IFCHR | 0666, NULL_DEV);
	is(SYS(open, scratch("m/null"), O_RDONLY, 0), -EACCES,
	   "MS_NODEV: open of a device is refused");
	is(SYS(access, scratch("m/null"), W_OK), 0,
	   "MS_NODEV: access to a device is allowed");
	fd = SYS(open, scratch("m/null"), O_PATH, 0);
	ok(fd >= 0, "MS_NODEV: open of a device with O_PATH is allowed");
	SYS(close, fd);
	remount(0);
	fd = SYS(open, scratch("m/null"), O_RDONLY, 0);
	ok(fd >= 0, "without MS_NODEV the device can be opened");
	SYS(close, fd);
	SYS(umount2, dir, 0);
}

/* A copy of this program. */
static void copy_self(const char *path, unsigned int mode)
{
	int from = SYS(open, "/proc/self/exe", O_RDONLY, 0), n;
	int to = SYS(open, path, O_CREAT | O_WRONLY, mode);

	while ((n = SYS(read, from, text, sizeof(text))) > 0)
		SYS(write, to, text, n);
	SYS(close, from);
	SYS(close, to);
	SYS(chmod, path, mode);
}

static int run(void *path)
{
	char *argv[] = { path, "who", NULL }, *envp[] = { NULL };

	SYS(setuid32, 1001);
	return -SYS(execve, path, argv, envp);
}

/* Returns the exit status of the program when a user runs it. */
static int exit_of(const char *path)
{
	return WEXITSTATUS(in_child(run, (void *)(uintptr_t)path));
}

static void has_rights(const uint8_t *page, const char *rights,
		       const char *what)
{
	static struct map_entry maps[MAPS_MAX];
	const struct map_entry *map = find_map(maps, read_maps(0, maps),
					       (uint32_t)(uintptr_t)page);

	ok(map && !strcmp(map->rights, rights), "%s: %s", what, rights);
}

/*
 * READ_IMPLIES_EXEC makes readable memory executable, but not a mapping of a
 * file on a mount with MS_NOEXEC.
 */
static void old_program(int fd)
{
	uint8_t *both = pages(2);

	SYS(personality, READ_IMPLIES_EXEC);
	is(SYS(mmap2, 0, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0),
	   -EPERM, "READ_IMPLIES_EXEC: mmap with PROT_EXEC is refused");
	ok(SYS(mmap2, both, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) ==
		   (int32_t)(uintptr_t)both,
	   "READ_IMPLIES_EXEC: mmap without PROT_EXEC is allowed");
	has_rights(both, "r--p", "the file's mapping");
	is(SYS(mprotect, both, 2 * PAGE, PROT_READ), 0,
	   "mprotect of the file's mapping and memory behind it");
	has_rights(both, "r--p", "the file's mapping");
	has_rights(both + PAGE, "r-xp", "the memory behind it");
	is(SYS(mprotect, both, PAGE, PROT_READ | PROT_EXEC), -EACCES,
	   "mprotect of the file's mapping with PROT_EXEC is refused");
	SYS(personality, 0);
	SYS(munmap, both, 2 * PAGE);
}

static void no_programs(void)
{
	int fd;
	int32_t p;

	mount_with(MS_NOEXEC, "mode=755");
	copy_self(scratch("m/p"), 0755);
	is(-exit_of(scratch("m/p")), -EACCES, "MS_NOEXEC: execve is refused");
	is(SYS(access, scratch("m/p"), X_OK), -EACCES,
	   "MS_NOEXEC: access to execute a file is refused");
	is(SYS(access, dir, X_OK), 0,
	   "MS_NOEXEC: access to search a directory is allowed");
	fd = SYS(open, scratch("m/p"), O_RDONLY, 0);
	is(SYS(mmap2, 0, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0),
	   -EPERM, "MS_NOEXEC: mmap with PROT_EXEC is refused");
	p = SYS(mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	ok(p > 0 || p < -4095, "MS_NOEXEC: mmap without PROT_EXEC is allowed");
	is(SYS(mprotect, p, PAGE, PROT_READ | PROT_EXEC), -EACCES,
	   "MS_NOEXEC: mprotect with PROT_EXEC is refused");
	SYS(munmap, p, PAGE);
	old_program(fd);
	SYS(close, fd);
	fd = SYS(open, scratch("m/p"), O_RDONLY, 0);
	remount(0);
	is(exit_of(scratch("m/p")), 100, "without MS_NOEXEC the program runs");
	p = SYS(mmap2, 0, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	ok(p > 0 || p < -4095,
	   "mmap with PROT_EXEC is allowed of a file that was open before");
	SYS(munmap, p, PAGE);
	remount(MS_NOEXEC);
	is(SYS(mmap2, 0, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0),
	   -EPERM, "MS_NOEXEC again: of that file it is refused");
	SYS(close, fd);
	SYS(umount2, dir, 0);
}

static void no_set_uid(void)
{
	mount_with(0, "mode=755");
	copy_self(scratch("m/p"), 04755);
	is(exit_of(scratch("m/p")), 101, "a set-uid program runs as its owner");
	remount(MS_NOSUID);
	is(exit_of(scratch("m/p")), 100,
	   "MS_NOSUID: a set-uid program runs as its caller");
	SYS(umount2, dir, 0);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "who"))
		return SYS(geteuid32) == 0 ? 101 : 100;
	strcpy(dir, scratch("m"));
	SYS(chmod, scratch(""), 0755);
	SYS(mkdir, dir, 0755);
	lines();
	ramfs();
	statfs_shows();
	no_links();
	read_only();
	changes_end();
	access_times();
	no_devices();
	no_programs();
	no_set_uid();
	SYS(rmdir, dir);
	remove_scratch();
	return done();
}
