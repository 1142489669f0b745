/*
 * echo - print the arguments.
 */
#include <stdio.h>

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		printf("%s%s", i > 1 ? " " : "", argv[i]);
	putchar('\n');
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	perror("echo: standard output");
	return 1;
}
