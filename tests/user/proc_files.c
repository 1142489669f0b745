/*
 * /proc as debuggers, shells and C libraries read it: descriptors and their
 * links, threads, environment, auxiliary vector, limits, memory, /proc/sys.
 */
#include <uapi/auxvec.h>
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/signal.h>
#include <uapi/stat.h>
#include "check.h"
#include "maps.h"

static char text[16384];

static int32_t link_of(const char *path)
{
	int32_t n = SYS(readlink, path, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return n;
}

static const char *fd_path(char *buf, const char *dir, int32_t fd)
{
	sprintf(buf, "/proc/self/%s/%d", dir, (int)fd);
	return buf;
}

/* ---- directories ------------------------------------------------- */

/* The number that dir's entry ".." has; 0: there is none. */
static int32_t parent_in(const char *dir)
{
	static uint64_t buf[512];
	int32_t fd = SYS(open, dir, O_RDONLY | O_DIRECTORY, 0);
	char *p = (char *)buf, *end = p + SYS(getdents64, fd, buf, sizeof(buf));

	SYS(close, fd);
	for (; p < end; p += ((struct linux_dirent64 *)p)->d_reclen) {
		struct linux_dirent64 *entry = (void *)p;

		if (!strcmp(entry->d_name, ".."))
			return (int32_t)entry->d_ino;
	}
	return 0;
}

static void test_parents(void)
{
	SYS(chdir, "/proc/self/task"); /* keeps the inodes, and their numbers */
	ok(parent_in(".") == ino("/proc/self/"),
	   "/proc/self/task lists .. with the number of /proc/PID");
	ok(parent_in("..") == ino("/proc"),
	   "/proc/PID lists .. with the number of /proc");
	ok(parent_in("/proc/sys/vm") == ino("/proc/sys"),
	   "/proc/sys/vm lists .. with the number of /proc/sys");
	SYS(chdir, "/");
}

/* ---- without a name ---------------------------------------------- */

static bool link_is(const char *path, const char *name)
{
	char want[120];

	sprintf(want, "%s (deleted)", name);
	link_of(path);
	return !strcmp(text, want);
}

/* A file, its directory, and that one's, all of which are removed. */
static int nameless(void *arg)
{
	char file[96], dir[80], above[64], path[64];
	int fd;

	(void)arg;
	strcpy(above, scratch("above"));
	sprintf(dir, "%s/dir", above);
	sprintf(file, "%s/file", dir);
	SYS(mkdir, above, 0755);
	SYS(mkdir, dir, 0755);
	fd = make_file(file, PAGE);
	SYS(mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	SYS(chdir, dir);
	SYS(unlink, file);
	fd_path(path, "fd", fd);
	ok(link_is(path, file), "fd: a file that was removed");
	SYS(rename, above, scratch("renamed"));
	strcpy(above, scratch("renamed"));
	sprintf(dir, "%s/dir", above);
	sprintf(file, "%s/file", dir);
	ok(link_is(path, file), "fd: a directory above it was renamed");
	is(SYS(rmdir, dir), 0, "its directory is removed");
	ok(link_is("/proc/self/cwd", dir), "cwd: it was removed");
	is(SYS(getcwd, text, 64), -ENOENT, "getcwd has no path then");
	SYS(rmdir, above);
	ok(link_is(path, file), "fd: the directories above are removed, too");
	ok(link_is("/proc/self/cwd", dir), "cwd: the one above, too");
	fd = SYS(open, "/proc/self/maps", O_RDONLY);
	text[SYS(read, fd, text, sizeof(text) - 1)] = '\0';
	ok(strstr(text, strcat(file, " (deleted)\n")),
	   "maps: a file that was removed");
	ok(SYS(open, "..", O_PATH, 0) >= 0,
	   "the removed directory has a .. still");
	return 0;
}

/* ---- descriptors ------------------------------------------------- */

static void test_links(void)
{
	char path[64], name[64];
	int32_t fd, again;

	strcpy(name, scratch("open"));
	fd = SYS(open, name, O_RDWR | O_CREAT, 0600);
	link_of(fd_path(path, "fd", fd));
	ok(!strcmp(text, name), "fd: a descriptor's link is the file's path");
	again = SYS(open, path, O_RDONLY);
	is(SYS(lseek, fd, 3, SEEK_SET), 3, "lseek of that descriptor");
	is(SYS(lseek, again, 0, SEEK_CUR), 0,
	   "fd: open of the link makes another open file, at position 0");
	SYS(unlink, name);
	link_of(path);
	strcat(name, " (deleted)");
	ok(!strcmp(text, name),
	   "fd: the link of an unlinked file is its path and (deleted)");
	SYS(close, again);
	again = SYS(open, path, O_RDWR);
	ok(again >= 0, "fd: the unlinked file can be opened by its link");
	is(SYS(write, again, "abc", 3), 3,
	   "write through the descriptor opened so");
	is(SYS(pread64, fd, text, 3, 0, 0, 0), 3,
	   "read through the first descriptor");
	ok(!memcmp(text, "abc", 3), "it returns the bytes that were written");
	SYS(close, again);
	SYS(close, fd);
	is(link_of(path), -ENOENT, "fd: a closed descriptor has no link");
	is(SYS(open, "/proc/self/fd/x", O_RDONLY), -ENOENT,
	   "fd: a name of letters does not exist");
	is(SYS(open, "/proc/self/fd/00", O_RDONLY), -ENOENT,
	   "fd: 00 is not the name of descriptor 0");
}

static void test_pipe_links(void)
{
	char path[64];
	int32_t pipe[2], writer;

	SYS(pipe, pipe);
	link_of(fd_path(path, "fd", pipe[0]));
	ok(!strncmp(text, "pipe:[", 6),
	   "fd: a pipe's link is its kind and inode");
	writer = SYS(open, fd_path(path, "fd", pipe[1]), O_WRONLY);
	ok(writer >= 0, "fd: a pipe's end can be opened by its link");
	is(SYS(write, writer, "x", 1), 1,
	   "write of a byte through the descriptor opened so");
	is(SYS(read, pipe[0], text, 1), 1, "read of the byte from the pipe");
	SYS(close, writer);
	SYS(close, pipe[0]);
	SYS(close, pipe[1]);
}

/* The score of a small process with that oom_score_adj. */
static int32_t score(const char *adj)
{
	int32_t fd = SYS(open, "/proc/self/oom_score_adj", O_RDWR);

	SYS(write, fd, adj, strlen(adj));
	SYS(close, fd);
	read_text("/proc/self/oom_score", text, sizeof(text));
	return (int32_t)strtol(text, NULL, 10);
}

static int test_oom_score(void *arg)
{
	int32_t usual = score("0");

	(void)arg;
	ok(usual >= 666 && usual < 680, "oom_score: a small process has 666");
	ok(score("300") >= 860 && score("300") < 880, "and 200 for 300 more");
	ok(score("-300") >= 460 && score("-300") < 480, "or less");
	is(score("-1000"), 0, "0 is never killed");
	return 0;
}

static int32_t set_vm(const char *name, const char *value)
{
	char path[64];
	int32_t fd, n;

	sprintf(path, "/proc/sys/vm/%s", name);
	fd = SYS(open, path, O_WRONLY);
	n = SYS(write, fd, value, strlen(value));
	SYS(close, fd);
	return n;
}

static void test_vm_knobs(void)
{
	is(set_vm("drop_caches", "3"), 1, "drop_caches is set to 3");
	is(set_vm("drop_caches", "0"), -EINVAL, "0 is refused");
	is(set_vm("drop_caches", "5"), -EINVAL, "so is 5");
	read_text("/proc/sys/vm/swappiness", text, sizeof(text));
	ok(!strcmp(text, "60\n"), "swappiness is 60 at first");
	is(set_vm("swappiness", "201"), -EINVAL, "201 is refused");
	is(set_vm("swappiness", "10"), 2, "swappiness is set to 10");
	read_text("/proc/sys/vm/swappiness", text, sizeof(text));
	ok(!strcmp(text, "10\n"), "and kept");
	set_vm("swappiness", "60");
}

static void test_seek(void)
{
	int32_t dir = SYS(open, "/proc", O_RDONLY),
		text_file = SYS(open, "/proc/mounts", O_RDONLY);

	is(SYS(lseek, dir, 0, SEEK_END), 0, "lseek to the end of /proc");
	is(SYS(lseek, text_file, 0, SEEK_END), -EINVAL, "a text has no end");
	SYS(close, dir);
	SYS(close, text_file);
}

static void test_fdinfo(void)
{
	char path[64];
	int32_t fd = SYS(open, "/proc/self/exe", O_RDONLY), result[2];
	struct statx stx = { 0 };
	char id[32];

	SYS(lseek, fd, 5, SEEK_SET);
	read_text(fd_path(path, "fdinfo", fd), text, sizeof(text));
	ok(!strncmp(text, "pos:\t5\nflags:\t0", 15),
	   "fdinfo: the position and the flags");
	SYS(statx, fd, "", 0x1000 /* AT_EMPTY_PATH */, STATX_MNT_ID, &stx);
	sprintf(id, "\nmnt_id:\t%u\n", (unsigned)stx.stx_mnt_id);
	ok(strstr(text, id), "fdinfo: the number of the mount");
	SYS(_llseek, fd, 1, 5, result, SEEK_SET);
	read_text(fd_path(path, "fdinfo", fd), text, sizeof(text));
	ok(!strncmp(text, "pos:\t4294967301\n", 16),
	   "fdinfo: a position beyond 4 GiB");
	SYS(close, fd);
}

/* The rights of a descriptor's link, by which lsof tells how it was opened. */
static int32_t link_rights(int32_t flags)
{
	struct kstat64 st = { 0 };
	char path[64];
	int32_t fd = SYS(open, scratch("rights"), flags | O_CREAT, 0644);

	SYS(lstat64, fd_path(path, "fd", fd), &st);
	SYS(close, fd);
	if (st.st_size != 64)
		return (int32_t)st.st_size;
	return (int32_t)st.st_mode;
}

static void test_link_rights(void)
{
	is(link_rights(O_RDONLY), S_IFLNK | 0500,
	   "fd: the link of a file that is open for reading");
	is(link_rights(O_WRONLY), S_IFLNK | 0300,
	   "fd: the link of a file that is open for writing");
	is(link_rights(O_RDWR), S_IFLNK | 0700,
	   "fd: the link of a file that is open for both");
	is(link_rights(O_PATH), S_IFLNK, "fd: the link of a path alone");
	SYS(unlink, scratch("rights"));
}

/* ---- mapped files ------------------------------------------------ */

static uintptr_t map_at;

/* The link of the mapping, whose name fmt makes of its start and end. */
static int32_t map_link(const char *fmt, uint32_t bytes)
{
	char path[80];

	sprintf(path, fmt, (unsigned long)map_at,
		(unsigned long)(map_at + bytes));
	return link_of(path);
}

/* How often the directory lists the mapping, a link. */
static uint32_t listed(void)
{
	static uint64_t buf[512];
	int32_t fd, n;
	uint32_t found = 0;
	char name[32], *p;

	sprintf(name, "%lx-%lx", (unsigned long)map_at,
		(unsigned long)(map_at + 2 * PAGE));
	fd = SYS(open, "/proc/self/map_files", O_RDONLY | O_DIRECTORY, 0);
	while ((n = SYS(getdents64, fd, buf, 100)) > 0)
		for (p = (char *)buf; p < (char *)buf + n;
		     p += ((struct linux_dirent64 *)p)->d_reclen) {
			struct linux_dirent64 *entry = (void *)p;

			found += !strcmp(entry->d_name, name) &&
				entry->d_type == LINUX_DT_LNK;
		}
	SYS(close, fd);
	return found;
}

static void test_map_names(void)
{
	static const char *const wrong[] = {
		"/proc/self/map_files/0%lx-%lx",
		"/proc/self/map_files/%lx-0%lx",
		"/proc/self/map_files/ %lx-%lx",
		"/proc/self/map_files/%lx-%lx ",
		"/proc/self/map_files/100000000%lx-%lx",
		"/proc/self/map_files/%lx-100000000%lx",
		"/proc/self/map_files/%1$lx-",
		"/proc/self/map_files/%lx",
	};

	for (uint32_t i = 0; i < ARRAY_SIZE(wrong); i++)
		is(map_link(wrong[i], 2 * PAGE), -ENOENT,
		   "map_files: wrong name %u", (unsigned int)i);
	is(map_link("/proc/self/map_files/%lx-%lx", PAGE), -ENOENT,
	   "map_files: a part of the mapping has no link");
}

/* A user's process may read the links, not follow them. */
static int as_user(void *arg)
{
	char path[80];

	(void)arg;
	sprintf(path, "/proc/%d/map_files/%lx-%lx", (int)SYS(getppid),
		(unsigned long)map_at, (unsigned long)(map_at + 2 * PAGE));
	SYS(setuid32, 1000);
	is(link_of(path), -EACCES, "map_files: another user's");
	SYS(prctl, 4 /* PR_SET_DUMPABLE */, 1);
	strcpy(path, "/proc/self/map_files/%lx-%lx");
	ok(map_link(path, 2 * PAGE) > 0,
	   "map_files: a user's own link is read");
	sprintf(path, "/proc/self/map_files/%lx-%lx", (unsigned long)map_at,
		(unsigned long)(map_at + 2 * PAGE));
	is(SYS(open, path, O_RDONLY), -EPERM, "it cannot be followed");
	return 0;
}

static void test_map_files(void)
{
	const char *name = "/proc/self/map_files/%lx-%lx";
	struct kstat64 st = { 0 };
	char path[80], file[64];
	int32_t fd;

	strcpy(file, scratch("mapped"));
	fd = make_file(file, 2 * PAGE);
	map_at = (uintptr_t)SYS(mmap2, 0, 2 * PAGE, PROT_READ, MAP_SHARED, fd,
				0);
	SYS(close, fd);
	ok(map_link(name, 2 * PAGE) > 0 && !strcmp(text, file),
	   "map_files: the link of a mapping is the file's path");
	is((int32_t)listed(), 1, "map_files lists the mapping, as a link");
	sprintf(path, name, (unsigned long)map_at,
		(unsigned long)(map_at + 2 * PAGE));
	SYS(lstat64, path, &st);
	is((int32_t)st.st_mode, S_IFLNK | 0600,
	   "map_files: the link of a file that was open for both");
	SYS(unlink, file);
	fd = SYS(open, path, O_RDONLY);
	is(SYS(read, fd, text, 3), 3,
	   "map_files: the removed file is opened by the link");
	ok(!memcmp(text, (void *)map_at, 3), "it is the mapped one");
	SYS(close, fd);
	test_map_names();
	checks_in_child(as_user, 0);
	SYS(munmap, map_at, PAGE);
	is(map_link(name, 2 * PAGE), -ENOENT,
	   "map_files: no link is left when a part is unmapped");
	map_at += PAGE;
	ok(map_link(name, PAGE) > 0, "map_files: the rest has one");
	SYS(munmap, map_at, PAGE);
	is((int32_t)listed(), 0, "map_files does not list it any more");
	map_at = (uintptr_t)pages(2);
	is(map_link(name, 2 * PAGE), -ENOENT,
	   "map_files: memory without a file has no link");
}

/* ---- system calls ------------------------------------------------ */

static int waits(void *end)
{
	char c;

	return SYS(read, *(int *)end, &c, 1);
}

static __attribute__((noreturn)) int spins(void *arg)
{
	(void)arg;
	for (;;)
		;
}

/* Reads syscall of process pid until it begins so: whether it came to that. */
static bool syscall_begins(pid_t pid, const char *with)
{
	char path[40];

	sprintf(path, "/proc/%d/syscall", (int)pid);
	for (int i = 0; i < 200; i++) {
		read_text(path, text, sizeof(text));
		if (!strncmp(text, with, strlen(with)))
			return true;
		sleep_ms(5);
	}
	return false;
}

static void test_syscall(void)
{
	int32_t fd = SYS(open, "/proc/self/syscall", O_RDONLY), n;
	unsigned long sp, pc;
	char want[80], *p;
	int ends[2];
	pid_t pid;

	n = SYS(read, fd, text, 1000);
	text[n > 0 ? n : 0] = '\0';
	sprintf(want, "3 0x%x 0x%lx 0x3e8 0x", (unsigned int)fd,
		(unsigned long)(uintptr_t)text);
	ok(!strncmp(text, want, strlen(want)),
	   "syscall: the reader's own call and arguments");
	/* The last two words: its stack pointer and its pc. */
	p = strrchr(text, ' ');
	pc = p ? strtoul(p, 0, 16) : 0;
	if (p)
		*p = '\0', p = strrchr(text, ' ');
	sp = p ? strtoul(p, 0, 16) : 0;
	ok(sp <= (uintptr_t)&ends && (uintptr_t)&ends - sp < PAGE && pc,
	   "syscall: its stack pointer, and where it is");
	SYS(close, fd);
	SYS(pipe, ends);
	pid = start_child(waits, &ends[0]);
	sprintf(want, "3 0x%x 0x", (unsigned int)ends[0]);
	ok(syscall_begins(pid, want), "syscall: a child waits in read");
	kill_process(pid, SIGKILL);
	ok(syscall_begins(pid, "-1 0x0 0x0\n"), "syscall: the child has ended");
	SYS(wait4, pid, 0, 0, 0);
	pid = start_child(spins, 0);
	ok(syscall_begins(pid, "running\n"), "syscall: a child that runs");
	kill_process(pid, SIGKILL);
	SYS(wait4, pid, 0, 0, 0);
	SYS(close, ends[0]);
	SYS(close, ends[1]);
}

/* ---- who it is --------------------------------------------------- */

/* Returns whether `one` is among strings that follow each other, with NULs. */
static bool has_string(const char *strings, int32_t bytes, const char *one)
{
	const char *end = strings + bytes;

	while (strings < end && strcmp(strings, one))
		strings += strlen(strings) + 1;
	return strings < end;
}

static void test_identity(void)
{
	char name[64];
	int32_t fd, n;

	strcpy(name, scratch("dir"));
	SYS(mkdir, name, 0700);
	SYS(chdir, name);
	link_of("/proc/self/cwd");
	ok(!strcmp(text, name), "cwd leads to the working directory");
	fd = SYS(open, "/proc/self/cwd/file", O_RDWR | O_CREAT, 0600);
	ok(fd >= 0, "a file can be made through cwd");
	is(SYS(unlink, "file"), 0, "that file is in the working directory");
	SYS(close, fd);
	SYS(chdir, "/");
	SYS(rmdir, name);
	is(link_of("/proc/self/root"), 1,
	   "root leads to the root: the link's length");
	link_of("/proc/thread-self");
	sprintf(name, "%d/task/%d", (int)getpid(), (int)SYS(gettid));
	ok(!strcmp(text, name), "thread-self leads to the thread");
	fd = SYS(open, "/proc/self/environ", O_RDONLY);
	n = SYS(read, fd, text, sizeof(text));
	ok(n >= 0 && (!environ[0] || has_string(text, n, environ[0])),
	   "environ contains the program's first variable");
	SYS(close, fd);
}

/*
 * What only a process has, a thread's directory lacks. With a task directory in
 * it, a path has no end, and each open directory would hold the one above.
 */
static void test_thread_directory(void)
{
	static const char *const of_process[] = { "task", "coredump_filter",
						  "mountstats", "map_files" };
	char below[64], path[64];
	int32_t dir = SYS(open, "/proc", O_RDONLY | O_DIRECTORY);
	int32_t task = (int32_t)SYS(gettid), steps = 0, next;

	sprintf(path, "%ld/task/%ld", (long)getpid(), (long)task);
	sprintf(below, "task/%ld", (long)task);
	for (next = SYS(openat, dir, path, O_RDONLY | O_DIRECTORY);
	     next >= 0 && steps < 2000; steps++) {
		SYS(close, dir);
		dir = next;
		next = SYS(openat, dir, below, O_RDONLY | O_DIRECTORY);
	}
	is(steps, 1, "task: steps that lead from a thread to a thread");
	for (uint32_t i = 0; i < ARRAY_SIZE(of_process); i++) {
		is(SYS(faccessat, dir, of_process[i], 0), -ENOENT,
		   "task: a thread has no %s of its own", of_process[i]);
		sprintf(path, "/proc/self/%s", of_process[i]);
		is(SYS(access, path, 0), 0, "the process has one");
	}
	is(SYS(faccessat, dir, "maps", 0), 0, "task: a thread has maps");
	SYS(close, dir);
}

static void test_auxv(void)
{
	int32_t fd = SYS(open, "/proc/self/auxv", O_RDONLY);
	int32_t n = SYS(read, fd, text, sizeof(text));
	uint32_t *word = (uint32_t *)text, page = 0;

	SYS(close, fd);
	ok(n > 0 && n % 8 == 0 && word[n / 4 - 2] == AT_NULL,
	   "auxv: pairs of words, of which the last is AT_NULL");
	for (int32_t i = 0; i < n / 4; i += 2)
		if (word[i] == AT_PAGESZ)
			page = word[i + 1];
	is((int32_t)page, PAGE, "auxv: the value of AT_PAGESZ");
}

static void test_limits(void)
{
	uint32_t limit[2] = { 100, 200 };

	SYS(setrlimit, 7, limit);
	read_text("/proc/self/limits", text, sizeof(text));
	ok(strstr(text,
		  "Max open files            100                  200"
		  "                  files     \n") != NULL,
	   "limits: the limits that were just set");
}

/* ---- memory ------------------------------------------------------ */

static int32_t at(const volatile void *p, bool write, void *buf, uint32_t n)
{
	int32_t fd = SYS(open, "/proc/self/mem", write ? O_WRONLY : O_RDONLY);
	uint32_t where = (uint32_t)(uintptr_t)p;
	int32_t done = write ? SYS(pwrite64, fd, buf, n, 0, where, 0) :
			       SYS(pread64, fd, buf, n, 0, where, 0);

	SYS(close, fd);
	return done;
}

static void test_mem(void)
{
	static volatile int word = 5;
	uint8_t *p = pages(3);
	int v = 0;

	is(at(&word, false, &v, 4), 4, "mem: a read of a word of this process");
	is(v, 5, "mem: that read returns the word's value");
	v = 9;
	is(at(&word, true, &v, 4), 4, "mem: a write to the word");
	is(word, 9, "mem: the word has the written value");
	memset(p, 7, 3 * PAGE);
	is(at(p + PAGE - 2, false, text, PAGE + 4), PAGE + 4,
	   "mem: a read across two page borders");
	SYS(munmap, p + PAGE, PAGE);
	is(at(p + PAGE - 2, false, text, 8), 2,
	   "mem: a read that ends at a hole is cut short");
	is(at(p + PAGE, false, text, 8), -EIO,
	   "mem: a read in a hole is refused");
	is(at((void *)0xc0000000, false, text, 8), -EIO,
	   "mem: a read of kernel memory is refused");
	SYS(munmap, p, 3 * PAGE);
}

/* ---- the machine ------------------------------------------------- */

static int32_t number(const char *path)
{
	read_text(path, text, sizeof(text));
	return atoi(text);
}

static void test_machine(void)
{
	unsigned long user, nice, system, idle;
	unsigned int running, all, last;

	is(number("/proc/sys/kernel/pid_max"), 32768,
	   "sys/kernel/pid_max is Linux's default");
	is(number("/proc/sys/vm/max_map_count"), 65530,
	   "sys/vm/max_map_count is Linux's default");
	read_text("/proc/sys/kernel/ostype", text, sizeof(text));
	ok(!strcmp(text, "Linux\n"), "sys/kernel/ostype is Linux");
	is(SYS(open, "/proc/sys/none/x", O_RDONLY), -ENOENT,
	   "a directory that does not exist in sys is not found");
	read_text("/proc/stat", text, sizeof(text));
	ok(sscanf(text, "cpu %lu %lu %lu %lu", &user, &nice, &system, &idle) ==
		   4,
	   "stat: the times of all cores");
	ok(strstr(text, "\ncpu0 ") && !strstr(text, "\ncpu1 "),
	   "stat: the times of one core, cpu0");
	ok(strstr(text, "\nctxt ") && strstr(text, "\nbtime ") &&
		   strstr(text, "\nprocesses ") &&
		   strstr(text, "\nprocs_running "),
	   "stat: switches, the boot's time, processes");
	read_text("/proc/loadavg", text, sizeof(text));
	ok(sscanf(text, "%*u.%*2u %*u.%*2u %*u.%*2u %u/%u %u", &running, &all,
		  &last) == 3 &&
		   running >= 1 && all >= running,
	   "loadavg: running tasks, all tasks, the last number");
	read_text("/proc/filesystems", text, sizeof(text));
	ok(strstr(text, "nodev\tproc\n") && strstr(text, "nodev\ttmpfs\n"),
	   "filesystems: proc and tmpfs");
}

/* A pipe of the size that /proc/sys/fs names must be possible. */
static void test_fs_limits(void)
{
	int32_t ends[2], bytes = number("/proc/sys/fs/pipe-max-size");

	SYS(pipe, ends);
	ok(bytes >= 65536 &&
		   SYS(fcntl64, ends[1], F_SETPIPE_SZ, bytes) == bytes,
	   "sys/fs/pipe-max-size: a pipe can be made so large");
	SYS(close, ends[0]);
	SYS(close, ends[1]);
}

int main(void)
{
	test_fs_limits();
	test_parents();
	test_links();
	checks_in_child(nameless, 0);
	test_pipe_links();
	test_fdinfo();
	test_seek();
	test_vm_knobs();
	checks_in_child(test_oom_score, 0);
	test_link_rights();
	test_map_files();
	test_syscall();
	test_identity();
	test_thread_directory();
	test_auxv();
	test_mem();
	test_machine();
	test_limits();
	remove_scratch();
	return done();
}
