/*
 * Memory before the buddy: which ranges are RAM, and which are reserved.
 *
 * Two tables of ranges, sorted by address, without overlaps. `memory` is the
 * RAM that the loader reported; `reserved` is what is kept for ever: the image,
 * the boot arguments, the initramfs, mem_map itself. RAM that is not reserved
 * becomes the buddy's (hand_over.c). One core, no locks: boot only.
 */
#include <alloc/internal.h>
#include <lib/printk.h>
#include <string.h>
#include <uapi/errno.h>

#define MAX_REGIONS 64

struct region {
	phys_addr_t base;
	phys_addr_t end; /* exclusive; never wraps */
	const char *name;
};

struct region_table {
	struct region region[MAX_REGIONS]; /* ascending, disjoint */
	u32 n;
};

static_assert(IS_ALIGNED(ARCH_PFN_OFFSET, 1u << MAX_ORDER),
	      "the first block of the largest order begins where RAM may");

struct page *mem_map;
u32 min_low_pfn, max_low_pfn;

static struct region_table memory, reserved;

/* ---- the tables -------------------------------------------------- */

/* Deletes entry i and closes the gap, so that the table stays sorted. */
static void delete_region(struct region_table *table, u32 i)
{
	BUG_ON(i >= table->n);
	table->n--;
	/* n was lowered first: only the entries behind i move. */
	memmove(&table->region[i], &table->region[i + 1],
		(table->n - i) * sizeof(table->region[0]));
}

/* Inserts at place i, which the caller has found in order. 0 or -ENOSPC. */
static int insert_region(struct region_table *table, u32 i,
			 const struct region *new)
{
	if (table->n == MAX_REGIONS)
		return -ENOSPC;
	BUG_ON(i > table->n);
	memmove(&table->region[i + 1], &table->region[i],
		(table->n - i) * sizeof(table->region[0]));
	table->region[i] = *new;
	table->n++;
	return 0;
}

/* Whether two regions merge: they overlap, or touch and have one name. */
static bool can_merge(const struct region *a, const struct region *b)
{
	if (a->base < b->end && b->base < a->end)
		return true;
	/* Different names stay apart: the boot log shows each range. */
	return (a->base == b->end || b->base == a->end) &&
		(a->name == b->name || strcmp(a->name, b->name) == 0);
}

/*
 * Adds new, merged with all regions that it overlaps or continues. 0 or
 * -ENOSPC. Merging comes first: it may make room in a full table.
 */
static int add_region(struct region_table *table, struct region new)
{
	u32 i = 0;

	while (i < table->n && table->region[i].base <= new.end) {
		struct region *old = &table->region[i];

		if (!can_merge(old, &new)) {
			i++;
			continue;
		}
		/* The merged region has the name of its lowest part. */
		if (old->base < new.base) {
			new.base = old->base;
			new.name = old->name;
		}
		new.end = max(new.end, old->end);
		/* i stays: the next region is here now, and may merge, too. */
		delete_region(table, i);
	}
	/* Searched from the start, as merging may have lowered base. */
	for (i = 0; i < table->n && table->region[i].base < new.base; i++)
		;
	return insert_region(table, i, &new);
}

/*
 * The end of a range, exclusive. The last page of the address space is left
 * out, so that no end is 2^32.
 */
static phys_addr_t range_end(phys_addr_t base, u32 bytes)
{
	/* Compared with what is left above base: the sum could wrap. */
	return bytes > PAGE_MASK - base ? PAGE_MASK : base + bytes;
}

/* Returns the highest region of table that overlaps [base, end), or NULL. */
static const struct region *find_overlap(const struct region_table *table,
					 phys_addr_t base, phys_addr_t end)
{
	for (u32 i = table->n; i-- > 0;) {
		const struct region *r = &table->region[i];

		if (r->base < end && base < r->end)
			return r;
	}
	return NULL;
}

/* ---- ranges that boot code records ------------------------------- */

/* Adds RAM. Only whole pages count, as a part of a page cannot be mapped. */
int memblock_add(phys_addr_t base, u32 bytes)
{
	struct region new = {
		.base = ALIGN_UP(base, PAGE_SIZE),
		.end = ALIGN_DOWN(range_end(base, bytes), PAGE_SIZE),
		.name = "RAM",
	};

	return new.base < new.end ? add_region(&memory, new) : 0;
}

/* Reserves a range to the byte. hand_over.c keeps each page it touches. */
int memblock_reserve(phys_addr_t base, u32 bytes, const char *name)
{
	struct region new = { base, range_end(base, bytes), name };

	BUG_ON(!name);
	return new.base < new.end ? add_region(&reserved, new) : 0;
}

/*
 * Returns the highest free place for `bytes` in [base, end), or 0. Frame 0 is
 * never given out, so 0 can mean none.
 */
static phys_addr_t find_in_range(phys_addr_t base, phys_addr_t end, u32 bytes,
				 u32 align)
{
	while (end > base && end - base >= bytes) {
		phys_addr_t start = ALIGN_DOWN(end - bytes, align);
		const struct region *taken;

		/* Aligning down left the range; a lower place would, too. */
		if (start < base)
			return 0;
		taken = find_overlap(&reserved, start, start + bytes);
		if (!taken)
			return start;
		/* The search goes on below the region in the way. */
		end = taken->base;
	}
	return 0;
}

/*
 * Clears memory, whole pages by clear_page: mem_map has megabytes, and memset
 * is slower.
 */
static void clear_memory(char *va, u32 bytes)
{
	for (; IS_ALIGNED((uintptr_t)va, PAGE_SIZE) && bytes >= PAGE_SIZE;
	     bytes -= PAGE_SIZE, va += PAGE_SIZE)
		clear_page(va);
	memset(va, 0, bytes);
}

/*
 * Allocates from the top down, since the image and the boot arguments are near
 * the bottom.
 */
void *memblock_alloc(u32 bytes, u32 align, const char *name)
{
	BUG_ON(bytes == 0 || align == 0 || (align & (align - 1)) != 0);
	/* The buddy's memory, given out here, would have two owners. */
	BUG_ON(zone.managed != 0); /* the pages are the buddy's */
	for (u32 i = memory.n; i-- > 0;) {
		struct region *ram = &memory.region[i];
		phys_addr_t pa = find_in_range(ram->base, ram->end, bytes,
					       align);

		if (pa == 0)
			continue;
		/* Memory that is not recorded would be given out twice. */
		if (memblock_reserve(pa, bytes, name))
			return NULL;
		clear_memory(phys_to_virt(pa), bytes);
		return phys_to_virt(pa);
	}
	return NULL;
}

/* Returns the first address of RAM, 0 before the first memblock_add. */
phys_addr_t memblock_start(void)
{
	return memory.n ? memory.region[0].base : 0;
}

/* Returns the end of the highest range of RAM; there may be holes below it. */
phys_addr_t memblock_end(void)
{
	return memory.n ? memory.region[memory.n - 1].end : 0;
}

/* Passes each range of RAM as base and bytes, as memblock_add takes them. */
void memblock_for_each_memory(void (*fn)(phys_addr_t base, u32 bytes,
					 void *arg),
			      void *arg)
{
	for (u32 i = 0; i < memory.n; i++) {
		const struct region *r = &memory.region[i];

		fn(r->base, r->end - r->base, arg);
	}
}

/* Passes each reserved range. It need not lie in RAM. */
void memblock_for_each_reserved(void (*fn)(phys_addr_t base, u32 bytes,
					   const char *name, void *arg),
				void *arg)
{
	for (u32 i = 0; i < reserved.n; i++) {
		const struct region *r = &reserved.region[i];

		fn(r->base, r->end - r->base, r->name, arg);
	}
}

/* Removes RAM outside of [base, end). Returns the bytes removed. */
static u32 clip_memory(phys_addr_t base, phys_addr_t end)
{
	u32 cut = 0;

	/* Downward, since deleting an entry moves only those done before. */
	for (u32 i = memory.n; i-- > 0;) {
		struct region *r = &memory.region[i];
		u32 bytes = r->end - r->base;

		r->base = max(r->base, base);
		r->end = min(r->end, end);
		if (r->base >= r->end) {
			delete_region(&memory, i);
			cut += bytes;
		} else {
			cut += bytes - (r->end - r->base);
		}
	}
	return cut;
}

/* Removes RAM that the linear map cannot reach: it ends at LOWMEM_MAX. */
u32 memblock_limit_lowmem(void)
{
	u32 cut = clip_memory(PHYS_OFFSET, range_end(PHYS_OFFSET, LOWMEM_MAX));

	if (cut != 0)
		pr_warn("memblock: %u KiB of RAM behind lowmem, %u MiB from %#x, stay unused\n",
			cut >> 10, LOWMEM_MAX >> 20, PHYS_OFFSET);
	return cut;
}

/* ---- for the hand-over ------------------------------------------- */

/*
 * RAM need not begin or end with a block of the largest order. The frames
 * around it within the first and the last such block have entries, too, so a
 * block's buddy always has one, and the buddy system need not check bounds.
 */
void mem_map_init(void)
{
	u32 end, frames;
	struct page *map;

	BUG_ON(mem_map || memory.n == 0);
	min_low_pfn = memblock_start() >> PAGE_SHIFT;
	max_low_pfn = memblock_end() >> PAGE_SHIFT;
	/* page_address cannot work below PHYS_OFFSET. */
	BUG_ON(memblock_start() - PHYS_OFFSET >= LOWMEM_MAX);
	end = ALIGN_UP(max_low_pfn, 1u << MAX_ORDER);
	frames = end - ARCH_PFN_OFFSET;
	map = memblock_alloc(frames * (u32)sizeof(*map), MEM_MAP_ALIGN,
			     "mem_map");
	if (!map)
		panic("memblock: no room for mem_map: %u frames", frames);
	mem_map = map;
}

/*
 * Shrinks the page range [*base, *end) to its first pages that no reserved byte
 * touches. Returns false if there are none.
 */
static bool find_free(phys_addr_t *base, phys_addr_t *end)
{
	for (u32 i = 0; i < reserved.n && *base < *end; i++) {
		const struct region *r = &reserved.region[i];

		if (r->end <= *base || r->base >= *end)
			continue;
		/* A page before r is free; later regions are above r. */
		if (r->base >= *base + PAGE_SIZE)
			*end = ALIGN_DOWN(r->base, PAGE_SIZE);
		else
			*base = ALIGN_UP(min(r->end, *end), PAGE_SIZE);
	}
	return *base < *end;
}

/*
 * Finds the next free frames. Regions ascend, so the first one with a free page
 * has the lowest.
 */
bool memblock_next_free(u32 from, u32 *start, u32 *end)
{
	for (u32 i = 0; i < memory.n; i++) {
		phys_addr_t base = max(memory.region[i].base,
				       (phys_addr_t)from << PAGE_SHIFT);
		phys_addr_t stop = memory.region[i].end;

		/* Below `from` a region's base is now above its stop. */
		if (!find_free(&base, &stop))
			continue;
		*start = base >> PAGE_SHIFT;
		*end = stop >> PAGE_SHIFT;
		return true;
	}
	return false;
}

/*
 * Counts the frames of [base, end) that a reserved byte touches, from the
 * highest down.
 */
static u32 count_reserved_in(phys_addr_t base, phys_addr_t end)
{
	u32 frames = 0;

	while (base < end) {
		const struct region *r = find_overlap(&reserved, base, end);
		phys_addr_t start, stop;

		if (!r)
			break;
		/* A byte reserves its frame: half a page cannot be used. */
		start = max(base, ALIGN_DOWN(r->base, PAGE_SIZE));
		stop = min(end, ALIGN_UP(r->end, PAGE_SIZE));
		frames += (stop - start) >> PAGE_SHIFT;
		end = start; /* the next region may touch this frame, too */
	}
	return frames;
}

/*
 * Counts frames by another way than memblock_next_free, so that the sums check
 * each other.
 */
u32 memblock_count_frames(u32 *reserved_frames)
{
	u32 frames = 0;

	*reserved_frames = 0;
	for (u32 i = 0; i < memory.n; i++) {
		const struct region *ram = &memory.region[i];

		frames += (ram->end - ram->base) >> PAGE_SHIFT;
		*reserved_frames += count_reserved_in(ram->base, ram->end);
	}
	return frames;
}
