/*
 * The ELF checker against good files, each kind of bad file by name, and a few
 * hundred thousand files broken at random.
 */
#include <config.h>
#include <proc/elf.h>
#include <string.h>
#include <uapi/errno.h>
#include <uapi/mman.h>
#include "host.h"

#define FILE_BYTES 0x6000u

/* A program as the linker makes them: text, then data with bss. */
struct image {
	Elf32_Ehdr ehdr;
	Elf32_Phdr phdrs[4];
	u32 bytes_read;
	u64 file_bytes;
};

static struct why why;
static struct elf_plan plan;

static struct image good_image(void)
{
	return (struct image){
		.ehdr = {
			.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32,
				     ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_EXEC,
			.e_machine = EM_ARM,
			.e_version = EV_CURRENT,
			.e_entry = 0x10101,		/* Thumb */
			.e_phoff = sizeof(Elf32_Ehdr),
			.e_flags = 0x05000200,
			.e_ehsize = sizeof(Elf32_Ehdr),
			.e_phentsize = sizeof(Elf32_Phdr),
			.e_phnum = 3,
		},
		.phdrs = {
			{ .p_type = PT_LOAD, .p_offset = 0, .p_vaddr = 0x10000,
			  .p_filesz = 0x3100, .p_memsz = 0x3100,
			  .p_flags = PF_R | PF_X, .p_align = 0x1000 },
			{ .p_type = PT_LOAD, .p_offset = 0x3100,
			  .p_vaddr = 0x14100, .p_filesz = 0x800,
			  .p_memsz = 0x900000, .p_flags = PF_R | PF_W,
			  .p_align = 0x1000 },
			{ .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W },
		},
		.bytes_read = sizeof(Elf32_Ehdr),
		.file_bytes = FILE_BYTES,
	};
}

static int check(const struct image *image)
{
	int err;

	memset(&why, 0, sizeof(why));
	err = elf_check_header(&image->ehdr, image->bytes_read,
			       image->file_bytes, &why);
	if (!err)
		err = elf_plan(&image->ehdr, image->phdrs, &plan, &why);
	return err ? err :
		     elf_check_entry(&image->ehdr, image->phdrs,
				     !plan.has_stack, &why);
}

static void expect_refused(const struct image *image, const char *text)
{
	assert_int_equal(check(image), -ENOEXEC);
	host_expect_text(why.text, text);
}

/* ---- what must be accepted --------------------------------------- */

static void test_good(void **state __unused_arg)
{
	struct image image = good_image();

	assert_int_equal(check(&image), 0);
	assert_int_equal(plan.low, 0x10000);
	assert_int_equal(plan.high, 0x915000);
	assert_int_equal(plan.align, 0x1000);
	assert_int_equal(plan.phdr_va, 0x10000 + sizeof(Elf32_Ehdr));
	assert_null(plan.interp);
	assert_true(plan.has_stack);
	assert_false(plan.exec_stack);
	assert_string_equal(why.text, "");
}

/* Text, then data with bss, in whole pages. */
static void test_segments(void **state __unused_arg)
{
	struct image image = good_image();
	struct elf_segment seg;

	seg = elf_segment(&image.phdrs[0], 0);
	assert_int_equal(seg.start, 0x10000);
	assert_int_equal(seg.file_end, 0x14000);
	assert_int_equal(seg.zero, 0x14000); /* no bss: nothing is cleared */
	assert_int_equal(seg.end, 0x14000);
	assert_int_equal(seg.pgoff, 0);
	assert_int_equal(seg.prot, PROT_READ | PROT_EXEC);
	seg = elf_segment(&image.phdrs[1], 0x400000);
	assert_int_equal(seg.start, 0x414000);
	assert_int_equal(seg.zero, 0x414900);
	assert_int_equal(seg.file_end, 0x415000);
	assert_int_equal(seg.end, 0xd15000);
	assert_int_equal(seg.pgoff, 3);
	assert_int_equal(seg.prot, PROT_READ | PROT_WRITE);
	image.phdrs[1].p_filesz = 0;
	seg = elf_segment(&image.phdrs[1], 0);
	assert_int_equal(seg.start, seg.file_end); /* all of it is bss */
	assert_int_equal(seg.zero, seg.file_end);
}

static void test_position_independent(void **state __unused_arg)
{
	struct image image = good_image();

	image.ehdr.e_type = ET_DYN;
	image.ehdr.e_entry = 0x100;
	image.phdrs[0].p_vaddr = 0;
	image.phdrs[1].p_vaddr = 0x4100;
	image.phdrs[1].p_align = 0x10000;
	assert_int_equal(check(&image), 0);
	assert_int_equal(plan.low, 0);
	assert_int_equal(plan.high, 0x905000);
	assert_int_equal(plan.align, 0x10000);
	image.phdrs[1].p_align = 0x18000; /* no power of two: not looked at */
	assert_int_equal(check(&image), 0);
	assert_int_equal(plan.align, 0x1000);
}

static void test_exec_stack_and_empty_segment(void **state __unused_arg)
{
	struct image image = good_image();

	image.phdrs[2].p_flags |= PF_X;
	image.ehdr.e_phnum = 4;
	image.phdrs[3] = (Elf32_Phdr){ .p_type = PT_LOAD,
				       .p_vaddr = 0xffffffff };
	assert_int_equal(check(&image), 0);
	assert_true(plan.exec_stack);
	assert_int_equal(plan.high, 0x915000);
	image.phdrs[2].p_type = PT_NULL;
	assert_int_equal(check(&image), 0);
	assert_false(plan.has_stack);
	image.phdrs[3].p_type = PT_INTERP;
	assert_int_equal(check(&image), 0);
	assert_ptr_equal(plan.interp, &image.phdrs[3]);
}

/* In the page where another one ends, below it, at the same address. */
static void test_any_order(void **state __unused_arg)
{
	struct image image = good_image();

	image.phdrs[1].p_vaddr = 0x13100;
	assert_int_equal(check(&image), 0);
	image.phdrs[0].p_vaddr = 0x2000000;
	image.ehdr.e_entry = 0x2000101;
	assert_int_equal(check(&image), 0);
	assert_int_equal(plan.low, 0x13000);
	assert_int_equal(plan.high, 0x2004000);
	image.phdrs[0].p_vaddr = image.phdrs[1].p_vaddr - 0x100;
	image.phdrs[0].p_offset = 0x3000;
	image.ehdr.e_entry = 0x13101;
	assert_int_equal(check(&image), 0);
}

/* ---- headers ----------------------------------------------------- */

static void test_not_elf(void **state __unused_arg)
{
	struct image image = good_image();

	memcpy(image.ehdr.e_ident, "echo", 4);
	expect_refused(&image, "begins with bytes 65 63 68 6f, expected 7f 45");
	image.bytes_read = 3;
	image.file_bytes = 3;
	expect_refused(&image, "only 3 bytes long");
	image.bytes_read = 0;
	image.file_bytes = 0;
	expect_refused(&image, "only 0 bytes long");
}

static void test_truncated_header(void **state __unused_arg)
{
	struct image image = good_image();

	image.bytes_read = 44;
	image.file_bytes = 44;
	expect_refused(&image, "cut off after 44 bytes, expected 52");
	image.bytes_read = 52;
	image.file_bytes = 52;
	expect_refused(&image,
		       "program headers end at byte 148, but the file "
		       "has only 52");
}

static void test_other_machines(void **state __unused_arg)
{
	struct image image = good_image();

	image.ehdr.e_machine = 62;
	image.ehdr.e_ident[EI_CLASS] = ELFCLASS64;
	expect_refused(&image, "ELF class is 2 (64-bit), expected 1");
	image.ehdr.e_ident[EI_CLASS] = ELFCLASS32;
	expect_refused(&image, "machine 62 (x86-64), expected 40 (ARM)");
	image.ehdr.e_machine = 3;
	expect_refused(&image, "machine 3 (Intel 386)");
	image = good_image();
	image.ehdr.e_ident[EI_DATA] = ELFDATA2MSB;
	image.ehdr.e_machine = EM_ARM << 8; /* as such a file has it */
	expect_refused(&image, "byte order is 2");
	image = good_image();
	image.ehdr.e_type = ET_REL;
	expect_refused(&image, "ELF type is 1");
	image = good_image();
	image.ehdr.e_flags = 0x04000000;
	assert_int_equal(check(&image), 0);
	image.ehdr.e_flags = 0x00000008;
	expect_refused(&image, "e_flags are 0x8: code for 26-bit modes");
}

static void test_program_header_table(void **state __unused_arg)
{
	struct image image = good_image();

	image.ehdr.e_phentsize = 56;
	expect_refused(&image, "program headers of 56 bytes, expected 32");
	image = good_image();
	image.ehdr.e_phnum = 0;
	expect_refused(&image, "0 program headers");
	image.ehdr.e_phnum = 0xffff;
	expect_refused(&image, "65535 program headers");
	image = good_image();
	image.ehdr.e_phoff = 0xffffffe0; /* wraps in 32 bits */
	expect_refused(&image, "program headers end at byte");
	image.ehdr.e_phoff = FILE_BYTES - 3 * sizeof(Elf32_Phdr);
	assert_int_equal(check(&image), 0);
	image.ehdr.e_phoff++;
	expect_refused(&image,
		       "end at byte 24577, but the file has only 24576");
}

/* ---- segments ---------------------------------------------------- */

static void test_segment_in_file(void **state __unused_arg)
{
	struct image image = good_image();

	image.phdrs[1].p_filesz = 0x2f01; /* one byte too many: SIGBUS there */
	assert_int_equal(check(&image), 0);
	image.phdrs[1].p_offset = 0xfffff100;
	expect_refused(&image,
		       "bytes 0xfffff100 + 0x2f01 lie past the end of any");
	image = good_image();
	image.phdrs[1].p_memsz = 0x7ff;
	expect_refused(&image,
		       "0x800 bytes in the file, but only 0x7ff in memory");
	image = good_image();
	image.phdrs[1].p_vaddr = 0x14200;
	expect_refused(&image, "differ within a page");
}

static void test_segment_in_user_half(void **state __unused_arg)
{
	struct image image = good_image();

	image.phdrs[1].p_vaddr = 0xc0000100;
	expect_refused(&image, "reaches into the kernel's half at 0xc0000000");
	image.phdrs[1].p_vaddr = 0xfffff100; /* wraps around */
	image.phdrs[1].p_memsz = 0x20000;
	expect_refused(&image, "reaches into the kernel's half");
	image.phdrs[1].p_vaddr = 0xbffff100;
	expect_refused(&image, "reaches into the kernel's half");
	image = good_image();
	image.phdrs[1].p_memsz = 0xffffffff;
	expect_refused(&image, "reaches into the kernel's half");
	image = good_image();
	image.phdrs[0].p_vaddr = 0;
	expect_refused(&image, "address 0x0 is below 0x2000");
	image.phdrs[0].p_vaddr = 0x1000;
	expect_refused(&image, "address 0x1000 is below 0x2000");
}

static void test_nothing_to_run(void **state __unused_arg)
{
	struct image image = good_image();

	image.ehdr.e_entry = 0x14101; /* data */
	expect_refused(&image, "entry point 0x14101 is in no executable");
	image.ehdr.e_entry = 0;
	expect_refused(&image, "entry point 0x0");
	image.ehdr.e_entry = 0x10102;
	expect_refused(&image, "no multiple of 4 and not Thumb");
	image = good_image();
	image.phdrs[0].p_flags = PF_R;
	expect_refused(&image, "entry point 0x10101 is in no executable");
	image.phdrs[2].p_type = PT_NULL; /* what may be read may be executed */
	assert_int_equal(check(&image), 0);
	image.phdrs[0].p_type = image.phdrs[1].p_type = PT_NOTE;
	expect_refused(&image, "no segment to load");
}

/* ---- at random --------------------------------------------------- */

/* The properties of every plan that exec relies on. */
static void check_plan(const struct image *image)
{
	u32 nr = 0;

	assert_true(plan.low < plan.high && plan.high <= TASK_SIZE);
	assert_true(image->ehdr.e_type == ET_DYN ||
		    plan.low >= FIRST_USER_ADDRESS);
	assert_true(IS_ALIGNED(plan.low | plan.high, PAGE_SIZE));
	assert_true(plan.align >= PAGE_SIZE);
	assert_int_equal(plan.align & (plan.align - 1), 0);
	for (u32 i = 0; i < image->ehdr.e_phnum; i++) {
		struct elf_segment seg = elf_segment(&image->phdrs[i], 0);

		if (!elf_is_loaded(&image->phdrs[i]))
			continue;
		nr++;
		assert_true(IS_ALIGNED(seg.start | seg.file_end | seg.end,
				       PAGE_SIZE));
		assert_true(plan.low <= seg.start && seg.start < seg.end);
		assert_true(seg.start <= seg.file_end);
		assert_true(seg.file_end <= seg.end && seg.end <= plan.high);
		assert_true(seg.start <= seg.zero && seg.zero <= seg.file_end);
		assert_true(seg.file_end - seg.zero < PAGE_SIZE);
	}
	assert_true(nr > 0);
}

static const u32 edges[] = {
	0,          1,          2,          3,          0x20,       0x34,
	0xfff,      0x1000,     0x1001,     0xffff,     0x10000,    0x5fff,
	0x6000,     0x7fffffff, 0x80000000, 0x2000,     0x1fff,     0xbffff000,
	0xbfffffff, 0xc0000000, 0xfffff000, 0xfffffffe, 0xffffffff,
};

/* One field becomes an edge value, or one bit of it flips. */
static void break_something(struct image *image)
{
	u32 word, at;
	char *bytes = (char *)&image->ehdr;

	at = rnd_below((sizeof(image->ehdr) + sizeof(image->phdrs)) / 4) * 4;
	memcpy(&word, bytes + at, 4);
	if (rnd_below(2))
		word ^= 1u << rnd_below(32);
	else
		word = edges[rnd_below(ARRAY_SIZE(edges))] +
			word % 0x1000 * rnd_below(2);
	memcpy(bytes + at, &word, 4);
	if (rnd_below(8) == 0)
		image->file_bytes = rnd_below(0x8000);
	image->bytes_read = (u32)min(image->file_bytes,
				     (u64)sizeof(image->ehdr));
}

static void test_random(void **state __unused_arg)
{
	u32 accepted = 0, refused = 0;

	for (u32 i = 0; i < 300000; i++) {
		struct image image = good_image();

		for (u32 n = rnd_below(4); n > 0; n--)
			break_something(&image);
		if (image.ehdr.e_phnum > ARRAY_SIZE(image.phdrs))
			image.ehdr.e_phnum = ARRAY_SIZE(image.phdrs);
		if (check(&image) == 0) {
			check_plan(&image);
			accepted++;
		} else {
			assert_true(strlen(why.text) > 10);
			refused++;
		}
	}
	/* Both kinds were there in numbers, or this proved nothing. */
	assert_true(accepted > 30000);
	assert_true(refused > 30000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_position_independent),
		cmocka_unit_test(test_exec_stack_and_empty_segment),
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_not_elf),
		cmocka_unit_test(test_truncated_header),
		cmocka_unit_test(test_other_machines),
		cmocka_unit_test(test_program_header_table),
		cmocka_unit_test(test_segment_in_file),
		cmocka_unit_test(test_segment_in_user_half),
		cmocka_unit_test(test_nothing_to_run),
		cmocka_unit_test(test_random),
	};

	return host_run(tests);
}
