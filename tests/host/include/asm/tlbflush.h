/*
 * asm/tlbflush.h - for the host tests: each operation goes to the MMU model.
 */
#ifndef ASM_TLBFLUSH_H
#define ASM_TLBFLUSH_H

#include <types.h>

void table_store(u32 *slot, u32 desc);
void tlbiall(void);
void tlbiasid(u32 asid);
void tlbimva(u32 va, u32 asid);
void bpiall(void);

#endif
