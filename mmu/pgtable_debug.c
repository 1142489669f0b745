/*
 * Tables for people, and the audit that tests run.
 *
 * Looking only. pgtable_verify states what every table of ours must satisfy;
 * it reads memory as the walker does and trusts no variable of mmu/.
 */
#include <alloc/alloc.h>
#include <asm/cp15.h>
#include <asm/sections.h>
#include <bug.h>
#include <lib/printk.h>
#include <mmu/mmu.h>
#include <mmu/tables.h>
#include <stdio.h>

/* ---- descriptors in words ---------------------------------------- */

/* What both levels have, without the places of the bits. */
struct desc_attrs {
	bool write, exec, user, global, shared, young;
	u32 type; /* MEM_* */
};

/*
 * Independent of mmu/prot.c on purpose: an audit that shared its tables would
 * repeat its mistakes.
 */
static struct desc_attrs section_attrs(u32 desc)
{
	return (struct desc_attrs){
		.write = !(desc & L1_SECT_AP2),
		.exec = !(desc & L1_SECT_XN),
		.user = desc & L1_SECT_AP1,
		.global = !(desc & L1_SECT_NG),
		.shared = desc & L1_SECT_S,
		.young = desc & L1_SECT_AF,
		.type = (desc & L1_SECT_B ? 1 : 0) |
			(desc & L1_SECT_C ? 2 : 0) |
			(desc & L1_SECT_TEX0 ? 4 : 0),
	};
}

/* The same facts from the places of a second-level descriptor. */
static struct desc_attrs page_attrs(u32 desc)
{
	return (struct desc_attrs){
		.write = !(desc & L2_AP2),
		.exec = !(desc & L2_XN),
		.user = desc & L2_AP1,
		.global = !(desc & L2_NG),
		.shared = desc & L2_S,
		.young = desc & L2_AF,
		.type = (desc & L2_B ? 1 : 0) | (desc & L2_C ? 2 : 0) |
			(desc & L2_TEX0 ? 4 : 0),
	};
}

static const char *const type_names[8] = {
	[MEM_STRONG] = "SO",
	[MEM_DEVICE] = "device",
	[MEM_UNCACHED] = "uncached",
	[MEM_WBWA] = "WBWA",
	[4] = "type4?",
	[5] = "type5?",
	[6] = "type6?",
	[7] = "type7?",
};

/* more is appended: the software bits, which only pages have. */
static void format_attrs(struct desc_attrs a, const char *more, char *buf,
			 size_t bytes)
{
	snprintf(buf, bytes, "r%c%c %s %s %s%s %s%s", a.write ? 'w' : '-',
		 a.exec ? 'x' : '-', a.user ? "usr" : "svc",
		 a.global ? "G" : "nG", type_names[a.type],
		 a.shared ? " S" : "", a.young ? "young" : "old", more);
}

/* Any value is printable: an oops may show a corrupt table. */
void format_l1(u32 desc, char *buf, size_t bytes)
{
	switch (desc & L1_TYPE_MASK) {
	case L1_TYPE_SECTION:
		format_attrs(section_attrs(desc), "", buf, bytes);
		break;
	case L1_TYPE_TABLE:
		snprintf(buf, bytes, "table domain %u",
			 (desc & L1_DOMAIN_MASK) >> L1_DOMAIN_SHIFT);
		break;
	default:
		snprintf(buf, bytes, "none");
	}
}

/*
 * A large page (type 1) is none of ours and prints as none; the audit reports
 * it.
 */
void format_l2(u32 desc, char *buf, size_t bytes)
{
	static const char *const more[4] = {
		"",
		" dirty",
		" special",
		" dirty special",
	};
	unsigned int soft = (desc & L2_SW_DIRTY ? 1 : 0) |
		(desc & L2_SW_SPECIAL ? 2 : 0);

	if (!(desc & L2_TYPE_SMALL)) {
		snprintf(buf, bytes, "none");
		return;
	}
	format_attrs(page_attrs(desc), more[soft], buf, bytes);
}

/* Called by an oops: takes no lock and allocates nothing. */
void show_pte(const pgd_t *pgd, u32 va)
{
	struct pt_walk walk;
	char text[64];

	walk_va(pgd, va, &walk);
	format_l1(walk.l1_desc, text, sizeof(text));
	printk("[%08x] table at 0x%08x\n", va, virt_to_phys(pgd));
	printk("  first level:  *0x%08x = 0x%08x  %s\n", walk.l1_pa,
	       walk.l1_desc, text);
	if (walk.l2_pa) {
		format_l2(walk.l2_desc, text, sizeof(text));
		printk("  second level: *0x%08x = 0x%08x  %s\n", walk.l2_pa,
		       walk.l2_desc, text);
	}
	if (walk.mapped)
		printk("  maps to physical 0x%08x\n", walk.pa);
	else
		printk("  not mapped\n");
}

/* ---- the audit --------------------------------------------------- */

struct table_audit {
	bool kernel_half; /* of the entry looked at */
	u32 tables;       /* user second-level tables met */
	u32 violations;
};

/* First-level entries of the kernel's half looked at in one switch. */
#define AUDIT_SLICE 64u
static_assert((PTRS_PER_PGD - (TASK_SIZE >> PGDIR_SHIFT)) % AUDIT_SLICE == 0,
	      "the slices cover the kernel's half");

#define MAX_REPORTS 16u /* one broken table must not flood the log */

/* va 0 where the mistake is in a table as a whole. */
static void violation(struct table_audit *audit, u32 va, u32 desc,
		      const char *what)
{
	if (audit->violations++ < MAX_REPORTS)
		pr_err("pgtable: 0x%08x: entry 0x%08x: %s\n", va, desc, what);
}

/* One entry that maps something, at either level. */
struct mapped_entry {
	u32 va, bytes, desc;
	phys_addr_t pa;
	struct desc_attrs a;
	bool special; /* owns no reference: the zero page */
};

/*
 * Returns in a word who owns the frame. A page of a larger block has its facts
 * in the block's head.
 */
static const char *frame_owner(const struct page *page)
{
	if (page->flags & PG_TAIL)
		page = page->head;
	if (page->flags & PG_BUDDY || page_count(page) <= 0)
		return "free";
	if (page->flags & PG_TABLE)
		return "a page table";
	if (page->flags & PG_SLAB)
		return "a slab";
	if (page->flags & PG_VMALLOC)
		return "vmalloc";
	if (page->flags & PG_RESERVED)
		return "reserved";
	if (page->flags & PG_ANON)
		return "anonymous";
	return page->flags & PG_CACHE ? "page cache" : "a page of the kernel";
}

/*
 * A violation with what the allocator knows of the frame: a wrong owner usually
 * names the culprit.
 */
static void bad_mapping(struct table_audit *audit, const struct mapped_entry *m,
			const char *what)
{
	const struct page *page;

	violation(audit, m->va, m->desc, what);
	/* The frame's line would stand alone: its report was left out. */
	if (audit->violations > MAX_REPORTS)
		return;
	if (!pfn_valid(m->pa >> PAGE_SHIFT)) {
		pr_err("  frame 0x%05x: not RAM\n", m->pa >> PAGE_SHIFT);
		return;
	}
	page = phys_to_page(m->pa);
	pr_err("  frame 0x%05x: %s, count %d, mapped %d\n", m->pa >> PAGE_SHIFT,
	       frame_owner(page), page_count(page),
	       atomic_read(&page->_mapcount));
}

/*
 * The one kernel page that user mode reads and executes: the kuser helpers lie
 * in it.
 */
static bool is_vectors(u32 va)
{
	return va == VECTORS_BASE;
}

/*
 * The whole entry must lie within the text: a section that begins there may
 * reach into data.
 */
static bool in_kernel_text(const struct mapped_entry *m)
{
	struct kernel_image img = kernel_image();

	return m->va >= img.text && m->va + m->bytes <= img.etext;
}

/*
 * The linear map has all RAM as write-back memory; a second entry of another
 * type for the same frame is unpredictable (A3.5.7). What is not RAM must not
 * be cached.
 */
static void audit_memory_type(struct table_audit *audit,
			      const struct mapped_entry *m)
{
	bool cached = m->a.type == MEM_WBWA;

	if (pfn_valid(m->pa >> PAGE_SHIFT) && (!cached || !m->a.shared))
		bad_mapping(audit, m, "RAM is not write-back memory");
	if (!pfn_valid(m->pa >> PAGE_SHIFT) && cached)
		bad_mapping(audit, m, "a device is write-back memory");
}

/*
 * The access flag is checked because its absence would fault in the fault
 * handler itself.
 */
static void audit_kernel(struct table_audit *audit,
			 const struct mapped_entry *m)
{
	if (!m->a.global)
		bad_mapping(audit, m, "a kernel entry is not global");
	if (!m->a.young)
		bad_mapping(audit, m, "a kernel entry can fault on access");
	if (m->a.user && !is_vectors(m->va))
		bad_mapping(audit, m, "programs can reach a kernel entry");
	if (m->a.write && m->a.exec)
		bad_mapping(audit, m, "writable and executable (W^X)");
	/*
	 * A core may fetch ahead from executable memory, and such a read can
	 * change a device.
	 */
	if (m->a.exec && m->a.type != MEM_WBWA)
		bad_mapping(audit, m, "device memory is executable");
	else if (m->a.exec && !in_kernel_text(m) && !is_vectors(m->va))
		bad_mapping(audit, m, "executable outside the kernel's text");
	audit_memory_type(audit, m);
}

/* Law 1: an entry owns a reference of its frame, and is counted there. */
static void audit_frame(struct table_audit *audit, const struct mapped_entry *m)
{
	const u32 never = PG_BUDDY | PG_RESERVED | PG_SLAB | PG_TABLE |
		PG_VMALLOC | PG_TAIL;
	const struct page *page = phys_to_page(m->pa);

	/*
	 * The worst first: only one report is made for an entry, and a free
	 * frame will soon belong to somebody else.
	 */
	if (page_count(page) <= 0)
		bad_mapping(audit, m, "a user entry maps a free frame");
	else if (page->flags & never)
		bad_mapping(audit, m, "a user entry maps memory of the kernel");
	else if (m->special && m->a.write)
		bad_mapping(audit, m, "the zero page is writable");
	else if (!m->special && atomic_read(&page->_mapcount) <= 0)
		bad_mapping(audit, m,
			    "its frame does not count this user entry");
}

/*
 * Rules of the user half: hardware.md 8, and PROT_NONE as mmu/pte.h defines it.
 */
static void audit_user(struct table_audit *audit, const struct mapped_entry *m)
{
	/* A global entry would match the ASIDs of all other address spaces. */
	if (m->a.global)
		bad_mapping(audit, m, "a user entry is global");
	if (!m->a.user && m->a.young)
		bad_mapping(audit, m, "only the kernel can use a user page");
	if (!m->a.user && m->a.exec)
		bad_mapping(audit, m, "a page without access is executable");
	/*
	 * No struct page to look at: the checks below would read beyond
	 * mem_map.
	 */
	if (!pfn_valid(m->pa >> PAGE_SHIFT)) {
		bad_mapping(audit, m, "a user entry maps what is no RAM");
		return;
	}
	audit_memory_type(audit, m);
	audit_frame(audit, m);
}

/* The rules differ by half of the address space, not by level. */
static void audit_mapping(struct table_audit *audit,
			  const struct mapped_entry *m)
{
	if (audit->kernel_half)
		audit_kernel(audit, m);
	else
		audit_user(audit, m);
}

/*
 * True if pa lies in memory that tables come from: the slab, or memblock before
 * there was one.
 */
static bool is_table_page(phys_addr_t pa)
{
	const u32 kinds = PG_SLAB | PG_RESERVED | PG_TABLE;
	const struct page *page;

	if (!pfn_valid(pa >> PAGE_SHIFT))
		return false;
	page = phys_to_page(pa);
	if (page->flags & PG_TAIL) /* a slab may be several pages */
		page = page->head;
	return page->flags & kinds;
}

/*
 * Checks one second-level table and each entry. Stops at a bad address: the
 * rest of it would be reports about junk.
 */
static void audit_table(struct table_audit *audit, u32 va, pgd_t pgd)
{
	u32 domain = (pgd.val & L1_DOMAIN_MASK) >> L1_DOMAIN_SHIFT;
	const pte_t *table;

	/*
	 * The domain is what keeps user memory closed to the kernel; a table in
	 * the wrong one would defeat that for a MiB.
	 */
	if (domain != (audit->kernel_half ? DOMAIN_KERNEL : DOMAIN_USER))
		violation(audit, va, pgd.val, "wrong domain");
	if (!is_table_page(pgd.val & L1_TABLE_BASE)) {
		violation(audit, va, pgd.val, "not the address of a table");
		return;
	}
	table = pgd_table(pgd);
	for (unsigned int i = 0; i < PTRS_PER_PTE; i++) {
		struct mapped_entry m = {
			.va = va + i * PAGE_SIZE,
			.bytes = PAGE_SIZE,
			.desc = table[i].val,
			.pa = table[i].val & L2_BASE,
			.a = page_attrs(table[i].val),
			.special = table[i].val & L2_SW_SPECIAL,
		};

		/*
		 * Bit 0 is XN, so bit 1 alone makes a small page; 1 would be a
		 * large page.
		 */
		if (m.desc & L2_TYPE_SMALL)
			audit_mapping(audit, &m);
		else if (m.desc)
			violation(audit, m.va, m.desc, "not a small page");
	}
	audit->tables += !audit->kernel_half;
}

/*
 * Sections are expected in the kernel's half only: user memory changes hands by
 * pages.
 */
static void audit_section(struct table_audit *audit, u32 va, u32 desc)
{
	struct mapped_entry m = {
		.va = va,
		.bytes = PGDIR_SIZE,
		.desc = desc,
		.pa = desc & L1_SECT_BASE,
		.a = section_attrs(desc),
	};

	/* The supersection bit would change what the address bits mean. */
	if (!audit->kernel_half || (desc & L1_SECT_SUPER))
		violation(audit, va, desc, "a section is not expected here");
	if ((desc & L1_DOMAIN_MASK) >> L1_DOMAIN_SHIFT != DOMAIN_KERNEL)
		violation(audit, va, desc, "wrong domain");
	audit_mapping(audit, &m);
}

/*
 * In the kernel half of any mm an entry equals the master's or is still empty.
 */
static void audit_copy(struct table_audit *audit, u32 va, pgd_t pgd)
{
	if (pgd.val && pgd.val != init_mm.pgd[pgd_index(va)].val)
		violation(audit, va, pgd.val, "differs from the kernel's own");
}

/* A fault entry must be zero: the code tests entries by comparing with 0. */
static void audit_first_level(struct table_audit *audit, u32 va, pgd_t pgd)
{
	switch (pgd.val & L1_TYPE_MASK) {
	case L1_TYPE_FAULT:
		if (pgd.val)
			violation(audit, va, pgd.val, "junk in an empty entry");
		break;
	case L1_TYPE_TABLE:
		audit_table(audit, va, pgd);
		break;
	case L1_TYPE_SECTION:
		audit_section(audit, va, pgd.val);
		break;
	default:
		violation(audit, va, pgd.val, "reserved descriptor type");
	}
}

/* First-level entries [from, to) of mm. */
static void audit_range(struct table_audit *audit, const struct mm_struct *mm,
			unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++) {
		u32 va = i << PGDIR_SHIFT;

		audit->kernel_half = va >= TASK_SIZE;
		/*
		 * Comparing a copy suffices: the master's contents are audited
		 * once, with init_mm.
		 */
		if (audit->kernel_half && mm != &init_mm)
			audit_copy(audit, va, mm->pgd[i]);
		else
			audit_first_level(audit, va, mm->pgd[i]);
	}
}

/*
 * The table count is checked last: a miscount leaks tables at exit, or stops
 * free_pgtables too early.
 */
static void audit_mm(struct table_audit *audit, const struct mm_struct *mm)
{
	audit_range(audit, mm, 0, PTRS_PER_PGD);
	if (audit->tables != (mm == &init_mm ? 0 : mm->nr_ptes))
		violation(audit, 0, audit->tables,
			  "tables miscounted (nr_ptes)");
}

/*
 * Tables must not change meanwhile: hold page_table_lock, or let nobody else
 * run.
 */
int pgtable_verify(const struct mm_struct *mm)
{
	struct table_audit audit = { .tables = 0 };

	audit_mm(&audit, mm);
	return audit.violations ? -EUCLEAN : 0;
}

/*
 * The kernel's half is audited in slices: as a whole it would dominate the time
 * of every switch.
 */
int pgtable_verify_switch(const struct mm_struct *mm)
{
	/* One for all: a switch continues where the last one stopped. */
	static unsigned int next = TASK_SIZE >> PGDIR_SHIFT;
	struct table_audit audit = { .tables = 0 };

	audit_mm(&audit, mm);
	audit_range(&audit, &init_mm, next, next + AUDIT_SLICE);
	next = next + AUDIT_SLICE < PTRS_PER_PGD ? next + AUDIT_SLICE :
						   TASK_SIZE >> PGDIR_SHIFT;
	return audit.violations ? -EUCLEAN : 0;
}

/* A register and not a table, so the audit of tables cannot see it. */
int dacr_verify(void)
{
	u32 dacr = read_dacr();

	if (dacr == DACR_USER_CLOSED)
		return 0;
	pr_err("DACR is 0x%08x: user memory is open to the kernel\n", dacr);
	return -EUCLEAN;
}
