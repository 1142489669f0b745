/*
 * How many mounts there may be: /proc/sys/fs/mount-max. A mount needs the kernel's
 * memory and lengthens the walks over its place, so the number is bounded. Run as
 * root.
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

static int32_t ino(const char *path)
{
	struct kstat64 st = { 0 };
	int32_t err = SYS(stat64, path, &st);

	return err ? err : (int32_t)st.st_ino;
}

/* ---- the number -------------------------------------------------- */

static int as_user(void *arg)
{
	(void)arg;
	SYS(setuid32, 1001);
	is(set_text("100"), -EACCES, "a user may not change it");
	return 0;
}

static void number(void)
{
	uint32_t before = most();

	ok(before >= 1000, "mount-max");
	is(set_text("0"), -EINVAL, "not 0");
	is(set_text("no"), -EINVAL, "a word is no number");
	is(set_text("2147483648"), -EINVAL, "more than an int");
	checks_in_child(as_user, 0);
	ok(most() == before, "it is as before");
}

/* ---- at the limit ------------------------------------------------ */

static void at_limit(void)
{
	uint32_t before = most(), now = mounts();

	is(set_most(now + 3), 0, "three more than there are");
	is(mount_tmpfs(scratch("a")), 0, "one");
	SYS(mkdir, scratch("a/in"), 0755);
	is(mount_tmpfs(scratch("a/in")), 0, "two");
	is(bind(scratch("a"), scratch("b"), MS_REC), -ENOSPC,
	   "bind of both: no room for two");
	ok(mounts() == now + 2, "not one of them stays");
	is(bind(scratch("a"), scratch("b"), 0), 0, "of one: three");
	is(mount_tmpfs(scratch("c")), -ENOSPC, "a fourth");
	is(bind(scratch("a"), scratch("c"), 0), -ENOSPC, "nor bound");
	is(mount_tmpfs(scratch("none")), -ENOENT, "on nothing");
	is(SYS(mount, scratch("b"), scratch("c"), 0, MS_MOVE, 0), 0,
	   "one can be moved");
	is(SYS(mount, 0, scratch("c"), 0, MS_REMOUNT | MS_BIND, 0), 0,
	   "and mounted anew");
	is(SYS(umount2, scratch("c"), 0), 0, "one goes");
	is(mount_tmpfs(scratch("b")), 0, "that makes room");
	is(set_most(now), 0, "fewer than there are: they stay");
	is(SYS(umount2, scratch("b"), 0), 0, "umount");
	is(mount_tmpfs(scratch("b")), -ENOSPC, "there are still too many");
	is(SYS(umount2, scratch("a"), MNT_DETACH), 0, "all go");
	is(mount_tmpfs(scratch("b")), -ENOSPC, "as many as there may be");
	set_most(before);
	ok(mounts() == now, "as many as before");
}

/* ---- many -------------------------------------------------------- */

/* The same directory on itself again and again: each is mounted on the last. */
static void stacked(void)
{
	uint32_t now = mounts(), made = 0;
	int32_t same = ino(scratch("a"));

	while (made < STACK && !bind(scratch("a"), scratch("a"), 0))
		made++;
	ok(made == STACK, "%u on one place", STACK);
	ok(mounts() == now + STACK, "mountinfo has all of them");
	ok(ino(scratch("a")) == same, "a path leads to the uppermost");
	SYS(chdir, scratch("a"));
	ok(ino("..") == ino(scratch("")), "and .. down through all of them");
	SYS(chdir, "/");
	/* Twice as many: what is copied hangs below the copy of the first. */
	is(bind(scratch(""), scratch("b"), MS_REC), 0, "all of them copied");
	ok(mounts() == now + 2 * STACK + 1, "mountinfo has these, too");
	ok(ino(scratch("b/a")) == same, "they show the same");
	is(SYS(umount2, scratch("b"), MNT_DETACH), 0, "the copies go");
	ok(mounts() == now + STACK, "and nothing else");
	while (made && !SYS(umount2, scratch("a"), 0))
		made--;
	ok(made == 0 && mounts() == now, "the others one by one");
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
