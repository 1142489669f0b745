/* /proc/locks: the advisory locks on files. */
#include <inspect/internal.h>
#include <services/files/locks.h>

#define LOCKS_AT_ONCE 8u

/*
 * Takes the last four decimal digits off *number and returns them. A 64-bit
 * division would need code that the kernel does not have, so it divides on
 * paper, 16 bits at a time.
 */
static u32 take_four_digits(u64 *number)
{
	u64 quotient = 0;
	u32 rest = 0;

	for (int shift = 48; shift >= 0; shift -= 16) {
		u32 part = rest << 16 | ((u32)(*number >> shift) & 0xffff);

		quotient |= (u64)(part / 10000) << shift;
		rest = part % 10000;
	}
	*number = quotient;
	return rest;
}

void seq_put_u64(struct seq_file *m, u64 number)
{
	u32 digits;

	if (number <= UINT32_MAX) {
		seq_printf(m, "%u", (u32)number);
		return;
	}
	digits = take_four_digits(&number);
	seq_put_u64(m, number); /* at most three deep */
	seq_printf(m, "%04u", digits);
}

/* Shows one lock in Linux's columns, which lslocks reads. */
static void show_lock(struct seq_file *m, u32 number,
		      const struct lock_facts *facts)
{
	const struct file_lock *lock = &facts->lock;

	seq_printf(m, "%u: %s ADVISORY  %s %d %02x:%02x:%u ", number,
		   lock->kind == LOCK_FLOCK ? "FLOCK " :
			   lock->pid < 0    ? "OFDLCK" :
					      "POSIX ",
		   lock->exclusive ? "WRITE" : "READ", lock->pid,
		   MAJOR(facts->dev), MINOR(facts->dev), facts->ino);
	seq_put_u64(m, lock->start);
	seq_putc(m, ' ');
	if (lock->end == LOCK_END)
		seq_puts(m, "EOF");
	else
		seq_put_u64(m, lock->end);
	seq_putc(m, '\n');
}

/* A lock's place is its number, from 0 for the newest on. */
int show_file_locks(struct seq_file *m)
{
	struct lock_facts facts[LOCKS_AT_ONCE];
	u32 number = (u32)m->place, n, i;

	do {
		n = get_locks(number, facts, LOCKS_AT_ONCE);
		for (i = 0; i < n; i++) {
			show_lock(m, number + 1, &facts[i]);
			if (!seq_goes_on(m, ++number))
				return 0;
		}
	} while (n == LOCKS_AT_ONCE && !give_way());
	return 0;
}
