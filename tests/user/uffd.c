/*
 * A pager that is a program: a thread that touches a missing page waits until
 * a program has read about the fault from a userfaultfd and brought the page.
 *
 * The pager below (pager()) makes up the bytes. One that reads them from a file,
 * unpacks them or gets them from another machine differs in one line.
 */
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/signal.h>
#include <uapi/uio.h>
#include <uapi/userfaultfd.h>
#include "check.h"
#include "maps.h"
#include "threads.h"
#include "uffd.h"

/* ---- a pager ----------------------------------------------------- */

#define PAGES 32u

static volatile struct {
	int fd;
	uint8_t *area;
	uint32_t faults, writes, last_address, last_thread;
	int32_t result;
} seen;

/* Serves faults until one on the last page. Byte i of page n becomes n + i. */
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

/* Touches the last page, if it is missing, so that the pager's loop ends. */
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
	is((int32_t)sum, (int32_t)wanted,
	   "every page contains what the pager has made up: the sum");
	is((int32_t)seen.faults, PAGES - 1,
	   "the pager got one message for each page");
	is((int32_t)seen.writes, 0, "none of the messages reports a write");
	seen.area[5] = 99;
	is(seen.area[5] + seen.area[6], 99 + 6,
	   "a page that was brought can be written");
	is((int32_t)seen.faults, PAGES - 1,
	   "writing it causes no further message");
	end(&thread);
	is((int32_t)seen.faults, PAGES, "the last page causes a message, too");
}

static void what_it_is_told(void)
{
	struct thread thread;
	uint8_t *p;

	begin(&thread, UFFD_FEATURE_THREAD_ID);
	p = seen.area;
	((volatile uint8_t *)p)[2 * PAGE + 123] = 1;
	is((int32_t)seen.writes, 1,
	   "a write to a missing page is reported as a write");
	ok(seen.last_address == (uint32_t)p + 2 * PAGE,
	   "the message's address is the page's");
	is(((volatile uint8_t *)p)[2 * PAGE + 124], 2 + 124,
	   "the rest of that page contains the pager's bytes");
	ok((int32_t)seen.last_thread == SYS(gettid),
	   "UFFD_FEATURE_THREAD_ID reports the thread");
	SYS(madvise, p + 2 * PAGE, PAGE, MADV_DONTNEED);
	is(((volatile uint8_t *)p)[2 * PAGE + 123], 2 + 123,
	   "after MADV_DONTNEED the pager brings the page again");
	is((int32_t)seen.faults, 2, "the pager got two messages for it");
	end(&thread);
	begin(&thread, UFFD_FEATURE_EXACT_ADDRESS);
	p = seen.area;
	is(p[2 * PAGE + 123], 2 + 123,
	   "a read of a missing page gets the pager's byte");
	ok(seen.last_address == (uint32_t)p + 2 * PAGE,
	   "on ARM the address is the page's even with EXACT_ADDRESS");
	end(&thread);
}

/* A system call that needs a missing page waits for the pager, too. */
static void calls_wait(void)
{
	struct thread thread;
	int ends[2];
	uint8_t two[2] = { 0 };

	begin(&thread, 0);
	SYS(pipe2, ends, 0);
	is(SYS(write, ends[1], seen.area + 4 * PAGE + 1, 2), 2,
	   "write() from a missing page waits for the pager");
	is(SYS(read, ends[0], two, 2), 2,
	   "the two bytes are read from the pipe");
	ok(two[0] == 5 && two[1] == 6, "they are the pager's bytes");
	SYS(write, ends[1], "xy", 2);
	is(SYS(read, ends[0], seen.area + 6 * PAGE - 1, 2), 2,
	   "read() into two missing pages waits for the pager");
	ok(seen.area[6 * PAGE - 1] == 'x' && seen.area[6 * PAGE] == 'y' &&
		   seen.area[6 * PAGE + 1] == 7,
	   "the pages contain the bytes read, and the pager's around them");
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
	is(p[PAGE], 1, "the parent gets a page from the pager");
	is(WEXITSTATUS(in_child(reads, p + PAGE)), 1,
	   "a child has a copy of that page");
	is(WEXITSTATUS(in_child(reads, p + 3 * PAGE)), 0,
	   "the child's missing pages have no pager: it reads zero");
	q = (uint8_t *)SYS(mremap, p + 4 * PAGE, 4 * PAGE, 4 * PAGE,
			   MREMAP_MAYMOVE | MREMAP_FIXED, pages(4));
	is(*(volatile uint8_t *)q, 0,
	   "a missing page that mremap has moved has no pager: zero");
	SYS(mprotect, p + 9 * PAGE, PAGE, PROT_READ);
	is(((volatile uint8_t *)p)[9 * PAGE], 9,
	   "after mprotect the range still has its pager");
	is((int32_t)seen.faults, 2, "the pager got two messages in all");
	SYS(munmap, q, 4 * PAGE);
	end(&thread);
}

/* ---- the end of waiting ------------------------------------------ */

static int fd_to_close;

/*
 * Reads until a thread waits for a page, and then brings none: it unregisters
 * the range at arg or, if arg is NULL, closes the descriptor.
 */
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
	is(*(volatile uint8_t *)p, 0,
	   "UFFDIO_UNREGISTER ends a wait: the page is zero");
	join_thread(&thread);
	do_register(fd_to_close, p, 4);
	run_thread(&thread, closes, NULL, 0);
	is(p[PAGE], 0, "close() ends a wait: the page is zero");
	join_thread(&thread);
	fd_to_close = open_uffd(0, UFFD_FEATURE_SIGBUS);
	do_register(fd_to_close, p, 4);
	is(SYS(pipe2, p + 3 * PAGE, 0), -EFAULT,
	   "UFFD_FEATURE_SIGBUS: a system call fails on a missing page");
	SYS(close, fd_to_close);
	fd_to_close = open_uffd(UFFD_USER_MODE_ONLY, 0);
	do_register(fd_to_close, p, 4);
	is(SYS(pipe2, p + 3 * PAGE, 0), -EFAULT,
	   "UFFD_USER_MODE_ONLY: a system call fails on a missing page");
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

/* A signal interrupts the wait, and its handler here brings the page. */
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
	   "UFFD_FEATURE_SIGBUS: a program's access kills it by SIGBUS");
	alarm_fd = open_uffd(0, 0);
	alarm_page = pages(1);
	do_register(alarm_fd, alarm_page, 1);
	page_of_bytes[0] = 77;
	handle(14 /* SIGALRM */, brings_it, 0);
	SYS(setitimer, 0, timer, 0);
	is(*(volatile uint8_t *)alarm_page, 77,
	   "a signal's handler can bring the page that was waited for");
	SYS(close, alarm_fd);
	SYS(munmap, alarm_page, PAGE);
	SYS(pipe2, ends, 0);
	pid = SYS(fork);
	if (pid == 0)
		SYS(exit_group, waits_for_ever(&ends[1]));
	SYS(read, ends[0], &c, 1);
	SYS(kill, pid, LINUX_SIGKILL);
	SYS(wait4, pid, &status, 0, 0);
	is(WTERMSIG(status), LINUX_SIGKILL,
	   "SIGKILL ends a process that waits for a page");
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
	is(seen.area[PAGE + 3], 33,
	   "a child brings a page of its own memory to the parent");
	SYS(wait4, pid, &status, 0, 0);
	is(WEXITSTATUS(status), 0,
	   "it did so by the descriptor that it has inherited");
	SYS(close, seen.fd);
	SYS(munmap, seen.area, 4 * PAGE);
}

/* When the writer has to wait for its second piece, another one appends, too. */
static int appends_meanwhile(void *page)
{
	struct uffd_msg msg;
	int fd, pid, n;

	SYS(read, seen.fd, &msg, sizeof(msg));
	pid = SYS(fork);
	if (pid == 0) {
		fd = SYS(open, scratch("file"), O_WRONLY | O_APPEND, 0);
		n = SYS(write, fd, "other", 5);
		SYS(exit_group, n != 5);
	}
	/* Linux lets it in last, Pagewalk now. */
	SYS(poll, NULL, 0, 100);
	strcpy((char *)page_of_bytes, "its bytes");
	do_copy(seen.fd, page, page_of_bytes, 1);
	return SYS(wait4, pid, NULL, 0, 0) != pid;
}

static void two_append(void)
{
	uint8_t *p = pages(2);
	const struct iovec32 iov[2] = { { (uint32_t)p, 4 },
					{ (uint32_t)p + PAGE, 9 } };
	int fd = SYS(open, scratch("file"), O_RDWR | O_CREAT, 0600), pid;
	char text[32] = "";

	memcpy(p, "own ", 4);
	seen.fd = open_uffd(0, 0);
	do_register(seen.fd, p + PAGE, 1);
	pid = start_child(appends_meanwhile, p + PAGE);
	is(SYS(pwritev2, fd, iov, 2, 0, 0, RWF_APPEND), 13,
	   "pwritev2 with RWF_APPEND waits for its second piece");
	SYS(wait4, pid, NULL, 0, 0);
	SYS(pread64, fd, text, sizeof(text) - 1, 0, 0, 0);
	is((int32_t)strlen(text), 18,
	   "bytes that it and another have appended");
	ok(strstr(text, "own") && strstr(text, "its bytes") &&
		   strstr(text, "other"),
	   "neither has written over the other's");
	SYS(close, seen.fd);
	SYS(close, fd);
	SYS(unlink, scratch("file"));
	remove_scratch();
}

int main(void)
{
	pages_on_demand();
	what_it_is_told();
	calls_wait();
	copies_of_ranges();
	nobody_brings_it();
	signals();
	from_a_child();
	two_append();
	return done();
}
