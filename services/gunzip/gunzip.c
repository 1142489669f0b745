/*
 * services/gunzip/gunzip.c - an archive that gzip has compressed, such as
 * Debian's initrd.img, is unpacked in memory at boot. RFC 1952 describes the
 * file, RFC 1951 its data: blocks of literal bytes and of references to earlier
 * bytes, in Huffman codes that each block may define for itself.
 */
#include <alloc/alloc.h>
#include <fs/fs.h>
#include <lib/printk.h>
#include <mm/mm.h>
#include <services/gunzip/gunzip.h>
#include <string.h>
#include <uapi/errno.h>

#define MAX_CODE_BITS 15
#define NR_LITERALS   288 /* bytes, the end of a block, 29 lengths */
#define NR_DISTANCES  30
#define END_OF_BLOCK  256
#define FIRST_LENGTH  257
#define WINDOW_BYTES  32768u

/* RFC 1952, 2.3: the file's head, and flags for what may follow it. */
#define HEAD_BYTES 10
#define CM_DEFLATE 8
#define FHCRC      0x02
#define FEXTRA     0x04
#define FNAME      0x08
#define FCOMMENT   0x10
#define FRESERVED  0xe0

/*
 * A Huffman code: how many of its words have n bits, and the symbols in the
 * order of their words. quick is indexed by the next QUICK_BITS bits of input
 * and holds the length and symbol of the word that they begin with, or 0 if it
 * is longer.
 */
#define QUICK_BITS      9
#define QUICK_LENGTH(q) ((q) >> 9)
#define QUICK_SYMBOL(q) ((q)&511)
#define QUICK(len, sym) ((u16)((len) << 9 | (sym)))
struct huffman {
	u16 count[MAX_CODE_BITS + 1];
	u16 symbol[NR_LITERALS];
	u16 quick[1 << QUICK_BITS];
};

struct gunzip {
	const u8 *in, *end; /* input that is left */
	u8 *out;
	u32 out_bytes, room; /* written so far, and at most */
	u32 hold; /* bits that were read and not used; the next is lowest */
	unsigned int nr_held;
	unsigned int past; /* bytes of hold that lie behind the end: zeros */
};

/*
 * Whether bits behind the input's end were used. Bits may be read ahead without
 * harm, so only used ones count.
 */
static bool too_short(const struct gunzip *z)
{
	return z->past * 8 > z->nr_held;
}

/*
 * Behind the end it returns zeros and counts them, so that callers need not
 * check each byte.
 */
static u32 next_byte(struct gunzip *z)
{
	if (z->in == z->end) {
		z->past++;
		return 0;
	}
	return *z->in++;
}

/* Makes hold have n <= 16 bits; with up to 7 more it stays below its 32. */
static void have_bits(struct gunzip *z, unsigned int n)
{
	while (z->nr_held < n) {
		z->hold |= next_byte(z) << z->nr_held;
		z->nr_held += 8;
	}
}

/* The n lowest bits are used; n is at most nr_held. */
static void drop(struct gunzip *z, unsigned int n)
{
	z->hold >>= n;
	z->nr_held -= n;
}

/* Returns n <= 16 bits. */
static u32 take_bits(struct gunzip *z, unsigned int n)
{
	u32 value;

	have_bits(z, n);
	value = z->hold & ((1u << n) - 1);
	drop(z, n);
	return value;
}

/* ---- Huffman codes ----------------------------------------------- */

/*
 * Returns word with its n bits in reverse: a word's highest bit comes first in
 * the input (RFC 1951, 3.1.1), but hold has the first bit lowest.
 */
static u32 turned_round(u32 word, unsigned int n)
{
	u32 turned = 0;

	while (n--) {
		turned = turned << 1 | (word & 1);
		word >>= 1;
	}
	return turned;
}

/* Fills in quick: each short word gets all entries that begin with it. */
static void make_quick(struct huffman *code)
{
	const u16 *symbol = code->symbol;
	u32 word = 0;

	memset(code->quick, 0, sizeof(code->quick));
	for (unsigned int len = 1; len <= QUICK_BITS; len++, word *= 2)
		for (u32 n = code->count[len]; n; n--, word++, symbol++)
			for (u32 i = turned_round(word, len);
			     i < ARRAY_SIZE(code->quick); i += 1u << len)
				code->quick[i] = QUICK(len, *symbol);
}

/*
 * Makes the code in which symbol i's word has lengths[i] bits; 0: it has none.
 * Shorter words come first, and words of one length in the order of their
 * symbols (RFC 1951, 3.2.2). 0, or -EINVAL if there are more words than the
 * bits can distinguish.
 */
static int make_code(struct huffman *code, const u8 *lengths, unsigned int n)
{
	u16 at[MAX_CODE_BITS + 2] = { 0 };
	int left = 1;

	memset(code->count, 0, sizeof(code->count));
	for (unsigned int i = 0; i < n; i++)
		code->count[lengths[i]]++;
	/* Symbols without a word take no part in the code. */
	code->count[0] = 0;
	for (unsigned int len = 1; len <= MAX_CODE_BITS; len++) {
		/*
		 * The unused words of this length; each extends to two of the
		 * next.
		 */
		left = 2 * left - code->count[len];
		if (left < 0)
			return -EINVAL;
		at[len + 1] = (u16)(at[len] + code->count[len]);
	}
	for (unsigned int i = 0; i < n; i++)
		if (lengths[i])
			code->symbol[at[lengths[i]]++] = (u16)i;
	make_quick(code);
	return 0;
}

/* Reads a word and returns its symbol; -EINVAL: no word begins like this. */
static int next_symbol(struct gunzip *z, const struct huffman *code)
{
	u32 word = 0, first = 0, index = 0, quick;

	have_bits(z, MAX_CODE_BITS);
	quick = code->quick[z->hold & ((1u << QUICK_BITS) - 1)];
	if (quick) {
		drop(z, QUICK_LENGTH(quick));
		return (int)QUICK_SYMBOL(quick);
	}
	/*
	 * A long word, bit by bit: `first` is the first word of each length,
	 * `index` its symbol's place.
	 */
	for (unsigned int len = 1; len <= MAX_CODE_BITS; len++) {
		word |= take_bits(z, 1);
		if (word - first < code->count[len])
			return code->symbol[index + word - first];
		index += code->count[len];
		first = 2 * (first + code->count[len]);
		word *= 2;
	}
	return -EINVAL;
}

/* RFC 1951, 3.2.6: the codes of a block that does not define its own. */
static void fixed_codes(struct huffman *literals, struct huffman *distances)
{
	u8 lengths[NR_LITERALS];

	memset(lengths, 8, sizeof(lengths));
	memset(lengths + 144, 9, 112);
	memset(lengths + 256, 7, 24);
	if (make_code(literals, lengths, NR_LITERALS))
		return;
	memset(lengths, 5, NR_DISTANCES);
	if (make_code(distances, lengths, NR_DISTANCES))
		return;
}

/*
 * RFC 1951, 3.2.7: reads n lengths, for both codes, which are themselves in a
 * code: 16 repeats the last one, 17 and 18 are runs of 0. 0 or -EINVAL.
 */
static int read_lengths(struct gunzip *z, const struct huffman *code,
			u8 *lengths, unsigned int n)
{
	unsigned int i = 0;

	while (i < n && !too_short(z)) {
		int symbol = next_symbol(z, code);
		u8 length = 0;
		u32 times = 1;

		if (symbol < 0 || (symbol == 16 && !i))
			return -EINVAL;
		if (symbol < 16)
			length = (u8)symbol;
		else if (symbol == 16)
			length = lengths[i - 1];
		if (symbol == 16)
			times = 3 + take_bits(z, 2);
		else if (symbol == 17)
			times = 3 + take_bits(z, 3);
		else if (symbol == 18)
			times = 11 + take_bits(z, 7);
		/* A damaged run must not write behind lengths. */
		if (times > n - i)
			return -EINVAL;
		memset(lengths + i, length, times);
		i += times;
	}
	return 0;
}

/* Reads the codes that a block defines. 0 or -EINVAL. */
static int own_codes(struct gunzip *z, struct huffman *literals,
		     struct huffman *distances)
{
	/*
	 * The RFC's order: rare lengths last, so that trailing 0s are left out.
	 */
	static const u8 order[19] = { 16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
				      11, 4,  12, 3, 13, 2, 14, 1, 15 };
	u8 lengths[NR_LITERALS + 32] = { 0 };
	u32 nr_literals = 257 + take_bits(z, 5),
	    nr_distances = 1 + take_bits(z, 5);
	u32 n = 4 + take_bits(z, 4);

	if (nr_literals > 286 || nr_distances > NR_DISTANCES)
		return -EINVAL;
	for (u32 i = 0; i < n; i++)
		lengths[order[i]] = (u8)take_bits(z, 3);
	if (make_code(literals, lengths, ARRAY_SIZE(order)) ||
	    read_lengths(z, literals, lengths, nr_literals + nr_distances) ||
	    make_code(distances, lengths + nr_literals, nr_distances) ||
	    make_code(literals, lengths, nr_literals))
		return -EINVAL;
	return 0;
}

/* ---- blocks ------------------------------------------------------ */

/* -EINVAL: there is more data than the file's end stated. */
static int put_byte(struct gunzip *z, u8 byte)
{
	if (z->out_bytes == z->room)
		return -EINVAL;
	z->out[z->out_bytes++] = byte;
	return 0;
}

/*
 * RFC 1951, 3.2.5: the length for symbol i. Lengths grow by powers of two, in
 * four steps each.
 */
static u32 read_length(struct gunzip *z, u32 i)
{
	unsigned int extra = i < 8 ? 0 : i / 4 - 1;

	if (i == 28)
		return 258; /* the longest has a symbol without extra bits */
	return 3 + (extra ? ((4 + i % 4) << extra) + take_bits(z, extra) : i);
}

/* The same for distances, in two steps each. */
static u32 read_distance(struct gunzip *z, u32 i)
{
	unsigned int extra = i < 4 ? 0 : i / 2 - 1;

	return 1 + (extra ? ((2 + i % 2) << extra) + take_bits(z, extra) : i);
}

/* Appends length bytes from `distance` bytes back. 0 or -EINVAL. */
static int copy_before(struct gunzip *z, u32 length, u32 distance)
{
	/*
	 * A damaged file must not make the kernel read or write outside of out.
	 */
	if (distance > z->out_bytes || distance > WINDOW_BYTES ||
	    length > z->room - z->out_bytes)
		return -EINVAL;
	/*
	 * Byte by byte, because source and destination may overlap: a distance
	 * of 1 repeats one byte.
	 */
	for (u8 *to = z->out + z->out_bytes; length--; to++, z->out_bytes++)
		*to = *(to - distance);
	return 0;
}

/* A block in Huffman codes. 0 or -EINVAL. */
static int coded_block(struct gunzip *z, const struct huffman *literals,
		       const struct huffman *distances)
{
	while (!too_short(z)) {
		int symbol = next_symbol(z, literals);
		u32 length;
		int far;

		if (symbol == END_OF_BLOCK)
			return 0;
		if (symbol < 0 || symbol >= FIRST_LENGTH + 29)
			return -EINVAL;
		if (symbol < END_OF_BLOCK) {
			if (put_byte(z, (u8)symbol))
				return -EINVAL;
			continue;
		}
		length = read_length(z, (u32)symbol - FIRST_LENGTH);
		/*
		 * A length is always followed by a distance, in a code of its
		 * own.
		 */
		far = next_symbol(z, distances);
		if (far < 0 ||
		    copy_before(z, length, read_distance(z, (u32)far)))
			return -EINVAL;
	}
	return -EINVAL;
}

/*
 * RFC 1951, 3.2.4: uncompressed bytes, behind their number and its complement.
 * 0 or -EINVAL.
 */
static int stored_block(struct gunzip *z)
{
	u32 n, check;

	/* The number begins at the next whole byte. */
	take_bits(z, z->nr_held % 8);
	n = take_bits(z, 16);
	check = take_bits(z, 16);
	if (n != (check ^ 0xffff))
		return -EINVAL;
	while (n-- && !too_short(z))
		if (put_byte(z, (u8)take_bits(z, 8)))
			return -EINVAL;
	return 0;
}

/* Unpacks all blocks. 0 or -EINVAL. */
static int inflate(struct gunzip *z)
{
	/* Static: a kernel stack is too small for them. */
	static struct huffman literals, distances;
	bool last = false;
	int err = 0;

	while (!last && !err) {
		last = take_bits(z, 1);
		switch (take_bits(z, 2)) {
		case 0:
			err = stored_block(z);
			break;
		case 1:
			fixed_codes(&literals, &distances);
			err = coded_block(z, &literals, &distances);
			break;
		case 2:
			err = own_codes(z, &literals, &distances);
			if (!err)
				err = coded_block(z, &literals, &distances);
			break;
		default:
			err = -EINVAL;
		}
		/*
		 * After each block: the zeros behind the end may look like a
		 * block.
		 */
		if (too_short(z))
			err = -EINVAL;
	}
	return err;
}

/* ---- the file ---------------------------------------------------- */

/* A name or a comment, up to its NUL. */
static void skip_string(struct gunzip *z)
{
	while (next_byte(z) && !too_short(z))
		;
}

/* RFC 1952, 2.3: skips the header with its optional parts. 0 or -EINVAL. */
static int skip_head(struct gunzip *z)
{
	u32 flags;

	if (z->end - z->in < HEAD_BYTES || !is_gzip(z->in) ||
	    z->in[2] != CM_DEFLATE)
		return -EINVAL;
	flags = z->in[3];
	z->in += HEAD_BYTES;
	/* The optional parts come in this order, each if its flag is set. */
	if (flags & FEXTRA)
		for (u32 n = take_bits(z, 16); n && !too_short(z); n--)
			next_byte(z);
	if (flags & FNAME)
		skip_string(z);
	if (flags & FCOMMENT)
		skip_string(z);
	if (flags & FHCRC)
		take_bits(z, 16);
	return 0;
}

/* Reflected, polynomial 0x04c11db7. */
u32 crc32(const u8 *data, u32 bytes)
{
	static u32 table[256];
	u32 crc = ~0u;

	/* Each caller stores the same numbers, whoever else reads them. */
	for (u32 i = 0; i < ARRAY_SIZE(table); i++) {
		u32 entry = i;

		for (int bit = 0; bit < 8; bit++)
			entry = entry >> 1 ^ (entry & 1 ? 0xedb88320u : 0);
		WRITE_ONCE(table[i], entry);
	}
	while (bytes--)
		crc = crc >> 8 ^ table[(crc ^ *data++) & 0xff];
	return ~crc;
}

/* A 32-bit number at an address of any alignment. */
static u32 little_endian(const u8 *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (u32)at[3] << 24;
}

u32 gunzip_bytes(const void *file, u32 bytes)
{
	return bytes < HEAD_BYTES ? 0 :
				    little_endian((const u8 *)file + bytes - 4);
}

int gunzip(const void *file, u32 bytes, void *out, u32 room)
{
	struct gunzip z = { .in = file,
			    .end = (const u8 *)file + bytes,
			    .out = out,
			    .room = room };

	if (skip_head(&z) || inflate(&z))
		return -EINVAL;
	/* The check sum follows the last byte used, not the last one read. */
	z.in -= z.nr_held / 8 - z.past;
	if (z.end - z.in < 8 || little_endian(z.in) != crc32(out, room) ||
	    little_endian(z.in + 4) != z.out_bytes || z.out_bytes != room)
		return -EINVAL;
	return 0;
}

/*
 * service.init: unpacks the loader's archive and makes its files. An error is
 * only reported, since the kernel works with an empty root, too.
 */
static void unpack_root(void)
{
	u32 bytes = gunzip_bytes(initramfs, initramfs_bytes);
	void *archive;

	/* An archive that is not compressed was read by the core already. */
	if (!is_gzip(initramfs))
		return;
	archive = vmalloc(bytes);
	if (!archive) {
		pr_err("initramfs: no memory to unpack %u KiB of gzip data\n",
		       bytes >> 10);
		return;
	}
	if (gunzip(initramfs, initramfs_bytes, archive, bytes)) {
		pr_err("initramfs: the gzip data is damaged, or more follows\n");
		vfree(archive);
		return;
	}
	pr_info("initramfs: unpacked %u KiB from %u KiB of gzip\n", bytes >> 10,
		initramfs_bytes >> 10);
	/* The archive stays allocated: the files' pages are filled from it. */
	if (initramfs_unpack(archive, bytes))
		pr_err("initramfs: not all of the archive could be read\n");
}

const struct service gunzip_service = {
	.init = unpack_root,
};
