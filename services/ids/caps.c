/*
 * Capabilities: root's privileges one by one, for capget and capset.
 *
 * A task with uid 0 has all of them until it gives some up. Capabilities for
 * features that do not exist here are kept and shown like the others.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/ids/ids.h>

#define CAPABILITY_VERSION_1 0x19980330u /* 32 bits each */
#define CAPABILITY_VERSION_2 0x20071026u
#define CAPABILITY_VERSION_3 0x20080522u /* 64 bits, as 2 */

struct cap_header {
	u32 version;
	s32 pid;
};

/* One structure for the low 32 capabilities, a second one for the others. */
struct cap_data {
	u32 effective, permitted, inheritable;
};

/*
 * Returns how many cap_data structures the version has, or 0 if it is unknown.
 */
static u32 words_of(u32 version)
{
	if (version == CAPABILITY_VERSION_2 || version == CAPABILITY_VERSION_3)
		return 2;
	return version == CAPABILITY_VERSION_1;
}

/*
 * Reads the header and sets *words to the number of cap_data. An unknown
 * version is replaced in the program's header by this kernel's own: programs
 * find out so which one to use. Returns 0, -EINVAL or -EFAULT.
 */
static int read_header(uaddr_t from, struct cap_header *header, u32 *words)
{
	if (copy_from_user(header, from, sizeof(*header)))
		return -EFAULT;
	*words = words_of(header->version);
	if (*words)
		return 0;
	return put_user_u32(CAPABILITY_VERSION_3, from) ? -EFAULT : -EINVAL;
}

/*
 * Copies the capabilities of task pid (0: the caller) to data: 0, -EINVAL or
 * -ESRCH.
 */
static int caps_of(s32 pid, struct cap_data data[2])
{
	const struct task_struct *task;
	const struct cred *cred;
	u32 flags;

	if (pid < 0)
		return -EINVAL;
	flags = tasklist_lock();
	task = pid ? find_task(pid) : current;
	if (task) {
		/*
		 * Read under the lock: the task may install another cred and
		 * free this one.
		 */
		cred = cred_of(&task->thread_info);
		for (u32 i = 0; i < 2; i++)
			data[i] = (struct cap_data){
				(u32)(cred->effective >> 32 * i),
				(u32)(cred->permitted >> 32 * i),
				(u32)(cred->inheritable >> 32 * i),
			};
	}
	tasklist_unlock(flags);
	return task ? 0 : -ESRCH;
}

s32 sys_capget(uaddr_t uheader, uaddr_t udata)
{
	struct cap_header header;
	struct cap_data data[2];
	u32 words;
	int err = read_header(uheader, &header, &words);

	if (!udata && err == -EINVAL)
		return 0; /* a query for the version alone */
	if (!err)
		err = caps_of(header.pid, data);
	if (err || !udata)
		return err;
	return copy_to_user(udata, data, words * sizeof(data[0])) ? -EFAULT : 0;
}

/*
 * Returns true if new gains nothing over old that capset may not give:
 * inheritable grows only by permitted ones (or any, with CAP_SETPCAP) that are in
 * the bounding set,
 * permitted never grows, and effective stays within permitted.
 */
static bool may_set(const struct cred *old, const struct cred *new)
{
	u64 more = has_cap(old, CAP_SETPCAP) ? ALL_CAPS : 0;

	return !(new->inheritable &
		 ~(old->inheritable | old->permitted | more)) &&
		!(new->inheritable & ~old->inheritable & old->dropped) &&
		!(new->permitted & ~old->permitted) &&
		!(new->effective & ~new->permitted);
}

s32 sys_capset(uaddr_t uheader, uaddr_t udata)
{
	struct cap_data data[2] = { 0 };
	struct cap_header header;
	struct cred *new;
	u32 words;
	int err = read_header(uheader, &header, &words);

	if (err)
		return err;
	/* Linux no longer lets a task change another one's capabilities. */
	if (header.pid != 0 && header.pid != current->pid)
		return -EPERM;
	if (copy_from_user(data, udata, words * sizeof(data[0])))
		return -EFAULT;
	new = prepare_cred();
	if (!new)
		return -ENOMEM;
	/* Bits above the last capability are dropped, as on Linux. */
	new->effective = (data[0].effective | (u64)data[1].effective << 32) &
		ALL_CAPS;
	new->permitted = (data[0].permitted | (u64)data[1].permitted << 32) &
		ALL_CAPS;
	new->inheritable = (data[0].inheritable |
			    (u64)data[1].inheritable << 32) &
		ALL_CAPS;
	/* A program cannot give on what it no longer has or inherits. */
	new->ambient &= new->permitted &new->inheritable;
	if (!may_set(current_cred(), new)) {
		put_cred(new);
		return -EPERM;
	}
	set_cred(new);
	return 0;
}
