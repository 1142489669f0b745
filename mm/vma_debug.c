/*
 * The verifier of an address space: checks every rule that mm/vma.c and its
 * callers must keep, by the slow and simple way.
 */
#include <lib/printk.h>
#include <mm/internal.h>

struct vma_audit {
	struct mm_struct *mm;
	u32 errors;
	u32 in_tree, in_list;
	struct mm_struct counted; /* the ledger's fields, counted anew */
};

#define check(audit, vma, ok)                                              \
	do {                                                               \
		if (!(ok)) {                                               \
			pr_err("vma_verify: %08x-%08x: broken rule: %s\n", \
			       (unsigned int)(vma)->vm_start,              \
			       (unsigned int)(vma)->vm_end, #ok);          \
			(audit)->errors++;                                 \
		}                                                          \
	} while (0)

/*
 * Checks order, links, colours and gaps of the subtree. Returns its black
 * height: the black nodes on each path to a leaf.
 */
static u32 audit_subtree(struct vma_audit *audit, struct vm_area_struct *vma)
{
	struct vm_area_struct *left, *right;
	u32 height, gap;

	if (!vma)
		return 1;
	left = RB_LEFT(vma, vm_rb);
	right = RB_RIGHT(vma, vm_rb);
	height = audit_subtree(audit, left);
	audit->in_tree++;
	/* Equal black heights on both sides keep the look-up O(log n). */
	check(audit, vma, audit_subtree(audit, right) == height);
	check(audit, vma, !left || left->vm_end <= vma->vm_start);
	check(audit, vma, !right || vma->vm_end <= right->vm_start);
	check(audit, vma, !left || RB_PARENT(left, vm_rb) == vma);
	check(audit, vma, !right || RB_PARENT(right, vm_rb) == vma);
	/* Computed from scratch: what gap_propagate should have stored. */
	gap = max(subtree_gap(left), subtree_gap(right));
	check(audit, vma, vma->vm_gap == vma_gap(vma_prev(vma), vma));
	check(audit, vma, vma->rb_subtree_gap == max(vma->vm_gap, gap));
	if (RB_COLOR(vma, vm_rb) == RB_BLACK)
		return height + 1;
	/* A red node has no red child. */
	check(audit, vma, !left || RB_COLOR(left, vm_rb) == RB_BLACK);
	check(audit, vma, !right || RB_COLOR(right, vm_rb) == RB_BLACK);
	return height;
}

/*
 * Whether vma is on its file's list exactly once. Read without i_mmap_rwsem: no
 * other task runs while tests verify.
 */
static bool on_i_mmap(const struct vm_area_struct *vma)
{
	const struct vm_area_struct *other;
	u32 found = 0;

	if (!vma->vm_file)
		return true;
	TAILQ_FOREACH(other, &vma->vm_file->f_mapping->i_mmap, vm_shared)
		found += other == vma;
	return found == 1;
}

/* Checks one VMA against its neighbours, its file and the look-up. */
static void audit_vma(struct vma_audit *audit, struct vm_area_struct *vma)
{
	struct vm_area_struct *prev = vma_prev(vma);

	audit->in_list++;
	/* The ledger's own function adds all VMAs up, in a scratch mm. */
	vma_charge(&audit->counted, vma->vm_flags, vma_pages(vma));
	check(audit, vma, vma->vm_mm == audit->mm);
	check(audit, vma, vma->vm_start < vma->vm_end);
	check(audit, vma, vma->vm_end <= TASK_SIZE);
	check(audit, vma, vma->vm_start >= FIRST_USER_ADDRESS);
	check(audit, vma, IS_ALIGNED(vma->vm_start | vma->vm_end, PAGE_SIZE));
	check(audit, vma, !prev || prev->vm_end <= vma->vm_start);
	check(audit, vma,
	      vma->vm_page_prot.val == vma_page_prot(vma->vm_flags).val);
	/*
	 * First and last address: an error in the tree's order shows at a
	 * border.
	 */
	check(audit, vma, find_vma(audit->mm, vma->vm_start) == vma);
	check(audit, vma, find_vma(audit->mm, vma->vm_end - 1) == vma);
	check(audit, vma, on_i_mmap(vma));
}

/* Checks that each counter of mm is the sum over its VMAs. */
static void audit_ledger(struct vma_audit *audit)
{
	const struct mm_struct *mm = audit->mm, *sum = &audit->counted;

	if (mm->total_vm == sum->total_vm && mm->data_vm == sum->data_vm &&
	    mm->exec_vm == sum->exec_vm && mm->stack_vm == sum->stack_vm &&
	    mm->locked_vm == sum->locked_vm)
		return;
	pr_err("vma_verify: pages %u (%u), data %u (%u), exec %u (%u), stack %u (%u), locked %u (%u)\n",
	       mm->total_vm, sum->total_vm, mm->data_vm, sum->data_vm,
	       mm->exec_vm, sum->exec_vm, mm->stack_vm, sum->stack_vm,
	       mm->locked_vm, sum->locked_vm);
	audit->errors++;
}

/*
 * Checks all rules and goes on after an error, because several together show
 * what was forgotten.
 */
int vma_verify(struct mm_struct *mm)
{
	struct vma_audit audit = { .mm = mm };
	struct vm_area_struct *vma, *cached = mm->mmap_cache;

	audit_subtree(&audit, RB_ROOT(&mm->mm_rb));
	TAILQ_FOREACH(vma, &mm->mmap, vm_link)
		audit_vma(&audit, vma);
	if (audit.in_tree != mm->map_count || audit.in_list != mm->map_count) {
		pr_err("vma_verify: VMAs: %u in the tree, %u in the list, %u counted\n",
		       audit.in_tree, audit.in_list, mm->map_count);
		audit.errors++;
	}
	audit_ledger(&audit);
	/* find_vma changed it: verifying must not change what comes after. */
	mm->mmap_cache = cached;
	return audit.errors ? -EUCLEAN : 0;
}
