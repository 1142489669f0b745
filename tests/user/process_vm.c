/*
 * One process reads and writes another's memory: process_vm_readv and writev
 * with the rights that the owner has, /proc/PID/mem whatever they are; and kcmp,
 * which compares what two processes share.
 */
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/sched.h>
#include <uapi/uio.h>
#include "check.h"

#define RW (PROT_READ | PROT_WRITE)

static uint8_t *theirs; /* at the same address in the child */
static int32_t child;

/*
 * The child has four pages: RW, read-only, PROT_NONE, and a hole. Every byte of
 * page p is p + 1. The child reports what it found by its exit code.
 */
static int to_child[2], to_parent[2];

static void child_lives(void)
{
	uint8_t c = 0;

	for (uint32_t p = 0; p < 4; p++)
		memset(theirs + p * PAGE, (int)p + 1, PAGE);
	SYS(mprotect, theirs + PAGE, PAGE, PROT_READ);
	SYS(mprotect, theirs + 2 * PAGE, PAGE, PROT_NONE);
	SYS(munmap, theirs + 3 * PAGE, PAGE);
	SYS(write, to_parent[1], &c, 1);
	SYS(read, to_child[0], &c, 1);
	SYS(mprotect, theirs + 2 * PAGE, PAGE, PROT_READ);
	SYS(exit_group,
	    theirs[0] == 'a' && theirs[PAGE] == 'b' &&
			    theirs[2 * PAGE] == 'c' &&
			    killed_writing(theirs + PAGE) == LINUX_SIGSEGV ?
		    42 :
		    1);
}

static void begin(void)
{
	uint8_t c;

	theirs = pages(4);
	memset(theirs, 99, 4 * PAGE); /* ours stays so */
	SYS(pipe2, to_child, 0);
	SYS(pipe2, to_parent, 0);
	child = SYS(fork);
	if (child == 0)
		child_lives();
	SYS(read, to_parent[0], &c, 1);
}

#define PIECE(p, n)                \
	{                          \
		(uint32_t)(p), (n) \
	}

static int32_t copy(bool write, struct iovec32 here, struct iovec32 there)
{
	return write ? SYS(process_vm_writev, child, &here, 1, &there, 1, 0) :
		       SYS(process_vm_readv, child, &here, 1, &there, 1, 0);
}

static void one_piece(void)
{
	uint8_t *buf = pages(4), *p = theirs;
	struct iovec32 here = PIECE(buf, 3 * PAGE);

	is(copy(false, here, (struct iovec32)PIECE(p + 9, 100)), 100,
	   "process_vm_readv reads from the child");
	ok(buf[0] == 1 && buf[99] == 1 && buf[100] == 0,
	   "the bytes are the child's");
	is(copy(false, here, (struct iovec32)PIECE(p + PAGE - 2, 4)), 4,
	   "a read that crosses from one page into the next");
	ok(buf[1] == 1 && buf[2] == 2, "its bytes are from both pages");
	is(copy(false, here, (struct iovec32)PIECE(p, 3 * PAGE)), 2 * PAGE,
	   "a read ends before a page that the child may not read");
	is(copy(false, here, (struct iovec32)PIECE(p + 2 * PAGE, 1)), -EFAULT,
	   "a read of that page alone is refused");
	is(copy(false, here, (struct iovec32)PIECE(p + 3 * PAGE, 1)), -EFAULT,
	   "a read of a hole is refused");
	is(copy(false, here, (struct iovec32)PIECE(0xc0000000, 4)), -EFAULT,
	   "a read of a kernel address is refused");
	buf[0] = 'a';
	is(copy(true, here, (struct iovec32)PIECE(p, 1)), 1,
	   "process_vm_writev writes to the child");
	is(copy(true, here, (struct iovec32)PIECE(p + PAGE, 1)), -EFAULT,
	   "a write to a page that is read-only in the child is refused");
	SYS(munmap, buf + PAGE, PAGE);
	is(copy(false, here, (struct iovec32)PIECE(p, 2 * PAGE)), PAGE,
	   "a read ends at a hole in the caller's buffer");
	here.iov_base += PAGE;
	is(copy(false, here, (struct iovec32)PIECE(p, PAGE)), -EFAULT,
	   "a buffer that begins with a hole is refused");
	here.iov_base = 0xc0000000;
	is(copy(false, here, (struct iovec32)PIECE(p, PAGE)), -EFAULT,
	   "a buffer in the kernel is refused");
	ok(p[0] == 99, "the caller's own page at that address is unchanged");
	SYS(munmap, buf, 4 * PAGE);
}

static void many_pieces(void)
{
	static uint8_t a[8], b[8], c[8];
	struct iovec32 here[] = { PIECE(a, 3), PIECE(0, 0), PIECE(b, 2),
				  PIECE(c, 8) };
	struct iovec32 there[] = { PIECE(theirs + PAGE - 1, 2), PIECE(0, 0),
				   PIECE(theirs + 5, 4),
				   PIECE(theirs + 3 * PAGE, 1),
				   PIECE(theirs, 1) };
	int32_t n = SYS(process_vm_readv, child, here, 4, there, 3, 0);

	is(n, 6, "pieces of different lengths on both sides are copied");
	ok(memcmp(a, "\1\2\1", 3) == 0 && b[1] == 1 && c[0] == 1 && !c[1],
	   "the bytes follow each other from piece to piece");
	is(SYS(process_vm_readv, child, here, 3, there, 5, 0), 5,
	   "the copy is as long as the shorter list");
	is(SYS(process_vm_readv, child, here, 4, there, 5, 0), 6,
	   "the copy ends at a hole; no later piece is copied");
}

static void arguments(void)
{
	static struct iovec32 many[1025];
	uint8_t byte;
	struct iovec32 here = PIECE(&byte, 1), there = PIECE(theirs, 1);
	struct iovec32 negative = PIECE(&byte, 0x80000000);

	is(SYS(process_vm_readv, child, &here, 1, &there, 1, 1), -EINVAL,
	   "flags are refused");
	is(SYS(process_vm_readv, 999999, &here, 1, &there, 1, 0), -ESRCH,
	   "a process that does not exist is refused");
	is(SYS(process_vm_readv, 999999, &here, 1, &there, 0, 0), 0,
	   "an empty remote list returns 0 before the process is looked up");
	is(SYS(process_vm_readv, 999999, &here, 0, 0, 9999, 0), 0,
	   "an empty local list returns 0 before the remote one is read");
	is(SYS(process_vm_readv, child, 16, 1, &there, 1, 0), -EFAULT,
	   "a local list at an unmapped address is refused");
	is(SYS(process_vm_readv, child, &here, 1, 16, 1, 0), -EFAULT,
	   "a remote list at an unmapped address is refused");
	is(SYS(process_vm_readv, child, many, 1025, &there, 1, 0), -EINVAL,
	   "more than 1024 local pieces are refused");
	is(SYS(process_vm_readv, child, &here, 1, many, 1025, 0), -EINVAL,
	   "more than 1024 remote pieces are refused");
	is(SYS(process_vm_readv, child, &negative, 1, &there, 1, 0), -EINVAL,
	   "a local piece with a negative length is refused");
	is(SYS(process_vm_readv, child, &here, 1, &negative, 1, 0), -EINVAL,
	   "a remote piece with a negative length is refused");
}

/* A task that may not trace a process may not read its memory, either. */
static int as_another_user(void *arg)
{
	uint8_t byte;
	struct iovec32 here = PIECE(&byte, 1), there = PIECE(theirs, 1);

	(void)arg;
	SYS(setresuid32, 1001, 1001, 1001);
	return SYS(process_vm_readv, child, &here, 1, &there, 1, 0) == -EPERM &&
		SYS(process_vm_readv, getpid(), &here, 1, &there, 1, 0) == 1;
}

/* ---- /proc/PID/mem ----------------------------------------------- */

static int mem;

static int32_t poke(volatile void *where, const char *text)
{
	return SYS(pwrite64, mem, text, strlen(text), 0, where, 0);
}

static void open_mem(int32_t pid)
{
	char path[30];

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	mem = SYS(open, path, O_RDWR, 0);
}

static void whatever_the_rights(void)
{
	uint8_t byte = 0;

	open_mem(child);
	is(SYS(pread64, mem, &byte, 1, 0, theirs + 2 * PAGE, 0), 1,
	   "/proc/PID/mem reads a PROT_NONE page");
	is(byte, 3, "the byte is the child's");
	is(poke(theirs + 2 * PAGE, "c"), 1,
	   "/proc/PID/mem writes a PROT_NONE page");
	is(poke(theirs + PAGE, "b"), 1,
	   "/proc/PID/mem writes a read-only page");
	is(poke(theirs + 3 * PAGE, "x"), -EIO,
	   "/proc/PID/mem cannot write a hole");
	SYS(close, mem);
}

/*
 * A forced write to a private mapping copies the page first, so that the file
 * and the others that map it keep theirs; a shared mapping is refused.
 */
static void copies(void)
{
	int fd = make_file(scratch("file"), PAGE);
	uint8_t *p = (uint8_t *)SYS(mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, fd,
				    0);
	uint8_t *q = (uint8_t *)SYS(mmap2, 0, PAGE, PROT_READ, MAP_SHARED, fd,
				    0);
	static const char text[] = "constant"; /* in a page of the program */

	open_mem(SYS(getpid));
	is(p[1], 1, "a read-only private mapping of a file contains its bytes");
	is(poke(p, "xyz"), 3, "/proc/self/mem writes to it");
	is(p[1], 'y', "the mapping contains the new bytes");
	is(q[1], 1, "the file keeps the old ones");
	is(killed_writing(p), LINUX_SIGSEGV,
	   "a store by the process itself still kills");
	is(poke(q, "xyz"), -EIO,
	   "/proc/self/mem cannot write a read-only shared mapping");
	p = pages_with(1, PROT_READ, MAP_PRIVATE);
	is(poke(p, "zero"), 4,
	   "/proc/self/mem writes a read-only page that was never touched");
	is(p[1], 'e', "that page contains the new bytes");
	is(killed_writing(p), LINUX_SIGSEGV,
	   "a store by the process itself kills");
	is(poke((void *)text, "C"), 1,
	   "/proc/self/mem writes a constant of the program");
	is(*(volatile const char *)text, 'C', "the constant has changed");
	SYS(close, mem);
	SYS(close, fd);
	SYS(unlink, scratch("file"));
	remove_scratch();
}

/* A debugger's breakpoint: an instruction that was run once is replaced. */
static void code(void)
{
	uint32_t *w = (uint32_t *)pages(1);
	int (*run)(void) = (int (*)(void))w;
	uint32_t insn = 0xe3a00008; /* mov r0, #8 */

	w[0] = 0xe3a00007;
	w[1] = 0xe12fff1e; /* bx lr */
	SYS(mprotect, w, PAGE, PROT_READ | PROT_EXEC);
	is(run(), 7, "code that was stored runs");
	open_mem(SYS(getpid));
	is(SYS(pwrite64, mem, &insn, 4, 0, w, 0), 4,
	   "/proc/self/mem changes an instruction of it");
	is(run(), 8, "the changed instruction runs");
	SYS(close, mem);
	SYS(munmap, w, PAGE);
}

/* ---- what processes share: kcmp ---------------------------------- */

#define KCMP_FILE    0
#define KCMP_VM      1
#define KCMP_FILES   2
#define KCMP_FS      3
#define KCMP_SIGHAND 4
#define KCMP_IO      5
#define KCMP_SYSVSEM 6

static const char *const shared_names[] = { "open file", "memory",
					    "descriptors", "directory",
					    "signal handlers" };
static volatile int32_t shared[KCMP_SIGHAND + 1];

static void compare_with_parent(void *nr __attribute__((unused)))
{
	int32_t parent = SYS(getppid), me = SYS(getpid);

	for (uint32_t type = KCMP_FILE; type <= KCMP_SIGHAND; type++)
		shared[type] = SYS(kcmp, parent, me, type, 0, 0);
}

static int compare_as_another_user(void *pid)
{
	int32_t me = SYS(getpid);

	SYS(setuid, 1000);
	return SYS(kcmp, me, *(int32_t *)pid, KCMP_VM, 0, 0) == -EPERM;
}

static int wait_to_be_killed(void *unused)
{
	(void)unused;
	SYS(pause);
	return 0;
}

static void files_compared(void)
{
	int me = SYS(getpid), one = SYS(open, "/dev/null", O_RDWR);
	int same = SYS(dup, one), other = SYS(open, "/dev/null", O_RDWR);
	int32_t order = SYS(kcmp, me, me, KCMP_FILE, one, other);

	is(SYS(kcmp, me, me, KCMP_FILE, one, one), 0, "kcmp of a descriptor");
	is(SYS(kcmp, me, me, KCMP_FILE, one, same), 0, "of a copy by dup");
	ok(order == 1 || order == 2, "of another open file: one comes first");
	ok(SYS(kcmp, me, me, KCMP_FILE, other, one) == 3 - order,
	   "the order is the opposite from the other side");
	is(SYS(kcmp, me, me, KCMP_FILE, one, 77), -EBADF,
	   "of a descriptor that is not open");
	is(SYS(kcmp, me, me, -1, one, one), -EINVAL, "of no known type");
	is(SYS(kcmp, me, me, 8, one, one), -EINVAL, "of the next type");
	is(SYS(kcmp, me, 99999, KCMP_VM, 0, 0), -ESRCH, "with no process");
}

static void sharing(void)
{
	int32_t me = SYS(getpid), status;
	pid_t pid = start_child(wait_to_be_killed, NULL);

	files_compared();
	is(SYS(kcmp, me, pid, KCMP_FILE, 0, 0), 0,
	   "a child of fork shares the open file");
	for (uint32_t type = KCMP_VM; type <= KCMP_SIGHAND; type++)
		ok(SYS(kcmp, me, pid, type, 0, 0) > 0,
		   "a child of fork does not share the %s", shared_names[type]);
	is(SYS(kcmp, me, pid, KCMP_IO, 0, 0), 0, "neither has an I/O context");
	is(SYS(kcmp, me, pid, KCMP_SYSVSEM, 0, 0), 0,
	   "neither has semaphores to undo");
	is(WEXITSTATUS(in_child(compare_as_another_user, &pid)), 1,
	   "another user may not compare");
	SYS(kill, pid, LINUX_SIGKILL);
	SYS(wait4, pid, &status, 0, 0);
	start_many(8,
		   CLONE_VM | CLONE_FILES | CLONE_FS | CLONE_SIGHAND |
			   LINUX_SIGCHLD,
		   compare_with_parent);
	reap_all();
	for (uint32_t type = KCMP_FILE; type <= KCMP_SIGHAND; type++)
		is(shared[type], 0, "a child of clone shares the %s",
		   shared_names[type]);
}

/* ---- after an execve --------------------------------------------- */

static int32_t open_of(pid_t pid, const char *name, uint32_t flags)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return SYS(open, path, flags, 0);
}

/*
 * A file that shows a process's memory belongs to the program that ran at the open:
 * the next one may have the rights of another user.
 */
static void later_program(void)
{
	static const char *const argv[] = { "process_vm", "later", NULL };
	static const char *const files[] = { "maps", "environ", "pagemap" };
	int32_t fd[ARRAY_SIZE(files)];
	uint64_t entry = 0;
	int go[2];
	pid_t pid;

	pipe(go);
	pid = fork();
	if (pid == 0) {
		SYS(read, go[0], &entry, 1);
		/* Found by the second byte: the program runs. */
		SYS(dup2, to_child[1], 9);
		SYS(execve, "/test/process_vm", argv, argv);
		_exit(1);
	}
	mem = open_of(pid, "mem", 2);
	for (uint32_t i = 0; i < ARRAY_SIZE(files); i++)
		fd[i] = open_of(pid, files[i], 0);
	SYS(write, go[1], &entry, 1);
	SYS(read, to_child[0], &entry, 1);
	for (uint32_t i = 0; i < ARRAY_SIZE(files); i++)
		is(SYS(read, fd[i], &entry, sizeof(entry)), 0,
		   "%s, opened before an execve, is empty after it", files[i]);
	is(SYS(pread64, mem, &entry, 4, 0, (uint32_t)(uintptr_t)argv, 0), 0,
	   "mem reads nothing of the new program");
	is(SYS(pwrite64, mem, &entry, 4, 0, (uint32_t)(uintptr_t)argv, 0), 0,
	   "mem writes nothing to it");
	kill_process(pid, 9);
	SYS(wait4, pid, NULL, 0, 0);
}

int main(int argc, char **argv)
{
	uint8_t c = 0;
	int status;

	if (argc > 1 && !strcmp(argv[1], "later")) {
		SYS(write, 9, &c, 1);
		for (;;)
			SYS(pause);
	}
	begin();
	one_piece();
	many_pieces();
	arguments();
	is(WEXITSTATUS(in_child(as_another_user, NULL)), 1,
	   "another user's process_vm_readv gets EPERM");
	whatever_the_rights();
	SYS(write, to_child[1], &c, 1);
	SYS(wait4, child, &status, 0, 0);
	is(WEXITSTATUS(status), 42,
	   "the child saw the changes, and could not write read-only memory");
	is(copy(false, (struct iovec32)PIECE(&c, 1),
		(struct iovec32)PIECE(theirs, 1)),
	   -ESRCH, "process_vm_readv of a process that has ended is refused");
	copies();
	code();
	sharing();
	later_program();
	return done();
}
