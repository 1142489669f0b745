/*
 * /proc/kmem_demo: kernel memory for programs to look at.
 *
 * An open file holds up to DEMO_SLOTS allocations that a program asked for:
 *
 *	"page"		one page of the buddy system
 *	"kmalloc N"	N bytes of a slab
 *	"vmalloc N"	N bytes over scattered frames
 *	"touch"		the kernel writes a byte into each page
 *	"free"		frees all of them; so does closing the file
 *
 * Reading shows for each its address, the bytes asked for and given, and the
 * number of runs of neighbouring frames that it consists of. All open files
 * together hold at most DEMO_BYTES, so that looking cannot use up the memory.
 */
#include <bug.h>
#include <inspect/internal.h>
#include <mm/mm.h>
#include <mmu/mmu.h>
#include <spinlock.h>
#include <stdio.h>
#include <string.h>

#define DEMO_SLOTS 4u
#define DEMO_BYTES 0x400000u /* limit for all open files together: 4 MiB */

struct demo_slot {
	const struct demo_kind *kind;
	void *va;
	u32 asked, given; /* bytes */
};

/* The state of one open file, guarded by its lock. */
struct demo {
	struct demo_slot slot[DEMO_SLOTS];
	u32 used;
};

static spinlock_t demo_lock = SPINLOCK_INIT;
static u32 demo_bytes; /* demo_lock; held by all files */

/* ---- three ways to get memory ------------------------------------ */

struct demo_kind {
	const char *name;
	bool sized; /* a number follows the name */
	void *(*alloc)(u32 bytes);
	u32 (*given)(const void *va, u32 bytes);
	void (*free)(void *va);
};

/*
 * The kinds' functions: alloc, with NULL for no memory, the bytes really given,
 * and free.
 */
static void *page_alloc(u32 bytes __unused_arg)
{
	return __get_free_pages(GFP_KERNEL, 0);
}

static u32 whole_pages(const void *va __unused_arg, u32 bytes)
{
	return ALIGN_UP(bytes, PAGE_SIZE);
}

static void page_free(void *va)
{
	free_pages(va, 0);
}

static void *demo_kmalloc(u32 bytes)
{
	return kmalloc(bytes, GFP_KERNEL);
}

/* kmalloc rounds up to the object size of a cache. */
static u32 kmalloc_given(const void *va, u32 bytes __unused_arg)
{
	return (u32)ksize(va);
}

/* vfree() takes a pointer to const, so its type does not fit the table. */
static void demo_vfree(void *va)
{
	vfree(va);
}

static const struct demo_kind kinds[] = {
	{ "page", false, page_alloc, whole_pages, page_free },
	{ "kmalloc", true, demo_kmalloc, kmalloc_given, kfree },
	{ "vmalloc", true, vmalloc, whole_pages, demo_vfree },
};

/* ---- the limit --------------------------------------------------- */

/*
 * Counts bytes against DEMO_BYTES: false, and nothing counted, if they do not
 * fit.
 */
static bool charge(u32 bytes)
{
	bool fits;

	spin_lock(&demo_lock);
	/* A difference: the sum of a program's number could overflow. */
	fits = bytes <= DEMO_BYTES - demo_bytes;
	if (fits)
		demo_bytes += bytes;
	spin_unlock(&demo_lock);
	return fits;
}

/* Takes bytes back. */
static void uncharge(u32 bytes)
{
	spin_lock(&demo_lock);
	BUG_ON(bytes > demo_bytes);
	demo_bytes -= bytes;
	spin_unlock(&demo_lock);
}

/* ---- requests ---------------------------------------------------- */

/* Makes one allocation: 0, -EINVAL, -ENOSPC (all slots used) or -ENOMEM. */
static int demo_alloc(struct demo *demo, const struct demo_kind *kind,
		      u32 bytes)
{
	/* Not accessed while used may still be DEMO_SLOTS. */
	struct demo_slot *slot = &demo->slot[demo->used];

	if (!bytes)
		return -EINVAL;
	if (demo->used == DEMO_SLOTS)
		return -ENOSPC;
	/*
	 * Before the allocation, so that two files cannot both take the last
	 * bytes.
	 */
	if (!charge(bytes))
		return -ENOMEM;
	slot->va = kind->alloc(bytes);
	if (!slot->va) {
		uncharge(bytes);
		return -ENOMEM;
	}
	slot->kind = kind;
	slot->asked = bytes;
	slot->given = kind->given(slot->va, bytes);
	BUG_ON(slot->given < bytes);
	demo->used++;
	return 0;
}

/* Frees all allocations of an open file, the last one first. */
static void demo_free(struct demo *demo)
{
	while (demo->used) {
		struct demo_slot *slot = &demo->slot[--demo->used];

		slot->kind->free(slot->va);
		/* The amount that was charged, not the larger one given. */
		uncharge(slot->asked);
	}
}

/*
 * Writes into each page. A page of vmalloc may have no first-level entry in the
 * loaded tables yet: the write faults, and do_translation_fault() copies it.
 */
static void demo_touch(const struct demo *demo)
{
	for (u32 i = 0; i < demo->used; i++) {
		/*
		 * volatile, or the compiler could drop stores that nothing
		 * reads.
		 */
		volatile u8 *bytes = demo->slot[i].va;

		for (u32 off = 0; off < demo->slot[i].asked; off += PAGE_SIZE)
			bytes[off] = 0;
	}
}

/* Reads a decimal number and nothing else: 0 or -EINVAL. */
static int parse_bytes(const char *text, u32 *bytes)
{
	u32 n = 0;

	do {
		/* n is bounded before it is multiplied: no overflow. */
		if (*text < '0' || *text > '9' || n > DEMO_BYTES)
			return -EINVAL;
		n = n * 10 + (u32)(*text - '0');
	} while (*++text);
	*bytes = n;
	return 0;
}

/* Carries out one request: 0 or -errno. */
static int demo_request(struct demo *demo, const char *text)
{
	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++) {
		u32 bytes = PAGE_SIZE, length = (u32)strlen(kinds[i].name);

		if (strncmp(text, kinds[i].name, length) != 0)
			continue;
		text += length;
		/*
		 * A kind with a size needs a number; the text of the others
		 * must end here.
		 */
		if (kinds[i].sized ?
			    *text++ != ' ' || parse_bytes(text, &bytes) :
			    *text != '\0')
			return -EINVAL;
		return demo_alloc(demo, &kinds[i], bytes);
	}
	if (strcmp(text, "touch") == 0)
		demo_touch(demo);
	else if (strcmp(text, "free") == 0)
		demo_free(demo);
	else
		return -EINVAL;
	return 0;
}

int write_kmem_demo(struct seq_file *m, const char *text)
{
	/* At the first write: a file that is only read needs no memory. */
	if (!m->private)
		m->private = kzalloc(sizeof(struct demo), GFP_KERNEL);
	return m->private ? demo_request(m->private, text) : -ENOMEM;
}

/* The open file has ended; its lock is not needed any more. */
void release_kmem_demo(struct seq_file *m)
{
	if (m->private)
		demo_free(m->private);
	kfree(m->private);
}

/* ---- the text ---------------------------------------------------- */

/* Returns the frame of a mapped kernel address. */
static u32 frame_of(const void *va)
{
	phys_addr_t pa;

	/* va is in an allocation of this file, which must be mapped. */
	BUG_ON(kernel_va_to_phys((u32)(uintptr_t)va, &pa));
	return pa >> PAGE_SHIFT;
}

/* Returns how many runs of neighbouring frames the bytes consist of. */
static u32 count_runs(const struct demo_slot *slot)
{
	const u8 *first = slot->va;
	u32 runs = 1;

	for (u32 off = PAGE_SIZE; off < slot->asked; off += PAGE_SIZE)
		runs += frame_of(first + off) !=
			frame_of(first + off - PAGE_SIZE) + 1;
	return runs;
}

/*
 * Shows one allocation. The two first-level entries are for its last page: the
 * kernel's own, and that of the loaded tables, which may lack it.
 */
static void show_slot(struct seq_file *m, const struct demo_slot *slot)
{
	struct pt_walk kernel, loaded;
	u32 va = (u32)(uintptr_t)slot->va, last = va + slot->asked - 1;

	walk_va(init_mm.pgd, last, &kernel);
	walk_va(current_pgd(), last, &loaded);
	/* A program compares these, so all are words of one line. */
	seq_printf(m,
		   "%s va 0x%08x asked %u given %u frame 0x%05x runs %u "
		   "kernel_l1 0x%08x loaded_l1 0x%08x\n",
		   slot->kind->name, va, slot->asked, slot->given,
		   frame_of(slot->va), count_runs(slot), kernel.l1_desc,
		   loaded.l1_desc);
}

/* A slot's place is its index. */
int show_kmem_demo(struct seq_file *m)
{
	const struct demo *demo = m->private;

	/* demo is NULL until the first write. */
	for (u32 i = (u32)m->place; demo && i < demo->used; i++) {
		show_slot(m, &demo->slot[i]);
		if (!seq_goes_on(m, i + 1))
			break;
	}
	return 0;
}
