/* Threads that work on one job after another, and wait for each other within it. Knows no network.
 *
 * They spin where the next job or the others are near, and sleep where they are not. Where other programs have the
 * processors, a team is slower than who calls it alone, who waits for members that don't get to run. What that costs is
 * measured, and paid back: the team rests in proportion. What is computed must not depend on how many work.
 */

#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MAX_THREADS 16
#define IDLE_SPINS 4000     /* a worker's wait for the next job before it sleeps: some 0.1 ms */
#define BARRIER_SPINS 10000 /* a wait for another member that says that its processor is another program's */
#define REST 20             /* the caller works alone this many times as long as it waited so, */
#define GAIN 10             /* less what the team gained before: a tenth of its time is little, */
#define MOST_GAINED 20000000 /* ns: and never more than that */

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
  pthread_cond_t wake, all_here;
  const void *job;
  atomic_uint jobs, arrived, passed, sleeping, waiting; /* of the members: without a job, within one */
  atomic_int closing;
  int64_t waited, balance; /* ns: of the caller in this job; gained less waited, it rests below 0 */
};

static void pause_shortly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int has_passed(struct team *team, unsigned before) {
  return atomic_load_explicit(&team->passed, memory_order_acquire) != before;
}

/* Wait in vain for a while: sleep until the others are there, who get the processor for it. */
static void sleep_until_passed(struct member me, unsigned before) {
  struct team *team = me.team;
  int64_t begun = nanoseconds();
  pthread_mutex_lock(&team->sleep);
  atomic_fetch_add(&team->waiting, 1);
  while (atomic_load(&team->passed) == before) pthread_cond_wait(&team->all_here, &team->sleep);
  atomic_fetch_sub(&team->waiting, 1);
  pthread_mutex_unlock(&team->sleep);
  if (me.number == 0) team->waited += nanoseconds() - begun;
}

/* All members arrive here before one goes on. */
static void wait_for_all(struct member me) {
  struct team *team = me.team;
  if (me.count == 1) return;
  unsigned before = atomic_load_explicit(&team->passed, memory_order_acquire);
  if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) + 1 == (unsigned)me.count) {
    atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
    atomic_store(&team->passed, before + 1); /* first this, then who sleeps; who goes to sleep does it the other way */
    if (atomic_load(&team->waiting)) {
      pthread_mutex_lock(&team->sleep);
      pthread_cond_broadcast(&team->all_here);
      pthread_mutex_unlock(&team->sleep);
    }
    return;
  }
  for (int spins = 0; spins < BARRIER_SPINS && !has_passed(team, before); spins++) pause_shortly();
  if (!has_passed(team, before)) sleep_until_passed(me, before);
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

/* Make a team of who calls and threads - 1 workers, or as many as the system gives. */
static void open_team(struct team *team, int threads, void (*work)(const void *, struct member)) {
  *team = (struct team){.work = work, .threads = 1, .process = getpid()};
  pthread_mutex_init(&team->busy, NULL), pthread_mutex_init(&team->sleep, NULL);
  pthread_cond_init(&team->wake, NULL), pthread_cond_init(&team->all_here, NULL);
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
  int64_t begun = nanoseconds();
  if (team->balance < 0) {
    team->work(job, alone);
    team->balance += (nanoseconds() - begun) / REST;
  } else {
    team->job = job, team->waited = 0;
    call_workers(team);
    team->work(job, first);
    team->balance += (nanoseconds() - begun - team->waited) / GAIN - team->waited;
    if (team->balance > MOST_GAINED) team->balance = MOST_GAINED;
  }
  pthread_mutex_unlock(&team->busy);
}
