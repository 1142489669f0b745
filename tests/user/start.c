/*
 * What a program finds when it starts: arguments, environment, auxv, memory.
 */
#include <elf.h>
#include <uapi/auxvec.h>
#include "check.h"

extern char **environ;
static int data = 0x1234567;
static int bss[5000];

static bool phdrs_fit(void)
{
	const Elf32_Phdr *phdr = (const Elf32_Phdr *)getauxval(AT_PHDR);
	uint32_t n = getauxval(AT_PHNUM);
	bool text = false;

	if (!phdr)
		return false;
	for (uint32_t i = 0; i < n; i++)
		text |= phdr[i].p_type == PT_LOAD &&
			getauxval(AT_ENTRY) >= phdr[i].p_vaddr &&
			getauxval(AT_ENTRY) < phdr[i].p_vaddr + phdr[i].p_memsz;
	return text;
}

/* program_auxv lies behind the environment on the initial stack. */
static bool stack_order(char **argv)
{
	return (uint32_t)argv < (uint32_t)environ &&
		(uint32_t)environ < (uint32_t)program_auxv &&
		(uint32_t)program_auxv < (uint32_t)argv[0];
}

int main(int argc, char **argv)
{
	uint32_t *words = (uint32_t *)argv;
	const uint8_t *random = (const uint8_t *)getauxval(AT_RANDOM);
	int sum = 0;

	ok(argc >= 1 && !argv[argc], "argv ends with NULL");
	ok(words[-1] == (uint32_t)argc, "argc is in the word below argv");
	ok(((uint32_t)(words - 1) & 7) == 0,
	   "the stack is aligned to 8 bytes at the start");
	ok(stack_order(argv),
	   "argv, envp, auxv and the strings are in this order");
	is((int32_t)getauxval(AT_PAGESZ), 4096, "AT_PAGESZ is the page size");
	is((int32_t)getauxval(AT_PHENT), 32,
	   "AT_PHENT is the size of a program header");
	ok(phdrs_fit(), "AT_PHDR, AT_PHNUM and AT_ENTRY fit each other");
	ok(random, "AT_RANDOM points to random bytes");
	ok(getauxval(AT_HWCAP) & HWCAP_VFP, "AT_HWCAP has the bit of VFP");
	ok(getauxval(AT_HWCAP) & HWCAP_VFPD32,
	   "AT_HWCAP has the bit of 32 VFP registers");
	ok(getauxval(AT_HWCAP) & HWCAP_NEON, "AT_HWCAP has the bit of NEON");
	is(data, 0x1234567, "initialised data has its value");
	for (size_t i = 0; i < ARRAY_SIZE(bss); i++)
		sum |= bss[i];
	is(sum, 0, "bss is zero to its last byte");
	return done();
}
