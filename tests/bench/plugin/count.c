/*
 * A TCG plugin for QEMU 7.2: which instructions the kernel executes for each
 * operation of bench, and how many from its entry to the first instruction of a
 * program.
 *
 *	-plugin count.so,begin=ADDR,end=ADDR,report=ADDR,out=FILE
 *
 * ADDR are the entries of bench's functions of these names: what runs after
 * begin and before end is counted, and written and forgotten at report. One
 * block of lines an operation:
 *
 *	tlb N / cache N / dsb N / dmb N / isb N		issued by the kernel
 *	PC N						executed there
 *	.
 *
 * Debian's QEMU comes without the plugin header: what is used of it is declared
 * here (include/qemu/qemu-plugin.h, version 1).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "marks.h"

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void exec_fn(unsigned int cpu, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(
	uint64_t id, void (*fn)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
						int op, void *counter,
						uint64_t imm);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    exec_fn *fn, int flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(
	const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

int qemu_plugin_version = 1;

#define INLINE_ADD_U64 0
#define TEXT_START     0xc0010000u
#define TEXT_BYTES     (1u << 20)
#define USER_END       0x60000000u /* boot code runs at physical addresses */

enum { TLB, CACHE, DSB, DMB, ISB, NR_KINDS };
static const char *const kind_names[NR_KINDS] = {
	"tlb", "cache", "dsb", "dmb", "isb",
};

/* One place: count so far, count at begin, sum of the windows till report. */
struct place {
	uint64_t now, before, sum;
};

static struct place places[TEXT_BYTES / 2], kinds[NR_KINDS];
static uint64_t all, boot;

static void for_each(void (*fn)(struct place *place))
{
	for (size_t i = 0; i < TEXT_BYTES / 2; i++)
		fn(&places[i]);
	for (size_t i = 0; i < NR_KINDS; i++)
		fn(&kinds[i]);
}

static void open_window(struct place *place)
{
	place->before = place->now;
}

static void close_window(struct place *place)
{
	place->sum += place->now - place->before;
	place->before = place->now; /* end's first store may fault: twice */
}

static void forget(struct place *place)
{
	place->sum = 0;
}

static void at_begin(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	for_each(open_window);
}

static void at_end(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	for_each(close_window);
}

static void at_report(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	for (size_t i = 0; i < NR_KINDS; i++)
		fprintf(out, "%s %llu\n", kind_names[i],
			(unsigned long long)kinds[i].sum);
	for (size_t i = 0; i < TEXT_BYTES / 2; i++)
		if (places[i].sum)
			fprintf(out, "%x %llu\n",
				TEXT_START + 2 * (unsigned int)i,
				(unsigned long long)places[i].sum);
	fprintf(out, ".\n");
	fflush(out);
	for_each(forget);
}

/* The first of a program; later ones find boot set. */
static void in_program(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	if (boot)
		return;
	boot = all;
	fprintf(out, "boot %llu\n", (unsigned long long)boot);
	fflush(out);
}

static bool is_mcr_p15(uint32_t word, uint32_t crn)
{
	return (word & 0x0f100f10) == 0x0e000f10 && (word >> 16 & 0xf) == crn;
}

static int kind_of(uint32_t word)
{
	if (is_mcr_p15(word, 8))
		return TLB;
	if (is_mcr_p15(word, 7))
		return CACHE;
	switch (word & 0xfffffff0) {
	case 0xf57ff040:
		return DSB;
	case 0xf57ff050:
		return DMB;
	case 0xf57ff060:
		return ISB;
	}
	return -1;
}

static void count_kernel(struct qemu_plugin_insn *insn, uint32_t pc)
{
	uint32_t word;
	int kind;

	qemu_plugin_register_vcpu_insn_exec_inline(
		insn, INLINE_ADD_U64, &places[(pc - TEXT_START) / 2].now, 1);
	memcpy(&word, qemu_plugin_insn_data(insn), sizeof(word));
	kind = kind_of(word);
	if (kind >= 0)
		qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64,
							   &kinds[kind].now, 1);
}

static void translate(uint64_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint32_t pc = (uint32_t)qemu_plugin_insn_vaddr(insn);

		/* QEMU's own boot loader ends below TEXT_START's frame. */
		if (pc >= TEXT_START - 0x60000000u)
			qemu_plugin_register_vcpu_insn_exec_inline(
				insn, INLINE_ADD_U64, &all, 1);
		if (pc - TEXT_START < TEXT_BYTES)
			count_kernel(insn, pc);
		else if (pc < USER_END && !boot)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, in_program,
							       0, NULL);
		if (pc == begin_pc)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_begin,
							       0, NULL);
		if (pc == end_pc)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_end, 0,
							       NULL);
		if (pc == report_pc)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_report,
							       0, NULL);
	}
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (!take_marks(argc, argv))
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	return 0;
}
