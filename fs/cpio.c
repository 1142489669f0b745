/*
 * Reads the "newc" format of cpio, and trusts none of it.
 *
 * Every length is compared with what is left before it is added to anything, so
 * no sum can wrap and no byte outside of the archive is read.
 */
#include <fs/cpio.h>
#include <fs/fs.h>
#include <lib/printk.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <uapi/errno.h>

#define MAGIC_BYTES  6
#define FIELD_DIGITS 8
#define HEADER_BYTES (MAGIC_BYTES + CPIO_NUMBERS * FIELD_DIGITS)
#define CPIO_ALIGN   4u

/* clang-format off */
static const char *const number_names[CPIO_NUMBERS] = {
	"ino", "mode", "uid", "gid", "nlink", "mtime", "filesize",
	"devmajor", "devminor", "rdevmajor", "rdevminor", "namesize", "check",
};
/* clang-format on */

static_assert(HEADER_BYTES == 110, "newc header");

/* clang-format off */
/* Formats that users pass by mistake, for the message. */
static const struct {
	const char *magic, *what;
} other_formats[] = {
	{ "\x1f\x8b", "compressed by gzip" },
	{ "\xfd" "7zXZ", "compressed by xz" },
	{ "\x28\xb5\x2f\xfd", "compressed by zstd" },
	{ "\x02\x21\x4c\x18", "compressed by lz4" },
	{ "BZh", "compressed by bzip2" },
	{ "070707", "in cpio's old portable format" },
	{ "\xc7\x71", "in cpio's old binary format" },
};
/* clang-format on */

/*
 * Copies name to buf, cut to bytes. Names come from outside: control characters
 * would reach the terminal.
 */
static const char *printable(const char *name, char *buf, size_t bytes)
{
	size_t i;

	/* Only ASCII is safe to print whatever the terminal expects. */
	for (i = 0; i < bytes - 1 && name[i]; i++)
		buf[i] = name[i] < ' ' || name[i] > '~' ? '?' : name[i];
	buf[i] = '\0';
	return buf;
}

/*
 * Logs what is wrong with an entry. It returns -EINVAL, so that a caller can
 * report and fail in one statement.
 */
int cpio_complain(const struct cpio_entry *entry, const char *fmt, ...)
{
	char what[128], name[48];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	/* An error in the header comes before the name is known. */
	if (entry->name)
		pr_err("initramfs: entry %u at offset 0x%x, `%s': %s\n",
		       entry->nr, entry->offset,
		       printable(entry->name, name, sizeof(name)), what);
	else
		pr_err("initramfs: entry %u at offset 0x%x: %s\n", entry->nr,
		       entry->offset, what);
	return -EINVAL;
}

/*
 * Parses eight hexadecimal digits and nothing else: strtoul would accept signs
 * and spaces.
 */
static bool parse_hex(const u8 *text, u32 *value)
{
	u32 i;

	*value = 0;
	for (i = 0; i < FIELD_DIGITS; i++) {
		/* Bit 5 makes letters small; digits are compared before. */
		u8 c = text[i], lower = c | 0x20;

		if (c >= '0' && c <= '9')
			*value = *value << 4 | (u32)(c - '0');
		else if (lower >= 'a' && lower <= 'f')
			*value = *value << 4 | (u32)(lower - 'a' + 10);
		else
			return false;
	}
	return true;
}

/*
 * Names the format if it is a known one: most users forgot to unpack or to say
 * -H newc. left: bytes that may be looked at, at least MAGIC_BYTES.
 */
static int bad_magic(const struct cpio_entry *entry, const u8 *found, u32 left)
{
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(other_formats); i++) {
		n = strlen(other_formats[i].magic);
		/* A short file must not be read beyond its end. */
		if (left < n || memcmp(found, other_formats[i].magic, n) != 0)
			continue;
		return cpio_complain(
			entry,
			"it is %s, expected an uncompressed newc archive (cpio -H newc)",
			other_formats[i].what);
	}
	return cpio_complain(
		entry,
		"no magic number: found %02x %02x %02x %02x %02x %02x, expected the text 070701",
		found[0], found[1], found[2], found[3], found[4], found[5]);
}

/*
 * Skips the next `bytes` and returns their start, or NULL after reporting that
 * there are fewer. what: their name in the message.
 */
static const u8 *take(struct cpio *cpio, const struct cpio_entry *entry,
		      u32 bytes, const char *what)
{
	const u8 *start = cpio->archive + cpio->at;
	/* at never passes the end, so this cannot wrap. */
	u32 left = cpio->bytes - cpio->at;

	if (bytes > left) {
		cpio_complain(
			entry,
			"the archive is cut off: %u bytes left, expected %s of %u",
			left, what, bytes);
		return NULL;
	}
	cpio->at += bytes;
	return start;
}

/* Reads the header into entry. 0 or -EINVAL. */
static int take_header(struct cpio *cpio, struct cpio_entry *entry)
{
	const u8 *header = cpio->archive + cpio->at;
	u32 left = cpio->bytes - cpio->at, i;

	/*
	 * The magic is compared before the length: for another format "cut off"
	 * would mislead. 070702 is 070701 with checksums.
	 */
	if (left >= MAGIC_BYTES && memcmp(header, "070701", MAGIC_BYTES) &&
	    memcmp(header, "070702", MAGIC_BYTES))
		return bad_magic(entry, header, left);
	if (!take(cpio, entry, HEADER_BYTES, "a header"))
		return -EINVAL;
	for (i = 0; i < CPIO_NUMBERS; i++) {
		const u8 *text = header + MAGIC_BYTES + i * FIELD_DIGITS;

		if (!parse_hex(text, &entry->number[i]))
			return cpio_complain(
				entry,
				"field %s is not a number, expected %u hexadecimal digits",
				number_names[i], FIELD_DIGITS);
	}
	return 0;
}

/* Sets entry->name, which stays in the archive. 0 or -EINVAL. */
static int take_name(struct cpio *cpio, struct cpio_entry *entry)
{
	u32 bytes = entry->name_bytes;
	const u8 *name;

	/* The walk along the name works within PATH_MAX bytes. */
	if (bytes == 0 || bytes > PATH_MAX)
		return cpio_complain(entry,
				     "a name of %u bytes, expected 1 to %u",
				     bytes, PATH_MAX);
	name = take(cpio, entry, bytes, "a name");
	if (!name)
		return -EINVAL;
	/*
	 * From here on it is used as a C string, which must end inside the
	 * archive.
	 */
	if (name[bytes - 1] != '\0')
		return cpio_complain(
			entry, "the name's last byte is 0x%02x, expected a NUL",
			name[bytes - 1]);
	entry->name = (const char *)name;
	return 0;
}

/*
 * Skips to the next multiple of four, or to the end of the archive, where some
 * writers leave the padding out.
 */
static void skip_padding(struct cpio *cpio)
{
	u32 padding = -cpio->at & (CPIO_ALIGN - 1);

	cpio->at += min(padding, cpio->bytes - cpio->at);
}

/* Compares the data with its sum, which only format 070702 has. */
static int verify_sum(const struct cpio_entry *entry)
{
	u32 sum = 0, i;

	/*
	 * A plain sum of bytes, as cpio writes it: it finds damage, not intent.
	 */
	for (i = 0; i < entry->data_bytes; i++)
		sum += entry->data[i];
	if (sum == entry->sum)
		return 0;
	return cpio_complain(entry, "the data's sum is 0x%08x, expected 0x%08x",
			     sum, entry->sum);
}

/*
 * Between two archives, and behind the last one, there may be zeroes: cpio
 * fills its last block with them.
 */
static void skip_zeroes(struct cpio *cpio)
{
	while (cpio->at < cpio->bytes && cpio->archive[cpio->at] == 0)
		cpio->at++;
}

/*
 * Reads the next entry in the order of its parts: each step has checked what
 * the next one reads.
 */
int cpio_next(struct cpio *cpio, struct cpio_entry *entry, bool *trailer)
{
	const u8 *header;
	int err;

	skip_zeroes(cpio);
	*entry = (struct cpio_entry){ .nr = cpio->nr_entries,
				      .offset = cpio->at };
	if (cpio->at == cpio->bytes)
		return 0;
	/*
	 * Archives that were joined without padding end here: padding is
	 * counted from the start of the first.
	 */
	if (cpio->at & (CPIO_ALIGN - 1))
		return cpio_complain(entry,
				     "expected an entry at a multiple of %u",
				     CPIO_ALIGN);
	header = cpio->archive + cpio->at;
	err = take_header(cpio, entry);
	if (err)
		return err;
	err = take_name(cpio, entry);
	if (err)
		return err;
	skip_padding(cpio);
	/*
	 * A hard link's first names have no data: data_bytes is 0, and data
	 * still points into the archive.
	 */
	entry->data = take(cpio, entry, entry->data_bytes, "data");
	if (!entry->data)
		return -EINVAL;
	if (header[MAGIC_BYTES - 1] == '2')
		err = verify_sum(entry);
	if (err)
		return err;
	skip_padding(cpio);
	/*
	 * An entry counts once it is whole, so that a message has the number of
	 * the one that failed.
	 */
	cpio->nr_entries++;
	*trailer = strcmp(entry->name, "TRAILER!!!") == 0;
	return 1;
}
