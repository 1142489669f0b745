/* /proc/devices, diskstats and partitions: the devices of this machine. */
#include <fs/fs.h>
#include <inspect/internal.h>
#include <service.h>
#include <stdio.h>
#include <string.h>
#include <uapi/stat.h>

#define MAJOR_MEM  1 /* null, zero, full, random: one driver */
#define MAJOR_AUX  5 /* a line for each device */
#define NAME_BYTES 32

/*
 * Writes the driver's name as Linux has it: "mem", "/dev/tty", "ttyAMA",
 * without the device's number.
 */
static void driver_name(const struct chrdev *device, char name[NAME_BYTES])
{
	u32 major = MAJOR(device->rdev), n;

	if (major == MAJOR_MEM) {
		strcpy(name, "mem");
		return;
	}
	n = (u32)snprintf(name, NAME_BYTES,
			  major == MAJOR_AUX ? "/dev/%s" : "%s", device->name);
	/* A driver's name has no number: ttyAMA0 is a device of ttyAMA. */
	while (n && name[n - 1] >= '0' && name[n - 1] <= '9')
		name[--n] = '\0';
}

/*
 * Shows the drivers with this major number. Returns the next larger number in
 * use, or 0.
 */
static u32 put_major(struct seq_file *m, u32 major)
{
	char name[NAME_BYTES], last[NAME_BYTES] = "";
	const struct chrdev *device;
	u32 next = 0, other;

	for (u32 n = 0; (device = services_devices(n)); n++)
		for (; device->name; device++) {
			other = MAJOR(device->rdev);
			if (other > major && (!next || other < next))
				next = other;
			driver_name(device, name);
			/*
			 * Neighbours in a table often belong to one driver: one
			 * line.
			 */
			if (other != major || !strcmp(name, last))
				continue;
			seq_printf(m, "%3u %s\n", major, name);
			strcpy(last, name);
		}
	return next;
}

/*
 * /proc/devices: in the order of their numbers, as on Linux. There are no block
 * devices.
 */
int show_devices(struct seq_file *m)
{
	u32 major = 0; /* no driver's: the first pass only finds the lowest */

	seq_puts(m, "Character devices:\n");
	/*
	 * The tables are in no order: each pass finds the next larger number,
	 * too.
	 */
	do
		major = put_major(m, major);
	while (major);
	seq_puts(m, "\nBlock devices:\n");
	return 0;
}

/*
 * /proc/partitions and /proc/diskstats are empty: Linux writes even a heading
 * only if there is a disk.
 */
int show_no_disks(struct seq_file *m __unused_arg)
{
	return 0;
}
