/*
 * Shared memory of System V: segments that no process owns, attached by number.
 */
#include <uapi/fcntl.h>
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

	ok(id >= 0, "shmget with IPC_CREAT makes a segment of 5000 bytes");
	is(SYS(shmget, KEY, 5000, 0) - id, 0, "shmget finds it by its key");
	is(SYS(shmget, KEY, 0, IPC_CREAT) - id, 0,
	   "shmget finds it by its key and any smaller size");
	is(SYS(shmget, KEY, 5001, 0), -EINVAL,
	   "shmget with a larger size than it has is refused");
	is(SYS(shmget, KEY, 1, IPC_CREAT | IPC_EXCL), -EEXIST,
	   "IPC_CREAT with IPC_EXCL of a used key is refused");
	is(SYS(shmget, KEY + 1, 1, 0), -ENOENT,
	   "an unused key without IPC_CREAT is refused");
	is(SYS(shmget, KEY + 1, 0, IPC_CREAT), -EINVAL,
	   "a new segment of 0 bytes is refused");
	is(SYS(shmget, KEY + 1, 0xff000000, IPC_CREAT), -EINVAL,
	   "a segment of more bytes than SHMMAX is refused");
	is(SYS(shmget, KEY + 1, 0xfe000000, IPC_CREAT), -ENOMEM,
	   "a segment of more bytes than there is memory is refused");
	is(SYS(shmctl, id, STAT, &ds), 0, "IPC_STAT of the new segment");
	is((int32_t)ds.shm_segsz, 5000, "IPC_STAT: its size in bytes");
	is((int32_t)ds.shm_perm.mode, 0600, "IPC_STAT: its permissions");
	is(ds.shm_perm.key - KEY, 0, "IPC_STAT: its key");
	is(ds.shm_cpid - (int32_t)getpid(), 0,
	   "IPC_STAT: the process that made it");
	is((int32_t)ds.shm_nattch, 0, "IPC_STAT: how often it is attached");
	ok(ds.shm_atime == 0 && ds.shm_dtime == 0 && ds.shm_lpid == 0,
	   "IPC_STAT: it was never attached or detached");
	ds.shm_perm.mode = 0644;
	is(SYS(shmctl, id, IPC_64 | IPC_SET, &ds), 0,
	   "IPC_SET changes its permissions");
	SYS(shmctl, id, STAT, &ds);
	is((int32_t)ds.shm_perm.mode, 0644, "IPC_STAT: the new permissions");
	is(SYS(shmctl, id, SHM_LOCK, 0), 0, "SHM_LOCK of the segment");
	SYS(shmctl, id, STAT, &ds);
	is((int32_t)ds.shm_perm.mode, 0644 | SHM_LOCKED,
	   "IPC_STAT: the mode contains SHM_LOCKED");
	is(SYS(shmctl, id, SHM_UNLOCK, 0), 0, "SHM_UNLOCK of the segment");
	other = SYS(shmget, IPC_PRIVATE, 1, 0600);
	ok(other >= 0 && other != id,
	   "IPC_PRIVATE makes a new segment each time");
	is(SYS(shmctl, other, IPC_RMID, 0), 0,
	   "IPC_RMID removes the private segment");
	is(SYS(shmctl, other, STAT, &ds), -EINVAL,
	   "IPC_STAT of the removed segment is refused");
	is(SYS(shmctl, id, IPC_RMID, 0), 0,
	   "IPC_RMID removes the first segment");
	is(SYS(shmget, KEY, 5000, 0), -ENOENT,
	   "the key of a removed segment is free");
	is(SYS(shmctl, id + 0x8000, STAT, &ds), -EINVAL,
	   "IPC_STAT of a number that no segment has is refused");
	is(SYS(shmctl, -1, STAT, &ds), -EINVAL,
	   "IPC_STAT of a negative number is refused");
	is(SYS(shmctl, id, IPC_64 | 99, &ds), -EINVAL,
	   "an unknown command is refused");
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

	ok(((uint32_t)p & (PAGE - 1)) == 0,
	   "shmat at no address finds a place, page-aligned");
	is(p[0] + p[2 * PAGE - 1], 0, "a new segment is zero");
	is(attached(id), 1, "it is attached once");
	ok(ds.shm_lpid == getpid() && ds.shm_atime != 0,
	   "IPC_STAT names this process and the time of the attach");
	q = attach(id, 0, SHM_RDONLY);
	is(attached(id), 2, "a second shmat: it is attached twice");
	p[5] = 55;
	is(q[5], 55, "both mappings are the same memory");
	is(killed_writing(q), LINUX_SIGSEGV,
	   "a store through the one with SHM_RDONLY kills");
	is(SYS(mprotect, q, PAGE, PROT_READ | PROT_WRITE), -EACCES,
	   "mprotect cannot make that one writable");
	p[0] = 7;
	memcpy(p + 8, &id, sizeof(id));
	is(WEXITSTATUS(in_child(in_parent_and_child, p)), 4,
	   "fork attaches both once more: the child counts");
	is(p[1], 8, "the parent reads what the child has written");
	is(attached(id), 2, "the child's exit detaches both of its mappings");
	SYS(munmap, q, PAGE);
	is(attached(id), 2,
	   "a mapping of which one page was unmapped still counts");
	is(SYS(shmdt, q), 0, "shmdt detaches the page that is left");
	is(killed_reading(q + PAGE), LINUX_SIGSEGV, "reading that page kills");
	is(SYS(shmdt, q), -EINVAL,
	   "shmdt at the same address again is refused");
	SYS(mprotect, p, PAGE, PROT_READ);
	is(attached(id), 2, "mprotect splits a mapping: both VMAs count");
	is(SYS(shmdt, p + PAGE), -EINVAL,
	   "shmdt of an address within the mapping is refused");
	is(SYS(shmdt, p + 1), -EINVAL,
	   "shmdt of an unaligned address is refused");
	is(SYS(shmdt, p), 0, "shmdt of its begin detaches both VMAs");
	is(attached(id), 0, "nothing is attached any more");
	ok(ds.shm_dtime != 0, "IPC_STAT: the time of the detach");
	q = attach(id, 0, 0);
	is(q[5], 55, "attached again, the segment has kept its contents");
	SYS(shmdt, q);
	SYS(shmctl, id, IPC_RMID, 0);
}

static void addresses(void)
{
	int id = SYS(shmget, IPC_PRIVATE, PAGE, 0600);
	uint8_t *free_ = pages(16), *at;

	at = (uint8_t *)(((uint32_t)free_ + SHMLBA - 1) & ~(SHMLBA - 1));
	is(SYS(shmat, id, at, 0), -EINVAL,
	   "shmat at an address that is in use is refused");
	ok(attach(id, at, SHM_REMAP) == at,
	   "SHM_REMAP replaces what is mapped there");
	is(SYS(shmdt, at), 0, "shmdt of that mapping");
	ok(attach(id, at, 0) == at, "shmat at an address that is free");
	SYS(shmdt, at);
	is(SYS(shmat, id, at + PAGE, 0), -EINVAL,
	   "an address that is no multiple of SHMLBA is refused");
	is(SYS(shmat, id, at + 1, 0), -EINVAL,
	   "an address that is not page-aligned is refused");
	ok(attach(id, at + PAGE + 1, SHM_RND) == at,
	   "SHM_RND rounds the address down to a multiple of SHMLBA");
	SYS(shmdt, at);
	is(SYS(shmat, id, 0, SHM_REMAP), -EINVAL,
	   "SHM_REMAP without an address is refused");
	is(SYS(shmat, id, 1, SHM_RND | SHM_REMAP), -EINVAL,
	   "SHM_REMAP at an address that SHM_RND makes 0 is refused");
	is(SYS(shmat, -1, 0, 0), -EINVAL, "shmat of number -1 is refused");
	((uint32_t *)(at = attach(id, 0, SHM_EXEC)))[0] = 0xe12fff1e;
	linux_syscall(__ARM_NR_cacheflush, at, at + 4, 0);
	is(killed_running(at), 0, "with SHM_EXEC code in the segment runs");
	SYS(shmdt, at);
	((uint32_t *)(at = attach(id, 0, 0)))[0] = 0xe12fff1e;
	is(killed_running(at), LINUX_SIGSEGV,
	   "without SHM_EXEC running it kills");
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
	is(SYS(shmctl, id, IPC_RMID, 0), 0,
	   "IPC_RMID of a segment that is attached");
	is(p[0], 1, "the mapping keeps the memory");
	is(SYS(shmget, KEY, 1, 0), -ENOENT,
	   "shmget does not find it by its key any more");
	is(attached(id), 1, "IPC_STAT by its number: it is attached once");
	is((int32_t)ds.shm_perm.mode, 0600 | SHM_DEST,
	   "IPC_STAT: the mode contains SHM_DEST");
	q = attach(id, 0, 0);
	is(q[0], 1, "it can still be attached by its number");
	SYS(shmdt, p);
	is(attached(id), 1, "shmdt of the first mapping: one is left");
	SYS(shmdt, q);
	is(attached(id), -EINVAL, "shmdt of the last one frees the segment");
	id = SYS(shmget, IPC_PRIVATE, PAGE, 0600);
	p = attach(id, 0, 0);
	snprintf(number, sizeof(number), "%d", id);
	is(WEXITSTATUS(in_child(detaches_by_exec, &argument)), 1,
	   "execve detaches: the child's new program counts the parent only");
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
	is(SYS(shmat, id, 0, 0), -EACCES,
	   "another user may not attach a 0644 segment to write");
	ok(attach(id, 0, SHM_RDONLY) != NULL,
	   "another user may attach it with SHM_RDONLY");
	is(attached(id), 1, "another user may use IPC_STAT");
	is(SYS(shmget, KEY, 1, 0600), -EACCES,
	   "shmget by its key for writing is refused");
	is(SYS(shmget, KEY, 1, 0400) - id, 0,
	   "shmget by its key for reading is allowed");
	is(SYS(shmctl, id, IPC_64 | IPC_SET, &ds), -EPERM,
	   "another user's IPC_SET is refused");
	is(SYS(shmctl, id, SHM_LOCK, 0), -EPERM,
	   "another user's SHM_LOCK is refused");
	is(SYS(shmctl, id, IPC_RMID, 0), -EPERM,
	   "another user's IPC_RMID is refused");
	own = SYS(shmget, IPC_PRIVATE, 1, 0200);
	is(attached(own), -EACCES,
	   "IPC_STAT of an own segment without read permission is refused");
	is(SYS(shmctl, own & 0x7fff, IPC_64 | SHM_STAT, &ds), -EACCES,
	   "SHM_STAT of that segment is refused");
	is(SYS(shmctl, own & 0x7fff, IPC_64 | SHM_STAT_ANY, &ds) - own, 0,
	   "SHM_STAT_ANY of that segment is allowed");
	ok(ds.shm_perm.uid == ALICE && ds.shm_perm.cgid == ALICE,
	   "SHM_STAT_ANY: its owner and its maker's group");
	is(SYS(shmctl, own, IPC_RMID, 0), 0, "the owner's IPC_RMID is allowed");
	fflush(stdout);
	return 13;
}

static void users(void)
{
	int id = SYS(shmget, KEY, PAGE, IPC_CREAT | 0644);
	int status = in_child(as_alice, (void *)id);

	is(WEXITSTATUS(status), 13, "the other user's process reached its end");
	SYS(shmctl, id, IPC_RMID, 0);
}

/* ---- information about all segments ------------------------------ */

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
	ok(highest >= 0, "IPC_INFO returns the highest place in use");
	ok(limits.shmmax == 0xfeffffff && limits.shmall == 0xfeffffff,
	   "IPC_INFO: the limits of a segment and of all together");
	is((int32_t)limits.shmmni, 4096,
	   "IPC_INFO: how many segments there may be");
	is((int32_t)limits.shmmin, 1,
	   "IPC_INFO: the smallest size of a segment");
	is(SYS(shmctl, 0, IPC_64 | SHM_INFO, &info) - highest, 0,
	   "SHM_INFO returns the same place");
	is(info.used_ids, 1, "SHM_INFO: how many segments there are");
	is((int32_t)info.shm_tot, 3, "SHM_INFO: the pages of all");
	is((int32_t)info.shm_rss, 1,
	   "SHM_INFO: the pages that have been touched");
	place = id & 0x7fff;
	is(SYS(shmctl, place, IPC_64 | SHM_STAT, &ds) - id, 0,
	   "SHM_STAT returns a segment's number by its place");
	is((int32_t)ds.shm_segsz, 3 * PAGE, "SHM_STAT: its size in bytes");
	is(SYS(shmctl, place + 1, IPC_64 | SHM_STAT, &ds), -EINVAL,
	   "SHM_STAT of an unused place is refused");
	read_text("/proc/sysvipc/shm", text, sizeof(text));
	line = strchr(text, '\n');
	ok(line &&
		   !strncmp(text,
			    "       key      shmid perms       size  cpid  "
			    "lpid nattch   uid   gid  cuid  cgid      atime"
			    "      dtime      ctime        rss       swap\n",
			    line - text + 1),
	   "/proc/sysvipc/shm begins with Linux's title");
	ok(line &&
		   sscanf(line, "%u %u %o %u %u %u %u", &key, &found, &mode,
			  &size, &cpid, &lpid, &nattch) == 7,
	   "the next line begins with seven numbers");
	ok(key == KEY && (int)found == id && mode == 0640 && size == 3 * PAGE,
	   "they are the segment's key, number, mode and size");
	is((int32_t)nattch, 1, "they contain how often it is attached");
	is((int32_t)strlen(line + 1),
	   10 + 1 + 10 + 2 + 4 + 1 + 10 + 2 * 6 + 7 + 4 * 6 + 5 * 11 + 1,
	   "that line is as long as Linux's");
	SYS(shmdt, p);
	SYS(shmctl, id, IPC_RMID, 0);
	read_text("/proc/sysvipc/shm", text, sizeof(text));
	ok(strchr(text, '\n')[1] == 0,
	   "without a segment there is only the title");
}

/* The number of a removed segment must not find a later one at its place. */
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
	ok(id != first,
	   "a new segment at the place of a removed one has another number");
	is(SYS(shmctl, first, STAT, &ds), -EINVAL,
	   "IPC_STAT of the old number is refused");
	SYS(shmctl, id, IPC_RMID, 0);
}

static void in_maps(void)
{
	int id = SYS(shmget, KEY, PAGE, IPC_CREAT | 0600);
	uint8_t *p = attach(id, 0, 0);
	static char text[8000];
	read_text("/proc/self/maps", text, sizeof(text));
	ok(strstr(text, " /SYSV5ca1ab1e (deleted)\n"),
	   "/proc/self/maps names the segment by its key");
	SYS(shmdt, p);
	SYS(shmctl, id, IPC_RMID, 0);
}

/* Writes a limit of /proc/sys/kernel. Raw answer of the write. */
static int32_t set_limit(const char *name, const char *text)
{
	char path[64];
	int32_t err;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
	fd = SYS(open, path, O_WRONLY, 0);
	err = SYS(write, fd, text, (uint32_t)strlen(text));
	SYS(close, fd);
	return err;
}

static void settings(void)
{
	int id;

	is(set_limit("shmmax", "8192"), 4, "shmmax becomes 8192");
	is(SYS(shmget, IPC_PRIVATE, 8193, 0600), -EINVAL,
	   "a larger segment is refused");
	id = SYS(shmget, IPC_PRIVATE, 8192, 0600);
	ok(id >= 0, "one of that size is made");
	set_limit("shmmax", "4278190079");
	is(set_limit("shmall", "3"), 1, "shmall becomes 3 pages");
	is(SYS(shmget, IPC_PRIVATE, 2 * PAGE, 0600), -ENOSPC,
	   "two more pages are refused");
	set_limit("shmall", "4278190079");
	is(set_limit("shmmni", "1"), 1, "shmmni becomes 1");
	is(SYS(shmget, IPC_PRIVATE, 1, 0600), -ENOSPC,
	   "a second segment is refused");
	is(set_limit("shmmni", "4096"), 4, "shmmni becomes 4096");
	SYS(shmctl, id, IPC_RMID, 0);
}

/* Numbers that are chosen, as for a checkpoint that is restored. */
static void chosen_number(void)
{
	const int wanted = 12345;
	char text[16] = "";
	int id, next, fd;

	is(set_limit("shm_next_id", "-1"), -EINVAL, "shm_next_id of -1");
	is(set_limit("shm_next_id", "12345"), 5, "shm_next_id of 12345");
	id = SYS(shmget, IPC_PRIVATE, PAGE, 0600);
	is(id, wanted, "the next segment has it");
	is(attached(id), 0, "the segment is found by it");
	fd = SYS(open, "/proc/sys/kernel/shm_next_id", O_RDONLY, 0);
	SYS(read, fd, text, sizeof(text) - 1);
	SYS(close, fd);
	ok(!strcmp(text, "-1\n"), "shm_next_id is -1 again");
	set_limit("shm_next_id", "12345");
	next = SYS(shmget, IPC_PRIVATE, PAGE, 0600);
	is(next, wanted + 1, "a number that is taken gives the one after it");
	is(SYS(shmctl, id, IPC_RMID, 0), 0, "the first is removed");
	is(SYS(shmctl, next, IPC_RMID, 0), 0, "and the second");
	is(attached(id), -EINVAL, "its number is free");
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
	settings();
	chosen_number();
	return done();
}
