/*
 * How many mounts there may be: /proc/sys/fs/mount-max. A mount needs the
 * kernel's memory and lengthens the walks over its place, so the number is
 * bounded. Run as root.
 *
 * qemu-arm runs where nothing can be mounted.
 */
#include <uapi/fcntl.h>
#include <uapi/mount.h>
#include <uapi/stat.h>
#include "check.h"

#define SETTING "/proc/sys/fs/mount-max"
/* So many on one place are a walk's worst case, and soon made. */
#define STACK   500

static char text[4096];

/* Returns the bytes read into text, 0 at the end. */
static int32_t read_some(int fd)
{
	int32_t n = SYS(read, fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return n;
}

static uint32_t most(void)
{
	int fd = SYS(open, SETTING, O_RDONLY, 0);

	read_some(fd);
	SYS(close, fd);
	return strtoul(text, NULL, 10);
}

static int32_t set_text(const char *value)
{
	int fd = SYS(open, SETTING, O_WRONLY, 0);
	int32_t n = fd < 0 ? fd : SYS(write, fd, value, strlen(value));

	SYS(close, fd);
	return n < 0 ? n : 0;
}

static int32_t set_most(uint32_t value)
{
	char digits[16];

	sprintf(digits, "%u", (unsigned)value);
	return set_text(digits);
}

/* Mounts, the root among them: mountinfo has a line for each. */
static uint32_t mounts(void)
{
	int fd = SYS(open, "/proc/self/mountinfo", O_RDONLY, 0);
	uint32_t lines = 0;

	while (read_some(fd) > 0)
		for (const char *p = text; *p; p++)
			lines += *p == '\n';
	SYS(close, fd);
	return lines;
}

static int32_t mount_tmpfs(const char *path)
{
	return SYS(mount, "memory", path, "tmpfs", 0, 0);
}

static int32_t bind(const char *from, const char *to, unsigned int flags)
{
	return SYS(mount, from, to, 0, MS_BIND | flags, 0);
}

/* ---- the number -------------------------------------------------- */

static int as_user(void *arg)
{
	(void)arg;
	SYS(setuid32, 1001);
	is(set_text("100"), -EACCES,
	   "a write to mount-max by a user is refused");
	return 0;
}

static void number(void)
{
	uint32_t before = most();

	ok(before >= 1000, "mount-max is 1000 at least");
	is(set_text("0"), -EINVAL, "mount-max of 0 is refused");
	is(set_text("no"), -EINVAL, "mount-max of a word is refused");
	is(set_text("2147483648"), -EINVAL,
	   "mount-max above the range of an int is refused");
	checks_in_child(as_user, 0);
	ok(most() == before, "mount-max is unchanged");
}

/* ---- at the limit ------------------------------------------------ */

static void at_limit(void)
{
	uint32_t before = most(), now = mounts();

	is(set_most(now + 3), 0,
	   "mount-max is set to three more than there are");
	is(mount_tmpfs(scratch("a")), 0, "mount of a first one");
	SYS(mkdir, scratch("a/in"), 0755);
	is(mount_tmpfs(scratch("a/in")), 0, "mount of a second one inside it");
	is(bind(scratch("a"), scratch("b"), MS_REC), -ENOSPC,
	   "MS_BIND with MS_REC of both, with room for one, is refused");
	ok(mounts() == now + 2, "neither of the two copies has stayed");
	is(bind(scratch("a"), scratch("b"), 0), 0,
	   "MS_BIND of one is the third");
	is(mount_tmpfs(scratch("c")), -ENOSPC,
	   "mount of a fourth one is refused");
	is(bind(scratch("a"), scratch("c"), 0), -ENOSPC,
	   "MS_BIND of a fourth one is refused");
	is(mount_tmpfs(scratch("none")), -ENOENT,
	   "mount on a missing directory: that comes first");
	is(SYS(mount, scratch("b"), scratch("c"), 0, MS_MOVE, 0), 0,
	   "MS_MOVE is allowed");
	is(SYS(mount, 0, scratch("c"), 0, MS_REMOUNT | MS_BIND, 0), 0,
	   "MS_REMOUNT is allowed");
	is(SYS(umount2, scratch("c"), 0), 0, "umount2 of the third one");
	is(mount_tmpfs(scratch("b")), 0, "mount of another one has room then");
	is(set_most(now), 0, "mount-max below the present number is accepted");
	is(SYS(umount2, scratch("b"), 0), 0, "umount2 of the third one");
	is(mount_tmpfs(scratch("b")), -ENOSPC,
	   "mount is refused: there are still as many as that");
	is(SYS(umount2, scratch("a"), MNT_DETACH), 0,
	   "MNT_DETACH of the first one and what is inside");
	is(mount_tmpfs(scratch("b")), -ENOSPC,
	   "mount is refused: there are as many as allowed");
	set_most(before);
	ok(mounts() == now, "there are as many mounts as before the test");
}

/* ---- many -------------------------------------------------------- */

/* The same directory on itself again and again: each is mounted on the last. */
static void stacked(void)
{
	uint32_t now = mounts(), made = 0;
	int32_t same = ino(scratch("a"));

	while (made < STACK && !bind(scratch("a"), scratch("a"), 0))
		made++;
	ok(made == STACK, "%u binds of a directory on itself", STACK);
	ok(mounts() == now + STACK, "mountinfo has a line for each");
	ok(ino(scratch("a")) == same,
	   "a path leads to the uppermost: the same directory");
	SYS(chdir, scratch("a"));
	ok(ino("..") == ino(scratch("")),
	   ".. leads through all of them to the parent");
	SYS(chdir, "/");
	/* Twice as many: what is copied hangs below the copy of the first. */
	is(bind(scratch(""), scratch("b"), MS_REC), 0,
	   "MS_BIND with MS_REC of all of them");
	ok(mounts() == now + 2 * STACK + 1,
	   "mountinfo has a line for each copy");
	ok(ino(scratch("b/a")) == same,
	   "a path leads to the uppermost copy: the same directory");
	is(SYS(umount2, scratch("b"), MNT_DETACH), 0,
	   "MNT_DETACH of the copies");
	ok(mounts() == now + STACK, "the originals are still mounted");
	while (made && !SYS(umount2, scratch("a"), 0))
		made--;
	ok(made == 0 && mounts() == now, "umount2 removes these one by one");
}

int main(void)
{
	SYS(mkdir, scratch("a"), 0755);
	SYS(mkdir, scratch("b"), 0755);
	SYS(mkdir, scratch("c"), 0755);
	number();
	at_limit();
	stacked();
	SYS(rmdir, scratch("a"));
	SYS(rmdir, scratch("b"));
	SYS(rmdir, scratch("c"));
	remove_scratch();
	return done();
}
