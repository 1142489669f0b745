/*
 * The run queue among many tasks: a tree beside the list.
 *
 * With few tasks ready the list of sched.c is searched by one comparison mostly; a
 * red-black tree (sys/tree.h) takes 68 instructions more for a switch between two
 * tasks. But to search thousands, with interrupts off, takes too long: while there
 * are many tasks, those that are ready are in a tree as well, which tells where in
 * the list a task belongs.
 */
#include <run/runqueue.h>

RB_GENERATE_INSERT_COLOR(ready_tree, task_struct, run_node, static)
RB_GENERATE_REMOVE_COLOR(ready_tree, task_struct, run_node, static)
RB_GENERATE_REMOVE(ready_tree, task_struct, run_node, static)

void queue_in_tree(struct runqueue *rq, struct task_struct *task, s32 beside)
{
	struct task_struct *t, *parent = NULL, *before = NULL;
	struct task_struct **place = &RB_ROOT(&rq->tree);

	while ((t = *place) != NULL) {
		parent = t;
		if (units_behind(task, t) >= beside) {
			place = &RB_LEFT(t, run_node);
		} else {
			before = t;
			place = &RB_RIGHT(t, run_node);
		}
	}
	RB_SET(task, parent, run_node);
	*place = task;
	if (parent)
		ready_tree_RB_INSERT_COLOR(&rq->tree, task);
	else
		RB_COLOR(task, run_node) = RB_BLACK; /* the root */
	if (before)
		TAILQ_INSERT_AFTER(&rq->ready, before, task, run_link);
	else
		TAILQ_INSERT_HEAD(&rq->ready, task, run_link);
}

void begin_tree(struct runqueue *rq)
{
	struct ready_list ready = TAILQ_HEAD_INITIALIZER(ready);
	struct task_struct *task;

	TAILQ_CONCAT(&ready, &rq->ready, run_link);
	while ((task = TAILQ_FIRST(&ready)) != NULL) {
		TAILQ_REMOVE(&ready, task, run_link);
		queue_in_tree(rq, task, 1);
	}
	rq->many = true;
}

void take_from_tree(struct runqueue *rq, struct task_struct *task)
{
	/* Often it is the only one; then there is nothing to rebalance. */
	if (RB_ROOT(&rq->tree) == task && !RB_LEFT(task, run_node) &&
	    !RB_RIGHT(task, run_node))
		RB_INIT(&rq->tree);
	else
		RB_REMOVE(ready_tree, &rq->tree, task);
	if (RB_EMPTY(&rq->tree) && rq->nr_alive <= MANY_TASKS)
		rq->many = false;
}
