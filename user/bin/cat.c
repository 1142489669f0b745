/*
 * cat - copy files, or standard input, to standard output.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int write_all(const char *buf, int bytes)
{
	int done;

	for (; bytes > 0; buf += done, bytes -= done) {
		done = write(STDOUT_FILENO, buf, (size_t)bytes);
		if (done <= 0)
			return -1;
	}
	return 0;
}

static int copy(int fd, const char *name)
{
	static char buf[4096];
	int got;

	while ((got = read(fd, buf, sizeof(buf))) > 0) {
		if (write_all(buf, got) < 0) {
			perror("cat: standard output");
			return 1;
		}
	}
	if (got < 0)
		fprintf(stderr, "cat: %s: %s\n", name, strerror(errno));
	return got < 0;
}

int main(int argc, char **argv)
{
	int status = 0, fd;

	if (argc == 1)
		return copy(STDIN_FILENO, "standard input");
	for (int i = 1; i < argc; i++) {
		fd = open(argv[i], O_RDONLY);
		if (fd < 0) {
			fprintf(stderr, "cat: %s: %s\n", argv[i],
				strerror(errno));
			status = 1;
			continue;
		}
		status |= copy(fd, argv[i]);
		close(fd);
	}
	return status;
}
