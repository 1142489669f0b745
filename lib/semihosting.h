/*
 * lib/semihosting.h - ARM semihosting (svc 0x123456), found at run time.
 *
 * The same image runs with and without it, and on hardware. semihosting_probe
 * is called once, early, with interrupts off: it points VBAR at a vector table
 * of its own, whose SVC entry answers "nobody" if no host takes the call, so
 * the kernel's own SVC path need not know of it.
 */
#ifndef LIB_SEMIHOSTING_H
#define LIB_SEMIHOSTING_H

#include <types.h>

/* Look for a host; without one the calls below say -ENODEV or do nothing. */
void semihosting_probe(void);

/* The host's command line for us into buf (NUL-terminated): 0 or -ENODEV. */
int __must_check semihosting_cmdline(char *buf, size_t bytes);

/* End the machine with this exit status (0..255). Returns if there is no host. */
void semihosting_exit(int status);

/* lib/semihosting_call.S: one call; and the probe, which returns true: a host. */
u32 semihosting_call(u32 op, const void *args);
bool semihosting_probe_call(void);

#endif
