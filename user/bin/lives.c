/*
 * lives - mm_users and mm_count through the life of address spaces.
 *
 * mm_users counts the tasks that use the mappings. mm_count counts what else needs
 * the mm_struct itself; all users together hold one mm_count. docs/lives.md draws
 * the lives that this program shows, and a kernel thread's borrowed mm_count, which
 * no program can see: none runs while the kernel thread does.
 *
 *	lives		the demonstration
 *	lives counts	exit status mm_users * 16 + mm_count, of itself
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <uapi/auxvec.h>
#include <unistd.h>
#include "claim.h"
#include "linux.h"
#include "maps.h"
#include "threads.h"
#include "walk.h"

#define NR_THREADS  2
#define PATIENCE_MS 5000

/* A page that parent and child share: the child reports its counts in it. */
struct report {
	volatile uint32_t users, count;
	volatile bool go;
};

static struct report *report;

/* ---- looking ----------------------------------------------------- */

static void shows(pid_t pid, uint32_t users, uint32_t count, const char *what)
{
	struct mmu_context now = { 0 };

	read_context(pid, &now);
	claim(now.users == users && now.count == count,
	      "mm_users %lu, mm_count %lu: %s", now.users, now.count, what);
}

static void reported(uint32_t users, const char *what)
{
	claim(report->users == users && report->count == 1,
	      "mm_users %lu, mm_count %lu: %s", report->users, report->count,
	      what);
	memset(report, 0, sizeof(*report));
}

static void report_counts(pid_t pid)
{
	struct mmu_context now = { 0 };

	read_context(pid, &now);
	report->users = now.users;
	report->count = now.count;
}

/* Returns how many objects of a slab cache are in use. */
static uint32_t objects(const char *cache)
{
	static char text[8192];
	char *line;

	if (read_text("/proc/slabinfo", text, sizeof(text)) < 0)
		return 0;
	line = strstr(text, cache);
	return line ? strtoul(line + strlen(cache), NULL, 10) : 0;
}

static int status_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

static pid_t start_child(void (*life)(void))
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		life();
		_exit(1);
	}
	return pid;
}

/* ---- lives ------------------------------------------------------- */

static void wait_to_go(void *arg)
{
	(void)arg;
	while (!report->go)
		sleep_ms(1);
}

static void threads(void)
{
	struct thread all[NR_THREADS];

	heading("Threads share it");
	for (int i = 0; i < NR_THREADS; i++)
		run_thread(&all[i], wait_to_go, NULL, 0);
	shows(0, 1 + NR_THREADS, 1, "two threads more (copy_mm: mmget)");
	report->go = true;
	for (int i = 0; i < NR_THREADS; i++)
		join_thread(&all[i]);
	report->go = false;
	shows(0, 1, 1, "both have ended (exit_mm: mmput)");
}

static void wait_for_ever(void)
{
	wait_to_go(NULL);
}

static void forks(void)
{
	pid_t pid;

	heading("fork makes another");
	pid = start_child(wait_for_ever);
	shows(pid, 1, 1, "the child's own (copy_mm: mm_alloc, dup_mmap)");
	shows(0, 1, 1, "the parent's, as before");
	kill_process(pid, LINUX_SIGKILL);
	status_of(pid);
	claim(!read_context(pid, &(struct mmu_context){ 0 }),
	      "killed and waited for: it is gone with its mm");
}

static void look_at_parent(void *pid)
{
	report_counts((pid_t)pid);
}

static void vforks(void)
{
	int32_t pid;

	heading("vfork lends it");
	fflush(stdout);
	pid = run_vfork(look_at_parent, (void *)getpid());
	claim(status_of(pid) == 0, "the parent slept until the child ended");
	reported(2, "what the child saw: it and its parent");
	shows(0, 1, 1, "and afterwards");
}

static void execute(void *arg)
{
	char *argv[] = { (char *)getauxval(AT_EXECFN), "counts", NULL };

	(void)arg;
	report_counts(0);
	execve(argv[0], argv, environ);
	_exit(1);
}

static void exec_in_thread(void)
{
	struct thread thread;

	run_thread(&thread, execute, NULL, 0);
	wait_for_ever();
}

static void execs(void)
{
	int status;

	heading("execve in a thread: the others end, and the mm with them");
	status = status_of(start_child(exec_in_thread));
	reported(2, "before: a leader and the thread that calls");
	claim(WIFEXITED(status) && WEXITSTATUS(status) == 0x11,
	      "mm_users %d, mm_count %d: after, in a new one (exec_mmap)",
	      WEXITSTATUS(status) >> 4, WEXITSTATUS(status) & 15);
}

/* Waits until the leader has dropped its mm_users, then ends the process. */
static void outlive_leader(void *arg)
{
	pid_t self = linux_syscall(__NR_gettid);

	(void)arg;
	for (int i = 0; i < PATIENCE_MS; i++) {
		report_counts(self);
		if (report->users == 1)
			break;
		sleep_ms(1);
	}
	linux_syscall(__NR_exit_group, 7);
}

static void leave_thread_behind(void)
{
	struct thread thread;

	run_thread(&thread, outlive_leader, NULL, 0);
	linux_syscall(__NR_exit, 0);
}

static void leaders(void)
{
	int status;

	heading("A leader that exits drops its use, as any thread does");
	status = status_of(start_child(leave_thread_behind));
	reported(1, "what is left is the other thread's");
	claim(WIFEXITED(status) && WEXITSTATUS(status) == 7,
	      "the process ended with its last thread, not with its leader");
}

static void demonstrate(void)
{
	uint32_t mms = objects("mm_struct"), vmas = objects("vm_area_struct");

	heading("One task, one address space");
	shows(0, 1, 1, "this program; as one user it holds one mm_count");
	threads();
	forks();
	vforks();
	new_page();
	execs();
	leaders();
	heading("Afterwards");
	claim(mms && objects("mm_struct") == mms, "%lu mm_structs, as before",
	      mms);
	claim(objects("vm_area_struct") == vmas, "%lu VMAs, as before", vmas);
}

int main(int argc, char **argv)
{
	struct mmu_context now = { 0 };

	if (argc > 1 && strcmp(argv[1], "counts") == 0) {
		read_context(0, &now);
		return (int)(now.users << 4 | now.count);
	}
	if (!on_pagewalk()) {
		note("Linux does not tell mm_users and mm_count.");
		return 0;
	}
	report = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (report == MAP_FAILED) {
		perror("lives: mmap");
		return 1;
	}
	demonstrate();
	return claims_status();
}
