/*
 * uapi/sysinfo.h - sysinfo(2), Linux's 32-bit layout: 64 bytes.
 */
#ifndef UAPI_SYSINFO_H
#define UAPI_SYSINFO_H

#include <stdint.h>

struct sysinfo {
	int32_t uptime; /* seconds */
	uint32_t loads[3];
	uint32_t totalram; /* mem_units, as are the next seven */
	uint32_t freeram;
	uint32_t sharedram;
	uint32_t bufferram;
	uint32_t totalswap;
	uint32_t freeswap;
	uint16_t procs;
	uint16_t pad;
	uint32_t totalhigh;
	uint32_t freehigh;
	uint32_t mem_unit; /* bytes */
	uint8_t reserved[8];
};

#endif
