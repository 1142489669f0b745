/*
 * /proc/PID/status on signals, the table of descriptors and the umask.
 *
 * qemu-arm shows the emulator's own: signal_status.expected holds Linux's
 * answers.
 */
#include "check.h"
#include "maps.h"

static char text[4096];

/* The text behind "NAME:" and a tab, to the end of the line. */
static const char *field(const char *name)
{
	static char value[64];
	const char *at = strstr(text, name);

	if (!at)
		return "missing";
	at = strchr(at, '\t') + 1;
	snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, "\n"), at);
	return value;
}

static void read_status(pid_t pid)
{
	char path[32];

	memset(text, 0, sizeof(text));
	read_text(proc_path(path, pid, "status"), text, sizeof(text));
}

static void show(const char *name, const char *what)
{
	ok(true, "%s %s %s", what, name, field(name));
}

static void show_signals(const char *what)
{
	char queued[64];

	snprintf(queued, sizeof(queued), "%s", field("\nSigQ:"));
	*strchr(queued, '/') = '\0'; /* the limit is the machine's */
	ok(true, "%s SigQ: %s", what, queued);
	show("SigPnd:", what);
	show("ShdPnd:", what);
	show("SigBlk:", what);
	show("SigIgn:", what);
	show("SigCgt:", what);
}

static void handler(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)sig, (void)info, (void)ucontext;
}

static void show_limit(void)
{
	struct rlimit limit = { 100, 200 };
	const char *slash;

	SYS(setrlimit, RLIMIT_SIGPENDING, &limit);
	read_status(0);
	slash = strchr(field("\nSigQ:"), '/');
	is(slash ? atoi(slash + 1) : -1, 100,
	   "SigQ: the limit is the number behind the slash");
}

/* The names of the lines that are to come in this order. */
static void order(void)
{
	static const char *const names[] = {
		"Name:",   "Umask:",     "State:",
		"Tgid:",   "Ngid:",      "Pid:",
		"PPid:",   "TracerPid:", "Uid:",
		"Gid:",    "FDSize:",    "VmPeak:",
		"VmSwap:", "Threads:",   "SigQ:",
		"SigPnd:", "ShdPnd:",    "SigBlk:",
		"SigIgn:", "SigCgt:",    "voluntary_ctxt_switches:",
	};
	const char *at = text;

	for (uint32_t i = 0; at && i < ARRAY_SIZE(names); i++) {
		at = strstr(at, names[i]);
		ok(at && (i == 0 || at[-1] == '\n'),
		   "the lines come in this order: %s", names[i]);
	}
}

static void zombie(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	do
		read_status(pid);
	while (!strstr(text, "zombie"));
	show("FDSize:", "a zombie:");
	ok(!strstr(text, "Umask:"), "a zombie has no line Umask:");
	SYS(wait4, pid, 0, 0, 0);
}

int main(void)
{
	read_status(0);
	order();
	show("Umask:", "at first:");
	show("FDSize:", "at first:");
	show_signals("at first:");

	SYS(umask, 07);
	SYS(dup2, 1, 40);
	set_mask(0,
		 SIGNAL_BIT(LINUX_SIGUSR1) | SIGNAL_BIT(LINUX_SIGUSR2) |
			 SIGNAL_BIT(LINUX_SIGTERM));
	handle(LINUX_SIGUSR1, handler, 0);
	handle(40, handler, 0);
	ignore(LINUX_SIGINT);
	SYS(tkill, getpid(), LINUX_SIGUSR1);
	SYS(kill, getpid(), LINUX_SIGUSR2);
	SYS(kill, getpid(), LINUX_SIGTERM);
	SYS(kill, getpid(), LINUX_SIGTERM);
	read_status(0);
	show("Umask:", "with signals pending:");
	show("FDSize:", "with signals pending:");
	show_signals("with signals pending:");
	set_mask(1, SIGNAL_BIT(LINUX_SIGUSR1));
	read_status(0);
	show_signals("one taken:");
	show_limit();
	zombie();
	return done();
}
