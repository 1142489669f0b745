/*
 * Nothing to do: this board has no cache outside the cores. board/board.h says what
 * board_outer_off is for.
 */
	.syntax	unified
	.arm
	.section .idmap.text, "ax"

	.global	board_outer_off
	.type	board_outer_off, %function
board_outer_off:
	bx	lr
	.size	board_outer_off, . - board_outer_off
