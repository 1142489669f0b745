/*
 * services/system/utsname.c - the names that uname reports, of which two can be
 * set: the host's and the domain's.
 */
#include <asm/uaccess.h>
#include <cred.h>
#include <rwsem.h>
#include <services/system/system.h>
#include <string.h>

/* Guards uts: no copy has half of an old and half of a new name. */
static struct rw_semaphore uts_lock = {
	.lock = SPINLOCK_INIT,
	.wait = WAIT_QUEUE_INIT(uts_lock.wait),
};

/*
 * The names of Linux's ABI: programs look for them, and from the release a C
 * library concludes which calls it may expect. The version names this kernel.
 * Guarded by uts_lock.
 */
static struct new_utsname uts = {
	.sysname = "Linux",
	.nodename = "pagewalk",
	.release = "6.1.0-pagewalk",
	.version = "Pagewalk " PAGEWALK_VERSION,
	.machine = "armv7l",
	.domainname = "(none)",
};

void get_utsname(struct new_utsname *copy)
{
	down_read(&uts_lock);
	*copy = uts;
	up_read(&uts_lock);
}

/*
 * Sets a name to `bytes` bytes of text, at most NEW_UTS_LEN. All of the array
 * is cleared, since programs get it whole.
 */
static void set_name(char *name, const char *text, u32 bytes)
{
	down_write(&uts_lock);
	memset(name, 0, NEW_UTS_LEN + 1);
	memcpy(name, text, bytes);
	up_write(&uts_lock);
}

/* For the sysctl; sethostname() is below. */
void set_nodename(const char *text)
{
	set_name(uts.nodename, text, min((u32)strlen(text), (u32)NEW_UTS_LEN));
}

void set_domainname(const char *text)
{
	set_name(uts.domainname, text,
		 min((u32)strlen(text), (u32)NEW_UTS_LEN));
}

/* ---- system calls ------------------------------------------------ */

/*
 * Through a copy: the copy to the program may fault, which needs no lock held.
 */
s32 sys_uname(uaddr_t buf)
{
	struct new_utsname copy;

	get_utsname(&copy);
	return copy_to_user(buf, &copy, sizeof(copy)) ? -EFAULT : 0;
}

/*
 * The body of sethostname() and setdomainname(): 0, -EPERM, -EINVAL or -EFAULT.
 * text need not end with a 0.
 */
static s32 set_user_name(char *name, uaddr_t text, u32 bytes)
{
	char copy[NEW_UTS_LEN];

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (bytes > sizeof(copy)) /* a negative number, too, as unsigned */
		return -EINVAL;
	/* Before the lock is taken: the copy may fault. */
	if (copy_from_user(copy, text, bytes))
		return -EFAULT;
	set_name(name, copy, bytes);
	return 0;
}

s32 sys_sethostname(uaddr_t name, u32 bytes)
{
	return set_user_name(uts.nodename, name, bytes);
}

s32 sys_setdomainname(uaddr_t name, u32 bytes)
{
	return set_user_name(uts.domainname, name, bytes);
}
