/*
 * signalfd: the running task's pending signals, read from a file.
 *
 * The file holds a set of signals and nothing else: a task that reads or polls
 * it gets its own pending signals, which it should block. So after fork the
 * child reads the child's.
 */
#include <asm/uaccess.h>
#include <services/events/internal.h>
#include <services/poll/internal.h>
#include <services/poll/poll.h>
#include <services/signal/internal.h>
#include <string.h>
#include <uapi/poll.h>

struct signalfd {
	u64 set; /* signal_lock */
};

static_assert(sizeof(struct signalfd_siginfo) == 128, "as on Linux");

/*
 * Fills *to from info. Which words of a siginfo have a meaning depends on its
 * code and signal; see siginfo_to_user().
 */
static void describe_signal(const struct kernel_siginfo *info,
			    struct signalfd_siginfo *to)
{
	struct siginfo user;

	siginfo_to_user(info, &user);
	memset(to, 0, sizeof(*to));
	to->ssi_signo = (u32)user.si_signo;
	to->ssi_code = user.si_code;
	if (user.si_code == SI_TIMER) {
		to->ssi_tid = (u32)user.si_tid;
		to->ssi_overrun = (u32)user.si_overrun;
	} else if (user.si_code > 0 && user.si_code < SI_KERNEL &&
		   sigmask(user.si_signo) & SYNCHRONOUS_SIGNALS) {
		to->ssi_addr = user.si_addr;
		return;
	} else if (user.si_code > 0 && user.si_code < SI_KERNEL &&
		   user.si_signo != SIGCHLD) {
		/* A file's, by F_SETSIG: si_band and si_fd (sigio.c). */
		to->ssi_band = (u32)user.si_pid;
		to->ssi_fd = (s32)user.si_uid;
		return;
	} else {
		to->ssi_pid = (u32)user.si_pid;
		to->ssi_uid = user.si_uid;
	}
	if (user.si_code < 0) {
		to->ssi_int = (s32)user.si_value;
		to->ssi_ptr = user.si_value;
	} else if (user.si_signo == SIGCHLD && user.si_code < SI_KERNEL) {
		to->ssi_status = user.si_status;
	}
}

/*
 * Takes a pending signal of the file's set for the running task. Returns false
 * if none is pending.
 */
static bool take(const struct signalfd *sfd, struct signalfd_siginfo *to)
{
	struct kernel_siginfo info;
	u32 flags = lock_signals();
	bool found = dequeue_signal(sfd->set, &info);

	unlock_signals(flags);
	if (found)
		describe_signal(&info, to);
	return found;
}

/*
 * Reads as many signals as are pending and fit into `bytes`; waits for the
 * first one only. A signal whose copy fails is lost, as on Linux.
 */
static s32 signalfd_read(struct file *file, uaddr_t buf, u32 bytes,
			 u64 *pos __unused_arg)
{
	struct signalfd_siginfo info;
	u32 done = 0;
	s32 err;

	if (bytes < sizeof(info))
		return -EINVAL;
	while (bytes - done >= sizeof(info)) {
		/*
		 * The file's set is read for each signal: another thread may
		 * change it meanwhile.
		 */
		if (take(file->private_data, &info)) {
			if (copy_to_user(buf + done, &info, sizeof(info)))
				return done ? (s32)done : -EFAULT;
			done += (u32)sizeof(info);
			continue;
		}
		if (done)
			break;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = poll_wait_file(file, UINT64_MAX);
		if (err < 0)
			return err == -EINTR ? -ERESTARTSYS : err;
	}
	return (s32)done;
}

/*
 * The edge is the same for all signalfds: a waiter is woken by any task's
 * blocked signal and looks at its own sets again.
 */
static u32 signalfd_poll(struct file *file, struct poll_edges *edges)
{
	const struct signalfd *sfd = file->private_data;
	u32 flags = lock_signals();
	u64 found = pending_signals() & sfd->set;

	unlock_signals(flags);
	*edges = signalfd_edges;
	return found ? POLLIN : 0;
}

static void signalfd_release(struct file *file)
{
	kfree(file->private_data);
}

static const struct event_file_type signalfd_type = {
	.fops = {
		.read = signalfd_read,
		.poll = signalfd_poll,
		.release = signalfd_release,
	},
	.iops = { .nameless = "anon_inode:[signalfd]" },
};

/*
 * Returns a new descriptor for set, or -errno; event_file() owns sfd and frees
 * it on failure.
 */
static s32 new_signalfd(u64 set, u32 flags)
{
	struct signalfd *sfd = kmalloc(sizeof(*sfd), GFP_KERNEL);

	if (!sfd)
		return -ENOMEM;
	sfd->set = set;
	return event_file(&signalfd_type, sfd, flags);
}

/*
 * Gives the signalfd behind fd another set. Returns fd, -EBADF, or -EINVAL if
 * the file is no signalfd.
 */
static s32 change_set(u32 fd, u64 set)
{
	struct file *file = fget(fd);
	struct signalfd *sfd;
	u32 flags;

	if (!file)
		return -EBADF;
	if (file->f_op != &signalfd_type.fops) {
		fput(file);
		return -EINVAL;
	}
	sfd = file->private_data;
	flags = lock_signals();
	sfd->set = set;
	unlock_signals(flags);
	/*
	 * A waiting reader looks again: the new set may have a signal that is
	 * pending.
	 */
	poll_wake(&signalfd_edges.in);
	fput(file);
	return (s32)fd;
}

s32 sys_signalfd4(s32 fd, uaddr_t from, u32 bytes, u32 flags)
{
	u64 set;

	if (bytes != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, from, sizeof(set)))
		return -EFAULT;
	if (flags & ~(u32)(SFD_CLOEXEC | SFD_NONBLOCK))
		return -EINVAL;
	/*
	 * Linux drops these two silently: they cannot be blocked, so never be
	 * read.
	 */
	set &= ~UNBLOCKABLE;
	return fd == -1 ? new_signalfd(set, flags) : change_set((u32)fd, set);
}

s32 sys_signalfd(s32 fd, uaddr_t set, u32 bytes)
{
	return sys_signalfd4(fd, set, bytes, 0);
}
