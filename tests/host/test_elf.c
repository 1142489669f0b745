/*
 * The ELF checker against good files, each kind of bad file by name, and a few
 * hundred thousand files broken at random.
 */
#include <config.h>
#include <proc/elf.h>
#include <string.h>
#include <uapi/errno.h>
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
	if (err)
		return err;
	return elf_plan(&image->ehdr, image->phdrs, image->file_bytes, &plan,
			&why);
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
	assert_int_equal(plan.nr_segments, 2);
	assert_int_equal(plan.entry, 0x10101);
	assert_int_equal(plan.bias, 0);
	assert_int_equal(plan.phdr_va, 0x10000 + sizeof(Elf32_Ehdr));
	assert_false(plan.exec_stack);
	assert_int_equal(plan.segments[0].prot, PF_R | PF_X);
	assert_int_equal(plan.segments[1].va, 0x14100);
	assert_int_equal(plan.segments[1].offset, 0x3100);
	assert_int_equal(plan.segments[1].file_bytes, 0x800);
	assert_int_equal(plan.segments[1].mem_bytes, 0x900000);
	assert_string_equal(why.text, "");
}

static void test_position_independent(void **state __unused_arg)
{
	struct image image = good_image();

	image.ehdr.e_type = ET_DYN;
	image.ehdr.e_entry = 0x100;
	image.phdrs[0].p_vaddr = 0;
	image.phdrs[1].p_vaddr = 0x4100;
	assert_int_equal(check(&image), 0);
	assert_int_equal(plan.bias, ELF_ET_DYN_BASE);
	assert_int_equal(plan.entry, ELF_ET_DYN_BASE + 0x100);
	assert_int_equal(plan.segments[1].va, ELF_ET_DYN_BASE + 0x4100);
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
	assert_int_equal(plan.nr_segments, 2);
}

/* Data in the page where text ends: the same page of the file serves both. */
static void test_shared_page(void **state __unused_arg)
{
	struct image image = good_image();

	image.phdrs[1].p_vaddr = 0x13100;
	image.phdrs[1].p_offset = 0x3100;
	assert_int_equal(check(&image), 0);
	image.phdrs[1].p_filesz = 0;
	expect_refused(&image,
		       "segment 1: address 0x13100 is in a page with bss");
	image.phdrs[1].p_filesz = 0x800;
	image.phdrs[0].p_filesz = 0x3000;
	expect_refused(&image,
		       "segment 1: address 0x13100 is in a page with bss");
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

	image.bytes_read = 51;
	image.file_bytes = 51;
	expect_refused(&image, "cut off after 51 bytes, expected 52");
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
	expect_refused(&image, "ELF class is 2, expected 1");
	image.ehdr.e_ident[EI_CLASS] = ELFCLASS32;
	expect_refused(&image, "machine 62 (x86-64), expected 40 (ARM)");
	image.ehdr.e_machine = 3;
	expect_refused(&image, "machine 3 (Intel 386)");
	image = good_image();
	image.ehdr.e_ident[EI_DATA] = ELFDATA2MSB;
	expect_refused(&image, "byte order is 2");
	image = good_image();
	image.ehdr.e_type = ET_REL;
	expect_refused(&image, "ELF type is 1");
	image = good_image();
	image.ehdr.e_flags = 0x04000000;
	expect_refused(&image, "ABI version in e_flags is 4, expected 5");
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

	image.phdrs[1].p_filesz = 0x2f01;
	expect_refused(&image,
		       "bytes 0x3100 + 0x2f01 lie past the file's end "
		       "at 0x6000");
	image.phdrs[1].p_filesz = 0xfffff000;
	image.phdrs[1].p_memsz = 0xfffff000;
	expect_refused(&image, "lie past the file's end");
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
	image.phdrs[1].p_vaddr = 0xbf600100;
	expect_refused(&image, "leaves no room for the stack");
	image = good_image();
	image.phdrs[0].p_vaddr = 0;
	expect_refused(&image, "address 0x0 is below 0x10000");
	image.phdrs[0].p_vaddr = 0xf000;
	expect_refused(&image, "address 0xf000 is below 0x10000");
	image = good_image();
	image.ehdr.e_type = ET_DYN; /* bias wraps it */
	image.phdrs[0].p_vaddr = 0x80010000;
	expect_refused(&image, "reaches into the kernel's half");
}

static void test_segment_order(void **state __unused_arg)
{
	struct image image = good_image();

	image.phdrs[1].p_vaddr = 0x12100;
	expect_refused(&image, "address 0x12100 overlaps or precedes");
	image.phdrs[0].p_vaddr = 0x2000000;
	expect_refused(&image, "overlaps or precedes");
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
	image.phdrs[0].p_type = PT_INTERP;
	expect_refused(&image,
		       "needs a dynamic loader (segment 0 is PT_INTERP)");
	image.phdrs[0].p_type = image.phdrs[1].p_type = PT_NOTE;
	expect_refused(&image, "no segment to load");
}

/* ---- at random --------------------------------------------------- */

/* What exec relies on for every plan it gets. */
static void check_plan(const struct image *image)
{
	u64 end = MMAP_MIN_ADDR;
	bool entry_found = false;

	assert_in_range(plan.nr_segments, 1, ELF_MAX_SEGMENTS);
	for (u32 i = 0; i < plan.nr_segments; i++) {
		const struct elf_segment *seg = &plan.segments[i];

		assert_true(seg->va >= end);
		end = (u64)seg->va + seg->mem_bytes;
		assert_true(end <= ELF_LOAD_LIMIT);
		assert_true(seg->file_bytes <= seg->mem_bytes);
		assert_true((u64)seg->offset + seg->file_bytes <=
			    image->file_bytes);
		assert_int_equal(seg->va % PAGE_SIZE, seg->offset % PAGE_SIZE);
		if ((plan.entry & ~1u) - seg->va < seg->mem_bytes)
			entry_found = seg->prot & PF_X;
	}
	assert_true(entry_found);
}

static const u32 edges[] = {
	0,          1,          2,          3,          0x20,       0x34,
	0xfff,      0x1000,     0x1001,     0xffff,     0x10000,    0x5fff,
	0x6000,     0x7fffffff, 0x80000000, 0xbfdfffff, 0xbfe00000, 0xbffff000,
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
		cmocka_unit_test(test_position_independent),
		cmocka_unit_test(test_exec_stack_and_empty_segment),
		cmocka_unit_test(test_shared_page),
		cmocka_unit_test(test_not_elf),
		cmocka_unit_test(test_truncated_header),
		cmocka_unit_test(test_other_machines),
		cmocka_unit_test(test_program_header_table),
		cmocka_unit_test(test_segment_in_file),
		cmocka_unit_test(test_segment_in_user_half),
		cmocka_unit_test(test_segment_order),
		cmocka_unit_test(test_nothing_to_run),
		cmocka_unit_test(test_random),
	};

	return host_run(tests);
}
