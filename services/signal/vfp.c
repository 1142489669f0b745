/*
 * VFP registers in a signal frame, and back from one.
 */
#include <asm/uaccess.h>
#include <run/run.h>
#include <services/signal/internal.h>

/* FPSCR's vector length and stride: none in a handler, as the ABI wants. */
#define FPSCR_VECTOR 0x00370000u

const struct vfp_record *vfp_current_record(void)
{
	static const struct vfp_record unused = {
		.vfp = { .magic = VFP_MAGIC, .size = sizeof(unused.vfp) },
	};

	vfp_save_current();
	return current->vfp.used ? &current->vfp.record : &unused;
}

void vfp_start_handler(void)
{
	struct vfp_state *vfp = &current->vfp;

	if (!vfp->used || !(vfp->record.vfp.fpscr & FPSCR_VECTOR))
		return;
	vfp_exit(current); /* to be loaded anew */
	vfp->record.vfp.fpscr &= ~FPSCR_VECTOR;
}

int vfp_restore(uaddr_t record)
{
	struct vfp_state *vfp = &current->vfp;
	u32 left;

	vfp_exit(current); /* what is in the unit is over */
	left = copy_from_user(&vfp->record, record, sizeof(vfp->record));
	vfp->record.vfp.magic = VFP_MAGIC;
	vfp->record.vfp.size = sizeof(vfp->record.vfp);
	vfp->record.end_magic = 0;
	vfp->used = true;
	return left ? -EFAULT : 0;
}
