/*
 * Who has the VFP and NEON registers.
 *
 * Lazy: a switch only turns the unit off, unless the next task is the one
 * whose values are in it. The first instruction of any other is undefined
 * then, and vfp_trap puts the old values away and the task's own in. Programs
 * that never use the unit cost nothing. The kernel itself is compiled without.
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

static u32 hwcaps; /* constant after vfp_init */

/* ---- the hardware ------------------------------------------------ */

static u32 read_fpexc(void)
{
	u32 val;

	__asm__ volatile(".fpu neon\n\tvmrs %0, fpexc" : "=r"(val));
	return val;
}

static void write_fpexc(u32 val)
{
	/* Self-synchronizing for VFP instructions: no ISB (B1.11.3). */
	__asm__ volatile(".fpu neon\n\tvmsr fpexc, %0" : : "r"(val));
}

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
	if (likely(hwcaps & HWCAP_VFPD32))
		__asm__ volatile(".fpu neon\n\tvstmia %0, {d16-d31}"
				 :
				 : "r"(d)
				 : "memory");
	vfp->fpscr = fpscr;
}

static void load_registers(const struct vfp_sigframe *vfp)
{
	const u64 *d = vfp->fpregs;

	__asm__ volatile(".fpu neon\n\t"
			 "vldmia	%0!, {d0-d15}\n\t"
			 "vmsr	fpscr, %1"
			 : "+r"(d)
			 : "r"(vfp->fpscr)
			 : "memory");
	if (likely(hwcaps & HWCAP_VFPD32))
		__asm__ volatile(".fpu neon\n\tvldmia %0, {d16-d31}"
				 :
				 : "r"(d)
				 : "memory");
}

static u32 read_cpacr(void)
{
	u32 val;

	__asm__ volatile("mrc p15, 0, %0, c1, c0, 2" : "=r"(val));
	return val;
}

/*
 * The unit is open, every other coprocessor closed; the bits of what is not
 * there, or not for us, do not change.
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
	hwcaps = vfp_hwcaps_of(mvfr0, mvfr1);
	if (cpacr & CPACR_D32DIS)
		hwcaps = (hwcaps & ~(u32)HWCAP_VFPD32) | HWCAP_VFPv3D16;
	if (cpacr & (CPACR_D32DIS | CPACR_ASEDIS))
		hwcaps &= ~(u32)HWCAP_NEON;
	pr_info("vfp: %s registers, %s\n",
		hwcaps & HWCAP_VFPD32 ? "32 double" : "16 double",
		hwcaps & HWCAP_NEON ? "NEON" : "no NEON");
	write_fpexc(0);
}

u32 vfp_hwcaps(void)
{
	return hwcaps;
}

/* ---- who has it -------------------------------------------------- */

void vfp_switch(struct task_struct *next)
{
	write_fpexc(this_cpu(vfp_owner).task == next ? FPEXC_EN : 0);
}

void vfp_exit(struct task_struct *task)
{
	struct vfp_owner *owner = &this_cpu(vfp_owner);

	if (owner->task != task)
		return;
	owner->task = NULL;
	write_fpexc(0);
}

void vfp_save_current(void)
{
	if (this_cpu(vfp_owner).task != current)
		return;
	BUG_ON(!(read_fpexc() & FPEXC_EN));
	save_registers(&current->vfp.record.vfp);
}

void vfp_fork(struct task_struct *child)
{
	vfp_save_current();
	if (current->vfp.used)
		child->vfp = current->vfp;
	else
		child->vfp.used = false;
}

void vfp_exec(void)
{
	vfp_exit(current);
	current->vfp.used = false;
}

/* Before the first use: no bit of another program is in them. */
static void begin_use(struct vfp_state *vfp)
{
	memset(&vfp->record, 0, sizeof(vfp->record));
	vfp->record.vfp.magic = VFP_MAGIC;
	vfp->record.vfp.size = sizeof(vfp->record.vfp);
	vfp->used = true;
}

static void take_unit(struct task_struct *task)
{
	struct vfp_owner *owner = &this_cpu(vfp_owner);

	BUG_ON(owner->task == task);
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

/* DDI0406C A5.6, A5.7 */
static bool is_arm_vfp(u32 insn)
{
	bool coprocessor = (insn & 0x0c000000) == 0x0c000000 &&
		(insn & 0x0f000000) != 0x0f000000;

	return (coprocessor && is_unit_coprocessor(insn)) ||
		(insn & 0xfe000000) == 0xf2000000 || /* NEON data */
		(insn & 0xff100000) == 0xf4000000;   /* NEON load, store */
}

/* The first halfword on top. DDI0406C A6.3.18, A7.2 */
static bool is_thumb_vfp(u32 insn)
{
	bool coprocessor = (insn & 0xec000000) == 0xec000000 &&
		(insn & 0x03000000) != 0x03000000;

	return (coprocessor && is_unit_coprocessor(insn)) ||
		(insn & 0xef000000) == 0xef000000 || /* NEON data */
		(insn & 0xff100000) == 0xf9000000;   /* NEON load, store */
}

/* The 32 bits at pc; it may lie on the border of two pages. 0 or -EFAULT. */
static int read_insn(const struct pt_regs *regs, u32 *insn)
{
	u16 half[2];

	if (copy_from_user(half, regs->pc, sizeof(half)))
		return -EFAULT;
	*insn = regs->cpsr & PSR_T ? (u32)half[0] << 16 | half[1] :
				     (u32)half[1] << 16 | half[0];
	return 0;
}

/* regs->pc is the instruction's address. May sleep: interrupts are on. */
bool vfp_trap(struct pt_regs *regs)
{
	u32 insn;

	/* With the unit on it is undefined for another reason. */
	if (!user_mode(regs) || (read_fpexc() & FPEXC_EN))
		return false;
	if (read_insn(regs, &insn) != 0)
		return false;
	if (regs->cpsr & PSR_T ? !is_thumb_vfp(insn) : !is_arm_vfp(insn))
		return false;
	/* Reading may have slept; who ran meanwhile left us without the unit. */
	take_unit(current);
	return true;
}
