/*
 * A file whose text a function makes, piece by piece.
 *
 * A piece is made when a program reads beyond the one before, which is then
 * dropped: so a text may have any length, and between two pieces nothing is
 * locked and other tasks may run. A text that is no list is one piece, of one
 * moment. Reading at an earlier position makes the text anew.
 */
#include <asm/uaccess.h>
#include <bug.h>
#include <inspect/inspect.h>
#include <inspect/internal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PIECE_MAX 0x400000u /* bytes, the largest piece */
#define WRITE_MAX 256       /* bytes of the longest write, with NUL */

/* An open text file: struct file's private_data. */
struct proc_file {
	const struct proc_entry *entry; /* constant */
	u32 serial; /* constant; of the mm at the open: mm_serial_of() */
	/*
	 * Several threads may read at the same time, and a copy may wait for
	 * memory, so this lock is taken killably.
	 */
	struct rw_semaphore lock;
	/* lock */
	struct seq_file seq; /* the last piece */
	u64 start;           /* its position in the text */
	bool made;           /* seq has a piece */
};

/* ---- for the functions that make text ---------------------------- */

/* Returns how many bytes fit into the buffer. */
static u32 seq_room(const struct seq_file *m)
{
	return m->count < m->size ? m->size - m->count : 0;
}

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	u32 left = seq_room(m);
	va_list args;
	int n;

	va_start(args, fmt);
	/* n is the full length, also if it did not fit. */
	n = vsnprintf(m->buf + m->size - left, left, fmt, args);
	va_end(args);
	BUG_ON(n < 0);
	m->count += (u32)n;
}

void seq_write(struct seq_file *m, const void *bytes, u32 nr)
{
	u32 fits = min(nr, seq_room(m));

	if (fits)
		memcpy(m->buf + m->count, bytes, fits);
	/* Counts all: so make_piece() knows how large a buffer is needed. */
	m->count += nr;
}

/* One loop instead of strlen and memcpy: most texts are words. */
void seq_puts(struct seq_file *m, const char *s)
{
	u32 count = m->count;

	for (; *s; s++, count++)
		if (count < m->size)
			m->buf[count] = *s;
	m->count = count;
}

void seq_putc(struct seq_file *m, char c)
{
	seq_write(m, &c, 1);
}

/*
 * The numbers of long lists have functions of their own: vsnprintf takes ten
 * times as long.
 */

void seq_put_hex(struct seq_file *m, u32 value, u32 digits)
{
	char text[8];

	for (u32 i = digits; i--; value >>= 4)
		text[i] = "0123456789abcdef"[value & 0xf];
	seq_write(m, text, digits);
}

void seq_put_dec(struct seq_file *m, u32 value, u32 width)
{
	char text[10];
	u32 at = sizeof(text);

	do {
		text[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	while (at && sizeof(text) - at < width)
		text[--at] = ' ';
	seq_write(m, text + at, (u32)sizeof(text) - at);
}

void seq_put_num(struct seq_file *m, s32 value)
{
	if (value < 0)
		seq_putc(m, '-');
	/* Unsigned, since -value does not exist for INT32_MIN. */
	seq_put_dec(m, value < 0 ? 0 - (u32)value : (u32)value, 1);
}

void seq_put_kb(struct seq_file *m, const char *label, u32 kib)
{
	char line[] = "                         kB\n";
	u32 at = 24; /* behind the last of at most ten digits */

	/* A longer label would run into the number. */
	for (u32 i = 0; i < 15 && label[i]; i++)
		line[i] = label[i];
	do {
		line[--at] = (char)('0' + kib % 10);
		kib /= 10;
	} while (kib);
	seq_write(m, line, sizeof(line) - 1);
}

void seq_pad(struct seq_file *m, char last)
{
	while (m->count < m->pad_until)
		seq_putc(m, ' ');
	seq_putc(m, last);
}

bool seq_goes_on(struct seq_file *m, u64 next)
{
	bool fits = m->count < m->size;

	if (fits || !m->items) {
		m->place = next;
		m->items = m->count;
	} else {
		m->count =
			m->items; /* made again, as the first of the next piece */
	}
	/*
	 * A quarter is kept free, so that most pieces need not be made twice.
	 */
	m->more = !fits || m->count > m->size - m->size / 4 ||
		test_thread_flag(TIF_NEED_RESCHED);
	return !m->more;
}

/* ---- the buffer -------------------------------------------------- */

/* Frees the buffer. */
static void free_text(struct seq_file *m)
{
	if (is_vmalloc_addr(m->buf))
		vfree(m->buf);
	else
		kfree(m->buf);
	m->buf = NULL;
	m->size = 0;
}

/*
 * Allocates a buffer for `count` bytes and a quarter more, since the text may
 * be longer the next time: 0, -EFBIG or -ENOMEM.
 */
static int grow_text(struct seq_file *m)
{
	u32 bytes = ALIGN_UP(m->count + m->count / 4 + 1, PAGE_SIZE);

	if (bytes > PIECE_MAX)
		return -EFBIG;
	/* The piece will be made anew: its text need not be copied. */
	free_text(m);
	/* Larger ones from vmalloc: no run of free frames is needed. */
	m->buf = bytes <= PAGE_SIZE ? kmalloc(bytes, GFP_KERNEL) :
				      vmalloc(bytes);
	if (!m->buf)
		return -ENOMEM;
	m->size = bytes;
	return 0;
}

/* ---- pieces ------------------------------------------------------ */

/* The process has another mm by now: the text is empty. */
static bool is_of_later_mm(const struct proc_file *pf)
{
	u32 now = pf->entry->own ? mm_serial_of(pf->seq.pid) : 0;

	return now && now != pf->serial;
}

/*
 * Makes the piece from m->place on: 0 or -errno. The last byte of the buffer is
 * vsnprintf's NUL and never text.
 */
static int make_piece(struct proc_file *pf)
{
	struct seq_file *m = &pf->seq;
	u64 place = m->place;
	int err = 0;

	pf->made = false;
	m->count = 0;
	do {
		if (m->count >= m->size)
			err = grow_text(m);
		if (err)
			return err;
		m->count = m->items = 0;
		/* The function has moved it in the attempt that did not fit. */
		m->place = place;
		m->more = false;
		err = is_of_later_mm(pf) ? 0 : pf->entry->show(m);
	} while (!err && m->count >= m->size);
	pf->made = !err;
	return err;
}

/*
 * Makes pieces until one has byte pos, or the text is over: 0, -EINTR or an
 * error of the function.
 */
static int find_piece(struct proc_file *pf, u64 pos)
{
	struct seq_file *m = &pf->seq;
	/* A program that reads an open file again from 0 wants news. */
	bool anew = pos == 0 || !pf->made || pos < pf->start;
	int err = 0;

	if (anew) {
		pf->start = 0;
		m->place = 0;
	}
	while (!err && (anew || (m->more && pos >= pf->start + m->count))) {
		if (!anew)
			pf->start += m->count;
		anew = false;
		/* A seek far into a text makes everything before it. */
		err = give_way() ? -EINTR : make_piece(pf);
	}
	return err;
}

/*
 * Sets *text to the text from pos on. Returns how many bytes are there, at most
 * `bytes`, or -errno.
 */
static s32 text_at(struct proc_file *pf, u32 bytes, u64 pos, const char **text)
{
	int err = find_piece(pf, pos);
	u64 offset = pos - pf->start;

	if (err)
		return err;
	/* Beyond the last piece: the end of the file. */
	if (offset >= pf->seq.count)
		return 0;
	*text = pf->seq.buf + (u32)offset;
	return (s32)min(bytes, pf->seq.count - (u32)offset);
}

/*
 * Copies text to the program from as many pieces as needed: bytes or -errno.
 * Hold the lock.
 */
static s32 read_pieces(struct proc_file *pf, uaddr_t buf, u32 bytes, u64 pos)
{
	const char *text = "";
	u32 done = 0;
	s32 n;

	do {
		n = text_at(pf, bytes - done, pos + done, &text);
		/*
		 * Under the lock, which may sleep, since another thread could
		 * replace the piece.
		 */
		if (n > 0 && copy_to_user(buf + done, text, (u32)n))
			n = -EFAULT;
		if (n > 0)
			done += (u32)n;
	} while (n > 0 && done < bytes);
	return done ? (s32)done : n;
}

/* ---- the open file ----------------------------------------------- */

/* The read of every text file. */
static s32 seq_read(struct file *file, uaddr_t buf, u32 bytes, u64 *pos)
{
	struct proc_file *pf = file->private_data;
	s32 n;

	/*
	 * Only a kill ends the wait: Linux's reads of /proc are not interrupted
	 * by signals.
	 */
	if (down_write_killable(&pf->lock))
		return -EINTR;
	n = read_pieces(pf, buf, bytes, *pos);
	up_write(&pf->lock);
	if (n > 0)
		*pos += (u32)n;
	return n;
}

/* For sendfile() and splice(): the bytes go to kernel memory. */
static s32 seq_kernel_read(struct file *file, void *buf, u32 bytes, u64 pos)
{
	struct proc_file *pf = file->private_data;
	const char *text = "";
	s32 n;

	if (down_write_killable(&pf->lock))
		return -EINTR;
	/* From one piece only: the caller reads again for more. */
	n = text_at(pf, bytes, pos, &text);
	if (n > 0)
		memcpy(buf, text, (u32)n);
	up_write(&pf->lock);
	return n;
}

/*
 * Hands a request of `bytes` bytes, for which text has room and one more, to the
 * entry. Returns bytes or -errno.
 */
static s32 seq_request(struct file *file, char *text, u32 bytes)
{
	struct proc_file *pf = file->private_data;
	int err;

	text[bytes] = '\0';
	/* echo ends a word with a newline, printf does not. */
	if (bytes && text[bytes - 1] == '\n')
		text[bytes - 1] = '\0';
	if (down_write_killable(&pf->lock))
		return -EINTR;
	err = pf->entry->write(&pf->seq, text);
	/* The request may change the text. */
	pf->made = false;
	up_write(&pf->lock);
	return err ? err : (s32)bytes;
}

/*
 * A write is a request, not text at a position: the position does not change.
 */
static s32 seq_user_write(struct file *file, uaddr_t buf, u32 bytes,
			  u64 *pos __unused_arg)
{
	char text[WRITE_MAX];

	if (bytes >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, bytes))
		return -EFAULT;
	return seq_request(file, text, bytes);
}

/* For sendfile() and splice(). */
static s32 seq_kernel_write(struct file *file, const void *buf, u32 bytes,
			    u64 *pos __unused_arg)
{
	char text[WRITE_MAX];

	if (bytes >= sizeof(text))
		return -EINVAL;
	memcpy(text, buf, bytes);
	return seq_request(file, text, bytes);
}

/* The last descriptor is closed. */
static void seq_release(struct file *file)
{
	struct proc_file *pf = file->private_data;

	if (pf->entry->release)
		pf->entry->release(&pf->seq);
	free_text(&pf->seq);
	kfree(pf);
}

static const struct file_operations seq_fops = {
	.read = seq_read,
	.kernel_read = seq_kernel_read,
	.llseek = proc_llseek,
	.release = seq_release,
};

static const struct file_operations seq_write_fops = {
	.read = seq_read,
	.kernel_read = seq_kernel_read,
	.write = seq_user_write,
	.llseek = proc_llseek,
	.release = seq_release,
};

/* Of no process: on Linux too splice() writes the files of /proc/sys alone. */
static const struct file_operations seq_setting_fops = {
	.read = seq_read,
	.kernel_read = seq_kernel_read,
	.write = seq_user_write,
	.kernel_write = seq_kernel_write,
	.llseek = proc_llseek,
	.release = seq_release,
};

int seq_open(struct inode *inode, struct file *file)
{
	const struct proc_entry *entry = proc_entry_of(inode);
	struct proc_file *pf = kzalloc(sizeof(*pf), GFP_KERNEL);

	BUG_ON(!entry->show);
	if (!pf)
		return -ENOMEM;
	pf->entry = entry;
	pf->serial = (uintptr_t)file->private_data;
	pf->seq.pid = proc_pid_of(inode);
	pf->seq.number = proc_number_of(inode);
	init_rwsem(&pf->lock);
	file->private_data = pf;
	file->f_op = !entry->write ? &seq_fops :
		pf->seq.pid        ? &seq_write_fops :
				     &seq_setting_fops;
	return 0;
}
