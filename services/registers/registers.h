/*
 * services/registers/registers.h - registers of coprocessors that programs
 * could reach and share are closed at boot.
 */
#ifndef SERVICES_REGISTERS_REGISTERS_H
#define SERVICES_REGISTERS_REGISTERS_H

#include <service.h>
#include <types.h>

extern const struct service registers_service;

#endif
