/*
 * services/process_vm/process_vm.c - copies between the caller's memory and
 * another process's.
 *
 * Both sides are lists of pieces, whose lengths may differ. Each step copies up
 * to the end of a piece of either side or of a page of the other process. The
 * bytes pass through a page of the kernel, because only one of the two address
 * spaces is loaded. If a step fails, the call returns the bytes copied so far,
 * or -EFAULT if there are none.
 */
#include <asm/uaccess.h>
#include <fs/fs.h>
#include <mm/mm.h>
#include <proc/proc.h>
#include <sched.h>
#include <services/ids/ids.h>
#include <services/process_vm/process_vm.h>
#include <uapi/uio.h>

/* A list of pieces, and how far it is copied. */
struct remote_pieces {
	struct iovec32 *iov; /* kmalloc'd, or NULL */
	u32 nr;
	u32 now;   /* index of the next piece; nr: none is left */
	u32 done;  /* bytes of that piece that are copied */
	u32 bytes; /* sum of all pieces, at most MAX_RW_BYTES */
};

/* Where the next byte is. Call it after piece_bytes() returned more than 0. */
static uaddr_t piece_address(const struct remote_pieces *pieces)
{
	return pieces->iov[pieces->now].iov_base + pieces->done;
}

/*
 * Skips finished and empty pieces. Returns what is left of the next one, 0 at
 * the end.
 */
static u32 piece_bytes(struct remote_pieces *pieces)
{
	while (pieces->now < pieces->nr &&
	       pieces->done == pieces->iov[pieces->now].iov_len) {
		pieces->now++;
		pieces->done = 0;
	}
	return pieces->now < pieces->nr ?
		pieces->iov[pieces->now].iov_len - pieces->done :
		0;
}

/*
 * Reads a program's list. The caller must kfree(pieces->iov) whatever it
 * returns: 0, -EINVAL (too many, or a negative length), -EFAULT, -ENOMEM.
 */
static int get_pieces(struct remote_pieces *pieces, uaddr_t uiov, u32 nr)
{
	u32 len;

	*pieces = (struct remote_pieces){ .nr = nr };
	if (nr > UIO_MAXIOV)
		return -EINVAL;
	if (!nr)
		return 0;
	pieces->iov = kmalloc(nr * sizeof(struct iovec32), GFP_KERNEL);
	if (!pieces->iov)
		return -ENOMEM;
	if (copy_from_user(pieces->iov, uiov, nr * (u32)sizeof(struct iovec32)))
		return -EFAULT;
	for (u32 i = 0; i < nr; i++) {
		len = pieces->iov[i].iov_len;
		if ((s32)len < 0)
			return -EINVAL;
		/* Cut at each step, so that the sum cannot overflow. */
		pieces->bytes = min(pieces->bytes + len, MAX_RW_BYTES);
	}
	return 0;
}

/*
 * The caller's own pieces must be user addresses; all are checked before the
 * first byte is copied. 0 or -EFAULT.
 */
static int check_local(const struct remote_pieces *local)
{
	for (u32 i = 0; i < local->nr; i++)
		if (!access_ok(local->iov[i].iov_base, local->iov[i].iov_len))
			return -EFAULT;
	return 0;
}

/*
 * Copies to or from the other process. Holds a use of its mm (mm_users) only
 * for this step: the copy on the caller's side may wait for memory that the
 * other process gives back when it ends, and it could not free it while we held
 * it.
 */
static bool copy_theirs(struct mm_struct *mm, uaddr_t va, char *buf, u32 bytes,
			u32 flags)
{
	int err;

	if (!bytes || !mmget_not_zero(mm))
		return false;
	err = copy_remote_vm(mm, va, buf, bytes, flags);
	mmput(mm);
	return !err;
}

/*
 * Copies `bytes` bytes, at most a page, through the page buf. Returns how many
 * were copied.
 */
static u32 copy_part(struct mm_struct *mm, uaddr_t there, uaddr_t here,
		     u32 bytes, char *buf, bool write)
{
	if (write) {
		/*
		 * What the caller could not read must not reach the other
		 * process as old bytes of buf.
		 */
		bytes -= copy_from_user(buf, here, bytes);
		return copy_theirs(mm, there, buf, bytes, FOLL_WRITE) ? bytes :
									0;
	}
	return copy_theirs(mm, there, buf, bytes, 0) ?
		bytes - copy_to_user(here, buf, bytes) :
		0;
}

/* Returns the bytes copied, or -EFAULT if there are none. */
static s32 copy_pieces(struct mm_struct *mm, struct remote_pieces *local,
		       struct remote_pieces *remote, char *buf, bool write)
{
	u32 copied, sum = 0, here, there;

	while ((here = piece_bytes(local)) && (there = piece_bytes(remote))) {
		uaddr_t from = piece_address(remote);
		u32 part = min(here, page_part(from, there));

		/*
		 * The lists may be longer than MAX_RW_BYTES, where Linux stops,
		 * too.
		 */
		part = min(part, local->bytes - sum);
		copied = copy_part(mm, from, piece_address(local), part, buf,
				   write);
		sum += copied;
		local->done += copied;
		remote->done += copied;
		/* A killed task must end soon, however long the lists are. */
		if (copied < part || sum == local->bytes || give_way())
			return sum ? (s32)sum : -EFAULT;
	}
	return (s32)sum;
}

/*
 * Whether the caller may trace process pid, as for /proc/PID/mem. 0, -ESRCH or
 * -EPERM.
 */
static int check_task(s32 pid)
{
	u32 flags = tasklist_lock();
	const struct task_struct *task = find_task(pid);
	int err = -ESRCH;

	if (task)
		err = may_trace(task, false) ? 0 : -EPERM;
	tasklist_unlock(flags);
	return err;
}

/*
 * Finds process pid and copies between it and the caller. Returns the bytes or
 * -errno.
 */
static s32 copy_task(s32 pid, struct remote_pieces *local,
		     struct remote_pieces *remote, bool write)
{
	struct mm_struct *mm;
	s32 ret = -ENOMEM;
	char *buf;
	int err;

	/* As Linux: without bytes even a wrong pid is no error. */
	if (!remote->bytes)
		return 0;
	err = check_task(pid);
	if (err)
		return err;
	mm = get_task_mm_by_pid(pid);
	if (!mm)
		return -ESRCH; /* also for a kernel thread or a zombie */
	/*
	 * A reference to the struct alone: the address space may go while this
	 * task copies, and copy_theirs() notices.
	 */
	mmgrab(mm);
	mmput(mm);
	buf = __get_free_pages(GFP_KERNEL, 0);
	if (buf)
		ret = copy_pieces(mm, local, remote, buf, write);
	free_pages(buf, 0);
	mmdrop(mm);
	return ret;
}

/* Both calls; write: from the caller to process pid. */
static s32 process_vm_rw(s32 pid, uaddr_t local_iov, u32 nr_local,
			 uaddr_t remote_iov, u32 nr_remote, u32 flags,
			 bool write)
{
	struct remote_pieces local, remote = { 0 };
	s32 ret;

	if (flags)
		return -EINVAL;
	ret = get_pieces(&local, local_iov, nr_local);
	if (!ret)
		ret = check_local(&local);
	/*
	 * Linux does not even read the remote list if there is nothing to copy.
	 */
	if (!ret && local.bytes) {
		ret = get_pieces(&remote, remote_iov, nr_remote);
		if (!ret)
			ret = copy_task(pid, &local, &remote, write);
	}
	kfree(local.iov);
	kfree(remote.iov);
	return ret;
}

s32 sys_process_vm_readv(s32 pid, uaddr_t local, u32 nr_local, uaddr_t remote,
			 u32 nr_remote, u32 flags)
{
	return process_vm_rw(pid, local, nr_local, remote, nr_remote, flags,
			     false);
}

s32 sys_process_vm_writev(s32 pid, uaddr_t local, u32 nr_local, uaddr_t remote,
			  u32 nr_remote, u32 flags)
{
	return process_vm_rw(pid, local, nr_local, remote, nr_remote, flags,
			     true);
}
