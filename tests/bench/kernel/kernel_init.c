/*
 * Process 1 of the bench image: what the kernel's memory costs, from inside.
 *
 * Everything is measured on memory as boot leaves it, and again after a million
 * random operations. (tests/bench/bench.py boots it.)
 */
#include <alloc/alloc.h>
#include <asm/irqflags.h>
#include <bug.h>
#include <lib/printk.h>
#include <machine.h>
#include <sched.h>
#include <startup/startup.h>
#include <stdio.h>
#include <tests/bench/kernel/kbench.h>

static u64 begun, clock_cost;
static s64 loop_cost; /* of CALLS rounds */
static u32 irq_flags;

__noinline void begin(void)
{
	irq_flags = local_irq_save();
	begun = ktime_ns();
}

__noinline s64 end(void)
{
	s64 cost = (s64)(ktime_ns() - begun - clock_cost);

	local_irq_restore(irq_flags);
	return cost;
}

/* One place in the program: plugin/count.c waits for it. */
__noinline void report_without_loop(const char *name, const char *state,
				    s64 total, u32 times)
{
	char label[64];

	snprintf(label, sizeof(label), "%s, %s", name, state);
	pr_notice("bench %-42s %9u\n", label,
		  (unsigned int)(((u32)total + times / 2) / times));
}

void report(const char *name, const char *state, s64 total, u32 times)
{
	report_without_loop(name, state,
			    total - loop_cost * (s32)times / (s32)CALLS, times);
}

void must(bool good, const char *what)
{
	if (good)
		return;
	pr_err("bench: %s failed\n", what);
	machine_end(1);
}

/* The clock's own cost first: end() takes it off from then on. */
static void calibrate(void)
{
	begin();
	for (u32 i = 0; i < CALLS; i++)
		barrier();
	loop_cost = end();
	begin();
	clock_cost = (u64)end();
	loop_cost -= (s64)clock_cost;
	begin();
	for (u32 i = 0; i < CALLS; i++)
		__asm__ volatile(".rept 12\n\tnop\n\t.endr" : : : "memory");
	report("calibration (12 instructions)", "kernel", end(), CALLS);
}

static void show_memory(const char *state)
{
	report_without_loop("pages free", state, nr_free_pages(), 1);
	report_without_loop("pages of the largest free block", state,
			    largest_free_block(), 1);
}

void kernel_init(void *unused __unused_arg)
{
	calibrate();
	bench_memory("fresh");
	show_memory("fresh");
	bench_whole_memory("from 4 MiB");
	fragment_memory();
	bench_memory("fragmented");
	show_memory("fragmented");
	release_memory();
	show_memory("given back");
	must(!buddy_verify() && !slab_verify(), "a verifier");
	machine_end(0);
}
