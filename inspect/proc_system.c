/*
 * The machine: /proc/uptime, version, cpuinfo, interrupts.
 */
#include <asm/cp15.h>
#include <board/board.h>
#include <inspect/internal.h>

/* "12.34": seconds with two digits. */
static void put_seconds(struct seq_file *m, u64 ns)
{
	u32 centisec = (u32)(ns / NSEC_PER_CENTISEC); /* 497 days */

	seq_printf(m, "%u.%02u", centisec / 100, centisec % 100);
}

int show_uptime(struct seq_file *m)
{
	put_seconds(m, ktime_ns());
	seq_putc(m, ' ');
	put_seconds(m, init_task.use.stime_ns); /* idle */
	seq_putc(m, '\n');
	return 0;
}

int show_version(struct seq_file *m)
{
	seq_printf(m, "Pagewalk version %s (gcc %s) #1\n", PAGEWALK_VERSION,
		   __VERSION__);
	return 0;
}

int show_cpuinfo(struct seq_file *m)
{
	u32 midr = read_midr(); /* DDI0406C B4.1.105 */

	seq_printf(m,
		   "processor\t: 0\nmodel name\t: ARMv7 Processor rev %u "
		   "(v7l)\n",
		   midr & 0xf);
	seq_puts(m,
		 "Features\t: half thumb fastmult vfp edsp neon vfpv3 tls "
		 "vfpd32 \n");
	seq_printf(m, "CPU implementer\t: 0x%02x\nCPU architecture: 7\n",
		   midr >> 24);
	seq_printf(m, "CPU variant\t: 0x%x\nCPU part\t: 0x%03x\n",
		   midr >> 20 & 0xf, midr >> 4 & 0xfff);
	seq_printf(m, "CPU revision\t: %u\n\nHardware\t: %s\n", midr & 0xf,
		   board.name);
	return 0;
}

int show_interrupts(struct seq_file *m)
{
	const char *name;
	unsigned int irq;
	u32 count;

	seq_puts(m, "           CPU0       \n");
	for (irq = 0; irq_stat(irq, &name, &count); irq++)
		if (name)
			seq_printf(m, "%3u: %10u  GIC  %s\n", irq, count, name);
	return 0;
}
