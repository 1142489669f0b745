/*
 * Power by PSCI (Arm DEN0022): the firmware above us does it. Owns the way to
 * it: HVC to a hypervisor, or SMC to the Secure monitor, as where we were
 * started in HYP mode.
 */
#include <asm/barrier.h>
#include <asm/irqflags.h>
#include <board/board.h>
#include <board/drivers.h>

#define PSCI_SYSTEM_OFF   0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u

/* As words: the base architecture does not know them. */
#define HVC_0 ".inst 0xe1400070"
#define SMC_0 ".inst 0xe1600070"

static bool by_smc;

/* Call before board_power_off(): the wrong instruction is undefined. */
void psci_init(bool smc)
{
	by_smc = smc;
}

/* Neither function returns; if there is no such firmware, wait for ever. */
static void __noreturn psci_call(u32 function)
{
	register u32 r0 __asm__("r0") = function;

	local_irq_disable();
	if (by_smc)
		__asm__ volatile(SMC_0
				 : "+r"(r0)
				 :
				 : "r1", "r2", "r3", "memory");
	else
		__asm__ volatile(HVC_0
				 : "+r"(r0)
				 :
				 : "r1", "r2", "r3", "memory");
	/* A firmware without the function returns an error. */
	for (;;)
		wfi();
}

/* The firmware knows the board's supply; this file need not. */
void board_power_off(void)
{
	psci_call(PSCI_SYSTEM_OFF);
}

/* Resets the whole board, the parked cores too. */
void board_reset(void)
{
	psci_call(PSCI_SYSTEM_RESET);
}
