/*
 * asm/uaccess.h - the only way for the kernel to access user memory.
 *
 * Every function checks the range against TASK_SIZE, then accesses it through
 * instructions listed in __ex_table: a fault that the address space cannot
 * satisfy resumes at the listed fix-up and the caller sees the error. Only
 * while one runs is user memory open to the kernel at all (asm/domain.h). They
 * may sleep (a page may have to be found); never call one under a spinlock or
 * with interrupts off. Implemented in mmu/uaccess.S; host tests shadow this
 * header with the MMU model.
 */
#ifndef ASM_UACCESS_H
#define ASM_UACCESS_H

#include <config.h>
#include <types.h>
#include <uapi/errno.h>

/* True if [va, va + bytes) lies in the user half, without wrapping. */
static inline bool access_ok(uaddr_t va, u32 bytes)
{
	return bytes <= TASK_SIZE && va <= TASK_SIZE - bytes;
}

/*
 * Call it before user memory is touched: a page that is not mapped may have to
 * be waited for. Debug builds panic, also if it is mapped, when the task holds
 * a sleeping lock whose waiters cannot be killed (docs/oom.md). All functions
 * below call it except the locked ones, and the raw ones, whose callers do.
 * (run/rwsem_debug.c)
 */
void debug_might_fault(void);

static inline void might_fault(void)
{
	if (IS_ENABLED(CONFIG_DEBUG))
		debug_might_fault();
}

/*
 * Raw copies: the caller has checked the range. They return the number of bytes
 * NOT copied.
 */
u32 __copy_from_user(void *to, uaddr_t from, u32 bytes);
u32 __copy_to_user(uaddr_t to, const void *from, u32 bytes);
u32 __clear_user(uaddr_t to, u32 bytes);

/*
 * Raw accesses to one naturally aligned word or byte, range checked by the
 * caller. They return 0 or -EFAULT.
 */
int __get_user_u32(u32 *val, uaddr_t from);
int __get_user_u8(u8 *val, uaddr_t from);
int __put_user_u32(u32 val, uaddr_t to);
/*
 * Stores two words, one behind the other. On -EFAULT the first may have been
 * stored.
 */
int __put_user_pair(u32 first, u32 second, uaddr_t to);
int __cmpxchg_user_u32(uaddr_t at, u32 old, u32 new, u32 *seen);

/*
 * As in Linux: they return the number of bytes that could NOT be copied, 0 =
 * all. copy_from_user zeroes the part of the destination that it could not
 * fill, so that no stale kernel data is used.
 */
static inline u32 __must_check copy_from_user(void *to, uaddr_t from, u32 bytes)
{
	u32 left;

	might_fault();
	left = access_ok(from, bytes) ? __copy_from_user(to, from, bytes) :
					bytes;
	if (unlikely(left))
		__builtin_memset((char *)to + (bytes - left), 0, left);
	return left;
}

static inline u32 __must_check copy_to_user(uaddr_t to, const void *from,
					    u32 bytes)
{
	might_fault();
	return access_ok(to, bytes) ? __copy_to_user(to, from, bytes) : bytes;
}

static inline u32 __must_check clear_user(uaddr_t to, u32 bytes)
{
	might_fault();
	return access_ok(to, bytes) ? __clear_user(to, bytes) : bytes;
}

static inline int __must_check get_user_u32(u32 *val, uaddr_t from)
{
	might_fault();
	return access_ok(from, 4) ? __get_user_u32(val, from) : -EFAULT;
}

static inline int __must_check get_user_u8(u8 *val, uaddr_t from)
{
	might_fault();
	return access_ok(from, 1) ? __get_user_u8(val, from) : -EFAULT;
}

static inline int __must_check put_user_u32(u32 val, uaddr_t to)
{
	might_fault();
	return access_ok(to, 4) ? __put_user_u32(val, to) : -EFAULT;
}

static inline int __must_check put_user_pair(u32 first, u32 second, uaddr_t to)
{
	might_fault();
	return access_ok(to, 8) ? __put_user_pair(first, second, to) : -EFAULT;
}

/*
 * If the naturally aligned word at `at` equals old it becomes new; *seen is the
 * value found. Atomic, and ordered with all accesses around it. Returns 0 or
 * -EFAULT; then *seen is not written.
 */
static inline int __must_check cmpxchg_user_u32(uaddr_t at, u32 old, u32 new,
						u32 *seen)
{
	might_fault();
	return access_ok(at, 4) ? __cmpxchg_user_u32(at, old, new, seen) :
				  -EFAULT;
}

/*
 * The raw copies for a caller that holds a lock which others wait for without
 * end, such as an inode's i_lock. A fault that finds no memory does not wait
 * for it here, because a process that is to be killed to free memory may wait
 * for that lock. Where bytes are left, release the lock, get the pages by
 * fault_in_user, and try again. The fault handler recognises these two by the
 * address of their instructions.
 */
u32 __must_check copy_from_user_locked(void *to, uaddr_t from, u32 bytes);
u32 __must_check copy_to_user_locked(uaddr_t to, const void *from, u32 bytes);
extern const char copies_locked_start[], copies_locked_end[];

/*
 * Makes the pages of [va, va + bytes), one or two of them, present for reading
 * or writing; changes no byte. May wait for memory: hold no lock. Returns 0 or
 * -EFAULT. (mmu/uaccess.c)
 */
int __must_check fault_in_user(uaddr_t va, u32 bytes, bool write);

/*
 * Copies a NUL-terminated string of less than size bytes, NUL included. *len
 * (len may be NULL) is its length without the NUL. Returns 0, -EFAULT, or
 * -ENAMETOOLONG if there is no NUL within size bytes. (mmu/uaccess.c)
 */
int __must_check strncpy_from_user(char *to, uaddr_t from, u32 size, u32 *len);

#endif
