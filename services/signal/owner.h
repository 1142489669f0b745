/*
 * services/signal/owner.h - the owner of a file, and SIGIO, which it gets.
 */
#ifndef SERVICES_SIGNAL_OWNER_H
#define SERVICES_SIGNAL_OWNER_H

#include <types.h>

struct task_struct;

/* Whom a file tells that it became readier. All 0: nobody. */
struct file_owner {
	u32 type; /* F_OWNER_* (uapi/fcntl.h) */
	s32 id; /* of a thread, process or process group, as type says; 0: none */
	u32 uid, euid; /* of the task that set it */
	u64 start_ns;  /* tells the owner from a later task of that number */
};

/*
 * Makes the thread, process or group `id` the owner on behalf of the running task;
 * 0 is nobody. Returns 0, or -ESRCH if there is none of that number.
 */
int __must_check set_file_owner(struct file_owner *owner, u32 type, s32 id);
/* Returns the owner's number, or 0 if there is none or it has ended. */
s32 file_owner_id(const struct file_owner *owner);
/*
 * Returns the task of the owner's number, any of the group's if it is one, or NULL if
 * the owner has ended. Hold tasklist_lock.
 */
struct task_struct *file_owner_task(const struct file_owner *owner);

/*
 * Whether the owner may get a signal that reaches task: it was set by root, or by a
 * user of task's, as Linux's sigio_perm() has it. Anybody could otherwise make a
 * file end a process of another user.
 */
bool file_owner_may_tell(const struct file_owner *owner,
			 const struct task_struct *task);

/*
 * Posts sig of mq_notify to the process of `owner`, unless it has ended: with the
 * value, and with the running task as its sender, whose rights do not matter. sig 0
 * is none. Takes tasklist_lock.
 */
void send_sig_message(const struct file_owner *owner, int sig, u32 value);

/* At boot: files can send SIGIO. (sigio.c) */
void sigio_init(void);

#endif
