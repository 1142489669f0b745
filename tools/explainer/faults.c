/*
 * Fault status registers: the cause, by the kernel's own table, and what usually
 * is behind it.
 */
#include <mmu/abort.h>
#include <stdio.h>
#include "explain.h"

/* What a person looks at first. */
static const char *const likely[ABORT_NR] = {
	[ABORT_UNKNOWN] = "No fault has this status: was it DFSR, and read in "
			  "the handler's first lines?",
	[ABORT_ALIGNMENT] = "LDRD, LDM, LDREX, or any access to Device memory, "
			    "at an address that is no multiple of its size; or "
			    "SCTLR.A is 1, or the MMU is off.",
	[ABORT_DEBUG] = "A breakpoint, watchpoint or BKPT; DBGDSCR says which.",
	[ABORT_ACCESS_FLAG_SECTION] = "AFE is 1 and AP[0] of the section is 0: "
				      "the kernel sets it and returns, if it "
				      "uses the flag.",
	[ABORT_ACCESS_FLAG_PAGE] = "AFE is 1 and AP[0] of the page is 0: the "
				   "page is old. Here the kernel sets it: the "
				   "page has been used.",
	[ABORT_TRANSLATION_SECTION] =
		"The first-level descriptor is 0: no table "
		"there. A null or wild pointer; a page "
		"that nothing has touched yet; a kernel mapping "
		"that this PGD has not copied.",
	[ABORT_TRANSLATION_PAGE] =
		"The table is there, the page's descriptor is "
		"0: nothing has touched the page yet, or there is no VMA.",
	[ABORT_DOMAIN_SECTION] = "The domain of the section has no access in "
				 "DACR.",
	[ABORT_DOMAIN_PAGE] =
		"The domain has no access in DACR. Here: the kernel "
		"touched user memory outside its copies.",
	[ABORT_PERMISSION_SECTION] =
		"A write to what is read-only, a fetch from "
		"XN, User mode in the kernel's section.",
	[ABORT_PERMISSION_PAGE] =
		"A write to a read-only page: copy on write, a "
		"page that is clean, or a bug; a fetch from XN; "
		"User mode in a page of the kernel's.",
	[ABORT_EXTERNAL] =
		"The bus has nothing at that physical address, or the "
		"device said no: look at the frame, not at the "
		"address.",
	[ABORT_EXTERNAL_WALK_L1] = "The PGD's address is none of RAM: TTBR0 is "
				   "wrong.",
	[ABORT_EXTERNAL_WALK_L2] =
		"The table's address is none of RAM: the "
		"first-level descriptor is wrong, or was not "
		"cleaned from the cache.",
	[ABORT_ICACHE_MAINTENANCE] =
		"A cache operation on an address that is not "
		"mapped.",
	[ABORT_ASYNC_EXTERNAL] =
		"An earlier store or walk failed on the bus: pc "
		"and FAR say nothing of it. Often a boot loader "
		"left it.",
	[ABORT_PARITY] = "A parity error, or two entries of the TLB for one "
			 "address: break before make was left out, or an ASID "
			 "used twice.",
};

/* Long descriptors, DDI0406C Table B3-24; %u is the level. */
static const struct {
	uint32_t status, mask;
	const char *name;
} long_causes[] = {
	{ 0x04, 0x3c, "translation fault" },
	{ 0x08, 0x3c, "access flag fault" },
	{ 0x0c, 0x3c, "permission fault" },
	{ 0x14, 0x3c, "external abort on a table walk" },
	{ 0x1c, 0x3c, "parity error on a table walk" },
	{ 0x10, 0x3f, "external abort" },
	{ 0x11, 0x3f, "asynchronous external abort" },
	{ 0x18, 0x3f, "parity error" },
	{ 0x19, 0x3f, "asynchronous parity error" },
	{ 0x21, 0x3f, "alignment fault" },
	{ 0x22, 0x3f, "debug event" },
	{ 0x30, 0x3f, "TLB conflict" },
	{ 0x34, 0x3f, "lockdown (implementation defined)" },
	{ 0x3a, 0x3f, "coprocessor abort (implementation defined)" },
};

static const struct field long_fields[] = {
	{ 13, 13, "CM",
	  VALUES("no cache operation",
		 "a cache operation "
		 "faulted") },
	{ 12, 12, "ExT", .means = "of an external abort: its kind" },
	{ 11, 11, "WnR", VALUES("a read", "a write") },
	{ 9, 9, "LPAE",
	  VALUES("short descriptors",
		 "long descriptors: "
		 "TTBCR.EAE is 1") },
	{ 5, 0, "STATUS", .means = "see below (Table B3-24)" },
};

static void explain_long(uint32_t fsr)
{

	PRINT_FIELDS(fsr, long_fields);
	for (size_t i = 0; i < ARRAY_SIZE(long_causes); i++)
		if ((fsr & long_causes[i].mask) == long_causes[i].status) {
			printf("  Cause: %s", long_causes[i].name);
			if (long_causes[i].mask == 0x3c)
				printf(" at level %u", fsr & 3);
			printf(". Pagewalk never uses this format.\n");
			return;
		}
	printf("  Cause: reserved.\n");
}

static const struct field data_fields[] = {
	{ 13, 13, "CM",
	  VALUES("no cache operation",
		 "a cache operation "
		 "faulted") },
	{ 12, 12, "ExT", .means = "of an external abort: its kind" },
	{ 11, 11, "WnR", VALUES("a read", "a write") },
	{ 10, 10, "FS[4]", .means = "high bit of the status" },
	{ 9, 9, "LPAE",
	  VALUES("short descriptors",
		 "long descriptors: "
		 "TTBCR.EAE is 1") },
	{ 7, 4, "domain",
	  .means = "of the first-level descriptor; here 0 "
		   "is the kernel's, 1 the user's" },
	{ 3, 0, "FS[3:0]", .means = "the status (Table B3-23)" },
};

static const struct field fetch_fields[] = {
	{ 12, 12, "ExT", .means = "of an external abort: its kind" },
	{ 10, 10, "FS[4]", .means = "high bit of the status" },
	{ 9, 9, "LPAE",
	  VALUES("short descriptors",
		 "long descriptors: "
		 "TTBCR.EAE is 1") },
	{ 3, 0, "FS[3:0]", .means = "the status (Table B3-23)" },
};

static void explain(uint32_t fsr, bool prefetch)
{
	struct abort_info info =
		decode_abort(fsr, 0, prefetch ? ABORT_PREFETCH : ABORT_DATA);

	if (fsr & FSR_LPAE) {
		explain_long(fsr);
		return;
	}
	if (prefetch)
		PRINT_FIELDS(fsr, fetch_fields);
	else
		PRINT_FIELDS(fsr, data_fields);
	printf("  Cause: %s; %cFAR %s the address.\n",
	       abort_cause_name(info.cause), prefetch ? 'I' : 'D',
	       info.address_valid ? "holds" : "does not hold");
	printf("  Likely: %s\n", likely[info.cause]);
}

void explain_fsr(uint32_t fsr, struct reading reading __unused_arg)
{
	explain(fsr, false);
}

void explain_ifsr(uint32_t fsr, struct reading reading __unused_arg)
{
	explain(fsr, true);
}
