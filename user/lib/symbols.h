/*
 * symbols.h - addresses by name, as a debugger finds them.
 */
#ifndef SYMBOLS_H
#define SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What somebody typed for an address of process pid (0: the caller): a function
 * or an object of its program, by the symbol table of /proc/PID/exe, or a
 * hexadecimal number with or without 0x. A word that is both, such as "add", is
 * the symbol; 0xadd is the number. False: neither; stderr has said for `command`
 * why, and what was expected.
 */
bool find_address(const char *command, const char *word, pid_t pid,
		  uint32_t *addr);

#endif
