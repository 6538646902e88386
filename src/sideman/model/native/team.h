/* Threads that work on one job after another, and wait for each other within it. Knows no network.
 *
 * They spin where the next job or the others are near, and sleep where they are not. Where other programs have the
 * processors, a team is slower than who calls it alone: then it rests for a while. What is computed must not depend
 * on how many work.
 */

#pragma once

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_THREADS 16
#define IDLE_SPINS 4000     /* a worker's wait for the next job before it sleeps: some 0.1 ms */
#define BARRIER_SPINS 10000 /* a wait for another worker that says that its processor is another program's */
#define FIRST_REST 64       /* jobs that are done alone after such a wait; twice as many each time, */
#define LONGEST_REST 4096   /* up to this many, and half as many after as many without one */

struct team;

/* One of those that work on a job: number 0 is who called. */
struct member {
  struct team *team;
  int number, count;
};

struct team {
  void (*work)(const void *job, struct member me);
  int threads;
  pid_t process;
  pthread_t workers[MAX_THREADS];
  pthread_mutex_t busy, sleep;
  pthread_cond_t wake;
  const void *job;
  atomic_uint jobs, arrived, passed, sleeping;
  atomic_int closing, stalled;
  int rest, longest_rest, smooth; /* jobs to do alone, how many at the next stall, jobs since the last */
};

static void pause_shortly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* All members arrive here before one goes on. */
static void wait_for_all(struct member me) {
  struct team *team = me.team;
  if (me.count == 1) return;
  unsigned before = atomic_load_explicit(&team->passed, memory_order_acquire);
  if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) + 1 == (unsigned)me.count) {
    atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
    atomic_store_explicit(&team->passed, before + 1, memory_order_release);
    return;
  }
  for (unsigned spins = 0; atomic_load_explicit(&team->passed, memory_order_acquire) == before; spins++)
    if (spins < BARRIER_SPINS)
      pause_shortly();
    else {
      atomic_store_explicit(&team->stalled, 1, memory_order_relaxed);
      sched_yield();
    }
}

static int has_job(struct team *team, unsigned done) {
  return atomic_load_explicit(&team->jobs, memory_order_acquire) != done;
}

static void *worker_loop(void *argument) {
  struct member me = *(struct member *)argument;
  free(argument);
  struct team *team = me.team;
  for (unsigned done = 0;; done++) {
    for (int spins = 0; spins < IDLE_SPINS && !has_job(team, done); spins++) pause_shortly();
    if (!has_job(team, done)) {
      pthread_mutex_lock(&team->sleep);
      atomic_fetch_add(&team->sleeping, 1);
      while (!has_job(team, done)) pthread_cond_wait(&team->wake, &team->sleep);
      atomic_fetch_sub(&team->sleeping, 1);
      pthread_mutex_unlock(&team->sleep);
    }
    if (atomic_load(&team->closing)) return NULL;
    me.count = team->threads;
    team->work(team->job, me);
  }
}

static void call_workers(struct team *team) {
  atomic_fetch_add(&team->jobs, 1);
  if (atomic_load(&team->sleeping)) {
    pthread_mutex_lock(&team->sleep);
    pthread_cond_broadcast(&team->wake);
    pthread_mutex_unlock(&team->sleep);
  }
}

/* Rest after a stall, the longer the more often it happens. */
static void adapt(struct team *team) {
  if (atomic_exchange(&team->stalled, 0)) {
    team->rest = team->longest_rest, team->smooth = 0;
    if (team->longest_rest < LONGEST_REST) team->longest_rest *= 2;
  } else if (++team->smooth >= team->longest_rest && team->longest_rest > FIRST_REST)
    team->longest_rest /= 2, team->smooth = 0;
}

/* Make a team of who calls and threads - 1 workers, or as many as the system gives. */
static void open_team(struct team *team, int threads, void (*work)(const void *, struct member)) {
  *team = (struct team){.work = work, .threads = 1, .process = getpid(), .longest_rest = FIRST_REST};
  pthread_mutex_init(&team->busy, NULL), pthread_mutex_init(&team->sleep, NULL);
  pthread_cond_init(&team->wake, NULL);
  threads = threads < MAX_THREADS ? threads : MAX_THREADS;
  for (; team->threads < threads; team->threads++) {
    struct member *member = malloc(sizeof *member);
    if (!member) break;
    *member = (struct member){team, team->threads, 0};
    if (pthread_create(&team->workers[team->threads], NULL, worker_loop, member)) {
      free(member);
      break;
    }
  }
}

static void close_team(struct team *team) {
  if (getpid() != team->process) return; /* a forked child has no workers */
  atomic_store(&team->closing, 1);
  call_workers(team);
  for (int worker = 1; worker < team->threads; worker++) pthread_join(team->workers[worker], NULL);
}

/* Work on a job, which must stay until all members have waited for one another for the last time. */
static void do_job(struct team *team, const void *job) {
  struct member alone = {team, 0, 1}, first = {team, 0, team->threads};
  /* Where the workers are on another thread's job, or are none, alone: the result is the same. */
  if (team->threads == 1 || getpid() != team->process || pthread_mutex_trylock(&team->busy)) {
    team->work(job, alone);
    return;
  }
  if (team->rest > 0) {
    team->rest--;
    team->work(job, alone);
  } else {
    team->job = job;
    call_workers(team);
    team->work(job, first);
    adapt(team);
  }
  pthread_mutex_unlock(&team->busy);
}
