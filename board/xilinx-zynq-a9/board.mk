# Boards with a Xilinx Zynq-7000, two Cortex-A9 (QEMU: -M xilinx-zynq-a9). The
# console of many, ZedBoard and ZC702 among them, is the second UART:
# `make BOARD=xilinx-zynq-a9 UART_PA=0xe0001000`.
PHYS_OFFSET := 0
BOARD_CORE := Cortex-A9
BOARD_CPU := cortex-a9
EARLY_UART := cadence
UART_PA := 0xe0000000
UART_HZ := 50000000
UART_BAUD := 115200
TIMER_HZ := 100000000
L2C310_PA := 0xf8f02000
QEMU_MACHINE := -M xilinx-zynq-a9 -m 128M \
	-dtb $(OUT)/board.dtb
board-drivers := cadence.c gic.c global_timer.c no_rtc.c l2c310.c l2c310_off.S
