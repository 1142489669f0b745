/*
 * The CPU in front of the MMU model: boots the real mmu/ on it, makes accesses,
 * takes faults through the real decode_abort, copies between kernel and user
 * memory as mmu/uaccess.S does.
 */
#include <alloc/alloc.h>
#include <asm/barrier.h>
#include <asm/cp15.h>
#include <asm/sections.h>
#include <asm/tlbflush.h>
#include <asm/uaccess.h>
#include <mmu/boot.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mmu_model_internal.h"

#define IMAGE_BYTES 0x100000u
#define MAX_RETRIES 8

/*
 * DACR while the kernel runs: domain 0 is a client, user pages (domain 1) are
 * out of reach; and while a program runs, or one of the user copies.
 */
#define KERNEL_DACR 0x1u
#define USER_DACR   0x5u

/* The machine of a -strict test program: see host.mk. */
#ifndef MODEL_STRICT
#define MODEL_STRICT 0
#endif

struct model_machine model;
u32 model_faults;

static u64 adversary_state;
static model_handler handler;
static struct mm_struct *loaded;

/* ---- violations -------------------------------------------------- */

static bool expecting;
static char violations[4096];

void model_violation(const char *fmt, ...)
{
	size_t used = strlen(violations);
	va_list args;

	if (!expecting)
		used = 0;
	va_start(args, fmt);
	vsnprintf(violations + used, sizeof(violations) - used, fmt, args);
	va_end(args);
	if (!expecting)
		fail_msg("MMU model: %s", violations);
}

void model_expect_begin(void)
{
	expecting = true;
	violations[0] = '\0';
}

void model_expect_end(const char *text)
{
	expecting = false;
	host_expect_text(violations, text);
}

/* ---- the adversary's own random numbers -------------------------- */

u32 model_random(u32 n)
{
	u64 z = adversary_state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (u32)(((z >> 32) * n) >> 32);
}

bool model_chance(u32 n)
{
	return model_random(n) == 0;
}

/* ---- boot -------------------------------------------------------- */

static void model_reset(void)
{
	model_mem_reset();
	model_regs_reset();
	model_tlb_reset();
	adversary_state = rnd();
	handler = NULL;
	loaded = NULL;
	model_faults = 0;
	expecting = false;
	violations[0] = '\0';
}

/* mmu/idmap.S: the only code the model has to play itself. */
void idmap_switch_table(u32 ttbr0)
{
	u32 sctlr = read_sctlr();

	dsb();
	write_sctlr(sctlr & ~1u);
	isb();
	write_ttbr0(ttbr0);
	tlbiall();
	bpiall();
	dsb();
	isb();
	write_sctlr(sctlr);
	isb();
	model_check_ttbr();
}

/*
 * The linker's symbols that boot_map.c uses; no host test reads the boot table.
 */
u8 __boot_start[1], __boot_end[1], _end[1];

static const struct map_desc devices[] = {
	{ FIXMAP_START, 0x10000000, 0x20000, MT_DEVICE, "peripherals" },
	{ FIXMAP_START + 0x100000, 0x1e000000, 0x2000, MT_DEVICE, "gic" },
};

u32 model_boot_on(u32 ram_bytes, struct model_machine machine)
{
	host_reset();
	model = machine;
	model.adversary = 0; /* there is nothing to attack yet */
	model_reset();
	boot_mmu_on(PHYS_OFFSET); /* an empty table */
	BUG_ON(memblock_add(PHYS_OFFSET, ram_bytes));
	BUG_ON(memblock_reserve(PHYS_OFFSET, IMAGE_BYTES, "image"));
	BUG_ON(memblock_limit_lowmem());
	paging_init(devices, ARRAY_SIZE(devices));
	memblock_free_all();
	kmem_cache_init();
	pgtable_cache_init();
	model.adversary = machine.adversary;
	return nr_free_pages();
}

u32 model_boot(u32 ram_bytes)
{
	const char *walks = getenv("HOST_WALKS");
	const char *adversary = getenv("HOST_ADVERSARY");

	return model_boot_on(ram_bytes,
			     (struct model_machine){
				     .walks_coherent = walks ?
					     strcmp(walks, "incoherent") != 0 :
					     !MODEL_STRICT,
				     .adversary = adversary ?
					     (u32)atoi(adversary) :
					     (MODEL_STRICT ? 400 : 100),
			     });
}

/* ---- one access -------------------------------------------------- */

/*
 * A program's access follows an exception return, which synchronizes: B3.15.5.
 */
static struct translation translate(u32 va, bool user)
{
	struct translation t;

	if (user)
		model_context_sync();
	else if (model_isb_pending())
		model_violation("0x%08x: the kernel accesses user memory after "
				"a TLB or CP15 operation without isb "
				"(DDI0406C B3.15.5)",
				va);
	model_translate(va, &t);
	return t;
}

static u32 model_fault_status(u32 fs, const struct translation *t,
			      enum model_access kind)
{
	u32 fsr = (fs & 0xf) | (fs & 0x10) << 6;

	if (kind == MODEL_FETCH)
		return fsr;
	return fsr | t->domain << 4 | (kind == MODEL_STORE ? 1u << 11 : 0);
}

/* trap/entry.S: user memory is open to the program, and not beyond. */
static struct model_result access_from(u32 va, enum model_access kind,
				       bool user, u32 dacr)
{
	struct translation t;
	u32 fs, before = model_switch_dacr(dacr);

	t = translate(va, user);
	fs = model_check(&t, kind, user);
	model_switch_dacr(before);
	model_step();
	if (fs)
		return (struct model_result){ model_fault_status(fs, &t, kind),
					      va, 0 };
	return (struct model_result){ .pa = t.pa };
}

struct model_result model_access(u32 va, enum model_access kind, bool user)
{
	return access_from(va, kind, user, user ? USER_DACR : read_dacr());
}

void model_on_fault(model_handler fn)
{
	handler = fn;
}

/*
 * An access of a program, or of uaccess, which opens user memory first. Repeats
 * it after each fault until it succeeds or the handler ends the program. On
 * success *pa is the address in RAM.
 */
static int access_until(struct mm_struct *mm, u32 va, enum model_access kind,
			bool user, phys_addr_t *pa)
{
	for (int i = 0; i < MAX_RETRIES; i++) {
		struct model_result r = access_from(va, kind, user, USER_DACR);
		struct abort_info info;
		int err;

		if (!r.fsr) {
			*pa = r.pa;
			return 0;
		}
		info = decode_abort(r.fsr, r.far,
				    kind == MODEL_FETCH ? ABORT_PREFETCH :
							  ABORT_DATA);
		model_faults++;
		err = handler ? handler(mm, &info, user) : -EFAULT;
		if (err)
			return err;
	}
	model_violation("0x%08x: %u faults were handled and the access still "
			"faults",
			va, MAX_RETRIES);
	return -EFAULT;
}

struct mm_struct *model_current_mm(void)
{
	return loaded;
}

void model_switch(struct mm_struct *mm)
{
	u32 flags = local_irq_save();

	switch_mm(loaded ? loaded : &init_mm, mm ? mm : &init_mm);
	local_irq_restore(flags);
	if (model_stores_pending() || model_isb_pending_but_ttbr0())
		model_violation("switch_mm returns before the kernel's entries "
				"that it copied are visible: no dsb and isb "
				"(DDI0406C B3.10.1, hardware.md 12)");
	/* Walks by either table; user memory comes behind an isb, user_open's or
	 * an exception return. */
	model_step();
	model_context_sync();
	loaded = mm;
	host_current->mm = mm;
	host_current->active_mm = mm ? mm : &init_mm;
}

/* Tests may also have called switch_mm themselves. */
static void ensure_loaded(struct mm_struct *mm)
{
	u32 ttbr0, asid;

	mmu_context_of(mm, &ttbr0, &asid);
	if (loaded != mm || ttbr0 != read_ttbr0())
		model_switch(mm);
}

static int user_access(struct mm_struct *mm, u32 va, enum model_access kind,
		       phys_addr_t *pa)
{
	ensure_loaded(mm);
	return access_until(mm, va, kind, true, pa);
}

int model_load(struct mm_struct *mm, uaddr_t va, u32 *val)
{
	phys_addr_t pa;
	int err = user_access(mm, va, MODEL_LOAD, &pa);

	if (!err)
		memcpy(val, phys_to_virt(pa), 4);
	return err;
}

int model_store(struct mm_struct *mm, uaddr_t va, u32 val)
{
	phys_addr_t pa;
	int err = user_access(mm, va, MODEL_STORE, &pa);

	if (!err)
		memcpy(phys_to_virt(pa), &val, 4);
	return err;
}

int model_load8(struct mm_struct *mm, uaddr_t va, u8 *val)
{
	phys_addr_t pa;
	int err = user_access(mm, va, MODEL_LOAD, &pa);

	if (!err)
		*val = *(u8 *)phys_to_virt(pa);
	return err;
}

int model_store8(struct mm_struct *mm, uaddr_t va, u8 val)
{
	phys_addr_t pa;
	int err = user_access(mm, va, MODEL_STORE, &pa);

	if (!err)
		*(u8 *)phys_to_virt(pa) = val;
	return err;
}

int model_fetch(struct mm_struct *mm, uaddr_t va, u32 *insn)
{
	phys_addr_t pa;
	int err = user_access(mm, va, MODEL_FETCH, &pa);

	if (err)
		return err;
	model_predict(va, pa);
	*insn = model_fetch_word(pa);
	return 0;
}

/* ---- mmu/uaccess.S ----------------------------------------------- */

/* How a copy moves the bytes of one page: kernel is NULL to clear. */
enum copy { COPY_FROM, COPY_TO, CLEAR };

static u32 copy_user(uaddr_t user, void *kernel, u32 bytes, enum copy how)
{
	enum model_access kind = how == COPY_FROM ? MODEL_LOAD : MODEL_STORE;
	u8 *k = kernel;

	while (bytes) {
		u32 n = min(bytes, PAGE_SIZE - (user & ~PAGE_MASK));
		phys_addr_t pa;

		if (access_until(host_current->mm, user, kind, false, &pa))
			break;
		if (how == COPY_FROM)
			memcpy(k, phys_to_virt(pa), n);
		else if (how == COPY_TO)
			memcpy(phys_to_virt(pa), k, n);
		else
			memset(phys_to_virt(pa), 0, n);
		user += n;
		bytes -= n;
		k = k ? k + n : NULL;
	}
	return bytes;
}

u32 __copy_from_user(void *to, uaddr_t from, u32 bytes)
{
	return copy_user(from, to, bytes, COPY_FROM);
}

u32 __copy_to_user(uaddr_t to, const void *from, u32 bytes)
{
	return copy_user(to, (void *)(uintptr_t)from, bytes, COPY_TO);
}

u32 copy_from_user_locked(void *to, uaddr_t from, u32 bytes)
{
	return __copy_from_user(to, from, bytes);
}

u32 copy_to_user_locked(uaddr_t to, const void *from, u32 bytes)
{
	return __copy_to_user(to, from, bytes);
}

/* Nothing lies between: this model's copies are no instructions. */
const char copies_locked_start[1], copies_locked_end[1];

u32 __clear_user(uaddr_t to, u32 bytes)
{
	return copy_user(to, NULL, bytes, CLEAR);
}

int __get_user_u32(u32 *val, uaddr_t from)
{
	return copy_user(from, val, 4, COPY_FROM) ? -EFAULT : 0;
}

int __get_user_u8(u8 *val, uaddr_t from)
{
	return copy_user(from, val, 1, COPY_FROM) ? -EFAULT : 0;
}

int __cmpxchg_user_u32(uaddr_t at, u32 old, u32 new, u32 *seen)
{
	int err = __get_user_u32(seen, at);

	return err || *seen != old ? err : __put_user_u32(new, at);
}

int __put_user_pair(u32 first, u32 second, uaddr_t to)
{
	return __put_user_u32(first, to) || __put_user_u32(second, to + 4) ?
		-EFAULT :
		0;
}

int __put_user_u32(u32 val, uaddr_t to)
{
	return copy_user(to, &val, 4, COPY_TO) ? -EFAULT : 0;
}
