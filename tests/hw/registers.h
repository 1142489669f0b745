/*
 * registers.h - the core's registers, as a plugin reads them. One file of a plugin
 * includes it, and gives cpu_init to qemu_plugin_register_vcpu_init_cb.
 */
#ifndef HW_REGISTERS_H
#define HW_REGISTERS_H

#include <stdlib.h>
#include <string.h>
#include "plugin.h"

static void *core_regs[16];
static struct array *buf; /* what was read last */

static void cpu_init(uint64_t id, unsigned int cpu)
{
	struct array *all = qemu_plugin_get_registers();
	const struct reg_descriptor *regs = (void *)all->data;

	(void)id;
	(void)cpu;
	buf = g_byte_array_new();
	for (unsigned int i = 0; i < all->len; i++) {
		const char *name = regs[i].name;

		if (name[0] == 'r' && name[1] >= '0' && name[1] <= '9' &&
		    strtoul(name + 1, NULL, 10) < 13)
			core_regs[strtoul(name + 1, NULL, 10)] = regs[i].handle;
		if (!strcmp(name, "sp"))
			core_regs[13] = regs[i].handle;
		if (!strcmp(name, "lr"))
			core_regs[14] = regs[i].handle;
	}
}

/* r0 to r12, sp or lr of the instruction that is about to run. */
static uint32_t core_reg(unsigned int n)
{
	uint32_t val = 0;

	g_byte_array_set_size(buf, 0);
	if (core_regs[n] && qemu_plugin_read_register(core_regs[n], buf) >= 4)
		memcpy(&val, buf->data, 4);
	return val;
}

#endif
