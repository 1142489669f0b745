/*
 * The two names of the machine that can be set: by calls and in /proc/sys; and
 * other files there.
 */
#include <uapi/fcntl.h>
#include <uapi/utsname.h>
#include "check.h"
#include "maps.h"

static char text[256];

static const char *node(void)
{
	static struct new_utsname uts;

	SYS(uname, &uts);
	return uts.nodename;
}

static int32_t write_file(const char *path, const char *what)
{
	int32_t fd = SYS(open, path, O_WRONLY, 0), n;

	n = SYS(write, fd, what, strlen(what));
	SYS(close, fd);
	return n;
}

static void by_calls(void)
{
	struct new_utsname uts;
	char longest[NEW_UTS_LEN];

	is(SYS(sethostname, "first\0more", 10), 0,
	   "sethostname of five bytes and a NUL");
	ok(!strcmp(node(), "first"), "uname returns the name");
	read_text("/proc/sys/kernel/hostname", text, sizeof(text));
	ok(!strcmp(text, "first\n"),
	   "/proc/sys/kernel/hostname contains the name");
	is(SYS(setdomainname, "domain", 3), 0, "setdomainname of three bytes");
	SYS(uname, &uts);
	ok(!strcmp(uts.domainname, "dom"), "uname returns these three");
	ok(!strcmp(uts.nodename, "first"), "the host's name is unchanged");
	memset(longest, 'l', sizeof(longest));
	is(SYS(sethostname, longest, NEW_UTS_LEN), 0,
	   "sethostname of the longest name");
	ok(strlen(node()) == NEW_UTS_LEN, "uname returns all of it");
	is(SYS(sethostname, longest, NEW_UTS_LEN + 1), -EINVAL,
	   "sethostname of one byte more is refused");
	is(SYS(sethostname, longest, -1), -EINVAL,
	   "sethostname of -1 bytes is refused");
	is(SYS(sethostname, 8, 3), -EFAULT,
	   "sethostname from an unmapped address is refused");
	ok(strlen(node()) == NEW_UTS_LEN, "the name is unchanged by that");
	is(SYS(sethostname, 0, 0), 0, "sethostname of 0 bytes");
	ok(!node()[0], "the name is empty");
}

static void by_files(void)
{
	is(write_file("/proc/sys/kernel/hostname", "by-file\n"), 8,
	   "a write to /proc/sys/kernel/hostname");
	ok(!strcmp(node(), "by-file"),
	   "uname returns that name, without the newline");
	is(write_file("/proc/sys/kernel/domainname", "(none)"), 6,
	   "a write to /proc/sys/kernel/domainname");
	read_text("/proc/sys/kernel/domainname", text, sizeof(text));
	ok(!strcmp(text, "(none)\n"), "a read of it returns that name");
}

static int as_user(void *arg)
{
	(void)arg;
	SYS(setresuid32, 1000, 1000, 1000);
	is(SYS(sethostname, "mine", 4), -EPERM,
	   "sethostname by a user is refused");
	is(SYS(setdomainname, "mine", 4), -EPERM,
	   "setdomainname by a user is refused");
	is(SYS(sethostname, 8, -1), -EPERM,
	   "that comes before the arguments are looked at");
	is(SYS(open, "/proc/sys/kernel/hostname", O_RDWR, 0), -EACCES,
	   "open of hostname for writing by a user is refused");
	ok(!strcmp(node(), "by-file"), "the name is unchanged");
	return 0;
}

static void more_files(void)
{
	char again[64];
	int a, b, c, d;

	read_text("/proc/sys/kernel/ngroups_max", text, sizeof(text));
	ok(!strcmp(text, "65536\n"), "ngroups_max is 65536");
	read_text("/proc/sys/kernel/cap_last_cap", text, sizeof(text));
	ok(!strcmp(text, "40\n"), "cap_last_cap is 40");
	read_text("/proc/sys/kernel/printk", text, sizeof(text));
	ok(sscanf(text, "%d %d %d %d", &a, &b, &c, &d) == 4 && b == 4 && c == 1,
	   "printk contains four levels");
	read_text("/proc/sys/vm/min_free_kbytes", text, sizeof(text));
	ok(atoi(text) >= 64, "min_free_kbytes is 64 at least");
	read_text("/proc/sys/kernel/random/boot_id", text, sizeof(text));
	ok(strlen(text) == 37 && text[8] == '-' && text[14] == '4',
	   "boot_id is a random UUID");
	read_text("/proc/sys/kernel/random/boot_id", again, sizeof(again));
	ok(!strcmp(text, again), "boot_id is the same at each read");
	read_text("/proc/sys/kernel/random/uuid", text, sizeof(text));
	read_text("/proc/sys/kernel/random/uuid", again, sizeof(again));
	ok(strlen(text) == 37 && text[14] == '4' && strcmp(text, again),
	   "uuid is another random UUID at each read");
	read_text("/proc/devices", text, sizeof(text));
	ok(!strncmp(text, "Character devices:\n  1 mem\n", 27) &&
		   strstr(text, "\n  5 /dev/tty\n") &&
		   strstr(text, "\n204 ttyAMA\n"),
	   "/proc/devices lists memory and terminals");
}

/* How memory is kept free, and how long an equal runs: read, and written. */
static void knobs(void)
{
	const int fifo[1] = { 1 };
	int32_t slice[2] = { 0 };
	char was[32];

	read_text("/proc/sys/vm/min_free_kbytes", was, sizeof(was));
	is(write_file("/proc/sys/vm/min_free_kbytes", "8193"), 4,
	   "min_free_kbytes of 8193");
	read_text("/proc/sys/vm/min_free_kbytes", text, sizeof(text));
	ok(!strcmp(text, "8193\n"), "min_free_kbytes is 8193");
	is(write_file("/proc/sys/vm/min_free_kbytes", "-1"), -EINVAL,
	   "min_free_kbytes of -1");
	write_file("/proc/sys/vm/min_free_kbytes", was);
	is(write_file("/proc/sys/vm/drop_caches", "3"), 1, "drop_caches of 3");
	is(write_file("/proc/sys/vm/drop_caches", "5"), -EINVAL,
	   "drop_caches of 5");
	read_text("/proc/sys/kernel/sched_rt_period_us", text, sizeof(text));
	ok(!strcmp(text, "1000000\n"), "sched_rt_period_us is 1,000,000");
	read_text("/proc/sys/kernel/sched_rt_runtime_us", text, sizeof(text));
	ok(!strcmp(text, "950000\n"), "sched_rt_runtime_us is 950,000");
	read_text("/proc/sys/kernel/sched_rr_timeslice_ms", text, sizeof(text));
	ok(!strcmp(text, "100\n"), "sched_rr_timeslice_ms is 100");
	is(write_file("/proc/sys/kernel/sched_rr_timeslice_ms", "200"), 3,
	   "sched_rr_timeslice_ms of 200");
	SYS(sched_setscheduler, 0, 2, fifo);
	SYS(sched_rr_get_interval, 0, slice);
	is(slice[1], 200000000, "sched_rr_get_interval returns 200 ms");
	write_file("/proc/sys/kernel/sched_rr_timeslice_ms", "199");
	SYS(sched_rr_get_interval, 0, slice);
	is(slice[1], 200000000, "199 ms are rounded up to ticks");
	is(write_file("/proc/sys/kernel/sched_rr_timeslice_ms", "0"), 1,
	   "sched_rr_timeslice_ms of 0");
	SYS(sched_rr_get_interval, 0, slice);
	is(slice[1], 100000000, "which is the default");
}

int main(void)
{
	by_calls();
	by_files();
	checks_in_child(as_user, NULL);
	more_files();
	knobs();
	return done();
}
