/*
 * tools/explain WHAT VALUE: what a word of a dump says.
 */
#include <bug.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "explain.h"

/* The kernel's tables are checked where they are used (bug.h). */
void bug_at(const char *file, int line, const char *what)
{
	fprintf(stderr, "explain: %s:%d: %s\n", file, line, what);
	abort();
}

static const struct {
	const char *name, *title;
	explain_fn *explain;
} kinds[] = {
	{ "fsr", "DFSR, a data abort's status (DDI0406C B4.1.52)",
	  explain_fsr },
	{ "ifsr", "IFSR, a prefetch abort's status (DDI0406C B4.1.96)",
	  explain_ifsr },
	{ "pgd", "first-level descriptor, 1 MiB (DDI0406C B3.5.1)",
	  explain_pgd },
	{ "pte", "second-level descriptor, 4 KiB (DDI0406C B3.5.1)",
	  explain_pte },
	{ "ttbr", "TTBR0, where the tables are (DDI0406C B4.1.154)",
	  explain_ttbr },
	{ "sctlr", "SCTLR, the system control register (DDI0406C B4.1.130)",
	  explain_sctlr },
	{ "dacr", "DACR, what domains are worth (DDI0406C B4.1.43)",
	  explain_dacr },
	{ "cpsr", "CPSR or SPSR, the state of the core (DDI0406C B1.3.3)",
	  explain_cpsr },
};

#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static int print_usage(void)
{
	fprintf(stderr,
		"usage: tools/explain WHAT VALUE [afe=0] [tre=0]\n"
		"VALUE is hexadecimal, as a dump prints it. WHAT:\n");
	for (size_t i = 0; i < NR_KINDS; i++)
		fprintf(stderr, "  %-6s %s\n", kinds[i].name, kinds[i].title);
	fprintf(stderr,
		"afe=0, tre=0: the descriptor is of a kernel that has "
		"SCTLR.AFE or TRE off\n");
	return 2;
}

/* All of text is a word in hexadecimal, with or without 0x. */
static bool parse_word(const char *text, uint32_t *word)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 16);
	*word = (uint32_t)value;
	return text[0] && text[0] != '-' && !*end && !errno &&
		value <= UINT32_MAX;
}

#define COLUMNS 80

/* Where the text of a line's last column begins: two blanks are before it. */
static size_t last_column(const char *line, size_t bytes)
{
	size_t found = 4;

	for (size_t i = found; i < bytes && i < COLUMNS / 2; i++)
		if (strncmp(line + i - 2, "  ", 2) == 0 && line[i] != ' ')
			found = i;
	return found;
}

/* A line that is wider than a terminal goes on below its last column. */
static void print_folded(const char *line, size_t bytes)
{
	size_t indent = last_column(line, bytes), room = COLUMNS, end;

	while (bytes > room) {
		for (end = room; end > 1 && line[end] != ' '; end--)
			;
		printf("%.*s\n%*s", (int)end, line, (int)indent, "");
		line += end + 1;
		bytes -= end + 1;
		room = COLUMNS - indent;
	}
	printf("%.*s\n", (int)bytes, line);
}

/* What it says, whole, before any of it is printed. */
static int print_explained(explain_fn *explain, uint32_t word,
			   struct reading reading)
{
	FILE *terminal = stdout;
	size_t bytes = 0, length;
	char *text = NULL;

	stdout = open_memstream(&text, &bytes);
	if (!stdout)
		return 1;
	explain(word, reading);
	fclose(stdout);
	stdout = terminal;
	for (const char *line = text; *line; line += length + 1) {
		length = strcspn(line, "\n");
		print_folded(line, length);
	}
	free(text);
	return 0;
}

int main(int argc, char **argv)
{
	struct reading reading = { .afe = true, .tre = true };
	uint32_t word;

	if (argc < 3)
		return print_usage();
	for (int i = 3; i < argc; i++) {
		if (strcmp(argv[i], "afe=0") == 0)
			reading.afe = false;
		else if (strcmp(argv[i], "tre=0") == 0)
			reading.tre = false;
		else
			return print_usage();
	}
	if (!parse_word(argv[2], &word)) {
		fprintf(stderr,
			"explain: '%s' is not a hexadecimal number of up to 32 "
			"bits\n",
			argv[2]);
		return 2;
	}
	for (size_t i = 0; i < NR_KINDS; i++)
		if (strcmp(argv[1], kinds[i].name) == 0) {
			printf("0x%08x: %s\n", word, kinds[i].title);
			return print_explained(kinds[i].explain, word, reading);
		}
	fprintf(stderr, "explain: '%s' is unknown\n", argv[1]);
	return print_usage();
}
