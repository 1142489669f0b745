/*
 * Users: who a task may become, whom it may signal, and what root gives up with
 * user 0. Run as root; each child becomes another user for good.
 */
#include <uapi/auxvec.h>
#include <uapi/fcntl.h>
#include <uapi/signal.h>
#include "check.h"

#define ALICE 1001
#define BOB   1002

/* ---- ids --------------------------------------------------------- */

static void uids_are(uint32_t uid, uint32_t euid, uint32_t suid,
		     const char *text)
{
	uint32_t r, e, s;

	SYS(getresuid32, &r, &e, &s);
	ok(r == uid && e == euid && s == suid, "uids %u %u %u: %s",
	   (unsigned)uid, (unsigned)euid, (unsigned)suid, text);
}

static void gids_are(uint32_t gid, uint32_t egid, uint32_t sgid,
		     const char *text)
{
	uint32_t r, e, s;

	SYS(getresgid32, &r, &e, &s);
	ok(r == gid && e == egid && s == sgid, "gids %u %u %u: %s",
	   (unsigned)gid, (unsigned)egid, (unsigned)sgid, text);
}

static int by_setuid(void *arg)
{
	(void)arg;
	is(SYS(setuid32, -1), -EINVAL, "setuid to nobody");
	is(SYS(setuid32, ALICE), 0, "root's setuid");
	uids_are(ALICE, ALICE, ALICE, "there is no way back");
	is(SYS(setuid32, 0), -EPERM, "as it tries");
	is(SYS(setuid32, ALICE), 0, "to whom it is already");
	is(SYS(getuid), ALICE, "getuid");
	is(SYS(geteuid32), ALICE, "geteuid");
	return 0;
}

static int by_setreuid(void *arg)
{
	(void)arg;
	is(SYS(setreuid32, ALICE, BOB), 0, "root's setreuid");
	uids_are(ALICE, BOB, BOB, "the saved one is the effective one");
	is(SYS(setreuid32, BOB, ALICE), 0, "swapped");
	uids_are(BOB, ALICE, ALICE, "so a set-uid program steps back");
	is(SYS(setreuid32, -1, BOB), 0, "the effective one alone");
	uids_are(BOB, BOB, ALICE, "the saved one stays if it is the real one");
	is(SYS(setreuid32, 0, -1), -EPERM, "to another");
	return 0;
}

static int by_setresuid(void *arg)
{
	(void)arg;
	is(SYS(setresuid32, -1, ALICE, BOB), 0, "root's setresuid");
	uids_are(0, ALICE, BOB, "each by itself");
	is(SYS(setresuid32, 7, -1, -1), -EPERM, "a user that is none of them");
	is(SYS(setresuid32, BOB, 0, ALICE), 0, "the three among themselves");
	uids_are(BOB, 0, ALICE, "root again");
	is(SYS(setuid32, 77), 0, "who may become anybody");
	uids_are(77, 77, 77, "for good");
	return 0;
}

static int groups_of_ids(void *arg)
{
	(void)arg;
	is(SYS(setgid32, ALICE), 0, "root's setgid");
	gids_are(ALICE, ALICE, ALICE, "all three");
	is(SYS(setregid32, BOB, ALICE), 0, "setregid");
	gids_are(BOB, ALICE, ALICE, "as for users");
	is(SYS(setresgid32, 1, 2, 3), 0, "setresgid");
	gids_are(1, 2, 3, "each by itself");
	is(SYS(setresgid, 4, 0xffff, 5), 0, "of 16 bits");
	gids_are(4, 2, 5, "-1 leaves one as it is");
	is(SYS(setresgid32, 70000, 70000, 70000), 0, "beyond 16 bits");
	is(SYS(getgid), 65534, "getgid of 16 bits has no word for it");
	is(SYS(getgid32), 70000, "that of 32 has");
	SYS(setuid32, ALICE);
	is(SYS(setgid32, 1), -EPERM, "a user's setgid");
	is(SYS(setregid32, 1, 1), -EPERM, "setregid");
	is(SYS(setresgid32, 1, 1, 1), -EPERM, "setresgid");
	return 0;
}

static int fs_ids(void *arg)
{
	(void)arg;
	is(SYS(setfsuid32, ALICE), 0, "setfsuid tells the old one");
	is(SYS(setfsuid32, -1), ALICE, "nobody is none: it only tells");
	is(SYS(open, "/tmp", O_RDONLY | O_NOATIME, 0), -EPERM,
	   "files see the new one");
	uids_are(0, 0, 0, "nothing else does");
	is(SYS(setuid32, BOB), 0, "setuid");
	is(SYS(setfsuid32, -1), BOB, "takes it along");
	is(SYS(setfsuid32, ALICE), BOB, "another's");
	is(SYS(setfsuid32, -1), BOB, "is refused without a word");
	is(SYS(setfsgid32, -1), 0, "setfsgid");
	return 0;
}

/* ---- supplementary groups ---------------------------------------- */

static int groups(void *arg)
{
	uint32_t set[] = { 30, 10, 20 }, got[8] = { 0 };
	uint16_t narrow[8] = { 0 };

	(void)arg;
	is(SYS(setgroups32, 3, set), 0, "setgroups");
	is(SYS(getgroups32, 0, 0), 3, "how many there are");
	is(SYS(getgroups32, 2, got), -EINVAL, "too little room");
	is(SYS(getgroups32, 8, got), 3, "getgroups");
	ok(got[0] == 10 && got[1] == 20 && got[2] == 30, "in order");
	is(SYS(getgroups, 8, narrow), 3, "of 16 bits");
	ok(narrow[0] == 10 && narrow[2] == 30, "the same");
	is(SYS(setgroups32, 65537, set), -EINVAL, "more than there can be");
	is(SYS(setgroups32, 1, 8), -EFAULT, "from nowhere");
	SYS(setuid32, ALICE);
	is(SYS(setgroups32, 0, 0), -EPERM, "a user's setgroups");
	is(SYS(getgroups32, 0, 0), 3, "they outlive setuid");
	return 0;
}

/* ---- capabilities ------------------------------------------------ */

#define CAP_VERSION_3 0x20080522u
#define DAC_OVERRIDE  (1u << 1)
#define FOWNER        (1u << 3)
#define KILL          (1u << 5)

struct caps {
	uint32_t effective, permitted, inheritable;
};

static int32_t capget(struct caps caps[2])
{
	uint32_t header[2] = { CAP_VERSION_3, 0 };

	return SYS(capget, header, caps);
}

static int32_t capset(const struct caps caps[2])
{
	uint32_t header[2] = { CAP_VERSION_3, 0 };

	return SYS(capset, header, caps);
}

static int drops_one(void *arg)
{
	struct caps caps[2];
	char path[64];

	(void)arg;
	strcpy(path, scratch("f"));
	SYS(chown32, path, BOB, BOB);
	SYS(chmod, path, 0);
	is(capget(caps), 0, "capget");
	ok(caps[0].effective & DAC_OVERRIDE, "root may override modes");
	caps[0].effective &= ~(DAC_OVERRIDE | 4);
	is(capset(caps), 0, "a capability is laid down");
	is(SYS(open, path, O_WRONLY, 0), -EACCES, "then a mode binds root");
	caps[0].effective |= DAC_OVERRIDE;
	is(capset(caps), 0, "it is taken up again");
	caps[0].effective &= ~FOWNER;
	caps[0].permitted &= ~FOWNER;
	is(capset(caps), 0, "one is given up");
	is(SYS(chmod, path, 0777), -EPERM, "chmod of another's file");
	caps[0].permitted |= FOWNER;
	is(capset(caps), -EPERM, "it does not come back");
	return 0;
}

static int with_users(void *arg)
{
	struct caps caps[2];
	uint32_t header[2] = { 1, 0 };

	(void)arg;
	is(SYS(capget, header, 0), 0, "capget of no version");
	ok(header[0] == CAP_VERSION_3, "tells which there is");
	SYS(setresuid32, -1, ALICE, -1);
	capget(caps);
	ok(!caps[0].effective && caps[0].permitted, "euid: effective goes");
	SYS(setresuid32, -1, 0, -1);
	capget(caps);
	ok(caps[0].effective & KILL, "and comes back");
	SYS(setresuid32, ALICE, ALICE, ALICE);
	capget(caps);
	ok(!caps[0].effective && !caps[0].permitted, "all uids: all goes");
	caps[0].permitted = KILL;
	is(capset(caps), -EPERM, "for good");
	return 0;
}

/* ---- who may do what to whom ------------------------------------- */

static pid_t sleeper(uint32_t uid)
{
	int ends[2];
	char c;
	pid_t pid;

	SYS(pipe, ends);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		SYS(setuid32, uid);
		SYS(write, ends[1], "x", 1);
		for (;;)
			SYS(pause);
	}
	SYS(read, ends[0], &c, 1); /* it is that user now */
	SYS(close, ends[0]);
	SYS(close, ends[1]);
	return pid;
}

static pid_t roots, alices, bobs;

static int signals(void *arg)
{
	struct rlimit limit = { 1, 1 };

	(void)arg;
	SYS(setuid32, ALICE);
	is(SYS(kill, roots, SIGTERM), -EPERM, "a user's signal to root");
	is(SYS(kill, bobs, SIGTERM), -EPERM, "to another user");
	is(SYS(kill, bobs, 0), -EPERM, "even the signal that is none");
	is(SYS(kill, bobs, SIGCONT), 0, "SIGCONT, in one session");
	is(SYS(tkill, bobs, SIGTERM), -EPERM, "tkill");
	is(SYS(tgkill, bobs, bobs, SIGTERM), -EPERM, "tgkill");
	is(SYS(setpriority, 0, bobs, 5), -EPERM, "another's nice value");
	is(SYS(prlimit64, bobs, RLIMIT_CORE, 0, 0), -EPERM, "his limits");
	is(SYS(setpriority, 0, alices, 5), 0, "one's own, slower");
	is(SYS(setpriority, 0, alices, 4), -EACCES, "not faster");
	is(SYS(nice, -1), -EPERM, "nor by nice");
	is(SYS(setrlimit, RLIMIT_CORE, &limit), 0, "a limit goes down");
	limit.rlim_max = 2;
	is(SYS(setrlimit, RLIMIT_CORE, &limit), -EPERM, "not up");
	is(SYS(kill, alices, SIGTERM), 0, "one's own may be ended");
	return 0;
}

/* What /proc tells of root's process: to a user, and to root. */
static int looks(void *arg)
{
	char path[64], buf[64];
	int32_t fd;

	if (arg)
		SYS(setuid32, ALICE);
	sprintf(path, "/proc/%d/status", (int)roots);
	fd = SYS(open, path, O_RDONLY, 0);
	ok(fd >= 0, "a process's status is everybody's");
	SYS(close, fd);
	sprintf(path, "/proc/%d/fd", (int)roots);
	fd = SYS(open, path, O_RDONLY, 0);
	ok(arg ? fd == -EACCES : fd >= 0, "its open files are %s",
	   arg ? "not" : "root's");
	SYS(close, fd);
	sprintf(path, "/proc/%d/maps", (int)roots);
	fd = SYS(open, path, O_RDONLY, 0);
	ok(arg ? fd == -EACCES : fd >= 0, "its maps are %s",
	   arg ? "not" : "root's");
	SYS(close, fd);
	sprintf(path, "/proc/%d/exe", (int)roots);
	fd = SYS(readlink, path, buf, sizeof(buf));
	ok(arg ? fd == -EACCES : fd > 0, "its program's name is %s",
	   arg ? "not" : "root's");
	return 0;
}

static void between_tasks(void)
{
	int status = 0;

	roots = sleeper(0);
	alices = sleeper(ALICE);
	bobs = sleeper(BOB);
	checks_in_child(signals, 0);
	checks_in_child(looks, "a user");
	checks_in_child(looks, 0);
	SYS(wait4, alices, &status, 0, 0);
	is(status, SIGTERM, "as it has");
	SYS(kill, roots, SIGKILL);
	SYS(kill, bobs, SIGKILL);
	SYS(wait4, roots, 0, 0, 0);
	SYS(wait4, bobs, 0, 0, 0);
}

static int processes(void *arg)
{
	struct rlimit limit = { 2, 2 };
	int32_t pid;

	(void)arg;
	SYS(setrlimit, RLIMIT_NPROC, &limit);
	SYS(setuid32, 54321);
	pid = SYS(fork);
	if (pid == 0)
		for (;;)
			SYS(pause);
	ok(pid > 0, "RLIMIT_NPROC 2: a second process");
	is(SYS(fork), -EAGAIN, "no third");
	SYS(kill, pid, SIGKILL);
	SYS(wait4, pid, 0, 0, 0);
	return 0;
}

/* ---- set-uid programs -------------------------------------------- */

/* This program, run by execve: what it is then. */
static int ran(const char *how)
{
	uint32_t r = 0, e = 0, s = 0;

	SYS(getresuid32, &r, &e, &s);
	return r == ALICE && e == BOB && s == BOB &&
			getauxval(AT_EUID) == BOB &&
			getauxval(AT_UID) == ALICE && getauxval(AT_SECURE) ?
		(how[0] == 's' ? 0 : 1) :
		e == ALICE && s == ALICE && !getauxval(AT_SECURE) ?
		(how[0] == 's' ? 2 : 0) :
		3;
}

static int runs(void *path)
{
	char *argv[] = { path, "suid", 0 }, *none[] = { 0 };

	SYS(setresuid32, ALICE, ALICE, 0);
	SYS(execve, path, argv, none);
	return 99;
}

static int runs_without(void *path)
{
	char *argv[] = { path, "plain", 0 }, *none[] = { 0 };

	SYS(setuid32, ALICE);
	if (SYS(prctl, 38, 1, 0, 0, 0)) /* PR_SET_NO_NEW_PRIVS */
		return 98;
	SYS(execve, path, argv, none);
	return 99;
}

static int not_executable(void *path)
{
	char *argv[] = { path, 0 }, *none[] = { 0 };

	SYS(setuid32, ALICE);
	return -SYS(execve, path, argv, none);
}

/* A copy of this program, for it may lie where no set-uid counts. */
static void copy_program(const char *from, const char *to)
{
	static char buf[4096];
	int in = SYS(open, from, O_RDONLY, 0), n;
	int out = SYS(open, to, O_CREAT | O_WRONLY, 0700);

	while ((n = SYS(read, in, buf, sizeof(buf))) > 0)
		SYS(write, out, buf, n);
	SYS(close, in);
	SYS(close, out);
}

static void set_uid_program(const char *self)
{
	char path[64];

	strcpy(path, scratch("prog"));
	copy_program(self, path);
	SYS(chown32, path, BOB, BOB);
	SYS(chmod, path, 04755);
	is(WEXITSTATUS(in_child(runs, path)), 0, "a set-uid program");
	is(WEXITSTATUS(in_child(runs_without, path)), 0,
	   "is a plain one where privileges do not grow");
	SYS(chmod, path, 0755);
	is(WEXITSTATUS(in_child(runs, path)), 2, "as one without the bit");
	SYS(chmod, path, 0744);
	is(WEXITSTATUS(in_child(not_executable, path)), EACCES,
	   "one that the user may not execute");
	SYS(unlink, path);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return ran(argv[1]);
	SYS(chmod, scratch(""), 0755);
	SYS(close, make_file(scratch("f"), 1));
	checks_in_child(by_setuid, 0);
	checks_in_child(by_setreuid, 0);
	checks_in_child(by_setresuid, 0);
	checks_in_child(groups_of_ids, 0);
	checks_in_child(fs_ids, 0);
	checks_in_child(groups, 0);
	checks_in_child(drops_one, 0);
	checks_in_child(with_users, 0);
	between_tasks();
	checks_in_child(processes, 0);
	set_uid_program(argv[0]);
	SYS(unlink, scratch("f"));
	remove_scratch();
	return done();
}
