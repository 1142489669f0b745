/*
 * Fake RAM, and the kernel's data put back as it was.
 *
 * host.mk moves .data and .bss of all kernel objects into the sections kdata
 * and kbss, whose bounds the linker names. A copy taken before the first test
 * is what "reboot" restores.
 */
#include <alloc/alloc.h>
#include <asm/kasan_debug.h>
#include <stdlib.h>
#include <string.h>
#include "host.h"

u8 host_ram[HOST_RAM_MAX] __aligned(0x400000);

/* Weak: a test may link no object that has such a section. */
#define SECTION_END __attribute__((weak, visibility("hidden")))
extern u8 __start_kdata[] SECTION_END, __stop_kdata[] SECTION_END;
extern u8 __start_kbss[] SECTION_END, __stop_kbss[] SECTION_END;

static u8 *saved_data, *saved_bss;

void host_not_lowmem(uintptr_t address)
{
	panic("%#lx is not in host RAM", (unsigned long)address);
}

void clear_page(void *page)
{
	BUG_ON(!IS_ALIGNED((uintptr_t)page, PAGE_SIZE));
	memset(page, 0, PAGE_SIZE);
}

void copy_page(void *to, const void *from)
{
	BUG_ON(!IS_ALIGNED((uintptr_t)to | (uintptr_t)from, PAGE_SIZE));
	memcpy(to, from, PAGE_SIZE);
}

/* Between variables lie AddressSanitizer's red zones: copy without asking. */
static __no_asan __attribute__((no_sanitize("undefined"))) __noinline void
copy_unchecked(u8 *to, const u8 *from, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		*(volatile u8 *)(to + i) = from[i];
}

__no_asan __noinline void *kasan_load_pointer(void *const *addr)
{
	return *(void *const volatile *)addr;
}

__no_asan __noinline void kasan_store_pointer(void **addr, void *value)
{
	*(void *volatile *)addr = value;
}

static u8 *save(const u8 *start, const u8 *end)
{
	size_t bytes = (size_t)(end - start);
	u8 *copy = malloc(bytes + 1);

	if (!copy)
		abort();
	copy_unchecked(copy, start, bytes);
	return copy;
}

/* gcov's, in a program of `make coverage`. */
__attribute__((weak)) void __gcov_dump(void);
__attribute__((weak)) void __gcov_reset(void);

static void restore_kernel_data(void)
{
	/*
	 * gcov's counters are in .bss: write them to the file before they are
	 * reset.
	 */
	if (__gcov_dump) {
		__gcov_dump();
		__gcov_reset();
	}
	if (!saved_data) {
		saved_data = save(__start_kdata, __stop_kdata);
		saved_bss = save(__start_kbss, __stop_kbss);
		return;
	}
	copy_unchecked(__start_kdata, saved_data,
		       (size_t)(__stop_kdata - __start_kdata));
	copy_unchecked(__start_kbss, saved_bss,
		       (size_t)(__stop_kbss - __start_kbss));
}

void host_reset_ram(void);

void host_reset_ram(void)
{
	static bool used;

	kasan_unpoison(host_ram, HOST_RAM_MAX);
	if (used)
		memset(host_ram, 0, HOST_RAM_MAX);
	used = true;
	restore_kernel_data();
}

u32 host_boot(u32 bytes)
{
	host_reset();
	BUG_ON(bytes > HOST_RAM_MAX);
	BUG_ON(memblock_add(PHYS_OFFSET, bytes));
	BUG_ON(memblock_reserve(PHYS_OFFSET, 1 << 20, "image"));
	BUG_ON(memblock_limit_lowmem());
	memblock_free_all();
	kmem_cache_init();
	return nr_free_pages();
}
