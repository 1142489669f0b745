/*
 * Caches and kmalloc against a list of the objects that they gave, and what
 * happens when an allocation of theirs fails.
 */
#include <alloc/hot.h>
#include <string.h>
#include <uapi/errno.h>
#include "host.h"

#define RAM_BYTES   (16u << 20)
#define MAX_OBJECTS 3000

/* An object that a test has; all its bytes are `fill`. */
struct object {
	u8 *p;
	size_t size;
	struct kmem_cache *cache; /* NULL: kmalloc */
	u8 fill;
};

static struct object objects[MAX_OBJECTS];
static u32 nr_objects;

static void check_fill(const struct object *o, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (o->p[i] != o->fill)
			fail_msg("byte %zu of %zu at %p is %#x, not %#x", i,
				 o->size, (void *)o->p, o->p[i], o->fill);
}

static void fill(struct object *o)
{
	o->fill = (u8)rnd();
	memset(o->p, o->fill, o->size);
}

static void keep(struct kmem_cache *cache, void *p, size_t size)
{
	struct object *o = &objects[nr_objects++];

	*o = (struct object){ .p = p, .size = size, .cache = cache };
	fill(o);
}

static void give(u32 i)
{
	struct object *o = &objects[i];

	check_fill(o, o->size);
	if (o->cache)
		kmem_cache_free(o->cache, o->p);
	else
		kfree(o->p);
	*o = objects[--nr_objects];
}

static void give_all(void)
{
	while (nr_objects > 0)
		give(nr_objects - 1);
}

/* Free pages once all caches are as small as they can be. */
static u32 settled_pages(void)
{
	shrink_all(~0u);
	drain_local_pages();
	assert_int_equal(slab_verify(), 0);
	assert_int_equal(buddy_verify(), 0);
	return nr_free_pages();
}

/* ---- random operations ------------------------------------------- */

static size_t random_size(void)
{
	switch (rnd_below(16)) {
	case 0:
		return 1 + rnd_below(64 << 10);
	case 1:
	case 2:
		return 1 + rnd_below(8192);
	default:
		return 1 + rnd_below(300);
	}
}

static void random_kmalloc(void)
{
	size_t size = random_size();
	u8 *p = kmalloc(size,
			GFP_ATOMIC | __GFP_NOWARN |
				(rnd_below(4) ? 0 : __GFP_ZERO));

	if (!p)
		return;
	assert_true(IS_ALIGNED((uintptr_t)p, 8));
	assert_true(ksize(p) >= size);
	keep(NULL, p, size);
}

static void random_step(struct kmem_cache *const *caches, u32 n, u32 limit)
{
	u32 what = rnd_below(100);

	if (nr_objects < limit && what < 30) {
		random_kmalloc();
	} else if (nr_objects < limit && what < 55) {
		struct kmem_cache *cache = caches[rnd_below(n)];
		void *p = kmem_cache_alloc(cache, GFP_ATOMIC | __GFP_NOWARN);

		if (p)
			keep(cache, p, cache->object_size);
	} else if (nr_objects > 0) {
		give(rnd_below(nr_objects));
	}
	if (what == 99 && rnd_below(20) == 0)
		kmem_cache_shrink(caches[rnd_below(n)]);
}

static void random_operations(u32 steps, u32 verify_every)
{
	struct kmem_cache *caches[4];
	u32 start;

	host_boot(RAM_BYTES);
	start = settled_pages();
	caches[0] = kmem_cache_create("r24", 24, 0, 0, NULL);
	caches[1] = kmem_cache_create("r1k", 1024, 1024, 0, NULL);
	caches[2] = kmem_cache_create("r700", 700, 0, SLAB_HWCACHE_ALIGN, NULL);
	caches[3] = kmem_cache_create("r9000", 9000, 16, 0, NULL);
	nr_objects = 0;
	for (u32 i = 0; i < steps; i++) {
		random_step(caches, 4, i & 0x4000 ? 50 : MAX_OBJECTS);
		if (i % verify_every == 0)
			assert_int_equal(slab_verify(), 0);
	}
	give_all();
	for (u32 i = 0; i < 4; i++)
		assert_int_equal(kmem_cache_destroy(caches[i]), 0);
	assert_int_equal(settled_pages(), start);
}

static void test_random_verified(void **state __unused_arg)
{
	random_operations(1500, 1);
}

static void test_random_many(void **state __unused_arg)
{
	random_operations(IS_ENABLED(CONFIG_DEBUG) ? 100000 : 2000000, 100000);
}

/* ---- caches ------------------------------------------------------ */

static void test_alignment(void **state __unused_arg)
{
	host_boot(RAM_BYTES);
	for (u32 align = 8; align <= PAGE_SIZE; align *= 2) {
		struct kmem_cache *cache = kmem_cache_create("aligned", 40,
							     align, 0, NULL);

		for (u32 i = 0; i < 50; i++) {
			void *p = kmem_cache_alloc(cache, GFP_KERNEL);

			assert_true(IS_ALIGNED((uintptr_t)p, align));
			keep(cache, p, 40);
		}
		give_all();
		assert_int_equal(kmem_cache_destroy(cache), 0);
	}
}

static void test_bad_sizes(void **state __unused_arg)
{
	struct kmem_cache *cache;

	host_boot(RAM_BYTES);
	assert_null(kmem_cache_create("none", 0, 0, 0, NULL));
	assert_null(kmem_cache_create("huge", 32769, 0, 0, NULL));
	expect_bug("cannot create cache must",
		   kmem_cache_create("must", 0, 0, SLAB_PANIC, NULL));
	cache = kmem_cache_create("largest", 32768, 0, 0, NULL);
	keep(cache, kmem_cache_alloc(cache, GFP_KERNEL), 32768);
	give_all();
	assert_int_equal(kmem_cache_destroy(cache), 0);
}

struct built {
	u32 magic, uses;
};

static u32 nr_built;

static void build(void *p)
{
	*(struct built *)p = (struct built){ .magic = 0xb1117 };
	nr_built++;
}

/* Once an object, and its work is there after any number of frees. */
static void test_constructor(void **state __unused_arg)
{
	struct kmem_cache *cache;
	struct built *b[100];
	u32 built;

	host_boot(RAM_BYTES);
	nr_built = 0;
	cache = kmem_cache_create("built", sizeof(struct built), 0, 0, build);
	for (u32 round = 0; round < 20; round++) {
		for (u32 i = 0; i < 100; i++) {
			b[i] = kmem_cache_alloc(cache, GFP_KERNEL);
			assert_int_equal(b[i]->magic, 0xb1117);
			b[i]->uses++;
		}
		if (round == 0)
			built = nr_built;
		for (u32 i = 0; i < 100; i++)
			kmem_cache_free(cache, b[i]);
	}
	assert_int_equal(nr_built, built);
	expect_bug("cache->ctor", (void)!kmem_cache_alloc(cache, __GFP_ZERO));
}

static void test_destroy_refuses(void **state __unused_arg)
{
	struct kmem_cache *cache;
	u32 start;
	void *p;

	host_boot(RAM_BYTES);
	cache = kmem_cache_create("busy", 100, 0, 0, NULL);
	start = settled_pages();
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	assert_int_equal(kmem_cache_destroy(cache), -EBUSY);
	expect_log("cache busy still has 1 live objects");
	if (IS_ENABLED(CONFIG_DEBUG))
		expect_log("busy: 1 live from 0x");
	memset(p, 1, 100);
	kmem_cache_free(cache, p);
	assert_int_equal(settled_pages(), start);
	assert_int_equal(kmem_cache_destroy(cache), 0);
}

static void test_shrink(void **state __unused_arg)
{
	struct kmem_cache *cache;
	u32 start, left;

	host_boot(RAM_BYTES);
	cache = kmem_cache_create("shrunk", 512, 0, 0, NULL);
	start = settled_pages();
	for (u32 i = 0; i < 200; i++)
		keep(cache, kmem_cache_alloc(cache, GFP_KERNEL), 512);
	give_all();
	/* Pages on the per-CPU list are free too: the sum must be exact. */
	left = nr_free_pages();
	assert_true(left < start);
	/* Few empty slabs are kept for the next burst; the rest were freed. */
	assert_true(start - left <= (SLAB_MIN_PARTIAL + 2u) << cache->order);
	assert_int_equal(kmem_cache_shrink(cache), start - left);
	assert_int_equal(nr_free_pages(), start);
	assert_int_equal(kmem_cache_shrink(cache), 0);
	assert_int_equal(slab_verify(), 0);
}

struct seen {
	const char *name;
	struct slab_stats stats;
};

static void look(const struct slab_stats *stats, void *arg)
{
	struct seen *seen = arg;

	if (strcmp(stats->name, seen->name) == 0)
		seen->stats = *stats;
}

static void build_table(void *p)
{
	for (u32 n = 0; n < 256; n++)
		((u32 *)p)[n] = n;
}

/*
 * A free object's link takes no room of its own where the first word is free.
 */
static void test_word_is_free(void **state __unused_arg)
{
	struct kmem_cache *cache;
	struct seen seen = { .name = "tables" };
	u32 *table[16];

	host_boot(RAM_BYTES);
	cache = kmem_cache_create("tables", 1024, 1024, SLAB_WORD_IS_FREE,
				  build_table);
	for (u32 round = 0; round < 3; round++) {
		for (u32 i = 0; i < 16; i++) {
			table[i] = kmem_cache_alloc(cache, GFP_KERNEL);
			assert_int_equal((uintptr_t)table[i] % 1024, 0);
			for (u32 n = sizeof(void *) / 4; n < 256; n++)
				assert_int_equal(table[i][n], n);
		}
		for (u32 i = 0; i < 16; i++)
			kmem_cache_free(cache, table[i]);
	}
	slab_for_each(look, &seen);
	if (!IS_ENABLED(CONFIG_DEBUG))
		assert_int_equal(seen.stats.objects_per_slab,
				 4 * seen.stats.pages_per_slab);
}

static void test_figures(void **state __unused_arg)
{
	struct seen seen = { .name = "counted" };
	struct kmem_cache *cache;

	host_boot(RAM_BYTES);
	cache = kmem_cache_create("counted", 64, 0, 0, NULL);
	nr_objects = 0;
	for (u32 i = 0; i < 300; i++)
		keep(cache, kmem_cache_alloc(cache, GFP_KERNEL), 64);
	for (u32 i = 0; i < 77; i++)
		give(rnd_below(nr_objects));
	slab_for_each(look, &seen);
	assert_int_equal(seen.stats.object_size, 64);
	assert_int_equal(seen.stats.active_objects, 223);
	assert_int_equal(seen.stats.total_objects,
			 seen.stats.slabs * seen.stats.objects_per_slab);
	assert_true(seen.stats.active_slabs <= seen.stats.slabs);
	assert_true(seen.stats.total_objects >= 223);
	give_all();
}

/* ---- kmalloc ----------------------------------------------------- */

/* Every size of the classes, and around each power of two above. */
static void test_kmalloc_sizes(void **state __unused_arg)
{
	u32 start;

	host_boot(HOST_RAM_MAX);
	start = settled_pages();
	for (size_t size = 1; size <= 8200; size++) {
		u8 *p = kmalloc(size, GFP_KERNEL);

		assert_true(ksize(p) >= size && ksize(p) < 2 * size + 8);
		memset(p, 0xee, size);
		kfree(p);
	}
	for (size_t size = 16384; size <= 4 << 20; size *= 2)
		for (int d = -1; d <= 1; d++) {
			u8 *p = kmalloc(size + (size_t)d,
					GFP_KERNEL | __GFP_NOWARN);

			if (size + (size_t)d > 4 << 20) {
				assert_null(p);
				continue;
			}
			memset(p, 0xee, size + (size_t)d);
			kfree(p);
		}
	assert_null(kmalloc((size_t)-1, GFP_KERNEL));
	assert_null(kmalloc(SIZE_MAX / 2 + 20000, GFP_KERNEL));
	assert_int_equal(settled_pages(), start);
}

static void test_kmalloc_nothing(void **state __unused_arg)
{
	void *p;

	host_boot(RAM_BYTES);
	p = kmalloc(0, GFP_KERNEL);
	assert_ptr_equal(p, ZERO_SIZE_PTR);
	assert_int_equal(ksize(p), 0);
	kfree(p);
	kfree(NULL);
	kfree(ZERO_SIZE_PTR);
}

static void test_kcalloc(void **state __unused_arg)
{
	u32 *p;

	host_boot(RAM_BYTES);
	p = kmalloc(400, GFP_KERNEL);
	memset(p, 0xff, 400);
	kfree(p);
	p = kcalloc(100, sizeof(*p), GFP_KERNEL);
	for (u32 i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	kfree(p);
	assert_null(kcalloc(SIZE_MAX / 2, 3, GFP_KERNEL));
	assert_null(kcalloc(3, SIZE_MAX / 2, GFP_KERNEL));
	/* A product that wraps to 8. */
	assert_null(kcalloc(SIZE_MAX / 8 + 2, 8, GFP_KERNEL));
	assert_ptr_equal(kcalloc(0, 10, GFP_KERNEL), ZERO_SIZE_PTR);
}

/* ---- failure ----------------------------------------------------- */

/* Everything once. 0, or -ENOMEM with nothing left over. */
static int an_operation(void)
{
	int err = -ENOMEM;
	struct kmem_cache *cache = kmem_cache_create("swept", 200, 0, 0, NULL);
	void *a, *b, *c;

	if (!cache)
		return err;
	a = kmem_cache_alloc(cache, GFP_KERNEL | __GFP_NOWARN);
	if (!a)
		goto err_destroy;
	b = kmalloc(3000, GFP_KERNEL | __GFP_NOWARN);
	if (!b)
		goto err_free_a;
	memset(b, 3, 3000);
	c = kmalloc(20000, GFP_KERNEL | __GFP_NOWARN);
	if (!c) {
		assert_int_equal(((u8 *)b)[2999], 3);
		goto err_free_b;
	}
	kfree(c);
	err = 0;
err_free_b:
	kfree(b);
err_free_a:
	kmem_cache_free(cache, a);
err_destroy:
	assert_int_equal(kmem_cache_destroy(cache), 0);
	return err;
}

static void test_failure_sweep(void **state __unused_arg)
{
	u32 start, n;
	int err = -ENOMEM;

	host_boot(RAM_BYTES);
	start = settled_pages();
	for (n = 1; err != 0; n++) {
		assert_true(n < 100);
		fail_alloc_set(NULL, n, 1);
		err = an_operation();
		if (fail_alloc_hits() != 0)
			assert_int_equal(err, -ENOMEM);
		fail_alloc_set(NULL, 0, 0);
		assert_int_equal(settled_pages(), start);
	}
	assert_true(n > 5);
}

static void test_fail_one_cache(void **state __unused_arg)
{
	void *p;

	host_boot(RAM_BYTES);
	fail_alloc_set("kmalloc-64", 2, 1);
	p = kmalloc(100, GFP_KERNEL);
	assert_non_null(p);
	kfree(p);
	p = kmalloc(64, GFP_KERNEL);
	assert_non_null(p);
	assert_null(kmalloc(60, GFP_KERNEL));
	kfree(p);
	assert_int_equal(fail_alloc_hits(), 1);
}

static void test_out_of_memory(void **state __unused_arg)
{
	u32 start;

	host_boot(4u << 20);
	start = settled_pages();
	nr_objects = 0;
	for (;;) {
		void *p = kmalloc(4096, GFP_ATOMIC | __GFP_NOWARN);

		if (!p)
			break;
		keep(NULL, p, 4096);
	}
	assert_true(nr_objects > 300);
	give_all();
	assert_int_equal(settled_pages(), start);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_verified),
		cmocka_unit_test(test_random_many),
		cmocka_unit_test(test_alignment),
		cmocka_unit_test(test_bad_sizes),
		cmocka_unit_test(test_constructor),
		cmocka_unit_test(test_destroy_refuses),
		cmocka_unit_test(test_shrink),
		cmocka_unit_test(test_word_is_free),
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_kmalloc_sizes),
		cmocka_unit_test(test_kmalloc_nothing),
		cmocka_unit_test(test_kcalloc),
		cmocka_unit_test(test_failure_sweep),
		cmocka_unit_test(test_fail_one_cache),
		cmocka_unit_test(test_out_of_memory),
	};

	return host_run(tests);
}
