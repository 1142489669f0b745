/*
 * Restartable sequences: a thread that lost the core in one goes on at its abort
 * address.
 *
 * What a thread has registered, and all that it points to, is the program's own
 * memory and may hold anything at any time. Nothing in it is believed: a section
 * whose addresses are not a program's, or before whose abort address the word that
 * was agreed upon does not stand, is SIGSEGV. That word keeps somebody who can
 * store into the structure from choosing where the thread goes on.
 */
#include <asm/atomic.h>
#include <asm/uaccess.h>
#include <config.h>
#include <lib/printk.h>
#include <run/task.h>
#include <services/rseq/rseq.h>
#include <services/signal/signal.h>
#include <uapi/rseq.h>
#include <uapi/sched.h>

#define RSEQ_BYTES sizeof(struct rseq)

static_assert(sizeof(struct rseq) == 32, "Linux's struct rseq");
static_assert(sizeof(struct rseq_cs) == 32, "Linux's struct rseq_cs");

static uaddr_t field(u32 offset)
{
	return current->rseq_va + offset;
}

/* ---- registering ------------------------------------------------- */

static int put_core(u32 start, u32 core)
{
	int err = put_user_u32(start,
			       field(offsetof(struct rseq, cpu_id_start)));

	return err ? err :
		     put_user_u32(core, field(offsetof(struct rseq, cpu_id)));
}

static void forget_rseq(struct task_struct *task)
{
	task->rseq_va = 0;
	task->rseq_sig = 0;
	atomic_andnot(TIF_NOTIFY_RESUME, &task->thread_info.flags);
}

static s32 unregister_rseq(uaddr_t rseq, u32 bytes, u32 sig)
{
	int err;

	if (!rseq || rseq != current->rseq_va || bytes != RSEQ_BYTES)
		return -EINVAL;
	if (sig != current->rseq_sig)
		return -EPERM;
	err = put_core(0, RSEQ_CPU_ID_UNINITIALIZED);
	if (!err)
		forget_rseq(current);
	return err;
}

/*
 * A thread has one structure; registering it again fails with the error by which a C
 * library tells that somebody else has done so.
 */
static s32 registered_already(uaddr_t rseq, u32 bytes, u32 sig)
{
	if (rseq != current->rseq_va || bytes != RSEQ_BYTES)
		return -EINVAL;
	return sig == current->rseq_sig ? -EBUSY : -EPERM;
}

s32 sys_rseq(uaddr_t rseq, u32 bytes, u32 flags, u32 sig)
{
	if (flags == RSEQ_FLAG_UNREGISTER)
		return unregister_rseq(rseq, bytes, sig);
	if (flags)
		return -EINVAL;
	if (current->rseq_va)
		return registered_already(rseq, bytes, sig);
	if (!IS_ALIGNED(rseq, _Alignof(struct rseq)) || bytes != RSEQ_BYTES)
		return -EINVAL;
	if (!access_ok(rseq, bytes))
		return -EFAULT;
	current->rseq_va = rseq;
	current->rseq_sig = sig;
	/* The structure gets the core's number before the call returns. */
	atomic_or(rseq ? TIF_NOTIFY_RESUME : 0, &current->thread_info.flags);
	return 0;
}

/* ---- leaving a section ------------------------------------------- */

/*
 * Returns 0 if all addresses of the section are a program's and the signature stands
 * before its abort address, otherwise -EINVAL or -EFAULT.
 */
static int check_section(const struct rseq_cs *cs)
{
	u64 end = cs->start_ip + cs->post_commit_offset;
	u32 word;
	int err;

	if (cs->start_ip >= TASK_SIZE || end >= TASK_SIZE ||
	    end < cs->start_ip || cs->abort_ip >= TASK_SIZE || cs->version ||
	    cs->abort_ip - cs->start_ip < cs->post_commit_offset)
		return -EINVAL;
	err = get_user_u32(&word, (uaddr_t)cs->abort_ip - sizeof(word));
	if (!err && word != current->rseq_sig) {
		pr_info("%s[%d]: rseq: the word before abort address 0x%08x is 0x%08x, the signature 0x%08x was expected\n",
			current->comm, current->pid, (u32)cs->abort_ip, word,
			current->rseq_sig);
		err = -EINVAL;
	}
	return err;
}

/* Reads and checks the section that the structure names; cs is all 0 if none is. */
static int read_section(struct rseq_cs *cs)
{
	u64 at;

	*cs = (struct rseq_cs){};
	if (copy_from_user(&at, field(offsetof(struct rseq, rseq_cs)),
			   sizeof(at)))
		return -EFAULT;
	if (!at)
		return 0;
	if (at >= TASK_SIZE)
		return -EINVAL;
	if (copy_from_user(cs, (uaddr_t)at, sizeof(*cs)))
		return -EFAULT;
	return check_section(cs);
}

static int forget_section(void)
{
	static const u64 none;

	return copy_to_user(field(offsetof(struct rseq, rseq_cs)), &none,
			    sizeof(none)) ?
		-EFAULT :
		0;
}

/* Both flags must be 0: Linux refuses what they once asked for, too. */
static int check_flags(const struct rseq_cs *cs)
{
	u32 flags;
	int err = cs->flags ?
		-EINVAL :
		get_user_u32(&flags, field(offsetof(struct rseq, flags)));

	return !err && flags ? -EINVAL : err;
}

static int leave_section(struct pt_regs *regs)
{
	struct rseq_cs cs;
	int err = read_section(&cs);

	if (err)
		return err;
	if (regs->pc - cs.start_ip >= cs.post_commit_offset)
		return forget_section();
	err = check_flags(&cs);
	if (!err)
		err = forget_section();
	if (!err)
		regs->pc = (u32)cs.abort_ip;
	return err;
}

int rseq_resume(struct pt_regs *regs)
{
	int err = leave_section(regs);

	return err ? err : put_core(smp_processor_id(), smp_processor_id());
}

/* ---- the row ----------------------------------------------------- */

static void rseq_work(struct pt_regs *regs, bool syscall __unused_arg)
{
	if (!test_thread_flag(TIF_NOTIFY_RESUME))
		return;
	/*
	 * Cleared first: reading user memory may sleep, and the switch then asks
	 * for another look.
	 */
	atomic_andnot(TIF_NOTIFY_RESUME, &current->thread_info.flags);
	if (rseq_resume(regs) != 0)
		force_sigsegv(0);
}

/*
 * A new process finds the structure where its parent has it. A thread registers its
 * own, since it shares the memory in which its maker's lies.
 */
static int rseq_fork(struct task_struct *child, u32 flags)
{
	if (!current->rseq_va || (flags & CLONE_VM))
		return 0;
	child->rseq_va = current->rseq_va;
	child->rseq_sig = current->rseq_sig;
	atomic_or(TIF_NOTIFY_RESUME, &child->thread_info.flags);
	return 0;
}

static void rseq_exec(void)
{
	if (current->rseq_va)
		forget_rseq(current);
}

const struct service rseq_service = {
	.fork = rseq_fork,
	.exec = rseq_exec,
	.user_work = rseq_work,
};
