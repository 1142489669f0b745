/*
 * oom_locks - the process that is killed for its memory waits for a lock, whose
 * owner waits for that memory.
 *
 * Run as process 1 of a machine with little memory (tests/system/memory.t). In
 * each round there are four processes, and no page is free:
 *
 *	reader	makes a call that holds a lock while it copies to or from
 *		pages that do not exist yet
 *	shared	the largest, so the first that is killed; but its pages are
 *		shared with the test, and its death frees nothing
 *	large	the next largest, which waits for the reader's lock by then
 *	test	this program, which takes what a death frees before the reader
 *		can
 *
 * If the reader held its lock while it waits for memory, large could never
 * end and the reader never go on. In the last round the reader looks at large's
 * own memory: it must not hold that either.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <uapi/mman.h>
#include <uapi/time.h>
#include "check.h"

#define MIB        0x100000u
#define SHARED_MIB 16u
#define LARGE_MIB  12u
#define MOVED      (16 * PAGE) /* what the reader's call moves */

/* In memory of all. */
static volatile struct {
	uint32_t ready, go, in_call;
	pid_t large;
} * state;

static uint8_t *shared_pages;
static uint8_t *fresh;  /* pages to be written, not there yet */
static uint8_t *sparse; /* pages to be read, not there yet: of a file */
static int ends[2];     /* of a pipe */
static int file, again, directory, proc; /* open files that all share */
static int pagemap;                      /* the reader's: large's */
static uint8_t *chunks[64];              /* what we have taken */
static uint32_t nr_chunks;

static void nap(int ms)
{
	struct old_timespec32 time = { 0, ms * 1000000 };

	SYS(nanosleep, &time, 0);
}

/* ---- memory ------------------------------------------------------ */

/* Takes all free memory, but at most so many MiB, and kills nobody for it. */
static void take(uint32_t mib)
{
	uint32_t end = nr_chunks + mib;

	for (uint32_t bytes = MIB; bytes >= PAGE && nr_chunks < end;) {
		uint8_t *p = (uint8_t *)
			SYS(mmap2, 0, MIB, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		uint32_t at = 0;

		chunks[nr_chunks++] = p;
		while (bytes >= PAGE && at + bytes <= MIB)
			if (SYS(madvise, p + at, bytes, MADV_POPULATE_WRITE))
				bytes /= 2;
			else
				at += bytes;
	}
}

static void give_all(void)
{
	while (nr_chunks)
		SYS(munmap, chunks[--nr_chunks], MIB);
}

/* ---- calls that hold a lock while they copy ---------------------- */

static int32_t read_pipe(void)
{
	return SYS(read, ends[0], fresh, MOVED);
}

static int32_t want_pipe(void *p)
{
	return SYS(read, ends[0], p, 1);
}

static int32_t write_pipe(void)
{
	return SYS(write, ends[1], sparse, MOVED / 4);
}

static int32_t want_pipe_too(void *p)
{
	return SYS(write, ends[1], p, 1);
}

static int32_t write_file(void)
{
	return SYS(write, file, sparse, MOVED);
}

static int32_t want_file(void *p)
{
	return SYS(write, again, p, 1);
}

static int32_t read_file(void)
{
	return SYS(read, file, fresh, MOVED);
}

static int32_t want_position(void *p)
{
	return SYS(read, file, p, 1);
}

static int32_t read_directory(void)
{
	return SYS(getdents64, directory, fresh, MOVED) > 0 ? 0 : -1;
}

static int32_t want_directory(void *p)
{
	int32_t err;

	(void)p;
	do
		err = SYS(unlink, scratch("many/0"));
	while (err == -ENOMEM); /* of the name's copy */
	return err;
}

static int32_t read_proc(void)
{
	return SYS(pread64, proc, fresh, MOVED, 0, 0, 0) > 0 ? 0 : -1;
}

static int32_t want_proc(void *p)
{
	return SYS(pread64, proc, p, 1, 0, 0, 0);
}

static int32_t read_pagemap(void)
{
	return SYS(pread64, pagemap, fresh, MOVED, 0, 0, 0);
}

static int32_t want_nothing(void *p)
{
	(void)p;
	return 0;
}

static const struct round {
	const char *what;
	int32_t (*hold)(void);    /* the reader's call */
	int32_t (*want)(void *p); /* large's, with memory that is there */
	int32_t result;           /* of the reader's */
} rounds[] = {
	{ "read of a pipe", read_pipe, want_pipe, 0 },
	{ "write to a pipe", write_pipe, want_pipe_too, MOVED / 4 },
	{ "write to a file", write_file, want_file, MOVED },
	{ "read of a file at a position that both share", read_file,
	  want_position, MOVED },
	{ "read of a directory", read_directory, want_directory, 0 },
	{ "read of a file of /proc", read_proc, want_proc, 0 },
	{ "read of the victim's pagemap", read_pagemap, want_nothing, 0 },
};

/* ---- the processes ----------------------------------------------- */

static int run_reader(const struct round *round)
{
	char path[40];
	int32_t got;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)state->large);
	pagemap = open(path, O_RDONLY);
	state->ready++;
	while (!state->go)
		SYS(sched_yield);
	state->in_call = 1;
	got = round->hold();
	/* A read of a pipe may return less. */
	return round->result ? got != round->result : got < 0;
}

static int run_shared(const struct round *round)
{
	(void)round;
	for (uint32_t i = 0; i < SHARED_MIB * MIB; i += PAGE)
		(void)*(volatile uint8_t *)(shared_pages + i);
	state->ready++;
	while (SYS(pause) == -EINTR)
		continue;
	return 1;
}

static int run_large(const struct round *round)
{
	uint8_t *p = pages(LARGE_MIB * MIB / PAGE);

	memset(p, 1, LARGE_MIB * MIB);
	state->ready++;
	while (!state->in_call)
		SYS(sched_yield);
	round->want(p);
	while (SYS(pause) == -EINTR)
		continue;
	return 1;
}

static pid_t start(int (*fn)(const struct round *), const struct round *round)
{
	uint32_t before = state->ready;
	pid_t pid = fork();

	if (pid == 0)
		_exit(fn(round));
	while (state->ready == before)
		SYS(sched_yield);
	return pid;
}

static int end_of(pid_t pid)
{
	int status = 0;

	for (int i = 0; i < 500; i++, nap(10))
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
	return -1;
}

static void play(const struct round *round)
{
	pid_t reader, shared, large;
	int status;

	state->go = state->in_call = state->ready = 0;
	fresh = pages(MOVED / PAGE);
	state->large = large = start(run_large, round);
	reader = start(run_reader, round);
	shared = start(run_shared, round);
	take(48);
	state->go = 1;
	waitpid(shared, &status, 0);
	take(1); /* what large gives is the reader's */
	is(end_of(reader), 0, "%s: the call returns what it should",
	   round->what);
	status = end_of(large);
	is(WIFSIGNALED(status) ? WTERMSIG(status) : -1, LINUX_SIGKILL,
	   "the victim that waits for its lock has given its memory");
	give_all();
	SYS(munmap, fresh, MOVED);
}

/* A file of pages that nobody has touched, anew in each round. */
static void map_sparse(void)
{
	int fd = open(scratch("sparse"), O_RDWR | O_CREAT | O_TRUNC, 0600);

	SYS(ftruncate, fd, MOVED);
	sparse = (uint8_t *)SYS(mmap2, 0, MOVED, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
}

static void make_files(void)
{
	char name[16];

	SYS(pipe, ends);
	SYS(write, ends[1], shared_pages, MOVED); /* all its pages are there */
	SYS(read, ends[0], shared_pages, MOVED / 2);
	file = open(scratch("written"), O_RDWR | O_CREAT, 0600);
	SYS(ftruncate, file, 4 * MOVED);
	for (uint32_t at = 0; at < 4 * MOVED; at += PAGE)
		SYS(pwrite64, file, shared_pages, PAGE, 0, at, 0);
	again = open(scratch("written"), O_RDWR);
	proc = open("/proc/meminfo", O_RDONLY);
	SYS(pread64, proc, shared_pages, PAGE, 0, 0, 0); /* its buffer */
	mkdir(scratch("many"), 0700);
	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "many/%d", i);
		close(open(scratch(name), O_RDWR | O_CREAT, 0600));
	}
	directory = open(scratch("many"), O_RDONLY);
}

int main(void)
{
	state = (void *)pages_with(1, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS);
	shared_pages = pages_with(SHARED_MIB * MIB / PAGE,
				  PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS);
	memset(shared_pages, 1, SHARED_MIB * MIB);
	make_files();
	for (uint32_t i = 0; i < ARRAY_SIZE(rounds); i++) {
		map_sparse();
		play(&rounds[i]);
		SYS(munmap, sparse, MOVED);
	}
	is(audit(), 0, "the audit of the kernel's structures finds no error");
	return done();
}
