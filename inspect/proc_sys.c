/* /proc/sys: the kernel's properties and settings, by Linux's names. */
#include <alloc/alloc.h>
#include <cred.h>
#include <inspect/internal.h>
#include <inspect/proc_sys.h>
#include <lib/printk.h>
#include <services/coredump/coredump.h>
#include <services/files/kmsg.h>
#include <services/ids/ids.h>
#include <services/sched/sched.h>
#include <services/shm/shm.h>
#include <services/system/system.h>
#include <string.h>

int show_number(struct seq_file *m, u32 number)
{
	seq_printf(m, "%u\n", number);
	return 0;
}

int read_number(const char *text, u32 *number)
{
	u64 value = 0;

	/* An empty text is no 0: a failed script must not change a limit. */
	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		value = value * 10 + (u32)(*text - '0');
		/* At each digit, so that 64 bits are enough. */
		if (value > UINT32_MAX)
			return -EINVAL;
	}
	*number = (u32)value;
	return 0;
}

int read_between(const char *text, u32 least, u32 most, u32 *number)
{
	u32 value;

	if (read_number(text, &value) || value < least || value > most)
		return -EINVAL;
	WRITE_ONCE(*number, value);
	return 0;
}

/* ---- kernel ------------------------------------------------------ */

/* This and the next four: the names that uname() reports. */
static int show_ostype(struct seq_file *m)
{
	struct new_utsname uts;

	get_utsname(&uts);
	seq_printf(m, "%s\n", uts.sysname);
	return 0;
}

static int show_osrelease(struct seq_file *m)
{
	struct new_utsname uts;

	get_utsname(&uts);
	seq_printf(m, "%s\n", uts.release);
	return 0;
}

static int show_os_version(struct seq_file *m)
{
	struct new_utsname uts;

	get_utsname(&uts);
	seq_printf(m, "%s\n", uts.version);
	return 0;
}

static int show_hostname(struct seq_file *m)
{
	struct new_utsname uts;

	get_utsname(&uts);
	seq_printf(m, "%s\n", uts.nodename);
	return 0;
}

static int show_domainname(struct seq_file *m)
{
	struct new_utsname uts;

	get_utsname(&uts);
	seq_printf(m, "%s\n", uts.domainname);
	return 0;
}

/* seq_file has removed the newline that echo writes. */
static int write_hostname(struct seq_file *m __unused_arg, const char *text)
{
	set_nodename(text);
	return 0;
}

static int write_domainname(struct seq_file *m __unused_arg, const char *text)
{
	set_domainname(text);
	return 0;
}

/* C libraries read it to learn which capabilities exist. */
static int show_cap_last_cap(struct seq_file *m)
{
	return show_number(m, CAP_LAST_CAP);
}

static int show_ngroups_max(struct seq_file *m)
{
	return show_number(m, NGROUPS_MAX);
}

/*
 * /proc/sys/kernel/printk: the level below which records reach the console, the
 * level of records without one, and the lowest and highest console level.
 */
static int show_printk(struct seq_file *m)
{
	/* syslog(2) may change the level at any time. */
	seq_printf(m, "%u\t%u\t%u\t%u\n", READ_ONCE(console_loglevel),
		   LOGLEVEL_PROGRAM, LOGLEVEL_LEAST, LOGLEVEL_ALL);
	return 0;
}

/* No module can be loaded and nothing else here taints a kernel: 0. */
static int show_tainted(struct seq_file *m)
{
	return show_number(m, 0);
}

/* Constant here: process numbers are part of /proc's inode numbers. */
static int show_pid_max(struct seq_file *m)
{
	return show_number(m, MAX_PID);
}

/* For programs that set it to be sure, and restore it: 0 or -EINVAL. */
static int write_pid_max(struct seq_file *m __unused_arg, const char *text)
{
	u32 most;

	return read_between(text, MAX_PID, MAX_PID, &most);
}

static int show_threads_max(struct seq_file *m)
{
	return show_number(m, MAX_TASKS);
}

static int show_randomize(struct seq_file *m)
{
	return show_number(m, READ_ONCE(randomize_va_space));
}

/*
 * One digit: 0 none, 1 without the heap, 2 all. It has an effect at the next
 * execve.
 */
static int write_randomize(struct seq_file *m __unused_arg, const char *text)
{
	u32 number = (u32)(text[0] - '0');

	/* A character below '0' has become a large number. */
	if (number > MAX_RANDOMIZE || text[1])
		return -EINVAL;
	/* execve reads it without a lock. */
	WRITE_ONCE(randomize_va_space, number);
	return 0;
}

static int show_core_pattern(struct seq_file *m)
{
	char pattern[CORE_PATTERN_BYTES];

	get_core_pattern(pattern);
	seq_printf(m, "%s\n", pattern);
	return 0;
}

/*
 * Linux lets only root write here, by the file's mode, as for all of /proc/sys.
 */
static int write_core_pattern(struct seq_file *m __unused_arg, const char *text)
{
	return set_core_pattern(text);
}

/* The limits of System V shared memory; segments that exist stay. */
static int show_shmall(struct seq_file *m)
{
	return show_number(m, READ_ONCE(shm_max_pages));
}

static int write_shmall(struct seq_file *m __unused_arg, const char *text)
{
	return read_number(text, &shm_max_pages);
}

static int show_shmmax(struct seq_file *m)
{
	return show_number(m, READ_ONCE(shm_max_bytes));
}

static int write_shmmax(struct seq_file *m __unused_arg, const char *text)
{
	return read_number(text, &shm_max_bytes);
}

static int show_shmmni(struct seq_file *m)
{
	return show_number(m, READ_ONCE(shm_max_segments));
}

/* The table has SHMMNI places, so there cannot be more. */
static int write_shmmni(struct seq_file *m __unused_arg, const char *text)
{
	u32 segments;

	if (read_number(text, &segments) || segments > SHMMNI)
		return -EINVAL;
	WRITE_ONCE(shm_max_segments, segments);
	return 0;
}

/* The next segment's id, by which a checkpoint is restored; -1: any. */
static int show_shm_next_id(struct seq_file *m)
{
	seq_printf(m, "%d\n", READ_ONCE(shm_next_id));
	return 0;
}

static int write_shm_next_id(struct seq_file *m __unused_arg, const char *text)
{
	return read_between(text, 0, INT32_MAX, (u32 *)&shm_next_id);
}

/* The share of real-time tasks, which is constant here. */
static int show_rt_period(struct seq_file *m)
{
	return show_number(m, SCHED_RT_PERIOD_US);
}

static int show_rt_runtime(struct seq_file *m)
{
	return show_number(m, SCHED_RT_RUNTIME_US);
}

/* The slice of SCHED_RR in ms; 0 sets the default, as on Linux. */
static int show_rr_slice(struct seq_file *m)
{
	return show_number(m, READ_ONCE(sched_rr_timeslice_ms));
}

static int write_rr_slice(struct seq_file *m __unused_arg, const char *text)
{
	u32 ms;
	int err = read_between(text, 0, INT32_MAX, &ms);

	if (!err)
		WRITE_ONCE(sched_rr_timeslice_ms, ms ? ms : RR_TIMESLICE_MS);
	return err;
}

/* Shows a random number in RFC 4122's form (version 4). */
static void put_uuid(struct seq_file *m, u8 id[16])
{
	/* The version is the high digit of byte 6, the variant in byte 8. */
	id[6] = (id[6] & 0x0f) | 0x40;
	id[8] = (id[8] & 0x3f) | 0x80;
	for (u32 i = 0; i < 16; i++)
		seq_printf(m,
			   i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" :
								   "%02x",
			   id[i]);
	seq_putc(m, '\n');
}

/* /proc/sys/kernel/random/uuid: a new number at each reading. */
static int show_uuid(struct seq_file *m)
{
	u8 id[16];

	get_random_bytes(id, sizeof(id));
	put_uuid(m, id);
	return 0;
}

/* /proc/sys/kernel/random/boot_id: the same number until the next boot. */
static int show_boot_id(struct seq_file *m)
{
	static spinlock_t lock = SPINLOCK_INIT;
	static u8 boot_id[16]; /* lock; zeros until the first reading */
	u8 id[16], fresh[16];

	/*
	 * Before the lock, since the generator has one of its own; of two first
	 * readers one is discarded.
	 */
	get_random_bytes(fresh, sizeof(fresh));
	spin_lock(&lock);
	if (!memcmp(boot_id, (u8[16]){ 0 }, sizeof(boot_id)))
		memcpy(boot_id, fresh, sizeof(boot_id));
	/* A copy: put_uuid() formats without the lock, and changes bits. */
	memcpy(id, boot_id, sizeof(id));
	spin_unlock(&lock);
	put_uuid(m, id);
	return 0;
}

static int show_entropy(struct seq_file *m)
{
	return show_number(m, entropy_avail());
}

static const struct proc_entry random_entries[] = {
	TEXT("boot_id", show_boot_id),
	TEXT("entropy_avail", show_entropy),
	TEXT("uuid", show_uuid),
	{ .name = NULL },
};

static const struct proc_dir random_dir = { 9, random_entries, NULL, NULL };

static const struct proc_entry kernel_entries[] = {
	TEXT("cap_last_cap", show_cap_last_cap),
	TEXT_RW("core_pattern", show_core_pattern, write_core_pattern),
	TEXT_RW("domainname", show_domainname, write_domainname),
	TEXT_RW("hostname", show_hostname, write_hostname),
	TEXT("ngroups_max", show_ngroups_max),
	TEXT("osrelease", show_osrelease),
	TEXT("ostype", show_ostype),
	TEXT_RW("pid_max", show_pid_max, write_pid_max),
	TEXT("printk", show_printk),
	DIR("random", &random_dir),
	TEXT_RW("randomize_va_space", show_randomize, write_randomize),
	TEXT_RW("sched_rr_timeslice_ms", show_rr_slice, write_rr_slice),
	TEXT("sched_rt_period_us", show_rt_period),
	TEXT("sched_rt_runtime_us", show_rt_runtime),
	TEXT_RW("shm_next_id", show_shm_next_id, write_shm_next_id),
	TEXT_RW("shmall", show_shmall, write_shmall),
	TEXT_RW("shmmax", show_shmmax, write_shmmax),
	TEXT_RW("shmmni", show_shmmni, write_shmmni),
	TEXT("tainted", show_tainted),
	TEXT("threads-max", show_threads_max),
	TEXT("version", show_os_version),
	{ .name = NULL },
};

/* ---- the directories --------------------------------------------- */

static const struct proc_dir kernel_dir = { 5, kernel_entries, NULL, NULL };

static const struct proc_entry sys_entries[] = {
	DIR("fs", &fs_dir),
	DIR("kernel", &kernel_dir),
	DIR("vm", &vm_dir),
	{ .name = NULL },
};

const struct proc_dir sys_dir = { 4, sys_entries, NULL, NULL };
