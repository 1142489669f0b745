/*
 * Where the parts of a new program go, as far as its file leaves it open: the
 * direction in which mmap searches, and the random distances.
 *
 * Owns randomize_va_space: 0 moves nothing, so that a run can be repeated; 1
 * moves the stack, the mmap area and position-independent programs; 2, Linux's
 * default, the heap too. Distances and ranges are Linux's on ARM.
 */
#include <proc/exec.h>
#include <proc/internal.h>
#include <uapi/personality.h>

#define STACK_RND_PAGES 0x800
#define MMAP_RND_PAGES  0x100
#define BRK_RND_PAGES   (0x02000000 / PAGE_SIZE)

u32 randomize_va_space;

/*
 * Returns a random distance in bytes, a multiple of PAGE_SIZE below pages *
 * PAGE_SIZE. pages is a power of two.
 */
static u32 random_pages(u32 pages)
{
	u32 random;

	get_random_bytes(&random, sizeof(random));
	return (random & (pages - 1)) << PAGE_SHIFT;
}

/*
 * Bottom-up where the stack has no limit: top-down mmap starts below the
 * stack's limit, and then there is none to start from.
 */
void exec_choose_layout(struct exec *exec)
{
	bool bottom_up = exec->personality & ADDR_COMPAT_LAYOUT ||
		rlimit(RLIMIT_STACK) == RLIM_INFINITY;
	u32 random = exec->personality & ADDR_NO_RANDOMIZE ?
		0 :
		READ_ONCE(randomize_va_space);

	exec->stack_top = STACK_TOP;
	if (random) {
		exec->stack_top -= random_pages(STACK_RND_PAGES);
		exec->mmap_shift = random_pages(MMAP_RND_PAGES);
		exec->dyn_shift = random_pages(MMAP_RND_PAGES);
	}
	if (random > 1) /* an unmapped page separates heap and bss */
		exec->brk_shift = PAGE_SIZE + random_pages(BRK_RND_PAGES);
	/* Otherwise mm_alloc has chosen the same already. */
	if (random || bottom_up)
		mm_set_layout(exec->mm, bottom_up, exec->stack_top,
			      exec->mmap_shift);
}
