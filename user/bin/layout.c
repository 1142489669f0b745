/*
 * layout - where the parts of a program lie, and which VMA each belongs to.
 *
 * The program takes the address of one thing of every kind, then reads its own
 * /proc/self/maps and finds the VMA of each address.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "claim.h"
#include "linux.h"
#include "maps.h"

static int initialised = 42; /* .data: its value is in the file */
static int zeroed[1000];     /* .bss: only its size is in the file */
static const char constant[] = "a string";

enum kind {
	CODE,
	CONSTANT,
	DATA,
	BSS,
	BREAK_BEFORE,
	SMALL,
	LARGE,
	BREAK_AFTER,
	LOCAL,
	ARGUMENT,
	KINDS
};

struct place {
	const char *what;
	uint32_t addr;
	const char *rights; /* what its VMA must allow; NULL: not checked */
};

static struct place places[KINDS] = {
	[CODE] = { "main(), code", 0, "r-x" },
	[CONSTANT] = { "a constant string", 0, "r--" },
	[DATA] = { "an initialised variable", 0, "rw-" },
	[BSS] = { "a zeroed variable (bss)", 0, "rw-" },
	[BREAK_BEFORE] = { "the break, before malloc", 0, NULL },
	[SMALL] = { "malloc(100)", 0, "rw-" },
	[LARGE] = { "malloc(200000)", 0, "rw-" },
	[BREAK_AFTER] = { "the break, after malloc", 0, NULL },
	[LOCAL] = { "a local variable (stack)", 0, "rw-" },
	[ARGUMENT] = { "argv[0], the string", 0, "rw-" },
};

int main(int argc, char **argv);

static void find_places(char **argv)
{
	int local = 1;
	uint32_t before = (uint32_t)sbrk(0);

	places[CODE].addr = (uint32_t)main;
	places[CONSTANT].addr = (uint32_t)constant;
	places[DATA].addr = (uint32_t)&initialised;
	places[BSS].addr = (uint32_t)zeroed;
	places[BREAK_BEFORE].addr = before;
	places[SMALL].addr = (uint32_t)malloc(100);
	places[LARGE].addr = (uint32_t)malloc(200000);
	places[BREAK_AFTER].addr = (uint32_t)sbrk(0);
	places[LOCAL].addr = (uint32_t)&local;
	places[ARGUMENT].addr = (uint32_t)argv[0];
}

static void show_places(const struct map_entry *maps, int n)
{
	for (int i = 0; i < KINDS; i++) {
		const struct map_entry *map = find_map(maps, n, places[i].addr);

		printf("  %-26s 0x%08lx  ", places[i].what, places[i].addr);
		if (map)
			printf("%s %s\n", map->rights, map->name);
		else
			printf("(the end of a VMA)\n");
	}
}

static bool allows(const struct map_entry *map, const char *rights)
{
	for (int i = 0; i < 3; i++)
		if (rights[i] != '-' && map->rights[i] != rights[i])
			return false;
	return true;
}

static void check_places(const struct map_entry *maps, int n)
{
	bool rights = true, wx = false;

	for (int i = 0; i < KINDS; i++) {
		const struct map_entry *map = find_map(maps, n, places[i].addr);

		if (places[i].rights &&
		    (!map || !allows(map, places[i].rights)))
			rights = false;
	}
	for (int i = 0; i < n; i++)
		wx |= maps[i].rights[1] == 'w' && maps[i].rights[2] == 'x';
	claim(rights, "every address above lies in a VMA with fitting rights");
	claim(places[CODE].addr < places[DATA].addr &&
		      places[DATA].addr < places[BSS].addr &&
		      places[BSS].addr < places[SMALL].addr &&
		      places[LARGE].addr < places[LOCAL].addr,
	      "upward: code, data, bss, heap ... stack");
	claim(places[BREAK_AFTER].addr > places[BREAK_BEFORE].addr,
	      "malloc moved the break up by %lu bytes",
	      places[BREAK_AFTER].addr - places[BREAK_BEFORE].addr);
	claim(places[ARGUMENT].addr < USER_END,
	      "everything is below 0x%08x, where the kernel begins", USER_END);
	claim(!find_map(maps, n, 0), "nothing is at address 0");
	claim(!wx, "no VMA is writable and executable");
}

/* Without randomisation the heap begins where bss ends: one VMA holds both. */
static void explain_heap(const struct map_entry *maps, int n)
{
	const struct map_entry *bss = find_map(maps, n, places[BSS].addr);

	if (bss && strcmp(bss->name, "[heap]") == 0)
		note("(the heap continues bss: one VMA holds both)");
}

static void check_names(const struct map_entry *maps, int n)
{
	const struct map_entry *heap = find_map(maps, n, places[SMALL].addr);
	const struct map_entry *stack = find_map(maps, n, places[LOCAL].addr);

	if (!on_pagewalk())
		return;
	claim(heap && strcmp(heap->name, "[heap]") == 0,
	      "what malloc gave lies in [heap]");
	claim(stack && strcmp(stack->name, "[stack]") == 0,
	      "the local variable lies in [stack]");
}

int main(int argc, char **argv)
{
	static struct map_entry maps[MAPS_MAX];
	int n;

	(void)argc;
	find_places(argv);
	n = read_maps(0, maps);
	if (n <= 0) {
		claim(false, "/proc/self/maps can be read");
		return claims_status();
	}

	heading("Addresses this program sees, and the VMA each lies in");
	show_places(maps, n);
	explain_heap(maps, n);
	new_page();
	heading("Its VMAs (/proc/self/maps)");
	for (int i = 0; i < n; i++)
		print_map(&maps[i], "");
	heading("So");
	check_places(maps, n);
	check_names(maps, n);
	claim(initialised == 42 && zeroed[999] == 0,
	      "data came from the file, bss is zero");
	return claims_status();
}
