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

#include <board/board.h>
#include <service.h>

/* ---- before the MMU (boot.c, boot_*.c); at physical addresses ---- */

#define ATAG_CORE    0x54410001u
#define ATAG_MEM     0x54410002u /* bytes, start */
#define ATAG_INITRD2 0x54420005u /* start (physical), bytes */
#define FDT_MAGIC    0xd00dfeedu /* big-endian in memory */

/* The boot table maps the MiB of the list and the one after it. */
#define PARAMS_MAPPED 0x00200000u

/*
 * Returns true if pa is word-aligned, lies in the ram_max bytes from PHYS_OFFSET
 * on, and has the magic number of ATAGs or of a device tree.
 */
bool boot_params_valid(phys_addr_t pa, u32 ram_max);
/* Returns the bytes of RAM from PHYS_OFFSET on, at most max; keeps its contents. */
u32 boot_ram_probe(u32 max);
/* Bytes of a valid tree from its start to the end of its structure and strings. */
u32 boot_tree_bytes(const volatile u32 *tree);
/* 1 in Secure state. In .boot: the high half reads it by init.c's secure_state(). */
extern u32 boot_secure;
/*
 * Returns why this core cannot run the image, or NULL once its errata are mended
 * and it takes part in coherency. Non-secure state cannot mend all. (boot_core.c)
 */
const char *boot_core_init(bool secure);
/* Print by polling, before the MMU is on. (boot.c) */
void boot_letter(char c);
void boot_puts(const char *s);
/*
 * Called by head.S only. moved: bytes from the linked address to where the image
 * is; params: r2 as the loader left it. boot_main returns TTBR0, or stops.
 */
void boot_too_old(u32 moved) __noreturn;
/*
 * Moves the archive that the list at params names out of the image's place, and
 * changes the list. The image must lie in RAM, whose most bytes are ram_max.
 */
void boot_keep_archive(u32 moved, phys_addr_t params, u32 ram_max);
u32 boot_main(u32 secure, phys_addr_t params);
void boot_after_mmu(void);

/* ---- a flattened device tree ------------------------------------- */

/* The header's big-endian words that are used (Devicetree Specification, 5.2). */
enum {
	H_STRUCT = 2,
	H_STRINGS,
	H_RESERVED,
	H_COMPATIBLE = 6,
	H_STRINGS_BYTES = 8,
	H_STRUCT_BYTES,
	H_WORDS
};
/* Tokens of the structure block (5.4). */
#define FDT_BEGIN_NODE 1u
#define FDT_END_NODE   2u
#define FDT_PROP       3u
#define FDT_NOP        4u
#define FDT_END        9u

/* ---- boot arguments ---------------------------------------------- */

#define MAX_BANKS     8
#define MAX_RESERVED  32
#define CMDLINE_BYTES 1024

/* Memory that firmware or another processor uses. */
struct reservation {
	phys_addr_t base;
	u32 bytes;
	bool no_map; /* the kernel must not map it */
};

struct boot_args {
	const char *source;               /* "ATAGs", for the log */
	struct bank banks[MAX_BANKS + 1]; /* ended by one of 0 bytes */
	unsigned int nr_banks;
	struct reservation reserved[MAX_RESERVED];
	unsigned int nr_reserved;
	phys_addr_t initrd;
	u32 initrd_bytes; /* 0 = none */
	bool psci_smc;    /* PSCI's method is SMC, not HVC */
	u32 timer_hz;     /* 0 = the list does not name it */
	char cmdline[CMDLINE_BYTES];
};

/*
 * Fill args, which is zeroed. params: physical address of the list, or 0; probed:
 * bytes that boot_ram_probe found, or 0. What it rejects is logged.
 */
void boot_args_find(struct boot_args *args, phys_addr_t params, u32 probed);
/*
 * Add a bank of RAM, in bytes; less than a page is ignored. One beyond MAX_BANKS,
 * and what lies above 4 GiB, is logged and left out.
 */
void boot_args_add_bank(struct boot_args *args, u64 base, u64 bytes);
/* The same for reserved memory, which stays mapped unless no_map is set later. */
void boot_args_reserve(struct boot_args *args, u64 base, u64 bytes);
/* Copy at most bytes of s; a line of CMDLINE_BYTES or more is cut, and logged. */
void boot_args_set_cmdline(struct boot_args *args, const char *s, size_t bytes);

/*
 * list, blob: mapped for limit bytes. Return 0, or -EINVAL after logging why; args
 * then holds a part of the list.
 */
int __must_check atags_parse(struct boot_args *args, const void *list,
			     u32 limit);
int __must_check fdt_parse(struct boot_args *args, const void *blob, u32 limit);

/* ---- options (cmdline.c) ----------------------------------------- */

#define MAX_INIT_ARGS 32 /* and as many variables, three of them ours */

struct options {
	u32 mem;                       /* bytes; 0 = all there is */
	const char *fail_alloc;        /* "NAME,N,TIMES ...", or NULL */
	const char *rdinit, *init;     /* paths, or NULL: not given */
	char *argv[MAX_INIT_ARGS + 2]; /* init's; argv[argc] = NULL */
	char *envp[MAX_INIT_ARGS + 1]; /* its environment, ended likewise */
	unsigned int argc, envc;
};

extern struct options options;

/* Fill options from a copy of cmdline; logs each word that is wrong. Call once. */
void cmdline_parse(const char *cmdline);
/* Reads "64M", "0x1000", "512k". Returns 0, or -EINVAL: no size below 4 GiB. */
int __must_check parse_size(const char *s, u32 *bytes);
/* Carry out fail_alloc=: when all caches exist, just before init starts. */
void options_arm_fail_alloc(void);

/* ---- services.c, or core.c --------------------------------------- */

extern const struct service *const services[];
extern const u32 nr_services;

/* ---- init.c, kernel_init.c --------------------------------------- */

/*
 * Called by head.S in the high half, on init_task's stack, with interrupts off.
 * machine, params: r1 and r2 on entry; probed: bytes, or 0.
 */
void start_kernel(u32 machine, phys_addr_t params, u32 probed) __noreturn;
/* The first thread, pid 1: becomes the init program. */
void kernel_init(void *unused);

#endif
