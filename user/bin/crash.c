/*
 * crash [what] - break a rule of the address space, and see the report.
 *
 * A child commits the crime; the parent checks what killed it. Without an
 * argument all of them are tried. `crash self what` does it in this process.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "claim.h"
#include "linux.h"
#include "maps.h"

static void write_null(void)
{
	volatile int *null = (volatile int *)0;

	__asm__("" : "+r"(null)); /* else the compiler knows it crashes */
	*null = 1;
}

static void write_text(void)
{
	*(volatile uint32_t *)((uint32_t)write_null & ~3u) = 0;
}

/* "bx lr" in ARM state, but in data: never executed. */
static uint32_t code_in_data[] = { 0xe12fff1e };

static void run_data(void)
{
	void (*function)(void) = (void (*)(void))code_in_data;

	function();
}

/*
 * 4 KiB a level. Each leaves something to do after the call, so that it is not
 * made a loop. The end is there for the compiler: nobody lives to see it.
 */
static __attribute__((noinline)) int eat_stack(volatile int *outer)
{
	volatile int frame[1024];

	frame[0] = *outer + 1;
	if (frame[0] < 0)
		return 0;
	return eat_stack(frame) + frame[0];
}

static void overflow_stack(void)
{
	volatile int first = 0;

	eat_stack(&first);
}

static void read_kernel(void)
{
	(void)*(volatile int *)0xc0010000;
}

static void run_undefined(void)
{
	__asm__ volatile(".inst 0xe7f000f0"); /* UDF: undefined for ever */
}

struct crime {
	const char *name;
	const char *what;
	void (*commit)(void);
	int signal;
};

static const struct crime crimes[] = {
	{ "null", "write through a NULL pointer", write_null, LINUX_SIGSEGV },
	{ "text", "write to its own code", write_text, LINUX_SIGSEGV },
	{ "data", "jump into its data", run_data, LINUX_SIGSEGV },
	{ "stack", "use more stack than there is", overflow_stack,
	  LINUX_SIGSEGV },
	{ "kernel", "read the kernel's memory", read_kernel, LINUX_SIGSEGV },
	{ "undefined", "run an undefined instruction", run_undefined,
	  LINUX_SIGILL },
};

#define NR_CRIMES (sizeof(crimes) / sizeof(crimes[0]))

static void try(const struct crime *crime)
{
	int status = 0;
	pid_t pid;

	heading("crash: a child tries to %s", crime->what);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		crime->commit();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	claim(WIFSIGNALED(status) && WTERMSIG(status) == crime->signal,
	      "it was killed by %s", signal_name(crime->signal));
}

static const struct crime *find(const char *name)
{
	for (size_t i = 0; i < NR_CRIMES; i++)
		if (strcmp(crimes[i].name, name) == 0)
			return &crimes[i];
	fprintf(stderr, "crash: nothing is called '%s'; there is", name);
	for (size_t i = 0; i < NR_CRIMES; i++)
		fprintf(stderr, " %s", crimes[i].name);
	fputc('\n', stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "self") == 0) {
		find(argv[2])->commit();
		return 0;
	}
	for (size_t i = 0; argc == 1 && i < NR_CRIMES; i++)
		try(&crimes[i]);
	for (int i = 1; i < argc; i++) {
		/* The kernel's report would be shown after q, too. */
		if (i > 1 && !wants_more())
			break;
		try(find(argv[i]));
	}
	return claims_status();
}
