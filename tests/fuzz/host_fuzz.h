/*
 * host_fuzz.h - what a harness of the parsers is.
 *
 * A harness host_NAME.c gives the bytes to the kernel's own parser and checks
 * what its callers rely on with BUG_ON. It keeps nothing, so that an input does
 * the same whenever it comes. Two programs are made of each: one that clang's
 * libFuzzer drives by coverage (`make fuzz-host`), one that replays seeds and
 * mutations of them (host_replay.c, in `make check`).
 */
#ifndef HOST_FUZZ_H
#define HOST_FUZZ_H

#include "../host/host.h"

/* data lies in a heap block of just these bytes. Returns 0. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes);

/* For the parsers of boot arguments: nothing found yet. (host_boot.c) */
extern struct boot_args fuzz_args;
void fuzz_boot_begin(void);
/* What start_kernel relies on when a list has been parsed. */
void fuzz_boot_check(void);

#endif
