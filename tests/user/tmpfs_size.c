/*
 * How much a tmpfs may hold: size=, nr_inodes= and the other options of its
 * mount. Run as root.
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

static int32_t free_inodes(void)
{
	ask();
	return (int32_t)st.f_ffree;
}

static int32_t link_to(const char *name, const char *further)
{
	char from[96];

	strcpy(from, in(name));
	return SYS(link, from, in(further));
}

static int32_t move(const char *name, const char *to)
{
	char from[96];

	strcpy(from, in(name));
	return SYS(rename, from, in(to));
}

/* Writes pages to a new file until there is no room; returns their number. */
static int fill(const char *name)
{
	static char page[PAGE];
	int fd = SYS(open, in(name), O_CREAT | O_RDWR, 0600), n = 0;

	while (SYS(write, fd, page, PAGE) == (int)PAGE)
		n++;
	is(SYS(write, fd, page, 1), -ENOSPC,
	   "the file system is full after that");
	SYS(close, fd);
	return n;
}

static void sizes(void)
{
	int fd;

	is(mount_with("size=32k,nr_inodes=5"), 0,
	   "mount of a tmpfs of 8 pages and 5 inodes");
	ask();
	ok(st.f_blocks == 8 && st.f_bfree == 8 && st.f_bavail == 8,
	   "statfs64: 8 blocks, all of them free");
	ok(st.f_files == 5 && st.f_ffree == 4,
	   "statfs64: 5 inodes, 4 free: one is the root directory");
	is(fill("a"), 8, "8 pages can be written");
	ask();
	ok(st.f_bfree == 0 && st.f_ffree == 3,
	   "statfs64: no block is free, and 3 inodes");
	fd = SYS(open, in("b"), O_CREAT | O_RDWR, 0600);
	ok(fd >= 0, "another file can be made");
	is(SYS(write, fd, "x", 1), -ENOSPC, "a write to it is refused");
	is(SYS(ftruncate, fd, 100000), 0, "ftruncate to a hole needs no page");
	is(SYS(mkdir, in("d"), 0755), 0, "mkdir needs no page");
	is(SYS(symlink, "a", in("l")), 0, "symlink needs no page");
	is(SYS(mkdir, in("e"), 0755), -ENOSPC,
	   "mkdir without a free inode is refused");
	is(SYS(open, in("f"), O_CREAT | O_RDWR, 0600), -ENOSPC,
	   "O_CREAT without a free inode is refused");
	is(SYS(unlink, in("a")), 0, "unlink of the large file");
	is(SYS(write, fd, "x", 1), 1,
	   "a write to the other file has a page now");
	ask();
	ok(st.f_bfree == 7 && st.f_ffree == 1,
	   "statfs64: 7 free blocks and a free inode");
	is(SYS(fallocate, fd, 0, 0, 0, 9 * PAGE, 0), -ENOSPC,
	   "fallocate of 9 pages is refused");
	ask();
	is((int32_t)st.f_bfree, 7, "it leaves the 7 blocks free");
	is(SYS(fallocate, fd, 0, 0, 0, 8 * PAGE, 0), 0,
	   "fallocate of 8 pages, of which one is there, fits");
	ask();
	is((int32_t)st.f_bfree, 0, "no block is free then");
	SYS(ftruncate, fd, PAGE);
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
	is(in_child(stores, (void *)7), 0,
	   "a child stores to 7 pages of a mapping");
	SYS(unlink, in("m"));
	is(in_child(stores, (void *)8), SIGBUS,
	   "a store to an eighth page is SIGBUS");
	SYS(unlink, in("m"));
	ask();
	ok(st.f_bfree == 7, "statfs64: unlink has freed the 7 pages");
}

static void again(void)
{
	is(remount("size=1"), 0, "remount with a size of one byte");
	ask();
	is((int32_t)st.f_blocks, 1,
	   "statfs64: the size is rounded up to a page");
	is(remount("nr_inodes=3"), -EINVAL,
	   "remount with fewer inodes than there are is refused");
	is(remount("size=64k,nr_inodes=1k"), 0,
	   "remount with a larger size and more inodes");
	ask();
	ok(st.f_blocks == 16 && st.f_files == 1024 && st.f_bfree == 15,
	   "statfs64: the new numbers, and one used block");
	is(remount("nr_blocks=20"), 0, "remount with nr_blocks");
	ask();
	ok(st.f_blocks == 20 && st.f_files == 1024,
	   "statfs64: the number of inodes is unchanged");
	is(SYS(umount2, dir, 0), 0, "umount2 of it");
}

/* A further name takes an inode, too: the kernel's memory for it is bounded. */
static void names(void)
{
	int fd;

	is(mount_with("nr_inodes=4"), 0, "mount of a tmpfs of 4 inodes");
	SYS(close, make_file(in("f"), 0));
	is(link_to("f", "g"), 0, "link to its first file");
	is(free_inodes(), 1, "statfs64: the second name took an inode");
	is(link_to("f", "h"), 0, "link to it again");
	is(link_to("f", "i"), -ENOSPC, "link without a free inode is refused");
	is(link_to("f", "g"), -EEXIST,
	   "link to a name that exists is refused as such");
	is(SYS(unlink, in("f")), 0, "unlink of the first name");
	is(free_inodes(), 1, "statfs64: that has freed an inode");
	is(link_to("g", "i"), 0, "link is allowed again");
	is(move("i", "j"), 0, "rename needs none");
	is(SYS(unlink, in("j")), 0, "unlink of that name");
	fd = SYS(open, in("g"), O_RDONLY, 0);
	SYS(unlink, in("g"));
	is(SYS(unlink, in("h")), 0, "unlink of the last name of an open file");
	is(free_inodes(), 2, "statfs64: the open file still has one");
	SYS(close, fd);
	is(free_inodes(), 3, "statfs64: close has freed it");
	SYS(umount2, dir, 0);
}

/* The same when a rename takes a name away, or a file had none before. */
static void other_names(void)
{
	int fd;

	mount_with("nr_inodes=4");
	SYS(close, make_file(in("a"), 0));
	SYS(close, make_file(in("c"), 0));
	link_to("a", "b");
	is(free_inodes(), 0, "statfs64: two files with three names");
	is(move("c", "b"), 0, "rename onto the second name of one");
	is(free_inodes(), 1, "statfs64: that has freed an inode");
	is(move("b", "a"), 0, "rename onto its other name");
	is(free_inodes(), 2, "statfs64: that has freed one, too");
	SYS(unlink, in("a"));
	fd = SYS(open, dir, O_TMPFILE | O_DIRECTORY | O_RDWR, 0600);
	is(free_inodes(), 2, "statfs64: a file without a name takes one");
	is(SYS(linkat, fd, "", AT_FDCWD, in("t"), AT_EMPTY_PATH), 0,
	   "linkat gives it its first name");
	is(free_inodes(), 2, "statfs64: that name takes none");
	SYS(close, fd);
	SYS(umount2, dir, 0);
}

/* Only one of the changes of a remount can be refused; the other is not made. */
static void refused_remount(void)
{
	int fd;

	mount_with("size=8k");
	fd = make_file(in("f"), 0);
	is(SYS(mount, "none", dir, "tmpfs", MS_REMOUNT | MS_RDONLY, "size=16k"),
	   -EBUSY,
	   "remount to read-only with a new size, while a file is open");
	ask();
	is((int32_t)st.f_blocks, 2, "statfs64: the size is unchanged");
	SYS(close, fd);
	is(SYS(mount, "none", dir, "tmpfs", MS_REMOUNT | MS_RDONLY,
	       "nr_inodes=1"),
	   -EINVAL, "remount to read-only with fewer inodes than there are");
	is(SYS(mkdir, in("d"), 0755), 0, "the file system can be written");
	SYS(umount2, dir, 0);
}

static void others(void)
{
	struct kstat64 s;

	is(mount_with("mode=2750,uid=7,gid=8,size=50%"), 0,
	   "mount with mode, uid, gid and half of the memory as size");
	SYS(stat64, dir, &s);
	ok((s.st_mode & 07777) == 02750 && s.st_uid == 7 && s.st_gid == 8,
	   "stat64: the root directory has this mode, user and group");
	ask();
	ok(st.f_blocks > 1000 && st.f_bfree == st.f_blocks,
	   "statfs64: the size is more than 1000 blocks, all free");
	SYS(umount2, dir, 0);
	is(mount_with(0), 0, "mount without options");
	ask();
	ok(st.f_blocks > 1000 && st.f_files > 1000,
	   "statfs64: there are limits by default");
	SYS(umount2, dir, 0);
	is(mount_with("size=0,nr_inodes=0"), 0,
	   "mount with sizes of 0, which means without limits");
	ask();
	ok(st.f_blocks == 0 && st.f_files == 0, "statfs64: both numbers are 0");
	is(SYS(mkdir, in("d"), 0755), 0, "mkdir is allowed all the same");
	SYS(umount2, dir, 0);
	is(mount_with("size=x"), -EINVAL, "size=x is refused");
	is(mount_with("size=1z"), -EINVAL, "size=1z is refused");
	is(mount_with("mode=9"), -EINVAL, "mode=9 is refused");
	is(mount_with("colour=red"), -EINVAL, "an unknown option is refused");
	is(mount_with("size"), -EINVAL, "size without a value is refused");
}

int main(void)
{
	strcpy(dir, scratch("mnt"));
	SYS(mkdir, dir, 0755);
	sizes();
	mapped();
	again();
	names();
	other_names();
	refused_remount();
	others();
	SYS(rmdir, dir);
	remove_scratch();
	return done();
}
