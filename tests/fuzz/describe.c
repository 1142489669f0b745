/*
 * A list of calls, as C that a reader can follow.
 */
#include "fuzz.h"

static void print_address(uint32_t va)
{
	if (va >= ARENA && va < ARENA + ARENA_PAGES * PAGE)
		printf("arena + 0x%x", (unsigned int)(va - ARENA));
	else if (va >= BIG && va < BIG + BIG_BYTES)
		printf("big + 0x%x", (unsigned int)(va - BIG));
	else
		printf("0x%x", (unsigned int)va);
}

static bool is_text(uint32_t va)
{
	return va >= 0x10000 && va < ARENA && va != 0x10000 && va != 0x10100 &&
		(va < STACKS && va > 0x10200);
}

static void print_pid(uint32_t pid)
{
	if (pid == PID_SELF)
		printf("getpid()");
	else if (pid == PID_PARENT)
		printf("getppid()");
	else if (pid == PID_BROTHER)
		printf("getpid() + 1");
	else
		printf("%d", (int)pid);
}

static void print_argument(const struct call *call, uint32_t i)
{
	uint32_t v = call->value[i];

	switch (call->what->kinds[i]) {
	case PATH:
	case ANYPATH:
	case QUEUE:
		if (is_text(v))
			printf("\"%s\"", (const char *)v);
		else
			print_address(v);
		break;
	case PID:
	case OWNPID:
		print_pid(v);
		break;
	case FD:
	case MAPFD:
	case SMALL:
	case SIGNAL:
	case EIGHT:
	case TWELVE:
		printf("%d", (int)v);
		break;
	case STACK:
		printf(v == 1 ? "stack" : "0x%x", (unsigned int)v);
		break;
	default:
		print_address(v);
	}
}

/* Trailing words that no structure has are left out. */
static void print_memory(const struct call *call, uint32_t i)
{
	printf("uint32_t m%u[16] = {", (unsigned int)i);
	for (uint32_t n = 0; n < BUFFER_WORDS; n++) {
		printf(n ? ", " : " ");
		print_address(call->memory[i][n]);
	}
	printf(" }; ");
}

static void print_call(const struct call *call, uint32_t worker, uint32_t index)
{
	printf("  /* %u:%u */ ", (unsigned int)worker, (unsigned int)index);
	for (uint32_t i = 0; i < 6; i++)
		if (call->points[i])
			print_memory(call, i);
	printf("%s(", call->what->name);
	for (uint32_t i = 0; i < 6 && call->what->kinds[i]; i++) {
		printf(i ? ", " : "");
		if (call->points[i])
			printf("m%u", (unsigned int)i);
		else
			print_argument(call, i);
	}
	printf(");\n");
}

void print_run(void)
{
	struct call call;

	for (uint32_t w = 0; w < WORKERS; w++) {
		for (uint32_t i = 0; i < ALL_CALLS; i++) {
			if (!run.keep[w][i])
				continue;
			make_call(&call, w, i);
			print_call(&call, w, i);
		}
	}
}
