/*
 * A TCG plugin for QEMU 9.1 and later: what is in the TLB. tools/tlb/tlb.py runs
 * it and reads what it writes.
 *
 *	-plugin tlb.so,out=FILE,entries=N,ways=N,tgid=OFFSET,comm=OFFSET[,at=ADDR
 *		[,call=N]]
 *
 * entries 0: without limit. tgid, comm: where they are in a task_struct. at: what
 * is in the TLB is written when this is executed for the Nth time, 0: the last.
 *
 * Each load, each store and each fetch of a line of 32 bytes looks into one TLB
 * (tests/hw/tlb.h), and so does an access that faults, which the emulator shows by
 * its fault alone: the fault registers have its address. A9's two micro TLBs, in
 * front of it, are left out. So are look-ups of cache operations.
 *
 * An entry remembers what the walk read, and where. A store there that takes away
 * what the entry allows makes it stale, and is remembered too: its look-ups from
 * then on are stale hits, until a TLB operation drops it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lost.h"
#include "ram.h"
#include "registers.h"
#include "tlb.h"

int qemu_plugin_version = 4;

#define LINE        32u
#define KERNEL      0xc0000000u
#define VECTORS     0xffff0000u
#define NR_OPS      4
#define STACK_WORDS 256u
#define MAX_PLACES  64u
#define MODE_USER   0x10u
#define ABORT_FETCH (VECTORS + 0x0c)
#define ABORT_DATA  (VECTORS + 0x10)
#define READ_ONLY   0x200u /* AP[2] of a small page */

/* The look-ups of one address space; row 0: of the kernel's global entries. */
struct row {
	uint32_t asid, table, tgid;
	char comm[16];
	uint64_t hits, filled, faulted, evicted, dropped, stale, behind;
};
static struct row *rows;
static unsigned int nr_rows;

/* A store that left an entry stale: who, and what was on the kernel's stack. */
struct guilt {
	uint32_t pc, at, old, new, running;
	uint32_t stack[STACK_WORDS];
	unsigned int depth;
};
static struct guilt *guilts; /* the first is none */
static unsigned int nr_guilts;

/* Stale hits by store, page and row. */
struct stale_place {
	unsigned int guilt;
	uint32_t va, row, pc, running, held[2], now[2];
	uint64_t count, writes;
};
static struct stale_place places[MAX_PLACES];
static unsigned int nr_places;
static uint64_t left_out;

static struct {
	uint64_t count, dropped, global;
} ops[NR_OPS];
static const char *const op_names[NR_OPS] = { "TLBIALL", "TLBIMVA", "TLBIASID",
					      "TLBIMVAA" };

/* Of each word of RAM: is it in the TLB? One bit. */
static uint8_t watched[RAM_BYTES / 32];

static uint32_t tgid_offset, comm_offset, at_pc, at_call, calls;
static uint32_t current, pc;
static uint64_t lookups;
static FILE *out;
static char *snapshot; /* what was in the TLB at at_pc */
static void *fault_regs[4];

static uint32_t walk_word(uint32_t pa)
{
	return ram_word(pa);
}

/* ---- whose ----------------------------------------------------------------- */

static uint32_t running_row(void)
{
	uint32_t asid = contextidr & 255, table = ttbr[0] & 0xffffc000;

	if (!asid) /* init_mm's: no user half */
		return 0;
	for (unsigned int i = nr_rows; --i > 0;)
		if (rows[i].asid == asid && rows[i].table == table)
			return i;
	rows = realloc(rows, (nr_rows + 1) * sizeof(*rows));
	rows[nr_rows] = (struct row){ .asid = asid, .table = table };
	return nr_rows++;
}

static bool read_kernel(uint32_t va, void *to, size_t bytes)
{
	g_byte_array_set_size(buf, 0);
	if (!qemu_plugin_read_memory_vaddr(va, buf, bytes))
		return false;
	memcpy(to, buf->data, bytes);
	return true;
}

/* The process of this address space, as it goes back to its program. */
static void on_return(unsigned int cpu, void *user)
{
	uint32_t frame[2], insn = *(uint32_t *)user;
	uint32_t n = running_row(); /* may move them */
	struct row *row = &rows[n];

	(void)cpu;
	if (!read_kernel(core_reg(insn >> 16 & 15), frame, sizeof(frame)) ||
	    (frame[1] & 0x1f) != MODE_USER)
		return;
	read_kernel(current + tgid_offset, &row->tgid, 4);
	read_kernel(current + comm_offset, row->comm, sizeof(row->comm));
}

/* ---- look-ups ------------------------------------------------------------- */

static void watch(uint32_t pa, bool on)
{
	uint32_t word = (pa - RAM_BASE) / 4;

	if (pa - RAM_BASE >= RAM_BYTES)
		return;
	if (on)
		watched[word / 8] |= (uint8_t)(1 << word % 8);
	else
		watched[word / 8] &= (uint8_t) ~(1 << word % 8);
}

static bool is_watched(uint32_t pa)
{
	uint32_t word = (pa - RAM_BASE) / 4;

	return watched[word / 8] >> word % 8 & 1;
}

static void keep(struct translation found, uint32_t row)
{
	struct translation *t = tlb_place(&found);

	if (t->mask)
		rows[t->row].evicted++;
	*t = found;
	t->row = row;
	t->since = lookups;
	watch(t->at[0], true);
	watch(t->at[1], true);
	rows[row].filled++;
}

static bool same(const struct translation *a, const struct translation *b)
{
	return a->desc[0] == b->desc[0] && a->desc[1] == b->desc[1];
}

/*
 * What the tables say of t's address. A global entry may have come from the table
 * of another process, which has copies of the kernel's entries.
 */
static struct translation tables_say(const struct translation *t, uint32_t va)
{
	struct translation own = *t;

	own.desc[0] = ram_word(t->at[0]);
	own.desc[1] = t->at[1] ? ram_word(t->at[1]) : 0;
	if (t->asid == TLB_GLOBAL && same(t, &own))
		return own;
	return tlb_walk(va);
}

/* The first of its kind, or none if there are too many. */
static struct stale_place *new_place(const struct translation *t, uint32_t page,
				     const struct translation *now)
{
	if (nr_places == MAX_PLACES)
		return NULL;
	places[nr_places] = (struct stale_place){
		.guilt = t->guilt,
		.va = page,
		.row = t->row,
		.pc = pc,
		.running = running_row(),
		.held = { t->desc[0], t->desc[1] },
		.now = { now->desc[0], now->desc[1] },
	};
	return &places[nr_places++];
}

static void stale_hit(const struct translation *t, uint32_t va, bool store,
		      const struct translation *now)
{
	uint32_t page = va & TLB_PAGE;
	struct stale_place *p = places;

	rows[t->row].stale++;
	while (p < &places[nr_places] &&
	       (p->guilt != t->guilt || p->va != page || p->row != t->row))
		p++;
	if (p == &places[nr_places])
		p = new_place(t, page, now);
	if (!p) {
		left_out++;
		return;
	}
	p->count++;
	p->writes += store;
}

/* A table that a global entry came from may go: another has the same. */
static void follow(struct translation *t, const struct translation *now)
{
	if (t->at[0] == now->at[0])
		return;
	t->at[0] = now->at[0];
	t->guilt = 0;
	watch(t->at[0], true);
}

static void look_up(uint32_t va, bool store)
{
	struct translation *t, now;
	uint32_t row;

	if (!(sctlr & 1))
		return;
	lookups++;
	t = tlb_find(va);
	if (!t) {
		now = tlb_walk(va);
		if (tlb_valid(&now)) {
			keep(now, now.asid == TLB_GLOBAL ? 0 : running_row());
		} else {
			row = va >= KERNEL ? 0 : running_row();
			rows[row].faulted++;
		}
		return;
	}
	rows[t->row].hits++;
	t->hits++;
	now = tables_say(t, va);
	if (same(t, &now)) {
		follow(t, &now);
		return;
	}
	if (lost(t->desc[0], now.desc[0], true) ||
	    lost(t->desc[1], now.desc[1], false))
		stale_hit(t, va, store, &now);
	else if (store && t->desc[1] & ~now.desc[1] & READ_ONLY)
		rows[t->row].behind++;
}

/* ---- stores to tables --------------------------------------------------- */

static unsigned int guilty(uint32_t at, uint32_t old, uint32_t new)
{
	struct guilt *g;
	uint32_t sp = core_reg(13);

	guilts = realloc(guilts, (nr_guilts + 1) * sizeof(*guilts));
	g = &guilts[nr_guilts];
	*g = (struct guilt){ pc, at, old, new, running_row(), { 0 }, 0 };
	while (g->depth < STACK_WORDS &&
	       read_kernel(sp + g->depth * 4, &g->stack[g->depth], 4))
		g->depth++;
	return nr_guilts++;
}

/* The word at pa, which entries of the TLB were made of, has been stored to. */
static void table_word(uint32_t pa)
{
	uint32_t new = ram_word(pa);
	unsigned int g = 0;
	bool found = false;

	for (unsigned int i = 0; i < tlb_size(); i++) {
		struct translation *t = &tlb[i];
		bool first = t->at[0] == pa;
		uint32_t old = t->desc[!first];

		if (!t->mask || (!first && t->at[1] != pa))
			continue;
		found = true;
		if (!lost(old, new, first)) {
			if (old == new)
				t->guilt = 0;
		} else if (!t->guilt) {
			g = g ? g : guilty(pa, old, new);
			t->guilt = g;
		}
	}
	if (!found)
		watch(pa, false);
}

static void tlb_operation(unsigned int op2, uint32_t val)
{
	ops[op2].count++;
	for (unsigned int i = 0; i < tlb_size(); i++) {
		if (!tlb_drops(&tlb[i], op2, val))
			continue;
		tlb[i].mask = 0;
		rows[tlb[i].row].dropped++;
		ops[op2].dropped++;
		ops[op2].global += tlb[i].asid == TLB_GLOBAL;
	}
}

/* ---- what is executed --------------------------------------------------- */

struct where {
	uint32_t insn, pc; /* insn first: on_return */
};

static void on_mcr(unsigned int cpu, void *user)
{
	const struct where *w = user;
	uint32_t i = w->insn, val = core_reg(i >> 12 & 15);
	uint32_t which = (i >> 16 & 15) << 8 | (i & 15) << 4 | (i >> 5 & 7);

	(void)cpu;
	tlb_register(which, val);
	if (which == 0xd04)
		current = val;
	if (which >> 8 == 8 && (which & 7) < NR_OPS)
		tlb_operation(which & 7, val);
}

static void on_line(unsigned int cpu, void *user)
{
	const struct where *w = user;

	(void)cpu;
	pc = w->pc;
	look_up(w->pc, false);
}

static void on_access(unsigned int cpu, meminfo_t info, uint64_t va, void *user)
{
	struct qemu_plugin_hwaddr *at = qemu_plugin_get_hwaddr(info, va);
	uint32_t bytes = 1u << qemu_plugin_mem_size_shift(info), pa;
	bool store = qemu_plugin_mem_is_store(info);
	const struct where *w = user;

	(void)cpu;
	pc = w->pc;
	look_up((uint32_t)va, store);
	if (!store || !at || qemu_plugin_hwaddr_is_io(at))
		return;
	pa = (uint32_t)qemu_plugin_hwaddr_phys_addr(at);
	for (uint32_t word = pa & ~3u; word < pa + bytes; word += 4)
		if (word - RAM_BASE < RAM_BYTES && is_watched(word))
			table_word(word);
}

static uint32_t fault_reg(unsigned int n)
{
	uint32_t val = 0;

	g_byte_array_set_size(buf, 0);
	if (qemu_plugin_read_register(fault_regs[n], buf) >= 4)
		memcpy(&val, buf->data, 4);
	return val;
}

/* Section and page faults: translation, access flag, domain, permission. */
static bool looked_up(uint32_t status)
{
	return (0xaae8 >> (status & 15) & 1) && !(status & 0x400);
}

static void on_abort(unsigned int cpu, void *user)
{
	const struct where *w = user;
	bool fetch = w->pc == ABORT_FETCH;
	uint32_t va = fault_reg(fetch), status = fault_reg(2u + fetch);

	(void)cpu;
	if (!looked_up(status))
		return;
	pc = fetch ? va : core_reg(14) - 8;
	look_up(va, !fetch && (status >> 11 & 1));
}

/* ---- what was seen ------------------------------------------------------ */

static void write_entries(FILE *to)
{
	for (unsigned int i = 0; i < tlb_size(); i++) {
		const struct translation *t = &tlb[i];

		if (t->mask)
			fprintf(to, "entry %x %x %u %u %x %x %u %llu %u\n",
				t->va, t->mask, t->asid, t->row, t->desc[0],
				t->desc[1], t->hits,
				(unsigned long long)(lookups - t->since),
				t->guilt);
	}
}

static void on_at(unsigned int cpu, void *user)
{
	size_t bytes;
	FILE *to;

	(void)cpu;
	(void)user;
	if (++calls != at_call && at_call)
		return;
	free(snapshot);
	to = open_memstream(&snapshot, &bytes);
	fprintf(to, "at %u %u %llu\n", calls, running_row(),
		(unsigned long long)lookups);
	write_entries(to);
	fclose(to);
}

static void write_rows(void)
{
	unsigned int *left = calloc(nr_rows, sizeof(*left));

	for (unsigned int i = 0; i < tlb_size(); i++)
		if (tlb[i].mask)
			left[tlb[i].row]++;
	for (unsigned int i = 0; i < nr_rows; i++) {
		const struct row *r = &rows[i];

		fprintf(out,
			"row %u %u %u %llu %llu %llu %llu %llu %llu %llu %u "
			"%.16s\n",
			i, r->asid, r->tgid, (unsigned long long)r->hits,
			(unsigned long long)r->filled,
			(unsigned long long)r->faulted,
			(unsigned long long)r->evicted,
			(unsigned long long)r->dropped,
			(unsigned long long)r->stale,
			(unsigned long long)r->behind, left[i], r->comm);
	}
	free(left);
}

static void write_stale(void)
{
	for (unsigned int i = 0; i < nr_places; i++) {
		const struct stale_place *p = &places[i];
		const struct guilt *g = &guilts[p->guilt];

		fprintf(out, "stale %llu %llu %x %u %x %u %x %x %x %x\n",
			(unsigned long long)p->count,
			(unsigned long long)p->writes, p->va, p->row, p->pc,
			p->running, p->held[0], p->held[1], p->now[0],
			p->now[1]);
		if (!p->guilt)
			continue;
		fprintf(out, "store %x %x %x %x %u", g->pc, g->at, g->old,
			g->new, g->running);
		for (unsigned int n = 0; n < g->depth; n++)
			fprintf(out, " %x", g->stack[n]);
		fprintf(out, "\n");
	}
	fprintf(out, "more %llu\n", (unsigned long long)left_out);
}

static void at_exit(uint64_t id, void *data)
{
	(void)id;
	(void)data;
	fprintf(out, "lookups %llu\n", (unsigned long long)lookups);
	write_rows();
	for (unsigned int i = 0; i < NR_OPS; i++)
		fprintf(out, "op %s %llu %llu %llu\n", op_names[i],
			(unsigned long long)ops[i].count,
			(unsigned long long)ops[i].dropped,
			(unsigned long long)ops[i].global);
	write_stale();
	if (snapshot)
		fputs(snapshot, out);
	fclose(out);
}

/* ---- translation ---------------------------------------------------------- */

static void call(struct qemu_plugin_insn *insn, exec_fn *fn, struct where *w)
{
	qemu_plugin_register_vcpu_insn_exec_cb(insn, fn, R_REGS, w);
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	uint32_t last = 0;

	(void)id;
	for (size_t k = 0; k < qemu_plugin_tb_n_insns(tb); k++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, k);
		struct where *w = calloc(1, sizeof(*w));

		w->pc = (uint32_t)qemu_plugin_insn_vaddr(insn);
		qemu_plugin_insn_data(insn, &w->insn, 4);
		ram_address(w->pc, qemu_plugin_insn_haddr(insn));
		if (w->pc == ABORT_FETCH || w->pc == ABORT_DATA)
			call(insn, on_abort, w);
		if (k == 0 || w->pc / LINE != last)
			call(insn, on_line, w);
		last = w->pc / LINE;
		if (w->pc == at_pc)
			call(insn, on_at, w);
		/* Programs' instructions may be Thumb, and are none of these. */
		if (w->pc >= RAM_BASE && (w->insn & 0x0f100f10) == 0x0e000f10)
			call(insn, on_mcr, w);
		if (w->pc >= KERNEL && (w->insn & 0xfe50ffff) == 0xf8100a00)
			call(insn, on_return, w);
		qemu_plugin_register_vcpu_mem_cb(insn, on_access, R_REGS,
						 MEM_RW, w);
	}
}

static void core_started(uint64_t id, unsigned int cpu)
{
	static const char *const names[4] = { "DFAR_S", "IFAR_S", "DFSR_S",
					      "IFSR_S" };
	struct array *all = qemu_plugin_get_registers();
	const struct reg_descriptor *regs = (void *)all->data;

	cpu_init(id, cpu);
	for (unsigned int i = 0; i < all->len; i++)
		for (unsigned int n = 0; n < 4; n++)
			if (!strcmp(regs[i].name, names[n]))
				fault_regs[n] = regs[i].handle;
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	uint32_t entries = 128, ways = 2;
	const struct {
		const char *name;
		uint32_t *number;
	} options[] = {
		{ "entries", &entries },  { "ways", &ways },
		{ "tgid", &tgid_offset }, { "comm", &comm_offset },
		{ "at", &at_pc },         { "call", &at_call },
	};

	(void)info;
	for (int i = 0; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		*value++ = '\0';
		if (!strcmp(argv[i], "out"))
			out = fopen(value, "w");
		for (size_t n = 0; n < sizeof(options) / sizeof(*options); n++)
			if (!strcmp(argv[i], options[n].name))
				*options[n].number = strtoul(value, NULL, 0);
	}
	if (!out)
		return -1;
	tlb_init(entries, ways);
	rows = calloc(1, sizeof(*rows));
	guilts = calloc(1, sizeof(*guilts));
	nr_rows = nr_guilts = 1;
	rows[0].asid = TLB_GLOBAL;
	qemu_plugin_register_vcpu_init_cb(id, core_started);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	return 0;
}
