/*
 * The archive that is the root when the loader brings none.
 */
	.section .initramfs, "a", %progbits
	.incbin	INITRAMFS
