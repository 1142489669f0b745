/*
 * PL031 real-time clock (Arm DDI0224): seconds since 1970. Owns the device.
 */
#include <board/board.h>
#include <board/drivers.h>

#define PL031_DR 0x000

/* A single load: the register is consistent by itself. */
u32 rtc_seconds(void)
{
	return reg_read(board_devices.rtc, PL031_DR);
}
