/*
 * Changing a task's user and groups: setuid and its family, as Linux has them.
 *
 * Each call makes a copy of the task's credentials and changes that; nothing of
 * the task changes unless the call succeeds. Only the calling thread changes: a
 * C library makes the other threads do the same. Root's privileges come and go
 * with uid 0.
 */
#include <services/ids/ids.h>
#include <uapi/errno.h>
#include <uapi/securebits.h>

/* ---- privileges that go with user 0 ------------------------------ */

/*
 * The capabilities that follow the fsuid (capabilities(7)): those about files.
 */
#define FS_CAPS                                             \
	(1ull << CAP_CHOWN | 1ull << CAP_DAC_OVERRIDE |     \
	 1ull << CAP_DAC_READ_SEARCH | 1ull << CAP_FOWNER | \
	 1ull << CAP_FSETID | 1ull << CAP_MKNOD |           \
	 1ull << 9 /* LINUX_IMMUTABLE */ | 1ull << 32 /* MAC_OVERRIDE */)

/* Returns true if the task may act as root, now or after another setuid(). */
static bool is_root(const struct cred *cred)
{
	return cred->uid == 0 || cred->euid == 0 || cred->suid == 0;
}

/*
 * Adjusts the capabilities of new, a copy of old with other uids, by the three
 * rules of capabilities(7).
 */
static void fix_caps(struct cred *new, const struct cred *old)
{
	if (new->securebits & SECBIT_NO_SETUID_FIXUP)
		return;
	/*
	 * No way back to root: all are lost, unless PR_SET_KEEPCAPS keeps the
	 * permitted.
	 */
	if (is_root(old) && !is_root(new)) {
		new->ambient = 0;
		if (!(new->securebits &SECBIT_KEEP_CAPS))
			new->permitted = new->effective = 0;
	}
	/*
	 * The permitted ones stay: a program that acts for a user for a while
	 * gets them back with euid 0, below.
	 */
	if (old->euid == 0 && new->euid != 0)
		new->effective = 0;
	if (old->euid != 0 && new->euid == 0)
		new->effective = new->permitted;
}

/*
 * Installs new after its uids have changed; consumes the reference. Returns 0.
 */
static s32 commit_uids(struct cred *new)
{
	const struct cred *old = current_cred();

	/*
	 * Every call but setfsuid() makes the fsuid follow the effective one.
	 */
	new->fsuid = new->euid;
	fix_caps(new, old);
	/* Only noted here: see user_has_too_many(). */
	if (new->uid != old->uid)
		new->over_nproc = user_has_too_many(new);
	commit_cred(new);
	return 0;
}

/*
 * Installs new after its gids have changed; consumes the reference. Returns 0.
 */
static s32 commit_gids(struct cred *new)
{
	new->fsgid = new->egid;
	commit_cred(new);
	return 0;
}

/* Drops new and returns -EPERM: the task stays as it was. */
static s32 refuse(struct cred *new)
{
	put_cred(new);
	return -EPERM;
}

/* ---- set*id ------------------------------------------------------ */

/*
 * With CAP_SETUID all three uids change, for good; without, only the effective
 * one, to one of the others.
 */
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

/* As setuid32; a change of groups leaves the capabilities alone. */
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

/*
 * Any of real and effective uid may be exchanged; the saved one follows as in
 * Linux, so that a later call cannot bring back an id that was given up.
 */
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

/*
 * Returns true if id is -1 or one of the three that a task may choose from
 * without privilege.
 */
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
	/* Without privilege each of the three may become any of the three. */
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

/*
 * Returns the old fsuid, whether it was changed or not: programs call it again
 * to see the effect.
 */
s32 sys_setfsuid32(u32 uid)
{
	const struct cred *cred = current_cred();
	u32 old = cred->fsuid;
	struct cred *new;
	bool fix;

	if (uid == KEEP_ID ||
	    (!among(uid, cred->uid, cred->euid, cred->suid) && uid != old &&
	     !has_cap(cred, CAP_SETUID)))
		return (s32)old;
	new = prepare_cred();
	if (!new)
		return (s32)old;
	new->fsuid = uid;
	/* The rules of fix_caps(), for the capabilities about files alone. */
	fix = !(new->securebits &SECBIT_NO_SETUID_FIXUP);
	if (fix && old == 0 && uid != 0)
		new->effective &= ~FS_CAPS;
	if (fix && old != 0 && uid == 0)
		new->effective |= new->permitted &FS_CAPS;
	commit_cred(new);
	return (s32)old;
}

/* Returns the old fsgid, as setfsuid32 does. */
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
	commit_cred(new);
	return (s32)old;
}

/* ---- the oldest numbers: ids of 16 bits -------------------------- */

/* The old calls convert their ids, -1 included, and have the same rules. */
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
