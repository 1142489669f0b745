/*
 * claim.h - a program that shows something also checks it.
 *
 * Each statement a program makes goes through claim(): a true one is printed
 * with a plus sign, a false one says so loudly, and the program's exit status
 * becomes 1. main() ends with `return claims_status();`.
 */
#ifndef CLAIM_H
#define CLAIM_H

#include <stdbool.h>

bool claim(bool holds, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* 0 if all claims held, otherwise 1. */
int claims_status(void);

/*
 * In the tour at a terminal, which says so in the environment (TOUR_PAGES), waits
 * for Enter: what comes next is on a screen of its own. Elsewhere nothing.
 */
void new_page(void);
/* A headline. */
void heading(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A sentence of explanation, indented. */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
