# QEMU's own ARM machine, which exists on no desk (QEMU: -M virt). Its Cortex-A7
# and A15 differ from the A9 where it helps a test: TLB operations by address are
# exact, and an access to nothing aborts. `make BOARD=virt CPU=cortex-a7 run`.
PHYS_OFFSET := 0x40000000
# What all three cores execute: without UDIV, so that a division by zero is caught.
BOARD_CPU := cortex-a9
CPU ?= cortex-a15
QEMU_MACHINE := -M virt -cpu $(CPU) -m 128M -nic none
board-sources := $(wildcard board/virt/*.[cS]) \
	board/machine.c board/pl011.c board/gic.c board/generic_timer.c \
	board/pl031.c board/psci.c
