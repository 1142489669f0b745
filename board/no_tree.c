/*
 * The core alone takes its devices from the board's table.
 */
#include <board/board.h>

/* startup/fdt.c passes items whether a board wants them or not. */
void board_tree_item(enum tree_item item __unused_arg, u32 depth __unused_arg,
		     const char *name __unused_arg, const u8 *data __unused_arg,
		     u32 bytes __unused_arg)
{
}

/* NULL: the console stays where the boot table has it. */
const struct map_desc *board_find_devices(const char *cmdline __unused_arg,
					  const struct bank *ram __unused_arg)
{
	return NULL;
}
