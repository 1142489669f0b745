/*
 * percpu.h - data that each core has for itself; reached through one accessor.
 */
#ifndef PERCPU_H
#define PERCPU_H

#include <config.h>
#include <thread_info.h>

#define DEFINE_PER_CPU(type, name)  type name[NR_CPUS]
#define DECLARE_PER_CPU(type, name) extern type name[NR_CPUS]
/* Stable while interrupts are off or the task cannot be moved. */
#define this_cpu(name)              (name[smp_processor_id()])
#define per_cpu(name, cpu)          (name[cpu])

#endif
