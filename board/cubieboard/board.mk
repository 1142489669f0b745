# Cubieboard, with an Allwinner A10, one Cortex-A8 (QEMU: -M cubieboard).
PHYS_OFFSET := 0x40000000
BOARD_CORE := Cortex-A8
BOARD_CPU := cortex-a8
EARLY_UART := uart8250
UART_PA := 0x01c28000
UART_HZ := 24000000
UART_BAUD := 115200
TIMER_HZ := 24000000
QEMU_MACHINE := -M cubieboard -m 512M
board-drivers := uart8250.c a10_intc.c a10_timer.c no_rtc.c no_outer_cache.S
