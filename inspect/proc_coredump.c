/*
 * /proc/PID/coredump_filter: the kinds of memory that a core dump of the
 * process has.
 */
#include <inspect/internal.h>
#include <proc/proc.h>
#include <services/coredump/coredump.h>

/* Eight hexadecimal digits, as Linux. */
int show_core_filter(struct seq_file *m)
{
	u32 flags = tasklist_lock(), filter = 0;
	const struct task_struct *task = find_task(m->pid);

	if (task)
		filter = get_core_filter(task);
	tasklist_unlock(flags);
	if (!task)
		return -ESRCH;
	seq_put_hex(m, filter, 8);
	seq_putc(m, '\n');
	return 0;
}

/* Reads "0x" and hexadecimal digits, or decimal ones: 0 or -EINVAL. */
static int parse_filter(const char *text, u32 *filter)
{
	u32 base = 10, digit, n = 0;

	if (text[0] == '0' && text[1] == 'x') {
		base = 16;
		text += 2;
	}
	/* "0x" alone is no number. */
	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		digit = (u32)(*text - '0');
		/*
		 * Letters of either case; any other character gives a digit
		 * that is too large.
		 */
		if (digit > 9)
			digit = (u32)((*text | 0x20) - 'a') + 10;
		/*
		 * Bounds n before it is multiplied: no overflow, however many
		 * digits there are.
		 */
		if (digit >= base || n > CORE_FILTER_MASK)
			return -EINVAL;
		n = n * base + digit;
	}
	*filter = n;
	return 0;
}

int write_core_filter(struct seq_file *m, const char *text)
{
	struct task_struct *task;
	u32 flags, filter;
	int err = parse_filter(text, &filter);

	if (err)
		return err;
	/* After parsing: interrupts are off under this lock. */
	flags = tasklist_lock();
	task = find_task(m->pid);
	if (task)
		set_core_filter(task, filter);
	tasklist_unlock(flags);
	return task ? 0 : -ESRCH;
}
