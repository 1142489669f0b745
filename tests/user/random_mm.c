/*
 * random_mm [FIRST LAST [FROM]] - random calls of the mmap family. The results of
 * all calls of a seed, and the memory that they left, are summed into one number.
 *
 * Linux's numbers for seeds 1 to 6 are in random_mm.expected. Where one differs,
 * run that seed on both kernels with FROM: calls from that one on are printed,
 * with the state that they left.
 *
 * What two correct kernels may do differently is left out of the sum: addresses that
 * they choose, VMAs that only one of them merges, pages freed after MADV_FREE.
 */
#include <fcntl.h>
#include <uapi/resource.h>
#include <uapi/ucontext.h>
#include "check.h"
#include "maps.h"

#define ARENA       0x50000000u
#define ARENA_PAGES 96u
#define FILE_PAGES  20u
#define HEAP_PAGES  24u
#define CALLS       3000 /* for each seed */
#define LOOK_EVERY  32   /* calls */

static uint32_t state; /* of the generator */
static uint32_t sum;   /* of all answers */
static uint32_t calls_done, loud_from = UINT32_MAX;
static uint32_t vm_size; /* of the program itself, KiB */
static int file_rw, file_ro;
static uint8_t *heap;
static bool is_child;

/*
 * What has happened to each page of the arena, as a number: neighbours with the
 * same history are one VMA in any kernel. 0: nothing is mapped.
 */
static uint32_t history[ARENA_PAGES];

static uint32_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static uint32_t below(uint32_t n)
{
	return (rnd() >> 4) % n;
}

static void add(uint32_t val)
{
	sum = (sum ^ val) * 16777619u;
}

static bool loud(void)
{
	return calls_done >= loud_from;
}

/* ---- looking ----------------------------------------------------- */

static volatile uint32_t fault_sig, fault_code, fault_addr, fault_write;

static void skip_access(int sig, struct test_siginfo *info, void *ucontext)
{
	struct ucontext *uc = ucontext;

	fault_sig = (uint32_t)sig;
	fault_code = (uint32_t)info->si_code;
	fault_addr = info->si_addr;
	fault_write = uc->uc_mcontext.error_code & 0x800;
	uc->uc_mcontext.arm_pc += 4;
}

/* One load or store; its value or signal goes into the sum. */
static void access_page(uint32_t va, bool write)
{
	uint32_t val = write ? rnd() : 0;

	fault_sig = fault_code = fault_addr = fault_write = 0;
	if (write)
		__asm__ volatile("str %0, [%1]"
				 :
				 : "r"(val), "r"(va)
				 : "memory");
	else
		__asm__ volatile("ldr %0, [%1]"
				 : "+r"(val)
				 : "r"(va)
				 : "memory");
	add(fault_sig ? fault_sig : val);
	add(fault_code);
	add(fault_addr ? fault_addr - va + 1 : 0);
	add(fault_write);
	if (loud())
		printf("#   %s %08lx: %08lx signal %lu, code %lu, %s\n",
		       write ? "store" : "load",
		       va < ARENA ? va - (uint32_t)heap : va, val, fault_sig,
		       fault_code, fault_write ? "write" : "read");
}

static uint8_t rights[ARENA_PAGES]; /* r, w, x, 8 shared, 16 mapped */

static void read_rights(void)
{
	static struct map_entry maps[MAPS_MAX];
	int n = read_maps(0, maps);

	memset(rights, 0, sizeof(rights));
	for (int i = 0; i < n; i++) {
		for (uint32_t va = maps[i].start; va < maps[i].end;
		     va += PAGE) {
			uint32_t page = (va - ARENA) / PAGE;
			const char *r = maps[i].rights;

			if (page >= ARENA_PAGES)
				break;
			rights[page] = (uint8_t)(16 | (r[0] == 'r') |
						 (r[1] == 'w') << 1 |
						 (r[2] == 'x') << 2 |
						 (r[3] == 's') << 3);
		}
	}
}

/* A line of /proc/self/status, KiB. */
static uint32_t status_of(const char *name)
{
	static char text[2048];
	const char *line;

	if (read_text("/proc/self/status", text, sizeof(text)) < 0)
		return 0;
	line = strstr(text, name);
	return line ? strtoul(line + strlen(name) + 1, NULL, 10) : 0;
}

static void look_at_rights(void)
{
	read_rights();
	for (uint32_t i = 0; i < ARENA_PAGES; i++)
		add(rights[i]);
	add(status_of("VmLck"));
	add(status_of("VmSize") - vm_size);
}

/* One character a page: '0' and the letters private, '@' and so on shared. */
static void print_rights(void)
{
	read_rights();
	printf("#   ");
	for (uint32_t i = 0; i < ARENA_PAGES; i++)
		putchar(rights[i] ?
				(rights[i] & 8 ? "@abcdefg" :
						 "0ABCDEFG")[rights[i] & 7] :
				'.');
	printf(" %lu KiB, %lu locked\n", status_of("VmSize") - vm_size,
	       status_of("VmLck"));
}

static void look_at_pages(void)
{
	for (uint32_t i = 0; i < ARENA_PAGES; i++)
		access_page(ARENA + i * PAGE, false);
}

/* ---- one call ---------------------------------------------------- */

static uint32_t first, nr; /* pages of the arena this call is about */

static void choose_range(void)
{
	first = below(ARENA_PAGES - 1);
	nr = 1 + below(below(6) ? 9 : 60);
	if (nr > ARENA_PAGES - first)
		nr = ARENA_PAGES - first;
}

static uint32_t range_va(void)
{
	return ARENA + first * PAGE;
}

/*
 * Seldom an address or a length that is invalid. Each of them leads into the arena,
 * to a failure, or beyond TASK_SIZE, but never into the program itself.
 */
static uint32_t crooked(uint32_t va)
{
	static const uint32_t odd[] = {
		ARENA + 1, ARENA + 0xfff, 0xc0000000, 0xfffff000, 0xffff0000,
	};

	return below(64) ? va : odd[below(ARRAY_SIZE(odd))];
}

static uint32_t odd_length(uint32_t bytes)
{
	static const uint32_t odd[] = {
		0, 1, 0x1001, 0xfffff001, 0xffffffff, 0xf0000000, 0xb0000000,
	};

	return below(64) ? bytes : odd[below(ARRAY_SIZE(odd))];
}

/* Adds a call's result to the sum, without what a kernel is free to choose. */
static int32_t report(const char *name, int32_t answer)
{
	add((uint32_t)answer);
	if (loud())
		printf("# %lu %s %lu+%lu: %lx, sum %08lx\n", calls_done, name,
		       first, nr, (uint32_t)answer, sum);
	return answer;
}

static bool is_error(int32_t answer)
{
	return (uint32_t)answer >= -4095u;
}

static void happened(uint32_t page, uint32_t n, uint32_t what)
{
	for (uint32_t i = page; i < page + n && i < ARENA_PAGES; i++)
		if (history[i])
			history[i] = (history[i] ^ what) * 2654435761u | 1;
}

static void fresh(uint32_t page, uint32_t n, uint32_t what)
{
	for (uint32_t i = page; i < page + n && i < ARENA_PAGES; i++)
		history[i] = what;
}

/* Notes a mapping in the arena; one elsewhere is unmapped. */
static bool placed(int32_t answer, uint32_t bytes, uint32_t *page)
{
	uint32_t va = (uint32_t)answer;

	if (va >= ARENA && va < ARENA + ARENA_PAGES * PAGE) {
		*page = (va - ARENA) / PAGE;
		return true;
	}
	SYS(munmap, va, bytes);
	return false;
}

static uint32_t random_prot(void)
{
	static const uint32_t prots[] = {
		PROT_READ | PROT_WRITE,
		PROT_READ | PROT_WRITE,
		PROT_READ,
		PROT_NONE,
		PROT_READ | PROT_EXEC,
		PROT_WRITE,
		PROT_READ | PROT_WRITE | PROT_EXEC,
		PROT_EXEC,
	};

	return below(40) ? prots[below(ARRAY_SIZE(prots))] : 1u << below(32);
}

static void call_mmap(void)
{
	static const uint32_t extra[] = {
		MAP_GROWSDOWN,
		MAP_NORESERVE,
		MAP_POPULATE,
		MAP_STACK,
		MAP_DENYWRITE,
		MAP_EXECUTABLE,
		MAP_FIXED_NOREPLACE,
		MAP_LOCKED,
		MAP_POPULATE | MAP_NONBLOCK,
		MAP_HUGETLB,
		MAP_SYNC,
		0x200000,
		1u << 31,
	};
	uint32_t flags = below(40) ? 1 + below(3) : below(16);
	uint32_t place = below(8), prot = random_prot(), page, va, bytes;
	uint32_t pgoff = below(60) ? below(FILE_PAGES + 4) :
				     0xffffffff - below(9);
	bool anonymous = below(3);
	int32_t answer;
	int fd = below(4) ? file_rw : file_ro;

	if (anonymous)
		flags |= MAP_ANONYMOUS;
	if (place > 1)
		flags |= MAP_FIXED;
	if (!below(6))
		flags |= extra[below(ARRAY_SIZE(extra))];
	/* What grows into the hole below it has a history of its own. */
	if (flags & MAP_GROWSDOWN && !below(4))
		flags &= ~MAP_GROWSDOWN;
	va = place ? crooked(range_va()) : range_va();
	bytes = odd_length(nr * PAGE);
	if (loud())
		printf("#   mmap2 %lx, %lx, %lx, %lx, %d, %lx\n", va, bytes,
		       prot, flags, fd, pgoff);
	answer = SYS(mmap2, va, bytes, prot, flags, fd, pgoff);
	if (is_error(answer)) {
		report("mmap", answer);
	} else if (placed(answer, bytes, &page)) {
		report("mmap", answer);
		fresh(page, nr, rnd() | 1);
	} else {
		report("mmap elsewhere", 0);
	}
}

static void call_munmap(void)
{
	uint32_t va = crooked(range_va()), bytes = odd_length(nr * PAGE);

	if (va < ARENA || bytes > ARENA_PAGES * PAGE)
		bytes |= 0x80000000; /* not the program itself */
	if (!is_error(report("munmap", SYS(munmap, va, bytes))) &&
	    va == range_va())
		fresh(first, (bytes + PAGE - 1) / PAGE, 0);
}

static void call_mprotect(void)
{
	uint32_t prot = random_prot();

	report("mprotect",
	       SYS(mprotect, crooked(range_va()), odd_length(nr * PAGE), prot));
	happened(first, nr, prot);
}

/* Only within one VMA, since kernels may merge VMAs differently. */
static bool choose_part(void)
{
	uint32_t n = 1;

	while (n < nr && history[first + n] == history[first])
		n++;
	nr = n;
	return history[first] != 0;
}

/* Linux unmaps what is at the target before it knows that the call fails. */
static void undo_mremap(uint32_t target, uint32_t new_nr)
{
	SYS(munmap, ARENA + target * PAGE, new_nr * PAGE);
	fresh(target, new_nr, 0);
	SYS(munmap, range_va(), nr * PAGE);
	fresh(first, nr, 0);
}

static void call_mremap(void)
{
	uint32_t new_nr = below(2) ? nr : 1 + below(12);
	uint32_t flags = below(60) ? below(8) : 8u << below(8);
	uint32_t target = below(ARENA_PAGES - 12), page, va, old, new;
	int32_t answer;

	if (!choose_part() && below(4))
		return;
	old = nr * PAGE;
	if (flags & MREMAP_DONTUNMAP && below(8))
		new_nr = nr;
	if (!below(30))
		old = odd_length(0);
	va = crooked(range_va());
	new = odd_length(new_nr * PAGE);
	if (loud())
		printf("#   mremap %lx, %lx, %lx, %lx, %lu\n", va, old, new,
		       flags, target);
	/* Linux loses count of locked pages here. */
	if (flags & MREMAP_DONTUNMAP)
		SYS(munlockall);
	answer = SYS(mremap, va, old, new, flags,
		     crooked(ARENA + target * PAGE));
	if (is_error(answer)) {
		report("mremap", answer);
		if (flags & MREMAP_FIXED)
			undo_mremap(target, new_nr);
		return;
	}
	if (!(flags & MREMAP_DONTUNMAP) && old)
		fresh(first, nr, 0);
	if (placed(answer, new, &page)) {
		report("mremap", answer);
		fresh(page, new_nr, rnd() | 1);
	} else {
		report("mremap elsewhere", 0);
	}
}

static void call_madvise(void)
{
	static const uint8_t advices[] = {
		MADV_NORMAL,
		MADV_RANDOM,
		MADV_SEQUENTIAL,
		MADV_WILLNEED,
		MADV_DONTNEED,
		MADV_DONTNEED,
		MADV_DONTNEED,
		MADV_DONTFORK,
		MADV_DOFORK,
		MADV_DONTDUMP,
		MADV_DODUMP,
		MADV_WIPEONFORK,
		MADV_KEEPONFORK,
		MADV_COLD,
		MADV_POPULATE_READ,
		MADV_POPULATE_WRITE,
		5,
		6,
		7,
		22,
		23,
		24,
		26,
		99,
	};
	uint32_t advice = advices[below(ARRAY_SIZE(advices))];

	if (loud())
		printf("#   advice %lu\n", advice);
	report("madvise", SYS(madvise, crooked(range_va()), nr * PAGE, advice));
	happened(first, nr, advice);
}

static void call_mlock(void)
{
	uint32_t what = below(5);
	uint32_t va = crooked(range_va()) + below(3), bytes = nr * PAGE - 5;

	if (what == 0)
		report("mlock", SYS(mlock, va, bytes));
	else if (what == 1)
		report("mlock2", SYS(mlock2, va, bytes, below(3)));
	else
		report("munlock", SYS(munlock, va, bytes));
	happened(first, nr, what);
}

static void call_mincore(void)
{
	static uint8_t vec[ARENA_PAGES + 1];

	memset(vec, 7, sizeof(vec));
	report("mincore", SYS(mincore, crooked(range_va()), nr * PAGE, vec));
	/* Linux's fork copies entries of the zero page; ours come anew. */
	for (uint32_t i = 0; i <= ARENA_PAGES && !is_child; i++) {
		add(vec[i]);
		if (loud() && i <= nr)
			printf("#   page %lu: %u\n", first + i, vec[i]);
	}
	report("msync",
	       SYS(msync, crooked(range_va()), odd_length(nr * PAGE),
		   below(9)));
}

static void call_brk(void)
{
	uint32_t to = below(HEAP_PAGES * PAGE);
	int32_t answer = SYS(brk, heap + to);

	report("brk", answer - (int32_t)heap);
	if (to > 4)
		access_page((uint32_t)heap + (to - 4) / 4 * 4, below(2));
	access_page((uint32_t)heap + to / PAGE * PAGE + PAGE, false);
}

static void one_call(void);

static int child(void *arg)
{
	is_child = true;
	look_at_pages();
	for (uint32_t n = (uint32_t)arg; n; n--)
		one_call();
	look_at_rights();
	look_at_pages();
	report("a child's end", 0);
	fflush(stdout);
	return (int)(sum & 0x3f);
}

static void call_fork(void)
{
	uint32_t n = below(6);

	state ^= n;
	report("fork", in_child(child, (void *)n));
}

static void one_call(void)
{
	static void (*const calls[])(void) = {
		call_mmap,     call_mmap,    call_mmap,     call_mmap,
		call_munmap,   call_munmap,  call_mprotect, call_mprotect,
		call_mprotect, call_mremap,  call_mremap,   call_mremap,
		call_madvise,  call_madvise, call_mlock,    call_mincore,
		call_brk,
	};

	choose_range();
	calls[below(ARRAY_SIZE(calls))]();
	calls_done++;
	if (loud())
		print_rights();
	for (int i = 0; i < 4; i++)
		access_page(ARENA + below(ARENA_PAGES) * PAGE + 4 * below(2),
			    below(2));
}

/* Shared pages are a file's, which each seed begins with the same bytes. */
static void new_file(void)
{
	close(make_file(scratch("f"), FILE_PAGES * PAGE - 100));
}

static void run(uint32_t seed)
{
	state = seed * 2654435761u | 1;
	sum = 2166136261u;
	calls_done = 0;
	SYS(munmap, ARENA, ARENA_PAGES * PAGE);
	SYS(munlockall);
	SYS(brk, heap);
	new_file();
	vm_size = status_of("VmSize");
	memset(history, 0, sizeof(history));
	while (calls_done < CALLS) {
		one_call();
		if (calls_done % LOOK_EVERY == 0) {
			look_at_rights();
			look_at_pages();
			call_fork();
		}
	}
	ok(true, "seed %lu, %d calls: %08lx", seed, CALLS, sum);
}

int main(int argc, char **argv)
{
	uint32_t seed = argc > 2 ? strtoul(argv[1], NULL, 0) : 1;
	uint32_t last = argc > 2 ? strtoul(argv[2], NULL, 0) : 6;

	if (argc > 3)
		loud_from = strtoul(argv[3], NULL, 0);
	/* Linux does not limit its user 0. */
	SYS(setrlimit, RLIMIT_MEMLOCK,
	    &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY });
	new_file();
	file_rw = SYS(open, scratch("f"), O_RDWR, 0);
	file_ro = SYS(open, scratch("f"), O_RDONLY, 0);
	setvbuf(stdout, malloc(2048), _IOFBF, 2048);
	heap = (uint8_t *)((SYS(brk, 0) + 4 * PAGE) & ~(PAGE - 1));
	handle(LINUX_SIGSEGV, skip_access, 0);
	handle(LINUX_SIGBUS, skip_access, 0);
	for (; seed <= last; seed++) {
		run(seed);
		fflush(stdout);
	}
	SYS(unlink, scratch("f"));
	remove_scratch();
	return done();
}
