/*
 * The first access after a change of the address space, with nothing between.
 *
 * Each page is touched, so that the TLB has its entry. Then one system call changes
 * the page's entry, and an access follows. No other task runs and no line is printed
 * in between: a switch of tasks might flush the TLB, and would hide that the system
 * call did not.
 */
#include <setjmp.h>
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include "check.h"

#define RW     (PROT_READ | PROT_WRITE)
#define FAULTS (-EFAULT)
#define MANY   600u /* pages: more than one flush by pages, two tables */
#define SOME   20u  /* pages: one flush by pages, no table */

static jmp_buf back;

static void jump_back(int sig __attribute__((unused)),
		      struct test_siginfo *info __attribute__((unused)),
		      void *ucontext __attribute__((unused)))
{
	longjmp(back, 1);
}

/* The byte at p, or FAULTS. */
static int get(const void *p)
{
	if (setjmp(back))
		return FAULTS;
	return *(volatile const uint8_t *)p;
}

/* 0, or FAULTS. */
static int put(void *p, uint8_t byte)
{
	if (setjmp(back))
		return FAULTS;
	*(volatile uint8_t *)p = byte;
	return 0;
}

static int call(const void *p)
{
	if (setjmp(back))
		return FAULTS;
	return ((int (*)(void))(uintptr_t)p)();
}

/* Pages with 1 in their first bytes, all touched, the last one last. */
static uint8_t *touched(uint32_t n)
{
	uint8_t *p = pages(n);

	for (uint32_t i = 0; i < n; i++)
		p[i * PAGE] = 1;
	return p;
}

static void after_fork(void)
{
	uint8_t *p = touched(1);
	int status = 0;
	pid_t pid;

	fflush(stdout);
	p[0] = 1;
	pid = SYS(fork);
	if (pid == 0)
		_exit(p[0]);
	p[0] = 2;
	SYS(wait4, pid, &status, 0, 0);
	is(WEXITSTATUS(status), 1,
	   "fork: the child does not see the parent's next store");
}

/* A child keeps the page shared; the kernel's store into it makes a copy. */
static void after_copy_by_the_kernel(void)
{
	uint8_t *p = touched(1), *zero = pages(1);
	int ends[2], others[2], seen, seen_zero;

	SYS(pipe, ends);
	SYS(pipe, others);
	SYS(write, others[1], "23", 2);
	fflush(stdout);
	if (SYS(fork) == 0) {
		SYS(read, ends[0], p, 1);
		_exit(0);
	}
	get(p);
	get(zero);
	SYS(read, others[0], p, 1);
	SYS(read, others[0], zero, 1);
	seen = get(p);
	seen_zero = get(zero);
	is(seen, '2',
	   "read(2) into a page shared after fork: the copy is seen");
	is(seen_zero, '3', "read(2) into the zero page: the new page is seen");
	SYS(write, ends[1], "1", 1);
	SYS(wait4, -1, 0, 0, 0);
}

static void after_mprotect(void)
{
	static const uint32_t forty_two[] = { 0xe3a0002a, 0xe12fff1e };
	uint8_t *p = touched(MANY), *last = p + (MANY - 1) * PAGE;
	int one, all, none, run;

	SYS(mprotect, last, PAGE, PROT_READ);
	one = put(last, 2);
	put(p, 2);
	SYS(mprotect, p, MANY * PAGE, PROT_READ);
	all = put(p, 3);
	get(p);
	SYS(mprotect, p, PAGE, PROT_NONE);
	none = get(p);
	is(one, FAULTS, "a store faults after PROT_READ of one page");
	is(all, FAULTS, "a store faults after PROT_READ of many pages");
	is(none, FAULTS, "a load faults after PROT_NONE");
	p = pages(1);
	memcpy(p, forty_two, sizeof(forty_two));
	SYS(mprotect, p, PAGE, PROT_READ | PROT_EXEC);
	linux_syscall(__ARM_NR_cacheflush, p, p + sizeof(forty_two), 0);
	is(call(p), 42, "code in a page with PROT_EXEC runs");
	call(p);
	SYS(mprotect, p, PAGE, PROT_READ);
	run = call(p);
	is(run, FAULTS, "a call of it faults after PROT_EXEC was taken");
}

static void after_munmap(void)
{
	uint8_t *p = touched(MANY), *last = p + (MANY - 1) * PAGE;
	int one, all, other;

	SYS(munmap, last, PAGE);
	one = get(last);
	get(p);
	SYS(mmap2, p, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	other = get(p);
	put(p, 1);
	SYS(munmap, p, (MANY - 1) * PAGE);
	all = get(p);
	is(one, FAULTS, "a load faults after munmap of one page");
	is(other, 0, "a load sees the mapping that replaced another");
	is(all, FAULTS, "a load faults after munmap of many pages");
}

static void after_mremap(void)
{
	uint8_t *many = touched(MANY), *last = many + (MANY - 1) * PAGE;
	uint8_t *p = touched(2), *q = touched(2), *free = pages(SOME);
	int at_new, at_old, at_last;

	SYS(munmap, free, SOME * PAGE);
	get(last);
	SYS(mremap, last - (SOME - 1) * PAGE, SOME * PAGE, SOME * PAGE,
	    MREMAP_MAYMOVE | MREMAP_FIXED, free);
	at_last = get(last);
	SYS(munmap, free, SOME * PAGE);
	get(p);
	SYS(mremap, p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, free);
	at_old = get(p);
	put(p + PAGE, 7);
	get(q);
	SYS(mremap, p + PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q);
	at_new = get(q);
	is(at_old, FAULTS, "a load faults where mremap took a page away");
	is(at_new, 7, "a load sees the page that mremap moved there");
	is(at_last, FAULTS,
	   "a load faults at the last of many pages that it moved");
	get(q + PAGE);
	SYS(mremap, q, 2 * PAGE, PAGE, 0, 0);
	is(get(q + PAGE), FAULTS,
	   "a load faults behind a VMA that mremap shrank");
}

static void after_memory_was_given_back(void)
{
	uint8_t *p = touched(2);
	int byte, fd = SYS(memfd_create, "file", 0);

	get(p);
	SYS(madvise, p, PAGE, MADV_DONTNEED);
	byte = get(p);
	is(byte, 0, "a load sees zero after MADV_DONTNEED");
	SYS(ftruncate, fd, 2 * PAGE);
	p = (uint8_t *)SYS(mmap2, 0, 2 * PAGE, RW, MAP_SHARED, fd, 0);
	put(p + PAGE, 1);
	SYS(ftruncate, fd, PAGE);
	byte = get(p + PAGE);
	is(byte, FAULTS, "a load faults behind the end of a truncated file");
	SYS(close, fd);
}

int main(void)
{
	handle(LINUX_SIGSEGV, jump_back, TEST_SA_NODEFER);
	handle(LINUX_SIGBUS, jump_back, TEST_SA_NODEFER);
	after_fork();
	after_copy_by_the_kernel();
	after_mprotect();
	after_munmap();
	after_mremap();
	after_memory_was_given_back();
	return done();
}
