/*
 * The two names of the machine that can be set: by calls and in /proc/sys.
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

	is(SYS(sethostname, "first\0more", 10), 0, "sethostname");
	ok(!strcmp(node(), "first"), "uname has the name");
	read_text("/proc/sys/kernel/hostname", text, sizeof(text));
	ok(!strcmp(text, "first\n"), "and so has /proc/sys/kernel/hostname");
	is(SYS(setdomainname, "domain", 3), 0, "setdomainname, three bytes");
	SYS(uname, &uts);
	ok(!strcmp(uts.domainname, "dom"), "uname has these three");
	ok(!strcmp(uts.nodename, "first"), "the host's name is as it was");
	memset(longest, 'l', sizeof(longest));
	is(SYS(sethostname, longest, NEW_UTS_LEN), 0, "the longest name");
	ok(strlen(node()) == NEW_UTS_LEN, "is kept whole");
	is(SYS(sethostname, longest, NEW_UTS_LEN + 1), -EINVAL, "one longer");
	is(SYS(sethostname, longest, -1), -EINVAL, "of -1 bytes");
	is(SYS(sethostname, 8, 3), -EFAULT, "from address 8");
	ok(strlen(node()) == NEW_UTS_LEN, "and the name is still that one");
	is(SYS(sethostname, 0, 0), 0, "no name");
	ok(!node()[0], "is empty");
}

static void by_files(void)
{
	is(write_file("/proc/sys/kernel/hostname", "by-file\n"), 8,
	   "a name is written to /proc/sys/kernel/hostname");
	ok(!strcmp(node(), "by-file"), "uname has it, without the line's end");
	is(write_file("/proc/sys/kernel/domainname", "(none)"), 6,
	   "the domain's name likewise");
	read_text("/proc/sys/kernel/domainname", text, sizeof(text));
	ok(!strcmp(text, "(none)\n"), "and it is read back");
}

static int as_user(void *arg)
{
	(void)arg;
	SYS(setresuid32, 1000, 1000, 1000);
	is(SYS(sethostname, "mine", 4), -EPERM, "sethostname by a user");
	is(SYS(setdomainname, "mine", 4), -EPERM, "setdomainname by a user");
	is(SYS(sethostname, 8, -1), -EPERM, "which is looked at first");
	is(SYS(open, "/proc/sys/kernel/hostname", O_RDWR, 0), -EACCES,
	   "nor may a user write the file");
	ok(!strcmp(node(), "by-file"), "the name is the same");
	return 0;
}

static void more_files(void)
{
	char again[64];
	int a, b, c, d;

	read_text("/proc/sys/kernel/ngroups_max", text, sizeof(text));
	ok(!strcmp(text, "65536\n"), "ngroups_max");
	read_text("/proc/sys/kernel/cap_last_cap", text, sizeof(text));
	ok(!strcmp(text, "40\n"), "cap_last_cap");
	read_text("/proc/sys/kernel/printk", text, sizeof(text));
	ok(sscanf(text, "%d %d %d %d", &a, &b, &c, &d) == 4 && b == 4 && c == 1,
	   "printk: four levels");
	read_text("/proc/sys/vm/min_free_kbytes", text, sizeof(text));
	ok(atoi(text) >= 64, "min_free_kbytes");
	read_text("/proc/sys/kernel/random/boot_id", text, sizeof(text));
	ok(strlen(text) == 37 && text[8] == '-' && text[14] == '4',
	   "boot_id is a random UUID");
	read_text("/proc/sys/kernel/random/boot_id", again, sizeof(again));
	ok(!strcmp(text, again), "the same each time");
	read_text("/proc/sys/kernel/random/uuid", text, sizeof(text));
	read_text("/proc/sys/kernel/random/uuid", again, sizeof(again));
	ok(strlen(text) == 37 && text[14] == '4' && strcmp(text, again),
	   "uuid is another one each time");
	read_text("/proc/devices", text, sizeof(text));
	ok(!strncmp(text, "Character devices:\n  1 mem\n", 27) &&
		   strstr(text, "\n  5 /dev/tty\n") &&
		   strstr(text, "\n204 ttyAMA\n"),
	   "devices: memory, terminals");
}

int main(void)
{
	by_calls();
	by_files();
	checks_in_child(as_user, NULL);
	more_files();
	return done();
}
