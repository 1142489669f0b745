/*
 * clear - the screen, and the cursor to its first line.
 */
#include <stdio.h>

int main(void)
{
	printf("\033[H\033[2J");
	return 0;
}
