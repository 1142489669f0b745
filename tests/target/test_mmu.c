/*
 * The MMU on the machine itself: accesses abort exactly where they must, one
 * address is different memory in each address space, user copies are exact.
 */
#include <alloc/alloc.h>
#include <asm/barrier.h>
#include <asm/cp15.h>
#include <asm/domain.h>
#include <asm/sections.h>
#include <asm/uaccess.h>
#include <board/board.h>
#include <mmu/errata.h>
#include <mmu/mmu.h>
#include <startup/startup.h>
#include <string.h>
#include <tests/target/ktest.h>
#include <thread_info.h>

#define USER_VA 0x00400000u /* mmu_probe.S knows it too */
#define RW      (VM_READ | VM_WRITE | VM_SHARED)
#define BX_LR   0xe12fff1eu

int probe_load(u32 va, u32 *val);
int probe_store(u32 va, u32 val);
int probe_call(u32 va);
u32 probe_exclusive(u32 *word, u32 va);
extern u32 probe_code_in_text[], probe_code_in_rodata[], probe_code_in_data[];

static u32 number(const void *p)
{
	return (u32)(uintptr_t)p;
}

/* ---- an address space without mm/ -------------------------------- */

/* A space's pages are mapped from USER_VA on. */
#define MAX_PAGES 2u

struct space {
	struct mm_struct mm;
	struct page *page[MAX_PAGES];
};

static void space_init(struct space *s, u32 n, u32 vm_flags)
{
	memset(s, 0, sizeof(*s));
	init_new_context(&s->mm);
	KTEST_ASSERT(pgd_alloc(&s->mm) == 0);
	for (u32 i = 0; i < n; i++) {
		u32 va = USER_VA + i * PAGE_SIZE;
		pte_t *slot = pte_alloc_map(&s->mm, va);

		s->page[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		KTEST_ASSERT(slot && s->page[i]);
		spin_lock(&s->mm.page_table_lock);
		atomic_inc(&s->page[i]->_mapcount);
		set_pte_at(&s->mm, va, slot,
			   mk_pte(s->page[i], vm_get_page_prot(vm_flags)));
		spin_unlock(&s->mm.page_table_lock);
	}
}

static void load_tables(struct mm_struct *mm)
{
	u32 flags = local_irq_save();

	switch_mm(NULL, mm);
	isb(); /* complete the switch: the probes do not open user memory */
	local_irq_restore(flags);
}

/*
 * Lets the probes reach user pages. A user copy in between would close them
 * again: it writes DACR itself.
 */
static void set_dacr(u32 dacr)
{
	write_dacr(dacr);
	isb(); /* the next access must use the new value */
}

/* Loads mm's tables and opens its pages to the probes. */
static void open_tables(struct mm_struct *mm)
{
	load_tables(mm);
	set_dacr(DACR_USER_OPEN);
}

/* Loads the tables that the scheduler believes to be loaded. */
static void load_own_tables(void)
{
	set_dacr(DACR_USER_CLOSED);
	load_tables(current_thread_info()->active_mm);
}

static void space_end(struct space *s)
{
	for (u32 i = 0; i < MAX_PAGES && s->page[i]; i++) {
		u32 va = USER_VA + i * PAGE_SIZE;

		spin_lock(&s->mm.page_table_lock);
		ptep_clear_flush(&s->mm, va, pte_offset_map(&s->mm, va));
		atomic_add(-1, &s->page[i]->_mapcount);
		spin_unlock(&s->mm.page_table_lock);
		put_page(s->page[i]);
	}
	pgd_free(&s->mm);
}

static u8 *byte_of(const struct space *s, u32 va)
{
	u32 offset = va - USER_VA;

	return (u8 *)page_address(s->page[offset / PAGE_SIZE]) +
		offset % PAGE_SIZE;
}

/* ---- the kernel's own map ---------------------------------------- */

static void test_kernel_map(void)
{
	struct kernel_image img = kernel_image();
	u32 val, *data = probe_code_in_data;

	KTEST_ASSERT(pgtable_verify(&init_mm) == 0);
	KTEST_EQ(probe_load(img.text, &val), 0);
	KTEST_EQ(probe_store(img.text, val), -EFAULT);
	KTEST_EQ(probe_store(img.etext - 4, 0), -EFAULT);
	KTEST_EQ(probe_load(img.rodata, &val), 0);
	KTEST_EQ(probe_store(img.rodata, val), -EFAULT);
	KTEST_EQ(probe_store(img.erodata - 4, 0), -EFAULT);
	KTEST_EQ(probe_store(number(data), *data), 0);
	KTEST_EQ(probe_load(high_memory - 4, &val), 0);
}
KTEST(test_kernel_map);

static void test_unmapped(void)
{
	const u32 nothing[] = {
		0,
		4,
		kernel_image().boot,
		TASK_SIZE - 4,
		high_memory,
		vmalloc_start() - 4,
		VMALLOC_END,
		FIXMAP_END,
		0xfffffffc,
	};
	u32 val;

	load_tables(&init_mm);
	for (u32 i = 0; i < ARRAY_SIZE(nothing); i++) {
		KTEST_EQ(probe_load(nothing[i], &val), -EFAULT);
		KTEST_EQ(probe_store(nothing[i], 0), -EFAULT);
	}
	load_own_tables();
}
KTEST(test_unmapped);

static void test_execute_never(void)
{
	KTEST_EQ(probe_call(number(probe_code_in_text)), 0);
	KTEST_EQ(probe_call(number(probe_code_in_data)), -EFAULT);
	KTEST_EQ(probe_call(number(probe_code_in_rodata)), -EFAULT);
	KTEST_EQ(probe_call(FIXMAP_START), -EFAULT);
}
KTEST(test_execute_never);

/* A return from an exception clears the exclusive monitor (A3.4.5). */
static void test_exclusive_over_abort(void)
{
	u32 word = 7;

	KTEST_EQ(probe_exclusive(&word, VMALLOC_END), 1);
	KTEST_EQ(word, 7);
}
KTEST(test_exclusive_over_abort);

static void test_vectors(void)
{
	u32 val;

	KTEST_EQ(probe_load(VECTORS_BASE, &val), 0);
	KTEST_EQ(probe_store(VECTORS_BASE, val), -EFAULT);
	KTEST_EQ(probe_load(VECTORS_BASE + PAGE_SIZE - 4, &val), 0);
}
KTEST(test_vectors);

/*
 * Returns whether a program could read va: ATS1CUR translates as a user read
 * does, and bit 0 of PAR reports an abort.
 */
static bool user_can_read(u32 va)
{
	u32 par;

	__asm__ volatile("mcr p15, 0, %1, c7, c8, 2\n\t"
			 "isb\n\tmrc p15, 0, %0, c7, c4, 0"
			 : "=r"(par)
			 : "r"(va));
	return !(par & 1);
}

static void test_kernel_is_hidden(void)
{
	struct kernel_image img = kernel_image();
	const u32 kernel[] = { PAGE_OFFSET, img.text,        img.rodata,
			       img.erodata, high_memory - 4, FIXMAP_START };

	for (u32 i = 0; i < ARRAY_SIZE(kernel); i++)
		KTEST_ASSERT(!user_can_read(kernel[i]));
	KTEST_ASSERT(user_can_read(VECTORS_BASE));
}
KTEST(test_kernel_is_hidden);

/*
 * The diagnostic register contains the bits of the errata: QEMU keeps the value
 * of the A9's. In Non-secure state, as on xilinx-zynq-a9, the kernel leaves the
 * register to the loader, and QEMU's loader sets no bit.
 */
static void test_errata(void)
{
	const u32 *secure = phys_to_virt((phys_addr_t)(uintptr_t)&boot_secure);
	u32 midr = read_midr(), diagnostic = 0;
	u32 want = *secure ? errata_bits(errata, FIX_DIAGNOSTIC, midr) : 0;

	if ((midr & MIDR_PART_MASK) == MIDR_CORTEX_A9)
		__asm__("mrc p15, 0, %0, c15, c0, 1" : "=r"(diagnostic));
	KTEST_EQ(diagnostic, want);
}
KTEST(test_errata);

/* ---- user pages -------------------------------------------------- */

static struct space space;

static void test_user_rights(void)
{
	static const struct {
		u32 vm_flags;
		int load, store, call;
	} rows[] = {
		{ 0, -EFAULT, -EFAULT, -EFAULT },
		{ VM_READ, 0, -EFAULT, -EFAULT },
		{ RW, 0, 0, -EFAULT },
		{ VM_READ | VM_WRITE, 0, -EFAULT, -EFAULT },
		{ VM_READ | VM_EXEC, 0, -EFAULT, 0 },
		{ RW | VM_EXEC, 0, 0, 0 },
	};
	u32 val;

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		space_init(&space, 1, rows[i].vm_flags);
		*(u32 *)page_address(space.page[0]) = BX_LR;
		flush_icache_page(space.page[0]);
		open_tables(&space.mm);
		KTEST_EQ(probe_load(USER_VA, &val), rows[i].load);
		KTEST_EQ(probe_store(USER_VA, BX_LR), rows[i].store);
		KTEST_EQ(probe_call(USER_VA), rows[i].call);
		KTEST_EQ(user_can_read(USER_VA), rows[i].load == 0);
		KTEST_EQ(probe_load(USER_VA + PAGE_SIZE, &val), -EFAULT);
		KTEST_EQ(pgtable_verify(&space.mm), 0);
		load_own_tables();
		space_end(&space);
	}
}
KTEST(test_user_rights);

/*
 * Each change must apply when its flush returns. QEMU keeps stale entries, so
 * that a missing flush is seen.
 */
static void test_changes(void)
{
	pte_t *slot;
	u32 val;

	space_init(&space, 1, RW);
	open_tables(&space.mm);
	slot = pte_offset_map(&space.mm, USER_VA);
	KTEST_EQ(probe_store(USER_VA, 1), 0);
	ptep_set_wrprotect(&space.mm, USER_VA, slot);
	flush_tlb_page(&space.mm, USER_VA);
	KTEST_EQ(probe_store(USER_VA, 2), -EFAULT);
	ptep_set_access_flags(&space.mm, USER_VA, slot, pte_mkwrite(*slot));
	KTEST_EQ(probe_store(USER_VA, 3), 0);
	ptep_test_and_clear_young(&space.mm, USER_VA, slot);
	flush_tlb_page(&space.mm, USER_VA);
	KTEST_EQ(probe_load(USER_VA, &val), -EFAULT);
	ptep_set_access_flags(&space.mm, USER_VA, slot, pte_mkyoung(*slot));
	KTEST_EQ(probe_load(USER_VA, &val), 0);
	KTEST_EQ(val, 3);
	ptep_modify_prot(&space.mm, USER_VA, slot, vm_get_page_prot(0));
	flush_tlb_range(&space.mm, USER_VA, USER_VA + PAGE_SIZE);
	KTEST_EQ(probe_load(USER_VA, &val), -EFAULT);
	load_own_tables();
	space_end(&space);
}
KTEST(test_changes);

/* ---- contexts ---------------------------------------------------- */

#define SPACES 300u /* more than there are ASIDs */

static struct space spaces[SPACES];

/* Each space has its own number at the same address. */
static void test_contexts(void)
{
	u32 val, ttbr0, asid, contextidr;

	for (u32 i = 0; i < SPACES; i++) {
		space_init(&spaces[i], 1, RW);
		*(u32 *)page_address(spaces[i].page[0]) = i;
	}
	for (u32 n = 0; n < 3 * SPACES; n++) {
		struct space *s = &spaces[n * 7 % SPACES];

		open_tables(&s->mm);
		KTEST_EQ(probe_load(USER_VA, &val), 0);
		KTEST_EQ(val, n * 7 % SPACES);
		mmu_current_context(&ttbr0, &contextidr);
		mmu_context_of(&s->mm, &ttbr0, &asid);
		KTEST_ASSERT(asid != 0 && asid == contextidr);
		KTEST_ASSERT(current_pgd() == s->mm.pgd);
	}
	load_own_tables();
	for (u32 i = 0; i < SPACES; i++)
		space_end(&spaces[i]);
}
KTEST(test_contexts);

/* ---- user copies (mmu/uaccess.S) --------------------------------- */

#define COPY_MAX 700u

static u8 buf[COPY_MAX + 16];

static void fill(u8 *p, u32 n, u8 first)
{
	for (u32 i = 0; i < n; i++)
		p[i] = (u8)(first + i * 7);
}

/* Returns whether n user bytes at va are first, first + step, and so on. */
static bool user_is(u32 va, u32 n, u8 first, u8 step)
{
	for (u32 i = 0; i < n; i++)
		if (*byte_of(&space, va + i) != (u8)(first + i * step))
			return false;
	return true;
}

/* A user copy must close user memory again, however it ends. */
static void check_closed(void)
{
	KTEST_EQ(read_dacr(), DACR_USER_CLOSED);
}

/*
 * Checks copies of n bytes, of which the first `there` can be accessed, between
 * va and buf + skew.
 */
static void check_copy(u32 va, u32 n, u32 there, u32 skew)
{
	u8 *k = buf + skew;

	fill(k, n, (u8)n);
	k[n] = 0xee;
	KTEST_EQ(__copy_to_user(va, k, n), n - there);
	check_closed();
	KTEST_ASSERT(user_is(va, there, (u8)n, 7));
	memset(k, 0xaa, n);
	KTEST_EQ(__copy_from_user(k, va, n), n - there);
	check_closed();
	for (u32 i = 0; i < there; i++)
		KTEST_ASSERT(k[i] == (u8)(n + i * 7));
	KTEST_ASSERT(k[n] == 0xee);
	KTEST_EQ(__clear_user(va, n), n - there);
	check_closed();
	KTEST_ASSERT(user_is(va, there, 0, 0));
}

static void test_copies(void)
{
	const u32 end = USER_VA + MAX_PAGES * PAGE_SIZE;

	space_init(&space, MAX_PAGES, RW);
	load_tables(&space.mm);
	for (u32 n = 0; n < COPY_MAX; n = n < 40 ? n + 1 : n + 37)
		for (u32 place = 0; place < 5; place++)
			for (u32 skew = 0; skew < 5; skew++) {
				u32 there = n * 3 / 4;

				/* across a page border, and past the end */
				check_copy(USER_VA + PAGE_SIZE - 300 + place, n,
					   n, skew);
				check_copy(end - there, n, there, skew);
			}
	load_own_tables();
	space_end(&space);
}
KTEST(test_copies);

static void test_single_words(void)
{
	const u32 end = USER_VA + PAGE_SIZE;
	u32 word;
	u8 byte;

	space_init(&space, 1, RW);
	load_tables(&space.mm);
	KTEST_EQ(put_user_u32(0x12345678, end - 4), 0);
	check_closed();
	KTEST_EQ(get_user_u32(&word, end - 4), 0);
	check_closed();
	KTEST_EQ(word, 0x12345678);
	KTEST_EQ(get_user_u8(&byte, end - 1), 0);
	check_closed();
	KTEST_EQ(byte, 0x12);
	KTEST_EQ(get_user_u32(&word, end), -EFAULT);
	check_closed();
	KTEST_EQ(get_user_u8(&byte, end), -EFAULT);
	check_closed();
	KTEST_EQ(put_user_u32(1, end), -EFAULT);
	check_closed();
	KTEST_EQ(get_user_u32(&word, PAGE_OFFSET), -EFAULT);
	KTEST_EQ(put_user_u32(1, VECTORS_BASE), -EFAULT);
	load_own_tables();
	space_end(&space);
}
KTEST(test_single_words);

/* ---- user memory is closed to plain code (asm/domain.h) ---------- */

static void open_page(void)
{
	space_init(&space, 1, RW | VM_EXEC);
	*(u32 *)page_address(space.page[0]) = BX_LR;
	flush_icache_page(space.page[0]);
	load_tables(&space.mm);
}

/*
 * An exception restores the DACR that it interrupted: closed in plain code,
 * open within a user copy.
 */
static void test_exception_keeps_dacr(void)
{
	u32 val;

	KTEST_EQ(probe_load(0, &val), -EFAULT);
	check_closed();
	open_page();
	set_dacr(DACR_USER_OPEN);
	KTEST_EQ(probe_load(0, &val), -EFAULT);
	KTEST_EQ(read_dacr(), DACR_USER_OPEN);
	KTEST_EQ(probe_load(USER_VA, &val), 0);
	load_own_tables();
	space_end(&space);
}
KTEST(test_exception_keeps_dacr);

#define OUTSIDE "the kernel touched a user address outside uaccess"

static void test_load_user(void)
{
	open_page();
	KTEST_EQ(*(volatile u32 *)USER_VA, BX_LR);
}
KTEST_DIES(test_load_user, OUTSIDE);

/* Neither a copy that succeeds nor one that fails leaves user memory open. */
static void test_store_user_after_copy(void)
{
	open_page();
	KTEST_EQ(put_user_u32(1, USER_VA), 0);
	KTEST_EQ(put_user_u32(1, USER_VA + PAGE_SIZE), -EFAULT);
	*(volatile u32 *)USER_VA = 0;
}
KTEST_DIES(test_store_user_after_copy, OUTSIDE);

static void test_call_user(void)
{
	open_page();
	((void (*)(void))USER_VA)();
}
KTEST_DIES(test_call_user, OUTSIDE);

/*
 * An instruction with an entry in the exception table must not reach user
 * memory that uaccess has not opened.
 */
static void test_fixup_does_not_hide(void)
{
	u32 val;

	open_page();
	probe_load(USER_VA, &val);
}
KTEST_DIES(test_fixup_does_not_hide, OUTSIDE);
