/*
 * From the boot table to the final kernel map.
 *
 * Comes in on boot_pgd, which maps the image and little else, everything rwx.
 * Leaves init_mm.pgd loaded, in which
 *
 *	lowmem		is mapped where there is RAM, and nowhere else
 *	the image	has text r-x, read-only data r--, the rest rw-
 *	devices		are at the addresses the board's table gives, XN
 *	user half	is empty: the identity map is gone
 *
 * The tables are written completely before the walker uses them; the switch
 * itself is in idmap.S.
 */
#include <alloc/alloc.h>
#include <asm/cp15.h>
#include <asm/sections.h>
#include <bug.h>
#include <lib/printk.h>
#include <mmu/kmap.h>
#include <mmu/mmu.h>
#include <mmu/tables.h>
#include <string.h>

u32 ttbr_flags = TTBR_FLAGS_MP;

/* A part of the linear map that is not plain read-write memory. */
struct image_part {
	u32 start, end;
	enum map_type type;
};

#define NR_PARTS 3

/*
 * The parts in ascending order, page-aligned by the linker script: type_at
 * relies on both. .boot stays mapped read-only, for the symbols in it; it is
 * not executed again.
 */
static void image_parts(struct image_part parts[NR_PARTS])
{
	struct kernel_image img = kernel_image();

	parts[0] = (struct image_part){ lowmem_va(img.boot),
					lowmem_va(img.eboot), MT_MEMORY_RO };
	parts[1] = (struct image_part){ img.text, img.etext, MT_MEMORY_RX };
	parts[2] = (struct image_part){ img.rodata, img.erodata, MT_MEMORY_RO };
	for (unsigned int i = 0; i < NR_PARTS; i++) {
		BUG_ON(parts[i].start > parts[i].end);
		/*
		 * A page of two parts would need the rights of both, against
		 * W^X.
		 */
		BUG_ON((parts[i].start | parts[i].end) & ~PAGE_MASK);
	}
}

/*
 * Returns the type of the page at va. *end, the end of the caller's range, is
 * lowered to where the next part begins or this one ends.
 */
static enum map_type type_at(const struct image_part *parts, u32 va, u32 *end)
{
	for (unsigned int i = 0; i < NR_PARTS; i++) {
		if (va >= parts[i].start && va < parts[i].end) {
			*end = min(*end, parts[i].end);
			return parts[i].type;
		}
		if (va < parts[i].start)
			*end = min(*end, parts[i].start);
	}
	return MT_MEMORY_RW;
}

/*
 * A callback for memblock: maps one bank of RAM. Pages that the bank covers
 * only in part stay unmapped, for they may hold a device.
 */
static void map_bank(phys_addr_t base, u32 bytes, void *arg)
{
	u32 va = ALIGN_UP(lowmem_va(base), PAGE_SIZE);
	u32 end = ALIGN_DOWN(lowmem_va(base) + bytes, PAGE_SIZE);

	/*
	 * Pieces of one type each, so that kmap_boot can use sections for
	 * everything but the image.
	 */
	while (va < end) {
		u32 stop = end;
		enum map_type type = type_at(arg, va, &stop);

		kmap_boot(va, va - PAGE_OFFSET + PHYS_OFFSET, stop - va, type);
		va = stop;
	}
}

/*
 * memblock hands out the top of RAM, which the boot table does not map yet.
 * Whole MiBs: an uneven end of RAM is mapped a little too far, until the final
 * table is in force.
 */
static void extend_boot_map(phys_addr_t base, u32 bytes, void *arg __unused_arg)
{
	phys_addr_t end = base + (bytes - 1);

	for (phys_addr_t pa = base & PGDIR_MASK; pa <= end; pa += PGDIR_SIZE) {
		pgd_t *slot = &boot_pgd[pgd_index(lowmem_va(pa))];

		/*
		 * Never replace an entry that the kernel is running on (break
		 * before make).
		 */
		if (!slot->val)
			table_set(&slot->val,
				  pa | kernel_section_attrs(MT_MEMORY_RW));
	}
	isb(); /* memblock_alloc may touch it next */
}

void boot_map_device(const struct map_desc *row)
{
	table_set(&boot_pgd[pgd_index(row->va)].val,
		  (row->pa & PGDIR_MASK) | kernel_section_attrs(row->type));
	isb(); /* the next character goes there */
}

/*
 * Allocates init_mm.pgd from the RAM just mapped. memblock returns zeroes; they
 * are cleaned, because the walker may look past the data cache.
 */
static void make_master_table(void)
{
	init_mm.pgd = memblock_alloc(sizeof(boot_pgd), sizeof(boot_pgd),
				     "kernel page table");
	BUG_ON(!init_mm.pgd);
	table_clean(init_mm.pgd, sizeof(boot_pgd));
}

/*
 * Outside of the fixmap range a device could collide with vmalloc space, which
 * hands out addresses without a look at the table: BUG.
 */
static void map_devices(const struct map_desc *map, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		u32 end = map[i].va + map[i].bytes;

		BUG_ON(map[i].va < FIXMAP_START || end > FIXMAP_END);
		kmap_boot(map[i].va, map[i].pa, map[i].bytes, map[i].type);
	}
}

/*
 * Through the identity mapping of .boot, which both tables must have; then
 * without it. The pages of vmalloc space and the vectors come later.
 */
static void switch_to_master(void)
{
	phys_addr_t boot = kernel_image().boot & PGDIR_MASK;
	pgd_t *identity = &init_mm.pgd[pgd_index(boot)];

	/* RX is enough: idmap.S keeps everything in registers. */
	table_set(&identity->val, boot | kernel_section_attrs(MT_MEMORY_RX));
	idmap_switch_table(ttbr_of(init_mm.pgd));
	/*
	 * The identity entry lies in the user half and is global: a user page
	 * at this address would meet it in the TLB.
	 */
	table_set(&identity->val, L1_TYPE_FAULT);
	tlbiall();
	bpiall();
	dsb(); /* the identity map is in no TLB when user pages come there */
	isb(); /* nothing fetched through it either */
}

/* ---- the table in the log ---------------------------------------- */

/*
 * One line of the layout, for a terminal of 80 columns. The rights are read from
 * the table at the first page, so the log shows what the walker finds, not what
 * was intended.
 */
static void print_row(u32 start, u32 end, const char *what)
{
	struct pt_walk walk;
	char rights[48] = "mapped on demand";

	if (start == end)
		return;
	walk_va(init_mm.pgd, start, &walk);
	if (walk.mapped && walk.l2_pa)
		format_l2(walk.l2_desc, rights, sizeof(rights));
	else if (walk.mapped)
		format_l1(walk.l1_desc, rights, sizeof(rights));
	pr_info("  %08x-%08x %6u KiB  %-24s %s\n", start, end,
		(end - start) >> 10, rights, what);
}

/*
 * Printed at each boot: somebody who ports the kernel compares the device rows
 * with the board's manual.
 */
static void print_layout(const struct map_desc *map, unsigned int n)
{
	struct kernel_image img = kernel_image();
	u32 end = ALIGN_UP(img.end, PAGE_SIZE);

	pr_info("Virtual kernel memory layout:\n");
	print_row(PAGE_OFFSET, lowmem_va(img.boot), "memory below the image");
	print_row(lowmem_va(img.boot), lowmem_va(img.eboot), "boot code");
	print_row(img.text, img.etext, "text");
	print_row(img.rodata, img.erodata, "read-only data");
	print_row(img.erodata, end, "data");
	print_row(end, high_memory, "lowmem, linear");
	print_row(vmalloc_start(), VMALLOC_END, "vmalloc, stacks");
	for (unsigned int i = 0; i < n; i++)
		print_row(map[i].va, map[i].va + map[i].bytes, map[i].name);
	print_row(VECTORS_BASE, VECTORS_BASE + PAGE_SIZE, "vectors, helpers");
}

/*
 * The final map is built whole in new memory and then loaded with the MMU off:
 * no live entry ever changes its size or address (DDI0406C B3.10.1).
 */
void paging_init(const struct map_desc *map, unsigned int n)
{
	struct image_part parts[NR_PARTS];

	/* Before ttbr_of and table_clean are first used. */
	ttbr_flags = read_mpidr() & MPIDR_MP ? TTBR_FLAGS_MP : TTBR_FLAGS_UP;
	walk_coherency_init();
	/* Before the first memblock_alloc, which takes the top of RAM. */
	memblock_for_each_memory(extend_boot_map, NULL);
	high_memory = lowmem_va(memblock_end());
	BUG_ON(high_memory <= PAGE_OFFSET);
	BUG_ON(high_memory - PAGE_OFFSET > LOWMEM_MAX);
	make_master_table();
	image_parts(parts);
	memblock_for_each_memory(map_bank, parts);
	map_devices(map, n);
	/* While memblock still provides tables: map_vectors must not fail. */
	kmap_prepare_table(VECTORS_BASE);
	switch_to_master();
	print_layout(map, n);
}

/*
 * One MiB at a time through a window. Break before make: the window is unmapped
 * and flushed before it gets another MiB.
 */
void copy_from_physical(void *to, phys_addr_t from, u32 bytes)
{
	pgd_t *window = &init_mm.pgd[pgd_index(BOOT_PARAMS_VA)];
	u8 *end = (u8 *)to + bytes;

	for (u8 *p = to; p < end; p += bytes, from += bytes) {
		bytes = min((u32)(end - p), PGDIR_SIZE - (from & ~PGDIR_MASK));
		table_set(&window->val,
			  (from & PGDIR_MASK) |
				  kernel_section_attrs(MT_MEMORY_RO));
		memcpy(p, boot_params_va(from), bytes);
		table_set(&window->val, L1_TYPE_FAULT);
		flush_tlb_kernel_range(BOOT_PARAMS_VA,
				       BOOT_PARAMS_VA + PGDIR_SIZE);
	}
}
