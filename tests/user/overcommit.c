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
	is((int32_t)number(POLICY), 0, "at first the kernel guesses");
	is((int32_t)number(RATIO), 50, "and the limit would be half");
	is(map(total / 2, RW, 0), 0, "half of all memory");
	is(map(total + 4096, RW, 0), -ENOMEM, "more than all");
	is(map(total + 4096, RW, MAP_NORESERVE), 0, "more, not reserved");
	is(map(total + 4096, PROT_READ, 0), 0, "more, only to be read");
}

static void always(void)
{
	is(set(POLICY, "1"), 0, "always");
	is(map(total + 4096, RW, 0), 0, "more than all");
}

static void never(void)
{
	uint32_t room, limit;

	is(set(POLICY, "2"), 0, "never more than the limit");
	limit = meminfo("CommitLimit:");
	ok(limit <= total / 2 && limit + 2 >= total / 2, "which is half");
	room = limit - meminfo("Committed_AS:");
	is(map(room / 2, RW, 0), 0, "half of what is left");
	is(map(room + 64, RW, 0), -ENOMEM, "more than that");
	is(map(room + 64, RW, MAP_NORESERVE), -ENOMEM, "not reserved, either");
	is(map(room + 64, PROT_READ, 0), 0, "only to be read");
	is(set(RATIO, "80"), 0, "a limit of 80 percent");
	is(map(room + 64, RW, 0), 0, "leaves room for it");
	limit = meminfo("CommitLimit:");
	ok(limit <= total / 5 * 4 + 4 && limit + 8 >= total / 5 * 4,
	   "CommitLimit says so");
}

int main(void)
{
	total = meminfo("MemTotal:");
	guess();
	always();
	never();
	is(set(POLICY, "3"), -EINVAL, "there is no fourth");
	is(set(POLICY, "x"), -EINVAL, "nor a word");
	is((int32_t)number(POLICY), 2, "it stays");
	set(POLICY, "0");
	set(RATIO, "50");
	return done();
}
