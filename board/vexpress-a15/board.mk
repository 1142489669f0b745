# Arm Versatile Express with a Cortex-A15 core tile (QEMU: -M vexpress-a15), and
# what has its addresses: gem5's VExpress_GEM5_V1, whose cores may be others.
PHYS_OFFSET := 0x80000000
# Without UDIV, so that a division by zero is caught.
BOARD_CORE := Cortex-A15
BOARD_CPU := cortex-a9
EARLY_UART := pl011
UART_PA := 0x1c090000
UART_HZ := 24000000
UART_BAUD := 38400
TIMER_HZ := 24000000
QEMU_MACHINE := -M vexpress-a15 -m 128M \
	-audiodev none,id=silence -global pl041.audiodev=silence
board-drivers := pl011.c gic.c generic_timer.c pl031.c sysreg.c \
	no_outer_cache.S
