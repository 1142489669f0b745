/*
 * The pages of one file by index: a radix tree.
 *
 * A node has 64 slots, so one level serves 256 KiB of file, two levels 16 MiB,
 * three 1 GiB. At the lowest level a slot contains a struct page, above it a
 * node. The tree is as high as the largest index in it needs; an empty one has
 * no node. mapping->lock is held in every call, so an allocation here must not
 * sleep.
 */
#include <fs/internal.h>

#define TREE_SHIFT      6
#define TREE_SLOTS      (1u << TREE_SHIFT)
#define TREE_HEIGHT_MAX 6 /* 6 * 6 bits: more than any index */

struct page_node {
	void *slots[TREE_SLOTS];
	u32 count; /* slots in use */
};

static struct kmem_cache *node_cache;

/*
 * Creates the cache of nodes: their 260 bytes would waste half of kmalloc's
 * 512.
 */
void page_tree_init(void)
{
	node_cache = kmem_cache_create("page_node", sizeof(struct page_node), 0,
				       SLAB_PANIC, NULL);
}

/* Returns the slot of a node at this level (0: lowest) that leads to index. */
static inline u32 slot_of(u32 index, u32 level)
{
	return index >> (TREE_SHIFT * level) & (TREE_SLOTS - 1);
}

/* Whether a tree of this height has a place for index. */
static inline bool fits(u32 index, u32 height)
{
	u32 bits = TREE_SHIFT * height;

	/* A shift by 32 or more is undefined in C. */
	return bits >= 32 || index >> bits == 0;
}

/* Returns the lowest node that index belongs to, or NULL. */
static inline struct page_node *find_leaf(const struct address_space *mapping,
					  u32 index)
{
	struct page_node *node = mapping->root;
	u32 level = mapping->height;

	/*
	 * The walk below ignores higher digits of index: it would find another
	 * page.
	 */
	if (!fits(index, level))
		return NULL;
	while (node && level > 1)
		node = node->slots[slot_of(index, --level)];
	return node;
}

/*
 * Returns the page at index, which stays only as long as mapping->lock is held.
 */
struct page *page_tree_lookup(const struct address_space *mapping, u32 index)
{
	const struct page_node *leaf = find_leaf(mapping, index);

	return leaf ? leaf->slots[slot_of(index, 0)] : NULL;
}

/*
 * Looks up a run with one walk for each leaf, not for each page: fault-around
 * wants 16 at a time.
 */
void page_tree_lookup_run(const struct address_space *mapping, u32 index, u32 n,
			  struct page *pages[])
{
	u32 part;

	for (; n; n -= part, index += part, pages += part) {
		const struct page_node *leaf = find_leaf(mapping, index);
		u32 slot = slot_of(index, 0);

		part = min(n, TREE_SLOTS - slot);
		for (u32 i = 0; i < part; i++)
			/*
			 * Every element is set: the caller's array is not
			 * cleared.
			 */
			pages[i] = leaf ? leaf->slots[slot + i] : NULL;
	}
}

/* Allocates a node with GFP_ATOMIC, because the caller holds a spinlock. */
static struct page_node *new_node(void)
{
	return kmem_cache_alloc(node_cache, GFP_ATOMIC | __GFP_ZERO);
}

/*
 * Adds levels on top until index fits: the old root becomes slot 0. 0 or
 * -ENOMEM; levels that were added stay, for prune.
 */
static int grow(struct address_space *mapping, u32 index)
{
	struct page_node *node;

	while (!mapping->root || !fits(index, mapping->height)) {
		BUG_ON(mapping->height >= TREE_HEIGHT_MAX);
		node = new_node();
		if (!node)
			return -ENOMEM;
		/* An empty tree has no node to keep in slot 0. */
		if (mapping->root) {
			node->slots[0] = mapping->root;
			node->count = 1;
		}
		mapping->root = node;
		mapping->height++;
	}
	return 0;
}

/*
 * Frees the empty nodes on the path to index, lowest first, and top levels that
 * lead only to slot 0. After a deletion, and after an insertion that ran out of
 * memory half-way.
 */
static void prune(struct address_space *mapping, u32 index)
{
	struct page_node *path[TREE_HEIGHT_MAX];
	struct page_node *node = mapping->root;
	u32 level = mapping->height, depth;

	/*
	 * grow failed before the tree was high enough: only the top is to be
	 * pruned.
	 */
	if (!fits(index, level))
		level = 0;
	/* Nodes have no link to their parents, so the path is noted. */
	for (depth = 0; node && level > 0; depth++) {
		path[depth] = node;
		level--;
		node = level ? node->slots[slot_of(index, level)] : NULL;
	}
	for (; depth > 1 && path[depth - 1]->count == 0; depth--, level++) {
		kmem_cache_free(node_cache, path[depth - 1]);
		path[depth - 2]->slots[slot_of(index, level + 1)] = NULL;
		path[depth - 2]->count--;
	}
	while (mapping->root &&
	       (mapping->root->count == 0 ||
		(mapping->height > 1 && mapping->root->count == 1 &&
		 mapping->root->slots[0]))) {
		node = mapping->root;
		mapping->root = node->count ? node->slots[0] : NULL;
		mapping->height = node->count ? mapping->height - 1 : 0;
		kmem_cache_free(node_cache, node);
	}
}

/*
 * Adds a page. Nodes are made from the top down; if one is missing, prune frees
 * the others.
 */
int page_tree_insert(struct address_space *mapping, u32 index,
		     struct page *page)
{
	struct page_node *node, *child;
	u32 level;

	if (grow(mapping, index))
		goto err_prune;
	node = mapping->root;
	for (level = mapping->height - 1; level > 0; level--, node = child) {
		child = node->slots[slot_of(index, level)];
		if (child)
			continue;
		child = new_node();
		if (!child)
			goto err_prune;
		node->slots[slot_of(index, level)] = child;
		node->count++;
	}
	/* Needs no prune: the path to a page existed before. */
	if (node->slots[slot_of(index, 0)])
		return -EEXIST;
	node->slots[slot_of(index, 0)] = page;
	node->count++;
	mapping->nr_pages++;
	return 0;

err_prune:
	prune(mapping, index);
	return -ENOMEM;
}

/* Takes a page out. The tree shrinks at once, so an empty file has no node. */
struct page *page_tree_delete(struct address_space *mapping, u32 index)
{
	struct page_node *node = find_leaf(mapping, index);
	struct page *page = node ? node->slots[slot_of(index, 0)] : NULL;

	if (!page)
		return NULL;
	node->slots[slot_of(index, 0)] = NULL;
	node->count--;
	mapping->nr_pages--;
	prune(mapping, index);
	return page;
}

/*
 * Returns the first page under node (at level) whose index is >= *index, and
 * stores its index; NULL: none, and *index is the first one behind node. The
 * depth of recursion is the tree's height.
 */
static struct page *next_below(const struct page_node *node, u32 level,
			       u32 *index)
{
	u32 step_shift = TREE_SHIFT * level;
	struct page *page;
	u32 i;

	for (i = slot_of(*index, level); i < TREE_SLOTS; i++) {
		if (!node->slots[i]) {
			/*
			 * Nothing below this slot: go on at the first index of
			 * the next.
			 */
			*index = ((*index >> step_shift) + 1) << step_shift;
			continue;
		}
		/*
		 * If there is none below, *index is the next slot's first, too.
		 */
		page = level ? next_below(node->slots[i], level - 1, index) :
			       node->slots[i];
		if (page)
			return page;
	}
	return NULL;
}

/*
 * Finds the next page in order of index, which lets a walk go on after pages
 * were deleted.
 */
struct page *page_tree_next(const struct address_space *mapping, u32 *index)
{
	if (!mapping->root || !fits(*index, mapping->height))
		return NULL;
	return next_below(mapping->root, mapping->height - 1, index);
}
