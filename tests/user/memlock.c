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
	is(SYS(mlock, p, 8 * PAGE), 0,
	   "a user may lock 8 pages with a limit of 8");
	is(SYS(mlock, p, 8 * PAGE), 0,
	   "locking the same pages again counts nothing");
	is(SYS(mlock, p, 9 * PAGE), -ENOMEM, "a ninth page is refused");
	is(SYS(mlock, p + 12 * PAGE, 1), -ENOMEM,
	   "a page elsewhere is refused");
	is(SYS(munlock, p, 2 * PAGE), 0, "two pages are unlocked");
	is(SYS(mlock2, p + 12 * PAGE, 1, MLOCK_ONFAULT), 0,
	   "a page elsewhere can be locked then");
	is(map(1, MAP_LOCKED), 0, "another one by mmap with MAP_LOCKED");
	is(map(1, MAP_LOCKED), -EAGAIN, "one more by mmap is refused");
	is(map(1, 0), 0, "mmap without MAP_LOCKED is not limited");
	ok(SYS(mremap, p + 12 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE) ==
		   -EAGAIN,
	   "a locked VMA cannot grow");
	is(SYS(mlockall, MCL_CURRENT), -ENOMEM,
	   "mlockall of what is mapped is refused");
	is(SYS(mlockall, MCL_FUTURE), 0,
	   "mlockall of future mappings is accepted");
	is(map(1, 0), -EAGAIN,
	   "mmap, which would lock a page, is refused then");
	brk = SYS(brk, 0);
	ok(SYS(brk, brk + 2 * PAGE) == brk, "brk does not move, either");
	is(SYS(munlockall), 0, "munlockall unlocks everything");
	is(SYS(mlockall, 8), -EINVAL,
	   "mlockall with an unknown flag is refused");
	is(SYS(mlock, p, 8 * PAGE), 0, "8 pages can be locked again");
	limit(2);
	is(SYS(mlock, p, PAGE), -ENOMEM,
	   "below a lower limit even a locked page is refused");
	is(SYS(munlock, p, 8 * PAGE), 0, "the 8 pages are unlocked");
	is(SYS(mlock, p, PAGE), 0, "one page can be locked with a limit of 2");
	return 0;
}

/* Segments count together, and for the user, not for a process's memory. */
static int segments(void *arg)
{
	int32_t two, one;

	(void)arg;
	limit(2);
	SYS(setresuid32, ALICE, ALICE, ALICE);
	two = SYS(shmget, IPC_PRIVATE, 2 * PAGE, 0600);
	one = SYS(shmget, IPC_PRIVATE, 1, 0600);
	is(SYS(mlock, pages(1), PAGE), 0, "a user locks a page of memory");
	is(SYS(shmctl, two, SHM_LOCK, 0), 0,
	   "SHM_LOCK of two pages with a limit of 2");
	is(SYS(shmctl, two, SHM_LOCK, 0), 0,
	   "SHM_LOCK of the same segment again counts nothing");
	is(SYS(shmctl, one, SHM_LOCK, 0), -ENOMEM,
	   "SHM_LOCK of another segment is refused");
	is(SYS(shmctl, two, SHM_UNLOCK, 0), 0, "the first one is unlocked");
	is(SYS(shmctl, one, SHM_LOCK, 0), 0,
	   "SHM_LOCK of the other one is accepted then");
	is(SYS(shmctl, two, SHM_LOCK, 0), -ENOMEM,
	   "SHM_LOCK of the first one is refused then");
	is(SYS(shmctl, one, IPC_RMID, 0), 0, "the other one is removed");
	is(SYS(shmctl, two, SHM_LOCK, 0), 0, "its page counts no more");
	SYS(shmctl, two, IPC_RMID, 0);
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
	is(SYS(mlock, p, PAGE), 0, "a limit of 0 does not bind root: mlock");
	is(map(1, MAP_LOCKED), 0, "root: mmap with MAP_LOCKED");
	is(SYS(mlockall, MCL_CURRENT | MCL_FUTURE), 0, "root: mlockall");
	SYS(munlockall);
	SYS(setresuid32, ALICE, ALICE, ALICE);
	is(SYS(mlock, p, PAGE), -EPERM,
	   "with a limit of 0 a user may not lock a page");
	is(SYS(mlock, p, 0), -EPERM,
	   "with a limit of 0 not even 0 bytes can be locked");
	is(SYS(mlock, p, -1), -EPERM,
	   "with a limit of 0 mlock of more than there is is refused");
	is(SYS(mlockall, MCL_FUTURE), -EPERM,
	   "with a limit of 0 mlockall of future mappings is refused");
	is(SYS(mlockall, 0), -EINVAL,
	   "mlockall without a flag is refused as such");
	is(map(1, MAP_LOCKED), -EPERM,
	   "with a limit of 0 mmap with MAP_LOCKED is refused");
	is(SYS(shmctl, id, SHM_LOCK, 0), -EPERM,
	   "with a limit of 0 SHM_LOCK of an own segment is refused");
	is(SYS(munlock, p, PAGE), 0, "munlock is always allowed");
	is(SYS(shmctl, id, IPC_RMID, 0), 0, "the segment is removed");
	return 0;
}

int main(void)
{
	checks_in_child(calls, 0);
	checks_in_child(segments, 0);
	checks_in_child(with_none, 0);
	return done();
}
