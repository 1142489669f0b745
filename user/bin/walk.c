/*
 * walk PID ADDRESS - prints, step by step, the page-table walk that the MMU does
 * for an address of a process; the kernel writes the text (/proc/PID/walk). The
 * address may be the name of a function or variable of the program (symbols.h).
 */
#include <stdio.h>
#include "linux.h"
#include "symbols.h"
#include "walk.h"

int main(int argc, char **argv)
{
	static char text[1024];
	uint32_t pid, addr;

	if (argc != 3 || !parse_pid(argv[1], &pid)) {
		fprintf(stderr,
			"usage: walk PID ADDRESS, as in walk 1 0x10000 or "
			"walk self main\n"
			"       (ps lists processes; self is walk itself)\n");
		return 2;
	}
	if (!find_address("walk", argv[2], (pid_t)pid, &addr))
		return 1;
	if (page_walk((pid_t)pid, addr, text, sizeof(text)) < 0) {
		perror("walk");
		return 1;
	}
	fputs(text, stdout);
	return 0;
}
