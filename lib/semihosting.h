/*
 * lib/semihosting.h - ARM semihosting: the kernel calls a debugger or an
 * emulator, the host, which takes the instruction svc 0x123456 as a request,
 * such as to exit with a status.
 *
 * The same image runs with and without it, and on hardware. semihosting_probe
 * is called once, early, with interrupts off. It points VBAR, the register with
 * the address of the exception vectors, at a table of its own, whose SVC entry
 * returns "no host" if no host takes the call. So the kernel's own SVC path
 * need not know about it.
 */
#ifndef LIB_SEMIHOSTING_H
#define LIB_SEMIHOSTING_H

#include <types.h>

/*
 * Looks for a host, once, with interrupts off. Without one the calls below
 * return -ENODEV or do nothing.
 */
void semihosting_probe(void);

/*
 * Copies the host's command line to buf, NUL-terminated and cut to `bytes`
 * bytes. Returns 0 or -ENODEV.
 */
int __must_check semihosting_cmdline(char *buf, size_t bytes);

/* Ends the machine with exit status 0 to 255. Returns if there is no host. */
void semihosting_exit(int status);

/*
 * In lib/semihosting_call.S, for semihosting.c alone: one call with its
 * parameter block, and the probe, which returns true if there is a host.
 */
u32 semihosting_call(u32 op, const void *args);
bool semihosting_probe_call(void);

#endif
