/*
 * /proc/pagetypemap: physical memory as a picture.
 *
 * One character is a block of frames: the owner of most of its frames that are
 * not free, in lower case if most are free; '.' if all are free.
 */
#include <asm/sections.h>
#include <inspect/internal.h>
#include <string.h>

#define COLUMNS     64u
#define ROWS_WANTED 16u /* roughly: a block is 2^n frames */

enum owner {
	OWN_FREE,
	OWN_IMAGE,
	OWN_RESERVED,
	OWN_SLAB,
	OWN_TABLE,
	OWN_CACHE,
	OWN_ANON,
	OWN_STACK,
	OWN_VMALLOC,
	OWN_OTHER,
	OWN_NR
};

static const struct {
	char letter;
	const char *what;
} owners[OWN_NR] = {
	[OWN_FREE] = { '.', "free" },
	[OWN_IMAGE] = { 'I', "kernel image" },
	[OWN_RESERVED] = { 'R', "reserved at boot: archive, mem_map, tables" },
	[OWN_SLAB] = { 'S', "slab" },
	[OWN_TABLE] = { 'T', "page tables" },
	[OWN_CACHE] = { 'C', "page cache" },
	[OWN_ANON] = { 'A', "anonymous and shared memory of programs" },
	[OWN_STACK] = { 'K', "kernel stacks" },
	[OWN_VMALLOC] = { 'V', "vmalloc" },
	[OWN_OTHER] = { 'O', "other pages of the kernel" },
};

static const struct {
	u32 flag;
	enum owner owner;
} flag_owners[] = {
	{ PG_SLAB, OWN_SLAB },       { PG_TABLE, OWN_TABLE },
	{ PG_CACHE, OWN_CACHE },     { PG_ANON, OWN_ANON },
	{ PG_VMALLOC, OWN_VMALLOC },
};

/* The state of one walk over all frames, in ascending order. */
struct survey {
	u32 image_pfn, image_end; /* the image's frames */
	u32 free_until;           /* end of the current free block */
	u32 totals[OWN_NR];       /* frames */
	u32 *stacks; /* a bit per frame: belongs to a kernel stack */
};

/* Returns the word of survey->stacks that has pfn's bit. */
static u32 *stack_word(const struct survey *survey, u32 pfn)
{
	return &survey->stacks[(pfn - min_low_pfn) / 32];
}

/* Returns pfn's bit in that word. */
static u32 stack_bit(u32 pfn)
{
	return 1u << (pfn - min_low_pfn) % 32;
}

/*
 * Notes the frames of a kernel stack. Stacks come from vmalloc, and only the
 * label of the vmalloc area distinguishes them.
 */
static void note_stack(const struct vm_info *info, void *arg)
{
	const char *va = (const char *)(uintptr_t)info->va;
	const struct page *page;
	u32 i;

	if (strcmp(info->label, "stack"))
		return;
	/* Each page is looked up: vmalloc's frames need not be neighbours. */
	for (i = 0; i < info->nr_pages; i++) {
		page = vmalloc_to_page(va + i * PAGE_SIZE);
		if (page)
			*stack_word(arg, page_to_pfn(page)) |= stack_bit(
				page_to_pfn(page));
	}
}

/*
 * Returns the owner of frame pfn. No lock: the picture is of a moment anyway.
 */
static enum owner frame_owner(struct survey *survey, u32 pfn)
{
	const struct page *page = owner_page(pfn_to_page(pfn));
	u32 i;

	/* Only the first page of a free block is marked, and has its order. */
	if (page->flags & PG_BUDDY)
		survey->free_until = pfn + (1u << page_order(page));
	if (pfn < survey->free_until)
		return OWN_FREE;
	if (page->flags & PG_RESERVED)
		return pfn >= survey->image_pfn && pfn < survey->image_end ?
			OWN_IMAGE :
			OWN_RESERVED;
	if (*stack_word(survey, pfn) & stack_bit(pfn))
		return OWN_STACK;
	for (i = 0; i < ARRAY_SIZE(flag_owners); i++)
		if (page->flags & flag_owners[i].flag)
			return flag_owners[i].owner;
	/* A page of shared memory has no flag of its own. */
	if (atomic_read(&page->_mapcount) > 0)
		return OWN_ANON;
	return page_count(page) ? OWN_OTHER : OWN_FREE;
}

/*
 * Returns the character for the frames [start, end) and adds them to the
 * totals.
 */
static char block_letter(struct survey *survey, u32 start, u32 end)
{
	u32 counts[OWN_NR] = { 0 }, pfn;
	enum owner best = OWN_OTHER, owner;
	char letter;

	for (pfn = start; pfn < end; pfn++)
		counts[frame_owner(survey, pfn)]++;
	for (owner = OWN_FREE; owner < OWN_NR; owner++)
		survey->totals[owner] += counts[owner];
	if (counts[OWN_FREE] == end - start)
		return owners[OWN_FREE].letter;
	/* Without OWN_FREE, which the case of the letter shows. */
	for (owner = OWN_IMAGE; owner < OWN_NR; owner++)
		if (counts[owner] > counts[best])
			best = owner;
	letter = owners[best].letter;
	return counts[OWN_FREE] > (end - start) / 2 ? (char)(letter | 0x20) :
						      letter;
}

/*
 * Returns the frames per character, so that the picture has about ROWS_WANTED
 * lines.
 */
static u32 block_frames(u32 frames)
{
	u32 block = 1;

	while (frames / block > COLUMNS * ROWS_WANTED)
		block *= 2;
	return block;
}

/*
 * Shows the picture, a row of COLUMNS blocks with its first physical address.
 */
static void put_picture(struct seq_file *m, struct survey *survey)
{
	u32 block = block_frames(max_low_pfn - min_low_pfn);
	u32 start, end, column = 0;

	seq_printf(m,
		   "One character is %u KiB of physical memory; "
		   "lower case: mostly free\n",
		   block * (PAGE_SIZE / 1024));
	for (start = min_low_pfn; start < max_low_pfn; start = end) {
		end = min(start + block, max_low_pfn);
		if (column == 0)
			seq_printf(m, "0x%08x ", start << PAGE_SHIFT);
		seq_putc(m, block_letter(survey, start, end));
		/* 768 MiB have 196,608 frames to look at. */
		cond_resched();
		column = (column + 1) % COLUMNS;
		if (column == 0)
			seq_putc(m, '\n');
	}
	seq_puts(m, column ? "\n\n" : "\n");
}

/* Shows the legend, with the memory of each owner. */
static void put_totals(struct seq_file *m, const u32 *totals)
{
	enum owner owner;

	for (owner = OWN_FREE; owner < OWN_NR; owner++)
		seq_printf(m, "%c %8u KiB  %s\n", owners[owner].letter,
			   totals[owner] * (PAGE_SIZE / 1024),
			   owners[owner].what);
}

int show_pagetypemap(struct seq_file *m)
{
	struct kernel_image image = kernel_image();
	struct survey survey = {
		.image_pfn = image.boot >> PAGE_SHIFT, /* physical */
		.image_end =
			ALIGN_UP(virt_to_phys((void *)(uintptr_t)image.end),
				 PAGE_SIZE) >>
			PAGE_SHIFT,
		.stacks = kcalloc((max_low_pfn - min_low_pfn) / 32 + 1,
				  sizeof(u32), GFP_KERNEL),
	};

	/* A bitmap, since vmalloc knows areas and the walk asks for frames. */
	if (!survey.stacks)
		return -ENOMEM;
	/*
	 * First, so that frame_owner() can tell stacks from other memory of
	 * vmalloc.
	 */
	vmalloc_for_each(note_stack, &survey);
	put_picture(m, &survey);
	put_totals(m, survey.totals);
	kfree(survey.stacks);
	return 0;
}
