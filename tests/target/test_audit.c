/*
 * The auditor on the machine itself reports a bad entry: on demand and, in a
 * debug build, at the switch that would load its tables.
 *
 * The bad entries are in tables that no core walks. tests/host/test_audit.c
 * tests one of each kind.
 */
#include <alloc/alloc.h>
#include <lib/printk.h>
#include <mm/mm.h>
#include <mmu/mmu.h>
#include <proc/proc.h>
#include <sched.h>
#include <services/files/kmsg.h>
#include <string.h>
#include <tests/target/ktest.h>
#include <thread_info.h>

#define USER_VA 0x00400000u
#define NG      0x800u /* of a small page: not global */

static u64 log_end(void)
{
	u64 pos = 0;
	char buf[128];

	while (log_read(&pos, buf, sizeof(buf)) != 0)
		;
	return pos;
}

/* Returns whether the log from pos on contains text. */
static bool logged(u64 pos, const char *text)
{
	static char buf[2048];
	size_t bytes = log_read(&pos, buf, sizeof(buf) - 1);

	buf[bytes] = '\0';
	return strstr(buf, text) != NULL;
}

/* Makes a right entry, readable by programs, and changes its bits in flip. */
static pte_t *bad_entry(struct mm_struct *mm, struct page *page, u32 flip)
{
	pte_t *slot = pte_alloc_map(mm, USER_VA);

	KTEST_ASSERT(slot);
	slot->val = mk_pte(page, vm_get_page_prot(VM_READ)).val ^ flip;
	return slot;
}

static void check_found(struct page *page, u32 flip, const char *rule,
			const char *owner)
{
	struct mm_struct *mm = mm_alloc();
	pte_t *slot = bad_entry(mm, page, flip);
	u64 before = log_end();

	KTEST_EQ(pgtable_verify(mm), -EUCLEAN);
	KTEST_ASSERT(logged(before, "pgtable: 0x00400000: entry 0x"));
	KTEST_ASSERT(logged(before, rule));
	KTEST_ASSERT(logged(before, owner));
	slot->val = 0;
	KTEST_EQ(pgtable_verify(mm), 0);
	mmput(mm);
}

static void test_audit_finds(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *object = kmalloc(64, GFP_KERNEL);

	KTEST_ASSERT(page && object);
	check_found(page, 0, "does not count this user entry", "count 1");
	check_found(virt_to_page(object), 0, "memory of the kernel", "a slab");
	atomic_inc(&page->_mapcount);
	check_found(page, NG, "a user entry is global", "mapped 1");
	atomic_add(-1, &page->_mapcount);
	put_page(page);
	check_found(page, 0, "maps a free frame", "free");
	kfree(object);
}
KTEST(test_audit_finds);

#if CONFIG_DEBUG
/* Sleeps like a program whose tables are damaged meanwhile. */
static void test_audit_at_switch(void)
{
	struct thread_info *ti = current_thread_info();
	struct mm_struct *mm = mm_alloc();

	bad_entry(mm, alloc_page(GFP_KERNEL), NG);
	ti->mm = mm;
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_timeout(1000000);
}
KTEST_DIES(test_audit_at_switch, "page tables of init, pid 1, are bad");
#endif
