/*
 * services/events/timerfd.c - timerfd: a timer whose number of expiries is read
 * from a descriptor.
 *
 * The timer's interrupt only wakes the waiting tasks. How often the timer has
 * expired is computed when a task reads it, so a timer with a short
 * period cannot flood the machine with interrupts.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/events/internal.h>
#include <services/poll/poll.h>
#include <services/time/clock_timer.h>
#include <services/time/time.h>
#include <uapi/eventfd.h>
#include <uapi/poll.h>

struct timerfd {
	struct clock_timer timer;
	spinlock_t lock;         /* irqs off */
	u64 expiries;            /* lock: counted so far and not read */
	bool cancel_on_set;      /* lock: setting the clock ends a read */
	u64 wall_base;           /* lock: boot_wall_ns when it was set */
	struct poll_edges edges; /* expiries; see poll_wake */
	struct wait_queue_head readable;
};

/*
 * Runs in the timer interrupt, with interrupts off. It does not count: the
 * reader does.
 */
void timerfd_expired(struct timer *timer)
{
	struct timerfd *tf = container_of(timer, struct timerfd, timer.timer);

	wake_up(&tf->readable);
	poll_wake(&tf->edges.in);
}

/*
 * Whether the wall clock was set since the timer was, and the program wants to
 * learn that. Hold tf->lock.
 */
static bool was_cancelled(const struct timerfd *tf)
{
	return tf->cancel_on_set && tf->wall_base != boot_wall_ns;
}

/* Whether a read would return at once. Any context. */
static bool is_readable(struct timerfd *tf)
{
	bool readable;
	u32 flags;

	spin_lock_irqsave(&tf->lock, flags);
	/*
	 * Compared with the clock: an expiry counts even if its interrupt is
	 * late.
	 */
	readable = tf->expiries || was_cancelled(tf) ||
		(tf->timer.expires &&
		 tf->timer.expires <= clock_timer_now(&tf->timer));
	spin_unlock_irqrestore(&tf->lock, flags);
	return readable;
}

/*
 * Stores the expiries since the last read in *n, 0 if there are none. 0, or
 * -ECANCELED once after the clock was set.
 */
static int take_expiries(struct timerfd *tf, u64 *n)
{
	int err = 0;
	u32 flags;

	spin_lock_irqsave(&tf->lock, flags);
	if (was_cancelled(tf)) {
		/* The next read waits again. */
		tf->wall_base = boot_wall_ns;
		tf->expiries = 0;
		err = -ECANCELED;
	}
	*n = tf->expiries + clock_timer_forward(&tf->timer);
	tf->expiries = 0;
	spin_unlock_irqrestore(&tf->lock, flags);
	return err;
}

/*
 * Waits until the timer has expired at least once, and returns how often as 8
 * bytes.
 */
static s32 timerfd_read(struct file *file, uaddr_t buf, u32 bytes,
			u64 *pos __unused_arg)
{
	struct timerfd *tf = file->private_data;
	u64 n;
	int err;

	if (bytes < sizeof(n))
		return -EINVAL;
	for (;;) {
		err = take_expiries(tf, &n);
		if (!err && !n)
			err = event_wait(file, &tf->readable, is_readable(tf));
		if (err)
			return err;
		/* 0 if another reader was faster, or the timer was set anew. */
		if (n)
			break;
	}
	return copy_to_user(buf, &n, sizeof(n)) ? -EFAULT : (s32)sizeof(n);
}

static u32 timerfd_poll(struct file *file, struct poll_edges *edges)
{
	struct timerfd *tf = file->private_data;

	*edges = tf->edges;
	return is_readable(tf) ? POLLIN : 0;
}

/* The last descriptor is closed, so the timer must not run any more. */
static void timerfd_release(struct file *file)
{
	struct timerfd *tf = file->private_data;

	clock_timer_stop(&tf->timer);
	/* The interrupt may be using tf on its way to the wake-up. */
	timer_sync(&tf->timer.timer);
	kfree(tf);
}

static const struct event_file_type timerfd_type = {
	.fops = {
		.read = timerfd_read,
		.poll = timerfd_poll,
		.release = timerfd_release,
	},
	.iops = { .nameless = "anon_inode:[timerfd]" },
};

/* ---- the calls --------------------------------------------------- */

/*
 * timerfd_create(2). The _ALARM clocks would wake a suspended machine; this one
 * never suspends.
 */
s32 sys_timerfd_create(s32 clock, u32 flags)
{
	struct timerfd *tf;

	if (flags & ~(u32)(TFD_CLOEXEC | TFD_NONBLOCK))
		return -EINVAL;
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC &&
	    clock != CLOCK_BOOTTIME && clock != CLOCK_REALTIME_ALARM &&
	    clock != CLOCK_BOOTTIME_ALARM)
		return -EINVAL;
	if (!may_wake_by(clock))
		return -EPERM;
	tf = kzalloc(sizeof(*tf), GFP_KERNEL);
	if (!tf)
		return -ENOMEM;
	spin_lock_init(&tf->lock);
	init_waitqueue_head(&tf->readable);
	clock_timer_init(&tf->timer, &events_service, clock);
	/* Setting the clock must wake a reader with TFD_TIMER_CANCEL_ON_SET. */
	tf->timer.hears_of_set = true;
	return event_file(&timerfd_type, tf, flags);
}

/*
 * Stores fd's file with a reference. 0, -EBADF, or -EINVAL if it is no timerfd.
 */
static int get_timerfd(u32 fd, struct file **file)
{
	*file = event_fget(fd, &timerfd_type);
	if (*file)
		return 0;
	*file = fget(fd);
	if (!*file)
		return -EBADF;
	fput(*file);
	return -EINVAL;
}

/* how: TFD_TIMER_*. Value and interval are in ns; value 0 stops the timer. */
static void set_timer(struct timerfd *tf, u32 how, u64 value, u64 interval)
{
	u32 flags;

	spin_lock_irqsave(&tf->lock, flags);
	/* Expiries of the old setting are not reported for the new one. */
	tf->expiries = 0;
	tf->cancel_on_set = clock_timer_is_wall(&tf->timer) &&
		how == (TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET);
	tf->wall_base = boot_wall_ns;
	clock_timer_set(&tf->timer, how & TFD_TIMER_ABSTIME, value, interval);
	spin_unlock_irqrestore(&tf->lock, flags);
}

/* Stores the time that is left, and the period, in ns. */
static void read_timer(struct timerfd *tf, u64 *left, u64 *interval)
{
	u32 flags;

	spin_lock_irqsave(&tf->lock, flags);
	/* Reading the time moves the timer on, so its expiries must be kept. */
	tf->expiries += clock_timer_forward(&tf->timer);
	clock_timer_read(&tf->timer, left, interval);
	spin_unlock_irqrestore(&tf->lock, flags);
}

/* timerfd_settime; time64: the structures have 64-bit times. */
static s32 do_settime(u32 fd, u32 how, uaddr_t new, uaddr_t old, bool time64)
{
	u64 value, interval, left, was;
	struct timerfd *tf;
	struct file *file;
	int err = get_itimerspec(new, time64, &value, &interval);

	if (!err && how & ~(u32)(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET))
		err = -EINVAL;
	/* Linux's order: the structure, the flags, then the descriptor. */
	if (!err)
		err = get_timerfd(fd, &file);
	if (err)
		return err;
	tf = file->private_data;
	/* A task with the right may have made it, and given it away. */
	if (may_wake_by(tf->timer.clock)) {
		read_timer(tf, &left, &was);
		set_timer(tf, how, value, interval);
	} else {
		err = -EPERM;
	}
	fput(file);
	if (err)
		return err;
	return old ? put_itimerspec(left, was, old, time64) : 0;
}

/*
 * timerfd_gettime: the structure at `to` gets the time that is left, also for
 * an absolute timer.
 */
static s32 do_gettime(u32 fd, uaddr_t to, bool time64)
{
	u64 left, interval;
	struct file *file;
	int err = get_timerfd(fd, &file);

	if (err)
		return err;
	read_timer(file->private_data, &left, &interval);
	fput(file);
	return put_itimerspec(left, interval, to, time64);
}

s32 sys_timerfd_settime(u32 fd, u32 flags, uaddr_t new, uaddr_t old)
{
	return do_settime(fd, flags, new, old, false);
}

s32 sys_timerfd_settime64(u32 fd, u32 flags, uaddr_t new, uaddr_t old)
{
	return do_settime(fd, flags, new, old, true);
}

s32 sys_timerfd_gettime(u32 fd, uaddr_t to)
{
	return do_gettime(fd, to, false);
}

s32 sys_timerfd_gettime64(u32 fd, uaddr_t to)
{
	return do_gettime(fd, to, true);
}
