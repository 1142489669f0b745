/*
 * Before the image moves: brings the loader's archive (the initrd) out of the way
 * of the image, its .bss, and the list that head.S may copy below it.
 *
 * This runs wherever the loader put the image, `moved` bytes from where it is
 * linked. Calls go to the right place all the same, since they are relative, but
 * the address of a constant is wrong by moved: only is_named() uses any. MMU and
 * caches are off, and the list may hold anything.
 */
#include <asm/page.h>
#include <asm/sections.h>
#include <board/board.h>
#include <mmu/boot.h>
#include <startup/startup.h>

/* Of the file, as the linker says: an address that is a number. */
extern char __image_bytes[];

#define ATAGS_BYTES 0x1000u /* no loader's are longer */

static_assert(offsetof(struct board, ram_max) == 0, "head.S reads it");

/* What a look through the list is for, and what it has found. */
struct search {
	u32 moved;
	u32 limit;     /* bytes from the list on that may be read */
	u64 to, bytes; /* is there room for the archive here? */
	bool ram;      /* in one bank of RAM, */
	u64 clear;     /* and of what lies there the end, 0: nothing does */
	u32 *start;    /* the words that say where the archive is, or NULL: */
	u32 *end;      /* of a tree */
	u32 *reserved; /* and its entry in /memreserve/ */
	/* In a tree: */
	u32 depth, cells[2]; /* of addresses and sizes */
	const char *node;    /* the name at depth 2 */
};

static u32 be(u32 word)
{
	return __builtin_bswap32(word);
}

/* One or two words of a tree. */
static u64 number(const u32 *word, u32 cells)
{
	return cells == 1 ? be(word[0]) : (u64)be(word[0]) << 32 | be(word[1]);
}

static void bank(struct search *s, u64 base, u64 bytes)
{
	if (base <= s->to && s->to + s->bytes <= base + bytes)
		s->ram = true;
}

static void taken(struct search *s, u64 base, u64 bytes)
{
	if (base < s->to + s->bytes && s->to < base + bytes)
		s->clear = max(s->clear, base + bytes);
}

/* Compares up to an '@', behind which a node has its address. */
static bool is_named(const struct search *s, const char *name,
		     const char *linked)
{
	const char *known = linked + s->moved;

	for (; *known; known++, name++)
		if (*name != *known)
			return false;
	return *name == '\0' || *name == '@';
}

/* Takes one property, whose value is `words` words from data on. */
static void property(struct search *s, const char *name, u32 *data, u32 words)
{
	u32 address = s->cells[0], size = s->cells[1], both = address + size;
	bool memory = s->depth == 2 && is_named(s, s->node, "memory");

	/* A number of one word or two: below 4 GiB the last one is all of it. */
	if (s->depth == 1 && is_named(s, name, "#address-cells"))
		s->cells[0] = be(*data);
	else if (s->depth == 1 && is_named(s, name, "#size-cells"))
		s->cells[1] = be(*data);
	else if (is_named(s, name, "linux,initrd-start"))
		s->start = data + words - 1;
	else if (is_named(s, name, "linux,initrd-end"))
		s->end = data + words - 1;
	/* The tree chooses these, and the sum of two large ones is small. */
	if (!is_named(s, name, "reg") || !address || !size || address > 2 ||
	    size > 2)
		return;
	for (; words >= both; words -= both, data += both) {
		u64 base = number(data, address);
		u64 bytes = number(data + address, size);

		if (memory)
			bank(s, base, bytes);
		else if (s->depth == 3 &&
			 is_named(s, s->node, "reserved-memory"))
			taken(s, base, bytes);
	}
}

/* Does a block that the tree's header names lie in what may be read? */
static bool is_inside(const struct search *s, u32 offset, u32 bytes)
{
	return offset <= s->limit && bytes <= s->limit - offset;
}

/* What /memreserve/ has, up to a pair of zeroes. */
static void look_in_reserved(struct search *s, u32 *tree)
{
	u32 at = be(tree[H_RESERVED]);

	for (; is_inside(s, at, 16); at += 16) {
		u32 *entry = tree + at / 4;
		u64 base = number(entry, 2), bytes = number(entry + 2, 2);

		if (!base && !bytes)
			return;
		if (s->start && base == be(*s->start))
			s->reserved = entry;
		taken(s, base, bytes);
	}
}

static void look_in_tree(struct search *s, u32 *tree)
{
	const char *strings = (const char *)tree + be(tree[H_STRINGS]);
	u32 names = be(tree[H_STRINGS_BYTES]);
	u32 *at = tree + be(tree[H_STRUCT]) / 4;
	u32 *end = at + be(tree[H_STRUCT_BYTES]) / 4;

	/* Each name must end: at the latest with the block's last NUL. */
	if (!is_inside(s, be(tree[H_STRUCT]), be(tree[H_STRUCT_BYTES])) ||
	    !is_inside(s, be(tree[H_STRINGS]), names) || !names ||
	    strings[names - 1])
		return;
	look_in_reserved(s, tree);
	s->depth = 0;
	while (end - at >= 3) {
		u32 token = be(*at++), words;

		if (token == FDT_BEGIN_NODE) {
			if (++s->depth == 2)
				s->node = (const char *)at;
			/* NULs fill the name's last word. */
			while (at < end && *at++ >> 24)
				;
		} else if (token == FDT_END_NODE) {
			s->depth--;
		} else if (token == FDT_PROP) {
			words = (be(at[0]) + 3) / 4;
			if (words > (u32)(end - at) - 2 || be(at[1]) >= names)
				return;
			if (words)
				property(s, strings + be(at[1]), at + 2, words);
			at += 2 + words;
		} else if (token != FDT_NOP) {
			return;
		}
	}
}

static void look_in_atags(struct search *s, u32 *tag)
{
	u32 left = min(s->limit, ATAGS_BYTES) / 4;

	while (left >= 2 && tag[1] && tag[0] >= 2 && tag[0] <= left) {
		if (tag[0] >= 4 && tag[1] == ATAG_MEM)
			bank(s, tag[3], tag[2]);
		if (tag[0] >= 4 && tag[1] == ATAG_INITRD2)
			s->start = tag + 2;
		left -= tag[0];
		tag += tag[0];
	}
}

/* Is there room at s->to? The answer is in s->ram and s->clear. */
static void look(struct search *s, u32 *list)
{
	bool tree = list[1] != ATAG_CORE;

	s->ram = false;
	s->clear = 0;
	taken(s, (u32)__boot_start + s->moved, (u32)__image_bytes);
	taken(s, (uintptr_t)list, tree ? boot_tree_bytes(list) : ATAGS_BYTES);
	if (tree)
		look_in_tree(s, list);
	else
		look_in_atags(s, list);
}

/*
 * The first room above s->clear. A look may find a reservation's end, but more
 * than MAX_RESERVED of them are not kept.
 */
static bool find_room(struct search *s, u32 *list)
{
	for (u32 looks = 0; looks < MAX_RESERVED + 3; looks++) {
		s->to = ALIGN_UP(s->clear, PAGE_SIZE);
		/* No sum wraps below the last page. */
		if (s->clear > PAGE_MASK || s->to + s->bytes > PAGE_MASK)
			return false;
		look(s, list);
		if (!s->clear)
			return s->ram;
	}
	return false;
}

/* From the end on, as memmove does: `to` is above. By words, for speed. */
static void move_up(u32 to, u32 from, u32 bytes)
{
	while (bytes) {
		bytes -= 4;
		*(u32 *)(to + bytes) = *(u32 *)(from + bytes);
	}
}

/*
 * If there is no room, or the list makes no sense, nothing is changed: init.c will
 * find the archive in the image's place and say so.
 */
void boot_keep_archive(u32 moved, phys_addr_t params, u32 ram_max)
{
	u32 *list = (u32 *)params, image_end = boot_pa(_end), from, bytes, to;
	struct search s;

	if (!boot_params_valid(params, ram_max))
		return;
	s.moved = moved;
	s.limit = min(PARAMS_MAPPED - params % (PARAMS_MAPPED / 2),
		      ram_max - (params - PHYS_OFFSET));
	s.to = s.bytes = 0;
	s.cells[0] = 2; /* what holds if the tree does not say */
	s.cells[1] = 1;
	s.start = s.end = s.reserved = NULL;
	look(&s, list);
	if (!s.start || (list[1] != ATAG_CORE && !s.end))
		return;
	from = s.end ? be(*s.start) : *s.start;
	bytes = s.end ? be(*s.end) - from : s.start[1];
	if (from >= image_end || from + bytes <= PHYS_OFFSET + BOOT_LIST_OFFSET)
		return;
	/* Whole words, each from one word: the archive keeps its place in them. */
	s.to = from & ~3u;
	s.bytes = ALIGN_UP((u64)bytes + from % 4, 4u);
	look(&s, list); /* where it is, */
	s.clear = image_end;
	if (!s.ram || !find_room(&s, list))
		return;
	to = (u32)s.to + from % 4;
	move_up((u32)s.to, from & ~3u, (u32)s.bytes);
	*s.start = s.end ? be(to) : to;
	if (s.end)
		*s.end = be(to + bytes);
	if (s.reserved)
		s.reserved[1] = be(to);
}
