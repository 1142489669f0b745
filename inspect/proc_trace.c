/*
 * /proc/trace: the events of trace.c as text. A program writes the kinds to be
 * recorded, "switch,fault", which starts a new record, or "none".
 */
#include <inspect/inspect.h>
#include <inspect/internal.h>
#include <lib/backtrace.h>
#include <lib/printk.h>
#include <uapi/sched.h>

/* Shows an operation on VMAs; d is an enum trace_vma_op. */
static void show_vma_event(struct seq_file *m, const struct trace_record *rec)
{
	static const char *const ops[] = {
		[TRACE_MMAP] = "mmap",         [TRACE_MUNMAP] = "munmap",
		[TRACE_MPROTECT] = "mprotect", [TRACE_BRK] = "brk",
		[TRACE_GROW] = "grow",         [TRACE_MREMAP] = "mremap",
	};

	/* mremap and brk move something; all others are about a range. */
	seq_printf(m, "%s 0x%08x %s 0x%08x",
		   rec->d < ARRAY_SIZE(ops) ? ops[rec->d] : "?", rec->b,
		   rec->d == TRACE_MREMAP || rec->d == TRACE_BRK ? "->" : "-",
		   rec->c);
}

/* Returns the physical address of the frame in an entry. */
static u32 frame_of(pte_t entry)
{
	return pte_pfn(entry) << PAGE_SHIFT;
}

/*
 * Shows a fault without a page before: the new page and the reason. The cases
 * are those of the picture in mm/memory.c.
 */
static void show_new_page(struct seq_file *m, const struct trace_record *rec,
			  pte_t new)
{
	/*
	 * Without an entry the access faults again, or the program got a
	 * signal.
	 */
	if (!pte_present(new))
		seq_puts(m, "no page could be allocated or read");
	else if (pte_special(new))
		seq_puts(m, "first read of anonymous memory: the zero page");
	else if (!(rec->about & ABOUT_COPY))
		seq_printf(m, "its page of the file or object: frame 0x%08x",
			   frame_of(new));
	else if (rec->about & ABOUT_ANON)
		seq_printf(m,
			   "first write to anonymous memory: frame 0x%08x, "
			   "zeroed",
			   frame_of(new));
	else
		seq_printf(m,
			   "first write to a private file: frame 0x%08x, a "
			   "copy of its page",
			   frame_of(new));
}

/*
 * Shows a fault with a page present before: what changed, from which follows
 * what the access lacked.
 */
static void show_changed(struct seq_file *m, const struct trace_record *rec,
			 pte_t old, pte_t new)
{
	/*
	 * From the special case to the general one: each test relies on those
	 * before it.
	 */
	if (!pte_present(new))
		seq_puts(m, "its page is gone");
	else if (pte_special(old) && !pte_special(new))
		seq_printf(m, "copy on write: the zero page -> frame 0x%08x",
			   frame_of(new));
	else if (pte_pfn(old) != pte_pfn(new))
		seq_printf(m, "copy on write: frame 0x%08x -> 0x%08x",
			   frame_of(old), frame_of(new));
	else if (!pte_write(old) && pte_write(new) && rec->vm_flags & VM_SHARED)
		seq_printf(m,
			   "first write to a shared page: frame 0x%08x is "
			   "dirty",
			   frame_of(new));
	else if (!pte_write(old) && pte_write(new))
		seq_printf(m,
			   "copy on write: no other process shares frame "
			   "0x%08x, which becomes writable",
			   frame_of(new));
	else if (!pte_young(old) && pte_young(new))
		seq_printf(m, "frame 0x%08x was old and is young now",
			   frame_of(new));
	else
		seq_puts(m, "the entry allows it: another thread was faster");
}

/* Shows where the program was, its address, the VMA, and what the fault did. */
static void show_fault_event(struct seq_file *m, const struct trace_record *rec)
{
	/* Events carry plain words: <trace.h> knows no descriptors. */
	pte_t old = { rec->b }, new = { rec->c };

	seq_printf(m, "pc 0x%08x %s 0x%08x in %08x-%08x %c%c%c%c: ", rec->pc,
		   rec->about & ABOUT_WRITE ? "writes" : "reads", rec->a,
		   rec->vm_start, rec->vm_end,
		   rec->vm_flags & VM_READ ? 'r' : '-',
		   rec->vm_flags & VM_WRITE ? 'w' : '-',
		   rec->vm_flags & VM_EXEC ? 'x' : '-',
		   rec->vm_flags & VM_SHARED ? 's' : 'p');
	if (pte_present(old))
		show_changed(m, rec, old, new);
	else
		show_new_page(m, rec, new);
}

/* Shows who asked for a flush, and what the kernel was doing. */
static void show_why(struct seq_file *m, const struct why *why)
{
	u32 offset;
	const char *by = find_symbol(why->by, &offset);
	const char *under = find_symbol(why->under, &offset);

	if (by)
		seq_printf(m, ", by %s", by);
	if (under && under != by)
		seq_printf(m, " for %s", under);
}

/* Shows the range of a TLB flush, and why; ASID 0 is the kernel. */
static void show_flush(struct seq_file *m, const struct trace_record *rec)
{
	/* ASID 0 is never given to a process, so it stands for the kernel. */
	if (!rec->c)
		seq_printf(m, "0x%08x - 0x%08x of the kernel", rec->a, rec->b);
	else if (rec->b == TASK_SIZE && !rec->a) /* by one TLBIASID */
		seq_printf(m, "all of ASID %u", rec->c);
	else
		seq_printf(m, "0x%08x - 0x%08x of ASID %u", rec->a, rec->b,
			   rec->c);
	show_why(m, &rec->why);
}

/* Shows what fork copied: entries and tables, but no page. */
static void show_fork(struct seq_file *m, const struct trace_record *rec)
{
	seq_printf(m, "child %u: %u pages, %u second-level tables", rec->a,
		   rec->c, rec->d);
	seq_puts(m,
		 rec->b & CLONE_VM ? ", the same memory" :
				     " shared or copied, writable ones for "
				     "reading alone");
}

/*
 * Shows the part of an event that depends on its kind; <trace.h> has the
 * meaning of a to d.
 */
static void show_of_kind(struct seq_file *m, const struct trace_record *rec)
{
	switch (rec->kind) {
	case TRACE_SWITCH:
		seq_printf(m, "%u -> %u ttbr0 0x%08x contextidr 0x%08x", rec->a,
			   rec->b, rec->c, rec->d);
		break;
	case TRACE_FAULT:
		show_fault_event(m, rec);
		break;
	case TRACE_BAD:
		seq_printf(m,
			   "pc 0x%08x address 0x%08x fsr 0x%03x: no VMA "
			   "allows it, signal %u",
			   rec->pc, rec->a, rec->b, rec->c);
		break;
	case TRACE_VMA:
		show_vma_event(m, rec);
		break;
	case TRACE_PAGE:
		seq_printf(m, "%s pfn 0x%05x order %u gfp 0x%x",
			   rec->c ? "alloc" : "free", rec->a, rec->b, rec->d);
		break;
	case TRACE_SYNC:
		seq_printf(m,
			   "address 0x%08x: its first-level entry is copied "
			   "from init_mm",
			   rec->a);
		break;
	case TRACE_FORK:
		show_fork(m, rec);
		break;
	case TRACE_EXEC:
		seq_printf(m, "begins at 0x%08x, stack 0x%08x", rec->a, rec->b);
		break;
	case TRACE_EXIT:
		seq_printf(m, "status 0x%04x", rec->a);
		break;
	case TRACE_FLUSH:
		show_flush(m, rec);
		break;
	case TRACE_ASID:
		seq_printf(m, "all ASIDs are in use: generation %u begins",
			   rec->a);
		break;
	case TRACE_OOM:
		seq_printf(m, "process %u is killed", rec->a);
		break;
	default:
		break;
	}
}

/* Returns true for a kind whose line shows the memory in use after it. */
static bool changes_memory(u32 kind)
{
	return kind == TRACE_FAULT || kind == TRACE_VMA || kind == TRACE_FORK ||
		kind == TRACE_EXEC || kind == TRACE_EXIT;
}

/* Shows one line: time, task, kind, and the kind's own part. */
static void show_event(struct seq_file *m, const struct trace_record *rec)
{
	u32 nsec, sec = split_seconds(rec->ns, &nsec);

	seq_printf(m, "%u.%09u %s[%d] %s ", sec, nsec, rec->comm, (int)rec->pid,
		   trace_kind_name(rec->kind));
	show_of_kind(m, rec);
	/* The numbers are of the moment of the event, not of this reading. */
	if (changes_memory(rec->kind))
		seq_printf(m, "; %u pages free, %u resident, %u tables",
			   rec->free, rec->resident, rec->tables);
	seq_putc(m, '\n');
}

/* Shows the kinds that are recorded, and the others. */
static void show_kinds(struct seq_file *m)
{
	/* Scripts that read events skip lines that begin with '#'. */
	seq_puts(m, "# recorded:");
	for (u32 kind = 0; kind < TRACE_NR; kind++)
		if (trace_mask & (1u << kind))
			seq_printf(m, " %s", trace_kind_name(kind));
	seq_puts(m, trace_mask ? "; not:" : " nothing; kinds:");
	for (u32 kind = 0; kind < TRACE_NR; kind++)
		if (!(trace_mask & (1u << kind)))
			seq_printf(m, " %s", trace_kind_name(kind));
	seq_printf(m, "; the last %u are kept\n", trace_ring_size());
}

int show_trace(struct seq_file *m)
{
	u64 end = trace_count();
	u64 oldest = end > trace_ring_size() ? end - trace_ring_size() : 0;
	struct trace_record rec;

	/*
	 * Reading itself makes events, so the text ends at the last event
	 * before its first piece.
	 */
	if (!m->place) {
		m->arg = (u32)end;
		show_kinds(m);
	}
	/* arg has the low word of that count: subtract what came since. */
	end -= (u32)end - m->arg;
	for (u64 seq = max(m->place, oldest); seq < end; seq++) {
		/*
		 * The ring may have gone round meanwhile: events that were
		 * overwritten are passed over.
		 */
		if (trace_get(seq, &rec))
			show_event(m, &rec);
		if (!seq_goes_on(m, seq + 1))
			break;
	}
	return 0;
}

/* 0, or -EINVAL for an unknown kind. */
int write_trace(struct seq_file *m __unused_arg, const char *text)
{
	u32 mask;
	int err = trace_parse(text, &mask);

	if (err)
		return err;
	if (mask) /* "none" keeps the record, for reading */
		trace_clear();
	/* Last, so that no event of the new kinds is dropped. */
	trace_enable(mask);
	return err;
}

void trace_init(void)
{
	u32 size = trace_ring_option;
	struct trace_record *larger;

	/* The static ring serves from boot on, and is as large already. */
	if (size <= TRACE_RING)
		return;
	larger = vmalloc(size * sizeof(*larger));
	if (larger)
		trace_use_ring(larger, size);
	else
		pr_warn("trace_ring=%u: no memory for that many events: the ring has %u\n",
			size, TRACE_RING);
}
