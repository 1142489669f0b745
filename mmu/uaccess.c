/*
 * Strings from user memory, and pages of it, on top of uaccess.S.
 */
#include <asm/uaccess.h>
#include <string.h>

#define CHUNK 64u /* bytes copied before the NUL is looked for */

/*
 * A chunk never crosses a page, so what can be read of it is all or nothing,
 * and no page after the NUL is touched.
 */
int strncpy_from_user(char *to, uaddr_t from, u32 size, u32 *len)
{
	u32 done = 0;

	might_fault();
	while (done < size) {
		uaddr_t va = from + done;
		u32 bytes = min(size - done, CHUNK - va % CHUNK);
		const char *nul;

		/*
		 * Each chunk anew: a string may end just below TASK_SIZE, where
		 * a check of size bytes would refuse it.
		 */
		if (!access_ok(va, bytes) ||
		    __copy_from_user(to + done, va, bytes))
			return -EFAULT;
		/*
		 * Search the copy: another thread may change the string
		 * meanwhile, and the length must be that of what the kernel
		 * has.
		 */
		nul = memchr(to + done, '\0', bytes);
		if (nul) {
			if (len)
				*len = (u32)(nul - to);
			return 0;
		}
		done += bytes;
	}
	return -ENAMETOOLONG;
}

/*
 * Writes by comparing and exchanging a word with itself: another thread may
 * store there meanwhile, and its value must survive.
 */
static int fault_in_word(uaddr_t va, bool write)
{
	u32 value, seen;
	int err = get_user_u32(&value, va);

	return err || !write ? err : cmpxchg_user_u32(va, value, value, &seen);
}

/*
 * Touches the first and the last byte's word. Words, because the exclusive
 * access must be aligned; that cannot leave the page.
 */
int fault_in_user(uaddr_t va, u32 bytes, bool write)
{
	int err = fault_in_word(va & ~3u, write);

	return err ? err : fault_in_word((va + bytes - 1) & ~3u, write);
}
