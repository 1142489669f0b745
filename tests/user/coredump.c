/*
 * Core dumps: when a crash leaves one, and what the file contains.
 *
 * With the argument "print" it leaves one and prints its bytes, for a debugger
 * (tests/system/coredump.t).
 */
#include <elf.h>
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/resource.h>
#include <uapi/signal.h>
#include "check.h"
#include "maps.h"
#include "threads.h"

#define MARK            0x50414745u /* in r5 when it crashes, and in memory */
#define LONG            4000u       /* pages that take a while to write */
#define WRONG           0x00000010u /* an address where nothing is */
#define NT_SIGINFO      0x53494749
#define NT_FILE         0x46494c45
#define PR_SET_DUMPABLE 4
#define PATTERN         "/proc/sys/kernel/core_pattern"
#define FILTER          "/proc/self/coredump_filter"

static uint8_t *page; /* anonymous */
static const uint8_t *core;
static uint32_t core_bytes;

/* ---- ways to die ------------------------------------------------- */

/* noinline: a debugger shows its name. */
static __attribute__((noinline, noclone, target("arm"))) void crash_here(void)
{
	__asm__ volatile("mov r5, %0\n\t"
			 ".global faulting_instruction\n"
			 "faulting_instruction: str r5, [%1]"
			 :
			 : "r"(MARK), "r"(WRONG)
			 : "r5", "memory");
}

extern const char faulting_instruction[];

static int32_t limit(int which, uint32_t bytes)
{
	const uint32_t value[2] = { bytes, bytes };

	return SYS(setrlimit, which, value);
}

static int crash(void *way)
{
	if (!way)
		limit(RLIMIT_CORE, ~0u);
	crash_here();
	return 0;
}

static int crash_limited(void *bytes)
{
	limit(RLIMIT_CORE, (uint32_t)bytes);
	return crash(bytes);
}

static int crash_short_files(void *bytes)
{
	limit(RLIMIT_CORE, ~0u);
	limit(RLIMIT_FSIZE, (uint32_t)bytes);
	return crash(bytes);
}

static int crash_undumpable(void *arg)
{
	SYS(prctl, PR_SET_DUMPABLE, 0);
	return crash(arg);
}

static int crash_as_another(void *arg)
{
	SYS(setresuid32, 1000, 1000, 1000);
	return crash(arg);
}

static int crash_without_page(void *advice)
{
	SYS(madvise, page, PAGE, MADV_DONTDUMP);
	if (advice)
		SYS(madvise, page, PAGE, (int)advice);
	return crash(NULL);
}

static int set_text(const char *name, const char *text)
{
	int fd = SYS(open, name, O_WRONLY);
	int32_t n = SYS(write, fd, text, strlen(text));

	SYS(close, fd);
	return n;
}

static int crash_filtered(void *filter)
{
	set_text(FILTER, filter);
	return crash(NULL);
}

static void never_runs(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)sig, (void)info, (void)ucontext;
}

/* Its handler has no stack to run on. */
static int crash_without_stack(void *arg)
{
	(void)arg;
	limit(RLIMIT_CORE, ~0u);
	handle(SIGSEGV, never_runs, 0);
	__asm__ volatile("mov r0, #0\n\tmov sp, r0\n\tpush {r1}" ::: "r0");
	return 0;
}

static int be_killed(void *sig)
{
	limit(RLIMIT_CORE, ~0u);
	SYS(kill, getpid(), (int)sig);
	return 0;
}

static void wait_for_ever(void *arg)
{
	*(volatile int *)arg = 1;
	for (;;)
		SYS(pause);
}

static int crash_with_threads(void *arg)
{
	static struct thread threads[2];
	static volatile int begun[2];

	for (int i = 0; i < 2; i++) {
		run_thread(&threads[i], wait_for_ever, (void *)&begun[i], 0);
		while (!begun[i])
			SYS(sched_yield);
	}
	return crash(arg);
}

/* ---- the core ---------------------------------------------------- */

static void open_core(const char *name)
{
	int fd = SYS(open, name, O_RDONLY);

	core = NULL;
	core_bytes = 0;
	if (fd < 0)
		return;
	core_bytes = (uint32_t)SYS(lseek, fd, 0, 2);
	core = (const uint8_t *)SYS(mmap2, 0, core_bytes, PROT_READ,
				    MAP_PRIVATE, fd, 0);
	SYS(close, fd);
}

static void drop_core(const char *name)
{
	if (core)
		SYS(munmap, core, core_bytes);
	SYS(unlink, name);
	core = NULL;
}

static const Elf32_Phdr *segment(uint32_t type, uint32_t va)
{
	const Elf32_Ehdr *head = (const void *)core;
	const Elf32_Phdr *part = (const void *)(core + head->e_phoff);

	for (int i = 0; i < head->e_phnum; i++, part++)
		if (part->p_type == type &&
		    (type == PT_NOTE || va - part->p_vaddr < part->p_memsz))
			return part;
	return NULL;
}

/*
 * Returns the core's bytes of address va, or NULL if it does not contain them.
 */
static const void *memory(const void *va)
{
	const Elf32_Phdr *part = segment(PT_LOAD, (uint32_t)va);

	if (!part || (uint32_t)va - part->p_vaddr >= part->p_filesz)
		return NULL;
	return core + part->p_offset + ((uint32_t)va - part->p_vaddr);
}

/*
 * The first note of that type, how many there are, and the first one's bytes.
 */
static const void *note(uint32_t type, uint32_t *count, uint32_t *bytes)
{
	const Elf32_Phdr *part = segment(PT_NOTE, 0);
	const void *found = NULL;

	*count = 0;
	for (uint32_t at = 0; part && at < part->p_filesz;) {
		const Elf32_Nhdr *head = (const void *)(core + part->p_offset +
							at);
		uint32_t name = (head->n_namesz + 3) & ~3u;

		if (head->n_type == type && !(*count)++) {
			found = (const char *)(head + 1) + name;
			*bytes = head->n_descsz;
		}
		at += sizeof(*head) + name + ((head->n_descsz + 3) & ~3u);
	}
	return found;
}

/* ---- what is checked --------------------------------------------- */

/* Runs fn in a child, checks that it is killed by sig, and opens its core. */
static void dies(int (*fn)(void *), void *arg, int sig, bool leaves,
		 const char *text)
{
	int status = in_child(fn, arg);

	ok(WIFSIGNALED(status) && WTERMSIG(status) == sig,
	   "%s: the signal that killed it", text);
	is(!!(status & 0x80), leaves, "%s: wait4 reports a core", text);
	open_core("core");
}

static void leaves_none(int (*fn)(void *), void *arg, int sig, const char *text)
{
	dies(fn, arg, sig, false, text);
	ok(!core_bytes, "%s: there is no core, or it is empty", text);
	drop_core("core");
}

static void when(void)
{
	int fd;

	leaves_none(crash_limited, (void *)100, SIGSEGV, "no page is allowed");
	leaves_none(crash_undumpable, NULL, SIGSEGV, "PR_SET_DUMPABLE 0");
	leaves_none(crash_as_another, NULL, SIGSEGV, "it was root before");
	leaves_none(be_killed, (void *)SIGTERM, SIGTERM, "SIGTERM");
	leaves_none(be_killed, (void *)SIGKILL, SIGKILL, "SIGKILL");
	dies(be_killed, (void *)SIGQUIT, SIGQUIT, true, "SIGQUIT");
	drop_core("core");
	dies(crash_without_stack, NULL, SIGSEGV, true,
	     "a handler without stack");
	drop_core("core");
	fd = SYS(open, "core", O_CREAT | O_WRONLY, 0666);
	SYS(fchown32, fd, 1000, 1000);
	SYS(close, fd);
	SYS(link, "core", "kept");
	dies(crash, NULL, SIGSEGV, true, "a file of another user's is there");
	ok(core_bytes > PAGE, "the new core has that name");
	drop_core("core");
	open_core("kept");
	is((int32_t)core_bytes, 0, "the other user's file is unchanged");
	SYS(unlink, "kept");
	SYS(symlink, "elsewhere", "core");
	dies(crash, NULL, SIGSEGV, true, "a symbolic link is there");
	drop_core("core");
	is(SYS(unlink, "elsewhere"), -ENOENT,
	   "no file was made through the link");
}

static void how_long(void)
{
	dies(crash_limited, (void *)(3 * PAGE), SIGSEGV, true, "three pages");
	ok(core_bytes > 0 && core_bytes <= 3 * PAGE,
	   "the core is cut off at three pages");
	drop_core("core");
	dies(crash_short_files, (void *)(3 * PAGE), SIGSEGV, true,
	     "RLIMIT_FSIZE");
	ok(core_bytes > 0 && core_bytes <= 3 * PAGE,
	   "RLIMIT_FSIZE: the core is cut off at three pages");
	drop_core("core");
}

static void registers(void)
{
	uint32_t count, bytes = 0;
	const uint32_t *status = note(NT_PRSTATUS, &count, &bytes);
	const uint32_t *regs = status + 18;

	is(count, 1, "NT_PRSTATUS: one thread");
	is(bytes, 148, "NT_PRSTATUS has Linux's size");
	is(status[0], SIGSEGV, "NT_PRSTATUS contains the signal");
	ok(regs[15] == (uint32_t)faulting_instruction,
	   "pc is the instruction that faulted");
	ok(regs[5] == MARK, "r5 contains what the program had stored");
	ok(memory((void *)regs[13]) != NULL,
	   "sp is an address of memory in the core");
}

static void notes(void)
{
	uint32_t count, bytes = 0;
	const uint32_t *words = note(NT_PRPSINFO, &count, &bytes);

	is(bytes, 124, "NT_PRPSINFO has Linux's size");
	ok(!strcmp((const char *)words + 28, "coredump"),
	   "NT_PRPSINFO contains the program's name");
	words = note(NT_SIGINFO, &count, &bytes);
	is(bytes, 128, "NT_SIGINFO has Linux's size");
	ok(words[0] == SIGSEGV && words[2] == 1 && words[3] == WRONG,
	   "NT_SIGINFO contains SEGV_MAPERR and the address");
	words = note(NT_AUXV, &count, &bytes);
	for (count = 0; count + 1 < bytes / 4 && words[count] != 6;)
		count += 2;
	is(words[count + 1], PAGE, "NT_AUXV contains AT_PAGESZ");
	words = note(NT_FILE, &count, &bytes);
	is(words[1], PAGE, "NT_FILE counts in pages");
	ok(words[2] <= (uint32_t)faulting_instruction &&
		   words[3] > (uint32_t)faulting_instruction && !words[4],
	   "NT_FILE: the program is the first file");
	ok(strstr((const char *)(words + 2 + 3 * words[0]), "/coredump"),
	   "NT_FILE contains its name");
}

static void what(void)
{
	const Elf32_Ehdr *head;
	const uint32_t *word;
	uint32_t count, bytes;

	dies(crash, NULL, SIGSEGV, true, "a store to no memory");
	head = (const void *)core;
	ok(!memcmp(head->e_ident, ELFMAG, SELFMAG) && head->e_type == ET_CORE &&
		   head->e_machine == EM_ARM,
	   "the core is an ELF file for ARM");
	registers();
	notes();
	word = memory(page);
	ok(word && *word == MARK, "the core contains anonymous memory");
	word = memory(&page);
	ok(word && *word == (uint32_t)page,
	   "the core contains a variable of the program");
	drop_core("core");
	dies(crash_with_threads, NULL, SIGSEGV, true, "one of three threads");
	note(NT_PRSTATUS, &count, &bytes);
	is(count, 3, "the core contains the registers of all three threads");
	drop_core("core");
}

static void which_memory(void)
{
	char text[16] = "";

	dies(crash_without_page, NULL, SIGSEGV, true, "MADV_DONTDUMP");
	ok(segment(PT_LOAD, (uint32_t)page) && !memory(page),
	   "the core describes that VMA and leaves out its bytes");
	drop_core("core");
	dies(crash_without_page, (void *)MADV_DODUMP, SIGSEGV, true,
	     "MADV_DODUMP");
	ok(memory(page) != NULL, "the core contains its bytes again");
	drop_core("core");
	read_text(FILTER, text, sizeof(text));
	ok(!strcmp(text, "00000033\n"), "coredump_filter at first: %.8s", text);
	dies(crash_filtered, "0x10", SIGSEGV, true, "filter 0x10");
	ok(!memory(page), "the core contains no anonymous memory");
	drop_core("core");
	is(set_text(FILTER, "x"), -EINVAL,
	   "coredump_filter refuses a text that is no number");
}

static void pattern(void)
{
	char text[32] = "";

	read_text(PATTERN, text, sizeof(text));
	ok(!strcmp(text, "core\n"), "core_pattern at first: %.4s", text);
	is(set_text(PATTERN, "of.%e.%s%%"), 10,
	   "core_pattern is set to another name");
	dies(crash, NULL, SIGSEGV, true, "with that");
	ok(!core, "there is no file of the old name");
	open_core("of.coredump.11%");
	ok(core != NULL, "there is the file of.coredump.11%%");
	drop_core("of.coredump.11%");
	is(set_text(PATTERN, "core"), 4, "core_pattern is set back");
}

/* ---- signals while it is written --------------------------------- */

static int crash_long(void *arg)
{
	memset(pages(LONG), 1, LONG * PAGE);
	return crash_with_threads(arg);
}

/*
 * Sends sig to a child while its core is written; returns the child's status.
 */
static int interrupted_by(int sig)
{
	pid_t child = start_child(crash_long, NULL);
	int status = 0, fd = -1;

	while (fd < 0) {
		SYS(sched_yield);
		fd = SYS(open, "core", O_RDONLY);
	}
	while (SYS(lseek, fd, 0, 2) < (int32_t)PAGE)
		SYS(sched_yield);
	SYS(kill, child, sig);
	SYS(wait4, child, &status, 0, 0);
	core_bytes = (uint32_t)SYS(lseek, fd, 0, 2);
	SYS(close, fd);
	SYS(unlink, "core");
	return status;
}

static void meanwhile(void)
{
	is(interrupted_by(SIGTERM), SIGSEGV | 0x80,
	   "SIGTERM while the core is written changes nothing");
	ok(core_bytes > LONG * PAGE, "the core is whole");
	is(interrupted_by(SIGKILL), SIGKILL,
	   "SIGKILL while the core is written ends that");
	ok(core_bytes < LONG * PAGE, "the core contains what had been written");
}

static int print(void)
{
	in_child(crash_with_threads, NULL);
	open_core("core");
	for (uint32_t i = 0; i < core_bytes; i += 64) {
		static const uint8_t zeroes[64];
		uint32_t n = core_bytes - i < 64 ? core_bytes - i : 64;

		if (!memcmp(core + i, zeroes, n) && i + n < core_bytes)
			continue;
		printf("%08lx:", (unsigned long)i);
		for (uint32_t j = i; j < i + n; j++)
			printf("%02x", core[j]);
		printf("\n");
	}
	drop_core("core");
	return 0;
}

int main(int argc, char **argv)
{
	int result;

	page = pages(1);
	*(uint32_t *)page = MARK;
	if (chdir(scratch("")))
		return 1;
	if (argc > 1 && !strcmp(argv[1], "print"))
		return print();
	when();
	how_long();
	what();
	which_memory();
	pattern();
	meanwhile();
	result = done();
	SYS(chdir, "/");
	remove_scratch();
	return result;
}
