/* /proc/sys/fs: the limits of open files, pipes and mounts, and protected_*. */
#include <alloc/alloc.h>
#include <inspect/proc_sys.h>
#include <services/files/files.h>
#include <services/pipe/pipe.h>
#include <string.h>

static int show_pipe_max_size(struct seq_file *m)
{
	return show_number(m, READ_ONCE(pipe_max_bytes));
}

/* Rounded up to what a pipe can have, as on Linux. */
static int write_pipe_max_size(struct seq_file *m __unused_arg,
			       const char *text)
{
	u32 bytes;
	int err = read_number(text, &bytes);

	/* pipe_round_size() returns 0 for a size that no pipe can have. */
	bytes = err ? 0 : pipe_round_size(bytes);
	if (!bytes)
		return -EINVAL;
	WRITE_ONCE(pipe_max_bytes, bytes);
	return 0;
}

static int show_pipe_soft(struct seq_file *m)
{
	return show_number(m, READ_ONCE(pipe_soft_pages));
}

/* Pages of pipes beyond which a user's new pipes are small; 0: no limit. */
static int write_pipe_soft(struct seq_file *m __unused_arg, const char *text)
{
	return read_number(text, &pipe_soft_pages);
}

static int show_pipe_hard(struct seq_file *m)
{
	return show_number(m, READ_ONCE(pipe_hard_pages));
}

/* Pages of pipes beyond which a user gets no new pipe; 0: no limit. */
static int write_pipe_hard(struct seq_file *m __unused_arg, const char *text)
{
	return read_number(text, &pipe_hard_pages);
}

static int show_file_max(struct seq_file *m)
{
	return show_number(m, READ_ONCE(max_files));
}

static int write_file_max(struct seq_file *m __unused_arg, const char *text)
{
	return read_number(text, &max_files);
}

/*
 * /proc/sys/fs/file-nr: open files, free ones that are kept (none), and the
 * limit.
 */
static int show_file_nr(struct seq_file *m)
{
	seq_printf(m, "%u\t0\t%u\n", nr_open_files(), READ_ONCE(max_files));
	return 0;
}

static int show_mount_max(struct seq_file *m)
{
	return show_number(m, READ_ONCE(max_mounts));
}

/* Mounts that exist stay, even if the new number is smaller. */
static int write_mount_max(struct seq_file *m __unused_arg, const char *text)
{
	/* Linux's variable is an int. */
	return read_between(text, 1, INT32_MAX, &max_mounts);
}

static int show_nr_open(struct seq_file *m)
{
	return show_number(m, NR_OPEN_MAX);
}

/* Shows the inodes in use, and that none is kept unused. */
static void put_inodes(const struct slab_stats *s, void *m)
{
	/*
	 * The slab cache counts its objects, so inodes need no counter of their
	 * own.
	 */
	if (!strcmp(s->name, "inode_cache"))
		seq_printf(m, "%u\t0", s->active_objects);
}

/* /proc/sys/fs/inode-nr: all inodes are in use, since unused ones are freed. */
static int show_inode_nr(struct seq_file *m)
{
	slab_for_each(put_inodes, m);
	seq_putc(m, '\n');
	return 0;
}

/*
 * /proc/sys/fs/inode-state: the same, and five numbers without a meaning today.
 */
static int show_inode_state(struct seq_file *m)
{
	slab_for_each(put_inodes, m);
	seq_puts(m, "\t0\t0\t0\t0\t0\n");
	return 0;
}

/* The two functions of a file of protected.c, whose number is at most `most`. */
#define PROTECTED(what, most)                                          \
	static int show_##what(struct seq_file *m)                     \
	{                                                              \
		return show_number(m, READ_ONCE(protected_##what));    \
	}                                                              \
	static int write_##what(struct seq_file *m __unused_arg,       \
				const char *text)                      \
	{                                                              \
		return read_between(text, 0, most, &protected_##what); \
	}
PROTECTED(fifos, 2)
PROTECTED(hardlinks, 1)
PROTECTED(regular, 2)
PROTECTED(symlinks, 1)

static const struct proc_entry fs_entries[] = {
	TEXT_RW("file-max", show_file_max, write_file_max),
	TEXT("file-nr", show_file_nr),
	TEXT("inode-nr", show_inode_nr),
	TEXT("inode-state", show_inode_state),
	TEXT_RW("mount-max", show_mount_max, write_mount_max),
	DIR("mqueue", &mqueue_dir),
	TEXT("nr_open", show_nr_open),
	TEXT_RW("pipe-max-size", show_pipe_max_size, write_pipe_max_size),
	TEXT_RW("pipe-user-pages-hard", show_pipe_hard, write_pipe_hard),
	TEXT_RW("pipe-user-pages-soft", show_pipe_soft, write_pipe_soft),
	TEXT_RW("protected_fifos", show_fifos, write_fifos),
	TEXT_RW("protected_hardlinks", show_hardlinks, write_hardlinks),
	TEXT_RW("protected_regular", show_regular, write_regular),
	TEXT_RW("protected_symlinks", show_symlinks, write_symlinks),
	{ .name = NULL },
};

const struct proc_dir fs_dir = { 8, fs_entries, NULL, NULL };
