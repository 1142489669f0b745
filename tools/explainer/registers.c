/*
 * TTBR0, SCTLR, DACR and CPSR, beside what this kernel writes to them.
 */
#include <asm/domain.h>
#include <mmu/desc.h>
#include <stdio.h>
#include "explain.h"

static const struct field ttbr_fields[] = {
	{ 5, 5, "NOS",
	  VALUES("shareable means outer shareable",
		 "shareable means inner shareable") },
	{ 4, 3, "RGN",
	  VALUES("outer: not cached",
		 "outer: write-back, "
		 "write-allocate",
		 "outer: write-through",
		 "outer: "
		 "write-back") },
	{ 1, 1, "S", VALUES("walks are not shareable", "walks are shareable") },
};

void explain_ttbr(uint32_t ttbr, struct reading reading __unused_arg)
{
	static const char *const inner[] = {
		"not cached",
		"write-back, write-allocate",
		"write-through",
		"write-back, no write-allocate",
	};
	uint32_t irgn = (ttbr & 1) << 1 | (ttbr >> 6 & 1);

	printf("  31:14  base      0x%08x  of the first-level table, with "
	       "TTBCR.N = 0\n",
	       ttbr & TTBR_BASE);
	PRINT_FIELDS(ttbr, ttbr_fields);
	printf("  0, 6   IRGN      %#-10x  inner: %s; without the "
	       "multiprocessing extensions bit 0 is C: %scached\n",
	       irgn, inner[irgn], ttbr & 1 ? "" : "not ");
	print_against(ttbr & ~TTBR_BASE, TTBR_FLAGS_MP,
		      " below the base, with the multiprocessing extensions");
	if ((ttbr & 0x7f) != TTBR_FLAGS_MP)
		print_against(ttbr & ~TTBR_BASE, TTBR_FLAGS_UP,
			      " below the base, without them");
}

static const struct field sctlr_fields[] = {
	{ 30, 30, "TE",
	  VALUES("exceptions are taken in ARM state",
		 "exceptions are taken in Thumb state") },
	{ 29, 29, "AFE",
	  VALUES("AP[2:0] is three bits of permission",
		 "AP[0] is the access flag") },
	{ 28, 28, "TRE",
	  VALUES("TEX, C and B are the memory type",
		 "TEX[0], C and B select a type of PRRR "
		 "and NMRR") },
	{ 27, 27, "NMFI",
	  VALUES("FIQs can be masked", "FIQs cannot be masked") },
	{ 25, 25, "EE",
	  VALUES("exceptions and walks are little-endian",
		 "exceptions and walks are big-endian") },
	{ 24, 24, "VE",
	  VALUES("interrupts go to their vectors",
		 "the interrupt controller gives vectors") },
	{ 21, 21, "FI", .means = "fast interrupts: latency before speed" },
	{ 20, 20, "UWXN",
	  VALUES("no such rule",
		 "what User mode may write, the "
		 "kernel cannot execute") },
	{ 19, 19, "WXN",
	  VALUES("no such rule",
		 "what may be written cannot be "
		 "executed") },
	{ 17, 17, "HA",
	  VALUES("software sets the access flag",
		 "the hardware sets the access flag") },
	{ 14, 14, "RR",
	  VALUES("caches replace as they like", "caches replace round robin") },
	{ 13, 13, "V",
	  VALUES("vectors at 0 (or VBAR)", "vectors at 0xffff0000") },
	{ 12, 12, "I",
	  VALUES("instruction caches off", "instruction caches on") },
	{ 11, 11, "Z",
	  VALUES("branch prediction off", "branch prediction on") },
	{ 10, 10, "SW",
	  VALUES("SWP and SWPB are undefined", "SWP and SWPB are there") },
	{ 5, 5, "CP15BEN",
	  VALUES("CP15 barriers are undefined", "CP15 barriers are there") },
	{ 2, 2, "C", VALUES("data caches off", "data caches on") },
	{ 1, 1, "A",
	  VALUES("unaligned accesses to Normal memory work",
		 "each unaligned access faults") },
	{ 0, 0, "M", VALUES("the MMU is off", "the MMU is on") },
};

void explain_sctlr(uint32_t sctlr, struct reading reading __unused_arg)
{

	PRINT_FIELDS(sctlr, sctlr_fields);
	print_against(sctlr, SCTLR_VALUE, "");
}

void explain_dacr(uint32_t dacr, struct reading reading __unused_arg)
{
	static const char *const access[] = {
		"no access: each access is a domain fault",
		"client: the descriptor's permissions decide",
		"reserved",
		"manager: no permission is checked, XN neither",
	};

	for (unsigned int domain = 0; domain < 16; domain++) {
		uint32_t value = dacr >> (2 * domain) & 3;

		if (value)
			printf("  %2u:%-2u  D%-8u %#-10x  %s%s\n",
			       2 * domain + 1, 2 * domain, domain, value,
			       access[value],
			       domain == DOMAIN_KERNEL ?
				       " (kernel memory here)" :
				       domain == DOMAIN_USER ?
				       " (user memory here)" :
				       "");
	}
	printf("  Other domains: no access.\n");
	if (dacr == DACR_USER_OPEN)
		printf("  Pagewalk has this in User mode and while it copies "
		       "from or to a program.\n");
	else if (dacr == DACR_USER_CLOSED)
		printf("  Pagewalk has this in the kernel: user memory is "
		       "closed.\n");
	else
		printf("  Pagewalk uses 0x%x in the kernel and 0x%x in User "
		       "mode.\n",
		       DACR_USER_CLOSED, DACR_USER_OPEN);
}

static const struct field cpsr_fields[] = {
	{ 31, 31, "N", .means = "the result was negative" },
	{ 30, 30, "Z", .means = "the result was zero" },
	{ 29, 29, "C", .means = "carry, or no borrow" },
	{ 28, 28, "V", .means = "signed overflow" },
	{ 27, 27, "Q", .means = "saturation, sticky" },
	{ 24, 24, "J", .means = "Jazelle, with T: ThumbEE" },
	{ 19, 16, "GE",
	  .means = "greater or equal, of SIMD halves and "
		   "bytes" },
	{ 9, 9, "E", VALUES("data is little-endian", "data is big-endian") },
	{ 8, 8, "A",
	  VALUES("asynchronous aborts are taken",
		 "asynchronous aborts are masked") },
	{ 7, 7, "I", VALUES("interrupts are taken", "interrupts are masked") },
	{ 6, 6, "F", VALUES("FIQs are taken", "FIQs are masked") },
	{ 5, 5, "T", VALUES("ARM instructions", "Thumb instructions") },
	{ 4, 0, "M", .means = "the mode, see below" },
};

void explain_cpsr(uint32_t cpsr, struct reading reading __unused_arg)
{
	static const char *const modes[32] = {
		[0x10] = "User",    [0x11] = "FIQ",
		[0x12] = "IRQ",     [0x13] = "Supervisor (the kernel's)",
		[0x16] = "Monitor", [0x17] = "Abort",
		[0x1a] = "Hyp",     [0x1b] = "Undefined",
		[0x1f] = "System",
	};
	uint32_t it = (cpsr >> 10 & 0x3f) << 2 | (cpsr >> 25 & 3);

	PRINT_FIELDS(cpsr, cpsr_fields);
	printf("  15:10, 26:25 IT  %#-10x  %s\n", it,
	       it ? "inside a Thumb IT block" : "no IT block");
	printf("  Mode: %s.\n",
	       modes[cpsr & 0x1f] ? modes[cpsr & 0x1f] : "reserved");
}
