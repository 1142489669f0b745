/* Calls about the machine as a whole: sysinfo and reboot. */
#include <asm/uaccess.h>
#include <cred.h>
#include <machine.h>
#include <proc/proc.h>
#include <services/system/system.h>
#include <uapi/sysinfo.h>

static_assert(sizeof(struct sysinfo) == 64, "Linux's layout");

/*
 * Amounts of memory are in units of mem_unit bytes. Like Linux it is 1 where
 * all amounts fit, as they do with at most 768 MiB. The members without a value
 * have no counterpart: there is no swap, and shared and buffer memory are not
 * counted apart.
 */
s32 sys_sysinfo(uaddr_t to)
{
	u32 nsec;
	struct sysinfo info = {
		.uptime = (s32)split_seconds(ktime_ns(), &nsec),
		.totalram = totalram_pages() << PAGE_SHIFT,
		.freeram = nr_free_pages() << PAGE_SHIFT,
		.procs = (u16)nr_tasks(),
		.mem_unit = 1,
	};

	return copy_to_user(to, &info, sizeof(info)) ? -EFAULT : 0;
}

/* The two magic numbers of reboot(2), which make accidents unlikely. */
#define LINUX_REBOOT_MAGIC1        0xfee1dead
#define LINUX_REBOOT_MAGIC2        0x28121969
#define LINUX_REBOOT_MAGIC2A       0x05121996
#define LINUX_REBOOT_MAGIC2B       0x16041998
#define LINUX_REBOOT_MAGIC2C       0x20112000
#define LINUX_REBOOT_CMD_RESTART   0x01234567
#define LINUX_REBOOT_CMD_HALT      0xcdef0123
#define LINUX_REBOOT_CMD_POWER_OFF 0x4321fedc
#define LINUX_REBOOT_CMD_CAD_ON    0x89abcdef
#define LINUX_REBOOT_CMD_CAD_OFF   0x00000000

/* Linux accepts four dates as the second number. */
static bool is_magic2(u32 magic)
{
	return magic == LINUX_REBOOT_MAGIC2 || magic == LINUX_REBOOT_MAGIC2A ||
		magic == LINUX_REBOOT_MAGIC2B || magic == LINUX_REBOOT_MAGIC2C;
}

s32 sys_reboot(u32 magic1, u32 magic2, u32 cmd, uaddr_t arg __unused_arg)
{
	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	/* After the check for the right, as on Linux. */
	if (magic1 != LINUX_REBOOT_MAGIC1 || !is_magic2(magic2))
		return -EINVAL;
	switch (cmd) {
	case LINUX_REBOOT_CMD_RESTART:
		machine_restart();
	case LINUX_REBOOT_CMD_HALT:
	case LINUX_REBOOT_CMD_POWER_OFF:
		machine_power_off();
	case LINUX_REBOOT_CMD_CAD_ON: /* accepted: there is no keyboard for Ctrl-Alt-Del */
	case LINUX_REBOOT_CMD_CAD_OFF:
		return 0;
	default:
		return -EINVAL;
	}
}
