/*
 * Entries of page tables, in this kernel's format and in those it does not use.
 */
#include <mmu/desc.h>
#include <mmu/mmu.h>
#include <stdio.h>
#include "explain.h"

/* AP[2:0] without the access flag, DDI0406C Table B3-8: privileged, user. */
static const char *const ap_full[8] = {
	"nobody may access",
	"the kernel reads and writes, User mode nothing",
	"the kernel reads and writes, User mode reads",
	"both read and write",
	"reserved",
	"the kernel reads, User mode nothing",
	"both read (deprecated)",
	"both read",
};

/* AP[2:1] with it, Table B3-10. */
static const char *const ap_simple[4] = {
	"the kernel reads and writes, User mode nothing",
	"both read and write",
	"the kernel reads, User mode nothing",
	"both read",
};

/* TEX[2:0]:C:B without remap, Table B3-12; from 16 on: outer and inner. */
static const char *const tex_types[16] = {
	[0] = "Strongly-ordered",
	[1] = "Device, shareable",
	[2] = "Normal, write-through, no write-allocate",
	[3] = "Normal, write-back, no write-allocate",
	[4] = "Normal, not cached",
	[6] = "implementation defined",
	[7] = "Normal, write-back, write-allocate",
	[8] = "Device, not shareable",
};
static const char *const cacheable[4] = {
	"not cached",
	"write-back, write-allocate",
	"write-through, no write-allocate",
	"write-back, no write-allocate",
};
static const char *const own_types[8] = {
	[MEM_STRONG] = "Strongly-ordered (PRRR.TR0)",
	[MEM_DEVICE] = "Device (PRRR.TR1)",
	[MEM_UNCACHED] = "Normal, not cached (PRRR.TR2)",
	[MEM_WBWA] = "Normal, write-back, write-allocate (PRRR.TR3)",
};

struct attributes {
	uint32_t ap, tex, c, b; /* AP[2:0], TEX[2:0] */
	bool xn, s, ng;
};

static void print_type(struct attributes a, struct reading reading)
{
	uint32_t n = a.tex << 2 | a.c << 1 | a.b;
	const char *name;

	printf("  memory type  TEX %u C %u B %u: ", a.tex, a.c, a.b);
	if (reading.tre) {
		name = own_types[n & 7];
		printf("%s\n",
		       name ? name : "a type that Pagewalk does not use");
	} else if (n >= 16)
		printf("Normal, outer %s, inner %s\n", cacheable[a.tex & 3],
		       cacheable[a.c << 1 | a.b]);
	else
		printf("%s\n", tex_types[n] ? tex_types[n] : "reserved");
}

static void print_attributes(struct attributes a, struct reading reading)
{
	if (reading.afe) {
		printf("  access       AP[2:1] %u: %s\n", a.ap >> 1,
		       ap_simple[a.ap >> 1]);
		printf("  access flag  AP[0] %u: %s\n", a.ap & 1,
		       a.ap & 1 ? "young: it has been used" :
				  "old: the next access faults");
	} else
		printf("  access       AP[2:0] %u: %s\n", a.ap, ap_full[a.ap]);
	printf("  execute      XN %u: %s\n", a.xn,
	       a.xn ? "never" : "yes, where it may be read");
	print_type(a, reading);
	printf("  shareable    S %u: %s\n", a.s, a.s ? "yes" : "no");
	printf("  global       nG %u: %s\n", a.ng,
	       a.ng ? "no: for the ASID that is current" :
		      "yes: for every ASID");
}

static struct attributes first_level(uint32_t desc)
{
	return (struct attributes){
		.ap = (desc >> 15 & 1) << 2 | (desc >> 10 & 3),
		.tex = desc >> 12 & 7,
		.c = desc >> 3 & 1,
		.b = desc >> 2 & 1,
		.xn = desc & L1_SECT_XN,
		.s = desc & L1_SECT_S,
		.ng = desc & L1_SECT_NG,
	};
}

/* The kernel's own words, when the format is the kernel's. */
static void print_own(const char *own, struct reading reading)
{
	if (reading.afe && reading.tre)
		printf("  In Pagewalk's dumps: %s\n", own);
}

/* Its address has 40 bits: PA[39:36] in 8:5, PA[35:32] in 23:20. */
static void print_supersection(uint32_t desc)
{
	uint32_t high = (desc >> 5 & 0xf) << 4 | (desc >> 20 & 0xf);
	char prefix[8] = "0x";

	if (high)
		snprintf(prefix, sizeof(prefix), "0x%x", high);
	printf("  supersection of 16 MiB at %s%08x, in 16 equal entries, "
	       "domain 0; Pagewalk uses none\n",
	       prefix, desc & 0xff000000u);
}

void explain_pgd(uint32_t desc, struct reading reading)
{
	char own[80];

	format_l1(desc, own, sizeof(own));
	switch (desc & L1_TYPE_MASK) {
	case L1_TYPE_FAULT:
		printf("  Nothing is mapped: a section translation fault.%s\n",
		       desc ? " The other bits are software's." : "");
		return;
	case L1_TYPE_TABLE:
		printf("  second-level table at 0x%08x, for 1 MiB\n",
		       desc & L1_TABLE_BASE);
		printf("  domain       %u\n",
		       (desc & L1_DOMAIN_MASK) >> L1_DOMAIN_SHIFT);
		printf("  NS           %u; PXN %u (with the large-address "
		       "extension)\n",
		       desc >> 3 & 1, desc >> 2 & 1);
		break;
	case L1_TYPE_SECTION:
	default: /* bit 0 is PXN, with the large-address extension */
		if (desc & L1_SECT_SUPER)
			print_supersection(desc);
		else
			printf("  section of 1 MiB at 0x%08x, domain %u\n",
			       desc & L1_SECT_BASE,
			       (desc & L1_DOMAIN_MASK) >> L1_DOMAIN_SHIFT);
		if (desc & 1)
			printf("  PXN          1: the kernel may not execute; a "
			       "core without that extension: reserved\n");
		print_attributes(first_level(desc), reading);
	}
	if (!(desc & L1_SECT_SUPER) || (desc & L1_TYPE_MASK) == L1_TYPE_TABLE)
		print_own(own, reading);
}

void explain_pte(uint32_t desc, struct reading reading)
{
	bool large = (desc & 3) == 1;
	struct attributes a = {
		.ap = (desc >> 9 & 1) << 2 | (desc >> 4 & 3),
		.tex = desc >> (large ? 12 : 6) & 7,
		.c = desc >> 3 & 1,
		.b = desc >> 2 & 1,
		.xn = large ? desc >> 15 & 1 : desc & L2_XN,
		.s = desc & L2_S,
		.ng = desc & L2_NG,
	};
	char own[80];

	if (!(desc & 3)) {
		printf("  Nothing is mapped: a page translation fault.%s\n",
		       desc ? " The other bits are software's." : "");
		return;
	}
	if (large)
		printf("  large page of 64 KiB at 0x%08x, in 16 equal entries; "
		       "Pagewalk uses none\n",
		       desc & 0xffff0000u);
	else
		printf("  page of 4 KiB at 0x%08x\n", desc & L2_BASE);
	print_attributes(a, reading);
	if (large)
		return;
	if (reading.tre)
		printf("  software     TEX[2:1] %u: %s, %s\n", a.tex >> 1,
		       desc & L2_SW_DIRTY ? "dirty" : "clean",
		       desc & L2_SW_SPECIAL ?
			       "special: it owns no reference to its frame" :
			       "it owns a reference to its frame");
	format_l2(desc, own, sizeof(own));
	print_own(own, reading);
}
