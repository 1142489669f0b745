/*
 * Two sets of capabilities that matter at execve alone: the bounding set limits
 * what root's programs get, the ambient set is what a user's programs keep.
 */
#include <proc/proc.h>
#include <services/ids/ids.h>
#include <uapi/securebits.h>

#define PR_CAP_AMBIENT_IS_SET    1
#define PR_CAP_AMBIENT_RAISE     2
#define PR_CAP_AMBIENT_LOWER     3
#define PR_CAP_AMBIENT_CLEAR_ALL 4

/* Installs the running task's cred with these two sets: 0 or -ENOMEM. */
static s32 set_caps(u64 dropped, u64 ambient)
{
	struct cred *new = prepare_cred();

	if (!new)
		return -ENOMEM;
	new->dropped = dropped;
	new->ambient = ambient;
	set_cred(new);
	return 0;
}

s32 bounding_set(u32 cap, bool drop)
{
	const struct cred *cred = current_cred();

	if (drop && !capable(CAP_SETPCAP))
		return -EPERM;
	if (cap > CAP_LAST_CAP)
		return -EINVAL;
	if (!drop)
		return !(cred->dropped >> cap & 1);
	return set_caps(cred->dropped | 1ull << cap, cred->ambient);
}

s32 ambient_set(u32 what, u32 cap, u32 unused)
{
	const struct cred *cred = current_cred();
	u64 bit;

	if (what == PR_CAP_AMBIENT_CLEAR_ALL)
		return cap || unused ? -EINVAL : set_caps(cred->dropped, 0);
	if (unused || cap > CAP_LAST_CAP)
		return -EINVAL;
	bit = 1ull << cap;
	switch (what) {
	case PR_CAP_AMBIENT_IS_SET:
		return (cred->ambient & bit) != 0;
	case PR_CAP_AMBIENT_RAISE:
		if (!(cred->permitted & cred->inheritable & bit) ||
		    cred->securebits & SECBIT_NO_CAP_AMBIENT_RAISE)
			return -EPERM;
		return set_caps(cred->dropped, cred->ambient | bit);
	case PR_CAP_AMBIENT_LOWER:
		return set_caps(cred->dropped, cred->ambient & ~bit);
	default:
		return -EINVAL;
	}
}
