/*
 * A task becomes another user: setuid and its family, as Linux has them.
 *
 * Each call makes a copy of the task's credentials and changes that; nothing of
 * the task changes unless the call succeeds. Only the calling thread changes: a
 * C library asks the others to do the same. With the uids go privileges: root's
 * come and go with user 0.
 */
#include <services/ids/ids.h>
#include <uapi/errno.h>

/* ---- privileges that go with user 0 ------------------------------ */

/* Those that are the fsuid's (capabilities(7)). */
#define FS_CAPS                                             \
	(1ull << CAP_CHOWN | 1ull << CAP_DAC_OVERRIDE |     \
	 1ull << CAP_DAC_READ_SEARCH | 1ull << CAP_FOWNER | \
	 1ull << CAP_FSETID | 1ull << CAP_MKNOD |           \
	 1ull << 9 /* LINUX_IMMUTABLE */ | 1ull << 32 /* MAC_OVERRIDE */)

static bool is_root(const struct cred *cred)
{
	return cred->uid == 0 || cred->euid == 0 || cred->suid == 0;
}

/* uids of new differ from those of old, from which it was copied. */
static void fix_caps(struct cred *new, const struct cred *old)
{
	if (is_root(old) && !is_root(new) && !new->keep_caps)
		new->permitted = new->effective = 0;
	if (old->euid == 0 && new->euid != 0)
		new->effective = 0;
	if (old->euid != 0 && new->euid == 0)
		new->effective = new->permitted;
}

/* The user changed: it is new's from now on. */
static s32 commit_uids(struct cred *new)
{
	const struct cred *old = current_cred();

	new->fsuid = new->euid;
	fix_caps(new, old);
	new->not_dumpable |= gains_by(new, old);
	if (new->uid != old->uid)
		new->over_nproc = user_has_too_many(new);
	set_cred(new);
	return 0;
}

static s32 commit_gids(struct cred *new)
{
	new->fsgid = new->egid;
	new->not_dumpable |= gains_by(new, current_cred());
	set_cred(new);
	return 0;
}

static s32 refuse(struct cred *new)
{
	put_cred(new);
	return -EPERM;
}

/* ---- set*id ------------------------------------------------------ */

s32 sys_setuid32(u32 uid)
{
	struct cred *new;

	if (uid == KEEP_ID)
		return -EINVAL;
	new = prepare_cred();
	if (!new)
		return -ENOMEM;
	if (has_cap(new, CAP_SETUID))
		new->uid = new->suid = uid;
	else if (uid != new->uid && uid != new->suid)
		return refuse(new);
	new->euid = uid;
	return commit_uids(new);
}

s32 sys_setgid32(u32 gid)
{
	struct cred *new;

	if (gid == KEEP_ID)
		return -EINVAL;
	new = prepare_cred();
	if (!new)
		return -ENOMEM;
	if (has_cap(new, CAP_SETGID))
		new->gid = new->sgid = gid;
	else if (gid != new->gid && gid != new->sgid)
		return refuse(new);
	new->egid = gid;
	return commit_gids(new);
}

s32 sys_setreuid32(u32 uid, u32 euid)
{
	const struct cred *old = current_cred();
	struct cred *new = prepare_cred();
	bool any;

	if (!new)
		return -ENOMEM;
	any = has_cap(new, CAP_SETUID);
	if (uid != KEEP_ID) {
		if (!any && uid != old->uid && uid != old->euid)
			return refuse(new);
		new->uid = uid;
	}
	if (euid != KEEP_ID) {
		if (!any && euid != old->uid && euid != old->euid &&
		    euid != old->suid)
			return refuse(new);
		new->euid = euid;
	}
	if (uid != KEEP_ID || (euid != KEEP_ID && euid != old->uid))
		new->suid = new->euid;
	return commit_uids(new);
}

s32 sys_setregid32(u32 gid, u32 egid)
{
	const struct cred *old = current_cred();
	struct cred *new = prepare_cred();
	bool any;

	if (!new)
		return -ENOMEM;
	any = has_cap(new, CAP_SETGID);
	if (gid != KEEP_ID) {
		if (!any && gid != old->gid && gid != old->egid)
			return refuse(new);
		new->gid = gid;
	}
	if (egid != KEEP_ID) {
		if (!any && egid != old->gid && egid != old->egid &&
		    egid != old->sgid)
			return refuse(new);
		new->egid = egid;
	}
	if (gid != KEEP_ID || (egid != KEEP_ID && egid != old->gid))
		new->sgid = new->egid;
	return commit_gids(new);
}

/* Is id one of the three that a task may change among, or -1? */
static bool among(u32 id, u32 real, u32 effective, u32 saved)
{
	return id == KEEP_ID || id == real || id == effective || id == saved;
}

s32 sys_setresuid32(u32 uid, u32 euid, u32 suid)
{
	const struct cred *old = current_cred();
	struct cred *new = prepare_cred();

	if (!new)
		return -ENOMEM;
	if (!has_cap(new, CAP_SETUID) &&
	    !(among(uid, old->uid, old->euid, old->suid) &&
	      among(euid, old->uid, old->euid, old->suid) &&
	      among(suid, old->uid, old->euid, old->suid)))
		return refuse(new);
	if (uid != KEEP_ID)
		new->uid = uid;
	if (euid != KEEP_ID)
		new->euid = euid;
	if (suid != KEEP_ID)
		new->suid = suid;
	return commit_uids(new);
}

s32 sys_setresgid32(u32 gid, u32 egid, u32 sgid)
{
	const struct cred *old = current_cred();
	struct cred *new = prepare_cred();

	if (!new)
		return -ENOMEM;
	if (!has_cap(new, CAP_SETGID) &&
	    !(among(gid, old->gid, old->egid, old->sgid) &&
	      among(egid, old->gid, old->egid, old->sgid) &&
	      among(sgid, old->gid, old->egid, old->sgid)))
		return refuse(new);
	if (gid != KEEP_ID)
		new->gid = gid;
	if (egid != KEEP_ID)
		new->egid = egid;
	if (sgid != KEEP_ID)
		new->sgid = sgid;
	return commit_gids(new);
}

/* ---- for files only ---------------------------------------------- */

/* They answer with the id before, whether it was changed or not. */
s32 sys_setfsuid32(u32 uid)
{
	const struct cred *cred = current_cred();
	u32 old = cred->fsuid;
	struct cred *new;

	if (uid == KEEP_ID ||
	    (!among(uid, cred->uid, cred->euid, cred->suid) && uid != old &&
	     !has_cap(cred, CAP_SETUID)))
		return (s32)old;
	new = prepare_cred();
	if (!new)
		return (s32)old;
	new->fsuid = uid;
	if (old == 0 && uid != 0)
		new->effective &= ~FS_CAPS;
	if (old != 0 && uid == 0)
		new->effective |= new->permitted &FS_CAPS;
	new->not_dumpable |= uid != old;
	set_cred(new);
	return (s32)old;
}

s32 sys_setfsgid32(u32 gid)
{
	const struct cred *cred = current_cred();
	u32 old = cred->fsgid;
	struct cred *new;

	if (gid == KEEP_ID ||
	    (!among(gid, cred->gid, cred->egid, cred->sgid) && gid != old &&
	     !has_cap(cred, CAP_SETGID)))
		return (s32)old;
	new = prepare_cred();
	if (!new)
		return (s32)old;
	new->fsgid = gid;
	new->not_dumpable |= gid != old;
	set_cred(new);
	return (s32)old;
}

/* ---- the oldest numbers: ids of 16 bits -------------------------- */

s32 sys_setuid(u32 uid)
{
	return sys_setuid32(id_from_16(uid));
}

s32 sys_setgid(u32 gid)
{
	return sys_setgid32(id_from_16(gid));
}

s32 sys_setreuid(u32 uid, u32 euid)
{
	return sys_setreuid32(id_from_16(uid), id_from_16(euid));
}

s32 sys_setregid(u32 gid, u32 egid)
{
	return sys_setregid32(id_from_16(gid), id_from_16(egid));
}

s32 sys_setresuid(u32 uid, u32 euid, u32 suid)
{
	return sys_setresuid32(id_from_16(uid), id_from_16(euid),
			       id_from_16(suid));
}

s32 sys_setresgid(u32 gid, u32 egid, u32 sgid)
{
	return sys_setresgid32(id_from_16(gid), id_from_16(egid),
			       id_from_16(sgid));
}

s32 sys_setfsuid(u32 uid)
{
	return (s32)id_to_16((u32)sys_setfsuid32(id_from_16(uid)));
}

s32 sys_setfsgid(u32 gid)
{
	return (s32)id_to_16((u32)sys_setfsgid32(id_from_16(gid)));
}
