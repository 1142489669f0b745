# Arm Versatile Express with a Cortex-A9 core tile (QEMU: -M vexpress-a9).
PHYS_OFFSET := 0x60000000
BOARD_CPU := cortex-a9
# The audio device is told not to look for sound: QEMU complains at length.
QEMU_MACHINE := -M vexpress-a9 -m 128M \
	-audiodev none,id=silence -global pl041.audiodev=silence
board-sources := $(wildcard board/vexpress-a9/*.[cS]) \
	board/machine.c board/pl011.c board/gic.c board/global_timer.c \
	board/pl031.c board/l2c310.c board/sysreg.c
