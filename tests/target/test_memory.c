/*
 * The kernel's own memory on the machine: memory that was allocated can be
 * used; an access behind it, or after it was freed, faults.
 */
#include <alloc/alloc.h>
#include <alloc/internal.h>
#include <board/board.h>
#include <mm/mm.h>
#include <mmu/mmu.h>
#include <proc/proc.h>
#include <string.h>
#include <tests/target/ktest.h>

#define AREA_PAGES 300u /* more than one first-level entry */

int probe_load(u32 va, u32 *val);
int probe_store(u32 va, u32 val);

static u32 number(const volatile void *p)
{
	return (u32)(uintptr_t)p;
}

static int load(const volatile void *p)
{
	u32 val;

	return probe_load(number(p), &val);
}

static void test_buddy(void)
{
	for (unsigned int order = 0; order <= MAX_ORDER; order++) {
		u32 bytes = PAGE_SIZE << order;
		u8 *block = __get_free_pages(GFP_KERNEL | __GFP_ZERO, order);

		KTEST_ASSERT(block);
		if (!block)
			return;
		KTEST_ASSERT(IS_ALIGNED(virt_to_phys(block), bytes));
		KTEST_EQ(block[0] | block[bytes - 1], 0);
		memset(block, 0xa5, bytes);
		free_pages(block, order);
	}
	KTEST_EQ(buddy_verify(), 0);
}
KTEST(test_buddy);

/*
 * Lengths up to three cache lines of 32 bytes, from each position in a word:
 * memset must write these bytes and no other.
 */
static void test_memset(void)
{
	static volatile u8 bytes[4 + 100 + 4];

	for (u32 start = 0; start < 4; start++) {
		for (u32 n = 0; n <= 100; n++) {
			u32 wrong = 0;

			for (u32 i = 0; i < sizeof(bytes); i++)
				bytes[i] = 0x55;
			KTEST_ASSERT(memset((u8 *)bytes + start, 0x1a5, n) ==
				     bytes + start);
			for (u32 i = 0; i < sizeof(bytes); i++)
				wrong += bytes[i] !=
					(i - start < n ? 0xa5 : 0x55);
			KTEST_EQ(wrong, 0);
		}
	}
}
KTEST(test_memset);

/*
 * Copies n bytes from from[place] to to[start] and returns the number of bytes
 * of `to` that are wrong then, in the copy and around it.
 */
static u32 copy_wrong(u32 start, u32 place, u32 n)
{
	static volatile u8 to[4 + 2160 + 4], from[4 + 2160];
	u32 wrong = 0;

	for (u32 i = 0; i < sizeof(to); i++)
		to[i] = 0x55;
	for (u32 i = 0; i < sizeof(from); i++)
		from[i] = (u8)(i % 251);
	wrong += memcpy((u8 *)to + start, (u8 *)from + place, n) != to + start;
	for (u32 i = 0; i < sizeof(to); i++)
		wrong += to[i] !=
			(i - start < n ? (i - start + place) % 251 : 0x55);
	return wrong;
}

/* Short lengths and some above 1024, from and to each position in a word. */
static void test_memcpy(void)
{
	static const u32 longer[] = { 1023, 1024, 1055, 1056, 2047, 2080, 2155 };

	for (u32 places = 0; places < 16; places++) {
		for (u32 n = 0; n <= 100; n++)
			KTEST_EQ(copy_wrong(places % 4, places / 4, n), 0);
		for (u32 i = 0; i < ARRAY_SIZE(longer); i++)
			KTEST_EQ(copy_wrong(places % 4, places / 4, longer[i]),
				 0);
	}
}
KTEST(test_memcpy);

static void test_slab(void)
{
	struct kmem_cache *cache = kmem_cache_create("test", 100, 0, 0, NULL);
	void *obj[100];

	for (u32 i = 0; i < ARRAY_SIZE(obj); i++) {
		obj[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		KTEST_ASSERT(obj[i]);
	}
	KTEST_EQ(slab_verify(), 0);
	for (u32 i = 0; i < ARRAY_SIZE(obj); i++)
		kmem_cache_free(cache, obj[i]);
	KTEST_ASSERT(kmem_cache_shrink(cache) >= 1);
	KTEST_EQ(kmem_cache_destroy(cache), 0);
}
KTEST(test_slab);

static void test_vmalloc(void)
{
	u8 *area = vmalloc_aligned(AREA_PAGES * PAGE_SIZE, PAGE_SIZE,
				   GFP_KERNEL | __GFP_ZERO, "zeroed");

	KTEST_ASSERT(area);
	if (!area)
		return;
	for (u32 i = 0; i < AREA_PAGES; i++) {
		u8 *page = area + i * PAGE_SIZE;

		KTEST_EQ(page[0], 0);
		memset(page, (int)i, PAGE_SIZE);
		KTEST_EQ(*(u8 *)page_address(vmalloc_to_page(page)), (u8)i);
	}
	KTEST_EQ(load(area + AREA_PAGES * PAGE_SIZE), -EFAULT);
	KTEST_EQ(vmalloc_verify(), 0);
	vfree(area);
	KTEST_EQ(load(area), -EFAULT);
	KTEST_EQ(load(area + (AREA_PAGES - 1) * PAGE_SIZE), -EFAULT);
}
KTEST(test_vmalloc);

/* Maps the board's first device at a second address. */
static void test_ioremap(void)
{
	u32 va = board.map[0].va;
	phys_addr_t pa;
	volatile u32 *regs;

	KTEST_EQ(kernel_va_to_phys(va, &pa), 0);
	regs = ioremap(pa, PAGE_SIZE);
	KTEST_ASSERT(regs);
	KTEST_EQ(regs[0], *(volatile u32 *)va);
	KTEST_EQ(load(regs + PAGE_SIZE / 4), -EFAULT);
	iounmap((void *)(uintptr_t)regs);
	KTEST_EQ(load(regs), -EFAULT);
}
KTEST(test_ioremap);

/* Whichever allocation fails, vmalloc frees the others and returns NULL. */
static void test_vmalloc_fails(void)
{
	void *area = NULL;
	u32 nth;

	for (nth = 1; !area && nth < 100; nth++) {
		fail_alloc_set(NULL, nth, 1);
		area = vmalloc(8 * PAGE_SIZE);
		KTEST_ASSERT(!area == (fail_alloc_hits() == 1));
		fail_alloc_set(NULL, 0, 0);
		KTEST_EQ(vmalloc_verify(), 0);
	}
	KTEST_ASSERT(nth > 9);
	vfree(area);
}
KTEST(test_vmalloc_fails);

/* fail_alloc by caller: only the allocations that vmalloc makes are counted. */
static void test_fail_by_caller(void)
{
	struct page *page;
	void *area;

	fail_alloc_set("pages@vmalloc", 3, 1);
	for (u32 i = 0; i < 5; i++) {
		page = alloc_page(GFP_KERNEL);
		KTEST_ASSERT(page);
		__free_pages(page, 0);
	}
	KTEST_EQ(fail_alloc_hits(), 0);
	area = vmalloc(8 * PAGE_SIZE);
	KTEST_ASSERT(!area);
	KTEST_EQ(fail_alloc_hits(), 1);
	fail_alloc_set(NULL, 0, 0);
	vfree(area);
}
KTEST(test_fail_by_caller);

/*
 * ioremap refuses RAM: mapping it as Device beside the kernel's Normal mapping
 * would give one frame two memory types.
 */
static void test_ioremap_of_ram(void)
{
	KTEST_ASSERT(!ioremap(page_to_phys(virt_to_page(current)), PAGE_SIZE));
}
KTEST(test_ioremap_of_ram);

/* ---- errors that end the machine --------------------------------- */

static void test_page_freed_twice(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	__free_pages(page, 0);
	__free_pages(page, 0);
}
KTEST_DIES(test_page_freed_twice, "it is free already");

static void test_who_freed_it(void)
{
	test_page_freed_twice();
}
KTEST_DEBUG_DIES(test_who_freed_it, "last allocated by test_who_freed_it+0x");

static void test_wrong_order(void)
{
	__free_pages(alloc_pages(GFP_KERNEL, 3), 2);
}
KTEST_DIES(test_wrong_order, "wrong order");

static void test_page_written_while_free(void)
{
	u8 *page = __get_free_pages(GFP_KERNEL, 0);

	free_pages(page, 0);
	page[100] = 0x55;
	KTEST_ASSERT(__get_free_pages(GFP_KERNEL, 0));
}
KTEST_DEBUG_DIES(
	test_page_written_while_free,
	"was written while free: byte 0x64 is 0x55; freed by test_page");

static void test_object_freed_twice(void)
{
	void *p = kmalloc(64, GFP_KERNEL);

	kfree(p);
	kfree(p);
}
KTEST_DIES(test_object_freed_twice, "freed twice");

static void test_foreign_object(void)
{
	struct kmem_cache *cache = kmem_cache_create("own", 64, 0, 0, NULL);

	kmem_cache_free(cache, kmalloc(64, GFP_KERNEL));
}
KTEST_DIES(test_foreign_object, "not of this cache");

static void test_object_overrun(void)
{
	volatile u8 *p = kmalloc(20, GFP_KERNEL);

	p[20] = 1;
	kfree((void *)(uintptr_t)p);
}
KTEST_DEBUG_DIES(test_object_overrun, "written past its end");

static void test_object_written_while_free(void)
{
	volatile u8 *p = kmalloc(20, GFP_KERNEL);

	kfree((void *)(uintptr_t)p);
	p[3] = 1;
	KTEST_ASSERT(kmalloc(20, GFP_KERNEL));
}
KTEST_DEBUG_DIES(test_object_written_while_free, "written after it was freed");

static void test_area_freed_twice(void)
{
	void *area = vmalloc(PAGE_SIZE);

	vfree(area);
	vfree(area);
}
KTEST_DIES(test_area_freed_twice, "kernel BUG at mm/vmalloc.c");

static void test_area_used_after_vfree(void)
{
	volatile u8 *area = vmalloc(PAGE_SIZE);

	vfree((void *)(uintptr_t)area);
	area[0] = 1;
}
KTEST_DIES(test_area_used_after_vfree, "the kernel used a bad kernel address");

static void test_behind_an_area(void)
{
	volatile u8 *area = vmalloc(PAGE_SIZE);

	area[PAGE_SIZE] = 1;
}
KTEST_DIES(test_behind_an_area, "the kernel used a bad kernel address");

/* ---- stacks ------------------------------------------------------ */

static void test_stack_guard(void)
{
	u8 *stack = current->stack;

	KTEST_EQ(load(stack), 0);
	KTEST_EQ(load(stack - 4), -EFAULT);
	KTEST_EQ(load(stack + THREAD_SIZE), -EFAULT);
}
KTEST(test_stack_guard);

static __noinline u32 use_stack(volatile u32 *above)
{
	volatile u32 here[64];

	here[0] = *above + 1;
	/*
	 * It is never 0, but the compiler must not see that the calls never
	 * end.
	 */
	return here[0] ? use_stack(here) + here[0] : 0;
}

static void test_stack_overflow(void)
{
	volatile u32 first = 0;

	use_stack(&first);
}
KTEST_DIES(test_stack_overflow, "kernel stack overflow");
