/*
 * replay-PARSER SEEDS ROUNDS - a harness over the files of a folder, and over
 * ROUNDS mutations of them. The same files give the same mutations.
 *
 * An input at which the harness ends the program is left in SEEDS.failed.
 */
#include <dirent.h>
#include <sanitizer/common_interface_defs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "host_fuzz.h"

#define MAX_SEEDS   64
#define INPUT_BYTES 65536u /* of a mutation; a seed may be longer */

struct input {
	u8 *data;
	size_t bytes;
};

static struct input seeds[MAX_SEEDS], running;
static int nr_seeds;
static char failed_path[1024];
static u64 random_state = 1;

/* splitmix64: rnd() begins anew when a harness boots. */
static u32 choose(u32 n)
{
	u64 z = random_state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (u32)(((z >> 32) * n) >> 32);
}

static void keep_failed(void)
{
	FILE *file = fopen(failed_path, "w");

	if (!file)
		return;
	fwrite(running.data, 1, running.bytes, file);
	fclose(file);
	fprintf(stderr, "# the input is in %s\n", failed_path);
}

static void run(const u8 *data, size_t bytes)
{
	running.data = malloc(bytes);
	running.bytes = bytes;
	memcpy(running.data, data, bytes);
	LLVMFuzzerTestOneInput(running.data, bytes);
	free(running.data);
}

static void read_seed(const char *folder, const char *name)
{
	struct input *seed = &seeds[nr_seeds];
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	if (!file || nr_seeds++ == MAX_SEEDS)
		abort();
	fseek(file, 0, SEEK_END);
	seed->bytes = (size_t)ftell(file);
	rewind(file);
	seed->data = malloc(seed->bytes);
	if (fread(seed->data, 1, seed->bytes, file) != seed->bytes)
		abort();
	fclose(file);
}

static int read_seeds(const char *folder)
{
	struct dirent **names;
	int n = scandir(folder, &names, NULL, alphasort);

	for (int i = 0; i < n; i++)
		if (names[i]->d_name[0] != '.')
			read_seed(folder, names[i]->d_name);
	return nr_seeds;
}

/* ---- mutations --------------------------------------------------- */

static const u32 edges[] = { 0,          1,          2,       3,
			     0x20,       0xfff,      0x1000,  0x7fffffff,
			     0x80000000, 0xfffff000, ~0u - 3, ~0u - 2,
			     ~0u - 1,    ~0u };

/* A word becomes one of the edges, in either order of bytes. */
static void put_edge(struct input *input)
{
	u32 word = edges[choose(ARRAY_SIZE(edges))];
	size_t at = choose((u32)input->bytes) & ~3u;

	if (choose(2))
		word = __builtin_bswap32(word);
	memcpy(input->data + at, &word, min(input->bytes - at, sizeof(word)));
}

/* Bytes of some seed go over ours, or between them. */
static void splice(struct input *input)
{
	const struct input *from = &seeds[choose((u32)nr_seeds)];
	size_t at = choose((u32)input->bytes), start, n;

	if (!from->bytes)
		return;
	start = choose((u32)from->bytes);
	n = min((size_t)choose(200), from->bytes - start);
	if (choose(2) && input->bytes + n <= INPUT_BYTES) {
		memmove(input->data + at + n, input->data + at,
			input->bytes - at);
		input->bytes += n;
	}
	memcpy(input->data + at, from->data + start, min(n, input->bytes - at));
}

static void mutate(struct input *input)
{
	u32 at = choose((u32)input->bytes);

	switch (choose(6)) {
	case 0:
		input->data[at] ^= (u8)(1u << choose(8));
		break;
	case 1:
		input->data[at] = (u8)choose(256);
		break;
	case 2: /* a digit for a digit keeps texts plausible */
		input->data[at] = (u8) "0123456789abcdefF=/,. "[choose(21)];
		break;
	case 3:
		splice(input);
		break;
	case 4:
		put_edge(input);
		break;
	default:
		if (choose(4) == 0)
			input->bytes = 1 + choose((u32)input->bytes);
	}
}

static void run_mutation(void)
{
	static u8 buf[INPUT_BYTES];
	const struct input *seed = &seeds[choose((u32)nr_seeds)];
	struct input input = { buf, min(seed->bytes, (size_t)INPUT_BYTES) };

	if (!input.bytes)
		return;
	memcpy(buf, seed->data, input.bytes);
	for (u32 n = 1 + choose(6); n; n--)
		mutate(&input);
	run(input.data, input.bytes);
}

int main(int argc, char **argv)
{
	long rounds;

	if (argc != 3 || !read_seeds(argv[1])) {
		fprintf(stderr, "usage: replay-PARSER SEEDS ROUNDS\n");
		return 2;
	}
	rounds = strtol(argv[2], NULL, 10);
	snprintf(failed_path, sizeof(failed_path), "%s.failed", argv[1]);
	remove(failed_path);
	__sanitizer_set_death_callback(keep_failed);
	for (int i = 0; i < nr_seeds; i++)
		run(seeds[i].data, seeds[i].bytes);
	for (long n = 0; n < rounds; n++)
		run_mutation();
	printf("# %d seeds, %ld mutations\n", nr_seeds, rounds);
	return 0;
}
