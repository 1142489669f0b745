/*
 * An archive that gzip has packed, as Debian's initrd.img is, is unpacked in
 * memory before anybody reads it. RFC 1952 describes the file, RFC 1951 its
 * data: blocks of literal bytes and of references to bytes before, in Huffman
 * codes that each block may bring along.
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
 * A code: how many of its words have n bits, and what all stand for, in order.
 * quick: the symbol, and QUICK_LENGTH, of the word that the next bits begin with,
 * if that has few enough; else 0.
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
	const u8 *in, *end; /* what is left to read */
	u8 *out;
	u32 out_bytes, room; /* so far; at most */
	u32 hold; /* bits that were read and not used, the next lowest */
	unsigned int nr_held;
	unsigned int past; /* bytes of hold that lie behind the end: zeros */
};

static bool too_short(const struct gunzip *z)
{
	return z->past * 8 > z->nr_held;
}

static u32 next_byte(struct gunzip *z)
{
	if (z->in == z->end) {
		z->past++;
		return 0;
	}
	return *z->in++;
}

/* Have n <= 16 bits in hold. */
static void have_bits(struct gunzip *z, unsigned int n)
{
	while (z->nr_held < n) {
		z->hold |= next_byte(z) << z->nr_held;
		z->nr_held += 8;
	}
}

static void drop(struct gunzip *z, unsigned int n)
{
	z->hold >>= n;
	z->nr_held -= n;
}

/* n <= 16 bits; zeros behind the end. */
static u32 take_bits(struct gunzip *z, unsigned int n)
{
	u32 value;

	have_bits(z, n);
	value = z->hold & ((1u << n) - 1);
	drop(z, n);
	return value;
}

/* ---- Huffman codes ----------------------------------------------- */

/* A word's bits come with its highest one first (RFC 1951, 3.1.1). */
static u32 turned_round(u32 word, unsigned int n)
{
	u32 turned = 0;

	while (n--) {
		turned = turned << 1 | (word & 1);
		word >>= 1;
	}
	return turned;
}

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
 * lengths[i]: the bits of symbol i's word, 0 = it has none. Shorter words come
 * first, and of one length the symbols in order (RFC 1951, 3.2.2). -EINVAL: there
 * are more words than bits can tell apart.
 */
static int make_code(struct huffman *code, const u8 *lengths, unsigned int n)
{
	u16 at[MAX_CODE_BITS + 2] = { 0 };
	int left = 1;

	memset(code->count, 0, sizeof(code->count));
	for (unsigned int i = 0; i < n; i++)
		code->count[lengths[i]]++;
	code->count[0] = 0;
	for (unsigned int len = 1; len <= MAX_CODE_BITS; len++) {
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

/* The symbol of the next word, -EINVAL if no word begins so. */
static int next_symbol(struct gunzip *z, const struct huffman *code)
{
	u32 word = 0, first = 0, index = 0, quick;

	have_bits(z, MAX_CODE_BITS);
	quick = code->quick[z->hold & ((1u << QUICK_BITS) - 1)];
	if (quick) {
		drop(z, QUICK_LENGTH(quick));
		return (int)QUICK_SYMBOL(quick);
	}
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

/* RFC 1951, 3.2.6: the code that a block need not bring along. */
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
 * RFC 1951, 3.2.7: the lengths of both codes' words, themselves in a code, where
 * 16 repeats the last one, 17 and 18 are runs of none.
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
		if (times > n - i)
			return -EINVAL;
		memset(lengths + i, length, times);
		i += times;
	}
	return 0;
}

static int own_codes(struct gunzip *z, struct huffman *literals,
		     struct huffman *distances)
{
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

static int put_byte(struct gunzip *z, u8 byte)
{
	if (z->out_bytes == z->room)
		return -EINVAL;
	z->out[z->out_bytes++] = byte;
	return 0;
}

/* RFC 1951, 3.2.5: lengths grow by powers of two, four steps in each. */
static u32 read_length(struct gunzip *z, u32 i)
{
	unsigned int extra = i < 8 ? 0 : i / 4 - 1;

	if (i == 28)
		return 258;
	return 3 + (extra ? ((4 + i % 4) << extra) + take_bits(z, extra) : i);
}

/* ... and distances likewise, two steps in each. */
static u32 read_distance(struct gunzip *z, u32 i)
{
	unsigned int extra = i < 4 ? 0 : i / 2 - 1;

	return 1 + (extra ? ((2 + i % 2) << extra) + take_bits(z, extra) : i);
}

static int copy_before(struct gunzip *z, u32 length, u32 distance)
{
	if (distance > z->out_bytes || distance > WINDOW_BYTES ||
	    length > z->room - z->out_bytes)
		return -EINVAL;
	/* Byte by byte: what is copied may be what this copy has just written. */
	for (u8 *to = z->out + z->out_bytes; length--; to++, z->out_bytes++)
		*to = *(to - distance);
	return 0;
}

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
		far = next_symbol(z, distances);
		if (far < 0 ||
		    copy_before(z, length, read_distance(z, (u32)far)))
			return -EINVAL;
	}
	return -EINVAL;
}

/* RFC 1951, 3.2.4: bytes as they are, behind their number and its complement. */
static int stored_block(struct gunzip *z)
{
	u32 n, check;

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

static int inflate(struct gunzip *z)
{
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
		if (too_short(z))
			err = -EINVAL;
	}
	return err;
}

/* ---- the file ---------------------------------------------------- */

static void skip_string(struct gunzip *z)
{
	while (next_byte(z) && !too_short(z))
		;
}

static int skip_head(struct gunzip *z)
{
	u32 flags;

	if (z->end - z->in < HEAD_BYTES || !is_gzip(z->in) ||
	    z->in[2] != CM_DEFLATE)
		return -EINVAL;
	flags = z->in[3];
	z->in += HEAD_BYTES;
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

/* The check of RFC 1952, 8: reflected, polynomial 0x04c11db7. */
static u32 crc32(const u8 *data, u32 bytes)
{
	static u32 table[256];
	u32 crc = ~0u;

	for (u32 i = 0; i < ARRAY_SIZE(table); i++) {
		table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[i] = table[i] >> 1 ^
				(table[i] & 1 ? 0xedb88320u : 0);
	}
	while (bytes--)
		crc = crc >> 8 ^ table[(crc ^ *data++) & 0xff];
	return ~crc;
}

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
	z.in -= z.nr_held / 8 - z.past; /* bytes that were read ahead */
	if (z.end - z.in < 8 || little_endian(z.in) != crc32(out, room) ||
	    little_endian(z.in + 4) != z.out_bytes || z.out_bytes != room)
		return -EINVAL;
	return 0;
}

/* The archive that the loader brought, if it is packed. */
static void unpack_root(void)
{
	u32 bytes = gunzip_bytes(initramfs, initramfs_bytes);
	void *archive;

	if (!is_gzip(initramfs))
		return;
	archive = vmalloc(bytes);
	if (!archive) {
		pr_err("initramfs: no memory for the %u KiB that gzip packed\n",
		       bytes >> 10);
		return;
	}
	if (gunzip(initramfs, initramfs_bytes, archive, bytes)) {
		pr_err("initramfs: what gzip packed is damaged, or more follows\n");
		vfree(archive);
		return;
	}
	pr_info("initramfs: gzip packed %u KiB into %u KiB\n", bytes >> 10,
		initramfs_bytes >> 10);
	if (initramfs_unpack(archive, bytes))
		pr_err("initramfs: not all of the archive could be read\n");
}

const struct service gunzip_service = {
	.init = unpack_root,
};
