/*
 * Which ELF files run, and what each kind finds in its memory: files of a few
 * hundred bytes, made here and run by execve. None comes from a linker, so that
 * each can have what linkers seldom make.
 *
 * qemu-arm cannot run this program, since its execve is the host's:
 * elf_kinds.expected holds what Linux prints.
 */
#include <elf.h>
#include <uapi/auxvec.h>
#include <uapi/fcntl.h>
#include "check.h"

#define BASE 0x00400000u /* not where this program is, which interprets some */
#define CODE 0x200u      /* where code begins, in the file and behind BASE */
#define RW   (PF_R | PF_W)
#define RX   (PF_R | PF_X)

/* ---- the code in these files ------------------------------------- */

/*
 * Each piece is copied to CODE of a file. The last word of some pieces is an
 * address, which code_address() fills in. A program returns what it has found as
 * its exit status.
 */
extern const uint32_t exit_42[], exit_42_end[];
extern const uint32_t exit_thumb[], exit_thumb_end[];
extern const uint32_t exit_r6[], exit_r6_end[];
extern const uint32_t exit_byte[], exit_byte_end[];
extern const uint32_t run_there[], run_there_end[];
extern const uint32_t run_stack[], run_stack_end[];
extern const uint32_t interpret[], interpret_end[];

__asm__(".section .rodata\n"
	".arm\n"
	".balign 4\n"
	"exit_42:\n"
	"	mov	r0, #42\n"
	"	mov	r7, #1\n"
	"	svc	0\n"
	"exit_42_end:\n"
	"exit_r6:\n" /* 0, or what an interpreter has left there */
	"	mov	r0, r6\n"
	"	mov	r7, #1\n"
	"	svc	0\n"
	"exit_r6_end:\n"
	"exit_byte:\n"
	"	ldr	r1, [pc, #8]\n"
	"	ldrb	r0, [r1]\n"
	"	mov	r7, #1\n"
	"	svc	0\n"
	"	.word	0\n"
	"exit_byte_end:\n"
	"run_stack:\n"
	"	sub	r4, sp, #64\n"
	"	b	1f\n"
	"run_there:\n"
	"	ldr	r4, 9f\n"
	"1:	adr	r5, 2f\n"
	"	ldm	r5, {r0-r2}\n"
	"	stm	r4, {r0-r2}\n"
	"	mov	r0, r4\n"
	"	add	r1, r4, #12\n"
	"	mov	r2, #0\n"
	"	movw	r7, #2\n"
	"	movt	r7, #0xf\n" /* cacheflush */
	"	svc	0\n"
	"	bx	r4\n"
	"2:	mov	r0, #42\n"
	"	mov	r7, #1\n"
	"	svc	0\n"
	"run_stack_end:\n"
	"9:	.word	0\n"
	"run_there_end:\n"
	/*
	 * Compares AT_BASE with the address where its own file begins, CODE
	 * bytes before it. Then starts the program at AT_ENTRY, with 42 in r6
	 * if they were equal.
	 */
	"interpret:\n"
	"	mov	r4, sp\n"
	"	ldr	r0, [r4], #4\n"
	"	add	r4, r4, r0, lsl #2\n"
	"	add	r4, r4, #4\n"
	"1:	ldr	r0, [r4], #4\n"
	"	cmp	r0, #0\n"
	"	bne	1b\n"
	"2:	ldr	r0, [r4], #4\n"
	"	ldr	r1, [r4], #4\n"
	"	cmp	r0, #7\n" /* AT_BASE */
	"	moveq	r8, r1\n"
	"	cmp	r0, #9\n" /* AT_ENTRY */
	"	moveq	r9, r1\n"
	"	cmp	r0, #0\n"
	"	bne	2b\n"
	"	adr	r0, interpret\n"
	"	sub	r0, r0, #0x200\n"
	"	cmp	r0, r8\n"
	"	moveq	r6, #42\n"
	"	bx	r9\n"
	"interpret_end:\n"
	".thumb\n"
	".balign 4\n"
	"exit_thumb:\n"
	"	movs	r0, #42\n"
	"	movs	r7, #1\n"
	"	svc	0\n"
	"	nop\n"
	"exit_thumb_end:\n"
	".text\n");

/* ---- making a file ----------------------------------------------- */

static struct image {
	union {
		uint8_t byte[3 * PAGE];
		struct {
			Elf32_Ehdr ehdr;
			Elf32_Phdr phdr[8];
		};
	};
	uint32_t size;
} image;

static Elf32_Phdr *add(uint32_t type, uint32_t offset, uint32_t va,
		       uint32_t filesz, uint32_t memsz, uint32_t flags)
{
	Elf32_Phdr *ph = &image.phdr[image.ehdr.e_phnum++];

	*ph = (Elf32_Phdr){ type, offset, va, va, filesz, memsz, flags, PAGE };
	return ph;
}

#define CODE_OF(name) name, (uint32_t)name##_end - (uint32_t)name

/* A file with this code, no segment to load, and a stack without code. */
static void begin(uint32_t type, uint32_t base, const uint32_t *code,
		  uint32_t bytes)
{
	memset(&image, 0, sizeof(image));
	image.ehdr = (Elf32_Ehdr){
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = type,
		.e_machine = EM_ARM,
		.e_version = EV_CURRENT,
		.e_entry = base + CODE,
		.e_phoff = sizeof(Elf32_Ehdr),
		.e_flags = 0x05000000,
		.e_ehsize = sizeof(Elf32_Ehdr),
		.e_phentsize = sizeof(Elf32_Phdr),
	};
	memcpy(image.byte + CODE, code, bytes);
	image.size = CODE + bytes;
	add(PT_GNU_STACK, 0, 0, 0, 0, RW);
}

/* The same, with a segment that loads the whole file. */
static void program_at(uint32_t type, uint32_t base, const uint32_t *code,
		       uint32_t bytes)
{
	begin(type, base, code, bytes);
	add(PT_LOAD, 0, base, image.size, image.size, RX);
}

#define PROGRAM(code) program_at(ET_EXEC, BASE, CODE_OF(code))

/* The last word of the code. */
static void code_address(uint32_t va)
{
	memcpy(image.byte + image.size - 4, &va, 4);
}

/* Fills the file with 'd' from there to a new end. */
static void data_until(uint32_t from, uint32_t end)
{
	memset(image.byte + from, 'd', end - from);
	image.size = end;
}

static const char *write_file(const char *name)
{
	const char *path = scratch(name);
	int fd;

	SYS(unlink, path);
	fd = SYS(open, path, O_RDWR | O_CREAT, 0755);
	SYS(write, fd, image.byte, image.size);
	SYS(close, fd);
	return path;
}

/* ---- running it -------------------------------------------------- */

#define REFUSED 100

static int exec_file(void *path)
{
	const char *argv[] = { path, NULL }, *envp[] = { NULL };
	int32_t err = SYS(execve, path, argv, envp);

	return err == -ENOEXEC ? REFUSED : -err;
}

/* The exit status of the file, or 128 and the signal that ended it. */
static int run(void)
{
	int status = in_child(exec_file, (void *)write_file("program"));

	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

/*
 * Linux finds some faults only when the old program is gone, and kills the process.
 * Pagewalk finds them before, and execve fails.
 */
static void refused(const char *text)
{
	int status = run();

	ok(status == REFUSED || status == 128 + LINUX_SIGSEGV,
	   "%s: execve fails or the process is killed", text);
}

static void runs(const char *text)
{
	is(run(), 42, "%s", text);
}

/* ---- headers ----------------------------------------------------- */

static void headers(void)
{
	PROGRAM(exit_42);
	runs("the plainest program");
	PROGRAM(exit_thumb);
	image.ehdr.e_entry |= 1;
	runs("an entry in Thumb");
	PROGRAM(exit_42);
	image.ehdr.e_flags = 0;
	runs("an ABI older than EABI");
	image.ehdr.e_flags = 0x02000000;
	runs("EABI version 2");
	image.ehdr.e_flags = 0x04000000;
	runs("EABI version 4");
	image.ehdr.e_flags = 0x00000008;
	refused("code for 26-bit modes");
	PROGRAM(exit_42);
	memset(image.ehdr.e_ident + 4, 0xff, 12);
	image.ehdr.e_version = 0;
	image.ehdr.e_shnum = 77;
	runs("nonsense in fields that the kernel does not read");
	PROGRAM(exit_42);
	image.ehdr.e_entry += 2;
	refused("an entry that is neither ARM nor Thumb");
	PROGRAM(exit_42);
	memcpy(image.byte + PAGE, image.phdr, sizeof(image.phdr));
	image.ehdr.e_phoff = PAGE;
	image.size = PAGE + sizeof(image.phdr);
	runs("program headers at the end of the file");
	image.size = PAGE + 33;
	refused("program headers cut off");
	PROGRAM(exit_42);
	add(PT_NOTE, 0xfffff000, 0xdeadbeef, 9, 9, 0);
	add(0x70000001, 1, 2, 3, 4, 0);
	add(PT_LOAD, 0, 0x90000, 0, 0, RW);
	runs("headers that ask for nothing, with any numbers");
}

/* ---- segments ---------------------------------------------------- */

static void addresses(void)
{
	static const uint32_t good[] = { 0x2000, 0x8000, 0x70000000,
					 0xb0000000 };
	static const uint32_t bad[] = { 0, 0x1000, 0xc0000000, 0xfffff000 };
	char text[40];

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		program_at(ET_EXEC, good[i], CODE_OF(exit_42));
		snprintf(text, sizeof(text), "linked at 0x%lx", good[i]);
		runs(text);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		program_at(ET_EXEC, bad[i], CODE_OF(exit_42));
		snprintf(text, sizeof(text), "linked at 0x%lx", bad[i]);
		refused(text);
	}
	program_at(ET_DYN, 0, CODE_OF(exit_42));
	runs("position-independent, linked at 0");
	program_at(ET_DYN, 0x41000000, CODE_OF(exit_42));
	runs("position-independent, linked at 0x41000000");
	PROGRAM(exit_42);
	image.phdr[1].p_align = 4;
	runs("a segment's alignment of 4");
	image.phdr[1].p_offset = 4;
	refused("offset and address with different low bits");
}

static void order(void)
{
	PROGRAM(exit_byte);
	code_address(BASE - 0x10000 + CODE);
	add(PT_LOAD, 0, BASE - 0x10000, image.size, image.size, PF_R);
	is(run(), exit_byte[0] & 0xff, "segments in descending order");
	PROGRAM(exit_42);
	add(PT_LOAD, 0, BASE, image.size, image.size, RX | PF_W);
	runs("two segments at the same address");
	PROGRAM(exit_42);
	image.phdr[1].p_filesz++;
	refused("a segment with more bytes in the file than in memory");
	PROGRAM(exit_42);
	image.phdr[1].p_memsz = 0xfffffff0;
	refused("a segment whose size wraps");
	begin(ET_EXEC, BASE, CODE_OF(exit_42));
	refused("a program without a segment");
}

/* The page of the file with the last byte of data has more 'd' behind it. */
static void bss(void)
{
	PROGRAM(exit_byte);
	code_address(BASE + PAGE + 0x7f);
	data_until(PAGE, PAGE + 0x200);
	add(PT_LOAD, PAGE, BASE + PAGE, 0x80, 0x3000, RW);
	is(run(), 'd', "data: its last byte is the file's");
	memcpy(image.byte + CODE + 16, &(uint32_t){ BASE + PAGE + 0x80 }, 4);
	is(run(), 0, "bss begins with zeroes where the file goes on");
	memcpy(image.byte + CODE + 16, &(uint32_t){ BASE + 3 * PAGE }, 4);
	is(run(), 0, "bss in a page of its own");
	image.phdr[2].p_filesz = image.phdr[2].p_memsz = 0x80;
	memcpy(image.byte + CODE + 16, &(uint32_t){ BASE + PAGE + 0x80 }, 4);
	is(run(), 'd', "without bss the page shows what follows in the file");
	image.phdr[2].p_memsz = 0x100;
	add(PT_LOAD, PAGE + 0x180, BASE + PAGE + 0x180, 0x10, 0x10, RW);
	memcpy(image.byte + CODE + 16, &(uint32_t){ BASE + PAGE + 0x180 }, 4);
	is(run(), 'd', "data in the page where the bss before it ends");
	image.ehdr.e_phnum--;
	add(PT_LOAD, PAGE + 0x180, BASE + PAGE + 0x180, 0, 0x2000, RW);
	memcpy(image.byte + CODE + 16, &(uint32_t){ BASE + PAGE + 0x10 }, 4);
	is(run(), 0, "a segment that is all bss begins with its first page");
	PROGRAM(exit_42);
	add(PT_LOAD, 0, BASE + 0x100000, 0, 0x100000, RW);
	runs("a segment that is all bss");
}

/* A segment with pages that lie past the end of the file. */
static void past_the_end(void)
{
	PROGRAM(exit_42);
	add(PT_LOAD, PAGE, BASE + PAGE, 3 * PAGE, 3 * PAGE, RW);
	runs("a segment past the end of the file, untouched");
	PROGRAM(exit_byte);
	code_address(BASE + 2 * PAGE);
	add(PT_LOAD, PAGE, BASE + PAGE, 3 * PAGE, 3 * PAGE, RW);
	is(run(), 128 + 7, "touching it is SIGBUS");
	PROGRAM(exit_42);
	add(PT_LOAD, 0xfffff000, BASE + PAGE, PAGE, PAGE, PF_R);
	refused("an offset past the end of any file");
}

/* ---- which memory is executable ---------------------------------- */

static void executable_data(void)
{
	PROGRAM(run_stack);
	is(run(), 128 + LINUX_SIGSEGV, "PT_GNU_STACK rw: no code on the stack");
	image.phdr[0].p_flags |= PF_X;
	runs("PT_GNU_STACK rwx: code on the stack");
	image.phdr[0].p_type = PT_NULL;
	runs("no PT_GNU_STACK: code on the stack");
	PROGRAM(run_there);
	code_address(BASE + 0x10000);
	add(PT_LOAD, 0, BASE + 0x10000, 0, PAGE, RW);
	is(run(), 128 + LINUX_SIGSEGV, "PT_GNU_STACK rw: no code in bss");
	image.phdr[0].p_flags |= PF_X;
	is(run(), 128 + LINUX_SIGSEGV, "PT_GNU_STACK rwx: no code in bss");
	image.phdr[0].p_type = PT_NULL;
	runs("no PT_GNU_STACK: code in bss");
	PROGRAM(exit_42);
	image.phdr[1].p_flags = PF_R;
	refused("an entry in a segment that is not executable");
	image.phdr[0].p_type = PT_NULL;
	runs("no PT_GNU_STACK: a readable segment is executable");
	PROGRAM(exit_42);
	image.phdr[1].p_flags = PF_X;
	runs("a segment that is executable only");
}

/* ---- interpreters ------------------------------------------------ */

/* The program in image gets a PT_INTERP with this path. */
static void needs(const char *path)
{
	uint32_t bytes = (uint32_t)strlen(path) + 1;

	memcpy(image.byte + image.size, path, bytes);
	add(PT_INTERP, image.size, 0, bytes, bytes, PF_R);
	image.size += bytes;
}

/*
 * This program runs as the interpreter of another: it must find the other's headers
 * and entry in the auxiliary vector. Returns 43, or which of them was wrong.
 */
static int as_interpreter(void)
{
	const Elf32_Phdr *ph = (const Elf32_Phdr *)getauxval(AT_PHDR);

	if (getauxval(AT_BASE) !=
	    0) /* Linux has 0 if the interpreter did not move */
		return 1;
	if (getauxval(AT_PHNUM) != 3 || ph[2].p_type != PT_INTERP)
		return 2;
	if (getauxval(AT_ENTRY) != BASE + CODE)
		return 3;
	return 43;
}

static void interpreters(const char *self)
{
	char interp[64];

	program_at(ET_DYN, 0, CODE_OF(interpret));
	image.phdr[1].p_flags |= PF_W; /* or Linux 6.1 refuses it */
	strcpy(interp, write_file("interp"));
	PROGRAM(exit_r6);
	is(run(), 0, "a program without an interpreter begins at its entry");
	needs(interp);
	runs("an interpreter begins, and finds the program by AT_ENTRY");
	program_at(ET_DYN, 0, CODE_OF(exit_r6));
	needs(interp);
	runs("program and interpreter are position-independent");
	program_at(ET_DYN, 0, CODE_OF(interpret));
	image.ehdr.e_entry = 0x41000000 + CODE;
	image.phdr[1].p_vaddr = 0x41000000;
	image.phdr[1].p_flags |= PF_W;
	write_file("interp");
	PROGRAM(exit_r6);
	needs(interp);
	is(run(), 0, "an interpreter linked at an address: AT_BASE is 0");
	PROGRAM(exit_42);
	needs(self);
	is(run(), 43, "an interpreter that is not position-independent");
	PROGRAM(exit_42);
	image.ehdr.e_entry = 0x123;
	needs(interp);
	image.byte[image.size - 1] = 'x';
	refused("an interpreter's path without a zero at its end");
	PROGRAM(exit_42);
	needs("/no/such/file");
	is(run(), ENOENT, "an interpreter that does not exist");
	image.size = 0;
	write_file("interp");
	PROGRAM(exit_42);
	needs(interp);
	is(run(), EIO, "an empty interpreter");
	image.ehdr.e_ident[0] = 'x';
	write_file("interp");
	PROGRAM(exit_42);
	needs(interp);
	is(run(), ELIBBAD, "an interpreter that is no ELF file");
}

int main(int argc, char **argv)
{
	(void)argc;
	if (getauxval(AT_ENTRY) == BASE + CODE)
		return as_interpreter();
	headers();
	addresses();
	order();
	bss();
	past_the_end();
	executable_data();
	interpreters(argv[0]);
	SYS(unlink, scratch("program"));
	SYS(unlink, scratch("interp"));
	remove_scratch();
	return done();
}
