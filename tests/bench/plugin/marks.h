/*
 * marks.h - where the bench program begins, ends and reports a measurement, and where
 * a plugin writes what it counted: its options, as tests/bench/bench.py gives them.
 */
#ifndef BENCH_MARKS_H
#define BENCH_MARKS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t begin_pc, end_pc, report_pc;
static FILE *out;

/* begin=ADDR,end=ADDR,report=ADDR,out=FILE. False: one of them has no value. */
static bool take_marks(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		const char *value = strchr(argv[i], '=');

		if (!value)
			return false;
		value++;
		if (!strncmp(argv[i], "begin=", 6))
			begin_pc = (uint32_t)strtoul(value, NULL, 0);
		else if (!strncmp(argv[i], "end=", 4))
			end_pc = (uint32_t)strtoul(value, NULL, 0);
		else if (!strncmp(argv[i], "report=", 7))
			report_pc = (uint32_t)strtoul(value, NULL, 0);
		else if (!strncmp(argv[i], "out=", 4))
			out = fopen(value, "w");
	}
	return out != NULL;
}

#endif
