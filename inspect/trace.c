/*
 * The ring of events. Any context; <trace.h> has the events.
 *
 * A record stays until the ring has gone round. Interrupts are off while a
 * record is written, so an interrupt handler that records an event finds no
 * half-written one. What a reader could not look up later, since the process
 * may have ended and the VMA be gone, is copied when it happens.
 */
#include <inspect/inspect.h>
#include <inspect/internal.h>

#include <sched.h>
#include <spinlock.h>
#include <string.h>
#include <uapi/errno.h>

u32 trace_ring_option = TRACE_RING;

static spinlock_t trace_lock = SPINLOCK_INIT; /* irqs off */
static struct trace_record first_ring[TRACE_RING];
static struct trace_record *ring = first_ring; /* trace_lock */
static u32 ring_size = TRACE_RING;             /* trace_lock */
static u64 recorded;                           /* trace_lock */
static u32 next_slot;                          /* trace_lock */

/* clang-format off */
static const char *const kind_names[TRACE_NR] = {
	[TRACE_SWITCH] = "switch",
	[TRACE_FAULT] = "fault",
	[TRACE_BAD] = "bad",
	[TRACE_VMA] = "vma",
	[TRACE_PAGE] = "page",
	[TRACE_SYNC] = "sync",
	[TRACE_FORK] = "fork",
	[TRACE_EXEC] = "exec",
	[TRACE_EXIT] = "exit",
	[TRACE_FLUSH] = "flush",
	[TRACE_ASID] = "asid",
	[TRACE_OOM] = "oom",
};
/* clang-format on */

/* Copies facts about the VMA of a fault, whose mmap_lock is held. */
static void copy_fault(struct trace_record *rec)
{
	const struct vm_area_struct *vma =
		(const struct vm_area_struct *)(uintptr_t)(rec->d & ~1u);
	pte_t entry = { rec->c };

	rec->vm_start = vma->vm_start;
	rec->vm_end = vma->vm_end;
	rec->vm_flags = vma->vm_flags;
	/* Bit 0 of the VMA's address is free, since a VMA is aligned. */
	rec->about = rec->d & 1 ? ABOUT_WRITE : 0;
	if (vma_is_anonymous(vma))
		rec->about |= ABOUT_ANON;
	if (pte_present(entry) && !pte_special(entry) &&
	    pte_page(entry)->flags & PG_ANON)
		rec->about |= ABOUT_COPY;
}

/* The recorder behind trace_event(): adds time, task and its memory. */
static void record_event(enum trace_kind kind, u32 a, u32 b, u32 c, u32 d)
{
	struct task_struct *task = current;
	struct trace_record rec = {
		.ns = ktime_ns(),
		.kind = kind,
		.pid = task->pid,
		.a = a,
		.b = b,
		.c = c,
		.d = d,
	};
	u32 flags;

	/* A kernel thread has neither memory nor a program's pc. */
	if (task->thread_info.mm) {
		rec.pc = task_pt_regs(task)->pc;
		rec.resident = get_mm_rss(task->thread_info.mm);
		rec.tables = task->thread_info.mm->nr_ptes;
	}
	rec.free = (u32)nr_free_pages();
	memcpy(rec.comm, task->comm, sizeof(rec.comm));
	if (kind == TRACE_FAULT)
		copy_fault(&rec);
	if (kind == TRACE_FLUSH)
		find_why(&rec.why, "flush_tlb");
	/* The record is complete: the lock is held for the copy only. */
	spin_lock_irqsave(&trace_lock, flags);
	ring[next_slot] = rec;
	next_slot = next_slot + 1 < ring_size ? next_slot + 1 : 0;
	recorded++;
	spin_unlock_irqrestore(&trace_lock, flags);
}

void trace_clear(void)
{
	u32 flags;

	spin_lock_irqsave(&trace_lock, flags);
	/* trace_get() reads only slots below `recorded`: old ones may stay. */
	recorded = next_slot = 0;
	spin_unlock_irqrestore(&trace_lock, flags);
}

void trace_use_ring(struct trace_record *larger, u32 size)
{
	u32 flags;

	spin_lock_irqsave(&trace_lock, flags);
	ring = larger;
	ring_size = size;
	/* The records stay behind in the old ring. */
	recorded = next_slot = 0;
	spin_unlock_irqrestore(&trace_lock, flags);
}

u32 trace_ring_size(void)
{
	return ring_size;
}

/* The sink is set before the mask: trace_event() calls it without a check. */
void trace_enable(u32 mask)
{
	trace_sink = record_event;
	trace_mask = mask;
}

bool trace_get(u64 seq, struct trace_record *rec)
{
	bool found;
	u32 flags, age;

	spin_lock_irqsave(&trace_lock, flags);
	found = seq < recorded && recorded - seq <= ring_size;
	/*
	 * next_slot is one behind the newest record; seq's is `age` slots
	 * before it.
	 */
	if (found) {
		age = (u32)(recorded - seq);
		*rec = ring[age <= next_slot ? next_slot - age :
					       next_slot + ring_size - age];
	}
	spin_unlock_irqrestore(&trace_lock, flags);
	return found;
}

/* Under the lock: 64 bits are two words. */
u64 trace_count(void)
{
	u64 n;
	u32 flags;

	spin_lock_irqsave(&trace_lock, flags);
	n = recorded;
	spin_unlock_irqrestore(&trace_lock, flags);
	return n;
}

const char *trace_kind_name(enum trace_kind kind)
{
	return kind < TRACE_NR ? kind_names[kind] : "?";
}

/* Sets *bits to the kinds that a word names: 0 or -EINVAL. */
static int parse_word(const char *word, size_t bytes, u32 *bits)
{
	u32 kind;

	*bits = 0;
	/* "trace=" without a word switches everything off. */
	if (bytes == 0 || (bytes == 4 && memcmp(word, "none", 4) == 0))
		return 0;
	if (bytes == 3 && memcmp(word, "all", 3) == 0) {
		*bits = (1u << TRACE_NR) - 1;
		return 0;
	}
	for (kind = 0; kind < TRACE_NR; kind++) {
		/* The whole word: "f" must not choose the first that fits. */
		if (strlen(kind_names[kind]) == bytes &&
		    memcmp(kind_names[kind], word, bytes) == 0) {
			*bits = 1u << kind;
			return 0;
		}
	}
	return -EINVAL;
}

int trace_parse(const char *list, u32 *mask)
{
	u32 found = 0, bits;
	size_t bytes;
	int err;

	for (;;) {
		bytes = strcspn(list, ",\n");
		err = parse_word(list, bytes, &bits);
		if (err)
			return err;
		found |= bits;
		list += bytes;
		if (*list != ',')
			break;
		list++;
	}
	/* Only now: an unknown word must leave the mask as it is. */
	*mask = found;
	return 0;
}
