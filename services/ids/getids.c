/*
 * Reading the users and groups for which the caller acts. The calls with the
 * oldest numbers have ids of 16 bits.
 */
#include <asm/uaccess.h>
#include <services/ids/ids.h>

/*
 * Only the task itself changes its cred, so it reads it without a lock; so do
 * all functions of this file.
 */
s32 sys_getuid32(void)
{
	return (s32)current_cred()->uid;
}

s32 sys_geteuid32(void)
{
	return (s32)current_cred()->euid;
}

s32 sys_getgid32(void)
{
	return (s32)current_cred()->gid;
}

s32 sys_getegid32(void)
{
	return (s32)current_cred()->egid;
}

/* The old call, as the next three: see id_to_16() for ids that do not fit. */
s32 sys_getuid(void)
{
	return (s32)id_to_16(current_cred()->uid);
}

s32 sys_geteuid(void)
{
	return (s32)id_to_16(current_cred()->euid);
}

s32 sys_getgid(void)
{
	return (s32)id_to_16(current_cred()->gid);
}

s32 sys_getegid(void)
{
	return (s32)id_to_16(current_cred()->egid);
}

/* ---- all three --------------------------------------------------- */

/*
 * Writes the real, effective and saved id to three user addresses: 0 or
 * -EFAULT.
 */
static s32 put_three(const u32 ids[3], const uaddr_t to[3])
{
	for (u32 i = 0; i < 3; i++)
		if (put_user_u32(ids[i], to[i]))
			return -EFAULT;
	return 0;
}

/* The same for an old call, whose ids have 16 bits. */
static s32 put_three_16(const u32 ids[3], const uaddr_t to[3])
{
	u16 id;

	for (u32 i = 0; i < 3; i++) {
		id = (u16)id_to_16(ids[i]);
		if (copy_to_user(to[i], &id, sizeof(id)))
			return -EFAULT;
	}
	return 0;
}

/* uid, euid and suid are user addresses of 32-bit words. */
s32 sys_getresuid32(uaddr_t uid, uaddr_t euid, uaddr_t suid)
{
	const struct cred *cred = current_cred();

	return put_three((u32[]){ cred->uid, cred->euid, cred->suid },
			 (uaddr_t[]){ uid, euid, suid });
}

s32 sys_getresgid32(uaddr_t gid, uaddr_t egid, uaddr_t sgid)
{
	const struct cred *cred = current_cred();

	return put_three((u32[]){ cred->gid, cred->egid, cred->sgid },
			 (uaddr_t[]){ gid, egid, sgid });
}

/* uid, euid and suid are user addresses of 16-bit words. */
s32 sys_getresuid(uaddr_t uid, uaddr_t euid, uaddr_t suid)
{
	const struct cred *cred = current_cred();

	return put_three_16((u32[]){ cred->uid, cred->euid, cred->suid },
			    (uaddr_t[]){ uid, euid, suid });
}

s32 sys_getresgid(uaddr_t gid, uaddr_t egid, uaddr_t sgid)
{
	const struct cred *cred = current_cred();

	return put_three_16((u32[]){ cred->gid, cred->egid, cred->sgid },
			    (uaddr_t[]){ gid, egid, sgid });
}
