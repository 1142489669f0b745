/*
 * A TCG plugin for QEMU 7.2: how long programs can be made to wait.
 *
 *	-plugin latency.so,marks=FILE,out=FILE
 *
 * From the first instruction of a program on, two kinds of stretches are
 * counted in guest instructions: those with interrupts masked, and those in the
 * kernel without a chance for another task. marks has a hexadecimal address and 0 a
 * line: whoever executes one gives that chance (schedule, cond_resched). User
 * mode is the end of both. With a number of instructions behind it the address
 * is one where a character goes out: a store there costs so many if interrupts
 * are masked.
 *
 * A plugin cannot read CPSR: whether interrupts are masked is followed from the
 * instructions that change it. What MSR restores is what the MRS before the
 * matching CPSID saw; both are counted as brackets.
 *
 * Written at QEMU's end, a line for each place where a stretch began, worst
 * first: "masked N BEGIN END MOST" or "kept N BEGIN END MOST", MOST being the
 * place it was found at most often.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void exec_fn(unsigned int cpu, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(
	uint64_t id, void (*fn)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  exec_fn *fn, int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    exec_fn *fn, int flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(
	const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

int qemu_plugin_version = 1;

#define TEXT_START 0xc0010000u
#define TEXT_BYTES (1u << 20)
#define LOWEST_RAM 0x40000000u /* of all boards */
#define KERNEL     0xc0000000u
#define VECTORS    0xffff0000u
#define HELPERS    0xffff0f00u /* of user mode, in the vectors' page */
#define NR_SAMPLES 4096u
#define SAMPLED    256u /* instructions from one sample to the next */

struct stretch {
	const char *name;
	bool open;
	uint32_t begin;
	uint64_t start; /* instructions executed at its begin */
	uint32_t samples[NR_SAMPLES], nr_samples;
	struct worst {
		uint64_t length;
		uint32_t end, most;
	} worst[TEXT_BYTES / 4];
};

static struct stretch masked = { .name = "masked" }, kept = { .name = "kept" };
static uint64_t executed, next_sample;
static uint32_t saved[64], depth; /* was masked, when it was saved */
static bool in_program, marks[TEXT_BYTES / 4], sends[TEXT_BYTES / 4];
static unsigned int character;
static FILE *out;

static struct worst *worst_at(struct stretch *s, uint32_t pc)
{
	uint32_t i = (pc - TEXT_START) / 4;

	return &s->worst[i < TEXT_BYTES / 4 ? i : 0];
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Samples are per 64 bytes of text: the commonest. */
static uint32_t most_common(struct stretch *s)
{
	uint32_t best = 0, best_run = 0, run = 0, n = s->nr_samples;

	if (n > NR_SAMPLES)
		n = NR_SAMPLES;
	qsort(s->samples, n, sizeof(s->samples[0]), by_value);
	for (uint32_t i = 0; i < n; i++) {
		bool same = i && s->samples[i] / 64 == s->samples[i - 1] / 64;

		run = same ? run + 1 : 1;
		if (run > best_run) {
			best_run = run;
			best = s->samples[i];
		}
	}
	return best;
}

static void begin(struct stretch *s, uint32_t pc)
{
	s->open = true;
	s->begin = pc;
	s->start = executed;
	s->nr_samples = 0;
}

static void end(struct stretch *s, uint32_t pc)
{
	uint64_t length = executed - s->start;
	struct worst *worst = worst_at(s, s->begin);

	if (!s->open)
		return;
	s->open = false;
	if (!in_program || length <= worst->length)
		return;
	worst->length = length;
	worst->end = pc;
	worst->most = s->nr_samples ? most_common(s) : pc;
}

static void sample(struct stretch *s, uint32_t pc)
{
	if (s->open)
		s->samples[s->nr_samples++ % NR_SAMPLES] = pc;
	if (s->nr_samples >= 2 * NR_SAMPLES)
		s->nr_samples = NR_SAMPLES;
}

/* ---- what is executed -------------------------------------------- */

/* data: the address, and how many instructions in the upper half. */
static void in_kernel(unsigned int cpu, void *data)
{
	uint32_t pc = (uint32_t)(uintptr_t)data;

	(void)cpu;
	if (!kept.open)
		begin(&kept, pc);
	executed += (uintptr_t)data >> 32;
	if (executed < next_sample)
		return;
	next_sample = executed + SAMPLED;
	sample(&masked, pc);
	sample(&kept, pc);
}

static void in_user(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	end(&masked, masked.begin);
	end(&kept, kept.begin);
	depth = 0;
	in_program = true;
}

static void at_mark(unsigned int cpu, void *data)
{
	uint32_t pc = (uint32_t)(uintptr_t)data;

	(void)cpu;
	end(&kept, pc);
	begin(&kept, pc);
}

static void at_character(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	masked.start -= character;
}

static void mask(unsigned int cpu, void *data)
{
	uint32_t pc = (uint32_t)(uintptr_t)data;

	(void)cpu;
	if (!masked.open)
		begin(&masked, pc);
}

static void save_and_mask(unsigned int cpu, void *data)
{
	if (depth < 64)
		saved[depth++] = masked.open;
	mask(cpu, data);
}

static void restore(unsigned int cpu, void *data)
{
	(void)cpu;
	if (!depth || !saved[--depth])
		end(&masked, (uint32_t)(uintptr_t)data);
}

static void unmask(unsigned int cpu, void *data)
{
	(void)cpu;
	depth = 0;
	end(&masked, (uint32_t)(uintptr_t)data);
}

/* ---- translation ------------------------------------------------- */

static bool is_vector(uint32_t pc)
{
	return pc >= VECTORS && pc < VECTORS + 0x20;
}

static exec_fn *effect(uint32_t pc, uint32_t word, uint32_t before)
{
	if (is_vector(pc))
		return save_and_mask;
	if (word == 0xf10c0080) /* CPSID i, after MRS: local_irq_save */
		return (before & 0xffff0fff) == 0xe10f0000 ? save_and_mask :
							     mask;
	if (word == 0xf1080080)
		return unmask;
	if ((word & 0xfffffff0) == 0xe121f000 || word == 0xf8bd0a00 ||
	    word == 0xe1b0f00e) /* MSR, RFE, MOVS pc, lr */
		return restore;
	return NULL;
}

static void translate_kernel(struct qemu_plugin_tb *tb)
{
	uint64_t n = qemu_plugin_tb_n_insns(tb);
	uint32_t word, before = 0;

	qemu_plugin_register_vcpu_tb_exec_cb(
		tb, in_kernel, 0,
		(void *)(uintptr_t)(n << 32 | qemu_plugin_tb_vaddr(tb)));
	for (size_t i = 0; i < n; i++, before = word) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint32_t pc = (uint32_t)qemu_plugin_insn_vaddr(insn);
		void *data = (void *)(uintptr_t)pc;
		exec_fn *fn;

		memcpy(&word, qemu_plugin_insn_data(insn), sizeof(word));
		fn = effect(pc, word, before);
		if (fn)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, fn, 0,
							       data);
		if (pc - TEXT_START < TEXT_BYTES &&
		    sends[(pc - TEXT_START) / 4] &&
		    (word & 0x0c100000) == 0x04000000) /* STR, STRB */
			qemu_plugin_register_vcpu_insn_exec_cb(insn,
							       at_character, 0,
							       data);
		if (pc - TEXT_START < TEXT_BYTES &&
		    marks[(pc - TEXT_START) / 4])
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_mark, 0,
							       data);
	}
}

static void translate(uint64_t id, struct qemu_plugin_tb *tb)
{
	uint32_t pc = (uint32_t)qemu_plugin_tb_vaddr(tb);

	(void)id;
	/* Boot code runs at physical addresses: no program begins there. */
	if (pc < LOWEST_RAM || pc >= HELPERS)
		qemu_plugin_register_vcpu_tb_exec_cb(tb, in_user, 0, NULL);
	else if (pc >= KERNEL)
		translate_kernel(tb);
	else if (in_program)
		qemu_plugin_register_vcpu_tb_exec_cb(tb, in_user, 0, NULL);
}

/* ---- the report -------------------------------------------------- */

static void report_one(struct stretch *s)
{
	for (;;) {
		struct worst *worst = &s->worst[0];

		for (size_t i = 0; i < TEXT_BYTES / 4; i++)
			if (s->worst[i].length > worst->length)
				worst = &s->worst[i];
		if (!worst->length)
			return;
		fprintf(out, "%s %llu %x %x %x\n", s->name,
			(unsigned long long)worst->length,
			TEXT_START + 4 * (unsigned int)(worst - s->worst),
			worst->end, worst->most);
		worst->length = 0;
	}
}

static void report(void)
{
	report_one(&masked);
	report_one(&kept);
	fclose(out);
}

static bool read_marks(const char *path)
{
	FILE *file = fopen(path, "r");
	unsigned int pc, cost;

	if (!file)
		return false;
	while (fscanf(file, "%x %u", &pc, &cost) == 2) {
		if (pc - TEXT_START >= TEXT_BYTES)
			continue;
		(cost ? sends : marks)[(pc - TEXT_START) / 4] = true;
		if (cost)
			character = cost;
	}
	fclose(file);
	return true;
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	bool good = false;

	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "marks=", 6))
			good = read_marks(argv[i] + 6);
		else if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
	}
	if (!good || !out)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	return atexit(report);
}
