/*
 * How much a tmpfs may hold: size=, nr_inodes= and the other options of its mount.
 * Run as root.
 *
 * qemu-arm runs where nothing can be mounted.
 */
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/mount.h>
#include <uapi/signal.h>
#include <uapi/stat.h>
#include <uapi/statfs.h>
#include "check.h"

static char dir[64];

static int32_t mount_with(const char *options)
{
	return SYS(mount, "none", dir, "tmpfs", 0, options);
}

static int32_t remount(const char *options)
{
	return SYS(mount, "none", dir, "tmpfs", MS_REMOUNT, options);
}

static struct statfs64 st;

static void ask(void)
{
	memset(&st, 0xff, sizeof(st));
	SYS(statfs64, dir, sizeof(st), &st);
}

static const char *in(const char *name)
{
	static char path[96];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* Pages written to a new file until there is no room: how many. */
static int fill(const char *name)
{
	static char page[PAGE];
	int fd = SYS(open, in(name), O_CREAT | O_RDWR, 0600), n = 0;

	while (SYS(write, fd, page, PAGE) == (int)PAGE)
		n++;
	is(SYS(write, fd, page, 1), -ENOSPC, "then it is full");
	SYS(close, fd);
	return n;
}

static void sizes(void)
{
	int fd;

	is(mount_with("size=32k,nr_inodes=5"), 0, "8 pages, 5 inodes");
	ask();
	ok(st.f_blocks == 8 && st.f_bfree == 8 && st.f_bavail == 8,
	   "statfs: 8 free blocks");
	ok(st.f_files == 5 && st.f_ffree == 4,
	   "and 4 inodes, for there is its directory");
	is(fill("a"), 8, "8 pages can be written");
	ask();
	ok(st.f_bfree == 0 && st.f_ffree == 3, "none is left");
	fd = SYS(open, in("b"), O_CREAT | O_RDWR, 0600);
	ok(fd >= 0, "another file may be made");
	is(SYS(write, fd, "x", 1), -ENOSPC, "there is no page for it");
	is(SYS(ftruncate, fd, 100000), 0, "but a hole needs none");
	is(SYS(mkdir, in("d"), 0755), 0, "a directory needs none, either");
	is(SYS(symlink, "a", in("l")), 0, "nor a link");
	is(SYS(mkdir, in("e"), 0755), -ENOSPC, "but the inodes are used up");
	is(SYS(open, in("f"), O_CREAT | O_RDWR, 0600), -ENOSPC,
	   "for files too");
	is(SYS(unlink, in("a")), 0, "the large one goes");
	is(SYS(write, fd, "x", 1), 1, "its pages are free");
	ask();
	ok(st.f_bfree == 7 && st.f_ffree == 1, "statfs has it");
	SYS(close, fd);
}

/* The 8th page may still be stored into through a mapping, no other. */
static int stores(void *arg)
{
	int fd = SYS(open, in("m"), O_CREAT | O_RDWR, 0600);
	volatile char *p;

	SYS(ftruncate, fd, 16 * PAGE);
	p = (char *)SYS(mmap2, 0, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
			fd, 0);
	for (int i = 0; i < (int)arg; i++)
		p[i * PAGE] = 1;
	return 0;
}

static void mapped(void)
{
	is(in_child(stores, (void *)7), 0, "7 pages by a mapping");
	SYS(unlink, in("m"));
	is(in_child(stores, (void *)8), SIGBUS, "the 8th is SIGBUS");
	SYS(unlink, in("m"));
	ask();
	ok(st.f_bfree == 7, "all are given back");
}

static void again(void)
{
	is(remount("size=1"), 0, "as small as what is in it");
	ask();
	is((int32_t)st.f_blocks, 1, "a byte is rounded up to a page");
	is(remount("nr_inodes=3"), -EINVAL, "not fewer inodes than there are");
	is(remount("size=64k,nr_inodes=1k"), 0, "larger");
	ask();
	ok(st.f_blocks == 16 && st.f_files == 1024 && st.f_bfree == 15,
	   "what was in it still is");
	is(remount("nr_blocks=20"), 0, "in blocks");
	ask();
	ok(st.f_blocks == 20 && st.f_files == 1024, "the rest stays");
	is(SYS(umount2, dir, 0), 0, "umount");
}

static void others(void)
{
	struct kstat64 s;

	is(mount_with("mode=2750,uid=7,gid=8,size=50%"), 0, "mode, uid, gid");
	SYS(stat64, dir, &s);
	ok((s.st_mode & 07777) == 02750 && s.st_uid == 7 && s.st_gid == 8,
	   "are its directory's");
	ask();
	ok(st.f_blocks > 1000 && st.f_bfree == st.f_blocks,
	   "half of the memory");
	SYS(umount2, dir, 0);
	is(mount_with(0), 0, "without options");
	ask();
	ok(st.f_blocks > 1000 && st.f_files > 1000, "it is so, too");
	SYS(umount2, dir, 0);
	is(mount_with("size=0,nr_inodes=0"), 0, "without limits");
	ask();
	ok(st.f_blocks == 0 && st.f_files == 0, "it tells none");
	is(SYS(mkdir, in("d"), 0755), 0, "and has none");
	SYS(umount2, dir, 0);
	is(mount_with("size=x"), -EINVAL, "a word is no size");
	is(mount_with("size=1z"), -EINVAL, "nor is this");
	is(mount_with("mode=9"), -EINVAL, "an octal 9");
	is(mount_with("colour=red"), -EINVAL, "what nobody knows");
	is(mount_with("size"), -EINVAL, "a size of nothing");
}

int main(void)
{
	strcpy(dir, scratch("mnt"));
	SYS(mkdir, dir, 0755);
	sizes();
	mapped();
	again();
	others();
	SYS(rmdir, dir);
	remove_scratch();
	return done();
}
