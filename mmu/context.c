/*
 * Which address space the hardware translates for.
 *
 * The TLB tags user entries with an 8-bit ASID. There are more address spaces
 * than ASIDs, so they are handed out by generations, as Linux's arm does:
 *
 *	context.id = generation << 8 | ASID
 *
 * An mm whose generation is the current one may run with its ASID. Otherwise
 * it takes a free one; when none is left a new generation begins: the whole
 * TLB is flushed, all ASIDs are free again, except those that some core is
 * running with at that moment. ASID 0 is never given out: it is init_mm's,
 * whose table has no user half, and in an mm it means "never ran".
 *
 * Owns: asid_generation, asid_map, active_id, reserved_id, all under
 * context_lock (interrupts off), and the context.id of every mm.
 */
#include <asm/cp15.h>
#include <bug.h>
#include <mmu/mmu.h>
#include <mmu/tables.h>
#include <percpu.h>
#include <spinlock.h>
#include <trace.h>

#define ASID_FIELD_BITS 8 /* CONTEXTIDR[7:0], and in context.id */
#define NR_ASIDS        (1u << CONFIG_ASID_BITS)
#define GENERATION_ONE  (1ull << ASID_FIELD_BITS)
#define ASID_RESERVED   0u

static_assert(CONFIG_ASID_BITS >= 2 && CONFIG_ASID_BITS <= ASID_FIELD_BITS,
	      "ASIDs have 2 to 8 bits");
/* Each core keeps one over a roll-over, and one must be left to give. */
static_assert(NR_CPUS + 1 < NR_ASIDS, "more ASIDs than cores");

static spinlock_t context_lock = SPINLOCK_INIT;
static u64 asid_generation = GENERATION_ONE;
static u32 asid_map[NR_ASIDS / 32 + 1]; /* bit set: taken */
static u32 next_asid = 1;
/* context.id this core runs with; 0: no switch since the last roll-over. */
static DEFINE_PER_CPU(u64, active_id);
/* The context.id it had at the last roll-over and may still run with. */
static DEFINE_PER_CPU(u64, reserved_id);
/* A roll-over happened: this core must empty its TLB before its next ASID. */
static DEFINE_PER_CPU(bool, flush_pending);

/* Hold context_lock, as for all helpers here. */
static bool asid_taken(u32 asid)
{
	return asid_map[asid / 32] & (1u << asid % 32);
}

static void take_asid(u32 asid)
{
	BUG_ON(asid == ASID_RESERVED || asid >= NR_ASIDS);
	asid_map[asid / 32] |= 1u << asid % 32;
}

/*
 * Returns a free ASID, or ASID_RESERVED if there is none. All below next_asid
 * are taken: only a roll-over clears bits of asid_map.
 */
static u32 find_free_asid(void)
{
	for (u32 asid = next_asid; asid < NR_ASIDS; asid++)
		if (!asid_taken(asid))
			return asid;
	return ASID_RESERVED;
}

/*
 * Begins a generation: address spaces that run on a core keep their ASID, all
 * others must take a new one.
 */
static void roll_over(void)
{
	asid_generation += GENERATION_ONE;
	trace_event(TRACE_ASID, (u32)(asid_generation / GENERATION_ONE), 0, 0,
		    0);
	__builtin_memset(asid_map, 0, sizeof(asid_map));
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++) {
		/*
		 * 0 means a second roll-over without a switch in between: the
		 * core still runs with the reserved one.
		 */
		if (per_cpu(active_id, cpu) != 0)
			per_cpu(reserved_id, cpu) = per_cpu(active_id, cpu);
		per_cpu(active_id, cpu) = 0;
		if (per_cpu(reserved_id, cpu) != 0)
			take_asid((u32)per_cpu(reserved_id, cpu) & 0xff);
		/*
		 * Each core flushes its own TLB, at its next switch: until then
		 * it runs with an ASID that nobody else was given.
		 */
		per_cpu(flush_pending, cpu) = true;
	}
	next_asid = 1;
}

/*
 * If some core kept id over the roll-over, replaces it there by new_id and
 * returns true. All cores are searched: threads of one mm may run on several.
 */
static bool renew_reserved(u64 id, u64 new_id)
{
	bool found = false;

	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++) {
		if (per_cpu(reserved_id, cpu) != id)
			continue;
		per_cpu(reserved_id, cpu) = new_id;
		found = true;
	}
	return found;
}

/*
 * Returns a context.id of the current generation for mm. Out of line: most
 * switches find the mm's id current.
 */
__noinline static u64 new_context(const struct mm_struct *mm)
{
	u64 id = mm->context.id;
	u32 asid = (u32)id & 0xff;

	if (id != 0) {
		u64 renewed = asid_generation | asid;

		/*
		 * A core may still run with this ASID; a second one for the
		 * same mm would let two sets of its entries coexist.
		 */
		if (renew_reserved(id, renewed))
			return renewed;
		/*
		 * The old ASID is as good as any while nobody has it, and a
		 * trace is easier to follow when an mm keeps its number.
		 */
		if (!asid_taken(asid)) {
			take_asid(asid);
			return renewed;
		}
	}
	asid = find_free_asid();
	if (asid == ASID_RESERVED) {
		/* Every ASID was given out in this generation. */
		roll_over();
		asid = find_free_asid();
		BUG_ON(asid == ASID_RESERVED);
	}
	take_asid(asid);
	next_asid = asid + 1;
	return asid_generation | asid;
}

/*
 * exec_changed starts set on a core with erratum 720789, which makes every
 * flush of this mm take the slow way (mmu/tlb.c).
 */
void init_new_context(struct mm_struct *mm)
{
	mm->context.id = 0;
	mm->context.exec_changed = tlb_asid_unreliable;
}

/* False for id 0 as well: generations start at 1. */
static bool current_generation(u64 id)
{
	return (id ^ asid_generation) >> ASID_FIELD_BITS == 0;
}

/*
 * Drops translations and predictions of the old generation before any ASID gets
 * a second owner.
 */
static void flush_old_generation(void)
{
	dsb(); /* tables as they are now, before new walks */
	tlbiall();
	bpiall();
	dsb(); /* both done before an ASID has a new owner */
	isb(); /* no fetch or prediction of before is used any more */
	this_cpu(flush_pending) = false;
}

/*
 * TTBR0 and ASID cannot change in one step, and a speculative walk between two
 * steps would tag entries of one address space with the ASID of the other. So
 * init_mm's table, which has global entries only, goes in between (DDI0406C
 * B3.10.4, the method with global-only tables): there is nothing to tag.
 */
static void load_context(const struct mm_struct *next)
{
	write_ttbr0(ttbr_of(init_mm.pgd));
	isb(); /* no walk through the old tables once the ASID changes */
	dsb(); /* ... and those under way have ended (erratum 754322) */
	write_contextidr(mm_asid(next));
	isb(); /* the ASID is in force before the tables it names */
	write_ttbr0(ttbr_of(next->pgd));
	/* User memory is opened by an isb, or by an exception return. */
	if (!CONFIG_PAN)
		isb(); /* here it is always open */
}

/*
 * The ASID is chosen under context_lock, but loaded after its release: with
 * interrupts off nothing else changes this core's registers, and a roll-over on
 * another core reserves what active_id holds.
 */
void switch_mm(struct mm_struct *prev, struct mm_struct *next)
{
	/* A switch within a switch would load half of each context. */
	BUG_ON(!irqs_disabled());
	check_vmalloc_seq(next);
	/* Threads: its tables are loaded, with an ASID that is this core's. */
	if (prev == next)
		return;
	/* init_mm runs with ASID 0, which belongs to no generation. */
	if (likely(next != &init_mm)) {
		spin_lock(&context_lock);
		if (unlikely(!current_generation(next->context.id)))
			next->context.id = new_context(next);
		if (unlikely(this_cpu(flush_pending)))
			flush_old_generation();
		/* From here on a roll-over reserves this ASID. */
		this_cpu(active_id) = next->context.id;
		spin_unlock(&context_lock);
	}
	load_context(next);
}

/*
 * Reads the registers, not the variables: reports show what the hardware
 * translates with.
 */
void mmu_current_context(u32 *ttbr0, u32 *contextidr)
{
	*ttbr0 = read_ttbr0();
	*contextidr = read_contextidr();
}

/* The hardware never holds these values for an mm that does not run. */
void mmu_context_of(const struct mm_struct *mm, u32 *ttbr0, u32 *asid)
{
	*ttbr0 = ttbr_of(mm->pgd);
	*asid = mm_asid(mm);
}

/* TTBR0 rather than current->mm: a kernel thread runs on borrowed tables. */
pgd_t *current_pgd(void)
{
	return phys_to_virt(read_ttbr0() & TTBR_BASE);
}
