/*
 * A pager that is a program: who touches a page that is not there waits until
 * somebody reads of it from a userfaultfd and brings the page, from wherever.
 *
 * The pager below (pager()) makes up the bytes. One that reads them from a file,
 * unpacks them or gets them from another machine differs in one line.
 */
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/poll.h>
#include <uapi/signal.h>
#include <uapi/userfaultfd.h>
#include "check.h"
#include "maps.h"
#include "threads.h"

#define RW (PROT_READ | PROT_WRITE)
#define FEATURES                                        \
	(UFFD_FEATURE_SIGBUS | UFFD_FEATURE_THREAD_ID | \
	 UFFD_FEATURE_EXACT_ADDRESS)

static uint8_t page_of_bytes[PAGE] __attribute__((aligned(4096)));

/* ---- the calls --------------------------------------------------- */

static int open_uffd(uint32_t flags, uint64_t features)
{
	struct uffdio_api api = { UFFD_API, features, 0 };
	int fd = SYS(userfaultfd, flags);

	SYS(ioctl, fd, UFFDIO_API, &api);
	return fd;
}

static int32_t do_register(int fd, void *p, uint32_t n)
{
	struct uffdio_register reg = {
		.range = { (uint32_t)p, n * PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	return SYS(ioctl, fd, UFFDIO_REGISTER, &reg);
}

static int32_t range_call(int fd, uint32_t cmd, void *p, uint32_t n)
{
	struct uffdio_range range = { (uint32_t)p, n * PAGE };

	return SYS(ioctl, fd, cmd, &range);
}

static struct uffdio_copy copied;

/* The result; copied.copy: how far it got. */
static int32_t do_copy(int fd, void *to, const void *from, uint32_t n)
{
	copied = (struct uffdio_copy){ (uint32_t)to, (uint32_t)from, n * PAGE,
				       0, 0 };
	return SYS(ioctl, fd, UFFDIO_COPY, &copied);
}

static int32_t zeropage(int fd, void *to, uint32_t n)
{
	struct uffdio_zeropage zero = { { (uint32_t)to, n * PAGE }, 0, 0 };

	return SYS(ioctl, fd, UFFDIO_ZEROPAGE, &zero);
}

/* ---- a pager ----------------------------------------------------- */

#define PAGES 32u

static volatile struct {
	int fd;
	uint8_t *area;
	uint32_t faults, writes, last_address, last_thread;
	int32_t result;
} seen;

/* Byte i of page n is n + i: until the fault on the last page. */
static void pager(void *arg)
{
	struct uffd_msg msg;
	uint32_t n;

	(void)arg;
	do {
		seen.result = SYS(read, seen.fd, &msg, sizeof(msg));
		if (seen.result != sizeof(msg))
			return;
		seen.faults++;
		seen.writes += (uint32_t)msg.flags & UFFD_PAGEFAULT_FLAG_WRITE;
		seen.last_address = (uint32_t)msg.address;
		seen.last_thread = msg.ptid;
		n = ((uint32_t)msg.address - (uint32_t)seen.area) / PAGE;
		for (uint32_t i = 0; i < PAGE; i++)
			page_of_bytes[i] = (uint8_t)(n + i);
		seen.result = do_copy(seen.fd, seen.area + n * PAGE,
				      page_of_bytes, 1);
	} while (n != PAGES - 1 && seen.result == 0);
}

static void begin(struct thread *thread, uint64_t features)
{
	seen.faults = seen.writes = 0;
	seen.fd = open_uffd(O_CLOEXEC, features);
	seen.area = pages(PAGES);
	do_register(seen.fd, seen.area, PAGES);
	run_thread(thread, pager, NULL, 0);
}

/* The last page, if it is not there, is the pager's last. */
static void end(struct thread *thread)
{
	(void)*(volatile uint8_t *)(seen.area + (PAGES - 1) * PAGE);
	join_thread(thread);
	SYS(close, seen.fd);
	SYS(munmap, seen.area, PAGES * PAGE);
}

static void pages_on_demand(void)
{
	struct thread thread;
	uint32_t sum = 0, wanted = 0;

	begin(&thread, 0);
	for (uint32_t n = 0; n < PAGES - 1; n++) {
		sum += ((volatile uint8_t *)seen.area)[n * PAGE + 7];
		wanted += n + 7;
	}
	is((int32_t)sum, (int32_t)wanted, "each page is what the pager says");
	is((int32_t)seen.faults, PAGES - 1, "it was asked once for each");
	is((int32_t)seen.writes, 0, "to be read");
	seen.area[5] = 99;
	is(seen.area[5] + seen.area[6], 99 + 6, "they are ours to change");
	is((int32_t)seen.faults, PAGES - 1, "without a fault for it");
	end(&thread);
	is((int32_t)seen.faults, PAGES, "the last one");
}

static void what_it_is_told(void)
{
	struct thread thread;
	uint8_t *p;

	begin(&thread, UFFD_FEATURE_THREAD_ID);
	p = seen.area;
	((volatile uint8_t *)p)[2 * PAGE + 123] = 1;
	is((int32_t)seen.writes, 1, "a write is told as one");
	ok(seen.last_address == (uint32_t)p + 2 * PAGE, "of which page");
	is(((volatile uint8_t *)p)[2 * PAGE + 124], 2 + 124,
	   "the rest of the page is the pager's");
	ok((int32_t)seen.last_thread == SYS(gettid), "by which thread");
	SYS(madvise, p + 2 * PAGE, PAGE, MADV_DONTNEED);
	is(((volatile uint8_t *)p)[2 * PAGE + 123], 2 + 123,
	   "MADV_DONTNEED: the pager brings it once more");
	is((int32_t)seen.faults, 2, "asked twice");
	end(&thread);
	begin(&thread, UFFD_FEATURE_EXACT_ADDRESS);
	p = seen.area;
	is(p[2 * PAGE + 123], 2 + 123, "a read");
	ok(seen.last_address == (uint32_t)p + 2 * PAGE,
	   "UFFD_FEATURE_EXACT_ADDRESS tells the page, on ARM");
	end(&thread);
}

/* A system call wants a page as the program does. */
static void calls_wait(void)
{
	struct thread thread;
	int ends[2];
	uint8_t two[2] = { 0 };

	begin(&thread, 0);
	SYS(pipe2, ends, 0);
	is(SYS(write, ends[1], seen.area + 4 * PAGE + 1, 2), 2,
	   "write from a page that is not there");
	is(SYS(read, ends[0], two, 2), 2, "read it");
	ok(two[0] == 5 && two[1] == 6, "the pager's bytes");
	SYS(write, ends[1], "xy", 2);
	is(SYS(read, ends[0], seen.area + 6 * PAGE - 1, 2), 2,
	   "read into two such pages");
	ok(seen.area[6 * PAGE - 1] == 'x' && seen.area[6 * PAGE] == 'y' &&
		   seen.area[6 * PAGE + 1] == 7,
	   "the pager's, but for what was read");
	SYS(close, ends[0]);
	SYS(close, ends[1]);
	end(&thread);
}

/* ---- whose range it is ------------------------------------------- */

static int reads(void *p)
{
	return *(volatile uint8_t *)p;
}

static void copies_of_ranges(void)
{
	struct thread thread;
	uint8_t *p, *q;

	begin(&thread, 0);
	p = seen.area;
	is(p[PAGE], 1, "a page");
	is(WEXITSTATUS(in_child(reads, p + PAGE)), 1, "a child has it");
	is(WEXITSTATUS(in_child(reads, p + 3 * PAGE)), 0,
	   "of other pages it has no pager");
	q = (uint8_t *)SYS(mremap, p + 4 * PAGE, 4 * PAGE, 4 * PAGE,
			   MREMAP_MAYMOVE | MREMAP_FIXED, pages(4));
	is(*(volatile uint8_t *)q, 0, "nor has what mremap has moved");
	SYS(mprotect, p + 9 * PAGE, PAGE, PROT_READ);
	is(((volatile uint8_t *)p)[9 * PAGE], 9, "mprotect changes nothing");
	is((int32_t)seen.faults, 2, "asked twice");
	SYS(munmap, q, 4 * PAGE);
	end(&thread);
}

/* ---- without a fault --------------------------------------------- */

static void results(void)
{
	int fd = open_uffd(O_NONBLOCK, 0), other = open_uffd(0, 0);
	uint8_t *p = pages(8);
	struct uffdio_register reg = { { (uint32_t)p, 4 * PAGE }, 1, 0 };
	struct pollfd poll = { .fd = fd, .events = POLLIN };
	struct uffd_msg msg;

	is(SYS(ioctl, fd, UFFDIO_REGISTER, &reg), 0, "register");
	is((int32_t)reg.ioctls, 0x1c, "what can be done with the range");
	is(do_register(fd, p, 4), 0, "again");
	is(do_register(other, p + 2 * PAGE, 4), -EBUSY, "by another");
	is(do_copy(fd, p, page_of_bytes, 2), 0, "bring two pages");
	is((int32_t)copied.copy, 2 * PAGE, "bytes");
	is(do_copy(fd, p + PAGE, page_of_bytes, 1), -EEXIST,
	   "one that is there");
	is((int32_t)copied.copy, -EEXIST, "and in the structure");
	is(zeropage(fd, p + 3 * PAGE, 1), 0, "the zero page");
	is(p[3 * PAGE], 0, "zeroes");
	p[3 * PAGE] = 1;
	is(p[3 * PAGE], 1, "to be written to");
	is(do_copy(fd, p + 2 * PAGE, page_of_bytes, 2), -EAGAIN,
	   "two, of which the second is there");
	is((int32_t)copied.copy, PAGE, "one was brought");
	is(do_copy(fd, p + 4 * PAGE, page_of_bytes, 1), -ENOENT,
	   "outside of the range");
	is(zeropage(fd, p + 3 * PAGE, 2), -ENOENT, "in part");
	is(do_copy(fd, p + 1, page_of_bytes, 1), -EINVAL, "not a page");
	is(do_copy(fd, p, page_of_bytes, 0), -EINVAL, "no page");
	SYS(madvise, p, PAGE, MADV_DONTNEED);
	is(do_copy(fd, p, (void *)16, 1), -EFAULT, "from nowhere");
	is(SYS(read, fd, &msg, sizeof(msg)), -EAGAIN, "nobody waits");
	is(SYS(read, fd, &msg, sizeof(msg) - 1), -EINVAL, "half a message");
	is(SYS(poll, &poll, 1, 0), 0, "poll");
	is(range_call(fd, UFFDIO_WAKE, p, 1), 0, "wake nobody");
	is(range_call(fd, UFFDIO_UNREGISTER, p, 8), 0, "unregister");
	is(do_copy(fd, p, page_of_bytes, 1), -ENOENT, "bring a page");
	is(p[0], 0, "it is zeroes as ever");
	is(do_register(other, p + 2 * PAGE, 4), 0, "another's now");
	poll.fd = other;
	is(SYS(poll, &poll, 1, 0), 1, "poll of one that blocks in read");
	is(poll.revents, POLLERR, "is refused");
	SYS(close, other);
	is(p[5 * PAGE], 0, "closed: nobody's");
	SYS(munmap, p, 8 * PAGE);
	is(do_register(fd, p, 8), -EINVAL, "a hole");
	SYS(close, fd);
}

static void agreement(void)
{
	int fd = SYS(userfaultfd, 0);
	struct uffdio_api api = { 0xab, 0, 0 };
	uint8_t *p = pages(1), byte;
	struct uffdio_register reg = { { (uint32_t)p, PAGE }, 0, 0 };

	is(SYS(userfaultfd, 2), -EINVAL, "an unknown flag");
	is(do_register(fd, p, 1), -EINVAL, "before UFFDIO_API");
	is(SYS(read, fd, &byte, 32), -EINVAL, "read");
	is(SYS(ioctl, fd, UFFDIO_API, &api), -EINVAL, "another API");
	is((int32_t)api.api, 0, "is told by zeroes");
	api = (struct uffdio_api){ UFFD_API, 1ull << 40, 0 };
	is(SYS(ioctl, fd, UFFDIO_API, &api), -EINVAL, "an unknown feature");
	api = (struct uffdio_api){ UFFD_API, 0, 0 };
	is(SYS(ioctl, fd, UFFDIO_API, &api), 0, "agreed");
	is((int32_t)(api.features & FEATURES), FEATURES, "what it can");
	ok(api.ioctls == UFFD_API_IOCTLS, "and what else");
	is(SYS(ioctl, fd, UFFDIO_API, &api), -EINVAL, "only once");
	is(SYS(ioctl, fd, UFFDIO_REGISTER, &reg), -EINVAL, "nothing");
	SYS(close, fd);
	SYS(munmap, p, PAGE);
}

/* ---- write protection -------------------------------------------- */

#define NOT_ON_ARM                                                       \
	(UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_MINOR_HUGETLBFS | \
	 UFFD_FEATURE_MINOR_SHMEM | UFFD_FEATURE_WP_HUGETLBFS_SHMEM)

static void refused_feature(uint64_t feature, const char *name)
{
	int fd = SYS(userfaultfd, 0);
	struct uffdio_api api = { UFFD_API, feature, 0 };

	is(SYS(ioctl, fd, UFFDIO_API, &api), -EINVAL, "ask for %s", name);
	SYS(close, fd);
}

/* Linux has it on x86 and arm64, not on ARM. */
static void features_of_others(void)
{
	int fd = SYS(userfaultfd, 0);
	struct uffdio_api api = { UFFD_API, 0, 0 };

	refused_feature(UFFD_FEATURE_PAGEFAULT_FLAG_WP, "write protection");
	refused_feature(UFFD_FEATURE_WP_HUGETLBFS_SHMEM,
			"that of shared pages");
	refused_feature(UFFD_FEATURE_MINOR_SHMEM, "minor faults");
	SYS(ioctl, fd, UFFDIO_API, &api);
	is((int32_t)(api.features & NOT_ON_ARM), 0, "no kernel for ARM has it");
	SYS(close, fd);
}

static int32_t protect(int fd, const void *p, uint32_t bytes, uint32_t mode)
{
	struct uffdio_writeprotect wp = { { (uint32_t)p, bytes }, mode };

	return SYS(ioctl, fd, UFFDIO_WRITEPROTECT, &wp);
}

static void write_protection(void)
{
	uint8_t *p = pages(2);
	struct uffdio_register reg = { { (uint32_t)p, 2 * PAGE }, 0, 0 };
	struct uffdio_copy copy = { (uint32_t)p, (uint32_t)page_of_bytes, PAGE,
				    UFFDIO_COPY_MODE_WP, 0 };
	int fd = open_uffd(0, 0);

	reg.mode = UFFDIO_REGISTER_MODE_WP;
	is(SYS(ioctl, fd, UFFDIO_REGISTER, &reg), -EINVAL, "register for it");
	reg.mode |= UFFDIO_REGISTER_MODE_MISSING;
	is(SYS(ioctl, fd, UFFDIO_REGISTER, &reg), -EINVAL,
	   "for missing pages, too");
	is(do_register(fd, p, 1), 0, "for those alone");
	is(SYS(ioctl, fd, UFFDIO_COPY, &copy), -EINVAL,
	   "bring a page that is protected");
	is((int32_t)copy.copy, -EINVAL, "in the structure");
	is(do_copy(fd, p, page_of_bytes, 1), 0, "bring it");
	is(protect(fd, p, PAGE, 1), -ENOENT, "protect it");
	is(protect(fd, p, PAGE, 0), -ENOENT, "no longer");
	is(protect(fd, p + PAGE, PAGE, 1), -ENOENT, "one of no pager");
	is(protect(fd, p, PAGE + 1, 1), -EINVAL, "half a page");
	is(protect(fd, p, PAGE, 4), -EINVAL, "an unknown mode");
	is(protect(fd, p, PAGE, 3), -EINVAL, "both modes");
	is(SYS(ioctl, fd, UFFDIO_WRITEPROTECT, 16), -EFAULT, "from nowhere");
	SYS(munmap, p, 2 * PAGE);
	is(protect(fd, p, PAGE, 1), -ENOENT, "unmapped");
	SYS(close, fd);
}

/* ---- the end of waiting ------------------------------------------ */

static int fd_to_close;

/* Until somebody waits, then: nothing is brought, but the range is nobody's. */
static void closes(void *arg)
{
	struct uffd_msg msg;

	SYS(read, fd_to_close, &msg, sizeof(msg));
	if (arg)
		range_call(fd_to_close, UFFDIO_UNREGISTER, arg, 4);
	else
		SYS(close, fd_to_close);
}

static void nobody_brings_it(void)
{
	struct thread thread;
	uint8_t *p = pages(4);

	fd_to_close = open_uffd(0, 0);
	do_register(fd_to_close, p, 4);
	run_thread(&thread, closes, p, 0);
	is(*(volatile uint8_t *)p, 0, "unregistered while one waits: zeroes");
	join_thread(&thread);
	do_register(fd_to_close, p, 4);
	run_thread(&thread, closes, NULL, 0);
	is(p[PAGE], 0, "closed while one waits: zeroes");
	join_thread(&thread);
	fd_to_close = open_uffd(0, UFFD_FEATURE_SIGBUS);
	do_register(fd_to_close, p, 4);
	is(SYS(pipe2, p + 3 * PAGE, 0), -EFAULT,
	   "UFFD_FEATURE_SIGBUS: a call fails");
	SYS(close, fd_to_close);
	fd_to_close = open_uffd(UFFD_USER_MODE_ONLY, 0);
	do_register(fd_to_close, p, 4);
	is(SYS(pipe2, p + 3 * PAGE, 0), -EFAULT,
	   "UFFD_USER_MODE_ONLY: it does, too");
	SYS(close, fd_to_close);
	SYS(munmap, p, 4 * PAGE);
}

static int sigbus(void *arg)
{
	uint8_t *p = pages(1);

	(void)arg;
	do_register(open_uffd(0, UFFD_FEATURE_SIGBUS), p, 1);
	return *(volatile uint8_t *)p;
}

/* A signal ends the waiting: its handler runs, here it brings the page. */
static int alarm_fd;
static uint8_t *alarm_page;

static void brings_it(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)sig;
	(void)info;
	(void)ucontext;
	do_copy(alarm_fd, alarm_page, page_of_bytes, 1);
}

static int waits_for_ever(void *arg)
{
	uint8_t *p = pages(1);

	do_register(open_uffd(0, 0), p, 1);
	SYS(write, *(int *)arg, "x", 1);
	return *(volatile uint8_t *)p;
}

static void signals(void)
{
	uint32_t timer[4] = { 0, 0, 0, 20000 };
	int status = in_child(sigbus, NULL), ends[2], pid;
	char c;

	is(WIFSIGNALED(status) ? WTERMSIG(status) : 0, LINUX_SIGBUS,
	   "UFFD_FEATURE_SIGBUS: a program gets one");
	alarm_fd = open_uffd(0, 0);
	alarm_page = pages(1);
	do_register(alarm_fd, alarm_page, 1);
	page_of_bytes[0] = 77;
	handle(14 /* SIGALRM */, brings_it, 0);
	SYS(setitimer, 0, timer, 0);
	is(*(volatile uint8_t *)alarm_page, 77,
	   "a signal's handler can be the pager");
	SYS(close, alarm_fd);
	SYS(munmap, alarm_page, PAGE);
	SYS(pipe2, ends, 0);
	pid = SYS(fork);
	if (pid == 0)
		SYS(exit_group, waits_for_ever(&ends[1]));
	SYS(read, ends[0], &c, 1);
	SYS(kill, pid, LINUX_SIGKILL);
	SYS(wait4, pid, &status, 0, 0);
	is(WTERMSIG(status), LINUX_SIGKILL, "who waits can be killed");
	SYS(close, ends[0]);
	SYS(close, ends[1]);
}

/* ---- another process --------------------------------------------- */

static int other_process(void *arg)
{
	struct uffd_msg msg;
	uint8_t *mine = pages(1);

	(void)arg;
	mine[3] = 33;
	if (SYS(read, seen.fd, &msg, sizeof(msg)) != sizeof(msg))
		return 1;
	return do_copy(seen.fd, (void *)(uint32_t)msg.address, mine, 1) ? 2 : 0;
}

static void from_a_child(void)
{
	int status, pid;

	seen.fd = open_uffd(0, 0);
	seen.area = pages(4);
	do_register(seen.fd, seen.area, 4);
	pid = SYS(fork);
	if (pid == 0)
		SYS(exit_group, other_process(NULL));
	is(seen.area[PAGE + 3], 33, "a child brings a page of its memory");
	SYS(wait4, pid, &status, 0, 0);
	is(WEXITSTATUS(status), 0, "by the descriptor that it has inherited");
	SYS(close, seen.fd);
	SYS(munmap, seen.area, 4 * PAGE);
}

int main(void)
{
	agreement();
	features_of_others();
	write_protection();
	results();
	pages_on_demand();
	what_it_is_told();
	calls_wait();
	copies_of_ranges();
	nobody_brings_it();
	signals();
	from_a_child();
	return done();
}
