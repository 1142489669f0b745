/*
 * Which task owns the VFP and NEON registers.
 *
 * Lazy: a switch only turns the unit off, unless the next task is the one whose
 * values are in it. The first VFP instruction of any other task is then
 * undefined, and vfp_trap saves the old values and loads the task's own.
 * Programs that never use the unit cost nothing. The kernel itself is compiled
 * without it.
 */
#include <asm/barrier.h>
#include <asm/uaccess.h>
#include <bug.h>
#include <lib/printk.h>
#include <percpu.h>
#include <run/run.h>
#include <string.h>
#include <uapi/auxvec.h>

#define FPEXC_EN        (1u << 30)   /* DDI0406C B6.1.38 */
#define CPACR_CP10_CP11 (0xfu << 20) /* full access; B4.1.40 */
#define CPACR_TRCDIS    (1u << 28)   /* trace registers are undefined */
#define CPACR_D32DIS    (1u << 30)   /* D16-D31 are undefined */
#define CPACR_ASEDIS    (1u << 31)   /* NEON is undefined */

struct vfp_owner {
	struct task_struct *task; /* whose values are in the registers */
};
static DEFINE_PER_CPU(struct vfp_owner, vfp_owner);

/* What every supported core has. Constant once the services' init has run. */
u32 elf_hwcap = HWCAP_HALF | HWCAP_THUMB | HWCAP_FAST_MULT | HWCAP_EDSP |
	HWCAP_TLS;

/* ---- the hardware ------------------------------------------------ */

/*
 * .fpu neon: the kernel is compiled without VFP, and the assembler would refuse
 * the instruction.
 */
static u32 read_fpexc(void)
{
	u32 val;

	__asm__ volatile(".fpu neon\n\tvmrs %0, fpexc" : "=r"(val));
	return val;
}

/* FPEXC_EN or 0: no other bit is used. */
static void write_fpexc(u32 val)
{
	/* Self-synchronizing for VFP instructions: no ISB (B1.11.3). */
	__asm__ volatile(".fpu neon\n\tvmsr fpexc, %0" : : "r"(val));
}

/*
 * In the layout of a signal frame, which can then be copied as it is. The unit
 * must be on.
 */
static void save_registers(struct vfp_sigframe *vfp)
{
	u64 *d = vfp->fpregs;
	u32 fpscr;

	__asm__ volatile(".fpu neon\n\t"
			 "vstmia	%0!, {d0-d15}\n\t"
			 "vmrs	%1, fpscr"
			 : "+&r"(d), "=&r"(fpscr)
			 :
			 : "memory");
	/* On a unit with 16 registers the instruction is undefined. */
	if (likely(elf_hwcap & HWCAP_VFPD32))
		__asm__ volatile(".fpu neon\n\tvstmia %0, {d16-d31}"
				 :
				 : "r"(d)
				 : "memory");
	vfp->fpscr = fpscr;
}

/* The unit must be on. */
static void load_registers(const struct vfp_sigframe *vfp)
{
	const u64 *d = vfp->fpregs;

	__asm__ volatile(".fpu neon\n\t"
			 "vldmia	%0!, {d0-d15}\n\t"
			 "vmsr	fpscr, %1"
			 : "+r"(d)
			 : "r"(vfp->fpscr)
			 : "memory");
	if (likely(elf_hwcap & HWCAP_VFPD32))
		__asm__ volatile(".fpu neon\n\tvldmia %0, {d16-d31}"
				 :
				 : "r"(d)
				 : "memory");
}

/* A read back shows which coprocessors exist: bits of others stay 0. */
static u32 read_cpacr(void)
{
	u32 val;

	__asm__ volatile("mrc p15, 0, %0, c1, c0, 2" : "=r"(val));
	return val;
}

/*
 * Opens coprocessors 10 and 11, the unit, and closes every other. Returns CPACR
 * as it is then: bits of what is absent, or reserved for Secure state, did not
 * change.
 */
static u32 open_unit(void)
{
	__asm__ volatile("mcr p15, 0, %0, c1, c0, 2"
			 :
			 : "r"(CPACR_CP10_CP11 | CPACR_TRCDIS));
	isb(); /* before the first VMRS (B1.11.1) */
	return read_cpacr();
}

void vfp_init(void)
{
	u32 mvfr0, mvfr1, cpacr = open_unit();

	if ((cpacr & CPACR_CP10_CP11) != CPACR_CP10_CP11)
		panic("this core has no VFP unit, or keeps it for Secure state (CPACR 0x%08x)",
		      (unsigned int)cpacr);
	__asm__ volatile(".fpu neon\n\tvmrs %0, mvfr0" : "=r"(mvfr0));
	__asm__ volatile(".fpu neon\n\tvmrs %0, mvfr1" : "=r"(mvfr1));
	elf_hwcap |= vfp_hwcaps_of(mvfr0, mvfr1);
	/* Secure state may have closed what MVFR0 and MVFR1 still report. */
	if (cpacr & CPACR_D32DIS)
		elf_hwcap = (elf_hwcap & ~(u32)HWCAP_VFPD32) | HWCAP_VFPv3D16;
	if (cpacr & (CPACR_D32DIS | CPACR_ASEDIS))
		elf_hwcap &= ~(u32)HWCAP_NEON;
	pr_info("vfp: %s registers, %s\n",
		elf_hwcap & HWCAP_VFPD32 ? "32 double" : "16 double",
		elf_hwcap & HWCAP_NEON ? "NEON" : "no NEON");
	/* Off, so that the first use by any task traps. */
	write_fpexc(0);
}

/* ---- the owner of the registers ---------------------------------- */

/* The whole cost of a switch: one comparison and one write. */
void vfp_switch(struct task_struct *next)
{
	if (unlikely(this_cpu(vfp_owner).task == next))
		write_fpexc(FPEXC_EN);
	else
		write_fpexc(0);
}

/* Drops the values without saving them. */
void vfp_exit(struct task_struct *task)
{
	struct vfp_owner *owner = &this_cpu(vfp_owner);

	if (owner->task != task)
		return;
	owner->task = NULL;
	/* The next use must trap, and find zeroes or the task's record. */
	write_fpexc(0);
}

/*
 * For fork, signal frames and core files, which read the record. The unit stays
 * the task's.
 */
void vfp_save_current(void)
{
	if (this_cpu(vfp_owner).task != current)
		return;
	BUG_ON(!(read_fpexc() & FPEXC_EN));
	save_registers(&current->vfp.record.vfp);
}

/* An unused state is not copied: it would be nearly 300 bytes for nothing. */
void vfp_fork(struct task_struct *child)
{
	/* While the values are in the unit the record is stale. */
	vfp_save_current();
	if (current->vfp.used)
		child->vfp = current->vfp;
	else
		child->vfp.used = false;
}

/*
 * A new program must not see the old one's values, which may belong to another
 * user.
 */
void vfp_exec(void)
{
	vfp_exit(current);
	/* The next use traps and begins with zeroes, as on Linux. */
	current->vfp.used = false;
}

/*
 * Before a task's first use: zeroes, so that it reads no bit of another
 * program.
 */
static void begin_use(struct vfp_state *vfp)
{
	memset(&vfp->record, 0, sizeof(vfp->record));
	vfp->record.vfp.magic = VFP_MAGIC;
	vfp->record.vfp.size = sizeof(vfp->record.vfp);
	vfp->used = true;
}

/* Saves the owner's registers, loads those of task, and makes it the owner. */
static void take_unit(struct task_struct *task)
{
	struct vfp_owner *owner = &this_cpu(vfp_owner);

	BUG_ON(owner->task == task);
	/* First: with the unit off the saves below would be undefined. */
	write_fpexc(FPEXC_EN);
	if (owner->task)
		save_registers(&owner->task->vfp.record.vfp);
	if (!task->vfp.used)
		begin_use(&task->vfp);
	load_registers(&task->vfp.record.vfp);
	owner->task = task;
}

/* ---- the trap ---------------------------------------------------- */

/* Coprocessors 10 and 11 are the unit, in bits 11..8 of ARM and Thumb code. */
static bool is_unit_coprocessor(u32 insn)
{
	return (insn & 0xe00) == 0xa00;
}

/* True if an ARM instruction is one of the unit's (DDI0406C A5.6, A5.7). */
static bool is_arm_vfp(u32 insn)
{
	bool coprocessor = (insn & 0x0c000000) == 0x0c000000 &&
		(insn & 0x0f000000) != 0x0f000000;

	return (coprocessor && is_unit_coprocessor(insn)) ||
		(insn & 0xfe000000) == 0xf2000000 || /* NEON data */
		(insn & 0xff100000) == 0xf4000000;   /* NEON load, store */
}

/* insn has the first halfword on top (DDI0406C A6.3.18, A7.2). */
static bool is_thumb_vfp(u32 insn)
{
	bool coprocessor = (insn & 0xec000000) == 0xec000000 &&
		(insn & 0x03000000) != 0x03000000;

	return (coprocessor && is_unit_coprocessor(insn)) ||
		(insn & 0xef000000) == 0xef000000 || /* NEON data */
		(insn & 0xff100000) == 0xf9000000;   /* NEON load, store */
}

/*
 * Reads the 32 bits at pc, which may cross pages. Returns 0 or -EFAULT. A
 * 16-bit Thumb instruction at the end of memory fails, and rightly: the unit
 * has none.
 */
static int read_insn(const struct pt_regs *regs, u32 *insn)
{
	u16 half[2];

	if (copy_from_user(half, regs->pc, sizeof(half)))
		return -EFAULT;
	*insn = regs->cpsr & PSR_T ? (u32)half[0] << 16 | half[1] :
				     (u32)half[1] << 16 | half[0];
	return 0;
}

/*
 * regs->pc is the address of the undefined instruction. May sleep, so
 * interrupts are on.
 */
bool vfp_trap(struct pt_regs *regs)
{
	u32 insn;

	/* With the unit on the instruction is undefined for another reason. */
	if (!user_mode(regs) || (read_fpexc() & FPEXC_EN))
		return false;
	if (read_insn(regs, &insn) != 0)
		return false;
	if (regs->cpsr & PSR_T ? !is_thumb_vfp(insn) : !is_arm_vfp(insn))
		return false;
	/*
	 * read_insn may have slept; every switch back to us left the unit off.
	 */
	take_unit(current);
	return true;
}
