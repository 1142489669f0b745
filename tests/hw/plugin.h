/*
 * plugin.h - what is used of the plugin interface of QEMU 9.1 and later.
 *
 * Debian's QEMU comes without the header: declared here as in
 * include/qemu/qemu-plugin.h, version 4.
 */
#ifndef HW_PLUGIN_H
#define HW_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;
typedef uint32_t meminfo_t;
typedef void exec_fn(unsigned int cpu, void *data);
typedef void mem_fn(unsigned int cpu, meminfo_t info, uint64_t va, void *data);

/* Of glib, which QEMU brings along. */
struct array {
	char *data;
	unsigned int len;
};
struct array *g_byte_array_new(void);
struct array *g_byte_array_set_size(struct array *array, unsigned int len);

struct reg_descriptor {
	void *handle;
	const char *name, *feature;
};

struct mem_value {
	int type; /* log2 of the bytes */
	union {
		uint8_t u8;
		uint16_t u16;
		uint32_t u32;
		uint64_t u64;
		uint64_t u128[2];
	} data;
};

void qemu_plugin_register_vcpu_init_cb(uint64_t id,
				       void (*fn)(uint64_t id,
						  unsigned int cpu));
void qemu_plugin_register_vcpu_tb_trans_cb(
	uint64_t id, void (*fn)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    exec_fn *fn, int flags, void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, mem_fn *fn,
				      int flags, int rw, void *data);
void qemu_plugin_register_atexit_cb(uint64_t id,
				    void (*fn)(uint64_t id, void *data),
				    void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(
	const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to,
			     size_t bytes);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
unsigned int qemu_plugin_mem_size_shift(meminfo_t info);
bool qemu_plugin_mem_is_store(meminfo_t info);
struct mem_value qemu_plugin_mem_get_value(meminfo_t info);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(meminfo_t info, uint64_t va);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *haddr);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *haddr);
struct array *qemu_plugin_get_registers(void);
int qemu_plugin_read_register(void *handle, struct array *buf);
/* Memory as the program that runs now sees it. */
bool qemu_plugin_read_memory_vaddr(uint64_t va, struct array *to, size_t bytes);

/* Counters that translated code itself adds to. */
struct qemu_plugin_scoreboard;
typedef struct {
	struct qemu_plugin_scoreboard *score;
	size_t offset;
} counter_t;
struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t bytes);
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
	struct qemu_plugin_insn *insn, int op, counter_t counter, uint64_t imm);
uint64_t qemu_plugin_u64_get(counter_t counter, unsigned int cpu);
int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

#define NO_REGS        0
#define R_REGS         1
#define MEM_RW         3
#define INLINE_ADD_U64 0

#endif
