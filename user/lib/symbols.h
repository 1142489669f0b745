/*
 * symbols.h - addresses by name, as a debugger finds them.
 */
#ifndef SYMBOLS_H
#define SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Stores the address that a word stands for in process pid (0: the caller): a
 * function or variable, by the symbol table of /proc/PID/exe, or a hexadecimal
 * number with or without 0x. A word that is both, such as "add", is the symbol;
 * 0xadd is the number. Returns false if it is neither, or if there is no such
 * process, after a message to stderr that begins with `command`.
 */
bool find_address(const char *command, const char *word, pid_t pid,
		  uint32_t *addr);

#endif
