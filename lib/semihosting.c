/*
 * ARM semihosting: command line from the host, exit status to it. Owns the
 * knowledge whether there is a host.
 */
#include <lib/semihosting.h>
#include <uapi/errno.h>

/* Operations (Arm, "Semihosting for AArch32 and AArch64", chapter 6). */
#define SYS_GET_CMDLINE   0x15
#define SYS_EXIT          0x18
#define SYS_EXIT_EXTENDED 0x20

#define ADP_STOPPED_RUNTIME_ERROR    0x20023
#define ADP_STOPPED_APPLICATION_EXIT 0x20026

static bool present;

void semihosting_probe(void)
{
	present = semihosting_probe_call();
}

int semihosting_cmdline(char *buf, size_t bytes)
{
	struct {
		char *buf;
		u32 bytes;
	} args = { buf, (u32)bytes };

	if (!present || semihosting_call(SYS_GET_CMDLINE, &args) != 0)
		return -ENODEV;
	buf[min((size_t)args.bytes, bytes - 1)] = '\0';
	return 0;
}

void semihosting_exit(int status)
{
	const u32 args[2] = { ADP_STOPPED_APPLICATION_EXIT,
			      (u32)status & 0xff };
	u32 reason = status ? ADP_STOPPED_RUNTIME_ERROR :
			      ADP_STOPPED_APPLICATION_EXIT;

	if (!present)
		return;
	semihosting_call(SYS_EXIT_EXTENDED, args);
	/* A host that cannot do that still knows success from failure. */
	semihosting_call(SYS_EXIT, (const void *)(uintptr_t)reason);
}
