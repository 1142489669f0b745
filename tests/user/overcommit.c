/*
 * How much memory is promised: /proc/sys/vm/overcommit_memory and _ratio.
 *
 * 0 refuses what is larger than all memory, 1 nothing, 2 what would bring the sum
 * of all promises above the limit, MAP_NORESERVE or not. qemu-arm's are the host's.
 */
#include <fcntl.h>
#include <uapi/mman.h>
#include "check.h"
#include "maps.h"

#define POLICY "/proc/sys/vm/overcommit_memory"
#define RATIO  "/proc/sys/vm/overcommit_ratio"
#define RW     (PROT_READ | PROT_WRITE)
#define ANON   (MAP_PRIVATE | MAP_ANONYMOUS)

static uint32_t total; /* pages of memory */

/* Pages of a line of /proc/meminfo. */
static uint32_t meminfo(const char *label)
{
	static char text[4096];
	const char *line;

	if (read_text("/proc/meminfo", text, sizeof(text)) <= 0)
		return 0;
	line = strstr(text, label);
	return line ? strtoul(line + strlen(label), NULL, 10) / 4 : 0;
}

static uint32_t number(const char *path)
{
	char text[16] = "";

	read_text(path, text, sizeof(text));
	return strtoul(text, NULL, 10);
}

/* What the write said: bytes are 0. */
static int32_t set(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	int32_t wrote = SYS(write, fd, text, strlen(text));

	close(fd);
	return wrote == (int32_t)strlen(text) ? 0 : wrote;
}

/* 0 or an error; what could be mapped goes at once. */
static int32_t map(uint32_t n, int prot, int flags)
{
	int32_t p = SYS(mmap2, 0, n * PAGE, prot, ANON | flags, -1, 0);

	if (p < 0 && p > -4096)
		return p;
	SYS(munmap, p, n * PAGE);
	return 0;
}

static void guess(void)
{
	is((int32_t)number(POLICY), 0, "the policy is 0 at first: heuristic");
	is((int32_t)number(RATIO), 50, "the ratio is 50 percent at first");
	is(map(total / 2, RW, 0), 0,
	   "policy 0: a mapping of half of all memory");
	is(map(total + 4096, RW, 0), -ENOMEM,
	   "policy 0: more than all memory is refused");
	is(map(total + 4096, RW, MAP_NORESERVE), 0,
	   "policy 0: more is allowed with MAP_NORESERVE");
	is(map(total + 4096, PROT_READ, 0), 0,
	   "policy 0: more is allowed if read-only");
}

static void always(void)
{
	is(set(POLICY, "1"), 0, "policy 1 is set: always allow");
	is(map(total + 4096, RW, 0), 0,
	   "policy 1: more than all memory is allowed");
}

static void never(void)
{
	uint32_t room, limit;

	is(set(POLICY, "2"), 0, "policy 2 is set: never beyond the limit");
	limit = meminfo("CommitLimit:");
	ok(limit <= total / 2 && limit + 2 >= total / 2,
	   "CommitLimit is half of all memory");
	room = limit - meminfo("Committed_AS:");
	is(map(room / 2, RW, 0), 0,
	   "policy 2: half of what is left is allowed");
	is(map(room + 64, RW, 0), -ENOMEM,
	   "policy 2: more than what is left is refused");
	is(map(room + 64, RW, MAP_NORESERVE), -ENOMEM,
	   "policy 2: MAP_NORESERVE does not help");
	is(map(room + 64, PROT_READ, 0), 0,
	   "policy 2: a read-only mapping is not counted");
	is(set(RATIO, "80"), 0, "the ratio is set to 80 percent");
	is(map(room + 64, RW, 0), 0,
	   "the mapping that was refused is allowed now");
	limit = meminfo("CommitLimit:");
	ok(limit <= total / 5 * 4 + 4 && limit + 8 >= total / 5 * 4,
	   "CommitLimit has grown with the ratio");
}

/* max_map_count: how many VMAs a process may have. */
static int32_t set_most(const char *text)
{
	int fd = SYS(open, "/proc/sys/vm/max_map_count", O_WRONLY, 0);
	int32_t err = SYS(write, fd, text, (uint32_t)strlen(text));

	SYS(close, fd);
	return err;
}

static void few_vmas(void)
{
	uint32_t n = 0, at;
	int32_t got = 0;

	is(set_most("100"), 3, "max_map_count becomes 100");
	/* Every second page, or they would merge. */
	at = (uint32_t)pages_with(400, PROT_NONE, MAP_PRIVATE);
	while (n < 200 && got >= 0) {
		got = SYS(mprotect, at + 2 * n * PAGE, PAGE, PROT_READ);
		n++;
	}
	is(got, -ENOMEM, "mprotect would make more VMAs");
	ok(n > 20 && n < 50, "with two VMAs each, fewer than 50 fitted");
	is(set_most("-1"), -EINVAL, "a negative number is refused");
	is(set_most("65530"), 5, "max_map_count becomes 65530");
	SYS(munmap, at, 400 * PAGE);
}

int main(void)
{
	total = meminfo("MemTotal:");
	guess();
	always();
	never();
	is(set(POLICY, "3"), -EINVAL, "an unknown policy is refused");
	is(set(POLICY, "x"), -EINVAL, "a word is refused as a policy");
	is((int32_t)number(POLICY), 2, "the policy stays as it was");
	set(POLICY, "0");
	set(RATIO, "50");
	few_vmas();
	return done();
}
