/*
 * What the loader told us. Owns nothing: fills a struct boot_args, from
 * whichever of the four roads (startup.h) there is.
 *
 * The list lies in memory that anybody may have written: each length is
 * checked, each number named when it makes no sense.
 */
#include <asm/page.h>
#include <board/board.h>
#include <lib/printk.h>
#include <lib/semihosting.h>
#include <startup/startup.h>
#include <string.h>

/*
 * Returns the part of [base, base + bytes) that lies below the last page of the
 * 4 GiB: base + bytes of the result never wraps to 0 in a u32.
 */
static struct bank below_4g(u64 base, u64 bytes)
{
	u32 room = base < PAGE_MASK ? PAGE_MASK - (u32)base : 0;

	return (struct bank){ (phys_addr_t)base, (u32)min(bytes, (u64)room) };
}

/* More RAM than can be used is no reason not to start: it is reported. */
void boot_args_add_bank(struct boot_args *args, u64 base, u64 bytes)
{
	struct bank bank = below_4g(base, bytes);

	if (bank.bytes < bytes)
		pr_warn("memory at %u MiB, %u MiB long, lies above 4 GiB: %u MiB used\n",
			(unsigned int)(base >> 20), (unsigned int)(bytes >> 20),
			bank.bytes >> 20);
	/*
	 * Loaders leave unused entries empty, and U-Boot finds a word where
	 * nothing is: these need no place of MAX_BANKS.
	 */
	if (bank.bytes < PAGE_SIZE)
		return;
	if (args->nr_banks == MAX_BANKS) {
		pr_warn("more than %d banks of memory: 0x%08x left out\n",
			MAX_BANKS, (unsigned int)bank.base);
		return;
	}
	args->banks[args->nr_banks++] = bank;
}

/* A reservation that finds no place is reported, and boot goes on. */
void boot_args_reserve(struct boot_args *args, u64 base, u64 bytes)
{
	struct bank bank = below_4g(base, bytes);

	if (bank.bytes == 0)
		return;
	/*
	 * An error and no warning: the buddy allocator will hand out this
	 * memory although a device or the firmware writes to it.
	 */
	if (args->nr_reserved == MAX_RESERVED) {
		pr_err("more than %d reservations: 0x%08x is not kept\n",
		       MAX_RESERVED, (unsigned int)bank.base);
		return;
	}
	args->reserved[args->nr_reserved++] =
		(struct reservation){ bank.base, bank.bytes, false };
}

/*
 * A line that is too long loses its end only: the options at its start may be
 * needed to boot at all.
 */
void boot_args_set_cmdline(struct boot_args *args, const char *s, size_t bytes)
{
	/* The text may end without a NUL, where the item does. */
	size_t length = strnlen(s, bytes);

	if (length >= CMDLINE_BYTES) {
		pr_warn("command line of %u bytes cut to %u\n",
			(unsigned int)length, CMDLINE_BYTES - 1);
		length = CMDLINE_BYTES - 1;
	}
	memcpy(args->cmdline, s, length);
	args->cmdline[length] = '\0';
}

/*
 * "pagewalk.elf init=/bin/x": the host's first word names the image, unless it
 * is an option already.
 */
static void cmdline_from_host(struct boot_args *args)
{
	char *space;

	if (semihosting_cmdline(args->cmdline, CMDLINE_BYTES)) {
		args->cmdline[0] = '\0';
		return;
	}
	space = strchr(args->cmdline, ' ');
	/* With an equals sign it is an option: the host named no image. */
	if (memchr(args->cmdline, '=',
		   space ? (size_t)(space - args->cmdline) :
			   strlen(args->cmdline)))
		return;
	if (space)
		/* strlen(space) counts the blank, so the NUL moves along. */
		memmove(args->cmdline, space + 1, strlen(space));
	else
		args->cmdline[0] = '\0';
}

/*
 * Reads the list at params, which boot_params_valid() took for one, into args.
 * Returns 0 or -EINVAL.
 */
static int parse_list(struct boot_args *args, phys_addr_t params)
{
	const u32 *list = boot_params_va(params);
	/*
	 * Up to the end of the second MiB: beyond it nothing is mapped yet, and
	 * a fault could not be reported.
	 */
	u32 limit = PARAMS_MAPPED - (params & (PARAMS_MAPPED / 2 - 1));

	if (list[1] == ATAG_CORE) {
		args->source = "ATAGs";
		return atags_parse(args, list, limit);
	}
	args->source = "device tree";
	return fdt_parse(args, list, limit);
}

/*
 * For a boot without a usable list: one bank of ram bytes, and the command line
 * that a semihosting host passes.
 */
static void use_defaults(struct boot_args *args, u32 ram, const char *source)
{
	args->source = source;
	/* A parser that failed may have stored a part of its list. */
	args->nr_banks = 0;
	args->nr_reserved = 0;
	args->initrd_bytes = 0;
	boot_args_add_bank(args, PHYS_OFFSET, ram);
	cmdline_from_host(args);
}

/* Each way ends with a bank of RAM, so that the log can be printed. */
void boot_args_find(struct boot_args *args, phys_addr_t params, u32 probed)
{
	/* head.S passes a size only if boot.c found no list. */
	if (probed) {
		if (params)
			pr_warn("no ATAGs and no device tree at r2 = 0x%08x\n",
				(unsigned int)params);
		use_defaults(
			args, probed,
			"none from a loader; RAM probed, options from the host");
	} else if (parse_list(args, params)) {
		pr_warn("%s at 0x%08x: unusable\n", args->source,
			(unsigned int)params);
		use_defaults(args, board.ram_default,
			     "none usable; the board's least RAM assumed");
	}
	/*
	 * A correct list need not name memory; without any, boot would end
	 * before the console can show why.
	 */
	if (args->nr_banks == 0) {
		pr_warn("%s: no memory named, assuming %u MiB\n", args->source,
			(unsigned int)(board.ram_default >> 20));
		boot_args_add_bank(args, PHYS_OFFSET, board.ram_default);
	}
	/* A list that was given up may have named more. */
	args->banks[args->nr_banks].bytes = 0;
}
