/* /proc/cpu: the unaligned accesses of programs, and what happens at one. */
#include <inspect/internal.h>
#include <services/alignment/alignment.h>

static u32 alignment_count(const atomic_t *counter)
{
	return (u32)atomic_read(counter);
}

/*
 * System, Half and Word are always 0: an unaligned access of the kernel's own is
 * an oops, and the core does halves and single words itself.
 */
static int show_alignment(struct seq_file *m)
{
	static const char *const modes[] = {
		"ignored",    "warn",   "fixup",
		"fixup+warn", "signal", "signal+warn",
	};
	u32 mode = READ_ONCE(alignment_stat.mode);

	seq_printf(m, "User:\t\t%u\nSystem:\t\t0 (0x0)\n",
		   alignment_count(&alignment_stat.user));
	seq_printf(m, "Skipped:\t%u\nHalf:\t\t0\nWord:\t\t0\n",
		   alignment_count(&alignment_stat.skipped));
	seq_printf(m, "DWord:\t\t%u\nMulti:\t\t%u\n",
		   alignment_count(&alignment_stat.dword),
		   alignment_count(&alignment_stat.multi));
	seq_printf(m, "User faults:\t%u (%s)\n", mode, modes[mode]);
	return 0;
}

/*
 * One digit, the sum of ALIGNMENT_*, decides; as on Linux other texts are
 * ignored, and so is all that follows the digit.
 */
static int write_alignment(struct seq_file *m __unused_arg, const char *text)
{
	u32 mode = (u32)(text[0] - '0');

	if (mode > (ALIGNMENT_SIGNAL | ALIGNMENT_WARN))
		return 0;
	/* Without either the program would meet the same fault without end. */
	if (!(mode & (ALIGNMENT_FIXUP | ALIGNMENT_SIGNAL)))
		mode |= ALIGNMENT_FIXUP;
	WRITE_ONCE(alignment_stat.mode, mode);
	return 0;
}

static const struct proc_entry cpu_entries[] = {
	TEXT_RW("alignment", show_alignment, write_alignment),
	{ .name = NULL },
};

const struct proc_dir cpu_dir = { 10, cpu_entries, NULL, NULL };
