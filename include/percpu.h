/*
 * percpu.h - data of which each core has its own copy, behind one accessor.
 */
#ifndef PERCPU_H
#define PERCPU_H

#include <config.h>
#include <thread_info.h>

#define DEFINE_PER_CPU(type, name)  type name[NR_CPUS]
#define DECLARE_PER_CPU(type, name) extern type name[NR_CPUS]
/*
 * The copy of the running core. The caller keeps interrupts off, or is
 * otherwise sure that the task stays on its core.
 */
#define this_cpu(name)              (name[smp_processor_id()])
#define per_cpu(name, cpu)          (name[cpu])

#endif
