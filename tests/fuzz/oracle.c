/*
 * What a round must leave as it was: the kernel's objects, cache by cache, and
 * its pages.
 *
 * Only process 1 lives when it is looked. Pages change their use from round to
 * round (empty slabs and tables are kept), so their sum is compared: a page that
 * nobody has counts as nothing and is missed. Nodes of the page cache go with
 * its pages; they are compared only when want of memory has emptied it. Page
 * tables of the kernel's own memory are made once and kept: those that have come
 * since are told apart by their number in /proc/vmstat.
 */
#include <stdarg.h>
#include <uapi/fcntl.h>
#include "fuzz.h"
#include "maps.h"
#include "slabs.h"

#define CHUNK (256u * 1024)

struct counts {
	struct slab_count caches[SLABS_MAX];
	uint32_t kib;
	uint32_t kernel_tables;
	int nr_caches;
};

static struct counts before;
static char text[8192];

static int log_fd = -1;

void say(const char *fmt, ...)
{
	char line[160];
	va_list args;
	int n = sprintf(line, "<2>fuzz: ");

	va_start(args, fmt);
	n += vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, args);
	va_end(args);
	SYS(write, log_fd, line,
	    (uint32_t)n < sizeof(line) ? (uint32_t)n : sizeof(line) - 1);
}

/* ---- counting ---------------------------------------------------- */

/* An allocation may be made to fail: then once more. */
static bool read_whole(const char *path)
{
	for (int tries = 0; tries < 20; tries++)
		if (read_text(path, text, sizeof(text)) > 0)
			return true;
	say("%s cannot be read", path);
	return false;
}

static void count_objects(struct counts *now)
{
	int tries = 20;

	do
		now->nr_caches = read_slabs(now->caches);
	while (now->nr_caches < 0 && tries--);
}

static void count_pages(struct counts *now)
{
	static const char *const uses[] = {
		"MemFree:", "\nCached:",   "AnonPages:",
		"\nSlab:",  "PageTables:", "VmallocUsed:",
	};

	now->kib = 0;
	if (!read_whole("/proc/meminfo"))
		return;
	for (uint32_t i = 0; i < ARRAY_SIZE(uses); i++) {
		const char *p = strstr(text, uses[i]);

		now->kib += p ? strtoul(p + strlen(uses[i]), NULL, 10) : 0;
	}
}

static void count_kernel_tables(struct counts *now)
{
	const char *p = read_whole("/proc/vmstat") ?
		strstr(text, "nr_vmalloc_tables ") :
		NULL;

	now->kernel_tables = p ? strtoul(strchr(p, ' '), NULL, 10) : 0;
}

static void count(struct counts *now)
{
	memset(now, 0, sizeof(*now));
	count_objects(now);
	count_pages(now);
	count_kernel_tables(now);
}

/* Takes what there is, until it is killed for it. */
static void empty_page_cache(void)
{
	int32_t pid = fork(), raw;

	while (pid == 0) {
		raw = SYS(mmap2, 0, CHUNK, 3, 0x22, -1, 0);
		if ((uint32_t)raw >= -4095u)
			SYS(exit_group, 1);
		memset((void *)raw, 1, CHUNK);
	}
	while (pid > 0 && SYS(wait4, pid, 0, 0, 0) == -4 /* -EINTR */)
		;
}

/* ---- comparing --------------------------------------------------- */

/* Objects of a cache that are there for a reason. */
static uint32_t expected(const struct slab_count *old, const struct counts *now)
{
	uint32_t more = now->kernel_tables - before.kernel_tables;

	return old->objects + (strcmp(old->name, "pgtable") == 0 ? more : 0);
}

static uint32_t compare(const struct counts *now, bool squeezed)
{
	uint32_t findings = 0;

	for (int i = 0; i < before.nr_caches; i++) {
		const struct slab_count *old = &before.caches[i];
		const struct slab_count *new = &now->caches[i];

		if (expected(old, now) == new->objects ||
		    (!squeezed && strcmp(old->name, "page_node") == 0))
			continue;
		say("FINDING %s: %d objects more (round %u)", old->name,
		    (int)(new->objects - expected(old, now)),
		    (unsigned int)run.round);
		findings++;
	}
	if (now->kib != before.kib) {
		say("FINDING %d KiB less (round %u)",
		    (int)(before.kib - now->kib), (unsigned int)run.round);
		findings++;
	}
	return findings;
}

static uint32_t audit(void)
{
	char *line = text, *end;
	uint32_t findings = 0;

	if (!read_whole("/proc/audit"))
		return 1;
	for (; (end = strchr(line, '\n')); line = end + 1) {
		if (end - line >= 3 && memcmp(end - 3, " ok", 3) == 0)
			continue;
		*end = '\0';
		say("FINDING audit: %s (round %u)", line,
		    (unsigned int)run.round);
		findings++;
	}
	return findings;
}

void oracle_begin(void)
{
	if (log_fd < 0)
		log_fd = SYS(open, "/dev/kmsg", O_WRONLY);
	shared->wrong = 0; /* its page is there from now on */
	empty_page_cache();
	count(&before);
}

uint32_t oracle_look(bool squeeze)
{
	static struct counts now;
	uint32_t findings;

	if (squeeze)
		empty_page_cache();
	count(&now);
	findings = compare(&now, squeeze);
	if (squeeze || findings)
		findings += audit();
	if (findings)
		before = now;
	return findings;
}
