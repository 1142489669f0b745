/*
 * /proc/config.gz: Linux's names of what this kernel has and has not, as
 * CONFIG_IKCONFIG_PROC shows them. Test suites read it before they use a call.
 *
 * gzip can store text as it is, so nothing is compressed here (RFC 1952, and
 * RFC 1951, 3.2.4).
 */
#include <inspect/internal.h>
#include <services/gunzip/gunzip.h>

/* What is here in part only, as System V's objects are, is not set. */
static const char config[] = "CONFIG_ADVISE_SYSCALLS=y\n"
			     "CONFIG_ARM=y\n"
			     "CONFIG_BINFMT_ELF=y\n"
			     "CONFIG_BINFMT_SCRIPT=y\n"
			     "CONFIG_BLK_DEV_INITRD=y\n"
			     "CONFIG_COREDUMP=y\n"
			     "CONFIG_CROSS_MEMORY_ATTACH=y\n"
			     "CONFIG_DEVTMPFS=y\n"
			     "CONFIG_EPOLL=y\n"
			     "CONFIG_EVENTFD=y\n"
			     "CONFIG_FILE_LOCKING=y\n"
			     "CONFIG_FUTEX=y\n"
			     "CONFIG_FUTEX_PI=y\n"
			     "CONFIG_HZ=100\n"
			     "CONFIG_IKCONFIG=y\n"
			     "CONFIG_IKCONFIG_PROC=y\n"
			     "CONFIG_KCMP=y\n"
			     "CONFIG_MEMBARRIER=y\n"
			     "CONFIG_MEMFD_CREATE=y\n"
			     "CONFIG_MMU=y\n"
			     "CONFIG_MULTIUSER=y\n"
			     "CONFIG_POSIX_MQUEUE=y\n"
			     "CONFIG_POSIX_TIMERS=y\n"
			     "CONFIG_PRINTK=y\n"
			     "CONFIG_PROC_FS=y\n"
			     "CONFIG_PROC_PAGE_MONITOR=y\n"
			     "CONFIG_PROC_SYSCTL=y\n"
			     "CONFIG_RD_GZIP=y\n"
			     "CONFIG_RSEQ=y\n"
			     "CONFIG_SHMEM=y\n"
			     "CONFIG_SIGNALFD=y\n"
			     "CONFIG_TIMERFD=y\n"
			     "CONFIG_TMPFS=y\n"
			     "CONFIG_UNIX=y\n"
			     "CONFIG_UNIX98_PTYS=y\n"
			     "CONFIG_USERFAULTFD=y\n"
			     "# CONFIG_AIO is not set\n"
			     "# CONFIG_BPF_SYSCALL is not set\n"
			     "# CONFIG_BSD_PROCESS_ACCT is not set\n"
			     "# CONFIG_CGROUPS is not set\n"
			     "# CONFIG_DNOTIFY is not set\n"
			     "# CONFIG_FANOTIFY is not set\n"
			     "# CONFIG_HUGETLBFS is not set\n"
			     "# CONFIG_INET is not set\n"
			     "# CONFIG_INOTIFY_USER is not set\n"
			     "# CONFIG_IO_URING is not set\n"
			     "# CONFIG_KEYS is not set\n"
			     "# CONFIG_MODULES is not set\n"
			     "# CONFIG_NAMESPACES is not set\n"
			     "# CONFIG_NUMA is not set\n"
			     "# CONFIG_PERF_EVENTS is not set\n"
			     "# CONFIG_QUOTA is not set\n"
			     "# CONFIG_SECCOMP is not set\n"
			     "# CONFIG_SWAP is not set\n"
			     "# CONFIG_SYSVIPC is not set\n";

#define CONFIG_BYTES (sizeof(config) - 1)

/* One block has a length of 16 bits. */
static_assert(CONFIG_BYTES <= UINT16_MAX, "config fits into one block");

int show_config(struct seq_file *m)
{
	/* deflate, no optional parts, no time; by Unix */
	static const u8 head[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };
	/* the last block, stored; its length, and that inverted */
	static const u8 block[] = {
		1,
		CONFIG_BYTES & 0xff,
		CONFIG_BYTES >> 8,
		~CONFIG_BYTES & 0xff,
		~CONFIG_BYTES >> 8 & 0xff,
	};
	const u32 tail[] = { crc32((const u8 *)config, CONFIG_BYTES),
			     CONFIG_BYTES };

	seq_write(m, head, sizeof(head));
	seq_write(m, block, sizeof(block));
	seq_write(m, config, CONFIG_BYTES);
	seq_write(m, tail, sizeof(tail));
	return 0;
}
