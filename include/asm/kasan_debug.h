/*
 * asm/kasan_debug.h - the allocators call this when memory becomes free or used.
 *
 * On the target these functions do nothing. The host tests shadow this header:
 * there a freed page or object is poisoned for AddressSanitizer, which reports
 * any access to it. (KASAN is Linux's name for such a checker in the kernel.)
 */
#ifndef ASM_KASAN_DEBUG_H
#define ASM_KASAN_DEBUG_H

#include <types.h>

/* [addr, addr + size) may not be touched any more, or may be again. */
static inline void kasan_poison(const void *addr __unused_arg,
				size_t size __unused_arg)
{
}

static inline void kasan_unpoison(const void *addr __unused_arg,
				  size_t size __unused_arg)
{
}

/*
 * Load and store a free object's link to the next one, which is in the object and
 * so in poisoned memory, without a report.
 */
static inline void *kasan_load_pointer(void *const *addr)
{
	return *addr;
}

static inline void kasan_store_pointer(void **addr, void *value)
{
	*addr = value;
}

#endif
