/*
 * L2C-310, the level 2 cache controller (Arm DDI0246). Owns the device.
 *
 * It lies behind the cores and their SCU, is addressed physically, and caches
 * the memory whose entries allow it (outer write-back): all of RAM. Stores,
 * fetches and table walks of every core (these by the RGN bits of TTBR0) come
 * through it and find the same data there. So the maintenance of mmu/, to the
 * point of unification, ends in front of it. The cache has 8 or 16 *ways*:
 * an address can be in one line of each, and the operations on the whole cache
 * name ways. Maintenance of this cache is needed only for accesses that go past
 * it:
 *
 *	code with the MMU off	its accesses are not looked up here. Before the
 *				boot table is on, board_outer_off has emptied and
 *				stopped the cache; mmu/idmap.S touches no data
 *	devices (DMA)		there are none: no driver lets one access memory
 *	another core's start	with the MMU off: what it reads must be cleaned to
 *				memory, by L1 and then here. They are parked today
 *	the machine's end	power goes, or reset comes: nothing to keep
 *
 * Errata (Linux's cache-l2x0.c has the list), and what is done about each:
 *
 *	727915	r2p0 to r3p0: a clean by way in the background may corrupt data.
 *		board/l2c310_off.S forbids write-back meanwhile
 *	753970	r3p0: a sync may not wait. Another register is written
 *	752271	r3p0, r3p1: double line fills may go wrong. They are off
 *	588369	before r2p0: a clean and invalidate keeps clean lines. An
 *		invalidate follows it
 *	769419	before r3p2: the store buffer may not drain. That concerns Normal
 *		non-cacheable stores only, and the kernel makes none
 */
#include <asm/barrier.h>
#include <board/board.h>
#include <board/drivers.h>
#include <board/l2c310.h>
#include <lib/printk.h>

/* The release decides which errata the cache has. */
static u32 release(u32 l2)
{
	return reg_read(l2, L2_CACHE_ID) & L2_ID_RELEASE;
}

/* A chip's maker chooses 8 or 16 ways. */
static u32 number_of_ways(u32 l2)
{
	return reg_read(l2, L2_AUX_CONTROL) & L2_AUX_16_WAYS ? 16 : 8;
}

/*
 * Waits for the cache's operations. On r3p0 a sync may not wait (753970); Arm's
 * workaround is a write to another register.
 */
static void cache_sync(u32 l2)
{
	reg_write(l2, release(l2) == L2_R3P0 ? L2_SYNC_DUMMY : L2_SYNC, 0);
}

/* These registers may be written only while the cache is off (DDI0246 3.1.1). */
static void configure(u32 l2)
{
	u32 aux = reg_read(l2, L2_AUX_CONTROL), r = release(l2);

	aux &= ~(u32)(L2_AUX_FULL_LINE_ZERO | L2_AUX_EXCLUSIVE);
	/* Shareable memory is shared by the cores alone, so it may be cached here. */
	reg_write(l2, L2_AUX_CONTROL, aux | L2_AUX_SHARED_OVERRIDE);
	reg_write(l2, L2_TAG_LATENCY, board_devices.l2_tag_latency);
	reg_write(l2, L2_DATA_LATENCY, board_devices.l2_data_latency);
	if (r >= L2_R3P0 && r < L2_R3P2)
		reg_write(l2, L2_PREFETCH,
			  reg_read(l2, L2_PREFETCH) & ~(u32)L2_PREFETCH_DOUBLE);
}

/*
 * Invalidates without a clean: the lines are noise from reset, which must not reach
 * memory, or board_outer_off has cleaned them.
 */
static void invalidate_all(u32 l2)
{
	u32 ways = (1u << number_of_ways(l2)) - 1;

	reg_write(l2, L2_INVALIDATE_WAY, ways);
	/* A way's bit stays set until the way is empty and may be used. */
	while (reg_read(l2, L2_INVALIDATE_WAY) & ways)
		;
	cache_sync(l2);
}

/* Call it in Secure state, with the cache off. */
static void enable(u32 l2)
{
	configure(l2);
	invalidate_all(l2);
	/* What is recorded so far are errors of the loader's accesses. */
	reg_write(l2, L2_INTERRUPT_CLEAR, 0x1ff);
	dsb_sy(); /* the cache is empty before the first access looks it up */
	reg_write(l2, L2_CONTROL, L2_ENABLE);
	dsb_sy(); /* the cache is on for the accesses that follow */
}

/* Reports which of the cases it found, because speed depends on it. */
void l2c310_init(bool secure)
{
	u32 l2 = board_devices.l2, ways = number_of_ways(l2);
	u32 way_kib = 8u << (reg_read(l2, L2_AUX_CONTROL) >> L2_AUX_WAY_SHIFT &
			     L2_AUX_WAY_MASK);

	/* Still on: board_outer_off may empty it in Non-secure state, not stop it. */
	if (reg_read(l2, L2_CONTROL) & L2_ENABLE) {
		pr_info("L2 cache: on, by secure firmware\n");
		return;
	}
	/* A Non-secure write to its control registers aborts. */
	if (!secure) {
		pr_info("L2 cache: off, and only secure firmware may change that\n");
		return;
	}
	enable(l2);
	/* Without a device the write is lost and does not abort, so read it back. */
	if (!(reg_read(l2, L2_CONTROL) & L2_ENABLE)) {
		pr_warn("L2 cache: no L2C-310 answers at its place\n");
		return;
	}
	pr_info("L2 cache: L2C-310 release 0x%x, %u KiB in %u ways, on\n",
		(unsigned int)release(l2), (unsigned int)(ways * way_kib),
		(unsigned int)ways);
}
