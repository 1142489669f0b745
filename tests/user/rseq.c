/*
 * rseq: a thread that loses the core, or gets a signal, in a restartable sequence
 * goes on at the sequence's abort address.
 */
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/rseq.h>
#include <uapi/time.h>
#include <uapi/ucontext.h>
#include "check.h"
#include "threads.h"

#define SIGNATURE 0xf1a5c0deu
#define OTHER     0x12345678u
#define KERNEL    0xc0000000u
#define TRIES     20

static struct rseq own;
static struct rseq_cs section;
static volatile uint32_t *stop; /* shared with children */

static int32_t reg(struct rseq *at, uint32_t bytes, uint32_t flags,
		   uint32_t sig)
{
	return SYS(rseq, at, bytes, flags, sig);
}

static int32_t unregister(void)
{
	return reg(&own, sizeof(own), RSEQ_FLAG_UNREGISTER, SIGNATURE);
}

/*
 * The sequence: goes round until *word is not 0. Returns 0 if it came to its end,
 * 1 if it was aborted.
 */
#define SEQUENCE(name)                                                  \
	"	str	r1, [r0, #8]\n"                                           \
	"	.global	" name "_start, " name "_end, " name "_abort\n" \
	"" name "_start:\n"                                             \
	"	ldr	r3, [r2]\n"                                               \
	"	cmp	r3, #0\n"                                                 \
	"	beq	" name "_start\n"                               \
	"" name "_end:\n"                                               \
	"	movs	r0, #0\n"                                                \
	"	bx	lr\n"                                                      \
	"	.balign	4\n"                                                  \
	"	.word	0xf1a5c0de\n"                                           \
	"" name "_abort:\n"                                             \
	"	movs	r0, #1\n"                                                \
	"	bx	lr\n"

extern const char arm_start[], arm_end[], arm_abort[];
extern const char thumb_start[], thumb_end[], thumb_abort[];

typedef int sequence(struct rseq *rseq, struct rseq_cs *cs,
		     volatile uint32_t *word);

/* clang-format off */
#define ARGUMENTS struct rseq *rseq __attribute__((unused)), \
		  struct rseq_cs *cs __attribute__((unused)), \
		  volatile uint32_t *word __attribute__((unused))
/* clang-format on */

static __attribute__((naked, noinline, target("arm"))) int arm_code(ARGUMENTS)
{
	__asm__ volatile(SEQUENCE("arm"));
}

static __attribute__((naked, noinline, target("thumb"))) int thumb_code(
	ARGUMENTS)
{
	__asm__ volatile(SEQUENCE("thumb"));
}

static void describe_arm(void)
{
	section = (struct rseq_cs){
		.start_ip = (uint32_t)arm_start,
		.post_commit_offset = (uint32_t)(arm_end - arm_start),
		.abort_ip = (uint32_t)arm_abort,
	};
}

static void describe_thumb(void)
{
	section = (struct rseq_cs){
		.start_ip = (uint32_t)thumb_start,
		.post_commit_offset = (uint32_t)(thumb_end - thumb_start),
		.abort_ip = (uint32_t)thumb_abort,
	};
}

/* ---- registering ------------------------------------------------- */

static int unregisters(void *arg)
{
	(void)arg;
	return unregister() == 0 && own.cpu_id == RSEQ_CPU_ID_UNINITIALIZED;
}

static struct rseq threads_own;
static int32_t thread_got[2];

static void in_thread(void *arg)
{
	(void)arg;
	thread_got[0] = unregister();
	thread_got[1] = reg(&threads_own, sizeof(own), 0, OTHER);
}

static int registers_after_exec(void *arg)
{
	char *argv[] = { (char *)"rseq", (char *)"again", NULL };

	(void)arg;
	return SYS(execve, "/proc/self/exe", argv, argv + 2);
}

static void refused(void)
{
	struct rseq *odd = (struct rseq *)((char *)&own + 16);

	is(reg(&own, 32, 0x2, SIGNATURE), -EINVAL,
	   "rseq with an unknown flag is refused");
	is(reg(&own, 31, 0, SIGNATURE), -EINVAL,
	   "rseq of a structure of 31 bytes is refused");
	is(reg(&own, 33, 0, SIGNATURE), -EINVAL,
	   "rseq of a structure of 33 bytes is refused");
	is(reg(odd, 32, 0, SIGNATURE), -EINVAL,
	   "rseq of a structure that is not 32-byte aligned is refused");
	is(reg((struct rseq *)KERNEL, 32, 0, SIGNATURE), -EFAULT,
	   "rseq of a structure in the kernel is refused");
	is(unregister(), -EINVAL,
	   "unregistering before registering is refused");
}

static void registering(void)
{
	struct thread thread;

	own.cpu_id = RSEQ_CPU_ID_UNINITIALIZED;
	refused();
	is(reg(&own, 32, 0, SIGNATURE), 0, "rseq registers a structure");
	is((int32_t)own.cpu_id, 0,
	   "the structure contains the number of the core");
	is(reg(&own, 32, 0, SIGNATURE), -EBUSY,
	   "registering it again is refused");
	is(reg(&own, 32, 0, OTHER), -EPERM,
	   "registering it again with another signature is refused");
	is(reg(&threads_own, 32, 0, SIGNATURE), -EINVAL,
	   "registering a second structure is refused");
	is(reg(&own, 32, RSEQ_FLAG_UNREGISTER | 2, SIGNATURE), -EINVAL,
	   "unregistering with an unknown flag is refused");
	is(reg(&own, 32, RSEQ_FLAG_UNREGISTER, OTHER), -EPERM,
	   "unregistering with another signature is refused");
	is(reg(&own, 31, RSEQ_FLAG_UNREGISTER, SIGNATURE), -EINVAL,
	   "unregistering with another length is refused");
	is(WEXITSTATUS(in_child(unregisters, NULL)), 1,
	   "a child of fork has the structure registered");
	run_thread(&thread, in_thread, NULL, 0);
	join_thread(&thread);
	is(thread_got[0], -EINVAL,
	   "a thread does not inherit the registration");
	is(thread_got[1], 0, "a thread registers a structure of its own");
	is(WEXITSTATUS(in_child(registers_after_exec, NULL)), 0,
	   "execve ends the registration");
	is(unregister(), 0, "rseq unregisters the structure");
	ok(own.cpu_id == RSEQ_CPU_ID_UNINITIALIZED,
	   "the structure contains no core's number then");
	is(reg(&own, 32, 0, SIGNATURE), 0, "rseq registers it again");
}

/* ---- losing the core --------------------------------------------- */

/* Uses the core for 200 ms of its own time, then ends the parent's sequence. */
static int compete(void *arg)
{
	struct kernel_timespec used = {};

	(void)arg;
	while (used.tv_sec == 0 && used.tv_nsec < 200000000) {
		run_for_a_while();
		SYS(clock_gettime64, CLOCK_PROCESS_CPUTIME_ID, &used);
	}
	*stop = 1;
	return 0;
}

/* Again if the child has ended before the sequence began: a host may stand still. */
static int preempted(sequence *code)
{
	int aborted = 0, status;
	pid_t pid;

	for (int i = 0; !aborted && i < TRIES; i++) {
		*stop = 0;
		pid = start_child(compete, NULL);
		aborted = code(&own, &section, stop);
		SYS(wait4, pid, &status, 0, 0);
	}
	return aborted;
}

static void losing_the_core(void)
{
	describe_arm();
	is(preempted(arm_code), 1,
	   "a sequence in which another task ran is aborted");
	is((int32_t)own.rseq_cs, 0, "the kernel has cleared rseq_cs");
	is((int32_t)own.cpu_id, 0,
	   "the structure contains the number of the core");
	describe_thumb();
	is(preempted(thumb_code), 1,
	   "a sequence in Thumb in which another task ran is aborted");
}

/* A first access to a page is a fault, but no other task need run. */
static void faulting(void)
{
	int fd = SYS(open, "/proc/self/exe", O_RDONLY), aborted = 1;

	describe_arm();
	for (int i = 0; aborted && i < TRIES; i++) {
		volatile uint32_t *page = mmap(0, PAGE, PROT_READ, MAP_PRIVATE,
					       fd, 0);

		aborted = arm_code(&own, &section, page);
	}
	is(aborted, 0,
	   "a sequence with a page fault, in which no task ran, ends");
}

/* ---- signals ----------------------------------------------------- */

static volatile int handled;
static volatile uint32_t pc_in_frame;

static void handler(int sig, struct test_siginfo *info, void *context)
{
	(void)sig;
	(void)info;
	pc_in_frame = ((struct ucontext *)context)->uc_mcontext.arm_pc;
	handled++;
	*stop = 1;
}

/*
 * An alarm in 20 ms. Again if it came before the sequence had begun, or if another
 * task had the core first.
 */
static int with_alarm(void *arg)
{
	static const struct old_itimerval32 soon = { .it_value = { 0, 20000 } };
	static const struct old_itimerval32 never;
	int aborted = 0;

	(void)arg;
	pc_in_frame = 0;
	for (int i = 0; pc_in_frame != (uint32_t)arm_abort && i < TRIES; i++) {
		*stop = 0;
		SYS(setitimer, ITIMER_REAL, &soon, 0);
		aborted = arm_code(&own, &section, stop);
		SYS(setitimer, ITIMER_REAL, &never, 0);
	}
	return aborted;
}

static int with_signal(void *arg)
{
	(void)arg;
	return SYS(kill, getpid(), LINUX_SIGUSR1);
}

static void signals(void)
{
	describe_arm();
	handle(14 /* SIGALRM */, handler, TEST_SA_SIGINFO);
	handle(LINUX_SIGUSR1, handler, TEST_SA_SIGINFO);
	is(with_alarm(NULL), 1, "a sequence in which a handler ran is aborted");
	ok(pc_in_frame == (uint32_t)arm_abort,
	   "the pc in the handler's frame is the abort address");
	own.rseq_cs = (uint32_t)&section;
	handled = 0;
	with_signal(NULL);
	is(handled, 1, "a handler that runs outside the sequence");
	is((int32_t)own.rseq_cs, 0, "the kernel has cleared rseq_cs");
}

/* ---- bad ones ---------------------------------------------------- */

static void died(int (*fn)(void *arg), const char *why)
{
	is(WTERMSIG(in_child(fn, NULL)), 11, "%s: SIGSEGV", why);
	describe_arm();
}

static int structure_gone(void *arg)
{
	struct rseq *page = (struct rseq *)pages(1);

	unregister();
	reg(page, 32, 0, SIGNATURE);
	SYS(munmap, page, PAGE);
	return with_signal(arg);
}

static int section_gone(void *arg)
{
	void *page = pages(1);

	own.rseq_cs = (uint32_t)page;
	SYS(munmap, page, PAGE);
	return with_signal(arg);
}

static int section_in_kernel(void *arg)
{
	own.rseq_cs = KERNEL;
	return with_signal(arg);
}

static int section_too_high(void *arg)
{
	own.rseq_cs = (uint64_t)1 << 32 | (uint32_t)&section;
	return with_signal(arg);
}

static int outside_of_section(void *arg)
{
	own.rseq_cs = (uint32_t)&section;
	return with_signal(arg);
}

static int caught(void *arg)
{
	handle(11, handler, TEST_SA_SIGINFO);
	return section_in_kernel(arg);
}

static int flags_of_thread(void *arg)
{
	own.flags = 1;
	return with_alarm(arg);
}

static void bad_ones(void)
{
	died(structure_gone, "the structure is unmapped");
	died(section_gone, "the description of the sequence is unmapped");
	died(section_in_kernel, "the description is in the kernel");
	died(section_too_high, "the address of the description has 33 bits");
	died(caught, "a bad description, though SIGSEGV has a handler");
	section.version = 1;
	died(outside_of_section, "the description has version 1");
	section.abort_ip = KERNEL;
	died(outside_of_section, "the abort address is in the kernel");
	section.abort_ip = 0;
	died(outside_of_section, "the abort address is 0");
	section.abort_ip = section.start_ip;
	died(outside_of_section, "the abort address is within the sequence");
	section.start_ip = ~0ull - 8;
	died(outside_of_section, "the end of the sequence wraps");
	section.abort_ip = section.start_ip - 4;
	died(outside_of_section,
	     "the word before the abort address is not the signature");
	section.flags = 1;
	died(with_alarm, "the description has flags");
	died(flags_of_thread, "the structure has flags");
	section.flags = 1;
	is(in_child(outside_of_section, NULL), 0,
	   "flags of a sequence that the thread is not in do no harm");
}

int main(int argc, char *argv[])
{
	(void)argv;
	if (argc == 2)
		return reg(&own, 32, 0, SIGNATURE) != 0;
	stop = (uint32_t *)pages_with(1, PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS);
	registering();
	losing_the_core();
	faulting();
	signals();
	bad_ones();
	return done();
}
