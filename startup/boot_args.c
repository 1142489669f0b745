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

void boot_args_add_bank(struct boot_args *args, phys_addr_t base, u32 bytes)
{
	if (bytes == 0 || base + (bytes - 1) < base) {
		pr_warn("memory at 0x%08x of 0x%08x bytes makes no sense: ignored\n",
			(unsigned int)base, (unsigned int)bytes);
		return;
	}
	if (args->nr_banks == MAX_BANKS) {
		pr_warn("more than %d banks of memory: 0x%08x left out\n",
			MAX_BANKS, (unsigned int)base);
		return;
	}
	args->banks[args->nr_banks++] = (struct bank){ base, bytes };
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
	const u32 *list = phys_to_virt(params);
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
