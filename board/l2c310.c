/*
 * L2C-310, the level 2 cache controller (Arm DDI0246). Owns the device, and the
 * decision to leave the cache off.
 *
 * Off is a correct and complete state: all maintenance in mmu/ then reaches
 * memory with the CP15 operations alone, and no erratum of the controller can
 * bite (588369, 727915, 753970, 769419). A loader that left it on is undone as
 * DDI0246 3.3.9 asks: clean and invalidate every way, wait, sync, disable.
 */
#include <asm/barrier.h>
#include <board/board.h>
#include <board/drivers.h>
#include <lib/printk.h>

#define L2_CONTROL		0x100
#define L2_AUX_CONTROL		0x104
#define L2_SYNC			0x730
#define L2_CLEAN_INV_WAY	0x7fc

#define L2_ENABLE		0x1u
#define L2_AUX_16_WAYS		(1u << 16)

static void flush_all(u32 l2)
{
	u32 ways = reg_read(l2, L2_AUX_CONTROL) & L2_AUX_16_WAYS ? 0xffff : 0xff;

	reg_write(l2, L2_CLEAN_INV_WAY, ways);
	while (reg_read(l2, L2_CLEAN_INV_WAY) & ways)
		;
	reg_write(l2, L2_SYNC, 0);
	dsb_sy();	/* all of it is in memory before the cache goes */
}

void board_init(void)
{
	u32 l2 = board_devices.l2;

	if (!(reg_read(l2, L2_CONTROL) & L2_ENABLE))
		return;
	pr_info("L2 cache was on: flushed and turned off\n");
	flush_all(l2);
	reg_write(l2, L2_CONTROL, 0);
	dsb_sy();	/* off before the next access looks for it */
}
