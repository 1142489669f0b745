/*
 * soak MINUTES [SEED] - mixed load for a long time, under want of memory.
 *
 * Run as process 1 of a machine with little memory (tests/system/soak.py), by
 * counted instructions. In each turn something else works: a program of this folder,
 * by itself or beside a process that takes all memory, or the workers of stress.
 * Process 1 sleeps for 20 ms at a time meanwhile and notes how late it wakes. After
 * one turn of each kind, and then from time to time, the kernel must have as many
 * pages and objects of each cache in use as at first.
 */
#include <uapi/fcntl.h>
#include "check.h"
#include "maps.h"

#define BEAT_MS       20
#define LATE_MS       200 /* later is a stall */
#define TURN_MS       40000
#define SQUEEZE_BEATS 5
#define CHUNK         (512u * 1024)
#define MAX_CACHES    64
#define LOOK_EVERY    12 /* turns */

/* Of a turn. */
enum how { ALONE, SQUEEZED, HOWS };

/* A program with its arguments, and whether it must end well when alone. */
static const struct load {
	const char *program;
	bool judged;
} loads[] = {
	{ "/test/stress,%lu,load", false },
	{ "/test/random_mm,%lu,1", true },
	{ "/test/fuzz,%lu,100", false },
	{ "/test/fork", true },
	{ "/test/files", true },
	{ "/test/tty", true },
	{ "/test/job", true },
	{ "/test/pipe", true },
	{ "/test/signal", true },
	{ "/test/futex", true },
	{ "/test/thread", true },
	{ "/test/thread_exec", true },
	{ "/test/robust", true },
	{ "/test/exec", true },
	{ "/test/mmap", true },
	{ "/test/mremap", true },
	{ "/test/truncate", true },
	{ "/test/pager", true },
	{ "/test/vfp", true },
	{ "/test/script", true },
	{ "/test/wait", true },
	{ "/test/areas", true },
	/* The kernel thread that watches limits comes with the first. */
	{ "/test/limit_ends", true },
};

struct cache {
	char name[32];
	uint32_t objects;
};

struct counts {
	struct cache caches[MAX_CACHES];
	uint32_t nr_caches, kib;
};

static uint32_t state, latest_ms, turns, squeezed_deaths;

static uint32_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* ---- what the kernel has in use ---------------------------------- */

static uint32_t number_after(const char *text, const char *word)
{
	const char *p = strstr(text, word);

	return p ? strtoul(p + strlen(word), NULL, 10) : 0;
}

/* Takes all memory, until it is killed for it. */
static int take(void *arg)
{
	(void)arg;
	for (;;) {
		int32_t raw = SYS(mmap2, 0, CHUNK, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if ((uint32_t)raw >= -4095u)
			return 0;
		memset((void *)raw, 1, CHUNK);
	}
}

/* The lines of /proc/slabinfo: a name, the objects in use, and more. */
static void read_caches(char *line, struct counts *now)
{
	char *end;

	now->nr_caches = 0;
	for (; (end = strchr(line, '\n')); line = end + 1) {
		struct cache *cache = &now->caches[now->nr_caches];
		size_t name = strcspn(line, " ");

		if (!memcmp(line, "slabinfo", 8) || *line == '#' ||
		    now->nr_caches == MAX_CACHES)
			continue;
		snprintf(cache->name, sizeof(cache->name), "%.*s", (int)name,
			 line);
		cache->objects = strtoul(line + name, NULL, 10);
		now->nr_caches++;
	}
}

/*
 * Takes the figures after memory ran out, so that the page cache is empty. Pages of
 * slabs count as free, since it is chance which objects share a page. So do our own
 * pages.
 */
static void look(struct counts *now)
{
	static char text[8192];

	in_child(take, NULL);
	read_text("/proc/slabinfo", text, sizeof(text));
	read_caches(text, now);
	read_text("/proc/meminfo", text, sizeof(text));
	now->kib = number_after(text, "MemFree:") +
		number_after(text, "Slab:") + number_after(text, "AnonPages:");
}

/* Prints each cache that has more objects, or fewer, than at first. */
static bool same(const struct counts *first, const struct counts *now)
{
	bool good = first->kib == now->kib &&
		first->nr_caches == now->nr_caches;

	for (uint32_t i = 0; i < now->nr_caches; i++) {
		const struct cache *was = &first->caches[i];
		const struct cache *is = &now->caches[i];

		if (was->objects == is->objects)
			continue;
		printf("# %s: %lu objects, %lu at first\n", is->name,
		       is->objects, was->objects);
		good = false;
	}
	if (first->kib != now->kib)
		printf("# %lu KiB to be had, %lu at first\n", now->kib,
		       first->kib);
	return good;
}

/* ---- turns ------------------------------------------------------- */

/* Sleeps for a beat, and notes how late it was. */
static void beat(void)
{
	uint32_t before = uptime_ms(), late;

	sleep_ms(BEAT_MS);
	late = uptime_ms() - before - BEAT_MS;
	if (late > latest_ms)
		latest_ms = late;
}

/* The next name of the folder that is not among `kept`; false: none is left. */
static bool next_name(const char *folder, const char *kept, char *name)
{
	static char entries[2048];
	int fd = SYS(open, folder, O_RDONLY | O_DIRECTORY, 0);
	int32_t n = SYS(getdents64, fd, entries, sizeof(entries));
	char among[260];

	SYS(close, fd);
	for (int32_t at = 0; at < n;) {
		struct linux_dirent64 *entry = (void *)(entries + at);

		at += entry->d_reclen;
		snprintf(among, sizeof(among), "/%s/", entry->d_name);
		strcpy(name, entry->d_name);
		if (!strstr(kept, among))
			return true;
	}
	return false;
}

/* Removes all that is not in `kept` ("/NAME/NAME/"), with all below it. */
static void remove_below(const char *folder, const char *kept)
{
	char path[512], name[256];

	for (int n = 0; n < 100 && next_name(folder, kept, name); n++) {
		snprintf(path, sizeof(path), "%s/%s", folder, name);
		if (SYS(unlink, path) == 0)
			continue;
		remove_below(path, "/./../");
		SYS(rmdir, path);
	}
}

/* Notes the names that the folder has at first. */
static char first_names[512] = "/./../tmp/";

static void note_names(void)
{
	char name[256];

	while (next_name("/", first_names, name)) {
		strcat(first_names, name);
		strcat(first_names, "/");
	}
}

/* Removes the files that a killed program has left. */
static void end_everybody(void)
{
	SYS(kill, -1, LINUX_SIGKILL);
	while (SYS(wait4, -1, 0, 0, 0) > 0)
		;
	remove_below("/tmp", "/./../");
	remove_below("/", first_names);
}

static void start(const char *program)
{
	char text[64], *argv[8];
	int null = SYS(open, "/dev/null", O_WRONLY, 0);

	snprintf(text, sizeof(text), program, rnd());
	split_words(text, argv, ARRAY_SIZE(argv) - 1);
	SYS(setsid);
	SYS(dup2, null, 1);
	SYS(dup2, null, 2);
	SYS(close, null);
	execve(argv[0], argv, environ);
	_exit(127);
}

/* A process that takes all memory, and the next when it has died. */
static pid_t squeeze(pid_t dead, pid_t squeezer)
{
	if (squeezer && dead != squeezer)
		return squeezer;
	squeezed_deaths += squeezer != 0;
	squeezer = fork();
	if (squeezer == 0)
		_exit(take(NULL));
	return squeezer;
}

/* The program's status word; -1: it had to be killed. */
static int one_turn(const struct load *load, enum how how)
{
	uint32_t begin = uptime_ms();
	pid_t pid, dead = 0, squeezer = 0;
	int status = -1;

	fflush(stdout);
	/* Memory is to be short before the program begins. */
	for (int i = 0; how == SQUEEZED && i < SQUEEZE_BEATS; i++) {
		squeezer = squeeze(dead, squeezer);
		beat();
		dead = SYS(wait4, -1, 0, WNOHANG, 0);
	}
	pid = fork();
	if (pid == 0)
		start(load->program);
	while (pid > 0 && uptime_ms() - begin < TURN_MS) {
		if (how == SQUEEZED)
			squeezer = squeeze(dead, squeezer);
		beat();
		/* Orphans are ours, as process 1. */
		dead = SYS(wait4, -1, &status, WNOHANG, 0);
		if (dead == pid)
			break;
		status = -1;
	}
	end_everybody();
	turns++;
	return status;
}

static void turn(uint32_t kind, enum how how)
{
	const struct load *load = &loads[kind];
	int status;

	latest_ms = 0;
	status = one_turn(load, how);
	printf("# %lu s: %s%s, status %x, %lu ms late at most\n",
	       uptime_ms() / 1000, load->program,
	       how == SQUEEZED ? " squeezed" : "", status, latest_ms);
	if (load->judged && how == ALONE && status != 0)
		ok(false, "%s fails by itself", load->program);
	if (latest_ms > LATE_MS)
		ok(false, "process 1 stalled beside %s", load->program);
}

/* ---- the whole --------------------------------------------------- */

/* One turn of each kind, so that all that is made only once has been made. */
static void first_turns(void)
{
	for (uint32_t how = 0; how < HOWS; how++)
		for (uint32_t i = 0; i < ARRAY_SIZE(loads); i++)
			turn(i, how);
}

int main(int argc, char **argv)
{
	static struct counts first, now;
	uint32_t minutes = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	uint32_t looks = 0;

	state = (argc > 2 ? strtoul(argv[2], NULL, 0) : 1) * 2654435761u | 1;
	note_names();
	first_turns();
	look(&first);
	printf("# at first %lu caches, %lu KiB\n", first.nr_caches, first.kib);
	while (uptime_ms() < minutes * 60000 || !looks) {
		for (int i = 0; i < LOOK_EVERY; i++)
			turn(rnd() % ARRAY_SIZE(loads), rnd() % HOWS);
		look(&now);
		looks++;
		if (!same(&first, &now))
			ok(false, "something is lost after %lu turns", turns);
		if (audit())
			ok(false, "the kernel's audit after %lu turns", turns);
	}
	ok(squeezed_deaths > turns / 4,
	   "memory ran out in more than a quarter of the turns");
	ok(first.nr_caches > 10 && first.kib > 1000,
	   "the figures of slabs and memory were read");
	printf("# %lu turns, %lu looks, %lu died of want of memory\n", turns,
	       looks, squeezed_deaths);
	return done();
}
