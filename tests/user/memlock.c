/*
 * How much memory a user may lock: RLIMIT_MEMLOCK, which does not bind root.
 *
 * qemu-arm answers with the host's limits, and locks what the emulator needs.
 */
#include <uapi/mman.h>
#include <uapi/resource.h>
#include <uapi/shm.h>
#include "check.h"

#define ALICE 1001
#define RW    (PROT_READ | PROT_WRITE)
#define ANON  (MAP_PRIVATE | MAP_ANONYMOUS)

static void limit(uint32_t pages)
{
	struct rlimit both = { pages * PAGE, 64 * PAGE };

	SYS(setrlimit, RLIMIT_MEMLOCK, &both);
}

/* The address, as if it had no sign, or -errno. */
static int32_t map(uint32_t n, int flags)
{
	int32_t p = SYS(mmap2, 0, n * PAGE, RW, ANON | flags, -1, 0);

	return p < 0 && p > -4096 ? p : 0;
}

static int calls(void *arg)
{
	uint8_t *p = pages(16);
	int32_t brk;

	(void)arg;
	limit(8);
	SYS(setresuid32, ALICE, ALICE, ALICE);
	is(SYS(mlock, p, 8 * PAGE), 0, "8 pages of 8");
	is(SYS(mlock, p, 8 * PAGE), 0, "the same again: none is new");
	is(SYS(mlock, p, 9 * PAGE), -ENOMEM, "one more");
	is(SYS(mlock, p + 12 * PAGE, 1), -ENOMEM, "one elsewhere");
	is(SYS(munlock, p, 2 * PAGE), 0, "two are given back");
	is(SYS(mlock2, p + 12 * PAGE, 1, MLOCK_ONFAULT), 0, "one elsewhere");
	is(map(1, MAP_LOCKED), 0, "one by mmap");
	is(map(1, MAP_LOCKED), -EAGAIN, "no other");
	is(map(1, 0), 0, "none that is not locked is refused");
	ok(SYS(mremap, p + 12 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE) ==
		   -EAGAIN,
	   "a locked one does not grow");
	is(SYS(mlockall, MCL_CURRENT), -ENOMEM, "all that there is");
	is(SYS(mlockall, MCL_FUTURE), 0, "all that is to come");
	is(map(1, 0), -EAGAIN, "then mmap is refused");
	brk = SYS(brk, 0);
	ok(SYS(brk, brk + 2 * PAGE) == brk, "and brk");
	is(SYS(munlockall), 0, "all are given back");
	is(SYS(mlockall, 8), -EINVAL, "an unknown flag");
	is(SYS(mlock, p, 8 * PAGE), 0, "8 pages again");
	limit(2);
	is(SYS(mlock, p, PAGE), -ENOMEM,
	   "under a lower limit not what is locked, either");
	is(SYS(munlock, p, 8 * PAGE), 0, "it is given back");
	is(SYS(mlock, p, PAGE), 0, "one of 2");
	return 0;
}

static int with_none(void *arg)
{
	uint8_t *p = pages(1);
	int32_t id = SYS(shmget, IPC_PRIVATE, PAGE, 0600);

	(void)arg;
	SYS(shmctl, id, IPC_SET | IPC_64,
	    &(struct shmid64_ds){ .shm_perm = { .uid = ALICE, .mode = 0600 } });
	limit(0);
	is(SYS(mlock, p, PAGE), 0, "a limit of 0 does not bind root");
	is(map(1, MAP_LOCKED), 0, "mmap");
	is(SYS(mlockall, MCL_CURRENT | MCL_FUTURE), 0, "all of it");
	SYS(munlockall);
	SYS(setresuid32, ALICE, ALICE, ALICE);
	is(SYS(mlock, p, PAGE), -EPERM, "a user may not even ask");
	is(SYS(mlock, p, 0), -EPERM, "for nothing");
	is(SYS(mlock, p, -1), -EPERM, "for too much");
	is(SYS(mlockall, MCL_FUTURE), -EPERM, "for what is to come");
	is(SYS(mlockall, 0), -EINVAL, "for no kind of it");
	is(map(1, MAP_LOCKED), -EPERM, "by mmap");
	is(SYS(shmctl, id, SHM_LOCK, 0), -EPERM, "for a segment of his");
	is(SYS(munlock, p, PAGE), 0, "he may give back");
	is(SYS(shmctl, id, IPC_RMID, 0), 0, "the segment is removed");
	return 0;
}

int main(void)
{
	checks_in_child(calls, 0);
	checks_in_child(with_none, 0);
	return done();
}
