/*
 * ARM semihosting: command line from the host, exit status to it. Owns
 * `present`, which records whether there is a host.
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

/*
 * Must run before anything relies on a host: without one the call itself is a
 * fault (lib/semihosting_call.S).
 */
void semihosting_probe(void)
{
	present = semihosting_probe_call();
}

/* The host writes into buf itself, so it must be told how long buf is. */
int semihosting_cmdline(char *buf, size_t bytes)
{
	struct {
		char *buf;
		u32 bytes;
	} args = { buf, (u32)bytes };

	if (!present || semihosting_call(SYS_GET_CMDLINE, &args) != 0)
		return -ENODEV;
	/* The host stores the length; it need not fit the buffer. */
	buf[min((size_t)args.bytes, bytes - 1)] = '\0';
	return 0;
}

/* Returns only if there is no host, or if it refuses both calls. */
void semihosting_exit(int status)
{
	const u32 args[2] = { ADP_STOPPED_APPLICATION_EXIT,
			      (u32)status & 0xff };
	u32 reason = status ? ADP_STOPPED_RUNTIME_ERROR :
			      ADP_STOPPED_APPLICATION_EXIT;

	if (!present)
		return;
	/* Only this call passes an exit status. */
	semihosting_call(SYS_EXIT_EXTENDED, args);
	/*
	 * Reached only if the host lacks SYS_EXIT_EXTENDED; plain SYS_EXIT
	 * still tells success from failure.
	 */
	semihosting_call(SYS_EXIT, (const void *)(uintptr_t)reason);
}
