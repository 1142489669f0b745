/*
 * fs/cpio.h - an archive in cpio's "newc" format, entry by entry.
 *
 * An entry is a header of ASCII hexadecimal numbers, a name with its NUL, and
 * the file's bytes. The ends of the name and of the bytes are padded to
 * multiples of four, counted from the start of the archive. Nothing is copied:
 * an entry points into the archive.
 */
#ifndef FS_CPIO_H
#define FS_CPIO_H

#include <types.h>

#define CPIO_NUMBERS 13

struct cpio_entry {
	u32 nr;     /* number of entries before this one */
	u32 offset; /* of its header in the archive */
	union {
		struct { /* a header's numbers in their order */
			u32 ino, mode, uid, gid, nlink, mtime, data_bytes;
			/* dev and ino identify the file of hard links. */
			u32 dev_major, dev_minor;
			u32 rdev_major, rdev_minor, name_bytes, sum;
		};
		u32 number[CPIO_NUMBERS];
	};
	const char *name; /* NUL-terminated, shorter than PATH_MAX */
	const u8 *data;
};

struct cpio {
	const u8 *archive;
	u32 bytes;
	u32 at;         /* offset of the next byte to read */
	u32 nr_entries; /* read so far */
};

/*
 * Reads the next entry. Returns 1, 0 at the end of the archive, or -EINVAL
 * after it has written to the log what is broken: entries behind it cannot be
 * found. *trailer: this entry ends an archive; another may follow.
 */
int __must_check cpio_next(struct cpio *cpio, struct cpio_entry *entry,
			   bool *trailer);

/*
 * Writes "initramfs: entry 3 at offset 0x1c0, `name': ..." to the log. Returns
 * -EINVAL.
 */
int cpio_complain(const struct cpio_entry *entry, const char *fmt, ...)
	__printf(2, 3);

#endif
