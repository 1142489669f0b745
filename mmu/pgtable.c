/*
 * Second-level tables of user address spaces, and the changes to their entries
 * that are rare; what every fault does is inline in pgtable.h.
 *
 * Owns the tables: 1 KiB each, from the slab cache "pgtable". A table in the
 * cache is all zero: that is its constructed state, so a new one needs no
 * clearing, save for the first entry, where the cache keeps a link.
 *
 * A new or raised entry is visible to the walker on return. One that was taken
 * out or lowered waits for the flush that mmu.h asks of the caller: its first
 * dsb makes all such stores visible at once.
 */
#include <alloc/alloc.h>
#include <bug.h>
#include <mmu/mmu.h>
#include <mmu/tables.h>

#define L2_BYTES   (PTRS_PER_PTE * 4)
#define FREE_BATCH 16u

static struct kmem_cache *pgtable_cache;

/* ---- second-level tables ----------------------------------------- */

/*
 * The slab's constructor: runs once for each object of a new slab, not at each
 * allocation.
 */
static void construct_table(void *table)
{
	__builtin_memset(table, 0, L2_BYTES);
	table_clean(table, L2_BYTES);
}

/*
 * SLAB_WORD_IS_FREE: the slab's link may lie in the first word of a free table,
 * else a table would cost 2 KiB. Aligned to 1 KiB, because a first-level entry
 * holds bits 31:10 only.
 */
void l2_cache_init(void)
{
	BUG_ON(pgtable_cache);
	pgtable_cache = kmem_cache_create("pgtable", L2_BYTES, L2_BYTES,
					  SLAB_PANIC | SLAB_WORD_IS_FREE,
					  construct_table);
}

/*
 * Before the slab is up the kernel map takes its tables from memblock, which
 * returns zeroes. May sleep.
 */
pte_t *l2_table_alloc(void)
{
	pte_t *table;

	if (unlikely(!pgtable_cache)) {
		table = memblock_alloc(L2_BYTES, L2_BYTES, "page tables");
		if (table)
			table_clean(table, L2_BYTES);
		return table;
	}
	table = kmem_cache_alloc(pgtable_cache, GFP_KERNEL);
	/*
	 * The slab's link lies in the first entry; in a host test pointers have
	 * the size of two.
	 */
	for (u32 i = 0; table && i < sizeof(void *) / sizeof(*table); i++)
		table_set_nosync(&table[i].val, 0);
	table_sync(); /* zeroes, before an entry leads walks to them */
	return table;
}

/*
 * The caller has emptied the table and flushed: the next owner gets it as it
 * is.
 */
void l2_table_free(pte_t *table)
{
	BUG_ON(!pgtable_cache);
	kmem_cache_free(pgtable_cache, table);
}

/* 256 loads: for checks and debug builds, not for each unmapping. */
bool l2_table_empty(const pte_t *table)
{
	for (u32 i = 0; i < PTRS_PER_PTE; i++)
		if (!pte_none(table[i]))
			return false;
	return true;
}

/* ---- a table where there was none -------------------------------- */

/*
 * Makes the table for va. Returns false if memory is out; true if there is a
 * table on return, ours or that of another task which was faster.
 */
static bool pgd_populate(struct mm_struct *mm, uaddr_t va)
{
	pgd_t *slot = &mm->pgd[pgd_index(va)];
	pte_t *table = l2_table_alloc();
	bool ours;

	if (!table)
		return false;
	/*
	 * Two threads may fault in the same MiB at once with mmap_lock held for
	 * reading only.
	 */
	spin_lock(&mm->page_table_lock);
	ours = !pgd_is_table(*slot);
	if (ours) {
		BUG_ON(slot->val);
		table_set(&slot->val, virt_to_phys(table) | L1_TABLE_USER);
		mm->nr_ptes++;
	}
	spin_unlock(&mm->page_table_lock);
	/*
	 * After the unlock: freeing takes the slab's lock and needs no other.
	 */
	if (!ours)
		l2_table_free(table);
	return true;
}

/*
 * Out of line: a table serves 256 pages, so few calls make one. Do not hold
 * page_table_lock, for the allocation may sleep.
 */
pte_t *__pte_alloc_map(struct mm_struct *mm, uaddr_t va)
{
	BUG_ON(va >= TASK_SIZE);
	return pgd_populate(mm, va) ? pte_offset_map(mm, va) : NULL;
}

/* ---- giving tables back ------------------------------------------ */

/*
 * Unhook up to FREE_BATCH tables from *index on. They may be freed only after
 * a flush: the walker may hold the first-level entries.
 */
static unsigned int unhook_tables(struct mm_struct *mm, unsigned int *index,
				  unsigned int end, pte_t *tables[])
{
	unsigned int n = 0;

	for (; *index < end && n < FREE_BATCH && mm->nr_ptes; (*index)++) {
		pgd_t *slot = &mm->pgd[*index];

		if (!pgd_is_table(*slot))
			continue;
		/*
		 * A leftover entry would appear in the address space that gets
		 * this table next.
		 */
		if (IS_ENABLED(CONFIG_DEBUG))
			BUG_ON(!l2_table_empty(pgd_table(*slot)));
		tables[n++] = pgd_table(*slot);
		table_set_nosync(&slot->val, L1_TYPE_FAULT);
		mm->nr_ptes--;
	}
	return n;
}

/*
 * A batch at a time: one flush serves 16 tables, and the array stays small
 * enough for the stack.
 */
void free_pgtables(struct mm_struct *mm, uaddr_t floor, uaddr_t ceiling)
{
	unsigned int index = pgd_index(ALIGN_UP(floor, PGDIR_SIZE));
	unsigned int end = pgd_index(ceiling ? ceiling : TASK_SIZE);
	pte_t *tables[FREE_BATCH];
	unsigned int n;

	BUG_ON(mm == &init_mm || ceiling > TASK_SIZE);
	while ((n = unhook_tables(mm, &index, end, tables)) != 0) {
		flush_tlb_mm(mm); /* no walk, nor a cached first level,
					   goes through them any more */
		while (n)
			l2_table_free(tables[--n]);
	}
}

/* ---- entries ----------------------------------------------------- */

/* No barrier here: fork lowers a whole table and flushes once (law 5). */
void ptep_set_wrprotect(struct mm_struct *mm __unused_arg,
			uaddr_t va __unused_arg, pte_t *ptep)
{
	BUG_ON(!pte_present(*ptep));
	table_set_nosync(&ptep->val, pte_wrprotect(*ptep).val);
}

/*
 * Raising a right also needs the flush here: without it the TLB could keep the
 * old entry and the faulting access would fault again.
 */
bool ptep_set_access_flags(struct mm_struct *mm, uaddr_t va, pte_t *ptep,
			   pte_t entry)
{
	pte_t old = *ptep;

	BUG_ON(!pte_present(old) || pte_pfn(old) != pte_pfn(entry));
	/* Another thread has resolved the same fault already. */
	if (pte_same(old, entry))
		return false;
	/*
	 * Before the store: once it is visible, another core may fetch from the
	 * page.
	 */
	if (pte_exec(entry) && !pte_exec(old))
		sync_if_exec(entry);
	table_set_nosync(&ptep->val, entry.val);
	/* The TLB holds no entry without the access flag (B3.7.2). */
	if (pte_young(old)) {
		note_exec(mm, old);
		flush_tlb_page(mm, va);
	} else {
		table_sync();
	}
	return true;
}

/* For mprotect, which changes a range and flushes it once. */
void ptep_modify_prot(struct mm_struct *mm, uaddr_t va __unused_arg,
		      pte_t *ptep, pgprot_t prot)
{
	pte_t old = *ptep, new = pte_modify(old, prot);

	BUG_ON(!pte_present(old) || !pte_present(new));
	if (pte_exec(new) && !pte_exec(old))
		sync_if_exec(new);
	/*
	 * Predictions are tagged by address only, so the flush to come must
	 * drop them where code appeared or vanished.
	 */
	if (pte_exec(new) != pte_exec(old))
		mm->context.exec_changed = true;
	table_set_nosync(&ptep->val, new.val);
}

/*
 * No flush: a TLB entry that is kept hides later accesses from the flag, which
 * makes an estimate of use a little wrong and nothing else, as in Linux.
 */
bool ptep_test_and_clear_young(struct mm_struct *mm __unused_arg,
			       uaddr_t va __unused_arg, pte_t *ptep)
{
	pte_t old = *ptep;

	BUG_ON(!pte_present(old));
	if (!pte_young(old))
		return false;
	table_set(&ptep->val, pte_mkold(old).val);
	return true;
}
