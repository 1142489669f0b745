# Raspberry Pi 2 B, with a Broadcom BCM2836, four Cortex-A7 (QEMU: -M raspi2b).
# kernel7.img of its first partition is our pagewalk.bin.
PHYS_OFFSET := 0
# Without UDIV, so that a division by zero is caught.
BOARD_CORE := Cortex-A7
BOARD_CPU := cortex-a9
EARLY_UART := pl011
UART_PA := 0x3f201000
UART_HZ := 48000000
UART_BAUD := 115200
TIMER_HZ := 19200000
QEMU_MACHINE := -M raspi2b
board-drivers := pl011.c bcm2836.c generic_timer.c no_rtc.c no_outer_cache.S
