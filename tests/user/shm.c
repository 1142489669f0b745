/*
 * Shared memory of System V: segments that no process owns, attached by number.
 */
#include <uapi/mman.h>
#include <uapi/shm.h>
#include "check.h"
#include "maps.h"

#define KEY  0x5ca1ab1e
#define STAT (IPC_64 | IPC_STAT)

static struct shmid64_ds ds;

static uint8_t *attach(int id, const void *where, uint32_t flags)
{
	return (uint8_t *)SYS(shmat, id, where, flags);
}

static int32_t attached(int id)
{
	int32_t err = SYS(shmctl, id, STAT, &ds);

	return err ? err : (int32_t)ds.shm_nattch;
}

/* ---- shmget ------------------------------------------------------ */

static void keys(void)
{
	int id = SYS(shmget, KEY, 5000, IPC_CREAT | 0600), other;

	ok(id >= 0, "a segment of 5000 bytes");
	is(SYS(shmget, KEY, 5000, 0) - id, 0, "found by its key");
	is(SYS(shmget, KEY, 0, IPC_CREAT) - id, 0, "of whatever smaller size");
	is(SYS(shmget, KEY, 5001, 0), -EINVAL, "it has no more");
	is(SYS(shmget, KEY, 1, IPC_CREAT | IPC_EXCL), -EEXIST, "IPC_EXCL");
	is(SYS(shmget, KEY + 1, 1, 0), -ENOENT, "another key");
	is(SYS(shmget, KEY + 1, 0, IPC_CREAT), -EINVAL, "no bytes");
	is(SYS(shmget, KEY + 1, 0xff000000, IPC_CREAT), -EINVAL,
	   "more than SHMMAX");
	is(SYS(shmget, KEY + 1, 0xfe000000, IPC_CREAT), -ENOMEM,
	   "more than there is memory");
	is(SYS(shmctl, id, STAT, &ds), 0, "IPC_STAT");
	is((int32_t)ds.shm_segsz, 5000, "bytes");
	is((int32_t)ds.shm_perm.mode, 0600, "permissions");
	is(ds.shm_perm.key - KEY, 0, "key");
	is(ds.shm_cpid - (int32_t)getpid(), 0, "made by");
	is((int32_t)ds.shm_nattch, 0, "attached");
	ok(ds.shm_atime == 0 && ds.shm_dtime == 0 && ds.shm_lpid == 0,
	   "nobody ever was");
	ds.shm_perm.mode = 0644;
	is(SYS(shmctl, id, IPC_64 | IPC_SET, &ds), 0, "IPC_SET");
	SYS(shmctl, id, STAT, &ds);
	is((int32_t)ds.shm_perm.mode, 0644, "permissions");
	is(SYS(shmctl, id, SHM_LOCK, 0), 0, "SHM_LOCK");
	SYS(shmctl, id, STAT, &ds);
	is((int32_t)ds.shm_perm.mode, 0644 | SHM_LOCKED, "and locked");
	is(SYS(shmctl, id, SHM_UNLOCK, 0), 0, "SHM_UNLOCK");
	other = SYS(shmget, IPC_PRIVATE, 1, 0600);
	ok(other >= 0 && other != id, "IPC_PRIVATE: a new one each time");
	is(SYS(shmctl, other, IPC_RMID, 0), 0, "removed");
	is(SYS(shmctl, other, STAT, &ds), -EINVAL, "gone");
	is(SYS(shmctl, id, IPC_RMID, 0), 0, "removed");
	is(SYS(shmget, KEY, 5000, 0), -ENOENT, "its key is free");
	is(SYS(shmctl, id + 0x8000, STAT, &ds), -EINVAL, "no such number");
	is(SYS(shmctl, -1, STAT, &ds), -EINVAL, "below 0");
	is(SYS(shmctl, id, IPC_64 | 99, &ds), -EINVAL, "no such command");
}

/* ---- shmat and shmdt --------------------------------------------- */

static int in_parent_and_child(void *p)
{
	uint8_t *q = p;

	q[1] = (uint8_t)(q[0] + 1);
	return attached((int)*(int *)(q + 8));
}

static void attach_it(void)
{
	int id = SYS(shmget, IPC_PRIVATE, 2 * PAGE, 0600);
	uint8_t *p = attach(id, 0, 0), *q;

	ok(((uint32_t)p & (PAGE - 1)) == 0, "attached");
	is(p[0] + p[2 * PAGE - 1], 0, "zeroes");
	is(attached(id), 1, "once");
	ok(ds.shm_lpid == getpid() && ds.shm_atime != 0, "by us");
	q = attach(id, 0, SHM_RDONLY);
	is(attached(id), 2, "twice");
	p[5] = 55;
	is(q[5], 55, "it is the same memory");
	is(killed_writing(q), LINUX_SIGSEGV, "SHM_RDONLY");
	is(SYS(mprotect, q, PAGE, PROT_READ | PROT_WRITE), -EACCES,
	   "mprotect to write");
	p[0] = 7;
	memcpy(p + 8, &id, sizeof(id));
	is(WEXITSTATUS(in_child(in_parent_and_child, p)), 4,
	   "a child is attached, twice too");
	is(p[1], 8, "and writes");
	is(attached(id), 2, "its end detaches");
	SYS(munmap, q, PAGE);
	is(attached(id), 2, "a half unmapped: still there");
	is(SYS(shmdt, q), 0, "detach what is left");
	is(killed_reading(q + PAGE), LINUX_SIGSEGV, "it is gone");
	is(SYS(shmdt, q), -EINVAL, "again");
	SYS(mprotect, p, PAGE, PROT_READ);
	is(attached(id), 2, "cut in two: counted twice");
	is(SYS(shmdt, p + PAGE), -EINVAL, "not where it begins");
	is(SYS(shmdt, p + 1), -EINVAL, "not at a page");
	is(SYS(shmdt, p), 0, "both are detached");
	is(attached(id), 0, "nobody is");
	ok(ds.shm_dtime != 0, "the time of that");
	q = attach(id, 0, 0);
	is(q[5], 55, "attached again: the memory has waited");
	SYS(shmdt, q);
	SYS(shmctl, id, IPC_RMID, 0);
}

static void addresses(void)
{
	int id = SYS(shmget, IPC_PRIVATE, PAGE, 0600);
	uint8_t *free_ = pages(16), *at;

	at = (uint8_t *)(((uint32_t)free_ + SHMLBA - 1) & ~(SHMLBA - 1));
	is(SYS(shmat, id, at, 0), -EINVAL, "where something is");
	ok(attach(id, at, SHM_REMAP) == at, "SHM_REMAP: that goes");
	is(SYS(shmdt, at), 0, "detached");
	ok(attach(id, at, 0) == at, "where nothing is");
	SYS(shmdt, at);
	is(SYS(shmat, id, at + PAGE, 0), -EINVAL,
	   "at a page that is no multiple of SHMLBA");
	is(SYS(shmat, id, at + 1, 0), -EINVAL, "at no page");
	ok(attach(id, at + PAGE + 1, SHM_RND) == at, "SHM_RND: rounded down");
	SYS(shmdt, at);
	is(SYS(shmat, id, 0, SHM_REMAP), -EINVAL, "SHM_REMAP anywhere");
	is(SYS(shmat, id, 1, SHM_RND | SHM_REMAP), -EINVAL, "at 0");
	is(SYS(shmat, -1, 0, 0), -EINVAL, "no segment");
	((uint32_t *)(at = attach(id, 0, SHM_EXEC)))[0] = 0xe12fff1e;
	linux_syscall(__ARM_NR_cacheflush, at, at + 4, 0);
	is(killed_running(at), 0, "SHM_EXEC: code runs");
	SYS(shmdt, at);
	((uint32_t *)(at = attach(id, 0, 0)))[0] = 0xe12fff1e;
	is(killed_running(at), LINUX_SIGSEGV, "without it does not");
	SYS(shmdt, at);
	SYS(shmctl, id, IPC_RMID, 0);
	SYS(munmap, free_, 16 * PAGE);
}

/* ---- the end of a segment ---------------------------------------- */

static int detaches_by_exec(void *p)
{
	char *argv[] = { (char *)"shm", *(char **)p, NULL };

	return SYS(execve, "/proc/self/exe", argv, argv + 2);
}

static void removed(void)
{
	int id = SYS(shmget, KEY, PAGE, IPC_CREAT | 0600);
	uint8_t *p = attach(id, 0, 0), *q;
	char number[16], *argument = number;

	p[0] = 1;
	is(SYS(shmctl, id, IPC_RMID, 0), 0, "removed while it is attached");
	is(p[0], 1, "it is there");
	is(SYS(shmget, KEY, 1, 0), -ENOENT, "but not by its key");
	is(attached(id), 1, "by its number");
	is((int32_t)ds.shm_perm.mode, 0600 | SHM_DEST, "SHM_DEST");
	q = attach(id, 0, 0);
	is(q[0], 1, "it can be attached");
	SYS(shmdt, p);
	is(attached(id), 1, "one is left");
	SYS(shmdt, q);
	is(attached(id), -EINVAL, "the last detach was its end");
	id = SYS(shmget, IPC_PRIVATE, PAGE, 0600);
	p = attach(id, 0, 0);
	snprintf(number, sizeof(number), "%d", id);
	is(WEXITSTATUS(in_child(detaches_by_exec, &argument)), 1,
	   "execve detaches: a child's new program sees the parent alone");
	SYS(shmdt, p);
	SYS(shmctl, id, IPC_RMID, 0);
}

/* ---- users ------------------------------------------------------- */

#define ALICE 1001

static int as_alice(void *arg)
{
	int id = (int)arg, own;

	SYS(setresgid32, ALICE, ALICE, ALICE);
	SYS(setresuid32, ALICE, ALICE, ALICE);
	is(SYS(shmat, id, 0, 0), -EACCES, "another user: attach to write");
	ok(attach(id, 0, SHM_RDONLY) != NULL, "to read");
	is(attached(id), 1, "and to look");
	is(SYS(shmget, KEY, 1, 0600), -EACCES, "by its key, to write");
	is(SYS(shmget, KEY, 1, 0400) - id, 0, "to read");
	is(SYS(shmctl, id, IPC_64 | IPC_SET, &ds), -EPERM, "IPC_SET");
	is(SYS(shmctl, id, SHM_LOCK, 0), -EPERM, "SHM_LOCK");
	is(SYS(shmctl, id, IPC_RMID, 0), -EPERM, "IPC_RMID");
	own = SYS(shmget, IPC_PRIVATE, 1, 0200);
	is(attached(own), -EACCES, "one of its own that it may not read");
	is(SYS(shmctl, own & 0x7fff, IPC_64 | SHM_STAT, &ds), -EACCES,
	   "SHM_STAT");
	is(SYS(shmctl, own & 0x7fff, IPC_64 | SHM_STAT_ANY, &ds) - own, 0,
	   "SHM_STAT_ANY");
	ok(ds.shm_perm.uid == ALICE && ds.shm_perm.cgid == ALICE,
	   "whose it is");
	is(SYS(shmctl, own, IPC_RMID, 0), 0, "removed");
	fflush(stdout);
	return 13;
}

static void users(void)
{
	int id = SYS(shmget, KEY, PAGE, IPC_CREAT | 0644);
	int status = in_child(as_alice, (void *)id);

	is(WEXITSTATUS(status), 13, "what another user may");
	SYS(shmctl, id, IPC_RMID, 0);
}

/* ---- what is known of all ---------------------------------------- */

static void totals(void)
{
	int id = SYS(shmget, KEY, 3 * PAGE, IPC_CREAT | 0640), highest, place;
	struct shminfo64 limits;
	struct shm_info info;
	static char text[2000];
	uint8_t *p = attach(id, 0, 0);
	unsigned key, mode, size, nattch, found, cpid, lpid;
	char *line;

	p[0] = 1;
	highest = SYS(shmctl, 0, IPC_64 | IPC_INFO, &limits);
	ok(highest >= 0, "IPC_INFO: the highest place");
	ok(limits.shmmax == 0xfeffffff && limits.shmall == 0xfeffffff,
	   "limits of a segment and of all");
	is((int32_t)limits.shmmni, 4096, "how many there may be");
	is((int32_t)limits.shmmin, 1, "the smallest");
	is(SYS(shmctl, 0, IPC_64 | SHM_INFO, &info) - highest, 0, "SHM_INFO");
	is(info.used_ids, 1, "how many there are");
	is((int32_t)info.shm_tot, 3, "pages");
	is((int32_t)info.shm_rss, 1, "of them in memory");
	place = id & 0x7fff;
	is(SYS(shmctl, place, IPC_64 | SHM_STAT, &ds) - id, 0,
	   "SHM_STAT: the number by its place");
	is((int32_t)ds.shm_segsz, 3 * PAGE, "bytes");
	is(SYS(shmctl, place + 1, IPC_64 | SHM_STAT, &ds), -EINVAL,
	   "a place without one");
	read_text("/proc/sysvipc/shm", text, sizeof(text));
	line = strchr(text, '\n');
	ok(line &&
		   !strncmp(text,
			    "       key      shmid perms       size  cpid  "
			    "lpid nattch   uid   gid  cuid  cgid      atime"
			    "      dtime      ctime        rss       swap\n",
			    line - text + 1),
	   "/proc/sysvipc/shm: the title");
	ok(line &&
		   sscanf(line, "%u %u %o %u %u %u %u", &key, &found, &mode,
			  &size, &cpid, &lpid, &nattch) == 7,
	   "a line");
	ok(key == KEY && (int)found == id && mode == 0640 && size == 3 * PAGE,
	   "of the segment");
	is((int32_t)nattch, 1, "attached");
	is((int32_t)strlen(line + 1),
	   10 + 1 + 10 + 2 + 4 + 1 + 10 + 2 * 6 + 7 + 4 * 6 + 5 * 11 + 1,
	   "as wide as Linux's");
	SYS(shmdt, p);
	SYS(shmctl, id, IPC_RMID, 0);
	read_text("/proc/sysvipc/shm", text, sizeof(text));
	ok(strchr(text, '\n')[1] == 0, "no segment: no line");
}

/* A number that was given away again is somebody else's. */
static void stale_numbers(void)
{
	int first = SYS(shmget, IPC_PRIVATE, 1, 0600), id, n;

	SYS(shmctl, first, IPC_RMID, 0);
	for (n = 0; n < 10000; n++) {
		id = SYS(shmget, IPC_PRIVATE, 1, 0600);
		if ((id & 0x7fff) == (first & 0x7fff))
			break;
		SYS(shmctl, id, IPC_RMID, 0);
	}
	ok(id != first, "the place of a segment that was removed");
	is(SYS(shmctl, first, STAT, &ds), -EINVAL, "asked for by the old one");
	SYS(shmctl, id, IPC_RMID, 0);
}

static void in_maps(void)
{
	int id = SYS(shmget, KEY, PAGE, IPC_CREAT | 0600);
	uint8_t *p = attach(id, 0, 0);
	static char text[8000];
	read_text("/proc/self/maps", text, sizeof(text));
	ok(strstr(text, " /SYSV5ca1ab1e (deleted)\n"), "its name in maps");
	SYS(shmdt, p);
	SYS(shmctl, id, IPC_RMID, 0);
}

int main(int argc, char *argv[])
{
	if (argc == 2)
		return attached(atoi(argv[1]));
	a_date();
	keys();
	attach_it();
	addresses();
	removed();
	users();
	totals();
	stale_numbers();
	in_maps();
	return done();
}
