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

static char top[64];

static const char *in(const char *name)
{
	static char paths[4][96];
	static int n;

	n = (n + 1) % 4;
	snprintf(paths[n], sizeof(paths[n]), "%s%s", top, name);
	return paths[n];
}

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
	int fd = SYS(open, "/proc/self/mountinfo", O_RDONLY, 0), n, all = 0;
	char *line, root[100], place[100], flags[100], type[40];

	while ((n = SYS(read, fd, text + all, sizeof(text) - 1 - all)) > 0)
		all += n;
	text[all] = '\0';
	SYS(close, fd);
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
	SYS(mkdir, in("/a"), 0755);
	SYS(mkdir, in("/a/sub"), 0755);
	SYS(mkdir, in("/b"), 0755);
	SYS(close, make_file(in("/a/f"), 10));
	SYS(close, make_file(in("/a/sub/g"), 20));
}

static void directories(void)
{
	char link[96] = { 0 };
	int fd;

	is(bind(in("/a"), in("/b"), 0), 0, "bind: b shows what a shows");
	ok(ino(in("/b")) == ino(in("/a")), "the same directory");
	ok(ino(in("/b/sub/g")) == ino(in("/a/sub/g")), "the same files");
	SYS(chdir, in("/b/sub"));
	cwd_is(in("/b/sub"), "getcwd has the path that was taken");
	ok(ino("..") == ino(in("/b")), "its parent is b");
	ok(ino("../..") == ino(top), "and b's is the scratch directory");
	fd = SYS(open, "g", O_RDONLY, 0);
	snprintf(text, sizeof(text), "/proc/self/fd/%d", fd);
	SYS(readlink, text, link, sizeof(link) - 1);
	ok(!strcmp(link, in("/b/sub/g")), "an open file has it, too");
	is(SYS(umount2, in("/b"), 0), -EBUSY, "umount: in use");
	SYS(chdir, "/");
	is(SYS(umount2, in("/b"), 0), -EBUSY, "by an open file, too");
	SYS(close, fd);
	is(SYS(link, in("/a/f"), in("/b/h")), -EXDEV, "no link between places");
	is(SYS(rename, in("/a/f"), in("/b/h")), -EXDEV, "no rename");
	is(SYS(rename, in("/b/f"), in("/b/h")), 0, "within one there is");
	is(ino(in("/a/f")), -ENOENT, "the other shows the change");
	SYS(rename, in("/a/h"), in("/a/f"));
	is(SYS(rmdir, in("/b")), -EBUSY, "what is covered cannot go");
	is(SYS(umount2, in("/a"), 0), -EINVAL, "a is no mount");
	is(SYS(umount2, in("/b"), 0), 0, "b goes");
	is(ino(in("/b/f")), -ENOENT, "and is empty again");
	is(ino(in("/a/f")) > 0, 1, "a is not");
}

static void files(void)
{
	char buf[32];
	int fd;

	SYS(close, make_file(in("/x"), 3));
	is(bind(in("/a/sub/g"), in("/x"), 0), 0, "bind of a file on a file");
	fd = SYS(open, in("/x"), O_RDWR | O_CREAT, 0600);
	is(SYS(read, fd, buf, sizeof(buf)), 20, "open(O_CREAT) finds it");
	SYS(close, fd);
	is(SYS(unlink, in("/x")), -EBUSY, "unlink");
	is(SYS(rename, in("/x"), in("/y")), -EBUSY, "rename");
	is(SYS(umount2, in("/x"), 0), 0, "umount");
	is(bind(in("/x"), in("/b"), 0), -ENOTDIR, "a file on a directory");
	is(bind(in("/b"), in("/x"), 0), -ENOTDIR, "a directory on a file");
	is(bind(in("/none"), in("/b"), 0), -ENOENT, "of what is not there");
	is(bind("", in("/b"), 0), -EINVAL, "of nothing");
	is(bind(0, in("/b"), 0), -EINVAL, "of no name");
	SYS(unlink, in("/x"));
}

static void flags(void)
{
	is(bind(in("/a"), in("/b"), MS_RDONLY), 0, "bind minds no other flag");
	is(SYS(access, in("/b/f"), W_OK), 0, "it can be written to");
	is(SYS(mount, 0, in("/b"), 0, MS_REMOUNT | MS_BIND | MS_RDONLY, 0), 0,
	   "remount: read-only here");
	is(SYS(open, in("/b/f"), O_WRONLY, 0), -EROFS, "it cannot");
	is(SYS(access, in("/a/f"), W_OK), 0, "in the other place it can");
	SYS(chdir, in("/b"));
	is(SYS(mkdir, "new", 0755), -EROFS, "nor from its working directory");
	is(SYS(mkdir, "../new", 0755), 0, "outside of it can");
	SYS(rmdir, in("/new"));
	SYS(chdir, "/");
	SYS(umount2, in("/b"), 0);
	is(SYS(mount, 0, in("/b"), 0, MS_REMOUNT | MS_BIND, 0), -EINVAL,
	   "what is no mount has no flags");
}

static void file_systems(void)
{
	SYS(mount, "memory", in("/b"), "tmpfs", 0, "size=8k,mode=755");
	SYS(mkdir, in("/b/d"), 0755);
	SYS(mkdir, in("/c"), 0755);
	is(bind(in("/b/d"), in("/c"), 0), 0, "a part of a file system");
	is_info(in("/b"), "/ rw,relatime tmpfs");
	is_info(in("/c"), "/d rw,relatime tmpfs");
	SYS(close, make_file(in("/c/f"), 10));
	is(SYS(umount2, in("/b"), 0), 0, "its first place goes");
	is(ino(in("/c/f")) > 0, 1, "the other still shows it");
	SYS(mount, 0, in("/c"), 0, MS_REMOUNT | MS_NOEXEC, "size=16k");
	is_info(in("/c"), "/d rw,noexec,relatime tmpfs");
	is(SYS(mount, in("/c"), in("/b"), 0, MS_MOVE, 0), 0, "MS_MOVE");
	is(ino(in("/c/f")), -ENOENT, "it is there no more");
	is(ino(in("/b/f")) > 0, 1, "but here");
	is_info(in("/b"), "/d rw,noexec,relatime tmpfs");
	is(SYS(mount, in("/a"), in("/c"), 0, MS_MOVE, 0), -EINVAL,
	   "only mounts move");
	SYS(mkdir, in("/b/e"), 0755);
	is(SYS(mount, in("/b"), in("/b/e"), 0, MS_MOVE, 0), -ELOOP,
	   "but not into themselves");
	is(SYS(umount2, in("/b"), 0), 0, "umount");
	is(SYS(mount, "none", in("/b"), "proc", 0, 0), 0, "a second /proc");
	ok(ino(in("/b/self/stat")) > 0, "shows processes");
	SYS(chdir, in("/b/self"));
	SYS(chdir, "../..");
	cwd_is(top, "its parent is where it is mounted");
	SYS(chdir, "/");
	is(SYS(umount2, in("/b"), 0), 0, "umount");
}

static void below(void)
{
	SYS(mount, "memory", in("/a/sub"), "tmpfs", 0, 0);
	SYS(close, make_file(in("/a/sub/new"), 1));
	SYS(mkdir, in("/a/sub/deep"), 0755);
	SYS(mount, "memory", in("/a/sub/deep"), "tmpfs", 0, 0);
	SYS(close, make_file(in("/a/sub/deep/er"), 1));
	is(bind(in("/a"), in("/b"), 0), 0, "without MS_REC");
	is(ino(in("/b/sub/new")), -ENOENT, "what is mounted below is not seen");
	is(ino(in("/b/sub/g")) > 0, 1, "but what it covers");
	SYS(umount2, in("/b"), 0);
	is(bind(in("/a"), in("/b"), MS_REC), 0, "with MS_REC");
	is(ino(in("/b/sub/new")) > 0, 1, "it is");
	is(ino(in("/b/sub/deep/er")) > 0, 1, "and what is mounted on that");
	is(SYS(umount2, in("/b"), 0), -EBUSY, "which keeps it from going");
	is(SYS(umount2, in("/b"), MNT_DETACH), 0, "MNT_DETACH: all of it goes");
	is(ino(in("/b/sub")), -ENOENT, "nothing is left");
	is(ino(in("/a/sub/deep/er")) > 0, 1, "the first ones are as they were");
	is(bind(in("/a"), in("/a/sub/deep"), MS_REC), 0, "into itself");
	is(ino(in("/a/sub/deep/sub/new")) > 0, 1, "it is a copy");
	is(ino(in("/a/sub/deep/sub/deep/er")) > 0, 1, "of what was there");
	is(SYS(umount2, in("/a/sub/deep"), MNT_DETACH), 0, "which goes");
	is(SYS(umount2, in("/a/sub/deep"), 0), 0, "below it the first");
	is(SYS(umount2, in("/a/sub"), 0), 0, "and the first of all");
}

/* Who stands in what was taken off still has it; there is nothing above. */
static void detached(void)
{
	int fd;

	SYS(mount, "memory", in("/b"), "tmpfs", 0, 0);
	SYS(mkdir, in("/b/d"), 0755);
	SYS(chdir, in("/b/d"));
	fd = SYS(open, "f", O_CREAT | O_RDWR, 0600);
	is(SYS(umount2, in("/b"), MNT_DETACH), 0, "MNT_DETACH");
	is(SYS(write, fd, "x", 1), 1, "what is open is still written to");
	is(ino("f") > 0, 1, "its directory still has it");
	is(SYS(mkdir, "new", 0755), 0, "and takes names");
	is(SYS(chdir, ".."), 0, "one can go up to its root");
	ok(ino("..") == ino("."), "and no further");
	SYS(close, fd);
	SYS(chdir, "/");
}

/* A directory in which a program lives as in the root, /proc included. */
static int changed_root(void *arg)
{
	(void)arg;
	is(SYS(chroot, in("/b")), 0, "chroot into what is mounted");
	SYS(chdir, "/");
	ok(ino("..") == ino("/"), "there is nothing above");
	ok(ino("/proc/self/stat") > 0, "/proc is there");
	ok(strstr(info("/proc"), "proc") != NULL, "mountinfo has its path");
	ok(!info("/b")[0], "and not what is outside");
	return 0;
}

int main(void)
{
	strcpy(top, scratch(""));
	if (top[strlen(top) - 1] == '/')
		top[strlen(top) - 1] = '\0';
	make_tree();
	directories();
	files();
	flags();
	file_systems();
	below();
	detached();
	SYS(mkdir, in("/a/proc"), 0755);
	bind(in("/a"), in("/b"), 0);
	SYS(mount, "proc", in("/b/proc"), "proc", 0, 0);
	checks_in_child(changed_root, 0);
	is(SYS(umount2, in("/b/proc"), 0), 0, "its /proc goes");
	is(SYS(umount2, in("/b"), 0), 0, "and it");
	SYS(unlink, in("/a/sub/g"));
	SYS(unlink, in("/a/f"));
	SYS(rmdir, in("/a/proc"));
	SYS(rmdir, in("/a/sub"));
	SYS(rmdir, in("/a"));
	SYS(rmdir, in("/b"));
	SYS(rmdir, in("/c"));
	remove_scratch();
	return done();
}
