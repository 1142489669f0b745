/*
 * linux_init NAME ... - process 1 of a Linux that runs these programs.
 *
 * tests/user/oracle.py boots Linux with it. It makes what our kernel has from
 * the start, runs each /test/NAME with its output on the console between two
 * marks, and powers the board off. NAME,ARGUMENT,... has arguments for it. Not for
 * Pagewalk.
 */
#include <uapi/fcntl.h>
#include "check.h"

#define __NR_mount 21

#define LINUX_REBOOT_MAGIC1    0xfee1deadu
#define LINUX_REBOOT_MAGIC2    672274793u
#define LINUX_REBOOT_POWER_OFF 0x4321fedcu

static void mount(const char *type, const char *where)
{
	SYS(mkdir, where, 0755);
	SYS(mount, type, where, type, 0, 0);
}

static void run(const char *name)
{
	char path[64], *argv[8];
	int status = -1;
	pid_t pid;

	snprintf(path, sizeof(path), "/test/%s", name);
	split_words(path, argv, ARRAY_SIZE(argv) - 1);
	printf("<<< %s\n", name);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		/* Not a member of init's session, which has the console. */
		SYS(setsid);
		execve(argv[0], argv, environ);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	printf(">>> %s %d\n", name, status);
}

int main(int argc, char **argv)
{
	mount("proc", "/proc");
	mount("devtmpfs", "/dev");
	mount("tmpfs", "/tmp");
	/* What udev makes on Debian; here the kernel does. */
	SYS(symlink, "/proc/self/fd", "/dev/fd");
	SYS(symlink, "/proc/self/fd/0", "/dev/stdin");
	SYS(symlink, "/proc/self/fd/1", "/dev/stdout");
	SYS(symlink, "/proc/self/fd/2", "/dev/stderr");
	SYS(mkdir, "/dev/shm", 0);
	SYS(chmod, "/dev/shm", 01777);
	for (int i = 1; i < argc; i++)
		run(argv[i]);
	SYS(reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
	    LINUX_REBOOT_POWER_OFF, 0);
	return 1;
}
