/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A job: phases that several threads work on, slice by slice. The threads belong to the caller.
 *
 * A phase is a region (work.h). Threads enter it as long as it has chunks and places; the last one that leaves an
 * exhausted phase asks the kind of the job for the next one. Threads without work sleep.
 */
#ifndef COTERIE_JOB_H
#define COTERIE_JOB_H
#ifndef COTERIE_NO_IMPORT
#define COTERIE_NO_IMPORT
#endif
#include <string.h>
#include "coterie.h"
#include "park.h"

#ifdef _WIN32
static inline int64_t job_process(void) { return 0; } /* no process is forked */
#else
#include <unistd.h>
static inline int64_t job_process(void) { return getpid(); }
#endif

#define COTERIE_ERROR_SIZE 256
#define COTERIE_LOOK 0.05     /* seconds that a thread sleeps at a time: job_stop, from a signal handler, wakes nobody */
#define COTERIE_SLICE 0.0001  /* seconds that a thread works, at least: each call of job_run gets on */

typedef struct {
    void (*work)(coterie_job *job, int place); /* take chunks of the phase; without the lock */
    /* Begin the next phase (job_begin), or end the job (job_end); called with the lock, when nobody is in a phase. */
    void (*next)(coterie_job *job);
    void (*free)(coterie_job *job);
    int (*run)(coterie_job *job, int slot, double seconds, char *error); /* job_run, or what is around it */
} job_kind_t;

struct coterie_job {
    const job_kind_t *kind;
    int64_t process;
    int n_slots;
    park_t park;  /* guards what follows */
    int n_places; /* threads that may be in the phase at the same time */
    int inside;   /* threads that are in it */
    int code;     /* COTERIE_MORE until the job has ended */
    work_t *work; /* the phase; NULL: there is none at the moment. Of no meaning when the job has ended */
    work_t own;   /* which mostly is this one */
    work_limits_t limits;
    uint8_t place_taken[COTERIE_SLOTS];
    uint8_t slot_taken[COTERIE_SLOTS]; /* by a thread in job_run */
    const char *stage;                 /* static text */
    int64_t done, total;
    char error[COTERIE_ERROR_SIZE]; /* why the job has failed */
};

/* Write a text where there is room for COTERIE_ERROR_SIZE bytes, the last of them 0. */
static inline void job_explain(char *to, const char *why) {
    size_t length = strlen(why);
    if (length > COTERIE_ERROR_SIZE - 1) length = COTERIE_ERROR_SIZE - 1;
    memmove(to, why, length);
    to[length] = 0;
}

static inline void job_init(coterie_job *job, const job_kind_t *kind, int n_slots) {
    memset(job, 0, sizeof *job);
    park_init(&job->park);
    job->kind = kind;
    job->process = job_process();
    job->n_slots = n_slots;
    job->code = COTERIE_MORE;
    job->stage = "";
}

/* Open a phase of n >= 0 items in chunks of `size`, for up to n_places threads. With the lock. */
static inline void job_begin(coterie_job *job, work_t *work, int n_places) {
    work->limits = &job->limits;
    job->n_places = n_places < job->n_slots ? n_places : job->n_slots;
    job->work = work;
    park_wake_all(&job->park);
}

/* The same on the job's own region, as a stage of n things. */
static inline void job_begin_own(coterie_job *job, const char *stage, int64_t n, int64_t size, int n_places) {
    memset(&job->own, 0, sizeof job->own);
    job->own.n = n;
    job->own.size = size;
    job->own.n_chunks = (n + size - 1) / size;
    job->stage = stage;
    job->done = 0;
    job->total = n;
    job_begin(job, &job->own, n_places);
}

/* End the job. `why` may be NULL. With the lock. Threads may still be in the phase: they go on to read job->work. */
static inline void job_end(coterie_job *job, int code, const char *why) {
    if (job->code != COTERIE_MORE) return; /* it has ended before */
    job->code = code;
    if (why) job_explain(job->error, why);
    park_wake_all(&job->park);
}

static inline int job_phase_is_over(coterie_job *job) {
    return work_load(&job->work->next) >= job->work->n_chunks || work_load(&job->work->stop);
}

/* Go on to the next phase with something to do, if nobody is in the present one any more. */
static inline void job_advance(coterie_job *job) {
    while (job->code == COTERIE_MORE && job->work && !job->inside && job_phase_is_over(job)) {
        job->work = NULL;
        job->kind->next(job);
    }
}

/* Work in the phase, if it has something to do, until time is up or it is exhausted. 0: there was nothing to do. */
static inline int job_work(coterie_job *job, double until) {
    int place = 0;
    job_advance(job);
    if (!job->work || job->inside >= job->n_places || job_phase_is_over(job)) return 0;
    while (job->place_taken[place]) place++;
    double least = work_clock() + COTERIE_SLICE;
    job->limits.until[place] = until < least ? least : until;
    job->place_taken[place] = 1;
    job->inside++;
    park_unlock(&job->park);
    job->kind->work(job, place);
    park_lock(&job->park);
    job->inside--;
    job->place_taken[place] = 0;
    if (job->code != COTERIE_MORE) park_wake_all(&job->park); /* who waits until all have left */
    job_advance(job);
    return 1;
}

/* It was begun before this process was forked: its threads stayed behind, and its park is in any state. */
static inline int job_is_lost(const coterie_job *job) { return job->process != job_process(); }

/* See coterie.h. */
static inline int job_run(coterie_job *job, int slot, double seconds, char *error) {
    const char *why = NULL;
    if (!job) why = "job: it is NULL";
    else if (slot < 0 || slot >= job->n_slots) why = "slot: it must be from 0 to n_slots - 1";
    else if (!(seconds >= 0)) why = "seconds: they must be 0 or more";
    if (why) {
        job_explain(error, why);
        return COTERIE_BAD_ARGUMENT;
    }
    if (job_is_lost(job)) {
        job_explain(error, "the job was begun before this process was forked");
        return COTERIE_FAILED;
    }
    double until = work_clock() + seconds, left;
    park_lock(&job->park);
    if (job->slot_taken[slot]) {
        park_unlock(&job->park);
        job_explain(error, "slot: another thread works with this one");
        return COTERIE_BAD_ARGUMENT;
    }
    job->slot_taken[slot] = 1;
    for (;;) {
        if (work_load(&job->limits.stopped)) job_end(job, COTERIE_STOPPED, "the job was stopped by job_stop");
        if (job->code != COTERIE_MORE) break;
        int worked = job_work(job, until);
        if (job->code != COTERIE_MORE) break;
        left = until - work_clock();
        if (!(left > 0)) break;
        if (!worked) park_sleep(&job->park, left < COTERIE_LOOK ? left : COTERIE_LOOK);
    }
    int code = job->code;
    job->slot_taken[slot] = 0;
    if (code > COTERIE_MORE) job_explain(error, job->error);
    park_unlock(&job->park);
    return code;
}

/* The stage of a job, and how much of it is done. */
static inline const char *job_progress(coterie_job *job, int64_t *done, int64_t *total) {
    *done = *total = 0;
    if (job_is_lost(job)) return "";
    park_lock(&job->park);
    const char *stage = job->stage;
    *done = job->done;
    *total = job->total;
    park_unlock(&job->park);
    return stage;
}

static inline void job_stop(coterie_job *job) { work_store(&job->limits.stopped, 1); }
static inline int job_stopped(coterie_job *job) { return work_load(&job->limits.stopped) != 0; }
static inline void job_lock(coterie_job *job) { park_lock(&job->park); }
static inline void job_unlock(coterie_job *job) { park_unlock(&job->park); }
static inline void job_wake(coterie_job *job) { park_wake_all(&job->park); }
static inline void job_sleep(coterie_job *job) { park_sleep(&job->park, COTERIE_LOOK); }
#endif
