/*
 * /proc/PID/walk and /proc/PID/pagetable: the entries that the MMU finds in the
 * tables of a process.
 */
#include <inspect/internal.h>
#include <string.h>

#define DECODED 80 /* bytes for format_l1, format_l2 */
#define KIB     1024u

/*
 * The place of a range in pagetable is its address with this bit set; without
 * it the title of the half that begins there is shown first.
 */
#define IN_TABLES 1u

/*
 * Gets the mm of process pid, NULL for a kernel thread, which uses the kernel's
 * tables. Holds mmap_lock for reading until put_tables(), so that no table is
 * freed. Returns 0 or -ESRCH.
 */
static int get_tables(s32 pid, struct mm_struct **mm)
{
	int err = get_mm_of(pid, mm);

	if (!err && *mm)
		down_read(&(*mm)->mmap_lock);
	return err;
}

/* Ends what get_tables() began. */
static void put_tables(struct mm_struct *mm)
{
	if (!mm)
		return;
	up_read(&mm->mmap_lock);
	mmput(mm);
}

/* ---- walk -------------------------------------------------------- */

/* Reads a hexadecimal address with or without "0x": 0 or -EINVAL. */
static int parse_address(const char *text, u32 *va)
{
	const char *digits = "0123456789abcdef", *p = text, *digit;
	u32 n = 0;

	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		p += 2;
	text = p;
	for (; *p; p++) {
		digit = memchr(digits, *p >= 'A' && *p <= 'F' ? *p + 32 : *p,
			       16);
		if (!digit)
			return -EINVAL;
		n = n << 4 | (u32)(digit - digits);
	}
	/* A ninth digit would have pushed out the first. */
	if (p == text || p - text > 8)
		return -EINVAL;
	*va = n;
	return 0;
}

/* The address stays in the open file: a read after the write shows its walk. */
int write_walk(struct seq_file *m, const char *text)
{
	return parse_address(text, &m->arg);
}

/*
 * Shows the walk of the last address written. The first-level entry is named by
 * its offset: two processes then show the same text where they share the
 * kernel's mapping.
 */
int show_walk(struct seq_file *m)
{
	char decoded[DECODED];
	struct mm_struct *mm;
	struct pt_walk walk;
	int err = get_tables(m->pid, &mm);

	if (err)
		return err;
	walk_va(mm ? mm->pgd : init_mm.pgd, m->arg, &walk);
	/* The entries are copied: text is made without the lock. */
	put_tables(mm);
	format_l1(walk.l1_desc, decoded, sizeof(decoded));
	seq_printf(m, "address  0x%08x\n", m->arg);
	seq_printf(m, "level 1  TTBR0 + 0x%04x: 0x%08x  %s\n",
		   (m->arg >> PGDIR_SHIFT) * 4, walk.l1_desc, decoded);
	/* A section has no second level. */
	if (walk.l2_pa) {
		format_l2(walk.l2_desc, decoded, sizeof(decoded));
		seq_printf(m, "level 2  at 0x%08x: 0x%08x  %s\n", walk.l2_pa,
			   walk.l2_desc, decoded);
	}
	if (walk.mapped)
		seq_printf(m, "result   physical 0x%08x, in a %s of %u KiB\n",
			   walk.pa, walk.size > PAGE_SIZE ? "section" : "page",
			   walk.size / KIB);
	else
		seq_puts(m, "result   not mapped: an access faults\n");
	return 0;
}

/* ---- pagetable --------------------------------------------------- */

/* Neighbouring entries with the same attributes, which share a line. */
struct range {
	u32 start, bytes; /* bytes 0: none yet */
	phys_addr_t pa;   /* of start */
	u32 desc;         /* an entry of it */
	u32 attributes;   /* an entry without its base address */
	u32 size;         /* mapped by one entry, bytes */
	bool scattered;   /* the frames are not consecutive */
};

/* Shows a range's line, if it has one. */
static void show_range(struct seq_file *m, const struct range *r)
{
	char decoded[DECODED];

	if (!r->bytes)
		return;
	if (r->size > PAGE_SIZE)
		format_l1(r->desc, decoded, sizeof(decoded));
	else
		format_l2(r->desc, decoded, sizeof(decoded));
	/* The last byte: the end of the highest range would be 0. */
	seq_printf(m, "0x%08x-0x%08x %7uK %-7s ", r->start,
		   r->start + r->bytes - 1, r->bytes / KIB,
		   r->size > PAGE_SIZE ? "section" : "page");
	/* The first frame alone would suggest a run of frames. */
	if (r->scattered)
		seq_puts(m, "scattered   ");
	else
		seq_printf(m, "-> %08x ", r->pa);
	seq_printf(m, "%s\n", decoded);
}

/*
 * Adds an entry to the range, or shows the range and begins a new one. Returns
 * false if the piece is full: the entry is the next piece's.
 */
static bool add_entry(struct seq_file *m, struct range *r, u32 va,
		      const struct pt_walk *walk)
{
	u32 desc = walk->size > PAGE_SIZE ? walk->l1_desc : walk->l2_desc;
	u32 attributes = desc & (walk->size - 1);

	if (r->bytes && r->start + r->bytes == va && r->size == walk->size &&
	    r->attributes == attributes) {
		r->scattered |= walk->pa != r->pa + r->bytes;
		r->bytes += walk->size;
		return true;
	}
	show_range(m, r);
	/*
	 * The line of a complete range is the item; its successor's place is
	 * this entry.
	 */
	if (r->bytes && !seq_goes_on(m, va | IN_TABLES))
		return false;
	*r = (struct range){
		.start = va,
		.bytes = walk->size,
		.pa = walk->pa,
		.desc = desc,
		.attributes = attributes,
		.size = walk->size,
	};
	return true;
}

/*
 * Shows the ranges from start to last. Returns false if the piece ended before
 * that.
 */
static bool show_tables(struct seq_file *m, const pgd_t *pgd, u32 start,
			u32 last)
{
	struct range range = { .bytes = 0 };
	struct pt_walk walk;
	u32 va = start, step;

	do {
		/*
		 * 4096 first-level entries, some with 256 below: other tasks
		 * must get the core in between.
		 */
		if (va % PGDIR_SIZE == 0)
			cond_resched();
		walk_va(pgd, va, &walk);
		if (walk.mapped && !add_entry(m, &range, va, &walk))
			return false;
		/*
		 * Without a second-level table one step covers the whole MiB.
		 */
		step = walk.l2_pa ? PAGE_SIZE : PGDIR_SIZE;
		va += step;
		/* After 0xffffffff va is 0: a comparison by < would not end. */
	} while (va - 1 != last);
	show_range(m, &range);
	return seq_goes_on(m, (u64)last + 1);
}

/*
 * Shows a half of the address space from m->place on, with its title. Returns
 * false if the piece ended in it.
 */
static bool show_half(struct seq_file *m, const pgd_t *pgd, const char *title,
		      u32 start, u32 last)
{
	/* An earlier piece has shown all of this half. */
	if (m->place > last)
		return true;
	if (!(m->place & IN_TABLES))
		seq_puts(m, title);
	return show_tables(m, pgd, max((u32)m->place & ~IN_TABLES, start),
			   last);
}

/* /proc/PID/pagetable. A kernel thread shows init_mm's tables. */
int show_pagetable(struct seq_file *m)
{
	struct mm_struct *mm;
	const pgd_t *pgd;
	int err = get_tables(m->pid, &mm);

	if (err)
		return err;
	pgd = mm ? mm->pgd : init_mm.pgd;
	/* The kernel's half follows only if the piece has room left. */
	if (show_half(m, pgd, "user\n", 0, TASK_SIZE - 1))
		show_half(m, pgd, "kernel\n", PAGE_OFFSET, 0xffffffffu);
	put_tables(mm);
	return 0;
}
