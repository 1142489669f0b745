/*
 * A worker: it makes calls and does not care what becomes of it.
 */
#include <uapi/errno.h>
#include <uapi/signal.h>
#include <uapi/ucontext.h>
#include "fuzz.h"
#include "maps.h"

/* Which numbers a user program's CPSR never has: modes, F, I, A. */
#define PSR_NOT_OURS 0x1dfu
#define PSR_USER     0x10u

#define MAX_FAULTS 2000u

static uint32_t me; /* this worker's number */
static volatile uint32_t faults;
static bool has_threads;
static volatile uint32_t frame_bits;

void wrong(uint32_t what, uint32_t index, uint32_t detail)
{
	if (shared->wrong)
		return;
	shared->wrong_worker = me;
	shared->wrong_index = index;
	shared->detail = detail;
	shared->wrong = what;
}

/* ---- handlers ---------------------------------------------------- */

/* The one place that may fault: how 0 loads, else it stores. */
void touch_word(uint32_t va, uint32_t how);
extern const char touch_word_end[];

__asm__(".text\n"
	".arm\n"
	".type touch_word, %function\n"
	"touch_word:\n"
	"	cmp	r1, #0\n"
	"	ldreq	r0, [r0]\n"
	"	strne	r0, [r0]\n"
	"	bx	lr\n"
	"touch_word_end:\n");

/* A fault elsewhere has lost us our own code or data: the end. */
void skip_fault(int sig, void *info, void *ucontext)
{
	struct ucontext *uc = ucontext;
	uint32_t pc = uc->uc_mcontext.arm_pc;

	if (((struct siginfo *)info)->si_code <= 0)
		return; /* somebody has sent it */
	faults++;
	if (faults > MAX_FAULTS || pc < (uint32_t)touch_word ||
	    pc >= (uint32_t)touch_word_end)
		SYS(exit_group, 128 + sig);
	uc->uc_mcontext.arm_pc += 4;
}

void tick(int sig, void *info, void *ucontext)
{
	(void)sig;
	(void)info;
	(void)ucontext;
}

/* Ask for bits of the status register, and for nothing that stops us. */
static void change_frame(int sig, void *info, void *ucontext)
{
	struct ucontext *uc = ucontext;

	(void)sig;
	(void)info;
	uc->uc_mcontext.arm_cpsr |= frame_bits;
}

/* ---- ways into a child ------------------------------------------- */

/*
 * nr with a0-a4; in a child call fn(arg) and end it. The child of clone is on
 * another stack, that of vfork on ours: both have nothing to return to.
 */
__asm__(".text\n"
	".arm\n"
	".global fuzz_clone\n"
	".type fuzz_clone, %function\n"
	"fuzz_clone:\n"
	"	push	{r4-r7, lr}\n"
	"	mov	r5, r2\n"
	"	mov	r6, r3\n"
	"	mov	r7, r1\n"
	"	mov	ip, r0\n"
	"	ldm	ip, {r0-r4}\n"
	"	svc	0\n"
	"	cmp	r0, #0\n"
	"	popne	{r4-r7, pc}\n"
	"	mov	r0, r6\n"
	"	blx	r5\n"
	"	mov	r0, #0\n"
	"	mov	r7, #1\n"
	"	svc	0\n");

/* A return from a handler that there was not: it comes back by luck only. */
void fuzz_sigreturn(uint32_t nr, uint32_t sp);

__asm__(".type fuzz_sigreturn, %function\n"
	"fuzz_sigreturn:\n"
	"	push	{r4-r7, lr}\n"
	"	mov	r7, r0\n"
	"	mov	r4, sp\n"
	"	mov	sp, r1\n"
	"	svc	0\n"
	"	mov	sp, r4\n"
	"	pop	{r4-r7, pc}\n");

/* ---- one call ---------------------------------------------------- */

static void run_calls(uint32_t first, uint32_t n);

static void child(uint32_t index)
{
	if (index < CALLS)
		run_calls(CALLS + index * CHILD_CALLS, CHILD_CALLS);
}

static uint32_t slot_of(uint32_t index)
{
	return index < CALLS ? 0 :
			       1 + (index - CALLS) / CHILD_CALLS % (SLOTS - 1);
}

static int32_t make_child(const struct call *call, uint32_t index)
{
	uint32_t args[5], nr = call->what->nr;

	memcpy(args, call->value, sizeof(args));
	if (args[1] == 1)
		args[1] = STACKS + (1 + index % (SLOTS - 1)) * STACK_BYTES - 64;
	if (nr != __NR_fork)
		has_threads = true;
	return fuzz_clone(args, nr, child, index);
}

/* Loads (how 0) or stores. What it must not touch, skip_fault passes by. */
void touch(uint32_t va, uint32_t pages, uint32_t how)
{
	uint32_t before = faults;

	for (; pages && faults - before < 8; pages--, va += PAGE)
		touch_word(va, how);
}

/* A, I, F and the modes are not the program's, whatever its frame says. */
static void try_frame(uint32_t index, uint32_t choice)
{
	/* The last four end the program: asked for seldom. */
	static const uint32_t bits[] = { 0x100, 0x100, 0xf80f0000, 0x10,
					 0x80,  0xf,   0x1f,       0x40 };
	struct kernel_sigaction action = {
		.sa_handler = (uint32_t)change_frame,
		.sa_flags = SA_SIGINFO | SA_RESTORER,
		.sa_restorer = (uint32_t)linux_rt_sigreturn,
	};
	int32_t tid = SYS(gettid);
	uint32_t cpsr;

	frame_bits = bits[choice % (choice % 16 == 15 ? 8 : 4)];
	if (SYS(rt_sigaction, SIGUSR2, &action, 0, 8))
		return;
	SYS(tkill, tid, SIGUSR2);
	__asm__ volatile("mrs %0, cpsr" : "=r"(cpsr));
	if ((cpsr & PSR_NOT_OURS) != PSR_USER)
		wrong(WRONG_CPSR, index, cpsr);
}

static void exec_self(uint32_t index)
{
	char words[4][12];
	char *argv[] = { "fuzz",   words[0], words[1], words[2],
			 words[3], "child",  NULL };
	const uint32_t numbers[] = { run.seed, run.round, me, index };

	for (uint32_t i = 0; i < ARRAY_SIZE(numbers); i++)
		snprintf(words[i], sizeof(words[i]), "%u",
			 (unsigned int)numbers[i]);
	if (index < CALLS && fork() == 0)
		SYS(execve, "/bin/fuzz", argv, environ);
}

/*
 * Without the names of files: other workers rename them, or take them away,
 * whose name is "(deleted)".
 */
static uint32_t maps_sum(void)
{
	static char text[6000];
	int n = read_text("/proc/self/maps", text, sizeof(text));
	bool in_name = false;
	uint32_t sum = 0;

	if (n <= 0 || n == sizeof(text) - 1)
		return 0;
	for (int i = 0; i < n; i++) {
		in_name = text[i] == '/' || text[i] == '(' ||
			(in_name && text[i] != '\n');
		if (!in_name)
			sum = sum * 31 + (uint8_t)text[i];
	}
	return sum;
}

/*
 * One that finds no memory has changed nothing. Signals wait: a handler may make
 * the stack that it runs on grow.
 */
static int32_t try_mremap(const uint32_t a[6], uint32_t index)
{
	static const uint64_t all = ~0ull;
	uint64_t old = 0;
	uint32_t before;
	int32_t got;

	SYS(rt_sigprocmask, 2, &all, &old, 8);
	before = has_threads ? 0 : maps_sum();
	got = SYS(mremap, a[0], a[1], a[2], a[3], a[4]);
	if (got == -ENOMEM && before) {
		uint32_t after = maps_sum();

		if (after && after != before)
			wrong(WRONG_MREMAP, index, a[4]);
	}
	SYS(rt_sigprocmask, 2, &old, 0, 8);
	return got;
}

static void resolve(struct call *call, uint32_t index)
{
	uint32_t buffer = BUFFERS + slot_of(index) * PAGE;

	for (uint32_t i = 0; i < 6; i++) {
		uint32_t *v = &call->value[i], kind = call->what->kinds[i];

		if (call->points[i]) {
			*v = buffer + i * sizeof(call->memory[i]);
			memcpy((void *)*v, call->memory[i],
			       sizeof(call->memory[i]));
		} else if (kind == PID || kind == OWNPID) {
			if (*v == PID_SELF)
				*v = SYS(getpid);
			else if (*v == PID_PARENT)
				*v = SYS(getppid);
			else if (*v == PID_BROTHER)
				*v = SYS(getpid) + 1;
		}
	}
}

static void perform(struct call *call, uint32_t index)
{
	const uint32_t *a = call->value;
	uint32_t nr = call->what->nr;

	resolve(call, index);
	shared->calls[me]++;
	switch (nr) {
	case TOUCH:
		touch(a[0], a[1], a[2]);
		break;
	case FRAME:
		try_frame(index, a[1]);
		break;
	case EXEC:
		exec_self(index);
		break;
	case NO_SUCH_CALL:
		linux_syscall(a[0] % 8 ? NR_SYSCALLS + a[0] % 64 :
					 __ARM_NR_BASE + 6 + a[1] % 16,
			      a[0], a[1], a[2], a[3], a[4], a[5]);
		break;
	case __NR_fork:
	case __NR_vfork:
	case __NR_clone:
		make_child(call, index);
		break;
	case __NR_sigreturn:
	case __NR_rt_sigreturn:
		fuzz_sigreturn(nr, ARENA + index % ARENA_PAGES * PAGE);
		break;
	case __NR_mremap:
		try_mremap(a, index);
		break;
	default:
		if (nr >= HOG_THREADS)
			make_shape(nr, index, a[0]);
		else
			linux_syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	}
}

static void run_calls(uint32_t first, uint32_t n)
{
	struct call call;

	for (uint32_t i = first; i < first + n; i++) {
		if (run.planned && !run.keep[me][i])
			continue;
		make_call(&call, me, i);
		if (i < CALLS)
			shared->next[me] = i + 1; /* it may be the last */
		perform(&call, i);
	}
}

void worker(uint32_t n)
{
	me = n;
	make_world();
	run_calls(shared->next[n], CALLS - shared->next[n]);
	shared->next[n] = CALLS;
	SYS(exit_group, 0);
	__builtin_unreachable();
}

/* After execve: what was shared is not. */
void exec_child(uint32_t n, uint32_t index)
{
	me = n % WORKERS;
	SYS(mmap2, SHARED, PAGE, 3, 0x32, -1, 0);
	make_world();
	child(index);
	SYS(exit_group, 0);
	__builtin_unreachable();
}
