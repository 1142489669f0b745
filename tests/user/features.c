/*
 * What a program can learn about the core: the bits of AT_HWCAP, by which a C
 * library chooses its code, and the words of /proc/cpuinfo, which people read.
 * Where a bit is set and the instruction is missing, code that relies on the bit
 * ends with SIGILL.
 */
#include <uapi/auxvec.h>
#include "check.h"

static char text[4096];

/* The bits of AT_HWCAP, from bit 0, in the words of /proc/cpuinfo. */
static const char *const words[] = {
	"swp",      "half", "thumb",  "26bit",  "fastmult", "fpa",    "vfp",
	"edsp",     "java", "iwmmxt", "crunch", "thumbee",  "neon",   "vfpv3",
	"vfpv3d16", "tls",  "vfpv4",  "idiva",  "idivt",    "vfpd32", "lpae",
};

/* ---- instructions of which not every core has all ---------------- */

static int divide_arm(void *arg)
{
	register uint32_t a __asm__("r0") = (uint32_t)arg;

	/* udiv r0, r0, r0 */
	__asm__ volatile(".word 0xe730f010" : "+r"(a));
	return (int)a;
}

static __attribute__((target("thumb"))) int divide_thumb(void *arg)
{
	register uint32_t a __asm__("r0") = (uint32_t)arg;

	/* udiv r0, r0, r0 */
	__asm__ volatile(".inst.w 0xfbb0f0f0" : "+r"(a));
	return (int)a;
}

static int fused_multiply(void *arg)
{
	/* vfma.f32 s0, s0, s0 */
	__asm__ volatile(".word 0xeea00a00" : : : "s0");
	return (int)arg;
}

static int upper_registers(void *arg)
{
	__asm__ volatile(".fpu neon\n\tvmov.i32 d31, #0" : : : "memory");
	return (int)arg;
}

/* ThumbEE's register for handlers. */
static int thumbee(void *arg)
{
	uint32_t val;

	__asm__ volatile("mrc p14, 6, %0, c1, c0, 0" : "=r"(val));
	return (int)arg;
}

/* The bit must be set if fn, which executes the instruction, survives. */
static void bit_as_it_runs(uint32_t bit, int (*fn)(void *arg), const char *name)
{
	bool runs = in_child(fn, (void *)1) == 1 << 8;

	ok(!(getauxval(AT_HWCAP) & bit) == !runs,
	   "HWCAP and a trial agree about %s", name);
}

static void instructions(void)
{
	bit_as_it_runs(HWCAP_IDIVA, divide_arm, "UDIV in ARM state");
	bit_as_it_runs(HWCAP_IDIVT, divide_thumb, "UDIV in Thumb state");
	bit_as_it_runs(HWCAP_VFPv4, fused_multiply, "VFMA");
	bit_as_it_runs(HWCAP_VFPD32, upper_registers, "D31");
	bit_as_it_runs(HWCAP_THUMBEE, thumbee, "ThumbEE");
	ok(!(getauxval(AT_HWCAP) & 1),
	   "HWCAP has no SWP: programs are to use LDREX");
}

/* ---- the text ---------------------------------------------------- */

static void read_text(void)
{
	int fd = SYS(open, "/proc/cpuinfo", 0, 0);
	int32_t n;

	for (uint32_t at = 0;
	     (n = SYS(read, fd, text + at, sizeof(text) - 1 - at)) > 0;
	     at += (uint32_t)n)
		;
	SYS(close, fd);
}

/* Whether the line "Features\t: a b c \n" has this word. */
static bool has_word(const char *word)
{
	const char *line = strstr(text, "\nFeatures\t: "), *end, *at;
	char wanted[20];

	if (!line)
		return false;
	end = strchr(line + 1, '\n');
	snprintf(wanted, sizeof(wanted), " %s ", word);
	at = strstr(line, wanted);
	return at && end && at < end;
}

static void features(void)
{
	uint32_t differ = 0;

	for (uint32_t i = 0; i < ARRAY_SIZE(words); i++)
		differ |= (uint32_t)(has_word(words[i]) !=
				     (getauxval(AT_HWCAP) >> i & 1))
			<< i;
	is((int32_t)differ, 0, "Features has the bits of AT_HWCAP");
	ok(has_word("half") && has_word("tls"),
	   "they contain half and tls, which each core has");
}

static void other_lines(void)
{
	static const char *const lines[] = {
		"processor\t: 0\n",
		"\nmodel name\t: ARMv7 Processor rev ",
		"\nCPU implementer\t: 0x",
		"\nCPU architecture: 7\n",
		"\nCPU variant\t: 0x",
		"\nCPU part\t: 0x",
		"\nCPU revision\t: ",
		"\n\nHardware\t: ",
		"\nRevision\t: 0000\n",
		"\nSerial\t\t: 0000000000000000\n",
	};
	const char *at = text;

	for (uint32_t i = 0; i < ARRAY_SIZE(lines); i++) {
		const char *line = strstr(at, lines[i]);
		const char *name = lines[i] + strspn(lines[i], "\n");

		ok(line, "/proc/cpuinfo has the line %.*s",
		   (int)strcspn(name, "\t:"), name);
		at = line ? line : at;
	}
}

int main(void)
{
	read_text();
	instructions();
	features();
	other_lines();
	return done();
}
