/* /proc/sys/fs/mqueue: the limits of message queues. */
#include <inspect/proc_sys.h>
#include <services/mqueue/mqueue.h>

/* The two functions of a file, whose number is from least to most. */
#define MQ_LIMIT(name, least, most)                                          \
	static int show_##name(struct seq_file *m)                           \
	{                                                                    \
		return show_number(m, READ_ONCE(mqueue_limits.name));        \
	}                                                                    \
	static int write_##name(struct seq_file *m __unused_arg,             \
				const char *text)                            \
	{                                                                    \
		return read_between(text, least, most, &mqueue_limits.name); \
	}
MQ_LIMIT(msg_default, 1, MESSAGES_HARD_MAX)
MQ_LIMIT(msg_max, 1, MESSAGES_HARD_MAX)
MQ_LIMIT(msgsize_default, 128, BYTES_HARD_MAX)
MQ_LIMIT(msgsize_max, 128, BYTES_HARD_MAX)
MQ_LIMIT(queues_max, 0, INT32_MAX)

static const struct proc_entry mqueue_entries[] = {
	TEXT_RW("msg_default", show_msg_default, write_msg_default),
	TEXT_RW("msg_max", show_msg_max, write_msg_max),
	TEXT_RW("msgsize_default", show_msgsize_default, write_msgsize_default),
	TEXT_RW("msgsize_max", show_msgsize_max, write_msgsize_max),
	TEXT_RW("queues_max", show_queues_max, write_queues_max),
	{ .name = NULL },
};

const struct proc_dir mqueue_dir = { 12, mqueue_entries, NULL, NULL };
