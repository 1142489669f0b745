/*
 * board_outer_off (board/board.h) for boards that have no cache outside the cores.
 */
	.syntax	unified
	.arm
	.section .idmap.text, "ax"

	.global	board_outer_off
	.type	board_outer_off, %function
board_outer_off:
	bx	lr
	.size	board_outer_off, . - board_outer_off
