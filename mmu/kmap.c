/*
 * The kernel's own mappings: sections, pages, and how they reach each pgd.
 *
 * Owns the kernel quarter of init_mm.pgd, the master. A kernel second-level
 * table, once made, stays: first-level entries are only ever added. So another
 * pgd may lack an entry, never have a wrong one; it gets what it lacks from
 * do_translation_fault (sync_kernel_pgd) or, before a kernel stack could be
 * missing, at the switch (check_vmalloc_seq).
 *
 * kmap_lock guards the master and its tables. The index of each new first-level
 * entry is appended to master_log; init_mm.context.vmalloc_seq is the log's
 * length. Another mm's vmalloc_seq is how many of these entries its pgd has.
 */
#include <alloc/alloc.h>
#include <bug.h>
#include <mmu/kmap.h>
#include <mmu/mmu.h>
#include <mmu/tables.h>
#include <spinlock.h>

pgd_t boot_pgd[PTRS_PER_PGD] __aligned(sizeof(boot_pgd));
u32 high_memory;

u32 nr_vmalloc_syncs;

static spinlock_t kmap_lock = SPINLOCK_INIT;

/* ---- the master's first level ------------------------------------ */

/* Indices of the entries in the order they were made; each occurs once. */
static u16 master_log[PTRS_PER_PGD / 4];

/*
 * Makes a first-level entry of the master and logs it. Hold kmap_lock, except
 * at boot.
 */
static void set_master(u32 va, u32 desc)
{
	pgd_t *slot = &init_mm.pgd[pgd_index(va)];
	u32 seq = init_mm.context.vmalloc_seq;

	BUG_ON(slot->val); /* break-before-make: never replace one */
	BUG_ON(seq >= ARRAY_SIZE(master_log));
	master_log[seq] = (u16)pgd_index(va);
	table_set(&slot->val, desc);
	/*
	 * Last: a core that reads the new number must find the entry it
	 * announces; table_set ended with a dsb.
	 */
	WRITE_ONCE(init_mm.context.vmalloc_seq, seq + 1);
}

/*
 * Returns the second-level table for kernel address va, making it if there is
 * none; NULL if memory is out.
 */
static pte_t *kernel_table(u32 va)
{
	const pgd_t *slot = &init_mm.pgd[pgd_index(va)];
	pte_t *table;
	u32 flags;

	if (pgd_is_table(*slot))
		return pgd_table(*slot);
	BUG_ON(slot->val); /* a section: not a place for pages */
	/*
	 * Before the lock: an allocation may sleep. Another task may fill the
	 * slot meanwhile, so it is looked at again below.
	 */
	table = l2_table_alloc();
	if (!table)
		return NULL;
	spin_lock_irqsave(&kmap_lock, flags);
	if (!pgd_is_table(*slot)) {
		set_master(va, virt_to_phys(table) | L1_TABLE_KERNEL);
		table = NULL;
	}
	spin_unlock_irqrestore(&kmap_lock, flags);
	/* Another task was faster: both had seen no table. */
	if (table)
		l2_table_free(table);
	return pgd_table(*slot);
}

/*
 * Returns the slot for kernel address va, or NULL if va has no table. Tables
 * are never removed, so the pointer stays valid without a lock.
 */
static pte_t *kernel_pte(u32 va)
{
	pgd_t pgd = init_mm.pgd[pgd_index(va)];

	return pgd_is_table(pgd) ? pgd_table(pgd) + pte_index(va) : NULL;
}

/* ---- boot: no lock, nothing mapped there yet --------------------- */

/* At boot only: nobody else runs, so no lock is held. */
static void map_page(u32 va, phys_addr_t pa, enum map_type type)
{
	pte_t *table = kernel_table(va);
	pte_t *slot;

	BUG_ON(!table); /* no kernel without its own map */
	slot = table + pte_index(va);
	/*
	 * Two rows of the board's table overlap (docs/porting.md shows this).
	 */
	BUG_ON(!pte_none(*slot));
	table_set(&slot->val, pa | kernel_page_attrs(type));
}

/*
 * Uses sections where va and pa are aligned to 1 MiB: one TLB entry then serves
 * 256 pages, and no table is needed.
 */
void kmap_boot(u32 va, phys_addr_t pa, u32 bytes, enum map_type type)
{
	u32 step;

	BUG_ON(((va | pa | bytes) & ~PAGE_MASK) || va < PAGE_OFFSET);
	for (; bytes; bytes -= step, va += step, pa += step) {
		bool section = !((va | pa) & ~PGDIR_MASK) &&
			bytes >= PGDIR_SIZE;

		step = section ? PGDIR_SIZE : PAGE_SIZE;
		if (section)
			set_master(va, pa | kernel_section_attrs(type));
		else
			map_page(va, pa, type);
	}
}

/*
 * For the vectors: map_vectors runs later, must not fail, and so must find its
 * table.
 */
void kmap_prepare_table(u32 va)
{
	BUG_ON(!kernel_table(va));
}

/* ---- vmalloc space ----------------------------------------------- */

/* What to map at one page of the range: RAM from an array, or a device. */
struct kmap_source {
	struct page *const *pages;
	phys_addr_t pa;
	u32 attrs;
};

/* The descriptor for page index of the range. */
static u32 source_desc(const struct kmap_source *src, u32 index)
{
	phys_addr_t pa = src->pages ? page_to_phys(src->pages[index]) :
				      src->pa + index * PAGE_SIZE;

	return pa | src->attrs;
}

/*
 * BUG if the range is not whole pages of vmalloc space. Callers are kernel
 * code, so a bad range is our error, not a user's.
 */
static void check_range(u32 va, u32 bytes)
{
	BUG_ON((va | bytes) & ~PAGE_MASK);
	BUG_ON(va < vmalloc_start() || va >= VMALLOC_END);
	BUG_ON(bytes == 0 || bytes > VMALLOC_END - va);
}

/*
 * Does everything that can fail before the first entry is written: makes the
 * tables, and checks that no entry is present. A failure then leaves the map
 * unchanged.
 */
static int prepare_range(u32 va, u32 bytes)
{
	for (u32 off = 0; off < bytes; off += PAGE_SIZE) {
		const pte_t *table = kernel_table(va + off);

		if (!table)
			return -ENOMEM;
		if (!pte_none(table[pte_index(va + off)]))
			return -EEXIST;
	}
	return 0;
}

/*
 * Tables made for a range that then failed stay in the master: they are empty,
 * and the next range there uses them.
 */
static int map_range(u32 va, u32 bytes, const struct kmap_source *src)
{
	u32 flags;
	int err;

	check_range(va, bytes);
	err = prepare_range(va, bytes);
	if (err)
		return err;
	spin_lock_irqsave(&kmap_lock, flags);
	for (u32 i = 0; i < bytes / PAGE_SIZE; i++) {
		pte_t *slot = kernel_pte(va + i * PAGE_SIZE);

		BUG_ON(!pte_none(*slot)); /* ranges have one owner */
		table_set_nosync(&slot->val, source_desc(src, i));
	}
	/*
	 * One dsb for all entries instead of one for each. No flush: the TLB
	 * never caches a faulting entry.
	 */
	table_sync();
	isb(); /* an access right after the return uses the new entries */
	spin_unlock_irqrestore(&kmap_lock, flags);
	return 0;
}

/*
 * Not for devices: pages[] are RAM, and mapping RAM as Device would give one
 * frame two memory types (DDI0406C A3.5.7).
 */
int map_kernel_range(u32 va, u32 bytes, struct page *const *pages,
		     enum map_type type)
{
	const struct kmap_source src = {
		.pages = pages,
		.attrs = kernel_page_attrs(type),
	};

	BUG_ON(!pages || type == MT_DEVICE);
	return map_range(va, bytes, &src);
}

/* mm/vmalloc.c has refused RAM: the linear map has it as Normal memory. */
int ioremap_page_range(u32 va, u32 bytes, phys_addr_t pa, enum map_type type)
{
	const struct kmap_source src = {
		.pa = pa,
		.attrs = kernel_page_attrs(type),
	};

	BUG_ON(pa & ~PAGE_MASK);
	return map_range(va, bytes, &src);
}

/*
 * Leaves the tables in place: other pgds hold copies of the first-level entry
 * that cannot be found and withdrawn cheaply.
 */
void unmap_kernel_range(u32 va, u32 bytes)
{
	u32 flags;

	check_range(va, bytes);
	spin_lock_irqsave(&kmap_lock, flags);
	for (u32 off = 0; off < bytes; off += PAGE_SIZE) {
		pte_t *slot = kernel_pte(va + off);

		if (slot && !pte_none(*slot))
			table_set_nosync(&slot->val, 0);
	}
	table_sync();
	spin_unlock_irqrestore(&kmap_lock, flags);
}

/*
 * Needs no TLB flush: the slot was invalid, and an invalid entry is never
 * cached.
 */
void map_vectors(phys_addr_t pa)
{
	u32 attrs = kernel_page_attrs(MT_MEMORY_RX) | L2_AP1;
	pte_t *slot = kernel_pte(VECTORS_BASE);

	BUG_ON((pa & ~PAGE_MASK) || !slot || !pte_none(*slot));
	table_set(&slot->val, pa | attrs);
	isb(); /* an exception right after finds its vector */
}

/*
 * Aligned to 1 MiB, so that linear map and vmalloc space never share a
 * first-level entry.
 */
u32 vmalloc_start(void)
{
	return ALIGN_UP(high_memory + VMALLOC_GAP, PGDIR_SIZE);
}

/* ---- other address spaces ---------------------------------------- */

/*
 * Called from a fault with interrupts off. The equality check catches a real
 * fault: if pgd has the entry already, retrying the access would fault without
 * end.
 */
int sync_kernel_pgd(pgd_t *pgd, u32 va)
{
	pgd_t master, *slot = &pgd[pgd_index(va)];

	if (va < PAGE_OFFSET)
		return -EFAULT;
	master = init_mm.pgd[pgd_index(va)];
	if (!master.val || slot->val == master.val)
		return -EFAULT;
	BUG_ON(slot->val); /* entries are added, never replaced */
	table_set(&slot->val, master.val);
	isb(); /* the access that faulted is tried again */
	nr_vmalloc_syncs++;
	return 0;
}

/*
 * Copies what the log gained since mm looked. Entries are never removed, so the
 * log need not be locked; a fault may have copied some of them already.
 */
static void copy_new_entries(struct mm_struct *mm, u32 seq)
{
	smp_mb(); /* seq was read before the entries it stands for */
	for (u32 n = mm->context.vmalloc_seq; n < seq; n++) {
		u32 i = master_log[n];

		if (mm->pgd[i].val != init_mm.pgd[i].val)
			table_set_nosync(&mm->pgd[i].val, init_mm.pgd[i].val);
	}
	table_sync();
	isb(); /* the next access may be to a stack mapped here */
	mm->context.vmalloc_seq = seq;
}

/*
 * On every switch, so the common case is one comparison. A kernel stack cannot
 * wait for the fault handler: the handler itself needs the stack.
 */
void check_vmalloc_seq(struct mm_struct *mm)
{
	u32 seq = READ_ONCE(init_mm.context.vmalloc_seq);

	if (unlikely(mm->context.vmalloc_seq != seq))
		copy_new_entries(mm, seq);
}
