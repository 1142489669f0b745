/*
 * The same directory or file in several places: MS_BIND, with what is mounted below
 * it (MS_REC), moved to another place (MS_MOVE), and read-only in one place alone.
 * Run as root.
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

static int32_t ino(const char *path)
{
	struct kstat64 st = { 0 };
	int32_t err = SYS(stat64, path, &st);

	return err ? err : (int32_t)st.st_ino;
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
	   "bind: b shows what a shows");
	ok(ino(scratch("b")) == ino(scratch("a")), "the same directory");
	ok(ino(scratch("b/sub/g")) == ino(scratch("a/sub/g")),
	   "the same files");
	SYS(chdir, scratch("b/sub"));
	cwd_is(scratch("b/sub"), "getcwd has the path that was taken");
	ok(ino("..") == ino(scratch("b")), "its parent is b");
	ok(ino("../..") == ino(scratch("")),
	   "and b's is the scratch directory");
	fd = SYS(open, "g", O_RDONLY, 0);
	snprintf(text, sizeof(text), "/proc/self/fd/%d", fd);
	SYS(readlink, text, link, sizeof(link) - 1);
	ok(!strcmp(link, scratch("b/sub/g")), "an open file has it, too");
	is(SYS(umount2, scratch("b"), 0), -EBUSY, "umount: in use");
	SYS(chdir, "/");
	is(SYS(umount2, scratch("b"), 0), -EBUSY, "by an open file, too");
	SYS(close, fd);
	is(SYS(link, scratch("a/f"), scratch("b/h")), -EXDEV,
	   "no link between places");
	is(SYS(rename, scratch("a/f"), scratch("b/h")), -EXDEV, "no rename");
	is(SYS(rename, scratch("b/f"), scratch("b/h")), 0,
	   "within one there is");
	is(ino(scratch("a/f")), -ENOENT, "the other shows the change");
	SYS(rename, scratch("a/h"), scratch("a/f"));
	is(SYS(rmdir, scratch("b")), -EBUSY, "what is covered cannot go");
	is(SYS(umount2, scratch("a"), 0), -EINVAL, "a is no mount");
	is(SYS(umount2, scratch("b"), 0), 0, "b goes");
	is(ino(scratch("b/f")), -ENOENT, "and is empty again");
	is(ino(scratch("a/f")) > 0, 1, "a is not");
}

static void files(void)
{
	char buf[32];
	int fd;

	SYS(close, make_file(scratch("x"), 3));
	is(bind(scratch("a/sub/g"), scratch("x"), 0), 0,
	   "bind of a file on a file");
	fd = SYS(open, scratch("x"), O_RDWR | O_CREAT, 0600);
	is(SYS(read, fd, buf, sizeof(buf)), 20, "open(O_CREAT) finds it");
	SYS(close, fd);
	is(SYS(unlink, scratch("x")), -EBUSY, "unlink");
	is(SYS(rename, scratch("x"), scratch("y")), -EBUSY, "rename");
	is(SYS(umount2, scratch("x"), 0), 0, "umount");
	is(bind(scratch("x"), scratch("b"), 0), -ENOTDIR,
	   "a file on a directory");
	is(bind(scratch("b"), scratch("x"), 0), -ENOTDIR,
	   "a directory on a file");
	is(bind(scratch("none"), scratch("b"), 0), -ENOENT,
	   "of what is not there");
	is(bind("", scratch("b"), 0), -EINVAL, "of nothing");
	is(bind(0, scratch("b"), 0), -EINVAL, "of no name");
	SYS(unlink, scratch("x"));
}

static void flags(void)
{
	is(bind(scratch("a"), scratch("b"), MS_RDONLY), 0,
	   "bind minds no other flag");
	is(SYS(access, scratch("b/f"), W_OK), 0, "it can be written to");
	is(SYS(mount, 0, scratch("b"), 0, MS_REMOUNT | MS_BIND | MS_RDONLY, 0),
	   0, "remount: read-only here");
	is(SYS(open, scratch("b/f"), O_WRONLY, 0), -EROFS, "it cannot");
	is(SYS(access, scratch("a/f"), W_OK), 0, "in the other place it can");
	SYS(chdir, scratch("b"));
	is(SYS(mkdir, "new", 0755), -EROFS, "nor from its working directory");
	is(SYS(mkdir, "../new", 0755), 0, "outside of it can");
	SYS(rmdir, scratch("new"));
	SYS(chdir, "/");
	SYS(umount2, scratch("b"), 0);
	is(SYS(mount, 0, scratch("b"), 0, MS_REMOUNT | MS_BIND, 0), -EINVAL,
	   "what is no mount has no flags");
}

static void file_systems(void)
{
	SYS(mount, "memory", scratch("b"), "tmpfs", 0, "size=8k,mode=755");
	SYS(mkdir, scratch("b/d"), 0755);
	SYS(mkdir, scratch("c"), 0755);
	is(bind(scratch("b/d"), scratch("c"), 0), 0, "a part of a file system");
	is_info(scratch("b"), "/ rw,relatime tmpfs");
	is_info(scratch("c"), "/d rw,relatime tmpfs");
	SYS(close, make_file(scratch("c/f"), 10));
	is(SYS(umount2, scratch("b"), 0), 0, "its first place goes");
	is(ino(scratch("c/f")) > 0, 1, "the other still shows it");
	SYS(mount, 0, scratch("c"), 0, MS_REMOUNT | MS_NOEXEC, "size=16k");
	is_info(scratch("c"), "/d rw,noexec,relatime tmpfs");
	is(SYS(mount, scratch("c"), scratch("b"), 0, MS_MOVE, 0), 0, "MS_MOVE");
	is(ino(scratch("c/f")), -ENOENT, "it is there no more");
	is(ino(scratch("b/f")) > 0, 1, "but here");
	is_info(scratch("b"), "/d rw,noexec,relatime tmpfs");
	is(SYS(mount, scratch("a"), scratch("c"), 0, MS_MOVE, 0), -EINVAL,
	   "only mounts move");
	SYS(mkdir, scratch("b/e"), 0755);
	is(SYS(mount, scratch("b"), scratch("b/e"), 0, MS_MOVE, 0), -ELOOP,
	   "but not into themselves");
	is(SYS(umount2, scratch("b"), 0), 0, "umount");
	is(SYS(mount, "none", scratch("b"), "proc", 0, 0), 0, "a second /proc");
	ok(ino(scratch("b/self/stat")) > 0, "shows processes");
	SYS(chdir, scratch("b/self"));
	SYS(chdir, "../..");
	cwd_is(scratch(""), "its parent is where it is mounted");
	SYS(chdir, "/");
	is(SYS(umount2, scratch("b"), 0), 0, "umount");
}

static void below(void)
{
	SYS(mount, "memory", scratch("a/sub"), "tmpfs", 0, 0);
	SYS(close, make_file(scratch("a/sub/new"), 1));
	SYS(mkdir, scratch("a/sub/deep"), 0755);
	SYS(mount, "memory", scratch("a/sub/deep"), "tmpfs", 0, 0);
	SYS(close, make_file(scratch("a/sub/deep/er"), 1));
	is(bind(scratch("a"), scratch("b"), 0), 0, "without MS_REC");
	is(ino(scratch("b/sub/new")), -ENOENT,
	   "what is mounted below is not seen");
	is(ino(scratch("b/sub/g")) > 0, 1, "but what it covers");
	SYS(umount2, scratch("b"), 0);
	is(bind(scratch("a"), scratch("b"), MS_REC), 0, "with MS_REC");
	is(ino(scratch("b/sub/new")) > 0, 1, "it is");
	is(ino(scratch("b/sub/deep/er")) > 0, 1, "and what is mounted on that");
	is(SYS(umount2, scratch("b"), 0), -EBUSY, "which keeps it from going");
	is(SYS(umount2, scratch("b"), MNT_DETACH), 0,
	   "MNT_DETACH: all of it goes");
	is(ino(scratch("b/sub")), -ENOENT, "nothing is left");
	is(ino(scratch("a/sub/deep/er")) > 0, 1,
	   "the first ones are as they were");
	is(bind(scratch("a"), scratch("a/sub/deep"), MS_REC), 0, "into itself");
	is(ino(scratch("a/sub/deep/sub/new")) > 0, 1, "it is a copy");
	is(ino(scratch("a/sub/deep/sub/deep/er")) > 0, 1, "of what was there");
	is(SYS(umount2, scratch("a/sub/deep"), MNT_DETACH), 0, "which goes");
	is(SYS(umount2, scratch("a/sub/deep"), 0), 0, "below it the first");
	is(SYS(umount2, scratch("a/sub"), 0), 0, "and the first of all");
}

/*
 * MS_REC of a mount on which several stand, beside each other, on each other and in
 * two layers: each copy stands where its original does.
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
	is(bind(scratch("a/sub"), scratch("b"), MS_REC), 0, "MS_REC of seven");
	ok(ino(scratch("b/0")) == ino(scratch("a/sub/0")), "the first");
	ok(ino(scratch("b/x/1")) == ino(scratch("a/sub/x/1")), "one on it");
	ok(ino(scratch("b/x/y/2")) == ino(scratch("a/sub/x/y/2")),
	   "one on that");
	ok(ino(scratch("b/x/y/v/3")) == ino(scratch("a/sub/x/y/v/3")),
	   "and on that");
	ok(ino(scratch("b/x/w/4")) == ino(scratch("a/sub/x/w/4")),
	   "one beside it");
	ok(ino(scratch("b/z/6")) == ino(scratch("a/sub/z/6")),
	   "the upper of two");
	is(SYS(umount2, scratch("b/z"), 0), 0, "which goes");
	is(ino(scratch("b/z/5")) > 0, 1, "below it the lower");
	is(ino(scratch("a/sub/z/6")) > 0, 1, "the original stays");
	is(SYS(umount2, scratch("b"), MNT_DETACH), 0, "all copies go");
	is(SYS(umount2, scratch("a/sub"), MNT_DETACH), 0, "and the originals");
	is(ino(scratch("a/sub/g")) > 0, 1, "nothing covers it any more");
}

/* A task whose directory was taken off keeps it; there is nothing above. */
static void detached(void)
{
	int fd;

	SYS(mount, "memory", scratch("b"), "tmpfs", 0, 0);
	SYS(mkdir, scratch("b/d"), 0755);
	SYS(chdir, scratch("b/d"));
	fd = SYS(open, "f", O_CREAT | O_RDWR, 0600);
	is(SYS(umount2, scratch("b"), MNT_DETACH), 0, "MNT_DETACH");
	is(SYS(write, fd, "x", 1), 1, "what is open is still written to");
	is(ino("f") > 0, 1, "its directory still has it");
	is(SYS(mkdir, "new", 0755), 0, "and takes names");
	is(SYS(mount, "memory", "new", "tmpfs", 0, 0), -EINVAL,
	   "but no mounts");
	is(bind(scratch("a"), "new", 0), -EINVAL, "of any kind");
	is(bind("new", scratch("b"), 0), -EINVAL, "nor does it lend any");
	is(SYS(chdir, ".."), 0, "one can go up to its root");
	ok(ino("..") == ino("."), "and no further");
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
	   "a directory is moved out of b");
	is(ino(".") > 0, 1, "who stands below it does so still");
	is(ino(".."), -ENOENT, "but nothing is above");
	is(ino("../../f"), -ENOENT, "neither b nor where it is now");
	is(SYS(chdir, ".."), -ENOENT, "one cannot get out");
	is(SYS(rename, scratch("out"), scratch("a/new")), 0, "it comes back");
	ok(ino("../..") == ino(scratch("b")), "and is below b again");
	SYS(chdir, "/");
	SYS(rename, scratch("a/new"), scratch("a/sub"));
	SYS(rmdir, scratch("a/sub/d"));
	is(SYS(umount2, scratch("b"), 0), 0, "umount");
	is(bind("/proc/self", scratch("b"), 0), 0, "a part of /proc");
	SYS(chdir, scratch("b/fd"));
	ok(ino("..") == ino(scratch("b")), "has parents, too");
	SYS(chdir, "/");
	is(SYS(umount2, scratch("b"), 0), 0, "umount");
}

/* Where a task's own root is covered, ".." leads to what covers it. */
static int covered_root(void *arg)
{
	int32_t below;

	(void)arg;
	SYS(chroot, scratch("a"));
	below = ino("/");
	is(SYS(mount, "memory", "/", "tmpfs", 0, 0), 0, "a mount on the root");
	ok(ino("/") == below, "/ is what it covers");
	ok(ino("/f") > 0, "and so are paths from there");
	is(SYS(chdir, "/.."), 0, "chdir to its parent");
	is(ino("f"), -ENOENT, "is the mount");
	ok(ino("..") == ino("."), "whose parent is itself");
	is(SYS(mkdir, "/../d", 0755), 0, "a directory in it");
	ok(ino("d/..") == ino("."), "lies below it");
	SYS(chdir, "/");
	is(ino("f") > 0, 1, "the root");
	is(SYS(umount2, "/", 0), 0, "umount finds the mount on it");
	ok(ino("/..") == below, "which is gone");
	is(SYS(umount2, "/..", 0), -EINVAL, "nothing else is there");
	return 0;
}

/* A directory in which a program lives as in the root, /proc included. */
static int changed_root(void *arg)
{
	(void)arg;
	is(SYS(chroot, scratch("b")), 0, "chroot into what is mounted");
	SYS(chdir, "/");
	ok(ino("..") == ino("/"), "there is nothing above");
	ok(ino("/proc/self/stat") > 0, "/proc is there");
	ok(strstr(info("/proc"), "proc") != NULL, "mountinfo has its path");
	ok(!info("/b")[0], "and not what is outside");
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
	is(SYS(umount2, scratch("b/proc"), 0), 0, "its /proc goes");
	is(SYS(umount2, scratch("b"), 0), 0, "and it");
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
