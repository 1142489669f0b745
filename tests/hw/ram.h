/*
 * ram.h - the guest's RAM as a plugin finds it in QEMU: where the kernel's first
 * instruction lies says where all of it is. One file of a plugin includes this.
 */
#ifndef HW_RAM_H
#define HW_RAM_H

#include <stdint.h>
#include <string.h>

#define RAM_BASE  0x60000000u
#define RAM_BYTES (512u << 20)
#define IMAGE     0x60010000u /* where QEMU puts a kernel */

static char *ram;

/* The physical address of an instruction at va, which QEMU has at host; or 0. */
static inline uint32_t ram_address(uint32_t va, char *host)
{
	if (!ram && va == IMAGE)
		ram = host - (IMAGE - RAM_BASE);
	return ram && host ? RAM_BASE + (uint32_t)(host - ram) : 0;
}

static inline uint32_t ram_word(uint32_t pa)
{
	uint32_t word = 0;

	if (ram && pa - RAM_BASE < RAM_BYTES)
		memcpy(&word, ram + (pa - RAM_BASE), sizeof(word));
	return word;
}

#endif
