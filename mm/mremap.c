/*
 * Growing, shrinking and moving mappings. Pages are never copied: their
 * entries move to the new addresses. A move gets its VMA, its page tables and
 * its cuts before it unmaps what is in its way: if it fails, the mappings at
 * the old and at the new address are unchanged.
 */
#include <mm/internal.h>

#define MOVE_BATCH 64u /* entries that one flush serves */

/* The arguments of one call, and what its plan has found and allocated. */
struct remap {
	struct mm_struct *mm;
	uaddr_t addr, new_addr;
	u32 old_bytes, new_bytes; /* whole pages */
	u32 flags;
	u32 moved; /* bytes whose entries move: the smaller size */
	struct vm_area_struct *vma; /* at addr */
	struct vm_area_struct *new; /* planned: in no set yet */
};

/* ---- moving entries ---------------------------------------------- */

/*
 * Allocates every table that moving the entries needs, so that moving itself
 * cannot fail. 0 or -ENOMEM.
 */
static int alloc_new_tables(struct remap *r)
{
	u32 bytes = r->moved, offset, next;

	for (offset = 0; offset < bytes; offset = next) {
		uaddr_t from = r->addr + offset, to = r->new_addr + offset;

		/*
		 * The two ranges may cross table borders at different places:
		 * go on to the nearer one.
		 */
		next = min(pgd_addr_end(from, r->addr + bytes) - r->addr,
			   pgd_addr_end(to, r->new_addr + bytes) - r->new_addr);
		/*
		 * Without a table at the old place there are no entries to
		 * move.
		 */
		if (pte_offset_map(r->mm, from) && !pte_alloc_map(r->mm, to))
			return -ENOMEM;
	}
	return 0;
}

/*
 * Moves n entries to slots that are in one table, too. Break before make for
 * all of them at once: they are taken out, flushed, and only then set, so that
 * no page can be written at its old address while it is mapped at the new one.
 * The walker holds page_table_lock, which guards both tables.
 */
static void move_run(struct remap *r, pte_t *from, uaddr_t va, u32 n)
{
	uaddr_t to = r->new_addr + (va - r->addr);
	pte_t moved[MOVE_BATCH], *slot = pte_offset_map(r->mm, to);
	u32 i;

	for (i = 0; i < n; i++) {
		pte_t pte = from[i];

		moved[i] = pte;
		/*
		 * A none entry was never cached in the TLB and needs no clean.
		 */
		if (!pte_none(pte))
			ptep_clear_batched(r->mm, &from[i], pte);
	}
	ptes_sync(from, n);
	flush_tlb_range(r->mm, va, va + n * PAGE_SIZE);
	for (i = 0; i < n; i++) {
		/* commit_move has unmapped what was here. */
		VM_BUG_ON(!pte_none(slot[i]));
		set_pte_batched(&slot[i], moved[i]);
	}
	ptes_sync(slot, n);
}

/*
 * The walker's callback: moves the entries of one table in runs that fit
 * move_run and the destination's table.
 */
static void move_entries(struct mm_walk *walk, pte_t *ptep, uaddr_t va,
			 uaddr_t end)
{
	struct remap *r = walk->private;
	u32 n;

	for (; va < end; va += n * PAGE_SIZE, ptep += n) {
		uaddr_t to = r->new_addr + (va - r->addr);

		n = 1;
		/*
		 * Large mappings are mostly untouched: a flush for empty slots
		 * is wasted.
		 */
		if (pte_none(*ptep))
			continue;
		n = (pgd_addr_end(to, to + (end - va)) - to) >> PAGE_SHIFT;
		n = min(n, MOVE_BATCH);
		move_run(r, ptep, va, n);
	}
}

/*
 * Moves all entries. It cannot fail, since alloc_new_tables has made every
 * table.
 */
static void move_page_tables(struct remap *r)
{
	u32 bytes = r->moved;
	struct mm_walk walk = {
		.mm = r->mm,
		.private = r,
		.pte_range = move_entries,
	};

	/* Overlapping ranges would need an order; mremap_to refuses them. */
	BUG_ON(r->addr + bytes > r->new_addr && r->new_addr + bytes > r->addr);
	walk_page_range(&walk, r->addr, r->addr + bytes);
}

/* ---- moving a VMA ------------------------------------------------ */

/*
 * Returns the first VMA that MREMAP_FIXED must unmap, or NULL. Looked up anew
 * at each step, as cuts may have changed it.
 */
static struct vm_area_struct *find_target(struct remap *r)
{
	if (!(r->flags & MREMAP_FIXED))
		return NULL;
	return find_vma_intersection(r->mm, r->new_addr,
				     r->new_addr + r->new_bytes);
}

/*
 * Cuts the borders of the target, so that unmapping it cannot fail. Returns
 * which cuts it made, or -ENOMEM.
 */
static int plan_target(struct remap *r)
{
	struct vm_area_struct *target = find_target(r);
	int cuts;

	if (!target)
		return 0;
	cuts = plan_unmap(&target, r->new_addr, r->new_addr + r->new_bytes);
	r->vma = find_vma(r->mm, r->addr); /* plan_unmap() may have split it */
	return cuts;
}

/* Cuts the borders of the old range, as plan_target does the target's. */
static int plan_old_range(struct remap *r)
{
	uaddr_t old_end = r->addr + r->old_bytes;

	/* An old size of 0 duplicates: the old range stays as it is. */
	if (!r->old_bytes)
		return 0;
	return r->flags & MREMAP_DONTUNMAP ?
		vma_isolate(&r->vma, r->addr, old_end) :
		plan_unmap(&r->vma, r->addr, old_end);
}

/*
 * Makes the VMA of the new place, with its promise and its tables. 0 or
 * -ENOMEM.
 */
static int plan_new_range(struct remap *r)
{
	u32 vm_flags = r->vma->vm_flags, pages = r->new_bytes >> PAGE_SHIFT;

	if (vma_reserve(vm_flags, pages))
		return -ENOMEM;
	r->new = vm_area_dup(r->vma, r->mm);
	if (!r->new)
		goto err_unreserve;
	vma_drop_pager(r->new);
	r->new->vm_pgoff = linear_page_index(r->vma, r->addr);
	r->new->vm_start = r->new_addr;
	r->new->vm_end = r->new_addr + r->new_bytes;
	if (!alloc_new_tables(r))
		return 0;
	/*
	 * Some tables were there before: only those that no VMA needs are
	 * freed.
	 */
	free_tables_of_holes(r->mm, r->new_addr, r->new->vm_end);
	vm_area_free(r->new);
err_unreserve:
	vma_unreserve(vm_flags, pages);
	return -ENOMEM;
}

/*
 * Moves the entries, then unmaps all of the old range, though only its head may
 * have moved. Under MREMAP_DONTUNMAP the old range stays mapped, empty and not
 * locked.
 */
static void commit_move(struct remap *r)
{
	struct vm_area_struct *target = find_target(r), *prev;

	if (target)
		commit_unmap(target, r->new_addr, r->new->vm_end, r->new_addr,
			     true);
	/* Charged before vma_insert, which may free r->new by merging. */
	vma_charge(r->mm, r->new->vm_flags, vma_pages(r->new));
	find_vma_prev(r->mm, r->new_addr, &prev);
	vma_insert(r->mm, r->new, prev);
	/*
	 * A truncation that passed the new place before the move and the old
	 * place after it would miss the entries.
	 */
	i_mmap_lock(r->vma);
	move_page_tables(r);
	i_mmap_unlock(r->vma);
	if (r->flags & MREMAP_DONTUNMAP) {
		vma_set_flags(r->vma, r->vma->vm_flags & ~VM_LOCKED_MASK);
		/*
		 * plan_old_ranges cut it out; without VM_LOCKED it may be like
		 * its neighbours again.
		 */
		vma_merge(r->vma);
	} else if (r->old_bytes) {
		commit_unmap(r->vma, r->addr, r->addr + r->old_bytes,
			     r->addr + r->moved, false);
	}
}

/*
 * Moves [addr, addr + old_bytes) of r->vma to [new_addr, new_addr + new_bytes),
 * in place of what is mapped there. 0, or -ENOMEM and everything is as before.
 */
static int move_vma(struct remap *r)
{
	int target_cuts, old_cuts, err;

	r->moved = min(r->old_bytes, r->new_bytes);
	/* Linux's margin, for cuts of the old range and the new VMA. */
	if (!may_add_vmas(r->mm, 4))
		return -ENOMEM;
	target_cuts = plan_target(r);
	if (target_cuts < 0)
		return target_cuts;
	old_cuts = plan_old_range(r);
	err = old_cuts < 0 ? old_cuts : plan_new_range(r);
	if (!err) {
		commit_move(r);
		return 0;
	}
	if (old_cuts > 0)
		vma_rejoin(r->mm, r->addr, r->addr + r->old_bytes, old_cuts);
	vma_rejoin(r->mm, r->new_addr, r->new_addr + r->new_bytes, target_cuts);
	return err;
}

/* ---- the checks -------------------------------------------------- */

/* Whether the mapping at addr may become new_bytes long. 0 or -errno. */
static int vma_to_resize(struct remap *r)
{
	const struct vm_area_struct *vma = r->vma;
	u32 growth = r->new_bytes - r->old_bytes, pgoff;

	/* An old size of zero duplicates a shared mapping. */
	if (!r->old_bytes && !(vma->vm_flags & (VM_SHARED | VM_MAYSHARE)))
		return -EINVAL;
	/*
	 * Linux unmaps the end of a shrinking range first, whatever VMAs it
	 * has, so only the part that remains must be inside vma.
	 */
	if (min(r->old_bytes, r->new_bytes) > vma->vm_end - r->addr)
		return -EFAULT;
	if (r->new_bytes <= r->old_bytes)
		return 0;
	pgoff = linear_page_index(vma, r->addr);
	/* Page numbers within the object must not wrap to its start. */
	if (pgoff + (r->new_bytes >> PAGE_SHIFT) < pgoff)
		return -EINVAL;
	if (!may_lock_vm(r->mm, vma->vm_flags, growth >> PAGE_SHIFT))
		return -EAGAIN;
	return may_expand_vm(r->mm, vma->vm_flags, growth >> PAGE_SHIFT) ?
		0 :
		-ENOMEM;
}

/*
 * Whether `bytes` right behind vma are free. As on Linux, no gap is kept to a
 * stack above.
 */
static bool vma_expandable(struct vm_area_struct *vma, u32 bytes)
{
	struct vm_area_struct *next = vma_next(vma);
	uaddr_t end = vma->vm_end + bytes;

	return end > vma->vm_end && end <= TASK_SIZE &&
		(!next || end <= next->vm_start);
}

/* The common case of realloc: no entry moves. 0 or -ENOMEM. */
static int expand_in_place(struct vm_area_struct *vma, u32 bytes)
{
	u32 pages = bytes >> PAGE_SHIFT;

	BUG_ON(!vma_expandable(vma, bytes));
	if (vma_reserve(vma->vm_flags, pages))
		return -ENOMEM;
	vma_resize(vma, vma->vm_start, vma->vm_end + bytes, vma->vm_pgoff);
	vma_charge(vma->vm_mm, vma->vm_flags, pages);
	/* The grown VMA may now touch the next one of the same file. */
	vma_merge(vma);
	return 0;
}

/*
 * Serves MREMAP_FIXED and MREMAP_DONTUNMAP, which always move. The checks are
 * in Linux's order, so that a program sees the same error.
 */
static int mremap_to(struct remap *r)
{
	u32 map_flags = r->flags & MREMAP_FIXED ? MAP_FIXED : 0;
	int err;

	if (!IS_ALIGNED(r->new_addr, PAGE_SIZE) || r->new_bytes > TASK_SIZE ||
	    r->new_addr > TASK_SIZE - r->new_bytes)
		return -EINVAL;
	if (r->addr + r->old_bytes > r->new_addr &&
	    r->new_addr + r->new_bytes > r->addr)
		return -EINVAL;
	if (!may_add_vmas(r->mm, 6))
		return -ENOMEM;
	/*
	 * Linux calls munmap for the end of the old range, which fails with
	 * -EINVAL beyond TASK_SIZE.
	 */
	if (r->old_bytes > r->new_bytes && r->old_bytes > TASK_SIZE - r->addr)
		return -EINVAL;
	/*
	 * On Linux a duplicate (old size 0) unmaps its own source first, and
	 * then finds no VMA at addr.
	 */
	if (!r->old_bytes && r->new_addr == r->addr)
		return -EFAULT;
	err = vma_to_resize(r);
	if (err)
		return err;
	err = get_unmapped_area(r->mm, r->new_addr, r->new_bytes, map_flags,
				&r->new_addr);
	if (err)
		return err;
	/*
	 * The old range stays and counts on, so the pages are added, less those
	 * at the new place that will be unmapped.
	 */
	if (r->flags & MREMAP_DONTUNMAP &&
	    !may_replace_vm(r->mm, r->vma->vm_flags, r->new_addr,
			    r->new_addr + r->new_bytes))
		return -ENOMEM;
	return move_vma(r);
}

/* Grows the mapping where it is, or elsewhere if MREMAP_MAYMOVE allows. */
static int mremap_grow(struct remap *r)
{
	struct vm_area_struct *vma = r->vma;
	int err = vma_to_resize(r);

	if (err)
		return err;
	r->new_addr = r->addr;
	/*
	 * Only the end of a VMA can grow: the middle would meet its own tail.
	 */
	if (r->old_bytes == vma->vm_end - r->addr &&
	    vma_expandable(vma, r->new_bytes - r->old_bytes))
		return expand_in_place(vma, r->new_bytes - r->old_bytes);
	if (!(r->flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	err = get_unmapped_area(r->mm, 0, r->new_bytes, 0, &r->new_addr);
	return err ? err : move_vma(r);
}

/*
 * Checks the flags and their combinations. same_size: the caller gave two equal
 * sizes, before they were rounded up to pages.
 */
static int check_flags(const struct remap *r, bool same_size)
{
	if (r->flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP))
		return -EINVAL;
	if (r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) &&
	    !(r->flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if (r->flags & MREMAP_DONTUNMAP && !same_size)
		return -EINVAL;
	return IS_ALIGNED(r->addr, PAGE_SIZE) && r->new_bytes ? 0 : -EINVAL;
}

/* mremap(2): moves to a chosen place, shrinks in place, or grows. */
int do_mremap(struct mm_struct *mm, uaddr_t addr, u32 old_bytes, u32 new_bytes,
	      u32 flags, uaddr_t new_addr, uaddr_t *result)
{
	struct remap r = {
		.mm = mm,
		.addr = addr,
		.new_addr = new_addr,
		.flags = flags,
		.old_bytes = ALIGN_UP(old_bytes, PAGE_SIZE),
		.new_bytes = ALIGN_UP(new_bytes, PAGE_SIZE),
	};
	int err = check_flags(&r, old_bytes == new_bytes);

	BUG_ON(!rwsem_is_write_locked(&mm->mmap_lock));
	if (err)
		return err;
	/* Even a shrinking call fails where nothing is mapped at addr. */
	r.vma = find_vma(mm, addr);
	if (!r.vma || r.vma->vm_start > addr)
		return -EFAULT;
	if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) {
		err = mremap_to(&r);
	} else if (r.old_bytes >= r.new_bytes) {
		r.new_addr = addr;
		if (r.old_bytes > r.new_bytes)
			err = do_munmap(mm, addr + r.new_bytes,
					r.old_bytes - r.new_bytes);
	} else {
		err = mremap_grow(&r);
	}
	if (err)
		return err;
	trace_vma(TRACE_MREMAP, addr, r.new_addr);
	*result = r.new_addr;
	return 0;
}
