/*
 * asm/page.h - physical and linear addresses, and clearing and copying a page.
 *
 * Lowmem, [PAGE_OFFSET, high_memory), is RAM mapped linearly: an addition turns
 * one address into the other. The host tests shadow this header: there RAM is one
 * array.
 */
#ifndef ASM_PAGE_H
#define ASM_PAGE_H

#include <config.h>
#include <types.h>

/*
 * For lowmem addresses only: the frames of vmalloc and of user addresses are known
 * to the page tables alone.
 */
static inline phys_addr_t virt_to_phys(const volatile void *va)
{
	return (phys_addr_t)(uintptr_t)va - PAGE_OFFSET + PHYS_OFFSET;
}

static inline void *phys_to_virt(phys_addr_t pa)
{
	return (void *)(uintptr_t)(pa - PHYS_OFFSET + PAGE_OFFSET);
}

/*
 * Before paging_init: returns the address at which the boot table maps the
 * loader's list, whose physical address is pa (mmu/boot_map.c).
 */
static inline const void *boot_params_va(phys_addr_t pa)
{
	return (const void *)(BOOT_PARAMS_VA + pa % 0x100000);
}

/*
 * Clear or copy one whole page; the addresses are kernel addresses, page-aligned.
 * (lib/page.S)
 */
void clear_page(void *page);
void copy_page(void *to, const void *from);

#endif
