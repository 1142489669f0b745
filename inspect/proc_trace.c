/*
 * /proc/trace: the events of trace.c as text. What is written to it are the
 * kinds to record, "switch,fault" or "none".
 */
#include <inspect/inspect.h>
#include <inspect/internal.h>

static void show_vma_event(struct seq_file *m, const struct trace_record *rec)
{
	static const char *const ops[] = {
		[TRACE_MMAP] = "mmap",         [TRACE_MUNMAP] = "munmap",
		[TRACE_MPROTECT] = "mprotect", [TRACE_BRK] = "brk",
		[TRACE_GROW] = "grow",         [TRACE_MREMAP] = "mremap",
	};

	seq_printf(m, "%u %s 0x%08x %s 0x%08x\n", rec->a,
		   rec->d < ARRAY_SIZE(ops) ? ops[rec->d] : "?", rec->b,
		   rec->d == TRACE_MREMAP || rec->d == TRACE_BRK ? "->" : "-",
		   rec->c);
}

static void show_event(struct seq_file *m, const struct trace_record *rec)
{
	u32 nsec, sec = split_seconds(rec->ns, &nsec);

	seq_printf(m, "%u.%09u %s ", sec, nsec, trace_kind_name(rec->kind));
	switch (rec->kind) {
	case TRACE_SWITCH:
		seq_printf(m, "%u -> %u ttbr0 0x%08x contextidr 0x%08x\n",
			   rec->a, rec->b, rec->c, rec->d);
		break;
	case TRACE_FAULT:
		seq_printf(m, "%u address 0x%08x fsr 0x%03x result 0x%x\n",
			   rec->a, rec->b, rec->c, rec->d);
		break;
	case TRACE_VMA:
		show_vma_event(m, rec);
		break;
	case TRACE_PAGE:
		seq_printf(m, "%s pfn 0x%05x order %u gfp 0x%x\n",
			   rec->c ? "alloc" : "free", rec->a, rec->b, rec->d);
		break;
	case TRACE_SYNC:
		seq_printf(m, "%u address 0x%08x\n", rec->a, rec->b);
		break;
	default:
		seq_putc(m, '\n');
	}
}

int show_trace(struct seq_file *m)
{
	u64 end = trace_count();
	u64 oldest = end > TRACE_RING ? end - TRACE_RING : 0;
	struct trace_record rec;

	/* Reading makes events: the text ends where they did at its start. */
	if (!m->place)
		m->arg = (u32)end;
	end -= (u32)end - m->arg;
	for (u64 seq = max(m->place, oldest); seq < end; seq++) {
		if (trace_get(seq, &rec))
			show_event(m, &rec);
		if (!seq_goes_on(m, seq + 1))
			break;
	}
	return 0;
}

int write_trace(struct seq_file *m __unused_arg, const char *text)
{
	u32 mask;
	int err = trace_parse(text, &mask);

	if (!err)
		trace_enable(mask);
	return err;
}
