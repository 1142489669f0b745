/*
 * check.c - the plugin's side: translation blocks, instructions, accesses.
 *
 *	-plugin hw.so[,from=ADDR]
 *
 * from: what runs before this address is reached is a loader, and not judged.
 *
 * Ends with lines for tests/hw/hw.t on standard error: "hw: rule N: ..." for
 * each broken rule, then "hw: checked ..." with the number of events.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "plugin.h"
#include "registers.h"

int qemu_plugin_version = 4;

#define LOW_DATA_ABORT 0x10 /* its vector, until SCTLR.V is set */

uint64_t events[NR_EVENTS];
static const char *const event_names[NR_EVENTS] = {
	"table stores", "tlb operations", "switches",
	"dacr writes",  "code lines",     "device accesses",
	"exclusives",   "returns",        "set/way operations",
};
static uint32_t pc; /* of the instruction that is looked at */
static unsigned int nr_broken;
static uint32_t from; /* 0: reached */

/* ---- telling ------------------------------------------------------- */

void broken(unsigned int rule, const char *fmt, ...)
{
	static struct {
		uint32_t pc;
		unsigned int rule;
	} told[256];
	va_list args;

	if (from)
		return;
	for (unsigned int i = 0; i < nr_broken && i < 256; i++)
		if (told[i].pc == pc && told[i].rule == rule)
			return;
	if (nr_broken < 256) {
		told[nr_broken].pc = pc;
		told[nr_broken].rule = rule;
	}
	nr_broken++;
	fprintf(stderr, "hw: rule %u: pc 0x%08x: ", rule, pc);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

static void at_exit(uint64_t id, void *data)
{
	(void)id;
	(void)data;
	for (unsigned int i = 0; i < NR_EVENTS; i++)
		fprintf(stderr, "hw: checked %llu %s\n",
			(unsigned long long)events[i], event_names[i]);
	fprintf(stderr, "hw: %u broken\n", nr_broken);
}

/* ---- what is executed ------------------------------------------------ */

/* Of an instruction, for its callbacks. */
struct where {
	uint32_t pc, insn, pa;
	bool kernel, plain;
	uint8_t words; /* of its line, from here on, that are executed too */
};

static void on_mcr(unsigned int cpu, void *data)
{
	const struct where *w = data;
	uint32_t i = w->insn;

	(void)cpu;
	pc = w->pc;
	rule_mcr(i >> 16 & 15, i >> 21 & 7, i & 15, i >> 5 & 7,
		 core_reg(i >> 12 & 15));
}

#define ON(name, call)                                      \
	static void on_##name(unsigned int cpu, void *data) \
	{                                                   \
		const struct where *w = data;               \
                                                            \
		(void)cpu;                                  \
		pc = w->pc;                                 \
		call;                                       \
	}

ON(dsb, rule_dsb())
ON(isb, rule_isb())
ON(ldrex, rule_exclusive(true))
ON(strex, rule_exclusive(false))
ON(early_abort, rule_early_abort())
ON(clrex, rule_clrex())
ON(return, rule_return())
ON(entry, rule_entry())
ON(after_sctlr, rule_after_sctlr())
ON(from, from = 0; rule_begin())
ON(line, memory_execute(w->pc, w->pa, w->words))

static void on_access(unsigned int cpu, meminfo_t info, uint64_t va, void *data)
{
	const struct where *w = data;
	struct qemu_plugin_hwaddr *at = qemu_plugin_get_hwaddr(info, va);
	uint32_t bytes = 1u << qemu_plugin_mem_size_shift(info);
	bool io = at && qemu_plugin_hwaddr_is_io(at);
	bool store = qemu_plugin_mem_is_store(info);
	uint32_t pa = at ? (uint32_t)qemu_plugin_hwaddr_phys_addr(at) : 0;
	struct mem_value val;

	(void)cpu;
	pc = w->pc;
	rule_access((uint32_t)va, bytes, store, w->kernel, io, w->plain);
	if (!store)
		return;
	val = qemu_plugin_mem_get_value(info);
	if (io)
		rule_device_store(pa, val.data.u32);
	else if (!in_ram(pa))
		return;
	else if (bytes <= 4)
		memory_store(pa, bytes, val.data.u32);
	else
		for (uint32_t i = 0; i < bytes / 4; i++)
			memory_store(pa + i * 4, 4,
				     (uint32_t)(val.data.u128[i / 2] >>
						i % 2 * 32));
}

/* One LDR, STR, of a word, halfword or byte, and no other (A5.3, A5.2.8). */
static bool plain_access(uint32_t insn)
{
	return (insn & 0x0c000000) == 0x04000000 ||
		((insn & 0x0e000090) == 0x90 && (insn & 0x60) == 0x20);
}

static void recognise(struct qemu_plugin_insn *insn, struct where *w)
{
	uint32_t i = w->insn;
	exec_fn *fn = NULL;

	if ((i & 0x0f100f10) == 0x0e000f10)
		fn = on_mcr;
	else if ((i & 0xfffffff0) == 0xf57ff040)
		fn = on_dsb;
	else if ((i & 0xfffffff0) == 0xf57ff060)
		fn = on_isb;
	else if (i == 0xf57ff01f)
		fn = on_clrex;
	else if ((i & 0x0f900fff) == 0x01900f9f)
		fn = on_ldrex;
	else if ((i & 0x0f900ff0) == 0x01800f90)
		fn = on_strex;
	else if ((i & 0xfe50ffff) == 0xf8100a00)
		fn = on_return; /* RFE */
	/* Of a program only what it may leave open matters. */
	if (fn &&
	    (w->kernel || fn == on_ldrex || fn == on_strex || fn == on_clrex))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, fn, R_REGS, w);
}

static bool is_sctlr_write(uint32_t i)
{
	return (i & 0x0fff0fff) == 0x0e010f10;
}

/*
 * Kernel text, or the boot code at its physical address. Programs' instructions
 * may be Thumb; of them only exclusives, lines and accesses matter.
 */
static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	static char *ram;
	static bool sctlr_written;
	struct where *first = NULL; /* of the line */
	size_t n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t k = 0; k < n; k++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, k);
		struct where *w = calloc(1, sizeof(*w));
		uint32_t va = (uint32_t)qemu_plugin_insn_vaddr(insn);
		char *host = qemu_plugin_insn_haddr(insn);

		w->pc = va;
		qemu_plugin_insn_data(insn, &w->insn, 4);
		/* Outside the boot's physical addresses programs end here. */
		w->kernel = va >= PAGE_OFFSET || in_ram(va);
		w->plain = plain_access(w->insn);
		/* The first instruction of the image says where RAM lies. */
		if (!ram && va == RAM_BASE + 0x10000)
			ram = host - 0x10000;
		w->pa = ram && host ? RAM_BASE + (uint32_t)(host - ram) : 0;
		if (in_ram(w->pa) &&
		    (!first || w->pa / LINE != first->pa / LINE)) {
			first = w;
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_line,
							       NO_REGS, w);
		}
		if (in_ram(w->pa))
			first->words |= (uint8_t)(1 << (w->pa / 4 & 7));
		if (from && va == from)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_from,
							       NO_REGS, w);
		if (va == LOW_DATA_ABORT)
			qemu_plugin_register_vcpu_insn_exec_cb(insn,
							       on_early_abort,
							       NO_REGS, w);
		if (va >= 0xffff0000 && va < 0xffff0020)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_entry,
							       NO_REGS, w);
		if (w->kernel && sctlr_written &&
		    (w->insn & 0xfffffff0) != 0xf57ff060)
			qemu_plugin_register_vcpu_insn_exec_cb(insn,
							       on_after_sctlr,
							       NO_REGS, w);
		sctlr_written = w->kernel && is_sctlr_write(w->insn);
		recognise(insn, w);
		qemu_plugin_register_vcpu_mem_cb(insn, on_access, NO_REGS,
						 MEM_RW, w);
	}
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++)
		if (!strncmp(argv[i], "from=", 5))
			from = (uint32_t)strtoul(argv[i] + 5, NULL, 0);
	qemu_plugin_register_vcpu_init_cb(id, cpu_init);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	return 0;
}
