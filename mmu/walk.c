/*
 * Reading tables the way the hardware does, without changing them.
 *
 * Nothing here trusts a table: an oops may be about a corrupt one. A second
 * level that does not lie in lowmem ends the walk.
 */
#include <bug.h>
#include <mmu/mmu.h>
#include <mmu/tables.h>

static bool is_lowmem(phys_addr_t pa)
{
	return pa - PHYS_OFFSET < high_memory - PAGE_OFFSET;
}

static void walk_table(u32 va, struct pt_walk *walk)
{
	phys_addr_t table = walk->l1_desc & L1_TABLE_BASE;

	walk->l2_pa = table + pte_index(va) * 4;
	if (!is_lowmem(table))
		return;
	walk->l2_desc = READ_ONCE(*(const u32 *)phys_to_virt(walk->l2_pa));
	if (!(walk->l2_desc & L2_TYPE_SMALL))
		return;
	walk->mapped = true;
	walk->size = PAGE_SIZE;
	walk->pa = (walk->l2_desc & L2_BASE) | (va & ~L2_BASE);
}

void walk_va(const pgd_t *pgd, u32 va, struct pt_walk *walk)
{
	const pgd_t *slot = &pgd[pgd_index(va)];

	*walk = (struct pt_walk){
		.l1_pa = virt_to_phys(slot),
		.l1_desc = READ_ONCE(slot->val),
	};
	switch (walk->l1_desc & L1_TYPE_MASK) {
	case L1_TYPE_TABLE:
		walk_table(va, walk);
		break;
	case L1_TYPE_SECTION:
		walk->mapped = true;
		walk->size = PGDIR_SIZE;
		walk->pa = (walk->l1_desc & L1_SECT_BASE) |
			(va & ~L1_SECT_BASE);
		break;
	}
}

int kernel_va_to_phys(u32 va, phys_addr_t *pa)
{
	struct pt_walk walk;

	if (va < PAGE_OFFSET)
		return -EFAULT;
	walk_va(init_mm.pgd, va, &walk);
	if (!walk.mapped)
		return -EFAULT;
	*pa = walk.pa;
	return 0;
}
