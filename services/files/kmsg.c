/*
 * services/files/kmsg.c - /dev/kmsg: reads the kernel's log a record at a time,
 * and adds records. Linux's format (Documentation/ABI/testing/dev-kmsg).
 *
 * The file's position is 0, the oldest record, or one more than the number of
 * the record to be read next.
 */
#include <fs/fs.h>
#include <lib/printk.h>
#include <run/run.h>
#include <run/timer.h>
#include <services/files/files.h>
#include <services/files/kmsg.h>
#include <services/poll/poll.h>
#include <stdio.h>
#include <uapi/fcntl.h>
#include <uapi/poll.h>

#define KMSG_LINE    (64 + 4 * KMSG_BYTES) /* each byte as \xNN */
#define LOOK_AGAIN   50000000ull   /* ns between two checks of the log */
#define USER_WARNING (1u << 3 | 4) /* prio of text without one: LOG_USER */

/*
 * Copies text to `to` with \xNN for each byte that is no printable ASCII, so
 * that one record is one line. Returns the length; `to` has KMSG_LINE - 64
 * bytes.
 */
static u32 escape(const char *text, char *to)
{
	static const char hex[] = "0123456789abcdef";
	char *start = to;

	for (; *text; text++) {
		u8 c = (u8)*text;

		/*
		 * The backslash itself is escaped, so that a reader can undo
		 * this without ambiguity.
		 */
		if (c >= ' ' && c < 127 && c != '\\') {
			*to++ = (char)c;
			continue;
		}
		*to++ = '\\';
		*to++ = 'x';
		*to++ = hex[c >> 4];
		*to++ = hex[c & 0xf];
	}
	*to++ = '\n';
	return (u32)(to - start);
}

/*
 * Writes "prio,seq,usec,-;" and returns its length. Nano's snprintf cannot
 * print 64 bits, so a large time is printed in two parts of nine digits.
 */
static u32 record_header(char *line, const struct log_info *info, u64 seq)
{
	u32 low, high = split_seconds(info->usec, &low); /* by 10^9 */
	int n = high ? snprintf(line, 64, "%u,%u,%u%09u,-;", info->prio,
				(unsigned int)seq, (unsigned int)high,
				(unsigned int)low) :
		       snprintf(line, 64, "%u,%u,%u,-;", info->prio,
				(unsigned int)seq, (unsigned int)low);

	return (u32)n;
}

/*
 * printk wakes nobody, since it may run where waking is not allowed (under a
 * run queue's lock), so readers check from time to time. At least one sleep is
 * made: if the last record has no end of line yet, log_next_record() counts it,
 * but it cannot be read.
 */
int wait_record(u64 seq)
{
	do {
		/*
		 * Before the check for signals, so that a signal in between
		 * ends the sleep instead of being missed.
		 */
		set_current_state(TASK_INTERRUPTIBLE);
		if (signal_pending()) {
			set_current_state(TASK_RUNNING);
			return -ERESTARTSYS;
		}
		schedule_timeout(LOOK_AGAIN);
	} while (log_next_record() <= seq);
	return 0;
}

/*
 * Waits for the record at *pos and reads it. Returns 0; -EPIPE if records from
 * *pos on were overwritten, with *pos moved to the oldest; -EAGAIN;
 * -ERESTARTSYS.
 */
static int next_record(const struct file *file, u64 *pos, struct log_info *info,
		       char *text)
{
	u64 seq = *pos ? *pos - 1 : 0, wanted = seq;

	while (!log_read_record(&seq, info, text, KMSG_BYTES)) {
		int err = file->f_flags & O_NONBLOCK ? -EAGAIN :
						       wait_record(seq);

		if (err)
			return err;
	}
	/*
	 * A reader that starts at 0 asked for the oldest record and lost none.
	 */
	if (*pos && seq != wanted) {
		*pos = seq + 1;
		return -EPIPE;
	}
	*pos = seq + 1;
	return 0;
}

/* ---- poll -------------------------------------------------------- */

static void look_again(struct timer *timer);
static const struct service kmsg_timer_service = {
	.timer_expired = look_again,
};

/* One for all pollers. It is queued while the flag is set. */
static struct timer look = { .service = &kmsg_timer_service };
static u32 look_queued;

/*
 * LOOK_AGAIN after a poll: all pollers look once more, by which they start the
 * timer again. Called with interrupts off.
 */
static void look_again(struct timer *timer __unused_arg)
{
	u32 edge = 0; /* kmsg_poll() counts records instead */

	WRITE_ONCE(look_queued, 0);
	poll_wake(&edge);
}

/*
 * POLLIN if there is a record at the position, and POLLERR and POLLPRI too if
 * records before it were overwritten, which the next read reports by -EPIPE.
 * The poller may wait, because there is none or because it asks for edges, and
 * printk cannot wake it: so it looks again soon.
 */
static u32 kmsg_poll(struct file *file, struct poll_edges *edges)
{
	u64 pos = READ_ONCE(file->f_pos), seq = pos ? pos - 1 : 0;
	struct log_info info;
	char text[1];

	if (cmpxchg(&look_queued, 0, 1) == 0) {
		look.expires_ns = ktime_ns() + LOOK_AGAIN;
		timer_start(&look);
	}
	*edges = (struct poll_edges){ .in = (u32)log_next_record() };
	if (!log_read_record(&seq, &info, text, sizeof(text)))
		return 0;
	return pos && seq != pos - 1 ? POLLIN | POLLRDNORM | POLLERR | POLLPRI :
				       POLLIN | POLLRDNORM;
}

/* ---- read and write ---------------------------------------------- */

/* Returns one record per call; -EINVAL if it does not fit buf. */
static s32 kmsg_read(struct file *file, uaddr_t buf, u32 bytes, u64 *pos)
{
	char *text = kmalloc(KMSG_BYTES + KMSG_LINE, GFP_KERNEL), *line;
	struct log_info info;
	u64 at = *pos;
	s32 ret;
	u32 n;

	if (!text)
		return -ENOMEM;
	/*
	 * One allocation for the record and its escaped line, which may be four
	 * times as long.
	 */
	line = text + KMSG_BYTES;
	ret = next_record(file, &at, &info, text);
	if (!ret) {
		n = record_header(line, &info, at - 1);
		n += escape(text, line + n);
		ret = bytes < n                    ? -EINVAL :
			copy_to_user(buf, line, n) ? -EFAULT :
						     (s32)n;
		at++;
	}
	/*
	 * After -EFAULT or -EINVAL the record is read again; after -EPIPE the
	 * next read gets the oldest that is left.
	 */
	if (ret > 0 || ret == -EPIPE)
		*pos = at;
	kfree(text);
	return ret;
}

/*
 * Reads "<N>" from the front of *text and returns the record's prio. Programs
 * cannot log as the kernel (facility 0), so such a prio becomes LOG_USER.
 */
static u8 take_prio(const char **text)
{
	const char *p = *text;
	u32 prio = 0;

	if (*p++ != '<')
		return USER_WARNING;
	/*
	 * At 192 the facility would no longer fit a byte; such text is no
	 * prefix.
	 */
	for (; *p >= '0' && *p <= '9' && prio < 192; p++)
		prio = 10 * prio + (u32)(*p - '0');
	if (*p != '>' || p == *text + 1 || prio >= 192)
		return USER_WARNING;
	*text = p + 1;
	return (u8)(prio < 8 ? prio | (1u << 3) : prio);
}

/*
 * Logs one record, cut to half of what a record may hold. A newline at the end
 * is optional.
 */
static s32 kmsg_write(struct file *file __unused_arg, uaddr_t buf, u32 bytes,
		      u64 *pos __unused_arg)
{
	char text[KMSG_BYTES / 2], fmt[] = KERN_EMERG "%s\n";
	const char *from = text;
	u32 n = min(bytes, (u32)sizeof(text) - 1);

	if (copy_from_user(text, buf, n))
		return -EFAULT;
	if (n && text[n - 1] == '\n')
		n--;
	text[n] = '\0';
	/*
	 * KERN_EMERG is a marker and the level '0'; the prio is added to that
	 * character.
	 */
	fmt[1] = (char)(fmt[1] + take_prio(&from));
	printk(fmt, from);
	/*
	 * All of it, even if it was cut: a program that wrote on would log the
	 * rest as a record of its own.
	 */
	return (s32)bytes;
}

/*
 * Only to the start, the end, or the first record since the log was cleared
 * (SEEK_DATA, with which dmesg begins): a byte offset has no meaning here.
 */
static s64 kmsg_llseek(struct file *file, s64 offset, int whence)
{
	u64 cleared;

	if (offset)
		return -ESPIPE;
	switch (whence) {
	case SEEK_SET:
		file->f_pos = 0;
		return 0;
	case SEEK_DATA:
		/* A log that was never cleared begins with its oldest record. */
		cleared = log_clear_seq();
		file->f_pos = cleared ? (s64)cleared + 1 : 0;
		return 0;
	case SEEK_END:
		file->f_pos = (s64)log_next_record() + 1;
		return 0;
	default:
		return -EINVAL;
	}
}

const struct file_operations kmsg_fops = {
	.poll = kmsg_poll,
	.read = kmsg_read,
	.write = kmsg_write,
	.llseek = kmsg_llseek,
};
