/*
 * What every task may ask of credentials; who changes them is services/ids/.
 */
#include <alloc/alloc.h>
#include <cred.h>

const struct cred root_cred = {
	.permitted = ALL_CAPS,
	.effective = ALL_CAPS,
};

void put_cred(const struct cred *cred)
{
	if (cred && atomic_dec_and_test((atomic_t *)&cred->count))
		kfree((void *)(uintptr_t)cred);
}

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
	return cred->fsgid == gid ||
		(low < cred->nr_groups && cred->groups[low] == gid);
}
