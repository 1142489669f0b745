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

#define TOUR_QUIT 3 /* the exit status after q was typed */

bool claim(bool holds, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/*
 * Returns the program's exit status: 0 if all claims held, otherwise 1; TOUR_QUIT
 * if they held and the tour is to go on at the shell.
 */
int claims_status(void);

/*
 * Waits for Enter if the tour runs the program at a terminal, which the tour
 * shows by TOUR_PAGES in the environment; elsewhere it does nothing. Returns false
 * once q was typed.
 */
bool wants_more(void);
/*
 * The same for a program that must go on to its end after q, to take back what it
 * has made: from then on its standard output leads to /dev/null.
 */
void new_page(void);
/* Prints a headline. */
void heading(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Prints a sentence of explanation, indented. */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
