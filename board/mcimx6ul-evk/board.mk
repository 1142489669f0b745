# i.MX 6UltraLite evaluation kit, one Cortex-A7 (QEMU: -M mcimx6ul-evk).
PHYS_OFFSET := 0x80000000
BOARD_CORE := Cortex-A7
# Without UDIV, so that a division by zero is caught.
BOARD_CPU := cortex-a9
EARLY_UART := imx_uart
UART_PA := 0x02020000
UART_HZ := 80000000
UART_BAUD := 115200
TIMER_HZ := 8000000
QEMU_MACHINE := -M mcimx6ul-evk -m 512M
board-drivers := imx_uart.c gic.c generic_timer.c imx_power.c no_rtc.c \
	no_outer_cache.S
