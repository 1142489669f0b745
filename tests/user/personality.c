/*
 * personality(2), and what its bits do to memory: data that may be executed,
 * the layout that grows upward, and addresses that stay the same.
 *
 * qemu-arm's personality is the host's: personality.expected holds Linux's
 * answers.
 */
#include <uapi/fcntl.h>
#include <uapi/personality.h>
#include <uapi/resource.h>
#include "check.h"
#include "maps.h"

#define ASK 0xffffffffu

static const char *self;

/* Stores code that returns 42 (mov r0, #42; bx lr) and runs it. */
static int run_in(void *where)
{
	uint32_t *code = where;

	code[0] = 0xe3a0002a;
	code[1] = 0xe12fff1e;
	linux_syscall(__ARM_NR_cacheflush, code, code + 2, 0);
	return ((int (*)(void))where)();
}

/* Runs code in the page; returns 42, or the signal that killed. */
static int how_it_ends(void *page)
{
	int status = in_child(run_in, page);

	return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static void data_as_code(uint32_t persona, int want, const char *when)
{
	const int rw = PROT_READ | PROT_WRITE;
	uint8_t *page;

	SYS(personality, persona);
	page = pages_with(1, rw, MAP_PRIVATE);
	is(how_it_ends(page), want, "%s: code in a page that mmap made", when);
	SYS(munmap, page, PAGE);
	page = pages_with(1, PROT_NONE, MAP_PRIVATE);
	SYS(mprotect, page, PAGE, rw);
	is(how_it_ends(page), want,
	   "%s: code in a page that mprotect made readable and writable", when);
	SYS(munmap, page, PAGE);
	page = (uint8_t *)((SYS(brk, 0) + PAGE - 1) & ~(PAGE - 1));
	SYS(brk, page + PAGE);
	is(how_it_ends(page), want, "%s: code in a page that brk made", when);
	SYS(brk, page);
	page = pages_with(1, PROT_WRITE, MAP_PRIVATE);
	is(how_it_ends(page), LINUX_SIGSEGV,
	   "%s: code in a page that may only be written kills", when);
	SYS(munmap, page, PAGE);
}

static int exec_self(void *what)
{
	const char *argv[] = { self, what, NULL }, *envp[] = { NULL };

	SYS(execve, self, argv, envp);
	return 77;
}

static int exec_with(uint32_t persona, const char *what)
{
	int status;

	SYS(personality, persona);
	status = in_child(exec_self, (void *)what);
	SYS(personality, 0);
	return WEXITSTATUS(status);
}

/* ---- the new program --------------------------------------------- */

/*
 * Maps two pages. Returns 1 if mmap goes up from a third of the address space,
 * 2 if it goes down from below the stack, 0 otherwise.
 */
static int layout(void *arg)
{
	uint32_t first = (uint32_t)pages(1);
	uint32_t second = (uint32_t)pages_with(1, PROT_NONE, MAP_PRIVATE);

	(void)arg;
	/* Linux has a few pages of its own first. */
	if (first - 0x40000000 < 16 * PAGE && second == first + PAGE)
		return 1;
	return first > 0x80000000 && second == first - PAGE ? 2 : 0;
}

/* Returns whether mmap takes the lowest free room that is large enough. */
static int holes(void)
{
	uint8_t *at = pages(8);

	SYS(munmap, at + 2 * PAGE, PAGE);
	SYS(munmap, at + 4 * PAGE, 2 * PAGE);
	return pages_with(2, PROT_NONE, MAP_PRIVATE) == at + 4 * PAGE &&
		pages_with(1, PROT_NONE, MAP_PRIVATE) == at + 2 * PAGE &&
		pages_with(1, PROT_NONE, MAP_PRIVATE) == at + 8 * PAGE;
}

/* A part of the number of the page that the stack begins in. */
static int stack_page(void)
{
	int local;

	return (int)((uint32_t)&local / PAGE % 100);
}

static int as_program(const char *what)
{
	if (strcmp(what, "stack") == 0)
		return stack_page();
	if (strcmp(what, "layout") == 0)
		return layout(NULL);
	if (strcmp(what, "holes") == 0)
		return holes();
	if (strcmp(what, "fork") == 0)
		return WEXITSTATUS(in_child(layout, NULL));
	if (strcmp(what, "read") == 0)
		return how_it_ends(pages(1));
	/* what execve made of the personality, in a byte */
	return (int)((uint32_t)SYS(personality, ASK) >> 16 & 0xff) |
		((uint32_t)SYS(personality, ASK) & PER_MASK ? 1 : 0);
}

/* ---- what fork and execve keep of it ----------------------------- */

static int ask(void *arg)
{
	(void)arg;
	return (int)((uint32_t)SYS(personality, ASK) >> 16);
}

static void kept(void)
{
	is(SYS(personality, ASK), ADDR_LIMIT_32BIT,
	   "a program begins with ADDR_LIMIT_32BIT");
	is(SYS(personality, ADDR_NO_RANDOMIZE), ADDR_LIMIT_32BIT,
	   "personality returns the old value");
	is(SYS(personality, ASK), ADDR_NO_RANDOMIZE, "the new value is kept");
	is(WEXITSTATUS(in_child(ask, NULL)), ADDR_NO_RANDOMIZE >> 16,
	   "a child of fork inherits it");
	is(exec_with(ADDR_NO_RANDOMIZE | 8, "ask"),
	   (ADDR_NO_RANDOMIZE | ADDR_LIMIT_32BIT) >> 16,
	   "execve keeps ADDR_NO_RANDOMIZE and makes the system Linux");
	is(exec_with(READ_IMPLIES_EXEC, "ask"),
	   (READ_IMPLIES_EXEC | ADDR_LIMIT_32BIT) >> 16,
	   "execve keeps READ_IMPLIES_EXEC");
	is(exec_with(READ_IMPLIES_EXEC, "read"), 42,
	   "with READ_IMPLIES_EXEC the new program's data can be executed");
	is(exec_with(0, "read"), LINUX_SIGSEGV,
	   "without it executing data kills");
}

static int without_stack_limit(void *what)
{
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };

	SYS(setrlimit, RLIMIT_STACK, &none);
	return exec_self(what);
}

static void layouts(void)
{
	is(exec_with(ADDR_NO_RANDOMIZE, "layout"), 2,
	   "by default mmap goes down from below the stack");
	is(exec_with(ADDR_NO_RANDOMIZE | ADDR_COMPAT_LAYOUT, "layout"), 1,
	   "ADDR_COMPAT_LAYOUT: mmap goes up from a third of the space");
	is(exec_with(ADDR_NO_RANDOMIZE | ADDR_COMPAT_LAYOUT, "fork"), 1,
	   "ADDR_COMPAT_LAYOUT: so it does in a child of fork");
	is(exec_with(ADDR_NO_RANDOMIZE | ADDR_COMPAT_LAYOUT, "holes"), 1,
	   "ADDR_COMPAT_LAYOUT: mmap takes the lowest hole with room");
	SYS(personality, ADDR_NO_RANDOMIZE);
	is(WEXITSTATUS(in_child(without_stack_limit, "layout")), 1,
	   "without a limit of the stack mmap goes up, too");
}

/*
 * Returns whether programs that run one after the other get different stacks.
 */
static bool stack_moves(uint32_t persona)
{
	int first = exec_with(persona, "stack");

	for (int i = 0; i < 5; i++)
		if (exec_with(persona, "stack") != first)
			return true;
	return false;
}

static int write_sysctl(const char *value)
{
	int fd = SYS(open, "/proc/sys/kernel/randomize_va_space", O_RDWR, 0);
	int written = SYS(write, fd, value, 1);

	SYS(close, fd);
	return written;
}

static void randomised(void)
{
	is(write_sysctl("2"), 1, "randomize_va_space is set to 2");
	ok(stack_moves(0), "programs begin with different stacks");
	ok(!stack_moves(ADDR_NO_RANDOMIZE),
	   "with ADDR_NO_RANDOMIZE they begin with the same stack");
	is(write_sysctl("0"), 1, "randomize_va_space is set to 0");
	ok(!stack_moves(0), "programs begin with the same stack");
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc == 2)
		return as_program(argv[1]);
	kept();
	data_as_code(READ_IMPLIES_EXEC, 42, "READ_IMPLIES_EXEC");
	data_as_code(0, LINUX_SIGSEGV, "without READ_IMPLIES_EXEC");
	layouts();
	randomised();
	return done();
}
