/*
 * asm/cp15.h - for the host tests: the registers are the MMU model's.
 */
#ifndef ASM_CP15_H
#define ASM_CP15_H

#include <types.h>

#define MPIDR_MP 0x80000000u /* multiprocessing extensions (B4.1.106) */

u32 read_mpidr(void);
u32 read_ctr(void);
u32 read_id_mmfr3(void);
u32 read_sctlr(void);
void write_sctlr(u32 val);
u32 read_ttbr0(void);
void write_ttbr0(u32 val);
void write_ttbr1(u32 val);
u32 read_ttbcr(void);
void write_ttbcr(u32 val);
u32 read_dacr(void);
void write_dacr(u32 val);
u32 read_prrr(void);
void write_prrr(u32 val);
u32 read_nmrr(void);
void write_nmrr(u32 val);
u32 read_contextidr(void);
void write_contextidr(u32 val);

#endif
