/*
 * trap/fault.c, driven as entry.S drives it: what each fault status means for a
 * program and for the kernel; which faults of the kernel are served, which go
 * on at a fix-up, and which are the kernel's own error.
 */
#include <asm/irqflags.h>
#include <asm/sections.h>
#include <trap/internal.h>
#include "mm_world.h"

#define AREA    0x20000000u /* one page, read and write */
#define NOTHING 0x30000000u /* no VMA */
#define NO_PC   0xc0180000u /* kernel code that __ex_table does not list */

/* clang-format off */
/* DFSR and IFSR (DDI0406C B3.13.3): status bits 10 and 3:0, WnR. */
#define FS(code)	(((code) & 0xfu) | ((code) & 0x10u) << 6)
/* clang-format on */
#define WNR                 0x800u
#define PAGE_TRANSLATION    FS(0x07)
#define SECTION_TRANSLATION FS(0x05)
#define PAGE_PERMISSION     FS(0x0f)

static struct mm_struct *mm;
static struct pt_regs regs;

static void boot(void)
{
	world_start(WORLD_RAM);
	mm = new_mm();
	map(mm, AREA, PAGE_SIZE, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	model_switch(mm);
}

static void end(void)
{
	assert_int_equal(host_locks_held, 0);
	assert_false(rwsem_is_locked(&mm->mmap_lock));
	drop_mm(mm);
	world_end();
}

/* An abort of a program; its end is in world_signal. */
static void user_abort(u32 fsr, u32 far, enum abort_kind kind)
{
	regs = (struct pt_regs){ .cpsr = PSR_MODE_USR, .pc = 0x10000 };
	world_signal.sig = 0;
	local_irq_disable();
	world_abort(far, fsr, &regs, kind);
	local_irq_enable();
}

static void expect_user(u32 fsr, u32 far, int sig, int code)
{
	user_abort(fsr, far, ABORT_DATA);
	if (world_signal.sig != sig || world_signal.code != code)
		fail_msg("FSR 0x%03x, address 0x%08x: signal %d code %d, not "
			 "%d %d",
			 fsr, far, world_signal.sig, world_signal.code, sig,
			 code);
	if (sig)
		assert_int_equal(world_signal.addr, far);
}

/*
 * A data abort of the kernel at pc, with these bits of CPSR besides the mode.
 */
static void kernel_abort(u32 fsr, u32 far, u32 pc, u32 cpsr)
{
	regs = (struct pt_regs){ .cpsr = PSR_MODE_SVC | cpsr, .pc = pc };
	world_signal.sig = 0;
	local_irq_disable();
	do_DataAbort(far, fsr, &regs);
	local_irq_enable();
	assert_int_equal(world_signal.sig, 0);
}

/* The fault is not resolved, and the copy continues at its fix-up. */
static void expect_fixup(u32 fsr, u32 far, u32 cpsr)
{
	u32 free = nr_free_pages();

	kernel_abort(fsr, far, UACCESS_PC, cpsr);
	assert_int_equal(regs.pc, UACCESS_FIXUP);
	assert_int_equal(nr_free_pages(), free);
}

/* The fault is resolved, and the access is made again. */
static void expect_retry(u32 fsr, u32 far, u32 pc)
{
	kernel_abort(fsr, far, pc, 0);
	assert_int_equal(regs.pc, pc);
}

static void expect_oops(const char *text, u32 fsr, u32 far, u32 pc)
{
	expect_bug(text, kernel_abort(fsr, far, pc, 0));
}

/* ---- the table --------------------------------------------------- */

/* clang-format off */
/*
 * The signal that a program gets for each of the manual's 32 codes: at a user
 * address where nothing is, and at one of the kernel. As Linux's fsr-2level.c
 * decides for 2-level tables, but with the manual's names.
 */
static const struct row {
	u32 fs;
	int sig, code;
	bool has_address;
} rows[] = {
	{ 0x00, SIGKILL, 0, false },
	{ 0x02, SIGTRAP, TRAP_HWBKPT, false },		/* debug event */
	{ 0x03, SIGKILL, 0, true },			/* access flag, section */
	{ 0x04, SIGSEGV, SEGV_MAPERR, true },		/* cache maintenance */
	{ 0x05, SIGSEGV, SEGV_MAPERR, true },		/* translation, section */
	{ 0x06, SIGSEGV, SEGV_MAPERR, true },		/* access flag, page */
	{ 0x07, SIGSEGV, SEGV_MAPERR, true },		/* translation, page */
	{ 0x08, SIGBUS, BUS_OBJERR, true },		/* external abort */
	{ 0x09, SIGSEGV, SEGV_ACCERR, true },		/* domain, section */
	{ 0x0a, SIGKILL, 0, false },
	{ 0x0b, SIGSEGV, SEGV_ACCERR, true },		/* domain, page */
	{ 0x0c, SIGBUS, BUS_OBJERR, true },		/* external, walk */
	{ 0x0d, SIGSEGV, SEGV_MAPERR, true },		/* permission, section */
	{ 0x0e, SIGBUS, BUS_OBJERR, true },		/* external, walk */
	{ 0x0f, SIGSEGV, SEGV_MAPERR, true },		/* permission, page */
	{ 0x10, SIGBUS, BUS_OBJERR, true },		/* TLB conflict */
	{ 0x11, SIGKILL, 0, false }, { 0x12, SIGKILL, 0, false },
	{ 0x13, SIGKILL, 0, false }, { 0x14, SIGKILL, 0, false },
	{ 0x15, SIGKILL, 0, false },
	{ 0x16, SIGBUS, BUS_OBJERR, false },		/* external, asynchronous */
	{ 0x17, SIGKILL, 0, false },
	{ 0x18, SIGBUS, BUS_OBJERR, false },		/* parity, asynchronous */
	{ 0x19, SIGBUS, BUS_OBJERR, true },		/* parity */
	{ 0x1a, SIGKILL, 0, false }, { 0x1b, SIGKILL, 0, false },
	{ 0x1c, SIGBUS, BUS_OBJERR, true },		/* parity, walk */
	{ 0x1d, SIGKILL, 0, false },
	{ 0x1e, SIGBUS, BUS_OBJERR, true },		/* parity, walk */
	{ 0x1f, SIGKILL, 0, false },
};
/* clang-format on */

static void test_user_statuses(void **state __unused_arg)
{
	boot();
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		expect_user(FS(rows[i].fs), NOTHING, rows[i].sig, rows[i].code);
		expect_user(FS(rows[i].fs) | WNR, PAGE_OFFSET, rows[i].sig,
			    rows[i].code);
	}
	end();
}

/* Each status is an oops that names it, and none is a signal. */
static void test_kernel_statuses(void **state __unused_arg)
{
	boot();
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		bool domain = rows[i].fs == 0x09 || rows[i].fs == 0x0b;

		expect_oops(!rows[i].has_address ?
				    "Oops: " :
				    (domain ? "outside uaccess" :
					      "bad kernel address"),
			    FS(rows[i].fs), VMALLOC_END, NO_PC);
	}
	end();
}

/* The cause is the hardware's: a fix-up for a bad pointer must not hide it. */
static void test_no_fixup_without_address(void **state __unused_arg)
{
	boot();
	expect_oops("asynchronous external abort", FS(0x16), AREA, UACCESS_PC);
	expect_oops("parity error", FS(0x18), AREA, UACCESS_PC);
	expect_oops("unknown fault status", FS(0x1f), AREA, UACCESS_PC);
	expect_fixup(FS(0x08), AREA, 0);
	end();
}

/*
 * Linux's trap number and error code, as the signal's context will have them.
 */
static void test_user_report(void **state __unused_arg)
{
	boot();
	user_abort(PAGE_TRANSLATION | WNR, NOTHING + 5, ABORT_DATA);
	assert_int_equal(world_signal.addr, NOTHING + 5);
	assert_int_equal(world_reports, 1);
	user_abort(PAGE_TRANSLATION, NOTHING, ABORT_PREFETCH);
	assert_int_equal(world_reports, 2);
	end();
}

/* ---- programs ---------------------------------------------------- */

/* By the walker: kernel sections and pages do not exist for a program. */
static void test_user_at_kernel_address(void **state __unused_arg)
{
	struct kernel_image img = kernel_image();
	const u32 kernel[] = { PAGE_OFFSET, img.text,     high_memory - 4,
			       high_memory, FIXMAP_START, 0xfffffffc };
	u32 val;

	boot();
	for (u32 i = 0; i < ARRAY_SIZE(kernel); i++) {
		assert_int_equal(model_load(mm, kernel[i], &val),
				 DIED_SEGV_MAPERR);
		assert_int_equal(model_store(mm, kernel[i], 1),
				 DIED_SEGV_MAPERR);
		assert_int_equal(model_fetch(mm, kernel[i], &val),
				 DIED_SEGV_MAPERR);
		assert_int_equal(world_signal.addr, kernel[i]);
	}
	end();
}

static void test_user_rights(void **state __unused_arg)
{
	u32 val;

	boot();
	assert_int_equal(model_fetch(mm, AREA, &val), DIED_SEGV_ACCERR);
	assert_int_equal(protect(mm, AREA, PAGE_SIZE, PROT_READ), 0);
	assert_int_equal(model_store(mm, AREA, 1), DIED_SEGV_ACCERR);
	assert_int_equal(model_load(mm, AREA, &val), 0);
	assert_int_equal(protect(mm, AREA, PAGE_SIZE, PROT_NONE), 0);
	assert_int_equal(model_load(mm, AREA, &val), DIED_SEGV_ACCERR);
	assert_int_equal(protect(mm, AREA, PAGE_SIZE, PROT_EXEC), 0);
	assert_int_equal(model_fetch(mm, AREA, &val), 0);
	end();
}

/* Serving may sleep: with interrupts on, once FAR and FSR are read. */
static void test_irqs_on_while_served(void **state __unused_arg)
{
	boot();
	local_irq_disable();
	regs = (struct pt_regs){ .cpsr = PSR_MODE_USR };
	do_DataAbort(AREA, PAGE_TRANSLATION, &regs);
	assert_false(irqs_disabled());
	local_irq_disable();
	world_abort(NOTHING, FS(0x08), &regs, ABORT_DATA);
	assert_false(irqs_disabled());
	end();
}

static void test_memory_used_up(void **state __unused_arg)
{
	boot();
	fail_alloc_set("pages", 1, 1);
	expect_user(PAGE_TRANSLATION | WNR, AREA, 0, 0);
	assert_int_equal(world_ooms, 1);
	/* A copy of the victim's ends; another's is tried again. */
	fail_alloc_set("pages", 1, 1);
	kernel_abort(PAGE_TRANSLATION | WNR, AREA, UACCESS_PC, 0);
	assert_int_equal(world_ooms, 2);
	assert_int_equal(regs.pc, UACCESS_FIXUP);
	fail_alloc_set(NULL, 0, 0);
	world_dying = false;
	expect_retry(PAGE_TRANSLATION | WNR, AREA, UACCESS_PC);
	end();
}

/* Another process is killed: our copy is repeated when its memory is free. */
static void test_another_is_killed(void **state __unused_arg)
{
	boot();
	world_has_victim = true;
	fail_alloc_set("pages", 1, 1);
	kernel_abort(PAGE_TRANSLATION | WNR, AREA, UACCESS_PC, 0);
	assert_int_equal(world_ooms, 1);
	assert_int_equal(regs.pc, UACCESS_PC);
	fail_alloc_set(NULL, 0, 0);
	expect_retry(PAGE_TRANSLATION | WNR, AREA, UACCESS_PC);
	end();
}

/* ---- the kernel at user addresses -------------------------------- */

static void test_uaccess_is_served(void **state __unused_arg)
{
	boot();
	expect_retry(PAGE_TRANSLATION | WNR, AREA, UACCESS_PC);
	assert_int_not_equal(frame_of(mm, AREA), 0);
	expect_retry(PAGE_TRANSLATION | WNR, AREA + 4, UACCESS_PC + 8);
	end();
}

static void test_uaccess_fixup(void **state __unused_arg)
{
	boot();
	expect_fixup(PAGE_TRANSLATION, NOTHING, 0);
	expect_fixup(SECTION_TRANSLATION, NOTHING, 0);
	expect_fixup(SECTION_TRANSLATION, 0, 0);
	assert_int_equal(protect(mm, AREA, PAGE_SIZE, PROT_READ), 0);
	expect_fixup(PAGE_PERMISSION | WNR, AREA, 0);
	/* Each instruction has its own. */
	kernel_abort(PAGE_TRANSLATION, NOTHING, UACCESS_PC + 4, 0);
	assert_int_equal(regs.pc, UACCESS_FIXUP + 4);
	kernel_abort(PAGE_TRANSLATION, NOTHING, UACCESS_PC + 8, 0);
	assert_int_equal(regs.pc, UACCESS_FIXUP + 8);
	end();
}

/* A plain pointer into user memory: never served, however right the VMA. */
static void test_user_pointer_is_an_oops(void **state __unused_arg)
{
	boot();
	expect_oops("outside uaccess", PAGE_TRANSLATION, AREA, NO_PC);
	assert_int_equal(frame_of(mm, AREA), 0);
	expect_oops("outside uaccess", PAGE_TRANSLATION, AREA, UACCESS_PC + 2);
	expect_oops("outside uaccess", PAGE_TRANSLATION, AREA, UACCESS_PC + 12);
	expect_oops("outside uaccess", PAGE_PERMISSION | WNR, AREA, NO_PC);
	expect_oops("NULL pointer", SECTION_TRANSLATION, 8, NO_PC);
	assert_int_equal(frame_of(mm, AREA), 0);
	end();
}

/* User memory is not open: an oops, though __ex_table lists the instruction. */
static void test_closed_domain(void **state __unused_arg)
{
	boot();
	expect_oops("outside uaccess", FS(0x0b), AREA, UACCESS_PC);
	expect_oops("outside uaccess", FS(0x09), AREA, UACCESS_PC);
	end();
}

/* A copy with interrupts off cannot sleep: it fails where a page is missing. */
static void test_irqs_were_off(void **state __unused_arg)
{
	boot();
	expect_fixup(PAGE_TRANSLATION, AREA, PSR_I);
	expect_fixup(SECTION_TRANSLATION, AREA, PSR_I);
	assert_int_equal(frame_of(mm, AREA), 0);
	expect_retry(PAGE_TRANSLATION, AREA, UACCESS_PC);
	end();
}

/* A kernel thread has borrowed tables and no user memory. */
static void test_kernel_thread(void **state __unused_arg)
{
	boot();
	host_current->mm = NULL;
	expect_fixup(PAGE_TRANSLATION, AREA, 0);
	expect_oops("outside uaccess", PAGE_TRANSLATION, AREA, NO_PC);
	host_current->mm = mm;
	end();
}

/* ---- the kernel at its own addresses ----------------------------- */

static void test_kernel_rights(void **state __unused_arg)
{
	u32 text = kernel_image().text;

	boot();
	assert_int_equal(model_access(text, MODEL_STORE, false).fsr, 0x80f);
	expect_oops("bad kernel address", PAGE_PERMISSION | WNR, text, NO_PC);
	expect_oops("bad kernel address", FS(0x0d) | WNR, PAGE_OFFSET, NO_PC);
	expect_oops("bad kernel address", FS(0x01), PAGE_OFFSET + 1, NO_PC);
	expect_fixup(PAGE_PERMISSION | WNR, text, 0);
	end();
}

/* init_mm's first level has it, these tables do not: copied, and only then. */
static void test_vmalloc_sync(void **state __unused_arg)
{
	struct page *page;
	u32 va, synced = nr_vmalloc_syncs;

	boot();
	page = alloc_page(GFP_KERNEL);
	va = vmalloc_start() + 5 * PGDIR_SIZE;
	expect_oops("bad kernel address", SECTION_TRANSLATION, va, NO_PC);
	assert_int_equal(map_kernel_range(va, PAGE_SIZE, &page, MT_MEMORY_RW),
			 0);
	assert_int_equal(model_access(va, MODEL_LOAD, false).fsr, 0x005);
	expect_user(SECTION_TRANSLATION, va, SIGSEGV, SEGV_MAPERR);
	assert_int_equal(nr_vmalloc_syncs, synced);
	expect_retry(SECTION_TRANSLATION, va, NO_PC);
	assert_int_equal(nr_vmalloc_syncs, synced + 1);
	assert_int_equal(model_access(va, MODEL_LOAD, false).fsr, 0);
	/* init_mm's tables lack this page, so no process can have it. */
	expect_oops("bad kernel address", PAGE_TRANSLATION, va + PAGE_SIZE,
		    NO_PC);
	unmap_kernel_range(va, PAGE_SIZE);
	flush_tlb_kernel_range(va, va + PAGE_SIZE);
	put_page(page);
	drop_mm(mm);
	model_check_tlb();
}

/* ---- alignment --------------------------------------------------- */

/* Exclusives are not emulated. If the instruction is unmapped: SEGV_MAPERR. */
static void test_alignment_ends(void **state __unused_arg)
{
	boot();
	expect_user(FS(0x01), AREA + 1, SIGSEGV, SEGV_MAPERR);
	poke(mm, AREA, 0xe1921f9f); /* ldrex r1, [r2] */
	regs = (struct pt_regs){ .cpsr = PSR_MODE_USR, .pc = AREA };
	world_abort(AREA + 1, FS(0x01), &regs, ABORT_DATA);
	assert_int_equal(world_signal.sig, SIGBUS);
	assert_int_equal(world_signal.code, BUS_ADRALN);
	poke(mm, AREA, 0xe8920018); /* ldm r2, {r3, r4} */
	poke(mm, AREA + 8, 0x11223344);
	regs = (struct pt_regs){ .cpsr = PSR_MODE_USR, .pc = AREA };
	regs.r[2] = AREA + 9;
	world_signal.sig = 0;
	world_abort(AREA + 9, FS(0x01), &regs, ABORT_DATA);
	assert_int_equal(world_signal.sig, 0);
	assert_int_equal(regs.pc, AREA + 4);
	assert_int_equal(regs.r[3], 0x112233);
	/* The kernel's own crooked pointer is an error, mendable or not. */
	regs.cpsr = PSR_MODE_SVC;
	regs.pc = AREA;
	expect_bug("outside uaccess", do_DataAbort(AREA + 9, FS(0x01), &regs));
	end();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_user_statuses),
		cmocka_unit_test(test_kernel_statuses),
		cmocka_unit_test(test_no_fixup_without_address),
		cmocka_unit_test(test_user_report),
		cmocka_unit_test(test_user_at_kernel_address),
		cmocka_unit_test(test_user_rights),
		cmocka_unit_test(test_irqs_on_while_served),
		cmocka_unit_test(test_memory_used_up),
		cmocka_unit_test(test_another_is_killed),
		cmocka_unit_test(test_uaccess_is_served),
		cmocka_unit_test(test_uaccess_fixup),
		cmocka_unit_test(test_user_pointer_is_an_oops),
		cmocka_unit_test(test_closed_domain),
		cmocka_unit_test(test_irqs_were_off),
		cmocka_unit_test(test_kernel_thread),
		cmocka_unit_test(test_kernel_rights),
		cmocka_unit_test(test_vmalloc_sync),
		cmocka_unit_test(test_alignment_ends),
	};

	return host_run(tests);
}
