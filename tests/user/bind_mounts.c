/*
 * The same directory or file in several places: MS_BIND, with what is mounted
 * below it (MS_REC), moved to another place (MS_MOVE), and read-only in one
 * place alone. Run as root.
 *
 * qemu-arm runs where nothing can be mounted.
 */
#include <uapi/fcntl.h>
#include <uapi/mount.h>
#include <uapi/stat.h>
#include <uapi/statfs.h>
#include "check.h"
#include "maps.h"

static int32_t bind(const char *from, const char *to, unsigned int flags)
{
	return SYS(mount, from, to, 0, MS_BIND | flags, 0);
}

static char text[8192];

/* mountinfo's line about a path: "ROOT PATH FLAGS - TYPE SOURCE"; or "". */
static const char *info(const char *path)
{
	static char found[300];
	char *line, root[100], place[100], flags[100], type[40];

	if (read_text("/proc/self/mountinfo", text, sizeof(text)) < 0)
		return "none";
	found[0] = '\0';
	for (line = text; *line; line = strchr(line, '\n') + 1)
		if (sscanf(line, "%*u %*u %*u:%*u %99s %99s %99s - %39s", root,
			   place, flags, type) == 4 &&
		    !strcmp(place, path))
			snprintf(found, sizeof(found), "%s %s %s", root, flags,
				 type);
	return found;
}

static void is_info(const char *path, const char *want)
{
	const char *got = info(path);

	if (strcmp(got, want))
		printf("# %s\n", got);
	ok(!strcmp(got, want), "mountinfo: %s", want);
}

static void cwd_is(const char *want, const char *what)
{
	char path[128];

	SYS(getcwd, path, sizeof(path));
	ok(!strcmp(path, want), "%s", what);
}

/* a/f, a/sub/g; b is empty. */
static void make_tree(void)
{
	SYS(mkdir, scratch("a"), 0755);
	SYS(mkdir, scratch("a/sub"), 0755);
	SYS(mkdir, scratch("b"), 0755);
	SYS(close, make_file(scratch("a/f"), 10));
	SYS(close, make_file(scratch("a/sub/g"), 20));
}

static void directories(void)
{
	char link[96] = { 0 };
	int fd;

	is(bind(scratch("a"), scratch("b"), 0), 0,
	   "MS_BIND of directory a on directory b");
	ok(ino(scratch("b")) == ino(scratch("a")), "b and a are one inode");
	ok(ino(scratch("b/sub/g")) == ino(scratch("a/sub/g")),
	   "a file below b and below a is one inode");
	SYS(chdir, scratch("b/sub"));
	cwd_is(scratch("b/sub"), "getcwd returns the path by which chdir went");
	ok(ino("..") == ino(scratch("b")), ".. in b/sub is b");
	ok(ino("../..") == ino(scratch("")),
	   "../.. in b/sub is the scratch directory");
	fd = SYS(open, "g", O_RDONLY, 0);
	snprintf(text, sizeof(text), "/proc/self/fd/%d", fd);
	SYS(readlink, text, link, sizeof(link) - 1);
	ok(!strcmp(link, scratch("b/sub/g")),
	   "/proc/self/fd shows the path by which a file was opened");
	is(SYS(umount2, scratch("b"), 0), -EBUSY,
	   "umount2 of a working directory's mount is refused");
	SYS(chdir, "/");
	is(SYS(umount2, scratch("b"), 0), -EBUSY,
	   "umount2 while a file below is open is refused");
	SYS(close, fd);
	is(SYS(link, scratch("a/f"), scratch("b/h")), -EXDEV,
	   "link from one mount to another is refused");
	is(SYS(rename, scratch("a/f"), scratch("b/h")), -EXDEV,
	   "rename from one mount to another is refused");
	is(SYS(rename, scratch("b/f"), scratch("b/h")), 0,
	   "rename within a mount is allowed");
	is(ino(scratch("a/f")), -ENOENT, "the other mount shows the change");
	SYS(rename, scratch("a/h"), scratch("a/f"));
	is(SYS(rmdir, scratch("b")), -EBUSY,
	   "rmdir of a directory that is mounted on is refused");
	is(SYS(umount2, scratch("a"), 0), -EINVAL,
	   "umount2 of a, which is no mount, is refused");
	is(SYS(umount2, scratch("b"), 0), 0, "umount2 of b");
	is(ino(scratch("b/f")), -ENOENT, "b is empty again");
	is(ino(scratch("a/f")) > 0, 1, "a keeps its file");
}

static void files(void)
{
	char buf[32];
	int fd;

	SYS(close, make_file(scratch("x"), 3));
	is(bind(scratch("a/sub/g"), scratch("x"), 0), 0,
	   "MS_BIND of a file on a file");
	fd = SYS(open, scratch("x"), O_RDWR | O_CREAT, 0600);
	is(SYS(read, fd, buf, sizeof(buf)), 20,
	   "open with O_CREAT opens the file bound there");
	SYS(close, fd);
	is(SYS(unlink, scratch("x")), -EBUSY,
	   "unlink of a file that is mounted on is refused");
	is(SYS(rename, scratch("x"), scratch("y")), -EBUSY,
	   "rename of a file that is mounted on is refused");
	is(SYS(umount2, scratch("x"), 0), 0, "umount2 of the file");
	is(bind(scratch("x"), scratch("b"), 0), -ENOTDIR,
	   "MS_BIND of a file on a directory is refused");
	is(bind(scratch("b"), scratch("x"), 0), -ENOTDIR,
	   "MS_BIND of a directory on a file is refused");
	is(bind(scratch("none"), scratch("b"), 0), -ENOENT,
	   "MS_BIND of a missing path is refused");
	is(bind("", scratch("b"), 0), -EINVAL,
	   "MS_BIND of an empty path is refused");
	is(bind(0, scratch("b"), 0), -EINVAL,
	   "MS_BIND of a NULL path is refused");
	SYS(unlink, scratch("x"));
}

static void flags(void)
{
	is(bind(scratch("a"), scratch("b"), MS_RDONLY), 0,
	   "MS_BIND with MS_RDONLY is accepted");
	is(SYS(access, scratch("b/f"), W_OK), 0,
	   "the new mount can be written all the same");
	is(SYS(mount, 0, scratch("b"), 0, MS_REMOUNT | MS_BIND | MS_RDONLY, 0),
	   0, "MS_REMOUNT with MS_BIND and MS_RDONLY");
	is(SYS(open, scratch("b/f"), O_WRONLY, 0), -EROFS,
	   "open for writing in that mount is refused");
	is(SYS(access, scratch("a/f"), W_OK), 0,
	   "in the other mount writing is allowed");
	SYS(chdir, scratch("b"));
	is(SYS(mkdir, "new", 0755), -EROFS,
	   "mkdir from a working directory in that mount is refused");
	is(SYS(mkdir, "../new", 0755), 0,
	   "mkdir outside of that mount is allowed");
	SYS(rmdir, scratch("new"));
	SYS(chdir, "/");
	SYS(umount2, scratch("b"), 0);
	is(SYS(mount, 0, scratch("b"), 0, MS_REMOUNT | MS_BIND, 0), -EINVAL,
	   "MS_REMOUNT with MS_BIND of what is no mount is refused");
}

static void file_systems(void)
{
	SYS(mount, "memory", scratch("b"), "tmpfs", 0, "size=8k,mode=755");
	SYS(mkdir, scratch("b/d"), 0755);
	SYS(mkdir, scratch("c"), 0755);
	is(bind(scratch("b/d"), scratch("c"), 0), 0,
	   "MS_BIND of a directory within a tmpfs");
	is_info(scratch("b"), "/ rw,relatime tmpfs");
	is_info(scratch("c"), "/d rw,relatime tmpfs");
	SYS(close, make_file(scratch("c/f"), 10));
	is(SYS(umount2, scratch("b"), 0), 0, "umount2 of that tmpfs");
	is(ino(scratch("c/f")) > 0, 1,
	   "the bound directory still shows its file");
	SYS(mount, 0, scratch("c"), 0, MS_REMOUNT | MS_NOEXEC, "size=16k");
	is_info(scratch("c"), "/d rw,noexec,relatime tmpfs");
	is(SYS(mount, scratch("c"), scratch("b"), 0, MS_MOVE, 0), 0,
	   "MS_MOVE of that mount from c to b");
	is(ino(scratch("c/f")), -ENOENT, "c does not show the file any more");
	is(ino(scratch("b/f")) > 0, 1, "b shows the file");
	is_info(scratch("b"), "/d rw,noexec,relatime tmpfs");
	is(SYS(mount, scratch("a"), scratch("c"), 0, MS_MOVE, 0), -EINVAL,
	   "MS_MOVE of a directory that is no mount is refused");
	SYS(mkdir, scratch("b/e"), 0755);
	is(SYS(mount, scratch("b"), scratch("b/e"), 0, MS_MOVE, 0), -ELOOP,
	   "MS_MOVE of a mount into itself is refused");
	is(SYS(umount2, scratch("b"), 0), 0, "umount2 of the moved mount");
	is(SYS(mount, "none", scratch("b"), "proc", 0, 0), 0,
	   "mount of a second /proc");
	ok(ino(scratch("b/self/stat")) > 0, "it shows processes");
	SYS(chdir, scratch("b/self"));
	SYS(chdir, "../..");
	cwd_is(scratch(""),
	       ".. of its root is the directory that it is mounted in");
	SYS(chdir, "/");
	is(SYS(umount2, scratch("b"), 0), 0, "umount2 of the second /proc");
}

static void below(void)
{
	SYS(mount, "memory", scratch("a/sub"), "tmpfs", 0, 0);
	SYS(close, make_file(scratch("a/sub/new"), 1));
	SYS(mkdir, scratch("a/sub/deep"), 0755);
	SYS(mount, "memory", scratch("a/sub/deep"), "tmpfs", 0, 0);
	SYS(close, make_file(scratch("a/sub/deep/er"), 1));
	is(bind(scratch("a"), scratch("b"), 0), 0,
	   "MS_BIND without MS_REC of a directory with mounts below");
	is(ino(scratch("b/sub/new")), -ENOENT,
	   "the copy does not show what is mounted below");
	is(ino(scratch("b/sub/g")) > 0, 1, "the copy shows what that covers");
	SYS(umount2, scratch("b"), 0);
	is(bind(scratch("a"), scratch("b"), MS_REC), 0,
	   "MS_BIND with MS_REC of that directory");
	is(ino(scratch("b/sub/new")) > 0, 1,
	   "the copy shows what is mounted below");
	is(ino(scratch("b/sub/deep/er")) > 0, 1,
	   "the copy shows what is mounted on that");
	is(SYS(umount2, scratch("b"), 0), -EBUSY,
	   "umount2 of the copy is refused: mounts are below");
	is(SYS(umount2, scratch("b"), MNT_DETACH), 0,
	   "MNT_DETACH of the copy and of the mounts below");
	is(ino(scratch("b/sub")), -ENOENT, "nothing of the copy is left");
	is(ino(scratch("a/sub/deep/er")) > 0, 1, "the originals are unchanged");
	is(bind(scratch("a"), scratch("a/sub/deep"), MS_REC), 0,
	   "MS_BIND with MS_REC of a directory into itself");
	is(ino(scratch("a/sub/deep/sub/new")) > 0, 1,
	   "the copy shows a mount of the original");
	is(ino(scratch("a/sub/deep/sub/deep/er")) > 0, 1,
	   "the copy shows what was mounted below before, not itself");
	is(SYS(umount2, scratch("a/sub/deep"), MNT_DETACH), 0,
	   "MNT_DETACH of the copy");
	is(SYS(umount2, scratch("a/sub/deep"), 0), 0,
	   "umount2 of the mount that the copy was on");
	is(SYS(umount2, scratch("a/sub"), 0), 0, "umount2 of the first mount");
}

/*
 * MS_REC of a mount with several others on it: beside each other, on each other
 * and two on one place. Each copy is mounted where its original is.
 */
static void side_by_side(void)
{
	static const char *const places[] = {
		"a/sub",     "a/sub/x", "a/sub/x/y", "a/sub/x/y/v",
		"a/sub/x/w", "a/sub/z", "a/sub/z",
	};
	char path[32];

	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		SYS(mkdir, scratch(places[i]), 0755);
		SYS(mount, "memory", scratch(places[i]), "tmpfs", 0, 0);
		snprintf(path, sizeof(path), "%s/%u", places[i], i);
		SYS(close, make_file(scratch(path), 1));
	}
	is(bind(scratch("a/sub"), scratch("b"), MS_REC), 0,
	   "MS_BIND with MS_REC of seven mounts");
	ok(ino(scratch("b/0")) == ino(scratch("a/sub/0")),
	   "the copy shows the root of the first");
	ok(ino(scratch("b/x/1")) == ino(scratch("a/sub/x/1")),
	   "the copy shows a mount on the first");
	ok(ino(scratch("b/x/y/2")) == ino(scratch("a/sub/x/y/2")),
	   "the copy shows a mount on that one");
	ok(ino(scratch("b/x/y/v/3")) == ino(scratch("a/sub/x/y/v/3")),
	   "the copy shows a mount on that one, too");
	ok(ino(scratch("b/x/w/4")) == ino(scratch("a/sub/x/w/4")),
	   "the copy shows a mount beside these");
	ok(ino(scratch("b/z/6")) == ino(scratch("a/sub/z/6")),
	   "the copy shows the upper of two mounts on one place");
	is(SYS(umount2, scratch("b/z"), 0), 0,
	   "umount2 of the upper one's copy");
	is(ino(scratch("b/z/5")) > 0, 1,
	   "the copy of the lower one is visible then");
	is(ino(scratch("a/sub/z/6")) > 0, 1,
	   "the original of the upper one is still mounted");
	is(SYS(umount2, scratch("b"), MNT_DETACH), 0,
	   "MNT_DETACH of all copies");
	is(SYS(umount2, scratch("a/sub"), MNT_DETACH), 0,
	   "MNT_DETACH of all originals");
	is(ino(scratch("a/sub/g")) > 0, 1,
	   "the covered directory is visible again");
}

/* A task keeps a working directory that was detached; nothing is above it. */
static void detached(void)
{
	int fd;

	SYS(mount, "memory", scratch("b"), "tmpfs", 0, 0);
	SYS(mkdir, scratch("b/d"), 0755);
	SYS(chdir, scratch("b/d"));
	fd = SYS(open, "f", O_CREAT | O_RDWR, 0600);
	is(SYS(umount2, scratch("b"), MNT_DETACH), 0,
	   "MNT_DETACH of the working directory's mount");
	is(SYS(write, fd, "x", 1), 1,
	   "an open file in it can still be written");
	is(ino("f") > 0, 1, "the working directory still contains the file");
	is(SYS(mkdir, "new", 0755), 0, "mkdir in it is allowed");
	is(SYS(mount, "memory", "new", "tmpfs", 0, 0), -EINVAL,
	   "mount in it is refused");
	is(bind(scratch("a"), "new", 0), -EINVAL, "MS_BIND in it is refused");
	is(bind("new", scratch("b"), 0), -EINVAL,
	   "MS_BIND of a directory in it is refused");
	is(SYS(chdir, ".."), 0, "chdir to .. goes to the root of the mount");
	ok(ino("..") == ino("."), ".. of that root is the root itself");
	SYS(close, fd);
	SYS(chdir, "/");
}

/* A directory that a rename by another path takes out of what is bound. */
static void moved_out(void)
{
	bind(scratch("a"), scratch("b"), 0);
	SYS(mkdir, scratch("a/sub/d"), 0755);
	SYS(chdir, scratch("b/sub/d"));
	is(SYS(rename, scratch("a/sub"), scratch("out")), 0,
	   "rename by a's path moves a directory out of b");
	is(ino(".") > 0, 1, "a working directory below it is still found");
	is(ino(".."), -ENOENT, ".. of it is not found");
	is(ino("../../f"), -ENOENT,
	   "a path to b's root through it is not found");
	is(SYS(chdir, ".."), -ENOENT, "chdir to .. is refused");
	is(SYS(rename, scratch("out"), scratch("a/new")), 0,
	   "rename moves the directory back");
	ok(ino("../..") == ino(scratch("b")),
	   "../.. of the working directory is b again");
	SYS(chdir, "/");
	SYS(rename, scratch("a/new"), scratch("a/sub"));
	SYS(rmdir, scratch("a/sub/d"));
	is(SYS(umount2, scratch("b"), 0), 0, "umount2 of b");
	is(bind("/proc/self", scratch("b"), 0), 0,
	   "MS_BIND of a directory of /proc");
	SYS(chdir, scratch("b/fd"));
	ok(ino("..") == ino(scratch("b")),
	   ".. in it is the directory that it is mounted on");
	SYS(chdir, "/");
	is(SYS(umount2, scratch("b"), 0), 0, "umount2 of it");
}

/* Where a task's own root is covered, ".." leads to what covers it. */
static int covered_root(void *arg)
{
	int32_t below;

	(void)arg;
	SYS(chroot, scratch("a"));
	below = ino("/");
	is(SYS(mount, "memory", "/", "tmpfs", 0, 0), 0,
	   "mount of a tmpfs on a task's own root");
	ok(ino("/") == below, "/ is the covered directory");
	ok(ino("/f") > 0, "a path from / begins in the covered directory");
	is(SYS(chdir, "/.."), 0, "chdir to /.. leads to the mount");
	is(ino("f"), -ENOENT, "the mount is empty");
	ok(ino("..") == ino("."), ".. of the mount's root is the root itself");
	is(SYS(mkdir, "/../d", 0755), 0,
	   "mkdir in the mount by a path through /..");
	ok(ino("d/..") == ino("."), ".. of that directory is the mount's root");
	SYS(chdir, "/");
	is(ino("f") > 0, 1, "chdir to / leads to the covered directory");
	is(SYS(umount2, "/", 0), 0, "umount2 of / unmounts the mount on it");
	ok(ino("/..") == below, "/.. is / again");
	is(SYS(umount2, "/..", 0), -EINVAL,
	   "umount2 of /.. is refused: nothing is mounted there");
	return 0;
}

/* A directory in which a program lives as in the root, /proc included. */
static int changed_root(void *arg)
{
	(void)arg;
	is(SYS(chroot, scratch("b")), 0, "chroot into a bind mount");
	SYS(chdir, "/");
	ok(ino("..") == ino("/"), ".. of the new root is the root itself");
	ok(ino("/proc/self/stat") > 0, "/proc in the new root shows processes");
	ok(strstr(info("/proc"), "proc") != NULL,
	   "mountinfo contains /proc by its path in the new root");
	ok(!info("/b")[0],
	   "mountinfo contains no mount outside of the new root");
	return 0;
}

int main(void)
{
	make_tree();
	directories();
	files();
	flags();
	file_systems();
	below();
	side_by_side();
	detached();
	moved_out();
	checks_in_child(covered_root, 0);
	SYS(mkdir, scratch("a/proc"), 0755);
	bind(scratch("a"), scratch("b"), 0);
	SYS(mount, "proc", scratch("b/proc"), "proc", 0, 0);
	checks_in_child(changed_root, 0);
	is(SYS(umount2, scratch("b/proc"), 0), 0,
	   "umount2 of the /proc in the bind mount");
	is(SYS(umount2, scratch("b"), 0), 0, "umount2 of the bind mount");
	SYS(unlink, scratch("a/sub/g"));
	SYS(unlink, scratch("a/f"));
	SYS(rmdir, scratch("a/proc"));
	SYS(rmdir, scratch("a/sub"));
	SYS(rmdir, scratch("a"));
	SYS(rmdir, scratch("b"));
	SYS(rmdir, scratch("c"));
	remove_scratch();
	return done();
}
