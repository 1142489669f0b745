/*
 * lazy - a program of 9 MiB that starts with a handful of pages.
 *
 * Its ELF file carries 1 MiB of data (lazy_data.S) and asks for 8 MiB of bss.
 * execve maps both and reads nothing; a page is mapped when it is touched.
 */
#include <stdio.h>
#include "claim.h"
#include "linux.h"
#include "maps.h"

#define BSS_PAGES    2048u
#define DATA_PAGES   256u
/*
 * A fault on a file page also maps its neighbours that are in the page cache
 * already, 16 pages in all. The fault on this program's code does so, too, and the
 * code lies just below the data. So up to (touched + 1) * FAULT_AROUND pages of
 * the data are mapped.
 */
#define FAULT_AROUND 16u

static volatile uint8_t bss[BSS_PAGES][PAGE_SIZE]
	__attribute__((aligned(PAGE_SIZE)));

/* lazy_data.S: each page begins with its own number. */
extern const volatile uint32_t file_data[DATA_PAGES][PAGE_SIZE / 4];

static uint32_t data_present(void)
{
	return present_pages(0, file_data, DATA_PAGES * PAGE_SIZE);
}

static uint32_t bss_present(void)
{
	return present_pages(0, bss, BSS_PAGES * PAGE_SIZE);
}

static void show(const char *when)
{
	printf("  %-32s %4lu of %u       %4lu of %u\n", when, data_present(),
	       DATA_PAGES, bss_present(), BSS_PAGES);
}

/* Touches the first n pages; returns true if each held its own number. */
static bool touch_data(uint32_t n)
{
	bool right = true;

	for (uint32_t i = 0; i < n; i++)
		right &= file_data[i][0] == i;
	return right;
}

/* Touches the first n pages; returns true if each held zeroes. */
static bool touch_bss(uint32_t n)
{
	bool right = true;

	for (uint32_t i = 0; i < n; i++) {
		right &= bss[i][PAGE_SIZE - 1] == 0;
		bss[i][0] = 1;
	}
	return right;
}

/*
 * Returns true if as many pages are mapped as were touched, with the neighbours
 * that a file page may bring. Other kernels may map more, so they always pass.
 */
static bool as_expected(uint32_t touched_data, uint32_t touched_bss)
{
	uint32_t data = data_present();

	if (!on_pagewalk())
		return true;
	return bss_present() == touched_bss && data >= touched_data &&
		data <= (touched_data + 1) * FAULT_AROUND;
}

int main(void)
{
	static const uint32_t steps[] = { 1, 10, 100, DATA_PAGES };
	bool right = true, lazy;
	char when[40];

	heading("A program of 9 MiB, page by page");
	printf("  %-32s %s   %s\n",
	       "pages that are mapped:", "file data (1 MiB)", "bss (8 MiB)");
	show("at the start");
	lazy = as_expected(0, 0);
	for (uint32_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		right &= touch_data(steps[i]) & touch_bss(steps[i]);
		snprintf(when, sizeof(when), "first %lu of each touched",
			 steps[i]);
		show(when);
		lazy &= as_expected(steps[i], steps[i]);
	}
	right &= touch_bss(BSS_PAGES);
	show("all touched");
	lazy &= as_expected(DATA_PAGES, BSS_PAGES);
	claim(right, "file pages held the file's bytes, bss pages were zero");
	claim(lazy, "no page was mapped before it or a neighbour was touched");
	note("(a file page brings those of the %u around it that are in the page",
	     FAULT_AROUND);
	note(" cache already: none at the first run, all at the next)");
	return claims_status();
}
