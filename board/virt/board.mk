# QEMU's own ARM machine, which exists on no desk (QEMU: -M virt). Its Cortex-A7
# and A15 differ from the A9 where it helps a test: TLB operations by address are
# exact, and an access to nothing aborts. `make BOARD=virt CPU=cortex-a7 run`.
PHYS_OFFSET := 0x40000000
# What all three cores execute: without UDIV, so that a division by zero is caught.
BOARD_CORE := Cortex-A15, A7
BOARD_CPU := cortex-a9
EARLY_UART := pl011
UART_PA := 0x09000000
UART_HZ := 24000000
UART_BAUD := 38400
TIMER_HZ := 0
CPU := $(or $(CPU),cortex-a15)
QEMU_MACHINE := -M virt -cpu $(CPU) -m 128M -nic none
board-drivers := pl011.c gic.c generic_timer.c pl031.c psci.c no_outer_cache.S
