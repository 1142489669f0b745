/*
 * VFP and NEON registers belong to a process, however often it is switched.
 */
#include "check.h"

#define WORKERS 4
#define ROUNDS  300000

/* clang-format off */
#define ROUNDING(seed)	(((seed) & 3) << 22)	/* FPSCR.RMode */
/* clang-format on */

/*
 * Fill d0..d31 and FPSCR with numbers of seed, spin, look again. True: all as
 * before.
 */
static bool registers_keep(uint32_t seed)
{
	uint32_t in[64] __attribute__((aligned(8)));
	uint32_t out[64] __attribute__((aligned(8)));
	uint32_t *p = in, *q = out, spin = 1000, fpscr = ROUNDING(seed);

	for (uint32_t i = 0; i < 64; i++)
		in[i] = seed * 1000 + i;
	__asm__ volatile("vldmia %0!, {d0-d15}\n\t"
			 "vldmia %0!, {d16-d31}\n\t"
			 "vmsr	fpscr, %3\n"
			 "1:	subs %2, %2, #1\n\t"
			 "bne	1b\n\t"
			 "vstmia %1!, {d0-d15}\n\t"
			 "vstmia %1!, {d16-d31}\n\t"
			 "vmrs	%3, fpscr\n\t"
			 "mov	%2, #0\n\t"
			 "vmsr	fpscr, %2"
			 : "+&r"(p), "+&r"(q), "+&r"(spin), "+&r"(fpscr)
			 :
			 : "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8",
			   "q9", "q10", "q11", "q12", "q13", "q14", "q15", "cc",
			   "memory");
	return memcmp(in, out, sizeof(in)) == 0 && fpscr == ROUNDING(seed);
}

static int work(uint32_t seed)
{
	for (int i = 0; i < ROUNDS / 100; i++)
		if (!registers_keep(seed))
			return 1;
	return 0;
}

static void together(void)
{
	pid_t pids[WORKERS];
	int status, wrong = 0;

	fflush(stdout);
	for (uint32_t i = 0; i < WORKERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(work(i + 1));
	}
	for (int i = 0; i < WORKERS; i++) {
		waitpid(pids[i], &status, 0);
		wrong += status != 0;
	}
	is(wrong, 0,
	   "of four processes at once, how many found wrong registers");
}

/* wait4(pid) with d0..d31 full: true if they are as before when it returns. */
static bool registers_keep_in_wait(pid_t pid)
{
	uint32_t in[64] __attribute__((aligned(8)));
	uint32_t out[64] __attribute__((aligned(8)));
	uint32_t *p = in, *q = out;
	register long r0 __asm__("r0") = pid;
	register long r1 __asm__("r1") = 0;
	register long r2 __asm__("r2") = 0;
	register long r3 __asm__("r3") = 0;

	for (uint32_t i = 0; i < 64; i++)
		in[i] = i * 77;
	__asm__ volatile("vldmia %0!, {d0-d15}\n\t"
			 "vldmia %0!, {d16-d31}\n\t"
			 "push	{r7}\n\tmov	r7, #114\n\t" /* wait4 */
			 "svc	#0\n\t"
			 "pop	{r7}\n\t"
			 "vstmia %1!, {d0-d15}\n\t"
			 "vstmia %1!, {d16-d31}"
			 : "+&r"(p), "+&r"(q), "+r"(r0)
			 : "r"(r1), "r"(r2), "r"(r3)
			 : "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8",
			   "q9", "q10", "q11", "q12", "q13", "q14", "q15", "cc",
			   "memory");
	return memcmp(in, out, sizeof(in)) == 0;
}

/* The child takes the unit while we wait, however short a slice is. */
static void across_a_wait(void)
{
	const struct {
		long sec, nsec;
	} moment = { 0, 20000000 };
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		SYS(nanosleep, &moment, NULL);
		_exit(work(9));
	}
	ok(registers_keep_in_wait(pid),
	   "VFP registers survive a system call that blocks");
}

static volatile double half = 0.5;

static int compute(void *arg)
{
	double sum = *(double *)arg;

	for (int i = 0; i < 1000; i++)
		sum += half;
	return sum == 503.25 ? 0 : 1;
}

int main(void)
{
	double start = 3.25;

	is(in_child(compute, &start), 0,
	   "a child continues a sum in VFP registers");
	is(compute(&start), 0, "the parent computes the same sum");
	together();
	across_a_wait();
	return done();
}
