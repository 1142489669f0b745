/*
 * startup/startup.h - what the files of startup/ share.
 *
 * The boot arguments come by one of four roads and end in one struct boot_args:
 *
 *	ATAGs at r2 (atags.c)		memory, initrd, command line
 *	a device tree at r2 (fdt.c)	the same, from /memory and /chosen
 *	semihosting			the command line alone
 *	nothing				RAM is probed, the archive is built in
 */
#ifndef STARTUP_STARTUP_H
#define STARTUP_STARTUP_H

#include <service.h>
#include <types.h>

/* ---- before the MMU (boot.c, boot_*.c); at physical addresses ---- */

#define ATAG_CORE 0x54410001u
#define FDT_MAGIC 0xd00dfeedu /* big-endian in memory */

/* Does pa lie in what may be RAM, word-aligned, and look like a list? */
bool boot_params_valid(phys_addr_t pa, u32 ram_max);
/* Bytes of RAM from PHYS_OFFSET on, at most max; what it held stays. */
u32 boot_ram_probe(u32 max);
/* Is this Secure state? Lies in .boot: see secure_state() in init.c. */
extern u32 boot_secure;
/*
 * What is wrong with this core, or NULL: it is one for us, its errata are mended
 * as far as secure allows, and it takes part in coherency. (boot_core.c)
 */
const char *boot_core_init(bool secure);
/* By polling. (boot.c) */
void boot_letter(char c);
void boot_puts(const char *s);
/* Called by head.S only. */
void boot_too_old(u32 moved) __noreturn;
u32 boot_main(u32 secure, phys_addr_t params);
void boot_after_mmu(void);

/* ---- boot arguments ---------------------------------------------- */

#define MAX_BANKS     8
#define MAX_RESERVED  32
#define CMDLINE_BYTES 1024

struct bank {
	phys_addr_t base;
	u32 bytes;
};

/* Memory that somebody else uses: firmware, a DSP. */
struct reservation {
	phys_addr_t base;
	u32 bytes;
	bool no_map; /* no mapping of ours either */
};

struct boot_args {
	const char *source; /* "ATAGs", for the log */
	struct bank banks[MAX_BANKS];
	unsigned int nr_banks;
	struct reservation reserved[MAX_RESERVED];
	unsigned int nr_reserved;
	phys_addr_t initrd;
	u32 initrd_bytes; /* 0 = none */
	bool psci_smc;    /* PSCI's method is SMC, not HVC */
	u32 timer_hz;     /* 0 = not said */
	char cmdline[CMDLINE_BYTES];
};

/*
 * Find the arguments. params as start_kernel got it (0 = none), probed: what
 * boot_ram_probe found, or 0. Says on the log what it had to reject.
 */
void boot_args_find(struct boot_args *args, phys_addr_t params, u32 probed);
/*
 * Add a bank of RAM, an empty one excepted. One too many, and what lies above
 * 4 GiB, is said and left out.
 */
void boot_args_add_bank(struct boot_args *args, u64 base, u64 bytes);
/* The same for memory that is somebody else's; to be mapped, at first. */
void boot_args_reserve(struct boot_args *args, u64 base, u64 bytes);
/* Copy at most bytes of a command line, cut to what fits (which is said). */
void boot_args_set_cmdline(struct boot_args *args, const char *s, size_t bytes);

/* list: in lowmem, readable for limit bytes. 0 or -EINVAL after saying why. */
int __must_check atags_parse(struct boot_args *args, const void *list,
			     u32 limit);
int __must_check fdt_parse(struct boot_args *args, const void *blob, u32 limit);

/* ---- options (cmdline.c) ----------------------------------------- */

#define MAX_INIT_ARGS 32 /* and as many variables, but for three */

struct options {
	u32 mem;                       /* bytes; 0 = all there is */
	const char *fail_alloc;        /* "NAME,N,TIMES ...", or NULL */
	const char *rdinit, *init;     /* paths, or NULL: not given */
	char *argv[MAX_INIT_ARGS + 2]; /* init's; argv[argc] = NULL */
	char *envp[MAX_INIT_ARGS + 1]; /* its environment, ended likewise */
	unsigned int argc, envc;
};

extern struct options options;

/* Cut a copy of cmdline into options; what is wrong is said. */
void cmdline_parse(const char *cmdline);
/* "64M", "0x1000", "512k": 0, or -EINVAL. */
int __must_check parse_size(const char *s, u32 *bytes);
/* Carry out fail_alloc=, just before init. */
void options_arm_fail_alloc(void);

/* ---- services.c, or core.c --------------------------------------- */

extern const struct service *const services[];
extern const u32 nr_services;

/* ---- init.c, kernel_init.c --------------------------------------- */

/* From head.S, in the high half, on init_task's stack, interrupts off. */
void start_kernel(u32 machine, phys_addr_t params, u32 probed) __noreturn;
/* The first thread, pid 1: becomes the init program. */
void kernel_init(void *unused);

#endif
