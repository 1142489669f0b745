/*
 * A call, from numbers alone.
 */
#include <uapi/fcntl.h>
#include <uapi/futex.h>
#include <uapi/sched.h>
#include <uapi/signal.h>
#include "fuzz.h"

static const struct signature table[] = {
#include "fuzz_calls.h"
};

static const struct signature pseudo[] = {
	{ "touch", TOUCH, { PLACE, SMALL, SMALL } },
	{ "frame", FRAME, { ANY, ANY } },
	{ "exec_self", EXEC, { 0 } },
	{ "no_such_call", NO_SUCH_CALL, { ANY, ANY, ANY, ANY, ANY, ANY } },
};

/* What they do: shapes.c. The hogs are first. */
static const struct signature shapes[] = {
	{ "hog_threads", HOG_THREADS, { SMALL } },
	{ "hog_copy", HOG_COPY, { SMALL } },
	{ "hog_locks", HOG_LOCKS, { SMALL } },
	{ "orphan", ORPHAN, { SMALL } },
	{ "long_write", LONG_WRITE, { SMALL } },
	{ "fill_files", FILL_FILES, { SMALL } },
};

#define HOGS 3u

/* ---- numbers ----------------------------------------------------- */

static uint32_t mix(uint32_t h, uint32_t v)
{
	h = (h ^ v) * 0x9e3779b1u;
	h ^= h >> 15;
	h *= 0x85ebca77u;
	return h ^ h >> 13;
}

/* Threads make calls at the same time: each has a state, found by its stack. */
static uint32_t *my_state(void)
{
	static uint32_t states[SLOTS + 1];
	uint32_t slot = ((uint32_t)__builtin_frame_address(0) - STACKS) /
		STACK_BYTES;

	return &states[slot < SLOTS ? slot : SLOTS];
}

static uint32_t rnd(void)
{
	uint32_t *state = my_state(), x = *state;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	*state = x;
	return x;
}

static uint32_t below(uint32_t n)
{
	return rnd() % n;
}

static bool one_in(uint32_t n)
{
	return below(n) == 0;
}

#define ONE_OF(...)                                            \
	({                                                     \
		static const uint32_t all[] = { __VA_ARGS__ }; \
		all[below(ARRAY_SIZE(all))];                   \
	})

/* ---- arguments --------------------------------------------------- */

static const char *const own_paths[] = {
	"/fz/a",    "/fz/b",      "/fz/new",  "/fz/dir", "/fz/dir/x",
	"/fz/link", "/fz/a/../b", "a",        "..",      "",
	"/fz",      "/fz/link/x", "/fz/loop",
};
const char *const queue_names[NR_QUEUES] = { "q0", "q1", "q2" };
static const char *const archive_paths[] = {
	"/proc/self/maps",
	"/proc/self/smaps",
	"/proc/self/pagemap",
	"/proc/self/status",
	"/proc/meminfo",
	"/proc/self/fd",
	"/proc/self/fd/5",
	"/proc/1/maps",
	"/proc/1/cmdline",
	"/proc/slabinfo",
	"/proc/vmallocinfo",
	"/proc/self/mem",
	"/proc/buddyinfo",
	"/proc/self/stat",
	"/proc",
	"/dev/zero",
	"/dev/null",
	"/dev/tty",
	"/dev/console",
	"/dev/urandom",
	"/dev/ptmx",
	"/dev",
	"/bin/fuzz",
	"/",
	"/proc/self/stack",
	"/proc/self/limits",
	"/proc/uptime",
	"/proc/self/exe",
};

static uint32_t odd_number(void)
{
	return ONE_OF(0, 1, 2, 3, 0xfff, 0x1000, 0x1001, 0x7fffffff, 0x80000000,
		      0xfffff000, 0xfffffffe, 0xffffffff);
}

static uint32_t any(void)
{
	switch (below(4)) {
	case 0:
		return odd_number();
	case 1:
		return 1u << below(32);
	case 2:
		return rnd();
	default:
		return below(32);
	}
}

static uint32_t flags(void)
{
	return one_in(3)  ? 0 :
		one_in(8) ? rnd() :
		one_in(2) ? 1u << below(8) :
			    below(16);
}

static uint32_t odd_address(void)
{
	return ONE_OF(0, 1, 0xfff, 0x1000, 0x10000, 0x10100, 0xbffffffc,
		      0xbfffffff, 0xc0000000, 0xc0010000, 0xc0200000,
		      0xc1700000, 0xc2000000, 0xff7ff000, 0xffc00000,
		      0xffff0000, 0xffff0fe0, 0xfffff000, 0xfffffffc,
		      0xffffffff, 0x40000000, SHARED - PAGE,
		      BUFFERS + SLOTS * PAGE);
}

static uint32_t arena_page(void)
{
	return ARENA + below(ARENA_PAGES) * PAGE;
}

/* Seldom where the program's own code may be: it would be the last call. */
static uint32_t place(void)
{
	switch (below(16)) {
	case 0:
		return one_in(8) ? odd_address() : STACKS - PAGE;
	case 1:
		return BIG + below(16) * 0x100000;
	case 2:
		return arena_page() + below(PAGE);
	default:
		return arena_page();
	}
}

/* In and around VMAs, at their ends, where nothing is. */
static uint32_t address(void)
{
	switch (below(8)) {
	case 0:
		return odd_address();
	case 1:
		return arena_page() + PAGE - 1 - below(16);
	case 2:
		return BIG + below(BIG_BYTES);
	case 3:
		return arena_page() + below(PAGE);
	default:
		return arena_page();
	}
}

static uint32_t bytes(void)
{
	switch (below(8)) {
	case 0:
		return ONE_OF(0, 1, PAGE - 1, PAGE, PAGE + 1, 0x10000, 0x11000);
	case 1:
		return odd_number();
	case 2:
		return ONE_OF(BIG_BYTES, 0x400000, 0x100000, 0x20000);
	case 3:
		return below(256);
	default:
		return (1 + below(16)) * PAGE;
	}
}

static uint32_t fd(void)
{
	if (one_in(12))
		return ONE_OF(63, 255, 256, 1023, 1024, 0xffffffff, 0xffffff9c,
			      0x7fffffff);
	/* Behind the world's own come those that calls have opened. */
	return one_in(6) ? WORLD_FDS + below(8) : below(WORLD_FDS);
}

static uint32_t pid(void)
{
	return one_in(32) ?
		0xffffffff :
		ONE_OF(PID_SELF, PID_SELF, PID_PARENT, PID_BROTHER, 0, 1, 1, 2,
		       0x7fffffff, 0x80000000, 0xfffffffe);
}

static uint32_t signal(void)
{
	if (one_in(32))
		return ONE_OF(SIGKILL, SIGSTOP);
	return ONE_OF(SIGUSR1, SIGUSR1, SIGUSR2, SIGALRM, SIGCHLD, SIGHUP,
		      SIGINT, SIGSEGV, SIGBUS, SIGTERM, SIGCONT, SIGTSTP,
		      SIGPIPE, 0, 32, 33, 64, 65, 0xffffffff);
}

static uint32_t path(bool own)
{
	if (one_in(16))
		return address();
	return (uint32_t)(own || one_in(2) ?
				  own_paths[below(ARRAY_SIZE(own_paths))] :
				  archive_paths[below(
					  ARRAY_SIZE(archive_paths))]);
}

/* What can be an error only, a wish, or the usual thing. */
static uint32_t plain(uint32_t kind)
{
	switch (kind) {
	case SMALL:
		return one_in(16) ? any() : below(12);
	case FLAGS:
		return flags();
	case FD:
		return fd();
	case MAPFD:
		return one_in(4) ? 0xffffffff : fd();
	case PLACE:
		return place();
	case PATH:
	case ANYPATH:
		return path(kind == PATH);
	case QUEUE:
		return (uint32_t)queue_names[below(NR_QUEUES)];
	case BYTES:
		return bytes();
	case HIGH:
		return one_in(8) ? any() : 0;
	case EIGHT:
		return one_in(16) ? any() : 8;
	case TWELVE:
		return one_in(16) ? any() : 12;
	case MODE:
		return one_in(8) ? any() : 0777;
	case PID:
		return pid();
	case OWNPID:
		return one_in(2) ? 0 : PID_SELF;
	case SIGNAL:
		return signal();
	default:
		return any();
	}
}

/* Flags and commands: those that mean something, now and then one more. */
static uint32_t chosen(uint32_t kind)
{
	uint32_t extra = one_in(12) ? 1u << below(32) : 0;

	switch (kind) {
	case PROT:
		return ONE_OF(0, 1, 3, 3, 3, 5, 7, 2, 4, 0x1000003) | extra;
	case MAP:
		return ONE_OF(0x22, 0x21, 0x32, 0x31, 0x12, 0x11, 2, 1, 0x8022,
			      0x8032, 0x132, 0x2032, 0x100032, 0x4022, 0x33) |
			extra;
	case MREMAP:
		return ONE_OF(0, 1, 1, 3, 3, 5, 7, 2, 4) | extra;
	case ADVICE:
		return below(26) | extra;
	case OPEN:
		return ONE_OF(O_RDONLY, O_RDWR, O_WRONLY, O_RDWR | O_CREAT,
			      O_RDWR | O_CREAT | O_TRUNC, O_CREAT | O_EXCL | 1,
			      O_RDWR | O_APPEND, O_RDWR | O_NONBLOCK,
			      O_DIRECTORY, O_CLOEXEC) |
			extra;
	case IOCTL: /* of terminals, and FIONREAD */
		return one_in(8) ? any() : 0x5400 + below(0x2a);
	case FUTEX:
		return below(14) | (one_in(2) ? FUTEX_PRIVATE_FLAG : 0) | extra;
	case CLONE:
		return ONE_OF(0x3d0f00, 0x3d0f00, 0x3d0f00, 17, 17, 0x4111,
			      0x1200011, 0x10f00, 0x100 | 17, 0x400 | 17) |
			extra;
	default: /* STACK: 0 is the parent's, what else is put in later */
		return one_in(8) ? ONE_OF(0, 4, 0xc0000000, ARENA) : 1;
	}
}

/* ---- what pointers point to -------------------------------------- */

static uint32_t handler(void)
{
	return ONE_OF(0, 1, 1, 2, 3, 3, 3, 4);
}

/* The handlers' addresses differ from build to build: the choice does not. */
static uint32_t handler_address(uint32_t choice)
{
	switch (choice) {
	case 2:
		return (uint32_t)skip_fault;
	case 3:
		return (uint32_t)tick;
	case 4:
		return ARENA;
	default:
		return choice;
	}
}

static void fill_action(uint32_t *word)
{
	uint32_t how = ONE_OF(SA_SIGINFO, SA_SIGINFO, SA_SIGINFO | SA_RESTART,
			      SA_SIGINFO | SA_ONSTACK, SA_SIGINFO | SA_NODEFER,
			      SA_SIGINFO | SA_RESETHAND | SA_NOCLDWAIT, 0);

	word[0] = handler_address(handler());
	word[1] = how | SA_RESTORER;
	word[2] = (uint32_t)(how & SA_SIGINFO ? linux_rt_sigreturn :
						linux_sigreturn);
	word[3] = one_in(4) ? rnd() : 0;
	word[4] = 0;
}

static uint32_t any_word(void)
{
	switch (below(6)) {
	case 0:
		return address();
	case 1:
		return bytes();
	case 2:
		return any();
	default:
		return below(20);
	}
}

static void fill(uint32_t *word, uint32_t kind)
{
	uint32_t i;

	for (i = 0; i < BUFFER_WORDS; i++)
		word[i] = any_word();
	switch (kind) {
	case TIMESPEC: /* a time that ends, unless it is none at all */
		word[0] = one_in(16) ? any() : 0;
		word[1] = one_in(16) ? any() : below(3000000);
		word[2] = word[0];
		word[3] = one_in(8) ? any() : below(3000);
		break;
	case IOVEC:
		for (i = 0; i < BUFFER_WORDS; i += 2) {
			word[i] = address();
			word[i + 1] = one_in(8) ? bytes() : below(3 * PAGE);
		}
		break;
	case POLLFDS:
		for (i = 0; i < BUFFER_WORDS; i += 2) {
			word[i] = fd();
			word[i + 1] = below(64);
		}
		break;
	case ROBUST:
		word[0] = address() & ~3u;
		word[1] = below(16) * 4;
		word[2] = one_in(2) ? address() & ~3u : 0;
		break;
	case ALTSTACK:
		word[0] = arena_page();
		word[1] = one_in(4) ? below(4) : 0;
		word[2] = ONE_OF(PAGE, 2 * PAGE, 2048, 2047, 0, 0xfffff000);
		break;
	case ACTION:
		fill_action(word);
		break;
	default:
		break;
	}
}

static void make_argument(struct call *call, uint32_t i)
{
	uint32_t kind = call->what->kinds[i];

	if (kind >= PROT && kind != MODE && kind <= STACK) {
		call->value[i] = chosen(kind);
	} else if (kind < POINTER || kind > ALTSTACK) {
		call->value[i] = plain(kind);
	} else if (one_in(kind == WORD ? 2 : 4)) {
		call->value[i] = address();
	} else {
		call->points[i] = true;
		fill(call->memory[i], kind);
	}
}

/* ---- which call -------------------------------------------------- */

static const struct signature *find(uint32_t nr)
{
	uint32_t i = 0;

	while (table[i].nr != nr)
		i++;
	return &table[i];
}

/* They end or hold up who makes them: seldom. */
static bool is_last(uint32_t nr)
{
	return nr == __NR_exit || nr == __NR_exit_group || nr == __NR_pause ||
		nr == __NR_sigreturn || nr == __NR_rt_sigreturn ||
		nr == __NR_rt_sigsuspend || nr == __NR_execve;
}

/* All memory is taken in some rounds only: workers die of that, too. */
static const struct signature *choose_shape(void)
{
	if (one_in(run.round % 8 == 7 ? 2 : 8))
		return &shapes[below(HOGS)];
	return &shapes[HOGS + below(ARRAY_SIZE(shapes) - HOGS)];
}

static const struct signature *choose(void)
{
	const struct signature *what;
	uint32_t n = below(100);

	if (one_in(256))
		return choose_shape();

	if (n < 24)
		return find(ONE_OF(__NR_mmap2, __NR_mmap2, __NR_munmap,
				   __NR_mprotect, __NR_mremap, __NR_mremap,
				   __NR_madvise, __NR_mlock));
	if (n < 36)
		return &pseudo[0];
	if (n < 39)
		return find(
			ONE_OF(__NR_fork, __NR_vfork, __NR_clone, __NR_clone));
	if (n < 43)
		return &pseudo[n == 42 ? 3 : n == 41 ? 2 : 1];
	do {
		what = &table[below(ARRAY_SIZE(table))];
	} while (is_last(what->nr) && !one_in(16));
	return what;
}

/* Behind a pointer there is room for many bytes, or there is not. */
static void make_room(struct call *call)
{
	const uint8_t *kinds = call->what->kinds;
	bool wanted = one_in(2), many = false;
	uint32_t i;

	for (i = 0; i < 6 && wanted && kinds[i]; i++)
		many |= kinds[i] == BYTES && call->value[i] > 16 * PAGE &&
			call->value[i] <= BIG_BYTES;
	for (i = 0; i < 6 && many; i++) {
		if (kinds[i] == POINTER) {
			call->points[i] = false;
			call->value[i] = BIG;
		}
	}
}

void make_call(struct call *call, uint32_t worker, uint32_t index)
{
	*my_state() = 1 |
		mix(mix(mix(mix(0x51ed, run.seed), run.round), worker), index);
	memset(call, 0, sizeof(*call));
	call->what = choose();
	for (uint32_t i = 0; i < 6 && call->what->kinds[i]; i++)
		make_argument(call, i);
	make_room(call);
	if (call->what->nr != TOUCH)
		return;
	/* Most are of one page; in some rounds they take all that there is. */
	call->value[0] = one_in(4) ? address() : call->value[0];
	call->value[1] = 1;
	call->value[2] = below(3);
	if (one_in(run.round % 8 == 7 ? 8 : 256)) {
		call->value[0] = BIG + below(8) * 0x400000;
		call->value[1] = 1 + below(BIG_BYTES / 2 / PAGE);
	}
}
