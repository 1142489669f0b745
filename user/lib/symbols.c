/*
 * The symbol table of a program's file. No byte of the file is believed: each
 * offset is compared with the file's size.
 */
#include <ctype.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "linux.h"
#include "maps.h"
#include "symbols.h"

/* The program's file, mapped while it is searched. */
struct image {
	const char *bytes;
	uint32_t size;
};

struct search {
	const char *name;
	uint32_t value; /* as in the file; 0 until the name is found */
	bool global; /* the symbol found is not static, so it is the only one */
	uint32_t named; /* how many functions and variables the file names */
};

/* Copies a part of the file. Returns false if the file ends before. */
static bool copy_part(const struct image *image, uint32_t offset, void *to,
		      uint32_t bytes)
{
	if (offset > image->size || bytes > image->size - offset)
		return false;
	memcpy(to, image->bytes + offset, bytes);
	return true;
}

/* Returns true if the string at that offset of the file is `name`. */
static bool has_name(const struct image *image, uint32_t offset,
		     const char *name)
{
	uint32_t bytes = strlen(name) + 1;

	return offset <= image->size && bytes <= image->size - offset &&
		memcmp(image->bytes + offset, name, bytes) == 0;
}

/* Of several symbols with one name the global one is kept, or the first. */
static void look_at_symbol(struct search *search, const struct image *image,
			   uint32_t names, const Elf32_Sym *symbol)
{
	unsigned int type = ELF32_ST_TYPE(symbol->st_info);
	bool global = ELF32_ST_BIND(symbol->st_info) != STB_LOCAL;

	if ((type != STT_FUNC && type != STT_OBJECT) ||
	    symbol->st_shndx == SHN_UNDEF)
		return;
	search->named++;
	if ((search->value && (search->global || !global)) ||
	    !has_name(image, names + symbol->st_name, search->name))
		return;
	search->global = global;
	search->value = symbol->st_value;
	if (type == STT_FUNC)
		search->value &= ~1u; /* bit 0 only marks Thumb code */
}

/* Searches all symbol tables: .symtab, and .dynsym, which strip leaves. */
static void look_at_tables(struct search *search, const struct image *image,
			   const Elf32_Ehdr *header)
{
	Elf32_Shdr table, names;
	Elf32_Sym symbol;

	for (uint32_t i = 0; i < header->e_shnum; i++) {
		if (!copy_part(image, header->e_shoff + i * sizeof(table),
			       &table, sizeof(table)))
			return;
		if (table.sh_type != SHT_SYMTAB && table.sh_type != SHT_DYNSYM)
			continue;
		if (!copy_part(image,
			       header->e_shoff + table.sh_link * sizeof(names),
			       &names, sizeof(names)))
			continue;
		for (uint32_t at = 0; at < table.sh_size; at += sizeof(symbol))
			if (!copy_part(image, table.sh_offset + at, &symbol,
				       sizeof(symbol)))
				break;
			else
				look_at_symbol(search, image, names.sh_offset,
					       &symbol);
	}
}

/* Returns how far the program lies from its file's addresses; not 0 for a PIE. */
static uint32_t load_bias(pid_t pid, const Elf32_Ehdr *header)
{
	uint32_t auxv[64] = { 0 };
	char path[32];

	read_text(proc_path(path, pid, "auxv"), (char *)auxv, sizeof(auxv));
	for (int i = 0; i < 62 && auxv[i]; i += 2)
		if (auxv[i] == AT_ENTRY)
			return auxv[i + 1] - header->e_entry;
	return 0;
}

static bool search_file(struct search *search, int fd, pid_t pid)
{
	struct image image = { .size = (uint32_t)lseek(fd, 0, SEEK_END) };
	Elf32_Ehdr header = { 0 };

	image.bytes = mmap(NULL, image.size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (image.bytes == MAP_FAILED)
		return false;
	if (copy_part(&image, 0, &header, sizeof(header)))
		look_at_tables(search, &image, &header);
	munmap((void *)image.bytes, image.size);
	if (search->value)
		search->value += load_bias(pid, &header);
	return search->value;
}

/* A symbol begins with a letter; its own file says which there are. */
static bool find_symbol(struct search *search, pid_t pid)
{
	char path[32];
	bool found = false;
	int fd;

	if (isdigit((unsigned char)search->name[0]))
		return false;
	fd = open(proc_path(path, pid, "exe"), O_RDONLY);
	if (fd >= 0) {
		found = search_file(search, fd, pid);
		close(fd);
	}
	return found;
}

bool find_address(const char *command, const char *word, pid_t pid,
		  uint32_t *addr)
{
	struct search search = { .name = word };
	char path[32], program[64];
	int32_t n;

	if (pid && kill_process(pid, 0) < 0 && errno == ESRCH) {
		fprintf(stderr, "%s: no process %d\n", command, (int)pid);
		return false;
	}
	if (find_symbol(&search, pid)) {
		*addr = search.value;
		return true;
	}
	if (parse_address(word, addr))
		return true;
	n = linux_syscall(__NR_readlink, proc_path(path, pid, "exe"), program,
			  sizeof(program) - 1);
	program[n > 0 ? n : 0] = '\0';
	if (n <= 0)
		fprintf(stderr,
			"%s: %s is not a hexadecimal address, and process %d "
			"has no program\n",
			command, word, (int)pid);
	else if (isdigit((unsigned char)word[0]) || search.named)
		fprintf(stderr,
			"%s: %s is neither a hexadecimal address nor a symbol "
			"of %s\n",
			command, word, program);
	else
		fprintf(stderr,
			"%s: %s is not a hexadecimal address, and %s has no "
			"symbols\n",
			command, word, program);
	return false;
}
