/*
 * /proc/sys/fs/mqueue: what a user may have of message queues, and what a queue
 * has that is made without attributes.
 */
#include <uapi/fcntl.h>
#include <uapi/mqueue.h>
#include "check.h"

#define NAME "pagewalk-mqueue"

static char buf[16];

static int32_t open_with(const char *name, uint32_t flags, int32_t max,
			 int32_t bytes)
{
	struct mq_attr attr = { .mq_maxmsg = max, .mq_msgsize = bytes };

	return SYS(mq_open, name, flags, 0600, &attr);
}

static char setting_path[64];

static const char *setting(const char *name)
{
	snprintf(setting_path, sizeof(setting_path), "/proc/sys/fs/mqueue/%s",
		 name);
	return setting_path;
}

static void set(const char *name, const char *value, int32_t want)
{
	int32_t fd = SYS(open, setting(name), O_WRONLY, 0);

	is(SYS(write, fd, value, strlen(value)), want, "write %s to %s", value,
	   name);
	SYS(close, fd);
}

static void is_set(const char *name, const char *want)
{
	int32_t fd = SYS(open, setting(name), O_RDONLY, 0);

	memset(buf, 0, 16);
	SYS(read, fd, buf, 15);
	SYS(close, fd);
	buf[strcspn(buf, "\n")] = '\0';
	ok(!strcmp(buf, want), "%s is %s", name, want);
}

/* What mq_open makes without attributes. */
static void makes(int32_t max, int32_t bytes)
{
	struct mq_attr attr = { 0 };
	int32_t fd = SYS(mq_open, NAME, O_CREAT | O_RDWR, 0600, 0);

	SYS(mq_getsetattr, fd, 0, &attr);
	is(attr.mq_maxmsg, max, "a new queue's messages");
	is(attr.mq_msgsize, bytes, "and their bytes");
	SYS(close, fd);
	SYS(mq_unlink, NAME);
}

static int with_settings(void *unused)
{
	int32_t fd;

	(void)unused;
	SYS(setuid, 1000);
	fd = open_with("pagewalk-many", O_CREAT | O_RDWR, 12, 16);
	ok(fd >= 0, "mq_open of 12 messages, as msg_max allows");
	SYS(close, fd);
	SYS(mq_unlink, "pagewalk-many");
	is(open_with(NAME, O_CREAT | O_RDWR, 13, 16), -EINVAL,
	   "mq_open of more");
	is(open_with(NAME, O_CREAT | O_RDWR, 2, 9000), -EINVAL,
	   "mq_open of longer messages than msgsize_max");
	return 0;
}

static void settings(void)
{
	is_set("msg_max", "10");
	is_set("msgsize_max", "8192");
	is_set("queues_max", "256");
	set("msg_default", "4", 1);
	set("msgsize_default", "200", 3);
	makes(4, 200);
	set("msg_default", "20", 2);
	set("msg_max", "12", 2);
	makes(12, 200);
	checks_in_child(with_settings, NULL);
	set("msg_max", "0", -EINVAL);
	set("msg_max", "65537", -EINVAL);
	set("msgsize_max", "127", -EINVAL);
	set("msgsize_default", "16777217", -EINVAL);
	is_set("msg_max", "12");
	set("msg_max", "10", 2);
	set("msg_default", "10", 2);
	set("msgsize_default", "8192", 4);
	set("queues_max", "0", 1);
	makes(10, 8192);
	set("queues_max", "256", 3);
}

int main(void)
{
	settings();
	return done();
}
