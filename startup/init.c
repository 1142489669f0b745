/*
 * From the high half's first C instruction to the idle loop. Owns the order in
 * which everything is initialised: one table, read from top to bottom.
 */
#include <alloc/alloc.h>
#include <asm/cp15.h>
#include <asm/irqflags.h>
#include <asm/page.h>
#include <asm/sections.h>
#include <board/board.h>
#include <board/early_uart.h>
#include <fs/fs.h>
#include <inspect/inspect.h>
#include <lib/printk.h>
#include <lib/semihosting.h>
#include <mmu/errata.h>
#include <mmu/mmu.h>
#include <proc/proc.h>
#include <startup/startup.h>
#include <trap/trap.h>

/* Less than this and not even the page tables and a shell fit. */
#define MIN_RAM 0x01000000u

extern const u8 __initramfs_start[], __initramfs_end[];

static struct boot_args boot_args;
static phys_addr_t boot_params;
static u32 boot_machine, ram_probed;
static bool copy_initrd; /* it cannot be used where it lies */

/* K ends the word PAGEWALK (boot.c): from here printk has a console. */
static void banner(void)
{
	early_uart_putc(EARLY_UART_VA, 'K');
	early_uart_putc(EARLY_UART_VA, '\r');
	early_uart_putc(EARLY_UART_VA, '\n');
	pr_notice("Pagewalk " PAGEWALK_VERSION " on %s, machine type 0x%x\n",
		  board.name, (unsigned int)boot_machine);
}

/* Reads the list that the loader left and puts its options in force. */
static void find_boot_args(void)
{
	const struct map_desc *console;

	boot_args_find(&boot_args, boot_params, ram_probed);
	saved_command_line = boot_args.cmdline;
	cmdline_parse(boot_args.cmdline); /* `quiet` is in force then */
	/*
	 * The tree or earlycon= may name another UART than the boot table maps:
	 * it must be mapped before the next line is printed.
	 */
	console = board_find_devices(boot_args.cmdline, boot_args.banks);
	if (console) {
		boot_map_device(console);
		board_early_console();
	}
	pr_info("Boot arguments: %s\n", boot_args.source);
	pr_info("Command line: %s\n", boot_args.cmdline);
}

/* Returns true if [base, base + bytes) lies in one bank of RAM. */
static bool in_a_bank(phys_addr_t base, u32 bytes)
{
	for (unsigned int i = 0; i < boot_args.nr_banks; i++) {
		const struct bank *bank = &boot_args.banks[i];

		/*
		 * Differences, because base + bytes may wrap past 4 GiB; the
		 * first is larger than any bank if base lies below it.
		 */
		if (base - bank->base < bank->bytes &&
		    bytes <= bank->bytes - (base - bank->base))
			return true;
	}
	return false;
}

/*
 * Keeps the loader's archive and uses it in place if it can be. One beyond
 * lowmem, or not at a word's address, is copied by bring_initrd() once all of
 * lowmem is mapped. A wrong one is reported and the built-in one is used.
 */
static void reserve_initrd(phys_addr_t image)
{
	phys_addr_t base = boot_args.initrd, end = memblock_end();
	u32 bytes = boot_args.initrd_bytes;

	initramfs = __initramfs_start;
	initramfs_bytes = (u32)(__initramfs_end - __initramfs_start);
	if (!bytes)
		return;
	if (!in_a_bank(base, bytes)) {
		pr_err("initrd at 0x%08x, %u bytes, is in no bank of RAM: ignored\n",
		       (unsigned int)base, (unsigned int)bytes);
		return;
	}
	/* The image and its .bss have overwritten this archive. */
	if (base < virt_to_phys(_end) && base + bytes > image) {
		pr_err("initrd at 0x%08x, %u bytes, lay in the image's place and was overwritten: the built-in archive serves; load it at 0x%08x or above\n",
		       (unsigned int)base, (unsigned int)bytes,
		       (unsigned int)virt_to_phys(_end));
		return;
	}
	/* Beyond lowmem memblock hands out nothing: no need to reserve. */
	if (base < end &&
	    memblock_reserve(base, min(bytes, end - base), "initrd"))
		panic("no room to reserve the initrd");
	/*
	 * The linear map ends with lowmem, and cpio's headers are read by
	 * words.
	 */
	copy_initrd = base % 4 || base >= end || bytes > end - base;
	if (copy_initrd)
		return;
	initramfs = phys_to_virt(base);
	initramfs_bytes = bytes;
}

/* Copies the archive into lowmem. Without room the built-in one stays. */
static void bring_initrd(void)
{
	u32 bytes = boot_args.initrd_bytes;
	void *copy = memblock_alloc(bytes, PAGE_SIZE, "initrd");

	if (!copy) {
		pr_err("initrd: no room for a copy of %u KiB in lowmem: ignored\n",
		       (unsigned int)bytes >> 10);
		return;
	}
	/* The source may be highmem, which has no address of its own. */
	copy_from_physical(copy, boot_args.initrd, bytes);
	initramfs = copy;
	initramfs_bytes = bytes;
	pr_info("initrd: copied from 0x%08x\n", (unsigned int)boot_args.initrd);
}

/* boot.c's variable lies in .boot; this is how the high half sees it. */
static bool secure_state(void)
{
	const u32 *secure = phys_to_virt((phys_addr_t)(uintptr_t)&boot_secure);

	return *secure != 0;
}

/* Prints which core this is and turns on the workarounds that mmu/ has for it. */
static void report_core(void)
{
	u32 midr = read_midr();

	pr_info("Core: MIDR 0x%08x, release r%up%u, %s multiprocessing extensions\n",
		(unsigned int)midr, (unsigned int)midr_release(midr) >> 4,
		(unsigned int)midr & 0xf,
		read_mpidr() & MPIDR_MP ? "with" : "without");
	errata_init(read_midr(), secure_state());
}

/* [base, end) less what nobody may map is RAM. */
static void add_ram(phys_addr_t base, phys_addr_t end)
{
	for (unsigned int i = 0; i < boot_args.nr_reserved; i++) {
		const struct reservation *r = &boot_args.reserved[i];
		phys_addr_t stop = r->base + r->bytes;

		if (!r->no_map || r->base >= end || stop <= base)
			continue;
		/* By recursion: another reservation may lie in either rest. */
		if (r->base > base)
			add_ram(base, r->base);
		if (stop < end)
			add_ram(stop, end);
		return;
	}
	if (memblock_add(base, end - base))
		pr_warn("too many banks of memory\n");
}

/* Somebody else's memory stays theirs, and the image may not lie in it. */
static void keep_reserved(phys_addr_t image)
{
	if (board.ram_kept &&
	    memblock_reserve(PHYS_OFFSET, board.ram_kept, "the board's"))
		panic("no room to keep what is the board's");
	for (unsigned int i = 0; i < boot_args.nr_reserved; i++) {
		const struct reservation *r = &boot_args.reserved[i];

		pr_info("Memory: %u KiB at 0x%08x are reserved%s\n",
			r->bytes >> 10, (unsigned int)r->base,
			r->no_map ? " and not mapped" : "");
		/* Its owner would overwrite the kernel at any time. */
		if (r->base < virt_to_phys(_end) && r->base + r->bytes > image)
			panic("the image's place is reserved for somebody else");
		/*
		 * add_ram() has left no-map memory out: memblock does not know
		 * it.
		 */
		if (!r->no_map &&
		    memblock_reserve(r->base, r->bytes, "reserved"))
			panic("no room to keep what is reserved");
	}
}

/* Give memblock what exists, less what mem= cuts off and what is in use. */
static void find_memory(void)
{
	u32 left = options.mem ? options.mem : ~0u, total = 0;
	phys_addr_t image = virt_to_phys(_stext) -
		(u32)(__boot_end - __boot_start);

	for (unsigned int i = 0; i < boot_args.nr_banks && left; i++) {
		const struct bank *bank = &boot_args.banks[i];
		u32 bytes = min(bank->bytes, left);

		pr_info("Memory: %u MiB at 0x%08x\n",
			(unsigned int)(bytes >> 20), (unsigned int)bank->base);
		add_ram(bank->base, bank->base + bytes);
		left -= bytes;
		total += bytes;
	}
	/* A clear sentence now, instead of a failed allocation later. */
	if (total < MIN_RAM)
		panic("%u KiB of RAM are too small: %u KiB is the least",
		      (unsigned int)(total >> 10),
		      (unsigned int)(MIN_RAM >> 10));
	keep_reserved(image);
	if (memblock_reserve(image, virt_to_phys(_end) - image, "kernel image"))
		panic("no room to reserve the kernel image");
	/* Before reserve_initrd(): its `end` must be that of lowmem. */
	memblock_limit_lowmem();
	reserve_initrd(image);
}

/* Maps all of lowmem and the devices. */
static void map_everything(void)
{
	paging_init(board.map, board.nr_map);
	/* The copy goes anywhere in lowmem, which is mapped only now. */
	if (copy_initrd)
		bring_initrd();
}

/* Hands memblock's free pages to the buddy allocator. */
static void free_all(void)
{
	u32 pages = memblock_free_all();

	pr_info("Memory: %u KiB free, image %u KiB, archive %u KiB\n",
		(unsigned int)pages * 4, (unsigned int)(_end - _stext) >> 10,
		(unsigned int)initramfs_bytes >> 10);
}

/* An archive that is damaged at its end still has files to look at. */
static void unpack_root(void)
{
	/* Inflating is a service, so that the core stays small. */
	if (is_gzip(initramfs))
		pr_info("initramfs: packed by gzip, for services/gunzip\n");
	else if (initramfs_unpack(initramfs, initramfs_bytes))
		pr_err("initramfs: not all of the archive could be read\n");
}

/* init_order's steps take no arguments: this one and the next pass them. */
static void init_board(void)
{
	board_init(secure_state(), boot_args.psci_smc, boot_args.timer_hz);
}

/* The table has as many rows as the linked list, services.c or core.c. */
static void find_services(void)
{
	services_register(services, nr_services);
}

/* The first thread that is made gets pid 1, as programs expect of init. */
static void start_init(void)
{
	if (kthread_run(kernel_init, NULL, "init", NULL))
		panic("no memory for process 1");
}

static void (*const init_order[])(void) = {
	stack_init,        /* a panic shows who called whom */
	find_services,     /* before anything can call one */
	semihosting_probe, /* before anybody asks who answers */
	board_early_console,
	banner,
	find_boot_args,
	report_core, /* before the first user translation */
	find_memory,
	map_everything,  /* memblock's memory is mapped from here */
	trap_init,       /* faults are reported from here */
	free_all,        /* the buddy works from here */
	kmem_cache_init, /* and kmalloc */
	vmalloc_init,
	pgtable_cache_init,
	mm_init,
	proc_caches_init,
	sched_init,
	init_board,
	irq_init,
	time_init,
	vfp_init,
	fs_init,
	unpack_root,
	services_init, /* /proc covers whatever the archive brought */
	start_init,    /* pid 1 is the first thread made */
};

/* Never returns: this thread becomes the idle task. */
void start_kernel(u32 machine, phys_addr_t params, u32 probed)
{
	/* Stored, since init_order's steps take no arguments. */
	boot_machine = machine;
	boot_params = params;
	ram_probed = probed;
	/* The L of PAGEWALK; printk has no console yet. */
	early_uart_putc(EARLY_UART_VA, 'L');
	for (size_t i = 0; i < ARRAY_SIZE(init_order); i++)
		init_order[i]();
	cpu_idle();
}
