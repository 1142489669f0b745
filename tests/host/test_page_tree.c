/*
 * The tree in which a file's pages are found by their index, against an array.
 */
#include <stdlib.h>
#include <string.h>
#include "fs_world.h"

#define TREE_INDEXES 48u

static struct address_space tree;
static u32 indexes[TREE_INDEXES];
static struct page *reference[TREE_INDEXES];

static int ascending(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/* Neighbours, and the ends of every level of the tree. */
static void choose_indexes(void)
{
	static const u32 ends[] = { 0,          1,          63,
				    64,         65,         4095,
				    4096,       262143,     262144,
				    16777215,   16777216,   0xfffff,
				    0xffffffff, 0x3fffffff, 0x40000000,
				    0xfffffffe };
	u32 i;

	for (i = 0; i < TREE_INDEXES; i++)
		indexes[i] = i < ARRAY_SIZE(ends) ? ends[i] :
						    1000 + 7 * i * i * i;
	qsort(indexes, TREE_INDEXES, sizeof(u32), ascending);
}

static void check_tree(void)
{
	u32 i, index, n = 0;

	for (i = 0; i < TREE_INDEXES; i++) {
		assert_ptr_equal(page_tree_lookup(&tree, indexes[i]),
				 reference[i]);
		n += reference[i] != NULL;
	}
	assert_int_equal(tree.nr_pages, n);
	assert_true(n || (!tree.root && !tree.height));
	/* next finds them all, in order, from any start. */
	i = rnd_below(TREE_INDEXES);
	index = indexes[i];
	for (; i < TREE_INDEXES; i++) {
		if (!reference[i])
			continue;
		assert_ptr_equal(page_tree_next(&tree, &index), reference[i]);
		assert_int_equal(index, indexes[i]);
		if (++index == 0)
			return;
	}
	assert_null(page_tree_next(&tree, &index));
}

static void test_tree(void **state __unused_arg)
{
	u32 round, i;

	host_boot(32 << 20);
	page_tree_init();
	choose_indexes();
	memset(&tree, 0, sizeof(tree));
	memset(reference, 0, sizeof(reference));
	for (round = 0; round < 20000; round++) {
		struct page *page = mem_map + rnd_below(8192);

		i = rnd_below(TREE_INDEXES);
		if (rnd_below(2)) {
			assert_int_equal(page_tree_insert(&tree, indexes[i],
							  page),
					 reference[i] ? -EEXIST : 0);
			if (!reference[i])
				reference[i] = page;
		} else {
			assert_ptr_equal(page_tree_delete(&tree, indexes[i]),
					 reference[i]);
			reference[i] = NULL;
		}
		check_tree();
	}
	for (i = 0; i < TREE_INDEXES; i++) {
		page_tree_delete(&tree, indexes[i]);
		reference[i] = NULL;
	}
	check_tree();
}

/* An insertion that finds no memory leaves the tree as it was. */
static void test_tree_no_memory(void **state __unused_arg)
{
	u32 n;
	int err;

	host_boot(32 << 20);
	page_tree_init();
	memset(&tree, 0, sizeof(tree));
	assert_int_equal(page_tree_insert(&tree, 5, mem_map), 0);
	for (n = 1;; n++) {
		fail_alloc_set("page_node", n, 1);
		err = page_tree_insert(&tree, 0xffffff00, mem_map + 1);
		if (!fail_alloc_hits())
			break;
		assert_int_equal(err, -ENOMEM);
		assert_int_equal(tree.nr_pages, 1);
		assert_int_equal(tree.height, 1);
		assert_ptr_equal(page_tree_lookup(&tree, 5), mem_map);
		assert_null(page_tree_lookup(&tree, 0xffffff00));
	}
	fail_alloc_set(NULL, 0, 0);
	assert_int_equal(err, 0);
	assert_int_equal(n, 11); /* five levels more, five on the way */
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_tree_no_memory),
	};

	return host_run(tests);
}
