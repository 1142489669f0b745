/*
 * Strings from user memory, on top of uaccess.S.
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

	while (done < size) {
		uaddr_t va = from + done;
		u32 bytes = min(size - done, CHUNK - va % CHUNK);
		const char *nul;

		if (!access_ok(va, bytes) ||
		    __copy_from_user(to + done, va, bytes))
			return -EFAULT;
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
