/*
 * execve: what is refused and how, and what a new program inherits.
 *
 * qemu-arm cannot run this one (its execve is the host's): exec.expected
 * holds Linux's answers.
 */
#include <uapi/fcntl.h>
#include <uapi/sched.h>
#include <uapi/time.h>
#include "check.h"

static const char *self;

static int32_t exec(const char *path, const char *arg)
{
	const char *argv[] = { path, arg, NULL };
	const char *envp[] = { "A=1", "B=two", NULL };

	return SYS(execve, path, argv, envp);
}

/* ---- registers that are a program's own -------------------------- */

static void write_registers(uint32_t value)
{
	linux_syscall(__ARM_NR_set_tls, value);
	__asm__ volatile(".fpu vfpv3\n"
			 "vmov d8, %0, %0\n"
			 "vmsr fpscr, %1"
			 :
			 : "r"(value),
			   "r"(0x00c00000u)); /* round towards zero */
}

/* Returns 0 if the thread pointer, d8 and FPSCR are all zero. */
static uint32_t read_registers(void)
{
	uint32_t tls, low, high, fpscr;

	__asm__ volatile(".fpu vfpv3\n"
			 "mrc p15, 0, %0, c13, c0, 3\n"
			 "vmov %1, %2, d8\n"
			 "vmrs %3, fpscr"
			 : "=r"(tls), "=r"(low), "=r"(high), "=r"(fpscr));
	return tls | low | high | fpscr;
}

/* ---- the new program --------------------------------------------- */

static int inherited(const char *what)
{
	char c = 0;

	if (strcmp(what, "environment") == 0)
		return strcmp(getenv("A"), "1") || strcmp(getenv("B"), "two") ||
			getenv("C");
	if (strcmp(what, "descriptor") == 0)
		return SYS(read, 30, &c, 1) != 1 || c != 'k' ||
			SYS(read, 31, &c, 1) != -EBADF;
	if (strcmp(what, "alarm") == 0)
		for (;;)
			SYS(pause);
	if (strcmp(what, "closed") == 0)
		return SYS(read, 31, &c, 1) != -EBADF;
	if (strcmp(what, "group") == 0) {
		SYS(write, 31, "k", 1);
		SYS(read, 30, &c, 1);
		return SYS(setpgid, 0, 0) != 0;
	}
	if (strcmp(what, "registers") == 0)
		return read_registers() != 0;
	if (strcmp(what, "mask") == 0)
		return set_mask(0, 0) != SIGNAL_BIT(LINUX_SIGUSR2);
	if (strcmp(what, "actions") == 0) {
		SYS(kill, getpid(), LINUX_SIGUSR2); /* ignored before */
		SYS(kill, getpid(), LINUX_SIGUSR1); /* handled before */
		return 1;
	}
	return 99;
}

static void handler(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)sig, (void)info, (void)ucontext;
	_exit(50);
}

static int exec_self(void *what)
{
	exec(self, what);
	return 77;
}

static int exec_with_descriptors(void *what)
{
	int fds[2];

	SYS(pipe, fds);
	SYS(write, fds[1], "k", 1);
	SYS(dup2, fds[0], 30);
	SYS(dup3, fds[0], 31, O_CLOEXEC);
	return exec_self(what);
}

static int exec_with_mask(void *what)
{
	set_mask(0, SIGNAL_BIT(LINUX_SIGUSR2));
	return exec_self(what);
}

static int exec_with_actions(void *what)
{
	handle(LINUX_SIGUSR1, handler, 0);
	ignore(LINUX_SIGUSR2);
	return exec_self(what);
}

static int exec_with_alarm(void *what)
{
	const struct old_itimerval32 soon = { { 0, 0 }, { 0, 20000 } };

	SYS(setitimer, ITIMER_REAL, &soon, 0);
	return exec_self(what);
}

static int exec_with_registers(void *what)
{
	write_registers(0x12345678);
	if (fork() == 0) /* which makes the kernel save them */
		_exit(0);
	SYS(wait4, -1, 0, 0, 0);
	return exec_self(what);
}

/*
 * A parent may move a child to another process group only until the child has
 * called execve: from then on the new program relies on its group.
 */
static void group(void)
{
	int to[2], from[2], status = 0;
	pid_t pid;
	char c;

	SYS(pipe, to);
	SYS(pipe, from);
	pid = fork();
	if (pid == 0) {
		SYS(dup2, to[0], 30);
		SYS(dup2, from[1], 31);
		_exit(exec_self("group"));
	}
	SYS(read, from[0], &c, 1);
	is(SYS(setpgid, pid, pid), -EACCES,
	   "the parent cannot move a child to another group after its execve");
	SYS(write, to[1], "k", 1);
	SYS(wait4, pid, &status, 0, 0);
	is(status, 0, "the child itself can still make a group of its own");
}

/*
 * execve gives the caller a table of its own before it closes the close-on-exec
 * descriptors, so that a process which shared the table keeps them.
 */
static void shared_table(void)
{
	int fds[2], status = 0;
	pid_t pid;
	char c;

	SYS(pipe, fds);
	SYS(write, fds[1], "k", 1);
	SYS(dup3, fds[0], 31, O_CLOEXEC);
	pid = SYS(clone, CLONE_FILES | LINUX_SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		_exit(exec_self("closed"));
	SYS(wait4, pid, &status, 0, 0);
	is(status, 0,
	   "execve closes a close-on-exec descriptor of a shared table");
	is(SYS(read, 31, &c, 1), 1,
	   "the process that shared the table keeps the descriptor");
}

static void inheritance(void)
{
	is(in_child(exec_self, "environment"), 0,
	   "the new program gets the arguments and the environment");
	is(in_child(exec_with_descriptors, "descriptor"), 0,
	   "descriptors stay open, those with close-on-exec are closed");
	is(in_child(exec_with_mask, "mask"), 0, "the signal mask stays");
	is(in_child(exec_with_actions, "actions"), LINUX_SIGUSR1,
	   "an ignored signal stays ignored, a handled one kills by default");
	is(in_child(exec_with_registers, "registers"), 0,
	   "the thread pointer and the VFP registers begin as zero");
	is(in_child(exec_with_alarm, "alarm"), 14,
	   "an alarm stays set and kills the new program");
	group();
	shared_table();
}

/* ---- refusals ---------------------------------------------------- */

/* A copy of this program's first `bytes` bytes, one byte of it changed. */
static const char *spoiled(uint32_t bytes, uint32_t at, uint8_t value)
{
	static uint8_t image[65536];
	const char *path = scratch("spoiled");
	int in = SYS(open, self, O_RDONLY, 0), out, n;

	n = SYS(read, in, image, sizeof(image));
	SYS(close, in);
	if (at < sizeof(image))
		image[at] = value;
	SYS(unlink, path);
	out = SYS(open, path, O_RDWR | O_CREAT, 0755);
	SYS(write, out, image, (uint32_t)n < bytes ? (uint32_t)n : bytes);
	SYS(close, out);
	return path;
}

#define WHOLE     65536u
#define UNCHANGED 0xffffffffu

static void refused(void)
{
	const char *text = scratch("text");
	int fd;

	is(exec(scratch("none"), ""), -ENOENT,
	   "a path that does not exist is refused");
	is(exec("", ""), -ENOENT, "an empty path is refused");
	is(exec("/tmp", ""), -EACCES, "a directory is refused");
	fd = make_file(text, 100);
	SYS(close, fd);
	is(exec(text, ""), -EACCES,
	   "a file without execute permission is refused");
	is(exec(scratch("text/x"), ""), -ENOTDIR,
	   "a path that goes through a file is refused");
	SYS(chmod, text, 0755);
	is(exec(text, ""), -ENOEXEC,
	   "an executable file that is not ELF is refused");
	is(exec(spoiled(0, UNCHANGED, 0), ""), -ENOEXEC,
	   "an empty file is refused");
	is(exec(spoiled(20, UNCHANGED, 0), ""), -ENOEXEC,
	   "a file that ends within the ELF header is refused");
	is(exec(spoiled(60, UNCHANGED, 0), ""), -ENOEXEC,
	   "a file that ends within the program headers is refused");
	is(exec(spoiled(WHOLE, 0, 'x'), ""), -ENOEXEC,
	   "a file with a wrong magic number is refused");
	is(exec(spoiled(WHOLE, 18, 3), ""), -ENOEXEC,
	   "a program for x86 is refused");
	is(exec(spoiled(WHOLE, 16, 1), ""), -ENOEXEC,
	   "a relocatable object file is refused");
	SYS(unlink, scratch("spoiled"));
	SYS(unlink, scratch("text")); /* text itself is overwritten by now */
	remove_scratch();
}

static void too_much(void)
{
	uint32_t bytes = 256 * 1024;
	char *word = malloc(bytes);

	memset(word, 'x', bytes);
	word[bytes - 1] = '\0';
	is(exec(self, word), -E2BIG, "an argument of 256 KiB is refused");
	free(word);
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc == 2)
		return inherited(argv[1]);
	inheritance();
	refused();
	too_much();
	return done();
}
