/*
 * More calls that do little: what asks or sets one thing, and what makes a file
 * and takes it away again.
 */
#include <fcntl.h>
#include <stdio.h>
#include <uapi/signal.h>
#include <uapi/sysinfo.h>
#include <uapi/time.h>
#include <uapi/uio.h>
#include <unistd.h>
#include "bench.h"
#include "linux.h"

#define FILE_A "/tmp/bench.a"
#define FILE_B "/tmp/bench.b"

static void actions(void)
{
	struct kernel_sigaction action = { .sa_handler = SIG_IGN };

	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		call6(__NR_rt_sigaction, SIGUSR1, address(&action), 0, 8, 0, 0);
	report("rt_sigaction", end(), CALLS);
}

/* Two vectors of a byte each, at the end of a file. */
static void writevs(void)
{
	char text[2] = "ab";
	struct iovec32 iov[2] = { { address(text), 1 },
				  { address(text + 1), 1 } };
	int fd = open(FILE_A, O_RDWR | O_CREAT, 0600);

	must(fd >= 0 && write(fd, text, 1) == 1, "a file in /tmp");
	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		call3(__NR_writev, (uint32_t)fd, address(iov), 2);
	report("writev() 2 x 1 byte to a file", end(), CALLS);
	close(fd);
	unlink(FILE_A);
}

static void questions(void)
{
	struct sysinfo info;

	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		call3(__NR_poll, 0, 0, 0);
	report("poll() of nothing", end(), CALLS);
	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		call6(__NR_wait4, ~0u, 0, 0, 0, 0, 0);
	report("wait4() without children", end(), CALLS);
	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		call1(__NR_sysinfo, address(&info));
	report("sysinfo", end(), CALLS);
}

/* Far ahead: it never comes. */
static void alarms(void)
{
	struct old_itimerval32 on = { .it_interval = { 0, 1 },
				      .it_value = { 1000, 1 } };
	struct old_itimerval32 off = { .it_value = { 0, 0 } };

	begin();
	for (uint32_t i = 0; i < CALLS; i++) {
		call3(__NR_setitimer, ITIMER_REAL, address(&on), 0);
		call3(__NR_setitimer, ITIMER_REAL, address(&off), 0);
	}
	report("setitimer, to start and to stop", end(), CALLS);
}

static void names(void)
{
	int fd[2];

	begin();
	for (uint32_t i = 0; i < CALLS; i++) {
		call1(__NR_pipe, address(fd));
		call1(__NR_close, (uint32_t)fd[0]);
		call1(__NR_close, (uint32_t)fd[1]);
	}
	report("pipe + 2 close", end(), CALLS);
	begin();
	for (uint32_t i = 0; i < CALLS; i++) {
		fd[0] = call3(__NR_open, address(FILE_A), O_RDWR | O_CREAT,
			      0600);
		call1(__NR_close, (uint32_t)fd[0]);
		call1(__NR_unlink, address(FILE_A));
	}
	report("create + close + unlink", end(), CALLS);
	close(open(FILE_A, O_RDWR | O_CREAT, 0600));
	begin();
	for (uint32_t i = 0; i < CALLS; i++) {
		call3(__NR_rename, address(FILE_A), address(FILE_B), 0);
		call3(__NR_rename, address(FILE_B), address(FILE_A), 0);
	}
	report("rename, there and back", end(), CALLS);
	must(unlink(FILE_A) == 0, "rename");
}

void bench_little(void)
{
	actions();
	writevs();
	questions();
	alarms();
	names();
}
