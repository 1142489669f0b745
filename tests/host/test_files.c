/*
 * Descriptors: their numbers, the position of an open file that several share,
 * tables that fork copies; and the devices that can be opened.
 */
#include <lib/printk.h>
#include <string.h>
#include <uapi/uio.h>
#include "fs_world.h"

#define MAP_VA 0x10000000u

/* "/data", a file of 8 bytes. */
static void begin(void)
{
	fs_world_start();
	make_file("/data", "contents", 8);
}

static void test_descriptors(void **state __unused_arg)
{
	s32 a, b, i;

	begin();
	host_rlimits[RLIMIT_NOFILE] = 40;
	a = sys_open(user_path("/data"), O_RDONLY, 0);
	b = sys_dup((u32)a);
	assert_int_equal(a, 0);
	assert_int_equal(b, 1);
	assert_int_equal(sys_read(0, USER_BUF, 4), 4);
	assert_int_equal(sys_lseek(1, 0, SEEK_CUR), 4);
	for (i = 2; i < 40; i++)
		assert_int_equal(sys_dup(0), i);
	assert_int_equal(sys_dup(0), -EMFILE);
	assert_int_equal(sys_dup2(0, 40), -EBADF);
	assert_int_equal(sys_close(7), 0);
	assert_int_equal(sys_close(7), -EBADF);
	assert_int_equal(sys_close(33), 0);
	assert_int_equal(sys_fcntl64(0, F_DUPFD, 20), 33);
	assert_int_equal(sys_dup(0), 7);
	assert_int_equal(sys_dup2(0, 0), 0);
	assert_int_equal(sys_dup3(0, 0, 0), -EINVAL);
	assert_int_equal(sys_dup3(0, 9, O_CLOEXEC), 9);
	assert_int_equal(sys_fcntl64(9, F_GETFD, 0), FD_CLOEXEC);
	assert_int_equal(sys_fcntl64(8, F_GETFD, 0), 0);
	files_close_on_exec(host_current->files);
	assert_int_equal(sys_fcntl64(9, F_GETFD, 0), -EBADF);
	assert_int_equal(sys_fcntl64(8, F_GETFD, 0), 0);
	assert_int_equal(sys_read(0xffffffff, USER_BUF, 1), -EBADF);
	assert_int_equal(sys_close(0xffffffff), -EBADF);
	fs_world_end();
}

/* ---- devices ----------------------------------------------------- */

static char console[64];

void console_text(const char *s, size_t bytes)
{
	assert_true(strlen(console) + bytes < sizeof(console));
	strncat(console, s, bytes);
}

static const struct file_operations other_fops = { .read = NULL };
static const struct chrdev other_devices[] = {
	{ "console", MKDEV(5, 1), 0640, &other_fops },
	{ "other", MKDEV(9, 9), 0600, &other_fops },
	{ NULL },
};

/* The core's own console, which can only be written to. */
static void test_console(void **state __unused_arg)
{
	begin();
	console[0] = '\0';
	assert_int_equal(sys_open(user_path("/dev/console"), O_RDWR, 0), 0);
	user_put(USER_BUF, "a\n\nb", 4);
	assert_int_equal(sys_write(0, USER_BUF, 4), 4);
	assert_string_equal(console, "a\n\nb");
	assert_int_equal(sys_read(0, USER_BUF, 4), 0);
	assert_int_equal(sys_ioctl(0, 0x5401, USER_BUF), -ENOTTY);
	assert_int_equal(sys_write(0, USER_END - 2, 4), -EFAULT);
	assert_int_equal(look("/dev/other"), -ENOENT);
	fs_world_end();
}

/* A service's device replaces the core's of the same name and number. */
static void test_service_devices(void **state __unused_arg)
{
	struct file *file;
	struct inode *inode;

	world_service.devices = other_devices;
	fs_world_start();
	file = must_open("/dev/console", O_RDONLY);
	assert_ptr_equal(file->f_op, &other_fops);
	fput(file);
	file = must_open("/dev/other", O_RDONLY);
	assert_ptr_equal(file->f_op, &other_fops);
	fput(file);
	fput(must_open("/dev/null", O_RDONLY));
	inode = must_find("/dev/console");
	assert_int_equal(inode->i_mode, S_IFCHR | 0640);
	iput(inode);
	fs_world_end();
	world_service.devices = NULL;
}

/* ---- one position for all that share an open file ---------------- */

static bool pos_was_locked;

static s32 probe_read(struct file *file, uaddr_t buf __unused_arg,
		      u32 bytes __unused_arg, u64 *pos)
{
	pos_was_locked = rwsem_is_write_locked(&file->f_pos_lock);
	if (pos == &file->f_pos)
		*pos += 1;
	return 1;
}

static s64 probe_llseek(struct file *file, s64 offset, int whence __unused_arg)
{
	pos_was_locked = rwsem_is_write_locked(&file->f_pos_lock);
	return offset;
}

static int probe_iterate(struct file *file,
			 struct dir_context *ctx __unused_arg)
{
	pos_was_locked = rwsem_is_write_locked(&file->f_pos_lock);
	return 0;
}

static const struct file_operations probe_fops = {
	.read = probe_read,
	.llseek = probe_llseek,
	.iterate = probe_iterate,
};

/* An open file of that type at the next descriptor. */
static struct file *open_probe(u32 mode, u32 *fd)
{
	struct inode *inode = new_inode(mode);
	struct file *file;

	assert_non_null(inode);
	inode->i_fop = &probe_fops;
	assert_int_equal(file_open_inode(inode, O_RDONLY, &file), 0);
	iput(inode);
	assert_int_equal(files_install(host_current->files, file, 0, false, fd),
			 0);
	return file;
}

static bool read_locks(u32 fd)
{
	assert_int_equal(sys_read(fd, USER_BUF, 1), 1);
	return pos_was_locked;
}

static void test_position(void **state __unused_arg)
{
	const struct iovec32 iov = { USER_BUF, 1 };
	struct file *file;
	u32 fd, fifo;

	begin();
	file = open_probe(S_IFREG | 0444, &fd);
	assert_false(read_locks(fd)); /* nobody else has it */
	assert_int_equal(sys_dup(fd), fd + 1);
	assert_true(read_locks(fd));
	assert_false(rwsem_is_locked(&file->f_pos_lock));
	pos_was_locked = false;
	user_put(USER_BUF + 64, &iov, sizeof(iov));
	assert_int_equal(sys_readv(fd, USER_BUF + 64, 1), 1);
	assert_true(pos_was_locked);
	pos_was_locked = false;
	assert_int_equal(sys_lseek(fd, 5, SEEK_SET), 5);
	assert_true(pos_was_locked);
	pos_was_locked = false;
	assert_int_equal(sys_getdents64(fd, USER_BUF, 64), 0);
	assert_true(pos_was_locked);
	/* pread has a position of its own and needs no lock. */
	assert_int_equal(sys_pread64(fd, USER_BUF, 1, 0, 0, 0), 1);
	assert_false(pos_was_locked);
	/* A reader that waits at a FIFO must not keep others from reading. */
	open_probe(S_IFIFO | 0444, &fifo);
	assert_int_equal(sys_dup(fifo), fifo + 1);
	assert_false(read_locks(fifo));
	fs_world_end();
}

/* A table that fork has copied has the same open files. */
static void test_copied_table(void **state __unused_arg)
{
	struct files_struct *child;
	struct file *file;

	begin();
	assert_int_equal(sys_open(user_path("/data"), O_RDONLY, 0), 0);
	assert_int_equal(sys_fcntl64(0, F_DUPFD, 100), 100);
	child = files_copy(host_current->files);
	assert_non_null(child);
	assert_int_equal(sys_close(0), 0);
	file = files_get(child, 0);
	assert_non_null(file);
	assert_ptr_equal(file, files_get(child, 100));
	assert_int_equal(atomic_read(&file->f_count), 5);
	fput(file);
	fput(file);
	files_put(child);
	file = fget(100);
	assert_int_equal(atomic_read(&file->f_count), 2);
	fput(file);
	fs_world_end();
}

/* pipe2 cannot store the numbers, and a thread has closed both by then. */
static u32 close_both(struct vm_fault *vmf __unused_arg)
{
	struct thread_info *me = host_current, thread = *me;

	host_current = &thread; /* which holds no lock */
	assert_int_equal(sys_close(0), 0);
	assert_int_equal(sys_close(1), 0);
	/* The number is another file's now, which pipe2 must not close. */
	assert_int_equal(sys_open(user_path("/data"), O_RDONLY, 0), 0);
	host_current = me;
	return VM_FAULT_SIGBUS;
}

static void test_pipe_closed_meanwhile(void **state __unused_arg)
{
	struct vm_operations ops = { .fault = close_both };
	const struct vm_operations *file_ops;
	struct vm_area_struct *vma;
	struct file *file;
	uaddr_t va;

	begin();
	file = must_open("/data", O_RDWR);
	assert_int_equal(try_map(fs_mm, file, MAP_VA, PAGE_SIZE, PROT_RW,
				 MAP_SHARED | MAP_FIXED, 0, &va),
			 0);
	fput(file);
	vma = find_vma(fs_mm, va);
	file_ops = vma->vm_ops;
	vma->vm_ops = &ops;
	assert_int_equal(sys_pipe2(va, 0), -EFAULT);
	vma->vm_ops = file_ops;
	assert_int_equal(sys_fcntl64(0, F_GETFD, 0), 0);
	assert_int_equal(sys_fcntl64(1, F_GETFD, 0), -EBADF);
	/* Where no thread interferes, both numbers are free again. */
	assert_int_equal(sys_pipe2(USER_END, 0), -EFAULT);
	assert_int_equal(sys_fcntl64(1, F_GETFD, 0), -EBADF);
	unmap(fs_mm, va, PAGE_SIZE);
	fs_world_end();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_console),
		cmocka_unit_test(test_service_devices),
		cmocka_unit_test(test_position),
		cmocka_unit_test(test_copied_table),
		cmocka_unit_test(test_pipe_closed_meanwhile),
	};

	return host_run(tests);
}
