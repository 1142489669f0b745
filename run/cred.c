/*
 * Reading and releasing credentials. services/ids/ changes them.
 */
#include <alloc/alloc.h>
#include <cred.h>

const struct cred root_cred = {
	.permitted = ALL_CAPS,
	.effective = ALL_CAPS,
};

/*
 * Takes NULL, for callers that may have none. The count is the only word of a
 * cred that ever changes, hence the cast.
 */
void put_cred(const struct cred *cred)
{
	if (cred && atomic_dec_and_test((atomic_t *)&cred->count))
		kfree((void *)(uintptr_t)cred);
}

/*
 * A binary search: setgroups(2) sorted the list, which may have 65536 entries.
 */
bool in_group(const struct cred *cred, u32 gid)
{
	u32 low = 0, high = cred->nr_groups, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (cred->groups[middle] < gid)
			low = middle + 1;
		else
			high = middle;
	}
	/* low is the first entry not below gid, or past the end. */
	return cred->fsgid == gid ||
		(low < cred->nr_groups && cred->groups[low] == gid);
}
