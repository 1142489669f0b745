/*
 * A TCG plugin for QEMU 7.2: how deep the kernel's stacks get.
 *
 *	-plugin stack.so,from=ADDRESS,to=ADDRESS,out=FILE
 *
 * Of each store that the kernel makes relative to sp (PUSH, STMDB sp!, STR) the
 * distance to the top of the stack is taken: a stack is THREAD_SIZE long and
 * ends at a multiple of it. Frames that are never stored to count with the
 * next. The fault vectors, [from, to), are left out: their modes have save areas
 * and no stack.
 *
 * Written at QEMU's end: the most bytes, and the address of that store.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint32_t qemu_plugin_meminfo_t;
typedef void mem_fn(unsigned int cpu, qemu_plugin_meminfo_t info,
		    uint64_t vaddr, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(
	uint64_t id, void (*fn)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, mem_fn *fn,
				      int flags, int rw, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(
	const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

int qemu_plugin_version = 1;

#define STORES      2 /* enum qemu_plugin_mem_rw */
#define THREAD_SIZE 0x2000u
#define KERNEL      0xc0000000u
#define VECTORS     0xffff0000u

static uint32_t deepest, deepest_pc, vectors_from, vectors_to;
static FILE *out;

static void stores(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t vaddr,
		   void *data)
{
	uint32_t depth = THREAD_SIZE - ((uint32_t)vaddr & (THREAD_SIZE - 1));

	(void)cpu;
	(void)info;
	if ((uint32_t)vaddr < KERNEL || depth <= deepest)
		return;
	deepest = depth;
	deepest_pc = (uint32_t)(uintptr_t)data;
}

/* STR, STRB, STRH, STRD and STM with sp as their base. */
static bool stores_by_sp(uint32_t word)
{
	if (word >> 28 == 0xf || (word >> 16 & 0xf) != 13 || word & 1u << 20)
		return false;
	return (word & 0x0c000000) == 0x04000000 ||
		(word & 0x0e000000) == 0x08000000 ||
		((word & 0x0e000090) == 0x00000090 && (word & 0x60));
}

/* Newlib's strcmp is Thumb code: its 16 bytes are left out. */
static bool is_thumb(const struct qemu_plugin_tb *tb, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (qemu_plugin_insn_size(qemu_plugin_tb_get_insn(tb, i)) != 4)
			return true;
	return false;
}

static void translate(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);
	uint32_t word;

	(void)id;
	if (is_thumb(tb, n))
		return;
	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint32_t pc = (uint32_t)qemu_plugin_insn_vaddr(insn);

		if (pc < KERNEL || pc >= VECTORS ||
		    (pc >= vectors_from && pc < vectors_to))
			continue;
		memcpy(&word, qemu_plugin_insn_data(insn), sizeof(word));
		if (stores_by_sp(word))
			qemu_plugin_register_vcpu_mem_cb(insn, stores, 0,
							 STORES,
							 (void *)(uintptr_t)pc);
	}
}

static void report(void)
{
	fprintf(out, "%u %x\n", deepest, deepest_pc);
	fclose(out);
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
		else if (!strncmp(argv[i], "from=", 5))
			vectors_from = (uint32_t)strtoul(argv[i] + 5, NULL, 16);
		else if (!strncmp(argv[i], "to=", 3))
			vectors_to = (uint32_t)strtoul(argv[i] + 3, NULL, 16);
	if (!out)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	return atexit(report);
}
