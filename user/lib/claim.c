/*
 * Statements that are checked as they are printed.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "claim.h"

static int false_claims;

bool claim(bool holds, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs(holds ? "  + " : "  FALSE: ", stdout);
	vprintf(fmt, args);
	putchar('\n');
	va_end(args);
	false_claims += !holds;
	return holds;
}

int claims_status(void)
{
	fflush(stdout);
	return false_claims ? 1 : 0;
}

void new_page(void)
{
	int c;

	if (!getenv("TOUR_PAGES"))
		return;
	printf("\n-- Enter: more of this stop -- ");
	fflush(stdout);
	do {
		c = getchar();
	} while (c != '\n' && c != EOF);
}

void heading(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	putchar('\n');
	vprintf(fmt, args);
	putchar('\n');
	va_end(args);
}

void note(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("  ", stdout);
	vprintf(fmt, args);
	putchar('\n');
	va_end(args);
}
