/*
 * asm/kasan_debug.h - for the host tests: freed kernel memory is poisoned for
 * AddressSanitizer, so that a late access stops the test where it happens.
 */
#ifndef ASM_KASAN_H
#define ASM_KASAN_H

#include <types.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(addr, size)   ((void)(addr), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(addr, size) ((void)(addr), (void)(size))
#endif

static inline void kasan_poison(const void *addr, size_t size)
{
	ASAN_POISON_MEMORY_REGION(addr, size);
}

static inline void kasan_unpoison(const void *addr, size_t size)
{
	ASAN_UNPOISON_MEMORY_REGION(addr, size);
}

/* host_ram.c, where AddressSanitizer does not look. */
void *kasan_load_pointer(void *const *addr);
void kasan_store_pointer(void **addr, void *value);

#endif
