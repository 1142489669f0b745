# SABRE Lite, with an NXP i.MX6 Quad, four Cortex-A9 (QEMU: -M sabrelite). On the
# board itself the console is the second UART:
# `make BOARD=sabrelite UART_PA=0x021e8000`.
PHYS_OFFSET := 0x10000000
BOARD_CORE := Cortex-A9
BOARD_CPU := cortex-a9
EARLY_UART := imx_uart
UART_PA := 0x02020000
UART_HZ := 80000000
UART_BAUD := 115200
TIMER_HZ := 100000000
L2C310_PA := 0x00a02000
# With one core QEMU leaves out where the cores' own devices are.
QEMU_MACHINE := -M sabrelite -m 128M -smp 4
board-drivers := imx_uart.c gic.c global_timer.c no_rtc.c imx_power.c \
	l2c310.c l2c310_off.S
