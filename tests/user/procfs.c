/*
 * procfs - read every file of /proc, /proc/self and /proc/1, and of what is below
 * them, from end to end, in pieces of several sizes, and find them there.
 *
 * Pagewalk only: Linux has files here that block or must not be read.
 */
#include <uapi/fcntl.h>
#include "check.h"

#define LINE 64

static int32_t read_all(const char *path, uint32_t piece)
{
	static char buf[4096];
	int32_t fd = SYS(open, path, O_RDONLY | O_NONBLOCK, 0), n, total = 0;

	if (fd < 0)
		return fd;
	while ((n = SYS(read, fd, buf, piece)) > 0 && total < 1 << 20)
		total += n;
	SYS(close, fd);
	/* kmsg would wait for more. */
	return n < 0 && n != -EAGAIN ? n : total;
}

static void read_file(const char *path)
{
	int32_t whole = read_all(path, 4096), pieces = read_all(path, 104);
	const char *name = strrchr(path, '/');

	if (!strcmp(name, "/mem")) {
		is(whole, -EIO, "%s: nothing is mapped at 0", path);
		return;
	}
	if (whole == -EACCES || !strcmp(name, "/clear_refs"))
		return; /* for writing only, and root may open it all the same */
	ok(whole >= 0 && pieces >= 0, "%s: %ld bytes", path, whole);
}

static void read_directory(const char *dir)
{
	uint64_t buf[1024];
	int32_t fd = SYS(open, dir, O_RDONLY | O_DIRECTORY, 0), n;
	char path[LINE * 2];

	ok(fd >= 0, "%s", dir);
	while ((n = SYS(getdents64, fd, buf, sizeof(buf))) > 0) {
		char *p = (char *)buf, *end = p + n;

		for (; p < end; p += ((struct linux_dirent64 *)p)->d_reclen) {
			struct linux_dirent64 *entry = (void *)p;

			snprintf(path, sizeof(path), "%s/%s", dir,
				 entry->d_name);
			if (entry->d_type == LINUX_DT_REG)
				read_file(path);
			else if (entry->d_type == LINUX_DT_DIR &&
				 strchr("abcdefghijklmnopqrstuvwxyz",
					entry->d_name[0]))
				read_directory(path);
		}
	}
	SYS(close, fd);
}

/* Prints /proc/config.gz in hexadecimal, for who can unpack it. */
static void print_config(void)
{
	static uint8_t bytes[4096];
	int32_t fd = SYS(open, "/proc/config.gz", O_RDONLY, 0);
	int32_t n = SYS(read, fd, bytes, sizeof(bytes));

	printf("# config.gz ");
	for (int32_t i = 0; i < n; i++)
		printf("%02x", bytes[i]);
	printf("\n");
	SYS(close, fd);
}

int main(void)
{
	pid_t pid;

	print_config();

	read_directory("/proc");
	read_directory("/proc/self");
	read_directory("/proc/1");
	pid = fork();
	if (pid == 0)
		_exit(0);
	sleep_ms(50);
	ok(read_all("/proc/self/maps", 100) > 0, "with a zombie about");
	waitpid(pid, NULL, 0);
	return done();
}
