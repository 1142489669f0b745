/*
 * clear - clears the screen and puts the cursor into its first line.
 */
#include <stdio.h>

int main(void)
{
	printf("\033[H\033[2J");
	return 0;
}
