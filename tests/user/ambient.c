/*
 * PR_CAP_AMBIENT: capabilities that a user's program keeps over execve, and
 * PR_CAPBSET_DROP: those that no program gets any more. Run as root; each child
 * becomes what its line says, and runs this program anew.
 */
#include <uapi/capability.h>
#include <uapi/fcntl.h>
#include <uapi/stat.h>
#include "check.h"

/* Not in the scratch directory, which is for root alone. */
#define COPY "/tmp/ambient-copy"

#define ALICE 1001
#define KILL  (1u << CAP_KILL)
#define CHOWN (1u << CAP_CHOWN)

#define PR_SET_KEEPCAPS   8
#define PR_CAPBSET_READ   23
#define PR_CAPBSET_DROP   24
#define PR_SET_SECUREBITS 28
#define PR_CAP_AMBIENT    47
#define IS_SET            1
#define RAISE             2
#define LOWER             3
#define CLEAR_ALL         4

extern char **environ;

struct caps {
	uint32_t effective, permitted, inheritable;
};

static struct caps low;

/* Those up to 31; the others stay 0. */
static int32_t caps(bool set, uint32_t eff, uint32_t perm, uint32_t inh)
{
	struct {
		uint32_t version, pid;
	} header = { 0x20080522, 0 };
	struct caps data[2] = { { eff, perm, inh }, { 0 } };
	int32_t err = set ? SYS(capset, &header, data) :
			    SYS(capget, &header, data);

	low = data[0];
	return err;
}

static int32_t ambient(uint32_t how, uint32_t cap)
{
	return SYS(prctl, PR_CAP_AMBIENT, how, cap, 0, 0);
}

/* What a program has: bit 0 ambient, 1 effective, 2 permitted, 3 inheritable. */
static int has_kill(void)
{
	caps(false, 0, 0, 0);
	return (ambient(IS_SET, CAP_KILL) == 1) |
		(low.effective & KILL ? 2 : 0) |
		(low.permitted & KILL ? 4 : 0) |
		(low.inheritable & KILL ? 8 : 0);
}

static int run(void *path)
{
	const char *argv[] = { "anew", "have", NULL };

	SYS(execve, path, argv, environ);
	return 99;
}

static int32_t after_exec(const char *path)
{
	return WEXITSTATUS(in_child(run, (void *)(uintptr_t)path));
}

static void rules(void)
{
	is(ambient(IS_SET, CAP_KILL), 0, "at first there is none");
	is(ambient(RAISE, CAP_KILL), -EPERM,
	   "RAISE of one that is not inheritable");
	is(caps(true, KILL, KILL, KILL | CHOWN), 0,
	   "capset: two inheritable, one permitted");
	is(ambient(RAISE, CAP_CHOWN), -EPERM,
	   "RAISE of one that is not permitted");
	is(ambient(RAISE, CAP_KILL), 0, "RAISE of one that is both");
	is(ambient(IS_SET, CAP_KILL), 1, "it is set");
	is(ambient(LOWER, CAP_KILL), 0, "LOWER");
	is(ambient(IS_SET, CAP_KILL), 0, "it is not set any more");
	ambient(RAISE, CAP_KILL);
	is(ambient(CLEAR_ALL, 0), 0, "CLEAR_ALL");
	is(ambient(IS_SET, CAP_KILL), 0, "it is not set any more");
	ambient(RAISE, CAP_KILL);
	caps(true, KILL, KILL, 0);
	is(ambient(IS_SET, CAP_KILL), 0,
	   "capset of none inheritable lowers it");
	caps(true, KILL, KILL, KILL);
	ambient(RAISE, CAP_KILL);
	is(ambient(0, CAP_KILL), -EINVAL, "no such operation: 0");
	is(ambient(5, CAP_KILL), -EINVAL, "no such operation: 5");
	is(ambient(IS_SET, 63), -EINVAL, "no such capability");
	is(ambient(CLEAR_ALL, 1), -EINVAL, "CLEAR_ALL of a capability");
	is(SYS(prctl, PR_CAP_AMBIENT, IS_SET, CAP_KILL, 1, 0), -EINVAL,
	   "an argument that must be 0");
}

/* A user with CAP_KILL, and what the programs get that it runs. */
static int user(void *arg)
{
	(void)arg;
	SYS(prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
	SYS(setresgid32, ALICE, ALICE, ALICE);
	SYS(setresuid32, ALICE, ALICE, ALICE);
	caps(true, KILL, KILL, KILL);
	is(has_kill(), 14, "a user keeps CAP_KILL by PR_SET_KEEPCAPS");
	is(after_exec("/test/ambient"), 8, "its program has it inheritable");
	is(ambient(RAISE, CAP_KILL), 0, "RAISE by the user");
	is(after_exec("/test/ambient"), 15, "its program has it in all sets");
	is(after_exec(COPY), 8, "a set-group-ID program does not");
	return 0;
}

static int becomes_user(void *arg)
{
	(void)arg;
	caps(true, KILL | 1u << CAP_SETUID, KILL | 1u << CAP_SETUID, KILL);
	SYS(prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
	is(ambient(RAISE, CAP_KILL), 0, "RAISE by root");
	SYS(setresuid32, ALICE, ALICE, ALICE);
	is(has_kill(), 12, "root that becomes a user has it permitted alone");
	return 0;
}

/* The bounding set: what root's programs can still get. */
static int drops(void *arg)
{
	(void)arg;
	is(SYS(prctl, PR_CAPBSET_READ, CAP_KILL, 0, 0, 0), 1,
	   "the bounding set has CAP_KILL");
	is(SYS(prctl, PR_CAPBSET_DROP, 63, 0, 0, 0), -EINVAL,
	   "PR_CAPBSET_DROP of no capability");
	is(SYS(prctl, PR_CAPBSET_DROP, CAP_KILL, 0, 0, 0), 0,
	   "PR_CAPBSET_DROP");
	is(SYS(prctl, PR_CAPBSET_READ, CAP_KILL, 0, 0, 0), 0,
	   "the set has it no more");
	is(has_kill(), 6, "the caller still has it");
	is(caps(true, KILL | CHOWN, KILL | CHOWN, KILL), -EPERM,
	   "but cannot make it inheritable");
	is(after_exec("/test/ambient"), 0, "root's program does not get it");
	is(caps(true, KILL, KILL, CHOWN), 0, "another one can be inheritable");
	is(SYS(prctl, PR_CAPBSET_DROP, CAP_CHOWN, 0, 0, 0), -EPERM,
	   "PR_CAPBSET_DROP without CAP_SETPCAP");
	return 0;
}

static int32_t securebits(uint32_t bits)
{
	return SYS(prctl, PR_SET_SECUREBITS, bits, 0, 0, 0);
}

/* PR_SET_SECUREBITS: each bit has a lock, the next higher one. */
static int secure(void *arg)
{
	(void)arg;
	caps(true, ~0u, ~0u, KILL);
	is(securebits(0x40), 0, "SECBIT_NO_CAP_AMBIENT_RAISE");
	is(ambient(RAISE, CAP_KILL), -EPERM, "RAISE is refused");
	is(ambient(LOWER, CAP_KILL), 0, "LOWER is not");
	is(securebits(0x4), 0, "SECBIT_NO_SETUID_FIXUP");
	SYS(setresuid32, ALICE, ALICE, 0);
	is(has_kill(), 14, "a user's id takes no capability away");
	SYS(setresuid32, 0, 0, 0);
	SYS(setfsuid32, ALICE);
	caps(false, 0, 0, 0);
	ok(low.effective & CHOWN, "nor does a user's fsuid");
	SYS(setfsuid32, 0);
	is(securebits(0x1), 0, "SECBIT_NOROOT");
	is(after_exec("/test/ambient"), 8, "root's program gets nothing");
	is(securebits(0x10), 0, "SECBIT_KEEP_CAPS");
	is(SYS(prctl, 7, 0, 0, 0, 0), 1, "PR_GET_KEEPCAPS");
	is(securebits(0x20), 0, "its lock");
	is(SYS(prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0), -EPERM,
	   "PR_SET_KEEPCAPS of a locked bit");
	is(securebits(0x30), -EPERM, "setting it");
	is(securebits(0), -EPERM, "taking the lock off");
	is(securebits(0x100), -EPERM, "a bit that does not exist");
	is(SYS(prctl, 27, 0, 0, 0, 0), 0x20, "PR_GET_SECUREBITS");
	caps(true, KILL, KILL, 0);
	is(securebits(0x20), -EPERM, "without CAP_SETPCAP");
	return 0;
}

static int drops_inheritable(void *arg)
{
	(void)arg;
	caps(true, ~0u, ~0u, KILL);
	SYS(prctl, PR_CAPBSET_DROP, CAP_KILL, 0, 0, 0);
	is(caps(true, ~0u, ~0u, KILL), 0, "an inheritable one that is dropped");
	is(after_exec("/test/ambient"), 14, "root's program gets it");
	return 0;
}

/* A set-group-ID program that runs this one would lose the set again. */
static void copy_program(const char *to)
{
	static char buf[4096];
	int32_t from = SYS(open, "/test/ambient", O_RDONLY, 0), n;
	int32_t fd = SYS(open, to, O_WRONLY | O_CREAT, 0755);

	while ((n = SYS(read, from, buf, sizeof(buf))) > 0)
		SYS(write, fd, buf, n);
	SYS(close, from);
	SYS(close, fd);
	SYS(chown32, to, 0, ALICE + 1);
	SYS(chmod, to, S_ISGID | 0755);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return has_kill();
	copy_program(COPY);
	checks_in_child(user, NULL);
	checks_in_child(becomes_user, NULL);
	checks_in_child(drops, NULL);
	checks_in_child(drops_inheritable, NULL);
	checks_in_child(secure, NULL);
	rules();
	SYS(unlink, COPY);
	return done();
}
