/*
 * Entries as pure values: the laws each helper keeps, for every set of rights
 * and every state an entry can be in.
 */
#include "mmu_test.h"

#define PFN 0x60123u

/* The properties that a change must leave alone, by the predicates. */
struct view {
	u32 pfn;
	bool present, write, exec, young, dirty, special, user;
};

static struct view look(pte_t pte)
{
	return (struct view){
		.pfn = pte_pfn(pte),
		.present = pte_present(pte),
		.write = pte_write(pte),
		.exec = pte_exec(pte),
		.young = pte_young(pte),
		.dirty = pte_dirty(pte),
		.special = pte_special(pte),
		.user = pte_user(pte),
	};
}

static void assert_same(struct view a, struct view b)
{
	assert_int_equal(a.pfn, b.pfn);
	assert_int_equal(a.present, b.present);
	assert_int_equal(a.write, b.write);
	assert_int_equal(a.exec, b.exec);
	assert_int_equal(a.young, b.young);
	assert_int_equal(a.dirty, b.dirty);
	assert_int_equal(a.special, b.special);
	assert_int_equal(a.user, b.user);
}

/* The rights that vm_get_page_prot gives for each set of VM_* flags. */
struct prot_row {
	u32 vm_flags;
	bool user, write, exec;
};

static const struct prot_row prot_rows[] = {
	{ 0, false, false, false },
	{ VM_READ, true, false, false },
	{ VM_WRITE, true, false, false },
	{ VM_READ | VM_WRITE, true, false, false },
	{ VM_EXEC, true, false, true },
	{ VM_READ | VM_EXEC, true, false, true },
	{ VM_WRITE | VM_EXEC, true, false, true },
	{ VM_READ | VM_WRITE | VM_EXEC, true, false, true },
	{ VM_SHARED, false, false, false },
	{ VM_SHARED | VM_READ, true, false, false },
	{ VM_SHARED | VM_WRITE, true, true, false },
	{ VM_SHARED | VM_READ | VM_WRITE, true, true, false },
	{ VM_SHARED | VM_EXEC, true, false, true },
	{ VM_SHARED | VM_READ | VM_EXEC, true, false, true },
	{ VM_SHARED | VM_WRITE | VM_EXEC, true, true, true },
	{ VM_SHARED | VM_READ | VM_WRITE | VM_EXEC, true, true, true },
};

static void test_rights(void **state __unused_arg)
{
	for (u32 i = 0; i < ARRAY_SIZE(prot_rows); i++) {
		const struct prot_row *row = &prot_rows[i];
		/* Flags that say nothing about rights change nothing. */
		u32 more = VM_GROWSDOWN | VM_LOCKED | VM_MAYWRITE | VM_MAYEXEC;
		pgprot_t prot = vm_get_page_prot(row->vm_flags);
		struct view v = look(pfn_pte(PFN, prot));

		assert_int_equal(vm_get_page_prot(row->vm_flags | more).val,
				 prot.val);
		assert_same(v,
			    (struct view){ .pfn = PFN,
					   .present = true,
					   .write = row->write,
					   .exec = row->exec,
					   .young = row->user,
					   .user = row->user });
	}
}

/* A helper, its opposite, and the field of the view that it changes. */
struct law {
	const char *name;
	pte_t (*set)(pte_t pte), (*clear)(pte_t pte);
	size_t field;
};

static const struct law laws[] = {
	{ "write", pte_mkwrite, pte_wrprotect, offsetof(struct view, write) },
	{ "dirty", pte_mkdirty, pte_mkclean, offsetof(struct view, dirty) },
	{ "young", pte_mkyoung, pte_mkold, offsetof(struct view, young) },
	{ "special", pte_mkspecial, NULL, offsetof(struct view, special) },
};

static bool *field_of(struct view *v, const struct law *law)
{
	return (bool *)(void *)((char *)v + law->field);
}

/* Sets just its field, twice is once, and the opposite takes it back. */
static void check_law(const struct law *law, pte_t pte)
{
	struct view v = look(pte), want = v;
	pte_t set = law->set(pte);

	*field_of(&want, law) = true;
	assert_same(look(set), want);
	assert_true(pte_same(law->set(set), set));
	if (!law->clear)
		return;
	*field_of(&want, law) = false;
	assert_same(look(law->clear(set)), want);
	assert_true(pte_same(law->clear(law->clear(pte)), law->clear(pte)));
	if (!*field_of(&v, law))
		assert_true(pte_same(law->clear(set), pte));
	else
		assert_true(pte_same(law->set(law->clear(pte)), pte));
}

/* Entry number i of those that a page with these rights can have. */
static pte_t variant(pgprot_t prot, u32 i)
{
	pte_t pte = pfn_pte(PFN, prot);

	pte = i & 1 ? pte_mkdirty(pte) : pte;
	pte = i & 2 ? pte_mkspecial(pte) : pte;
	pte = i & 4 ? pte_mkold(pte) : pte;
	return i & 8 ? pte_wrprotect(pte) : pte;
}

#define VARIANTS 16u

static void test_laws(void **state __unused_arg)
{
	for (u32 p = 0; p < ARRAY_SIZE(prot_rows); p++) {
		pgprot_t prot = vm_get_page_prot(prot_rows[p].vm_flags);

		for (u32 i = 0; prot_rows[p].user && i < VARIANTS; i++)
			for (u32 l = 0; l < ARRAY_SIZE(laws); l++)
				check_law(&laws[l], variant(prot, i));
	}
}

/* pte_modify: rights from the new, frame and software bits from the old. */
static void check_modify(pte_t old, const struct prot_row *row)
{
	pgprot_t prot = vm_get_page_prot(row->vm_flags);
	pte_t new = pte_modify(old, prot);
	struct view want = look(old);

	want.write = row->write;
	want.exec = row->exec;
	want.user = row->user;
	want.young = want.young && row->user;
	assert_same(look(new), want);
	assert_true(pte_same(pte_modify(new, prot), new));
}

static void test_modify(void **state __unused_arg)
{
	for (u32 from = 0; from < ARRAY_SIZE(prot_rows); from++) {
		pgprot_t prot = vm_get_page_prot(prot_rows[from].vm_flags);

		for (u32 to = 0; to < ARRAY_SIZE(prot_rows); to++)
			for (u32 i = 0; i < VARIANTS; i++)
				check_modify(variant(prot, i), &prot_rows[to]);
	}
}

/* PROT_NONE is present, and nothing makes the hardware let it through. */
static void test_prot_none(void **state __unused_arg)
{
	pte_t pte = pfn_pte(PFN, vm_get_page_prot(0));

	assert_true(pte_present(pte));
	assert_false(pte_none(pte));
	assert_false(pte_young(pte));
	assert_true(pte_same(pte_mkyoung(pte), pte));
	assert_false(pte_young(pte_mkdirty(pte_mkyoung(pte))));
}

static void test_none(void **state __unused_arg)
{
	pte_t none = { 0 };

	assert_true(pte_none(none));
	assert_false(pte_present(none));
}

/* Frames of every part of the address space survive. */
static void test_pfn(void **state __unused_arg)
{
	static const u32 pfns[] = { 0, 1, 0x60000, 0x7ffff, 0xfffff };

	for (u32 i = 0; i < ARRAY_SIZE(pfns); i++)
		for (u32 p = 0; p < ARRAY_SIZE(prot_rows); p++)
			assert_int_equal(
				pte_pfn(pfn_pte(pfns[i],
						vm_get_page_prot(
							prot_rows[p].vm_flags))),
				pfns[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rights), cmocka_unit_test(test_laws),
		cmocka_unit_test(test_modify), cmocka_unit_test(test_prot_none),
		cmocka_unit_test(test_none),   cmocka_unit_test(test_pfn),
	};

	return host_run(tests);
}
