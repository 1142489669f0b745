/*
 * services/poll/poll.c - waiting for any of several files.
 *
 * All pollers wait in one queue, and each change of a file's readiness wakes
 * all of them to check their files again. With a few tasks this costs less than
 * a queue entry per file and poller, and it cannot lose a wake-up.
 */
#include <fs/fs.h>
#include <services/poll/internal.h>
#include <time_units.h>
#include <uapi/poll.h>

#define POLL_ON_STACK 8

struct poll_lookers poll_lookers = {
	.waiters = WAIT_QUEUE_INIT(poll_lookers.waiters),
};

/*
 * No lock for the count: two events at once may count as one, because an epoll
 * only compares for a change.
 */
void __poll_wake(u32 *edge)
{
	WRITE_ONCE(*edge, *edge + 1);
	wake_up(&poll_lookers.waiters);
	if (unlikely(READ_ONCE(poll_lookers.asyncs)))
		async_wake(edge);
}

/*
 * The POLL* that file is ready for. A file without the operation, such as a
 * regular one, never blocks.
 */
static u32 file_poll(struct file *file)
{
	struct poll_edges edges;

	if (!file->f_op->poll)
		return POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;
	return file->f_op->poll(file, &edges);
}

/* Fills in revents of all and returns how many are not 0. */
static u32 poll_once(struct pollfd *fds, u32 n, u32 unasked)
{
	struct file *file;
	u32 i, ready = 0, asked;

	for (i = 0; i < n; i++) {
		fds[i].revents = 0;
		/* POSIX: a program disables an entry this way. */
		if (fds[i].fd < 0)
			continue;
		asked = (u16)fds[i].events | unasked;
		/*
		 * Anew in each check: the descriptor may be closed meanwhile,
		 * and then the result is POLLNVAL.
		 */
		file = fget((u32)fds[i].fd);
		fds[i].revents = file ? (s16)(file_poll(file) & asked) :
					POLLNVAL;
		if (file)
			fput(file);
		ready += fds[i].revents != 0;
	}
	return ready;
}

/* How many are ready: of fds, or, if file is not NULL, that one file. */
static s32 look(struct file *file, struct pollfd *fds, u32 n, u32 unasked)
{
	return file ? (file_poll(file) & POLLIN) != 0 :
		      (s32)poll_once(fds, n, unasked);
}

/*
 * Checking files may sleep, so it runs in TASK_RUNNING. A wake-up since it
 * began has taken the task out of the queue, and then it does not sleep but
 * checks again.
 */
static s32 wait_until_ready(struct file *file, struct pollfd *fds, u32 n,
			    u32 unasked, u64 until)
{
	struct wait_entry entry = { .task = current };
	s32 ready = look(file, fds, n, unasked);
	u64 now = ktime_ns();

	while (!ready && now < until) {
		/*
		 * In the queue before the check: an event after it is not lost.
		 */
		prepare_to_wait(&poll_lookers.waiters, &entry, TASK_RUNNING);
		ready = look(file, fds, n, unasked);
		now = ktime_ns();
		if (ready || now >= until)
			break;
		/*
		 * Before the tests below, so that a wake-up between them and
		 * the sleep cancels the sleep.
		 */
		set_current_state(TASK_INTERRUPTIBLE);
		if (signal_pending()) {
			ready = -EINTR;
			break;
		}
		if (is_queued(&entry))
			schedule_timeout(until == UINT64_MAX ? until :
							       until - now);
	}
	finish_wait(&poll_lookers.waiters, &entry);
	return ready;
}

s32 poll_wait(struct pollfd *fds, u32 n, u32 unasked, u64 until)
{
	return wait_until_ready(NULL, fds, n, unasked, until);
}

s32 poll_wait_file(struct file *file, u64 until)
{
	return wait_until_ready(file, NULL, 0, 0, until);
}

/* POLLERR and POLLHUP are reported whether or not a program asks for them. */
s32 do_poll(uaddr_t ufds, u32 n, u64 until)
{
	struct pollfd on_stack[POLL_ON_STACK], *fds = on_stack;
	u32 bytes = n * (u32)sizeof(*fds);
	s32 ret;

	/*
	 * As on Linux, by the limit of descriptors and not by those that are
	 * open. It also bounds the allocation.
	 */
	if (n > fd_limit())
		return -EINVAL;
	if (n > POLL_ON_STACK) {
		fds = kmalloc(bytes, GFP_KERNEL);
		if (!fds)
			return -ENOMEM;
	}
	ret = copy_from_user(fds, ufds, bytes) ?
		-EFAULT :
		poll_wait(fds, n, POLLERR | POLLHUP, until);
	/* All entries are stored, as revents of the others became 0. */
	if (ret >= 0 && copy_to_user(ufds, fds, bytes))
		ret = -EFAULT;
	if (fds != on_stack)
		kfree(fds);
	return ret;
}

/*
 * arg holds ufds and n. After a signal without a handler the call goes on with
 * the same `until`, so the total time does not grow.
 */
static s32 poll_until(const struct restart_block *block)
{
	s32 ret = do_poll(block->arg[0], block->arg[1], block->until);

	return ret == -EINTR ? restart_with(block) : ret;
}

/* poll(2): a negative timeout means no limit. */
s32 sys_poll(uaddr_t ufds, u32 n, s32 timeout_ms)
{
	const struct restart_block block = {
		.go_on = poll_until,
		.until = timeout_ms < 0 ?
			UINT64_MAX :
			ktime_ns() + (u64)timeout_ms * NSEC_PER_MSEC,
		.arg = { ufds, n },
	};

	return poll_until(&block);
}
