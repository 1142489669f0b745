/*
 * Reading tables the way the hardware does, without changing them.
 *
 * Nothing here trusts a table: an oops may be about a corrupt one. A second
 * level that does not lie in lowmem ends the walk.
 */
#include <bug.h>
#include <mmu/mmu.h>
#include <mmu/tables.h>

/* Only lowmem has a linear address through which a table can be read. */
static bool is_lowmem(phys_addr_t pa)
{
	return pa - PHYS_OFFSET < high_memory - PAGE_OFFSET;
}

/*
 * walk->l2_pa is set even if the table cannot be read, for the report to show.
 */
static void walk_table(u32 va, struct pt_walk *walk)
{
	phys_addr_t table = walk->l1_desc & L1_TABLE_BASE;

	walk->l2_pa = table + pte_index(va) * 4;
	/* A corrupt descriptor: reading there would fault within the oops. */
	if (!is_lowmem(table))
		return;
	/* Once: the owner may change the entry while an oops or /proc looks. */
	walk->l2_desc = READ_ONCE(*(const u32 *)phys_to_virt(walk->l2_pa));
	if (!(walk->l2_desc & L2_TYPE_SMALL))
		return;
	walk->mapped = true;
	walk->size = PAGE_SIZE;
	walk->pa = (walk->l2_desc & L2_BASE) | (va & ~L2_BASE);
}

/* Takes no lock, so an oops may call it in any state. */
void walk_va(const pgd_t *pgd, u32 va, struct pt_walk *walk)
{
	const pgd_t *slot = &pgd[pgd_index(va)];

	*walk = (struct pt_walk){
		.l1_pa = virt_to_phys(slot),
		.l1_desc = READ_ONCE(slot->val),
	};
	/* Type 3, a section with PXN, is never made here: not mapped. */
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

/* In init_mm's table: another pgd may lack an entry that a fault would copy. */
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
