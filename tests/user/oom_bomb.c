/*
 * oom_bomb - process 1 still runs beside a fork bomb that fills the memory.
 *
 * Run as process 1 of a machine with little memory (tests/system/memory.t),
 * by counted instructions. Each process of the bomb touches pages of its own and
 * forks without end, until neither process numbers nor pages are left. Process 1
 * sleeps half a second at a time, takes a page after each, and must never be late
 * by more than a second and a half. Then it kills all others.
 */
#include "check.h"
#include "maps.h"

#define SLEEPS    6
#define SLEEP_MS  500u
#define LATEST_MS 2000u
#define OWN_PAGES 64u

static void explode(void)
{
	for (;;) {
		uint8_t *p = pages(OWN_PAGES);

		memset(p, 1, OWN_PAGES * PAGE);
		SYS(fork);
		SYS(munmap, p, OWN_PAGES / 2 * PAGE);
	}
}

static uint32_t longest_sleep(void)
{
	uint32_t longest = 0;

	for (int i = 0; i < SLEEPS; i++) {
		uint32_t began = uptime_ms(), took;
		uint8_t *p;

		sleep_ms(SLEEP_MS);
		p = pages(1);
		*p = 1;
		took = uptime_ms() - began;
		longest = took > longest ? took : longest;
	}
	return longest;
}

static uint32_t end_all(void)
{
	uint32_t ended = 0;

	SYS(kill, -1, LINUX_SIGKILL);
	while (SYS(wait4, -1, 0, 0, 0) > 0)
		ended++;
	return ended;
}

int main(void)
{
	static char text[2048];
	uint32_t longest, ended;
	const char *kills;

	if (fork() == 0)
		explode();
	longest = longest_sleep();
	printf("# the longest sleep took %lu ms\n", longest);
	ok(longest <= LATEST_MS, "a sleep of half a second takes at most two");
	ended = end_all();
	printf("# %lu children ended\n", ended);
	ok(ended > 20, "more than 20 processes of the bomb have ended");
	read_text("/proc/vmstat", text, sizeof(text));
	kills = strstr(text, "\noom_kill ");
	printf("# %d kills\n", kills ? atoi(kills + 10) : 0);
	ok(kills && atoi(kills + 10) > 10,
	   "more than ten were killed for want of memory");
	is(audit(), 0, "the audit of the kernel's structures finds no error");
	return done();
}
