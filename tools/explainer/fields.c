/*
 * A word as a column of fields.
 */
#include <stdio.h>
#include "explain.h"

static uint32_t bits(uint32_t word, const struct field *field)
{
	return word >> field->low &
		(uint32_t)((1ull << (field->high - field->low + 1)) - 1);
}

void print_fields(uint32_t word, const struct field *fields, size_t nr)
{
	for (const struct field *f = fields; f < fields + nr; f++) {
		uint32_t value = bits(word, f);
		const char *means = f->means;
		char where[8];

		if (f->nr_values)
			means = value < f->nr_values ? f->values[value] : NULL;
		if (f->high == f->low)
			snprintf(where, sizeof(where), "%u", f->low);
		else
			snprintf(where, sizeof(where), "%u:%u", f->high,
				 f->low);
		printf("  %5s  %-9s %#-10x  %s\n", where, f->name, value,
		       means ? means : "reserved");
	}
}

void print_against(uint32_t word, uint32_t ours, const char *what)
{
	uint32_t differ = word ^ ours;
	const char *comma = "";

	if (!differ) {
		printf("  This is what Pagewalk writes%s.\n", what);
		return;
	}
	printf("  Pagewalk writes 0x%08x%s; other bits:", ours, what);
	for (int bit = 31; bit >= 0; bit--)
		if (differ >> bit & 1) {
			printf("%s %d is %u here", comma, bit, word >> bit & 1);
			comma = ",";
		}
	printf(".\n");
}
