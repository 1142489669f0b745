/*
 * A flattened device tree. The memory that may be read ends where the input
 * does; it holds a header at least, as the MiB that the boot table maps does.
 */
#include <board/board.h>
#include <startup/startup.h>
#include "host_fuzz.h"

#define FDT_HEADER_BYTES 40u

int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes)
{
	fuzz_boot_begin();
	if (bytes < FDT_HEADER_BYTES)
		return 0;
	if (fdt_parse(&fuzz_args, data, (u32)bytes) == 0)
		fuzz_boot_check();
	(void)board_find_devices(fuzz_args.cmdline, fuzz_args.banks);
	return 0;
}
