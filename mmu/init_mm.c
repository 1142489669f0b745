/*
 * init_mm: the address space that has the kernel's half alone. Its tables are
 * the master that mmu/kmap.c changes and all others follow.
 */
#include <mm_types.h>

struct mm_struct init_mm = {
	.mm_users = ATOMIC_INIT(1),
	.mm_count = ATOMIC_INIT(1),
	.page_table_lock = SPINLOCK_INIT,
	.mmap = TAILQ_HEAD_INITIALIZER(init_mm.mmap),
	.mm_rb = RB_INITIALIZER(&init_mm.mm_rb),
};
