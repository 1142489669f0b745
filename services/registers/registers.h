/*
 * services/registers/registers.h - closing the coprocessor registers that
 * programs could reach and would share.
 */
#ifndef SERVICES_REGISTERS_REGISTERS_H
#define SERVICES_REGISTERS_REGISTERS_H

#include <service.h>
#include <types.h>

/* The service's row: its init, at boot, closes the registers. */
extern const struct service registers_service;

#endif
