/*
 * services/files/syslog.c - syslog(2): the kernel's log as dmesg and klogd read
 * it, and the level up to which the console shows it.
 *
 * Each line begins with "<prio>[seconds] ". LOG_READ consumes: each record is
 * returned once, to whichever caller reads first. LOG_READ_ALL returns all
 * records that are left and consumes none.
 */
#include <fs/fs.h>
#include <lib/log.h>
#include <lib/printk.h>
#include <services/files/files.h>
#include <services/files/kmsg.h>
#include <stdio.h>
#include <string.h>

/* The types of syslog(2); the first two do nothing. */
enum action {
	LOG_CLOSE,
	LOG_OPEN,
	LOG_READ,
	LOG_READ_ALL,
	LOG_READ_CLEAR,
	LOG_CLEAR,
	LOG_CONSOLE_OFF,
	LOG_CONSOLE_ON,
	LOG_CONSOLE_LEVEL,
	LOG_SIZE_UNREAD,
	LOG_SIZE_BUFFER,
};

/* A record, and its lines with the prefix in front of each. */
struct lines {
	char text[KMSG_BYTES];
	u32 bytes; /* in `all`, which cuts what does not fit */
	char all[4 * KMSG_BYTES];
};

static struct rw_semaphore read_lock = {
	.lock = SPINLOCK_INIT,
	.wait = WAIT_QUEUE_INIT(read_lock.wait),
};
/* Guarded by read_lock. */
static u64 next_seq;    /* the record that LOG_READ returns next */
static u32 taken;       /* bytes of it that were returned already */
static u64 clear_seq;   /* LOG_READ_ALL begins here, and SEEK_DATA */
static u32 saved_level; /* console level to restore; 0: it is on */

/* ---- text -------------------------------------------------------- */

/* Appends one line of the record with its prefix to lines->all. */
static void put_line(struct lines *lines, const struct log_info *info,
		     const char *from, u32 bytes)
{
	char *to = lines->all + lines->bytes;
	u32 room = sizeof(lines->all) - lines->bytes, nsec, sec, n;

	sec = split_seconds(info->usec * 1000, &nsec);
	n = (u32)snprintf(to, room, "<%u>[%5u.%06u] %.*s\n", info->prio, sec,
			  nsec / 1000, (int)bytes, from);
	/*
	 * snprintf returns the length it wanted, which may be more than it
	 * stored.
	 */
	lines->bytes += min(n, room - 1);
}

/*
 * Reads record *seq, or the next that is left, into lines. False: there is
 * none.
 */
static bool read_lines(u64 *seq, struct lines *lines)
{
	const char *from = lines->text, *end;
	struct log_info info;

	if (!log_read_record(seq, &info, lines->text, sizeof(lines->text)))
		return false;
	lines->bytes = 0;
	while ((end = strchr(from, '\n'))) {
		put_line(lines, &info, from, (u32)(end - from));
		from = end + 1;
	}
	put_line(lines, &info, from, (u32)strlen(from));
	/* Callers loop over the whole log. */
	cond_resched();
	return true;
}

/* How many bytes the records from seq on take, with prefixes. */
static u32 size_from(u64 seq, struct lines *lines)
{
	u32 bytes = 0;

	for (; read_lines(&seq, lines); seq++)
		bytes += lines->bytes;
	return bytes;
}

/* ---- reading ----------------------------------------------------- */

/*
 * Returns the newest records that fit, as dmesg expects: whole ones, oldest
 * first. Hold read_lock for writing.
 */
static s32 read_all(struct lines *lines, uaddr_t buf, u32 bytes, bool clear)
{
	u64 seq = clear_seq;
	u32 left = size_from(seq, lines), done = 0;

	/* Skips the oldest records until the rest fits. */
	for (; left > bytes && read_lines(&seq, lines); seq++)
		left -= min(left, lines->bytes);
	for (; read_lines(&seq, lines); seq++) {
		/* printk may have added records since size_from(). */
		if (lines->bytes > bytes - done)
			break;
		if (copy_to_user(buf + done, lines->all, lines->bytes))
			return -EFAULT;
		done += lines->bytes;
	}
	/*
	 * Up to what was returned: a record that came later has been seen by
	 * nobody.
	 */
	if (clear)
		clear_seq = seq;
	return (s32)done;
}

/*
 * Returns whole records, or a part of the first if it does not fit. Hold
 * read_lock for writing.
 */
static s32 take(struct lines *lines, uaddr_t buf, u32 bytes)
{
	u64 seq = next_seq;
	u32 done = 0, n;

	for (; done < bytes && read_lines(&seq, lines); seq++) {
		if (seq != next_seq)
			taken = 0; /* the ring has overwritten that record */
		next_seq = seq;
		n = lines->bytes - min(taken, lines->bytes);
		/*
		 * A record is split only if it is the first: a reader of lines
		 * gets them whole.
		 */
		if (n > bytes - done && done)
			break;
		n = min(n, bytes - done);
		if (copy_to_user(buf + done, lines->all + taken, n))
			return done ? (s32)done : -EFAULT;
		/* Only what the program has got is consumed. */
		done += n;
		taken += n;
		if (taken < lines->bytes)
			break;
		next_seq = seq + 1;
		taken = 0;
	}
	return (s32)done;
}

/*
 * LOG_READ: waits for a record. Several tasks may wait; the one that takes it
 * leaves 0 bytes for the others, who wait again.
 */
static s32 wait_and_take(struct lines *lines, uaddr_t buf, u32 bytes)
{
	s32 ret = 0;

	while (!ret) {
		/*
		 * Without read_lock, which must stay free for other readers
		 * while this one sleeps.
		 */
		ret = wait_record(READ_ONCE(next_seq));
		if (ret)
			break;
		/*
		 * The holder may wait for memory that this task's death would
		 * free.
		 */
		if (down_write_killable(&read_lock))
			return -EINTR;
		ret = take(lines, buf, bytes);
		up_write(&read_lock);
	}
	return ret;
}

u64 log_unread(void)
{
	return READ_ONCE(next_seq);
}

/* The three types that read. Returns the bytes stored or -errno. */
static s32 read_log(u32 type, uaddr_t buf, u32 bytes)
{
	struct lines *lines;
	s32 ret;

	if (!buf || (s32)bytes < 0)
		return -EINVAL;
	if (!bytes)
		return 0;
	/* Also where no record is copied. */
	if (!access_ok(buf, bytes))
		return -EFAULT;
	/* Too large for a kernel stack. */
	lines = kmalloc(sizeof(*lines), GFP_KERNEL);
	if (!lines)
		return -ENOMEM;
	if (type == LOG_READ) {
		ret = wait_and_take(lines, buf, bytes);
	} else if (down_write_killable(&read_lock)) {
		ret = -EINTR;
	} else {
		ret = read_all(lines, buf, bytes, type == LOG_READ_CLEAR);
		up_write(&read_lock);
	}
	kfree(lines);
	return ret;
}

s32 log_take(uaddr_t buf, u32 bytes)
{
	return read_log(LOG_READ, buf, bytes);
}

s32 log_unread_bytes(void)
{
	struct lines *lines = kmalloc(sizeof(*lines), GFP_KERNEL);
	u32 bytes;

	if (!lines)
		return -ENOMEM;
	down_read(&read_lock);
	bytes = size_from(next_seq, lines);
	bytes -= min(taken, bytes);
	up_read(&read_lock);
	kfree(lines);
	return (s32)bytes;
}

u64 log_clear_seq(void)
{
	u64 seq;

	down_read(&read_lock);
	seq = clear_seq;
	up_read(&read_lock);
	return seq;
}

/* ---- the rest ---------------------------------------------------- */

/* Turns the console's log off, on, or to a level from 1 to 8. */
static s32 set_console(u32 type, u32 level)
{
	if (type == LOG_CONSOLE_LEVEL && (level < 1 || level > LOGLEVEL_ALL))
		return -EINVAL;
	down_write(&read_lock);
	if (type == LOG_CONSOLE_OFF) {
		/*
		 * A second OFF must not save the level that the first one set.
		 */
		if (!saved_level)
			saved_level = console_loglevel;
		level = LOGLEVEL_LEAST;
	} else if (type == LOG_CONSOLE_ON) {
		level = saved_level ? saved_level : console_loglevel;
	}
	if (type != LOG_CONSOLE_OFF)
		saved_level = 0;
	WRITE_ONCE(console_loglevel, level);
	up_write(&read_lock);
	return 0;
}

/* The second is what Linux asked for before it had the first. */
bool may_take_log(void)
{
	return capable(CAP_SYSLOG) || capable(CAP_SYS_ADMIN);
}

/*
 * syslog(2). Everybody may read the whole log; consuming or changing it needs
 * CAP_SYSLOG.
 */
s32 sys_syslog(u32 type, uaddr_t buf, u32 bytes)
{
	if (type != LOG_READ_ALL && type != LOG_SIZE_BUFFER && !may_take_log())
		return -EPERM;
	switch (type) {
	case LOG_CLOSE:
	case LOG_OPEN:
		return 0;
	case LOG_READ:
	case LOG_READ_ALL:
	case LOG_READ_CLEAR:
		return read_log(type, buf, bytes);
	case LOG_CLEAR:
		down_write(&read_lock);
		/*
		 * The records stay for LOG_READ and /dev/kmsg; only
		 * LOG_READ_ALL and SEEK_DATA of /dev/kmsg start here.
		 */
		clear_seq = log_next_record();
		up_write(&read_lock);
		return 0;
	case LOG_CONSOLE_OFF:
	case LOG_CONSOLE_ON:
	case LOG_CONSOLE_LEVEL:
		return set_console(type, bytes);
	case LOG_SIZE_UNREAD:
		return log_unread_bytes();
	case LOG_SIZE_BUFFER:
		return LOG_BYTES;
	default:
		return -EINVAL;
	}
}
