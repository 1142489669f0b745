/*
 * asm/cacheflush.h - for the host tests: each operation goes to the MMU model.
 */
#ifndef ASM_CACHEFLUSH_H
#define ASM_CACHEFLUSH_H

#include <types.h>

void dccmvau(const volatile void *va);
void iciallu(void);

#endif
