/*
 * Statements that are checked as they are printed.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "claim.h"

static int false_claims;
static bool quit; /* q was typed: the rest is checked, but not shown */

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
	return false_claims ? 1 : quit ? TOUR_QUIT : 0;
}

bool wants_more(void)
{
	char answer[80];

	if (quit || !getenv("TOUR_PAGES"))
		return !quit;
	printf("\n-- Enter: more of this stop; q: the shell -- ");
	fflush(stdout);
	quit = fgets(answer, sizeof(answer), stdin) && answer[0] == 'q';
	return !quit;
}

void new_page(void)
{
	int nowhere;

	if (wants_more())
		return;
	nowhere = open("/dev/null", O_WRONLY);
	dup2(nowhere, STDOUT_FILENO);
	close(nowhere);
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
