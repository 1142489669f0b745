/*
 * Rights and memory types as descriptor bits.
 *
 * The only place where VM_* flags and map types become AP, XN and TEX/C/B.
 * Two tables: the rights of a user page, and what the kernel maps.
 */
#include <bug.h>
#include <mmu/mmu.h>
#include <mmu/tables.h>

/*
 * User pages: Normal memory, not global. AP[2:1] = 01 read-write for both
 * modes, 11 read-only for both (DDI0406C Table B3-6). PROT_NONE is 10, kernel
 * read-only, and lacks AF, so that the kernel's accesses fault as well.
 */
#define USER_NONE (L2_NORMAL | L2_NG | L2_AP2 | L2_XN)
#define USER_RO   (L2_NORMAL | L2_NG | L2_AF | L2_AP1 | L2_AP2 | L2_XN)
#define USER_RW   (L2_NORMAL | L2_NG | L2_AF | L2_AP1 | L2_XN)
#define USER_RX   (USER_RO & ~L2_XN)
#define USER_RWX  (USER_RW & ~L2_XN)

/* clang-format off */
/* By VM_READ | VM_WRITE | VM_EXEC: private (writes copy first), shared. */
static const u32 user_prot[2][8] = {
	{
		[0]				= USER_NONE,
		[VM_READ]			= USER_RO,
		[VM_WRITE]			= USER_RO,
		[VM_WRITE | VM_READ]		= USER_RO,
		[VM_EXEC]			= USER_RX,
		[VM_EXEC | VM_READ]		= USER_RX,
		[VM_EXEC | VM_WRITE]		= USER_RX,
		[VM_EXEC | VM_WRITE | VM_READ]	= USER_RX,
	}, {
		[0]				= USER_NONE,
		[VM_READ]			= USER_RO,
		[VM_WRITE]			= USER_RW,
		[VM_WRITE | VM_READ]		= USER_RW,
		[VM_EXEC]			= USER_RX,
		[VM_EXEC | VM_READ]		= USER_RX,
		[VM_EXEC | VM_WRITE]		= USER_RWX,
		[VM_EXEC | VM_WRITE | VM_READ]	= USER_RWX,
	},
};
/* clang-format on */

static_assert(VM_ACCESS_FLAGS == 7, "the tables are indexed by these bits");

/*
 * Write without read, and execute without read, do not exist in this format:
 * the tables grant read with both, as Linux does on ARM.
 */
pgprot_t vm_get_page_prot(u32 vm_flags)
{
	const u32 *row = user_prot[(vm_flags & VM_SHARED) != 0];

	return (pgprot_t){ row[vm_flags & VM_ACCESS_FLAGS] };
}

struct kernel_attrs {
	u32 page, section;
};

#define DEVICE_PAGE    (L2_TYPE_SMALL | L2_MEM(MEM_DEVICE) | L2_S)
#define DEVICE_SECTION (L1_TYPE_SECTION | L1_SECT_MEM(MEM_DEVICE) | L1_SECT_S)
#define UNCACHED_PAGE  (L2_TYPE_SMALL | L2_MEM(MEM_UNCACHED) | L2_S)
#define UNCACHED_SECTION \
	(L1_TYPE_SECTION | L1_SECT_MEM(MEM_UNCACHED) | L1_SECT_S)

/*
 * Kernel mappings: global, no user access, domain 0. Devices are XN because a
 * core may prefetch instructions from executable memory at any time, and
 * reading a device may change it, for example empty a FIFO (B3.7.2).
 */
static const struct kernel_attrs kernel_attrs[MT_NR] = {
	[MT_MEMORY_RW] = { L2_NORMAL | L2_AF | L2_XN,
			   L1_NORMAL | L1_SECT_AF | L1_SECT_XN },
	[MT_MEMORY_RO] = { L2_NORMAL | L2_AF | L2_AP2 | L2_XN,
			   L1_NORMAL | L1_SECT_AF | L1_SECT_AP2 | L1_SECT_XN },
	[MT_MEMORY_RX] = { L2_NORMAL | L2_AF | L2_AP2,
			   L1_NORMAL | L1_SECT_AF | L1_SECT_AP2 },
	[MT_DEVICE] = { DEVICE_PAGE | L2_AF | L2_XN,
			DEVICE_SECTION | L1_SECT_AF | L1_SECT_XN },
	[MT_UNCACHED] = { UNCACHED_PAGE | L2_AF | L2_XN,
			  UNCACHED_SECTION | L1_SECT_AF | L1_SECT_XN },
};

/*
 * BUG on a bad type: a table of ours is wrong, and a guess could map a device
 * as memory.
 */
u32 kernel_page_attrs(enum map_type type)
{
	BUG_ON(type >= MT_NR);
	return kernel_attrs[type].page;
}

/* The same attributes in the places of a first-level descriptor. */
u32 kernel_section_attrs(enum map_type type)
{
	BUG_ON(type >= MT_NR);
	return kernel_attrs[type].section;
}
