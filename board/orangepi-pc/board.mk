# Orange Pi PC, with an Allwinner H3, four Cortex-A7 (QEMU: -M orangepi-pc).
PHYS_OFFSET := 0x40000000
BOARD_CORE := Cortex-A7
# Without UDIV, so that a division by zero is caught.
BOARD_CPU := cortex-a9
EARLY_UART := uart8250
UART_PA := 0x01c28000
UART_HZ := 24000000
UART_BAUD := 115200
TIMER_HZ := 24000000
QEMU_MACHINE := -M orangepi-pc
board-drivers := uart8250.c gic.c generic_timer.c psci.c no_rtc.c \
	no_outer_cache.S
