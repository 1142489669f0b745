/*
 * 1 MiB of file data for lazy: 256 pages, each beginning with its own number.
 */
	.section .rodata
	.balign	4096
	.global file_data
	.type file_data, %object
file_data:
	.set	page, 0
	.rept	256
	.word	page
	.fill	1023, 4, 0xdada7a6e
	.set	page, page + 1
	.endr
	.size file_data, . - file_data
	.section .note.GNU-stack, "", %progbits
