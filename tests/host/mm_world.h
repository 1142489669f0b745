/*
 * mm_world.h - what the tests of mm/ stand on: a booted model machine whose
 * faults go through the real trap/fault.c, a file of a few pages, and judging.
 */
#ifndef MM_WORLD_H
#define MM_WORLD_H

#include <alloc/internal.h>
#include <file.h>
#include <mm/internal.h>
#include <mm/mm.h>
#include <service.h>
#include <services/advice/advice.h>
#include <string.h>
#include <syscalls.h>
#include "mmu_model.h"

#define MAP_ANON_PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define MAP_ANON_SHARED  (MAP_SHARED | MAP_ANONYMOUS)
#define PROT_RW          (PROT_READ | PROT_WRITE)

/* What model_load and model_store return for a fault that ends the program. */
#define DIED_SEGV_MAPERR (-1001)
#define DIED_SEGV_ACCERR (-1002)
#define DIED_SIGBUS      (-1003)
#define DIED_OOM         (-1004)

/* The three instructions of the kernel's user copy that __ex_table lists. */
#define UACCESS_PC    0xc0100000u
#define UACCESS_FIXUP 0xc0100100u

/*
 * The real do_DataAbort or do_PrefetchAbort. Returns also when the program ends
 * of it.
 */
void world_abort(u32 far, u32 fsr, struct pt_regs *frame, enum abort_kind kind);

/* The one service of this world; a test that adds a function removes it again. */
extern struct service world_service;

/* The last fault's signal; sig is 0 if the kernel resolved the fault. */
struct world_signal {
	int sig, code;
	uaddr_t addr;
};
extern struct world_signal world_signal;
/* The program is to be killed: out_of_memory sets it, a fault clears it. */
extern bool world_dying;
/* When memory runs out another process is killed, not the program. */
extern bool world_has_victim;
/* Calls of out_of_memory and of report_user_fault since world_start. */
extern u32 world_ooms, world_reports;

/* Machine, mm, the fault handler. Remembers the free pages. */
void world_start(u32 ram_bytes);
/*
 * Nothing may be left of the mms that lived: free pages as at world_start,
 * nothing promised, verifiers content.
 */
void world_end(void);

/*
 * world_start with WORLD_RAM and the test file, open to read and write; returns a
 * new mm, the running task's. world_finish verifies and drops that mm, or one that
 * is left of its forks, closes the file and calls world_end.
 */
#define WORLD_RAM (16u << 20)
struct mm_struct *world_begin(void);
void world_finish(struct mm_struct *mm);

/* VMAs, page tables, TLB, and every page's counts against all live mms. */
void world_verify(struct mm_struct *const mms[], u32 n);

struct mm_struct *new_mm(void);
/* A forked copy; must succeed. */
struct mm_struct *fork_mm(struct mm_struct *mm);
void drop_mm(struct mm_struct *mm);

/* The calls, with the lock; map returns the address and must succeed. */
uaddr_t map(struct mm_struct *mm, uaddr_t addr, u32 bytes, u32 prot, u32 flags);
int try_map(struct mm_struct *mm, struct file *file, uaddr_t addr, u32 bytes,
	    u32 prot, u32 flags, u32 pgoff, uaddr_t *result);
int unmap(struct mm_struct *mm, uaddr_t addr, u32 bytes);
int protect(struct mm_struct *mm, uaddr_t addr, u32 bytes, u32 prot);
int advise(struct mm_struct *mm, uaddr_t addr, u32 bytes, u32 advice);
int remap(struct mm_struct *mm, uaddr_t addr, u32 old_bytes, u32 new_bytes,
	  u32 flags, uaddr_t new_addr, uaddr_t *result);

/* A store and load that must succeed. */
void poke(struct mm_struct *mm, uaddr_t va, u32 val);
u32 peek(struct mm_struct *mm, uaddr_t va);
/* The frame behind va, or 0 when none is mapped. */
u32 frame_of(struct mm_struct *mm, uaddr_t va);

/* ---- a file ------------------------------------------------------ */

#define TEST_FILE_PAGES 40

/* Word 0 of page n reads 0xf11e0000 + n. */
struct test_file {
	struct file file;
	struct address_space mapping; /* the VMAs that map the file */
	u32 nr_pages;                 /* size; may be changed */
	struct page *pages[TEST_FILE_PAGES];
	u32 faults, finds; /* calls of ->fault, ->find_pages */
};
extern struct test_file test_file;

/* Open it: all its pages in memory. */
struct file *test_file_open(u32 mode);
/* Close it: nothing but its own references may be left. */
void test_file_close(void);

#endif
