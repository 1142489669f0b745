/*
 * Minor and major faults, as getrusage and /proc/PID/stat count them. A fault is
 * major if it had to wait: on a machine with a disk for a page to be read, here
 * only for a program that brings the page. A file of the archive is in memory
 * from the start, so that the first touch of its pages is minor.
 */
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/resource.h>
#include <uapi/stat.h>
#include <uapi/userfaultfd.h>
#include "check.h"
#include "threads.h"

#define NR 8u

static int32_t minor, major;

static void look(void)
{
	struct rusage ru;

	SYS(getrusage, RUSAGE_SELF, &ru);
	minor = ru.ru_minflt;
	major = ru.ru_majflt;
}

/* Checks the faults since look(): some minor ones, no major one. */
static void counted(const char *what)
{
	int32_t old_minor = minor, old_major = major;

	look();
	ok(minor > old_minor, "%s: minor faults were counted", what);
	is(major - old_major, 0, "%s: major faults", what);
}

static void touch(volatile uint8_t *p, uint32_t bytes)
{
	for (uint32_t at = 0; at < bytes; at += PAGE)
		(void)p[at];
}

static void memory(void)
{
	uint8_t *p = pages(NR);

	look();
	touch(p, NR * PAGE);
	counted("anonymous memory");
	SYS(munmap, p, NR * PAGE);
}

/* A program that nobody has started since boot, so that it was never read. */
static void archive_file(void)
{
	int fd = SYS(open, "/test/status", O_RDONLY, 0);
	uint32_t bytes = (uint32_t)SYS(lseek, fd, 0, 2);
	uint8_t *p = (uint8_t *)SYS(mmap2, 0, bytes, PROT_READ, MAP_PRIVATE, fd,
				    0);

	ok(bytes > PAGE, "a file of the archive has more than a page");
	look();
	touch(p, bytes);
	counted("a mapping of that file");
	SYS(munmap, p, bytes);
	SYS(close, fd);
}

/* ---- a pager ----------------------------------------------------- */

static int uffd;

/* Brings zeroes, NR times. */
static void pager(void *arg)
{
	struct uffd_msg msg;

	(void)arg;
	for (uint32_t i = 0; i < NR; i++) {
		struct uffdio_zeropage zero = { .range.len = PAGE };

		SYS(read, uffd, &msg, sizeof(msg));
		zero.range.start = (uint32_t)msg.address & ~(PAGE - 1);
		SYS(ioctl, uffd, UFFDIO_ZEROPAGE, &zero);
	}
}

static void paged_memory(void)
{
	uint8_t *p = pages(NR);
	struct uffdio_api api = { UFFD_API, 0, 0 };
	struct uffdio_register reg = {
		.range = { (uint32_t)p, NR * PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	struct thread thread;
	int32_t old;

	uffd = SYS(userfaultfd, O_CLOEXEC);
	SYS(ioctl, uffd, UFFDIO_API, &api);
	SYS(ioctl, uffd, UFFDIO_REGISTER, &reg);
	run_thread(&thread, pager, NULL, 0);
	look();
	old = major;
	touch(p, NR * PAGE);
	join_thread(&thread);
	look();
	is(major - old, NR, "every page that a pager brings is a major fault");
	SYS(close, uffd);
	SYS(munmap, p, NR * PAGE);
}

int main(void)
{
	memory();
	archive_file();
	paged_memory();
	return done();
}
