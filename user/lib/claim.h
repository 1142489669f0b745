/*
 * claim.h - a program that shows something also checks it.
 *
 * Each statement of a program goes through claim(), which prints a true one with
 * a plus sign and a false one with "FALSE:", and returns whether it holds. main()
 * ends with `return claims_status();`.
 */
#ifndef CLAIM_H
#define CLAIM_H

#include <stdbool.h>

bool claim(bool holds, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Returns the program's exit status: 0 if all claims held, otherwise 1. */
int claims_status(void);

/*
 * Waits for Enter if the tour runs the program at a terminal, which the tour
 * shows by TOUR_PAGES in the environment. Elsewhere it does nothing.
 */
void new_page(void);
/* Prints a headline. */
void heading(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Prints a sentence of explanation, indented. */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
