/*
 * Files: those a round begins with, and those it has left.
 */
#include <uapi/fcntl.h>
#include <uapi/shm.h>
#include "fuzz.h"

#define NAMES_BYTES 2048

/* What was in a directory at first: names, each ended by '/'. */
static struct place {
	const char *path;
	char names[NAMES_BYTES];
} places[] = {
	{ .path = "/" },    { .path = "/dev" }, { .path = "/bin" },
	{ .path = "/tmp" }, { .path = "/etc" },
};

void for_each_name(const char *dir,
		   void (*fn)(const char *dir, const char *name))
{
	char buf[1024];
	int fd = SYS(open, dir, O_RDONLY | O_DIRECTORY), n;

	while (fd >= 0 && (n = SYS(getdents64, fd, buf, sizeof(buf))) > 0) {
		for (int at = 0; at < n;) {
			struct linux_dirent64 *d = (void *)(buf + at);

			at += d->d_reclen;
			if (strcmp(d->d_name, ".") && strcmp(d->d_name, ".."))
				fn(dir, d->d_name);
		}
	}
	if (fd >= 0)
		SYS(close, fd);
}

static void take_away(const char *dir, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	SYS(chmod, dir, 0777);
	if (SYS(unlink, path) == 0 || SYS(rmdir, path) == 0)
		return;
	if (strlen(path) < 256)
		for_each_name(path, take_away);
	SYS(rmdir, path);
}

static struct place *place_of(const char *dir)
{
	uint32_t i = 0;

	while (strcmp(places[i].path, dir) != 0)
		i++;
	return &places[i];
}

static void note_name(const char *dir, const char *name)
{
	char *names = place_of(dir)->names;

	if (strlen(names) + strlen(name) + 2 < NAMES_BYTES)
		strcat(strcat(names, name), "/");
}

static void check_name(const char *dir, const char *name)
{
	const char *names = place_of(dir)->names, *found = names;
	size_t n = strlen(name);

	while ((found = strstr(found, name))) {
		if ((found == names || found[-1] == '/') && found[n] == '/')
			return;
		found++;
	}
	take_away(strcmp(dir, "/") ? dir : "", name);
}

/* Segments and queues outlive the round that made them. */
static void remove_ipc(void)
{
	struct shmid64_ds ds;
	int32_t id;

	for (uint32_t i = 0; i < NR_QUEUES; i++)
		SYS(mq_unlink, queue_names[i]);
	for (uint32_t place = 0; place < 4096; place++) {
		id = SYS(shmctl, place, IPC_64 | SHM_STAT, &ds);
		if (id >= 0)
			SYS(shmctl, id, IPC_RMID, 0);
	}
}

void tidy_begin(void)
{
	SYS(shmget, IPC_PRIVATE, 1, 0600); /* their table stays */
	remove_ipc();
	for (uint32_t i = 0; i < ARRAY_SIZE(places); i++)
		for_each_name(places[i].path, note_name);
}

void tidy(void)
{
	SYS(chdir, "/");
	remove_ipc();
	/* Names may go while they are listed: until a look finds no more. */
	for (uint32_t turn = 0; turn < 3; turn++)
		for (uint32_t i = 0; i < ARRAY_SIZE(places); i++)
			for_each_name(places[i].path, check_name);
}

static void make_file(const char *path, uint32_t bytes)
{
	static const char text[1000] = "a line of a file\n";
	int fd = SYS(open, path, O_RDWR | O_CREAT, 0777);

	while (bytes) {
		uint32_t n = bytes < sizeof(text) ? bytes : sizeof(text);

		SYS(write, fd, text, n);
		bytes -= n;
	}
	SYS(close, fd);
}

void make_files(void)
{
	SYS(mkdir, "/fz", 0777);
	SYS(mkdir, "/fz/dir", 0777);
	make_file("/fz/a", 5 * PAGE + 100);
	make_file("/fz/b", 10);
	SYS(symlink, "/fz/a", "/fz/link");
	SYS(symlink, "loop", "/fz/loop");
}
