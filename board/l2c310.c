/*
 * L2C-310, the level 2 cache controller (Arm DDI0246). Owns the device.
 *
 * It lies behind the cores and the SCU, is addressed physically, and caches
 * what the tables call outer write-back: all of RAM. Stores, fetches and table
 * walks (TTBR.RGN) of every core come through it and agree about what it holds,
 * so the maintenance of mmu/, to the point of unification, ends in front of it
 * and needs nothing of it. Outer maintenance is for those who go past it:
 *
 *	code with the MMU off	its accesses are not looked up here. Before the
 *				boot table is on, board_outer_off has emptied and
 *				stopped the cache; mmu/idmap.S touches no data
 *	other masters		there are none: no driver uses DMA
 *	another core's start	with the MMU off: what it reads must be cleaned to
 *				memory, by L1 and then here. They are parked today
 *	the machine's end	power goes, or reset comes: nothing to keep
 *
 * Errata (Linux's cache-l2x0.c has the list). 727915, r2p0 to r3p0, a clean by
 * way in the background may corrupt data, and 753970, r3p0, a sync may not
 * wait: honoured where those are done, in board/l2c310_off.S, and here.
 * 752271, r3p0 and r3p1, double line fills: off. 588369, before r2p0, a clean
 * and invalidate keeps clean lines: an invalidate follows. 769419, before
 * r3p2, the store buffer does not drain: it keeps Normal non-cacheable stores
 * only, which we do not make.
 */
#include <asm/barrier.h>
#include <board/board.h>
#include <board/drivers.h>
#include <board/l2c310.h>
#include <lib/printk.h>

/* Errata are told apart by the release. */
static u32 release(u32 l2)
{
	return reg_read(l2, L2_CACHE_ID) & L2_ID_RELEASE;
}

/* A maker builds it with 8 or 16 ways. */
static u32 number_of_ways(u32 l2)
{
	return reg_read(l2, L2_AUX_CONTROL) & L2_AUX_16_WAYS ? 16 : 8;
}

/* On r3p0 a sync may not wait (753970): ARM's workaround is a dummy write. */
static void cache_sync(u32 l2)
{
	reg_write(l2, release(l2) == L2_R3P0 ? L2_SYNC_DUMMY : L2_SYNC, 0);
}

/* All of this may be written only while the cache is off (DDI0246 3.1.1). */
static void configure(u32 l2)
{
	u32 aux = reg_read(l2, L2_AUX_CONTROL), r = release(l2);

	aux &= ~(u32)(L2_AUX_FULL_LINE_ZERO | L2_AUX_EXCLUSIVE);
	/* Shareable means shared by the cores: it is no reason not to cache. */
	reg_write(l2, L2_AUX_CONTROL, aux | L2_AUX_SHARED_OVERRIDE);
	reg_write(l2, L2_TAG_LATENCY, board_devices.l2_tag_latency);
	reg_write(l2, L2_DATA_LATENCY, board_devices.l2_data_latency);
	if (r >= L2_R3P0 && r < L2_R3P2)
		reg_write(l2, L2_PREFETCH,
			  reg_read(l2, L2_PREFETCH) & ~(u32)L2_PREFETCH_DOUBLE);
}

/* What it holds is junk from reset, or clean: dropped, never written. */
static void invalidate_all(u32 l2)
{
	u32 ways = (1u << number_of_ways(l2)) - 1;

	reg_write(l2, L2_INVALIDATE_WAY, ways);
	/* A way's bit is set until it is empty: it must not be used before. */
	while (reg_read(l2, L2_INVALIDATE_WAY) & ways)
		;
	cache_sync(l2);
}

/* Secure state only, with the cache off. */
static void enable(u32 l2)
{
	configure(l2);
	invalidate_all(l2);
	/* Errors from before are nobody's. */
	reg_write(l2, L2_INTERRUPT_CLEAR, 0x1ff);
	dsb_sy(); /* it is empty before the first access looks into it */
	reg_write(l2, L2_CONTROL, L2_ENABLE);
	dsb_sy(); /* from here on it is asked */
}

/* Reports which of the cases holds: speed depends on it. */
void l2c310_init(bool secure)
{
	u32 l2 = board_devices.l2, ways = number_of_ways(l2);
	u32 way_kib = 8u << (reg_read(l2, L2_AUX_CONTROL) >> L2_AUX_WAY_SHIFT &
			     L2_AUX_WAY_MASK);

	/* On only if it is not ours: board_outer_off emptied it and let it be. */
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
	/* Read back: without a device the write is lost and nothing aborts. */
	if (!(reg_read(l2, L2_CONTROL) & L2_ENABLE)) {
		pr_warn("L2 cache: no L2C-310 answers at its place\n");
		return;
	}
	pr_info("L2 cache: L2C-310 release 0x%x, %u KiB in %u ways, on\n",
		(unsigned int)release(l2), (unsigned int)(ways * way_kib),
		(unsigned int)ways);
}
