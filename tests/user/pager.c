/*
 * A program that is its own pager: faults come to a SIGSEGV handler, which
 * looks at siginfo and context, repairs with mprotect, and the access is made
 * again.
 *
 * Two of the classical uses: copies of pages made at the first write, and the
 * write barrier of a generational garbage collector, which must know the old
 * objects that point to young ones.
 */
#include <uapi/signal.h>
#include <uapi/ucontext.h>
#include "check.h"

#define FSR_WRITE (1u << 11) /* DFSR.WnR */
#define NR_PAGES  32u

/* The facts that the last fault reported, and the number of faults. */
static struct {
	uint32_t addr, code, error, context_addr;
	int count;
} fault;

static void note_fault(const struct test_siginfo *info,
		       const struct ucontext *uc)
{
	fault.addr = info->si_addr;
	fault.code = (uint32_t)info->si_code;
	fault.error = uc->uc_mcontext.error_code;
	fault.context_addr = uc->uc_mcontext.fault_address;
	fault.count++;
}

/* ---- what a handler gets from siginfo and context ---------------- */

static uint8_t *area;

static void open_page(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)sig;
	note_fault(info, ucontext);
	SYS(mprotect, info->si_addr & ~(PAGE - 1), PAGE,
	    PROT_READ | PROT_WRITE);
}

static void map_page(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)sig;
	note_fault(info, ucontext);
	SYS(mmap2, info->si_addr & ~(PAGE - 1), PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static void is_told(const volatile void *where, uint32_t code, bool write,
		    const char *what)
{
	ok(fault.addr == (uint32_t)where,
	   "%s: si_addr is the address of the access", what);
	is((int32_t)fault.code, (int32_t)code, "%s: si_code", what);
	ok(fault.context_addr == (uint32_t)where,
	   "%s: fault_address in the context is the same", what);
	ok(!!(fault.error & FSR_WRITE) == write, "%s: the context reports %s",
	   what, write ? "a write" : "a read");
}

static void telling(void)
{
	volatile uint8_t *p = area = pages(4);

	p[PAGE] = 5;
	handle(LINUX_SIGSEGV, open_page, 0);
	SYS(mprotect, p, 4 * PAGE, PROT_NONE);
	is(p[PAGE + 123], 0,
	   "a load from a PROT_NONE page that the handler opens");
	is_told(p + PAGE + 123, SEGV_ACCERR, false, "a load from PROT_NONE");
	is(p[PAGE], 5, "the page keeps its contents");
	SYS(mprotect, p, 4 * PAGE, PROT_READ);
	p[2 * PAGE + 7] = 9;
	is(p[2 * PAGE + 7], 9,
	   "a store to a read-only page that the handler opens");
	is_told(p + 2 * PAGE + 7, SEGV_ACCERR, true,
		"a store to a read-only page");
	SYS(munmap, p, 4 * PAGE);
	handle(LINUX_SIGSEGV, map_page, 0);
	p[3 * PAGE - 1] = 3;
	is(p[3 * PAGE - 1], 3,
	   "a store to an unmapped page that the handler maps");
	is_told(p + 3 * PAGE - 1, SEGV_MAPERR, true,
		"a store to an unmapped page");
	is(p[0], 0, "a load from an unmapped page that the handler maps");
	is_told(p, SEGV_MAPERR, false, "a load from an unmapped page");
	is(fault.count, 4, "the handler ran once for each of them");
	SYS(munmap, p, 4 * PAGE);
	by_default(LINUX_SIGSEGV);
}

/* ---- copy on write, by the program ------------------------------- */

/*
 * A snapshot: pages are write-protected, and the first write to one saves what
 * it held. Restoring copies back what was saved.
 */
static struct {
	uint8_t *live, *saved;
	bool copied[NR_PAGES];
	int faults;
} snapshot;

static void save_page(int sig, struct test_siginfo *info, void *ucontext)
{
	uint32_t page = (info->si_addr - (uint32_t)snapshot.live) / PAGE;

	(void)sig;
	note_fault(info, ucontext);
	if (page >= NR_PAGES || snapshot.copied[page] ||
	    !(fault.error & FSR_WRITE) || fault.code != SEGV_ACCERR)
		_exit(99);
	memcpy(snapshot.saved + page * PAGE, snapshot.live + page * PAGE, PAGE);
	snapshot.copied[page] = true;
	snapshot.faults++;
	SYS(mprotect, snapshot.live + page * PAGE, PAGE,
	    PROT_READ | PROT_WRITE);
}

static void take_snapshot(void)
{
	memset(snapshot.copied, 0, sizeof(snapshot.copied));
	snapshot.faults = 0;
	SYS(mprotect, snapshot.live, NR_PAGES * PAGE, PROT_READ);
}

static void restore_snapshot(void)
{
	for (uint32_t i = 0; i < NR_PAGES; i++)
		if (snapshot.copied[i])
			memcpy(snapshot.live + i * PAGE,
			       snapshot.saved + i * PAGE, PAGE);
}

static uint32_t checksum(const uint8_t *p)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < NR_PAGES * PAGE; i++)
		sum = sum * 31 + p[i];
	return sum;
}

static void copy_on_write(void)
{
	uint32_t before;

	snapshot.live = pages(NR_PAGES);
	snapshot.saved = pages(NR_PAGES);
	for (uint32_t i = 0; i < NR_PAGES * PAGE; i++)
		snapshot.live[i] = (uint8_t)(i * 7);
	before = checksum(snapshot.live);
	handle(LINUX_SIGSEGV, save_page, 0);
	for (int round = 0; round < 3; round++) {
		take_snapshot();
		ok(checksum(snapshot.live) == before,
		   "snapshot: reading needs no copy");
		is(snapshot.faults, 0, "snapshot: reading causes no fault");
		/* A word across a border: two pages, one store each. */
		for (uint32_t i = 1; i < NR_PAGES; i += 3)
			memset(snapshot.live + i * PAGE - 2, round, 4);
		is(snapshot.faults, 22,
		   "snapshot: one fault for each page written");
		ok(checksum(snapshot.live) != before,
		   "snapshot: the live pages have changed");
		restore_snapshot();
		ok(checksum(snapshot.live) == before,
		   "snapshot: the copies restore them");
	}
	/* The kernel's own writes are no faults of ours. */
	take_snapshot();
	is(SYS(getcwd, snapshot.live, PAGE), -EFAULT,
	   "snapshot: a system call that writes to a protected page fails");
	is(snapshot.faults, 0, "snapshot: it raises no signal");
	by_default(LINUX_SIGSEGV);
	SYS(munmap, snapshot.live, NR_PAGES * PAGE);
	SYS(munmap, snapshot.saved, NR_PAGES * PAGE);
}

/* ---- a write barrier --------------------------------------------- */

/*
 * Objects of two words: a pointer and a mark. After a collection the old
 * generation is write-protected; a fault marks its page's card and lets writes
 * through until the next collection, which looks at marked cards only.
 */
struct object {
	struct object *next;
	uint32_t marked;
};

#define PER_PAGE (PAGE / sizeof(struct object))

static struct object *old, *young;
static uint8_t cards[NR_PAGES];
static int barrier_faults;

static void mark_card(int sig, struct test_siginfo *info, void *ucontext)
{
	uint32_t page = (info->si_addr - (uint32_t)old) / PAGE;

	(void)sig;
	note_fault(info, ucontext);
	if (page >= NR_PAGES)
		_exit(98);
	cards[page] = 1;
	barrier_faults++;
	SYS(mprotect, (uint8_t *)old + page * PAGE, PAGE,
	    PROT_READ | PROT_WRITE);
}

static void protect_old(void)
{
	memset(cards, 0, sizeof(cards));
	barrier_faults = 0;
	SYS(mprotect, old, NR_PAGES * PAGE, PROT_READ);
}

/* Young objects that old ones on marked cards reach: survivors. */
static int minor_collection(void)
{
	int survivors = 0;

	for (uint32_t i = 0; i < PER_PAGE; i++)
		young[i].marked = 0;
	for (uint32_t i = 0; i < NR_PAGES * PER_PAGE; i++) {
		struct object *to = cards[i / PER_PAGE] ? old[i].next : NULL;

		if (to >= young && to < young + PER_PAGE && !to->marked) {
			to->marked = 1;
			survivors++;
		}
	}
	protect_old();
	return survivors;
}

static void write_barrier(void)
{
	uint32_t state = 12345, reached = 0;
	bool seen[PER_PAGE];

	old = (struct object *)pages(NR_PAGES);
	young = (struct object *)pages(1);
	handle(LINUX_SIGSEGV, mark_card, 0);
	protect_old();
	for (int round = 0; round < 4; round++) {
		memset(seen, 0, sizeof(seen));
		reached = 0;
		for (int i = 0; i < 20; i++) {
			uint32_t from, to;

			state = state * 1664525 + 1013904223;
			from = (state >> 8) % (NR_PAGES * PER_PAGE);
			to = (state >> 20) % PER_PAGE;
			/* An old object points to this one from now on. */
			from -= from % 16 - (uint32_t)i % 16;
			old[from].next = &young[to];
			reached += !seen[to];
			seen[to] = true;
		}
		ok(barrier_faults > 0 && barrier_faults <= 20,
		   "garbage collector: stores to %d cards fault once each",
		   barrier_faults);
		is(minor_collection(), (int32_t)reached,
		   "garbage collector: objects that survive");
		/* Next round's pointers are the only ones. */
		SYS(mprotect, old, NR_PAGES * PAGE, PROT_READ | PROT_WRITE);
		memset(old, 0, NR_PAGES * PAGE);
		protect_old();
	}
	ok(!old[5].next && barrier_faults == 0,
	   "garbage collector: loads from old objects do not fault");
	by_default(LINUX_SIGSEGV);
}

int main(void)
{
	telling();
	copy_on_write();
	write_barrier();
	return done();
}
