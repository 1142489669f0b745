/* /proc/locks: the advisory locks on files. */
#include <inspect/internal.h>
#include <services/files/locks.h>

#define LOCKS_AT_ONCE 8u

void seq_put_u64(struct seq_file *m, u64 number)
{
	/* Nine digits at a time, which fit into 32 bits: at most three calls. */
	if (number >= 1000000000u) {
		seq_put_u64(m, number / 1000000000u);
		seq_printf(m, "%09u", (u32)(number % 1000000000u));
	} else {
		seq_printf(m, "%u", (u32)number);
	}
}

/* Shows one lock in Linux's columns, which lslocks reads. */
static void show_lock(struct seq_file *m, u32 number,
		      const struct lock_facts *facts)
{
	const struct file_lock *lock = &facts->lock;

	seq_printf(m, "%u: %s ADVISORY  %s %d %02x:%02x:%u ", number,
		   lock->kind == LOCK_FLOCK ? "FLOCK " :
			   lock->ofd        ? "OFDLCK" :
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
