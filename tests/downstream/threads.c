/* Jobs without Python, for the thread sanitizer: ci/downstream --sanitize compiles it. Eight threads work on jobs of
 * many phases, in slices of no time and without limit; some jobs are stopped. Each number must be counted once. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "job.h"

enum { THREADS = 8, ITEMS = 1000, PHASES = 30, JOBS = 60 };

typedef struct {
    coterie_job job;
    int phase;
    int64_t counts[ITEMS]; /* written by the thread that has the chunk, in each phase */
    int64_t total;         /* added up between the phases */
} counting_job;

static void counting_work(coterie_job *job, int place) {
    counting_job *counting = (counting_job *)job;
    part_t part;
    while (work_take(job->work, place, &part))
        for (ptrdiff_t i = part.start; i < part.stop; i++) counting->counts[i]++;
}

static void counting_next(coterie_job *job) {
    counting_job *counting = (counting_job *)job;
    for (int i = 0; i < ITEMS; i++) counting->total += counting->counts[i], counting->counts[i] = 0;
    if (++counting->phase == PHASES) job_end(job, COTERIE_OK, NULL);
    else /* some have nothing to do */
        job_begin_own(job, "counting", counting->phase % 5 ? ITEMS : 0, 1 + counting->phase, THREADS);
}

static void counting_free(coterie_job *job) { free(job); }

static const job_kind_t counting_kind = {counting_work, counting_next, counting_free, job_run};

typedef struct {
    counting_job *counting;
    int slot, n_calls_to_stop;
    double seconds;
    int code;
} thread_t;

static void *thread_main(void *argument) {
    thread_t *thread = argument;
    char error[COTERIE_ERROR_SIZE];
    for (int calls = 0;; calls++) {
        if (calls == thread->n_calls_to_stop) job_stop(&thread->counting->job);
        thread->code = job_run(&thread->counting->job, thread->slot, thread->seconds, error);
        if (thread->code != COTERIE_MORE) return NULL;
    }
}

int main(void) {
    int64_t expected = 0;
    for (int phase = 0; phase < PHASES; phase++) expected += phase % 5 ? ITEMS : 0;
    for (int number = 0; number < JOBS; number++) {
        counting_job *counting = calloc(1, sizeof *counting);
        assert(counting);
        job_init(&counting->job, &counting_kind, THREADS);
        job_begin_own(&counting->job, "counting", 0, 1, THREADS);
        thread_t threads[THREADS];
        pthread_t handles[THREADS];
        for (int slot = 0; slot < THREADS; slot++) {
            int stops = number % 4 == 3 && slot == number % THREADS;
            threads[slot] = (thread_t){counting, slot, stops ? 0 : -1, number % 2 ? 0 : HUGE_VAL, -1};
            pthread_create(&handles[slot], NULL, thread_main, &threads[slot]);
        }
        for (int slot = 0; slot < THREADS; slot++) pthread_join(handles[slot], NULL);
        for (int slot = 0; slot < THREADS; slot++) {
            assert(threads[slot].code == threads[0].code);
            assert(threads[slot].code == COTERIE_OK || (number % 4 == 3 && threads[slot].code == COTERIE_STOPPED));
        }
        if (threads[0].code == COTERIE_OK) assert(counting->total == expected);
        counting->job.kind->free(&counting->job);
    }
    puts("each thread of each job has returned, and each number was counted once");
    return 0;
}
