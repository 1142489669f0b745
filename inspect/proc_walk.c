/*
 * /proc/PID/walk and /proc/PID/pagetable: what the MMU finds in the tables of a
 * process.
 */
#include <inspect/internal.h>
#include <string.h>

#define DECODED 80 /* bytes for format_l1, format_l2 */
#define KIB     1024u

/*
 * The place of a range in pagetable is its address and this bit; without it,
 * the title of the half that begins there comes first.
 */
#define IN_TABLES 1u

/*
 * The tables of a process, which stay what they are until put_tables. A kernel
 * thread has none of its own: then the kernel's.
 */
static int get_tables(s32 pid, struct mm_struct **mm)
{
	int err = get_mm_of(pid, mm);

	if (!err && *mm)
		down_read(&(*mm)->mmap_lock);
	return err;
}

static void put_tables(struct mm_struct *mm)
{
	if (!mm)
		return;
	up_read(&mm->mmap_lock);
	mmput(mm);
}

/* ---- walk -------------------------------------------------------- */

/* "0x..." in hexadecimal, as every address here is. 0 or -EINVAL. */
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
	if (p == text || p - text > 8)
		return -EINVAL;
	*va = n;
	return 0;
}

int write_walk(struct seq_file *m, const char *text)
{
	return parse_address(text, &m->arg);
}

/*
 * The entry of the first level is named by its offset: two processes then show
 * the same text where they share the kernel's mapping.
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
	put_tables(mm);
	format_l1(walk.l1_desc, decoded, sizeof(decoded));
	seq_printf(m, "address  0x%08x\n", m->arg);
	seq_printf(m, "level 1  TTBR0 + 0x%04x: 0x%08x  %s\n",
		   (m->arg >> PGDIR_SHIFT) * 4, walk.l1_desc, decoded);
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

/* Neighbours with the same attributes: one line. */
struct range {
	u32 start, bytes; /* bytes 0: none yet */
	phys_addr_t pa;   /* of start */
	u32 desc;         /* an entry of it */
	u32 attributes;   /* of each entry: without its base */
	u32 size;         /* mapped by one entry, bytes */
	bool scattered;   /* the frames do not follow each other */
};

static void show_range(struct seq_file *m, const struct range *r)
{
	char decoded[DECODED];

	if (!r->bytes)
		return;
	if (r->size > PAGE_SIZE)
		format_l1(r->desc, decoded, sizeof(decoded));
	else
		format_l2(r->desc, decoded, sizeof(decoded));
	seq_printf(m, "0x%08x-0x%08x %7uK %-7s ", r->start,
		   r->start + r->bytes - 1, r->bytes / KIB,
		   r->size > PAGE_SIZE ? "section" : "page");
	if (r->scattered)
		seq_puts(m, "scattered   ");
	else
		seq_printf(m, "-> %08x ", r->pa);
	seq_printf(m, "%s\n", decoded);
}

/* False: the entry goes on in no range of this piece. */
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

/* False: the piece ends before `last`. */
static bool show_tables(struct seq_file *m, const pgd_t *pgd, u32 start,
			u32 last)
{
	struct range range = { .bytes = 0 };
	struct pt_walk walk;
	u32 va = start, step;

	do {
		if (va % PGDIR_SIZE == 0)
			cond_resched();
		walk_va(pgd, va, &walk);
		if (walk.mapped && !add_entry(m, &range, va, &walk))
			return false;
		step = walk.l2_pa ? PAGE_SIZE : PGDIR_SIZE;
		va += step;
	} while (va - 1 != last);
	show_range(m, &range);
	return seq_goes_on(m, (u64)last + 1);
}

/* A half: its title, then its ranges from m->place on. */
static bool show_half(struct seq_file *m, const pgd_t *pgd, const char *title,
		      u32 start, u32 last)
{
	if (m->place > last)
		return true;
	if (!(m->place & IN_TABLES))
		seq_puts(m, title);
	return show_tables(m, pgd, max((u32)m->place & ~IN_TABLES, start),
			   last);
}

int show_pagetable(struct seq_file *m)
{
	struct mm_struct *mm;
	const pgd_t *pgd;
	int err = get_tables(m->pid, &mm);

	if (err)
		return err;
	pgd = mm ? mm->pgd : init_mm.pgd;
	if (show_half(m, pgd, "user\n", 0, TASK_SIZE - 1))
		show_half(m, pgd, "kernel\n", PAGE_OFFSET, 0xffffffffu);
	put_tables(mm);
	return 0;
}
