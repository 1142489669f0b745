/*
 * POSIX functions for the system calls that Newlib has no functions for.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uapi/signal.h>
#include <uapi/time.h>
#include <unistd.h>
#include "linux.h"

#define PAGE_SHIFT 12 /* mmap2 counts offsets in pages */

uint32_t getauxval(uint32_t type)
{
	for (const uint32_t *pair = program_auxv; pair[0]; pair += 2)
		if (pair[0] == type)
			return pair[1];
	return 0;
}

/* Stricter than strtoul, which also accepts blanks and a sign. */
static bool parse(const char *text, int base, uint32_t *number)
{
	char *end;

	errno = 0;
	*number = strtoul(text, &end, base);
	return isalnum((unsigned char)text[0]) && !*end && !errno;
}

bool parse_number(const char *text, uint32_t *number)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');

	return parse(text, hex ? 16 : 10, number);
}

bool parse_address(const char *text, uint32_t *addr)
{
	return parse(text, 16, addr);
}

bool parse_pid(const char *text, uint32_t *pid)
{
	if (strcmp(text, "self") == 0) {
		*pid = (uint32_t)getpid();
		return true;
	}
	return parse(text, 10, pid) && *pid;
}

void *mmap(void *addr, size_t bytes, int prot, int flags, int fd, off_t offset)
{
	return (void *)posix_result(
		linux_syscall(__NR_mmap2, addr, bytes, prot, flags, fd,
			      (uint32_t)offset >> PAGE_SHIFT));
}

int munmap(void *addr, size_t bytes)
{
	return posix_result(linux_syscall(__NR_munmap, addr, bytes));
}

int mprotect(void *addr, size_t bytes, int prot)
{
	return posix_result(linux_syscall(__NR_mprotect, addr, bytes, prot));
}

pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
	return posix_result(
		linux_syscall(__NR_wait4, pid, status, options, usage));
}

int getrusage(int who, struct rusage *usage)
{
	return posix_result(linux_syscall(__NR_getrusage, who, usage));
}

int sched_yield(void)
{
	return posix_result(linux_syscall(__NR_sched_yield));
}

void sleep_ms(uint32_t ms)
{
	struct old_timespec32 request = {
		.tv_sec = (int32_t)(ms / 1000),
		.tv_nsec = (int32_t)(ms % 1000 * 1000000),
	};

	linux_syscall(__NR_nanosleep, &request, 0);
}

/* Returns 0, or the seconds that were left when a signal ended the sleep. */
unsigned int sleep(unsigned int seconds)
{
	struct old_timespec32 request = { .tv_sec = (int32_t)seconds };
	struct old_timespec32 left = { 0 };

	if (linux_syscall(__NR_nanosleep, &request, &left) == 0)
		return 0;
	return (unsigned int)left.tv_sec + (left.tv_nsec != 0);
}

uint32_t uptime_ms(void)
{
	struct old_timespec32 now = { 0 };

	linux_syscall(__NR_clock_gettime, CLOCK_MONOTONIC, &now);
	return (uint32_t)now.tv_sec * 1000 + (uint32_t)now.tv_nsec / 1000000;
}

int kill_process(pid_t pid, int linux_signal)
{
	return posix_result(linux_syscall(__NR_kill, pid, linux_signal));
}

/* In user/lib/syscall.S: a handler returns to it. */
void linux_rt_sigreturn(void);

int on_signal(int linux_signal, void (*handler)(int linux_signal))
{
	struct kernel_sigaction action = {
		.sa_handler = (uint32_t)handler,
		/* The saved registers that linux_rt_sigreturn expects. */
		.sa_flags = SA_RESTORER | SA_SIGINFO,
		.sa_restorer = (uint32_t)linux_rt_sigreturn,
	};

	return posix_result(linux_syscall(__NR_rt_sigaction, linux_signal,
					  &action, 0, sizeof(action.sa_mask)));
}

int setpgid(pid_t pid, pid_t pgrp) /* <unistd.h>'s */
{
	return posix_result(linux_syscall(__NR_setpgid, pid, pgrp));
}

int set_foreground(pid_t pgrp)
{
	return posix_result(
		linux_syscall(__NR_ioctl, STDIN_FILENO, TIOCSPGRP, &pgrp));
}

bool has_terminal(void)
{
	pid_t pgrp;

	return linux_syscall(__NR_ioctl, STDIN_FILENO, TIOCGPGRP, &pgrp) == 0;
}

int take_terminal(void)
{
	int32_t session = linux_syscall(__NR_setsid);

	return session < 0 ?
		posix_result(session) :
		posix_result(
			linux_syscall(__NR_ioctl, STDIN_FILENO, TIOCSCTTY, 0));
}

bool enter_raw(int fd, uint32_t off, struct ktermios *before)
{
	struct ktermios raw;

	if (linux_syscall(__NR_ioctl, fd, TCGETS, before) != 0)
		return false;
	raw = *before;
	raw.c_lflag &= ~(ICANON | ECHO | off);
	/* With IXON ^S and ^Q would stop and start output, and not be read. */
	raw.c_iflag &= ~(uint32_t)IXON;
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	linux_syscall(__NR_ioctl, fd, TCSETS, &raw);
	return true;
}

void leave_raw(int fd, const struct ktermios *before)
{
	linux_syscall(__NR_ioctl, fd, TCSETS, before);
}

const char *signal_name(int linux_signal)
{
	static const char *const names[] = {
		[LINUX_SIGINT] = "SIGINT",   [LINUX_SIGQUIT] = "SIGQUIT",
		[LINUX_SIGILL] = "SIGILL",   [LINUX_SIGTRAP] = "SIGTRAP",
		[LINUX_SIGABRT] = "SIGABRT", [LINUX_SIGBUS] = "SIGBUS",
		[LINUX_SIGFPE] = "SIGFPE",   [LINUX_SIGKILL] = "SIGKILL",
		[LINUX_SIGUSR1] = "SIGUSR1", [LINUX_SIGSEGV] = "SIGSEGV",
		[LINUX_SIGUSR2] = "SIGUSR2", [LINUX_SIGPIPE] = "SIGPIPE",
		[LINUX_SIGTERM] = "SIGTERM", [LINUX_SIGCHLD] = "SIGCHLD",
		[LINUX_SIGCONT] = "SIGCONT", [LINUX_SIGSTOP] = "SIGSTOP",
		[LINUX_SIGTSTP] = "SIGTSTP",
	};
	static char other[16];
	size_t n = (size_t)linux_signal;

	if (n < sizeof(names) / sizeof(names[0]) && names[n])
		return names[n];
	snprintf(other, sizeof(other), "signal %d", linux_signal);
	return other;
}

bool open_listing(struct listing *list, const char *path)
{
	list->fd = open(path, O_RDONLY);
	list->got = list->at = 0;
	return list->fd >= 0;
}

const char *next_entry(struct listing *list)
{
	const struct linux_dirent64 *entry;

	if (list->at >= list->got) {
		list->at = 0;
		list->got = getdents64(list->fd, list->buf, sizeof(list->buf));
		if (list->got <= 0)
			return NULL;
	}
	entry = (const struct linux_dirent64 *)((char *)list->buf + list->at);
	list->at += entry->d_reclen;
	return entry->d_name;
}

void close_listing(struct listing *list)
{
	close(list->fd);
}

pid_t next_process(struct listing *list)
{
	const char *name;

	while ((name = next_entry(list)))
		if (isdigit((unsigned char)name[0]))
			return atoi(name);
	return 0;
}
