/*
 * Archives: good ones, each kind of broken one, and whatever chance makes of
 * them. Nothing outside of an archive may be looked at.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fs_world.h"

#define REG (S_IFREG | 0644)
#define EXE (S_IFREG | 0755)
#define DIR (S_IFDIR | 0755)
#define LNK (S_IFLNK | 0777)

#define HELLO "hello, world\n"

static struct archive archive;

/* ---- good archives ----------------------------------------------- */

static void begin(void)
{
	fs_world_start();
	memset(&archive, 0, sizeof(archive));
}

static void test_kinds(void **state __unused_arg)
{
	char big[3 * PAGE_SIZE + 17], text[PATH_MAX];
	struct inode *inode;

	begin();
	memset(big, 'b', sizeof(big));
	archive_add(&archive, ".", DIR, "", 0);
	archive_add(&archive, "bin/", DIR, "", 0);
	archive_add(&archive, "./bin/hello", EXE, HELLO, strlen(HELLO));
	archive_add(&archive, "/bin/big", REG, big, sizeof(big));
	archive_add(&archive, "bin/empty", REG, "", 0);
	archive_add(&archive, "link", LNK, "bin/hello", 9);
	archive_add(&archive, "fifo", S_IFIFO | 0600, "", 0);
	archive_add_device(&archive, "nod", S_IFCHR | 0600, 5, 1);
	archive_end(&archive);
	assert_int_equal(archive_unpack(&archive, archive.bytes), 0);
	expect_file("/bin/hello", HELLO, strlen(HELLO));
	expect_file("/bin/big", big, sizeof(big));
	expect_file("/bin/empty", "", 0);
	expect_file("/link", HELLO, strlen(HELLO));
	inode = must_find("/bin/hello");
	assert_int_equal(inode->i_mode, EXE);
	assert_int_equal(inode->i_mtime.sec, 1234);
	assert_int_equal(inode->i_nlink, 1);
	iput(inode);
	inode = must_find("/link");
	assert_true(S_ISLNK(inode->i_mode));
	assert_int_equal(inode->i_op->readlink(inode, text, PATH_MAX), 0);
	assert_string_equal(text, "bin/hello");
	iput(inode);
	inode = must_find("/nod");
	assert_int_equal(inode->i_rdev, MKDEV(5, 1));
	iput(inode);
	fs_world_end();
}

/* Data may come with the first or the last of the names. */
static void test_hard_links(void **state __unused_arg)
{
	struct inode *a, *b, *c;

	begin();
	archive_add_link(&archive, "a", REG, 7, 3, "", 0);
	archive_add_link(&archive, "b", REG, 7, 3, "", 0);
	archive_add_link(&archive, "c", REG, 7, 3, HELLO, strlen(HELLO));
	archive_add_link(&archive, "d", REG, 8, 2, HELLO, strlen(HELLO));
	archive_add_link(&archive, "e", REG, 8, 2, "", 0);
	archive_end(&archive);
	/* Numbers of another archive mean nothing here. */
	archive_add_link(&archive, "f", REG, 7, 2, "other", 5);
	archive_end(&archive);
	assert_int_equal(archive_unpack(&archive, archive.bytes), 0);
	a = must_find("/a");
	b = must_find("/b");
	c = must_find("/f");
	assert_ptr_equal(a, b);
	assert_ptr_not_equal(a, c);
	assert_int_equal(a->i_nlink, 3);
	iput(a);
	iput(b);
	iput(c);
	expect_file("/a", HELLO, strlen(HELLO));
	expect_file("/c", HELLO, strlen(HELLO));
	expect_file("/d", HELLO, strlen(HELLO));
	expect_file("/e", HELLO, strlen(HELLO));
	expect_file("/f", "other", 5);
	fs_world_end();
}

/*
 * A later entry has taken the file's only name so far: its next name begins a
 * new file, and nothing of the old one is left.
 */
static void test_hard_link_of_a_lost_name(void **state __unused_arg)
{
	struct inode *b;
	u32 before;

	begin();
	/* The first path also maps the page that it is put into. */
	assert_int_equal(do_unlink("/a"), -ENOENT);
	before = slab_report_live();
	archive_add_link(&archive, "a", REG, 7, 2, HELLO, strlen(HELLO));
	archive_add_link(&archive, "a", REG, 8, 1, "other", 5);
	archive_add_link(&archive, "b", REG, 7, 2, "again", 5);
	archive_end(&archive);
	assert_int_equal(archive_unpack(&archive, archive.bytes), 0);
	b = must_find("/b");
	assert_int_equal(b->i_nlink, 1);
	iput(b);
	expect_file("/a", "other", 5);
	expect_file("/b", "again", 5);
	assert_int_equal(do_unlink("/a"), 0);
	assert_int_equal(do_unlink("/b"), 0);
	assert_int_equal(slab_report_live(), before);
	fs_world_end();
}

/* Zeroes, then a second archive; a later entry takes an earlier one's name. */
static void test_second_archive(void **state __unused_arg)
{
	begin();
	archive_add(&archive, "etc", DIR, "", 0);
	archive_add(&archive, "etc/a", REG, "first", 5);
	archive_add(&archive, "etc/b", REG, "stays", 5);
	archive_end(&archive);
	archive.bytes += 512;
	archive_add(&archive, "etc", S_IFDIR | 0700, "", 0);
	archive_add(&archive, "etc/a", REG, "second one", 10);
	archive_end(&archive);
	archive.bytes += 256;
	assert_int_equal(archive_unpack(&archive, archive.bytes), 0);
	expect_file("/etc/a", "second one", 10);
	expect_file("/etc/b", "stays", 5);
	fs_world_end();
}

/* ---- broken ones ------------------------------------------------- */

/* "first" is whole and before, "last" behind the entry that is broken. */
static void build_three(const char *name, u32 mode, const void *data, u32 bytes)
{
	archive_add(&archive, "first", REG, HELLO, strlen(HELLO));
	archive_add(&archive, name, mode, data, bytes);
}

static void put_hex(u32 field, u32 value)
{
	char text[9];

	snprintf(text, sizeof(text), "%08X", value);
	memcpy(archive.buf + archive.last + 6 + 8 * field, text, 8);
}

static void break_magic(void)
{
	archive.buf[archive.last] = 'X';
}

static void break_gzip(void)
{
	memcpy(archive.buf + archive.last, "\x1f\x8b\x08\0\0\0", 6);
}

static void break_old(void)
{
	memcpy(archive.buf + archive.last, "070707", 6);
}

static void break_digit(void)
{
	archive.buf[archive.last + 6 + 8 * 6 + 3] = 'g';
}

static void break_name_0(void)
{
	put_hex(11, 0);
}

static void break_name_long(void)
{
	put_hex(11, PATH_MAX + 1);
}

static void break_name_huge(void)
{
	put_hex(11, 0xffffffff);
}

static void break_name_past(void)
{
	put_hex(11, PATH_MAX);
}

static void break_name_nul(void)
{
	put_hex(11, 6); /* "middl" and no NUL */
}

static void break_size_huge(void)
{
	put_hex(6, 0xffffffff);
}

static void break_size_wrap(void)
{
	put_hex(6, 0u - archive.last - 8);
}

static void break_type(void)
{
	put_hex(1, 0170644);
}

static void break_sum(void)
{
	archive.buf[archive.last + 5] = '2';
	put_hex(12, 1);
}

static void break_nothing(void)
{
}

/*
 * A fault of an archive, the report it must cause, and whether reading goes on.
 */
static const struct corruption {
	void (*damage)(void);
	const char *name;
	u32 mode;
	const char *data;
	const char *log;
	bool goes_on;
} corruptions[] = {
	{ break_magic, "middle", REG, "data", "expected the text 070701", 0 },
	{ break_gzip, "middle", REG, "data", "compressed by gzip", 0 },
	{ break_old, "middle", REG, "data", "old portable format", 0 },
	{ break_digit, "middle", REG, "data", "field filesize is not", 0 },
	{ break_name_0, "middle", REG, "data", "a name of 0 bytes", 0 },
	{ break_name_long, "middle", REG, "data", "a name of 4097 bytes", 0 },
	{ break_name_huge, "middle", REG, "data", "a name of 4294967295", 0 },
	{ break_name_past, "middle", REG, "data", "expected a name of 4096",
	  0 },
	{ break_name_nul, "middle", REG, "data", "expected a NUL", 0 },
	{ break_size_huge, "middle", REG, "data", "expected data of 4294967295",
	  0 },
	{ break_size_wrap, "middle", REG, "data", "cut off", 0 },
	{ break_sum, "middle", REG, "data", "sum is 0x0000019a", 0 },
	{ break_type, "middle", REG, "data", "expected a file type", 1 },
	{ break_nothing, "../middle", REG, "data", "without \"..\"", 1 },
	{ break_nothing, "a/../middle", REG, "data", "without \"..\"", 1 },
	{ break_nothing, "middle/..", DIR, "", "without \"..\"", 1 },
	{ break_nothing, "no/middle", REG, "data", "expected its directory",
	  1 },
	{ break_nothing, "first/middle", REG, "data", "a directory is expected",
	  1 },
	{ break_nothing, "middle/", REG, "data", "a directory is expected", 1 },
	{ break_nothing, "/", REG, "data", "it is the root", 1 },
	{ break_nothing, "dev", REG, "data", "is in use, expected none", 1 },
	{ break_nothing, "middle", LNK, "", "expected the link's text", 1 },
	{ break_nothing, "mid\033[2Jdle/x", REG, "", "`mid?[2Jdle/x'", 1 },
};

static void test_corruptions(void **state __unused_arg)
{
	const struct corruption *c;

	for (c = corruptions; c < corruptions + ARRAY_SIZE(corruptions); c++) {
		host_reset_keep_random();
		begin();
		build_three(c->name, c->mode, c->data, (u32)strlen(c->data));
		c->damage();
		archive_add(&archive, "last", REG, HELLO, strlen(HELLO));
		archive_end(&archive);
		host_log_clear();
		assert_int_equal(archive_unpack(&archive, archive.bytes),
				 -EINVAL);
		expect_log(c->log);
		expect_log("entry 1 at offset 0x84");
		expect_file("/first", HELLO, strlen(HELLO));
		assert_int_equal(look("/last"), c->goes_on ? 0 : -ENOENT);
		fs_world_end();
	}
}

static void test_link_with_nul(void **state __unused_arg)
{
	begin();
	archive_add(&archive, "link", LNK, "a\0b", 3);
	archive_end(&archive);
	assert_int_equal(archive_unpack(&archive, archive.bytes), -EINVAL);
	assert_int_equal(look("/link"), -ENOENT);
	fs_world_end();
}

static void test_no_trailer(void **state __unused_arg)
{
	begin();
	archive_add(&archive, "first", REG, HELLO, strlen(HELLO));
	assert_int_equal(archive_unpack(&archive, archive.bytes), -EINVAL);
	expect_log("expected an entry called TRAILER!!!");
	expect_file("/first", HELLO, strlen(HELLO));
	fs_world_end();
}

static void test_unaligned_second(void **state __unused_arg)
{
	begin();
	archive_end(&archive);
	memmove(archive.buf + archive.bytes + 2, archive.buf, archive.bytes);
	archive.bytes = 2 * archive.bytes + 2;
	assert_int_equal(archive_unpack(&archive, archive.bytes), -EINVAL);
	expect_log("at a multiple of 4");
	fs_world_end();
}

/*
 * An archive cut at every byte: whole entries are unpacked, the rest is
 * reported.
 */
static void test_truncation(void **state __unused_arg)
{
	u32 first_end, end, n;

	begin();
	archive_add(&archive, "first", REG, HELLO, strlen(HELLO));
	first_end = archive.last + 112 + 4 + strlen(HELLO);
	archive_add(&archive, "dir", DIR, "", 0);
	archive_add(&archive, "dir/link", LNK, "/first", 6);
	archive_end(&archive);
	end = archive.last + 110 + 11; /* the padding may be missing */
	for (n = 0; n <= archive.bytes; n++) {
		host_reset_keep_random();
		fs_world_start();
		assert_int_equal(archive_unpack(&archive, n),
				 n >= end ? 0 : -EINVAL);
		assert_int_equal(look("/first"), n >= first_end ? 0 : -ENOENT);
		fs_world_end();
	}
}

/* ---- chance ------------------------------------------------------ */

static void mutate(struct archive *a)
{
	static const char digits[] = "0123456789abcdefF\0/.7";
	u32 n = 1 + rnd_below(8), at, bytes;

	while (n--) {
		at = rnd_below(a->bytes);
		switch (rnd_below(5)) {
		case 0:
			a->buf[at] = (u8)rnd();
			break;
		case 1:
			a->buf[at] ^= (u8)(1u << rnd_below(8));
			break;
		case 2: /* a digit elsewhere keeps headers plausible */
			a->buf[at] = (u8)digits[rnd_below(sizeof(digits))];
			break;
		case 3: /* bytes from one place to another */
			bytes = min(rnd_below(160), a->bytes - at);
			memmove(a->buf + at, a->buf + rnd_below(at + 1), bytes);
			break;
		default:
			a->bytes = 1 + rnd_below(a->bytes);
			break;
		}
	}
}

static void build_mixed(void)
{
	char big[2 * PAGE_SIZE + 5];

	memset(big, 'x', sizeof(big));
	archive_add(&archive, "d", DIR, "", 0);
	archive_add(&archive, "d/e", DIR, "", 0);
	archive_add(&archive, "d/f", REG, HELLO, strlen(HELLO));
	archive_add_link(&archive, "d/g", REG, 7, 2, "", 0);
	archive_add_link(&archive, "d/e/h", REG, 7, 2, big, sizeof(big));
	archive_add(&archive, "l", LNK, "d/e", 3);
	archive_add(&archive, "l/i", REG, HELLO, strlen(HELLO));
	archive_add_device(&archive, "n", S_IFCHR | 0600, 1, 3);
	archive_end(&archive);
	archive_add(&archive, "d/f", REG, "again", 5);
	archive_end(&archive);
}

static void test_random(void **state __unused_arg)
{
	static struct archive broken;
	u32 round, i, whole = 0;

	for (round = 0; round < 60; round++) {
		host_reset_keep_random();
		begin();
		build_mixed();
		for (i = 0; i < 25; i++) {
			broken = archive;
			mutate(&broken);
			if (archive_unpack(&broken, broken.bytes) == 0)
				whole++;
			else
				expect_log("initramfs: entry");
			read_tree(root_inode);
		}
		fs_world_end();
	}
	/* The mutations are neither all fatal nor all harmless. */
	assert_in_range(whole, 1, 60 * 25 - 1);
}

/* Every allocation fails once: an error, no leak of anything that counts. */
static void test_no_memory(void **state __unused_arg)
{
	u32 n;

	for (n = 1; n < 200; n++) {
		host_reset_keep_random();
		begin();
		build_mixed();
		fail_alloc_set(NULL, n, 1);
		if (archive_unpack(&archive, archive.bytes) == 0 &&
		    !fail_alloc_hits()) {
			fail_alloc_set(NULL, 0, 0);
			expect_file("/d/f", "again", 5);
			fs_world_end();
			return;
		}
		fail_alloc_set(NULL, 0, 0);
		read_tree(root_inode);
		fs_world_end();
	}
	fail_msg("more allocations than expected");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_hard_links),
		cmocka_unit_test(test_hard_link_of_a_lost_name),
		cmocka_unit_test(test_second_archive),
		cmocka_unit_test(test_corruptions),
		cmocka_unit_test(test_link_with_nul),
		cmocka_unit_test(test_no_trailer),
		cmocka_unit_test(test_unaligned_second),
		cmocka_unit_test(test_truncation),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_no_memory),
	};

	return host_run(tests);
}
