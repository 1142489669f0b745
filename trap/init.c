/*
 * From here on exceptions end in the handlers of this folder.
 */
#include <asm/barrier.h>
#include <trap/internal.h>

/* trap/entry.S: where new tasks start */
void ret_from_fork(void);
void ret_from_kthread(void);

extern const u8 __vectors_start[], __vectors_end[];
extern const u8 __kuser_helpers_start[], __kuser_helpers_end[];

/*
 * Installs the vectors first: an exception before they are in place would fetch
 * from an empty page.
 */
void trap_init(void)
{
	size_t helpers = (size_t)(__kuser_helpers_end - __kuser_helpers_start);

	vectors_page_init();
	vectors_install(0, __vectors_start,
			(size_t)(__vectors_end - __vectors_start));
	/* They end the page: programs call them at fixed addresses. */
	vectors_install(PAGE_SIZE - helpers, __kuser_helpers_start, helpers);
	/* A hook, for run/ lies below and may not name these functions. */
	return_ops = (struct return_operations){ ret_from_fork,
						 ret_from_kthread };
	extable_init();
	first_unmask = true;
	__asm__ volatile("cpsie a" : : : "memory");
	isb(); /* one that was pending has been taken */
	/* From here on an asynchronous abort is taken near its cause. */
	first_unmask = false;
}
