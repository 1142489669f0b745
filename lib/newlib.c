/*
 * What libc.a and libgcc.a would drag in, answered here. Owns nothing.
 *
 * The string formatter of nano Newlib can grow a buffer (for asprintf); we
 * only ever give it a fixed one, so its allocator must never run.
 */
#include <bug.h>
#include <types.h>

struct _reent;

void *_malloc_r(struct _reent *reent, size_t bytes);
void *_realloc_r(struct _reent *reent, void *p, size_t bytes);
void _free_r(struct _reent *reent, void *p);
void __aeabi_idiv0(void);
void __aeabi_ldiv0(void);

void *_malloc_r(struct _reent *reent __unused_arg, size_t bytes __unused_arg)
{
	BUG();
}

void *_realloc_r(struct _reent *reent __unused_arg, void *p __unused_arg,
		 size_t bytes __unused_arg)
{
	BUG();
}

void _free_r(struct _reent *reent __unused_arg, void *p __unused_arg)
{
	BUG();
}

void __aeabi_idiv0(void)
{
	panic("division by zero");
}

void __aeabi_ldiv0(void)
{
	panic("division by zero");
}
