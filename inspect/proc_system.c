/*
 * The machine, in Linux's formats: /proc/uptime, version, cpuinfo, interrupts,
 * stat, loadavg, cmdline, filesystems, swaps, iomem, kallsyms, and the mounts.
 */
#include <alloc/alloc.h>
#include <asm/cp15.h>
#include <asm/sections.h>
#include <board/board.h>
#include <cred.h>
#include <inspect/internal.h>
#include <lib/backtrace.h>
#include <run/run.h>
#include <services/files/files.h>
#include <string.h>

/* Shows ns as seconds with two digits: "12.34". */
static void put_seconds(struct seq_file *m, u64 ns)
{
	u32 nsec, sec = split_seconds(ns, &nsec);

	seq_printf(m, "%u.%02u", sec, nsec / (u32)NSEC_PER_CENTISEC);
}

/* Seconds since boot, and how many of them the core was idle. */
int show_uptime(struct seq_file *m)
{
	put_seconds(m, ktime_ns());
	seq_putc(m, ' ');
	put_seconds(m, init_task.use.stime_ns); /* idle */
	seq_putc(m, '\n');
	return 0;
}

/* Linux's first line has the same parts: name, compiler, build. */
int show_version(struct seq_file *m)
{
	seq_printf(m, "Pagewalk version %s (gcc %s) #1\n", PAGEWALK_VERSION,
		   __VERSION__);
	return 0;
}

/* Linux's names of the HWCAP_* bits, the lowest bit first. */
static const char *const hwcap_names[] = {
	"swp",      "half", "thumb",  "26bit",  "fastmult", "fpa",    "vfp",
	"edsp",     "java", "iwmmxt", "crunch", "thumbee",  "neon",   "vfpv3",
	"vfpv3d16", "tls",  "vfpv4",  "idiva",  "idivt",    "vfpd32", "lpae",
};

/*
 * The lines that programs parse: Features, which are AT_HWCAP in words, and
 * MIDR's fields. Revision and Serial are 0, as on Linux when no loader passes
 * any.
 */
int show_cpuinfo(struct seq_file *m)
{
	u32 midr = read_midr(); /* DDI0406C B4.1.105 */

	seq_printf(m,
		   "processor\t: 0\nmodel name\t: ARMv7 Processor rev %u "
		   "(v7l)\n",
		   midr & 0xf);
	seq_puts(m, "Features\t: ");
	for (u32 i = 0; i < ARRAY_SIZE(hwcap_names); i++)
		if (elf_hwcap >> i & 1)
			seq_printf(m, "%s ", hwcap_names[i]);
	seq_printf(m, "\nCPU implementer\t: 0x%02x\nCPU architecture: 7\n",
		   midr >> 24);
	seq_printf(m, "CPU variant\t: 0x%x\nCPU part\t: 0x%03x\n",
		   midr >> 20 & 0xf, midr >> 4 & 0xfff);
	seq_printf(m, "CPU revision\t: %u\n\nHardware\t: %s\n", midr & 0xf,
		   board.name);
	seq_puts(m, "Revision\t: 0000\nSerial\t\t: 0000000000000000\n");
	return 0;
}

/* One line for each interrupt that has a handler. */
int show_interrupts(struct seq_file *m)
{
	const char *name;
	unsigned int irq;
	u32 count;

	seq_puts(m, "           CPU0       \n");
	for (irq = 0; irq_stat(irq, &name, &count); irq++)
		if (name) /* a line without a handler is never enabled */
			seq_printf(m, "%3u: %10u  GIC  %s\n", irq, count, name);
	return 0;
}

/* ---- since boot -------------------------------------------------- */

/*
 * Shows user, nice, system and idle time, and six kinds of time that are not
 * distinguished here.
 */
static void put_cpu_times(struct seq_file *m, const char *name)
{
	struct core_use use;

	get_core_use(&use);
	seq_printf(m, "%s %u 0 %u %u 0 0 0 0 0 0\n", name,
		   user_ticks(use.user_ns), user_ticks(use.system_ns),
		   user_ticks(init_task.use.stime_ns));
}

/* /proc/stat. procs_blocked counts waits for disks, of which there are none. */
int show_machine_stat(struct seq_file *m)
{
	struct core_use use;
	const char *name;
	u32 total = 0, count, nsec;

	get_core_use(&use);
	/* The sum over all cores and the only core: the same numbers. */
	put_cpu_times(m, "cpu ");
	put_cpu_times(m, "cpu0");
	for (unsigned int irq = 0; irq_stat(irq, &name, &count); irq++)
		total += count;
	/* The sum, then a column for each line, whose place is its number. */
	seq_printf(m, "intr %u", total);
	for (unsigned int irq = 0; irq_stat(irq, &name, &count); irq++)
		seq_printf(m, " %u", count);
	/* btime: the date when the time since boot was 0. */
	seq_printf(m, "\nctxt %u\nbtime %u\nprocesses %u\n", use.switches,
		   (u32)split_seconds(boot_wall_ns, &nsec), nr_forks());
	seq_printf(m, "procs_running %u\nprocs_blocked 0\n", use.running);
	return 0;
}

/* Shows a load of LOAD_ONE units with two digits. */
static void put_load(struct seq_file *m, u32 load)
{
	load += LOAD_ONE / 200; /* rounds instead of cutting */
	seq_printf(m, "%u.%02u ", load / LOAD_ONE,
		   load % LOAD_ONE * 100 / LOAD_ONE);
}

/*
 * Three loads, the tasks that run and that exist, and the last process number
 * given.
 */
int show_loadavg(struct seq_file *m)
{
	struct core_use use;

	get_core_use(&use);
	for (int i = 0; i < NR_LOADS; i++)
		put_load(m, use.load[i]);
	seq_printf(m, "%u/%u %u\n", use.running, nr_tasks(), last_pid_given());
	return 0;
}

/* ---- constant ---------------------------------------------------- */

int show_boot_cmdline(struct seq_file *m)
{
	seq_printf(m, "%s\n", saved_command_line);
	return 0;
}

/* The file systems that mount() knows. */
int show_filesystems(struct seq_file *m)
{
	/* nodev: needs no block device. */
	seq_puts(m,
		 "nodev\tproc\nnodev\tdevpts\nnodev\tdevtmpfs\nnodev\ttmpfs\n");
	return 0;
}

/* The heading alone: there is no swap. */
int show_swaps(struct seq_file *m)
{
	seq_puts(m, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	return 0;
}

/*
 * Shows one range of /proc/iomem. As on Linux only root sees the addresses, all
 * users the names.
 */
static void put_range(struct seq_file *m, const char *indent, phys_addr_t from,
		      phys_addr_t last, const char *name)
{
	if (!capable(CAP_SYS_ADMIN))
		from = last = 0;
	seq_printf(m, "%s%08x-%08x : %s\n", indent, from, last, name);
}

/* Shows one bank of RAM, and in it the kernel's code and data. */
static void put_ram(phys_addr_t base, u32 bytes, void *arg)
{
	struct seq_file *m = arg;
	phys_addr_t code = virt_to_phys(_stext),
		    data = virt_to_phys(__end_rodata);

	put_range(m, "", base, base + bytes - 1, "System RAM");
	/*
	 * The kernel is in one of several banks. The difference is compared, since
	 * base + bytes may be 2^32, which is 0.
	 */
	if (code < base || code - base >= bytes)
		return;
	put_range(m, "  ", code, virt_to_phys(_etext) - 1, "Kernel code");
	put_range(m, "  ", data, virt_to_phys(_end) - 1, "Kernel data");
}

/* The devices are in the board's table, the RAM in memblock. */
int show_iomem(struct seq_file *m)
{
	for (unsigned int i = 0; i < board.nr_map; i++) {
		const struct map_desc *range = &board.map[i];

		put_range(m, "", range->pa, range->pa + range->bytes - 1,
			  range->name);
	}
	memblock_for_each_memory(put_ram, m);
	return 0;
}

/*
 * /proc/kallsyms: functions only, since the table is made for backtraces.
 * Addresses are 0 without CAP_SYSLOG, as on Linux. A symbol's place is its
 * number.
 */
int show_kallsyms(struct seq_file *m)
{
	bool shown = capable(CAP_SYSLOG);
	const char *name;
	u32 va;

	for (u32 i = (u32)m->place; (name = symbol_at(i, &va)); i++) {
		/* t means local text: which names are global is not kept. */
		seq_printf(m, "%08x t %s\n", shown ? va : 0, name);
		if (!seq_goes_on(m, i + 1))
			break;
	}
	return 0;
}

/* ---- mounts ------------------------------------------------------ */

/* Shows a word of a line. Characters that would end it are written in octal. */
static void put_word(struct seq_file *m, const char *word)
{
	for (; *word; word++)
		if (strchr(" \t\n\\", *word))
			seq_printf(m, "\\%03o", (u8)*word);
		else
			seq_printf(m, "%c", *word);
	seq_puts(m, " ");
}

/* Prints the flags of the place, such as "rw,nosuid,relatime". */
static void put_flags(struct seq_file *m, u32 flags)
{
	static const struct {
		u32 flag;
		const char *word;
	} words[] = {
		{ MS_NOSUID, ",nosuid" },
		{ MS_NODEV, ",nodev" },
		{ MS_NOEXEC, ",noexec" },
		{ MS_NOATIME, ",noatime" },
		{ MS_NODIRATIME, ",nodiratime" },
		{ MS_RELATIME, ",relatime" },
		{ MS_NOSYMFOLLOW, ",nosymfollow" },
	};

	seq_puts(m, flags & MS_RDONLY ? "ro" : "rw");
	for (u32 i = 0; i < ARRAY_SIZE(words); i++)
		if (flags & words[i].flag)
			seq_puts(m, words[i].word);
}

/*
 * Shows a mount's line in /proc/mounts; the next two do for mountinfo and
 * mountstats.
 */
static void put_mount(struct seq_file *m, const struct mount_facts *facts)
{
	put_word(m, facts->source);
	put_word(m, facts->path);
	put_word(m, facts->type);
	/* Read-only if either this mount or its whole file system is. */
	put_flags(m, facts->flags | (facts->read_only ? MS_RDONLY : 0));
	seq_puts(m, facts->options);
	/* fstab's last two words, for dump and fsck: no disk needs them. */
	seq_puts(m, " 0 0\n");
}

/* No mount propagates to others, so there is no optional field. */
static void put_mountinfo(struct seq_file *m, const struct mount_facts *facts)
{
	seq_printf(m, "%u %u %u:%u ", facts->id, facts->parent,
		   MAJOR(facts->dev), MINOR(facts->dev));
	put_word(m, facts->root);
	put_word(m, facts->path);
	put_flags(m, facts->flags);
	seq_puts(m, " - "); /* ends the list of optional fields */
	put_word(m, facts->type);
	put_word(m, facts->source);
	seq_puts(m, facts->read_only ? "ro" : "rw");
	seq_puts(m, facts->options);
	seq_puts(m, "\n");
}

static void put_mountstats(struct seq_file *m, const struct mount_facts *facts)
{
	seq_puts(m, "device ");
	put_word(m, facts->source);
	seq_puts(m, "mounted on ");
	put_word(m, facts->path);
	seq_puts(m, "with fstype ");
	put_word(m, facts->type);
	seq_puts(m, "\n");
}

enum mount_file { MOUNTS, MOUNTINFO, MOUNTSTATS };

/* Shows a mount's line in the given file. */
static void put_line_of(struct seq_file *m, enum mount_file file,
			const struct mount_facts *facts)
{
	if (file == MOUNTS)
		put_mount(m, facts);
	else if (file == MOUNTINFO)
		put_mountinfo(m, facts);
	else
		put_mountstats(m, facts);
}

/* Shows the root and then all mounts. A mount's place is its number. */
static int show_each_mount(struct seq_file *m, enum mount_file file)
{
	/* With two paths it is too large for the kernel stack. */
	struct mount_facts *facts = kzalloc(sizeof(*facts), GFP_KERNEL);
	u32 n = (u32)m->place;

	if (!facts)
		return -ENOMEM;
	/* The root file system has no struct mount, so its facts stand here. */
	facts->id = facts->parent = ROOT_MOUNT_ID;
	facts->dev = root_inode->i_dev;
	strcpy(facts->type, "rootfs");
	strcpy(facts->source, "rootfs");
	strcpy(facts->path, "/");
	strcpy(facts->root, "/");
	if (n == 0)
		put_line_of(m, file, facts);
	for (; get_mount(n, facts); n++) {
		/* The mount is outside of the reader's root. */
		if (!facts->path[0])
			continue;
		/* An empty word would shift all columns behind it. */
		if (!facts->source[0])
			strcpy(facts->source, "none");
		put_line_of(m, file, facts);
		if (!seq_goes_on(m, n + 1))
			break;
	}
	kfree(facts);
	return 0;
}

int show_mounts(struct seq_file *m)
{
	return show_each_mount(m, MOUNTS);
}

int show_mountinfo(struct seq_file *m)
{
	return show_each_mount(m, MOUNTINFO);
}

int show_mountstats(struct seq_file *m)
{
	return show_each_mount(m, MOUNTSTATS);
}
