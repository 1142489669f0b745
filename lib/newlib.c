/*
 * Functions that libc.a and libgcc.a refer to, defined here so that the link
 * does not pull in a heap and a division handler. Owns nothing.
 *
 * The string formatter of nano Newlib can grow a buffer (for asprintf). The
 * kernel always gives it a fixed one, so its allocator must never run.
 */
#include <bug.h>
#include <types.h>

struct _reent; /* Newlib's state of a thread; not used here */

void *_malloc_r(struct _reent *reent, size_t bytes);
void *_realloc_r(struct _reent *reent, void *p, size_t bytes);
void _free_r(struct _reent *reent, void *p);
void __aeabi_idiv0(void);
void __aeabi_ldiv0(void);

/* A call means that some code formats into a buffer without a limit. */
void *_malloc_r(struct _reent *reent __unused_arg, size_t bytes __unused_arg)
{
	BUG();
}

/* The same when such a buffer grows. */
void *_realloc_r(struct _reent *reent __unused_arg, void *p __unused_arg,
		 size_t bytes __unused_arg)
{
	BUG();
}

/* What _malloc_r never returned cannot be freed. */
void _free_r(struct _reent *reent __unused_arg, void *p __unused_arg)
{
	BUG();
}

/*
 * libgcc calls this in place of a division by zero. Its own version returns,
 * and the error would show up somewhere else.
 */
void __aeabi_idiv0(void)
{
	panic("division by zero");
}

/* The same for 64-bit operands. */
void __aeabi_ldiv0(void)
{
	panic("division by zero");
}
