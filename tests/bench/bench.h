/*
 * bench.h - one measurement: set up, begin(), the operation many times, end().
 *
 * begin() and end() read the board's clock, which steps a nanosecond an
 * instruction under `-icount shift=0` (in tens: the timer's step). What the two
 * calls cost themselves is taken off by end(), what a loop costs by report().
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <uapi/mman.h>
#include <uapi/unistd.h>

#define PAGE  4096u
#define PAGES 256u /* touched in one measurement: one table */
#define CALLS 1000u
#define LIVES 20u /* forks */

extern char *self; /* the program's own file */

void begin(void);
int64_t end(void);
/*
 * One line: what `times` rounds of a plain loop cost each, rounded. Rounds that
 * were not the program's own loop (per-page work of one call) say so.
 */
void report(const char *name, int64_t total, uint32_t times);
void report_without_loop(const char *name, int64_t total, uint32_t times);
/* The call failed: the figures would mean nothing. */
void must(int good, const char *what);

/* A system call of up to six arguments, and nothing around it. */
static inline int32_t call6(uint32_t number, uint32_t a0, uint32_t a1,
			    uint32_t a2, uint32_t a3, uint32_t a4, uint32_t a5)
{
	register uint32_t r0 __asm__("r0") = a0;
	register uint32_t r1 __asm__("r1") = a1;
	register uint32_t r2 __asm__("r2") = a2;
	register uint32_t r3 __asm__("r3") = a3;
	register uint32_t r4 __asm__("r4") = a4;
	register uint32_t r5 __asm__("r5") = a5;
	register uint32_t r7 __asm__("r7") = number;

	__asm__ volatile("svc 0"
			 : "+r"(r0)
			 : "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5), "r"(r7)
			 : "memory");
	return (int32_t)r0;
}

static inline int32_t call3(uint32_t number, uint32_t a0, uint32_t a1,
			    uint32_t a2)
{
	register uint32_t r0 __asm__("r0") = a0;
	register uint32_t r1 __asm__("r1") = a1;
	register uint32_t r2 __asm__("r2") = a2;
	register uint32_t r7 __asm__("r7") = number;

	__asm__ volatile("svc 0"
			 : "+r"(r0)
			 : "r"(r1), "r"(r2), "r"(r7)
			 : "memory");
	return (int32_t)r0;
}

static inline int32_t call1(uint32_t number, uint32_t a0)
{
	return call3(number, a0, 0, 0);
}

static inline uint32_t address(const volatile void *p)
{
	return (uint32_t)(uintptr_t)p;
}

/* The end of a child; it must not run what its parent registered. */
static inline void leave(void)
{
	call1(__NR_exit, 0);
}

static inline void reap(int32_t pid)
{
	call6(__NR_wait4, (uint32_t)pid, 0, 0, 0, 0, 0);
}

/* vfork whose child only exits: in one piece, for it runs on our stack. */
static inline int32_t vfork_exit(void)
{
	register uint32_t r0 __asm__("r0");
	register uint32_t r7 __asm__("r7") = __NR_vfork;

	__asm__ volatile("svc 0\n\t"
			 "cmp r0, #0\n\t"
			 "moveq r7, %2\n\t"
			 "svceq 0"
			 : "=r"(r0), "+r"(r7)
			 : "I"(__NR_exit)
			 : "cc", "memory");
	return (int32_t)r0;
}

/* Private anonymous memory of n pages, readable and writable. */
uint8_t *anonymous(uint32_t n);
/* The same, shared. */
uint8_t *shared(uint32_t n);
uint8_t *map_file(uint32_t n, int fd);

static inline uint8_t *map_raw(uint32_t n)
{
	return (uint8_t *)call6(__NR_mmap2, 0, n * PAGE, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, ~0u, 0);
}

static inline void unmap(const volatile uint8_t *p, uint32_t n)
{
	call3(__NR_munmap, address(p), n * PAGE, 0);
}

static inline void read_pages(volatile uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		(void)p[i * PAGE];
}

static inline void write_pages(volatile uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		p[i * PAGE] = 1;
}

/* The groups, each a file. */
void bench_calls(void);
void bench_little(void);
void bench_texts(void);
void bench_faults(void);
void bench_lives(void);
void bench_areas(void);
void bench_regions(void);
void bench_switches(void);
void bench_signals(void);
void bench_tasks(void);

#endif
