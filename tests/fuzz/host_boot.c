/*
 * What the parsers of boot arguments stand on: a board, no semihosting.
 */
#include <board/board.h>
#include <board/drivers.h>
#include <lib/semihosting.h>
#include <startup/startup.h>
#include <string.h>
#include <uapi/errno.h>
#include "host_fuzz.h"

u32 ramfs_max_bytes; /* fs/ is not linked */
u32 randomize_va_space;
struct boot_args fuzz_args;

static const struct map_desc table[] = {
	{ FIXMAP_START, 0x10000000, PAGE_SIZE, MT_DEVICE, "devices" },
};
struct board_devices board_devices;
struct board board = {
	.name = "host",
	.ram_default = 64u << 20,
	.ram_max = 1u << 30,
};

int semihosting_cmdline(char *buf __unused_arg, size_t bytes __unused_arg)
{
	return -ENODEV;
}

void fuzz_boot_begin(void)
{
	memset(&fuzz_args, 0, sizeof(fuzz_args));
	board.map = table;
	board.nr_map = ARRAY_SIZE(table);
	board_devices =
		(struct board_devices){ .uart = 1, .gicd = 1, .gicc = 1 };
	host_log_clear();
}

void fuzz_boot_check(void)
{
	BUG_ON(fuzz_args.nr_banks > MAX_BANKS);
	for (u32 i = 0; i < fuzz_args.nr_banks; i++) {
		const struct bank *bank = &fuzz_args.banks[i];

		BUG_ON(bank->bytes == 0);
		BUG_ON((u64)bank->base + bank->bytes > 1ull << 32);
	}
	BUG_ON(!memchr(fuzz_args.cmdline, 0, CMDLINE_BYTES));
}
