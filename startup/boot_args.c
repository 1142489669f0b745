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

/* The boot table maps the MiB of the list and the one after it. */
#define PARAMS_MAPPED 0x00200000u

/* [base, base + bytes) below 4 GiB, less the last page: no end is 2^32. */
static struct bank below_4g(u64 base, u64 bytes)
{
	u32 room = base < PAGE_MASK ? PAGE_MASK - (u32)base : 0;

	return (struct bank){ (phys_addr_t)base, (u32)min(bytes, (u64)room) };
}

void boot_args_add_bank(struct boot_args *args, u64 base, u64 bytes)
{
	struct bank bank = below_4g(base, bytes);

	if (bank.bytes < bytes)
		pr_warn("memory at %u MiB, %u MiB long, lies above 4 GiB: %u MiB used\n",
			(unsigned int)(base >> 20), (unsigned int)(bytes >> 20),
			bank.bytes >> 20);
	if (bank.bytes == 0)
		return;
	if (args->nr_banks == MAX_BANKS) {
		pr_warn("more than %d banks of memory: 0x%08x left out\n",
			MAX_BANKS, (unsigned int)bank.base);
		return;
	}
	args->banks[args->nr_banks++] = bank;
}

void boot_args_reserve(struct boot_args *args, u64 base, u64 bytes)
{
	struct bank bank = below_4g(base, bytes);

	if (bank.bytes == 0)
		return;
	if (args->nr_reserved == MAX_RESERVED) {
		pr_err("more than %d reservations: 0x%08x is not kept\n",
		       MAX_RESERVED, (unsigned int)bank.base);
		return;
	}
	args->reserved[args->nr_reserved++] =
		(struct reservation){ bank.base, bank.bytes, false };
}

void boot_args_set_cmdline(struct boot_args *args, const char *s, size_t bytes)
{
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
	if (memchr(args->cmdline, '=',
		   space ? (size_t)(space - args->cmdline) :
			   strlen(args->cmdline)))
		return;
	if (space)
		memmove(args->cmdline, space + 1, strlen(space));
	else
		args->cmdline[0] = '\0';
}

static int parse_list(struct boot_args *args, phys_addr_t params)
{
	const u32 *list = boot_params_va(params);
	u32 limit = PARAMS_MAPPED - (params & (PARAMS_MAPPED / 2 - 1));

	if (list[1] == ATAG_CORE) {
		args->source = "ATAGs";
		return atags_parse(args, list, limit);
	}
	args->source = "device tree";
	return fdt_parse(args, list, limit);
}

/* No list, or none that can be read: ram bytes, and what the host says. */
static void use_defaults(struct boot_args *args, u32 ram, const char *source)
{
	args->source = source;
	args->nr_banks = 0;
	args->nr_reserved = 0;
	args->initrd_bytes = 0;
	boot_args_add_bank(args, PHYS_OFFSET, ram);
	cmdline_from_host(args);
}

void boot_args_find(struct boot_args *args, phys_addr_t params, u32 probed)
{
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
	if (args->nr_banks == 0) {
		pr_warn("%s: no memory named, assuming %u MiB\n", args->source,
			(unsigned int)(board.ram_default >> 20));
		boot_args_add_bank(args, PHYS_OFFSET, board.ram_default);
	}
}
