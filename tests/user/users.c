/*
 * Users: which users and groups a task may change to, which tasks it may
 * signal, and which capabilities go with user 0. Run as root; each child
 * becomes another user for good.
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
	is(SYS(setuid32, -1), -EINVAL, "setuid32 to -1 is refused");
	is(SYS(setuid32, ALICE), 0, "setuid32 by root");
	uids_are(ALICE, ALICE, ALICE, "setuid32 by root sets all three");
	is(SYS(setuid32, 0), -EPERM, "setuid32 back to root is refused");
	is(SYS(setuid32, ALICE), 0, "setuid32 to the same user is accepted");
	is(SYS(getuid), ALICE, "getuid returns the new user");
	is(SYS(geteuid32), ALICE, "geteuid32 returns the new user");
	return 0;
}

static int by_setreuid(void *arg)
{
	(void)arg;
	is(SYS(setreuid32, ALICE, BOB), 0, "setreuid32 by root to two users");
	uids_are(ALICE, BOB, BOB, "the saved one becomes the effective one");
	is(SYS(setreuid32, BOB, ALICE), 0,
	   "setreuid32 by a user swaps the two");
	uids_are(BOB, ALICE, ALICE,
		 "the effective user is the former real one");
	is(SYS(setreuid32, -1, BOB), 0,
	   "setreuid32 of the effective one alone");
	uids_are(BOB, BOB, ALICE,
		 "the saved one stays as the real one is not given");
	is(SYS(setreuid32, 0, -1), -EPERM,
	   "setreuid32 to a user that is none of the three is refused");
	return 0;
}

static int by_setresuid(void *arg)
{
	(void)arg;
	is(SYS(setresuid32, -1, ALICE, BOB), 0,
	   "setresuid32 by root of two of the three");
	uids_are(0, ALICE, BOB, "each is set by itself");
	is(SYS(setresuid32, 7, -1, -1), -EPERM,
	   "setresuid32 to a user that is none of the three is refused");
	is(SYS(setresuid32, BOB, 0, ALICE), 0,
	   "setresuid32 by a user exchanges the three");
	uids_are(BOB, 0, ALICE, "the effective user is root again");
	is(SYS(setuid32, 77), 0, "setuid32 to any user is allowed then");
	uids_are(77, 77, 77, "setuid32 by root sets all three");
	return 0;
}

static int groups_of_ids(void *arg)
{
	(void)arg;
	is(SYS(setgid32, ALICE), 0, "setgid32 by root");
	gids_are(ALICE, ALICE, ALICE, "setgid32 by root sets all three");
	is(SYS(setregid32, BOB, ALICE), 0, "setregid32 by root");
	gids_are(BOB, ALICE, ALICE, "the saved one becomes the effective one");
	is(SYS(setresgid32, 1, 2, 3), 0, "setresgid32 by root");
	gids_are(1, 2, 3, "each is set by itself");
	is(SYS(setresgid, 4, 0xffff, 5), 0, "setresgid, the call with 16 bits");
	gids_are(4, 2, 5, "-1 of 16 bits leaves one as it is");
	is(SYS(setresgid32, 70000, 70000, 70000), 0,
	   "setresgid32 to a group above 16 bits");
	is(SYS(getgid), 65534,
	   "getgid, with 16 bits, returns the overflow group");
	is(SYS(getgid32), 70000, "getgid32 returns the group");
	SYS(setuid32, ALICE);
	is(SYS(setgid32, 1), -EPERM,
	   "setgid32 by a user to another group is refused");
	is(SYS(setregid32, 1, 1), -EPERM,
	   "setregid32 by a user to another group is refused");
	is(SYS(setresgid32, 1, 1, 1), -EPERM,
	   "setresgid32 by a user to another group is refused");
	return 0;
}

static int fs_ids(void *arg)
{
	(void)arg;
	is(SYS(setfsuid32, ALICE), 0,
	   "setfsuid32 returns the old file system user");
	is(SYS(setfsuid32, -1), ALICE,
	   "setfsuid32 to -1 changes nothing and returns the present one");
	is(SYS(open, "/tmp", O_RDONLY | O_NOATIME, 0), -EPERM,
	   "permissions of files are checked with the file system user");
	uids_are(0, 0, 0, "setfsuid32 changes none of these");
	is(SYS(setuid32, BOB), 0, "setuid32 to another user");
	is(SYS(setfsuid32, -1), BOB, "setuid32 sets the file system user, too");
	is(SYS(setfsuid32, ALICE), BOB,
	   "setfsuid32 by a user to another one returns the old one");
	is(SYS(setfsuid32, -1), BOB,
	   "the file system user is unchanged by that");
	is(SYS(setfsgid32, -1), 0,
	   "setfsgid32 to -1 returns the present group");
	return 0;
}

/* ---- supplementary groups ---------------------------------------- */

static int groups(void *arg)
{
	uint32_t set[] = { 30, 10, 20 }, got[8] = { 0 };
	uint16_t narrow[8] = { 0 };

	(void)arg;
	is(SYS(setgroups32, 3, set), 0, "setgroups32 to three groups");
	is(SYS(getgroups32, 0, 0), 3,
	   "getgroups32 with room for none returns their number");
	is(SYS(getgroups32, 2, got), -EINVAL,
	   "getgroups32 with room for two is refused");
	is(SYS(getgroups32, 8, got), 3, "getgroups32 with room for eight");
	ok(got[0] == 10 && got[1] == 20 && got[2] == 30,
	   "the groups are in ascending order");
	is(SYS(getgroups, 8, narrow), 3, "getgroups, the call with 16 bits");
	ok(narrow[0] == 10 && narrow[2] == 30, "it returns the same groups");
	is(SYS(setgroups32, 65537, set), -EINVAL,
	   "setgroups32 of more than 65536 groups is refused");
	is(SYS(setgroups32, 1, 8), -EFAULT,
	   "setgroups32 from an unmapped address is refused");
	SYS(setuid32, ALICE);
	is(SYS(setgroups32, 0, 0), -EPERM, "setgroups32 by a user is refused");
	is(SYS(getgroups32, 0, 0), 3, "setuid32 keeps the groups");
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
	is(capget(caps), 0, "capget of this process");
	ok(caps[0].effective & DAC_OVERRIDE, "root has CAP_DAC_OVERRIDE");
	caps[0].effective &= ~(DAC_OVERRIDE | 4);
	is(capset(caps), 0, "capset without it in the effective set");
	is(SYS(open, path, O_WRONLY, 0), -EACCES,
	   "the file's mode binds root then");
	caps[0].effective |= DAC_OVERRIDE;
	is(capset(caps), 0, "capset with it in the effective set again");
	caps[0].effective &= ~FOWNER;
	caps[0].permitted &= ~FOWNER;
	is(capset(caps), 0, "capset without CAP_FOWNER in the permitted set");
	is(SYS(chmod, path, 0777), -EPERM,
	   "chmod of another user's file is refused then");
	caps[0].permitted |= FOWNER;
	is(capset(caps), -EPERM,
	   "capset with it in the permitted set again is refused");
	return 0;
}

static int with_users(void *arg)
{
	struct caps caps[2];
	uint32_t header[2] = { 1, 0 };

	(void)arg;
	is(SYS(capget, header, 0), 0,
	   "capget with an unknown version returns 0");
	ok(header[0] == CAP_VERSION_3,
	   "it stores the version that the kernel has");
	SYS(setresuid32, -1, ALICE, -1);
	capget(caps);
	ok(!caps[0].effective && caps[0].permitted,
	   "a change of the effective user from 0 clears the effective set");
	SYS(setresuid32, -1, 0, -1);
	capget(caps);
	ok(caps[0].effective & KILL, "a change back to 0 restores it");
	SYS(setresuid32, ALICE, ALICE, ALICE);
	capget(caps);
	ok(!caps[0].effective && !caps[0].permitted,
	   "a change of all three users from 0 clears both sets");
	caps[0].permitted = KILL;
	is(capset(caps), -EPERM,
	   "capset with a permitted capability is refused then");
	return 0;
}

/* ---- permissions between tasks ----------------------------------- */

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
	is(SYS(kill, roots, SIGTERM), -EPERM,
	   "kill of root's process by a user is refused");
	is(SYS(kill, bobs, SIGTERM), -EPERM,
	   "kill of another user's process is refused");
	is(SYS(kill, bobs, 0), -EPERM,
	   "kill with signal 0 of it is refused, too");
	is(SYS(kill, bobs, SIGCONT), 0,
	   "SIGCONT within one session is allowed");
	is(SYS(tkill, bobs, SIGTERM), -EPERM,
	   "tkill of another user's thread is refused");
	is(SYS(tgkill, bobs, bobs, SIGTERM), -EPERM,
	   "tgkill of another user's thread is refused");
	is(SYS(setpriority, 0, bobs, 5), -EPERM,
	   "setpriority of another user's process is refused");
	is(SYS(prlimit64, bobs, RLIMIT_CORE, 0, 0), -EPERM,
	   "prlimit64 of another user's process is refused");
	is(SYS(setpriority, 0, alices, 5), 0,
	   "setpriority of an own process to a higher nice value");
	is(SYS(setpriority, 0, alices, 4), -EACCES,
	   "setpriority of it to a lower nice value is refused");
	is(SYS(nice, -1), -EPERM, "nice with a negative increment is refused");
	is(SYS(setrlimit, RLIMIT_CORE, &limit), 0,
	   "setrlimit lowers the hard limit");
	limit.rlim_max = 2;
	is(SYS(setrlimit, RLIMIT_CORE, &limit), -EPERM,
	   "setrlimit above the hard limit is refused");
	is(SYS(kill, alices, SIGTERM), 0, "kill of an own process by SIGTERM");
	return 0;
}

/* Reads /proc about root's process: as a user if arg is set, else as root. */
static int looks(void *arg)
{
	char path[64], buf[64];
	int32_t fd;

	if (arg)
		SYS(setuid32, ALICE);
	sprintf(path, "/proc/%d/status", (int)roots);
	fd = SYS(open, path, O_RDONLY, 0);
	ok(fd >= 0, "any user can read a process's status");
	SYS(close, fd);
	sprintf(path, "/proc/%d/fd", (int)roots);
	fd = SYS(open, path, O_RDONLY, 0);
	ok(arg ? fd == -EACCES : fd >= 0, "its open files are %s",
	   arg ? "hidden from a user" : "shown to root");
	SYS(close, fd);
	sprintf(path, "/proc/%d/maps", (int)roots);
	fd = SYS(open, path, O_RDONLY, 0);
	ok(arg ? fd == -EACCES : fd >= 0, "its maps are %s",
	   arg ? "hidden from a user" : "shown to root");
	SYS(close, fd);
	sprintf(path, "/proc/%d/exe", (int)roots);
	fd = SYS(readlink, path, buf, sizeof(buf));
	ok(arg ? fd == -EACCES : fd > 0, "its program's name is %s",
	   arg ? "hidden from a user" : "shown to root");
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
	is(status, SIGTERM, "the process that was killed has ended by SIGTERM");
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
	ok(pid > 0, "RLIMIT_NPROC 2: fork of a second process");
	is(SYS(fork), -EAGAIN,
	   "RLIMIT_NPROC 2: fork of a third process is refused");
	SYS(kill, pid, SIGKILL);
	SYS(wait4, pid, 0, 0, 0);
	return 0;
}

/* ---- set-uid programs -------------------------------------------- */

/*
 * Runs after execve. Returns 0 if the users are as "suid" or "plain" wants, 2
 * if a "suid" program was run as the caller.
 */
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

/* Copies this program: its own file system may be mounted with nosuid. */
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
	is(WEXITSTATUS(in_child(runs, path)), 0,
	   "a set-uid program runs as its owner");
	is(WEXITSTATUS(in_child(runs_without, path)), 0,
	   "with PR_SET_NO_NEW_PRIVS it runs as the caller");
	SYS(chmod, path, 0755);
	is(WEXITSTATUS(in_child(runs, path)), 2,
	   "without the set-uid bit it runs as the caller");
	SYS(chmod, path, 0744);
	is(WEXITSTATUS(in_child(not_executable, path)), EACCES,
	   "a program that the user may not execute is refused");
	SYS(unlink, path);
}

/* ---- capabilities over execve ------------------------------------ */

#define CAPBSET_READ 23
#define CAPBSET_DROP 24
#define CAP_AMBIENT  47

/* The prctl of an ambient capability. */
#define IS_SET    1
#define RAISE     2
#define LOWER     3
#define CLEAR_ALL 4

/* The lowest eight of a set are enough, and fit into an exit code. */
static uint32_t effective_now(void)
{
	struct caps caps[2];

	capget(caps);
	return caps[0].effective & 0xff;
}

static int32_t inherit(uint32_t set)
{
	struct caps caps[2];

	capget(caps);
	caps[0].inheritable = set;
	return capset(caps);
}

static int runs_with_ambient(void *path)
{
	char *argv[] = { path, "caps", 0 }, *none[] = { 0 };

	SYS(prctl, 8, 1); /* PR_SET_KEEPCAPS */
	SYS(setresuid32, ALICE, ALICE, ALICE);
	inherit(1 << 3);
	SYS(prctl, CAP_AMBIENT, RAISE, 3, 0, 0);
	SYS(execve, path, argv, none);
	return 99;
}

static int runs_as_root(void *path)
{
	char *argv[] = { path, "caps", 0 }, *none[] = { 0 };

	SYS(prctl, CAPBSET_DROP, 1, 0, 0, 0);
	SYS(execve, path, argv, none);
	return 99;
}

static int bounding(void *unused)
{
	(void)unused;
	is(SYS(prctl, CAPBSET_DROP, 5), 0, "PR_CAPBSET_DROP");
	is(SYS(prctl, CAPBSET_READ, 5), 0, "the set lacks it");
	is(SYS(prctl, CAPBSET_READ, 6), 1, "it has the others");
	ok(effective_now() == 0xff, "the process still has it");
	is(inherit(1 << 5), -EPERM, "it cannot be made inheritable");
	is(SYS(prctl, CAPBSET_DROP, 99), -EINVAL, "there is no such one");
	SYS(setuid32, ALICE);
	is(SYS(prctl, CAPBSET_DROP, 6), -EPERM, "a user may not");
	return 0;
}

static int ambient(void *unused)
{
	(void)unused;
	is(SYS(prctl, CAP_AMBIENT, RAISE, 3, 0, 0), -EPERM,
	   "what is not inheritable cannot be ambient");
	is(inherit(1 << 3), 0, "it becomes inheritable");
	is(SYS(prctl, CAP_AMBIENT, RAISE, 3, 0, 0), 0, "PR_CAP_AMBIENT_RAISE");
	is(SYS(prctl, CAP_AMBIENT, IS_SET, 3, 0, 0), 1, "it is ambient");
	is(SYS(prctl, CAP_AMBIENT, IS_SET, 4, 0, 0), 0, "another is not");
	is(SYS(prctl, CAP_AMBIENT, LOWER, 3, 0, 0), 0, "PR_CAP_AMBIENT_LOWER");
	is(SYS(prctl, CAP_AMBIENT, IS_SET, 3, 0, 0), 0, "it is no more");
	SYS(prctl, CAP_AMBIENT, RAISE, 3, 0, 0);
	is(SYS(prctl, CAP_AMBIENT, CLEAR_ALL, 1, 0, 0), -EINVAL,
	   "PR_CAP_AMBIENT_CLEAR_ALL takes no capability");
	is(SYS(prctl, CAP_AMBIENT, CLEAR_ALL, 0, 0, 0), 0, "it clears all");
	is(SYS(prctl, CAP_AMBIENT, IS_SET, 3, 0, 0), 0, "none is left");
	SYS(prctl, CAP_AMBIENT, RAISE, 3, 0, 0);
	inherit(0);
	is(SYS(prctl, CAP_AMBIENT, IS_SET, 3, 0, 0), 0,
	   "what is inheritable no more is ambient no more");
	is(SYS(prctl, CAP_AMBIENT, 9, 3, 0, 0), -EINVAL, "unknown request");
	is(SYS(prctl, CAP_AMBIENT, RAISE, 99, 0, 0), -EINVAL, "no such one");
	is(SYS(prctl, CAP_AMBIENT, RAISE, 3, 1, 0), -EINVAL, "not 0");
	return 0;
}

static void kept_capabilities(const char *self)
{
	char path[64];

	strcpy(path, scratch("prog"));
	copy_program(self, path);
	SYS(chmod, path, 0755);
	checks_in_child(bounding, 0);
	checks_in_child(ambient, 0);
	is(WEXITSTATUS(in_child(runs_with_ambient, path)), 1 << 3,
	   "a user's program has the ambient capability");
	is(WEXITSTATUS(in_child(runs_as_root, path)), 0xff & ~2,
	   "root's program lacks what was dropped");
	SYS(chown32, path, BOB, BOB);
	SYS(chmod, path, 04755);
	is(WEXITSTATUS(in_child(runs_with_ambient, path)), 0,
	   "a set-uid program has no ambient capability");
	SYS(unlink, path);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return argv[1][0] == 'c' ? (int)effective_now() : ran(argv[1]);
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
	kept_capabilities(argv[0]);
	SYS(unlink, scratch("f"));
	remove_scratch();
	return done();
}
