/*
 * A TCG plugin for QEMU 9.1 and later: what each operation of bench would ask of
 * a Cortex-A9, as far as a model of its TLBs and caches can tell.
 *
 *	-plugin a9.so,begin=ADDR,end=ADDR,report=ADDR,out=FILE
 *
 * ADDR as for count.c. Written at each report, a block: "times N", the rounds,
 * and "NAME N" for each thing that was counted in all of them together, the
 * program's side included; "." ends it. tests/bench/cycles.py says what each may
 * cost. Works with any kernel: nothing here knows Pagewalk.
 *
 * The model (DDI0388: 6.2, 7.1; what it leaves open is assumed, and said so):
 *
 *	micro TLBs	32 pages each, for fetches and data; assumed: oldest out.
 *			Emptied by each TLB operation, and by writes of CONTEXTIDR,
 *			DACR, PRRR, NMRR, TTBR0 and TTBR1
 *	main TLB	2 ways of 64, ASIDs, small pages and sections: tests/hw/tlb.h
 *	walks		look into the level 1 data cache, then level 2
 *	level 1		32 KiB each, 4 ways, lines of 32 bytes, stores allocate.
 *			Assumed: ways take turns (silicon: as good as at random)
 *	level 2		512 KiB, 8 ways: an L2C-310 as of the smaller chips. No
 *			prefetch, no write-back of what goes out
 *
 * Neither pipeline nor branch prediction: that is in what an instruction costs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "marks.h"
#include "ram.h"
#include "registers.h"
#include "tlb.h"

int qemu_plugin_version = 4;

#define LINE    32u
#define KERNEL  0x60000000u /* programs' addresses lie below */
#define VECTORS 0xffff0000u

enum {
	INSNS, /* the first ones are counted by translated code */
	DSB,
	DMB,
	ISB,
	EXCLUSIVE,
	CP15, /* other than the next three */
	TLB,
	CACHE,
	PREDICTOR,
	NR_INLINE,
	WORDS = NR_INLINE, /* loaded or stored, each by itself */
	DEVICE_READ,
	DEVICE_WRITE,
	ENTRY,
	MICRO_MISS,
	MAIN_MISS,
	FETCH_MISS, /* of lines, in level 1 */
	LOAD_MISS,
	STORE_MISS,
	WALK_MISS,
	LEVEL2_MISS, /* of anything but a store */
	LEVEL2_STORE,
	NR_COUNTS,
};
static const char *const names[NR_COUNTS] = {
	"insns",       "dsb",         "dmb",       "isb",       "exclusive",
	"cp15",        "tlb",         "cache",     "predictor", "words",
	"deviceread",  "devicewrite", "entry",     "micromiss", "mainmiss",
	"fetchmiss",   "loadmiss",    "storemiss", "walkmiss",  "level2miss",
	"level2store",
};

static uint64_t counts[NR_COUNTS], sums[NR_COUNTS];
static uint64_t counts_then[NR_COUNTS], sums_then[NR_COUNTS]; /* at begin */
static struct qemu_plugin_scoreboard *board;
/* A mark may fault, and run twice; another program may have its address. */
static bool reported = true;

/* ---- caches -------------------------------------------------------- */

struct cache {
	unsigned int sets, ways;
	uint32_t *lines; /* number + 1; 0: nothing there */
	uint8_t *turn;
};

#define CACHE_OF(nr_sets, nr_ways)                                            \
	{                                                                     \
		(nr_sets), (nr_ways), (uint32_t[(nr_sets) * (nr_ways)]){ 0 }, \
			(uint8_t[nr_sets])                                    \
		{                                                             \
			0                                                     \
		}                                                             \
	}

static struct cache fetches = CACHE_OF(256, 4), data = CACHE_OF(256, 4);
static struct cache level2 = CACHE_OF(2048, 8);

static uint32_t *find_line(struct cache *c, uint32_t line)
{
	uint32_t *set = &c->lines[line % c->sets * c->ways];

	for (unsigned int way = 0; way < c->ways; way++)
		if (set[way] == line + 1)
			return &set[way];
	return NULL;
}

/* Bring it in. True: it was there. */
static bool touch(struct cache *c, uint32_t line)
{
	uint32_t set = line % c->sets;

	if (find_line(c, line))
		return true;
	c->lines[set * c->ways + c->turn[set]] = line + 1;
	c->turn[set] = (uint8_t)((c->turn[set] + 1) % c->ways);
	return false;
}

static void use(struct cache *c, uint32_t pa, int miss)
{
	if (touch(c, pa / LINE))
		return;
	counts[miss]++;
	if (!touch(&level2, pa / LINE))
		counts[miss == STORE_MISS ? LEVEL2_STORE : LEVEL2_MISS]++;
}

static void drop_line(struct cache *c, uint32_t pa)
{
	uint32_t *line = find_line(c, pa / LINE);

	if (line)
		*line = 0;
}

/* ---- TLBs ------------------------------------------------------------ */

#define NR_MICRO 32u
struct micro {
	struct translation at[NR_MICRO];
	unsigned int turn;
};

static struct micro micro_fetch, micro_data;

static void empty_micro(void)
{
	memset(&micro_fetch, 0, sizeof(micro_fetch));
	memset(&micro_data, 0, sizeof(micro_data));
}

static uint32_t walk_word(uint32_t pa)
{
	use(&data, pa, WALK_MISS);
	return ram_word(pa);
}

static void translate(struct micro *micro, uint32_t va)
{
	struct translation *t, found;

	if (!(sctlr & 1))
		return;
	for (unsigned int i = 0; i < NR_MICRO; i++)
		if (tlb_mine(&micro->at[i], va))
			return;
	counts[MICRO_MISS]++;
	t = tlb_find(va);
	if (!t) {
		/* An access that faulted was none, so there is an entry. */
		counts[MAIN_MISS]++;
		found = tlb_walk(va);
		t = tlb_place(&found);
		*t = found;
	}
	micro->at[micro->turn++ % NR_MICRO] = *t;
}

static void tlb_operation(unsigned int op2, uint32_t val)
{
	empty_micro();
	for (unsigned int i = 0; i < tlb_size(); i++)
		if (tlb_drops(&tlb[i], op2, val))
			tlb[i].mask = 0;
}

/* ---- what is executed --------------------------------------------------- */

struct where {
	uint32_t pc, insn, pa;
};

/* Only those by address matter here, and those that drop all. */
static void cache_operation(unsigned int crm, unsigned int op2, uint32_t val)
{
	if ((crm == 5 || crm == 1) && op2 == 0)
		memset(fetches.lines, 0, 4 * fetches.sets * fetches.ways);
	if ((crm == 6 || crm == 14) && op2 == 1)
		drop_line(&data, val);
}

static void on_mcr(unsigned int cpu, void *user)
{
	const struct where *w = user;
	uint32_t i = w->insn, val = core_reg(i >> 12 & 15);
	unsigned int crn = i >> 16 & 15, crm = i & 15, op2 = i >> 5 & 7;

	(void)cpu;
	tlb_register(crn << 8 | crm << 4 | op2, val);
	if (crn == 2 || crn == 3 || (crn == 10 && crm == 2) ||
	    (crn == 13 && op2 == 1))
		empty_micro();
	if (crn == 7)
		cache_operation(crm, op2, val);
	if (crn == 8)
		tlb_operation(op2, val);
}

static void on_line(unsigned int cpu, void *user)
{
	const struct where *w = user;

	(void)cpu;
	translate(&micro_fetch, w->pc);
	use(&fetches, w->pa, FETCH_MISS);
}

static void on_access(unsigned int cpu, meminfo_t info, uint64_t va, void *user)
{
	struct qemu_plugin_hwaddr *at = qemu_plugin_get_hwaddr(info, va);
	bool store = qemu_plugin_mem_is_store(info);

	(void)cpu;
	(void)user;
	translate(&micro_data, (uint32_t)va);
	if (at && qemu_plugin_hwaddr_is_io(at)) {
		counts[store ? DEVICE_WRITE : DEVICE_READ]++;
		return;
	}
	counts[WORDS] += qemu_plugin_mem_size_shift(info) > 2 ? 2 : 1;
	if (at)
		use(&data, (uint32_t)qemu_plugin_hwaddr_phys_addr(at),
		    store ? STORE_MISS : LOAD_MISS);
}

static void on_entry(unsigned int cpu, void *user)
{
	(void)cpu;
	(void)user;
	counts[ENTRY]++;
}

/* ---- the program's marks ----------------------------------------------- */

static void read_counters(void)
{
	for (size_t i = 0; i < NR_INLINE; i++)
		counts[i] = qemu_plugin_u64_get((counter_t){ board, i * 8 }, 0);
}

static void on_begin(unsigned int cpu, void *user)
{
	(void)cpu;
	(void)user;
	read_counters();
	memcpy(counts_then, counts, sizeof(counts));
	memcpy(sums_then, sums, sizeof(sums));
}

static void on_end(unsigned int cpu, void *user)
{
	(void)cpu;
	(void)user;
	read_counters();
	reported = false;
	for (size_t i = 0; i < NR_COUNTS; i++)
		sums[i] = sums_then[i] + counts[i] - counts_then[i];
}

/* report_without_loop(name, total, times): the third lies on the stack. */
static void on_report(unsigned int cpu, void *user)
{
	uint32_t sp = core_reg(13), times = 0;

	(void)cpu;
	(void)user;
	if (reported)
		return;
	reported = true;
	g_byte_array_set_size(buf, 0);
	if (qemu_plugin_read_memory_vaddr(sp, buf, 4))
		memcpy(&times, buf->data, 4);
	fprintf(out, "times %u\n", times);
	for (size_t i = 0; i < NR_COUNTS; i++)
		fprintf(out, "%s %llu\n", names[i],
			(unsigned long long)sums[i]);
	fprintf(out, ".\n");
	fflush(out);
	memset(sums, 0, sizeof(sums));
}

/* ---- translation ---------------------------------------------------------- */

static int kind_of(uint32_t i)
{
	uint32_t crn = i >> 16 & 15;

	switch (i & 0xfffffff0) {
	case 0xf57ff040:
		return DSB;
	case 0xf57ff050:
		return DMB;
	case 0xf57ff060:
		return ISB;
	}
	if ((i & 0x0f800ff0) == 0x01800f90)
		return EXCLUSIVE;
	if ((i & 0x0f000f10) != 0x0e000f10)
		return -1;
	if ((i & 0x00100000) || (crn != 7 && crn != 8))
		return CP15;
	if (crn == 8)
		return TLB;
	return (i & 0xef) == 0xc5 || (i & 0xef) == 0xc1 ? PREDICTOR : CACHE;
}

static void look_at(struct qemu_plugin_insn *insn, struct where *w)
{
	int kind = kind_of(w->insn);

	if (kind >= 0)
		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
			insn, INLINE_ADD_U64,
			(counter_t){ board, (size_t)kind * 8 }, 1);
	if ((w->insn & 0x0f100f10) == 0x0e000f10)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mcr, R_REGS, w);
	if (w->pc >= VECTORS && w->pc < VECTORS + 32)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_entry, NO_REGS,
						       w);
}

static void mark(struct qemu_plugin_insn *insn, struct where *w, uint32_t pc,
		 exec_fn *fn)
{
	if (w->pc == pc)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, fn, R_REGS, w);
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	uint32_t last = 0;

	(void)id;
	for (size_t k = 0; k < qemu_plugin_tb_n_insns(tb); k++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, k);
		struct where *w = calloc(1, sizeof(*w));
		char *host = qemu_plugin_insn_haddr(insn);

		w->pc = (uint32_t)qemu_plugin_insn_vaddr(insn);
		qemu_plugin_insn_data(insn, &w->insn, 4);
		w->pa = ram_address(w->pc, host);
		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
			insn, INLINE_ADD_U64, (counter_t){ board, INSNS * 8 },
			1);
		if (w->pa / LINE != last)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_line,
							       NO_REGS, w);
		last = w->pa / LINE;
		if (w->pc >= KERNEL)
			look_at(insn, w);
		mark(insn, w, begin_pc, on_begin);
		mark(insn, w, end_pc, on_end);
		mark(insn, w, report_pc, on_report);
		qemu_plugin_register_vcpu_mem_cb(insn, on_access, NO_REGS,
						 MEM_RW, NULL);
	}
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (!take_marks(argc, argv))
		return -1;
	tlb_init(128, 2);
	board = qemu_plugin_scoreboard_new(NR_INLINE * 8);
	qemu_plugin_register_vcpu_init_cb(id, cpu_init);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
