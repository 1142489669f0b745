/*
 * explain.h - words of a dump, field by field. A program of the host.
 *
 * What the kernel itself uses comes from mmu/'s own headers and tables, compiled
 * here once more: it cannot differ. What other kernels use and this one does not
 * (AFE or TRE off, large pages, supersections, the long-descriptor format's fault
 * status) is written here from DDI0406C, whose sections stand beside it.
 */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the tables are to be read: as this kernel has it, unless told. */
struct reading {
	bool afe, tre; /* SCTLR.AFE, SCTLR.TRE */
};

/* Bits high..low of a word. */
struct field {
	uint8_t high, low;
	const char *name;
	/* What each value means, as many as there are; NULL: reserved. */
	const char *const *values;
	unsigned int nr_values; /* 0: it is a number, and `means` says of what */
	const char *means;
};

#define VALUES(...)                                                 \
	.values = (const char *const[]){ __VA_ARGS__ },             \
	.nr_values = sizeof((const char *const[]){ __VA_ARGS__ }) / \
		sizeof(char *)

/* One line a field. */
void print_fields(uint32_t word, const struct field *fields, size_t nr);
#define PRINT_FIELDS(word, fields) \
	print_fields(word, fields, sizeof(fields) / sizeof((fields)[0]))

/* "0x00c5187d here" or which bits differ from what this kernel writes. */
void print_against(uint32_t word, uint32_t ours, const char *what);

/* What a word says; the descriptors alone depend on the reading. */
typedef void explain_fn(uint32_t word, struct reading reading);
explain_fn explain_fsr, explain_ifsr, explain_pgd, explain_pte, explain_ttbr,
	explain_sctlr, explain_dacr, explain_cpsr;

#endif
