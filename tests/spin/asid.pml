/*
 * asid.pml - the ASID allocator of mmu/context.c on several cores, for Spin.
 *
 * The kernel runs on one core today, so neither QEMU nor the host tests can
 * show that the generations are right for more. Spin tries every interleaving
 * of CPUS cores that switch among MMS address spaces and init_mm; EXITS times
 * one that no core uses exits and another is born in its place. A core stops
 * at LAST_GENERATION.
 *
 * Three properties, asserted after each step that could break them:
 *
 *	stale	no core runs an address space under an ASID with which its TLB
 *		holds another one's entries
 *	moved	no address space gets another ASID while a core runs it: TLB
 *		maintenance names the new one only
 *	empty	after a roll-over there is an ASID to give
 *
 * The adversary: a core's TLB takes every entry that its registers allow, at
 * once: TTBR0 and CONTEXTIDR, the value before a write or after it in any
 * combination, until the isb (DDI0406C B3.10.4, B3.15.5). More entries are
 * never safer, so this stands for all that speculation may do.
 *
 * tlbiall() empties this core's TLB only. The kernel's reaches every core
 * (TLBIALLIS): the algorithm does not lean on it.
 *
 * A comment that begins with context.c quotes the statement of mmu/context.c
 * that the lines after it play; asid.t looks whether it is still there. BUG
 * seeds one error, and asid.t expects Spin to find each.
 */

#ifndef CPUS
#define CPUS		2
#endif
#ifndef MMS
#define MMS		2
#endif
#ifndef EXITS
#define EXITS		3
#endif
#ifndef LAST_GENERATION
#define LAST_GENERATION	4
#endif

/* What may be broken, one at a time. */
#ifndef BUG
#define BUG		0
#endif
#define FORGETS_RUNNING		1	/* running ASIDs are given away */
#define NOT_RENEWED		2	/* what runs gets another ASID */
#define TWO_ROLL_OVERS		3	/* the second forgets what runs */
#define FLUSHES_ONE_CORE	4	/* the others keep their entries */
#define NO_FLUSH		5	/* nobody flushes */
#define NO_GLOBAL_TABLE		6	/* ASID changes under the old tables */
#define NO_FIRST_ISB		7	/* ASID changes before the tables did */
#define NO_SECOND_ISB		8	/* tables change before the ASID did */
#define TOO_FEW_ASIDS		9	/* each core keeps one: none is left */

/* context.c: static_assert(NR_CPUS + 1 < NR_ASIDS, */
#if BUG != TOO_FEW_ASIDS
#define ASIDS		(CPUS + 2)
#else
#define ASIDS		(CPUS + 1)
#endif
#define INIT_MM		0		/* no user half, ASID 0; others: 1 .. MMS */
#define NONE		0		/* in a TLB: no entry */
#define MIXED		(MMS + 1)	/* ... of two, or of one that exited */

#define ID(gen, asid)	((gen) * 8 + (asid))
#define ASID(id)	((id) % 8)
#define GENERATION(id)	((id) / 8)

/* ---- mmu/context.c: under context_lock ---------------------------------- */

byte asid_generation = 1;
bool asid_map[ASIDS];
byte next_asid = 1;
byte active_id[CPUS];
byte reserved_id[CPUS];
bool flush_pending[CPUS];
byte context_id[MMS + 1];	/* mm->context.id */

/* ---- the hardware of each core ------------------------------------------ */

byte ttbr0[CPUS], ttbr0_before[CPUS];		/* whose tables */
byte contextidr[CPUS], contextidr_before[CPUS];
byte tlb[CPUS * ASIDS];		/* whose entries, MIXED, or NONE */
byte running[CPUS];		/* whose user accesses are made now */
byte next[CPUS];		/* ... or will be, when it is loaded */

#define TLB(cpu, asid)	tlb[(cpu) * ASIDS + (asid)]

inline walk(cpu, table, asid)
{
	if
	:: table != INIT_MM && TLB(cpu, asid) == NONE ->
		TLB(cpu, asid) = table
	:: table != INIT_MM && TLB(cpu, asid) != NONE ->
		TLB(cpu, asid) = (TLB(cpu, asid) == table -> table : MIXED)
	:: else
	fi
}

inline speculate(cpu)
{
	walk(cpu, ttbr0[cpu], contextidr[cpu]);
	walk(cpu, ttbr0[cpu], contextidr_before[cpu]);
	walk(cpu, ttbr0_before[cpu], contextidr[cpu]);
	walk(cpu, ttbr0_before[cpu], contextidr_before[cpu])
}

inline write_ttbr0(cpu, table)
{
	ttbr0[cpu] = table;
	speculate(cpu)
}

inline write_contextidr(cpu, asid)
{
	contextidr[cpu] = asid;
	speculate(cpu)
}

inline isb(cpu)
{
	ttbr0_before[cpu] = ttbr0[cpu];
	contextidr_before[cpu] = contextidr[cpu]
}

inline tlbiall(cpu)
{
	for (i : 0 .. ASIDS - 1) {
		TLB(cpu, i) = NONE
	}
	speculate(cpu)	/* what is loaded may come back before the next step */
}

/* ---- the properties ----------------------------------------------------- */

inline check_stale(cpu)
{
	assert(TLB(cpu, contextidr[cpu]) == NONE ||
	       TLB(cpu, contextidr[cpu]) == running[cpu])
}

inline check_moved()
{
	for (i : 0 .. CPUS - 1) {
		assert(running[i] == INIT_MM ||
		       contextidr[i] == ASID(context_id[running[i]]))
	}
}

/* ---- allocation --------------------------------------------------------- */

inline find_free_asid()
{
	asid = next_asid;
	/* context.c: for (u32 asid = next_asid; asid < NR_ASIDS; asid++) */
	do
	:: asid < ASIDS && asid_map[asid] -> asid++
	:: else -> break
	od
}

inline roll_over()
{
	/* context.c: asid_generation += GENERATION_ONE; */
	asid_generation++;
	/* context.c: __builtin_memset(asid_map, 0, sizeof(asid_map)); */
	for (i : 0 .. ASIDS - 1) {
		asid_map[i] = false
	}
	for (i : 0 .. CPUS - 1) {
		if
		/* context.c: if (per_cpu(active_id, cpu) != 0) */
#if BUG != TWO_ROLL_OVERS
		:: active_id[i] != 0 ->
#else
		:: true ->
#endif
			/* context.c: per_cpu(reserved_id, cpu) = per_cpu(active_id, cpu); */
			reserved_id[i] = active_id[i]
		:: else
		fi;
		/* context.c: per_cpu(active_id, cpu) = 0; */
		active_id[i] = 0;
#if BUG != FORGETS_RUNNING
		if
		/* context.c: if (per_cpu(reserved_id, cpu) != 0) */
		:: reserved_id[i] != 0 ->
			/* context.c: take_asid((u32)per_cpu(reserved_id, cpu) & 0xff); */
			asid_map[ASID(reserved_id[i])] = true
		:: else
		fi;
#endif
		/* context.c: per_cpu(flush_pending, cpu) = true; */
#if BUG == FLUSHES_ONE_CORE
		flush_pending[i] = (i == me -> true : flush_pending[i])
#else
		flush_pending[i] = true
#endif
	}
	/* context.c: next_asid = 1; */
	next_asid = 1
}

inline renew_reserved(id, new_id)
{
	found = false;
	for (i : 0 .. CPUS - 1) {
		if
		/* context.c: if (per_cpu(reserved_id, cpu) != id) */
		:: reserved_id[i] == id ->
			/* context.c: per_cpu(reserved_id, cpu) = new_id; */
			reserved_id[i] = new_id;
			found = true
		:: else
		fi
	}
}

/* Sets context_id[mm] to an id of the current generation. */
inline new_context(mm)
{
	asid = 0;
	if
	/* context.c: if (id != 0) { */
	:: context_id[mm] != 0 ->
		/* context.c: u64 renewed = asid_generation | asid; */
		asid = ASID(context_id[mm]);
#if BUG != NOT_RENEWED
		/* context.c: if (renew_reserved(id, renewed)) */
		renew_reserved(context_id[mm], ID(asid_generation, asid));
#endif
		if
		:: found
		/* context.c: if (!asid_taken(asid)) { */
		:: !found && !asid_map[asid] ->
			asid_map[asid] = true
		:: else ->
			asid = 0
		fi
	:: else
	fi;
	if
	:: asid == 0 ->
		/* context.c: asid = find_free_asid(); */
		find_free_asid();
		if
		/* context.c: if (asid == ASID_RESERVED) { */
		:: asid == ASIDS ->
			roll_over();
			find_free_asid();
			/* context.c: BUG_ON(asid == ASID_RESERVED); */
			assert(asid < ASIDS)
		:: else
		fi;
		/* context.c: take_asid(asid); */
		asid_map[asid] = true;
		/* context.c: next_asid = asid + 1; */
		next_asid = asid + 1
	:: else
	fi;
	/* context.c: return asid_generation | asid; */
	context_id[mm] = ID(asid_generation, asid);
	found = false;
	asid = 0
}

/* ---- switch_mm ---------------------------------------------------------- */

inline take_context(mm)
{
	if
	/* context.c: if (unlikely(!current_generation(next->context.id))) */
	:: GENERATION(context_id[mm]) != asid_generation ->
		/* context.c: next->context.id = new_context(next); */
		new_context(mm)
	:: else
	fi;
	if
	/* context.c: if (unlikely(this_cpu(flush_pending))) */
	:: flush_pending[me] ->
#if BUG != NO_FLUSH
		/* context.c: tlbiall(); */
		tlbiall(me);
#endif
		/* context.c: this_cpu(flush_pending) = false; */
		flush_pending[me] = false
	:: else
	fi;
	/* context.c: this_cpu(active_id) = next->context.id; */
	active_id[me] = context_id[mm]
}

inline load_context(mm)
{
#if BUG != NO_GLOBAL_TABLE
	/* context.c: write_ttbr0(ttbr_of(init_mm.pgd)); */
	write_ttbr0(me, INIT_MM);
#if BUG != NO_FIRST_ISB
	isb(me);
#endif
#endif
	/* context.c: write_contextidr(mm_asid(next)); */
	write_contextidr(me, ASID(context_id[mm]));
#if BUG != NO_SECOND_ISB
	isb(me);
#endif
	/* context.c: write_ttbr0(ttbr_of(next->pgd)); */
	write_ttbr0(me, mm);
	isb(me)
}

/*
 * Two steps. What is between spin_lock and spin_unlock is one: no other core is
 * there too. load_context is one: it changes this core's registers and TLB,
 * which no other core looks at, and reads one thing that others change, once.
 * Between the two, and before and after, everything may happen.
 */
proctype core(byte me)
{
	byte i, asid;
	bool found;

	do
	:: asid_generation < LAST_GENERATION ->
		atomic {
			select(i : 0 .. MMS);
			running[me] = INIT_MM;
			next[me] = i;
			d_step {
				if
				/* context.c: if (likely(next != &init_mm)) { */
				:: next[me] != INIT_MM ->
					take_context(next[me]);
					check_moved()
				:: else
				fi;
				i = 0
			}
		}
		d_step {
			load_context(next[me]);
			running[me] = next[me];
			check_stale(me);
			check_moved();
			i = 0
		}
	:: else -> break
	od
}

/* ---- exit, and a new address space in the same memory --------------------- */

#define USED_BY(cpu, mm)	(ttbr0[cpu] == (mm) || next[cpu] == (mm))

inline exit_and_birth(mm)
{
	d_step {
		for (i : 0 .. CPUS * ASIDS - 1) {
			if
			:: tlb[i] == mm -> tlb[i] = MIXED
			:: else
			fi
		}
		/* context.c: mm->context.id = 0; */
		context_id[mm] = 0;
		i = 0
	}
}

proctype lives()
{
	byte i, mm, exits;
	bool used;

	do
	:: asid_generation < LAST_GENERATION && exits < EXITS ->
		atomic {
			select(mm : 1 .. MMS);
			used = (context_id[mm] == 0);
			for (i : 0 .. CPUS - 1) {
				used = used || USED_BY(i, mm)
			}
			i = 0;
			if
			:: !used ->
				exit_and_birth(mm);
				exits++
			:: else
			fi;
			mm = 0;
			used = false
		}
	:: else -> break
	od
}

init {
	byte i;

	atomic {
		asid_map[0] = true;	/* never looked at: next_asid is >= 1 */
		for (i : 0 .. CPUS - 1) {
			run core(i)
		}
		run lives()
	}
}
