/*
 * The ring of events. Any context; see <trace.h> for who records them.
 *
 * Record number n since boot is in slot n % TRACE_RING until TRACE_RING more
 * have come. Interrupts are off while a record is written, so one that
 * interrupts another writer finds it whole.
 */
#include <inspect/inspect.h>
#include <inspect/internal.h>
#include <sched.h>
#include <spinlock.h>
#include <string.h>
#include <uapi/errno.h>

static spinlock_t trace_lock = SPINLOCK_INIT; /* irqs off */
static struct trace_record ring[TRACE_RING];  /* trace_lock */
static u64 recorded;                          /* trace_lock */

/* clang-format off */
static const char *const kind_names[TRACE_NR] = {
	[TRACE_SWITCH] = "switch",
	[TRACE_FAULT] = "fault",
	[TRACE_VMA] = "vma",
	[TRACE_PAGE] = "page",
	[TRACE_SYNC] = "sync",
};
/* clang-format on */

static void record(enum trace_kind kind, u32 a, u32 b, u32 c, u32 d)
{
	u64 now = ktime_ns();
	u32 flags;

	spin_lock_irqsave(&trace_lock, flags);
	ring[recorded++ % TRACE_RING] = (struct trace_record){
		.ns = now,
		.kind = kind,
		.a = a,
		.b = b,
		.c = c,
		.d = d,
	};
	spin_unlock_irqrestore(&trace_lock, flags);
}

void trace_enable(u32 mask)
{
	trace_sink = record;
	trace_mask = mask;
}

bool trace_get(u64 seq, struct trace_record *rec)
{
	bool found;
	u32 flags;

	spin_lock_irqsave(&trace_lock, flags);
	found = seq < recorded && recorded - seq <= TRACE_RING;
	if (found)
		*rec = ring[seq % TRACE_RING];
	spin_unlock_irqrestore(&trace_lock, flags);
	return found;
}

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

/* The bits of one word, or -EINVAL. */
static int parse_word(const char *word, size_t bytes, u32 *bits)
{
	u32 kind;

	*bits = 0;
	if (bytes == 0 || (bytes == 4 && memcmp(word, "none", 4) == 0))
		return 0;
	if (bytes == 3 && memcmp(word, "all", 3) == 0) {
		*bits = (1u << TRACE_NR) - 1;
		return 0;
	}
	for (kind = 0; kind < TRACE_NR; kind++) {
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
	*mask = found;
	return 0;
}
