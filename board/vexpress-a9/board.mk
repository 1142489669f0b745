# Arm Versatile Express with a Cortex-A9 core tile (QEMU: -M vexpress-a9).
PHYS_OFFSET := 0x60000000
BOARD_CORE := Cortex-A9
BOARD_CPU := cortex-a9
EARLY_UART := pl011
UART_PA := 0x10009000
UART_HZ := 24000000
UART_BAUD := 38400
TIMER_HZ := 100000000
L2C310_PA := 0x1e00a000
# The audio device is told not to look for sound: QEMU complains at length.
QEMU_MACHINE := -M vexpress-a9 -m 128M \
	-audiodev none,id=silence -global pl041.audiodev=silence
board-drivers := pl011.c gic.c global_timer.c pl031.c sysreg.c \
	l2c310.c l2c310_off.S
