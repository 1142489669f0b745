/* VFP registers: into a signal frame, and back from one. */
#include <asm/uaccess.h>
#include <run/run.h>
#include <services/signal/internal.h>

/* The fields of vector length and stride in FPSCR. */
#define FPSCR_VECTOR 0x00370000u

/*
 * A task that has not used the VFP gets a record of zeros, so that a frame has
 * always the same layout.
 */
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
	/*
	 * The unit still holds the old FPSCR: dropping it makes the next VFP
	 * instruction load the record anew.
	 */
	vfp_exit(current);
	vfp->record.vfp.fpscr &= ~FPSCR_VECTOR;
}

int vfp_restore(uaddr_t record)
{
	struct vfp_state *vfp = &current->vfp;
	u32 left;

	/*
	 * First: a switch to another task during the copy, which may fault and
	 * sleep, would save the unit's registers over the record.
	 */
	vfp_exit(current);
	left = copy_from_user(&vfp->record, record, sizeof(vfp->record));
	/*
	 * The program can change the frame, so the record's head is written
	 * anew: the next frame must be well formed.
	 */
	vfp->record.vfp.magic = VFP_MAGIC;
	vfp->record.vfp.size = sizeof(vfp->record.vfp);
	vfp->record.end_magic = 0;
	vfp->used = true;
	return left ? -EFAULT : 0;
}
