/*
 * asm/page.h - for the host tests: RAM is one array, host_ram, whose first byte
 * has the physical address PHYS_OFFSET.
 */
#ifndef ASM_PAGE_H
#define ASM_PAGE_H

#include <config.h>
#include <types.h>

#define HOST_RAM_MAX 0x04000000u /* 64 MiB */

extern u8 host_ram[HOST_RAM_MAX];

/* Abort with the offending address: it is not, or no longer, lowmem. */
void host_not_lowmem(uintptr_t address) __noreturn;

static inline phys_addr_t virt_to_phys(const volatile void *va)
{
	uintptr_t offset = (uintptr_t)va - (uintptr_t)host_ram;

	if (offset > HOST_RAM_MAX)
		host_not_lowmem((uintptr_t)va);
	return (phys_addr_t)offset + PHYS_OFFSET;
}

static inline void *phys_to_virt(phys_addr_t pa)
{
	if (pa - PHYS_OFFSET > HOST_RAM_MAX)
		host_not_lowmem(pa);
	return host_ram + (pa - PHYS_OFFSET);
}

static inline const void *boot_params_va(phys_addr_t pa)
{
	return phys_to_virt(pa);
}

void clear_page(void *page);
void copy_page(void *to, const void *from);

#endif
