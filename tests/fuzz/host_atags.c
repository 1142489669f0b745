/*
 * A list of ATAGs. The memory that may be read ends where the input does.
 */
#include <startup/startup.h>
#include "host_fuzz.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes)
{
	fuzz_boot_begin();
	if (atags_parse(&fuzz_args, data, (u32)bytes) == 0)
		fuzz_boot_check();
	return 0;
}
