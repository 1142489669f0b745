/*
 * inspect/proc_frames.c - /proc/pagetypemap: physical memory as a picture.
 *
 * One character per block of frames: the owner of most of the block's frames
 * that are not free, in lower case if most are free. '.' is all free.
 */
#include "internal.h"

#include <mm/mm.h>
#include <string.h>

#define COLUMNS		64u
#define ROWS_WANTED	16u	/* about: blocks are powers of two of frames */

enum owner { OWN_FREE, OWN_IMAGE, OWN_SLAB, OWN_TABLE, OWN_CACHE, OWN_ANON,
	     OWN_STACK, OWN_VMALLOC, OWN_OTHER, OWN_NR };

static const struct {
	char letter;
	const char *what;
} owners[OWN_NR] = {
	[OWN_FREE] = { '.', "free" },
	[OWN_IMAGE] = { 'I', "kernel image and what was reserved at boot" },
	[OWN_SLAB] = { 'S', "slab" },
	[OWN_TABLE] = { 'T', "page tables" },
	[OWN_CACHE] = { 'C', "page cache" },
	[OWN_ANON] = { 'A', "anonymous memory of programs" },
	[OWN_STACK] = { 'K', "kernel stacks" },
	[OWN_VMALLOC] = { 'V', "vmalloc" },
	[OWN_OTHER] = { 'O', "other pages of the kernel" },
};

static enum owner frame_owner(const struct page *page, u32 *free_until,
			      u32 pfn)
{
	if (page->flags & PG_BUDDY)
		*free_until = pfn + (1u << page->order);
	if (pfn < *free_until)
		return OWN_FREE;
	if (page->flags & PG_RESERVED)
		return OWN_IMAGE;
	if (page->flags & PG_SLAB)
		return OWN_SLAB;
	if (page->flags & PG_TABLE)
		return OWN_TABLE;
	if (page->flags & PG_CACHE)
		return OWN_CACHE;
	if (page->flags & PG_ANON)
		return OWN_ANON;
	if (page->flags & PG_STACK)
		return OWN_STACK;
	if (page->flags & PG_VMALLOC)
		return OWN_VMALLOC;
	return page_count(page) ? OWN_OTHER : OWN_FREE;
}

static char block_letter(const u32 *counts, u32 frames)
{
	enum owner best = OWN_OTHER, owner;
	char letter;

	if (counts[OWN_FREE] == frames)
		return owners[OWN_FREE].letter;
	for (owner = OWN_IMAGE; owner < OWN_NR; owner++)
		if (counts[owner] > counts[best])
			best = owner;
	letter = owners[best].letter;
	return counts[OWN_FREE] > frames / 2 ? (char)(letter | 0x20) : letter;
}

/* Frames per character, so that the picture has about ROWS_WANTED lines. */
static u32 block_frames(u32 frames)
{
	u32 block = 1;

	while (frames / block > COLUMNS * ROWS_WANTED)
		block *= 2;
	return block;
}

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
	u32 frames = max_low_pfn - min_low_pfn, block = block_frames(frames);
	u32 totals[OWN_NR] = { 0 }, counts[OWN_NR], free_until = 0;
	u32 start, end, pfn, column = 0;
	enum owner owner;

	seq_printf(m, "One character is %u KiB of physical memory from 0x%08x; "
		   "lower case: mostly free\n", block * (PAGE_SIZE / 1024),
		   min_low_pfn << PAGE_SHIFT);
	for (start = min_low_pfn; start < max_low_pfn; start = end) {
		end = min(start + block, max_low_pfn);
		memset(counts, 0, sizeof(counts));
		for (pfn = start; pfn < end; pfn++) {
			owner = frame_owner(pfn_to_page(pfn), &free_until, pfn);
			counts[owner]++;
			totals[owner]++;
		}
		if (column == 0)
			seq_printf(m, "0x%08x ", start << PAGE_SHIFT);
		seq_putc(m, block_letter(counts, end - start));
		column = (column + 1) % COLUMNS;
		if (column == 0)
			seq_putc(m, '\n');
	}
	seq_puts(m, column ? "\n\n" : "\n");
	put_totals(m, totals);
	return 0;
}
